//! Parquet files of the lake: written aside, synced and renamed, so that a file under its final name is whole.

use crate::chunk::{ChunkWriter, Rows};
use crate::error::LakeError;
use crate::schema::in_rollup;
use crate::tables::Part;
use contract::Table;
use hashbrown::HashSet;
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Rows of a row group: small enough that a question on one hour of a day skips the others, large enough that
/// dictionaries and pages pay off.
const ROW_GROUP_ROWS: usize = 131_072;

/// A written file, not yet in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Path relative to the data folder, with `/`.
    pub path: String,
    /// The table it is part of.
    pub table: Table,
    /// The source its records came from.
    pub source: String,
    /// First second its rows speak of.
    pub first: i64,
    /// Last second its rows speak of.
    pub last: i64,
    /// Rows.
    pub rows: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Whether a record of its commit has other addresses in the packet than the interface's.
    pub packets_differ: bool,
}

/// The folder of a table's files.
pub const fn folder(table: Table) -> &'static str {
    match table {
        Table::Hour => "hours",
        Table::Minute => "minutes",
        Table::MinuteByInterface => "interface-minutes",
        Table::Conversations => "conversations",
        Table::ConversationsByInterface => "interface-conversations",
        Table::Segments | Table::Objects => "records",
    }
}

/// The tables that have files.
pub const STORED: [Table; 6] = [
    Table::Hour,
    Table::Minute,
    Table::MinuteByInterface,
    Table::Conversations,
    Table::ConversationsByInterface,
    Table::Segments,
];

impl FileEntry {
    /// The commit it is part of: files of one commit have the same name in the folders of their tables.
    pub fn commit(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.strip_suffix(".parquet").unwrap_or(name)
    }
}

/// A file that is ready to be written.
#[derive(Debug)]
pub struct Encoded {
    /// What the catalog will say of it.
    pub entry: FileEntry,
    bytes: Vec<u8>,
}

/// Encodes a part of a commit.
pub fn encode(
    source: &str,
    commit: &str,
    part: &Part<'_>,
    chunks: &mut ChunkWriter,
) -> Result<Encoded, LakeError> {
    let path = path_of(part, commit);
    let parquet = |source| LakeError::Parquet { path: PathBuf::from(&path), source };
    let bytes = encode_rows(part, chunks).map_err(parquet)?;
    let columns = part.batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let entry = FileEntry {
        path,
        table: part.table,
        source: source.to_owned(),
        first: part.first,
        last: part.last,
        rows: part.rows.len() as u64,
        bytes: bytes.len() as u64,
        columns,
        packets_differ: false,
    };
    Ok(Encoded { entry, bytes })
}

/// Writes a file below `root` and returns its folder. The file is on disk, complete, before this returns; that its folder
/// names it is certain only after [`sync`].
pub fn write(root: &Path, file: &Encoded) -> Result<PathBuf, LakeError> {
    let target = root.join(&file.entry.path);
    let folder = target.parent().unwrap_or(root).to_path_buf();
    fs::create_dir_all(&folder).map_err(LakeError::disk("make the folder", &folder))?;
    let aside = target.with_extension("tmp");
    let written = write_aside(&aside, &file.bytes)
        .and_then(|()| fs::rename(&aside, &target).map_err(LakeError::disk("rename", &aside)));
    if written.is_err() {
        // The first error is the one to tell; what is left of the file is swept at the next start.
        let _ = fs::remove_file(&aside);
    }
    written.map(|()| folder)
}

/// `records/date=2026-11-20/hour=03/….parquet`; roll-ups have no hour.
fn path_of(part: &Part<'_>, commit: &str) -> String {
    let at = contract::human::utc(part.partition);
    // Under another name than its records, which then are known to have no such table.
    let commit = if part.is_spared { format!("{commit}-silences") } else { commit.to_owned() };
    let date = format!("date={:04}-{:02}-{:02}", at.year, at.month, at.day);
    match part.table {
        Table::Segments | Table::Objects => {
            format!("{}/{date}/hour={:02}/{commit}.parquet", folder(part.table), at.hour)
        }
        _ => format!("{}/{date}/{commit}.parquet", folder(part.table)),
    }
}

/// A name no other commit has: the clock, the process and a count.
pub fn commit_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    format!("{nanos:x}-{:x}-{:x}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn write_aside(path: &Path, bytes: &[u8]) -> Result<(), LakeError> {
    let mut file = File::create(path).map_err(LakeError::disk("create", path))?;
    file.write_all(bytes).map_err(LakeError::disk("write", path))?;
    file.sync_all().map_err(LakeError::disk("sync", path))
}

fn encode_rows(part: &Part<'_>, chunks: &mut ChunkWriter) -> Result<Vec<u8>, ParquetError> {
    let batch = &part.batch;
    let mut properties = WriterProperties::builder().build();
    add_encoded_arrow_schema_to_metadata(batch.schema_ref(), &mut properties);
    let schema = ArrowSchemaConverter::new().convert(batch.schema_ref())?;
    let mut writer = SerializedFileWriter::new(Vec::new(), schema.root_schema_ptr(), Arc::new(properties))?;
    for (from, rows) in part.rows.chunks(ROW_GROUP_ROWS) {
        let runs = part.runs_within(from..from + rows.len());
        let in_runs = Rows::Runs(&runs, rows.len());
        let mut group = writer.next_row_group()?;
        for (array, column) in batch.columns().iter().zip(schema.columns()) {
            let has_runs = !runs.is_empty() && in_rollup(column.name());
            let (bytes, close) = chunks.chunk(array, if has_runs { in_runs } else { rows }, column)?;
            group.append_column(&bytes::Bytes::from(bytes), close)?;
        }
        group.close()?;
    }
    writer.into_inner()
}

/// Makes a rename in a folder survive a power cut.
pub fn sync(folder: &Path) -> Result<(), LakeError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(LakeError::disk("sync", folder))
}

/// Deletes files below `root` that the catalog does not know: what a killed process left behind.
pub fn sweep(root: &Path, known: &HashSet<&str>) -> Result<u64, LakeError> {
    let mut swept = 0;
    let mut folders: Vec<PathBuf> = STORED.iter().map(|table| root.join(folder(*table))).collect();
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(LakeError::disk("list", &folder)(error)),
        };
        for entry in entries {
            let path = entry.map_err(LakeError::disk("list", &folder))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if !known.contains(relative.as_str()) {
                fs::remove_file(&path).map_err(LakeError::disk("remove", &path))?;
                swept += 1;
            }
        }
    }
    Ok(swept)
}
