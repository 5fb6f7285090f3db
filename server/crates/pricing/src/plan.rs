//! A flow log as it is billed: how it is set up and how much it wrote in the time it was watched. Knows no price and
//! no other flow log.

use crate::bill::{Bill, Usage, bill};
use crate::book::PriceBook;
use crate::delivery::{Destination, FileFormat, Interval, Keys, StorageClass, Traffic};
use crate::item::Item;
use crate::money::{MONTH_DAYS, gb_from_bytes};
use crate::order::FIREHOSE_NOTE;
use crate::storage::{FOR_EVER_DAYS, Kept, usual_stored_bytes};
use crate::volume::Volume;

/// A flow log: its choices and its measured volume.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its id, `fl-…`, or whatever names it.
    pub flow_log: String,
    /// The account that is billed.
    pub account: String,
    /// The region's code.
    pub region: String,
    /// Where it is delivered.
    pub destination: Destination,
    /// Text or Parquet.
    pub format: FileFormat,
    /// Its aggregation interval, if known.
    pub interval: Option<Interval>,
    /// The traffic it logs.
    pub traffic: Traffic,
    /// How its keys are cut.
    pub keys: Keys,
    /// The class its objects end in.
    pub storage: StorageClass,
    /// Days until objects or log events are deleted; `None` for ever.
    pub kept_days: Option<u32>,
    /// Days that `volume` was measured over, above 0; parts of days count as parts.
    pub measured_days: f64,
    /// What it wrote in those days, as uncompressed text.
    pub volume: Volume,
    /// The same as stored (compressed), if that was seen.
    pub stored_bytes: Option<u64>,
    /// What records of each action come to, if that was seen.
    pub by_action: Option<ByAction>,
    /// Text bytes the same traffic would have come to with the other aggregation interval, least and most, if that
    /// was worked out.
    pub other_interval_bytes: Option<(u64, u64)>,
    /// For how many records the server is known, if that was tried both ways.
    pub server_known: Option<ServerKnown>,
}

/// Bytes of text by what the lines tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByAction {
    /// Of records that were let through.
    pub accepted_bytes: u64,
    /// Of records that were refused.
    pub rejected_bytes: u64,
}

/// For how many records the server side is known, percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServerKnown {
    /// As logged.
    pub with_flags_percent: f64,
    /// Judged without `tcp-flags`.
    pub without_flags_percent: f64,
}

impl Plan {
    /// A flow log of all traffic as text in S3 Standard, kept for ever.
    #[must_use]
    pub fn new(flow_log: &str, account: &str, region: &str, volume: Volume, measured_days: f64) -> Self {
        Self {
            flow_log: flow_log.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            destination: Destination::S3,
            format: FileFormat::Text,
            interval: None,
            traffic: Traffic::All,
            keys: Keys::default(),
            storage: StorageClass::Standard,
            kept_days: None,
            measured_days,
            volume,
            stored_bytes: None,
            by_action: None,
            other_interval_bytes: None,
            server_known: None,
        }
    }

    /// The factor from the days it was measured to a month of 30 days; 0 when nothing was measured.
    #[must_use]
    pub fn to_month(&self) -> f64 {
        let factor = f64::from(MONTH_DAYS) / self.measured_days;
        if factor.is_finite() && factor > 0.0 { factor } else { 0.0 }
    }

    /// Text bytes of a month of 30 days.
    #[must_use]
    pub fn month_bytes(&self) -> u64 {
        (self.volume.text_bytes() as f64 * self.to_month()).round() as u64
    }

