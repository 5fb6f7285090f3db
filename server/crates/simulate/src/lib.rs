//! A seeded VPC that emits what a real one would: flow-log objects in S3's layout, the inventory that
//! `aws ec2 describe-…` prints, and the truth about both. Feeds the demo, tests and the scoreboard.
//!
//! The same settings give the same bytes, on every machine. Whether a packet passes is decided by evaluating the
//! simulated security groups and network ACLs; mistakes in them are mistakes of the policy, not of the generator.
//! Refuses to know how anybody reads, stores or judges flow logs: nothing here is shared with those who do.
//!
//! | module | idea |
//! |---|---|
//! | `seed`, `rhythm` | chance and the clock |
//! | `roles`, `world`, `policy`, `groups`, `acl` | who exists, and what is allowed |
//! | `links`, `crowd`, `demand`, `scan` | who talks to whom, when |
//! | `path`, `flow` | which interface logs what of a conversation |
//! | `windows`, `layout`, `emit` | records to lines to objects |
//! | `inventory`, `faults`, `truth` | what the judges get |
//! | `estate` | another kind of account, random throughout, for six weeks and more |

mod acl;
mod crowd;
mod demand;
mod emit;
mod estate;
mod faults;
mod flow;
mod groups;
mod inventory;
mod layout;
mod links;
mod path;
mod policy;
mod rhythm;
mod roles;
mod scan;
mod seed;
mod truth;
mod windows;
mod world;

use std::path::{Path, PathBuf};

pub use crate::estate::{Estate, EstateSettings, Talk, Wanted, estate};
pub use crate::faults::{Fix, Misconfiguration, PeerRef};
pub use crate::groups::Excess;
pub use crate::path::Layer;
pub use crate::scan::ScanHabit;
pub use crate::truth::{Count, Intent, Rejects, RuleUse, ScanSource, SuperfluousRule, Totals, Truth};

use crate::demand::Demand;
use crate::emit::Publisher;
use crate::rhythm::Calendar;
use crate::scan::Scan;
use crate::truth::{Ending, Tally};
use crate::windows::Windows;
use crate::world::World;

/// Objects hold the records of five minutes (AWS, "Publish flow logs to Amazon S3").
const WINDOW_SECS: i64 = 300;
/// A quarter of a year: what the longest observation windows of the scoreboard need.
const MAX_HOURS: u32 = 24 * 92;

/// The columns of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// AWS's default: the 14 fields of version 2.
    V2,
    /// All 29 fields up to version 5, in AWS's order.
    V5,
    /// These fields, by AWS's hyphenated names, in this order. What the VPC has no value for is `-`.
    Custom(Vec<String>),
}

/// How large the VPC is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// About seventy interfaces.
    Small,
    /// About three hundred.
    Medium,
}

/// What to simulate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Decides everything that chance decides.
    pub seed: u64,
    /// Length of the span, 1 to 2208 hours.
    pub hours: u32,
    /// End of the span, Unix seconds; rounded down to a whole five minutes.
    pub end: i64,
    /// Columns.
    pub format: Format,
    /// Number of interfaces, and with it the traffic.
    pub size: Size,
    /// Hive-compatible keys (`year=2026/…`).
    pub hive: bool,
    /// A folder per hour instead of per day.
    pub hourly: bool,
    /// One inventory folder per state, named by the moment it began, instead of the last state alone.
    pub history: bool,
    /// Write `truth-flows.ndjson.gz` too: client, server and service port of every single record, and what stopped
    /// the refused ones.
    pub truth_flows: bool,
}

impl Settings {
    /// A small VPC in version 5, plain keys, one inventory, no truth per record.
    pub fn new(seed: u64, hours: u32, end: i64) -> Self {
        let (format, size) = (Format::V5, Size::Small);
        Self {
            seed,
            hours,
            end,
            format,
            size,
            hive: false,
            hourly: false,
            history: false,
            truth_flows: false,
        }
    }
}

/// How far a simulation has come; told after every five simulated minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Windows published.
    pub done: u32,
    /// Windows in all.
    pub total: u32,
    /// Flow records published.
    pub records: u64,
}

