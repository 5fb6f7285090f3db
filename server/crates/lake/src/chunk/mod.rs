//! A column chunk of a Parquet file: at most one dictionary page and one data page.
//!
//! The parquet crate writes files, headers and statistics; the pages are made here, because what it does for each value
//! (hash it, compare it with the smallest and largest so far) a commit knows already: its texts and addresses are
//! numbered, its times and ports lie in small ranges.

mod codes;
mod hybrid;
mod rows;

pub use rows::Rows;

use crate::columns::Texts;
use arrow::array::{Array, ArrayRef, BinaryArray, BooleanArray, Int32Array, Int64Array, StringArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{ArrowNativeType, ToByteSlice};
use codes::Codes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// Level 1: columns are sorted, so that higher levels win two parts in a hundred and take twice the time.
const ZSTD_LEVEL: i32 = 1;

/// Encodes and compresses columns; keeps its buffers.
pub struct ChunkWriter {
    zstd: zstd::bulk::Compressor<'static>,
    codes: Codes,
    ints: Vec<i32>,
    longs: Vec<i64>,
    /// The data page being made.
    page: Vec<u8>,
}

/// What is to be known of a column's values beside the data page.
struct Encoded {
    /// The dictionary page: number of values, bytes.
    dictionary: Option<(u32, Vec<u8>)>,
    encoding: Encoding,
    statistics: Statistics,
}

impl ChunkWriter {
    /// A writer.
    pub fn new() -> Result<Self> {
        let zstd =
            zstd::bulk::Compressor::new(ZSTD_LEVEL).map_err(|e| ParquetError::External(Box::new(e)))?;
        let (codes, ints, longs, page) = Default::default();
        Ok(ChunkWriter { zstd, codes, ints, longs, page })
    }

    /// Encodes rows of a column; the result is ready to be appended to a row group.
    pub fn chunk(
        &mut self,
        array: &ArrayRef,
        rows: Rows<'_>,
        column: &ColumnDescPtr,
    ) -> Result<(Vec<u8>, ColumnCloseResult)> {
        let nulls = rows.nulls(array.nulls());
        self.page.clear();
        append_levels(nulls.as_ref(), rows.len(), &mut self.page);
        let encoded = self.append_values(array, rows, nulls.map_or(0, |nulls| nulls.null_count() as u64))?;
        let mut sink = TrackedWrite::new(Vec::new());
        let mut pages = SerializedPageWriter::new(&mut sink);
        let (mut compressed, mut uncompressed, mut dictionary_at) = (0, 0, None);
        let mut count = |spec: parquet::column::page::PageWriteSpec| {
            uncompressed += spec.uncompressed_size;
            compressed += spec.compressed_size;
            spec.offset as i64
        };
        if let Some((num_values, bytes)) = encoded.dictionary {
            let buf = compress(&mut self.zstd, &bytes)?;
            let page = Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
            dictionary_at = Some(count(pages.write_page(CompressedPage::new(page, bytes.len()))?));
        }
        let page = Page::DataPage {
            buf: compress(&mut self.zstd, &self.page)?,
            num_values: rows.len() as u32,
            encoding: encoded.encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let data_at = count(pages.write_page(CompressedPage::new(page, self.page.len()))?);
        let metadata = ColumnChunkMetaData::builder(column.clone())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
            .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, encoded.encoding])
            .set_total_compressed_size(compressed as i64)
            .set_total_uncompressed_size(uncompressed as i64)
            .set_num_values(rows.len() as i64)
            .set_data_page_offset(data_at)
            .set_dictionary_page_offset(dictionary_at)
            .set_statistics(encoded.statistics)
            .build()?;
        let bytes = sink.into_inner()?;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: rows.len() as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok((bytes, close))
    }

    /// Appends the values to the page.
    fn append_values(&mut self, array: &ArrayRef, rows: Rows<'_>, nulls: u64) -> Result<Encoded> {
        let any = array.as_any();
        let ChunkWriter { codes, ints, longs, page, .. } = self;
        if let Some(array) = any.downcast_ref::<Int32Array>() {
            let low = match Rows::same(array.values(), array.nulls()) {
                Some(value) => {
                    codes.of_same(0, rows.len());
                    Some(i64::from(value))
                }
                None => {
                    rows.pick(|row| array.values()[row], array.nulls(), ints);
                    codes.of_integers(ints, pays::<i32>(ints.len()))
                }
            };
            let statistics = |low, high| Statistics::int32(low, high, None, Some(nulls), false);
            return Ok(append_integers(ints, low, |distinct| distinct as i32, statistics, codes, page));
        }
        if let Some(array) = any.downcast_ref::<Int64Array>() {
            rows.pick(|row| array.values()[row], array.nulls(), longs);
            let low = codes.of_integers(longs, pays::<i64>(longs.len()));
            let statistics = |low, high| Statistics::int64(low, high, None, Some(nulls), false);
            return Ok(append_integers(longs, low, |distinct| distinct, statistics, codes, page));
        }
        if let Some(array) = any.downcast_ref::<BooleanArray>() {
            rows.pick(|row| i32::from(array.value(row)), array.nulls(), ints);
            return Ok(append_truths(ints, nulls, page));
        }
        if let Some(array) = any.downcast_ref::<Texts>() {
            match Rows::same(array.keys().values(), array.nulls()) {
                Some(key) => codes.of_same(key as u32, rows.len()),
                None => {
                    rows.pick(|row| array.keys().values()[row], array.nulls(), ints);
                    codes.of_keys(ints, array.values().len());
                }
            }
            let values = array.values().as_any();
            if let Some(texts) = values.downcast_ref::<StringArray>() {
                return Ok(append_coded(codes, |key| texts.value(key).as_bytes(), nulls, page));
            }
            if let Some(addresses) = values.downcast_ref::<BinaryArray>() {
                return Ok(append_coded(codes, |key| addresses.value(key), nulls, page));
            }
        }
        Err(ParquetError::NYI(format!("a column of type {} is in no table", array.data_type())))
    }
}

