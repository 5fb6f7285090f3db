//! Objects' bytes to Arrow batches: unpacked and decoded.

use crate::columns::to_arrow;
use crate::enrich::Origin;
use crate::error::LakeError;
use crate::parquet_lines::{self, ParquetFault};
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use flowlog::{Decoder, Fields, Format, Limits, Tally, Want};
use store::ObjectMeta;
use store::keys;
use store::unpack::{UnpackError, UnpackLimits, Unpacker};

/// Text given to the decoder at once. A question asked of objects adds up after each: columns that are still in the cache
/// are added up in two thirds of the time.
const SLICE_BYTES: usize = 256 << 10;

/// Why an object cannot be read; told to the person, so it names a cure where there is one.
#[derive(Debug, thiserror::Error)]
pub enum ObjectFault {
    /// It has no bytes.
    #[error("the object is empty (0 bytes)")]
    Empty,
    /// It is Parquet, and cannot be read.
    #[error(transparent)]
    Parquet(#[from] ParquetFault),
    /// It cannot be decompressed.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// It holds lines, none of which is a record.
    #[error("none of its {lines} lines is a flow log record; {first}")]
    NoRecords {
        /// Lines set aside.
        lines: u64,
        /// The first reason.
        first: String,
    },
}

/// What an object's key and listing say of its records.
pub fn origin_of(meta: &ObjectMeta) -> Origin {
    match keys::parse(&meta.key) {
        Some(parts) => {
            let [account, region, flow_log] = [parts.account, parts.region, parts.flow_log_id].map(Some);
            Origin { account, region, flow_log, stamp: parts.stamp }
        }
        None => Origin { stamp: meta.modified, ..Origin::default() },
    }
}

/// What takes columns in the middle of an object: their fields' names as AWS writes them, and the columns.
type Sink<'a> = dyn FnMut(&[String], RecordBatch) -> Result<(), LakeError> + 'a;

/// Reads objects one after the other into the same columns, keeping its buffers.
pub struct ObjectDecoder {
    unpacker: Unpacker,
    decoder: Decoder,
    wanted: Fields,
    fields: Vec<String>,
}

impl ObjectDecoder {
    /// A decoder of the wanted fields; `format` names those of lines without a header line above them.
    pub fn new(want: Want, format: Option<Format>) -> Self {
        let wanted = want.fields.clone();
        let decoder = Decoder::new(want, Limits::default());
        ObjectDecoder {
            unpacker: Unpacker::new(UnpackLimits::default()),
            wanted,
            decoder: match format {
                Some(format) => decoder.with_format(format),
                None => decoder,
            },
            fields: Vec::new(),
        }
    }

    /// The fields of the object decoded last, AWS's names in the order of the line.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Records decoded and not yet taken.
    pub fn rows(&self) -> usize {
        self.decoder.rows()
    }

    /// Moves the records out.
    pub fn take(&mut self) -> Result<RecordBatch, LakeError> {
        to_arrow(self.decoder.take())
    }

    /// Decodes an object behind those before it. When `most` of its own records wait, all that wait are given to
    /// `sink`; the rest is for [`Self::take`]. Of an object with a fault no record is left waiting, but some may have
    /// been given already.
    pub fn decode(
        &mut self,
        meta: &ObjectMeta,
        bytes: &Bytes,
        most: usize,
        sink: &mut Sink<'_>,
    ) -> Result<Result<Tally, ObjectFault>, LakeError> {
        self.fields.clear();
        if bytes.is_empty() {
            return Ok(Err(ObjectFault::Empty));
        }
        let (decoder, fields) = (&mut self.decoder, &mut self.fields);
        let mut begin = decoder.rows();
        let mut failed = None;
        let mut take = |text: &[u8]| {
            for slice in text.chunks(SLICE_BYTES) {
                decoder.push(slice);
                if decoder.rows() - begin >= most && failed.is_none() {
                    begin = 0;
                    note_fields(decoder, fields);
                    failed = to_arrow(decoder.take()).and_then(|batch| sink(fields, batch)).err();
                }
            }
        };
        let parquet = parquet_lines::is_parquet(bytes);
        let unpacked = if parquet {
            parquet_lines::lines(bytes.clone(), &self.wanted, &mut take).map_err(ObjectFault::from)
        } else {
            self.unpacker.unpack(&meta.key, bytes, &mut take).map(|_| ()).map_err(ObjectFault::from)
        };
        decoder.finish();
        note_fields(decoder, fields);
        let mut tally = decoder.take_tally();
        if parquet {
            parquet_lines::without_header(&mut tally);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        let decoded = unpacked.and_then(|()| judged(tally));
        if decoded.is_err() {
            decoder.truncate(begin);
        }
        Ok(decoded)
    }
}

/// Adds the fields of the layouts met since the last time.
fn note_fields(decoder: &mut Decoder, fields: &mut Vec<String>) {
    for name in decoder.take_layouts().iter().flat_map(|layout| &layout.fields) {
        if !fields.iter().any(|known| known == name.as_str()) {
            fields.push(name.as_str().to_owned());
        }
    }
}

/// An object in which nothing was a record is a fault of the object, not of its lines.
fn judged(tally: Tally) -> Result<Tally, ObjectFault> {
    if tally.set_aside > 0 && tally.records + tally.nodata + tally.skipdata == 0 {
        let first = tally.samples.first().map_or_else(String::new, |s| format!("line {}: {}", s.line, s.why));
        return Err(ObjectFault::NoRecords { lines: tally.set_aside, first });
    }
    Ok(tally)
}
