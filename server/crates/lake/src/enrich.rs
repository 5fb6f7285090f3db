//! What Weir adds to the columns of a record by itself: times where they are missing, the AWS service at either end, and
//! the account, region and flow log of the object's key where the records do not say. What takes other records to know is judged
//! later.

use crate::columns::{Texts, Words, find};
use crate::error::LakeError;
use crate::judge::{JUDGED, MADE_FROM};
use crate::schema::{ACCOUNT_ID, AWS_SERVICE, END, FLOW_LOG_ID, REGION, START, text};
use arrow::array::{
    Array, ArrayRef, Int32Array, Int64Array, NullBufferBuilder, RecordBatch, RecordBatchOptions, StringArray,
    new_null_array,
};
use arrow::datatypes::{Field as Column, Schema};
use contract::{Field, names};
use std::sync::Arc;

/// What the object's key says of its records.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The account in the key.
    pub account: Option<String>,
    /// The region in the key.
    pub region: Option<String>,
    /// The flow log in the key.
    pub flow_log: Option<String>,
    /// Start of the delivery window, or when the object was written; Unix seconds.
    pub stamp: i64,
}

impl Origin {
    /// What the key says for a column.
    fn says(&self, column: &str) -> Option<&str> {
        match column {
            ACCOUNT_ID => self.account.as_deref(),
            REGION => self.region.as_deref(),
            FLOW_LOG_ID => self.flow_log.as_deref(),
            _ => None,
        }
    }
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

/// Neighbouring records of one object.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// How many.
    pub rows: usize,
    /// What the object's key says of them.
    pub origin: &'a Origin,
    /// The fields of the object, AWS's names.
    pub fields: &'a [String],
}

