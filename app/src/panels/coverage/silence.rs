//! Why an interface may be silent though traffic flowed: what AWS never logs. Shown where there is a silence to explain.

use super::Answer;
use contract::Coverage;
use contract::human::counted;
use contract::lacking::{NEVER_LOGGED, NEVER_LOGGED_SOURCE};
use leptos::prelude::*;

/// What is silent in a range, if anything is.
fn silence(coverage: &Coverage) -> Option<String> {
    let lines = &coverage.delivered.lines;
    if coverage.delivered.objects > 0 && lines.records == 0 {
        return Some("Objects came, but there is no record in them.".to_owned());
    }
    (lines.nodata > 0).then(|| {
        format!(
            "In {} an interface had nothing to log (NODATA).",
            counted(lines.nodata, "interval", "intervals")
        )
    })
}

/// The explanation.
#[component]
pub fn Silence(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let silent = Memo::new(move |_| load.with(|load| load.value.as_deref().and_then(silence)));
    let items = || NEVER_LOGGED.map(|what| view! { <li>{what}</li> }).collect_view();
    move || {
        silent.get().map(|words| {
            view! {
                <details class="panel silence">
                    <summary>{words} " " <b>"Some traffic AWS never logs"</b></summary>
                    <ul>{items()}</ul>
                    <p>"Such traffic leaves no record even while it flows. "
                        <a href=NEVER_LOGGED_SOURCE rel="external noreferrer" target="_blank">"AWS on what flow logs leave out"</a>
                    </p>
                </details>
            }
        })
    }
}
