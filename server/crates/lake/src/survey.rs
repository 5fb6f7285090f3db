//! Coverage of sources that are asked directly: their objects are read into a catalog in memory, which answers and is
//! forgotten.

use crate::catalog::{Catalog, ObjectEntry};
use crate::coverage::Survey;
use crate::decode::ObjectDecoder;
use crate::direct::{Direct, LATE_SECS};
use crate::enrich::{Added, enrich};
use crate::error::LakeError;
use crate::feed::Feed;
use crate::manifest::Manifest;
use crate::measured::{DAY_SECS, Volumes, volumes};
use crate::observed::Observed;
use crate::pump::{Fetched, Reader, pump, reader_count};
use crate::schema::AWS_SERVICE;
use crate::volume::Lengths;
use arrow::array::RecordBatch;
use contract::{Coverage, Objects, Progress, SetAside, SourceStatus, View};
use flowlog::Want;
use std::ops::Range;
use store::keys;

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

    /// The volume of every flow log in the last so many days of what the sources hold. Objects of these days are read,
    /// and those whose names tell no time; where no name does, all are.
    pub async fn volume(&self, source: Option<&str>, days: u32, now: i64) -> Result<Volumes, LakeError> {
        let listed = self.newest(source, days, now).await?;
        let newest = listed.iter().find_map(|(_, object)| keys::parse(&object.key)).map(|key| key.stamp);
        let reach = newest.map(|newest| newest - i64::from(days) * DAY_SECS..newest + DAY_SECS);
        let mut catalog = Catalog::in_memory()?;
        for feed in self.wanted(source) {
            read_into(&mut catalog, feed, reach.clone()).await?;
        }
        let manifest = Manifest::new(Vec::new(), catalog.objects()?);
        volumes(&mut catalog, &manifest, source, days)
    }

    pub(crate) fn wanted<'a>(&'a self, source: Option<&'a str>) -> impl Iterator<Item = &'a Feed> {
        self.feeds.iter().filter(move |feed| source.is_none_or(|name| name == feed.name()))
    }

    async fn survey<T>(
        &self,
        view: &View,
        now: i64,
        ask: impl FnOnce(Survey<'_>) -> Result<T, LakeError>,
    ) -> Result<T, LakeError> {
        let span = view.asked_span(now).map_err(LakeError::Question)?.to_minutes();
        let (mut catalog, mut progress) = (Catalog::in_memory()?, Progress::default());
        for feed in self.wanted(view.source.as_deref()) {
            let near = span.from - LATE_SECS..span.to + LATE_SECS;
            read_into(&mut catalog, feed, Some(near)).await?;
            let status = SourceStatus {
                name: feed.name().to_owned(),
                last_checked: Some(now),
                ..SourceStatus::default()
            };
            progress.sources.push(status);
        }
        let manifest = Manifest::new(Vec::new(), catalog.objects()?);
        ask(Survey { catalog: &mut catalog, manifest: &manifest, progress, growing: false, now })
    }
}

/// Reads the objects of a source that speak of the range, or all, into a catalog.
async fn read_into(catalog: &mut Catalog, feed: &Feed, range: Option<Range<i64>>) -> Result<(), LakeError> {
    let readers = (0..reader_count()).map(|_| Surveyor::new(feed)).collect();
    for surveyor in pump(&feed.source, range, |page| page, readers).await? {
        catalog.commit(&surveyor.objects, &[])?;
    }
    Ok(())
}

/// Reads objects for what became of their lines, and how much text they are.
struct Surveyor {
    source: String,
    decoder: ObjectDecoder,
    objects: Vec<ObjectEntry>,
}

impl Surveyor {
    fn new(feed: &Feed) -> Self {
        Surveyor {
            source: feed.name().to_owned(),
            decoder: ObjectDecoder::new(Want::default(), feed.format.clone()),
            objects: Vec::new(),
        }
    }
}

impl Reader for Surveyor {
    fn read(&mut self, object: Fetched) -> Result<(), LakeError> {
        let mut seen = Observed::new(&self.source, &object.meta);
        let bytes = match object.bytes {
            Ok(bytes) => bytes,
            Err(error) if error.may_retry() => return Err(error.into()),
            Err(error) => {
                self.objects.push(seen.unreadable(error.to_string()));
                return Ok(());
            }
        };
        // Health checkers are told by the service at the far end.
        let added = [AWS_SERVICE.to_owned()];
        let mut see = |fields: &[String], records: RecordBatch| -> Result<(), LakeError> {
            seen.fields = fields.to_vec();
            let stretch = seen.stretch(records.num_rows());
            let records = enrich(records, &[stretch], Added::Only(&added))?;
            seen.see(&records);
            seen.measure(&Lengths::of(&records), 0..records.num_rows());
            Ok(())
        };
        let decoded = self.decoder.decode(bytes, 1, &mut see)?;
        if self.decoder.rows() > 0 {
            let records = self.decoder.take()?;
            see(self.decoder.fields(), records)?;
        }
        self.objects.push(match decoded {
            Err(fault) => seen.unreadable(fault.to_string()),
            Ok(mut tally) => {
                let quiet = std::mem::take(&mut tally.coverage);
                seen.count(tally, &quiet);
                seen.entry()
            }
        });
        Ok(())
    }

    fn finish(&mut self) -> Result<(), LakeError> {
        Ok(())
    }
}
