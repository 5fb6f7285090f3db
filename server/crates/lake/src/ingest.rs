//! Storing: objects become records and roll-ups, each object exactly once.
//!
//! A reader gathers whole objects until a commit is worth it, writes their files aside, renames them, and only then
//! tells the catalog about objects and files in one transaction. Killed before that, the objects are read again and
//! the files are swept; killed after it, nothing is left to do.

use crate::Shared;
use crate::catalog::{ObjectEntry, SAMPLES_PER_OBJECT};
use crate::decode::{ObjectDecoder, origin_of};
use crate::enrich::Added;
use crate::error::{LakeError, store_refusal};
use crate::files::{self, FileEntry};
use crate::pump::{Fetched, Reader, pump, reader_count};
use crate::sight::Sight;
use crate::spread::Extent;
use crate::status::Status;
use crate::tables::{Gap, parts};
use bytes::Bytes;
use datafusion::arrow::array::{Int64Array, RecordBatch};
use flowlog::{Coverage, Fields, Tally, Want};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{ObjectMeta, Source, StoreError};

/// Records after which a commit is worth it: a quarter of a million of 29 fields are about 40 MB of columns, are stored
/// every second or so, and make few enough files that a month still plans in milliseconds.
const COMMIT_ROWS: usize = 1 << 18;
/// Longest time without a commit while objects arrive, so that a slow source shows up early.
const COMMIT_AFTER: Duration = Duration::from_secs(10);

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

