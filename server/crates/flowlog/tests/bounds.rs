//! Hostile and oversized input: memory stays bounded, counts stay exact, what can be read is read.

use flowlog::{Coverage, Decoder, Fields, Limits, Value, Want, Why};

const HEADER: &[u8] = b"version interface-id bytes log-status\n";

fn decoder(limits: Limits) -> Decoder {
    Decoder::new(Want::default(), limits)
}

#[test]
fn a_line_of_100_megabytes_is_set_aside_and_the_next_is_read() {
    let mut decoder = decoder(Limits::default());
    decoder.push(HEADER);
    let piece = vec![b'7'; 1 << 20];
    for _ in 0..100 {
        decoder.push(&piece);
    }
    decoder.push(b"\n2 eni-0a 5 OK\n");
    decoder.finish();
    let tally = decoder.take_tally();
    assert_eq!((tally.lines, tally.records, tally.set_aside), (3, 1, 1));
    assert_eq!(tally.samples[0].line, 2);
    assert_eq!(tally.samples[0].why, Why::LineTooLong { limit: 64 * 1024 });
}

#[test]
fn a_line_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
    for chunk_bytes in [1, 3, 1000] {
        let mut decoder = decoder(Limits { line_bytes: 40, ..Limits::default() });
        let line = |name: usize| format!("2 {} 5 OK\n", "e".repeat(name));
        let text = [HEADER, line(33).as_bytes(), line(34).as_bytes(), line(3).as_bytes()].concat();
        text.chunks(chunk_bytes).for_each(|chunk| decoder.push(chunk));
        decoder.finish();
        let tally = decoder.take_tally();
        assert_eq!((tally.lines, tally.records, tally.set_aside), (4, 2, 1), "in chunks of {chunk_bytes}");
        assert_eq!(tally.samples[0].line, 3);
    }
}

#[test]
fn an_object_that_ends_within_an_overlong_line_does_not_swallow_the_next_object() {
    let mut decoder = decoder(Limits { line_bytes: 50, ..Limits::default() });
    decoder.push(&[b'x'; 200]);
    decoder.finish();
    decoder.push(HEADER);
    decoder.push(b"2 eni-0a 5 OK");
    decoder.finish();
    let tally = decoder.take_tally();
    assert_eq!((tally.lines, tally.headers, tally.records, tally.set_aside), (3, 1, 1, 1));
}

#[test]
fn a_header_wider_than_the_bound_sets_the_lines_below_it_aside() {
    let mut decoder = decoder(Limits { header_columns: 3, ..Limits::default() });
    decoder.push(HEADER);
    decoder.push(b"2 eni-0a 5 OK\nbytes log-status\n5 OK\n");
    decoder.finish();
    let tally = decoder.take_tally();
    assert_eq!((tally.headers, tally.records, tally.set_aside), (1, 1, 2));
    assert_eq!(tally.samples[0].why, Why::HeaderTooWide { columns: 4, limit: 3 });
    assert_eq!(tally.samples[1].why, Why::HeaderSetAside { values: 4 });
}

