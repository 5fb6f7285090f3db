//! Every page that is a document: which one, the address says.

use super::not_found::NotFound;
use super::opened::Opened;
use crate::seam::Seam;
use contract::Page;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page of the address, or that there is none.
#[component]
pub fn ReportPage() -> impl IntoView {
    let params = use_params_map();
    let page = Memo::new(move |_| params.with(|params| Page::from_name(params.get_str("page")?)));
    move || match page.get() {
        Some(page) => view! { <Opened page title=page.label()/> }.piece(),
        None => view! { <NotFound/> }.piece(),
    }
}
