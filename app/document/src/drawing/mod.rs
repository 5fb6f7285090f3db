//! A panel with a picture that stands in the page as SVG. It follows the theme and the width by itself, for it is drawn
//! with the page's own variables and laid out in percent across and in CSS pixels down.
//!
//! The picture is one image to a screen reader, described by the sentence above it. Over it lies a second one that is
//! nothing but links, for the pointer alone: a hundred stops of the keyboard would be in everybody's way, and the table
//! below has the same links.

mod bands;
mod cells;

use super::head::{panel, safe};
use super::table;
use contract::report::{Drawing, Figure, Table};
use leptos::prelude::*;
use leptos::svg;
use parts::seam::Seam;
use parts::words;

/// Distance between the dots that shade what is unknown, CSS pixels.
const DOTS_APART_CSS: u32 = 6;

/// The panel.
pub fn draw(drawing: Drawing) -> impl IntoView {
    let Drawing { table: Table { head, columns, rows, empty }, words, figure } = drawing;
    let said = format!("{}-said", head.id);
    let is_empty = rows.is_empty();
    let figure = (!is_empty).then(|| match figure {
        Figure::Cells(cells) => cells::draw(&head.id, cells).erased(),
        Figure::Bands(bands) => bands::draw(&head.id, bands).erased(),
    });
    let words = if is_empty { empty.clone() } else { words };
    let sheet = (!is_empty).then(|| {
        let sheet = table::sheet(&head, columns, rows, empty);
        view! { <details class="behind"><summary>"Table"</summary>{sheet}</details> }
    });
    panel(head, view! { <p class="said" id=said>{words::words(&words)}</p>{figure}{sheet} })
}

/// A part of the picture for the pointer: a link, or a shape that only says what it is.
fn way(href: Option<String>, says: String, shape: impl IntoView + 'static) -> AnyView {
    let title = svg::title().child(says);
    match href.and_then(safe) {
        Some(href) => svg::a().attr("href", href).attr("tabindex", "-1").child((title, shape)).erased(),
        None => svg::g().child((title, shape)).erased(),
    }
}
