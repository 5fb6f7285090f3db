//! How fresh each source is: its newest record, the newest five minutes it has objects for, when it was looked at, and
//! how long AWS takes to deliver to it.

use super::Answer;
use super::ledger::{Foot, bones};
use super::words::delivery_said;
use crate::panels::frame::{Frame, faces, sentence};
use crate::panels::scene::{Scene, use_scene};
use contract::coverage::Freshness;
use contract::{Stage, human};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn FreshnessPanel(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let scene = use_scene();
    let (face, busy) = faces(load);
    let rows = move || {
        match load.with(|load| load.value.clone()) {
        None => bones(1, 4),
        Some(coverage) if coverage.freshness.is_empty() => {
            view! { <tr><td colspan="4" class="none">"No source is known: start Weir with --source."</td></tr> }.into_any()
        }
        Some(coverage) => {
            coverage.freshness.iter().map(|source| draw(scene, source).into_any()).collect_view().into_any()
        }
    }
    };
    let words = |_: &contract::Coverage| {
        "Newest: end of the newest five minutes an object came for, whatever the range".to_owned()
    };
    let foot = view! { <Foot load words links=().into_any()/> }.into_any();
    view! {
        <Frame id="freshness" title="Freshness" sub="by source" face busy controls=().into_any() foot>
            <table class="ledger fresh">
                <thead><tr>
                    <th scope="col">"Source"</th><th scope="col">"Newest"</th><th scope="col">"Looked at"</th><th scope="col">"Delivered"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </Frame>
    }
}

fn draw(scene: Scene, source: &Freshness) -> impl IntoView + use<> {
    let ago = move |at: Option<i64>, never: &'static str| {
        move || match (at, scene.now()) {
            (None, _) => never.to_owned(),
            // Before the server has told its clock there is no saying how long ago.
            (Some(_), 0) => "–".to_owned(),
            (Some(at), now) => format!("{} ago", human::duration((now - at).max(0))),
        }
    };
    let exact = source.newest_window.map(|at| format!("{} UTC", human::date_time(at)));
    let trouble = match (&source.refusal, source.stage) {
        (Some(refusal), _) => Some(sentence(&refusal.message)),
        (None, Stage::Listing | Stage::Reading) => Some("being read".to_owned()),
        _ => None,
    };
    view! {
        <tr>
            <th scope="row"><code>{source.source.clone()}</code>
                {trouble.map(|words| view! { <small class="meaning">{words}</small> })}
            </th>
            <td title=exact>{ago(source.newest_window.max(source.newest_record), "no objects")}</td>
            <td>{ago(source.last_checked, "not since the start")}</td>
            <td>{delivery_said(source.delivery)}</td>
        </tr>
    }
}
