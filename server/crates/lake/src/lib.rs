//! The lake: what was read from the sources, kept as columns, and what can be asked of it.
//!
//! Objects come in through [`Lake::ingest`] and become records, minute and hour roll-ups and hourly conversations,
//! each object exactly once. Questions go out through [`Lake::timeline`] and its siblings, answered from the smallest
//! table that holds what they ask. [`Direct`] answers the same questions from the objects themselves.
//!
//! Invariants: a file under its final name is whole; an object counts exactly when its files do; every table gives
//! the same sums; nothing here knows HTTP, AWS or how an answer is drawn.

mod addresses;
mod ask;
mod cache;
mod catalog;
mod chunk;
mod columns;
mod commit;
mod condition;
mod coverage;
mod decode;
mod direct;
mod earlier;
mod encoder;
mod engine;
mod enrich;
mod error;
mod exchanges;
mod feed;
mod files;
mod flags;
mod flow_logs;
mod fold;
mod groups;
mod ingest;
mod intent;
mod judge;
mod manifest;
mod measured;
mod network;
mod newest;
mod observed;
mod order;
pub mod parquet_lines;
mod plan;
mod probe;
mod pump;
mod records;
mod rollup;
mod scan;
mod schema;
mod scope;
mod shape;
mod sight;
mod sources;
mod spread;
mod status;
mod survey;
mod tables;
mod values;
mod volume;
mod window;
mod writer;

pub use direct::Direct;
pub use error::LakeError;
pub use feed::Feed;
pub use flags::SidesKnown;
pub use fold::conversations::{Conversation, Talks};
pub use ingest::IngestReport;
pub use measured::{DayVolume, FieldVolume, LogVolume, Volumes};
pub use probe::{Probed, probe};
pub use volume::InterfaceText;

use crate::ask::{Facts, Ground};
use crate::cache::{Answer, Cache};
use crate::catalog::{Catalog, ObjectEntry};
use crate::coverage::Survey;
use crate::engine::Engine;
use crate::files::FileEntry;
use crate::fold::Fold;
use crate::manifest::Manifest;
use crate::plan::Need;
use crate::status::Statuses;
use contract::{
    Conversations, Coverage, Intent, Matrix, Objects, Progress, Records, SetAside, Summary, Timeline, Top,
    Values, View, link,
};
use sides::Knowledge;
use std::fs::{self, File, TryLockError};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Whether this process writes to the data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It ingests; only one process may.
    Write,
    /// It only asks, beside whoever writes.
    Read,
}

/// An open data folder.
#[derive(Clone, Debug)]
pub struct Lake(Arc<Shared>);

/// What the parts of the lake share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) root: PathBuf,
    /// What all records so far prove about clients, servers and directions.
    pub(crate) knowledge: RwLock<Knowledge>,
    pub(crate) statuses: Statuses,
    catalog: Mutex<Catalog>,
    manifest: RwLock<Arc<Manifest>>,
    engine: Engine,
    cache: Cache,
    _lock: Option<File>,
}

impl Lake {
    /// Opens a data folder, making it in [`Mode::Write`]. What a killed process left half done is swept away.
    pub fn open(dir: &Path, mode: Mode) -> Result<Lake, LakeError> {
        if mode == Mode::Write {
            fs::create_dir_all(dir).map_err(LakeError::disk("make the folder", dir))?;
        }
        let root = dir.canonicalize().map_err(LakeError::disk("open the folder", dir))?;
        let lock = if mode == Mode::Write { Some(lock(&root)?) } else { None };
        let mut catalog = Catalog::open(&root, mode == Mode::Write)?;
        let manifest = Manifest::new(catalog.files()?, catalog.objects()?);
        if mode == Mode::Write {
            let swept = files::sweep(&root, &manifest.paths())?;
            if swept > 0 {
                tracing::info!(swept, "removed {swept} unfinished files of an earlier run");
            }
        }
        let knowledge = RwLock::new(catalog.knowledge()?);
        Ok(Lake(Arc::new(Shared {
            engine: Engine::new(&root)?,
            root,
            knowledge,
            statuses: Statuses::default(),
            catalog: Mutex::new(catalog),
            manifest: RwLock::new(Arc::new(manifest)),
            cache: Cache::default(),
            _lock: lock,
        })))
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.0.root
    }

    /// Reads and stores every object of `feed` that is new, within `span` (Unix seconds) if given.
    pub async fn ingest(&self, feed: &Feed, span: Option<Range<i64>>) -> Result<IngestReport, LakeError> {
        ingest::ingest(&self.0, feed, span).await
    }

    /// Makes a source known before it is first read, so that progress names it.
    pub fn expect(&self, source: &str) {
        self.0.statuses.of(source);
    }

    /// Notes that a source refused before it could be read.
    pub fn refused(&self, source: &str, refusal: contract::Refusal) {
        self.0.statuses.of(source).end(Some(refusal));
    }

