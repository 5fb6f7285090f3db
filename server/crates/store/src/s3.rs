//! A bucket as a source: paged listings, bounded reads, retries. With its two submodules the only place that names
//! the AWS SDK.

mod link;
mod situation;

use std::ops::Range;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::Object;
use bytes::{Bytes, BytesMut};
use futures::stream::BoxStream;
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use self::link::Link;
use self::situation::{Asked, situation};
use crate::error::{Cause, StoreError};
use crate::source::{ObjectMeta, Options, Source};
use crate::tree::{Depth, Page, Tree};
use crate::walk;

/// Marks an ETag made up from size and time because the server's listing has none.
const MADE_UP: char = '~';
/// No pause between tries grows beyond this.
const MAX_PAUSE: Duration = Duration::from_secs(20);

/// `s3://bucket/prefix`
pub(crate) struct Bucket {
    name: String,
    bucket: String,
    /// Empty or ending in `/`.
    prefix: String,
    options: Options,
    /// Made by the first request that succeeds in making it.
    link: OnceCell<Link>,
    lists: Semaphore,
    reads: Semaphore,
}

impl Bucket {
    /// A source for `place`, which is `name` without its scheme. Contacts nobody yet.
    pub(crate) fn new(name: &str, place: &str, options: Options) -> Result<Self, StoreError> {
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if bucket.is_empty() || !bucket.bytes().all(allowed) {
            return Err(StoreError::BadUrl {
                url: name.into(),
                why: "after s3:// comes the name of a bucket",
            });
        }
        let prefix = prefix.trim_matches('/');
        Ok(Bucket {
            name: name.into(),
            bucket: bucket.into(),
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
            link: OnceCell::new(),
            lists: Semaphore::new(options.list_concurrency.max(1)),
            reads: Semaphore::new(options.concurrency.max(1)),
            options,
        })
    }

    async fn link(&self) -> Result<&Link, StoreError> {
        self.link.get_or_try_init(|| link::establish(&self.bucket, &self.options)).await
    }

    /// One try at a part of an object.
    async fn fetch(&self, link: &Link, object: &ObjectMeta, part: &Range<u64>) -> Result<Bytes, Broken> {
        let length = part.end.saturating_sub(part.start);
        let range = (length < object.size).then(|| format!("bytes={}-{}", part.start, part.end - 1));
        let listed_etag = (!object.etag.starts_with(MADE_UP)).then(|| format!("\"{}\"", object.etag));
        let request = link.client.get_object().bucket(&self.bucket).key(&object.key);
        let request = request.set_if_match(listed_etag).set_range(range);
        let answer = request.send().await.map_err(|error| {
            Broken::Answer(situation(Asked::Read { bucket: &self.bucket, key: &object.key, link }, error))
        })?;
        if !is_listed(object, length, &answer) {
            return Err(Broken::Answer(StoreError::Changed { key: object.key.clone() }));
        }
        let mut bytes = BytesMut::with_capacity(usize::try_from(length).unwrap_or_default());
        let mut body = answer.body;
        loop {
            match timeout(self.options.stall_timeout, body.next()).await {
                Ok(Some(Ok(chunk))) => bytes.extend_from_slice(&chunk),
                Ok(Some(Err(error))) => return Err(Broken::Body(error.into())),
                Ok(None) if bytes.len() as u64 == length => return Ok(bytes.freeze()),
                Ok(None) => {
                    return Err(Broken::Body(format!("{} of {length} bytes", bytes.len()).into()));
                }
                Err(_) => return Err(Broken::Body("no byte for too long".into())),
            }
        }
    }
}

/// Why one try failed: by an answer, which the SDK has retried already, or while the body came, which it does not.
enum Broken {
    Answer(StoreError),
    Body(Cause),
}

#[async_trait::async_trait]
impl Source for Bucket {
    fn name(&self) -> &str {
        &self.name
    }

    fn width(&self) -> usize {
        self.options.concurrency.max(1)
    }