fn compress(zstd: &mut zstd::bulk::Compressor<'_>, bytes: &[u8]) -> Result<bytes::Bytes> {
    let compressed = zstd.compress(bytes).map_err(|e| ParquetError::External(Box::new(e)))?;
    Ok(compressed.into())
}

/// Appends which values are there, as the levels that begin a data page.
fn append_levels(nulls: Option<&NullBuffer>, rows: usize, page: &mut Vec<u8>) {
    page.extend_from_slice(&[0; size_of::<u32>()]);
    match nulls {
        None => hybrid::append_run(1, rows, 1, page),
        Some(nulls) if nulls.null_count() == rows => hybrid::append_run(0, rows, 1, page),
        Some(nulls) => {
            let bits = nulls.inner().sliced();
            hybrid::append_bits(&bits.as_slice()[..rows.div_ceil(8)], page);
        }
    }
    let bytes = (page.len() - size_of::<u32>()) as u32;
    page[..size_of::<u32>()].copy_from_slice(&bytes.to_le_bytes());
}

/// Appends the values as they are, or their numbers where they have some and that pays; `low` is what these count from.
fn append_integers<T: ArrowNativeType + Ord + Into<i64>>(
    values: &[T],
    low: Option<i64>,
    narrow: impl Fn(i64) -> T,
    statistics: impl FnOnce(Option<T>, Option<T>) -> Statistics,
    codes: &mut Codes,
    page: &mut Vec<u8>,
) -> Encoded {
    let Some(low) = low else {
        append_planes(values, page);
        let (low, high) = (values.iter().min().copied(), values.iter().max().copied());
        let encoding = Encoding::BYTE_STREAM_SPLIT;
        return Encoded { dictionary: None, encoding, statistics: statistics(low, high) };
    };
    let distinct: Vec<T> = codes.distinct.iter().map(|above| narrow(low + i64::from(*above))).collect();
    append_numbers(codes, page);
    Encoded {
        dictionary: Some((distinct.len() as u32, distinct.as_slice().to_byte_slice().to_vec())),
        encoding: Encoding::RLE_DICTIONARY,
        statistics: statistics(distinct.first().copied(), distinct.last().copied()),
    }
}

/// Appends the lowest byte of each value, then the next byte of each. Numbers of a wide range are mostly small: their upper
/// bytes become runs of zeros and their lowest nothing that is worth looking at, which to zstd is a quarter of the work
/// and a fifth fewer bytes than values as they are.
fn append_planes<T: Copy + Into<i64>>(values: &[T], page: &mut Vec<u8>) {
    let used = values.iter().fold(0, |used, value| used | (*value).into());
    for plane in 0..size_of::<T>() {
        let shift = 8 * plane;
        if used >> shift == 0 {
            page.resize(page.len() + values.len(), 0);
        } else {
            page.extend(values.iter().map(|value| ((*value).into() >> shift) as u8));
        }
    }
}

/// Whether a dictionary of so many distinct ones of `count` values pays: its numbers must take at most half as many bits as
/// the values, because packed bits hardly compress any further and whole bytes do.
fn pays<T>(count: usize) -> impl FnOnce(usize) -> bool {
    let bytes_of_value = size_of::<T>();
    move |distinct| {
        let width = usize::from(hybrid::width_of(distinct as u32));
        distinct == 1 || count * width / 8 + distinct * bytes_of_value < count * bytes_of_value / 2
    }
}

/// Appends the data of a dictionary-encoded page: the width, then the numbers.
fn append_numbers(codes: &Codes, page: &mut Vec<u8>) {
    let width = hybrid::width_of(codes.distinct.len().saturating_sub(1) as u32);
    page.push(width);
    if width == 0 {
        hybrid::append_run(0, codes.count, width, page);
    } else {
        hybrid::append(&codes.codes, width, page);
    }
}

fn append_coded<'a>(
    codes: &Codes,
    value: impl Fn(usize) -> &'a [u8],
    nulls: u64,
    page: &mut Vec<u8>,
) -> Encoded {
    let all = || codes.distinct.iter().map(|key| value(*key as usize));
    let owned = |bytes: Option<&[u8]>| bytes.map(|bytes| ByteArray::from(bytes.to_vec()));
    let statistics = Statistics::byte_array(owned(all().min()), owned(all().max()), None, Some(nulls), false);
    if codes.distinct.is_empty() {
        return Encoded { dictionary: None, encoding: Encoding::PLAIN, statistics };
    }
    let mut dictionary = Vec::new();
    for bytes in all() {
        dictionary.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        dictionary.extend_from_slice(bytes);
    }
    append_numbers(codes, page);
    Encoded {
        dictionary: Some((codes.distinct.len() as u32, dictionary)),
        encoding: Encoding::RLE_DICTIONARY,
        statistics,
    }
}

/// Appends truths (1 or 0), a bit each.
fn append_truths(truths: &[i32], nulls: u64, page: &mut Vec<u8>) -> Encoded {
    let packed = |eight: &[i32]| eight.iter().rev().fold(0u8, |bits, truth| bits << 1 | *truth as u8);
    page.extend(truths.chunks(8).map(packed));
    let bound = |truth: Option<&i32>| truth.map(|truth| *truth == 1);
    let (low, high) = (bound(truths.iter().min()), bound(truths.iter().max()));
    let statistics = Statistics::boolean(low, high, None, Some(nulls), false);
    Encoded { dictionary: None, encoding: Encoding::PLAIN, statistics }
}
