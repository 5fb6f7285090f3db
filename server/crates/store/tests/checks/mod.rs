//! What must hold for any object and any key: tried on the corpora by `replay.rs`, on made-up bytes by the fuzz
//! targets. A check returns when all is well and panics otherwise.

use std::mem::discriminant;

use store::keys;
use store::unpack::{UnpackError, UnpackLimits, Unpacker};

/// Most text of an object here; small, so that bombs are cheap to try.
const MAX_TEXT_BYTES: u64 = 1 << 20;

fn unpacked(bytes: &[u8], whole_text_bytes: usize) -> (Vec<u8>, Result<u64, UnpackError>) {
    let limits = UnpackLimits { max_text_bytes: MAX_TEXT_BYTES, whole_text_bytes };
    let mut text = Vec::new();
    let result = Unpacker::new(limits).unpack(bytes, &mut |piece| text.extend_from_slice(piece));
    (text, result)
}

/// Any bytes as an object: whole and as a stream they unpack alike, and never to more than the limit.
pub fn unpack(bytes: &[u8]) {
    let (whole, whole_result) = unpacked(bytes, MAX_TEXT_BYTES as usize);
    let (streamed, streamed_result) = unpacked(bytes, 0);
    assert!(whole.len() as u64 <= MAX_TEXT_BYTES && streamed.len() as u64 <= MAX_TEXT_BYTES);
    match (whole_result, streamed_result) {
        (Ok(length), Ok(_)) => {
            assert_eq!(length, whole.len() as u64);
            assert!(whole == streamed, "whole and streamed text differ");
        }
        (Err(whole), Err(streamed)) => {
            assert_eq!(discriminant(&whole), discriminant(&streamed), "{whole} / {streamed}");
        }
        (whole, streamed) => panic!("whole {whole:?}, streamed {streamed:?}"),
    }
}

/// Any text as a key: what is read of it makes the same name again.
pub fn key(bytes: &[u8]) {
    let key = String::from_utf8_lossy(bytes);
    let readable = keys::is_readable(&key);
    let Some(parts) = keys::parse(&key) else { return };
    let name = key.rsplit('/').next().unwrap_or_default();
    let stamp = name.split('_').nth(4).unwrap_or_default();
    let again = format!(
        "{}_vpcflowlogs_{}_{}_{stamp}_{}.log.gz",
        parts.account, parts.region, parts.flow_log_id, parts.hash
    );
    let again = keys::parse(&again).expect("a name made of what was read");
    assert!(readable, "a name of AWS that is not readable");
    assert_eq!(
        (parts.account, parts.region, parts.flow_log_id, parts.stamp, parts.hash),
        (again.account, again.region, again.flow_log_id, again.stamp, again.hash)
    );
}
