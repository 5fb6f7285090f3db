//! A large object as it comes: read part after part while those before it are unpacked, so that it is never held whole.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use tokio::sync::mpsc;

use crate::error::StoreError;
use crate::source::{ObjectMeta, Source};

/// Bytes asked for at once: S3 answers at full speed from a few megabytes on.
const PART_BYTES: u64 = 8 << 20;
/// Parts waiting to be unpacked, beside the one being unpacked and the one being read.
const WAITING: usize = 1;
/// So many bytes are seen at once, unless they are the last: enough to tell how they are packed.
const SIGHT_BYTES: usize = 8;

/// The bytes of an object, in order. Reading blocks, so it is for threads that may.
#[derive(Debug)]
pub struct Parts {
    coming: mpsc::Receiver<Result<Bytes, StoreError>>,
    here: Bytes,
    broken: Option<StoreError>,
}

impl Parts {
    /// Bytes of an object held at most at the same time.
    pub const HELD_BYTES: u64 = (WAITING as u64 + 2) * PART_BYTES;

    /// Begins to read a listed object. Ends by itself when this is dropped.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn of(source: &Arc<dyn Source>, object: &ObjectMeta) -> Self {
        Self::of_size(source, object, PART_BYTES)
    }

    fn of_size(source: &Arc<dyn Source>, object: &ObjectMeta, bytes: u64) -> Self {
        let (parts, coming) = mpsc::channel(WAITING);
        tokio::spawn(read(Arc::clone(source), object.clone(), bytes, parts));
        Parts { coming, here: Bytes::new(), broken: None }
    }

    /// Why reading ended early, if it did: what was made of the bytes is then no fault of theirs.
    pub fn take_error(&mut self) -> Option<StoreError> {
        self.broken.take()
    }

    /// All bytes that are left.
    ///
    /// # Errors
    /// When the source fails; [`Self::take_error`] tells how.
    pub fn rest(&mut self) -> io::Result<Bytes> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }
}

async fn read(
    source: Arc<dyn Source>,
    object: ObjectMeta,
    part_bytes: u64,
    parts: mpsc::Sender<Result<Bytes, StoreError>>,
) {
    let mut from = 0;
    while from < object.size {
        let to = object.size.min(from + part_bytes);
        let part = source.read_part(&object, from..to).await;
        let failed = part.is_err();
        // A closed channel means that nobody wants the rest.
        if parts.send(part).await.is_err() || failed {
            return;
        }
        from = to;
    }
}

impl BufRead for Parts {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.here.len() < SIGHT_BYTES {
            match self.coming.blocking_recv() {
                None => break,
                Some(Ok(part)) if self.here.is_empty() => self.here = part,
                Some(Ok(part)) => {
                    let mut joined = BytesMut::with_capacity(self.here.len() + part.len());
                    joined.extend_from_slice(&self.here);
                    joined.extend_from_slice(&part);
                    self.here = joined.freeze();
                }
                Some(Err(error)) => {
                    let told = io::Error::other(error.to_string());
                    self.broken = Some(error);
                    return Err(told);
                }
            }
        }
        Ok(&self.here)
    }

    fn consume(&mut self, amount: usize) {
        self.here.advance(amount);
    }
}

impl Read for Parts {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let here = self.fill_buf()?;
        let read = here.len().min(room.len());
        let (from, to) = (here.get(..read), room.get_mut(..read));
        if let (Some(from), Some(to)) = (from, to) {
            to.copy_from_slice(from);
        }
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use futures::TryStreamExt;

    use super::*;
    use crate::source::{Options, open};
    use crate::unpack::{UnpackError, UnpackLimits, Unpacker};

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// The text of a file that is read in parts of so many bytes; `meanwhile` runs before the first.
    async fn text_of(
        bytes: &[u8],
        part_bytes: u64,
        meanwhile: impl FnOnce(&std::path::Path),
    ) -> (Result<Vec<u8>, UnpackError>, Option<StoreError>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.log.gz");
        std::fs::write(&file, bytes).unwrap();
        let source = open(folder.path().to_str().unwrap(), &Options::default()).await.unwrap();
        let objects: Vec<_> = source.list(None).try_concat().await.unwrap();
        meanwhile(&file);
        let mut parts = Parts::of_size(&source, &objects[0], part_bytes);
        let unpacked = tokio::task::spawn_blocking(move || {
            let mut text = Vec::new();
            let mut unpacker = Unpacker::new(UnpackLimits::default());
            let length = unpacker.unpack_parts(&mut parts, &mut |part| text.extend_from_slice(part));
            (length.map(|length| text.get(..length as usize).unwrap().to_vec()), parts.take_error())
        });
        unpacked.await.unwrap()
    }

    #[tokio::test]
    async fn parts_of_any_size_unpack_as_the_whole_does() {
        let texts = ["2 eni-1 10.0.0.1\n", "", "2 eni-2 10.0.0.2\n"].map(|text| text.repeat(50));
        let packed: Vec<u8> = texts.iter().flat_map(|text| gzip(text.as_bytes())).collect();
        let zstd = zstd::encode_all(texts.concat().as_bytes(), 1).unwrap();
        for part_bytes in [1, 3, 7, 8, 9, 100, 1 << 20] {
            for bytes in [&packed[..], &zstd, texts.concat().as_bytes()] {
                let (text, error) = text_of(bytes, part_bytes, |_| ()).await;
                assert_eq!(text.unwrap(), texts.concat().as_bytes(), "in parts of {part_bytes}");
                assert!(error.is_none());
            }
            let (cut, _) = text_of(&packed[..packed.len() - 1], part_bytes, |_| ()).await;
            assert!(matches!(cut, Err(UnpackError::Truncated { .. })), "{cut:?}");
            let (garbage, _) = text_of(&[&packed[..], b"behind the end"].concat(), part_bytes, |_| ()).await;
            assert!(matches!(garbage, Err(UnpackError::TrailingGarbage { trailing_bytes: 14, .. })));
        }
    }

    #[tokio::test]
    async fn an_object_that_changes_between_its_parts_is_not_called_damaged() {
        let packed = gzip(&b"2 eni-1\n".repeat(50));
        let (text, error) = text_of(&packed, 9, |file| std::fs::write(file, b"another").unwrap()).await;
        assert!(text.is_err() && matches!(error, Some(StoreError::Changed { .. })), "{error:?}");
    }
}
