//! Traffic over time over HTTP, for the page in the browser.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use contract::Timeline;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Traffic over time. `link` is the question as the address bar holds it.
#[server(name = AskTimeline, prefix = "/api/ask", endpoint = "timeline", input = GetUrl, output = Answered)]
pub async fn timeline(link: String) -> Result<Timeline, ApiError> {
    let (view, flows) = asked(&link)?;
    Ok(std::sync::Arc::unwrap_or_clone(flows.timeline(&view).await?))
}