/// The batch with the added columns behind its own; `start` and `end` are there afterwards and never null. The stretches
/// are all of its records in their order.
pub fn enrich(
    batch: RecordBatch,
    stretches: &[Stretch<'_>],
    added: Added<'_>,
) -> Result<RecordBatch, LakeError> {
    let mut table = Columns::of(batch);
    table.set_times(stretches);
    table.decode_tags()?;
    if added.wants(AWS_SERVICE) {
        let services = aws_services(&table.batch)?;
        table.set(AWS_SERVICE, services);
    }
    for name in [ACCOUNT_ID, REGION, FLOW_LOG_ID] {
        if added.wants(name)
            && let Some(column) = by_origin(&table.batch, name, stretches)?
        {
            table.set(name, Arc::new(column));
        }
    }
    table.finish()
}

/// A batch under construction: columns by name, replaced or appended.
pub struct Columns {
    batch: RecordBatch,
    fields: Vec<Column>,
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
        let field = Column::new(name, array.data_type().clone(), true);
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
    fn set_times(&mut self, stretches: &[Stretch<'_>]) {
        let (start, end) = (find::<Int64Array>(&self.batch, START), find::<Int64Array>(&self.batch, END));
        let whole = |array: Option<&Int64Array>| array.is_some_and(|a| a.null_count() == 0);
        if whole(start) && whole(end) {
            return;
        }
        let at =
            |array: Option<&Int64Array>, row: usize| array.filter(|a| a.is_valid(row)).map(|a| a.value(row));
        let stamps = stretches.iter().flat_map(|of| std::iter::repeat_n(of.origin.stamp, of.rows));
        let filled = |first, second| -> Int64Array {
            let rows = stamps.clone().enumerate();
            rows.map(|(row, stamp)| at(first, row).or_else(|| at(second, row)).unwrap_or(stamp))
                .collect::<Vec<_>>()
                .into()
        };
        let (starts, ends) = (filled(start, end), filled(end, start));
        self.set(START, Arc::new(starts));
        self.set(END, Arc::new(ends));
    }

    /// Tags as they were typed.
    fn decode_tags(&mut self) -> Result<(), LakeError> {
        for at in 0..self.fields.len() {
            let name = self.fields[at].name().replace('_', "-");
            let is_tag =
                Field::other(&name).or_else(|| Field::named(&name)).is_some_and(|field| field.is_tag());
            let Some(tags) = self.arrays[at].as_any().downcast_ref::<Texts>().filter(|_| is_tag) else {
                continue;
            };
            let encoded = Words::of(&self.batch, self.fields[at].name());
            let typed = encoded.values().iter().map(|value| names::tag_value(value));
            let typed = Arc::new(StringArray::from_iter_values(typed));
            self.arrays[at] = Arc::new(Texts::try_new(tags.keys().clone(), typed)?);
        }
        Ok(())
    }

    /// The changed batch.
    pub fn finish(self) -> Result<RecordBatch, LakeError> {
        let options = RecordBatchOptions::new().with_row_count(Some(self.batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(self.fields)), self.arrays, &options)?)
    }
}

/// The AWS service at the far end: the destination's, else the source's.
fn aws_services(batch: &RecordBatch) -> Result<ArrayRef, LakeError> {
    let (src, dst) =
        (find::<Texts>(batch, "pkt_src_aws_service"), find::<Texts>(batch, "pkt_dst_aws_service"));
    let (src, dst) = match (src, dst) {
        (None, None) => return Ok(new_null_array(&text(), batch.num_rows())),
        (Some(one), None) | (None, Some(one)) => return Ok(Arc::new(one.clone())),
        (Some(src), Some(dst)) => (src, dst),
    };
    let mut names = Words::of(batch, "pkt_dst_aws_service").values().to_vec();
    let src_names = Words::of(batch, "pkt_src_aws_service");
    let of_src: Vec<i32> = src_names.values().iter().map(|name| place_of(name, &mut names)).collect();
    let keys = dst.keys().iter().zip(src.keys().iter());
    let keys = keys.map(|(dst, src)| dst.or_else(|| src.and_then(|key| of_src.get(key as usize).copied())));
    Ok(Arc::new(Texts::try_new(keys.collect(), Arc::new(StringArray::from(names)))?))
}

/// The column of that name with the value that the object's key says where the object lacks the field; `None` when
/// every object has it, or no key says anything.
fn by_origin(batch: &RecordBatch, name: &str, stretches: &[Stretch<'_>]) -> Result<Option<Texts>, LakeError> {
    let said = stretches.iter().map(|of| {
        let has_field = of.fields.iter().any(|field| field.replace('-', "_") == name);
        if has_field { None } else { of.origin.says(name) }
    });
    if said.clone().all(|said| said.is_none()) {
        return Ok(None);
    }
    let told = find::<Texts>(batch, name);
    let mut names = Words::of(batch, name).values().to_vec();
    let (mut keys, mut nulls) =
        (Vec::with_capacity(batch.num_rows()), NullBufferBuilder::new(batch.num_rows()));
    for (of, said) in stretches.iter().zip(said) {
        let from = keys.len();
        match (said, told) {
            (Some(value), _) => {
                keys.extend(std::iter::repeat_n(place_of(value, &mut names), of.rows));
                nulls.append_n_non_nulls(of.rows);
            }
            (None, Some(told)) => {
                let told = told.keys().slice(from, of.rows);
                keys.extend_from_slice(told.values());
                (0..of.rows).for_each(|row| nulls.append(told.is_valid(row)));
            }
            (None, None) => {
                keys.extend(std::iter::repeat_n(0, of.rows));
                nulls.append_n_nulls(of.rows);
            }
        }
    }
    let keys = Int32Array::try_new(keys.into(), nulls.finish())?;
    Ok(Some(Texts::try_new(keys, Arc::new(StringArray::from(names)))?))
}

/// The place of a name among others, new or old.
fn place_of<'a>(name: &'a str, names: &mut Vec<&'a str>) -> i32 {
    let place = names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    });
    place as i32
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::columns::to_arrow;
    use flowlog::{Coverage, Decoder, Fields, Limits, Want};

    const FIRST: &str = "start end bytes\n100 - 5\n- 160 5\n";
    const SECOND: &str = "account-id end pkt-src-aws-service pkt-dst-aws-service\n2 - S3 -\n- 170 S3 EC2\n";

    /// Two objects, one after the other in the same columns.
    fn enriched() -> RecordBatch {
        let want = Want { fields: Fields::All, coverage: Coverage::Aside };
        let mut decoder = Decoder::new(want, Limits::default());
        for object in [FIRST, SECOND] {
            decoder.push(object.as_bytes());
            decoder.finish();
        }
        let origins = [7, 8].map(|stamp| Origin {
            account: Some("1".to_owned()),
            region: (stamp == 8).then(|| "eu-west-1".to_owned()),
            flow_log: None,
            stamp,
        });
        let fields = [FIRST, SECOND].map(|object| {
            let header = object.lines().next().unwrap_or_default();
            header.split(' ').map(str::to_owned).collect::<Vec<_>>()
        });
        let stretches: Vec<Stretch<'_>> =
            origins.iter().zip(&fields).map(|(origin, fields)| Stretch { rows: 2, origin, fields }).collect();
        enrich(to_arrow(decoder.take()).unwrap(), &stretches, Added::All).unwrap()
    }

    fn texts(batch: &RecordBatch, name: &str) -> String {
        let words = Words::of(batch, name);
        let text = |row| words.key(row).map_or("-", |key| words.values()[key]);
        (0..batch.num_rows()).map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_objects_key_fills_in_for_the_fields_it_lacks() {
        let batch = enriched();
        assert_eq!(texts(&batch, ACCOUNT_ID), "1 1 2 -");
        assert_eq!(texts(&batch, REGION), "- - eu-west-1 eu-west-1");
        assert_eq!(texts(&batch, AWS_SERVICE), "- - S3 EC2");
    }

    #[test]
    fn every_record_has_times() {
        let batch = enriched();
        let times = |name| find::<Int64Array>(&batch, name).unwrap().values().to_vec();
        assert_eq!((times(START), times(END)), (vec![100, 160, 8, 170], vec![100, 160, 8, 170]));
    }
}
