//! `weir advise` on a simulated morning: the truth about its faults, the faces of the advice, and what is said without an
//! inventory.

use crate::cli::{run, stderr, stdout};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use tempfile::TempDir;

/// Six busy hours.
static MORNING: LazyLock<(TempDir, Value)> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let out = folder.path().to_str().unwrap();
    let output =
        run(&["simulate", "--seed", "11", "--hours", "6", "--end", "2026-11-20T14:00:00Z", "--out", out]);
    assert!(output.status.success(), "{}", stderr(&output));
    let truth = std::fs::read(folder.path().join("truth.json")).unwrap();
    (folder, serde_json::from_slice(&truth).unwrap())
});

fn advise(more: &[&str]) -> String {
    let below = |name: &str| MORNING.0.path().join(name).to_str().unwrap().to_owned();
    let (logs, inventory) = (below("logs"), below("inventory"));
    let mut arguments = vec!["advise", "--source", &logs, "--from", "2026-11-20T08:00:00Z"];
    arguments.extend(["--to", "2026-11-20T14:00:00Z"]);
    if !more.contains(&"--alone") {
        arguments.extend(["--inventory", &inventory]);
    }
    arguments.extend(more.iter().filter(|more| **more != "--alone"));
    let output = run(&arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

fn json(more: &[&str]) -> Value {
    serde_json::from_str(&advise(&[&["--format", "json"], more].concat())).unwrap()
}

#[test]
fn every_opening_mends_an_injected_fault_and_none_lets_a_scanner_in() {
    let advice = json(&[]);
    assert_eq!(advice["window"]["from"], MORNING.1["begin"]);
    let faults: BTreeSet<(String, u64)> = MORNING.1["misconfigurations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            (fault["group"].as_str().unwrap_or_default().to_owned(), fault["port"].as_u64().unwrap())
        })
        .collect();
    let suggestions = advice["suggestions"].as_array().unwrap();
    let openings: Vec<&Value> = suggestions.iter().filter(|one| one["action"] == "open").collect();
    assert!(openings.len() >= 3, "{openings:?}");
    for opening in openings {
        let what = (opening["group"].as_str().unwrap().to_owned(), opening["from_port"].as_u64().unwrap());
        assert!(faults.contains(&what), "{opening} is no fault of {faults:?}");
    }
    let verdicts: BTreeSet<&str> =
        advice["blocked"].as_array().unwrap().iter().map(|card| card["verdict"].as_str().unwrap()).collect();
    assert!(verdicts.contains("sg-ingress") && verdicts.contains("scanner"), "{verdicts:?}");
    assert!(!advice["rule_usage"].as_array().unwrap().is_empty());
}

#[test]
fn suggestions_are_text_to_review_in_three_notations() {
    assert!(advise(&["--format", "terraform"]).contains("resource \"aws_vpc_security_group_ingress_rule\""));
    let commands = advise(&["--format", "cli"]);
    assert!(
        commands.contains("aws ec2 authorize-security-group-") && commands.contains("# revert: aws ec2 ")
    );
    let template: Value = serde_json::from_str(&advise(&["--format", "cloudformation"])).unwrap();
    assert!(template["Resources"].as_object().is_some_and(|resources| !resources.is_empty()));
    assert!(advise(&[]).contains("suggestions"));
}

#[test]
fn without_an_inventory_verdicts_come_from_the_logs_and_nothing_is_suggested() {
    let advice = json(&["--alone"]);
    assert!(!advice["blocked"].as_array().unwrap().is_empty());
    assert!(advice["suggestions"].as_array().unwrap().is_empty());
    let folder = MORNING.0.path().join("logs");
    let output = run(&["advise", "--source", folder.to_str().unwrap(), "--format", "terraform"]);
    assert!(!output.status.success() && stderr(&output).contains("--inventory"), "{}", stderr(&output));
}

#[test]
fn an_inventory_that_is_not_there_is_named() {
    let logs = MORNING.0.path().join("logs");
    let output = run(&["advise", "--source", logs.to_str().unwrap(), "--inventory", "/nowhere/inventory"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("/nowhere/inventory"), "{}", stderr(&output));
}
