//! What reading an object shows of it, on the way to the catalog's entry.

use crate::catalog::{ObjectEntry, SAMPLES_PER_OBJECT};
use crate::columns::find;
use crate::decode::origin_of;
use crate::enrich::{Origin, Stretch};
use crate::schema::{END, START};
use crate::sight::Sight;
use crate::spread::Extent;
use crate::volume::{Lengths, Text};
use arrow::array::{Int64Array, RecordBatch};
use flowlog::{CoverageRecord, Tally};
use std::collections::BTreeMap;
use std::ops::Range;
use store::{ObjectMeta, keys};

/// An object being read.
#[derive(Debug)]
pub struct Observed {
    /// What its key and listing say.
    pub origin: Origin,
    /// The fields of its records, AWS's names in the order of the line.
    pub fields: Vec<String>,
    entry: ObjectEntry,
    stamped: bool,
    reach: Option<(i64, i64)>,
    sight: Sight,
    text: Text,
    /// Lines that tell of no records, by interface.
    quiet: BTreeMap<Box<str>, u64>,
}

impl Observed {
    /// An object of a source, before it is read.
    pub fn new(source: &str, meta: &ObjectMeta) -> Self {
        let origin = origin_of(meta);
        let entry = ObjectEntry {
            source: source.to_owned(),
            key: meta.key.clone(),
            etag: meta.etag.clone(),
            size: meta.size,
            stamp: origin.stamp,
            modified: Some(meta.modified),
            ..ObjectEntry::default()
        };
        let stamped = keys::parse(&meta.key).is_some();
        Observed {
            origin,
            fields: Vec::new(),
            entry,
            stamped,
            reach: None,
            sight: Sight::default(),
            text: Text::default(),
            quiet: BTreeMap::new(),
        }
    }

    /// So many of its records.
    pub fn stretch(&self, rows: usize) -> Stretch<'_> {
        Stretch { rows, origin: &self.origin, fields: &self.fields }
    }

    /// Notes what some of its records, with times, show.
    pub fn see(&mut self, records: &RecordBatch) {
        self.sight.add(records, &self.fields);
        self.reach = wider(self.reach, reach(records));
    }

    /// Measures some of its records: these rows of what the lengths are of.
    pub fn measure(&mut self, lengths: &Lengths<'_>, rows: Range<usize>) {
        self.text.add(lengths, rows, &self.fields);
    }

    /// Notes what became of its lines, and which of them told of no records.
    pub fn count(&mut self, tally: Tally, quiet: &[CoverageRecord]) {
        for line in quiet {
            *self.quiet.entry(line.interface.clone()).or_default() += 1;
        }
        let samples = tally.samples.iter().take(SAMPLES_PER_OBJECT);
        self.entry.samples = samples.map(|sample| (sample.line, sample.why.to_string())).collect();
        self.entry.lines = tally.lines;
        self.entry.text_bytes = tally.text_bytes;
        self.entry.headers = tally.headers + tally.blank;
        self.entry.records = tally.records;
        self.entry.nodata = tally.nodata;
        self.entry.skipdata = tally.skipdata;
        self.entry.set_aside = tally.set_aside;
    }

    /// Its entry, all records seen.
    pub fn entry(mut self) -> ObjectEntry {
        self.text.add_quiet(&self.quiet, self.entry.set_aside, self.entry.text_bytes);
        let (first, last) = self.reach.unzip();
        // A bare file tells no delivery window: its records do.
        let stamp = if self.stamped { self.entry.stamp } else { first.unwrap_or(self.entry.stamp) };
        ObjectEntry { stamp, first, last, sight: self.sight, text: self.text, ..self.entry }
    }

    /// Its entry when it cannot be read.
    pub fn unreadable(self, why: String) -> ObjectEntry {
        ObjectEntry { why: Some(why), ..self.entry }
    }
}

/// Earliest and latest second of records with times.
pub fn reach(records: &RecordBatch) -> Option<(i64, i64)> {
    let column = |name| find::<Int64Array>(records, name);
    let times = column(START)?.values().iter().zip(column(END)?.values());
    let reach = times.fold((i64::MAX, i64::MIN), |(first, last), (start, end)| {
        (first.min(Extent::of(*start, *end).start), last.max(*end))
    });
    (records.num_rows() > 0).then_some(reach)
}

/// The reach of both.
pub fn wider(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}
