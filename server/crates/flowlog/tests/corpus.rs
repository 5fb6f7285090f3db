//! Every file of `tests/corpus` against its expectation: one `.log` per trap, decoded whole and in pieces, with the
//! record format of the `.format` beside it if there is one.
//!
//! `UPDATE_CORPUS=1 cargo test -p flowlog --test corpus` writes the expectations anew; read the difference.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flowlog::{Coverage, Decoder, Fields, Format, Limits, Value, Want};

/// Decodes a file in chunks of this size and writes down everything that came out.
fn decoded(log: &Path, chunk_bytes: usize, coverage: Coverage) -> String {
    let text = fs::read(log).unwrap();
    let want = Want { fields: Fields::All, coverage };
    let mut decoder = Decoder::new(want, Limits { samples: 100, ..Limits::default() });
    if let Ok(format) = fs::read_to_string(log.with_extension("format")) {
        decoder = decoder.with_format(Format::parse(&format).unwrap());
    }
    text.chunks(chunk_bytes).for_each(|chunk| decoder.push(chunk));
    decoder.finish();
    let (batch, tally) = (decoder.take(), decoder.take_tally());

    let mut page = String::new();
    for layout in decoder.take_layouts() {
        let (fields, by, from) = (layout.fields.len(), layout.by, layout.line);
        let wrapped = if layout.wrapped { " in JSON" } else { "" };
        writeln!(page, "layout of {fields} fields from line {from}: {by:?}{wrapped}").unwrap();
    }
    for row in 0..batch.rows {
        writeln!(page, "row {}", row + 1).unwrap();
        let section = batch.sections.iter().rfind(|section| section.first_row <= row).unwrap();
        for column in section.columns.iter().map(|column| &batch.columns[*column]) {
            match column.value(row) {
                Value::Null => {}
                Value::Number(number) => writeln!(page, "  {} {number}", column.field).unwrap(),
                Value::Address(address) => writeln!(page, "  {} @{address}", column.field).unwrap(),
                Value::Text(text) => writeln!(page, "  {} {text:?}", column.field).unwrap(),
            }
        }
    }
    for record in &tally.coverage {
        let what = if record.skipped { "skipped" } else { "no data" };
        let (start, end) = (record.start, record.end);
        writeln!(page, "{what} {:?} of {:?} from {start} to {end}", record.interface, record.account)
            .unwrap();
    }
    for sample in &tally.samples {
        writeln!(page, "line {}: {}", sample.line, sample.why).unwrap();
    }
    let kinds = [tally.headers, tally.blank, tally.records, tally.nodata, tally.skipdata, tally.set_aside];
    assert_eq!(kinds.iter().sum::<u64>(), tally.lines);
    let [headers, blank, records, nodata, skipdata, set_aside] = kinds;
    let lines = tally.lines;
    writeln!(
        page,
        "{lines} lines: {headers} headers, {blank} blank, {records} records, {nodata} nodata, {skipdata} skipdata, \
         {set_aside} set aside"
    )
    .unwrap();
    page
}

fn corpus() -> Vec<PathBuf> {
    // Asked at run time: with a shared target folder a test may have been compiled in another clone.
    let crate_folder = env::var_os("CARGO_MANIFEST_DIR").unwrap();
    let folder = Path::new(&crate_folder).join("tests/corpus");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "log")).collect();
    logs.sort();
    logs
}

#[test]
fn every_file_decodes_as_written_down() {
    let logs = corpus();
    assert!(logs.len() > 40, "the corpus is not where it should be");
    for log in logs {
        let actual = decoded(&log, usize::MAX, Coverage::Aside);
        let expected_path = log.with_extension("expected");
        if std::env::var_os("UPDATE_CORPUS").is_some() {
            fs::write(&expected_path, &actual).unwrap();
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        assert_eq!(actual, expected, "{}", log.display());
    }
}

#[test]
fn every_file_decodes_alike_in_pieces_of_any_size() {
    for log in corpus() {
        for coverage in [Coverage::Aside, Coverage::InLine] {
            let whole = decoded(&log, usize::MAX, coverage);
            for chunk_bytes in [1, 2, 7, 64, 111] {
                let pieces = decoded(&log, chunk_bytes, coverage);
                assert_eq!(pieces, whole, "{} in chunks of {chunk_bytes}", log.display());
            }
        }
    }
}
