//! `weir cost`: what flow logs cost.

use crate::cli::ingest::read_all;
use crate::cli::sources::SourceFlags;
use crate::cli::{Fault, empty, running};
use crate::clock::today;
use crate::cost::{self, Described, Given, Measured};
use clap::{Args, Subcommand, ValueEnum};
use lake::{Direct, Lake, Mode};
use pricing::{Decimal, Destination, FileFormat, Order, PriceBook, StorageClass, price};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Say what the flow logs that were read cost, who causes it, and what they would cost otherwise.
///
/// Measures the uncompressed text of every object of the last 35 days, which is what AWS bills, also of Parquet. Prints
/// the month's bill with its forecast, its parts by flow log, destination, account, VPC, interface, cause and field, and
/// what-ifs for the dearest flow log. With --source alone the objects of these days are read and nothing is stored.
///
/// 'weir cost price' prices a volume that you give.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cost {
    /// What to price instead.
    #[command(subcommand)]
    pub what: Option<What>,

    /// What was read.
    #[command(flatten)]
    pub measured: MeasuredCost,
}

/// The bill of what was read.
#[derive(Debug, Args)]
pub struct MeasuredCost {
    /// The sources.
    #[command(flatten)]
    pub source: SourceFlags,

    /// A data folder that ingest or serve has filled
    #[arg(long, env = "WEIR_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// What 'aws ec2 describe-flow-logs' printed: tells destination, interval and traffic type, which objects do not
    #[arg(long, value_name = "FILE")]
    pub flow_logs: Vec<PathBuf>,

    /// Days that logs are kept, which objects do not tell [default: for ever]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3653))]
    pub kept_days: Option<u32>,

    /// The storage class in S3 that logs end in
    #[arg(long, default_value = "standard")]
    pub storage_class: StorageClass,

    /// The flow log that what-ifs are about [default: the dearest]
    #[arg(long, value_name = "ID")]
    pub flow_log: Option<String>,

    /// A what-if to choose, by its id (format-parquet); may be given several times, each after the one before it
    #[arg(long = "choose", value_name = "ID")]
    pub chosen: Vec<String>,

    /// How it is written: text for people, json for programs, csv for the bill alone
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,

    /// The prices.
    #[command(flatten)]
    pub prices: PriceFlag,
}

/// Whose prices.
#[derive(Args, Clone, Debug, Default)]
pub struct PriceFlag {
    /// A TOML file of prices of your own, of the same form as Weir's table
    #[arg(long, env = "WEIR_PRICES", value_name = "FILE")]
    pub prices: Option<PathBuf>,
}

/// What can be priced.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "clap would print a line here in place of the command's own manual")]
pub enum What {
    Price(Price),
}

/// The monthly bill of a given volume.
///
/// Volumes are of uncompressed text, which is what AWS meters, in GB of 2^30 bytes. Prices are list prices of a dated
/// table; those that no source confirms are marked as estimates. Tiers are applied to this volume alone.
#[derive(Debug, Args)]
pub struct Price {
    /// Text delivered in a month, GB
    #[arg(long, value_name = "GB")]
    pub gb: Decimal,

    /// Where it goes: cloudwatch, cloudwatch-ia (infrequent access), s3 or firehose
    #[arg(long)]
    pub destination: Destination,

    /// The region, such as us-east-1
    #[arg(long)]
    pub region: String,

    /// How files in S3 are written: text or parquet
    #[arg(long, default_value = "text")]
    pub file_format: FileFormat,

    /// What is kept at any time, GB as stored
    #[arg(long, value_name = "GB")]
    pub stored_gb: Option<Decimal>,

    /// The storage class in S3 of what is kept
    #[arg(long)]
    pub storage_class: Option<StorageClass>,

    /// Objects written to S3 in a month
    #[arg(long, value_name = "N")]
    pub objects: Option<u64>,

    /// What Athena scans in a month, TB
    #[arg(long, value_name = "TB")]
    pub athena_tb: Option<Decimal>,

    /// The prices.
    #[command(flatten)]
    pub prices: PriceFlag,

    /// How the bill is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// How a bill is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object; amounts are texts, so that no digit is lost.
    Json,
    /// What a person reads.
    Text,
    /// A table with a header line.
    Csv,
}

impl Cost {
    /// Runs the command.
    ///
    /// # Errors
    /// When the order cannot be priced, or a file of prices cannot be read.
    pub fn run(self) -> Result<ExitCode, Fault> {
        match self.what {
            Some(What::Price(price)) => price.run(),
            None => self.measured.run(),
        }
    }
}

