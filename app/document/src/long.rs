//! A panel with a part of a table that is too long to be drawn whole, and further rows of such a table. What brings it to
//! life in the browser is `panels::long`; without scripts the links above the table lead from part to part.

use super::head::panel;
use super::table;
use contract::report::{Long, Row, Table};
use leptos::prelude::*;
use parts::seam::Seam;

/// The panel.
pub fn draw(long: Long) -> impl IntoView {
    let Long { table: Table { head, columns, rows, empty }, offset, total, rest, link } = long;
    if rows.is_empty() {
        return panel(head.clone(), table::sheet(&head, columns, rows, empty)).erased();
    }
    let label = table::label(&head);
    let look = table::look(&head);
    let is_number = table::numbers(&columns);
    let body = numbered(rows, &is_number, offset);
    // Head and rows count: a reader of the screen is told "row 12,002 of 1,234,568".
    let count = (total + 1).to_string();
    let sheet = view! {
        <div class="scroll long" tabindex="0" role="region" aria-label=label data-offset=offset.to_string()
            data-total=total.to_string() data-rest=rest data-link=link>
            <div>
                <table class=look aria-rowcount=count>
                    {table::columns(columns)}
                    <tbody>{body}</tbody>
                </table>
            </div>
        </div>
    };
    panel(head, sheet).erased()
}

/// The rows alone.
pub fn rows(long: Long) -> impl IntoView {
    let is_number = table::numbers(&long.table.columns);
    numbered(long.table.rows, &is_number, long.offset)
}

fn numbered(rows: Vec<Row>, is_number: &[bool], offset: u64) -> impl IntoView + use<> {
    let row = |(row, place)| table::row(row, is_number, Some(place));
    // The head is the first row, and rows count from one.
    rows.into_iter().zip(offset + 2..).map(row).collect_view()
}
