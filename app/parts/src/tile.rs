//! A number with its name above and a note below.

use super::quantity::Amount;
use contract::human::Quantity;
use leptos::prelude::*;

/// A small line below a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Note {
    /// The words that matter.
    pub strong: String,
    /// How they are coloured: `up` for more rejects, `ok` for fresh data, else empty.
    pub tone: &'static str,
    /// The rest.
    pub rest: String,
}

/// What a tile shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The number as it is read.
    pub quantity: Quantity,
    /// The number to the last digit.
    pub exact: String,
    /// The line below.
    pub note: Note,
}

impl Default for Shown {
    fn default() -> Self {
        let quantity = Quantity { value: "–".to_owned(), unit: "" };
        Shown { quantity, exact: String::new(), note: Note::default() }
    }
}

/// The tile.
#[component]
pub fn Tile(
    /// What the number is.
    title: &'static str,
    /// The number.
    shown: Memo<Shown>,
) -> impl IntoView {
    let quantity = Signal::derive(move || shown.with(|shown| shown.quantity.clone()));
    view! {
        <div class="tile" title=move || shown.with(|shown| shown.exact.clone())>
            <h2>{title}</h2>
            <div class="value"><Amount quantity/></div>
            <div class="note">
                <b class=move || shown.with(|shown| shown.note.tone)>{move || shown.with(|shown| shown.note.strong.clone())}</b>
                <span>{move || shown.with(|shown| shown.note.rest.clone())}</span>
            </div>
        </div>
    }
}
