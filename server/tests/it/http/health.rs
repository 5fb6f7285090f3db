//! `/healthz`, `/readyz`, `/metrics`.

use crate::fake::{get, send, with_limits};
use axum::body::Body;
use axum::http::Request;
use server::http::Limits;

#[tokio::test]
async fn a_running_server_is_alive_and_ready() {
    assert_eq!(get("/healthz").await.status, 200);
    assert_eq!(get("/readyz").await.status, 200);
    let metrics = get("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert!(metrics.header("content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn a_stopping_server_is_alive_but_not_ready() {
    let (router, lifecycle) = with_limits(Limits::default());
    lifecycle.stop();
    let request = |path: &str| Request::get(path).header("host", "127.0.0.1").body(Body::empty()).unwrap();
    assert_eq!(send(router.clone(), request("/readyz")).await.status, 503);
    assert_eq!(send(router, request("/healthz")).await.status, 200);
}