    /// How far every source has been read.
    pub fn progress(&self) -> Progress {
        let manifest = self.0.manifest();
        self.0.statuses.progress(manifest.generation, |source| manifest.stored(source))
    }

    /// Traffic over time, seen at `now` (Unix seconds).
    pub async fn timeline(&self, view: &View, now: i64) -> Result<Arc<Timeline>, LakeError> {
        let (generation, question) = self.question("timeline", view, now);
        if let Some(Answer::Timeline(kept)) = self.0.cache.get(generation, &question) {
            return Ok(Arc::new(Timeline { provenance: from_cache(&kept.provenance), ..(*kept).clone() }));
        }
        let answer = Arc::new(ask::timeline(Ground::Stored(&self.0), view, now).await?);
        self.0.cache.put(generation, question, Answer::Timeline(Arc::clone(&answer)));
        Ok(answer)
    }

    /// Rejected records by row and time.
    pub async fn matrix(&self, view: &View, now: i64) -> Result<Arc<Matrix>, LakeError> {
        let (generation, question) = self.question("matrix", view, now);
        if let Some(Answer::Matrix(kept)) = self.0.cache.get(generation, &question) {
            return Ok(Arc::new(Matrix { provenance: from_cache(&kept.provenance), ..(*kept).clone() }));
        }
        let answer = Arc::new(ask::matrix(Ground::Stored(&self.0), view, now).await?);
        self.0.cache.put(generation, question, Answer::Matrix(Arc::clone(&answer)));
        Ok(answer)
    }

    /// A ranking.
    pub async fn top(&self, view: &View, now: i64) -> Result<Arc<Top>, LakeError> {
        let (generation, question) = self.question("top", view, now);
        if let Some(Answer::Top(kept)) = self.0.cache.get(generation, &question) {
            return Ok(Arc::new(Top { provenance: from_cache(&kept.provenance), ..(*kept).clone() }));
        }
        let answer = Arc::new(ask::top(Ground::Stored(&self.0), view, now).await?);
        self.0.cache.put(generation, question, Answer::Top(Arc::clone(&answer)));
        Ok(answer)
    }

    /// The numbers above the pictures.
    pub async fn summary(&self, view: &View, now: i64) -> Result<Arc<Summary>, LakeError> {
        let (generation, question) = self.question("summary", view, now);
        if let Some(Answer::Summary(kept)) = self.0.cache.get(generation, &question) {
            return Ok(Arc::new(Summary {
                provenance: from_cache(&kept.provenance),
                now,
                ..(*kept).clone()
            }));
        }
        let answer = Arc::new(ask::summary(Ground::Stored(&self.0), view, now).await?);
        self.0.cache.put(generation, question, Answer::Summary(Arc::clone(&answer)));
        Ok(answer)
    }

    /// Every conversation of the range, and the part of its time that objects tell of, 0 to 1.
    pub async fn conversations(&self, view: &View, now: i64) -> Result<(Talks, f64), LakeError> {
        ask::conversations(Ground::Stored(&self.0), view, now).await
    }

    /// Conversations with both of their ways, ranked.
    pub async fn exchanges(&self, view: &View, now: i64) -> Result<Arc<Conversations>, LakeError> {
        let (generation, question) = self.question("conversations", view, now);
        if let Some(Answer::Conversations(kept)) = self.0.cache.get(generation, &question) {
            return Ok(Arc::new(Conversations {
                provenance: from_cache(&kept.provenance),
                ..(*kept).clone()
            }));
        }
        let answer = Arc::new(exchanges::conversations(Ground::Stored(&self.0), view, now).await?);
        self.0.cache.put(generation, question, Answer::Conversations(Arc::clone(&answer)));
        Ok(answer)
    }

    /// What of the rejected traffic looks like a mistake.
    pub async fn intent(&self, view: &View, now: i64) -> Result<Arc<Intent>, LakeError> {
        let (generation, question) = self.question("intent", view, now);
        if let Some(Answer::Intent(kept)) = self.0.cache.get(generation, &question) {
            return Ok(Arc::new(Intent { provenance: from_cache(&kept.provenance), ..(*kept).clone() }));
        }
        let answer = Arc::new(intent::intent(Ground::Stored(&self.0), view, now).await?);
        self.0.cache.put(generation, question, Answer::Intent(Arc::clone(&answer)));
        Ok(answer)
    }

    /// The values of a field.
    pub async fn values(&self, view: &View, now: i64) -> Result<Arc<Values>, LakeError> {
        let (generation, question) = self.question("values", view, now);
        if let Some(Answer::Values(kept)) = self.0.cache.get(generation, &question) {
            return Ok(Arc::new(Values { provenance: from_cache(&kept.provenance), ..(*kept).clone() }));
        }
        let answer = Arc::new(values::values(Ground::Stored(&self.0), view, now).await?);
        self.0.cache.put(generation, question, Answer::Values(Arc::clone(&answer)));
        Ok(answer)
    }

