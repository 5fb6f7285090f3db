//! A range of time as people say it: read on the server, so that its grammar costs the browser nothing.

use super::{Answered, ApiError};
use contract::Moment;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The two ends of a range that was said at `now` (Unix seconds) in a zone that adds `offset_secs` to UTC.
#[server(name = AskWhen, prefix = "/api/ask", endpoint = "when", input = GetUrl, output = Answered)]
pub async fn when(text: String, now: i64, offset_secs: i64) -> Result<(Moment, Moment), ApiError> {
    let asker = contract::when::Asker { now, offset_secs: &|_| offset_secs };
    Ok(contract::when::parse(&text, asker).map_err(contract::Refusal::from)?)
}