    fn list(&self, span: Option<Range<i64>>) -> BoxStream<'_, Result<Vec<ObjectMeta>, StoreError>> {
        walk::pages(self, span)
    }

    async fn strangers(&self) -> Vec<String> {
        walk::strangers(self).await
    }

    async fn read(&self, object: &ObjectMeta) -> Result<Bytes, StoreError> {
        self.read_part(object, 0..object.size).await
    }

    async fn read_part(&self, object: &ObjectMeta, part: Range<u64>) -> Result<Bytes, StoreError> {
        let limit = self.options.max_object_bytes;
        if object.size > limit {
            return Err(StoreError::TooLarge { key: object.key.clone(), size: object.size, limit });
        }
        let link = self.link().await?;
        let _turn = turn(&self.reads).await;
        let attempts = self.options.attempts.max(1);
        let mut attempt = 1;
        loop {
            match self.fetch(link, object, &part).await {
                Ok(bytes) => return Ok(bytes),
                Err(Broken::Answer(error)) => return Err(error),
                Err(Broken::Body(source)) if attempt == attempts => {
                    return Err(StoreError::Interrupted { key: object.key.clone(), attempts, source });
                }
                Err(Broken::Body(source)) => {
                    tracing::debug!(object.key = %object.key, attempt, error = %source, "transfer broke off");
                    tokio::time::sleep(pause(self.options.first_pause, attempt)).await;
                    attempt += 1;
                }
            }
        }
    }
}

#[async_trait::async_trait]
impl Tree for Bucket {
    fn name(&self) -> &str {
        &self.name
    }

    fn root(&self) -> &str {
        &self.prefix
    }

    fn place(&self) -> &str {
        ""
    }

    async fn page(&self, prefix: &str, depth: Depth, next: Option<String>) -> Result<Page, StoreError> {
        let link = self.link().await?;
        let _turn = turn(&self.lists).await;
        let request = link.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let delimiter = (depth == Depth::Level).then(|| "/".to_owned());
        let answer = request.set_delimiter(delimiter).set_continuation_token(next).send().await;
        let answer = answer.map_err(|error| situation(Asked::List { bucket: &self.bucket, link }, error))?;
        let more = answer.is_truncated.unwrap_or_default();
        Ok(Page {
            folders: answer
                .common_prefixes
                .into_iter()
                .flatten()
                .filter_map(|common| common.prefix)
                .collect(),
            objects: answer.contents.into_iter().flatten().filter_map(described).collect(),
            next: answer.next_continuation_token.filter(|_| more),
        })
    }
}

/// Waits in line; `None` would mean a closed semaphore, and these are never closed.
async fn turn(semaphore: &Semaphore) -> Option<SemaphorePermit<'_>> {
    semaphore.acquire().await.ok()
}

fn described(object: Object) -> Option<ObjectMeta> {
    let size = u64::try_from(object.size?).ok()?;
    let modified = object.last_modified.map_or(0, |time| time.secs());
    let etag = object.e_tag.map(|etag| etag.trim_matches('"').to_owned()).filter(|etag| !etag.is_empty());
    let etag = etag.unwrap_or_else(|| format!("{MADE_UP}{size}-{modified}"));
    Some(ObjectMeta { key: object.key?, size, etag, modified })
}

/// Whether an answer of so many bytes is about the object that was listed, for servers that overlook `If-Match` or list
/// no ETags.
fn is_listed(object: &ObjectMeta, length: u64, answer: &GetObjectOutput) -> bool {
    let same_size = answer.content_length.is_none_or(|answered| u64::try_from(answered) == Ok(length));
    let same_version = if object.etag.starts_with(MADE_UP) {
        answer.last_modified.is_none_or(|time| time.secs() == object.modified)
    } else {
        answer.e_tag.as_ref().is_none_or(|etag| etag.trim_matches('"') == object.etag)
    };
    same_size && same_version
}

/// The pause after try number `attempt`: doubling, and anywhere between half and all of it, so that readers that
/// failed together do not come back together.
fn pause(first: Duration, attempt: u32) -> Duration {
    let full = first.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX));
    full.min(MAX_PAUSE).mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn a_prefix_is_a_folder_with_or_without_its_slash() {
        let prefix = |place| Bucket::new("s3://x", place, Options::default()).unwrap().prefix;
        assert_eq!(prefix("logs"), "");
        assert_eq!(prefix("logs/"), "");
        assert_eq!(prefix("logs/a/b"), "a/b/");
        assert_eq!(prefix("logs/a/b/"), "a/b/");
    }

    #[test]
    fn pauses_double_up_to_the_limit_with_jitter() {
        let first = Duration::from_millis(100);
        for (attempt, full) in [(1, 100), (2, 200), (4, 800), (40, 20_000)] {
            let full = Duration::from_millis(full);
            let taken = pause(first, attempt);
            assert!(full / 2 <= taken && taken <= full, "{attempt}: {taken:?}");
        }
    }
}
