//! `weir simulate`: a VPC that never was, with its logs, its inventory and the truth about both.

use crate::cli::Fault;
use crate::clock;
use crate::events::chain;
use clap::{Args, ValueEnum};
use contract::human;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use simulate::{Settings, SimulateError, Truth};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Windows of five minutes, and what they hold so far.
const TEMPLATE: &str = "{bar:30} {percent:>3} %  {msg}";

/// Write the logs of a simulated VPC, its inventory and the truth about both.
///
/// Below DIR: logs/AWSLogs/… as AWS delivers them to S3, inventory/ as "aws ec2 describe-…" prints it, truth.json with the
/// sums, the mistakes and the scanners that are in the logs. The same flags give the same bytes.
#[derive(Debug, Args)]
pub struct Simulate {
    /// What is simulated.
    #[command(flatten)]
    pub shape: Shape,

    /// Folder to write into; must not hold logs yet
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Where the simulated time ends, as RFC 3339 (2026-11-20T12:00:00Z) [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub end: Option<i64>,

    /// Hive-compatible keys (year=2026/month=11/…)
    #[arg(long)]
    pub hive: bool,

    /// A folder per hour instead of per day
    #[arg(long)]
    pub hourly: bool,

    /// One inventory folder per state of the VPC, named by the moment it began, instead of the last state alone
    #[arg(long)]
    pub history: bool,

    /// Write client, server and service port of every single record too (truth-flows.ndjson.gz)
    #[arg(long)]
    pub truth_flows: bool,
}

/// What a simulated VPC is like.
#[derive(Args, Clone, Debug)]
pub struct Shape {
    /// Decides everything that chance decides: another number, another day
    #[arg(long, env = "WEIR_SEED", value_name = "N", default_value_t = 7)]
    pub seed: u64,

    /// Length of the simulated time in hours, 1 to 2208; a day of a small VPC is a few million records
    #[arg(long, env = "WEIR_HOURS", value_name = "H", default_value_t = 24)]
    pub hours: u32,

    /// Fields of a record: v2 is AWS's default of 14, v5 has all 29 up to version 5
    #[arg(long, env = "WEIR_FORMAT", value_enum, default_value = "v5")]
    pub format: Format,

    /// Size of the VPC: small has about 70 interfaces, medium about 300
    #[arg(long, env = "WEIR_SIZE", value_enum, default_value = "small")]
    pub size: Size,
}

/// Fields of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The 14 fields of version 2.
    V2,
    /// The 29 fields of version 5.
    V5,
}

/// Size of the VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// About 70 interfaces.
    Small,
    /// About 300 interfaces.
    Medium,
}

impl Shape {
    /// The simulator's settings for this shape, ending at `end` (Unix seconds).
    fn settings(&self, end: i64) -> Settings {
        Settings {
            format: match self.format {
                Format::V2 => simulate::Format::V2,
                Format::V5 => simulate::Format::V5,
            },
            size: match self.size {
                Size::Small => simulate::Size::Small,
                Size::Medium => simulate::Size::Medium,
            },
            ..Settings::new(self.seed, self.hours, end)
        }
    }
}

impl Simulate {
    /// Runs the command.
    ///
    /// # Errors
    /// When the flags make no sense together or the folder cannot be written.
    pub fn run(self) -> Result<ExitCode, Fault> {
        let settings = Settings {
            hive: self.hive,
            hourly: self.hourly,
            history: self.history,
            truth_flows: self.truth_flows,
            ..self.shape.settings(self.end.unwrap_or_else(clock::now))
        };
        let truth = write(&settings, &self.out)?;
        println!(
            "{}: {} records in {} objects, {} in logs",
            self.out.display(),
            human::exact(truth.totals.flows.records),
            truth.totals.objects,
            human::bytes(truth.totals.stored_bytes),
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// Simulates `shape` up to `end` (Unix seconds) into `out`, with every state of its inventory, beside a progress bar.
///
/// # Errors
/// When the folder cannot be written.
pub fn write_shape(shape: &Shape, end: i64, out: &Path) -> Result<Truth, Fault> {
    write(&Settings { history: true, ..shape.settings(end) }, out)
}

fn write(settings: &Settings, out: &Path) -> Result<Truth, Fault> {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style);
    }
    let truth = simulate::simulate(settings, out, &mut |step| {
        bar.set_length(step.total.into());
        bar.set_position(step.done.into());
        bar.set_message(format!("simulating, {} records", human::count(step.records)));
    });
    bar.finish_and_clear();
    Ok(truth?)
}

impl From<SimulateError> for Fault {
    fn from(error: SimulateError) -> Self {
        let cure = match &error {
            SimulateError::Write { .. } => "free space, or choose another folder",
            // The others name their cure in the message.
            _ => "",
        };
        Fault::new(chain(&error), cure)
    }
}

/// A moment as RFC 3339, in Unix seconds.
fn moment(text: &str) -> Result<i64, String> {
    let moment: jiff::Timestamp =
        text.parse().map_err(|_| "write it like 2026-11-20T12:00:00Z".to_owned())?;
    Ok(moment.as_second())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn an_end_is_a_moment_with_a_zone() {
        assert_eq!(moment("2026-11-20T13:00:00+01:00"), Ok(1_795_176_000));
        assert!(moment("2026-11-20").is_err() && moment("now").is_err());
    }

    #[test]
    fn the_template_is_understood() {
        ProgressStyle::with_template(TEMPLATE).unwrap();
    }
}
