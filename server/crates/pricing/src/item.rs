//! What AWS charges for around flow logs: one item per price, its key in the price table, its words and its unit.
//! Knows no price.
//!
//! Source: "CloudWatch billing and cost" in the CloudWatch user guide (usage types `VendedLog-Bytes`,
//! `VendedLogIA-Bytes`, `S3-Egress-Bytes`, `S3-Egress-InputBytes`, `FH-Egress-Bytes`, `TimedStorage-ByteHrs`,
//! `DataScanned-Bytes`) and the price pages of S3 and Athena.

use serde::Serialize;

/// Something with a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// Delivery to a log group of class Standard.
    DeliverToCloudwatch,
    /// Delivery to a log group of class Infrequent Access.
    DeliverToCloudwatchIa,
    /// Delivery to S3.
    DeliverToS3,
    /// Delivery to Data Firehose.
    DeliverToFirehose,
    /// Conversion to Parquet before delivery to S3.
    ParquetConversion,
    /// Archive of CloudWatch Logs.
    CloudwatchStorage,
    /// Reading by CloudWatch Logs Insights.
    LogsInsightsScan,
    /// S3 Standard.
    S3Standard,
    /// S3 Standard-Infrequent Access.
    S3StandardIa,
    /// S3 One Zone-Infrequent Access.
    S3OneZoneIa,
    /// S3 Intelligent-Tiering, what was read within 30 days.
    S3IntelligentFrequent,
    /// S3 Intelligent-Tiering, what was not.
    S3IntelligentInfrequent,
    /// S3 Intelligent-Tiering, what was not read within 90 days.
    S3IntelligentArchive,
    /// Watching objects in S3 Intelligent-Tiering.
    S3IntelligentMonitoring,
    /// S3 Glacier Instant Retrieval.
    S3GlacierInstant,
    /// S3 Glacier Flexible Retrieval.
    S3GlacierFlexible,
    /// S3 Glacier Deep Archive.
    S3DeepArchive,
    /// Writing objects.
    S3PutRequests,
    /// Reading objects.
    S3GetRequests,
    /// Moving objects to Standard-IA or One Zone-IA.
    S3ToInfrequentRequests,
    /// Moving objects to Intelligent-Tiering.
    S3ToIntelligentRequests,
    /// Moving objects to Glacier Instant Retrieval.
    S3ToGlacierInstantRequests,
    /// Moving objects to Glacier Flexible Retrieval.
    S3ToGlacierFlexibleRequests,
    /// Moving objects to Glacier Deep Archive.
    S3ToDeepArchiveRequests,
    /// Reading by Athena.
    AthenaScan,
}

use Item::*;

/// All items with key, label and unit, in the order in which bills list them.
pub(crate) const ITEMS: [(Item, &str, &str, &str); 25] = [
    (DeliverToCloudwatch, "deliver-to-cloudwatch", "Delivery to CloudWatch Logs", "GB"),
    (
        DeliverToCloudwatchIa,
        "deliver-to-cloudwatch-ia",
        "Delivery to CloudWatch Logs, Infrequent Access",
        "GB",
    ),
    (DeliverToS3, "deliver-to-s3", "Delivery to S3", "GB"),
    (DeliverToFirehose, "deliver-to-firehose", "Delivery to Firehose", "GB"),
    (ParquetConversion, "parquet-conversion", "Conversion to Parquet", "GB"),
    (CloudwatchStorage, "cloudwatch-storage", "Archive in CloudWatch Logs", "GB-month"),
    (LogsInsightsScan, "logs-insights-scan", "Logs Insights", "GB scanned"),
    (S3Standard, "s3-standard", "Storage in S3 Standard", "GB-month"),
    (S3StandardIa, "s3-standard-ia", "Storage in S3 Standard-IA", "GB-month"),
    (S3OneZoneIa, "s3-one-zone-ia", "Storage in S3 One Zone-IA", "GB-month"),
    (
        S3IntelligentFrequent,
        "s3-intelligent-frequent",
        "Storage in S3 Intelligent-Tiering, frequent access",
        "GB-month",
    ),
    (
        S3IntelligentInfrequent,
        "s3-intelligent-infrequent",
        "Storage in S3 Intelligent-Tiering, infrequent access",
        "GB-month",
    ),
    (
        S3IntelligentArchive,
        "s3-intelligent-archive",
        "Storage in S3 Intelligent-Tiering, archive instant access",
        "GB-month",
    ),
    (
        S3IntelligentMonitoring,
        "s3-intelligent-monitoring",
        "Objects watched by S3 Intelligent-Tiering",
        "thousand objects",
    ),
    (S3GlacierInstant, "s3-glacier-instant", "Storage in S3 Glacier Instant Retrieval", "GB-month"),
    (S3GlacierFlexible, "s3-glacier-flexible", "Storage in S3 Glacier Flexible Retrieval", "GB-month"),
    (S3DeepArchive, "s3-deep-archive", "Storage in S3 Glacier Deep Archive", "GB-month"),
    (S3PutRequests, "s3-put-requests", "Objects written to S3", "thousand requests"),
    (S3GetRequests, "s3-get-requests", "Objects read from S3", "thousand requests"),
    (
        S3ToInfrequentRequests,
        "s3-to-infrequent-requests",
        "Objects moved to S3 Infrequent Access",
        "thousand requests",
    ),
    (
        S3ToIntelligentRequests,
        "s3-to-intelligent-requests",
        "Objects moved to S3 Intelligent-Tiering",
        "thousand requests",
    ),
    (
        S3ToGlacierInstantRequests,
        "s3-to-glacier-instant-requests",
        "Objects moved to Glacier Instant Retrieval",
        "thousand requests",
    ),
    (
        S3ToGlacierFlexibleRequests,
        "s3-to-glacier-flexible-requests",
        "Objects moved to Glacier Flexible Retrieval",
        "thousand requests",
    ),
    (
        S3ToDeepArchiveRequests,
        "s3-to-deep-archive-requests",
        "Objects moved to Deep Archive",
        "thousand requests",
    ),
    (AthenaScan, "athena-scan", "Athena", "TB scanned"),
];

impl Item {
    fn row(self) -> (&'static str, &'static str, &'static str) {
        let row = ITEMS.iter().find(|(item, ..)| *item == self);
        row.map_or(("", "", ""), |(_, key, label, unit)| (key, label, unit))
    }

    /// The key in the price table: `deliver-to-s3`.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.row().0
    }

    /// What a bill calls it.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.row().1
    }

    /// What one of it is.
    #[must_use]
    pub fn unit(self) -> &'static str {
        self.row().2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_stands_at_its_place_once() {
        for (at, (item, key, ..)) in ITEMS.iter().enumerate() {
            assert_eq!(*item as usize, at);
            assert_eq!(item.key(), *key);
            assert_eq!(serde_json::to_value(item).ok(), Some(serde_json::Value::from(*key)));
        }
        assert_eq!(AthenaScan as usize + 1, ITEMS.len());
    }
}
