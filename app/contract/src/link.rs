//! The link: a view as text, for the address bar, the HTTP API and the command line.
//!
//! Version 1: `v=1&from=now-3h&to=now&filter=…&split=…&measure=…&top=…&rows=…&by=…&source=…&refresh=…&scale=…&zone=…
//! &points=…&addresses=…&count=…&within=…&compare=…&heights=…&mark=…`. Printing is canonical: equal views have equal links, so that caches can compare text. Reading is
//! forgiving in form and strict in values. Links are kept in bookmarks and messages, so the defaults of [`View`] are
//! part of version 1 and must not change within it.

use crate::filter::FilterError;
use crate::moment::MomentError;
use crate::spelling::{nearest, quoted};
use crate::view::{POINTS_LIMIT, TOP_LIMIT};
use crate::{
    Addresses, Compare, Count, Dimension, Filter, Heights, Mark, Measure, Moment, Refresh, Refusal,
    RefusalKind, Scale, TopBy, View, Zone,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt::Display;

/// The version that is printed, and the highest that is read.
pub const VERSION: u32 = 1;
/// Longest link that is read, in bytes, also when it is written canonically: the longest filter with every byte
/// percent-encoded, and room for the rest.
pub const LINK_LIMIT: usize = 32_768;

/// What is percent-encoded in names and values. What stays is legal in a query, survives copying, and keeps addresses,
/// networks, times and lists readable.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b',')
    .remove(b'(')
    .remove(b')');

/// Parameters that only some pages understand; each page says what they mean there. Sorted.
pub const DETAILS: [&str; 40] = [
    "account",
    "act",
    "after",
    "alike",
    "as",
    "bucket",
    "choose",
    "class",
    "columns",
    "edits",
    "field",
    "fields",
    "file",
    "group",
    "hive",
    "hourly",
    "id",
    "interval",
    "kept",
    "limit",
    "log",
    "offset",
    "on",
    "one-way",
    "prefix",
    "purpose",
    "q",
    "record",
    "region",
    "replace",
    "resource",
    "resource-id",
    "role",
    "show",
    "sort",
    "stream",
    "suggestion",
    "target",
    "tightness",
    "traffic",
];

/// The canonical link of `view`: `v=1`, the range, then in fixed order what differs from the default view, then the
/// details by name, then the unknown parameters. An empty source is no source.
pub fn encode(view: &View) -> String {
    let default = View::default();
    let mut link = format!("v={VERSION}");
    put(&mut link, "from", &view.from.to_string());
    put(&mut link, "to", &view.to.to_string());
    put_changed(&mut link, "filter", &view.filter.to_string(), "");
    put_changed(&mut link, "split", view.split.name(), default.split.name());
    put_changed(&mut link, "measure", view.measure.name(), default.measure.name());
    put_changed(&mut link, "top", &view.top.to_string(), &default.top.to_string());
    put_changed(&mut link, "rows", view.rows.name(), default.rows.name());
    put_changed(&mut link, "by", view.by.name(), default.by.name());
    put_changed(&mut link, "source", view.source.as_deref().unwrap_or_default(), "");
    put_changed(&mut link, "refresh", view.refresh.name(), default.refresh.name());
    put_changed(&mut link, "scale", view.scale.name(), default.scale.name());
    put_changed(&mut link, "zone", view.zone.name(), default.zone.name());
    put_changed(&mut link, "points", &view.points.map(|p| p.to_string()).unwrap_or_default(), "");
    put_changed(&mut link, "addresses", view.addresses.name(), default.addresses.name());
    put_changed(&mut link, "count", view.count.name(), default.count.name());
    put_changed(&mut link, "within", view.within.name(), default.within.name());
    put_changed(&mut link, "compare", view.compare.name(), default.compare.name());
    put_changed(&mut link, "heights", view.heights.name(), default.heights.name());
    put_changed(&mut link, "mark", view.mark.name(), default.mark.name());
    for (name, value) in &view.details {
        put_changed(&mut link, name, value, "");
    }
    for (name, value) in &view.unknown {
        put(&mut link, name, value);
    }
    link
}

fn put_changed(link: &mut String, name: &str, value: &str, default: &str) {
    if value != default {
        put(link, name, value);
    }
}

fn put(link: &mut String, name: &str, value: &str) {
    link.push('&');
    link.extend(utf8_percent_encode(name, ENCODED));
    link.push('=');
    link.extend(utf8_percent_encode(value, ENCODED));
}

/// The link of a view as names and values: what a form sends along to stay with the question.
pub fn parameters(view: &View) -> Vec<(String, String)> {
    pairs(&encode(view)).unwrap_or_default()
}

/// Reads a link.
///
/// Forgiven are a leading `?`, any order, `+` for a blank, and missing or empty parameters, which mean the default (a
/// form sends its empty fields). A parameter given twice counts the last time, so that `&to=…` at the end overrides.
/// Unknown parameters are kept. A range whose ends take different forms (`from=now-1h&to=1763601000`) can only be
/// checked with a clock: [`View::asked_span`].
pub fn decode(text: &str) -> Result<View, LinkError> {
    if text.len() > LINK_LIMIT {
        return Err(LinkError::TooLong);
    }
    let pairs = pairs(text)?;
    // Before all else: a newer version may mean other things by the same words.
    check_version(pairs.iter().rev().find(|(name, value)| name == "v" && !value.is_empty()))?;
    let mut view = View::default();
    for (name, value) in pairs {
        take(&mut view, name, value)?;
    }
    check_order(&view)?;
    // Bytes that were written plainly come back percent-encoded; what is read must be readable again.
    if text.len() > LINK_LIMIT / 3 && encode(&view).len() > LINK_LIMIT {
        return Err(LinkError::TooLong);
    }
    Ok(view)
}

/// The parameters of a link by name and value, in their order.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, LinkError> {
    let query = text.trim();
    let query = query.strip_prefix('?').unwrap_or(query);
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| {
            let text = text.replace('+', " ");
            percent_decode_str(&text).decode_utf8().map(|plain| plain.into_owned())
        };
        let not_text = |_| LinkError::NotText { parameter: name.to_owned() };
        pairs.push((plain(name).map_err(not_text)?, plain(value).map_err(not_text)?));
    }
    Ok(pairs)
}

