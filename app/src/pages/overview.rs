//! The overview: what flows, what is held back, who talks. The first answers come with the page; after that every
//! panel follows the link by itself.

use super::opened::Opened;
use crate::api;
use crate::api::opening::Opening;
use crate::panels::heatmap::HeatmapPanel;
use crate::panels::reading::FailedObjects;
use crate::panels::say::Say;
use crate::panels::scene::use_scene;
use crate::panels::talkers::TalkersPanel;
use crate::panels::tiles::Tiles;
use crate::panels::timeline::TimelinePanel;
use crate::signals::latest::{First, latest};
use contract::Page;
use contract::{Refusal, View, link};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    view! { <Opened page=Page::Overview title="Overview"/> }
}

/// Its middle; the surroundings exist when it is called.
pub fn dashboard(opening: Opening) -> impl IntoView {
    let scene = use_scene();
    let Opening { top, timeline, matrix, headline, .. } = opening;
    let ask = |view: View| async move { api::headline(link::encode(&view)).await.map_err(Refusal::from) };
    let headline = latest(First::whole(headline), move || scene.key(View::clone), ask);
    view! {
        <Tiles/>
        <Say headline/>
        <TimelinePanel first=timeline/>
        <div class="pair">
            <HeatmapPanel first=matrix/>
            <TalkersPanel first=top/>
        </div>
        <FailedObjects/>
    }
}
