//! A page as a document over HTTP, for the page in the browser: drawn, so that the browser only has to show it.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The HTML of a page's report. `page` is its name; `link` is the question as the address bar holds it; times are said in
/// a zone that adds `offset_secs` to UTC.
#[server(name = AskReport, prefix = "/api/ask", endpoint = "report", input = GetUrl, output = Answered)]
pub async fn report(page: String, link: String, offset_secs: i64) -> Result<String, ApiError> {
    use crate::ports::Reports;
    use contract::{Page, Refusal, RefusalKind};
    let (view, _) = asked(&link)?;
    let page = Page::from_name(&page)
        .ok_or_else(|| Refusal::new(RefusalKind::NotFound, "there is no such page", "Reload the page."))?;
    let reports = expect_context::<std::sync::Arc<dyn Reports>>();
    Ok(crate::report::html(reports.report(page, &view, offset_secs).await?))
}
