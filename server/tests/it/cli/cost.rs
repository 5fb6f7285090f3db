//! `weir cost` on a simulated morning, and `weir cost price`: AWS's own worked examples, and orders that make no sense.

use crate::cli::{run, stderr, stdout};
use serde_json::Value;
use std::sync::LazyLock;
use tempfile::TempDir;

fn bill(more: &[&str]) -> Value {
    let output = run(&[&["cost", "price", "--region", "us-east-1", "--format", "json"], more].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[test]
fn the_worked_examples_of_aws_come_out_to_the_cent() {
    assert_eq!(bill(&["--gb", "73728", "--destination", "s3"])["total"], "8294.40");
    assert_eq!(
        bill(&["--gb", "73728", "--destination", "s3", "--file-format", "parquet"])["total"],
        "10506.24"
    );
    assert_eq!(bill(&["--gb", "73728", "--destination", "cloudwatch"])["total"], "13414.40");
    assert_eq!(bill(&["--gb", "25", "--destination", "cloudwatch"])["total"], "12.50");
}

#[test]
fn an_order_that_makes_no_sense_is_refused_with_what_is_meant() {
    for (region, destination, word) in [("us-east-9", "s3", "us-east-1"), ("us-east-1", "s4", "s3")] {
        let output = run(&["cost", "price", "--gb", "1", "--destination", destination, "--region", region]);
        assert!(!output.status.success());
        assert!(stderr(&output).contains(word), "{}", stderr(&output));
    }
}

#[test]
fn prices_of_ones_own_count_and_a_slip_in_them_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "[region.us-east-1]\ndeliver-to-s4 = 1\n").unwrap();
    let path = file.to_str().unwrap();
    let order =
        ["cost", "price", "--gb", "1", "--destination", "s3", "--region", "us-east-1", "--prices", path];
    let output = run(&order);
    assert!(!output.status.success());
    assert!(
        stderr(&output).contains("mine.toml") && stderr(&output).contains("deliver-to-s3"),
        "{}",
        stderr(&output)
    );
}

/// Six simulated hours, with the truth about them.
static MORNING: LazyLock<(TempDir, Value)> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = run(&[
        "simulate",
        "--seed",
        "3",
        "--format",
        "v5",
        "--hours",
        "6",
        "--end",
        "2026-11-20T14:00:00Z",
        "--out",
        out,
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    let truth = std::fs::read(folder.path().join("truth.json")).unwrap();
    (folder, serde_json::from_slice(&truth).unwrap())
});

fn measured(more: &[&str]) -> String {
    let logs = MORNING.0.path().join("logs");
    let output = run(&[&["cost", "--source", logs.to_str().unwrap()], more].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

fn told(more: &[&str]) -> Value {
    serde_json::from_str(&measured(&[&["--format", "json"], more].concat())).unwrap()
}

#[test]
fn what_was_simulated_is_measured_to_the_byte_and_given_to_its_causes() {
    let cost = told(&[]);
    let totals = &MORNING.1["totals"];
    assert_eq!(cost["text_bytes"], totals["text_bytes"]);
    let log = &cost["logs"][0];
    assert_eq!((&log["flow_log"], &log["account"]), (&MORNING.1["flow_log"], &MORNING.1["account"]));
    assert_eq!((&log["objects"], &log["stored_bytes"]), (&totals["objects"], &totals["stored_bytes"]));
    let lines = totals["records"].as_u64().unwrap()
        + totals["nodata"].as_u64().unwrap()
        + totals["skipdata"].as_u64().unwrap();
    assert_eq!(log["lines"].as_u64(), Some(lines));
    assert!((log["measured_days"].as_f64().unwrap() - 0.25).abs() < 0.01);
    let interfaces = cost["interfaces"].as_array().unwrap();
    let sum: u64 = interfaces.iter().map(|one| one["text_bytes"].as_u64().unwrap()).sum();
    assert_eq!(Some(sum), totals["text_bytes"].as_u64());
    for (name, count) in MORNING.1["by_interface"].as_object().unwrap() {
        let found = interfaces.iter().find(|one| one["interface"] == *name).unwrap();
        assert!(found["lines"].as_u64() >= count["records"].as_u64(), "{name}");
    }
    let causes: Vec<&str> =
        cost["causes"].as_array().unwrap().iter().map(|cause| cause["id"].as_str().unwrap()).collect();
    for id in ["nat", "route53-checks", "rejected"] {
        assert!(causes.contains(&id), "{id} in {causes:?}");
    }
    let fields: Vec<&str> =
        cost["fields"].as_array().unwrap().iter().map(|field| field["field"].as_str().unwrap()).collect();
    let simulated: Vec<&str> =
        MORNING.1["fields"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()).collect();
    assert_eq!(fields, simulated);
}

#[test]
fn a_data_folder_tells_the_same_as_the_objects() {
    let data = TempDir::new().unwrap();
    let folder = data.path().to_str().unwrap();
    let read = told(&["--data", folder]);
    let run = run(&["cost", "--data", folder, "--format", "json"]);
    let again: Value = serde_json::from_str(&stdout(&run)).unwrap();
    assert_eq!(read, again);
    let directly = told(&[]);
    for part in ["interfaces", "bill", "month", "causes", "fields", "what_if"] {
        assert_eq!(read[part], directly[part], "{part}");
    }
}

#[test]
fn text_and_csv_have_the_total_of_the_json() {
    let total = told(&["--kept-days", "30"])["bill"]["total"].as_str().unwrap().to_owned();
    assert!(measured(&["--kept-days", "30"]).contains(&format!("${total}")));
    assert!(measured(&["--kept-days", "30", "--format", "csv"]).contains(&format!(",{total},")));
    let chosen = told(&["--choose", "without-tcp-flags", "--choose", "traffic-reject"]);
    assert_eq!(chosen["chosen"].as_array().unwrap().len(), 2);
    let logs = MORNING.0.path().join("logs");
    for wrong in [["--choose", "nothing"], ["--flow-log", "fl-0"]] {
        let output = run(&[&["cost", "--source", logs.to_str().unwrap()], &wrong[..]].concat());
        assert!(!output.status.success() && stderr(&output).contains(wrong[1]), "{}", stderr(&output));
    }
}
