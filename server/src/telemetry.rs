//! Logs to stderr and metrics in memory. What is logged is decided in [`crate::events`].

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Upper bounds of latency histograms in seconds: fine around the 50 ms a warm question may take, coarse above.
const LATENCY_BUCKETS: [f64; 12] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// What is logged when RUST_LOG does not say: our own events and the warnings of others.
const DEFAULT_FILTER: &str = "warn,server=info,lake=info,store=info";

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For a person at a terminal.
    #[default]
    Text,
    /// One JSON object per line, for a collector.
    Json,
}

/// Metrics cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot install the metrics recorder")]
pub struct MetricsError(#[from] BuildError);

/// Starts logging to stderr, filtered by `RUST_LOG`. A second call in one process changes nothing.
pub fn log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was already started");
    }
}

/// A recorder's settings, the same for the process and for a test's own recorder.
///
/// # Errors
/// When the bucket bounds are refused, which a test rules out.
pub fn recorder() -> Result<PrometheusBuilder, MetricsError> {
    Ok(PrometheusBuilder::new().set_buckets(&LATENCY_BUCKETS)?)
}

/// Makes the process keep its metrics; the handle prints them for `/metrics`.
///
/// # Errors
/// When another recorder is in place already.
pub fn metrics() -> Result<PrometheusHandle, MetricsError> {
    let handle = recorder()?.install_recorder()?;
    crate::events::describe();
    Ok(handle)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    #[test]
    fn the_recorder_prints_latencies_in_our_buckets() {
        let recorder = super::recorder().unwrap().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            crate::events::question("top", "answered", std::time::Duration::from_millis(30));
        });
        let text = recorder.handle().render();
        assert!(text.contains("weir_question_seconds_bucket{question=\"top\",le=\"0.05\"} 1"), "{text}");
    }
}
