//! Coverage: how completely the range is known. What was delivered when, what became of every line, what is missing.

use super::opened::Opened;
use crate::api;
use crate::api::opening::Opening;
use crate::panels::coverage::{
    CoverageTiles, DeliveryPanel, FLOW_LOGS, FRESHNESS, LACKING, LINES, OBJECTS, REASONS, SheetPanel,
    Silence, headline,
};
use crate::panels::say::{Line, refused};
use crate::panels::scene::use_scene;
use crate::question;
use crate::signals::latest::{First, latest};
use contract::Page;
use contract::{Refusal, View, link};
use leptos::prelude::*;

/// The page.
#[component]
pub fn CoveragePage() -> impl IntoView {
    view! { <Opened page=Page::Coverage title="Coverage"/> }
}

/// Its middle; the surroundings exist when it is called.
pub fn survey(opening: Opening) -> impl IntoView {
    let scene = use_scene();
    let ask = |view: View| async move { api::coverage(link::encode(&view)).await.map_err(Refusal::from) };
    let load = latest(First::whole(opening.coverage), move || scene.key(question::coverage), ask);
    let said = Memo::new(move |_| {
        load.with(|load| match (&load.value, &load.refusal) {
            (Some(coverage), _) => headline(coverage, &scene.link.view(), scene.zone_offset_secs()),
            (None, Some(refusal)) => refused(refusal),
            (None, None) => Default::default(),
        })
    });
    view! {
        <CoverageTiles load/>
        <Line said=said.into()/>
        <DeliveryPanel load/>
        <div class="pair">
            <SheetPanel spec=&LINES load/>
            <div class="stack">
                <SheetPanel spec=&FRESHNESS load/>
                <SheetPanel spec=&FLOW_LOGS load/>
            </div>
        </div>
        <SheetPanel spec=&REASONS load/>
        <SheetPanel spec=&OBJECTS load/>
        <SheetPanel spec=&LACKING load/>
        <Silence load/>
    }
}
