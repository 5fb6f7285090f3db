//! `weir decode`.

use crate::cli::{run, stderr, stdout, weir};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use tempfile::TempDir;

const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";
const FLOW: &str =
    "2 012345678901 eni-0a 10.0.0.1 2001:db8::5 49152 443 6 10 8420 1620140661 1620140721 ACCEPT OK\n";
const NODATA: &str = "2 012345678901 eni-0a - - - - - - - 1620140661 1620140721 - NODATA\n";
const SKIPDATA: &str = "2 012345678901 eni-0a - - - - - - - 1620140661 1620140721 - SKIPDATA\n";

fn gzip(text: &str) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
    let mut packed = vec![0; compressor.gzip_compress_bound(text.len())];
    let size = compressor.gzip_compress(text.as_bytes(), &mut packed).unwrap();
    packed.truncate(size);
    packed
}

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn summary(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn records_are_printed_in_layout_order_with_their_types() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "a.log.gz", &gzip(&[HEADER, FLOW, NODATA, SKIPDATA].concat()));
    let output = run(&["decode".as_ref(), path.as_os_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "{\"version\":2,\"account-id\":\"012345678901\",\"interface-id\":\"eni-0a\",\"srcaddr\":\"10.0.0.1\",\
         \"dstaddr\":\"2001:db8::5\",\"srcport\":49152,\"dstport\":443,\"protocol\":6,\"packets\":10,\"bytes\":8420,\
         \"start\":1620140661,\"end\":1620140721,\"action\":\"ACCEPT\",\"log-status\":\"OK\"}"
    );
    let status = |line: &str| serde_json::from_str::<Value>(line).unwrap()["log-status"].clone();
    assert_eq!((lines.len(), status(lines[1]), status(lines[2])), (3, "NODATA".into(), "SKIPDATA".into()));
    let summary = summary(&stderr(&output));
    assert_eq!(
        (&summary["records"], &summary["nodata"], &summary["skipdata"]),
        (&1.into(), &1.into(), &1.into())
    );
    assert_eq!(summary["set_aside"], serde_json::json!([]));
}

#[test]
fn bad_lines_are_named_by_file_and_number_and_stop_nothing() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "b.log", [HEADER, FLOW, "bogus line\n", FLOW].concat().as_bytes());
    let output = run(&["decode".as_ref(), path.as_os_str()]);
    assert_eq!((stdout(&output).lines().count(), output.status.code()), (2, Some(0)));
    let summary = summary(&stderr(&output));
    assert_eq!(summary["set_aside_total"], 1);
    let line = &summary["set_aside"][0];
    assert_eq!((line["object"].as_str(), line["line"].as_u64()), (path.to_str(), Some(3)));
    assert!(!line["why"].as_str().unwrap().is_empty());
}

#[test]
fn an_unreadable_file_is_named_and_the_others_are_still_decoded() {
    let folder = TempDir::new().unwrap();
    let good = file(&folder, "good.log.gz", &gzip(&[HEADER, FLOW].concat()));
    let mut cut = gzip(&[HEADER, &FLOW.repeat(50)].concat());
    cut.truncate(cut.len() - 9);
    let cut = file(&folder, "cut.log.gz", &cut);
    let empty = file(&folder, "empty.log.gz", b"");
    let missing = folder.path().join("missing.log.gz");
    let output = weir().arg("decode").args([&missing, &cut, &empty, &good]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    for (name, nth) in [("missing.log.gz", 0), ("cut.log.gz", 1), ("empty.log.gz", 2)] {
        let line = text.lines().filter(|line| line.starts_with("error: ")).nth(nth).unwrap();
        assert!(line.contains(name), "{line}");
    }
    let last = stdout(&output).lines().last().unwrap().to_owned();
    assert!(last.contains("\"bytes\":8420"), "{last}");
    assert!(summary(&text)["records"].as_u64().unwrap() >= 1);
}

#[test]
fn the_line_that_a_cut_file_ends_in_is_no_record() {
    let folder = TempDir::new().unwrap();
    let lines: String = (0..3_000).map(|n| format!("10.0.{}.{} 1234567{n:05}\n", n / 256, n % 256)).collect();
    let packed = gzip(&format!("srcaddr bytes\n{lines}"));
    for cut in [100, 101, 102, 110, 120] {
        let path = file(&folder, "cut.log.gz", &packed[..packed.len() - cut]);
        let output = run(&["decode".as_ref(), path.as_os_str()]);
        assert_eq!(output.status.code(), Some(1));
        let (text, told) = (stdout(&output), stderr(&output));
        for line in text.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            assert_eq!(record["bytes"].to_string().len(), 12, "{line}");
        }
        assert!(told.contains("cut.log.gz: gzip ends too early") && told.contains("cure: "), "{told}");
        assert_eq!(told.lines().next().unwrap().matches("cut.log.gz").count(), 1, "{told}");
    }
}

