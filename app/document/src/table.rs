//! A panel with a table.

use super::class;
use super::head::{panel, safe, way_of};
use contract::report::{Cell, Column, Head, Row, Sorted, Table};
use leptos::prelude::*;
use parts::seam::Seam;

/// The panel.
pub fn draw(table: Table) -> impl IntoView {
    let Table { head, columns, rows, empty } = table;
    let sheet = sheet(&head, columns, rows, empty);
    panel(head, sheet)
}

/// The table of a panel; it scrolls sideways where there is little room.
pub fn sheet(
    head: &Head,
    columns: Vec<Column>,
    rows: Vec<Row>,
    empty: String,
) -> impl IntoView + 'static + use<> {
    let nothing = rows.is_empty().then(|| {
        view! { <tr><td class="none" colspan=columns.len().to_string()>{empty}</td></tr> }
    });
    let is_number = numbers(&columns);
    let rows = rows.into_iter().map(|row| self::row(row, &is_number, None)).collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label(head)>
            <table class=look(head)>
                {self::columns(columns)}
                <tbody>{rows}{nothing}</tbody>
            </table>
        </div>
    }
}

/// What the region that scrolls is called; the panel around it has the bare title.
pub fn label(head: &Head) -> String {
    format!("{}, table", head.title)
}

/// The classes of the table. Not the bare id: panels elsewhere have classes of such names.
pub fn look(head: &Head) -> String {
    format!("ledger report-table of-{}", head.id)
}

/// Which columns are numbers.
pub fn numbers(columns: &[Column]) -> Vec<bool> {
    columns.iter().map(|column| column.is_number).collect()
}

/// The head of the table.
pub fn columns(columns: Vec<Column>) -> impl IntoView {
    view! { <thead><tr>{columns.into_iter().map(column).collect_view()}</tr></thead> }
}

fn column(Column { label, is_number, href, sorted, zone }: Column) -> impl IntoView {
    let order = sorted.map(|sorted| match sorted {
        Sorted::Ascending => "ascending",
        Sorted::Descending => "descending",
    });
    let label = match href.and_then(safe) {
        Some(href) => {
            let again = label.clone();
            view! { <a href=href data-noscroll="" data-again=again>{label}</a> }.erased()
        }
        None => view! { <span>{label}</span> }.erased(),
    };
    let zone = (!zone.is_empty()).then(|| view! { " "<small>{zone}</small> });
    view! { <th scope="col" class=is_number.then_some("n") aria-sort=order>{label}{zone}</th> }
}

/// A row; its place is said where not all rows are there.
pub fn row(Row { cells, tone }: Row, is_number: &[bool], place: Option<u64>) -> impl IntoView + use<> {
    let numbers = is_number.iter().copied().chain(std::iter::repeat(false));
    let cells =
        cells.into_iter().zip(numbers).map(|(cell, is_number)| self::cell(cell, is_number)).collect_view();
    view! { <tr class=class(tone) aria-rowindex=place.map(|place| place.to_string())>{cells}</tr> }
}

fn cell(cell: Cell, is_number: bool) -> impl IntoView {
    let Cell { text, at: _, is_code, is_name, note, href, ways, share, tone, exact } = cell;
    let look = match (is_number, is_code) {
        (true, _) => "n",
        (false, true) => "code",
        (false, false) => "",
    };
    let bar = share.map(|share| view! { <span class="portion" aria-hidden="true" style:width=format!("{:.1}%", 100.0 * share)></span> });
    let ways = (!ways.is_empty())
        .then(|| ways.into_iter().map(|way| way_of(&text, way)).collect_view())
        .map(|ways| view! { <span class="ways">{ways}</span> });
    let said = match href.and_then(safe) {
        Some(href) => view! { <a href=href>{text}</a> }.erased(),
        None => view! { <i>{text}</i> }.erased(),
    };
    view! {
        <td class=format!("{look} {}", class(tone)).trim().to_owned() role=is_name.then_some("rowheader") title=exact>
            {bar}{said}{ways}<small>{note}</small>
        </td>
    }
}
