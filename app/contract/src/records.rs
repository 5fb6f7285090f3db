//! The records themselves, page by page.
//!
//! The question is a view with details: `columns` (names with commas, or `all`), `sort` (a column, with a dash before it
//! for the largest first), `limit`, and where the page begins: `offset` records down, or `after` the mark of a record.
//! A record belongs to the range when it starts in it.

use crate::spelling::{nearest, quoted};
use crate::{Field, Provenance, Refusal, RefusalKind, Span, View};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The details.
pub const COLUMNS: &str = "columns";
/// See [`COLUMNS`].
pub const SORT: &str = "sort";
/// See [`COLUMNS`].
pub const LIMIT: &str = "limit";
/// See [`COLUMNS`].
pub const OFFSET: &str = "offset";
/// See [`COLUMNS`].
pub const AFTER: &str = "after";

/// Records of a page when the asker does not say.
pub const PAGE: usize = 100;
/// Most records of a page.
pub const PAGE_LIMIT: usize = 10_000;
/// How deep one may look into records that are not sorted by time: all before have to be held.
pub const DEPTH_LIMIT: u64 = 100_000;
/// Most columns of a page.
pub const COLUMN_LIMIT: usize = 120;

/// The columns when the asker does not say.
pub const DEFAULT: [Field; 11] = [
    Field::START,
    Field::INTERFACE_ID,
    Field::FLOW_DIRECTION,
    Field::SRCADDR,
    Field::SRCPORT,
    Field::DSTADDR,
    Field::DSTPORT,
    Field::PROTOCOL,
    Field::ACTION,
    Field::PACKETS,
    Field::BYTES,
];

/// What records can be sorted by.
pub const SORTS: [Field; 4] = [Field::START, Field::END, Field::BYTES, Field::PACKETS];

/// Which records are wanted, and what of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The columns; `None` for all there are.
    pub columns: Option<Vec<Field>>,
    /// What they are sorted by, one of [`SORTS`].
    pub sort: Field,
    /// Largest, or latest, first.
    pub is_descending: bool,
    /// Where the page begins.
    pub begin: Begin,
    /// Most records of the page.
    pub limit: usize,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// So many records down.
    At(u64),
    /// Behind a record; only in the order of time.
    After(Mark),
}

/// Where a record stands in the order of time. It stays where it is when records of other seconds arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The second it starts.
    pub second: i64,
    /// How many records of that second, that pass the filter, stand before it.
    pub place: u64,
}

impl Mark {
    /// The mark that `text` writes: `1795132800.3`.
    pub fn parse(text: &str) -> Option<Mark> {
        let (second, place) = text.split_once('.')?;
        Some(Mark { second: second.parse().ok()?, place: place.parse().ok()? })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.second, self.place)
    }
}

impl Wanted {
    /// What a view asks for.
    ///
    /// # Errors
    /// When a detail cannot be read or goes too far.
    pub fn of(view: &View) -> Result<Wanted, Refusal> {
        let detail = |name: &str| view.details.get(name).map(String::as_str);
        let (sort, is_descending) = sort(detail(SORT).unwrap_or("-start"))?;
        let begin = match (detail(AFTER), detail(OFFSET)) {
            (Some(mark), _) if sort == Field::START => Begin::After(Mark::parse(mark).ok_or_else(|| {
                bad(format!("{AFTER}: {} is no mark.", quoted(mark)), "A page before names it as `next`.")
            })?),
            (Some(_), _) => {
                return Err(bad(
                    format!("{AFTER} needs records in the order of time."),
                    "Sort by start, or use offset.",
                ));
            }
            (None, offset) => Begin::At(number(OFFSET, offset, 0, u64::MAX)?),
        };
        let limit = number(LIMIT, detail(LIMIT), PAGE as u64, PAGE_LIMIT as u64)?.max(1) as usize;
        if let Begin::At(offset) = begin
            && sort != Field::START
            && offset.saturating_add(limit as u64) > DEPTH_LIMIT
        {
            let message = format!("only the first {DEPTH_LIMIT} records can be reached by {}.", sort.name());
            return Err(Refusal::new(RefusalKind::TooLarge, message, "Sort by start, or narrow the filter."));
        }
        Ok(Wanted { columns: columns(detail(COLUMNS))?, sort, is_descending, begin, limit })
    }
}

fn bad(message: String, hint: &str) -> Refusal {
    Refusal::new(RefusalKind::BadQuestion, message, hint)
}

fn sort(text: &str) -> Result<(Field, bool), Refusal> {
    let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let field = Field::named(name).filter(|field| SORTS.contains(field));
    let names: Vec<&str> = SORTS.iter().map(Field::name).collect();
    let field = field.ok_or_else(|| {
        bad(
            format!("records cannot be sorted by {}.", quoted(name)),
            &format!("Sort by one of {}.", names.join(", ")),
        )
    })?;
    Ok((field, is_descending))
}

