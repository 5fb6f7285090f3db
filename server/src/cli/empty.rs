//! Sources that hold nothing to read, said at the terminal: an answer of zeros looks like an answer.

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use lake::Feed;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{ObjectMeta, Source, StoreError, keys};

/// A source of which is noted whether it ever listed an object.
pub struct Noted {
    source: Arc<dyn Source>,
    has_listed: AtomicBool,
}

/// The same feeds, and what tells later whether they were empty.
pub fn noted(feeds: Vec<Feed>) -> (Vec<Feed>, Vec<Arc<Noted>>) {
    let noted = |feed: Feed| {
        let noted = Arc::new(Noted { source: feed.source, has_listed: AtomicBool::new(false) });
        (Feed { source: Arc::clone(&noted) as Arc<dyn Source>, format: feed.format }, noted)
    };
    feeds.into_iter().map(noted).unzip()
}

/// Prints a warning for each that has nothing to read at any time.
pub async fn warn(noted: &[Arc<Noted>]) {
    for noted in noted {
        if let Some(words) = noted.words().await {
            eprintln!("warning: {words}");
        }
    }
}

impl Noted {
    /// What to say of a source that is empty.
    async fn words(&self) -> Option<String> {
        // Of a range in which nothing lies, the answer itself tells.
        if self.has_listed.load(Ordering::Relaxed) || self.source.list(None).next().await.is_some() {
            return None;
        }
        let strangers = self.source.strangers().await;
        let there = match strangers.as_slice() {
            [] => "it is empty".to_owned(),
            names => format!("passed over {}, which cannot be flow logs by their names", names.join(", ")),
        };
        Some(format!(
            "nothing to read in {}: {there}; looked for names that end in {}, and AWS's own below AWSLogs/",
            self.source.name(),
            keys::READABLE.join(", "),
        ))
    }
}

#[async_trait]
impl Source for Noted {
    fn name(&self) -> &str {
        self.source.name()
    }

    fn width(&self) -> usize {
        self.source.width()
    }

    fn list(&self, span: Option<Range<i64>>) -> BoxStream<'_, Result<Vec<ObjectMeta>, StoreError>> {
        // An error tells enough by itself.
        self.source.list(span).inspect(|_| self.has_listed.store(true, Ordering::Relaxed)).boxed()
    }

    async fn strangers(&self) -> Vec<String> {
        self.source.strangers().await
    }

    async fn read(&self, object: &ObjectMeta) -> Result<Bytes, StoreError> {
        self.source.read(object).await
    }

    async fn read_part(&self, object: &ObjectMeta, part: Range<u64>) -> Result<Bytes, StoreError> {
        self.source.read_part(object, part).await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use store::Options;

    #[tokio::test]
    async fn an_empty_source_is_told_with_what_was_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let words = async || {
            let source = store::open(folder.path().to_str().unwrap(), &Options::default()).await.unwrap();
            let (_, noted) = noted(vec![source.into()]);
            noted[0].words().await
        };
        assert!(words().await.unwrap().contains("it is empty; looked for names that end in .log"));
        std::fs::write(folder.path().join("flows.zip"), "PK").unwrap();
        assert!(words().await.unwrap().contains("passed over flows.zip"));
        std::fs::write(folder.path().join("flows.log"), "").unwrap();
        assert_eq!(words().await, None);
    }
}
