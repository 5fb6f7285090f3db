//! The catalog: which objects were read, with what result, and which files hold their records. One SQLite file.
//!
//! A commit is one transaction over objects and files, so that an object counts exactly when its files do.

use crate::error::LakeError;
use crate::files::{self, FileEntry};
use crate::flow_logs;
use crate::measured;
use crate::sight::Sight;
use crate::volume::Text;
use contract::Table;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use sides::Knowledge;
use std::path::{Path, PathBuf};

/// Lines that could not be read are kept up to this many per object: enough to see what is wrong.
pub const SAMPLES_PER_OBJECT: usize = 20;

/// What makes a catalog of each version from the one before, the first from nothing. A file of a higher version than
/// there are steps is from a newer Weir.
const STEPS: [&[&str]; 6] = [
    &[FIRST],
    &[ACCOUNTS, flow_logs::TABLES],
    &[ANEW, INTERFACES, KNOWLEDGE],
    &[ANEW, PACKETS],
    &[ANEW],
    &[ANEW, measured::TABLES],
];

const FIRST: &str = "
create table object (
  source text not null, key text not null, etag text not null, size integer not null,
  stamp integer not null, why text,
  lines integer not null, records integer not null, nodata integer not null, skipdata integer not null,
  set_aside integer not null, first integer, last integer,
  primary key (source, key)
) without rowid;
create table file (
  path text primary key, tbl text not null, source text not null, first integer not null, last integer not null,
  rows integer not null, bytes integer not null, columns text not null
) without rowid;
create table set_aside (source text not null, key text not null, line integer not null, why text not null);
create index set_aside_object on set_aside (source, key);
create table interface (id text primary key, address blob not null) without rowid;
";

/// Header and blank lines, and when an object was written. Of objects read before, the lines that became nothing else
/// were headers or blank, as the decoder counts every line once; when they were written is not known.
const ACCOUNTS: &str = "
alter table object add column headers integer not null default 0;
alter table object add column modified integer;
update object set headers = max(0, lines - records - nodata - skipdata - set_aside);
";

/// Files have another layout since: all objects are read anew, and files that no row names are swept.
const ANEW: &str = "
delete from object;
delete from file;
delete from set_aside;
";

/// What the knowledge replaced.
const INTERFACES: &str = "drop table interface;";

/// Which files are of commits whose packets have other addresses than the interfaces.
const PACKETS: &str = "alter table file add column packets_differ integer not null default 0;";

/// What records prove about clients, servers and interfaces, in the form the `sides` crate gives it; at most one row.
const KNOWLEDGE: &str = "
create table knowledge (one integer primary key check (one = 1), bytes blob not null);
";

/// What reading an object gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectEntry {
    /// The source it came from.
    pub source: String,
    /// Its key.
    pub key: String,
    /// Its version.
    pub etag: String,
    /// Its size at the source, bytes.
    pub size: u64,
    /// Start of its delivery window, Unix seconds.
    pub stamp: i64,
    /// Why it could not be read; `None` when it was.
    pub why: Option<String>,
    /// When it was written, Unix seconds; `None` when an earlier version read it.
    pub modified: Option<i64>,
    /// Lines in it.
    pub lines: u64,
    /// Header and blank lines.
    pub headers: u64,
    /// Bytes of its uncompressed text, which is what AWS bills; of Parquet that of the lines it stands for.
    pub text_bytes: u64,
    /// Flow records.
    pub records: u64,
    /// NODATA records.
    pub nodata: u64,
    /// SKIPDATA records.
    pub skipdata: u64,
    /// Lines set aside.
    pub set_aside: u64,
    /// A bounded sample of them: line number and reason.
    pub samples: Vec<(u64, String)>,
    /// Earliest `start`, Unix seconds.
    pub first: Option<i64>,
    /// Latest `end`, Unix seconds.
    pub last: Option<i64>,
    /// What it shows of its flow log; kept in tables of its own.
    pub sight: Sight,
    /// Its text by field and interface; kept in tables of its own.
    pub text: Text,
}

/// The open catalog.
#[derive(Debug)]
pub struct Catalog {
    path: PathBuf,
    db: Connection,
}

impl Catalog {
    /// Opens the catalog in a data folder, making it when `write`.
    pub fn open(dir: &Path, write: bool) -> Result<Catalog, LakeError> {
        let path = dir.join("catalog.sqlite");
        let flags = if write {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let db = Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|source| LakeError::Catalog { path: path.clone(), source })?;
        let mut catalog = Catalog { path, db };
        catalog.prepare()?;
        Ok(catalog)
    }

