//! Every page that is a document: which one, the address says.

use super::not_found::NotFound;
use super::opened::Opened;
use crate::signals::browser;
use contract::Page;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};
use parts::seam::Seam;

/// The page of the address, or that there is none.
///
/// All documents share a route. What stands on one hangs on its link and must not see that of another, so another one is
/// loaded anew; changes within a page come without that.
#[component]
pub fn ReportPage() -> impl IntoView {
    let (params, location) = (use_params_map(), use_location());
    let named = move || params.with(|params| Page::from_name(params.get_str("page")?));
    let page = untrack(named);
    Effect::new(move |_| {
        if named() != page {
            let search = location.search.get();
            browser::load(&format!("{}?{}", location.pathname.get(), search.trim_start_matches('?')));
        }
    });
    match page {
        Some(page) => view! { <Opened page title=page.label()/> }.piece(),
        None => view! { <NotFound/> }.piece(),
    }
}
