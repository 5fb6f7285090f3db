//! A page as a document over HTTP, for the page in the browser: drawn, so that the browser only has to show it.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
pub(super) use on_the_server::{composer, named};

/// The HTML of a page's report. `page` is its name; `link` is the question as the address bar holds it; times are said in
/// a zone that adds `offset_secs` to UTC.
#[server(name = AskReport, prefix = "/api/ask", endpoint = "report", input = GetUrl, output = Answered)]
pub async fn report(page: String, link: String, offset_secs: i64) -> Result<String, ApiError> {
    let (view, _) = asked(&link)?;
    Ok(document::html(composer().report(named(&page)?, &view, offset_secs).await?))
}

#[cfg(feature = "ssr")]
mod on_the_server {
    use crate::ports::Reports;
    use contract::{Page, Refusal, RefusalKind};
    use leptos::prelude::expect_context;
    use std::sync::Arc;

    /// The page of that name.
    pub fn named(page: &str) -> Result<Page, Refusal> {
        Page::from_name(page)
            .ok_or_else(|| Refusal::new(RefusalKind::NotFound, "there is no such page", "Reload the page."))
    }

    /// Who composes documents.
    pub fn composer() -> Arc<dyn Reports> {
        expect_context()
    }
}
