//! Which fields of the records are shown, and in which order: each is moved, hidden or shown by a link, and whoever knows
//! their names types them.

use super::super::links::{from_the_top, of, sentence, with};
use super::about;
use contract::records::{COLUMN_LIMIT, COLUMNS};
use contract::report::{Block, Cell, Column, Form, FormField, Head, Row, Table, Tone};
use contract::{Field, Page, Records, View, link};

/// The panels that choose columns.
pub fn choose(view: &View, page: &Records) -> [Block; 2] {
    [Block::Table(listed(view, &page.columns)), Block::Form(typed(view, &page.columns))]
}

/// This page with other columns, or the usual ones. It leads on within the page, which stays where it is.
fn leading_to(view: &View, columns: Option<&[&str]>) -> String {
    let names = columns.map(|columns| columns.join(","));
    let asked = with(&from_the_top(view), COLUMNS, names.as_deref());
    format!("?{}", link::encode(&asked))
}

/// Every field: those shown in their order, then those that are not.
fn listed(view: &View, columns: &[String]) -> Table {
    let shown: Vec<&str> = columns.iter().map(String::as_str).collect();
    let hidden = Field::ALL.iter().map(Field::name).filter(|name| !shown.contains(name));
    let rows = (0..shown.len()).map(|at| shown_row(view, &shown, at));
    let sub = of(shown.len(), Field::ALL.len() as u64, "fields shown, in this order");
    let mut head = Head::new("columns", "Columns").about(sub);
    if view.details.contains_key(COLUMNS) {
        head = head.way("As they are unless chosen", leading_to(view, None));
    }
    Table {
        head,
        columns: vec![Column::number("Place"), Column::words("Field"), Column::words("Meaning")],
        rows: rows.chain(hidden.map(|name| hidden_row(view, &shown, name))).collect(),
        empty: String::new(),
    }
}

fn shown_row(view: &View, shown: &[&str], at: usize) -> Row {
    let moved = |to: usize| {
        let mut columns = shown.to_vec();
        columns.swap(at, to);
        leading_to(view, Some(&columns))
    };
    let mut name = Cell::code(shown[at]).name();
    if at > 0 {
        name = name.way("earlier", moved(at - 1));
    }
    if at + 1 < shown.len() {
        name = name.way("later", moved(at + 1));
    }
    // A table without columns shows nothing.
    if shown.len() > 1 {
        let rest: Vec<&str> = shown.iter().copied().filter(|name| *name != shown[at]).collect();
        name = name.way("hide", leading_to(view, Some(&rest)));
    }
    Row::of([Cell::new((at + 1).to_string()), name, meaning(shown[at])])
}

fn hidden_row(view: &View, shown: &[&str], name: &str) -> Row {
    let mut cell = Cell::code(name).name();
    if shown.len() < COLUMN_LIMIT {
        cell = cell.way("show", leading_to(view, Some(&[shown, &[name]].concat())));
    }
    Row { tone: Tone::Quiet, ..Row::of([Cell::default(), cell, meaning(name)]) }
}

fn meaning(name: &str) -> Cell {
    Cell::new(sentence(about(name)))
}

fn typed(view: &View, columns: &[String]) -> Form {
    let bare = with(&from_the_top(view), COLUMNS, None);
    Form {
        head: Head::new("choose", "Columns by name"),
        action: Page::Flows.path().to_owned(),
        hidden: link::pairs(&link::encode(&bare)).unwrap_or_default(),
        fields: vec![FormField {
            name: COLUMNS.to_owned(),
            label: "Columns, in order".to_owned(),
            value: view.details.get(COLUMNS).cloned().unwrap_or_else(|| columns.join(",")),
            hint: "Names with commas, or `all` for every field that the records have.".to_owned(),
            ..FormField::default()
        }],
        button: "Show".to_owned(),
        ..Form::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[&str]) -> Table {
        listed(&View::default(), &columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    fn ways(table: &Table, row: usize) -> Vec<(&str, String)> {
        let columns = |href: &str| {
            link::decode(href.trim_start_matches('?')).unwrap_or_default().details[COLUMNS].clone()
        };
        table.rows[row].cells[1].ways.iter().map(|way| (way.label.as_str(), columns(&way.href))).collect()
    }

    #[test]
    fn a_column_is_moved_and_hidden() {
        let table = table(&["start", "bytes", "action"]);
        let expected = [("later", "bytes,start,action"), ("hide", "bytes,action")];
        assert_eq!(ways(&table, 0), expected.map(|(label, columns)| (label, columns.to_owned())));
        let expected =
            [("earlier", "bytes,start,action"), ("later", "start,action,bytes"), ("hide", "start,action")];
        assert_eq!(ways(&table, 1), expected.map(|(label, columns)| (label, columns.to_owned())));
    }

    #[test]
    fn every_other_field_can_be_shown_and_the_last_one_stays() {
        let table = table(&["bytes"]);
        assert_eq!(ways(&table, 0), []);
        assert_eq!(table.rows.len(), Field::ALL.len());
        let (label, columns) = ways(&table, 1).remove(0);
        assert_eq!((label, columns.starts_with("bytes,")), ("show", true));
    }

    #[test]
    fn a_field_that_aws_adds_later_has_its_place_too() {
        let table = table(&["start", "future-field"]);
        assert_eq!(ways(&table, 1)[0], ("earlier", "future-field,start".to_owned()));
    }
}
