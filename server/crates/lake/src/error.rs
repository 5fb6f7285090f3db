//! What can go wrong in the lake, and how it is told to a person.

use arrow::error::ArrowError;
use contract::{Refusal, RefusalKind};
use datafusion_common::DataFusionError;
use std::path::PathBuf;
use store::StoreError;

/// A fault of storing or asking.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The data folder cannot be made, read or written.
    #[error("cannot {doing} {path}")]
    Disk {
        /// What was being done: "write", "open", ….
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's word.
        #[source]
        source: std::io::Error,
    },
    /// Another process writes to the same data folder.
    #[error("the data folder {path} is in use by another weir process")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The catalog cannot be read or written.
    #[error("the catalog {path} cannot be used")]
    Catalog {
        /// The SQLite file.
        path: PathBuf,
        /// SQLite's word.
        #[source]
        source: rusqlite::Error,
    },
    /// The catalog was written by a newer Weir.
    #[error("the catalog has version {found}, this weir knows up to {known}")]
    NewerCatalog {
        /// Version in the file.
        found: i64,
        /// Version of this program.
        known: i64,
    },
    /// A source refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Columns could not be built or read.
    #[error("columns do not fit together")]
    Arrow(#[from] ArrowError),
    /// A Parquet file could not be written.
    #[error("cannot write {path}")]
    Parquet {
        /// The file.
        path: PathBuf,
        /// The writer's word.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// The engine refused or failed.
    #[error("the question could not be run")]
    Engine(#[from] DataFusionError),
    /// The question is wrong; already in a person's words.
    #[error("{0}")]
    Question(Refusal),
    /// A worker ended without a result.
    #[error("a worker stopped unexpectedly: {0}")]
    Worker(String),
}

impl LakeError {
    /// The words for the person who asked. Internal causes are not in it: log the error itself.
    pub fn refusal(&self) -> Refusal {
        match self {
            LakeError::Question(refusal) => refusal.clone(),
            LakeError::Store(store) => store_refusal(store),
            LakeError::Disk { doing, path, source } => Refusal::new(
                RefusalKind::Unavailable,
                format!("cannot {doing} {}: {source}.", path.display()),
                "Free space or fix the permissions of the data folder; reading goes on by itself.",
            ),
            LakeError::InUse { path } => Refusal::new(
                RefusalKind::Unavailable,
                format!("the data folder {} is in use by another weir process.", path.display()),
                "Stop the other process or give this one its own --data folder.",
            ),
            LakeError::NewerCatalog { .. } => Refusal::new(
                RefusalKind::Unavailable,
                format!("{self}."),
                "Update weir, or use another --data folder.",
            ),
            LakeError::Engine(error)
                if matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)) =>
            {
                Refusal::new(
                    RefusalKind::TooLarge,
                    "the question needs more memory than the server grants.",
                    "Ask for a shorter range, or add a filter.",
                )
            }
            _ => Refusal::new(RefusalKind::Internal, "the server could not answer.", ""),
        }
    }

    /// Names the path in an I/O error.
    pub(crate) fn disk(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> LakeError {
        let path = path.into();
        move |source| LakeError::Disk { doing, path, source }
    }
}

/// A source's fault in a person's words.
pub fn store_refusal(error: &StoreError) -> Refusal {
    let kind = match error {
        StoreError::Denied { .. } | StoreError::NoCredentials { .. } => RefusalKind::Denied,
        StoreError::NoBucket { .. } => RefusalKind::NotFound,
        _ => RefusalKind::Unavailable,
    };
    Refusal::new(kind, format!("{error}."), error.hint())
}
