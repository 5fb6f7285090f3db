//! `weir cost price`: AWS's own worked examples, and orders that make no sense.

use crate::cli::{run, stderr, stdout};
use serde_json::Value;

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
    let folder = tempfile::TempDir::new().unwrap();
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
