//! A panel with a text to copy.

use super::head::panel;
use contract::report::Code;
use leptos::prelude::*;

/// The panel. The button copies what stands beside it (the application hears it), so it is there only where
/// scripts run.
pub fn draw(Code { head, text, file }: Code) -> impl IntoView {
    let label = head.title.clone();
    let file = (!file.is_empty()).then(|| view! { <code class="file">{file}</code> });
    panel(
        head,
        view! {
            <div class="to-copy">
                {file}
                <button class="ctl js-only" type="button" data-copies="">"Copy"</button>
                <pre tabindex="0" role="region" aria-label=label><code>{text}</code></pre>
            </div>
        },
    )
}