    /// A catalog that is gone with the process.
    pub fn in_memory() -> Result<Catalog, LakeError> {
        let path = PathBuf::from(":memory:");
        let db = Connection::open_in_memory()
            .map_err(|source| LakeError::Catalog { path: path.clone(), source })?;
        let mut catalog = Catalog { path, db };
        catalog.bring_up()?;
        Ok(catalog)
    }

    fn prepare(&mut self) -> Result<(), LakeError> {
        self.run(|db| {
            db.busy_timeout(std::time::Duration::from_secs(10))?;
            db.pragma_update(None, "journal_mode", "wal")?;
            db.pragma_update(None, "synchronous", "full")
        })?;
        self.bring_up()
    }

    /// Takes the steps from the file's version to the present one, all or none.
    fn bring_up(&mut self) -> Result<(), LakeError> {
        let known = STEPS.len() as i64;
        let found = self.run(|db| {
            let version = |db: &Connection| db.pragma_query_value(None, "user_version", |row| row.get(0));
            let found: i64 = version(db)?;
            if found >= known {
                return Ok(found);
            }
            // The writer's place is taken first: another process may be about to do the same.
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let found: i64 = version(&tx)?;
            for step in STEPS.iter().skip(usize::try_from(found).unwrap_or_default()).copied().flatten() {
                tx.execute_batch(step)?;
            }
            tx.pragma_update(None, "user_version", known.max(found))?;
            tx.commit()?;
            Ok(found)
        })?;
        if found > known { Err(LakeError::NewerCatalog { found, known }) } else { Ok(()) }
    }

    /// Does some work on the database; its errors name the file.
    pub(crate) fn run<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LakeError> {
        work(&mut self.db).map_err(|source| LakeError::Catalog { path: self.path.clone(), source })
    }

    /// Makes objects and the files of their records count, all or none.
    pub fn commit(&mut self, objects: &[ObjectEntry], files: &[FileEntry]) -> Result<(), LakeError> {
        self.run(|db| {
            let tx = db.transaction()?;
            for object in objects {
                insert_object(&tx, object)?;
            }
            flow_logs::note(&tx, objects)?;
            measured::note(&tx, objects)?;
            for file in files {
                tx.prepare_cached("insert into file values (?,?,?,?,?,?,?,?,?)")?.execute(params![
                    file.path,
                    files::folder(file.table),
                    file.source,
                    file.first,
                    file.last,
                    file.rows as i64,
                    file.bytes as i64,
                    file.columns.join(" "),
                    file.packets_differ,
                ])?;
            }
            tx.commit()
        })
    }

    /// Every file.
    pub fn files(&mut self) -> Result<Vec<FileEntry>, LakeError> {
        self.run(|db| {
            let mut query = db.prepare(
                "select path, tbl, source, first, last, rows, bytes, columns, packets_differ from file",
            )?;
            let rows = query.query_map([], |row| {
                let (name, columns): (String, String) = (row.get(1)?, row.get(7)?);
                Ok(FileEntry {
                    path: row.get(0)?,
                    table: files::STORED
                        .into_iter()
                        .find(|table| files::folder(*table) == name)
                        .unwrap_or(Table::Segments),
                    source: row.get(2)?,
                    first: row.get(3)?,
                    last: row.get(4)?,
                    rows: row.get::<_, i64>(5)? as u64,
                    bytes: row.get::<_, i64>(6)? as u64,
                    columns: columns.split(' ').map(str::to_owned).collect(),
                    packets_differ: row.get(8)?,
                })
            })?;
            rows.collect()
        })
    }

    /// Every object, without the samples of its bad lines, its text by field and interface, and what it shows of its flow log.
    pub fn objects(&mut self) -> Result<Vec<ObjectEntry>, LakeError> {
        self.run(|db| {
            let mut query = db.prepare(
                "select source, key, etag, size, stamp, why, lines, records, nodata, skipdata, set_aside, first, last,
                        headers, modified, text_bytes
                 from object",
            )?;
            let rows = query.query_map([], |row| {
                let count = |at| row.get::<_, i64>(at).map(|n| n as u64);
                Ok(ObjectEntry {
                    source: row.get(0)?,
                    key: row.get(1)?,
                    etag: row.get(2)?,
                    size: count(3)?,
                    stamp: row.get(4)?,
                    why: row.get(5)?,
                    lines: count(6)?,
                    records: count(7)?,
                    nodata: count(8)?,
                    skipdata: count(9)?,
                    set_aside: count(10)?,
                    samples: Vec::new(),
                    first: row.get(11)?,
                    last: row.get(12)?,
                    headers: count(13)?,
                    modified: row.get(14)?,
                    text_bytes: count(15)?,
                    sight: Sight::default(),
                    text: Text::default(),
                })
            })?;
            rows.collect()
        })
    }

