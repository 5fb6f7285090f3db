//! One object's bytes to Arrow batches: unpacked, decoded and enriched.

use crate::columns::to_arrow;
use crate::enrich::{Added, Origin, enrich};
use crate::error::LakeError;
use crate::parquet_lines::{self, ParquetFault};
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use flowlog::{Decoder, Fields, Limits, Tally, Want};
use store::ObjectMeta;
use store::keys;
use store::unpack::{UnpackError, UnpackLimits, Unpacker};

/// Text given to the decoder at once, and closed as a batch: its columns stay in the cache until they are added up,
/// where one batch per object took a third longer.
const SLICE_BYTES: usize = 1 << 20;

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
            Origin { account: Some(parts.account), region: Some(parts.region), stamp: parts.stamp }
        }
        None => Origin { stamp: meta.modified, ..Origin::default() },
    }
}

/// Reads objects one after the other, keeping its buffers.
pub struct ObjectDecoder {
    unpacker: Unpacker,
    decoder: Decoder,
    wanted: Fields,
    fields: Vec<String>,
}

impl ObjectDecoder {
    /// A decoder of the wanted fields.
    pub fn new(want: Want) -> Self {
        ObjectDecoder {
            unpacker: Unpacker::new(UnpackLimits::default()),
            wanted: want.fields.clone(),
            decoder: Decoder::new(want, Limits::default()),
            fields: Vec::new(),
        }
    }

    /// The fields of the object decoded last, AWS's names in the order of the line.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Decodes an object, giving every batch to `sink`. On a fault some batches may have been given already.
    pub fn decode(
        &mut self,
        meta: &ObjectMeta,
        bytes: &Bytes,
        added: Added<'_>,
        sink: &mut dyn FnMut(RecordBatch) -> Result<(), LakeError>,
    ) -> Result<Result<Tally, ObjectFault>, LakeError> {
        self.fields.clear();
        if bytes.is_empty() {
            return Ok(Err(ObjectFault::Empty));
        }
        let origin = origin_of(meta);
        let (decoder, fields) = (&mut self.decoder, &mut self.fields);
        let mut close = |decoder: &mut Decoder| -> Result<(), LakeError> {
            let batch = decoder.take();
            for name in batch.columns.iter().map(|column| column.field.as_str()) {
                if !fields.iter().any(|known| known == name) {
                    fields.push(name.to_owned());
                }
            }
            sink(enrich(to_arrow(batch)?, &origin, added)?)
        };
        let mut failed = None;
        let mut take = |text: &[u8]| {
            for slice in text.chunks(SLICE_BYTES) {
                decoder.push(slice);
                if decoder.rows() > 0 && failed.is_none() {
                    failed = close(decoder).err();
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
        if decoder.rows() > 0 && failed.is_none() && unpacked.is_ok() {
            failed = close(decoder).err();
        } else {
            drop(decoder.take());
        }
        let mut tally = decoder.take_tally();
        if parquet {
            parquet_lines::without_header(&mut tally);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        Ok(unpacked.and_then(|()| judged(tally)))
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