#[test]
fn samples_are_bounded_and_the_count_is_not() {
    let mut decoder = decoder(Limits { samples: 2, ..Limits::default() });
    decoder.push(HEADER);
    decoder.push(&b"2 eni-0a many OK\n".repeat(500));
    decoder.finish();
    let tally = decoder.take_tally();
    assert_eq!((tally.set_aside, tally.samples.len()), (500, 2));
    assert_eq!(tally.samples.iter().map(|sample| sample.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn more_distinct_values_than_a_batch_may_hold_are_set_aside_until_it_is_taken() {
    let mut decoder = decoder(Limits { distinct_values: 2, ..Limits::default() });
    decoder.push(HEADER);
    decoder.push(b"2 eni-0a 5 OK\n2 eni-0b 5 OK\n2 eni-0c 5 OK\n2 eni-0a 5 OK\n");
    assert_eq!(decoder.take().rows, 3);
    decoder.push(b"2 eni-0c 5 OK\n");
    decoder.finish();
    let tally = decoder.take_tally();
    assert_eq!((tally.records, tally.set_aside, tally.samples[0].line), (4, 1, 4));
    assert!(
        matches!(&tally.samples[0].why, Why::TooManyDistinct { field, limit: 2 } if field.as_str() == "interface-id")
    );
}

#[test]
fn a_projection_still_counts_values_and_knows_coverage() {
    let fields = Fields::Only(vec!["bytes".into(), "no_such_field".into()]);
    let mut decoder = Decoder::new(Want { fields, coverage: Coverage::Aside }, Limits::default());
    decoder.push(HEADER);
    decoder.push(b"2 eni-0a 5 OK\n2 eni-0a - SKIPDATA\n2 eni-0a 5\n2 eni-0a 5 OK OK\ntwo eni-0a 5 OK\n");
    decoder.finish();
    let (batch, tally) = (decoder.take(), decoder.take_tally());
    assert_eq!((tally.records, tally.skipdata, tally.set_aside), (2, 1, 2));
    assert_eq!((batch.rows, batch.columns.len()), (2, 1));
    assert_eq!(batch.columns[0].value(1), Value::Number(5));
}

#[test]
fn objects_of_different_layouts_share_a_batch() {
    let mut decoder = decoder(Limits::default());
    for object in [&b"bytes action\n7 ACCEPT\n"[..], b"action srcaddr shiny\nREJECT - x", b"bytes\n9"] {
        decoder.push(object);
        decoder.finish();
    }
    let batch = decoder.take();
    let column = |name| -> Vec<Value<'_>> {
        batch
            .column(name)
            .map(|column| (0..batch.rows).map(|row| column.value(row)).collect())
            .unwrap_or_default()
    };
    assert_eq!(column("bytes"), [Value::Number(7), Value::Null, Value::Number(9)]);
    assert_eq!(column("action"), [Value::Text("ACCEPT"), Value::Text("REJECT"), Value::Null]);
    assert_eq!(column("shiny"), [Value::Null, Value::Text("x"), Value::Null]);
    assert!(decoder.take().columns.is_empty());
}

#[test]
fn a_header_of_a_million_columns_is_refused_without_being_held() {
    for names in ["version ".repeat(1_000_000), (0..1_000_000).map(|at| format!("f{at} ")).collect()] {
        let mut decoder = decoder(Limits::default());
        decoder.push(names.as_bytes());
        decoder.push(b"\n2 eni-0a 5 OK\n");
        decoder.finish();
        let tally = decoder.take_tally();
        assert_eq!((tally.lines, tally.set_aside, decoder.take().columns.len()), (2, 2, 0));
        assert_eq!(tally.samples[0].why, Why::LineTooLong { limit: 64 * 1024 });
    }
}

#[test]
fn a_line_of_two_gigabytes_costs_no_more_than_the_bound() {
    let mut decoder = decoder(Limits::default());
    decoder.push(HEADER);
    let piece = vec![b'7'; 16 << 20];
    for _ in 0..128 {
        decoder.push(&piece);
    }
    decoder.finish();
    let tally = decoder.take_tally();
    assert_eq!((tally.lines, tally.set_aside), (2, 1));
}

#[test]
fn layouts_are_noted_once_and_not_without_end() {
    let mut decoder = decoder(Limits::default());
    for at in 0..1000 {
        decoder.push(format!("srcport dstport f{at}\n2 1 x\nsrcport dstport f{at}\n2 1 y\n").as_bytes());
    }
    decoder.finish();
    let layouts = decoder.take_layouts();
    assert_eq!(layouts.len(), 64);
    assert_eq!(layouts[1].line, 5);
    assert!(decoder.take_layouts().is_empty());
}

#[test]
fn sections_say_which_columns_the_rows_had() {
    let mut decoder = decoder(Limits::default());
    decoder.push(b"dstport type\n7 a\n8 a\ntype shiny dstport srcport\nb x 9 1\ndstport type\n");
    let batch = decoder.take();
    let sections: Vec<_> =
        batch.sections.iter().map(|section| (section.first_row, section.columns.clone())).collect();
    assert_eq!(sections, [(0, vec![0, 1]), (2, vec![1, 2, 0, 3]), (3, vec![0, 1])]);
    decoder.push(b"1 a\n");
    let batch = decoder.take();
    assert_eq!((batch.sections.len(), batch.sections[0].columns.clone()), (1, vec![0, 1]));
    assert_eq!(batch.columns[0].field.as_str(), "dstport");
}

#[test]
fn what_is_left_of_a_line_where_an_object_breaks_off_is_no_record() {
    let objects = [
        (&b"dstport bytes\n443 1234\n443 12"[..], 1, 1),
        (b"dstport bytes\n443 1234\n", 1, 0),
        (b"dstport bytes\n443 1234\n  ", 1, 0),
        (b"443 12", 0, 1),
        (b"{\"message\": \"dstport bytes\"}\n{\"message\": \"443 12", 0, 1),
        (b"[]\n443 12", 0, 1),
    ];
    for (object, records, set_aside) in objects {
        let mut decoder = decoder(Limits::default());
        decoder.push(object);
        decoder.cut();
        let tally = decoder.take_tally();
        assert_eq!((tally.records, tally.set_aside), (records, set_aside), "{tally:?}");
        assert_eq!(tally.lines, tally.headers + tally.blank + records + set_aside);
    }
}

#[test]
fn an_object_of_nothing_but_white_space_has_as_many_lines_as_line_feeds() {
    for (text, lines) in [("\n", 1), ("\n\n", 2), (" \n\n  ", 3), (" ", 1), ("", 0)] {
        let mut decoder = Decoder::new(Want::default(), Limits::default());
        decoder.push(text.as_bytes());
        decoder.finish();
        let tally = decoder.take_tally();
        assert_eq!((tally.lines, tally.blank), (lines, lines), "{text:?}");
    }
}
