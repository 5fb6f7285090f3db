//! A ranking, talkers by default over HTTP, for the page in the browser.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use contract::Top;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// A ranking, talkers by default. `link` is the question as the address bar holds it.
#[server(name = AskTop, prefix = "/api/ask", endpoint = "top", input = GetUrl, output = Answered)]
pub async fn top(link: String) -> Result<Top, ApiError> {
    let (view, flows) = asked(&link)?;
    Ok(std::sync::Arc::unwrap_or_clone(flows.top(&view).await?))
}
