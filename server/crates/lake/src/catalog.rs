//! The catalog: which objects were read, with what result, and which files hold their records. One SQLite file.
//!
//! A commit is one transaction over objects and files, so that an object counts exactly when its files do.

use crate::error::LakeError;
use crate::files::{self, FileEntry};
use crate::interfaces::OwnAddress;
use contract::Table;
use rusqlite::{Connection, OpenFlags, params};
use std::path::{Path, PathBuf};

/// Version of the tables below; a file with a higher one is from a newer Weir.
const VERSION: i64 = 1;

/// Lines that could not be read are kept up to this many per object: enough to see what is wrong.
pub const SAMPLES_PER_OBJECT: usize = 20;

const TABLES: &str = "
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
    /// Lines in it.
    pub lines: u64,
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

    fn prepare(&mut self) -> Result<(), LakeError> {
        let version: i64 = self.run(|db| {
            db.busy_timeout(std::time::Duration::from_secs(10))?;
            db.pragma_update(None, "journal_mode", "wal")?;
            db.pragma_update(None, "synchronous", "full")?;
            db.pragma_query_value(None, "user_version", |row| row.get(0))
        })?;
        match version {
            0 => self.run(|db| {
                let tx = db.transaction()?;
                tx.execute_batch(TABLES)?;
                tx.pragma_update(None, "user_version", VERSION)?;
                tx.commit()
            }),
            VERSION => Ok(()),
            found => Err(LakeError::NewerCatalog { found, known: VERSION }),
        }
    }

    fn run<T>(&mut self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, LakeError> {
        work(&mut self.db).map_err(|source| LakeError::Catalog { path: self.path.clone(), source })
    }

    /// Makes objects and the files of their records count, all or none.
    pub fn commit(
        &mut self,
        objects: &[ObjectEntry],
        files: &[FileEntry],
        interfaces: &[OwnAddress],
    ) -> Result<(), LakeError> {
        self.run(|db| {
            let tx = db.transaction()?;
            for object in objects {
                insert_object(&tx, object)?;
            }
            for file in files {
                tx.prepare_cached("insert into file values (?,?,?,?,?,?,?,?)")?.execute(params![
                    file.path,
                    files::folder(file.table),
                    file.source,
                    file.first,
                    file.last,
                    file.rows as i64,
                    file.bytes as i64,
                    file.columns.join(" "),
                ])?;
            }
            for (id, address) in interfaces {
                tx.prepare_cached("insert or replace into interface values (?,?)")?
                    .execute(params![&**id, &address[..]])?;
            }
            tx.commit()
        })
    }

    /// Every file.
    pub fn files(&mut self) -> Result<Vec<FileEntry>, LakeError> {
        self.run(|db| {
            let mut query =
                db.prepare("select path, tbl, source, first, last, rows, bytes, columns from file")?;
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
                })
            })?;
            rows.collect()
        })
    }

    /// Every object, without the samples of its bad lines.
    pub fn objects(&mut self) -> Result<Vec<ObjectEntry>, LakeError> {
        self.run(|db| {
            let mut query = db.prepare(
                "select source, key, etag, size, stamp, why, lines, records, nodata, skipdata, set_aside, first, last
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
                })
            })?;
            rows.collect()
        })
    }

    /// Interfaces whose own address is known.
    pub fn interfaces(&mut self) -> Result<Vec<OwnAddress>, LakeError> {
        self.run(|db| {
            let mut query = db.prepare("select id, address from interface")?;
            let rows = query.query_map([], |row| {
                let (id, address): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
                Ok((id, address))
            })?;
            let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
            Ok(rows
                .into_iter()
                .filter_map(|(id, address)| Some((id.into(), address.try_into().ok()?)))
                .collect())
        })
    }
}

fn insert_object(tx: &rusqlite::Transaction<'_>, object: &ObjectEntry) -> rusqlite::Result<()> {
    tx.prepare_cached("insert or replace into object values (?,?,?,?,?,?,?,?,?,?,?,?,?)")?.execute(
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
