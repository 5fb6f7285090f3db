//! `weir cost`: what flow logs cost.

use crate::cli::Fault;
use clap::{Args, Subcommand, ValueEnum};
use pricing::{Decimal, Destination, FileFormat, Order, PriceBook, StorageClass, price};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Say what flow logs cost.
#[derive(Debug, Args)]
pub struct Cost {
    /// What to price.
    #[command(subcommand)]
    pub what: What,
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

    /// A TOML file of prices of your own, of the same form as Weir's table
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,

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
        let What::Price(price) = self.what;
        price.run()
    }
}

impl Price {
    fn run(self) -> Result<ExitCode, Fault> {
        let book = self.book()?;
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
        let text = match self.format {
            Format::Text => bill.text(),
            Format::Csv => bill.csv(),
            Format::Json => serde_json::to_string_pretty(&bill)
                .map_err(|error| Fault::new(format!("cannot write JSON: {error}"), ""))?,
        };
        match writeln!(std::io::stdout().lock(), "{}", text.trim_end_matches('\n')) {
            // Whoever read our output has read enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(error) => Err(Fault::io("cannot write to standard output", &error, "is the disk full?")),
            Ok(()) => Ok(ExitCode::SUCCESS),
        }
    }

    /// Weir's prices with the reader's own above them.
    fn book(&self) -> Result<PriceBook, Fault> {
        let damaged = |error: pricing::TableError| Fault::new(error.to_string(), "");
        let book = PriceBook::built_in().map_err(damaged)?;
        let Some(path) = &self.prices else { return Ok(book) };
        let text = fs::read_to_string(path)
            .map_err(|error| Fault::io(format!("cannot read {}", path.display()), &error, ""))?;
        book.overridden_by(&path.to_string_lossy(), &text).map_err(damaged)
    }
}
