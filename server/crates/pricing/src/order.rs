//! The price of a given volume: what `weir cost price --gb 73728 --destination s3 --region us-east-1` asks.
//! Knows nothing of logs that were read.

use rust_decimal::Decimal;

use crate::bill::{Bill, Usage, bill};
use crate::book::PriceBook;
use crate::delivery::{Destination, FileFormat, StorageClass};
use crate::item::Item;

/// More GB than any answer makes sense for: a zettabyte.
const MOST_GB: i64 = 1_000_000_000_000;

/// Said on every bill for Firehose.
pub(crate) const FIREHOSE_NOTE: &str =
    "Firehose's own charge for vended logs comes on top of delivery; no source for its rate was found.";

/// A month's volume to be priced. Make one with [`Order::new`] and change what is not as usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// GB of uncompressed text delivered in the month.
    pub gb: Decimal,
    /// Where to.
    pub destination: Destination,
    /// The region's code.
    pub region: String,
    /// Text, or Parquet in S3.
    pub format: FileFormat,
    /// GB-months kept in the destination, as stored (compressed).
    pub stored_gb: Decimal,
    /// The class they are kept in, in S3.
    pub storage: StorageClass,
    /// Objects written to S3.
    pub objects: u64,
    /// TB that Athena reads.
    pub athena_tb: Decimal,
}

/// Why an order cannot be priced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// A negative or absurd amount.
    #[error("{what} must be 0 to {MOST_GB}: {given}")]
    Amount {
        /// Which.
        what: &'static str,
        /// What was given.
        given: Decimal,
    },
    /// Parquet is made for S3 alone.
    #[error("only S3 takes Parquet: leave the format out or choose the destination s3")]
    ParquetOnlyInS3,
    /// A choice that only S3 has.
    #[error("only S3 has storage classes, objects and Athena: leave them out or choose the destination s3")]
    OnlyInS3,
    /// Firehose keeps nothing.
    #[error("Firehose stores nothing: price what it delivers to by itself")]
    FirehoseStoresNothing,
}

impl Order {
    /// Text delivered, nothing kept.
    #[must_use]
    pub fn new(gb: Decimal, destination: Destination, region: &str) -> Self {
        Self {
            gb,
            destination,
            region: region.to_owned(),
            format: FileFormat::Text,
            stored_gb: Decimal::ZERO,
            storage: StorageClass::Standard,
            objects: 0,
            athena_tb: Decimal::ZERO,
        }
    }

    fn check(&self) -> Result<(), OrderError> {
        let most = Decimal::from(MOST_GB);
        for (what, given) in [("gb", self.gb), ("stored gb", self.stored_gb), ("athena tb", self.athena_tb)] {
            if given.is_sign_negative() && !given.is_zero() || given > most {
                return Err(OrderError::Amount { what, given });
            }
        }
        if self.destination == Destination::S3 {
            return Ok(());
        }
        if self.format == FileFormat::Parquet {
            return Err(OrderError::ParquetOnlyInS3);
        }
        if self.storage != StorageClass::Standard || self.objects > 0 || !self.athena_tb.is_zero() {
            return Err(OrderError::OnlyInS3);
        }
        if self.destination == Destination::Firehose && !self.stored_gb.is_zero() {
            return Err(OrderError::FirehoseStoresNothing);
        }
        Ok(())
    }

    fn usage(&self) -> Usage {
        let mut usage = Usage::new("", &self.region);
        usage.add(self.destination.item(), self.gb);
        if self.format == FileFormat::Parquet {
            usage.add(Item::ParquetConversion, self.gb);
        }
        let stored_as = match self.destination {
            Destination::S3 => self.storage.item(),
            _ => Item::CloudwatchStorage,
        };
        usage.add(stored_as, self.stored_gb);
        usage.add(Item::S3PutRequests, Decimal::from(self.objects) / Decimal::ONE_THOUSAND);
        usage.add(Item::AthenaScan, self.athena_tb);
        usage
    }
}

/// The bill for an order. Whether the region exists, [`PriceBook::known_region`] tells.
///
/// # Errors
/// When the order contradicts itself, see [`OrderError`].
pub fn price(book: &PriceBook, order: &Order) -> Result<Bill, OrderError> {
    order.check()?;
    let bill = bill(book, &[order.usage()]);
    Ok(if order.destination == Destination::Firehose { bill.noted(FIREHOSE_NOTE) } else { bill })
}
