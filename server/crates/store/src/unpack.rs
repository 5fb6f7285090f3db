//! An object's bytes into text: gzip by its magic bytes, anything else that looks like text as it is.
//! Knows no lines and no records; all it promises of the text is its length limit.

use std::io::{ErrorKind, Read};

use flate2::bufread::GzDecoder;
use libdeflater::{Decompressor, crc32};
use memchr::memmem;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const PARQUET: [u8; 4] = *b"PAR1";
/// Header and trailer of a gzip member without a body (RFC 1952).
const GZIP_FRAME_BYTES: usize = 18;
/// CRC-32 and length modulo 2^32, both little endian, at the end of each member (RFC 1952).
const GZIP_TRAILER_BYTES: usize = 8;
/// Deflate cannot pack denser than 1032 to 1, so a claimed length beyond that is a lie.
const MAX_DEFLATE_RATIO: usize = 1_032;
/// Text handed on at a time while streaming: some 2000 records, and small enough to stay in the L2 cache.
const CHUNK_BYTES: usize = 256 << 10;
/// So many bytes without a NUL are taken for text; binary formats show one at once.
const SNIFFED_BYTES: usize = 1_024;
/// Up to here an object is unpacked in one go, which spares the window copies of streaming; each reader keeps one
/// such buffer.
const WHOLE_TEXT_BYTES: usize = 64 << 20;
/// A full 75 MB object unpacks to under 1 GB; four times that is a bomb.
const MAX_TEXT_BYTES: u64 = 4 << 30;

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
    #[error("object is empty: {object}")]
    Empty {
        /// The object's key.
        object: String,
    },
    /// The object ends within a gzip member: it was cut while it was written or copied.
    #[error("gzip ends too early, after {text_bytes} bytes of text: {object}")]
    Truncated {
        /// The object's key.
        object: String,
        /// The text before the cut, bytes.
        text_bytes: u64,
    },
    /// The compressed data contradicts itself or its checksum.
    #[error("gzip is damaged after {text_bytes} bytes of text: {object}")]
    Damaged {
        /// The object's key.
        object: String,
        /// The text before the damage, bytes.
        text_bytes: u64,
        /// What the decompressor found.
        #[source]
        source: std::io::Error,
    },
    /// After the gzip data follows something that is neither gzip nor padding.
    #[error("{trailing_bytes} bytes after the end of the gzip data are not gzip: {object}")]
    TrailingGarbage {
        /// The object's key.
        object: String,
        /// How much of it there is.
        trailing_bytes: usize,
    },
    /// The text is longer than the limit; perhaps a gzip bomb.
    #[error("object unpacks to more than {limit} bytes: {object}")]
    TooLarge {
        /// The object's key.
        object: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The object is something else than gzip or text.
    #[error("expected gzip or text but found {found}: {object}")]
    NotText {
        /// The object's key.
        object: String,
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
    /// `object` is only for the error.
    ///
    /// # Errors
    /// See [`UnpackError`]. The sink may have been given text before the error showed; it is for the caller to drop
    /// what it made of it.
    pub fn unpack(
        &mut self,
        object: &str,
        bytes: &[u8],
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<u64, UnpackError> {
        if bytes.is_empty() {
            return Err(UnpackError::Empty { object: object.into() });
        }
        if bytes.starts_with(&GZIP) {
            if let Some(text) = self.unpack_whole(bytes) {
                sink(text);
                return Ok(text.len() as u64);
            }
            return self.stream(object, bytes, sink);
        }
        if let Some(found) = foreign_format(bytes) {
            return Err(UnpackError::NotText { object: object.into(), found });
        }
        let text_bytes = self.admit(object, 0, bytes.len())?;
        sink(bytes);
        Ok(text_bytes)
    }

    /// The text of an object that is one well-formed gzip member of moderate size, which is what AWS writes; `None`
    /// for everything else, faults included, because streaming tells them apart.
    ///
    /// The last four bytes of such an object are the length of its text, so the buffer is right at the first try.
    fn unpack_whole(&mut self, bytes: &[u8]) -> Option<&[u8]> {
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

    /// Member after member, chunk after chunk.
    fn stream(
        &mut self,
        object: &str,
        bytes: &[u8],
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<u64, UnpackError> {
        if self.text.len() < CHUNK_BYTES {
            self.text.resize(CHUNK_BYTES, 0);
        }
        let mut rest = bytes;
        let mut text_bytes = 0;
        while rest.starts_with(&GZIP) {
            let mut member = GzDecoder::new(rest);
            loop {
                let room = self.text.get_mut(..CHUNK_BYTES).unwrap_or_default();
                let read = member.read(room).map_err(|error| fault(object, text_bytes, error))?;
                if read == 0 {
                    break;
                }
                text_bytes = self.admit(object, text_bytes, read)?;
                sink(self.text.get(..read).unwrap_or_default());
            }
            rest = member.into_inner();
        }
        match rest {
            [0x1f] => Err(UnpackError::Truncated { object: object.into(), text_bytes }),
            // Tapes and block devices pad with zeros; gzip itself ignores them.
            padding if padding.iter().all(|&byte| byte == 0) => Ok(text_bytes),
            garbage => {
                Err(UnpackError::TrailingGarbage { object: object.into(), trailing_bytes: garbage.len() })
            }
        }
    }

    fn admit(&self, object: &str, text_bytes: u64, more: usize) -> Result<u64, UnpackError> {
        let limit = self.limits.max_text_bytes;
        let total = text_bytes.saturating_add(more as u64);
        if total > limit { Err(UnpackError::TooLarge { object: object.into(), limit }) } else { Ok(total) }
    }
}

/// Whether the member that holds `text` ends where the object ends.
///
/// libdeflate does not say how much it consumed, but the trailer of the member follows from its text. Where those
/// eight bytes occur but once, at the very end, the member ends there; any earlier occurrence is left to streaming.
fn is_only_member(bytes: &[u8], text: &[u8]) -> bool {
    let mut trailer = [0; GZIP_TRAILER_BYTES];
    let (crc, length) = trailer.split_at_mut(4);
    crc.copy_from_slice(&crc32(text).to_le_bytes());
    // The length is kept modulo 2^32 by definition.
    length.copy_from_slice(&(text.len() as u32).to_le_bytes());
    memmem::find(bytes, &trailer) == bytes.len().checked_sub(GZIP_TRAILER_BYTES)
}

fn fault(object: &str, text_bytes: u64, source: std::io::Error) -> UnpackError {
    let object = object.into();
    if source.kind() == ErrorKind::UnexpectedEof {
        UnpackError::Truncated { object, text_bytes }
    } else {
        UnpackError::Damaged { object, text_bytes, source }
    }
}

/// What the bytes are when they are neither gzip nor text.
fn foreign_format(bytes: &[u8]) -> Option<&'static str> {
    let sniffed = bytes.get(..SNIFFED_BYTES).unwrap_or(bytes);
    if bytes.starts_with(&ZSTD) {
        Some("zstd")
    } else if bytes.starts_with(&PARQUET) {
        Some("Parquet")
    } else {
        sniffed.contains(&0).then_some("binary data")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const WHOLE: UnpackLimits = UnpackLimits { max_text_bytes: 1 << 20, whole_text_bytes: 1 << 20 };
    const STREAMED: UnpackLimits = UnpackLimits { max_text_bytes: 1 << 20, whole_text_bytes: 0 };

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(limits: UnpackLimits, bytes: &[u8]) -> Result<Vec<u8>, UnpackError> {
        let mut text = Vec::new();
        let length = Unpacker::new(limits).unpack("k", bytes, &mut |part| text.extend_from_slice(part))?;
        assert_eq!(length, text.len() as u64);
        Ok(text)
    }

    proptest! {
        #[test]
        fn any_members_unpack_to_their_texts_on_both_paths(
            texts in vec(prop_oneof![vec(any::<u8>(), 0..40), vec(0_u8..3, 0..9_000)], 1..5),
            repeat in 1_usize..3,
        ) {
            let texts: Vec<_> = texts.iter().flat_map(|text| std::iter::repeat_n(text.clone(), repeat)).collect();
            let packed: Vec<u8> = texts.iter().flat_map(|text| gzip(text)).collect();
            prop_assert_eq!(unpacked(WHOLE, &packed).unwrap(), texts.concat());
            prop_assert_eq!(unpacked(STREAMED, &packed).unwrap(), texts.concat());
        }

        #[test]
        fn no_cut_goes_unnoticed(text in vec(any::<u8>(), 1..300), cut in 0.0_f64..1.0) {
            let packed = gzip(&text);
            let kept = 1 + ((packed.len() - 2) as f64 * cut) as usize;
            for limits in [WHOLE, STREAMED] {
                let error = unpacked(limits, packed.get(..kept).unwrap()).err();
                // One byte of magic is no gzip yet and not a NUL either: it passes for a line of text.
                prop_assert!(kept == 1 || matches!(error, Some(UnpackError::Truncated { .. })), "{error:?}");
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200), magic in any::<bool>()) {
            let bytes = if magic { [&[0x1f, 0x8b, 8, 0][..], &bytes].concat() } else { bytes };
            let mut ignore = |_: &[u8]| {};
            drop(Unpacker::new(WHOLE).unpack("k", &bytes, &mut ignore));
        }
    }

    #[test]
    fn a_single_member_comes_in_one_piece_and_a_large_one_in_chunks() {
        let text = vec![b'x'; 3 * CHUNK_BYTES];
        let pieces = |limits| {
            let mut pieces = 0;
            Unpacker::new(limits).unpack("k", &gzip(&text), &mut |_| pieces += 1).unwrap();
            pieces
        };
        assert_eq!(pieces(WHOLE), 1);
        assert!(pieces(STREAMED) >= 3);
    }

    #[test]
    fn a_reused_unpacker_does_not_leak_the_object_before() {
        let mut unpacker = Unpacker::new(WHOLE);
        for text in [&b"a long text first"[..], b"short", b"again a longer text"] {
            let mut seen = Vec::new();
            unpacker.unpack("k", &gzip(text), &mut |part| seen.extend_from_slice(part)).unwrap();
            assert_eq!(seen, text);
        }
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit_and_named() {
        let bomb = gzip(&vec![0; 1 << 20]);
        for whole_text_bytes in [0, 1 << 30] {
            let limits = UnpackLimits { max_text_bytes: 600 << 10, whole_text_bytes };
            let mut seen = 0;
            let error =
                Unpacker::new(limits).unpack("bomb.gz", &bomb, &mut |part| seen += part.len()).unwrap_err();
            assert_eq!(error.to_string(), "object unpacks to more than 614400 bytes: bomb.gz");
            assert!(seen <= 600 << 10);
        }
    }

    #[test]
    fn zero_padding_is_ignored_and_other_trailing_bytes_are_not() {
        let padded = [gzip(b"text"), vec![0; 512]].concat();
        assert_eq!(unpacked(WHOLE, &padded).unwrap(), b"text");
        let garbage = [gzip(b"text"), b"tail".to_vec()].concat();
        let error = unpacked(WHOLE, &garbage).unwrap_err();
        assert!(matches!(error, UnpackError::TrailingGarbage { trailing_bytes: 4, .. }), "{error}");
        let half = [gzip(b"text"), vec![0x1f]].concat();
        assert!(matches!(unpacked(WHOLE, &half).unwrap_err(), UnpackError::Truncated { .. }));
    }

    #[test]
    fn a_wrong_checksum_is_damage() {
        let mut packed = gzip(b"some text that is long enough");
        let crc = packed.len() - GZIP_TRAILER_BYTES;
        *packed.get_mut(crc).unwrap() ^= 1;
        for limits in [WHOLE, STREAMED] {
            assert!(matches!(unpacked(limits, &packed).unwrap_err(), UnpackError::Damaged { .. }));
        }
    }

    #[test]
    fn plain_text_passes_and_other_formats_are_named() {
        assert_eq!(unpacked(WHOLE, b"version account-id\n2 1").unwrap(), b"version account-id\n2 1");
        for (bytes, found) in
            [(&b"PAR1.."[..], "Parquet"), (&ZSTD[..], "zstd"), (&b"ab\0c"[..], "binary data")]
        {
            match unpacked(WHOLE, bytes).unwrap_err() {
                UnpackError::NotText { found: seen, .. } => assert_eq!(seen, found),
                error => panic!("{error}"),
            }
        }
        assert!(matches!(unpacked(WHOLE, b"").unwrap_err(), UnpackError::Empty { .. }));
    }
}
