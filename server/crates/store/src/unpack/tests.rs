//! Packed objects of every sort: whole, cut, damaged, padded, and bombs.

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

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(text, 3).unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;

const PACKINGS: [(Packing, Pack); 2] = [(Packing::Gzip, gzip), (Packing::Zstd, zstd)];

fn unpacked(limits: UnpackLimits, bytes: &[u8]) -> Result<Vec<u8>, UnpackError> {
    let mut text = Vec::new();
    let length = Unpacker::new(limits).unpack(bytes, &mut |part| text.extend_from_slice(part))?;
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
        for (_, pack) in PACKINGS {
            let packed: Vec<u8> = texts.iter().flat_map(|text| pack(text)).collect();
            prop_assert_eq!(unpacked(WHOLE, &packed).unwrap(), texts.concat());
            prop_assert_eq!(unpacked(STREAMED, &packed).unwrap(), texts.concat());
        }
    }

    #[test]
    fn no_cut_goes_unnoticed(text in vec(any::<u8>(), 1..300), cut in 0.0_f64..1.0) {
        for (packing, pack) in PACKINGS {
            let packed = pack(&text);
            let kept = 1 + ((packed.len() - 2) as f64 * cut) as usize;
            for limits in [WHOLE, STREAMED] {
                let error = unpacked(limits, packed.get(..kept).unwrap()).err();
                // Less than the magic bytes are no gzip and no zstd yet: they pass for a line of text.
                let passes = Packing::of(packed.get(..kept).unwrap()).is_none();
                prop_assert!(passes || matches!(error, Some(UnpackError::Truncated { .. })), "{packing}: {error:?}");
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200), magic in 0..3_usize) {
        let magic = [&b""[..], &[0x1f, 0x8b, 8, 0], &[0x28, 0xb5, 0x2f, 0xfd]][magic];
        let mut ignore = |_: &[u8]| {};
        drop(Unpacker::new(WHOLE).unpack(&[magic, &bytes].concat(), &mut ignore));
    }
}

#[test]
fn a_single_member_comes_in_one_piece_and_a_large_one_in_chunks() {
    let text = vec![b'x'; 3 * CHUNK_BYTES];
    let pieces = |limits| {
        let mut pieces = 0;
        Unpacker::new(limits).unpack(&gzip(&text), &mut |_| pieces += 1).unwrap();
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
        unpacker.unpack(&gzip(text), &mut |part| seen.extend_from_slice(part)).unwrap();
        assert_eq!(seen, text);
    }
}

#[test]
fn a_bomb_is_stopped_at_the_limit_and_named() {
    for (_, pack) in PACKINGS {
        let bomb = pack(&vec![0; 1 << 20]);
        for whole_text_bytes in [0, 1 << 30] {
            let limits = UnpackLimits { max_text_bytes: 600 << 10, whole_text_bytes };
            let mut seen = 0;
            let error = Unpacker::new(limits).unpack(&bomb, &mut |part| seen += part.len()).unwrap_err();
            assert_eq!(error.to_string(), "object unpacks to more than 614400 bytes");
            assert!(seen <= 600 << 10);
        }
    }
}

#[test]
fn a_bomb_of_gigabytes_never_costs_more_than_the_buffers() {
    // 2 GiB of zeros in 2 MB of gzip, and in 70 kB of zstd.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let piece = vec![0; 16 << 20];
    (0..128).for_each(|_| encoder.write_all(&piece).unwrap());
    let zeros = std::io::Read::take(std::io::repeat(0), 2 << 30);
    for bomb in [encoder.finish().unwrap(), zstd::stream::encode_all(zeros, 3).unwrap()] {
        let mut unpacker = Unpacker::new(UnpackLimits { max_text_bytes: 1 << 30, ..UnpackLimits::default() });
        let mut longest = 0;
        let error = unpacker.unpack(&bomb, &mut |part| longest = longest.max(part.len())).unwrap_err();
        assert!(matches!(error, UnpackError::TooLarge { .. }), "{error}");
        assert!(longest <= CHUNK_BYTES && unpacker.text.len() <= CHUNK_BYTES);
    }
}

