//! What is stored, in memory: the catalog's files and objects as questions need them. Immutable; a commit makes a new one.

use crate::catalog::ObjectEntry;
use crate::files::FileEntry;
use contract::{Span, Table};
use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

/// An object's delivery window when nothing else is known: AWS publishes every five minutes.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html>
const WINDOW_SECS: i64 = 300;
/// Silence shorter than this is not a gap: the largest aggregation interval and one delivery window.
const GAP_SECS: i64 = 600 + WINDOW_SECS;

/// A snapshot of the lake.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// Grows with every commit.
    pub generation: u64,
    files: Vec<Arc<FileEntry>>,
    objects: Vec<ObjectEntry>,
    seen: HashMap<(String, String), String>,
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
        self.files.extend(files.into_iter().map(Arc::new));
        for object in objects {
            let known = self.seen.insert((object.source.clone(), object.key.clone()), object.etag.clone());
            if known.is_some() {
                self.objects.retain(|old| old.source != object.source || old.key != object.key);
            }
            self.objects.push(object);
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

    /// Whether any stored record has this column.
    pub fn has_column(&self, column: &str) -> bool {
        self.files
            .iter()
            .any(|file| file.table == Table::Segments && file.columns.iter().any(|c| c == column))
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
        let mut known: Vec<(i64, i64)> = self.objects_of(source).map(reach).collect();
        known.retain(|(from, to)| *from < span.to && *to > span.from);
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

    fn objects_of<'a>(&'a self, source: Option<&'a str>) -> impl Iterator<Item = &'a ObjectEntry> {
        self.objects.iter().filter(move |object| source.is_none_or(|name| name == object.source))
    }
}

/// The seconds an object speaks of: its delivery window and its records.
fn reach(object: &ObjectEntry) -> (i64, i64) {
    let from = object.first.map_or(object.stamp, |first| first.min(object.stamp));
    let to =
        object.last.map_or(object.stamp + WINDOW_SECS, |last| (last + 1).max(object.stamp + WINDOW_SECS));
    (from, to)
}
