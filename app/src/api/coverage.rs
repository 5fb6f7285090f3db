//! How completely the range is known over HTTP, for the page in the browser.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use contract::Coverage;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// How completely the range is known. `link` is the question as the address bar holds it.
#[server(name = AskCoverage, prefix = "/api/ask", endpoint = "coverage", input = GetUrl, output = Answered)]
pub async fn coverage(link: String) -> Result<Coverage, ApiError> {
    let (view, flows) = asked(&link)?;
    Ok(std::sync::Arc::unwrap_or_clone(flows.coverage(&view).await?))
}
