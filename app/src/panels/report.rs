//! The middle of a page that is a document. The server composes and draws it; here it is shown, kept while the next one
//! is on its way, and its buttons are heard.

use super::again::use_again;
use super::frame::{RefusedFace, faces};
use super::long::use_long_table;
use super::scene::use_scene;
use crate::api;
use crate::signals::browser;
use crate::signals::latest::{Face, First, latest};
use contract::{Refusal, View, Zone, link};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The document, following the link.
#[component]
pub fn ReportPanel(
    /// What the server wrote into the page.
    first: Option<Result<String, Refusal>>,
) -> impl IntoView {
    let scene = use_scene();
    let page = scene.link.page;
    let ask = move |view: View| async move {
        let offset_secs = scene.zone_offset_now();
        api::report(page.name().to_owned(), link::encode(&view), offset_secs).await.map_err(Refusal::from)
    };
    // What the server wrote is in UTC, and asked for again where the reader's zone is wanted; also when that becomes known
    // only later, as when data has changed.
    let is_local = scene.link.asked.with_untracked(|asked| asked.view.zone == Zone::Local);
    let first = if is_local { First::part(first) } else { First::whole(first) };
    let key = move || {
        let zone = scene.zone_offset_secs() as u32;
        scene.key(View::clone).map(|key| key.map(|(view, tick)| (view, tick.wrapping_add(zone))))
    };
    let load = latest(first, key, ask);
    let (face, busy) = faces(load);
    let name = move || match face.get() {
        Face::Loading => "loading",
        Face::Stale => "stale",
        Face::Ready => "ready",
        Face::Refused(_) => "refused",
    };
    // An equal document is not put in again: what is being read, marked or typed in it stays.
    let html = Memo::new(move |_| load.with(|load| load.value.as_deref().cloned()).unwrap_or_default());
    let document = NodeRef::new();
    let long = use_long_table(document, html, scene);
    let again = use_again(document, html);
    let refused = move || match face.get() {
        Face::Refused(refusal) => {
            Some(view! { <div class="panel"><div class="body"><RefusedFace refusal/></div></div> })
        }
        _ => None,
    };
    let click = move |event: leptos::ev::MouseEvent| {
        again.pressed(&event);
        if let Some(address) = browser::drawn_way(&event) {
            event.prevent_default();
            scene.link.open(&address);
        } else if let Some(text) = browser::to_copy(&event) {
            spawn_local(async move {
                browser::copy(text).await;
            });
        }
    };
    view! {
        <div class="report" node_ref=document data-face=name aria-busy=move || busy.get().then_some("true")
            on:click=click on:scroll:capture=move |_| long.scrolled() inner_html=move || html.get()></div>
        {refused}
    }
}
