//! How often the ladder is right, against the simulator's truth about every record: wrong and unknown clients, service
//! ports and directions, with `tcp-flags`, without them, and with the columns of version 2 alone. `flow-direction` is
//! dropped always. Exit code 1 when a goal is missed.
//!
//! `cargo run --release -p sides --example scoreboard -- [--seed N]… [--hours H]`; seeds 1 to 20 by default.

mod logs;
mod score;

use logs::{Chunk, Format};
use score::Score;
use sides::{Knowledge, Verdicts};
use simulate::{Settings, simulate};
use std::process::ExitCode;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

/// Records that are learned and judged together, as ingest commits them.
const COMMIT_ROWS: usize = 1 << 18;
/// Monday 2026-11-23 21:00 UTC: the hours before are busy ones.
const END: i64 = 1_795_467_600;
const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;
/// Long enough for several commits, and for connections that began before the first.
const HOURS: u32 = 3;

struct Arguments {
    seeds: Vec<u64>,
    hours: u32,
}

fn arguments() -> Result<Arguments, Failure> {
    let (mut seeds, mut hours) = (Vec::new(), HOURS);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--seed" => seeds.push(value.parse()?),
            "--hours" => hours = value.parse()?,
            _ => return Err(format!("{word} is not known: --seed N, --hours H").into()),
        }
    }
    if seeds.is_empty() {
        seeds = SEEDS.collect();
    }
    Ok(Arguments { seeds, hours })
}

/// Simulates, reads, learns, judges; adds to the score of each format. The time that learning and judging took.
fn run(seed: u64, hours: u32, totals: &mut [Score]) -> Result<Duration, Failure> {
    let folder = tempfile::tempdir()?;
    let settings = Settings { truth_flows: true, ..Settings::new(seed, hours, END) };
    simulate(&settings, folder.path(), &mut |_| {})?;
    let mut scores: Vec<Score> = Format::ALL.iter().map(|_| Score::default()).collect();
    let mut knowledge: Vec<Knowledge> = Format::ALL.iter().map(|_| Knowledge::default()).collect();
    let (mut spent, mut verdicts) = (Duration::ZERO, Verdicts::default());
    logs::read(folder.path(), COMMIT_ROWS, &mut |chunk: &Chunk| {
        let names = chunk.names();
        for (place, format) in Format::ALL.into_iter().enumerate() {
            let records = chunk.records(format, &names);
            let began = Instant::now();
            knowledge[place].learn(&records);
            knowledge[place].judge(&records, &mut verdicts);
            spent += began.elapsed();
            scores[place].add(chunk, &verdicts);
        }
    })?;
    for ((format, score), total) in Format::ALL.iter().zip(&scores).zip(totals) {
        println!("{seed:>5}  {:<10}{}", format.name(), score.row());
        total.merge(score);
    }
    Ok(spent)
}

fn main() -> Result<ExitCode, Failure> {
    let Arguments { seeds, hours } = arguments()?;
    println!("{} seeds of {hours} h; percentages of all records\n", seeds.len());
    println!("{:>5}  {:<10}{}", "seed", "columns", Score::heading());
    let mut totals: Vec<Score> = Format::ALL.iter().map(|_| Score::default()).collect();
    let mut spent = Duration::ZERO;
    for seed in seeds {
        spent += run(seed, hours, &mut totals)?;
    }
    println!();
    let mut reached = true;
    for (format, total) in Format::ALL.iter().zip(&totals) {
        println!("{:>5}  {:<10}{}", "all", format.name(), total.row());
        reached &= total.reaches(format.goal());
    }
    for (format, total) in Format::ALL.iter().zip(&totals) {
        println!("\n{}: what decided, how often, how often wrongly\n{}", format.name(), total.by_evidence());
    }
    let judged: u64 = totals.iter().map(|total| total.records).sum();
    println!("\nlearn and judge: {:.0} ns a record", spent.as_secs_f64() * 1e9 / judged.max(1) as f64);
    println!("{}", if reached { "every goal is reached" } else { "a goal is MISSED" });
    Ok(if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
