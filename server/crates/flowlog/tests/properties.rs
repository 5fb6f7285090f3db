//! What must hold for every layout and every text: what was formatted is decoded, chunks do not matter, sums
//! and counts are exact, a projection is the full decode with columns left out.

#![expect(clippy::unwrap_used, reason = "a missing column fails the test")]

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use flowlog::{
    Batch, Column, Coverage, Data, Decoder, FIELDS, FieldName, Fields, Kind, Limits, Tally, Value, Want,
};
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

/// A value to format and to expect back.
#[derive(Debug, Clone, PartialEq)]
enum Written {
    Dash,
    Number(i64),
    Address(IpAddr),
    Text(String),
}

impl Written {
    fn text(&self) -> String {
        match self {
            Self::Dash => "-".into(),
            Self::Number(number) => number.to_string(),
            Self::Address(address) => address.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Dash => Value::Null,
            Self::Number(number) => Value::Number(*number),
            Self::Address(address) => Value::Address(*address),
            Self::Text(text) => Value::Text(text),
        }
    }
}

fn address() -> impl Strategy<Value = IpAddr> {
    let v4 = any::<u32>().prop_map(|bits| IpAddr::from(Ipv4Addr::from(bits)));
    let v6 = any::<u128>().prop_map(|bits| Ipv6Addr::from(bits).to_canonical());
    prop_oneof![3 => v4, 1 => v6]
}

fn number(max: i64) -> impl Strategy<Value = i64> {
    // Every number of digits is as likely as any other.
    (0..19u32, any::<u64>()).prop_map(move |(digits, bits)| {
        let below = 10u64.saturating_pow(digits + 1);
        i64::try_from(bits % below).unwrap_or(i64::MAX).min(max)
    })
}

/// A text of some characters, one in eight texts not of ASCII, and not `-`, which would be no value.
fn text(bits: u64, length: usize) -> Written {
    let first = if bits.is_multiple_of(8) { 'Ā' } else { '!' };
    let character = |at: usize| {
        let step = bits.rotate_left(at as u32 * 7) as u32 % (u32::from('~') - u32::from('!'));
        char::from_u32(u32::from(first) + step).unwrap_or('x')
    };
    let text: String = (0..length).map(character).collect();
    Written::Text(if text == "-" { "--".into() } else { text })
}

fn written(kind: Kind) -> BoxedStrategy<Written> {
    let there = match kind {
        Kind::Port => number(65_535).prop_map(Written::Number).boxed(),
        Kind::Protocol => number(255).prop_map(Written::Number).boxed(),
        Kind::Int32 => number(i64::from(i32::MAX)).prop_map(Written::Number).boxed(),
        Kind::Int64 => number(i64::MAX).prop_map(Written::Number).boxed(),
        Kind::Seconds => number(99_999_999_999).prop_map(Written::Number).boxed(),
        Kind::Address => address().prop_map(Written::Address).boxed(),
        Kind::Text => (any::<u64>(), 1..70usize).prop_map(|(bits, length)| text(bits, length)).boxed(),
    };
    prop_oneof![1 => Just(Written::Dash), 6 => there].boxed()
}

/// Names of a random layout and the values of some of its records; `log-status`, if there, is always `OK`.
fn table() -> impl Strategy<Value = (Vec<&'static str>, Vec<Vec<Written>>)> {
    let names: Vec<&'static str> = FIELDS.iter().map(|field| field.name).collect();
    // One number column at least: lines of nothing but words are told from headers by another rule.
    let layout = (subsequence(names, 1..20), Just("bytes")).prop_map(|(mut names, bytes)| {
        names.retain(|name| *name != bytes);
        names.push(bytes);
        names
    });
    layout.prop_shuffle().prop_flat_map(|names| {
        let value = |name: &&'static str| match *name {
            "log-status" => Just(Written::Text("OK".into())).boxed(),
            name => written(FieldName::new(name).kind()),
        };
        let record: Vec<_> = names.iter().map(value).collect();
        (Just(names), prop::collection::vec(record, 0..90))
    })
}

fn formatted(names: &[&str], records: &[Vec<Written>]) -> String {
    let lines =
        records.iter().map(|record| record.iter().map(Written::text).collect::<Vec<_>>().join(" ") + "\n");
    names.join(" ") + "\n" + &lines.collect::<String>()
}

fn decode(text: &[u8], fields: Fields, coverage: Coverage) -> (Batch, Tally) {
    let mut decoder = Decoder::new(Want { fields, coverage }, Limits::default());
    decoder.push(text);
    decoder.finish();
    (decoder.take(), decoder.take_tally())
}

