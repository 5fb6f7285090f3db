//! A place that holds flow-log objects, whatever it is made of, and how to open one.
//! Knows neither the SDK nor the file system; `s3` and `folder` implement the trait.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;

use crate::error::StoreError;
use crate::folder::Folder;
use crate::s3::Bucket;

/// Reads at a time: enough to hide S3's 20 to 60 ms to the first byte, few enough to hold the objects in memory.
const READS_AT_ONCE: usize = 16;
/// Listing requests at a time: S3 answers 5500 a second per prefix, so this is kind, and 8 hide the round trip.
const LISTS_AT_ONCE: usize = 8;
/// Tries per request. Seven pauses that double from 100 ms, with jitter, ride out some 6 s of 503s, at most 13.
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A transfer without a single byte for this long is given up and begun anew.
const STALL_TIMEOUT: Duration = Duration::from_secs(20);
/// AWS speaks of 75 MB per object; ten times that is not a flow log delivered by AWS.
const MAX_OBJECT_BYTES: u64 = 1 << 30;

/// One listed object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectMeta {
    /// The full key in the bucket; for a folder the path relative to it, with `/`.
    pub key: String,
    /// Size in bytes as stored (packed).
    pub size: u64,
    /// What changes when the object is replaced: S3's ETag without quotes. A store that lists no ETags gets
    /// `~size-modified`, a folder size, time and inode.
    pub etag: String,
    /// When it was last written, Unix seconds.
    pub modified: i64,
}

/// A bucket with a prefix, or a folder.
#[async_trait::async_trait]
pub trait Source: Send + Sync {
    /// The source as it was given.
    fn name(&self) -> &str;

    /// How many reads at a time the source serves well; more only wait in line.
    fn width(&self) -> usize {
        READS_AT_ONCE
    }

    /// The objects that can hold records of `span` (Unix seconds, end exclusive; `None` is everything), page by page
    /// as they come, roughly newest day first. A page is never empty and no object comes twice. An error stands for
    /// the part of the tree it names; the parts after it still follow.
    fn list(&self, span: Option<Range<i64>>) -> BoxStream<'_, Result<Vec<ObjectMeta>, StoreError>>;

    /// Names of some objects that lie there and are not listed because they cannot be flow logs; for whoever wonders why a
    /// source is empty.
    async fn strangers(&self) -> Vec<String> {
        Vec::new()
    }

    /// The bytes of a listed object, exactly that one: if it was replaced or deleted since, the error says so.
    async fn read(&self, object: &ObjectMeta) -> Result<Bytes, StoreError>;

    /// Some of its bytes, likewise; `part` lies within its size.
    async fn read_part(&self, object: &ObjectMeta, part: Range<u64>) -> Result<Bytes, StoreError>;
}

/// How to reach a source. The defaults suit AWS itself; a folder needs none of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Another S3 server than AWS, such as `http://127.0.0.1:9000`.
    pub endpoint_url: Option<String>,
    /// Put the bucket into the path rather than into the host name; most servers other than AWS want it.
    pub path_style: bool,
    /// The region to ask first; a bucket elsewhere is followed to where it is.
    pub region: Option<String>,
    /// Where credentials come from.
    pub credentials: Credentials,
    /// Reads at a time.
    pub concurrency: usize,
    /// Listing requests at a time.
    pub list_concurrency: usize,
    /// Tries per request, the first included.
    pub attempts: u32,
    /// Pause before the second try; doubles from there, with jitter.
    pub first_pause: Duration,
    /// Time to establish a connection.
    pub connect_timeout: Duration,
    /// Longest time without a byte, before the answer and within it.
    pub stall_timeout: Duration,
    /// Larger objects are refused.
    pub max_object_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            endpoint_url: None,
            path_style: false,
            region: None,
            credentials: Credentials::Chain { profile: None },
            concurrency: READS_AT_ONCE,
            list_concurrency: LISTS_AT_ONCE,
            attempts: ATTEMPTS,
            first_pause: FIRST_PAUSE,
            connect_timeout: CONNECT_TIMEOUT,
            stall_timeout: STALL_TIMEOUT,
            max_object_bytes: MAX_OBJECT_BYTES,
        }
    }
}

/// Where credentials come from.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// AWS's usual chain: environment, profile files, SSO, web identity, container, instance role.
    Chain {
        /// A profile other than the one `AWS_PROFILE` names.
        profile: Option<String>,
    },
    /// Unsigned requests, for public buckets.
    Anonymous,
    /// These keys.
    Keys(AccessKeys),
}

/// An access key; printing it shows the id and never the secret.
#[derive(Clone)]
pub struct AccessKeys {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
}

impl fmt::Debug for AccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKeys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Opens `s3://bucket/prefix` or a folder (a path or `file://…`).
///
/// A bucket is first contacted by the first listing, so that a source that is down for a moment can be opened and
/// comes up later.
///
/// # Errors
/// [`StoreError::BadUrl`] for another scheme or a malformed bucket; [`StoreError::NoFolder`] for a missing folder.
pub async fn open(url: &str, options: &Options) -> Result<Arc<dyn Source>, StoreError> {
    if let Some(place) = url.strip_prefix("s3://") {
        return Ok(Arc::new(Bucket::new(url, place, options.clone())?));
    }
    let path = url.strip_prefix("file://").unwrap_or(url);
    if path.contains("://") {
        return Err(StoreError::BadUrl { url: url.into(), why: "only s3:// and folders are read" });
    }
    if path.is_empty() {
        return Err(StoreError::BadUrl { url: url.into(), why: "it is empty" });
    }
    Ok(Arc::new(Folder::open(url, path, options).await?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let keys = AccessKeys {
            id: "AKIAEXAMPLE".into(),
            secret: "hush".into(),
            session_token: Some("hush".into()),
        };
        let options = Options { credentials: Credentials::Keys(keys), ..Options::default() };
        let printed = format!("{options:?}");
        assert!(printed.contains("AKIAEXAMPLE") && !printed.contains("hush"), "{printed}");
    }

    #[tokio::test]
    async fn what_is_no_source_is_refused_by_name() {
        for url in ["http://example.org/logs", "s3://", "s3:///prefix", "s3://bad bucket/x", ""] {
            let error = open(url, &Options::default()).await.err().unwrap();
            assert!(matches!(error, StoreError::BadUrl { .. }), "{url}: {error}");
        }
        let error = open("/no/such/folder", &Options::default()).await.err().unwrap();
        assert!(matches!(error, StoreError::NoFolder { .. }), "{error}");
    }
}
