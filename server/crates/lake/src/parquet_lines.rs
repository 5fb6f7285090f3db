//! Parquet objects as the lines they stand for, so that one reader judges text and Parquet alike: what is a number, an
//! address or a time, what is set aside and why.
//!
//! AWS writes names with underscores, numbers as INT32 or INT64, missing numbers as null and missing texts as `-`; other
//! writers (pandas, Spark) write times as timestamps, numbers with a gap as floats and missing texts as words. Only
//! columns that are asked for are read.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html>

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit};
use arrow::error::ArrowError;
use bytes::Bytes;
use flowlog::{Fields, Tally};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

/// The first bytes of a Parquet file.
const MAGIC: &[u8; 4] = b"PAR1";
/// Rows turned into lines at once.
const BATCH_ROWS: usize = 8_192;
/// Most bytes the columns of an object may unpack to, as for text: AWS closes files at 75 MB, which is far less.
const MOST_BYTES: i64 = 8 << 30;
/// What writers other than AWS put in place of a missing text, in fields that cannot hold such a word.
const MISSING: [&str; 6] = ["", "None", "nan", "NaN", "<NA>", "null"];
/// The column that tells records from NODATA and SKIPDATA: always read.
const LOG_STATUS: &str = "log-status";
/// All whole floats below are 64-bit integers: 2^63.
const WHOLE_FLOATS: f64 = 9_223_372_036_854_775_808.0;
/// Longest name of a column that is read; the same bound as for a header line's names.
const NAME_BYTES: usize = 64;

/// Why an object is not Parquet of flow logs.
#[derive(Debug, thiserror::Error)]
pub enum ParquetFault {
    /// It cannot be read.
    #[error("the Parquet file is damaged: {0}")]
    Damaged(#[from] ParquetError),
    /// A row group cannot be read.
    #[error("the Parquet file is damaged: {0}")]
    Rows(#[from] ArrowError),
    /// It would fill the memory.
    #[error("its columns unpack to {bytes} bytes, more than the {MOST_BYTES} an object may have")]
    TooLarge {
        /// What the file says.
        bytes: i64,
    },
    /// It has other columns.
    #[error("none of its columns is a flow log field; the first are {names}")]
    OtherColumns {
        /// Some of its names.
        names: String,
    },
}

/// Whether these bytes are a Parquet file.
pub fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The columns of integers among those that AWS has not documented, so that a text reader cannot know what they are.
pub fn undocumented_numbers(bytes: &Bytes) -> Vec<String> {
    let Ok(file) = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()) else { return Vec::new() };
    let numbers = file.schema().fields().iter().filter(|field| field.data_type().is_integer());
    numbers.map(|field| field_name(field.name())).filter(|name| flowlog::field(name).is_none()).collect()
}

/// Gives `sink` a header line and one line for each row. The decoder must be told of the header: [`without_header`].
///
/// # Errors
/// See [`ParquetFault`]; some lines may have been given already.
pub fn lines(bytes: Bytes, fields: &Fields, sink: &mut dyn FnMut(&[u8])) -> Result<(), ParquetFault> {
    let file = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
    let size = file.metadata().row_groups().iter().map(|group| group.total_byte_size()).sum();
    if size > MOST_BYTES {
        return Err(ParquetFault::TooLarge { bytes: size });
    }
    let all: Vec<String> = file.schema().fields().iter().map(|field| field_name(field.name())).collect();
    if !all.iter().any(|name| flowlog::field(name).is_some()) {
        let names: Vec<&str> =
            file.schema().fields().iter().take(5).map(|field| field.name().as_str()).collect();
        return Err(ParquetFault::OtherColumns { names: names.join(", ") });
    }
    let wanted = |at: &usize| {
        let name = &all[*at];
        let asked = match fields {
            Fields::All => true,
            Fields::Only(names) => name == LOG_STATUS || names.iter().any(|n| n.replace('_', "-") == *name),
        };
        asked && could_be_field(name) && all[..*at].iter().all(|earlier| earlier != name)
    };
    let mut chosen: Vec<usize> = (0..all.len()).filter(wanted).collect();
    if chosen.is_empty() {
        // Rows are counted even where no column of theirs is asked for.
        chosen.extend((0..all.len()).find(|at| flowlog::field(&all[*at]).is_some()));
    }
    let forms: Vec<Form> = chosen.iter().map(|at| Form::of(&all[*at])).collect();
    // Spelled as a record format, which is taken for a header whatever the names are.
    let names: Vec<String> = chosen.iter().map(|at| format!("${{{}}}", all[*at])).collect();
    let mut page = format!("{}\n", names.join(" ")).into_bytes();
    let mask = ProjectionMask::roots(file.parquet_schema(), chosen);
    for batch in file.with_projection(mask).with_batch_size(BATCH_ROWS).build()? {
        append(&batch?, &forms, &mut page)?;
        sink(&page);
        page.clear();
    }
    // The header alone, where there are no rows.
    sink(&page);
    Ok(())
}

/// Takes the header line, which no Parquet file has, out of the account again: rows are lines.
pub fn without_header(tally: &mut Tally) {
    tally.lines = tally.lines.saturating_sub(tally.headers.min(1));
    tally.headers = tally.headers.saturating_sub(1);
    tally.samples.iter_mut().for_each(|sample| sample.line = sample.line.saturating_sub(1));
}

/// A column's name as AWS writes fields.
fn field_name(column: &str) -> String {
    column.trim().to_ascii_lowercase().replace(['_', ' ', '.'], "-")
}

/// What cannot be a field's name is left out; pandas' index columns begin with underscores.
fn could_be_field(name: &str) -> bool {
    name.len() <= NAME_BYTES
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What sort of field a column is, where that decides how its values are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A number of twelve digits, the first of which writers lose.
    Account,
    /// Whatever somebody typed, even `None`.
    AnyText,
    Other,
}

impl Form {
    fn of(name: &str) -> Form {
        if name.ends_with("account-id") {
            Form::Account
        } else if name.contains("-tag") || name.ends_with("-name") || flowlog::field(name).is_none() {
            Form::AnyText
        } else {
            Form::Other
        }
    }
}

/// A column in one of the forms a line is made of.
enum Cells {
    Numbers(Int64Array),
    /// Numbers with a gap are floats to pandas, and NaN is the gap.
    Floats(Float64Array),
    Texts(StringArray),
    /// A sort of value that no flow log has.
    Unreadable,
}

impl Cells {
    fn of(array: &ArrayRef) -> Result<Cells, ArrowError> {
        let numbers = |array: &ArrayRef| {
            cast(array, &DataType::Int64)
                .map(|array| Cells::Numbers(array.as_primitive::<Int64Type>().clone()))
        };
        match array.data_type() {
            DataType::Timestamp(..) => numbers(&cast(array, &DataType::Timestamp(TimeUnit::Second, None))?),
            DataType::Float16 | DataType::Float32 | DataType::Float64 => {
                let floats = cast(array, &DataType::Float64)?;
                Ok(Cells::Floats(floats.as_primitive::<Float64Type>().clone()))
            }
            // Beyond 2^63 they are written as they are, and found out of range like on a line.
            kind if (kind.is_integer() && *kind != DataType::UInt64) || *kind == DataType::Null => {
                numbers(array)
            }
            _ => Ok(match cast(array, &DataType::Utf8) {
                Ok(texts) => Cells::Texts(texts.as_string::<i32>().clone()),
                Err(_) => Cells::Unreadable,
            }),
        }
    }

