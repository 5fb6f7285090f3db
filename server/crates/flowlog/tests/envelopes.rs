//! What must hold for records wrapped in JSON: however they are wrapped and cut, they are the records of the plain
//! lines, every one is counted, and no message is too long to go on behind it.

#![expect(clippy::unwrap_used, reason = "a text that cannot be packed fails the test")]

use std::fmt::Write as _;
use std::io::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use flowlog::{Batch, Coverage, Decoder, Fields, Limits, Tally, Want, Why};
use proptest::prelude::*;
use proptest::sample::Index;

const RECORD: &str =
    "2 123456789012 eni-0a 10.0.0.4 10.1.1.1 443 49152 6 3 180 1790000000 1790000058 ACCEPT OK";

/// Decodes pieces of one object; coverage and traffic in line, so that nothing is left out of the comparison.
fn decoded<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limits: Limits) -> (Batch, Tally) {
    let want = Want { fields: Fields::All, coverage: Coverage::InLine };
    let mut decoder = Decoder::new(want, limits);
    pieces.into_iter().for_each(|piece| decoder.push(piece));
    decoder.finish();
    let tally = decoder.take_tally();
    let Tally { headers, blank, records, nodata, skipdata, set_aside, .. } = tally;
    assert_eq!(tally.lines, headers + blank + records + nodata + skipdata + set_aside);
    (decoder.take(), tally)
}

fn whole(text: &[u8], limits: Limits) -> (Batch, Tally) {
    decoded([text], limits)
}

/// A text as a JSON string. Every escape that stands for itself is used somewhere.
fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        let _ = match character {
            '"' | '\\' | '/' => write!(json, "\\{character}"),
            '\t' => write!(json, "\\t"),
            ' '..='~' => write!(json, "{character}"),
            other => {
                other.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(json, "\\u{unit:04x}"))
            }
        };
    }
    json + "\""
}

/// The lines as somebody delivers them.
fn wrapped(lines: &[String], style: usize, events_each: usize) -> String {
    let events = |lines: &[String]| {
        let event = |line: &String| format!("{{\"id\":\"3\",\"timestamp\":17,\"message\":{}}}", quoted(line));
        lines.iter().map(event).collect::<Vec<_>>().join(",")
    };
    let envelopes = |before: &str, after: &str| {
        let envelope = |lines: &[String]| format!("{before}{}{after}", events(lines));
        lines.chunks(events_each).map(envelope).collect::<Vec<_>>()
    };
    let message = |line: &String| format!("{{\"message\":{}}}", quoted(line));
    match style {
        0 => lines.iter().map(|line| message(line) + "\n").collect(),
        1 => lines.iter().map(message).collect(),
        2 => envelopes("{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[", "]}").concat(),
        3 => envelopes("{\"logEvents\": [", "] , \"messageType\": \"DATA_MESSAGE\"}").join(" \n"),
        4 => envelopes("[", "]").join(","),
        5 => envelopes("{\"logEvents\":[", "]}")
            .iter()
            .map(|envelope| format!("{{\"awslogs\":{{\"data\":\"{}\"}}}}\n", packed(envelope.as_bytes())))
            .collect(),
        6 => {
            let record = |envelope: &String| {
                format!(
                    "{{\"kinesis\":{{\"partitionKey\":\"data\",\"data\":\"{}\"}}}}",
                    packed(envelope.as_bytes())
                )
            };
            let records: Vec<_> = envelopes("{\"logEvents\":[", "]}").iter().map(record).collect();
            format!("{{\"Records\":[{}]}}", records.join(","))
        }
        7 => {
            let record = |line: &String| {
                format!("{{\"recordId\":\"1\",\"data\":\"{}\"}}", BASE64.encode(message(line)))
            };
            format!("{{\"records\":[{}]}}", lines.iter().map(record).collect::<Vec<_>>().join(","))
        }
        _ => envelopes("{\"logEvents\":[", "]}").iter().map(|all| packed(all.as_bytes()) + "\n").collect(),
    }
}

/// Gzip in base64.
fn packed(text: &[u8]) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text).unwrap();
    BASE64.encode(gzip.finish().unwrap())
}

/// Lines that are nearly right, none of them empty at its edges.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "2 1234567890(12|99) eni-[0-9a-f]{1,3} 10\\.0\\.0\\.[0-9]{1,3} (10\\.1\\.1\\.1|::1|-) [0-9]{1,6} 443 6 \
              [0-9]{1,20} [0-9]{1,9} 17900000[0-9]{2} 17900000[0-9]{2} (ACCEPT|-) (OK|NODATA|SKIPDATA|-)",
        1 => "(version |bytes |action |type |shiny |srcaddr ){1,6}end",
        1 => "[!-~]{1,9}(\t[!-~😀é]{1,9}){0,3}",
        1 => Just(String::new()),
    ]
}

