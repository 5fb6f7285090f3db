//! How often the advice is right, against the truth of simulated accounts: verdicts with and without the inventory,
//! openings, tightening, usage, quotas, confidence. Exit code 1 when a goal is missed.
//!
//! `cargo run --release -p firewall --example scoreboard -- [--seeds N] [--first SEED] [--hours H] [--verbose yes]`

mod case;
mod estate;
#[path = "../../tests/it/naive.rs"]
mod naive;
mod records;
mod tally;
mod vpc;

use case::{Score, score};
use std::process::ExitCode;

type Failure = Box<dyn std::error::Error>;

const SEEDS: u64 = 50;
/// Long enough for a removed rule, nightly trickles and a few thousand refused records.
const HOURS: u32 = 3;

struct Arguments {
    seeds: u64,
    /// The first seed; another one than usual shows whether anything was fitted to the usual ones.
    first: u64,
    hours: u32,
    verbose: bool,
}

fn arguments() -> Result<Arguments, Failure> {
    let mut arguments = Arguments { seeds: SEEDS, first: 1, hours: HOURS, verbose: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--seeds" => arguments.seeds = value.parse()?,
            "--first" => arguments.first = value.parse()?,
            "--hours" => arguments.hours = value.parse()?,
            "--verbose" => arguments.verbose = value == "yes",
            _ => {
                return Err(format!(
                    "{word} is not known: --seeds N, --first SEED, --hours H, --verbose yes"
                )
                .into());
            }
        }
    }
    Ok(arguments)
}

/// A figure and its goal.
fn line(name: &str, value: f64, goal: f64, at_least: bool) -> bool {
    let reached = if at_least { value >= goal } else { value <= goal };
    let sign = if at_least { "≥" } else { "≤" };
    println!("  {name:<58}{value:>9.4}   {sign} {goal:<7}{}", if reached { "" } else { "MISSED" });
    reached
}

fn print(title: &str, score: &Score, verbose: bool) -> bool {
    println!("\n{title}");
    let conversations = score.with_inventory.total();
    println!(
        "  refused conversations {conversations}, abstained {} with inventory, {} from logs alone",
        score.with_inventory.abstained, score.logs_alone.abstained
    );
    let mut reached = line("verdicts with inventory, macro-F1", score.with_inventory.macro_f1(), 0.98, true);
    reached &= line("verdicts from logs alone, macro-F1", score.logs_alone.macro_f1(), 0.90, true);
    println!(
        "  {} openings, {} wanted pairs refused three times or more",
        score.openings.all, score.refused_pairs.all
    );
    reached &= line("openings, precision", score.openings.part(), 0.99, true);
    reached &= line("openings, recall", score.refused_pairs.part(), 0.95, true);
    reached &= line("openings to scanners", score.opened_to_scanners as f64, 0.0, false);
    reached &= line("rule usage equal to asking every rule", score.usage.part(), 1.0, true);
    reached &= line("groups within the quotas", score.quotas.part(), 1.0, true);
    for mistake in score.with_inventory.mistakes().iter().take(6) {
        println!("    with inventory: {mistake}");
    }
    for mistake in score.logs_alone.mistakes().iter().take(6) {
        println!("    from logs alone: {mistake}");
    }
    if verbose {
        score.complaints.iter().for_each(|complaint| println!("    {complaint}"));
    }
    reached
}

fn print_tightening(score: &Score, stopped_at_most: f64) -> bool {
    let stopped = score.later_dropped as f64 / score.later.max(1) as f64;
    let removed = 1.0 - score.excess_left / score.excess.max(1e-9);
    let mut reached =
        line("later wanted openings that tighter rules would stop", stopped, stopped_at_most, false);
    reached &= line("excess removed, in doublings", removed, 0.90, true);
    reached &= line("confidence, calibration error", score.calibration.error(), 0.05, false);
    score.calibration.curve().iter().for_each(|bin| println!("    {bin}"));
    reached
}

fn main() -> Result<ExitCode, Failure> {
    let Arguments { seeds, first, hours, verbose } = arguments()?;
    let mut records = [Score::default(), Score::default(), Score::default()];
    for seed in first..first + seeds {
        for (sum, case) in records.iter_mut().zip(vpc::cases(seed, hours)?) {
            sum.merge(score(&case));
        }
        eprint!("\rseed {seed}, to {}", first + seeds - 1);
    }
    eprintln!();
    let mut reached = true;
    let [with, without, hourly] = &records;
    reached &= print(&format!("{seeds} VPCs of {hours} h, records with tcp-flags"), with, verbose);
    reached &= print(&format!("{seeds} VPCs of {hours} h, version 2"), without, verbose);
    reached &= print(&format!("{seeds} VPCs of {hours} h, conversations by the hour"), hourly, verbose);
    for (days, stopped_at_most) in [(42, 0.001), (7, 0.01)] {
        let mut sum = Score::default();
        for seed in first..first + seeds {
            sum.merge(score(&estate::case(seed, days)));
        }
        reached &= print(&format!("{seeds} random accounts, {days} days"), &sum, verbose);
        reached &= print_tightening(&sum, stopped_at_most);
    }
    println!("\n{}", if reached { "every goal is reached" } else { "a goal is MISSED" });
    Ok(if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
