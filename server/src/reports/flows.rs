//! Flows: the records themselves, a page at a time, and every field of one record explained.

mod columns;

use super::links::{RECORD, from_the_top, origin, sentence, value, with};
use app::ports::Flows;
use contract::names::{encryption_status, port_label, protocol_name, tcp_flags, traffic_path};
use contract::records::{AFTER, COLUMNS, DEPTH_LIMIT, LIMIT, Mark, OFFSET, PAGE_LIMIT, SORT, SORTS};
use contract::report::{Block, Cell, Choice, Column, Head, Long, Row, Sorted, Table, Tone, Way};
use contract::{Field, Kind, Page, Record, Records, Refusal, RefusalKind, Report, Scalar, View, human, link};

/// Records of a page, unless the view asks for another number.
const ROWS: &str = "50";
/// The order, unless the view asks for another: the latest first.
const ORDER: &str = "-start";

/// The page.
///
/// # Errors
/// Whatever the port refuses.
pub async fn compose(flows: &dyn Flows, view: &View) -> Result<Report, Refusal> {
    let mut blocks = Vec::new();
    if let Some(mark) = view.details.get(RECORD) {
        blocks.push(Block::Table(one(flows, view, mark).await?));
    }
    let limit = view.details.get(LIMIT).map_or(ROWS, String::as_str);
    let page = flows.records(&question(&with(view, LIMIT, Some(limit)))).await?;
    let rows = page.rows.iter().zip(page.offset..);
    let table = Table {
        head: head(view, &page),
        columns: page.columns.iter().map(|name| column(view, name)).collect(),
        rows: rows.map(|(record, place)| row(view, &page.columns, record, place)).collect(),
        empty: "No record starts in this range and passes the filter.".to_owned(),
    };
    blocks.push(Block::Long(long(view, &page, table)));
    blocks.extend(columns::choose(view, &page));
    Ok(Report { headline: String::new(), blocks })
}

/// The records as a part of all of them.
fn long(view: &View, page: &Records, table: Table) -> Long {
    let total = if is_by_time(view) { page.total } else { page.total.min(DEPTH_LIMIT) };
    // Records that have other fields must not bring other columns.
    let columns = page.columns.join(",");
    let asked = with(&with(&from_the_top(view), COLUMNS, Some(&columns)), LIMIT, None);
    Long { table, offset: page.offset, total, rest: rest(view, page), link: link::encode(&asked) }
}

/// The view with as many records as one answer holds, from the first on.
pub fn whole(view: &View) -> View {
    let limit = PAGE_LIMIT.to_string();
    [(OFFSET, None), (AFTER, None), (LIMIT, Some(limit.as_str()))]
        .into_iter()
        .fold(view.clone(), |view, (name, value)| with(&view, name, value))
}

/// What of a view the records depend on.
fn question(view: &View) -> View {
    let known = [AFTER, COLUMNS, LIMIT, OFFSET, SORT];
    let details = view.details.iter().filter(|(name, _)| known.contains(&name.as_str()));
    View {
        from: view.from,
        to: view.to,
        filter: view.filter.clone(),
        source: view.source.clone(),
        addresses: view.addresses,
        count: view.count,
        details: details.map(|(name, value)| (name.clone(), value.clone())).collect(),
        ..View::default()
    }
}

fn order(view: &View) -> &str {
    view.details.get(SORT).map_or(ORDER, String::as_str)
}

fn is_by_time(view: &View) -> bool {
    order(view).ends_with("start")
}

/// How many there are, and in which order.
fn rest(view: &View, page: &Records) -> String {
    let order = match order(view) {
        "-start" => "the latest first".to_owned(),
        "start" => "the earliest first".to_owned(),
        other => match other.strip_prefix('-') {
            Some(column) => format!("by {column}, the largest first"),
            None => format!("by {other}, the smallest first"),
        },
    };
    let all = human::exact(page.total);
    if is_by_time(view) || page.total <= DEPTH_LIMIT {
        return format!("of {all}, {order}");
    }
    format!("of {all}, {order}; {} can be reached in this order", human::exact(DEPTH_LIMIT))
}

