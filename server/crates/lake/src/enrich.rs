//! What Weir adds to the columns of a record by itself: times where they are missing, the AWS service at either end, and
//! the account and region of the object's key where the records do not say. What takes other records to know is judged
//! later.

use crate::columns::{Texts, Words, find};
use crate::error::LakeError;
use crate::judge::{JUDGED, MADE_FROM};
use crate::schema::{ACCOUNT_ID, AWS_SERVICE, END, REGION, START};
use datafusion::arrow::array::{
    Array, ArrayRef, Int32Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
};
use datafusion::arrow::datatypes::{Field, Schema};
use std::sync::Arc;

/// What the object's key says of its records.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The account in the key.
    pub account: Option<String>,
    /// The region in the key.
    pub region: Option<String>,
    /// Start of the delivery window, or when the object was written; Unix seconds.
    pub stamp: i64,
}

/// Which of the added columns are needed.
#[derive(Clone, Copy, Debug)]
pub enum Added<'a> {
    /// All of them, to be stored.
    All,
    /// Only these, for one question.
    Only(&'a [String]),
}

impl Added<'_> {
    /// Whether this one is.
    pub fn wants(&self, name: &str) -> bool {
        match self {
            Added::All => true,
            Added::Only(names) => names.iter().any(|n| n == name),
        }
    }
}

/// The decoder's fields that an added column is made from; the column itself when it is not an added one.
pub fn made_from(column: &str) -> &[&'static str] {
    match column {
        AWS_SERVICE => &["pkt-src-aws-service", "pkt-dst-aws-service"],
        _ if JUDGED.contains(&column) => &MADE_FROM,
        _ => &[],
    }
}

/// The batch with the added columns behind its own; `start` and `end` are there afterwards and never null.
pub fn enrich(batch: RecordBatch, origin: &Origin, added: Added<'_>) -> Result<RecordBatch, LakeError> {
    let mut table = Columns::of(batch);
    table.set_times(origin.stamp);
    if added.wants(AWS_SERVICE) {
        let services = aws_services(&table.batch);
        table.set(AWS_SERVICE, Arc::new(services));
    }
    for (name, value) in [(ACCOUNT_ID, &origin.account), (REGION, &origin.region)] {
        if added.wants(name)
            && table.batch.column_by_name(name).is_none()
            && let Some(value) = value
        {
            let rows = table.batch.num_rows();
            table.set(name, Arc::new(constant(value, rows)?));
        }
    }
    table.finish()
}

/// A batch under construction: columns by name, replaced or appended.
pub struct Columns {
    batch: RecordBatch,
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    /// A batch to change.
    pub fn of(batch: RecordBatch) -> Self {
        let fields = batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        Columns { fields, arrays: batch.columns().to_vec(), batch }
    }

    /// Replaces the column of that name, or appends it.
    pub fn set(&mut self, name: &str, array: ArrayRef) {
        let field = Field::new(name, array.data_type().clone(), true);
        match self.fields.iter().position(|f| f.name() == name) {
            Some(at) => {
                self.fields[at] = field;
                self.arrays[at] = array;
            }
            None => {
                self.fields.push(field);
                self.arrays.push(array);
            }
        }
    }

    /// Fills in times: a record with one of them happened then, one with neither in its object's window.
    fn set_times(&mut self, stamp: i64) {
        let (start, end) = (find::<Int64Array>(&self.batch, START), find::<Int64Array>(&self.batch, END));
        let whole = |array: Option<&Int64Array>| array.is_some_and(|a| a.null_count() == 0);
        if whole(start) && whole(end) {
            return;
        }
        let at =
            |array: Option<&Int64Array>, row: usize| array.filter(|a| a.is_valid(row)).map(|a| a.value(row));
        let rows = 0..self.batch.num_rows();
        let starts: Int64Array = rows
            .clone()
            .map(|row| at(start, row).or_else(|| at(end, row)).unwrap_or(stamp))
            .collect::<Vec<_>>()
            .into();
        let ends: Int64Array = rows
            .map(|row| at(end, row).or_else(|| at(start, row)).unwrap_or(stamp))
            .collect::<Vec<_>>()
            .into();
        self.set(START, Arc::new(starts));
        self.set(END, Arc::new(ends));
    }

    /// The changed batch.
    pub fn finish(self) -> Result<RecordBatch, LakeError> {
        let options = RecordBatchOptions::new().with_row_count(Some(self.batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(self.fields)), self.arrays, &options)?)
    }
}

/// The AWS service at the far end: the destination's, else the source's.
fn aws_services(batch: &RecordBatch) -> Texts {
    let (src, dst) = (Words::of(batch, "pkt_src_aws_service"), Words::of(batch, "pkt_dst_aws_service"));
    (0..batch.num_rows()).map(|row| dst.at(row).or_else(|| src.at(row))).collect()
}

fn constant(value: &str, rows: usize) -> Result<Texts, LakeError> {
    Ok(Texts::try_new(Int32Array::from(vec![0; rows]), Arc::new(StringArray::from(vec![value])))?)
}
