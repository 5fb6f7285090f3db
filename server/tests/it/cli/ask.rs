//! `weir simulate`, `ingest` and `ask`: a simulated hour, asked by every way there is, against the truth about it.

use crate::cli::{run, stderr, stdout};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;
use tempfile::TempDir;

/// Two days around the simulated hour.
const AROUND: &str = "from=2026-11-19&to=2026-11-21";

/// One hour of logs, simulated once for all tests.
static HOUR: LazyLock<(TempDir, Value)> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let out = folder.path().to_str().unwrap();
    let output =
        run(&["simulate", "--seed", "3", "--hours", "1", "--end", "2026-11-20T04:00:00Z", "--out", out]);
    assert!(output.status.success(), "{}", stderr(&output));
    let truth = std::fs::read(folder.path().join("truth.json")).unwrap();
    (folder, serde_json::from_slice(&truth).unwrap())
});

fn logs() -> PathBuf {
    HOUR.0.path().join("logs")
}

fn truth(name: &str) -> u64 {
    HOUR.1["totals"][name].as_u64().unwrap()
}

fn ask(question: &str, link: &str, ground: &[&Path], more: &[&str]) -> Output {
    let mut arguments = vec!["ask".to_owned(), question.to_owned(), link.to_owned()];
    for (flag, path) in
        ["--source", "--data"].iter().zip(ground).filter(|(_, path)| !path.as_os_str().is_empty())
    {
        arguments.extend([(*flag).to_owned(), path.to_str().unwrap().to_owned()]);
    }
    arguments.extend(more.iter().map(|more| (*more).to_owned()));
    run(&arguments)
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_str(&stdout(output)).unwrap()
}

fn is_the_truth(summary: &Value) {
    for (ours, theirs) in [("flows", "records"), ("bytes", "bytes"), ("packets", "packets")] {
        assert_eq!(summary[ours].as_u64(), Some(truth(theirs)), "{ours} in {summary}");
    }
}

#[test]
fn objects_asked_directly_tell_the_truth() {
    is_the_truth(&answer(&ask("summary", AROUND, &[&logs()], &[])));
    let timeline = answer(&ask("timeline", &format!("{AROUND}&measure=flows"), &[&logs()], &[]));
    let total: u64 =
        timeline["series"].as_array().unwrap().iter().map(|series| series["total"].as_u64().unwrap()).sum();
    assert_eq!(total, truth("records"));
}

#[test]
fn the_lake_tells_the_truth_and_counts_nothing_twice() {
    let data = TempDir::new().unwrap();
    let ingest =
        || run(&["ingest", "--source", logs().to_str().unwrap(), "--data", data.path().to_str().unwrap()]);
    let first = ingest();
    assert!(first.status.success(), "{}", stderr(&first));
    assert!(stdout(&first).contains(&format!("{} objects", truth("objects"))), "{}", stdout(&first));
    let second = ingest();
    assert!(stdout(&second).contains(": 0 objects, 0 records"), "{}", stdout(&second));
    let nowhere = Path::new("");
    is_the_truth(&answer(&ask("summary", AROUND, &[nowhere, data.path()], &[])));
    let csv = ask("timeline", &format!("{AROUND}&split=none"), &[nowhere, data.path()], &["--format", "csv"]);
    let text = stdout(&csv);
    assert_eq!(text.lines().next(), Some("time,series,label,bytes"));
    let sum: u64 =
        text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(sum, truth("bytes"));
}

#[test]
fn both_ways_rank_the_same_talkers_and_find_the_same_rejects() {
    let data = TempDir::new().unwrap();
    for (question, link) in [
        ("top", "measure=bytes&top=25".to_owned()),
        ("matrix", "measure=flows&rows=service-port&top=1000".to_owned()),
        ("timeline", "filter=action%20%3D%20REJECT&split=interface-id&top=1000".to_owned()),
    ] {
        let link = format!("{AROUND}&{link}");
        let strip = |output: &Output| {
            let mut answer = answer(output);
            // Where an answer came from differs on purpose, and what was never delivered only a catalog can know.
            for own in ["provenance", "gaps", "p95"] {
                answer.as_object_mut().unwrap().remove(own);
            }
            for series in answer["series"].as_array_mut().into_iter().flatten() {
                series.as_object_mut().unwrap().remove("p95");
            }
            answer
        };
        let direct = strip(&ask(question, &link, &[&logs()], &[]));
        let stored = strip(&ask(question, &link, &[&logs(), data.path()], &[]));
        assert!(direct == stored, "{question} differs\n{direct}\n{stored}");
    }
}

#[test]
fn decoding_every_object_finds_every_record() {
    let mut arguments = vec!["decode".to_owned()];
    let mut folders = vec![logs()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { arguments.push(path.to_str().unwrap().to_owned()) }
        }
    }
    let output = run(&arguments);
    let text = stderr(&output);
    let summary: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let counts = ["records", "nodata", "skipdata"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(counts, [truth("records"), truth("nodata"), truth("skipdata")]);
    assert_eq!(stdout(&output).lines().count() as u64, counts.iter().sum::<u64>());
    assert_eq!(summary["set_aside_total"], 0);
}
