//! The page for addresses that lead nowhere.

use leptos::prelude::*;
use leptos_meta::Title;
use parts::icon::Brand;
use parts::seam::Seam;

/// Says so, and leads home; the server answers 404.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let (Some(response), Ok(status)) = (use_context::<leptos_axum::ResponseOptions>(), 404_u16.try_into())
    {
        response.set_status(status);
    }
    view! {
        <Title text="No such page – Weir"/>
        <main class="lost-page" id="content">
            <Brand/>
            <h1>"There is no page at this address"</h1>
            <p>"Old links keep working in Weir, so this one was probably mistyped."</p>
            <a class="ctl primary" href="/">"Go to the overview"</a>
        </main>
    }
    .piece()
}
