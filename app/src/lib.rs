//! The Leptos application of Weir: one library, compiled twice. With `ssr` it renders pages on the server and answers the
//! server functions; with `hydrate` it brings those pages to life in the browser.
//!
//! - [`pages`]: one file per route; picks panels, owns no logic.
//! - [`panels`]: a question bound to a picture, a table or a sentence.
//! - [`signals`]: what moves: the link, answers, sizes, time.
//! - [`api`]: server functions; [`ports`]: the trait behind them, the only door to data.
//! - [`question`], [`range`], [`headline`]: pure functions of views and answers.
//! - `preview`: what a link says of itself where it is pasted; on the server only.
//!
//! `pages → panels → {signals, api}`. Panels are made of the pieces in the crate `parts` and of pictures that the crate
//! `chart` paints; pages that are documents are drawn by the crate `document`, on the server only. Nothing here knows
//! files, AWS or an engine: whoever serves the application provides `Arc<dyn ports::Flows>` and `Arc<dyn ports::Reports>`
//! as context.
#![recursion_limit = "256"]

pub mod api;
pub mod headline;
pub mod pages;
pub mod panels;
#[cfg(feature = "ssr")]
pub mod ports;
#[cfg(feature = "ssr")]
pub mod preview;
pub mod question;
pub mod range;
#[cfg(feature = "ssr")]
mod shell;
pub mod signals;

#[cfg(feature = "ssr")]
pub use shell::shell;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

/// The application: the route table.
///
/// Pages are streamed in order: the head goes out while the first answers are still being computed, and the page needs
/// no script to be complete.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=pages::not_found::NotFound>
                <Route path=path!("/") view=pages::overview::Overview ssr=SsrMode::InOrder/>
                <Route path=path!("/coverage") view=pages::coverage::CoveragePage ssr=SsrMode::InOrder/>
                <Route path=path!("/:page") view=pages::report::ReportPage ssr=SsrMode::InOrder/>
            </FlatRoutes>
        </Router>
    }
}