/// Reads every object of `source` in `span` that is not stored yet.
pub async fn ingest(
    shared: &Arc<Shared>,
    source: &Arc<dyn Source>,
    span: Option<Range<i64>>,
) -> Result<IngestReport, LakeError> {
    let status = shared.statuses.of(source.name());
    status.begin();
    let began = Instant::now();
    let readers = (0..reader_count()).map(|_| Ingester::new(shared, source.name(), &status)).collect();
    let wanted = |page: Vec<ObjectMeta>| new_objects(shared, source.name(), &status, page);
    let done = pump(source, span, wanted, readers).await;
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
fn new_objects(shared: &Shared, source: &str, status: &Status, page: Vec<ObjectMeta>) -> Vec<ObjectMeta> {
    let manifest = shared.manifest();
    let mut fresh = Vec::new();
    for object in page {
        match manifest.etag_of(source, &object.key) {
            None => fresh.push(object),
            Some(etag) if etag == object.etag => {}
            Some(_) if manifest.failed(source, &object.key) => fresh.push(object),
            Some(_) => {
                status.failed(&object.key, "it changed after it was read; the version read first is kept")
            }
        }
    }
    status.listed(&fresh);
    fresh
}

struct Ingester {
    shared: Arc<Shared>,
    source: String,
    status: Status,
    decoder: ObjectDecoder,
    batches: Vec<RecordBatch>,
    rows: usize,
    gaps: Vec<Gap>,
    objects: Vec<ObjectEntry>,
    committed: Instant,
    report: IngestReport,
}

impl Reader for Ingester {
    fn read(&mut self, object: Fetched) -> Result<(), LakeError> {
        let size = object.meta.size;
        match object.bytes {
            Ok(bytes) => self.decode(&object.meta, &bytes)?,
            // The object is not blamed for a source that cannot be reached: it is tried again at the next pass.
            Err(error) if error.may_retry() || matches!(error, StoreError::Denied { .. }) => {
                self.status.refused(&object.meta.key, store_refusal(&error));
                self.report.failed += 1;
            }
            Err(error) => self.fail(&object.meta, error.to_string()),
        }
        self.status.read(size);
        self.report.bytes += size;
        if self.rows >= COMMIT_ROWS || self.committed.elapsed() >= COMMIT_AFTER {
            self.commit()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), LakeError> {
        self.commit()
    }
}

impl Ingester {
    fn new(shared: &Arc<Shared>, source: &str, status: &Status) -> Self {
        Ingester {
            shared: Arc::clone(shared),
            source: source.to_owned(),
            status: status.clone(),
            decoder: ObjectDecoder::new(Want { fields: Fields::All, coverage: Coverage::Aside }),
            batches: Vec::new(),
            rows: 0,
            gaps: Vec::new(),
            objects: Vec::new(),
            committed: Instant::now(),
            report: IngestReport::default(),
        }
    }

    fn decode(&mut self, meta: &ObjectMeta, bytes: &Bytes) -> Result<(), LakeError> {
        let mut read = Vec::new();
        let decoded = self.decoder.decode(meta, bytes, Added::All, &mut |batch| {
            read.push(batch);
            Ok(())
        })?;
        match decoded {
            Ok(tally) => self.keep(meta, read, tally),
            Err(fault) => {
                self.fail(meta, fault.to_string());
                Ok(())
            }
        }
    }

    fn keep(&mut self, meta: &ObjectMeta, batches: Vec<RecordBatch>, tally: Tally) -> Result<(), LakeError> {
        let origin = origin_of(meta);
        let region: Arc<str> = origin.region.as_deref().unwrap_or_default().into();
        self.gaps
            .extend(tally.coverage.into_iter().map(|record| Gap { record, region: Arc::clone(&region) }));
        let (first, last) = reach(&batches).unzip();
        let sight = Sight::of(&batches, self.decoder.fields());
        let stamped = store::keys::parse(&meta.key).is_some();
        self.report.objects += 1;
        self.report.records += tally.records;
        self.report.nodata += tally.nodata;
        self.report.skipdata += tally.skipdata;
        self.report.set_aside += tally.set_aside;
        self.status.records(tally.records);
        self.rows += batches.iter().map(RecordBatch::num_rows).sum::<usize>();
        self.batches.extend(batches);
        self.objects.push(ObjectEntry {
            // A bare file tells no delivery window: its records do.
            stamp: if stamped { origin.stamp } else { first.unwrap_or(origin.stamp) },
            lines: tally.lines,
            headers: tally.headers + tally.blank,
            records: tally.records,
            nodata: tally.nodata,
            skipdata: tally.skipdata,
            set_aside: tally.set_aside,
            samples: tally
                .samples
                .iter()
                .take(SAMPLES_PER_OBJECT)
                .map(|s| (s.line, s.why.to_string()))
                .collect(),
            first,
            last,
            sight,
            ..self.entry(meta)
        });
        Ok(())
    }

    fn fail(&mut self, meta: &ObjectMeta, why: String) {
        tracing::warn!(object.key = %meta.key, why, "object `{}` cannot be read", meta.key);
        self.status.failed(&meta.key, &why);
        self.report.failed += 1;
        self.objects.push(ObjectEntry { stamp: origin_of(meta).stamp, why: Some(why), ..self.entry(meta) });
    }

    fn entry(&self, meta: &ObjectMeta) -> ObjectEntry {
        ObjectEntry {
            source: self.source.clone(),
            key: meta.key.clone(),
            etag: meta.etag.clone(),
            size: meta.size,
            modified: Some(meta.modified),
            ..ObjectEntry::default()
        }
    }

    fn commit(&mut self) -> Result<(), LakeError> {
        self.committed = Instant::now();
        if self.objects.is_empty() {
            return Ok(());
        }
        let (batches, gaps) = (std::mem::take(&mut self.batches), std::mem::take(&mut self.gaps));
        self.rows = 0;
        let (mut written, name) = (Vec::<FileEntry>::new(), files::commit_name());
        let stored = parts(batches, &gaps, &self.shared.knowledge, &mut |part| {
            written.push(files::write(&self.shared.root, &self.source, &name, &part)?);
            Ok(())
        });
        if let Err(error) = stored {
            self.shared.discard(&written);
            return Err(error);
        }
        self.shared.commit(std::mem::take(&mut self.objects), written)
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

/// Earliest and latest second of the records.
pub fn reach(batches: &[RecordBatch]) -> Option<(i64, i64)> {
    let mut reach: Option<(i64, i64)> = None;
    for batch in batches {
        let column = |name| crate::columns::find::<Int64Array>(batch, name);
        let (Some(starts), Some(ends)) = (column(crate::schema::START), column(crate::schema::END)) else {
            continue;
        };
        for (start, end) in starts.values().iter().zip(ends.values()) {
            let extent = Extent::of(*start, *end);
            let (first, last) = reach.unwrap_or((extent.start, *end));
            reach = Some((first.min(extent.start), last.max(*end)));
        }
    }
    reach
}
