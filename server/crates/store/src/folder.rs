//! A folder with the same layout as a bucket: keys are paths relative to it, with `/`.
//! Follows symbolic links but never in circles.

use std::fs::Metadata;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use futures::stream::BoxStream;

use crate::error::StoreError;
use crate::source::{ObjectMeta, Options, Source};
use crate::tree::{Depth, Page, Tree};
use crate::walk;

/// A local folder as a source.
pub(crate) struct Folder {
    name: String,
    path: PathBuf,
    /// The absolute path, ending in `/`: what tells that the folder itself lies within AWS's layout.
    place: String,
    width: usize,
    max_object_bytes: u64,
}

impl Folder {
    pub(crate) async fn open(name: &str, path: &str, options: &Options) -> Result<Self, StoreError> {
        let missing = || StoreError::NoFolder { path: path.into() };
        let found =
            tokio::fs::metadata(path).await.map_err(|error| fault(Path::new(path), error, missing))?;
        if !found.is_dir() {
            return Err(StoreError::NotAFolder { path: path.into() });
        }
        let absolute = std::path::absolute(path).map_err(|error| fault(Path::new(path), error, missing))?;
        Ok(Folder {
            name: name.into(),
            place: format!("{}/", absolute.display()),
            path: absolute,
            width: options.concurrency.max(1),
            max_object_bytes: options.max_object_bytes,
        })
    }

    /// The folder itself, absolute.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a key. A key that would leave the folder has no file.
    fn file(&self, key: &str) -> Option<PathBuf> {
        let relative = Path::new(key);
        relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
            .then(|| self.path.join(relative))
    }
}

#[async_trait::async_trait]
impl Source for Folder {
    fn name(&self) -> &str {
        &self.name
    }

    fn width(&self) -> usize {
        self.width
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
        let gone = || StoreError::Gone { key: object.key.clone() };
        let path = self.file(&object.key).ok_or_else(gone)?;
        let (listed, limit) = (object.clone(), self.max_object_bytes);
        blocking(&self.path, move || read_file(&path, &listed, part, limit)).await
    }
}

#[async_trait::async_trait]
impl Tree for Folder {
    fn name(&self) -> &str {
        &self.name
    }

    fn root(&self) -> &str {
        ""
    }

    fn place(&self) -> &str {
        &self.place
    }

    async fn page(&self, prefix: &str, _: Depth, _: Option<String>) -> Result<Page, StoreError> {
        let Some(path) = self.file(prefix) else { return Ok(Page::default()) };
        let (root, prefix) = (self.path.clone(), prefix.to_owned());
        blocking(&self.path, move || level_of(&root, &path, &prefix)).await
    }
}

/// Runs file-system calls where they may block.
pub(crate) async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|stopped| {
        let source = std::io::Error::other(stopped);
        Err(StoreError::Disk { path: path.display().to_string(), source })
    })
}

/// Folders and objects right below `path`; none when it does not exist, unless it is the root itself.
fn level_of(root: &Path, path: &Path, prefix: &str) -> Result<Page, StoreError> {
    let missing = || StoreError::NoFolder { path: root.display().to_string() };
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if is_missing(&error) && path != root => return Ok(Page::default()),
        Err(error) => return Err(fault(path, error, missing)),
    };
    let mut page = Page::default();
    for entry in entries {
        let entry = entry.map_err(|error| fault(path, error, missing))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // A file may vanish between the two calls; a link may lead nowhere.
        let Ok(metadata) = std::fs::metadata(entry.path()) else { continue };
        if metadata.is_dir() {
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            let is_endless = is_link && is_circle(root, path, &metadata);
            if !name.starts_with('.') && !is_endless {
                page.folders.push(format!("{prefix}{name}/"));
            }
        } else if metadata.is_file() {
            page.objects.push(described(format!("{prefix}{name}"), &metadata));
        }
    }
    page.folders.sort_unstable();
    page.objects.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(page)
}

/// Whether `target`, linked from `path`, is one of the folders that lead there: following it would never end.
fn is_circle(root: &Path, path: &Path, target: &Metadata) -> bool {
    let way = path.ancestors().take_while(|folder| folder.starts_with(root));
    way.filter_map(|folder| std::fs::metadata(folder).ok())
        .any(|folder| (folder.dev(), folder.ino()) == (target.dev(), target.ino()))
}

pub(crate) fn described(key: String, metadata: &Metadata) -> ObjectMeta {
    ObjectMeta { key, size: metadata.len(), etag: etag(metadata), modified: metadata.mtime() }
}

fn etag(metadata: &Metadata) -> String {
    format!("{:x}-{:x}.{:x}-{:x}", metadata.len(), metadata.mtime(), metadata.mtime_nsec(), metadata.ino())
}

/// Reads a part of the file if it still is the one that was listed, before and after.
fn read_file(path: &Path, listed: &ObjectMeta, part: Range<u64>, limit: u64) -> Result<Bytes, StoreError> {
    let failed = |error| fault(path, error, || StoreError::Gone { key: listed.key.clone() });
    let is_listed = |metadata: Metadata| etag(&metadata) == listed.etag;
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    if before.len() > limit {
        return Err(StoreError::TooLarge { key: listed.key.clone(), size: before.len(), limit });
    }
    let length = part.end.saturating_sub(part.start);
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    if is_listed(before) {
        file.seek(SeekFrom::Start(part.start)).map_err(failed)?;
        file.by_ref().take(length).read_to_end(&mut bytes).map_err(failed)?;
        if file.metadata().is_ok_and(is_listed) && bytes.len() as u64 == length {
            return Ok(Bytes::from(bytes));
        }
    }
    Err(StoreError::Changed { key: listed.key.clone() })
}

fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

pub(crate) fn fault(path: &Path, error: std::io::Error, missing: impl FnOnce() -> StoreError) -> StoreError {
    let path = path.display().to_string();
    if is_missing(&error) {
        missing()
    } else if error.kind() == ErrorKind::PermissionDenied {
        StoreError::Denied { permission: "read", resource: path, source: error.into() }
    } else {
        StoreError::Disk { path, source: error }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use futures::TryStreamExt;

    use super::*;

    async fn opened(path: &Path) -> Folder {
        let path = path.to_str().unwrap();
        Folder::open(path, path, &Options::default()).await.unwrap()
    }

    async fn listed(folder: &Folder) -> Vec<ObjectMeta> {
        let mut objects: Vec<_> = folder.list(None).try_concat().await.unwrap();
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        objects
    }

    fn write(root: &Path, key: &str, text: &str) {
        let path = root.join(key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[tokio::test]
    async fn files_are_listed_with_slashes_and_read_back() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a/b/x.log.gz", "xx");
        write(root.path(), "a/y.log", "y");
        write(root.path(), "a/readme.md", "no");
        write(root.path(), "a/.hidden.log", "no");
        let folder = opened(root.path()).await;
        let objects = listed(&folder).await;
        let keys: Vec<_> = objects.iter().map(|object| (object.key.as_str(), object.size)).collect();
        assert_eq!(keys, [("a/b/x.log.gz", 2), ("a/y.log", 1)]);
        assert_eq!(folder.read(&objects[0]).await.unwrap(), "xx");
    }

    #[tokio::test]
    async fn links_are_followed_but_not_in_circles() {
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        write(root.path(), "a/x.log", "x");
        write(outside.path(), "y.log", "y");
        let link = |to: &Path, at: &str| std::os::unix::fs::symlink(to, root.path().join(at)).unwrap();
        link(root.path(), "a/up");
        link(outside.path(), "b");
        link(&root.path().join("a"), "a/self");
        link(Path::new("/no/such/place"), "a/nowhere");
        std::os::unix::fs::symlink(root.path(), outside.path().join("back")).unwrap();
        let keys: Vec<_> =
            listed(&opened(root.path()).await).await.into_iter().map(|object| object.key).collect();
        assert_eq!(keys, ["a/x.log", "b/y.log"]);
    }

    #[tokio::test]
    async fn a_replaced_or_deleted_file_is_noticed() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "x.log", "one");
        let folder = opened(root.path()).await;
        let object = listed(&folder).await.remove(0);
        write(root.path(), "new", "two");
        std::fs::rename(root.path().join("new"), root.path().join("x.log")).unwrap();
        assert!(matches!(folder.read(&object).await.unwrap_err(), StoreError::Changed { .. }));
        assert_ne!(listed(&folder).await.remove(0).etag, object.etag);
        std::fs::remove_file(root.path().join("x.log")).unwrap();
        assert!(matches!(folder.read(&object).await.unwrap_err(), StoreError::Gone { .. }));
    }

    #[tokio::test]
    async fn no_key_leads_out_of_the_folder() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "secret.log", "s");
        std::fs::create_dir(root.path().join("logs")).unwrap();
        let folder = opened(&root.path().join("logs")).await;
        for key in ["../secret.log", "/etc/hostname"] {
            let object = ObjectMeta { key: key.into(), size: 1, etag: String::new(), modified: 0 };
            assert!(matches!(folder.read(&object).await.unwrap_err(), StoreError::Gone { .. }), "{key}");
        }
    }

    #[tokio::test]
    async fn a_folder_that_vanishes_is_named() {
        let root = tempfile::tempdir().unwrap();
        let folder = opened(root.path()).await;
        drop(root);
        let error = folder.list(None).try_concat().await.unwrap_err();
        assert!(matches!(error, StoreError::NoFolder { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_file_is_told_from_a_folder_that_is_missing() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "x.log.gz", "x");
        let file = root.path().join("x.log.gz");
        let error = Folder::open("x", file.to_str().unwrap(), &Options::default()).await.err().unwrap();
        assert!(error.to_string().ends_with("x.log.gz is a file, not a folder"), "{error}");
    }

    #[tokio::test]
    async fn what_lies_there_and_cannot_be_a_flow_log_is_named() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a/flows.zip", "x");
        write(root.path(), "flows.csv", "x");
        write(root.path(), ".hidden", "x");
        let folder = opened(root.path()).await;
        assert_eq!(listed(&folder).await, []);
        assert_eq!(folder.strangers().await, ["flows.csv", "a/flows.zip"]);
    }

    #[tokio::test]
    async fn a_file_over_the_limit_is_refused() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "x.log", "four");
        let path = root.path().to_str().unwrap();
        let options = Options { max_object_bytes: 3, ..Options::default() };
        let folder = Folder::open(path, path, &options).await.unwrap();
        let object = listed(&folder).await.remove(0);
        assert!(matches!(folder.read(&object).await.unwrap_err(), StoreError::TooLarge { limit: 3, .. }));
    }
}