fn number(name: &str, text: Option<&str>, default: u64, limit: u64) -> Result<u64, Refusal> {
    let Some(text) = text else { return Ok(default) };
    text.parse().ok().filter(|number| *number <= limit).ok_or_else(|| {
        bad(
            format!("{name}: {} is not a number up to {limit}.", quoted(text)),
            &format!("Leave it out for {default}."),
        )
    })
}

fn columns(text: Option<&str>) -> Result<Option<Vec<Field>>, Refusal> {
    let Some(text) = text else { return Ok(Some(DEFAULT.to_vec())) };
    if text == "all" {
        return Ok(None);
    }
    let mut columns = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let field = Field::named(name).or_else(|| Field::other(name)).ok_or_else(|| {
            let meant = nearest(name, Field::ALL.iter().map(Field::name));
            let hint = meant.map_or_else(
                || "Fields have AWS's names.".to_owned(),
                |meant| format!("Did you mean {meant}?"),
            );
            bad(format!("{COLUMNS}: {} is no field.", quoted(name)), &hint)
        })?;
        if !columns.contains(&field) {
            columns.push(field);
        }
    }
    if columns.is_empty() || columns.len() > COLUMN_LIMIT {
        return Err(bad(
            format!("{COLUMNS} names none, or more than {COLUMN_LIMIT}."),
            "Leave it out for the common ones.",
        ));
    }
    Ok(Some(columns))
}

/// A page of records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Records {
    /// The asked range.
    pub span: Span,
    /// The columns: names of fields, AWS's and derived.
    pub columns: Vec<String>,
    /// The records in the order that was asked for.
    pub rows: Vec<Record>,
    /// How many records stand before them.
    pub offset: u64,
    /// How many there are in all.
    pub total: u64,
    /// The mark behind which the next page begins; `None` on the last, and where they are not in the order of time.
    pub next: Option<String>,
    /// Where this came from.
    pub provenance: Provenance,
}

/// A record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its mark ([`Mark`]), by which it is found again; empty where they are not in the order of time.
    pub mark: String,
    /// Its values, one per column.
    pub values: Vec<Scalar>,
}

/// A value of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// The record does not have it; `null` in JSON.
    #[default]
    Missing,
    /// A port, a count, a code, Unix seconds.
    Number(i64),
    /// An address, an id, a name.
    Text(String),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Missing => f.write_str("-"),
            Scalar::Number(number) => write!(f, "{number}"),
            Scalar::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    fn wanted(details: &[(&str, &str)]) -> Result<Wanted, Refusal> {
        let details = details.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Wanted::of(&View { details: details.collect(), ..View::default() })
    }

    #[test]
    fn a_page_is_the_latest_records_unless_said_otherwise() {
        let page = wanted(&[]).unwrap();
        assert_eq!((page.sort, page.is_descending, page.limit), (Field::START, true, PAGE));
        assert_eq!((page.begin, page.columns), (Begin::At(0), Some(DEFAULT.to_vec())));
    }

    #[test]
    fn columns_order_and_place_are_read() {
        let page = wanted(&[
            ("columns", "DstPort, client,shiny-new,client"),
            ("sort", "bytes"),
            ("offset", "7"),
            ("limit", "3"),
        ]);
        let page = page.unwrap();
        let columns: Vec<String> = page.columns.unwrap().iter().map(Field::to_string).collect();
        assert_eq!(columns, ["dstport", "client", "shiny-new"]);
        assert_eq!(
            (page.sort, page.is_descending, page.begin, page.limit),
            (Field::BYTES, false, Begin::At(7), 3)
        );
        assert_eq!(wanted(&[("columns", "all")]).unwrap().columns, None);
    }

    #[test]
    fn a_mark_survives_its_text() {
        let mark = Mark { second: 1_795_132_800, place: 12 };
        assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
        assert_eq!(wanted(&[("after", "1795132800.12")]).unwrap().begin, Begin::After(mark));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for details in [
            [("sort", "action"), ("limit", "1")],
            [("after", "soon"), ("limit", "1")],
            [("after", "1.1"), ("sort", "bytes")],
            [("limit", "1"), ("columns", "a b")],
            [("limit", "10001"), ("offset", "0")],
            [("offset", "99999"), ("sort", "-bytes")],
        ] {
            assert!(wanted(&details).is_err(), "{details:?}");
        }
    }

    #[test]
    fn on_the_wire_a_value_is_what_it_is() {
        let row = [Scalar::Missing, Scalar::Number(-1), Scalar::Text("x".to_owned())];
        assert_eq!(serde_json::to_string(&row).unwrap(), "[null,-1,\"x\"]");
        assert_eq!(serde_json::from_str::<[Scalar; 3]>("[null,-1,\"x\"]").unwrap(), row);
    }
}
