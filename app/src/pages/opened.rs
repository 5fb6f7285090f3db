//! What every page with a question has in common: the first answers come with it, and the rail, the bar and the keys
//! stand around it.

use super::{coverage, overview};
use crate::api;
use crate::api::opening::{Opening, open};
use crate::panels::keys::Keys;
use crate::panels::palette::Palette;
use crate::panels::rail::Rail;
use crate::panels::reading::ReadingCorner;
use crate::panels::report::ReportPanel;
use crate::panels::scene::{self, provide_scene};
use crate::panels::top_bar::TopBar;
use crate::panels::unknown::Unknown;
use crate::question;
use crate::signals::latest::{First, latest};
use crate::signals::use_link::{Link, use_link};
use crate::signals::use_progress::use_progress;
use contract::Page;
use contract::{Refusal, View, link};
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos_meta::Title;
use parts::seam::Seam;

/// A page.
#[component]
pub fn Opened(
    /// Which one.
    page: Page,
    /// What it is called.
    title: &'static str,
) -> impl IntoView {
    let link = use_link(page);
    // Read once, at the top of the page and outside of what waits for it. Later answers do not come this way: a resource
    // neither drops an outdated request nor hides its answer.
    let ask = move |()| open(page, link.asked.get_untracked());
    let opening = Resource::<Opening, api::Wire>::new_with_options(|| (), ask, false);
    view! {
        <Title text=format!("{title} – Weir")/>
        <Suspense fallback=|| view! { <p class="spoken" role="status">"Loading"</p> }>
            {Suspend::new(async move {
                let opening = opening.await;
                surrounded(link, title, opening)
            })}
        </Suspense>
    }
}

/// The middle with everything around it.
fn surrounded(link: Link, title: &'static str, mut opening: Opening) -> AnyView {
    let reading = use_progress(opening.progress.take(), link);
    let key = move || scene::key(link, reading, question::summary);
    let ask = |view: View| async move { api::summary(link::encode(&view)).await.map_err(Refusal::from) };
    provide_scene(link, reading, latest(First::whole(opening.summary.take()), key, ask));
    // Both are one type, so that the browser loads what stands around them once.
    let middle = match link.page {
        Page::Overview => overview::dashboard(opening).piece(),
        Page::Coverage => coverage::survey(opening).piece(),
        _ => view! { <ReportPanel first=opening.report.take()/> }.piece(),
    };
    let (filter, help, palette) =
        (NodeRef::<Input>::new(), NodeRef::<Dialog>::new(), NodeRef::<Dialog>::new());
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="frame">
            <Rail help/>
            <div class="page">
                <TopBar filter/>
                <main id="content">
                    <h1 class="spoken">{title}</h1>
                    <Unknown/>
                    {middle}
                </main>
            </div>
        </div>
        <ReadingCorner/>
        <Keys filter help palette/>
        <Palette dialog=palette/>
    }
    .piece()
}
