//! Coverage of sources that are asked directly: their objects are read into a catalog in memory, which answers and is
//! forgotten.

use crate::catalog::{Catalog, ObjectEntry, SAMPLES_PER_OBJECT};
use crate::coverage::Survey;
use crate::decode::{ObjectDecoder, origin_of};
use crate::direct::{Direct, LATE_SECS};
use crate::enrich::Added;
use crate::error::LakeError;
use crate::ingest::reach;
use crate::manifest::Manifest;
use crate::pump::{Fetched, Reader, pump, reader_count};
use crate::sight::Sight;
use contract::{Coverage, Objects, Progress, SetAside, SourceStatus, View};
use flowlog::{Tally, Want};
use store::{ObjectMeta, keys};

impl Direct {
    /// How completely the range is known.
    pub async fn coverage(&self, view: &View, now: i64) -> Result<Coverage, LakeError> {
        self.survey(view, now, |survey| survey.coverage(view)).await
    }

    /// The objects of the range.
    pub async fn objects(&self, view: &View, now: i64) -> Result<Objects, LakeError> {
        self.survey(view, now, |survey| survey.objects(view)).await
    }

    /// What is set aside in the range.
    pub async fn set_aside(&self, view: &View, now: i64) -> Result<SetAside, LakeError> {
        self.survey(view, now, |survey| survey.set_aside(view)).await
    }

    async fn survey<T>(
        &self,
        view: &View,
        now: i64,
        ask: impl FnOnce(Survey<'_>) -> Result<T, LakeError>,
    ) -> Result<T, LakeError> {
        let span = view.asked_span(now).map_err(LakeError::Question)?.to_minutes();
        let (mut catalog, mut progress) = (Catalog::in_memory()?, Progress::default());
        let wanted = self
            .sources
            .iter()
            .filter(|source| view.source.as_ref().is_none_or(|name| name == source.name()));
        for source in wanted {
            let readers = (0..reader_count()).map(|_| Surveyor::new(source.name())).collect();
            let near = span.from - LATE_SECS..span.to + LATE_SECS;
            for surveyor in pump(source, Some(near), |page| page, readers).await? {
                catalog.commit(&surveyor.objects, &[])?;
            }
            let status = SourceStatus {
                name: source.name().to_owned(),
                last_checked: Some(now),
                ..SourceStatus::default()
            };
            progress.sources.push(status);
        }
        let manifest = Manifest::new(Vec::new(), catalog.objects()?);
        ask(Survey { catalog: &mut catalog, manifest: &manifest, progress, growing: false, now })
    }
}

/// Reads objects for what became of their lines.
struct Surveyor {
    source: String,
    decoder: ObjectDecoder,
    objects: Vec<ObjectEntry>,
}

impl Surveyor {
    fn new(source: &str) -> Self {
        Surveyor {
            source: source.to_owned(),
            decoder: ObjectDecoder::new(Want::default()),
            objects: Vec::new(),
        }
    }

    fn entry(&self, meta: &ObjectMeta) -> ObjectEntry {
        ObjectEntry {
            source: self.source.clone(),
            key: meta.key.clone(),
            etag: meta.etag.clone(),
            size: meta.size,
            stamp: origin_of(meta).stamp,
            modified: Some(meta.modified),
            ..ObjectEntry::default()
        }
    }
}

impl Reader for Surveyor {
    fn read(&mut self, object: Fetched) -> Result<(), LakeError> {
        let meta = object.meta;
        let bytes = match object.bytes {
            Ok(bytes) => bytes,
            Err(error) if error.may_retry() => return Err(error.into()),
            Err(error) => {
                self.objects.push(ObjectEntry { why: Some(error.to_string()), ..self.entry(&meta) });
                return Ok(());
            }
        };
        let mut batches = Vec::new();
        let decoded = self.decoder.decode(&meta, &bytes, Added::Only(&[]), &mut |batch| {
            batches.push(batch);
            Ok(())
        })?;
        let entry = match decoded {
            Err(fault) => ObjectEntry { why: Some(fault.to_string()), ..self.entry(&meta) },
            Ok(tally) => {
                let (first, last) = reach(&batches).unzip();
                let sight = Sight::of(&batches, self.decoder.fields());
                let mut entry = counted(self.entry(&meta), tally);
                if let (None, Some(first)) = (keys::parse(&meta.key), first) {
                    // A bare file tells no delivery window: its records do.
                    entry.stamp = first;
                }
                ObjectEntry { first, last, sight, ..entry }
            }
        };
        self.objects.push(entry);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), LakeError> {
        Ok(())
    }
}

/// An entry with what became of the object's lines.
fn counted(entry: ObjectEntry, tally: Tally) -> ObjectEntry {
    let samples = tally.samples.iter().take(SAMPLES_PER_OBJECT).map(|s| (s.line, s.why.to_string()));
    ObjectEntry {
        samples: samples.collect(),
        lines: tally.lines,
        headers: tally.headers + tally.blank,
        records: tally.records,
        nodata: tally.nodata,
        skipdata: tally.skipdata,
        set_aside: tally.set_aside,
        ..entry
    }
}
