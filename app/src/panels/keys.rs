//! What the keyboard does on the whole page, and the list of it.

use super::scene::{Scene, use_scene};
use super::time_control::RANGE_BOX;
use crate::range::{self, Way};
use contract::View;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::{ev, web_sys};

/// Every key with what it does.
const KEYS: [(&str, &str); 14] = [
    ("Ctrl K", "Go to a page, a view, an address, a pasted line"),
    ("/", "Write a filter; ↓ chooses, ↑ brings back an earlier one"),
    ("t", "Say a range of time"),
    ("[ ]", "Earlier, later"),
    ("+ -", "Zoom in, zoom out"),
    ("Alt ←", "Back to the view before"),
    ("r", "Ask again"),
    ("d", "Light or dark"),
    ("?", "This list"),
    ("Esc", "Close; take back what was not applied"),
    ("← →", "On a picture: from bucket to bucket"),
    ("↑ ↓", "On the heatmap: from row to row"),
    ("Shift ← →", "On a picture: select a range"),
    ("Enter", "On a picture: zoom to the range, or filter by the cell"),
];

/// Listens to the page and holds the list of keys.
#[component]
pub fn Keys(
    /// The filter's input.
    filter: NodeRef<Input>,
    /// The list.
    help: NodeRef<Dialog>,
    /// The command palette.
    palette: NodeRef<Dialog>,
) -> impl IntoView {
    let scene = use_scene();
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| {
            let key = event.key();
            if key.eq_ignore_ascii_case("k") && (event.ctrl_key() || event.meta_key()) && open(palette) {
                event.prevent_default();
                return;
            }
            if !is_plain(&event) {
                return;
            }
            let is_known = match key.as_str() {
                "/" => filter.get_untracked().is_some_and(|input| {
                    input.select();
                    input.focus().is_ok()
                }),
                "t" => go_to_time(),
                "?" => open(help),
                key => on_page_key(scene, key),
            };
            if is_known {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
    let row = |(key, does): (&'static str, &'static str)| view! { <tr><th scope="row"><kbd>{key}</kbd></th><td>{does}</td></tr> };
    view! {
        <dialog class="keys" node_ref=help aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <table><tbody>{KEYS.into_iter().map(row).collect_view()}</tbody></table>
            <form method="dialog"><button class="ctl" type="submit">"Close"</button></form>
        </dialog>
    }
}

/// Whether a key press is meant for the page: not with a modifier, not while something is typed.
fn is_plain(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_typing =
        target.is_some_and(|t| matches!(t.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT" | "DIALOG"));
    !(event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing)
}

fn open(help: NodeRef<Dialog>) -> bool {
    help.get_untracked().is_some_and(|dialog| dialog.open() || dialog.show_modal().is_ok())
}

/// Opens the time range and puts the cursor into its box.
fn go_to_time() -> bool {
    let found = document().get_element_by_id(RANGE_BOX);
    let Some(input) = found.and_then(|found| found.dyn_into::<web_sys::HtmlInputElement>().ok()) else {
        return false;
    };
    if let Ok(Some(menu)) = input.closest("details") {
        // Setting an attribute with a legal name does not fail.
        let _ = menu.set_attribute("open", "");
    }
    input.select();
    input.focus().is_ok()
}

fn on_page_key(scene: Scene, key: &str) -> bool {
    let now = scene.now_untracked();
    let view = scene.link.view_now();
    let go = |next: Option<View>| next.map(|next| scene.link.push(&next)).is_some();
    match key {
        "[" | "," => go(range::moved(&view, now, Way::Earlier)),
        "]" | "." => go(range::moved(&view, now, Way::Later)),
        "+" | "=" => go(range::closer(&view, now, scene.cursor.get_untracked())),
        "-" => go(range::widened(&view, now)),
        "r" => {
            scene.reading.ask_again();
            true
        }
        "d" => {
            scene.toggle_theme();
            true
        }
        _ => false,
    }
}

/// Opens the list of keys.
#[component]
pub fn HelpButton(
    /// The list.
    help: NodeRef<Dialog>,
) -> impl IntoView {
    let on_click = move |_| {
        open(help);
    };
    view! { <button class="ctl ghost" type="button" aria-label="Keys" title="Keys (?)" on:click=on_click>"?"</button> }
}
