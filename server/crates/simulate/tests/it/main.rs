//! What a simulation promises its readers, checked on the files it wrote; how the files are read for that.
//! Reads them with code of its own; nothing here knows how they were made.

#![expect(clippy::unwrap_used, reason = "a test that cannot read what it checks has failed")]

mod files;
mod policy;
mod records;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use libdeflater::Decompressor;
use serde_json::Value;
use simulate::{Count, Format, Layer, Settings, SimulateError, Truth, simulate};
use tempfile::TempDir;

/// Monday 2026-11-23 20:50 UTC, and a bit.
const END: i64 = 1_795_467_123;

struct Run {
    folder: TempDir,
    truth: Truth,
    records: Vec<HashMap<String, String>>,
}

/// Two hours in version 5 with the truth of every record; made once for all tests.
fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let settings = Settings { truth_flows: true, ..Settings::new(11, 2, END) };
        let folder = TempDir::new().unwrap();
        let truth = simulate(&settings, folder.path(), &mut |_| {}).unwrap();
        let records = records_of(folder.path());
        Run { folder, truth, records }
    })
}

fn simulated(settings: &Settings) -> (TempDir, Truth) {
    let folder = TempDir::new().unwrap();
    let truth = simulate(settings, folder.path(), &mut |_| {}).unwrap();
    (folder, truth)
}

fn files_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The text of a gzip file of one member; the last four bytes are its length.
fn unpack(packed: &[u8]) -> String {
    let length = u32::from_le_bytes(packed[packed.len() - 4..].try_into().unwrap());
    let mut text = vec![0; length as usize];
    Decompressor::new().gzip_decompress(packed, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn objects_of(folder: &Path) -> BTreeMap<PathBuf, String> {
    let logs = files_of(&folder.join("logs"));
    logs.into_iter().map(|(path, packed)| (path, unpack(&packed))).collect()
}

/// Every line of every object as field to value, plus `stamp`, the first second of the object's window.
fn records_of(folder: &Path) -> Vec<HashMap<String, String>> {
    let mut records = Vec::new();
    for (path, text) in objects_of(folder) {
        let stamp = path.to_str().unwrap().rsplit('_').nth(1).unwrap().to_owned();
        let mut lines = text.lines();
        let header: Vec<_> = lines.next().unwrap().split(' ').collect();
        for line in lines {
            let values: Vec<_> = line.split(' ').collect();
            assert_eq!(values.len(), header.len(), "{line}");
            let mut record: HashMap<_, _> = header
                .iter()
                .zip(values)
                .map(|(field, value)| ((*field).to_owned(), value.to_owned()))
                .collect();
            record.insert("stamp".to_owned(), stamp.clone());
            records.push(record);
        }
    }
    records
}

fn number(record: &HashMap<String, String>, field: &str) -> i64 {
    record[field].parse().unwrap()
}

fn flows(run: &Run) -> impl Iterator<Item = &HashMap<String, String>> {
    run.records.iter().filter(|record| record["log-status"] == "OK")
}

fn inventory(run: &Run, file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(run.folder.path().join("inventory").join(file)).unwrap()).unwrap()
}

/// Private addresses (both families) of the interfaces that carry a group.
fn addresses_of(run: &Run, group: &str) -> BTreeSet<String> {
    let interfaces = inventory(run, "network-interfaces.json");
    let mut found = BTreeSet::new();
    for interface in interfaces["NetworkInterfaces"].as_array().unwrap() {
        if interface["Groups"].as_array().unwrap().iter().any(|one| one["GroupName"] == group) {
            found.insert(interface["PrivateIpAddress"].as_str().unwrap().to_owned());
            for addr in interface["Ipv6Addresses"].as_array().unwrap() {
                found.insert(addr["Ipv6Address"].as_str().unwrap().to_owned());
            }
        }
    }
    found
}
