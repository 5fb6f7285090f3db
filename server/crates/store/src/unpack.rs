//! An object's bytes into text: gzip and zstd by their magic bytes, anything else that looks like text as it is.
//! Knows no lines and no records; all it promises of the text is its length limit.

mod packing;

use std::io::{BufRead, ErrorKind, Read};

use flate2::bufread::{GzDecoder, MultiGzDecoder};
use libdeflater::{Decompressor, crc32};
use memchr::memmem;
use zstd::stream::read::Decoder as ZstdDecoder;

pub use packing::Packing;

/// Header and trailer of a gzip member without a body (RFC 1952).
const GZIP_FRAME_BYTES: usize = 18;
/// The flag, in the fourth byte of a member, of a checksum over its header (RFC 1952, 2.3.1).
const GZIP_HEADER_CHECKSUM: u8 = 1 << 1;
/// CRC-32 and length modulo 2^32, both little endian, at the end of each member (RFC 1952).
const GZIP_TRAILER_BYTES: usize = 8;
/// Deflate cannot pack denser than 1032 to 1, so a claimed length beyond that is a lie.
const MAX_DEFLATE_RATIO: usize = 1_032;
/// Text handed on at a time while streaming: some 2000 records, and small enough to stay in the L2 cache.
const CHUNK_BYTES: usize = 256 << 10;
/// Up to here an object is unpacked in one go, which spares the window copies of streaming; each reader keeps one
/// such buffer.
const WHOLE_TEXT_BYTES: usize = 64 << 20;
/// A full 75 MB object unpacks to under 1 GB; four times that is a bomb.
const MAX_TEXT_BYTES: u64 = 4 << 30;

/// Parquet is read from its end and so held whole, for which AWS's 75 MB are the measure.
const MAX_PARQUET_BYTES: u64 = 512 << 20;

/// The largest window a zstd frame may ask for, as a power of two: 128 MiB, which is what every zstd unpacks unless it
/// is told otherwise.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How much one object may unpack to.
#[derive(Clone, Copy, Debug)]
pub struct UnpackLimits {
    /// More text than this is [`UnpackError::TooLarge`].
    pub max_text_bytes: u64,
    /// Objects whose text fits are unpacked at once, larger ones in chunks.
    pub whole_text_bytes: usize,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        UnpackLimits { max_text_bytes: MAX_TEXT_BYTES, whole_text_bytes: WHOLE_TEXT_BYTES }
    }
}

/// Why an object's bytes are not text.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The object has no bytes at all.
    #[error("object is empty")]
    Empty,
    /// The object ends within a gzip member or zstd frame: it was cut while it was written or copied.
    #[error("{packing} ends too early, after {text_bytes} bytes of text")]
    Truncated {
        /// How it is packed.
        packing: Packing,
        /// The text before the cut, bytes.
        text_bytes: u64,
    },
    /// The compressed data contradicts itself or its checksum.
    #[error("{packing} is damaged after {text_bytes} bytes of text")]
    Damaged {
        /// How it is packed.
        packing: Packing,
        /// The text before the damage, bytes.
        text_bytes: u64,
        /// What the decompressor found.
        #[source]
        source: std::io::Error,
    },
    /// After the compressed data follows something that is neither more of it nor padding.
    #[error("{trailing_bytes} bytes after the end of the {packing} data are not {packing}")]
    TrailingGarbage {
        /// How it is packed.
        packing: Packing,
        /// How much of it there is.
        trailing_bytes: usize,
    },
    /// The text is longer than the limit; perhaps a bomb.
    #[error("object unpacks to more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The object is Parquet, packed once more as a whole: [`Unpacker::whole`] gives its bytes.
    #[error("Parquet packed by {packing}; unpack it first")]
    PackedParquet {
        /// How it is packed.
        packing: Packing,
    },
    /// The object, or what is packed in it, is something else than gzip, zstd or text.
    #[error("expected gzip, zstd or text but found {found}")]
    NotText {
        /// What it looks like.
        found: &'static str,
    },
}

/// Unpacks objects one after the other, reusing its buffers; keep one per reader.
pub struct Unpacker {
    limits: UnpackLimits,
    whole: Decompressor,
    text: Vec<u8>,
}

impl Unpacker {
    /// An unpacker; buffers are allocated when first needed.
    pub fn new(limits: UnpackLimits) -> Self {
        Unpacker { limits, whole: Decompressor::new(), text: Vec::new() }
    }

