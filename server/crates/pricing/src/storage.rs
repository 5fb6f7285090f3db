//! What keeping a month's logs costs once they have been kept as long as they are to be: GB-months and requests by
//! class, with the rules that make small objects dear. Knows no price.
//!
//! Sources: "Amazon S3 storage classes" and "Transitioning objects using Amazon S3 Lifecycle" in the S3 user guide;
//! for how far logs compress, the worked examples on the CloudWatch pricing page.

use rust_decimal::Decimal;

use crate::delivery::{Destination, StorageClass};
use crate::item::Item;
use crate::money::{MONTH_DAYS, gb_from_bytes};

/// What "for ever" is taken as: a year, because the bill of logs that are never deleted has no end.
pub const FOR_EVER_DAYS: u32 = 365;

/// Archived bytes of CloudWatch Logs per byte of text: AWS's example archives 30 of 72 TB.
const CLOUDWATCH_SHARE: (u64, u64) = (30, 72);
/// Stored bytes of gzip text in S3 per byte of text: AWS's example stores 6.5 of 72 TB.
const S3_SHARE: (u64, u64) = (65, 720);

/// Smallest object that Infrequent Access and Glacier Instant Retrieval bill; by default lifecycle rules do not even
/// move smaller ones.
pub(crate) const SMALL_OBJECT_BYTES: u64 = 128 * 1024;
/// What an archived object needs beside its content: an index in its own class, a name in Standard.
const ARCHIVE_INDEX_BYTES: u64 = 32 * 1024;
const ARCHIVE_NAME_BYTES: u64 = 8 * 1024;
/// Days that objects must lie in Standard before they may move to Infrequent Access.
const BEFORE_INFREQUENT_DAYS: u32 = 30;
/// Days without being read after which Intelligent-Tiering moves an object to its second tier, and to its third. Logs are
/// taken to be read when they arrive and no more.
const TIER_DAYS: [u32; 2] = [30, 90];

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) destination: Destination,
    pub(crate) class: StorageClass,
    /// Days until it is deleted; `None` for ever.
    pub(crate) days: Option<u32>,
    /// Bytes that a month adds, as stored.
    pub(crate) bytes: u64,
    /// Objects that a month adds.
    pub(crate) objects: u64,
}

/// Bytes as stored, where they were not measured.
pub(crate) fn usual_stored_bytes(destination: Destination, text_bytes: u64) -> u64 {
    let (stored, text) = match destination {
        Destination::S3 => S3_SHARE,
        Destination::Cloudwatch | Destination::CloudwatchIa => CLOUDWATCH_SHARE,
        Destination::Firehose => (0, 1),
    };
    u64::try_from(u128::from(text_bytes) * u128::from(stored) / u128::from(text)).unwrap_or(u64::MAX)
}

impl StorageClass {
    /// Days that are billed at least.
    const fn least_days(self) -> u32 {
        match self {
            Self::Standard | Self::IntelligentTiering => 0,
            Self::StandardIa | Self::OneZoneIa => 30,
            Self::GlacierInstant | Self::GlacierFlexible => 90,
            Self::DeepArchive => 180,
        }
    }

    /// Days in Standard before objects may move here.
    const fn days_before(self) -> u32 {
        match self {
            Self::StandardIa | Self::OneZoneIa => BEFORE_INFREQUENT_DAYS,
            _ => 0,
        }
    }

    /// Bytes billed for these objects in this class.
    fn billed_bytes(self, bytes: u64, objects: u64) -> u64 {
        match self {
            Self::Standard | Self::IntelligentTiering => bytes,
            Self::StandardIa | Self::OneZoneIa | Self::GlacierInstant => {
                bytes.max(objects.saturating_mul(SMALL_OBJECT_BYTES))
            }
            Self::GlacierFlexible | Self::DeepArchive => {
                bytes.saturating_add(objects.saturating_mul(ARCHIVE_INDEX_BYTES))
            }
        }
    }
}

impl Kept {
    /// Days that everything is kept.
    fn total_days(&self) -> u32 {
        self.days.unwrap_or(FOR_EVER_DAYS)
    }

    /// What a month costs in storage and requests.
    pub(crate) fn quantities(&self) -> Vec<(Item, Decimal)> {
        match self.destination {
            Destination::Firehose => Vec::new(),
            Destination::Cloudwatch | Destination::CloudwatchIa => {
                vec![(Item::CloudwatchStorage, gb_months(self.bytes, self.total_days()))]
            }
            Destination::S3 => self.s3_quantities(),
        }
    }

    fn s3_quantities(&self) -> Vec<(Item, Decimal)> {
        let thousands = Decimal::from(self.objects) / Decimal::ONE_THOUSAND;
        let mut quantities = vec![(Item::S3PutRequests, thousands)];
        let days = self.total_days();
        let before = self.class.days_before();
        let Some(transition) = self.class.transition().filter(|_| days > before) else {
            quantities.push((Item::S3Standard, gb_months(self.bytes, days)));
            return quantities;
        };
        quantities.push((transition, thousands));
        if self.class == StorageClass::IntelligentTiering {
            quantities.extend(self.tiered(days));
            return quantities;
        }
        let class_days = (days - before).max(self.class.least_days());
        quantities.push((Item::S3Standard, gb_months(self.bytes, before)));
        quantities.push((
            self.class.item(),
            gb_months(self.class.billed_bytes(self.bytes, self.objects), class_days),
        ));
        if matches!(self.class, StorageClass::GlacierFlexible | StorageClass::DeepArchive) {
            let names = self.objects.saturating_mul(ARCHIVE_NAME_BYTES);
            quantities.push((Item::S3Standard, gb_months(names, class_days)));
        }
        quantities
    }
}