fn assert_tally(tally: &Tally) {
    let Tally { headers, blank, records, nodata, skipdata, set_aside, .. } = *tally;
    assert_eq!(tally.lines, headers + blank + records + nodata + skipdata + set_aside);
}

/// Lines that are nearly right: records, coverage, headers, rubbish.
fn rough_text() -> impl Strategy<Value = Vec<u8>> {
    let record = "2 1234567890(12|99) eni-[0-9a-f]{1,3} 10\\.0\\.0\\.[0-9]{1,3} (10\\.1\\.1\\.1|::1|-) [0-9]{1,6} 443 6 \
                  [0-9]{1,20} [0-9]{1,9} 17900000[0-9]{2} 17900000[0-9]{2} (ACCEPT|REJECT|-) (OK|NODATA|SKIPDATA|-)";
    let header = "(version |bytes |action |type |shiny |srcaddr |log_status ){1,6}end";
    let line = prop_oneof![
        8 => record.prop_map(String::into_bytes),
        1 => header.prop_map(String::into_bytes),
        1 => record.prop_map(|record| format!("2026-09-21T14:13:20Z {record}").into_bytes()),
        1 => "([0-9a-z-]{1,4} {1,2}){0,15}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..80),
    ];
    let end = prop_oneof![8 => Just("\n"), 1 => Just("\r\n"), 1 => Just(" \n\n")];
    prop::collection::vec((line, end), 0..60).prop_map(|lines| {
        lines.into_iter().flat_map(|(line, end)| [line, end.as_bytes().to_vec()].concat()).collect()
    })
}

/// A line as people and damage leave it: English words, among them those that are field names too.
fn junk() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "end",
        "start",
        "bytes",
        "packets",
        "region",
        "action",
        "type",
        "version",
        "protocol",
        "of",
        "log",
        "the",
        "second",
        "batch",
        "no",
        "required",
        "us-east-1",
        "ok",
        "Some",
        "lost",
        "ACCEPT",
        "was",
        "at",
        "log-status",
    ]);
    let words = prop::collection::vec(word, 1..18);
    words.prop_map(|words| words.join(" ")).prop_filter(
        "three names and no other word are a header",
        |line| {
            let mut words: Vec<&str> = line.split(' ').collect();
            let is_known = words.iter().all(|word| flowlog::field(word).is_some());
            words.sort_unstable();
            words.dedup();
            !is_known || words.len() < 3 && !words.contains(&"log-status") || words.len() == 1
        },
    )
}

