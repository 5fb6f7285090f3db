//! The values of a field over HTTP, for the filter's completion in the browser.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use contract::Values;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The values of a field, counted. `link` is the question: a view with the details of [`contract::values`].
#[server(name = AskValues, prefix = "/api/ask", endpoint = "values", input = GetUrl, output = Answered)]
pub async fn values(link: String) -> Result<Values, ApiError> {
    let (view, flows) = asked(&link)?;
    Ok(std::sync::Arc::unwrap_or_clone(flows.values(&view).await?))
}