impl Kept {
    /// What Intelligent-Tiering bills. Small objects are neither watched nor moved.
    fn tiered(&self, days: u32) -> Vec<(Item, Decimal)> {
        if self.bytes < self.objects.saturating_mul(SMALL_OBJECT_BYTES) {
            return vec![(Item::S3IntelligentFrequent, gb_months(self.bytes, days))];
        }
        let [second, third] = TIER_DAYS;
        let watched = Decimal::from(self.objects) * Decimal::from(days) / Decimal::from(MONTH_DAYS);
        vec![
            (Item::S3IntelligentFrequent, gb_months(self.bytes, days.min(second))),
            (Item::S3IntelligentInfrequent, gb_months(self.bytes, days.min(third).saturating_sub(second))),
            (Item::S3IntelligentArchive, gb_months(self.bytes, days.saturating_sub(third))),
            (Item::S3IntelligentMonitoring, watched / Decimal::ONE_THOUSAND),
        ]
    }
}

/// GB-months of bytes that arrive every month and are kept for days.
fn gb_months(bytes: u64, days: u32) -> Decimal {
    gb_from_bytes(bytes) * Decimal::from(days) / Decimal::from(MONTH_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::BYTES_PER_GB;

    fn kept(class: StorageClass, days: Option<u32>, objects: u64) -> Vec<(Item, String)> {
        let kept = Kept { destination: Destination::S3, class, days, bytes: 30 * BYTES_PER_GB, objects };
        kept.quantities().into_iter().map(|(item, much)| (item, much.normalize().to_string())).collect()
    }

    #[test]
    fn logs_kept_three_months_fill_three_months_of_storage() {
        let put = (Item::S3PutRequests, "9".to_owned());
        assert_eq!(
            kept(StorageClass::Standard, Some(90), 9_000),
            [put.clone(), (Item::S3Standard, "90".into())]
        );
        assert_eq!(kept(StorageClass::Standard, None, 9_000), [put, (Item::S3Standard, "365".into())]);
    }

    #[test]
    fn infrequent_access_comes_after_thirty_days_and_bills_small_objects_as_128_kb() {
        let big = kept(StorageClass::StandardIa, Some(90), 1_000);
        assert_eq!(big[2..], [(Item::S3Standard, "30".into()), (Item::S3StandardIa, "60".into())]);
        // 30 GB in 491,520 objects of 64 KB: twice as much is billed.
        let small = kept(StorageClass::StandardIa, Some(90), 491_520);
        assert_eq!(small[3], (Item::S3StandardIa, "120".into()));
        assert_eq!(kept(StorageClass::StandardIa, Some(30), 1_000)[1], (Item::S3Standard, "30".into()));
    }

    #[test]
    fn what_nobody_reads_sinks_tier_by_tier_and_is_watched_unless_it_is_small() {
        use Item::*;
        let large = kept(StorageClass::IntelligentTiering, Some(120), 1_000);
        assert_eq!(
            large[1..],
            [
                (S3ToIntelligentRequests, "1".into()),
                (S3IntelligentFrequent, "30".into()),
                (S3IntelligentInfrequent, "60".into()),
                (S3IntelligentArchive, "30".into()),
                (S3IntelligentMonitoring, "4".into()),
            ]
        );
        let short = kept(StorageClass::IntelligentTiering, Some(14), 1_000);
        assert_eq!(short[3..5], [(S3IntelligentInfrequent, "0".into()), (S3IntelligentArchive, "0".into())]);
        let small = kept(StorageClass::IntelligentTiering, Some(120), 491_520);
        assert_eq!(small[2..], [(S3IntelligentFrequent, "120".into())]);
    }

    #[test]
    fn the_archives_bill_their_least_days_and_40_kb_an_object() {
        let deep = kept(StorageClass::DeepArchive, Some(30), 32_768);
        assert_eq!(
            deep,
            [
                (Item::S3PutRequests, "32.768".into()),
                (Item::S3ToDeepArchiveRequests, "32.768".into()),
                (Item::S3Standard, "0".into()),
                (Item::S3DeepArchive, "186".into()),
                (Item::S3Standard, "1.5".into()),
            ]
        );
    }

    #[test]
    fn unmeasured_sizes_are_those_of_awss_examples() {
        let tb = 1024 * BYTES_PER_GB;
        assert_eq!(usual_stored_bytes(Destination::Cloudwatch, 72 * tb), 30 * tb);
        assert_eq!(usual_stored_bytes(Destination::S3, 72 * tb), 13 * tb / 2);
        assert_eq!(usual_stored_bytes(Destination::Firehose, 72 * tb), 0);
    }
}
