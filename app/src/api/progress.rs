//! How far reading the sources has come, over HTTP, for the page in the browser.

use super::{Answered, ApiError};
use contract::Progress;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The state of every source, from memory.
#[server(name = AskProgress, prefix = "/api/ask", endpoint = "progress", input = GetUrl, output = Answered)]
pub async fn progress() -> Result<Progress, ApiError> {
    Ok(expect_context::<std::sync::Arc<dyn crate::ports::Flows>>().progress())
}
