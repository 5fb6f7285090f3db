//! Records themselves, held and put in order.

use super::Fold;
use crate::columns::find;
use crate::error::LakeError;
use crate::schema::{self, BYTES, END, INTERFACE_ID, PACKETS, PROTOCOL, START};
use crate::spread::Extent;
use arrow::array::{Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, new_null_array};
use arrow::compute::filter_record_batch;
use arrow::row::{RowConverter, SortField};
use contract::{Refusal, RefusalKind, Span};
use std::sync::Arc;

/// What decides between records of equal time, or of equal size and time. Records that agree in all of it differ in
/// nothing that matters to their order.
pub const TIES: [&str; 10] =
    [START, END, INTERFACE_ID, "srcaddr", "dstaddr", "srcport", "dstport", PROTOCOL, BYTES, PACKETS];

/// Most records that are held for one page, half a gigabyte of them.
const MOST_ROWS: usize = 1 << 21;
/// Records held beyond those that are wanted before the others are let go.
const SLACK: usize = 1 << 16;

/// A record and its place in the order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Compares as the records do.
    key: Box<[u8]>,
    /// The second it starts.
    pub start: i64,
    batch: u32,
    row: u32,
}

/// The fold.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The column that comes first in the order.
    by: &'static str,
    /// How many of the largest, or smallest, to hold; `None` for all.
    keep: Option<usize>,
    is_descending: bool,
    batches: Vec<RecordBatch>,
    entries: Vec<Entry>,
}

impl Rows {
    /// All records of a range, in the order of time.
    pub const fn by_time() -> Rows {
        Rows { by: START, keep: None, is_descending: false, batches: Vec::new(), entries: Vec::new() }
    }

    /// The first `keep` records in the order of a column.
    pub const fn first(by: &'static str, keep: usize, is_descending: bool) -> Rows {
        Rows { by, keep: Some(keep), is_descending, batches: Vec::new(), entries: Vec::new() }
    }

    /// The records in their order, ascending by time or as was asked.
    pub fn finish(mut self) -> (Vec<RecordBatch>, Vec<Entry>) {
        self.let_go();
        self.entries.sort_unstable();
        if self.is_descending {
            self.entries.reverse();
        }
        (self.batches, self.entries)
    }

    /// Lets go of what is not among the first.
    fn let_go(&mut self) {
        let Some(keep) = self.keep.filter(|keep| *keep < self.entries.len()) else { return };
        let order = |a: &Entry, b: &Entry| if self.is_descending { b.cmp(a) } else { a.cmp(b) };
        self.entries.select_nth_unstable_by(keep, order);
        self.entries.truncate(keep);
        self.compact();
    }

    /// Drops the rows that no entry names.
    fn compact(&mut self) {
        let mut wanted: Vec<Vec<bool>> =
            self.batches.iter().map(|batch| vec![false; batch.num_rows()]).collect();
        for entry in &self.entries {
            wanted[entry.batch as usize][entry.row as usize] = true;
        }
        for (batch, wanted) in self.batches.iter_mut().zip(&wanted) {
            // A filter as long as the batch always fits.
            if let Ok(kept) = filter_record_batch(batch, &BooleanArray::from(wanted.clone())) {
                *batch = kept;
            }
        }
        let places: Vec<Vec<u32>> = wanted.iter().map(|wanted| places(wanted)).collect();
        for entry in &mut self.entries {
            entry.row = places[entry.batch as usize][entry.row as usize];
        }
    }
}

/// How many are wanted before each.
fn places(wanted: &[bool]) -> Vec<u32> {
    let mut place = 0;
    let before = |wanted: &bool| {
        let here = place;
        place += u32::from(*wanted);
        here
    };
    wanted.iter().map(before).collect()
}

/// Rows of batches, and for each entry its batch and its place there.
pub type Picked = (Vec<RecordBatch>, Vec<(usize, usize)>);

/// The rows of each batch that some entries name, and for each entry where its row comes to lie among them.
pub fn picked(batches: &[RecordBatch], entries: &[Entry]) -> Result<Picked, LakeError> {
    let mut wanted: Vec<Vec<bool>> = batches.iter().map(|batch| vec![false; batch.num_rows()]).collect();
    for entry in entries {
        wanted[entry.batch as usize][entry.row as usize] = true;
    }
    let kept = batches
        .iter()
        .zip(&wanted)
        .map(|(batch, wanted)| filter_record_batch(batch, &BooleanArray::from(wanted.clone())))
        .collect::<Result<Vec<_>, _>>()?;
    let places: Vec<Vec<u32>> = wanted.iter().map(|wanted| places(wanted)).collect();
    let place =
        |entry: &Entry| (entry.batch as usize, places[entry.batch as usize][entry.row as usize] as usize);
    Ok((kept, entries.iter().map(place).collect()))
}

/// The column of that name, of nothing where the batch lacks it.
fn column(batch: &RecordBatch, name: &str) -> ArrayRef {
    batch
        .column_by_name(name)
        .map_or_else(|| new_null_array(&schema::data_type(name), batch.num_rows()), Arc::clone)
}

impl Fold for Rows {
    fn push(&mut self, batch: &RecordBatch, clip: Span) -> Result<(), LakeError> {
        let times = |name| find::<Int64Array>(batch, name).map_or(&[][..], |array| array.values().as_ref());
        let starts: Vec<i64> =
            times(START).iter().zip(times(END)).map(|(start, end)| Extent::of(*start, *end).start).collect();
        let inside: BooleanArray = starts.iter().map(|start| Some(clip.holds(*start))).collect();
        let batch = filter_record_batch(batch, &inside)?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let starts: Vec<i64> = starts.into_iter().filter(|start| clip.holds(*start)).collect();
        let mut columns: Vec<ArrayRef> = Vec::new();
        if self.by != START {
            columns.push(column(&batch, self.by));
        }
        columns.push(Arc::new(Int64Array::from(starts.clone())));
        columns.extend(TIES.iter().skip(1).map(|name| column(&batch, name)));
        let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let keys = RowConverter::new(fields)?.convert_columns(&columns)?;
        let number = self.batches.len() as u32;
        self.entries.extend(keys.iter().zip(starts).enumerate().map(|(row, (key, start))| Entry {
            key: key.as_ref().into(),
            start,
            batch: number,
            row: row as u32,
        }));
        self.batches.push(batch);
        if self.keep.is_some_and(|keep| self.entries.len() > keep + SLACK) {
            self.let_go();
        }
        self.check()
    }

    fn merge(&mut self, other: Self) -> Result<(), LakeError> {
        let offset = self.batches.len() as u32;
        self.batches.extend(other.batches);
        self.entries
            .extend(other.entries.into_iter().map(|entry| Entry { batch: entry.batch + offset, ..entry }));
        self.check()
    }
}

impl Rows {
    fn check(&self) -> Result<(), LakeError> {
        if self.entries.len() <= MOST_ROWS {
            return Ok(());
        }
        let message = format!("more than {MOST_ROWS} records start in the minutes of this page.");
        let hint = "Add a filter.";
        Err(LakeError::Question(Refusal::new(RefusalKind::TooLarge, message, hint)))
    }
}
