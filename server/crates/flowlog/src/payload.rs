//! What travels in base64, packed by gzip or not: the bytes again. Knows neither JSON nor lines.

use std::io::Read;

use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::MultiGzDecoder;

use crate::tally::Why;

/// Longest text in base64 that is read: Lambda is given at most 6 MB at once, and a record of Kinesis or Firehose is
/// smaller.
pub(crate) const PAYLOAD_BYTES: usize = 8 << 20;
/// Most bytes that one unpacks to. A million log events fit; more is a bomb.
pub(crate) const UNPACKED_BYTES: u64 = 256 << 20;
pub(crate) const TOO_LONG: &str = "is longer than 8 MB";

/// The first bytes of a gzip member, and what becomes of them and of the method behind them in base64.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const PACKED: &[u8; 4] = b"H4sI";
/// Bytes unpacked at once.
const CHUNK_BYTES: usize = 64 << 10;

/// Either alphabet's padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a text that begins with this byte may be packed.
pub(crate) fn may_begin(byte: u8) -> bool {
    byte == PACKED[0]
}

/// Whether a text is gzip in base64, by its beginning.
pub(crate) fn is_packed(text: &[u8]) -> bool {
    text.starts_with(PACKED)
}

/// Whether a text that is too short to say may be gzip in base64 once more of it is there.
pub(crate) fn may_be_packed(text: &[u8]) -> bool {
    PACKED.starts_with(text)
}

/// The bytes of a text in base64.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, Why> {
    BASE64.decode(text).map_err(|_| Why::BadPayload { what: "is not base64" })
}

/// Gives `sink` what the bytes are, unpacked, at most `room` and [`UNPACKED_BYTES`]; returns how much that was.
pub(crate) fn unpack(bytes: &[u8], room: u64, sink: &mut dyn FnMut(&[u8])) -> Result<u64, Why> {
    let room = room.min(UNPACKED_BYTES);
    if !bytes.starts_with(&GZIP) {
        sink(bytes);
        return Ok(bytes.len() as u64);
    }
    let mut members = MultiGzDecoder::new(bytes);
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut length = 0;
    loop {
        let read = members.read(&mut chunk).map_err(|_| Why::BadPayload { what: "is damaged" })?;
        length += read as u64;
        if length > room {
            return Err(Why::BadPayload { what: "unpacks to more than 256 MB" });
        }
        if read == 0 {
            return Ok(length);
        }
        sink(chunk.get(..read).unwrap_or_default());
    }
}
