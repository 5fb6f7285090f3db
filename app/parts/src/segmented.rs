//! A row of alternatives of which one is in force.

use super::choice::Choice;
use leptos::prelude::*;

/// The alternatives side by side, as links.
#[component]
pub fn Segmented(
    /// What is chosen, for people who do not see the row.
    label: &'static str,
    /// The alternatives.
    choices: Signal<Vec<Choice>>,
) -> impl IntoView {
    let links = move || {
        let link = |choice: Choice| {
            let current = choice.current.then_some("true");
            view! { <a href=choice.href data-noscroll="" aria-current=current>{choice.label}</a> }
        };
        choices.get().into_iter().map(link).collect_view()
    };
    view! { <div class="seg" role="group" aria-label=label>{links}</div> }
}
