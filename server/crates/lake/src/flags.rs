//! How much `tcp-flags` tell: the servers of a sample of records, judged with and without them.

use crate::addresses::{AddressBook, Addresses, dictionary};
use crate::columns::{Texts, Truths};
use crate::decode::{ObjectDecoder, origin_of};
use crate::direct::Direct;
use crate::enrich::{Added, Columns, Stretch, enrich};
use crate::error::LakeError;
use crate::feed::Feed;
use crate::files::FileEntry;
use crate::fold::Fold;
use crate::judge::{MADE_FROM, judged};
use crate::pump::Content;
use crate::scan::Scan;
use crate::schema::{self, CLIENT_IS_SRC};
use crate::{Lake, Shared};
use arrow::array::{Int32Array, RecordBatch, new_null_array};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use contract::{Span, Table};
use flowlog::{Coverage, Fields, Want};
use sides::Knowledge;
use std::sync::{Arc, RwLock};
use store::ObjectMeta;

/// Records judged: as many as a commit has, so that they know as much of each other.
const SAMPLE_ROWS: usize = 1 << 18;
/// Objects that are asked directly are looked for in so many days.
const SAMPLE_DAYS: u32 = 35;
/// The column that is tried without.
const TCP_FLAGS: &str = "tcp_flags";

/// For which part of some records the client and server are known, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SidesKnown {
    /// As they are logged.
    pub with_flags: f64,
    /// Judged without `tcp-flags`, and the same as with them.
    pub without_flags: f64,
}

impl Lake {
    /// What the newest records of a source, or of all, would lose without `tcp-flags`; `None` where none has them.
    pub async fn sides_known(&self, source: Option<&str>) -> Result<Option<SidesKnown>, LakeError> {
        let Some(batch) = sample(&self.0, source).await? else { return Ok(None) };
        let judging = tokio::task::spawn_blocking(move || tried(batch));
        judging.await.map_err(|error| LakeError::Worker(error.to_string()))?
    }
}

impl Direct {
    /// The same of sources that are asked directly, by their newest objects.
    pub async fn sides_known(&self, source: Option<&str>, now: i64) -> Result<Option<SidesKnown>, LakeError> {
        let schema = judged_by();
        let (mut batches, mut rows) = (Vec::new(), 0);
        for (feed, object) in self.newest(source, SAMPLE_DAYS, now).await? {
            if rows >= SAMPLE_ROWS {
                break;
            }
            if let Some(batch) = flagged(feed, &object).await? {
                rows += batch.num_rows();
                batches.push(arranged(&batch, &schema)?);
            }
        }
        if batches.is_empty() {
            return Ok(None);
        }
        let batch = concat_batches(&schema, &batches)?;
        let judging = tokio::task::spawn_blocking(move || tried(batch));
        judging.await.map_err(|error| LakeError::Worker(error.to_string()))?
    }
}

/// The columns that sides are judged by.
fn judged_by() -> SchemaRef {
    let columns = MADE_FROM.map(|field| field.replace('-', "_"));
    schema::of_columns(columns.iter().map(String::as_str))
}

/// The records of an object; `None` where they have no flags or cannot be read.
async fn flagged(feed: &Feed, object: &ObjectMeta) -> Result<Option<RecordBatch>, LakeError> {
    let Ok(bytes) = feed.source.read(object).await else { return Ok(None) };
    let fields = Fields::Only(MADE_FROM.map(str::to_owned).to_vec());
    let want = Want { fields, coverage: Coverage::Aside };
    let mut decoder = ObjectDecoder::new(want, feed.format.clone());
    if decoder.decode(Content::Whole(bytes), usize::MAX, &mut |_, _| Ok(()))?.is_err() {
        return Ok(None);
    }
    let batch = decoder.take()?;
    if batch.num_rows() == 0 || batch.column_by_name(TCP_FLAGS).is_none() {
        return Ok(None);
    }
    let origin = origin_of(object);
    let stretch = Stretch { rows: batch.num_rows(), origin: &origin, fields: decoder.fields() };
    enrich(batch, &[stretch], Added::Only(&[])).map(Some)
}