proptest! {
    // Each case is a whole object; more of them would make the suite slow rather than sharp.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn wrapped_records_are_those_of_the_plain_lines(
        lines in prop::collection::vec(line(), 1..80), style in 0..9usize, events_each in 1..40usize,
    ) {
        let plain: String = lines.iter().map(|line| format!("{line}\n")).collect();
        prop_assume!(!plain.trim_start().starts_with(['{', '[']));
        let json = wrapped(&lines, style, events_each);
        prop_assert_eq!(whole(json.as_bytes(), Limits::default()), whole(plain.as_bytes(), Limits::default()));
    }

    #[test]
    fn cuts_do_not_matter_even_in_damaged_json(
        lines in prop::collection::vec(line(), 0..30), style in 0..9usize, events_each in 1..9usize,
        damage in prop::collection::vec((any::<Index>(), prop::sample::select(b"{}[]\",:\\\n u0a\xff".to_vec())), 0..6),
        cuts: Vec<Index>, line_bytes in 20usize..300,
    ) {
        let mut json = wrapped(&lines, style, events_each).into_bytes();
        for (place, byte) in damage.iter().filter(|_| !lines.is_empty()) {
            let place = place.index(json.len());
            json[place] = *byte;
        }
        let limits = Limits { line_bytes, samples: 9, ..Limits::default() };
        let inner = cuts.iter().map(|cut| cut.index(json.len() + 1));
        let mut places: Vec<usize> = inner.chain([0, json.len()]).collect();
        places.sort_unstable();
        let pieces = places.windows(2).map(|piece| &json[piece[0]..piece[1]]);
        prop_assert_eq!(decoded(pieces, limits), whole(&json, limits));
    }

    #[test]
    fn any_bytes_behind_a_brace_are_counted(bytes in prop::collection::vec(any::<u8>(), 0..300), at: Index) {
        let json = [b"{", bytes.as_slice()].concat();
        let (first, second) = json.split_at(at.index(json.len() + 1));
        prop_assert_eq!(decoded([first, second], Limits::default()), whole(&json, Limits::default()));
    }
}

#[test]
fn a_message_of_100_megabytes_is_set_aside_and_the_next_is_read() {
    let piece = vec![b'7'; 1 << 20];
    let pieces = [&b"{\"message\":\""[..]].into_iter().chain((0..100).map(|_| piece.as_slice()));
    let next = format!("\"}}{{\"message\":\"{RECORD}\"}}");
    let (_, tally) = decoded(pieces.chain([next.as_bytes()]), Limits::default());
    assert_eq!((tally.lines, tally.records, tally.set_aside), (2, 1, 1));
    assert_eq!(tally.samples[0].why, Why::LineTooLong { limit: 64 * 1024 });
}

#[test]
fn an_array_a_million_deep_is_refused_once() {
    let deep = vec![b'['; 1_000_000];
    let (_, tally) = whole(&deep, Limits::default());
    assert_eq!((tally.lines, tally.set_aside), (2, 2));
    assert_eq!(tally.samples[1].why, Why::NotJson);
}

#[test]
fn a_key_of_100_megabytes_is_no_message() {
    let piece = vec![b'm'; 1 << 20];
    let pieces = [&b"{\""[..]].into_iter().chain((0..100).map(|_| piece.as_slice())).chain([&b"\":1}"[..]]);
    let (_, tally) = decoded(pieces, Limits::default());
    assert_eq!((tally.lines, tally.samples[0].why.clone()), (1, Why::NotALogEvent));
}

#[test]
fn packed_events_that_cannot_be_unpacked_are_said_and_do_not_stop_the_rest() {
    let zeros = packed(&vec![b' '; 300 << 20]);
    let deep = (0..4).fold(format!("{{\"message\":\"{RECORD}\"}}"), |inner, _| {
        format!("{{\"awslogs\":{{\"data\":\"{}\"}}}}", packed(inner.as_bytes()))
    });
    let good = packed(format!("{{\"message\":\"{RECORD}\"}}").as_bytes());
    let cut = good.get(..good.len() / 8 * 4).unwrap();
    for (bad, what) in [
        (format!("{{\"awslogs\":{{\"data\":\"{zeros}\"}}}}"), "more than 256 MB"),
        (deep, "in itself"),
        (format!("{{\"awslogs\":{{\"data\":\"{cut}\"}}}}"), "damaged"),
        ("{\"awslogs\":{\"data\":\"no base64\"}}".into(), "not base64"),
        (format!("{{\"awslogs\":{{\"data\":\"{}\"}}}}", "A".repeat(9 << 20)), "longer than 8 MB"),
    ] {
        let json = format!("{bad}\n{{\"awslogs\":{{\"data\":\"{good}\"}}}}");
        let (_, tally) = whole(json.as_bytes(), Limits::default());
        assert_eq!((tally.records, tally.set_aside), (1, 1), "{what}");
        let why = tally.samples[0].why.to_string();
        assert!(why.contains(what), "{why}");
    }
}

#[test]
fn data_elsewhere_is_not_unpacked() {
    let json = format!("{{\"data\":\"x\",\"message\":\"{RECORD}\",\"records\":{{\"data\":\"x\"}}}}");
    let (_, tally) = whole(json.as_bytes(), Limits::default());
    assert_eq!((tally.records, tally.lines), (1, 1));
}
