//! A commit: the records and roll-ups of whole objects, stored exactly once.
//!
//! Objects wait until there is enough to store; then their files are encoded, written aside and renamed, and only then the
//! catalog is told of objects and files in one transaction. Killed before that, the objects are read again and the files
//! are swept; killed after it, nothing is left to do. An object that is too large to wait for its end has files before it
//! has its transaction.

use crate::Shared;
use crate::catalog::ObjectEntry;
use crate::encoder::Encoder;
use crate::enrich::{Added, Stretch, enrich};
use crate::error::LakeError;
use crate::observed::Observed;
use crate::status::Status;
use crate::tables::Gap;
use crate::volume::Lengths;
use crate::writer::Writer;
use arrow::array::RecordBatch;
use flowlog::Tally;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::ObjectMeta;

/// Longest time without a commit while objects arrive, so that a slow source shows up early.
const COMMIT_AFTER: Duration = Duration::from_secs(10);

/// An object whose records wait to be stored.
pub struct Waiting {
    object: Observed,
    /// Records of other objects that wait before its own.
    before: usize,
    rows: usize,
    /// Whether files of its beginning are written.
    begun: bool,
}

/// What one reader has decoded since its last transaction.
pub struct Commit {
    shared: Arc<Shared>,
    source: String,
    /// How far the source has been read.
    pub status: Status,
    waiting: Vec<Waiting>,
    rows: usize,
    unreadable: Vec<ObjectEntry>,
    gaps: Vec<Gap>,
    encoder: Encoder,
    /// Until the end.
    writer: Option<Writer>,
    began: Instant,
}

impl Commit {
    /// An empty commit.
    pub fn new(shared: &Arc<Shared>, source: &str, status: &Status) -> Result<Self, LakeError> {
        Ok(Commit {
            shared: Arc::clone(shared),
            source: source.to_owned(),
            status: status.clone(),
            waiting: Vec::new(),
            rows: 0,
            unreadable: Vec::new(),
            gaps: Vec::new(),
            encoder: Encoder::new(shared)?,
            writer: Some(Writer::start(shared)?),
            began: Instant::now(),
        })
    }

    /// Whether it has been open long enough.
    pub fn is_due(&self) -> bool {
        self.began.elapsed() >= COMMIT_AFTER
    }

    /// An object that is about to be decoded behind all that wait.
    pub fn next(&self, meta: &ObjectMeta) -> Waiting {
        Waiting { object: Observed::new(&self.source, meta), before: self.rows, rows: 0, begun: false }
    }

    /// Adds an object that was decoded to its end. `waiting` is the number of records that wait now, its fields are
    /// AWS's names in the order of the line.
    pub fn add(&mut self, mut next: Waiting, fields: &[String], waiting: usize, mut tally: Tally) {
        next.rows = waiting - self.rows;
        self.rows = waiting;
        if tally.records > 0 {
            next.object.fields = fields.to_vec();
        }
        let region: Arc<str> = next.object.origin.region.as_deref().unwrap_or_default().into();
        let flow_log: Arc<str> = next.object.origin.flow_log.as_deref().unwrap_or_default().into();
        let quiet = std::mem::take(&mut tally.coverage);
        next.object.count(tally, &quiet);
        self.gaps.extend(quiet.into_iter().map(|record| Gap {
            record,
            region: Arc::clone(&region),
            flow_log: Arc::clone(&flow_log),
        }));
        self.waiting.push(next);
    }

    /// Removes what was stored of the beginning of an object that does not count.
    pub fn leave_out(&mut self, next: &Waiting) {
        if next.begun {
            // Where the writer has ended, it has removed them itself.
            let _ = self.writer.as_ref().map(Writer::discard);
        }
    }

    /// Adds an object that cannot be read; what was stored of its beginning is removed.
    pub fn add_unreadable(&mut self, next: Waiting, why: String) {
        self.leave_out(&next);
        self.unreadable.push(next.object.unreadable(why));
    }

    /// Stores the first records of an object that is too large to wait for its end, and commits the objects before it.
    pub fn store_beginning(
        &mut self,
        next: &mut Waiting,
        fields: &[String],
        records: RecordBatch,
    ) -> Result<(), LakeError> {
        let before = std::mem::take(&mut next.before);
        if before > 0 {
            self.finish(records.slice(0, before))?;
        }
        next.begun = true;
        next.object.fields = fields.to_vec();
        let records = records.slice(before, records.num_rows() - before);
        let records = enrich(records.clone(), &[next.object.stretch(records.num_rows())], Added::All)?;
        next.object.see(&records);
        next.object.measure(&Lengths::of(&records), 0..records.num_rows());
        let heard = self.writer.as_ref().is_some_and(|writer| writer.encode(&self.source, records));
        self.told(heard)
    }

    /// Stores the records that wait and makes all objects count.
    pub fn finish(&mut self, records: RecordBatch) -> Result<(), LakeError> {
        (self.began, self.rows) = (Instant::now(), 0);
        let (waiting, mut objects) =
            (std::mem::take(&mut self.waiting), std::mem::take(&mut self.unreadable));
        if waiting.is_empty() && objects.is_empty() {
            return Ok(());
        }
        let stretches: Vec<Stretch<'_>> = waiting.iter().map(|next| next.object.stretch(next.rows)).collect();
        let records = enrich(records, &stretches, Added::All)?;
        let (mut from, lengths) = (0, Lengths::of(&records));
        for Waiting { mut object, rows, .. } in waiting {
            object.see(&records.slice(from, rows));
            object.measure(&lengths, from..from + rows);
            from += rows;
            objects.push(object.entry());
        }
        let gaps = std::mem::take(&mut self.gaps);
        self.store(records, &gaps)?;
        let heard = self.writer.as_ref().is_some_and(|writer| writer.commit(objects));
        self.told(heard)
    }

    /// Waits until everything is on disk and counts.
    pub fn end(&mut self) -> Result<(), LakeError> {
        self.writer.take().map_or(Ok(()), Writer::end)
    }

    /// Encodes the tables of records.
    fn store(&mut self, records: RecordBatch, gaps: &[Gap]) -> Result<(), LakeError> {
        let Commit { shared, source, writer, encoder, .. } = self;
        let mut heard = true;
        encoder.encode(shared, source, records, gaps, &mut |file| {
            heard = heard && writer.as_ref().is_some_and(|writer| writer.write(file));
            Ok(())
        })?;
        self.told(heard)
    }

    /// An error when the writer has ended before its time: its own.
    fn told(&mut self, heard: bool) -> Result<(), LakeError> {
        if heard {
            return Ok(());
        }
        self.end()?;
        Err(LakeError::Worker("the writing thread ended early".to_owned()))
    }
}
