//! The sentence above the charts, over HTTP, for the page in the browser.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use crate::headline::Headline;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What changed most in the asked range. `link` is the question as the address bar holds it.
#[server(name = AskHeadline, prefix = "/api/ask", endpoint = "headline", input = GetUrl, output = Answered)]
pub async fn headline(link: String) -> Result<Headline, ApiError> {
    let (view, flows) = asked(&link)?;
    Ok(super::opening::headline_of(flows.as_ref(), &view).await?)
}
