//! How often the advice is right, against the truth of simulated accounts: verdicts with and without the inventory,
//! openings, tightening, usage, quotas, confidence, and how long a replay takes. Exit code 1 when a goal is missed.
//!
//! `cargo run --release -p firewall --example advice_scoreboard -- [--seeds N] [--first SEED] [--hours H]
//! [--only vpc|estate|company|speed] [--verbose yes]`

mod case;
mod company;
mod estate;
#[path = "../../tests/it/naive.rs"]
mod naive;
mod records;
mod speed;
mod table;
mod tally;
mod vpc;

use case::{Score, score};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use table::Column;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const SEEDS: u64 = 50;
/// Long enough for a removed rule, nightly trickles and a few thousand refused records.
const HOURS: u32 = 3;
/// Rows of the replay that is timed, in millions.
const REPLAYED: usize = 100;
/// As many as the machine of the goals has.
const THREADS: usize = 2;
/// Days of observation, and the part of later wanted openings that tighter rules may stop after them.
const WINDOWS: [(u32, f64); 2] = [(42, 0.001), (7, 0.01)];

struct Arguments {
    seeds: u64,
    /// The first seed; another one than usual shows whether anything was fitted to the usual ones.
    first: u64,
    hours: u32,
    only: String,
    verbose: bool,
}

fn arguments() -> Result<Arguments, Failure> {
    let mut arguments =
        Arguments { seeds: SEEDS, first: 1, hours: HOURS, only: String::new(), verbose: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--seeds" => arguments.seeds = value.parse()?,
            "--first" => arguments.first = value.parse()?,
            "--hours" => arguments.hours = value.parse()?,
            "--only" => arguments.only = value,
            "--verbose" => arguments.verbose = value == "yes",
            _ => {
                let known =
                    "--seeds N, --first SEED, --hours H, --only vpc|estate|company|speed, --verbose yes";
                return Err(format!("{word} is not known: {known}").into());
            }
        }
    }
    Ok(arguments)
}

/// Judges the accounts of all seeds on every core, and adds up: one sum for each account that a seed makes.
fn all<const N: usize>(
    arguments: &Arguments,
    name: &str,
    make: impl Fn(u64) -> Result<[Score; N], Failure> + Sync,
) -> Result<[Score; N], Failure> {
    let next = AtomicU64::new(arguments.first);
    let sums = Mutex::new((std::array::from_fn(|_| Score::default()), None));
    let began = Instant::now();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= arguments.first + arguments.seeds {
                return;
            }
            let made = make(seed);
            let Ok(mut all) = sums.lock() else { return };
            let (sums, failure): &mut ([Score; N], Option<Failure>) = &mut all;
            match made {
                Ok(scores) => sums.iter_mut().zip(scores).for_each(|(sum, one)| sum.merge(one)),
                Err(error) => *failure = Some(error),
            }
            eprint!("\r{name}: seed {seed}, to {}", arguments.first + arguments.seeds - 1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    eprintln!("; {:.0} s", began.elapsed().as_secs_f64());
    let (sums, failure) = sums.into_inner().map_err(|_| "a thread failed")?;
    failure.map_or(Ok(sums), Err)
}

/// One column for each kind of account.
fn columns(arguments: &Arguments) -> Result<Vec<Column>, Failure> {
    let wanted = |name: &str| arguments.only.is_empty() || arguments.only == name;
    let mut columns = Vec::new();
    if wanted("vpc") {
        let scores =
            all(arguments, "VPCs", |seed| Ok(vpc::cases(seed, arguments.hours)?.map(|case| score(&case))))?;
        let titles = ["with tcp-flags", "version 2", "by the hour"];
        columns.extend(
            titles.into_iter().zip(scores).map(|(title, score)| Column::new("VPC", title, score, None)),
        );
    }
    for (days, stopped) in WINDOWS {
        let title = format!("{days} days");
        if wanted("estate") {
            let [sum] = all(arguments, "random accounts", |seed| Ok([score(&estate::case(seed, days))]))?;
            columns.push(Column::new("random account", &title, sum, Some(stopped)));
        }
        if wanted("company") {
            let [sum] = all(arguments, "companies", |seed| Ok([score(&company::case(seed, days)?)]))?;
            columns.push(Column::new("company", &title, sum, Some(stopped)));
        }
    }
    Ok(columns)
}

fn main() -> Result<ExitCode, Failure> {
    let arguments = arguments()?;
    let columns = columns(&arguments)?;
    let mut reached = true;
    if !columns.is_empty() {
        println!("{} seeds of each kind of account, from {} on\n", arguments.seeds, arguments.first);
        reached &= table::print(&columns);
        columns.iter().for_each(|column| column.print_mistakes(arguments.verbose));
    }
    if arguments.only.is_empty() || arguments.only == "speed" {
        println!();
        let seconds = speed::seconds(REPLAYED).unwrap_or(f64::INFINITY);
        reached &= table::goal("seconds to replay an edit", seconds, 10.0);
    }
    println!("\n{}", if reached { "every goal is reached" } else { "a goal is MISSED" });
    Ok(if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