fn check_version(parameter: Option<&(String, String)>) -> Result<(), LinkError> {
    let Some((_, value)) = parameter else { return Ok(()) };
    match value.trim().parse::<u32>() {
        Ok(VERSION) => Ok(()),
        Ok(newer) if newer > VERSION => Err(LinkError::Newer { version: newer }),
        _ => Err(LinkError::NoVersion { value: value.clone() }),
    }
}

/// Puts one parameter into the view.
fn take(view: &mut View, name: String, value: String) -> Result<(), LinkError> {
    const KNOWN: [&str; 20] = [
        "v",
        "from",
        "to",
        "filter",
        "split",
        "measure",
        "top",
        "rows",
        "by",
        "source",
        "refresh",
        "scale",
        "zone",
        "points",
        "addresses",
        "count",
        "within",
        "compare",
        "heights",
        "mark",
    ];
    let is_detail = DETAILS.contains(&name.as_str());
    if (is_detail || KNOWN.contains(&name.as_str())) && value.is_empty() {
        return Ok(());
    }
    match name.as_str() {
        "v" => {}
        "from" => view.from = moment("from", &value)?,
        "to" => view.to = moment("to", &value)?,
        "filter" => view.filter = Filter::parse(&value).map_err(|source| LinkError::Filter { source })?,
        "split" => view.split = choice("split", &value, Dimension::from_name, dimension_names())?,
        "measure" => {
            view.measure =
                choice("measure", &value, Measure::from_name, Measure::ALL.iter().map(|c| c.name()))?
        }
        "top" => view.top = number("top", &value, TOP_LIMIT)?,
        "rows" => view.rows = choice("rows", &value, Dimension::from_name, dimension_names())?,
        "by" => {
            let names = std::iter::once(TopBy::Talkers.name()).chain(dimension_names());
            view.by = choice("by", &value, TopBy::from_name, names)?;
        }
        "source" => view.source = Some(value),
        "refresh" => {
            view.refresh =
                choice("refresh", &value, Refresh::from_name, Refresh::ALL.iter().map(|c| c.name()))?
        }
        "scale" => {
            view.scale = choice("scale", &value, Scale::from_name, Scale::ALL.iter().map(|c| c.name()))?
        }
        "zone" => view.zone = choice("zone", &value, Zone::from_name, Zone::ALL.iter().map(|c| c.name()))?,
        "addresses" => {
            view.addresses =
                choice("addresses", &value, Addresses::from_name, Addresses::ALL.iter().map(|c| c.name()))?
        }
        "count" => {
            view.count = choice("count", &value, Count::from_name, Count::ALL.iter().map(|c| c.name()))?
        }
        "within" => view.within = choice("within", &value, Dimension::from_name, dimension_names())?,
        "compare" => {
            view.compare =
                choice("compare", &value, Compare::from_name, Compare::ALL.iter().map(|c| c.name()))?
        }
        "heights" => {
            view.heights =
                choice("heights", &value, Heights::from_name, Heights::ALL.iter().map(|c| c.name()))?
        }
        "mark" => view.mark = choice("mark", &value, Mark::from_name, Mark::ALL.iter().map(|c| c.name()))?,
        "points" => view.points = Some(number("points", &value, POINTS_LIMIT)?),
        _ if is_detail => {
            view.details.insert(name, value);
        }
        _ => view.unknown.push((name, value)),
    }
    Ok(())
}

