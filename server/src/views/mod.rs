//! Saved views: questions with a name, kept for everybody who opens this Weir.
//!
//! ```text
//! http::views ── Views ── Shelf ── DATA/views.sqlite
//! reports::views ─┘        └ model, slug
//! ```
//!
//! # Invariants
//!
//! * What was acknowledged is on the disk: every change is one transaction, synced before it returns.
//! * Nothing is overwritten: a change adds an edition, deleting is an edition too, and undoing either is a third.
//! * A short link means the same view for ever: a slug is given once and never to another view.

mod model;
mod shelf;
mod slug;

pub use model::{Draft, DraftError, Edition, SavedView, Told, is_page};
pub use shelf::{Shelf, ShelfError};

use crate::events;
use crate::http::refused;
use contract::{Refusal, RefusalKind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The door to the saved views; clones share one file.
#[derive(Clone, Debug)]
pub struct Views(Result<Arc<Mutex<Shelf>>, Refusal>);

impl Views {
    /// The views of a data folder. A file that cannot be opened is no reason not to show the logs: everything asked of
    /// the views is then refused with the cause.
    pub fn open(folder: &Path) -> Views {
        Views(Shelf::open(&folder.join("views.sqlite")).map(|shelf| Arc::new(Mutex::new(shelf))).map_err(
            |error| {
                tracing::warn!(error = %events::chain(&error), "saved views cannot be kept");
                refusal(&error)
            },
        ))
    }

    /// No views, because there is nowhere to keep them.
    pub fn nowhere() -> Views {
        Views(Err(Refusal::new(
            RefusalKind::Unavailable,
            "Views are not kept: this Weir has no data folder of its own.",
            "Start weir serve with --data DIR to save views.",
        )))
    }

    /// Does some work on the shelf, on a thread that may wait for the disk.
    ///
    /// # Errors
    /// A refusal for the asker; the cause is in the log.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Shelf) -> Result<T, ShelfError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let shelf = Arc::clone(self.0.as_ref().map_err(Clone::clone)?);
        let done = tokio::task::spawn_blocking(move || {
            // A panic between two statements has rolled its transaction back: the shelf is as it was.
            work(&mut shelf.lock().unwrap_or_else(PoisonError::into_inner))
        });
        done.await
            .map_err(|error| refused::internal("keeping views", &error))?
            .map_err(|error| refusal(&error))
    }
}

/// What the asker reads about an error of the shelf.
fn refusal(error: &ShelfError) -> Refusal {
    let bad = |hint: &str| Refusal::new(RefusalKind::BadQuestion, error.to_string(), hint);
    match error {
        ShelfError::Draft(draft) => bad(draft.hint()),
        ShelfError::Unknown { .. } => {
            Refusal::new(RefusalKind::NotFound, error.to_string(), "The list of views is at /views.")
        }
        ShelfError::Outdated { .. } => bad("Look at its history, then save again."),
        ShelfError::Crowded => {
            bad("Delete some for good: remove views.sqlite while Weir does not run, or edit one.")
        }
        ShelfError::Newer { .. } => {
            Refusal::new(RefusalKind::Unavailable, error.to_string(), "Update Weir to read and save views.")
        }
        ShelfError::Full => Refusal::new(
            RefusalKind::Unavailable,
            "The disk of the data folder is full. Nothing was saved and nothing was lost.",
            "Free some space, then save again.",
        ),
        ShelfError::ReadOnly => Refusal::new(
            RefusalKind::Unavailable,
            "The data folder cannot be written to. Nothing was saved.",
            "Give the user that runs Weir the right to write there.",
        ),
        ShelfError::File { .. } => refused::internal("keeping views", error),
    }
}