    fn append(&self, row: usize, form: Form, line: &mut Vec<u8>) {
        let is_missing =
            |text: &str| text == "-" || form != Form::AnyText && MISSING.contains(&text) || text.is_empty();
        match self {
            Cells::Numbers(numbers) if numbers.is_valid(row) => append_number(numbers.value(row), form, line),
            Cells::Floats(floats) if floats.is_valid(row) && !floats.value(row).is_nan() => {
                append_float(floats.value(row), form, line);
            }
            Cells::Texts(texts) if texts.is_valid(row) && !is_missing(texts.value(row)) => {
                append_text(texts.value(row), line);
            }
            _ => line.push(b'-'),
        }
    }
}

fn append_number(number: i64, form: Form, line: &mut Vec<u8>) {
    let text = if form == Form::Account { format!("{number:012}") } else { number.to_string() };
    line.extend_from_slice(text.as_bytes());
}

/// A whole number as such; what is none is for the decoder to judge.
fn append_float(number: f64, form: Form, line: &mut Vec<u8>) {
    if number.fract() == 0.0 && number.abs() < WHOLE_FLOATS {
        append_number(number as i64, form, line);
    } else {
        line.extend_from_slice(number.to_string().as_bytes());
    }
}

fn append(batch: &RecordBatch, forms: &[Form], page: &mut Vec<u8>) -> Result<(), ArrowError> {
    let columns: Vec<Cells> = batch.columns().iter().map(Cells::of).collect::<Result<_, _>>()?;
    for row in 0..batch.num_rows() {
        for (at, (column, form)) in columns.iter().zip(forms).enumerate() {
            if at > 0 {
                page.push(b' ');
            }
            column.append(row, *form, page);
        }
        page.push(b'\n');
    }
    Ok(())
}

/// A text as it stands on a line: white space and control characters percent-encoded, as AWS does with tags.
fn append_text(text: &str, line: &mut Vec<u8>) {
    for byte in text.bytes() {
        if byte <= b' ' || byte == 0x7f {
            line.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            line.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use arrow::array::{
        DictionaryArray, Int32Array, LargeStringArray, TimestampNanosecondArray, UInt64Array,
    };
    use arrow::datatypes::Int32Type;
    use parquet::arrow::ArrowWriter;
    use std::sync::Arc;

    fn file(columns: Vec<(&str, ArrayRef)>) -> Bytes {
        let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true)));
        let batch = batch.unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap().into()
    }

