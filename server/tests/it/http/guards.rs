//! What every request passes.

use crate::fake::{get, get_with, send, with_limits};
use axum::body::Body;
use axum::http::Request;
use server::http::Limits;
use std::time::Duration;

#[tokio::test]
async fn a_foreign_host_name_is_turned_away() {
    let (router, _) = with_limits(Limits::default());
    for path in ["/api/v1/summary", "/", "/metrics", "/pkg/weir.css"] {
        let request = Request::get(path).header("host", "evil.example:3000").body(Body::empty()).unwrap();
        let refused = send(router.clone(), request).await;
        assert_eq!(refused.status, 421, "{path}");
        assert_eq!(refused.json()["kind"], "denied");
    }
    let nameless = Request::get("/api/v1/summary").body(Body::empty()).unwrap();
    assert_eq!(send(router, nameless).await.status, 421);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    for path in ["/api/v1/summary", "/healthz", "/api/v1/nothing", "/pkg/weir.css"] {
        let seen = get(path).await;
        assert_eq!(seen.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(seen.header("referrer-policy"), "same-origin", "{path}");
        assert!(seen.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let (router, _) = with_limits(Limits { answer: Duration::from_millis(50), ..Limits::default() });
    let request =
        Request::get("/api/v1/timeline?source=slow").header("host", "localhost").body(Body::empty()).unwrap();
    let refused = send(router, request).await;
    assert_eq!((refused.status.as_u16(), refused.json()["kind"].as_str()), (413, Some("too-large")));
}

#[tokio::test]
async fn a_flood_is_refused_but_operators_get_through() {
    let limits = Limits { in_flight: 1, answer: Duration::from_secs(60), ..Limits::default() };
    let (router, _) = with_limits(limits);
    let request = |path: &str| Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
    let slow = tokio::spawn(send(router.clone(), request("/api/v1/timeline?source=slow")));
    // The slow request takes its place as soon as it is first polled.
    while send(router.clone(), request("/api/v1/summary")).await.status != 503 {
        tokio::task::yield_now().await;
    }
    let refused = send(router.clone(), request("/api/v1/summary")).await;
    assert_eq!(refused.json()["kind"], "unavailable");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(send(router.clone(), request("/healthz")).await.status, 200);
    slow.abort();
    assert!(slow.await.err().is_some_and(|error| error.is_cancelled()));
    assert_eq!(send(router, request("/api/v1/summary")).await.status, 200);
}

#[tokio::test]
async fn a_panic_is_answered_by_an_id_and_nothing_else() {
    let refused = get("/api/v1/top?source=panic").await;
    assert_eq!(refused.status, 500);
    assert_eq!(refused.json()["kind"], "internal");
    // The id is random and may hold any digits.
    assert!(!refused.text().contains("secret"), "{}", refused.text());
}

#[tokio::test]
async fn a_large_body_is_refused() {
    let (router, _) = with_limits(Limits::default());
    let request = Request::post("/api/v1/summary")
        .header("host", "localhost")
        .header("content-length", "1000000")
        .body(Body::from(vec![b'x'; 1_000_000]))
        .unwrap();
    assert_eq!(send(router, request).await.status, 413);
}

#[tokio::test]
async fn whole_answers_are_compressed_for_whom_accepts_it() {
    let path = "/api/v1/timeline?from=2026-11-19&to=2026-11-20&points=288";
    let packed = get_with(path, &[("accept-encoding", "gzip")]).await;
    let plain = get(path).await;
    assert_eq!((packed.header("content-encoding"), plain.header("content-encoding")), ("gzip", ""));
    assert!(packed.body.len() < plain.body.len());
}
