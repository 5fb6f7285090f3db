//! The command palette: pages, saved views, addresses, interfaces; a pasted log line, 5-tuple or ARN. The server knows
//! what a text may mean; here one types and chooses.

use super::scene::use_scene;
use super::suggest::{Suggest, Suggestions};
use contract::link;
use leptos::ev;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The palette, opened by `Ctrl K`.
#[component]
pub fn Palette(
    /// Its window.
    dialog: NodeRef<Dialog>,
) -> impl IntoView {
    let link = use_scene().link;
    let suggest = Suggest::below(NodeRef::<Input>::new());
    let ask = move || {
        let typed = suggest.typed();
        let typed = utf8_percent_encode(&typed, NON_ALPHANUMERIC);
        suggest.ask(format!("/api/v1/find.html?q={typed}&{}", link::encode(&link.view_now())));
    };
    let pick = Callback::new(move |address: String| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        link.open(&address);
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        if key != "Escape" && suggest.key(&key) {
            event.prevent_default();
        }
    };
    let on_focus = move |_| {
        if let Some(input) = suggest.input.get_untracked() {
            input.select();
        }
        ask();
    };
    view! {
        <dialog class="palette" node_ref=dialog aria-label="Go to">
            <input
                node_ref=suggest.input
                type="text"
                aria-label="Go to"
                aria-autocomplete="list"
                aria-controls="places"
                placeholder="A page, a view, an address; or paste a log line, a 5-tuple, an ARN"
                autocomplete="off"
                spellcheck="false"
                on:focus=on_focus
                on:input=move |_| ask()
                on:keydown=on_key
            />
            <Suggestions suggest id="places" name="Places" attribute="data-to" pick/>
        </dialog>
    }
}
