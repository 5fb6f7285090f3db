//! A panel with paragraphs.

use super::head::panel;
use contract::report::Text;
use leptos::prelude::*;
use parts::words::words;

/// The panel.
pub fn draw(Text { head, paragraphs }: Text) -> impl IntoView {
    let paragraphs = paragraphs.iter().map(|text| view! { <p>{words(text)}</p> }).collect_view();
    panel(head, view! { <div class="prose">{paragraphs}</div> })
}
