//! `/api/v1/when?text=RANGE&LINK`: a range of time as people say it. To programs and to the script of the page it answers
//! the two ends as a link has them; a form without a script around it is led to the page (`page=PATH`) with the new range.
//! `offset` is what the asker's zone adds to UTC now, in seconds; without it, days are those of UTC.

use crate::clock;
use crate::http::query::{self, OFFSET_LIMIT};
use crate::http::refused::{self, Refused, wants_page};
use crate::views::is_page;
use axum::extract::RawQuery;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, Router, routing::get};
use contract::when::{Asker, parse};
use contract::{Moment, Refusal, RefusalKind, View, link};
use serde::Serialize;

/// The route.
pub fn routes() -> Router {
    Router::new().route("/api/v1/when", get(answer))
}

/// A range as a link has it.
#[derive(Debug, Serialize)]
struct Range {
    from: Moment,
    to: Moment,
}

async fn answer(headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let raw = raw.unwrap_or_default();
    let (rest, [text, offset, page]) = query::take(&raw, ["text", "offset", "page"]);
    let range = range(text.unwrap_or_default(), offset);
    match (range, wants_page(&headers)) {
        (Ok(range), false) => Json(range).into_response(),
        (Ok(Range { from, to }), true) => {
            let view = View { from, to, ..link::decode(&rest).unwrap_or_default() };
            let page = query::plain(page.unwrap_or("/"));
            let path = if is_page(&page) { &page } else { "/" };
            Redirect::to(&format!("{path}?{}", link::encode(&view))).into_response()
        }
        (Err(refusal), true) => refused::page(&refusal),
        (Err(refusal), false) => Refused(refusal).into_response(),
    }
}

fn range(text: &str, offset: Option<&str>) -> Result<Range, Refusal> {
    let offset_secs = match offset.unwrap_or("0").parse::<i64>() {
        Ok(secs) if secs.abs() <= OFFSET_LIMIT => secs,
        _ => {
            let message = format!("offset must be a number of seconds up to {OFFSET_LIMIT} either way.");
            return Err(Refusal::new(RefusalKind::BadQuestion, message, "Leave it out for UTC."));
        }
    };
    let (from, to) = parse(&query::plain(text), Asker { now: clock::now(), offset_secs: &|_| offset_secs })?;
    Ok(Range { from, to })
}
