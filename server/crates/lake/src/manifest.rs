//! What is stored, in memory: the catalog's files and objects as questions need them. Immutable; a commit makes a new one.

use crate::catalog::ObjectEntry;
use crate::files::FileEntry;
use crate::flow_logs::LogKey;
use crate::judge::JUDGED;
use crate::sight::Sight;
use crate::volume::Text;
use contract::coverage::{GAP_SECS, WINDOW_SECS};
use contract::{Addresses, Field, Span, Table};
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Roll-ups that a commit lacks where they would hardly be smaller than its records.
const SPARED: [Table; 3] = [Table::MinuteByInterface, Table::Conversations, Table::ConversationsByInterface];

/// A snapshot of the lake.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// Grows with every commit.
    pub generation: u64,
    files: Vec<Arc<FileEntry>>,
    /// Commits by a table of [`SPARED`] that they have.
    spared: [HashSet<Box<str>>; SPARED.len()],
    objects: Vec<ObjectEntry>,
    seen: HashMap<(String, String), String>,
    logs: HashMap<LogKey, LogReach>,
}

/// When a flow log delivered, whatever the range; Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogReach {
    /// Start of what its first object speaks of.
    pub first: i64,
    /// End of what its newest object speaks of.
    pub newest: i64,
}

/// Sums over the objects of a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Objects.
    pub objects: u64,
    /// Flow records.
    pub records: u64,
    /// Lines set aside.
    pub set_aside: u64,
}

impl Manifest {
    /// The snapshot of a catalog's content.
    pub fn new(files: Vec<FileEntry>, objects: Vec<ObjectEntry>) -> Manifest {
        let mut manifest = Manifest::default();
        manifest.extend(files, objects);
        manifest
    }

    /// Adds a commit.
    pub fn extend(&mut self, files: Vec<FileEntry>, objects: Vec<ObjectEntry>) {
        self.generation += 1;
        for (table, commits) in SPARED.iter().zip(&mut self.spared) {
            let files = files.iter().filter(|file| file.table == *table);
            commits.extend(files.map(|file| Box::from(file.commit())));
        }
        self.files.extend(files.into_iter().map(Arc::new));
        for object in objects {
            let known = self.seen.insert((object.source.clone(), object.key.clone()), object.etag.clone());
            if known.is_some() {
                self.objects.retain(|old| old.source != object.source || old.key != object.key);
            }
            let (from, to) = reach(&object);
            let log = self.logs.entry(LogKey::of(&object.source, &object.key));
            let log = log.or_insert(LogReach { first: from, newest: to });
            *log = LogReach { first: log.first.min(from), newest: log.newest.max(to) };
            // The catalog keeps these; in memory they would only weigh.
            self.objects.push(ObjectEntry {
                samples: Vec::new(),
                sight: Sight::default(),
                text: Text::default(),
                ..object
            });
        }
    }

    /// The version of an object that was read, if it was.
    pub fn etag_of(&self, source: &str, key: &str) -> Option<&str> {
        self.seen.get(&(source.to_owned(), key.to_owned())).map(String::as_str)
    }

    /// Whether an object could not be read.
    pub fn failed(&self, source: &str, key: &str) -> bool {
        self.objects.iter().any(|object| object.source == source && object.key == key && object.why.is_some())
    }

    /// How many objects of a source are stored.
    pub fn stored(&self, source: &str) -> u64 {
        self.objects.iter().filter(|o| o.source == source && o.why.is_none()).count() as u64
    }

    /// The paths of all files.
    pub fn paths(&self) -> HashSet<&str> {
        self.files.iter().map(|file| file.path.as_str()).collect()
    }

    /// Files of a table whose rows may lie in `span`.
    pub fn files(&self, table: Table, span: Span, source: Option<&str>) -> Vec<Arc<FileEntry>> {
        let touches = |file: &&Arc<FileEntry>| {
            file.table == table
                && file.first < span.to
                && file.last >= span.from
                && source.is_none_or(|name| name == file.source)
        };
        self.files.iter().filter(touches).cloned().collect()
    }

