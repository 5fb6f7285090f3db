//! `weir ingest`: read the sources once.

use crate::cli::sources::SourceFlags;
use crate::cli::{Fault, empty, progress, running};
use clap::Args;
use contract::human;
use futures::future::join_all;
use lake::{Feed, IngestReport, Lake, Mode};
use std::path::PathBuf;
use std::process::ExitCode;

/// Read the sources once into the data folder.
///
/// Objects that were read before are skipped, so that the command can be repeated or interrupted at any moment. Prints a
/// summary per source; ends with 1 when a source refused.
#[derive(Debug, Args)]
pub struct Ingest {
    /// The sources.
    #[command(flatten)]
    pub source: SourceFlags,

    /// Where the lake lies.
    #[command(flatten)]
    pub data: DataFlag,
}

/// Where the lake lies.
#[derive(Args, Clone, Debug)]
pub struct DataFlag {
    /// Folder for Parquet files and the catalog, made when missing; about as large as the gzip logs it was made from
    #[arg(long, env = "WEIR_DATA", value_name = "DIR", default_value = "weir-data")]
    pub data: PathBuf,
}

impl Ingest {
    /// Runs the command.
    ///
    /// # Errors
    /// When the data folder cannot be used or no source was given.
    pub fn run(self) -> Result<ExitCode, Fault> {
        self.source.required()?;
        running::block_on(async {
            let lake = Lake::open(&self.data.data, Mode::Write)?;
            let (sources, noted) = empty::noted(self.source.open().await?);
            let passes = read_all(&lake, &sources).await;
            empty::warn(&noted).await;
            passes.lines.iter().for_each(|line| println!("{line}"));
            Ok(if passes.refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        })
    }
}

/// What reading all sources once came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passes {
    /// A line about each source that was read.
    pub lines: Vec<String>,
    /// Whether a source refused; why is on stderr already.
    pub refused: bool,
}

/// Reads every source once beside a progress bar.
pub async fn read_all(lake: &Lake, sources: &[Feed]) -> Passes {
    let reading = join_all(sources.iter().map(|source| lake.ingest(source, None)));
    let reports = progress::watched(|| lake.progress(), reading).await;
    let mut passes = Passes::default();
    for (source, report) in sources.iter().zip(reports) {
        match report {
            Ok(report) => {
                passes.lines.push(words(source.name(), &report));
                // The source was listed, but refused some of its objects.
                let status = lake.progress().sources.into_iter().find(|status| status.name == source.name());
                if let Some(refusal) = status.and_then(|status| status.refusal) {
                    passes.refused = true;
                    Fault::from(refusal).print();
                }
            }
            Err(error) => {
                passes.refused = true;
                Fault::from(error).print();
            }
        }
    }
    passes
}

/// One line about a pass: `logs: 96 objects, 1.84 M records in 2.3 s (12.5 MB/s), 3 lines set aside`.
fn words(source: &str, report: &IngestReport) -> String {
    let mut words = format!(
        "{source}: {}, {} in {:.1} s ({})",
        human::counted_exactly(report.objects, "object", "objects"),
        human::counted_exactly(report.records, "record", "records"),
        report.secs,
        human::rate(report.bytes, report.secs),
    );
    for (number, one, more) in [
        (report.nodata, "NODATA", "NODATA"),
        (report.skipdata, "SKIPDATA", "SKIPDATA"),
        (report.set_aside, "line set aside", "lines set aside"),
        (report.failed, "object that could not be read", "objects that could not be read"),
    ] {
        if number > 0 {
            words += &format!(", {}", human::counted_exactly(number, one, more));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_about_a_pass_names_only_what_happened() {
        let report = IngestReport {
            objects: 2,
            records: 1_000,
            bytes: 5_000_000,
            secs: 2.0,
            ..IngestReport::default()
        };
        assert_eq!(words("logs", &report), "logs: 2 objects, 1\u{202f}000 records in 2.0 s (2.50 MB/s)");
        let flawed = IngestReport { set_aside: 3, failed: 1, ..report };
        assert!(words("logs", &flawed).ends_with(", 3 lines set aside, 1 object that could not be read"));
    }
}
