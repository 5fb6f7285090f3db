//! `weir demo`: a simulated day, ingested and shown. A day that is still fresh is shown again without any work.

use crate::cli::ingest::{DataFlag, read_all};
use crate::cli::serve::{InventoryFlag, Reading, WebFlags, show};
use crate::cli::simulate::{Shape, write_shape};
use crate::cli::sources::Place;
use crate::cli::{Fault, running};
use crate::clock;
use clap::Args;
use jiff::Timestamp;
use lake::{Lake, Mode};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use store::Options;

/// How long a simulated day is shown before a new one is made: the dashboard opens on the last 24 hours, and what is
/// older than this leaves a visible hole at the right.
const FRESH_SECS: i64 = 3 * 3_600;
/// How the folder of a day is named: by the moment it ends.
const STAMP: &str = "%Y%m%dT%H%MZ";
/// A day that is still being written.
const PARTIAL: &str = ".partial";
/// Nothing new arrives in a demo, so that it need not be looked for often.
const WATCH: Duration = Duration::from_secs(3_600);

/// Simulate a VPC, ingest a day of its logs and show it: no AWS account needed.
///
/// Everything lies below DIR/demo; a day less than three hours old is shown again at once. Prints the address to open.
#[derive(Debug, Args)]
pub struct Demo {
    /// What is simulated.
    #[command(flatten)]
    pub shape: Shape,

    /// Where the lake lies.
    #[command(flatten)]
    pub data: DataFlag,

    /// The inventory; the simulated one where none is given.
    #[command(flatten)]
    pub inventory: InventoryFlag,

    /// The web server.
    #[command(flatten)]
    pub web: WebFlags,
}

impl Demo {
    /// Runs the command until it is told to stop.
    ///
    /// # Errors
    /// When the data folder, the site or the address cannot be used.
    pub fn run(self) -> Result<ExitCode, Fault> {
        let days = self.data.data.join("demo");
        let day = match fresh_day(&days, clock::now()).map_err(|error| cannot("look into", &days, &error))? {
            Some(day) => day,
            None => self.simulate(&days)?,
        };
        let source = day.join("logs").to_string_lossy().into_owned();
        running::block_on(async {
            let folder = day.join("lake");
            let simulated = day.join("inventory").to_string_lossy().into_owned();
            let lake = Lake::open(&folder, Mode::Write)?;
            let opened = store::open(&source, &Options::default()).await?;
            let passes = read_all(&lake, &[opened.into()]).await;
            passes.lines.iter().for_each(|line| eprintln!("{line}"));
            let reading = Reading {
                sources: vec![Place { name: source, format: None }],
                options: Options::default(),
                every: WATCH,
                inventory: Some(self.inventory.inventory.clone().unwrap_or(simulated)),
            };
            show(lake, &folder, reading, &self.web).await
        })
    }

    /// Writes a new day and removes the ones before it.
    fn simulate(&self, days: &Path) -> Result<PathBuf, Fault> {
        let end = clock::now();
        let name = stamp(end);
        let partial = days.join(format!("{name}{PARTIAL}"));
        remove_days(days).map_err(|error| cannot("clear", days, &error))?;
        fs::create_dir_all(&partial).map_err(|error| cannot("make", &partial, &error))?;
        write_shape(&self.shape, end, &partial)?;
        let day = days.join(name);
        // Only a whole day has its final name: one that was interrupted is made anew.
        fs::rename(&partial, &day).map_err(|error| cannot("name", &day, &error))?;
        Ok(day)
    }
}

fn cannot(doing: &str, path: &Path, error: &io::Error) -> Fault {
    Fault::io(
        format!("cannot {doing} {}", path.display()),
        error,
        "free space, or choose another folder with --data",
    )
}

/// The name of a day that ends at `end` (Unix seconds).
fn stamp(end: i64) -> String {
    Timestamp::from_second(end).unwrap_or(Timestamp::UNIX_EPOCH).strftime(STAMP).to_string()
}

/// When the day of this name ends, Unix seconds; `None` when the name is not one of ours.
fn end_of(name: &str) -> Option<i64> {
    let civil = jiff::civil::DateTime::strptime(STAMP, name).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()?.as_second())
}

/// The newest whole day, unless it is stale.
fn fresh_day(days: &Path, now: i64) -> io::Result<Option<PathBuf>> {
    let ends = whole_days(days)?;
    let newest = ends.into_iter().max_by_key(|(end, _)| *end);
    Ok(newest.filter(|(end, _)| (0..FRESH_SECS).contains(&(now - end))).map(|(_, path)| path))
}

/// Every whole day with its end.
fn whole_days(days: &Path) -> io::Result<Vec<(i64, PathBuf)>> {
    let entries = match fs::read_dir(days) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let Some(end) = entry.file_name().to_str().and_then(end_of) {
            found.push((end, entry.path()));
        }
    }
    Ok(found)
}

/// Removes days and half days; whatever else somebody keeps in the folder stays.
fn remove_days(days: &Path) -> io::Result<()> {
    for (_, day) in whole_days(days)? {
        fs::remove_dir_all(day)?;
    }
    let Ok(entries) = fs::read_dir(days) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().and_then(|name| name.strip_suffix(PARTIAL)).and_then(end_of).is_some() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    const NOON: i64 = 1_795_176_000;

    #[test]
    fn a_day_is_named_by_its_end() {
        assert_eq!(stamp(NOON), "20261120T1200Z");
        assert_eq!(end_of("20261120T1200Z"), Some(NOON));
        assert_eq!(end_of("20261120T1200Z.partial"), None);
        assert_eq!(end_of("notes"), None);
    }

    #[test]
    fn only_a_whole_fresh_day_is_shown_again() {
        let days = tempfile::tempdir().unwrap();
        assert_eq!(fresh_day(&days.path().join("none"), NOON).unwrap(), None);
        for name in ["20261119T1200Z", "20261120T1000Z", "20261120T1130Z.partial", "notes"] {
            fs::create_dir(days.path().join(name)).unwrap();
        }
        assert_eq!(fresh_day(days.path(), NOON).unwrap(), Some(days.path().join("20261120T1000Z")));
        assert_eq!(fresh_day(days.path(), NOON + 3_600).unwrap(), None);
        assert_eq!(
            fresh_day(days.path(), NOON - 10_800).unwrap(),
            None,
            "a day that ends later is of no use either"
        );
    }

    #[test]
    fn what_is_not_a_day_survives_clearing() {
        let days = tempfile::tempdir().unwrap();
        for name in ["20261119T1200Z", "20261120T1130Z.partial", "notes"] {
            fs::create_dir(days.path().join(name)).unwrap();
        }
        remove_days(days.path()).unwrap();
        let left: Vec<_> =
            fs::read_dir(days.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["notes"]);
    }
}
