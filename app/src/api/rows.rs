//! Further rows of the long table of a page, drawn, so that the browser only has to put them in.

#[cfg(feature = "ssr")]
use super::asked;
use super::{Answered, ApiError};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The rows of `page` from `offset` on, at most `limit`, as HTML. `link` is that of the table
/// ([`Long::link`](contract::report::Long::link)); times are said in a zone that adds `offset_secs` to UTC.
#[server(name = AskRows, prefix = "/api/ask", endpoint = "rows", input = GetUrl, output = Answered)]
pub async fn rows(
    page: String,
    link: String,
    offset: u64,
    limit: u64,
    offset_secs: i64,
) -> Result<String, ApiError> {
    use super::report::{composer, named};
    use contract::records::{LIMIT, OFFSET};
    let (mut view, _) = asked(&link)?;
    view.details.insert(OFFSET.to_owned(), offset.to_string());
    view.details.insert(LIMIT.to_owned(), limit.to_string());
    Ok(document::rows(composer().report(named(&page)?, &view, offset_secs).await?))
}
