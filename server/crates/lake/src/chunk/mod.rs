//! A column chunk of a Parquet file: at most one dictionary page and one data page.
//!
//! The parquet crate writes files, headers and statistics; the pages are made here, because what it does for each value
//! (hash it, compare it with the smallest and largest so far) a commit knows already: its texts and addresses are
//! numbered, its times and ports lie in small ranges.

mod codes;
mod hybrid;

use codes::Codes;
use datafusion::arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Int32Array, Int64Array, StringArray,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::parquet::basic::{Compression, Encoding, ZstdLevel};
use datafusion::parquet::column::page::{CompressedPage, Page, PageWriter};
use datafusion::parquet::column::writer::ColumnCloseResult;
use datafusion::parquet::data_type::ByteArray;
use datafusion::parquet::errors::{ParquetError, Result};
use datafusion::parquet::file::metadata::ColumnChunkMetaData;
use datafusion::parquet::file::statistics::Statistics;
use datafusion::parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use datafusion::parquet::schema::types::ColumnDescPtr;
use std::borrow::Cow;

use crate::columns::Texts;

/// Level 1: columns are sorted, so that higher levels win two parts in a hundred and take twice the time.
const ZSTD_LEVEL: i32 = 1;

/// Encodes and compresses columns; keeps its buffers.
pub struct ChunkWriter {
    zstd: zstd::bulk::Compressor<'static>,
}

/// A column's values, encoded.
struct Encoded {
    /// The dictionary page: number of values, bytes.
    dictionary: Option<(u32, Vec<u8>)>,
    encoding: Encoding,
    values: Vec<u8>,
    statistics: Statistics,
}

impl ChunkWriter {
    /// A writer.
    pub fn new() -> Result<Self> {
        let zstd =
            zstd::bulk::Compressor::new(ZSTD_LEVEL).map_err(|e| ParquetError::External(Box::new(e)))?;
        Ok(ChunkWriter { zstd })
    }

    /// Encodes a column; the result is ready to be appended to a row group.
    pub fn chunk(
        &mut self,
        array: &ArrayRef,
        column: &ColumnDescPtr,
    ) -> Result<(Vec<u8>, ColumnCloseResult)> {
        let rows = array.len() as u32;
        let encoded = encoded(array)?;
        let mut sink = TrackedWrite::new(Vec::new());
        let mut pages = SerializedPageWriter::new(&mut sink);
        let (mut compressed, mut uncompressed, mut dictionary_at) = (0, 0, None);
        let mut count = |spec: datafusion::parquet::column::page::PageWriteSpec| {
            uncompressed += spec.uncompressed_size;
            compressed += spec.compressed_size;
            spec.offset as i64
        };
        if let Some((num_values, bytes)) = encoded.dictionary {
            let (size, buf) = (bytes.len(), self.compressed(&bytes)?);
            let page = Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
            dictionary_at = Some(count(pages.write_page(CompressedPage::new(page, size))?));
        }
        let mut bytes = levels(array.nulls(), array.len());
        bytes.extend_from_slice(&encoded.values);
        let page = Page::DataPage {
            buf: self.compressed(&bytes)?,
            num_values: rows,
            encoding: encoded.encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let data_at = count(pages.write_page(CompressedPage::new(page, bytes.len()))?);
        let metadata = ColumnChunkMetaData::builder(column.clone())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, encoded.encoding])
            .set_total_compressed_size(compressed as i64)
            .set_total_uncompressed_size(uncompressed as i64)
            .set_num_values(i64::from(rows))
            .set_data_page_offset(data_at)
            .set_dictionary_page_offset(dictionary_at)
            .set_statistics(encoded.statistics)
            .build()?;
        let bytes = sink.into_inner()?;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: u64::from(rows),
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok((bytes, close))
    }

    fn compressed(&mut self, bytes: &[u8]) -> Result<bytes::Bytes> {
        let compressed = self.zstd.compress(bytes).map_err(|e| ParquetError::External(Box::new(e)))?;
        Ok(compressed.into())
    }
}

/// Which values are there, as the levels that begin a data page.
fn levels(nulls: Option<&NullBuffer>, rows: usize) -> Vec<u8> {
    let mut levels = vec![0; size_of::<u32>()];
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        None => hybrid::append_run(1, rows, 1, &mut levels),
        Some(nulls) if nulls.null_count() == rows => hybrid::append_run(0, rows, 1, &mut levels),
        Some(nulls) => {
            let bits = nulls.inner().sliced();
            hybrid::append_bits(&bits.as_slice()[..rows.div_ceil(8)], &mut levels);
        }
    }
    let bytes = (levels.len() - size_of::<u32>()) as u32;
    levels[..size_of::<u32>()].copy_from_slice(&bytes.to_le_bytes());
    levels
}

