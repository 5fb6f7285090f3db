//! A table of words and numbers whose rows explain themselves: a cell has a small note below it where it needs one.
//! Every table of a page is made of the same few pieces, because each further shape of table costs the browser a
//! download.

use leptos::prelude::*;

/// How a cell is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// As words.
    #[default]
    Words,
    /// As words that name the row.
    Name,
    /// As an id or an address.
    Code,
    /// As an id that names the row.
    CodeName,
    /// As a number, to the right.
    Number,
    /// As words in the place of a table that has no rows.
    Empty,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Look::Words | Look::Name => "",
            Look::Code | Look::CodeName => "code",
            Look::Number => "n",
            Look::Empty => "none",
        }
    }

    const fn role(self) -> Option<&'static str> {
        match self {
            Look::Name | Look::CodeName => Some("rowheader"),
            _ => None,
        }
    }
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// How it is set.
    pub look: Look,
    /// What it says.
    pub text: String,
    /// A smaller line below.
    pub note: String,
    /// More, for who points at it.
    pub title: String,
    /// Columns it takes; 0 is one.
    pub span: usize,
}

impl Cell {
    /// A cell of one look.
    pub fn new(look: Look, text: impl Into<String>) -> Cell {
        Cell { look, text: text.into(), ..Cell::default() }
    }

    /// With a smaller line below.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Cell {
        Cell { note: note.into(), ..self }
    }

    /// With more for who points at it.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Cell {
        Cell { title: title.into(), ..self }
    }

    /// Over several columns.
    #[must_use]
    pub fn over(self, span: usize) -> Cell {
        Cell { span, ..self }
    }
}

/// A row: its cells, and the class that sets it apart (`odd`, `total`), else empty.
pub type Row = (Vec<Cell>, &'static str);

/// A row of words alone, where a table has nothing to list.
pub fn empty(words: impl Into<String>, columns: usize) -> Vec<Row> {
    vec![(vec![Cell::new(Look::Empty, words).over(columns)], "")]
}

/// The table, or its skeleton.
#[component]
pub fn Ledger(
    /// Its class.
    look: &'static str,
    /// Heads of the columns, and whether numbers stand below.
    heads: &'static [(&'static str, bool)],
    /// The rows; `None` while nothing is known.
    rows: Signal<Option<Vec<Row>>>,
    /// Rows the skeleton shows.
    bones: usize,
) -> impl IntoView {
    let head = |(name, is_number): &(&'static str, bool)| {
        let class = if *is_number { "n" } else { "" };
        view! { <th scope="col" class=class>{*name}</th> }
    };
    let bones = move || {
        let bone = |_| (vec![Cell::new(Look::Words, "").over(heads.len())], "bones");
        (0..bones).map(bone).collect::<Vec<Row>>()
    };
    view! {
        <table class=format!("ledger {look}")>
            <thead><tr>{heads.iter().map(head).collect_view()}</tr></thead>
            <tbody>{move || rows.get().unwrap_or_else(bones).into_iter().map(draw).collect_view()}</tbody>
        </table>
    }
}

fn draw((cells, class): Row) -> impl IntoView {
    let cell = |cell: Cell| {
        let span = (cell.span > 1).then(|| cell.span.to_string());
        let title = (!cell.title.is_empty()).then_some(cell.title);
        view! {
            <td class=cell.look.class() role=cell.look.role() colspan=span title=title>
                <i>{cell.text}</i><small>{cell.note}</small>
            </td>
        }
    };
    view! { <tr class=class>{cells.into_iter().map(cell).collect_view()}</tr> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_table_is_one_cell_over_all_columns() {
        let rows = empty("nothing", 4);
        assert_eq!(rows.len(), 1);
        assert_eq!(
            rows[0].0,
            [Cell { look: Look::Empty, span: 4, text: "nothing".into(), ..Cell::default() }]
        );
    }
}
