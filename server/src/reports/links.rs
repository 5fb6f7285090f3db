//! What the documents have in common: where their links lead, how values and amounts look, what their feet say.

use contract::filter::Expr;
use contract::names::{protocol_name, service_name};
use contract::report::{Cell, Tile, Tone};
use contract::{Field, Page, View, human, records};

pub use app::panels::foot::origin;

/// The address of `page` with `clause` (filter text) required as well; `None` when it cannot be said in the filter
/// language.
pub fn narrowed(page: Page, view: &View, clause: &str) -> Option<String> {
    app::question::narrowed(view, clause).map(|view| page.elsewhere(&view))
}

/// The address of `page` with one more condition. What the page is about stays; the place in its list does not.
fn refined(page: Page, view: &View, condition: Expr) -> String {
    page.address(&View { filter: view.filter.and(condition), ..from_the_top(view) })
}

/// The view at the top of its list.
pub fn from_the_top(view: &View) -> View {
    let mut view = view.clone();
    for place in [records::OFFSET, records::AFTER, RECORD] {
        view.details.remove(place);
    }
    view
}

/// The detail that opens a record.
pub const RECORD: &str = "record";

/// The view with a detail, or without it.
pub fn with(view: &View, name: &str, value: Option<&str>) -> View {
    let mut view = view.clone();
    match value {
        Some(value) => view.details.insert(name.to_owned(), value.to_owned()),
        None => view.details.remove(name),
    };
    view
}

/// A value of a field: it leads to "only this", with "not this" beside it.
pub fn value(page: Page, view: &View, field: Field, key: &str, cell: Cell) -> Cell {
    let only = Expr::equals(field, key).map(|only| refined(page, view, only));
    let not = Expr::differs(field, key).map(|not| refined(page, view, not));
    let cell = match only {
        Ok(only) => cell.to(only),
        Err(_) => cell,
    };
    match not {
        Ok(not) => cell.way("not", not),
        Err(_) => cell,
    }
}

/// The service as a person reads it: `https 443/tcp`.
pub fn service(port: Option<u16>, protocol: Option<u8>) -> String {
    let protocol =
        protocol.map(|number| protocol_name(number).map_or_else(|| number.to_string(), str::to_lowercase));
    match (port, protocol) {
        (Some(port), Some(protocol)) => {
            let name = service_name(port).map(|name| format!("{name} ")).unwrap_or_default();
            format!("{name}{port}/{protocol}")
        }
        (None, Some(protocol)) => protocol,
        (port, None) => port.map(|port| port.to_string()).unwrap_or_else(|| "unknown".to_owned()),
    }
}

/// A service that leads to "only this".
pub fn service_cell(page: Page, view: &View, port: Option<u16>, protocol: Option<u8>) -> Cell {
    let cell = Cell::new(service(port, protocol));
    match (port, protocol) {
        (Some(port), _) => value(page, view, Field::SERVICE_PORT, &port.to_string(), cell),
        (None, Some(protocol)) => value(page, view, Field::PROTOCOL, &protocol.to_string(), cell),
        (None, None) => cell,
    }
}

/// Bytes.
pub fn bytes(amount: u64) -> Cell {
    quantity(human::bytes(amount), amount)
}

/// A number of things.
pub fn count(number: u64) -> Cell {
    quantity(human::count(number), number)
}

/// A number of things that were held back; quiet when there are none.
pub fn held(number: u64) -> Cell {
    count(number).tone(if number == 0 { Tone::Quiet } else { Tone::Held })
}

fn quantity(read: human::Quantity, exact: u64) -> Cell {
    Cell::new(read.to_string()).exact(exact)
}

/// A moment, where there is one.
pub fn perhaps(at: Option<i64>) -> Cell {
    at.map_or_else(|| Cell::new("–"), Cell::moment)
}

/// A number on top, with a note below it.
pub fn tile(title: &str, number: u64, note: impl Into<String>) -> Tile {
    let read = human::count(number);
    Tile {
        title: title.to_owned(),
        value: read.value,
        unit: read.unit.to_owned(),
        exact: human::exact(number),
        note: note.into(),
        tone: Tone::Plain,
    }
}

/// A text as a sentence begins: with a capital, unless it begins with an id or an address, which has none.
pub fn sentence(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    if first.contains(|letter: char| letter.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How many of how many: `10 of 1 204 conversations`.
pub fn of(shown: usize, all: u64, noun: &str) -> String {
    if shown as u64 == all {
        return format!("{} {noun}", human::exact(all));
    }
    format!("{} of {} {noun}", human::exact(shown as u64), human::exact(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_capital_but_an_id_stays_as_it_is() {
        assert_eq!(sentence("the rule went"), "The rule went");
        for id in ["sgr-0a1b permitted it", "eni-1 refused", "10.0.0.1 asked", ""] {
            assert_eq!(sentence(id), id);
        }
    }
}
