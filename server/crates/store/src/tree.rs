//! What a walk needs of a store: pages of what lies below a prefix.
//! Decides nothing; buckets, folders and the tests' memory implement it, `walk` and `listing` ask it.

use crate::error::StoreError;
use crate::keys::{self, Level};
use crate::source::ObjectMeta;

/// How far below a prefix a page looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The folders and objects right below.
    Level,
    /// Everything below. A tree that cannot do that answers one level and names the folders to go on with.
    All,
}

/// Part of what lies below a prefix.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Prefixes of folders, ending in `/`, ascending.
    pub folders: Vec<String>,
    pub objects: Vec<ObjectMeta>,
    /// What to ask with for the next page.
    pub next: Option<String>,
}

/// What a walk needs of a store.
#[async_trait::async_trait]
pub(crate) trait Tree: Send + Sync {
    /// The source as it was given.
    fn name(&self) -> &str;
    /// Where the walk starts: empty or ending in `/`.
    fn root(&self) -> &str;
    /// What to put before a prefix to see its place in AWS's layout: a folder's own path, nothing for a bucket.
    fn place(&self) -> &str;
    /// A page of what lies below `prefix`; nothing when there is no such prefix.
    async fn page(&self, prefix: &str, depth: Depth, next: Option<String>) -> Result<Page, StoreError>;
}

/// Which level of AWS's layout a prefix of this tree is.
pub(crate) fn level(tree: &dyn Tree, prefix: &str) -> Level {
    keys::level(&format!("{}{prefix}", tree.place()))
}

/// Whether an object of this tree may hold flow logs, by its name and place.
pub(crate) fn is_readable(tree: &dyn Tree, key: &str) -> bool {
    keys::is_readable(&format!("{}{key}", tree.place()))
}

/// The first pages of one level as one.
pub(crate) async fn first_pages(tree: &dyn Tree, prefix: &str, most: usize) -> Result<Page, StoreError> {
    let mut whole = Page::default();
    for _ in 0..most {
        let page = tree.page(prefix, Depth::Level, whole.next.take()).await?;
        whole.folders.extend(page.folders);
        whole.objects.extend(page.objects);
        whole.next = page.next;
        if whole.next.is_none() {
            break;
        }
    }
    Ok(whole)
}
