//! Where a flow log is delivered, as what, and of which traffic: the choices AWS offers, by the words of its API.
//! Knows the item each choice is billed as, not its price.
//!
//! Sources: "CreateFlowLogs" in the EC2 API reference; "Amazon S3 storage classes" in the S3 user guide.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::book::nearest;
use crate::item::Item;

/// A word that names none of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{word:?} is no {what}{}; choose one of {}",
    nearest.map(|near| format!(", did you mean {near}?")).unwrap_or_default(), choices.join(", ")
)]
pub struct UnknownChoice {
    /// What was asked for: `destination`.
    pub what: &'static str,
    /// What was given.
    pub word: String,
    /// All that would do.
    pub choices: Vec<&'static str>,
    /// The one that was probably meant.
    pub nearest: Option<&'static str>,
}

/// Gives an enumeration its words: printing, parsing and the list of all.
macro_rules! choices {
    ($type:ty, $what:literal, { $($variant:ident => $word:literal $(| $other:literal)*),+ $(,)? }) => {
        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it, as the command line and JSON have it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $type {
            type Err = UnknownChoice;

            fn from_str(word: &str) -> Result<Self, UnknownChoice> {
                match word.to_ascii_lowercase().as_str() {
                    $($word $(| $other)* => Ok(Self::$variant),)+
                    other => {
                        let choices = vec![$($word),+];
                        let nearest = nearest(other, choices.iter().copied());
                        Err(UnknownChoice { what: $what, word: word.to_owned(), choices, nearest })
                    }
                }
            }
        }

        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}

/// Where a flow log is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// A log group of class Standard.
    Cloudwatch,
    /// A log group of class Infrequent Access.
    CloudwatchIa,
    /// A bucket.
    S3,
    /// A Data Firehose stream.
    Firehose,
}

choices!(Destination, "destination", {
    Cloudwatch => "cloudwatch" | "cloud-watch-logs" | "cloudwatch-logs",
    CloudwatchIa => "cloudwatch-ia" | "cloudwatch-infrequent-access",
    S3 => "s3",
    Firehose => "firehose" | "kinesis-data-firehose",
});

impl Destination {
    /// What delivery there is billed as.
    #[must_use]
    pub const fn item(self) -> Item {
        match self {
            Self::Cloudwatch => Item::DeliverToCloudwatch,
            Self::CloudwatchIa => Item::DeliverToCloudwatchIa,
            Self::S3 => Item::DeliverToS3,
            Self::Firehose => Item::DeliverToFirehose,
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cloudwatch => "CloudWatch Logs",
            Self::CloudwatchIa => "CloudWatch Logs, Infrequent Access",
            Self::S3 => "S3",
            Self::Firehose => "Firehose",
        }
    }
}

/// The format of the objects in S3; everywhere else logs are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FileFormat {
    /// Lines, gzip.
    #[default]
    Text,
    /// Parquet; the conversion is charged by the size of the text.
    Parquet,
}

choices!(FileFormat, "file format", { Text => "plain-text" | "text", Parquet => "parquet" });

/// A storage class of S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StorageClass {
    /// Read at once, no minimum.
    #[default]
    Standard,
    /// Read at once, for a charge.
    StandardIa,
    /// The same in one availability zone: lost with the zone.
    OneZoneIa,
    /// Read at once; moves what is not read to cheaper tiers by itself.
    IntelligentTiering,
    /// Read at once, for a higher charge.
    GlacierInstant,
    /// Restored within minutes to hours.
    GlacierFlexible,
    /// Restored within hours to two days.
    DeepArchive,
}

choices!(StorageClass, "storage class", {
    Standard => "standard",
    StandardIa => "standard-ia",
    OneZoneIa => "one-zone-ia" | "onezone-ia",
    IntelligentTiering => "intelligent-tiering",
    GlacierInstant => "glacier-instant" | "glacier-ir",
    GlacierFlexible => "glacier-flexible" | "glacier",
    DeepArchive => "deep-archive",
});

impl StorageClass {
    /// What storing there is billed as, what is read often in the class that sorts by itself.
    #[must_use]
    pub const fn item(self) -> Item {
        match self {
            Self::Standard => Item::S3Standard,
            Self::StandardIa => Item::S3StandardIa,
            Self::OneZoneIa => Item::S3OneZoneIa,
            Self::IntelligentTiering => Item::S3IntelligentFrequent,
            Self::GlacierInstant => Item::S3GlacierInstant,
            Self::GlacierFlexible => Item::S3GlacierFlexible,
            Self::DeepArchive => Item::S3DeepArchive,
        }
    }

    /// What moving an object there is billed as; `None` where objects arrive.
    pub(crate) const fn transition(self) -> Option<Item> {
        match self {
            Self::Standard => None,
            Self::StandardIa | Self::OneZoneIa => Some(Item::S3ToInfrequentRequests),
            Self::IntelligentTiering => Some(Item::S3ToIntelligentRequests),
            Self::GlacierInstant => Some(Item::S3ToGlacierInstantRequests),
            Self::GlacierFlexible => Some(Item::S3ToGlacierFlexibleRequests),
            Self::DeepArchive => Some(Item::S3ToDeepArchiveRequests),
        }
    }
}

/// Which traffic is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Traffic {
    /// All of it.
    #[default]
    All,
    /// What was let through.
    Accept,
    /// What was refused.
    Reject,
}

choices!(Traffic, "traffic type", { All => "all", Accept => "accept", Reject => "reject" });

impl Traffic {
    /// The word of AWS's API: `ALL`.
    #[must_use]
    pub const fn api(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Accept => "ACCEPT",
            Self::Reject => "REJECT",
        }
    }
}

/// The longest time over which packets of a flow are added up into one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Interval {
    /// 60 s.
    Minute,
    /// 600 s, AWS's default.
    #[default]
    TenMinutes,
}

choices!(Interval, "aggregation interval", { Minute => "60" | "60s", TenMinutes => "600" | "600s" });

impl Interval {
    /// Its length, seconds.
    #[must_use]
    pub const fn secs(self) -> u32 {
        match self {
            Self::Minute => 60,
            Self::TenMinutes => 600,
        }
    }
}

/// How the keys of the objects in S3 are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Keys {
    /// Folders named `year=…` instead of by numbers alone.
    pub hive: bool,
    /// A folder per hour instead of per day.
    pub hourly: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_aws_and_of_people_are_understood() {
        assert_eq!("cloud-watch-logs".parse(), Ok(Destination::Cloudwatch));
        assert_eq!("kinesis-data-firehose".parse(), Ok(Destination::Firehose));
        assert_eq!("S3".parse(), Ok(Destination::S3));
        assert_eq!("plain-text".parse(), Ok(FileFormat::Text));
        assert_eq!("REJECT".parse(), Ok(Traffic::Reject));
        for class in StorageClass::ALL {
            assert_eq!(class.word().parse(), Ok(*class));
        }
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_choices() {
        let error = "firehoze".parse::<Destination>().err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some(
                "\"firehoze\" is no destination, did you mean firehose?; choose one of cloudwatch, cloudwatch-ia, s3, firehose"
            )
        );
    }
}
