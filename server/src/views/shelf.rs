//! The file of saved views: one row for each edition of each view, in a SQLite file beside the catalog. A file of its own:
//! the catalog can be made again from the logs, what people wrote cannot.

use super::model::{Draft, DraftError, Edition, SavedView, Told};
use super::slug::slug;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The version of the tables.
const VERSION: i64 = 1;

/// The tables. Tags stand one a line.
const TABLES: &str = "
create table edition (
  slug text not null, number integer not null, at integer not null, deleted integer not null,
  name text not null, description text not null, owner text not null, tags text not null,
  page text not null, link text not null,
  primary key (slug, number)
) without rowid;
create table home (one integer primary key check (one = 1), slug text not null);
";

/// Most views that are kept, deleted ones included: a flood must not fill the disk the lake lives on.
const VIEWS_LIMIT: u32 = 10_000;
/// Most editions of one view.
const EDITIONS_LIMIT: u32 = 1_000;

/// How long to wait for another process that holds the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// The columns of an edition in the order [`read`] expects them.
const COLUMNS: &str = "number, at, deleted, name, description, owner, tags, page, link";

/// The open file.
#[derive(Debug)]
pub struct Shelf {
    path: PathBuf,
    db: Connection,
}

/// Why the shelf did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The draft cannot be kept.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// There never was such a view, or it has no such edition.
    #[error("there is no view {slug:?}")]
    Unknown {
        /// Its slug.
        slug: String,
    },
    /// Somebody changed it after it was opened for editing.
    #[error("{name:?} was changed by somebody else meanwhile")]
    Outdated {
        /// What it is called.
        name: String,
    },
    /// Too many views or editions.
    #[error("no more than {VIEWS_LIMIT} views and {EDITIONS_LIMIT} editions of each are kept")]
    Crowded,
    /// A newer Weir wrote the file.
    #[error("the saved views are of version {found}, and only version {VERSION} is known here")]
    Newer {
        /// The version.
        found: i64,
    },
    /// The disk is full.
    #[error("the disk of the saved views is full")]
    Full,
    /// The file may not be written to.
    #[error("the file of the saved views cannot be written to")]
    ReadOnly,
    /// The file cannot be used.
    #[error("cannot use {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// SQLite's word.
        #[source]
        source: rusqlite::Error,
    },
}

impl Shelf {
    /// Opens the file, making it when it is missing.
    ///
    /// # Errors
    /// When it cannot be made, read or written, or a newer Weir wrote it.
    pub fn open(path: &Path) -> Result<Shelf, ShelfError> {
        let fault = |source| fault(path, source);
        let db = Connection::open(path).map_err(fault)?;
        let mut shelf = Shelf { path: path.to_path_buf(), db };
        shelf.run(|db| {
            db.busy_timeout(PATIENCE)?;
            db.pragma_update(None, "journal_mode", "wal")?;
            // Acknowledged is synced: the default of WAL would lose the last changes with the power.
            db.pragma_update(None, "synchronous", "full")
        })?;
        shelf.bring_up()?;
        Ok(shelf)
    }

    fn bring_up(&mut self) -> Result<(), ShelfError> {
        let found = self.change(|tx| {
            let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if found == 0 {
                tx.execute_batch(TABLES)?;
                tx.pragma_update(None, "user_version", VERSION)?;
            }
            Ok(Ok(found))
        })?;
        if found > VERSION { Err(ShelfError::Newer { found }) } else { Ok(()) }
    }

