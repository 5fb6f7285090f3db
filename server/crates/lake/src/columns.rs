//! The decoder's typed columns as Arrow arrays, without copying rows, and typed access to a batch's columns.

use crate::addresses::dictionary;
use crate::error::LakeError;
use crate::schema;
use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch,
    RecordBatchOptions, StringArray,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use flowlog::{Batch, Data, Validity};
use std::borrow::Cow;
use std::sync::Arc;

/// A dictionary column: ids and enums.
pub type Texts = DictionaryArray<Int32Type>;

/// The decoder's columns as one Arrow batch; names with underscores. Buffers move, only the distinct texts and addresses
/// are copied. All address columns have the same list of values.
pub fn to_arrow(batch: Batch) -> Result<RecordBatch, LakeError> {
    let rows = batch.rows;
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    let list = batch.columns.iter().find_map(|column| match &column.data {
        Data::Address(addresses) => Some(dictionary(&addresses.values)),
        _ => None,
    });
    for column in batch.columns {
        let name = column.field.as_str().replace('-', "_");
        let wanted = schema::data_type(&name);
        let array = widen(array_of(column.data, nulls(column.nulls, rows), list.as_ref())?, &wanted)?;
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?)
}

fn nulls(validity: Option<Validity>, rows: usize) -> Option<NullBuffer> {
    validity.map(|v| NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(v.bits), 0, rows)))
}

fn array_of(
    data: Data,
    nulls: Option<NullBuffer>,
    addresses: Option<&Arc<BinaryArray>>,
) -> Result<ArrayRef, LakeError> {
    Ok(match data {
        Data::Int32(values) => Arc::new(Int32Array::try_new(ScalarBuffer::from(values), nulls)?),
        Data::Int64(values) => Arc::new(Int64Array::try_new(ScalarBuffer::from(values), nulls)?),
        Data::Address(column) => {
            let values = addresses.map_or_else(|| dictionary(&column.values), Arc::clone);
            Arc::new(Texts::try_new(keys(column.keys, nulls)?, values)?)
        }
        Data::Text(column) => {
            let values = Arc::new(StringArray::from_iter_values(column.values.iter()));
            Arc::new(Texts::try_new(keys(column.keys, nulls)?, values)?)
        }
    })
}

fn keys(keys: Vec<i32>, nulls: Option<NullBuffer>) -> Result<Int32Array, LakeError> {
    Ok(Int32Array::try_new(ScalarBuffer::from(keys), nulls)?)
}

/// Makes sure a column has the type its name stands for, so that every file of a table agrees.
fn widen(array: ArrayRef, wanted: &DataType) -> Result<ArrayRef, LakeError> {
    if array.data_type() == wanted {
        return Ok(array);
    }
    Ok(arrow::compute::cast(&array, wanted)?)
}

/// The column of that name and type, if the batch has it.
pub fn find<'a, A: 'static>(batch: &'a RecordBatch, name: &str) -> Option<&'a A> {
    batch.column_by_name(name)?.as_any().downcast_ref::<A>()
}

/// The numbers of an integer column, the keys of a dictionary column, or 0 and 1 of a truth column, by row; -1 where there is none. Empty without a
/// column.
pub fn numbers<'a>(batch: &'a RecordBatch, name: &str) -> Cow<'a, [i32]> {
    if let Some(truths) = find::<BooleanArray>(batch, name) {
        return truths.iter().map(|truth| truth.map_or(-1, i32::from)).collect();
    }
    let keys = find::<Texts>(batch, name).map(Texts::keys);
    let Some(array) = keys.or_else(|| find::<Int32Array>(batch, name)) else { return Cow::default() };
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => Cow::Borrowed(array.values()),
        Some(_) => array.iter().map(|number| number.unwrap_or(-1)).collect(),
    }
}

/// An integer column; `None` values where it is null or missing.
pub struct Ints<'a>(Option<&'a Int32Array>);

impl<'a> Ints<'a> {
    /// The column of that name.
    pub fn of(batch: &'a RecordBatch, name: &str) -> Self {
        Ints(find(batch, name))
    }

    /// The value of a row.
    pub fn at(&self, row: usize) -> Option<i32> {
        self.0.filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }
}

/// A 64-bit counter column; 0 where it is null or missing.
pub struct Counts<'a>(Option<(&'a [i64], Option<&'a NullBuffer>)>);

impl<'a> Counts<'a> {
    /// The column of that name.
    pub fn of(batch: &'a RecordBatch, name: &str) -> Self {
        Counts(
            find::<Int64Array>(batch, name)
                .map(|array| (array.values().as_ref(), array.nulls().filter(|nulls| nulls.null_count() > 0))),
        )
    }

    /// The value of a row; negative values, which no log has, count as 0.
    #[inline]
    pub fn at(&self, row: usize) -> u64 {
        match self.0 {
            Some((values, None)) => values[row].max(0) as u64,
            Some((values, Some(nulls))) if nulls.is_valid(row) => values[row].max(0) as u64,
            _ => 0,
        }
    }
}

/// A dictionary column with its keys checked once.
pub struct Words<'a> {
    keys: Option<&'a Int32Array>,
    values: Vec<&'a str>,
}

impl<'a> Words<'a> {
    /// The column of that name; every row is missing when there is none.
    pub fn of(batch: &'a RecordBatch, name: &str) -> Self {
        let Some(array) = find::<Texts>(batch, name) else { return Words { keys: None, values: Vec::new() } };
        let values = array.values().as_any().downcast_ref::<StringArray>();
        Words {
            keys: Some(array.keys()),
            values: values.map(|v| (0..v.len()).map(|i| v.value(i)).collect()).unwrap_or_default(),
        }
    }

    /// The distinct values, by key.
    pub fn values(&self) -> &[&'a str] {
        &self.values
    }

    /// The key of a row; `None` when the value is missing.
    #[inline]
    pub fn key(&self, row: usize) -> Option<usize> {
        self.keys.filter(|keys| keys.is_valid(row)).map(|keys| keys.value(row) as usize)
    }

    /// A small number for each key, so that rows compare numbers instead of texts.
    pub fn codes<T: Copy>(&self, code: impl Fn(&str) -> T) -> Vec<T> {
        self.values.iter().map(|value| code(value)).collect()
    }
}

/// A truth column.
pub struct Truths<'a>(Option<&'a BooleanArray>);

impl<'a> Truths<'a> {
    /// The column of that name.
    pub fn of(batch: &'a RecordBatch, name: &str) -> Self {
        Truths(find(batch, name))
    }

    /// The value of a row; `None` when missing.
    pub fn at(&self, row: usize) -> Option<bool> {
        self.0.filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }
}
