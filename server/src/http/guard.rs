//! What every request passes: the name it came under, the bounds, the headers, the count. Every bound is a named field
//! of [`Limits`].

use crate::events;
use crate::http::hosts::Hosts;
use crate::http::refused::Refused;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contract::{Refusal, RefusalKind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tower_http::compression::Predicate;
use tower_http::compression::predicate::SizeAbove;

/// Bounds on requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's body: a question is a link, and links are short.
    pub body_bytes: usize,
    /// Requests being answered at once; the lake bounds its own questions more tightly, so that this only keeps a flood
    /// from using up memory.
    pub in_flight: usize,
    /// How long an answer may take to begin; a longer one is given up and its work cancelled.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { body_bytes: 64 * 1024, in_flight: 256, answer: Duration::from_secs(60) }
    }
}

/// Below this many bytes compressing costs more than it saves.
const COMPRESS_FROM_BYTES: u16 = 1_024;

/// Headers of every response that does not set its own. Answers are not kept anywhere: the logs name people's machines,
/// and the next answer may differ.
const FIXED_HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not "no-referrer", by which a browser hides the origin of our own forms too.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The policy of everything that is not a page: such a document may load nothing. Styles inside are for SVG pictures.
const DATA_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Who is let in, shared by all requests.
#[derive(Clone, Debug)]
pub struct Gate {
    places: Arc<Semaphore>,
    limits: Limits,
}

impl Gate {
    /// A gate with all places free.
    pub fn new(limits: Limits) -> Self {
        Gate { places: Arc::new(Semaphore::new(limits.in_flight)), limits }
    }
}

/// Refuses at once when all places are taken, and gives up on an answer that does not begin in time. Giving up drops
/// the handler's future, which cancels the question behind it.
pub async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let Ok(_place) = gate.places.try_acquire() else {
        let busy = format!("{} requests are being answered already.", gate.limits.in_flight);
        return Refused(Refusal::new(RefusalKind::Unavailable, busy, "Ask again in a few seconds."))
            .into_response();
    };
    match tokio::time::timeout(gate.limits.answer, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            let message =
                format!("The answer took longer than {} s and was given up.", gate.limits.answer.as_secs());
            Refused(Refusal::new(
                RefusalKind::TooLarge,
                message,
                "Ask for a shorter range, or narrow the filter.",
            ))
            .into_response()
        }
    }
}

/// Refuses requests that came under a name that is not ours.
pub async fn check_host(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let host = header.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    if host.is_some_and(|host| hosts.accept(host)) {
        return next.run(request).await;
    }
    let mut refused = Refused(Refusal::new(
        RefusalKind::Denied,
        "This server is not known under that host name.",
        "Call it by its address, or start it with --allow-host NAME.",
    ))
    .into_response();
    *refused.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    refused
}

/// Refuses what a page of another site sends in its reader's name. Browsers say where a request comes from
/// (`Sec-Fetch-Site`, on plain HTTP beyond loopback `Origin` alone); programs say nothing, and hold no one's session.
pub async fn check_origin(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_ours(request.headers()) {
        return next.run(request).await;
    }
    let message = "Another site asked for a change here.";
    Refused(Refusal::new(RefusalKind::Denied, message, "Send the form from Weir's own page.")).into_response()
}

fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = text(header::HOST).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
}

/// Adds the security headers a response does not have yet.
pub async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED_HEADERS {
        set_if_absent(headers, name, value);
    }
    set_if_absent(headers, header::CONTENT_SECURITY_POLICY, DATA_POLICY);
    response
}

fn set_if_absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// Counts the request under its route; paths without a route share one label so that labels stay few.
pub async fn observe(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    events::request(&method, &route, response.status().as_u16(), begun.elapsed());
    response
}

/// Which responses are compressed: whole texts that are worth it. Pages and progress feeds are streams, and compressing
/// would hold their parts back.
pub fn whole_texts() -> impl Predicate {
    SizeAbove::new(COMPRESS_FROM_BYTES).and(is_whole_text)
}

fn is_whole_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    const WHOLE: [&str; 5] =
        ["application/json", "application/x-ndjson", "application/x-postcard", "text/csv", "image/svg+xml"];
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    WHOLE.iter().any(|whole| kind.starts_with(whole))
}
