//! Parameters of the address that this version does not know: shown, never dropped silently.

use super::scene::use_scene;
use contract::View;
use leptos::prelude::*;

/// Names them and offers to leave them out; nothing when every parameter is known.
#[component]
pub fn Unknown() -> impl IntoView {
    let link = use_scene().link;
    let words = Memo::new(move |_| {
        let unknown = link.asked.with(|asked| asked.view.unknown.clone());
        unknown.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    });
    let known = move || link.address(&View { unknown: Vec::new(), ..link.view() });
    move || {
        let words = words.get();
        (!words.is_empty()).then(|| {
            view! {
                <div class="say" data-tone="unknown" role="status">
                    <p>"This link also says " <span class="code">{words}</span> ", which this version does not know and does not apply."</p>
                    <a href=known data-noscroll="">"Leave it out"</a>
                </div>
            }
        })
    }
}
