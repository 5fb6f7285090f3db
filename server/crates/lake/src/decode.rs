//! Objects' bytes to Arrow batches: unpacked and decoded.

use crate::columns::to_arrow;
use crate::enrich::Origin;
use crate::error::LakeError;
use crate::parquet_lines::{self, ParquetFault};
use crate::pump::Content;
use arrow::array::RecordBatch;
use flowlog::{Decoder, Fields, Format, Limits, Tally, Want};
use std::io::BufRead;
use store::unpack::{UnpackError, UnpackLimits, Unpacker};
use store::{ObjectMeta, Parts, StoreError, keys};

/// Text given to the decoder at once. A question asked of objects adds up after each: columns that are still in the cache
/// are added up in two thirds of the time.
const SLICE_BYTES: usize = 256 << 10;

/// Why an object cannot be read; told to the person, so it names a cure where there is one.
#[derive(Debug, thiserror::Error)]
pub enum ObjectFault {
    /// It has no bytes.
    #[error("the object is empty (0 bytes)")]
    Empty,
    /// Its source failed before its end: the object is not to blame.
    #[error(transparent)]
    Source(#[from] StoreError),
    /// It is Parquet, and cannot be read.
    #[error(transparent)]
    Parquet(#[from] ParquetFault),
    /// It cannot be decompressed.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// It holds lines, none of which is a record.
    #[error("{} a flow log record; {first}", if *lines == 1 { "its only line is not".to_owned() } else { format!("none of its {lines} lines is") })]
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
        content: Content,
        most: usize,
        sink: &mut Sink<'_>,
    ) -> Result<Result<Tally, ObjectFault>, LakeError> {
        self.fields.clear();
        let (decoder, fields) = (&mut self.decoder, &mut self.fields);
        let mut begin = decoder.rows();
        let mut failed = None;
        let mut take = |text: &[u8]| {
            for slice in text.chunks(SLICE_BYTES) {
                decoder.push(slice);
                if decoder.rows() - begin >= most {
                    begin = 0;
                    note_fields(decoder, fields);
                    let rows = decoder.take();
                    // After a failure they are dropped: the rest is read only to be left.
                    if failed.is_none() {
                        failed = to_arrow(rows).and_then(|batch| sink(fields, batch)).err();
                    }
                }
            }
        };
        let mut lines = Lines { unpacker: &mut self.unpacker, wanted: &self.wanted, parquet: false };
        let unpacked = lines.of(content, &mut take);
        let is_parquet = lines.parquet;
        decoder.finish();
        note_fields(decoder, fields);
        let mut tally = decoder.take_tally();
        if is_parquet {
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

/// The lines of an object.
struct Lines<'a> {
    unpacker: &'a mut Unpacker,
    wanted: &'a Fields,
    /// Whether the object turned out to be Parquet.
    parquet: bool,
}

impl Lines<'_> {
    fn of(&mut self, content: Content, take: &mut dyn FnMut(&[u8])) -> Result<(), ObjectFault> {
        match content {
            Content::Whole(bytes) if bytes.is_empty() => Err(ObjectFault::Empty),
            Content::Whole(bytes) if parquet_lines::is_parquet(&bytes) => {
                self.parquet = true;
                Ok(parquet_lines::lines(bytes, self.wanted, take)?)
            }
            Content::Whole(bytes) => match self.unpacker.unpack(&bytes, take) {
                Err(UnpackError::PackedParquet { .. }) => {
                    self.parquet = true;
                    Ok(parquet_lines::lines(self.unpacker.whole(&bytes)?.into(), self.wanted, take)?)
                }
                unpacked => Ok(unpacked.map(|_| ())?),
            },
            Content::Parts(mut parts) => {
                let read = self.of_parts(&mut parts, take);
                match parts.take_error() {
                    Some(error) => Err(error.into()),
                    None => read,
                }
            }
        }
    }

    fn of_parts(&mut self, parts: &mut Parts, take: &mut dyn FnMut(&[u8])) -> Result<(), ObjectFault> {
        let is_parquet = parts.fill_buf().is_ok_and(parquet_lines::is_parquet);
        // Parquet is read from its end: it must be there as a whole.
        match is_parquet.then(|| parts.rest()) {
            Some(Ok(bytes)) => self.of(Content::Whole(bytes), take),
            Some(Err(_)) => Ok(()),
            None => Ok(self.unpacker.unpack_parts(parts, take).map(|_| ())?),
        }
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
