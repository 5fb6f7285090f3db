//! The numbers on top.

use super::class;
use contract::report::Tile;
use leptos::prelude::*;

/// The tiles in a row.
pub fn draw(tiles: Vec<Tile>) -> impl IntoView {
    view! { <section class="tiles" aria-label="Totals">{tiles.into_iter().map(tile).collect_view()}</section> }
}

fn tile(tile: Tile) -> impl IntoView {
    let Tile { title, value, unit, exact, note, tone } = tile;
    view! {
        <div class="tile" title=exact>
            <h2>{title}</h2>
            <div class="value"><span class="amount">{value}</span><small>{unit}</small></div>
            <div class="note"><span class=class(tone)>{note}</span></div>
        </div>
    }
}
