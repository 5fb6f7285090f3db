//! An inventory where it lies, a folder or a bucket, read again when its files change.

use contract::{Refusal, RefusalKind};
use firewall::evaluate::Firewall;
use firewall::inventory::{History, Noun};
use lake::LakeError;
use std::sync::Arc;
use store::{ObjectMeta, Options, Shelf, StoreError};

/// Largest file of an inventory: a thousand groups of a hundred rules are about 50 MB of JSON.
const MOST_FILE_BYTES: u64 = 256 << 20;
/// All files together.
const MOST_BYTES: u64 = 1 << 30;
/// Most files of an inventory: a snapshot of a hundred files a day for three months.
const MOST_FILES: usize = 10_000;

/// What is known of an account's firewall.
#[derive(Clone, Debug, Default)]
pub struct Stock {
    /// Where it lies; empty when there is no inventory.
    pub name: String,
    /// Counts the times it was read, so that what was advised by an older one is not taken for new.
    pub number: u64,
    /// The rules, compiled; none before the first reading and without an inventory.
    pub firewall: Option<Arc<Firewall>>,
    /// What could not be used of it, in words.
    pub complaints: Vec<String>,
    /// Why it could not be read at all, the last time that was tried.
    pub refused: Option<Refusal>,
    /// The files it was made of, to see whether they changed.
    files: Vec<ObjectMeta>,
}

/// Why an inventory cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// The place refuses.
    #[error("cannot read the inventory {name}")]
    Store {
        /// The inventory.
        name: String,
        /// What the store says.
        #[source]
        source: StoreError,
    },
    /// More than an inventory is.
    #[error("{name} holds {what}, which is too much for an inventory")]
    TooMuch {
        /// The inventory.
        name: String,
        /// What there is too much of.
        what: String,
    },
}

impl StockError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            StockError::Store { source: StoreError::NoFolder { .. }, .. } => {
                "give the folder that holds security-groups.json and its siblings".to_owned()
            }
            StockError::Store { source, .. } => source.hint(),
            StockError::TooMuch { .. } => {
                "give the folder of the inventory alone, or remove old snapshots".to_owned()
            }
        }
    }

    /// The same for whoever asks over the wire.
    pub fn into_refusal(self) -> Refusal {
        match self {
            StockError::Store { source, .. } => LakeError::from(source).refusal(),
            other => Refusal::new(RefusalKind::TooLarge, format!("{other}."), format!("{}.", other.hint())),
        }
    }
}

impl Stock {
    /// A stock of this name that was not read yet.
    pub fn unread(name: &str) -> Stock {
        Stock { name: name.to_owned(), ..Stock::default() }
    }

    /// The same, after it could not be read anew.
    pub fn refusing(&self, refusal: Refusal) -> Stock {
        Stock { refused: Some(refusal), ..self.clone() }
    }

    /// Reads the inventory if its files are others than those of this stock: `None` when nothing changed.
    ///
    /// # Errors
    /// When the place cannot be listed or read, or holds too much.
    pub async fn renewed(&self, options: &Options) -> Result<Option<Stock>, StockError> {
        let failed = |source| StockError::Store { name: self.name.clone(), source };
        let options = Options { max_object_bytes: MOST_FILE_BYTES, ..options.clone() };
        let shelf = Shelf::open(&self.name, &options).await.map_err(failed)?;
        let files = shelf.list(".json", MOST_FILES).await.map_err(failed)?;
        if files == self.files && self.number > 0 && self.refused.is_none() {
            return Ok(None);
        }
        self.check_size(&files)?;
        let mut read = Vec::with_capacity(files.len());
        for file in &files {
            let bytes = shelf.read(file).await.map_err(failed)?;
            read.push((shelf.name_of(file).to_owned(), bytes));
        }
        let compiled = tokio::task::spawn_blocking(move || compile(&read)).await;
        let (firewall, complaints) = compiled.unwrap_or_default();
        let (name, number) = (self.name.clone(), self.number + 1);
        Ok(Some(Stock { name, number, firewall, complaints, refused: None, files }))
    }

    fn check_size(&self, files: &[ObjectMeta]) -> Result<(), StockError> {
        let bytes: u64 = files.iter().map(|file| file.size).sum();
        let what = match (files.len(), bytes) {
            (MOST_FILES.., _) => format!("{MOST_FILES} files and more"),
            (_, bytes) if bytes > MOST_BYTES => contract::human::bytes(bytes).to_string(),
            _ => return Ok(()),
        };
        Err(StockError::TooMuch { name: self.name.clone(), what })
    }
}

/// The rules of an inventory, and what could not be used of it. No firewall at all where no file is one of an inventory.
fn compile(files: &[(String, bytes::Bytes)]) -> (Option<Arc<Firewall>>, Vec<String>) {
    let history = History::read(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_ref())));
    let mut complaints: Vec<String> = history.damage().map(ToString::to_string).collect();
    let missing = history.missing();
    let is_empty = missing.len() == Noun::ALL.len();
    complaints.extend(missing.into_iter().map(|noun| format!("{} is not there", noun.file())));
    if is_empty {
        return (None, complaints);
    }
    (Some(Arc::new(Firewall::new(history))), complaints)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    const GROUPS: &str = r#"{"SecurityGroups":[{"GroupId":"sg-1","GroupName":"web","VpcId":"vpc-1"}]}"#;

    #[tokio::test]
    async fn an_inventory_is_read_again_when_it_changes_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("2026-11-20T00:00:00Z/security-groups.json", GROUPS);
        let options = Options::default();
        let first = Stock::unread(folder.path().to_str().unwrap()).renewed(&options).await.unwrap().unwrap();
        assert_eq!(first.number, 1);
        assert!(first.complaints.iter().any(|line| line.contains("network-interfaces.json is not there")));
        assert!(first.renewed(&options).await.unwrap().is_none());
        write("2026-11-21T00:00:00Z/security-groups.json", GROUPS);
        let second = first.renewed(&options).await.unwrap().unwrap();
        assert_eq!(second.firewall.unwrap().history().snapshots().len(), 2);
        assert_eq!(second.number, 2);
    }

    #[tokio::test]
    async fn a_folder_without_inventory_is_none_and_a_missing_one_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::default();
        let read = Stock::unread(folder.path().to_str().unwrap()).renewed(&options).await.unwrap().unwrap();
        assert!(read.firewall.is_none() && read.complaints.len() == Noun::ALL.len());
        let error = Stock::unread("/nowhere/inventory").renewed(&options).await.unwrap_err();
        assert!(error.into_refusal().message.contains("/nowhere/inventory"));
    }
}