/// The columns of a schema, of nothing where the records do not have them.
fn arranged(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, LakeError> {
    let columns = schema.fields().iter().map(|field| {
        let known = batch.column_by_name(field.name()).cloned();
        known.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect())?)
}

/// The newest stored records that have flags.
async fn sample(shared: &Arc<Shared>, source: Option<&str>) -> Result<Option<RecordBatch>, LakeError> {
    let all = Span { from: i64::MIN, to: i64::MAX };
    let mut files = shared.manifest().files(Table::Segments, all, source);
    files.retain(|file| file.columns.iter().any(|column| column == TCP_FLAGS));
    files.sort_by_key(|file| std::cmp::Reverse(file.last));
    let mut rows = 0;
    let newest: Vec<Arc<FileEntry>> = files
        .into_iter()
        .take_while(|file| {
            let is_first = rows == 0;
            rows += file.rows as usize;
            is_first || rows <= SAMPLE_ROWS
        })
        .collect();
    let (schema, columns) = (judged_by(), MADE_FROM.map(|field| field.replace('-', "_")).to_vec());
    let scan = Scan { files: newest, columns, condition: None, late: false };
    let (sample, _) = shared.engine.fold(vec![(scan, all)], Sample::default()).await?;
    if sample.batches.is_empty() {
        return Ok(None);
    }
    Ok(Some(concat_batches(&schema, &sample.batches)?))
}

/// Judges the records twice, knowing nothing of others.
fn tried(batch: RecordBatch) -> Result<Option<SidesKnown>, LakeError> {
    let batch = renumbered(batch)?;
    let flags = batch.schema().index_of(TCP_FLAGS)?;
    let others: Vec<usize> = (0..batch.num_columns()).filter(|column| *column != flags).collect();
    let without = batch.project(&others)?;
    let rows = batch.num_rows();
    let [with, without] =
        [batch, without].map(|batch| judged(batch, &RwLock::new(Knowledge::default()), Added::All));
    let (with, without) = (with?, without?);
    let (with, without) = (Truths::of(&with, CLIENT_IS_SRC), Truths::of(&without, CLIENT_IS_SRC));
    let known = (0..rows).filter(|row| with.at(*row).is_some()).count();
    let same =
        (0..rows).filter(|row| without.at(*row).is_some() && without.at(*row) == with.at(*row)).count();
    let part = |count: usize| count as f64 / rows.max(1) as f64;
    Ok((rows > 0).then(|| SidesKnown { with_flags: part(known), without_flags: part(same) }))
}

/// The records with all address columns numbering the same list, as those that were just decoded do.
fn renumbered(batch: RecordBatch) -> Result<RecordBatch, LakeError> {
    let mut book = AddressBook::default();
    let names = ["srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"];
    let keys = names.map(|name| -> Int32Array {
        let numbers = Addresses::of(&batch, name).numbers(&mut book);
        numbers.into_iter().map(|number| number.map(|number| number as i32)).collect()
    });
    let list = dictionary(&book.octets());
    let mut table = Columns::of(batch);
    for (name, keys) in names.into_iter().zip(keys) {
        table.set(name, Arc::new(Texts::try_new(keys, Arc::clone(&list) as _)?));
    }
    table.finish()
}

/// Records as they are read.
#[derive(Clone, Debug, Default)]
struct Sample {
    batches: Vec<RecordBatch>,
}

impl Fold for Sample {
    fn push(&mut self, batch: &RecordBatch, _: Span) -> Result<(), LakeError> {
        let rows: usize = self.batches.iter().map(RecordBatch::num_rows).sum();
        if rows < SAMPLE_ROWS {
            self.batches.push(batch.slice(0, batch.num_rows().min(SAMPLE_ROWS - rows)));
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<(), LakeError> {
        self.batches.extend(other.batches);
        Ok(())
    }
}
