//! A tree of keys in memory that lists as S3 does, for tests of the walk: small pages, and a note of what was asked.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::error::StoreError;
use crate::source::ObjectMeta;
use crate::tree::{Depth, Page, Tree};

pub(crate) struct Memory {
    keys: BTreeSet<String>,
    root: String,
    place: String,
    denied: Option<String>,
    page_entries: usize,
    asked: Mutex<Vec<String>>,
}

impl Memory {
    pub(crate) fn new(keys: &[impl AsRef<str>]) -> Self {
        Memory {
            keys: keys.iter().map(|key| key.as_ref().to_owned()).collect(),
            root: String::new(),
            place: String::new(),
            denied: None,
            page_entries: 2,
            asked: Mutex::default(),
        }
    }

    pub(crate) fn rooted(self, root: &str) -> Self {
        Memory { root: root.into(), ..self }
    }

    pub(crate) fn placed(self, place: &str) -> Self {
        Memory { place: place.into(), ..self }
    }

    pub(crate) fn failing(self, prefix: &str) -> Self {
        Memory { denied: Some(prefix.into()), ..self }
    }

    pub(crate) fn paged(self, page_entries: usize) -> Self {
        Memory { page_entries, ..self }
    }

    /// The prefixes asked for so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The object or the folder a key shows as below `prefix`.
    fn entry<'k>(key: &'k str, prefix: &str, depth: Depth) -> Option<&'k str> {
        let below = key.strip_prefix(prefix)?;
        match below.find('/') {
            Some(at) if depth == Depth::Level => key.get(..=prefix.len() + at),
            _ => Some(key),
        }
    }
}

#[async_trait::async_trait]
impl Tree for Memory {
    fn name(&self) -> &str {
        "memory"
    }

    fn root(&self) -> &str {
        &self.root
    }

    fn place(&self) -> &str {
        &self.place
    }

    async fn page(&self, prefix: &str, depth: Depth, next: Option<String>) -> Result<Page, StoreError> {
        self.asked.lock().unwrap().push(prefix.into());
        if self.denied.as_ref().is_some_and(|denied| prefix.starts_with(denied.as_str())) {
            return Err(StoreError::Denied {
                permission: "s3:ListBucket",
                resource: prefix.into(),
                source: "scripted".into(),
            });
        }
        let after = next.unwrap_or_default();
        let mut entries: Vec<&str> = self
            .keys
            .range(prefix.max(after.as_str()).to_owned()..)
            .take_while(|key| key.starts_with(prefix))
            .filter_map(|key| Self::entry(key, prefix, depth))
            .filter(|entry| *entry > after.as_str())
            .collect();
        entries.dedup();
        let more = entries.len() > self.page_entries;
        entries.truncate(self.page_entries);
        let next = entries.last().filter(|_| more).map(|last| (*last).to_owned());
        let (folders, objects): (Vec<&str>, Vec<&str>) = entries.into_iter().partition(|e| e.ends_with('/'));
        let object = |key: &str| ObjectMeta { key: key.into(), size: 1, etag: "e".into(), modified: 0 };
        Ok(Page {
            folders: folders.into_iter().map(str::to_owned).collect(),
            objects: objects.into_iter().map(object).collect(),
            next,
        })
    }
}
