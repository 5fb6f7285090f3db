//! The bucket source over the S3 protocol on loopback: an honest server that keeps a folder, and a scripted one that
//! fails in the ways S3 and networks do.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test fails")]

mod faults;
mod honest;
mod scripted;

use std::time::Duration;

use futures::TryStreamExt;
use store::{AccessKeys, Credentials, ObjectMeta, Options, Source, StoreError};

/// 2025-11-20T12:00:00Z and the hour after it, which the objects of these tests fall in.
const NOON: std::ops::Range<i64> = 1_763_640_000..1_763_643_600;

/// Options for a server on loopback, impatient enough for a test.
fn options(endpoint: &str) -> Options {
    let keys = AccessKeys { id: "AKIATEST".into(), secret: "secret".into(), session_token: None };
    Options {
        endpoint_url: Some(endpoint.into()),
        path_style: true,
        region: Some("us-east-1".into()),
        credentials: Credentials::Keys(keys),
        attempts: 4,
        first_pause: Duration::from_millis(2),
        connect_timeout: Duration::from_secs(1),
        stall_timeout: Duration::from_millis(300),
        ..Options::default()
    }
}

async fn listed(
    source: &dyn Source,
    span: Option<std::ops::Range<i64>>,
) -> Result<Vec<ObjectMeta>, StoreError> {
    let mut objects: Vec<ObjectMeta> = source.list(span).try_concat().await?;
    objects.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(objects)
}
