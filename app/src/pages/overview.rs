//! The overview: what flows, what is held back, who talks. The first answers come with the page; after that every
//! panel follows the link by itself.

use crate::api;
use crate::api::opening::{Opening, open};
use crate::panels::heatmap::HeatmapPanel;
use crate::panels::keys::Keys;
use crate::panels::rail::Rail;
use crate::panels::reading::{FailedObjects, ReadingCorner};
use crate::panels::say::Say;
use crate::panels::scene::{self, provide_scene};
use crate::panels::talkers::TalkersPanel;
use crate::panels::tiles::Tiles;
use crate::panels::timeline::TimelinePanel;
use crate::panels::top_bar::TopBar;
use crate::question;
use crate::signals::latest::{First, latest};
use crate::signals::use_link::{Link, Page, use_link};
use crate::signals::use_progress::use_progress;
use contract::{Refusal, View, link};
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    let link = use_link(Page::Overview);
    // Read once, at the top of the page and outside of what waits for it. Later answers do not come this way: a resource
    // neither drops an outdated request nor hides its answer.
    let opening = Resource::new(|| (), move |()| open(link.asked.get_untracked()));
    view! {
        <Title text="Overview – Weir"/>
        <Suspense fallback=|| view! { <p class="spoken" role="status">"Loading"</p> }>
            {Suspend::new(async move {
                let opening = opening.await;
                view! { <Dashboard link opening/> }
            })}
        </Suspense>
    }
}

#[component]
fn Dashboard(link: Link, opening: Opening) -> impl IntoView {
    let Opening { summary, top, timeline, matrix, headline, progress } = opening;
    let reading = use_progress(progress, link);
    let key = move || scene::key(link, reading, question::summary);
    let ask = |view: View| async move { api::summary(link::encode(&view)).await.map_err(Refusal::from) };
    provide_scene(link, reading, latest(First::whole(summary), key, ask));
    let ask = |view: View| async move { api::headline(link::encode(&view)).await.map_err(Refusal::from) };
    let headline = latest(First::whole(headline), move || scene::key(link, reading, View::clone), ask);
    let (filter, help) = (NodeRef::<Input>::new(), NodeRef::<Dialog>::new());
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="frame">
            <Rail help/>
            <div class="page">
                <TopBar filter/>
                <main id="content">
                    <h1 class="spoken">"Overview"</h1>
                    <Tiles/>
                    <Say headline/>
                    <TimelinePanel first=timeline/>
                    <div class="pair">
                        <HeatmapPanel first=matrix/>
                        <TalkersPanel first=top/>
                    </div>
                    <FailedObjects/>
                </main>
            </div>
        </div>
        <ReadingCorner/>
        <Keys filter help/>
    }
}
