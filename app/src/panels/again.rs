//! The focus outlives the document: whoever presses a link that leads on within the page finds it focused again in the
//! document that takes its place, or another of the same row where that link has gone.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// The link that was pressed last, by the name that `document` gives it.
#[derive(Clone, Copy)]
pub struct Again(StoredValue<Option<String>>);

/// Follows the document: `html` changes whenever another one has been put into `document`.
pub fn use_again(document: NodeRef<Div>, html: Memo<String>) -> Again {
    let again = Again(StoredValue::new(None));
    Effect::new(move |_| {
        html.track();
        if let (Some(document), Some(name)) =
            (document.get(), again.0.try_update_value(Option::take).flatten())
            && let Some(link) = named(&document, &name)
        {
            // A link that is on screen takes the focus.
            let _ = link.focus();
        }
    });
    again
}

impl Again {
    /// Something was clicked, or pressed by a key.
    pub fn pressed(self, event: &leptos::ev::MouseEvent) {
        let part = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = part.and_then(|part| part.closest("[data-again]").ok().flatten());
        self.0.set_value(link.and_then(|link| link.get_attribute("data-again")));
    }
}

/// The link of that name, else one that begins with the same words.
fn named(document: &Element, name: &str) -> Option<HtmlElement> {
    // A quote would end the selector's text; no field and no choice has one.
    let name = (!name.contains(['"', '\\'])).then_some(name)?;
    let row = name.rsplit_once(' ').map_or(name, |(row, _)| row);
    let found = |selector: String| document.query_selector(&selector).ok().flatten();
    found(format!("[data-again=\"{name}\"]"))
        .or_else(|| found(format!("[data-again^=\"{row} \"]")))
        .and_then(|link| link.dyn_into().ok())
}