    /// Bytes as stored, of the days it was measured.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.stored_bytes.unwrap_or_else(|| {
            let text = usual_stored_bytes(self.destination, self.volume.text_bytes());
            if self.format == FileFormat::Parquet { parquet_from_text(text) } else { text }
        })
    }

    /// Mean size of an object as stored, bytes; `None` without objects.
    pub(crate) fn object_bytes(&self) -> Option<u64> {
        self.stored_bytes().checked_div(self.volume.objects)
    }

    /// What delivering this much text is billed as.
    pub(crate) fn delivery(&self, text_bytes: u64) -> Usage {
        let mut usage = Usage::new(&self.account, &self.region);
        let gb = gb_from_bytes(text_bytes);
        usage.add(self.destination.item(), gb);
        if self.converts() {
            usage.add(Item::ParquetConversion, gb);
        }
        usage
    }

    /// What `factor` times the measured volume is billed as in the month it is delivered, with the storage of a log
    /// that has been kept as long as it is to be.
    pub(crate) fn usage(&self, factor: f64) -> Usage {
        let scale = |number: u64| (number as f64 * factor).round() as u64;
        let mut usage = self.delivery(scale(self.volume.text_bytes()));
        let kept = Kept {
            destination: self.destination,
            class: self.storage,
            days: self.kept_days,
            bytes: scale(self.stored_bytes()),
            objects: scale(self.volume.objects),
        };
        for (item, quantity) in kept.quantities() {
            usage.add(item, quantity);
        }
        usage
    }

    fn converts(&self) -> bool {
        self.destination == Destination::S3 && self.format == FileFormat::Parquet
    }
}

/// Stored size as Parquet of what is this large as gzip text (a fifth less, says the VPC user guide).
pub(crate) fn parquet_from_text(bytes: u64) -> u64 {
    bytes / 5 * 4
}

/// The other way.
pub(crate) fn text_from_parquet(bytes: u64) -> u64 {
    bytes / 4 * 5
}

/// The bill of a month of 30 days for flow logs at the rate at which they were measured.
#[must_use]
pub fn month_bill(book: &PriceBook, plans: &[Plan]) -> Bill {
    let usages: Vec<Usage> = plans.iter().map(|plan| plan.usage(plan.to_month())).collect();
    noted(bill(book, &usages), plans)
}

/// A bill with what must be said about these flow logs.
pub(crate) fn noted(bill: Bill, plans: &[Plan]) -> Bill {
    let stored = |plan: &&Plan| plan.destination != Destination::Firehose && plan.volume.text_bytes() > 0;
    let mut bill = bill;
    if plans.iter().any(|plan| plan.destination == Destination::Firehose) {
        bill = bill.noted(FIREHOSE_NOTE);
    }
    if plans.iter().filter(stored).any(|plan| plan.kept_days.is_none()) {
        bill =
            bill.noted(format!("Logs that are never deleted are billed as kept for {FOR_EVER_DAYS} days."));
    }
    if plans.iter().filter(stored).any(|plan| plan.stored_bytes.is_none()) {
        bill = bill
            .noted("Where the stored size was not seen, logs are taken to compress as in AWS's examples.");
    }
    let accounts = |plan: &Plan| plan.account.clone();
    if plans.iter().map(accounts).collect::<std::collections::BTreeSet<_>>().len() > 1 {
        bill = bill.noted("Accounts that are billed together share tiers, and may pay less than this.");
    }
    bill
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a table that cannot be read fails the test")]

    use super::*;
    use crate::money::BYTES_PER_GB;
    use rust_decimal::Decimal;

    fn plan(gb: u64, days: f64) -> Plan {
        let volume = Volume { objects: 288, other_bytes: gb * BYTES_PER_GB, ..Volume::default() };
        Plan { kept_days: Some(30), ..Plan::new("fl-1", "1", "us-east-1", volume, days) }
    }

    #[test]
    fn a_day_is_billed_as_a_month() {
        let book = PriceBook::built_in().unwrap();
        let bill = month_bill(&book, &[plan(1, 1.0)]);
        assert_eq!(bill.amount_of(&[Item::DeliverToS3]).to_string(), "7.50");
        // 8,640 objects.
        assert_eq!(bill.amount_of(&[Item::S3PutRequests]).to_string(), "0.0432");
        // 30 GB, of which 6.5/72 are stored for 30 days.
        assert_eq!(bill.amount_of(&[Item::S3Standard]).to_string(), "0.0623");
        assert_eq!(month_bill(&book, &[plan(1, 0.0)]).total, Decimal::ZERO);
    }

    #[test]
    fn parquet_is_converted_by_the_size_of_the_text() {
        let book = PriceBook::built_in().unwrap();
        let parquet = Plan { format: FileFormat::Parquet, ..plan(100, 30.0) };
        let bill = month_bill(&book, &[parquet]);
        assert_eq!(bill.amount_of(&[Item::DeliverToS3, Item::ParquetConversion]).to_string(), "28.00");
    }
}
