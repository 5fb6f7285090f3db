//! Refusals on the wire: the status of the kind and the refusal itself as JSON. Never an internal text.

use crate::events;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::{Refusal, RefusalKind};
use std::any::Any;

/// A refusal on its way to the asker.
#[derive(Debug)]
pub struct Refused(pub Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Refused(refusal)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if self.0.kind == RefusalKind::Unavailable {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// The refusal for a fault of ours: the cause goes to the log, its id to the asker.
pub fn internal(doing: &str, cause: &dyn std::error::Error) -> Refusal {
    with_id(&events::internal_fault(doing, cause))
}

/// What the asker reads about a fault that the log knows as `id`.
pub fn with_id(id: &str) -> Refusal {
    Refusal::new(
        RefusalKind::Internal,
        format!("Weir could not answer because of a fault of its own ({id})."),
        format!("The server's log has the cause under fault.id {id}."),
    )
}

/// Whether somebody waits for a page rather than for data.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("text/html")
}

/// A refusal as a page of its own, for a form that was sent without a script around it.
pub fn page(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (message, hint) = (text(&refusal.message), text(&refusal.hint));
    let body = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"/><title>Refused – Weir</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
         <meta name=\"color-scheme\" content=\"light dark\"/><link rel=\"stylesheet\" href=\"/pkg/weir.css\"/></head>\
         <body><main class=\"lost-page\"><h1>{message}</h1><p>{hint}</p>\
         <p>Go back in the browser: what you typed is still there.</p>\
         <a class=\"ctl primary\" href=\"/\">Go to the overview</a></main></body></html>"
    );
    let policy = "default-src 'none'; style-src 'self'; font-src 'self'; frame-ancestors 'none'";
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, policy)];
    (status, headers, body).into_response()
}

/// A text as it stands in a page.
pub fn text(plain: &str) -> String {
    let mut safe = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    safe
}

/// The refusal for a path nobody serves.
pub fn no_such_path() -> Refusal {
    Refusal::new(
        RefusalKind::NotFound,
        "There is nothing at this path.",
        "The API is at /api/v1/summary, timeline, matrix, top, coverage, objects, set-aside, progress, advice, blocked, groups, rules, replay and views; the pages start at /.",
    )
}

/// The answer when a handler panicked.
pub fn after_panic(payload: Box<dyn Any + Send>) -> Response<Body> {
    let words = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Refused(with_id(&events::panicked(words))).into_response()
}