    /// Hands the text of one object to `sink`, in order, in slices of any length, and returns its length in bytes.
    ///
    /// # Errors
    /// See [`UnpackError`]. The sink may have been given text before the error showed; it is for the caller to drop
    /// what it made of it.
    pub fn unpack(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<u64, UnpackError> {
        if bytes.is_empty() {
            return Err(UnpackError::Empty);
        }
        if let Some(packing) = Packing::of(bytes) {
            if packing == Packing::Gzip
                && let Some(text) = self.unpack_whole(bytes)
            {
                check_beginning(packing, text)?;
                sink(text);
                return Ok(text.len() as u64);
            }
            return self.stream(packing, bytes, sink);
        }
        if let Some(found) = packing::foreign_format(bytes) {
            return Err(UnpackError::NotText { found });
        }
        let text_bytes = self.admit(0, bytes.len())?;
        sink(bytes);
        Ok(text_bytes)
    }

    /// The unpacked bytes of an object that is [`UnpackError::PackedParquet`].
    ///
    /// # Errors
    /// See [`UnpackError`].
    pub fn whole(&mut self, bytes: &[u8]) -> Result<Vec<u8>, UnpackError> {
        let (mut whole, packed) = (Vec::new(), Packing::of(bytes));
        let limit = self.limits.max_text_bytes.min(MAX_PARQUET_BYTES);
        let unpacked: Box<dyn Read> = match packed {
            Some(Packing::Gzip) => Box::new(MultiGzDecoder::new(bytes)),
            Some(Packing::Zstd) => {
                Box::new(ZstdDecoder::with_buffer(bytes).map_err(|e| fault(Packing::Zstd, 0, e))?)
            }
            None => Box::new(bytes),
        };
        let packing = packed.unwrap_or(Packing::Gzip);
        unpacked.take(limit + 1).read_to_end(&mut whole).map_err(|error| fault(packing, 0, error))?;
        if whole.len() as u64 > limit { Err(UnpackError::TooLarge { limit }) } else { Ok(whole) }
    }

    /// The text of an object that is one well-formed gzip member of moderate size, which is what AWS writes; `None`
    /// for everything else, faults included, because streaming tells them apart.
    ///
    /// The last four bytes of such an object are the length of its text, so the buffer is right at the first try.
    fn unpack_whole(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        // libdeflate passes over the checksum of a header, which streaming verifies.
        if bytes.get(3)? & GZIP_HEADER_CHECKSUM != 0 {
            return None;
        }
        let claimed = bytes.get(bytes.len().checked_sub(4)?..)?;
        let length = usize::try_from(u32::from_le_bytes(claimed.try_into().ok()?)).ok()?;
        let plausible = bytes.len() >= GZIP_FRAME_BYTES && length / MAX_DEFLATE_RATIO <= bytes.len();
        if !plausible || length > self.limits.whole_text_bytes || length as u64 > self.limits.max_text_bytes {
            return None;
        }
        if self.text.len() < length {
            self.text.resize(length, 0);
        }
        let room = self.text.get_mut(..length)?;
        let written = self.whole.gzip_decompress(bytes, room).ok()?;
        (written == length && is_only_member(bytes, room)).then_some(&*room)
    }

    /// The same for an object that comes in parts; its first eight bytes must come at once.
    ///
    /// # Errors
    /// The same; where reading the parts fails, the object is said to be damaged.
    pub fn unpack_parts(
        &mut self,
        parts: &mut dyn BufRead,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<u64, UnpackError> {
        let damaged = |error| fault(Packing::Gzip, 0, error);
        let beginning = parts.fill_buf().map_err(damaged)?;
        if beginning.is_empty() {
            return Err(UnpackError::Empty);
        }
        if let Some(packing) = Packing::of(beginning) {
            return self.stream(packing, parts, sink);
        }
        if let Some(found) = packing::foreign_format(beginning) {
            return Err(UnpackError::NotText { found });
        }
        let mut text_bytes = 0;
        loop {
            let text = parts.fill_buf().map_err(damaged)?;
            let length = text.len();
            if length == 0 {
                return Ok(text_bytes);
            }
            text_bytes = self.admit(text_bytes, length)?;
            sink(text);
            parts.consume(length);
        }
    }

    /// Member after member (zstd calls them frames), chunk after chunk.
    fn stream<R: BufRead>(
        &mut self,
        packing: Packing,
        bytes: R,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<u64, UnpackError> {
        let (mut rest, mut text_bytes) = (bytes, 0);
        let fault = |text_bytes, error| fault(packing, text_bytes, error);
        while Packing::of(rest.fill_buf().map_err(|error| fault(text_bytes, error))?) == Some(packing) {
            (rest, text_bytes) = match packing {
                Packing::Gzip => {
                    let mut member = GzDecoder::new(rest);
                    let text_bytes = self.drain(packing, &mut member, text_bytes, sink, fault)?;
                    (member.into_inner(), text_bytes)
                }
                Packing::Zstd => {
                    let mut frame = zstd_frame(rest).map_err(|error| fault(text_bytes, error))?;
                    let text_bytes = self.drain(packing, &mut frame, text_bytes, sink, fault)?;
                    (frame.finish(), text_bytes)
                }
            };
        }
        let (mut trailing_bytes, mut is_padding) = (0, true);
        loop {
            let trailing = rest.fill_buf().map_err(|error| fault(text_bytes, error))?;
            if trailing_bytes == 0 && packing.may_begin(trailing) {
                return Err(UnpackError::Truncated { packing, text_bytes });
            }
            let length = trailing.len();
            if length == 0 {
                break;
            }
            // Tapes and block devices pad with zeros; gzip itself ignores them.
            is_padding &= trailing.iter().all(|&byte| byte == 0);
            trailing_bytes += length;
            rest.consume(length);
        }
        let garbage = UnpackError::TrailingGarbage { packing, trailing_bytes };
        if is_padding { Ok(text_bytes) } else { Err(garbage) }
    }

    /// Hands on the text of one member, after `text_bytes` of those before it; returns the sum.
    fn drain(
        &mut self,
        packing: Packing,
        member: &mut dyn Read,
        mut text_bytes: u64,
        sink: &mut dyn FnMut(&[u8]),
        fault: impl Fn(u64, std::io::Error) -> UnpackError,
    ) -> Result<u64, UnpackError> {
        if self.text.len() < CHUNK_BYTES {
            self.text.resize(CHUNK_BYTES, 0);
        }
        loop {
            let room = self.text.get_mut(..CHUNK_BYTES).unwrap_or_default();
            let read = member.read(room).map_err(|error| fault(text_bytes, error))?;
            if read == 0 {
                return Ok(text_bytes);
            }
            let text = self.text.get(..read).unwrap_or_default();
            if text_bytes == 0 {
                check_beginning(packing, text)?;
            }
            text_bytes = self.admit(text_bytes, read)?;
            sink(self.text.get(..read).unwrap_or_default());
        }
    }

    fn admit(&self, text_bytes: u64, more: usize) -> Result<u64, UnpackError> {
        let limit = self.limits.max_text_bytes;
        let total = text_bytes.saturating_add(more as u64);
        if total > limit { Err(UnpackError::TooLarge { limit }) } else { Ok(total) }
    }
}

/// Refuses text that is none by its first bytes.
fn check_beginning(packing: Packing, text: &[u8]) -> Result<(), UnpackError> {
    match packing::format_of(text) {
        None => Ok(()),
        Some(packing::PARQUET) => Err(UnpackError::PackedParquet { packing }),
        Some(found) => Err(UnpackError::NotText { found: packing::packed(found) }),
    }
}

/// Whether the member that holds `text` ends where the object ends.
///
/// libdeflate does not say how much it consumed, but the trailer of the member follows from its text: checksum and
/// length. Where the length alone occurs but once, at the very end, the member ends there, and the checksum need not be
/// taken a second time. Else it is: where both occur but once, at the very end, the member ends there; any earlier
/// occurrence is left to streaming.
fn is_only_member(bytes: &[u8], text: &[u8]) -> bool {
    // The length is kept modulo 2^32 by definition.
    let length = (text.len() as u32).to_le_bytes();
    if memmem::find(bytes, &length) == bytes.len().checked_sub(length.len()) {
        return true;
    }
    let mut trailer = [0; GZIP_TRAILER_BYTES];
    let (crc, rest) = trailer.split_at_mut(4);
    crc.copy_from_slice(&crc32(text).to_le_bytes());
    rest.copy_from_slice(&length);
    memmem::find(bytes, &trailer) == bytes.len().checked_sub(GZIP_TRAILER_BYTES)
}

/// The zstd frame at the beginning of these bytes.
fn zstd_frame<R: BufRead>(bytes: R) -> std::io::Result<ZstdDecoder<'static, R>> {
    let mut frame = ZstdDecoder::with_buffer(bytes)?.single_frame();
    frame.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(frame)
}

fn fault(packing: Packing, text_bytes: u64, source: std::io::Error) -> UnpackError {
    if source.kind() == ErrorKind::UnexpectedEof {
        UnpackError::Truncated { packing, text_bytes }
    } else {
        UnpackError::Damaged { packing, text_bytes, source }
    }
}

#[cfg(test)]
mod tests;
