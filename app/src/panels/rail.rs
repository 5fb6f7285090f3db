//! The rail at the left: the pages that exist, and the state of the logs.

use super::keys::HelpButton;
use super::scene::use_scene;
use contract::Page;
use contract::{Stage, human};
use leptos::html::Dialog;
use leptos::prelude::*;
use parts::icon::{self, Brand, Icon, Pictogram};

const PAGES: [(Page, Icon); 12] = [
    (Page::Overview, icon::OVERVIEW),
    (Page::Rejects, icon::REJECTS),
    (Page::Blocked, icon::BLOCKED),
    (Page::Conversations, icon::CONVERSATIONS),
    (Page::Interface, icon::INTERFACE),
    (Page::Flows, icon::FLOWS),
    (Page::Groups, icon::GROUPS),
    (Page::Replay, icon::REPLAY),
    (Page::Cost, icon::COST),
    (Page::Setup, icon::SETUP),
    (Page::Coverage, icon::COVERAGE),
    (Page::Views, icon::VIEWS),
];

/// The rail.
#[component]
pub fn Rail(
    /// The list of keys, opened from here.
    help: NodeRef<Dialog>,
) -> impl IntoView {
    let scene = use_scene();
    let last = move || {
        let at = scene.summary.with(|load| load.value.as_ref().and_then(|s| s.last_record))?;
        Some(format!("Last record {} ago", human::duration((scene.now() - at).max(0))))
    };
    let sources = move || {
        scene.reading.progress.with(|progress| {
            let objects: u64 = progress.sources.iter().map(|s| s.objects_stored).sum();
            let is_refused = progress.sources.iter().any(|s| s.stage == Stage::Refused);
            let noun = if objects == 1 { "object" } else { "objects" };
            let state = if is_refused { ", a source refuses" } else { "" };
            format!("{} {noun} stored{state}", human::count(objects))
        })
    };
    view! {
        <nav class="rail" aria-label="Pages">
            <a class="brand" href="/" rel="external" aria-label="Weir, overview"><Brand/><span>"Weir"</span></a>
            <ul>
                {PAGES.map(|(page, icon)| view! {
                    <li>
                        <a href=move || page.elsewhere(&scene.link.view()) aria-current=(page == scene.link.page).then_some("page") title=page.label()>
                            <Pictogram icon/><span>{page.label()}</span>
                        </a>
                    </li>
                }).collect_view()}
            </ul>
            <div class="rail-foot">
                <p class="state"><span>{last}</span><span>{sources}</span></p>
                <div class="tools js-only">
                    <button class="ctl ghost" type="button" aria-label="Light or dark" title="Light or dark (d)" on:click=move |_| scene.toggle_theme()>
                        <Pictogram icon=icon::THEME/>
                    </button>
                    <HelpButton help/>
                </div>
            </div>
        </nav>
    }
}
