//! Reading a source: every object that is new is decoded by one of the readers, which commits when it is worth it.

use crate::Shared;
use crate::commit::{Commit, Waiting};
use crate::decode::{ObjectDecoder, ObjectFault};
use crate::error::{LakeError, store_refusal};
use crate::feed::Feed;
use crate::pump::{Content, Fetched, Reader, pump, reader_count};
use crate::status::Status;
use flowlog::{Coverage, Fields, Tally, Want};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;
use store::{ObjectMeta, StoreError};

/// Records after which a commit is worth it: so many that a month's files still plan in milliseconds, so few that a
/// column of theirs stays in the second-level cache (1 MB) while its values are picked in another order; half as many
/// again took a tenth longer.
const COMMIT_ROWS: usize = 3 << 16;

/// What a pass over a source did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IngestReport {
    /// Objects read and stored.
    pub objects: u64,
    /// Objects that could not be read.
    pub failed: u64,
    /// Flow records stored.
    pub records: u64,
    /// NODATA records.
    pub nodata: u64,
    /// SKIPDATA records.
    pub skipdata: u64,
    /// Lines set aside.
    pub set_aside: u64,
    /// Bytes read from the source.
    pub bytes: u64,
    /// Seconds it took.
    pub secs: f64,
}

/// Reads every object of `feed` in `span` that is not stored yet. Those that could not be read are tried once more by each
/// process that is told their format: perhaps it is what was missing.
pub async fn ingest(
    shared: &Arc<Shared>,
    feed: &Feed,
    span: Option<Range<i64>>,
) -> Result<IngestReport, LakeError> {
    let Feed { source, format } = feed;
    let status = shared.statuses.of(source.name());
    let again = status.begin() && format.is_some();
    let began = Instant::now();
    let readers: Result<_, LakeError> =
        (0..reader_count()).map(|_| Ingester::new(shared, feed, &status)).collect();
    let wanted = |page: Vec<ObjectMeta>| new_objects(shared, source.name(), again, &status, page);
    let done = pump(source, span, wanted, readers?).await;
    match done {
        Ok(readers) => {
            let mut report = IngestReport { secs: began.elapsed().as_secs_f64(), ..IngestReport::default() };
            readers.iter().for_each(|reader| reader.add_to(&mut report));
            if report.records > 0 {
                shared.keep_knowledge()?;
            }
            status.end(None);
            Ok(report)
        }
        Err(error) => {
            status.end(Some(error.refusal()));
            Err(error)
        }
    }
}

/// The objects of a page that were not read yet.
fn new_objects(
    shared: &Shared,
    source: &str,
    again: bool,
    status: &Status,
    page: Vec<ObjectMeta>,
) -> Vec<ObjectMeta> {
    let manifest = shared.manifest();
    let mut fresh = Vec::new();
    for object in page {
        match manifest.etag_of(source, &object.key) {
            None => fresh.push(object),
            Some(etag) if etag == object.etag && !(again && manifest.failed(source, &object.key)) => {}
            Some(_) if manifest.failed(source, &object.key) => fresh.push(object),
            Some(_) => {
                status.failed(&object.key, "it changed after it was read; the version read first is kept")
            }
        }
    }
    status.listed(&fresh);
    fresh
}

/// One reader: what it decodes and what became of it so far.
struct Ingester {
    decoder: ObjectDecoder,
    commit: Commit,
    report: IngestReport,
}

impl Reader for Ingester {
    fn read(&mut self, object: Fetched) -> Result<(), LakeError> {
        let size = object.meta.size;
        match object.bytes {
            Ok(content) => self.decode(&object.meta, content)?,
            Err(error) => {
                let next = self.commit.next(&object.meta);
                self.fail(&object.meta, next, error.into());
            }
        }
        self.commit.status.read(size);
        self.report.bytes += size;
        if self.decoder.rows() >= COMMIT_ROWS || self.commit.is_due() {
            self.commit()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), LakeError> {
        self.commit()?;
        self.commit.end()
    }
}

impl Ingester {
    fn new(shared: &Arc<Shared>, feed: &Feed, status: &Status) -> Result<Self, LakeError> {
        Ok(Ingester {
            decoder: ObjectDecoder::new(
                Want { fields: Fields::All, coverage: Coverage::Aside },
                feed.format.clone(),
            ),
            commit: Commit::new(shared, feed.name(), status)?,
            report: IngestReport::default(),
        })
    }

    fn commit(&mut self) -> Result<(), LakeError> {
        let records = self.decoder.take()?;
        self.commit.finish(records)
    }

    fn decode(&mut self, meta: &ObjectMeta, content: Content) -> Result<(), LakeError> {
        let Ingester { decoder, commit, .. } = self;
        let mut next = commit.next(meta);
        let decoded = decoder.decode(content, COMMIT_ROWS, &mut |fields, records| {
            commit.store_beginning(&mut next, fields, records)
        })?;
        match decoded {
            Ok(tally) => {
                self.count(&tally);
                self.commit.add(next, self.decoder.fields(), self.decoder.rows(), tally);
            }
            Err(fault) => self.fail(meta, next, fault),
        }
        Ok(())
    }

    fn count(&mut self, tally: &Tally) {
        self.report.objects += 1;
        self.report.records += tally.records;
        self.report.nodata += tally.nodata;
        self.report.skipdata += tally.skipdata;
        self.report.set_aside += tally.set_aside;
        self.commit.status.records(tally.records);
    }

    fn fail(&mut self, meta: &ObjectMeta, next: Waiting, fault: ObjectFault) {
        self.report.failed += 1;
        match fault {
            // The object is not blamed for a source that cannot be reached: it is tried again at the next pass.
            ObjectFault::Source(error) if error.may_retry() || matches!(error, StoreError::Denied { .. }) => {
                self.commit.status.refused(&meta.key, store_refusal(&error));
                self.commit.leave_out(&next);
            }
            fault => {
                let why = fault.to_string();
                tracing::warn!(object.key = %meta.key, why, "object `{}` cannot be read", meta.key);
                self.commit.status.failed(&meta.key, &why);
                self.commit.add_unreadable(next, why);
            }
        }
    }

    fn add_to(&self, report: &mut IngestReport) {
        report.objects += self.report.objects;
        report.failed += self.report.failed;
        report.records += self.report.records;
        report.nodata += self.report.nodata;
        report.skipdata += self.report.skipdata;
        report.set_aside += self.report.set_aside;
        report.bytes += self.report.bytes;
    }
}