fn head(view: &View, page: &Records) -> Head {
    let first = page.offset + u64::from(!page.rows.is_empty());
    let last = page.offset + page.rows.len() as u64;
    let sub = format!("{} to {} {}", human::exact(first), human::exact(last), rest(view, page));
    let is_first = page.offset == 0;
    let mut choices = Vec::new();
    let mut choice = |label: &str, view: View| {
        choices.push(Choice { label: label.to_owned(), href: Page::Flows.address(&view), is_current: false });
    };
    if !is_first {
        choice("First", from_the_top(view));
        let before = page.offset.saturating_sub(page.rows.len().max(1) as u64).to_string();
        choice("Back", with(&from_the_top(view), OFFSET, Some(&before)));
    }
    match &page.next {
        Some(mark) => choice("Next", with(&from_the_top(view), AFTER, Some(mark))),
        // Not in the order of time there are no marks.
        None if last < page.total && !is_by_time(view) => {
            choice("Next", with(&from_the_top(view), OFFSET, Some(&last.to_string())));
        }
        None => {}
    }
    Head { choices, ..Head::new("records", "Records").about(sub).foot(origin(&page.provenance)) }
}

/// A column; one that records can be sorted by leads there, and back.
fn column(view: &View, name: &str) -> Column {
    let field = Field::named(name).filter(|field| SORTS.contains(field));
    let is_number = matches!(Field::named(name).map(Field::kind), Some(Kind::Number));
    let mut column = Column { is_number, ..Column::words(name) };
    if let Some(field) = field {
        let descending = format!("-{}", field.name());
        let next = if order(view) == descending { field.name() } else { descending.as_str() };
        column.href = Some(Page::Flows.address(&with(&from_the_top(view), SORT, Some(next))));
        column.sorted = match order(view) {
            order if order == descending => Some(Sorted::Descending),
            order if order == field.name() => Some(Sorted::Ascending),
            _ => None,
        };
    }
    column
}

/// A record; `place` is how many stand before it.
fn row(view: &View, columns: &[String], record: &Record, place: u64) -> Row {
    let cells = columns.iter().zip(&record.values).enumerate().map(|(at, (name, scalar))| {
        let cell = cell(view, name, scalar);
        if at > 0 || record.mark.is_empty() {
            return cell;
        }
        // One comes back to where one was.
        let here = with(&from_the_top(view), OFFSET, (place > 0).then(|| place.to_string()).as_deref());
        let opened = with(&here, RECORD, Some(&record.mark));
        cell.way("open", Page::Flows.address(&opened))
    });
    Row::of(cells)
}

/// A value that leads to "only this".
fn cell(view: &View, name: &str, scalar: &Scalar) -> Cell {
    let Some(field) = Field::named(name).or_else(|| Field::other(name)) else {
        return Cell::new(scalar.to_string());
    };
    let exact = scalar.to_string();
    let cell = match (field.kind(), scalar) {
        (_, Scalar::Missing) => Cell::new("-").tone(Tone::Quiet),
        (Kind::Time, Scalar::Number(second)) => Cell::moment(*second),
        (Kind::Number, Scalar::Number(number)) => match u64::try_from(*number) {
            Ok(number) => Cell::new(human::exact(number)),
            Err(_) => Cell::new(exact.clone()),
        },
        (Kind::Action, Scalar::Text(action)) if action == "REJECT" => {
            Cell::new(exact.clone()).tone(Tone::Held)
        }
        (Kind::Protocol, Scalar::Number(number)) => {
            let name = u8::try_from(*number).ok().and_then(protocol_name);
            Cell::new(name.map_or_else(|| exact.clone(), str::to_owned))
        }
        (Kind::Port, Scalar::Number(_)) => Cell::code(exact.clone()),
        (Kind::Text | Kind::Address, _) => Cell::code(exact.clone()),
        _ => Cell::new(exact.clone()),
    };
    // Nobody looks for all records of just so many bytes.
    let is_amount = [Field::BYTES, Field::PACKETS].contains(&field);
    let cell = cell.exact(&exact);
    if is_amount { cell } else { value(Page::Flows, view, field, &exact, cell) }
}