proptest! {
    // Each case is a whole object; more of them would make the suite slow rather than sharp.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_formatted_is_decoded((names, records) in table()) {
        let (batch, tally) = decode(formatted(&names, &records).as_bytes(), Fields::All, Coverage::Aside);
        prop_assert_eq!(&tally.samples, &Vec::new());
        assert_tally(&tally);
        prop_assert_eq!(batch.rows, records.len());
        let decoded: Vec<&str> = batch.columns.iter().map(|column| column.field.as_str()).collect();
        prop_assert_eq!(&decoded, &names);
        for (column, place) in batch.columns.iter().zip(0..) {
            let nulls = records.iter().filter(|record| record[place] == Written::Dash).count();
            prop_assert_eq!(column.nulls.as_ref().map_or(0, |nulls| nulls.null_count), nulls);
            for (row, record) in records.iter().enumerate() {
                prop_assert_eq!(column.value(row), record[place].value(), "{} in row {}", column.field, row);
            }
        }
    }

    #[test]
    fn a_projection_is_the_full_decode_restricted((names, records) in table(), picks: Vec<Index>) {
        let text = formatted(&names, &records);
        let wanted: Vec<String> = picks.iter().map(|pick| (*pick.get(&names)).to_owned()).collect();
        let (full, full_tally) = decode(text.as_bytes(), Fields::All, Coverage::Aside);
        let (part, part_tally) = decode(text.as_bytes(), Fields::Only(wanted.clone()), Coverage::Aside);
        prop_assert_eq!(full_tally, part_tally);
        prop_assert_eq!(full.rows, part.rows);
        let is_wanted = |column: &Column| wanted.iter().any(|name| name == column.field.as_str());
        let restricted: Vec<_> = full.columns.into_iter().filter(is_wanted).collect();
        prop_assert_eq!(restricted, part.columns);
    }

    #[test]
    fn sums_are_those_of_a_plain_fold((names, records) in table()) {
        let only_bytes = Fields::Only(vec!["bytes".into()]);
        let (batch, _) = decode(formatted(&names, &records).as_bytes(), only_bytes, Coverage::Aside);
        let place = names.iter().position(|name| *name == "bytes").unwrap();
        let expected: i128 = records.iter().map(|record| match record[place] {
            Written::Number(bytes) => i128::from(bytes),
            _ => 0,
        }).sum();
        let Data::Int64(bytes) = &batch.column("bytes").unwrap().data else { panic!("not 64-bit numbers") };
        prop_assert_eq!(bytes.iter().map(|bytes| i128::from(*bytes)).sum::<i128>(), expected);
    }

    #[test]
    fn chunks_do_not_matter(
        text in rough_text(), cuts: Vec<Index>, in_line: bool, line_bytes in 20usize..300,
    ) {
        let coverage = if in_line { Coverage::InLine } else { Coverage::Aside };
        let limits = Limits { line_bytes, samples: 7, ..Limits::default() };
        let want = Want { fields: Fields::All, coverage };
        let mut whole = Decoder::new(want.clone(), limits);
        whole.push(&text);
        whole.finish();
        let mut cut = Decoder::new(want, limits);
        let inner = cuts.iter().map(|cut| cut.index(text.len() + 1));
        let mut places: Vec<usize> = inner.chain([0, text.len()]).collect();
        places.sort_unstable();
        places.windows(2).for_each(|piece| cut.push(&text[piece[0]..piece[1]]));
        cut.finish();
        let tally = whole.take_tally();
        assert_tally(&tally);
        prop_assert_eq!(tally, cut.take_tally());
        prop_assert_eq!(whole.take(), cut.take());
    }

    #[test]
    fn a_line_of_english_between_records_only_sets_itself_aside(
        (names, records) in table(), line in junk(), place: Index, with_header: bool,
    ) {
        let record =
            "2 123456789012 eni-0a 10.0.0.4 10.1.1.1 443 49152 6 3 180 1790000000 1790000058 ACCEPT OK\n";
        // Lines of fewer values than a sentence has words may be sentences.
        prop_assume!(!with_header || names.len() > 17 || names.len() != line.split(' ').count());
        prop_assume!(!with_header || names.len() > 1);
        let text = if with_header { formatted(&names, &records) } else { record.repeat(records.len().max(1)) };
        let mut lines: Vec<&str> = text.lines().collect();
        let (whole, whole_tally) = decode(text.as_bytes(), Fields::All, Coverage::Aside);
        lines.insert(1 + place.index(lines.len()), &line);
        let (with_line, tally) = decode((lines.join("\n") + "\n").as_bytes(), Fields::All, Coverage::Aside);
        prop_assert_eq!((tally.set_aside, tally.headers), (whole_tally.set_aside + 1, whole_tally.headers), "{}", line);
        prop_assert_eq!(whole, with_line);
    }

    #[test]
    fn taking_midway_loses_nothing(text in rough_text(), cut: Index) {
        let (whole, whole_tally) = decode(&text, Fields::All, Coverage::Aside);
        let mut decoder = Decoder::new(Want::default(), Limits::default());
        let (first, second) = text.split_at(cut.index(text.len() + 1));
        decoder.push(first);
        let first = decoder.take();
        decoder.push(second);
        decoder.finish();
        let second = decoder.take();
        prop_assert_eq!(whole_tally, decoder.take_tally());
        prop_assert_eq!(whole.rows, first.rows + second.rows);
        let read = |batch: &Batch, name: &str, row| {
            batch.column(name).map(|column| format!("{:?}", column.value(row)))
        };
        let null = format!("{:?}", Value::Null);
        for column in &whole.columns {
            for row in 0..whole.rows {
                let (batch, at) = if row < first.rows { (&first, row) } else { (&second, row - first.rows) };
                let taken = read(batch, column.field.as_str(), at).unwrap_or_else(|| null.clone());
                prop_assert_eq!(taken, format!("{:?}", column.value(row)));
            }
        }
    }

    #[test]
    fn every_column_of_any_text_has_all_rows(text in rough_text()) {
        let (batch, tally) = decode(&text, Fields::All, Coverage::InLine);
        prop_assert_eq!(tally.records + tally.nodata + tally.skipdata, batch.rows as u64);
        let mut names = HashMap::new();
        for column in &batch.columns {
            prop_assert!(names.insert(column.field.clone(), ()).is_none(), "{} twice", column.field);
            let rows = column.data.len();
            prop_assert_eq!(rows, batch.rows);
            if let Some(nulls) = &column.nulls {
                prop_assert_eq!(nulls.bits.len(), rows.div_ceil(8));
                let valid: u32 = nulls.bits.iter().map(|byte| byte.count_ones()).sum();
                prop_assert_eq!(rows - valid as usize, nulls.null_count);
            }
        }
    }
}