#[test]
fn binary_files_are_named_by_their_format() {
    let folder = TempDir::new().unwrap();
    for (bytes, name) in [(b"BZh91AY&SY....".to_vec(), "bzip2"), (b"PK\x03\x04....".to_vec(), "zip")] {
        let path = file(&folder, "odd", &bytes);
        let output = run(&["decode".as_ref(), path.as_os_str()]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(name), "{}", stderr(&output));
    }
}

#[test]
fn a_format_names_the_fields_of_records_without_a_header() {
    let folder = TempDir::new().unwrap();
    let event = "{\"message\":\"10.0.0.1 443 77\"}";
    let path = file(&folder, "firehose", format!("{event}{event}\n{{\"message\":\"10.0.0.1\"}}").as_bytes());
    let format = "${srcaddr} ${dstport} ${bytes}";
    let output = run(&["decode".as_ref(), path.as_os_str(), "--format".as_ref(), format.as_ref()]);
    assert_eq!(stdout(&output), "{\"srcaddr\":\"10.0.0.1\",\"dstport\":443,\"bytes\":77}\n".repeat(2));
    assert_eq!(summary(&stderr(&output))["set_aside"][0]["line"], 3);

    let output = run(&["decode".as_ref(), path.as_os_str()]);
    let summary = summary(&stderr(&output));
    let why = summary["set_aside"][0]["why"].as_str().unwrap();
    assert!(why.contains("3 values") && why.contains("--record-format"), "{why}");
    let output = run(&["decode", "--format", "srcaddr 443", "-"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("not a field name: 443"), "{}", stderr(&output));
}

#[test]
fn explain_says_what_the_columns_are_and_prints_no_records() {
    let folder = TempDir::new().unwrap();
    let path =
        file(&folder, "a.log.gz", &gzip(&[FLOW, "srcaddr dstaddr shiny-new\n10.0.0.1 - x\n"].concat()));
    let output = run(&["decode".as_ref(), "--explain".as_ref(), path.as_os_str()]);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 1 + 14 + 1 + 3, "{text}");
    assert!(lines[0].ends_with("a.log.gz: gzip text"));
    assert!(lines[1].contains("from line 1: 14 columns") && lines[1].contains("default VPC format"));
    assert!(lines[2].contains("version") && lines[5].contains("address"));
    assert!(lines[16].contains("from line 2: 3 columns, named by the header line"));
    assert_eq!(summary(&stderr(&output))["records"], 2);
}

#[test]
fn standard_input_is_a_file_too() {
    let mut process = weir()
        .args(["decode", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(&gzip(&[HEADER, FLOW].concat())).unwrap();
    let output = process.wait_with_output().unwrap();
    assert_eq!((stdout(&output).lines().count(), output.status.code()), (1, Some(0)));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "long.log", [HEADER, &FLOW.repeat(200_000)].concat().as_bytes());
    let mut process =
        weir().arg("decode").arg(&path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(process.stdout.take());
    let output = process.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}