fn dimension_names() -> impl Iterator<Item = &'static str> {
    Dimension::ALL.into_iter().map(Dimension::name)
}

fn moment(parameter: &'static str, value: &str) -> Result<Moment, LinkError> {
    Moment::parse(value).map_err(|source| LinkError::Moment { parameter, source })
}

fn number(parameter: &'static str, value: &str, limit: u16) -> Result<u16, LinkError> {
    let number = value.trim().parse().ok().filter(|number| (1..=limit).contains(number));
    number.ok_or_else(|| LinkError::Number { parameter, value: value.to_owned(), limit })
}

fn choice<T>(
    parameter: &'static str,
    value: &str,
    from_name: impl Fn(&str) -> Option<T>,
    names: impl Iterator<Item = &'static str>,
) -> Result<T, LinkError> {
    from_name(value.trim()).ok_or_else(|| {
        let choices: Vec<&str> = names.collect();
        LinkError::Choice { parameter, value: value.to_owned(), choices }
    })
}

/// Whether the range holds a second, as far as that can be told without a clock.
fn check_order(view: &View) -> Result<(), LinkError> {
    let is_forward = match (view.from, view.to) {
        (Moment::At(from), Moment::At(to)) => from < to,
        (Moment::Now { minus: from }, Moment::Now { minus: to }) => from > to,
        _ => true,
    };
    if is_forward { Ok(()) } else { Err(LinkError::Reversed { from: view.from, to: view.to }) }
}

/// Why a text is not a link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// More than [`LINK_LIMIT`] bytes.
    #[error("the link is longer than {LINK_LIMIT} bytes")]
    TooLong,
    /// A version after [`VERSION`].
    #[error("the link is of version {version}, and only version {VERSION} is known here")]
    Newer {
        /// The link's version.
        version: u32,
    },
    /// `v` is not a version.
    #[error("v: {} is not a version of links", quoted(.value))]
    NoVersion {
        /// What stands there.
        value: String,
    },
    /// Percent-encoded bytes that are not UTF-8.
    #[error("{}: the value is not text", quoted(.parameter))]
    NotText {
        /// The parameter as it was written.
        parameter: String,
    },
    /// `from` or `to` is not a time.
    #[error("{parameter} does not hold a time")]
    Moment {
        /// The parameter.
        parameter: &'static str,
        /// Why not.
        #[source]
        source: MomentError,
    },
    /// `filter` does not parse.
    #[error("filter does not hold a filter")]
    Filter {
        /// Why not, and where in the decoded text.
        #[source]
        source: FilterError,
    },
    /// A word that is none of the choices.
    #[error("{parameter}: {} is not one of the choices", quoted(.value))]
    Choice {
        /// The parameter.
        parameter: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        choices: Vec<&'static str>,
    },
    /// Not a number, or zero, or too large.
    #[error("{parameter}: {} is not a number from 1 to {limit}", quoted(.value))]
    Number {
        /// The parameter.
        parameter: &'static str,
        /// What stands there.
        value: String,
        /// The largest number that may stand there.
        limit: u16,
    },
    /// The range holds no second.
    #[error("the range is empty: from ({from}) does not lie before to ({to})")]
    Reversed {
        /// Its start.
        from: Moment,
        /// Its end.
        to: Moment,
    },
}

impl LinkError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            LinkError::TooLong => "Shorten the filter.".to_owned(),
            LinkError::Newer { .. } => "It was made by a newer Weir; update this one to open it.".to_owned(),
            LinkError::NoVersion { .. } => format!("Write v={VERSION}, or leave it out."),
            LinkError::NotText { .. } => "Percent-encode it as UTF-8.".to_owned(),
            LinkError::Moment { source, .. } => source.hint().to_owned(),
            LinkError::Filter { source } => source.hint.clone(),
            LinkError::Choice { value, choices, .. } => match nearest(value, choices.iter().copied()) {
                Some(meant) => format!("Did you mean {meant}?"),
                None => format!("Write one of {}.", choices.join(", ")),
            },
            LinkError::Number { parameter, .. } => format!("Leave {parameter} out to get the default."),
            LinkError::Reversed { .. } => "Swap from and to, or widen the range.".to_owned(),
        }
    }
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Refusal {
        // A person sees this and no log, so the cause's own words have to be in it.
        let of = |parameter: &str, cause: &dyn Display| format!("{parameter}: {cause}");
        let (message, at) = match &error {
            LinkError::Moment { parameter, source } => (of(parameter, source), None),
            LinkError::Filter { source } => (of("filter", source), Some((source.at, source.len))),
            other => (other.to_string(), None),
        };
        Refusal { kind: RefusalKind::BadQuestion, message, hint: error.hint(), at }
    }
}
