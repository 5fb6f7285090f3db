//! The batches of a commit as one, its texts and addresses numbered throughout: what sorting, summing and storing start
//! from. Column by column, so that each is held twice only while it is copied.

use crate::addresses::{AddressBook, Addresses};
use crate::columns::{Texts, Words, find};
use crate::error::LakeError;
use crate::schema::{self, data_type};
use datafusion::arrow::array::{
    Array, ArrayRef, BinaryArray, Int32Array, RecordBatch, RecordBatchOptions, StringArray, new_null_array,
};
use datafusion::arrow::compute;
use datafusion::arrow::datatypes::DataType;
use hashbrown::HashMap;
use std::sync::Arc;

/// One batch of all. Columns are the union, null where a batch lacks them; every address column numbers its values from
/// the same list.
pub fn gather(batches: &[RecordBatch]) -> Result<RecordBatch, LakeError> {
    let names = union_of(batches);
    let mut book = AddressBook::default();
    let keys: Vec<Option<Int32Array>> = names
        .iter()
        .map(|name| (data_type(name) == schema::address()).then(|| address_keys(batches, name, &mut book)))
        .collect();
    let addresses: Arc<BinaryArray> = book.values();
    let columns = names.iter().zip(keys).map(|(name, keys)| match (keys, data_type(name)) {
        (Some(keys), _) => Ok(Arc::new(Texts::try_new(keys, addresses.clone())?) as ArrayRef),
        (None, DataType::Dictionary(..)) => texts(batches, name),
        (None, wanted) => plain(batches, name, &wanted),
    });
    let columns: Vec<ArrayRef> = columns.collect::<Result<_, LakeError>>()?;
    // A commit may consist of objects without a single record.
    let rows =
        RecordBatchOptions::new().with_row_count(Some(batches.iter().map(RecordBatch::num_rows).sum()));
    let schema = schema::of_columns(names.iter().map(String::as_str));
    Ok(RecordBatch::try_new_with_options(schema, columns, &rows)?)
}

fn union_of(batches: &[RecordBatch]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for batch in batches {
        for field in batch.schema_ref().fields() {
            if !names.contains(field.name()) {
                names.push(field.name().clone());
            }
        }
    }
    names
}

fn address_keys(batches: &[RecordBatch], name: &str, book: &mut AddressBook) -> Int32Array {
    let mut keys = Vec::new();
    for batch in batches {
        match Addresses::of(batch, name) {
            Addresses::Absent => keys.resize(keys.len() + batch.num_rows(), None),
            column => keys.extend(column.numbers(book).into_iter().map(|key| key.map(|key| key as i32))),
        }
    }
    Int32Array::from(keys)
}

fn texts(batches: &[RecordBatch], name: &str) -> Result<ArrayRef, LakeError> {
    let (mut numbers, mut values) = (HashMap::<&str, i32>::new(), Vec::<&str>::new());
    let mut keys: Vec<ArrayRef> = Vec::with_capacity(batches.len());
    let words: Vec<Words<'_>> = batches.iter().map(|batch| Words::of(batch, name)).collect();
    for (batch, words) in batches.iter().zip(&words) {
        let Some(column) = find::<Texts>(batch, name) else {
            keys.push(new_null_array(&DataType::Int32, batch.num_rows()));
            continue;
        };
        let map: Vec<i32> = words
            .values()
            .iter()
            .map(|value| {
                *numbers.entry(value).or_insert_with(|| {
                    values.push(value);
                    values.len() as i32 - 1
                })
            })
            .collect();
        // What stands in a null's place is no key.
        let renumbered: Int32Array =
            column.keys().unary(|key| map.get(key as usize).copied().unwrap_or_default());
        keys.push(Arc::new(renumbered));
    }
    let keys = concat(&keys)?;
    let keys =
        keys.as_any().downcast_ref::<Int32Array>().cloned().unwrap_or_else(|| Int32Array::from(vec![0; 0]));
    Ok(Arc::new(Texts::try_new(keys, Arc::new(StringArray::from(values)))?))
}

fn plain(batches: &[RecordBatch], name: &str, wanted: &DataType) -> Result<ArrayRef, LakeError> {
    let arrays: Vec<ArrayRef> = batches
        .iter()
        .map(|batch| match batch.column_by_name(name) {
            Some(array) => Arc::clone(array),
            None => new_null_array(wanted, batch.num_rows()),
        })
        .collect();
    concat(&arrays)
}

fn concat(arrays: &[ArrayRef]) -> Result<ArrayRef, LakeError> {
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    Ok(compute::concat(&arrays)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::columns::to_arrow;
    use flowlog::{Coverage, Decoder, Fields, Limits, Want};

    fn decoded(text: &str) -> RecordBatch {
        let want = Want { fields: Fields::All, coverage: Coverage::Aside };
        let mut decoder = Decoder::new(want, Limits::default());
        decoder.push(text.as_bytes());
        decoder.finish();
        to_arrow(decoder.take()).unwrap()
    }

    #[test]
    fn batches_of_different_formats_become_one() {
        let first = decoded("srcaddr interface-id bytes\n10.0.0.1 eni-b 5\n10.0.0.2 eni-a -\n");
        let second = decoded("dstaddr srcaddr interface-id vpc-id\n10.0.0.1 10.0.0.2 eni-a vpc-1\n- - - -\n");
        let all = gather(&[first, second]).unwrap();
        assert_eq!(all.num_rows(), 4);
        let text = |name| {
            let words = Words::of(&all, name);
            (0..4).map(|row| words.at(row).unwrap_or("-").to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(text("interface_id"), "eni-b eni-a eni-a -");
        assert_eq!(text("vpc_id"), "- - vpc-1 -");
        let (src, dst) = (Addresses::of(&all, "srcaddr"), Addresses::of(&all, "dstaddr"));
        assert_eq!(dst.at(2), src.at(0));
        assert_eq!((src.at(1), dst.at(0), src.at(3)), (src.at(2), None, None));
        let keys = |name| find::<Texts>(&all, name).unwrap().keys().clone();
        assert_eq!(keys("dstaddr").value(2), keys("srcaddr").value(0));
    }
}
