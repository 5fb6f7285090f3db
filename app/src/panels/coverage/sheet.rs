//! A panel that lists something of the answer. What the panels differ in is data and pure functions, so that the browser
//! loads the drawing once.

use super::Answer;
use crate::panels::frame::{Frame, faces};
use crate::panels::scene::use_scene;
use crate::question;
use contract::{Coverage, link};
use leptos::prelude::*;
use parts::ledger::{Ledger, Row};
use parts::seam::Seam;

/// What a panel needs to know beside the answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// The server's clock now, Unix seconds; 0 where it does not matter or is not known.
    pub now: i64,
    /// What is added to UTC where times are printed, seconds.
    pub offset_secs: i64,
}

/// A link in the foot of a panel.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// What it says.
    pub label: &'static str,
    /// A file about the range, such as `objects.csv`; or an address elsewhere.
    pub to: &'static str,
}

/// What makes a panel.
#[derive(Clone, Copy)]
pub struct Spec {
    /// Names it in the document and in the styles.
    pub id: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// What is listed.
    pub sub: &'static str,
    /// Heads of the columns, and whether numbers stand below.
    pub heads: &'static [(&'static str, bool)],
    /// Rows the skeleton shows.
    pub bones: usize,
    /// Whether it scrolls sideways where there is little room, so that it must take the focus.
    pub is_wide: bool,
    /// Whether the rows say how long ago something was.
    pub has_ages: bool,
    /// The rows.
    pub rows: fn(&Coverage, Told) -> Vec<Row>,
    /// What the foot says.
    pub foot: fn(&Coverage) -> String,
    /// What the foot leads to.
    pub ways: &'static [Way],
}

/// The panel.
#[component]
pub fn SheetPanel(
    /// What makes it.
    spec: &'static Spec,
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let scene = use_scene();
    let (face, busy) = faces(load);
    let rows = Signal::derive(move || {
        let now = if spec.has_ages { scene.now() } else { 0 };
        let told = Told { now, offset_secs: scene.zone_offset_secs() };
        load.with(|load| load.value.as_ref().map(|coverage| (spec.rows)(coverage, told)))
    });
    let foot = view! { <Foot load words=spec.foot ways=spec.ways/> }.piece();
    view! {
        <Frame id=spec.id title=spec.title sub=spec.sub face busy controls=().erased() foot>
            <div class="scroll" tabindex=spec.is_wide.then_some("0") role=spec.is_wide.then_some("region") aria-label=spec.is_wide.then_some("Table")>
                <Ledger look=spec.id heads=spec.heads rows bones=spec.bones/>
            </div>
        </Frame>
    }
}

/// The foot of a panel: words at the left, or why a refresh failed; links at the right.
#[component]
pub fn Foot(
    /// The answer.
    load: Answer,
    /// What it says.
    words: fn(&Coverage) -> String,
    /// Where it leads.
    ways: &'static [Way],
) -> impl IntoView {
    let link = use_scene().link;
    let said = move || {
        load.with(|load| {
            let stuck = load.refusal.as_ref().filter(|_| load.value.is_some()).map(|r| r.message.clone());
            stuck.or_else(|| load.value.as_ref().map(|coverage| words(coverage))).unwrap_or_default()
        })
    };
    let way = move |way: &'static Way| {
        let is_elsewhere = way.to.starts_with("https:");
        let href = move || match is_elsewhere {
            true => way.to.to_owned(),
            false => {
                let question = link.asked.with(|asked| question::coverage(&asked.view));
                format!("/api/v1/{}?{}", way.to, link::encode(&question))
            }
        };
        let file = (!is_elsewhere).then(|| format!("weir-{}", way.to));
        view! { <a href=href rel="external noreferrer" target="_blank" download=file>{way.label}</a> }
    };
    view! { <footer class="foot"><span>{said}</span><span class="links">{ways.iter().map(way).collect_view()}</span></footer> }
}