/// Every field of one record.
async fn one(flows: &dyn Flows, view: &View, mark: &str) -> Result<Table, Refusal> {
    let found = Mark::parse(mark).map(|mark| match mark.place.checked_sub(1) {
        Some(place) => Mark { place, ..mark },
        None => Mark { second: mark.second.saturating_sub(1), place: u64::MAX },
    });
    let Some(before) = found else {
        let message = format!("{RECORD} does not name a record.");
        return Err(Refusal::new(RefusalKind::BadQuestion, message, "Open a record from the table."));
    };
    let mut asked = question(&from_the_top(view));
    for (name, value) in
        [(COLUMNS, "all"), (SORT, "start"), (LIMIT, "1"), (AFTER, before.to_string().as_str())]
    {
        asked.details.insert(name.to_owned(), value.to_owned());
    }
    let page = flows.records(&asked).await?;
    let rows = page.rows.first().filter(|record| record.mark == mark);
    let values = rows.map(|record| record.values.as_slice()).unwrap_or_default();
    let close = Way { label: "Close".to_owned(), href: Page::Flows.address(&with(view, RECORD, None)) };
    let head = Head::new("record", "Record")
        .about("every field it has, and what it means")
        .foot(origin(&page.provenance));
    let fields = page.columns.iter().zip(values).filter(|(_, value)| **value != Scalar::Missing);
    Ok(Table {
        head: Head { ways: vec![close], ..head },
        columns: vec![Column::words("Field"), Column::words("Value"), Column::words("Meaning")],
        rows: fields.map(|(name, value)| explained(view, name, value)).collect(),
        empty: "This record is not there, or the filter holds it back.".to_owned(),
    })
}

fn explained(view: &View, name: &str, scalar: &Scalar) -> Row {
    let field = Field::named(name).or_else(|| Field::other(name));
    let value = cell(view, name, scalar);
    let value = match field.and_then(|field| meaning(field, scalar)) {
        Some(meaning) => value.note(meaning),
        None => value,
    };
    let shown = view.details.get(COLUMNS).map(|columns| format!("{columns},{name}"));
    let shown = shown.unwrap_or_else(|| format!("{},{name}", default_columns()));
    let about = Cell::new(sentence(about(name)));
    let name = Cell::code(name)
        .name()
        .way("show as column", Page::Flows.address(&with(view, COLUMNS, Some(&shown))));
    Row::of([name, value, about])
}

/// What a column holds.
fn about(name: &str) -> &'static str {
    match name {
        // What Weir keeps beside AWS's fields and the filter's own.
        "evidence" => "by what client, server and service port are known",
        _ => Field::named(name).or_else(|| Field::other(name)).map_or("", Field::about),
    }
}

fn default_columns() -> String {
    contract::records::DEFAULT.map(|field| field.to_string()).join(",")
}

/// What a number stands for.
fn meaning(field: Field, scalar: &Scalar) -> Option<String> {
    let Scalar::Number(number) = scalar else { return None };
    let byte = u8::try_from(*number).ok();
    match field.kind() {
        Kind::Port => u16::try_from(*number).ok().map(port_label).filter(|label| label.contains(' ')),
        Kind::TcpFlags => byte.map(|bits| tcp_flags(bits.into())).filter(|names| !names.is_empty()),
        Kind::Protocol => Some(format!("IANA protocol {number}")),
        Kind::Time => Some(format!("Unix second {number}")),
        _ if field == Field::TRAFFIC_PATH => byte.and_then(traffic_path).map(str::to_owned),
        _ if field == Field::ENCRYPTION_STATUS => byte.and_then(encryption_status).map(str::to_owned),
        _ if field == Field::BYTES => {
            u64::try_from(*number).ok().map(|bytes| human::bytes(bytes).to_string())
        }
        _ => None,
    }
}