#[test]
fn a_frame_that_asks_for_too_large_a_window_is_refused() {
    // A frame header that asks for a window of 2 GiB (RFC 8878, 3.1.1.1.2), and an empty last block.
    let greedy = [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3][..], &[1, 0, 0]].concat();
    let error = unpacked(STREAMED, &greedy).unwrap_err();
    assert!(matches!(error, UnpackError::Damaged { packing: Packing::Zstd, .. }), "{error}");
}

#[test]
fn skippable_frames_say_nothing() {
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18][..], &4_u32.to_le_bytes(), b"skip"].concat();
    let packed = [skippable.clone(), zstd(b"te"), skippable, zstd(b"xt")].concat();
    assert_eq!(unpacked(WHOLE, &packed).unwrap(), b"text");
}

#[test]
fn zero_padding_is_ignored_and_other_trailing_bytes_are_not() {
    for (_, pack) in PACKINGS {
        let padded = [pack(b"text"), vec![0; 512]].concat();
        assert_eq!(unpacked(WHOLE, &padded).unwrap(), b"text");
        let garbage = [pack(b"text"), b"tail".to_vec()].concat();
        let error = unpacked(WHOLE, &garbage).unwrap_err();
        assert!(matches!(error, UnpackError::TrailingGarbage { trailing_bytes: 4, .. }), "{error}");
        let next = pack(b"more");
        let half = [pack(b"text"), next.get(..1).unwrap().to_vec()].concat();
        assert!(matches!(unpacked(WHOLE, &half).unwrap_err(), UnpackError::Truncated { .. }));
    }
}

#[test]
fn a_wrong_checksum_is_damage() {
    let text = b"some text that is long enough";
    let mut checked = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    checked.include_checksum(true).unwrap();
    checked.write_all(text).unwrap();
    let packed = gzip(text);
    let crc = packed.len() - GZIP_TRAILER_BYTES;
    let checked = checked.finish().unwrap();
    let checksum = checked.len() - 4;
    for (mut packed, at) in [(packed, crc), (checked, checksum)] {
        *packed.get_mut(at).unwrap() ^= 1;
        for limits in [WHOLE, STREAMED] {
            assert!(matches!(unpacked(limits, &packed).unwrap_err(), UnpackError::Damaged { .. }));
        }
    }
}

#[test]
fn a_wrong_checksum_of_the_header_is_damage_too() {
    let mut packed = gzip(b"text");
    *packed.get_mut(3).unwrap() |= GZIP_HEADER_CHECKSUM;
    packed.splice(10..10, [0, 0]);
    for limits in [WHOLE, STREAMED] {
        assert!(matches!(unpacked(limits, &packed).unwrap_err(), UnpackError::Damaged { .. }));
    }
}

#[test]
fn plain_text_passes_and_other_formats_are_named() {
    assert_eq!(unpacked(WHOLE, b"version account-id\n2 1").unwrap(), b"version account-id\n2 1");
    for (bytes, found) in
        [(&b"PAR1.."[..], "Parquet"), (&b"\xff\xfea\0"[..], "UTF-16 text"), (&b"ab\0c"[..], "binary data")]
    {
        match unpacked(WHOLE, bytes).unwrap_err() {
            UnpackError::NotText { found: seen, .. } => assert_eq!(seen, found),
            error => panic!("{error}"),
        }
    }
    assert!(matches!(unpacked(WHOLE, b"").unwrap_err(), UnpackError::Empty));
}

#[test]
fn what_is_packed_twice_and_what_is_no_text_within_is_named() {
    for (_, pack) in PACKINGS {
        for limits in [WHOLE, STREAMED] {
            let found = |inner: &[u8]| unpacked(limits, &pack(inner)).unwrap_err().to_string();
            assert!(found(&gzip(b"2 eni-1")).contains("packed twice"), "{}", found(&gzip(b"2 eni-1")));
            assert!(found(b"BZh91AY&SY").contains("bzip2"));
            let parquet = pack(b"PAR1 and more");
            let error = unpacked(limits, &parquet).unwrap_err();
            assert!(matches!(error, UnpackError::PackedParquet { .. }), "{error}");
            assert_eq!(Unpacker::new(limits).whole(&parquet).unwrap(), b"PAR1 and more");
        }
    }
    let bomb = gzip(&[b"PAR1", vec![0; 2 << 20].as_slice()].concat());
    assert!(matches!(Unpacker::new(WHOLE).whole(&bomb), Err(UnpackError::TooLarge { .. })));
}