    /// The kept lines of an object that were set aside, in their order: number and reason.
    pub fn samples(&mut self, source: &str, key: &str) -> Result<Vec<(u64, String)>, LakeError> {
        self.run(|db| {
            let mut query = db.prepare_cached(
                "select line, why from set_aside where source = ? and key = ? order by line",
            )?;
            let rows =
                query.query_map([source, key], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)))?;
            rows.collect()
        })
    }

    /// What was learned of clients, servers and interfaces. Lost knowledge is learned again, so what cannot be read is no
    /// fault.
    pub fn knowledge(&mut self) -> Result<Knowledge, LakeError> {
        let bytes: Option<Vec<u8>> =
            self.run(|db| db.query_row("select bytes from knowledge", [], |row| row.get(0)).optional())?;
        let read = bytes.map(|bytes| Knowledge::from_bytes(&bytes)).transpose();
        Ok(read.unwrap_or_else(|error| {
            tracing::warn!(%error, "what was learned of clients and servers cannot be read; it is learned anew");
            None
        }).unwrap_or_default())
    }

    /// Keeps it.
    pub fn keep_knowledge(&mut self, bytes: &[u8]) -> Result<(), LakeError> {
        self.run(|db| db.execute("insert or replace into knowledge values (1, ?)", [bytes]).map(|_| ()))
    }
}

fn insert_object(tx: &rusqlite::Transaction<'_>, object: &ObjectEntry) -> rusqlite::Result<()> {
    tx.prepare_cached("insert or replace into object values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")?.execute(
        params![
            object.source,
            object.key,
            object.etag,
            object.size as i64,
            object.stamp,
            object.why,
            object.lines as i64,
            object.records as i64,
            object.nodata as i64,
            object.skipdata as i64,
            object.set_aside as i64,
            object.first,
            object.last,
            object.headers as i64,
            object.modified,
            object.text_bytes as i64,
        ],
    )?;
    tx.prepare_cached("delete from set_aside where source = ? and key = ?")?
        .execute(params![object.source, object.key])?;
    for (line, why) in object.samples.iter().take(SAMPLES_PER_OBJECT) {
        tx.prepare_cached("insert into set_aside values (?,?,?,?)")?.execute(params![
            object.source,
            object.key,
            *line as i64,
            why
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    #[test]
    fn a_catalog_of_the_first_version_is_brought_up_and_its_objects_are_read_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("catalog.sqlite");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(FIRST).unwrap();
        old.execute("insert into object values ('s','k','e',9,300,null,12,8,2,0,1,300,599)", []).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        drop(old);
        let mut catalog = Catalog::open(dir.path(), true).unwrap();
        assert_eq!(catalog.objects().unwrap(), [], "its files have the old layout");
        let new =
            ObjectEntry { source: "s".into(), key: "n".into(), modified: Some(7), ..Default::default() };
        catalog.commit(&[new], &[]).unwrap();
        drop(catalog);
        let again = Catalog::open(dir.path(), false).unwrap().objects().unwrap();
        assert_eq!(again.iter().filter_map(|object| object.modified).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn what_was_learned_is_kept_and_what_cannot_be_read_is_learned_anew() {
        let mut catalog = Catalog::in_memory().unwrap();
        let mut learned = catalog.knowledge().unwrap();
        learned.add_own_address("eni-1", [7; 16]);
        catalog.keep_knowledge(&learned.to_bytes()).unwrap();
        let address: &[[u8; 16]] = &[[7; 16]];
        assert_eq!(catalog.knowledge().unwrap().own_addresses(), [("eni-1", address)]);
        catalog.keep_knowledge(b"from another world").unwrap();
        assert!(catalog.knowledge().unwrap().own_addresses().is_empty());
    }

    #[test]
    fn a_catalog_of_a_newer_weir_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let newer = Connection::open(dir.path().join("catalog.sqlite")).unwrap();
        newer.pragma_update(None, "user_version", STEPS.len() as i64 + 1).unwrap();
        drop(newer);
        assert!(matches!(Catalog::open(dir.path(), true), Err(LakeError::NewerCatalog { .. })));
    }

    #[test]
    fn the_kept_lines_of_an_object_come_back_in_order() {
        let mut catalog = Catalog::in_memory().unwrap();
        let samples = vec![(7, "too few values".to_owned()), (3, "too many values".to_owned())];
        let object = ObjectEntry {
            source: "s".into(),
            key: "k".into(),
            set_aside: 2,
            samples,
            ..ObjectEntry::default()
        };
        catalog.commit(&[object], &[]).unwrap();
        let lines: Vec<u64> = catalog.samples("s", "k").unwrap().into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3, 7]);
        assert_eq!(catalog.samples("s", "other").unwrap(), []);
    }
}
