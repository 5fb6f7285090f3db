//! Rejects by row and time over HTTP, for the page in the browser.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use contract::Matrix;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Rejects by row and time. `link` is the question as the address bar holds it.
#[server(name = AskMatrix, prefix = "/api/ask", endpoint = "matrix", input = GetUrl, output = Answered)]
pub async fn matrix(link: String) -> Result<Matrix, ApiError> {
    let (view, flows) = asked(&link)?;
    Ok(std::sync::Arc::unwrap_or_clone(flows.matrix(&view).await?))
}
