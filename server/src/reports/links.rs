//! What the documents have in common: where their links lead and what their feet say.

use contract::{Page, View};

pub use app::panels::foot::origin;

/// The address of `page` with `clause` (filter text) required as well; `None` when it cannot be said in the filter
/// language.
pub fn narrowed(page: Page, view: &View, clause: &str) -> Option<String> {
    app::question::narrowed(view, clause).map(|view| page.elsewhere(&view))
}