impl MeasuredCost {
    fn run(self) -> Result<ExitCode, Fault> {
        let book = self.prices.book()?;
        let described = self.described()?;
        let measured = running::block_on(self.measure())?;
        let given = Given {
            kept_days: self.kept_days,
            storage: self.storage_class,
            flow_log: self.flow_log.clone(),
            chosen: self.chosen.clone(),
        };
        let told = cost::cost(&book, &measured, &described, &given, today());
        if let Some(id) = self.flow_log.iter().find(|id| told.logs.iter().all(|log| log.flow_log != **id)) {
            let known: Vec<&str> = told.logs.iter().map(|log| log.flow_log.as_str()).collect();
            return Err(Fault::new(
                format!("no flow log {id} was read"),
                format!("there are {}", known.join(", ")),
            ));
        }
        if let Some(id) = self.chosen.iter().find(|id| told.chosen.iter().all(|chosen| chosen.id != **id)) {
            let cure =
                "take an id that stands behind a what-if, which must still be offered after those before it";
            return Err(Fault::new(format!("there is no choice {id}"), cure));
        }
        print(&match self.format {
            Format::Text => cost::text(&told),
            Format::Csv => told.bill.csv(),
            Format::Json => json(&told)?,
        })
    }

    /// The descriptions given, above those that the data folder has.
    fn described(&self) -> Result<Described, Fault> {
        let kept = match &self.data {
            Some(folder) => Described::read(folder)
                .map_err(|error| Fault::io("cannot read the descriptions of flow logs", &error, ""))?,
            None => Described::default(),
        };
        self.flow_logs.iter().try_fold(kept, |known, path| Ok(known.with(&read(path)?)?))
    }

    async fn measure(&self) -> Result<Measured, Fault> {
        let (sources, noted) = empty::noted(self.source.open().await?);
        let Some(folder) = &self.data else {
            self.source.required()?;
            let measured = cost::directly(&Direct::new(sources)).await?;
            empty::warn(&noted).await;
            return Ok(measured);
        };
        // Only asking disturbs nobody who writes to the folder.
        let mode = if sources.is_empty() { Mode::Read } else { Mode::Write };
        let lake = Lake::open(folder, mode)?;
        if !sources.is_empty() && read_all(&lake, &sources).await.refused {
            return Err(Fault::new("a source refused, so the bill would be incomplete", "see above"));
        }
        empty::warn(&noted).await;
        Ok(cost::of_lake(&lake, None).await?)
    }
}

impl Price {
    fn run(self) -> Result<ExitCode, Fault> {
        let book = self.prices.book()?;
        let cure = "take the code that AWS uses, such as eu-west-1";
        book.known_region(&self.region).map_err(|error| Fault::new(error.to_string(), cure))?;
        let given = Order::new(self.gb, self.destination, &self.region);
        let order = Order {
            format: self.file_format,
            stored_gb: self.stored_gb.unwrap_or(given.stored_gb),
            storage: self.storage_class.unwrap_or(given.storage),
            objects: self.objects.unwrap_or(given.objects),
            athena_tb: self.athena_tb.unwrap_or(given.athena_tb),
            ..given
        };
        let bill = price(&book, &order).map_err(|error| Fault::new(error.to_string(), ""))?;
        print(&match self.format {
            Format::Text => bill.text(),
            Format::Csv => bill.csv(),
            Format::Json => json(&bill)?,
        })
    }
}

impl PriceFlag {
    /// Weir's prices with the reader's own above them.
    ///
    /// # Errors
    /// When the file cannot be read, or is no table of prices.
    pub fn book(&self) -> Result<PriceBook, Fault> {
        let damaged = |error: pricing::TableError| Fault::new(error.to_string(), "");
        let book = PriceBook::built_in().map_err(damaged)?;
        let Some(path) = &self.prices else { return Ok(book) };
        book.overridden_by(&path.to_string_lossy(), &read(path)?).map_err(damaged)
    }
}

fn read(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|error| Fault::io(format!("cannot read {}", path.display()), &error, ""))
}

fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string_pretty(value).map_err(|error| Fault::new(format!("cannot write JSON: {error}"), ""))
}

fn print(text: &str) -> Result<ExitCode, Fault> {
    match writeln!(std::io::stdout().lock(), "{}", text.trim_end_matches('\n')) {
        // Whoever read our output has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Fault::io("cannot write to standard output", &error, "is the disk full?")),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}
