//! A change to a flow log, and the changes of where it is delivered and as what.

use crate::delivery::{Destination, FileFormat, StorageClass};
use crate::plan::{Plan, parquet_from_text, text_from_parquet};
use crate::what_if::Topic;

/// Stored size of an object below which Parquet may be larger than text ("Publish flow logs to Amazon S3": less than
/// 100 KB in an aggregation period).
const PARQUET_PAYS_BYTES: u64 = 100 * 1024;

/// A flow log set up otherwise, not priced yet.
pub(super) struct Change {
    pub(super) id: String,
    pub(super) topic: Topic,
    pub(super) title: String,
    pub(super) plan: Plan,
    /// The flow log at its smallest and largest, where measurement cannot tell.
    pub(super) range: Option<[Plan; 2]>,
    pub(super) loses: String,
    pub(super) wins: String,
    pub(super) cautions: Vec<String>,
    pub(super) size_is_estimate: bool,
}

/// Said where nothing is.
pub(super) const NOTHING_LOST: &str = "Nothing is lost.";

impl Change {
    pub(super) fn new(topic: Topic, id: impl Into<String>, title: impl Into<String>, plan: Plan) -> Self {
        Self {
            id: id.into(),
            topic,
            title: title.into(),
            plan,
            range: None,
            loses: NOTHING_LOST.to_owned(),
            wins: String::new(),
            cautions: Vec::new(),
            size_is_estimate: false,
        }
    }

    pub(super) fn losing(mut self, what: impl Into<String>) -> Self {
        self.loses = what.into();
        self
    }

    pub(super) fn winning(mut self, what: impl Into<String>) -> Self {
        self.wins = what.into();
        self
    }

    pub(super) fn minding(mut self, what: impl Into<String>) -> Self {
        self.cautions.push(what.into());
        self
    }

    pub(super) fn estimated(mut self) -> Self {
        self.size_is_estimate = true;
        self
    }
}

/// Every other destination.
pub(super) fn destinations(plan: &Plan) -> Vec<Change> {
    let others = Destination::ALL.iter().filter(|destination| **destination != plan.destination);
    others.map(|destination| to_destination(plan, *destination)).collect()
}

fn to_destination(plan: &Plan, destination: Destination) -> Change {
    let moved = Plan {
        destination,
        format: FileFormat::Text,
        storage: StorageClass::Standard,
        stored_bytes: None,
        ..plan.clone()
    };
    let title = format!("{} instead of {}", destination.label(), plan.destination.label());
    let change = Change::new(Topic::Destination, format!("to-{destination}"), title, moved).estimated();
    match destination {
        Destination::S3 => change
            .losing("Logs Insights, metric filters and alarms on the log group are lost; records come in about ten minutes instead of five.")
            .winning("Weir, Athena and others read the objects as they are."),
        Destination::Cloudwatch => change
            .losing("Parquet, storage classes and reading by Athena are lost; Weir reads exports from CloudWatch Logs, not the log group.")
            .winning("Logs Insights, metric filters and alarms; records come in about five minutes instead of ten."),
        Destination::CloudwatchIa => change
            .losing("Metric filters, alarms, subscriptions and exports to S3 are lost: the class has Logs Insights alone, and Weir cannot read it.")
            .winning("Logs Insights at half the price of delivery."),
        Destination::Firehose => change
            .losing("AWS's keys by account, region and day are lost: objects are cut as the stream is set up.")
            .winning("Records can be transformed and sent elsewhere on the way.")
            .minding("Firehose charges for itself, and whatever it delivers to charges for storage: neither is in this price."),
    }
}

/// The other format, where there is a choice.
pub(super) fn formats(plan: &Plan) -> Vec<Change> {
    if plan.destination != Destination::S3 {
        return Vec::new();
    }
    vec![match plan.format {
        FileFormat::Text => to_parquet(plan),
        FileFormat::Parquet => to_text(plan),
    }]
}

fn to_parquet(plan: &Plan) -> Change {
    let small = plan.object_bytes().filter(|bytes| *bytes < PARQUET_PAYS_BYTES);
    let stored = plan.stored_bytes();
    let stored_bytes = Some(if small.is_some() { stored } else { parquet_from_text(stored) });
    let parquet = Plan { format: FileFormat::Parquet, stored_bytes, ..plan.clone() };
    let change = Change::new(Topic::Format, "format-parquet", "Parquet instead of text", parquet)
        .winning("Athena reads the columns it needs and is charged for those; queries are 10 to 100 times as fast.")
        .losing("Nothing is lost for Weir and Athena; zcat and grep no longer help.")
        .minding("Conversion is charged by the size of the text, not of the Parquet.")
        .estimated();
    match small {
        Some(bytes) => change.minding(format!(
            "Objects hold {} KB on average: below 100 KB a period Parquet can be larger than text.",
            bytes / 1024
        )),
        None => change,
    }
}

fn to_text(plan: &Plan) -> Change {
    let stored_bytes = Some(text_from_parquet(plan.stored_bytes()));
    let text = Plan { format: FileFormat::Text, stored_bytes, ..plan.clone() };
    Change::new(Topic::Format, "format-plain-text", "text instead of Parquet", text)
        .losing("Athena reads whole lines again: it is charged for all columns and takes 10 to 100 times as long.")
        .winning("Conversion is not charged; zcat and grep can read it.")
        .estimated()
}
