//! Files of any kind below a prefix or in a folder, for what is no flow log: an inventory above all.
//! Lists everything there is, which a source of logs never does; meant for thousands of files, not millions.

use std::path::Path;

use bytes::Bytes;

use crate::error::StoreError;
use crate::folder::{Folder, blocking, described, fault};
use crate::s3::Bucket;
use crate::source::{ObjectMeta, Options, Source};
use crate::tree::{Depth, Tree};

/// Folders in folders: an inventory has two levels, and a link that leads back to itself must end.
const MOST_LEVELS: usize = 8;

/// A bucket with a prefix, or a folder, whatever lies in it.
pub struct Shelf {
    name: String,
    place: Place,
}

#[expect(clippy::large_enum_variant, reason = "a process has one")]
enum Place {
    Folder(Folder),
    Bucket(Bucket),
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Shelf").field(&self.name).finish()
    }
}

impl Shelf {
    /// Opens `s3://bucket/prefix` or a folder.
    ///
    /// # Errors
    /// As [`crate::open`].
    pub async fn open(url: &str, options: &Options) -> Result<Shelf, StoreError> {
        let place = match url.strip_prefix("s3://") {
            Some(place) => Place::Bucket(Bucket::new(url, place, options.clone())?),
            None => {
                let path = url.strip_prefix("file://").unwrap_or(url);
                Place::Folder(Folder::open(url, path, options).await?)
            }
        };
        Ok(Shelf { name: url.to_owned(), place })
    }

    /// The shelf as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files whose names end so, by name; at most `most` of them.
    ///
    /// # Errors
    /// When the place cannot be listed.
    pub async fn list(&self, ending: &str, most: usize) -> Result<Vec<ObjectMeta>, StoreError> {
        let mut files = match &self.place {
            Place::Folder(folder) => {
                let (path, ending) = (folder.path().to_owned(), ending.to_owned());
                blocking(folder.path(), move || {
                    let mut files = Vec::new();
                    gather(&path, "", (&ending, most), MOST_LEVELS, &mut files)?;
                    Ok(files)
                })
                .await?
            }
            Place::Bucket(bucket) => objects(bucket, ending, most).await?,
        };
        files.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Ok(files)
    }

    /// The name of a listed file, seen from the shelf.
    pub fn name_of<'a>(&self, file: &'a ObjectMeta) -> &'a str {
        match &self.place {
            Place::Folder(_) => &file.key,
            Place::Bucket(bucket) => file.key.strip_prefix(bucket.root()).unwrap_or(&file.key),
        }
    }

    /// The bytes of a listed file.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub async fn read(&self, file: &ObjectMeta) -> Result<Bytes, StoreError> {
        match &self.place {
            Place::Folder(folder) => folder.read(file).await,
            Place::Bucket(bucket) => bucket.read(file).await,
        }
    }
}

async fn objects(bucket: &Bucket, ending: &str, most: usize) -> Result<Vec<ObjectMeta>, StoreError> {
    let (mut files, mut next) = (Vec::new(), None);
    loop {
        let page = bucket.page(bucket.root(), Depth::All, next).await?;
        files.extend(page.objects.into_iter().filter(|object| object.key.ends_with(ending)));
        files.truncate(most);
        next = page.next;
        if next.is_none() || files.len() >= most {
            return Ok(files);
        }
    }
}

fn gather(
    folder: &Path,
    prefix: &str,
    (ending, most): (&str, usize),
    levels: usize,
    files: &mut Vec<ObjectMeta>,
) -> Result<(), StoreError> {
    let missing = || StoreError::NoFolder { path: folder.display().to_string() };
    let entries = std::fs::read_dir(folder).map_err(|error| fault(folder, error, missing))?;
    for entry in entries {
        let entry = entry.map_err(|error| fault(folder, error, missing))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(metadata) = std::fs::metadata(entry.path()) else { continue };
        if name.starts_with('.') || files.len() >= most {
            continue;
        }
        if metadata.is_file() && name.ends_with(ending) {
            files.push(described(format!("{prefix}{name}"), &metadata));
        } else if metadata.is_dir() && levels > 0 {
            gather(&entry.path(), &format!("{prefix}{name}/"), (ending, most), levels - 1, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[tokio::test]
    async fn a_folder_gives_the_files_of_one_kind_by_name() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b.json", "a/c.json", "a/notes.md", ".hidden/d.json"] {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        }
        std::os::unix::fs::symlink(root.path(), root.path().join("a/loop")).unwrap();
        let shelf = Shelf::open(root.path().to_str().unwrap(), &Options::default()).await.unwrap();
        let files = shelf.list(".json", 2).await.unwrap();
        assert_eq!(files.len(), 2, "no more than asked for");
        std::fs::remove_file(root.path().join("a/loop")).unwrap();
        let files = shelf.list(".json", 9).await.unwrap();
        let names: Vec<&str> = files.iter().map(|file| shelf.name_of(file)).collect();
        assert_eq!(names, ["a/c.json", "b.json"]);
        assert_eq!(shelf.read(&files[0]).await.unwrap(), "{}");
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_named() {
        let error = Shelf::open("/no/such/inventory", &Options::default()).await.unwrap_err();
        assert!(matches!(error, StoreError::NoFolder { .. }), "{error}");
    }
}
