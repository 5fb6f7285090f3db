//! Coverage: how completely the range is known. What was delivered when, what became of every line, what is missing.

use crate::api;
use crate::api::opening::{CoverageOpening, open_coverage};
use crate::panels::coverage::{
    CoverageTiles, DeliveryPanel, FlowLogsPanel, FreshnessPanel, LackingPanel, LinesPanel, ObjectsPanel,
    ReasonsPanel, Silence, headline,
};
use crate::panels::keys::Keys;
use crate::panels::rail::Rail;
use crate::panels::reading::ReadingCorner;
use crate::panels::say::{Line, refused};
use crate::panels::scene::{self, provide_scene};
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
pub fn CoveragePage() -> impl IntoView {
    let link = use_link(Page::Coverage);
    let opening = Resource::new(|| (), move |()| open_coverage(link.asked.get_untracked()));
    view! {
        <Title text="Coverage – Weir"/>
        <Suspense fallback=|| view! { <p class="spoken" role="status">"Loading"</p> }>
            {Suspend::new(async move {
                let opening = opening.await;
                view! { <Survey link opening/> }
            })}
        </Suspense>
    }
}

#[component]
fn Survey(link: Link, opening: CoverageOpening) -> impl IntoView {
    let CoverageOpening { summary, coverage, progress } = opening;
    let reading = use_progress(progress, link);
    let key = move || scene::key(link, reading, question::summary);
    let ask = |view: View| async move { api::summary(link::encode(&view)).await.map_err(Refusal::from) };
    let scene = provide_scene(link, reading, latest(First::whole(summary), key, ask));
    let ask = |view: View| async move { api::coverage(link::encode(&view)).await.map_err(Refusal::from) };
    let load = latest(First::whole(coverage), move || scene.key(question::coverage), ask);
    let said = Memo::new(move |_| {
        load.with(|load| match (&load.value, &load.refusal) {
            (Some(coverage), _) => headline(coverage, &link.view(), scene.zone_offset_secs()),
            (None, Some(refusal)) => refused(refusal),
            (None, None) => Default::default(),
        })
    });
    let (filter, help) = (NodeRef::<Input>::new(), NodeRef::<Dialog>::new());
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="frame">
            <Rail help/>
            <div class="page">
                <TopBar filter/>
                <main id="content">
                    <h1 class="spoken">"Coverage"</h1>
                    <CoverageTiles load/>
                    <Line said=said.into()/>
                    <DeliveryPanel load/>
                    <div class="pair">
                        <LinesPanel load/>
                        <FreshnessPanel load/>
                    </div>
                    <ReasonsPanel load/>
                    <ObjectsPanel load/>
                    <div class="pair">
                        <FlowLogsPanel load/>
                        <LackingPanel load/>
                    </div>
                    <Silence load/>
                </main>
            </div>
        </div>
        <ReadingCorner/>
        <Keys filter help/>
    }
}