    /// A page of the records themselves. Pages are not kept; how many records there are, and when, is.
    pub async fn records(&self, view: &View, now: i64) -> Result<Arc<Records>, LakeError> {
        records::records(Ground::Stored(&self.0), view, now).await.map(Arc::new)
    }

    /// How completely the range is known. The filter of the view does not matter: it is about objects, not records.
    pub async fn coverage(&self, view: &View, now: i64) -> Result<Arc<Coverage>, LakeError> {
        let view = view.clone();
        self.survey(now, move |survey| survey.coverage(&view)).await
    }

    /// The objects of the range, whatever the filter.
    pub async fn objects(&self, view: &View, now: i64) -> Result<Arc<Objects>, LakeError> {
        let view = view.clone();
        self.survey(now, move |survey| survey.objects(&view)).await
    }

    /// What was set aside in the range, whatever the filter.
    pub async fn set_aside(&self, view: &View, now: i64) -> Result<Arc<SetAside>, LakeError> {
        let view = view.clone();
        self.survey(now, move |survey| survey.set_aside(&view)).await
    }

    /// Asks the catalog, on a thread that may wait for it.
    async fn survey<T: Send + 'static>(
        &self,
        now: i64,
        ask: impl FnOnce(Survey<'_>) -> Result<T, LakeError> + Send + 'static,
    ) -> Result<Arc<T>, LakeError> {
        let lake = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let (progress, manifest) = (lake.progress(), lake.0.manifest());
            let growing = lake.0.statuses.busy(None);
            let mut catalog = lake.0.catalog.lock().unwrap_or_else(PoisonError::into_inner);
            ask(Survey { catalog: &mut catalog, manifest: &manifest, progress, growing, now })
        });
        asked.await.map_err(|error| LakeError::Worker(error.to_string()))?.map(Arc::new)
    }

    /// What equal questions have in common: the kind, the link, and for relative times the minutes they stand for.
    fn question(&self, kind: &str, view: &View, now: i64) -> (u64, String) {
        self.0.question(kind, view, view.span(now).to_minutes())
    }
}

fn from_cache(provenance: &contract::Provenance) -> contract::Provenance {
    contract::Provenance { cached: true, ..provenance.clone() }
}

/// Claims the data folder for this process, for as long as the file is open.
fn lock(root: &Path) -> Result<File, LakeError> {
    let path = root.join("lock");
    let file = File::create(&path).map_err(LakeError::disk("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LakeError::InUse { path: root.to_path_buf() }),
        Err(TryLockError::Error(error)) => Err(LakeError::disk("lock", &path)(error)),
    }
}

impl Shared {
    /// The present snapshot.
    pub(crate) fn manifest(&self) -> Arc<Manifest> {
        Arc::clone(&self.manifest.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What equal questions over a range have in common, and which data they are of.
    pub(crate) fn question(&self, kind: &str, view: &View, span: contract::Span) -> (u64, String) {
        let busy = self.statuses.busy(view.source.as_deref());
        let question = format!("{kind} {} {} {busy} {}", span.from, span.to, link::encode(view));
        (self.manifest().generation, question)
    }

    /// Makes objects and files count.
    pub(crate) fn commit(&self, objects: Vec<ObjectEntry>, files: Vec<FileEntry>) -> Result<(), LakeError> {
        let mut catalog = self.catalog.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = catalog.commit(&objects, &files) {
            self.discard(&files);
            return Err(error);
        }
        // Under the catalog's lock, so that snapshots follow commits in order.
        let mut next = Manifest::clone(&self.manifest());
        next.extend(files, objects);
        *self.manifest.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    /// Keeps what was learned for the next start.
    pub(crate) fn keep_knowledge(&self) -> Result<(), LakeError> {
        let bytes = self.knowledge.read().unwrap_or_else(PoisonError::into_inner).to_bytes();
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner).keep_knowledge(&bytes)
    }

    /// Removes files that will not count.
    pub(crate) fn discard(&self, files: &[FileEntry]) {
        for file in files {
            // What cannot be removed now is swept at the next start.
            let _ = fs::remove_file(self.root.join(&file.path));
        }
    }

    /// Adds up over the stored tables.
    pub(crate) async fn sum<F: Fold + Clone>(
        &self,
        need: &Need<'_>,
        empty: F,
    ) -> Result<(F, Facts), LakeError> {
        let manifest = self.manifest();
        let stretches = need.stretches();
        let mut tables: Vec<_> = stretches.iter().map(|stretch| stretch.table).collect();
        tables.dedup();
        let scans = stretches.into_iter().flat_map(|stretch| {
            need.scans(stretch, &manifest).into_iter().map(move |scan| (scan, stretch.span))
        });
        let (sum, rows) = self.engine.fold(scans.collect(), empty).await?;
        let counted = manifest.counted(need.span, need.source);
        let facts = Facts {
            tables,
            rows,
            objects: counted.objects,
            records: counted.records,
            set_aside: counted.set_aside,
            ..Facts::default()
        };
        Ok((sum, facts))
    }
}
