//! Records as the files of a commit: judged, sorted, summed and encoded.

use crate::Shared;
use crate::addresses::packets_differ;
use crate::chunk::ChunkWriter;
use crate::enrich::Added;
use crate::error::LakeError;
use crate::files::{self, Encoded};
use crate::judge::judged;
use crate::tables::{Gap, parts};
use arrow::array::RecordBatch;

/// Makes files; keeps its buffers.
pub struct Encoder {
    chunks: ChunkWriter,
}

impl Encoder {
    /// An encoder.
    pub fn new(shared: &Shared) -> Result<Self, LakeError> {
        let compressor = |source| LakeError::Parquet { path: shared.root.clone(), source };
        Ok(Encoder { chunks: ChunkWriter::new().map_err(compressor)? })
    }

    /// Encodes the tables of records. `sink` takes each file when it is made, so that few are held at once.
    pub fn encode(
        &mut self,
        shared: &Shared,
        source: &str,
        records: RecordBatch,
        gaps: &[Gap],
        sink: &mut dyn FnMut(Encoded) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        let (name, differ) = (files::commit_name(), packets_differ(&records));
        let records = judged(records, &shared.knowledge, Added::All)?;
        parts(records, gaps, &mut |part| {
            let mut file = files::encode(source, &name, &part, &mut self.chunks)?;
            file.entry.packets_differ = differ;
            sink(file)
        })
    }
}