    fn run<T>(&mut self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, ShelfError> {
        work(&mut self.db).map_err(|source| fault(&self.path, source))
    }

    /// Does some work in one transaction: all of it is kept and synced, or nothing.
    fn change<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Result<T, ShelfError>>,
    ) -> Result<T, ShelfError> {
        self.run(|db| {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&tx)?;
            if done.is_ok() {
                tx.commit()?;
            }
            Ok(done)
        })?
    }

    /// Every view, deleted ones too, the last changed first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn all(&mut self) -> Result<Vec<SavedView>, ShelfError> {
        self.run(|db| {
            let home = home(db)?;
            let sql = format!(
                "select {COLUMNS}, slug, (select at from edition first where first.slug = last.slug and number = 1)
                 from edition last
                 where number = (select max(number) from edition any where any.slug = last.slug)
                 order by at desc, slug"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map([], |row| {
                let edition = read(row)?;
                let slug: String = row.get(9)?;
                let is_home = home.as_deref() == Some(slug.as_str());
                Ok(saved(slug, edition, row.get(10)?, is_home))
            })?;
            rows.collect()
        })
    }

    /// One view with its editions.
    ///
    /// # Errors
    /// [`ShelfError::Unknown`], or when the file cannot be read.
    pub fn one(&mut self, slug: &str) -> Result<Told, ShelfError> {
        let told = self.run(|db| told(db, slug))?;
        told.ok_or_else(|| ShelfError::Unknown { slug: slug.to_owned() })
    }

    /// The view that `/` leads to.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn home(&mut self) -> Result<Option<SavedView>, ShelfError> {
        let told = self.run(|db| home(db)?.map_or(Ok(None), |slug| told(db, &slug)))?;
        Ok(told.map(|told| told.view).filter(|view| !view.deleted))
    }

    /// Keeps a new view.
    ///
    /// # Errors
    /// When the draft cannot be kept, or the disk refuses.
    pub fn add(&mut self, draft: Draft, now: i64) -> Result<SavedView, ShelfError> {
        let draft = draft.checked()?;
        self.change(|tx| {
            let count: u32 =
                tx.query_row("select count(distinct slug) from edition", [], |row| row.get(0))?;
            if count >= VIEWS_LIMIT {
                return Ok(Err(ShelfError::Crowded));
            }
            let mut query = tx.prepare("select distinct slug from edition")?;
            let taken = query.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            let slug = slug(&draft.name, |slug| taken.iter().any(|known| known == slug));
            let edition = Edition { number: 1, at: now, deleted: false, draft };
            insert(tx, &slug, &edition)?;
            Ok(Ok(saved(slug, edition, now, false)))
        })
    }

    /// Adds an edition to a view. `opened` is the number of the edition the editor had before him, when he said it.
    ///
    /// # Errors
    /// When the draft cannot be kept, there is no such view, somebody was quicker, or the disk refuses.
    pub fn edit(
        &mut self,
        slug: &str,
        opened: Option<u32>,
        draft: Draft,
        now: i64,
    ) -> Result<SavedView, ShelfError> {
        let draft = draft.checked()?;
        self.next(slug, now, |last| match opened {
            Some(opened) if opened != last.number => {
                Err(ShelfError::Outdated { name: last.draft.name.clone() })
            }
            _ => Ok((draft, false)),
        })
    }

    /// Deletes a view; its editions stay, so that it can be brought back.
    ///
    /// # Errors
    /// When there is no such view, or the disk refuses.
    pub fn delete(&mut self, slug: &str, now: i64) -> Result<SavedView, ShelfError> {
        self.next(slug, now, |last| Ok((last.draft.clone(), true)))
    }

    /// Brings back an edition of a view, or what the view was before it was deleted.
    ///
    /// # Errors
    /// When there is no such view or edition, or the disk refuses.
    pub fn restore(&mut self, slug: &str, edition: Option<u32>, now: i64) -> Result<SavedView, ShelfError> {
        let told = self.one(slug)?;
        let chosen = told.history.into_iter().find(|one| edition.is_none_or(|number| one.number == number));
        let draft = chosen.ok_or_else(|| ShelfError::Unknown { slug: slug.to_owned() })?.draft;
        self.next(slug, now, |_| Ok((draft, false)))
    }

    /// Makes `/` lead to a view, or to no view.
    ///
    /// # Errors
    /// When there is no such view, or the disk refuses.
    pub fn pin(&mut self, slug: Option<&str>) -> Result<(), ShelfError> {
        if let Some(slug) = slug {
            self.one(slug)?;
        }
        self.change(|tx| {
            match slug {
                Some(slug) => tx.execute("insert or replace into home values (1, ?)", [slug])?,
                None => tx.execute("delete from home", [])?,
            };
            Ok(Ok(()))
        })
    }

    /// Adds the edition that `make` makes of the last one: the draft, and whether the view is deleted.
    fn next(
        &mut self,
        slug: &str,
        now: i64,
        make: impl FnOnce(&Edition) -> Result<(Draft, bool), ShelfError>,
    ) -> Result<SavedView, ShelfError> {
        self.change(|tx| {
            let Some(told) = told(tx, slug)? else {
                return Ok(Err(ShelfError::Unknown { slug: slug.to_owned() }));
            };
            let Some(last) = told.history.first() else { return Ok(Err(ShelfError::Crowded)) };
            if last.number >= EDITIONS_LIMIT {
                return Ok(Err(ShelfError::Crowded));
            }
            let (draft, deleted) = match make(last) {
                Ok(made) => made,
                Err(error) => return Ok(Err(error)),
            };
            let edition = Edition { number: last.number + 1, at: now, deleted, draft };
            insert(tx, slug, &edition)?;
            Ok(Ok(saved(slug.to_owned(), edition, told.view.created, told.view.home)))
        })
    }
}