/// Why a simulation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The span is empty or absurdly long.
    #[error("cannot simulate {hours} hours: choose 1 to {MAX_HOURS}")]
    Hours {
        /// What was asked for.
        hours: u32,
    },
    /// The end is no moment of this calendar.
    #[error("cannot simulate around second {end} of Unix time: choose an end between 1971 and 9998")]
    EndOutOfRange {
        /// What was asked for.
        end: i64,
    },
    /// A custom format names a field that AWS does not have.
    #[error("no flow-log field is called {name:?}: use the hyphenated names of the AWS field table")]
    UnknownField {
        /// The name.
        name: String,
    },
    /// A custom format without fields.
    #[error("the custom format has no fields: name at least one")]
    NoFields,
    /// There is a simulation already; mixing two would make the truth false.
    #[error("the folder already holds flow logs: {path}; delete them or choose another folder")]
    Occupied {
        /// The logs' folder.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error("cannot write {path}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A value could not be written as JSON.
    #[error("cannot write {path} as json")]
    Json {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The compressor failed; a bug.
    #[error("a compressing thread failed")]
    Compressor,
}

/// Simulates a VPC and writes, below `out`:
///
/// - `logs/AWSLogs/…/<account>_vpcflowlogs_<region>_fl-…_<stamp>Z_<hash>.log.gz`, gzip text with a header line,
///   each object holding records whose `end` lies in the five minutes that start at its stamp;
/// - `inventory/*.json`, what the AWS CLI prints (one folder per state with [`Settings::history`]);
/// - `truth.json`, a [`Truth`], last of all: where it exists, the simulation is complete.
///
/// `progress` hears of every window. Memory does not grow with the span: a medium VPC took 150 MB.
///
/// # Errors
/// When settings make no sense, `out` holds logs already, or a file cannot be written.
pub fn simulate(
    settings: &Settings,
    out: &Path,
    progress: &mut dyn FnMut(Step),
) -> Result<Truth, SimulateError> {
    let calendar = checked_calendar(settings)?;
    let layout = layout::Layout::of(&settings.format)?;
    claim(out)?;
    let world = World::build(settings.seed, settings.size, &calendar);
    write_inventory(settings, &world, &calendar, &out.join("inventory"))?;

    let mut demand = Demand::new(settings.seed, settings.size, &world, &calendar);
    let mut scan = Scan::new(settings.seed, settings.size, &world, &calendar);
    let mut windows = Windows::new(settings.seed, &world, &calendar);
    let mut tally = Tally::new(&world, &calendar, scan.scanners.len());
    let total = (calendar.span_secs() / WINDOW_SECS) as u32;
    let mut rule_use = Vec::new();
    let stored_bytes = std::thread::scope(|scope| {
        let mut publisher = Publisher::start(scope, settings, &world, out)?;
        for done in 0..=total {
            let from = calendar.begin + i64::from(done) * WINDOW_SECS;
            if done == total {
                rule_use = demand.rule_use().to_vec();
            }
            demand.window(from, &mut windows);
            scan.window(&world, from, demand.rule_use(), &mut windows);
            if done > 0 {
                // One window behind: a window is complete once the next has been lived through.
                publisher.window(
                    &world,
                    from - WINDOW_SECS,
                    &windows.take(from - WINDOW_SECS),
                    &mut tally,
                )?;
                progress(Step { done, total, records: tally.records() });
            }
        }
        publisher.finish()
    })?;
    let truth = tally.into_truth(&Ending {
        seed: settings.seed,
        fields: layout.header(),
        world: &world,
        calendar: &calendar,
        scanners: &scan.scanners,
        used: &rule_use,
        stored_bytes,
    });
    inventory::write_json(&out.join("truth.json"), &truth)?;
    Ok(truth)
}

/// Makes the folder for the logs, and with it sure that nobody else's logs are there.
fn claim(out: &Path) -> Result<(), SimulateError> {
    let write = |path: &Path, source| SimulateError::Write { path: path.to_owned(), source };
    std::fs::create_dir_all(out).map_err(|source| write(out, source))?;
    let path = out.join("logs");
    std::fs::create_dir(&path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => SimulateError::Occupied { path },
        _ => write(&path, source),
    })
}

fn checked_calendar(settings: &Settings) -> Result<Calendar, SimulateError> {
    /// 1971-01-01 and 9998-01-01: room for the longest span before, and for the next window after.
    const ENDS: std::ops::Range<i64> = 31_536_000..253_339_228_800;
    if !(1..=MAX_HOURS).contains(&settings.hours) {
        return Err(SimulateError::Hours { hours: settings.hours });
    }
    if !ENDS.contains(&settings.end) {
        return Err(SimulateError::EndOutOfRange { end: settings.end });
    }
    Ok(Calendar::new(settings.end / WINDOW_SECS * WINDOW_SECS, settings.hours))
}

fn write_inventory(
    settings: &Settings,
    world: &World,
    calendar: &Calendar,
    folder: &Path,
) -> Result<(), SimulateError> {
    if !settings.history {
        return inventory::write(world, calendar.end, calendar.begin, folder);
    }
    for at in [calendar.begin, calendar.flip] {
        let name = jiff::Timestamp::from_second(at).map_err(|_| SimulateError::EndOutOfRange { end: at })?;
        inventory::write(world, at, calendar.begin, &folder.join(name.to_string()))?;
    }
    Ok(())
}