    fn text(bytes: Bytes, fields: &Fields) -> Result<String, ParquetFault> {
        let mut all = Vec::new();
        lines(bytes, fields, &mut |page| all.extend_from_slice(page))?;
        Ok(String::from_utf8(all).unwrap())
    }

    fn as_aws_writes() -> Bytes {
        let action: DictionaryArray<Int32Type> = vec!["ACCEPT", "-"].into_iter().collect();
        file(vec![
            ("account_id", Arc::new(StringArray::from(vec!["001122334455", "unknown"]))),
            ("srcport", Arc::new(Int32Array::from(vec![Some(443), None]))),
            ("bytes", Arc::new(Int64Array::from(vec![Some(5_000_000_000), None]))),
            ("action", Arc::new(action)),
            ("log_status", Arc::new(StringArray::from(vec!["OK", "NODATA"]))),
        ])
    }

    #[test]
    fn rows_are_the_lines_aws_would_have_written() {
        assert_eq!(
            text(as_aws_writes(), &Fields::All).unwrap(),
            "${account-id} ${srcport} ${bytes} ${action} ${log-status}\n\
             001122334455 443 5000000000 ACCEPT OK\nunknown - - - NODATA\n"
        );
    }

    #[test]
    fn only_what_is_asked_for_is_read_and_the_status() {
        let fields = Fields::Only(vec!["bytes".to_owned(), "dstport".to_owned()]);
        assert_eq!(
            text(as_aws_writes(), &fields).unwrap(),
            "${bytes} ${log-status}\n5000000000 OK\n- NODATA\n"
        );
    }

    #[test]
    fn what_pandas_makes_of_a_log_means_the_same() {
        let nanos = vec![Some(1_763_600_000_000_000_000), None];
        let pandas = file(vec![
            ("Version", Arc::new(Float64Array::from(vec![2.0, f64::NAN]))),
            ("start", Arc::new(TimestampNanosecondArray::from(nanos))),
            ("vpc_id", Arc::new(LargeStringArray::from(vec!["None", "my vpc"]))),
            ("__index_level_0__", Arc::new(Int64Array::from(vec![0, 1]))),
        ]);
        assert_eq!(
            text(pandas, &Fields::All).unwrap(),
            "${version} ${start} ${vpc-id}\n2 1763600000 -\n- - my%20vpc\n"
        );
    }

    #[test]
    fn no_value_is_lost_or_made_up() {
        let odd = file(vec![
            ("instance_tag", Arc::new(StringArray::from(vec![Some("None"), Some("null"), None]))),
            ("bytes", Arc::new(UInt64Array::from(vec![Some(1 << 63), Some(5), None]))),
            ("packets", Arc::new(Float64Array::from(vec![Some(1e20), Some(1.5), Some(2.0)]))),
            ("start", Arc::new(Float64Array::from(vec![f64::INFINITY, f64::NAN, 3.0]))),
            ("account_id", Arc::new(Int64Array::from(vec![Some(12), Some(123_456_789_012), None]))),
        ]);
        assert_eq!(
            text(odd, &Fields::All).unwrap(),
            "${instance-tag} ${bytes} ${packets} ${start} ${account-id}\n\
             None 9223372036854775808 100000000000000000000 inf 000000000012\n\
             null 5 1.5 - 123456789012\n- - 2 3 -\n"
        );
    }

    #[test]
    fn other_tables_and_broken_files_are_refused() {
        let other = file(vec![("price", Arc::new(Int64Array::from(vec![1])))]);
        let fault = text(other, &Fields::All).unwrap_err().to_string();
        assert!(fault.contains("price"), "{fault}");
        let cut = as_aws_writes().slice(..200);
        assert!(is_parquet(&cut));
        assert!(matches!(text(cut, &Fields::All), Err(ParquetFault::Damaged(_))));
    }
}
