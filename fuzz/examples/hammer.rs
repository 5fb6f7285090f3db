//! Fuzzing without a fuzzer: mutates the corpora by a fixed stream of numbers and tries every check on the result. Runs
//! on stable, and a run of the same length tries much the same inputs.
//!
//! `cargo run --release --example hammer -- --seconds 60 [--seed 1] [--target lines]`. A finding is written to
//! `artifacts/` and ends the run with 1; copy it into the target's corpus with the fix.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fuzz::TARGETS;

/// Longest input that mutation makes; longer ones find nothing more and take longer.
const INPUT_BYTES: usize = 8 * 1024;

/// Pieces of what the targets read, which blind mutation would take long to make.
const WORDS: [&[u8]; 40] = [
    b"version ",
    b"account-id ",
    b"srcaddr ",
    b"bytes ",
    b"log-status\n",
    b"shiny-new ",
    b" OK\n",
    b" NODATA\n",
    b" - ",
    b"SKIPDATA",
    b"1512564058000 ",
    b"10.0.0.1 ",
    b"2001:db8::1 ",
    b"2026-11-20T03:00:00.000Z ",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"{\"message\":\"",
    b"\"}",
    b"\\n",
    b"\\u00e9",
    b"\"logEvents\":[",
    b"]}",
    b"\"messageType\":\"CONTROL_MESSAGE\",",
    b"TransitGateway tgw-1 ",
    b"_vpcflowlogs_us-east-1_fl-1_20180620T1620Z_",
    b".log.parquet",
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    b"\x28\xb5\x2f\xfd",
    b" AND ",
    b" NOT IN (",
    b"\"",
    b"srcaddr IN 10.0.0.0/8",
    b"bytes >= ",
    b"&filter=",
    b"v=1&from=now-3h&to=now",
    b"%20",
    b"${version}",
    b"/",
];

/// Pseudo-random numbers, the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }

    fn place(&mut self, input: &[u8]) -> usize {
        self.below(input.len() + 1)
    }
}

struct Settings {
    seconds: u64,
    seed: u64,
    target: Option<String>,
}

fn settings() -> Settings {
    let mut settings = Settings { seconds: 60, seed: 1, target: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        let number = || value.parse().unwrap_or_else(|_| panic!("{flag} takes a number"));
        match flag.as_str() {
            "--seconds" => settings.seconds = number(),
            "--seed" => settings.seed = number(),
            "--target" => settings.target = Some(value),
            _ => panic!("unknown flag {flag}: --seconds, --seed and --target are known"),
        }
    }
    settings
}

/// The inputs that mutation starts from: the target's corpus, for lines and headers the fixtures too.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![top.join("corpus").join(target)];
    if ["lines", "header"].contains(&target) {
        folders.push(top.join("../server/crates/flowlog/tests/corpus"));
    }
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    let mut inputs: Vec<Vec<u8>> = files.iter().filter_map(|file| fs::read(file).ok()).collect();
    inputs.push(Vec::new());
    inputs
}

/// One small change.
fn mutate(input: &mut Vec<u8>, dice: &mut Dice, others: &[Vec<u8>]) {
    let at = dice.place(input);
    let end = (at + dice.below(40)).min(input.len());
    match dice.below(9) {
        0 => input.truncate(at),
        1 => drop(input.drain(at..end)),
        2 => input.insert(at, dice.below(256) as u8),
        3 if at < input.len() => input[at] ^= 1 << dice.below(8),
        4 if at < input.len() => input[at] = b" -0:.\n\"{}[]%\0\xff9"[dice.below(15)],
        5 => {
            let piece = input[at..end].to_vec();
            let to = dice.place(input);
            input.splice(to..to, piece);
        }
        6 => {
            let other = &others[dice.below(others.len())];
            let from = dice.place(other);
            let to = (from + dice.below(200)).min(other.len());
            input.splice(at..end, other[from..to].iter().copied());
        }
        _ => {
            let word = WORDS[dice.below(WORDS.len())];
            input.splice(at..at, word.iter().copied());
        }
    }
    input.truncate(INPUT_BYTES);
}

/// Tries one target for so long; returns how many inputs were tried, or the one that failed.
fn hammer(check: fuzz::Check, inputs: &[Vec<u8>], settings: &Settings) -> Result<u64, Vec<u8>> {
    let mut dice = Dice(settings.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let until = Instant::now() + Duration::from_secs(settings.seconds);
    let mut tried = 0;
    while Instant::now() < until {
        let mut input = inputs[dice.below(inputs.len())].clone();
        for _ in 0..=dice.below(6) {
            mutate(&mut input, &mut dice, inputs);
        }
        tried += 1;
        if panic::catch_unwind(AssertUnwindSafe(|| check(&input))).is_err() {
            return Err(input);
        }
    }
    Ok(tried)
}

fn main() -> ExitCode {
    let settings = settings();
    let mut found = false;
    for (target, check) in TARGETS {
        if settings.target.as_ref().is_some_and(|wanted| wanted != target) {
            continue;
        }
        match hammer(check, &corpus(target), &settings) {
            Ok(tried) => println!("{target}: {tried} inputs in {} s, nothing found", settings.seconds),
            Err(input) => {
                found = true;
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(target);
                let file = folder.join(format!("hammer-{}", settings.seed));
                let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, &input));
                println!("{target}: found {} ({written:?})", file.display());
            }
        }
    }
    if found { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
