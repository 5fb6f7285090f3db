//! The numbers of the tiles over HTTP, for the page in the browser.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use contract::Summary;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The numbers of the tiles. `link` is the question as the address bar holds it.
#[server(name = AskSummary, prefix = "/api/ask", endpoint = "summary", input = GetUrl, output = Answered)]
pub async fn summary(link: String) -> Result<Summary, ApiError> {
    let (view, flows) = asked(&link)?;
    Ok(std::sync::Arc::unwrap_or_clone(flows.summary(&view).await?))
}
