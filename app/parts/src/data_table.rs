//! The numbers behind a picture, to read, to select and to copy.

use leptos::prelude::*;

/// A table of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What the table shows.
    pub caption: String,
    /// The heads of the columns; the first column names the row.
    pub heads: Vec<String>,
    /// The rows, as long as the heads.
    pub rows: Vec<Vec<String>>,
}

/// The table, scrolling inside the box it is given.
#[component]
pub fn DataTable(
    /// What it shows.
    sheet: Signal<Sheet>,
) -> impl IntoView {
    let head = |text: String| view! { <th scope="col">{text}</th> };
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let name = cells.next().unwrap_or_default();
        let rest = cells.map(|text| view! { <td>{text}</td> }).collect_view();
        view! { <tr><th scope="row">{name}</th>{rest}</tr> }
    };
    view! {
        <div class="data-table" tabindex="0" role="region" aria-label=move || sheet.with(|s| s.caption.clone())>
            <table>
                <thead><tr>{move || sheet.with(|s| s.heads.clone()).into_iter().map(head).collect_view()}</tr></thead>
                <tbody>{move || sheet.with(|s| s.rows.clone()).into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