    /// Files of records, of those in `span`, whose commit lacks the table, or has it of other addresses, so that they
    /// answer in its place.
    pub fn records_alone(
        &self,
        table: Table,
        span: Span,
        source: Option<&str>,
        addresses: Addresses,
    ) -> Vec<Arc<FileEntry>> {
        let spared = SPARED.iter().position(|spared| *spared == table);
        let Some(commits) = spared.map(|place| &self.spared[place]) else { return Vec::new() };
        let differ = |file: &FileEntry| addresses == Addresses::Packet && file.packets_differ;
        let mut files = self.files(Table::Segments, span, source);
        files.retain(|file| !commits.contains(file.commit()) || differ(file));
        files
    }

    /// Whether any stored record has this column.
    pub fn has_column(&self, column: &str) -> bool {
        self.files
            .iter()
            .any(|file| file.table == Table::Segments && file.columns.iter().any(|c| c == column))
    }

    /// The fields of stored records that AWS has not documented.
    pub fn undocumented(&self) -> Vec<String> {
        let records = self.files.iter().filter(|file| file.table == Table::Segments);
        let names: BTreeSet<String> = records
            .flat_map(|file| &file.columns)
            .filter(|column| !JUDGED.contains(&column.as_str()))
            .map(|column| column.replace('_', "-"))
            .filter(|name| Field::named(name).is_none())
            .collect();
        names.into_iter().collect()
    }

    /// Whether nothing at all is stored.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Sums over the objects that hold records of `span`.
    pub fn counted(&self, span: Span, source: Option<&str>) -> Counted {
        let mut counted = Counted::default();
        for object in self.objects_of(source) {
            let (from, to) = reach(object);
            if from < span.to && to > span.from && object.why.is_none() {
                counted.objects += 1;
                counted.records += object.records;
                counted.set_aside += object.set_aside;
            }
        }
        counted
    }

    /// Earliest `start` and latest `end` of all records.
    pub fn extent(&self, source: Option<&str>) -> (Option<i64>, Option<i64>) {
        let first = self.objects_of(source).filter_map(|object| object.first).min();
        let last = self.objects_of(source).filter_map(|object| object.last).max();
        (first, last)
    }

    /// The parts of `span` that no object speaks of.
    pub fn gaps(&self, span: Span, source: Option<&str>) -> Vec<Span> {
        silences(self.objects_of(source).map(reach), span)
    }

    /// The columns of a source's stored records.
    pub fn columns(&self, source: &str) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        let records = self.files.iter().filter(|file| file.table == Table::Segments && file.source == source);
        for column in records.flat_map(|file| &file.columns) {
            if !columns.contains(&column.as_str()) {
                columns.push(column);
            }
        }
        columns
    }

    /// Every flow log and when it delivered.
    pub fn logs(&self) -> impl Iterator<Item = (&LogKey, LogReach)> {
        self.logs.iter().map(|(log, reach)| (log, *reach))
    }

    /// Every object of a source, or of all.
    pub fn objects_of<'a>(&'a self, source: Option<&'a str>) -> impl Iterator<Item = &'a ObjectEntry> {
        self.objects.iter().filter(move |object| source.is_none_or(|name| name == object.source))
    }
}

/// The parts of `span`, [`GAP_SECS`] or longer, that none of the known ranges `(from, to)` touches.
pub fn silences(known: impl Iterator<Item = (i64, i64)>, span: Span) -> Vec<Span> {
    let mut known: Vec<(i64, i64)> = known.filter(|(from, to)| *from < span.to && *to > span.from).collect();
    known.sort_unstable();
    let (mut gaps, mut reached) = (Vec::new(), span.from);
    for (from, to) in known.into_iter().chain([(span.to, span.to)]) {
        if from - reached >= GAP_SECS {
            gaps.push(Span { from: reached, to: from });
        }
        reached = reached.max(to);
    }
    gaps
}

/// The seconds an object speaks of: its delivery window and its records.
pub fn reach(object: &ObjectEntry) -> (i64, i64) {
    let from = object.first.map_or(object.stamp, |first| first.min(object.stamp));
    let to =
        object.last.map_or(object.stamp + WINDOW_SECS, |last| (last + 1).max(object.stamp + WINDOW_SECS));
    (from, to)
}
