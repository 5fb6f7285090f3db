//! What the tables of the Coverage page share: their skeleton and their foot.

use super::Answer;
use crate::question;
use crate::signals::use_link::Link;
use contract::{Coverage, link};
use leptos::prelude::*;

/// Rows that stand where an answer will stand.
pub fn bones(rows: usize, columns: usize) -> AnyView {
    let columns = columns.to_string();
    let bone = |_| view! { <tr class="bones"><td colspan=columns.clone()><i></i></td></tr> };
    (0..rows).map(bone).collect_view().into_any()
}

/// The address of a file about the range; `name` is `objects.csv` and the like.
pub fn file(link: Link, name: &'static str) -> impl Fn() -> String + Copy {
    move || {
        let question = link.asked.with(|asked| question::coverage(&asked.view));
        format!("/api/v1/{name}?{}", link::encode(&question))
    }
}

/// The foot of a panel: words at the left, or why a refresh failed; links at the right.
#[component]
pub fn Foot(
    /// The answer.
    load: Answer,
    /// What it says.
    words: fn(&Coverage) -> String,
    /// Links at the right.
    links: AnyView,
) -> impl IntoView {
    let said = move || {
        load.with(|load| {
            let stuck = load.refusal.as_ref().filter(|_| load.value.is_some()).map(|r| r.message.clone());
            stuck.or_else(|| load.value.as_ref().map(|coverage| words(coverage))).unwrap_or_default()
        })
    };
    view! { <footer class="foot"><span>{said}</span><span class="links">{links}</span></footer> }
}
