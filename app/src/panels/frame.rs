//! The frame of a panel with its four faces: loading, stale, ready, refused. The body keeps its size in all of them.

use super::scene::use_scene;
use crate::signals::latest::{Face, Load};
use contract::{Filter, Refusal, RefusalKind, View};
use leptos::prelude::*;
use parts::seam::{Pieces, Seam};
use parts::words::{sentence, words};

/// The face and the busyness of a load, for a frame.
pub fn faces<T: Send + Sync + 'static>(load: ReadSignal<Load<T>>) -> (Signal<Face>, Signal<bool>) {
    (Memo::new(move |_| load.with(Load::face)).into(), Memo::new(move |_| load.with(|load| load.busy)).into())
}

/// A panel.
#[component]
pub fn Frame(
    /// Names the panel in the document.
    id: &'static str,
    /// What the panel shows.
    title: &'static str,
    /// What is measured.
    #[prop(into)]
    sub: Signal<String>,
    /// Which face it has.
    face: Signal<Face>,
    /// Whether a request is under way.
    busy: Signal<bool>,
    /// Controls at the right of the head.
    controls: AnyView,
    /// What stands below the body.
    foot: AnyView,
    /// The body.
    children: Pieces,
) -> impl IntoView {
    let name = move || match face.get() {
        Face::Loading => "loading",
        Face::Stale => "stale",
        Face::Ready => "ready",
        Face::Refused(_) => "refused",
    };
    let refused = move || match face.get() {
        Face::Refused(refusal) => Some(view! { <RefusedFace refusal/> }),
        _ => None,
    };
    let is_busy = move || busy.get().then_some("true");
    view! {
        <section class="panel" id=id data-face=name aria-busy=is_busy aria-labelledby=format!("{id}-title")>
            <div class="thread" aria-hidden="true"></div>
            <header>
                <h2 id=format!("{id}-title")>{title}</h2>
                <span class="sub">{sub}</span>
                <div class="right">{controls}</div>
            </header>
            <div class="body">{children.made()} {refused}</div>
            {foot}
        </section>
    }
}

/// What, why and the cure.
#[component]
pub fn RefusedFace(
    /// The refusal.
    refusal: Refusal,
) -> impl IntoView {
    let scene = use_scene();
    let cure = match refusal.kind {
        RefusalKind::BadQuestion if refusal.at.is_some() => {
            let plain = move || scene.link.address(&View { filter: Filter::default(), ..scene.link.view() });
            view! { <a class="ctl" href=plain data-noscroll="">"Clear the filter"</a> }.erased()
        }
        RefusalKind::BadQuestion => {
            view! { <a class="ctl" href=scene.link.page.path() data-noscroll="">"Start from the last 24 hours"</a> }.erased()
        }
        _ => {
            let again = move |_| scene.reading.ask_again();
            view! { <button class="ctl js-only" type="button" on:click=again>"Ask again"</button> }.erased()
        }
    };
    view! {
        <div class="refused" role="alert">
            <b>{words(&sentence(&refusal.message))}</b>
            <p>{words(&refusal.hint)}</p>
            {cure}
        </div>
    }
}