fn encoded(array: &ArrayRef) -> Result<Encoded> {
    let any = array.as_any();
    let nulls = array.null_count();
    if let Some(array) = any.downcast_ref::<Int32Array>() {
        let bytes = |value: i64| (value as i32).to_le_bytes();
        let values = present(array.values(), array.nulls());
        let values = values.iter().copied().map(i64::from);
        return Ok(integers(values, bytes, |low, high| {
            Statistics::int32(low.map(|v| v as i32), high.map(|v| v as i32), None, Some(nulls as u64), false)
        }));
    }
    if let Some(array) = any.downcast_ref::<Int64Array>() {
        let values = present(array.values(), array.nulls());
        return Ok(integers(values.iter().copied(), i64::to_le_bytes, |low, high| {
            Statistics::int64(low, high, None, Some(nulls as u64), false)
        }));
    }
    if let Some(array) = any.downcast_ref::<BooleanArray>() {
        return Ok(truths(array));
    }
    if let Some(array) = any.downcast_ref::<Texts>() {
        let keys = present(array.keys().values(), array.nulls());
        let values = array.values().as_any();
        if let Some(texts) = values.downcast_ref::<StringArray>() {
            return Ok(coded(&keys, texts.len(), |key| texts.value(key).as_bytes(), nulls));
        }
        if let Some(addresses) = values.downcast_ref::<BinaryArray>() {
            return Ok(coded(&keys, addresses.len(), |key| addresses.value(key), nulls));
        }
    }
    Err(ParquetError::NYI(format!("a column of type {} is in no table", array.data_type())))
}

/// The values that are not null.
fn present<'a, T: Copy>(values: &'a [T], nulls: Option<&NullBuffer>) -> Cow<'a, [T]> {
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        None => Cow::Borrowed(values),
        Some(nulls) => nulls.valid_indices().map(|row| values[row]).collect(),
    }
}

fn integers<const N: usize>(
    values: impl ExactSizeIterator<Item = i64> + Clone,
    bytes: impl Fn(i64) -> [u8; N],
    statistics: impl FnOnce(Option<i64>, Option<i64>) -> Statistics,
) -> Encoded {
    let count = values.len();
    match codes::of_integers(values.clone()).filter(|codes| worthwhile(codes, count, N)) {
        Some(Codes { codes, distinct }) => Encoded {
            dictionary: Some((distinct.len() as u32, plain(distinct.iter().copied(), bytes))),
            encoding: Encoding::RLE_DICTIONARY,
            values: numbers(&codes, distinct.len()),
            statistics: statistics(distinct.first().copied(), distinct.last().copied()),
        },
        None => Encoded {
            dictionary: None,
            encoding: Encoding::PLAIN,
            statistics: statistics(values.clone().min(), values.clone().max()),
            values: plain(values, bytes),
        },
    }
}

fn plain<const N: usize>(
    values: impl ExactSizeIterator<Item = i64>,
    bytes: impl Fn(i64) -> [u8; N],
) -> Vec<u8> {
    values.map(bytes).collect::<Vec<_>>().into_flattened()
}

/// Whether numbers and dictionary take fewer bits than the values.
fn worthwhile<T>(codes: &Codes<T>, values: usize, bytes_of_value: usize) -> bool {
    let width = usize::from(hybrid::width_of(codes.distinct.len() as u32));
    values * width / 8 + codes.distinct.len() * bytes_of_value < values * bytes_of_value
}

/// The data of a dictionary-encoded page: the width, then the numbers.
fn numbers(codes: &[u32], distinct: usize) -> Vec<u8> {
    let width = hybrid::width_of(distinct.saturating_sub(1) as u32);
    let mut out = vec![width];
    hybrid::append(codes, width, &mut out);
    out
}

fn coded<'a>(keys: &[i32], values: usize, value: impl Fn(usize) -> &'a [u8], nulls: usize) -> Encoded {
    let Codes { codes, distinct } = codes::of_keys(keys.iter().copied(), values);
    let mut dictionary = Vec::new();
    for key in &distinct {
        let bytes = value(*key as usize);
        dictionary.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        dictionary.extend_from_slice(bytes);
    }
    let all = || distinct.iter().map(|key| value(*key as usize));
    let owned = |bytes: Option<&[u8]>| bytes.map(|bytes| ByteArray::from(bytes.to_vec()));
    let statistics =
        Statistics::byte_array(owned(all().min()), owned(all().max()), None, Some(nulls as u64), false);
    if distinct.is_empty() {
        return Encoded { dictionary: None, encoding: Encoding::PLAIN, values: Vec::new(), statistics };
    }
    Encoded {
        dictionary: Some((distinct.len() as u32, dictionary)),
        encoding: Encoding::RLE_DICTIONARY,
        values: numbers(&codes, distinct.len()),
        statistics,
    }
}

fn truths(array: &BooleanArray) -> Encoded {
    let mut values = Vec::new();
    let mut seen = [false; 2];
    for (at, truth) in array.iter().flatten().enumerate() {
        if at % 8 == 0 {
            values.push(0u8);
        }
        if let Some(byte) = values.last_mut() {
            *byte |= u8::from(truth) << (at % 8);
        }
        seen[usize::from(truth)] = true;
    }
    let (low, high) = match seen {
        [false, false] => (None, None),
        [no, yes] => (Some(!no), Some(yes)),
    };
    let statistics = Statistics::boolean(low, high, None, Some(array.null_count() as u64), false);
    Encoded { dictionary: None, encoding: Encoding::PLAIN, values, statistics }
}
