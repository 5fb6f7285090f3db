//! How an object is packed, by its first bytes: gzip, zstd or not at all. Does no unpacking.

use std::fmt;

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// The last three bytes of a frame that holds no data; the first is 0x50 to 0x5f (RFC 8878, 3.1.2). Parallel and
/// seekable zstd begin with one.
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];
/// What a Parquet file is called.
pub(super) const PARQUET: &str = "Parquet";
/// The first bytes of formats that are no text, and of UTF-16, whose byte order marks come last.
const FORMATS: [(&[u8], &str); 10] = [
    (b"PAR1", PARQUET),
    (b"\x1f\x8b\x08", "gzip"),
    (&ZSTD, "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
];
/// So many bytes are looked at; binary formats show themselves at once.
const SNIFFED_BYTES: usize = 1_024;
/// Text has no control bytes but white space. Damaged text may have some, and the decoder sets those lines aside; where
/// one byte in so many is one, it never was text.
const TEXT_BYTES_PER_CONTROL: usize = 8;

/// How an object is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// gzip, of one member or several.
    Gzip,
    /// zstd, of one frame or several.
    Zstd,
}

impl Packing {
    /// The packing these bytes begin with; `None` when they are not packed.
    pub fn of(bytes: &[u8]) -> Option<Packing> {
        if bytes.starts_with(&GZIP) {
            Some(Packing::Gzip)
        } else if bytes.starts_with(&ZSTD) || is_skippable(bytes) {
            Some(Packing::Zstd)
        } else {
            None
        }
    }

    /// Whether these bytes may be the beginning of another member or frame, cut off before that shows.
    pub(super) fn may_begin(self, bytes: &[u8]) -> bool {
        let magic: &[u8] = if self == Packing::Gzip { &GZIP } else { &ZSTD };
        !bytes.is_empty() && magic.starts_with(bytes)
    }
}

impl fmt::Display for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        })
    }
}

fn is_skippable(bytes: &[u8]) -> bool {
    matches!(bytes, [0x50..=0x5f, rest @ ..] if rest.starts_with(&SKIPPABLE))
}

/// What the bytes are when they are neither packed nor text.
pub(super) fn foreign_format(bytes: &[u8]) -> Option<&'static str> {
    let sniffed = bytes.get(..SNIFFED_BYTES).unwrap_or(bytes);
    let controls = sniffed.iter().filter(|byte| matches!(byte, 0..=8 | 14..=31)).count();
    let is_binary = controls * TEXT_BYTES_PER_CONTROL > sniffed.len();
    format_of(bytes).or(is_binary.then_some("binary data"))
}

/// What the bytes are by the first of them, when they are no text.
pub(super) fn format_of(bytes: &[u8]) -> Option<&'static str> {
    FORMATS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name)
}

/// A format found within gzip or zstd.
pub(super) fn packed(found: &'static str) -> &'static str {
    match found {
        "gzip" => "gzip within the packing: it is packed twice",
        "zstd" => "zstd within the packing: it is packed twice",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packings_are_known_by_their_first_bytes() {
        assert_eq!(Packing::of(&[0x1f, 0x8b, 8]), Some(Packing::Gzip));
        assert_eq!(Packing::of(&[0x28, 0xb5, 0x2f, 0xfd]), Some(Packing::Zstd));
        assert_eq!(Packing::of(&[0x5e, 0x2a, 0x4d, 0x18, 0]), Some(Packing::Zstd));
        for none in [&b""[..], b"2 123456789012", &[0x1f], &[0x28, 0xb5, 0x2f], &[0x60, 0x2a, 0x4d, 0x18]] {
            assert_eq!(Packing::of(none), None, "{none:?}");
        }
    }

    #[test]
    fn damaged_text_is_text_and_other_formats_are_named() {
        let damaged = b"version account-id\n2 12345678\x0012 eni-0a";
        assert_eq!(foreign_format(damaged), None);
        assert_eq!(foreign_format(b"\xef\xbb\xbfversion\r\n\t2"), None);
        assert_eq!(foreign_format("caf\u{e9} \u{1f600}".as_bytes()), None);
        assert_eq!(foreign_format(b"\xff\xfev\0e\0"), Some("UTF-16 text"));
        assert_eq!(foreign_format(b"v\0e\0r\0"), Some("binary data"));
        assert_eq!(foreign_format(b"PAR1\x15\x04"), Some("Parquet"));
        assert_eq!(foreign_format(b"BZh91AY&SY"), Some("bzip2"));
        assert_eq!(foreign_format(b"PK\x03\x04"), Some("a zip archive"));
    }
}