fn saved(slug: String, edition: Edition, created: i64, home: bool) -> SavedView {
    let Edition { number, at, deleted, draft } = edition;
    let address = draft.address();
    SavedView { slug, draft, address, edition: number, created, edited: at, deleted, home }
}

fn told(db: &Connection, slug: &str) -> rusqlite::Result<Option<Told>> {
    let sql = format!("select {COLUMNS} from edition where slug = ? order by number desc");
    let mut query = db.prepare_cached(&sql)?;
    let history = query.query_map([slug], read)?.collect::<Result<Vec<_>, _>>()?;
    let (Some(last), Some(first)) = (history.first().cloned(), history.last()) else { return Ok(None) };
    let is_home = home(db)?.as_deref() == Some(slug);
    Ok(Some(Told { view: saved(slug.to_owned(), last, first.at, is_home), history }))
}

fn home(db: &Connection) -> rusqlite::Result<Option<String>> {
    db.query_row("select slug from home", [], |row| row.get(0)).optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Edition> {
    let tags: String = row.get(6)?;
    Ok(Edition {
        number: row.get(0)?,
        at: row.get(1)?,
        deleted: row.get(2)?,
        draft: Draft {
            name: row.get(3)?,
            description: row.get(4)?,
            owner: row.get(5)?,
            tags: tags.lines().map(str::to_owned).collect(),
            page: row.get(7)?,
            link: row.get(8)?,
        },
    })
}

fn insert(tx: &Transaction<'_>, slug: &str, edition: &Edition) -> rusqlite::Result<usize> {
    let Edition { number, at, deleted, draft } = edition;
    let Draft { name, description, owner, tags, page, link } = draft;
    tx.prepare_cached("insert into edition values (?,?,?,?,?,?,?,?,?,?)")?.execute(params![
        slug,
        number,
        at,
        deleted,
        name,
        description,
        owner,
        tags.join("\n"),
        page,
        link
    ])
}

fn fault(path: &Path, source: rusqlite::Error) -> ShelfError {
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => ShelfError::Full,
        Some(ErrorCode::ReadOnly) => ShelfError::ReadOnly,
        _ => ShelfError::File { path: path.to_path_buf(), source },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn draft(name: &str) -> Draft {
        let tags = vec!["prod".to_owned(), "two words".to_owned()];
        Draft { name: name.into(), page: "/".into(), link: "from=now-3h".into(), tags, ..Draft::default() }
    }

    fn shelf(folder: &tempfile::TempDir) -> Shelf {
        Shelf::open(&folder.path().join("views.sqlite")).unwrap()
    }

    #[test]
    fn what_was_saved_is_there_after_the_file_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut open = shelf(&folder);
        let saved = open.add(draft("SSH from outside"), 100).unwrap();
        assert_eq!(
            (saved.slug.as_str(), saved.address.as_str()),
            ("ssh-from-outside", "/?v=1&from=now-3h&to=now")
        );
        assert_eq!(open.add(draft("SSH from outside"), 101).unwrap().slug, "ssh-from-outside-2");
        drop(open);
        let all = shelf(&folder).all().unwrap();
        assert_eq!(
            all.iter().map(|view| view.edited).collect::<Vec<_>>(),
            [101, 100],
            "the last changed first"
        );
        assert_eq!(all[1], saved);
    }

    #[test]
    fn an_edit_adds_an_edition_and_an_outdated_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = shelf(&folder);
        shelf.add(draft("SSH"), 1).unwrap();
        let edited = shelf.edit("ssh", Some(1), draft("Secure shell"), 2).unwrap();
        assert_eq!((edited.slug.as_str(), edited.edition, edited.created), ("ssh", 2, 1));
        let late = shelf.edit("ssh", Some(1), draft("Mine"), 3);
        assert!(matches!(late, Err(ShelfError::Outdated { name }) if name == "Secure shell"));
        let history = shelf.one("ssh").unwrap().history;
        assert_eq!(
            history.iter().map(|e| e.draft.name.as_str()).collect::<Vec<_>>(),
            ["Secure shell", "SSH"]
        );
        assert_eq!(history[0].change(history.get(1)), "Changed name");
        assert_eq!(shelf.restore("ssh", Some(1), 4).unwrap().draft.name, "SSH");
        assert!(matches!(shelf.restore("ssh", Some(9), 5), Err(ShelfError::Unknown { .. })));
    }

    #[test]
    fn deleting_is_undone_and_a_slug_is_never_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = shelf(&folder);
        shelf.add(draft("SSH"), 1).unwrap();
        shelf.pin(Some("ssh")).unwrap();
        assert_eq!(shelf.home().unwrap().map(|view| view.slug).as_deref(), Some("ssh"));
        assert!(shelf.delete("ssh", 2).unwrap().deleted);
        assert_eq!(shelf.home().unwrap(), None, "a deleted view is no home");
        assert_eq!(shelf.add(draft("SSH"), 3).unwrap().slug, "ssh-2");
        let back = shelf.restore("ssh", None, 4).unwrap();
        assert!(!back.deleted && back.home && back.draft.tags == ["prod", "two words"]);
        shelf.pin(None).unwrap();
        assert_eq!(shelf.home().unwrap(), None);
        assert!(matches!(shelf.delete("none", 5), Err(ShelfError::Unknown { .. })));
    }

    #[test]
    fn a_full_disk_refuses_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = shelf(&folder);
        shelf.add(draft("Before"), 1).unwrap();
        let pages: i64 = shelf.db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        shelf.db.pragma_update(None, "max_page_count", pages).unwrap();
        let large = Draft { description: "x".repeat(2_000), ..draft("Large") };
        let refused = (0..20).find_map(|at| shelf.add(large.clone(), at).err());
        assert!(matches!(refused, Some(ShelfError::Full)), "{refused:?}");
        let kept = shelf.all().unwrap().len();
        shelf.db.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        shelf.add(draft("After"), 99).unwrap();
        assert_eq!(shelf.all().unwrap().len(), kept + 1, "what was refused left nothing behind");
    }

    #[test]
    fn the_file_of_a_newer_weir_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        shelf(&folder).db.pragma_update(None, "user_version", VERSION + 1).unwrap();
        let path = folder.path().join("views.sqlite");
        assert!(matches!(Shelf::open(&path), Err(ShelfError::Newer { found }) if found == VERSION + 1));
    }
}
