//! What operators and orchestrators ask: alive, ready, metrics.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

/// Whether the server takes requests or is winding down; clones share one state.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    stopping: watch::Sender<bool>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Lifecycle { stopping: watch::Sender::new(false) }
    }
}

impl Lifecycle {
    /// Starts winding down: `/readyz` refuses, and everybody who waits in [`Lifecycle::stopped`] goes on.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether winding down has begun.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Returns once winding down begins.
    pub async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }
}

/// `/healthz`: the process answers. `/readyz`: it answers and is not winding down. `/metrics`: Prometheus text.
pub fn routes(metrics: PrometheusHandle, lifecycle: Lifecycle) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready).with_state(lifecycle))
        .route("/metrics", get(print).with_state(metrics))
}

async fn ready(State(lifecycle): State<Lifecycle>) -> impl IntoResponse {
    if lifecycle.is_stopping() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

async fn print(State(metrics): State<PrometheusHandle>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
}
