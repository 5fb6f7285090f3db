//! What `aws ec2 describe-flow-logs` prints: the layouts, destinations and delivery errors of flow logs that exist.
//! Reads JSON text; who ran the command is not known here.
//!
//! Source: "FlowLog" in the EC2 API reference; errors from "Troubleshoot VPC Flow Logs" in the Amazon VPC user guide.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::delivery::{Destination, FileFormat, Interval, Keys, Traffic};
use crate::plan::Plan;
use crate::setup::purpose::{Purpose, ResourceKind};

/// More flow logs than an organisation's region has; beyond it the text is something else.
const MOST_LOGS: usize = 100_000;

/// Why an import failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Not JSON, or JSON of another shape.
    #[error(
        "this is not the JSON of describe-flow-logs ({reason}); run aws ec2 describe-flow-logs --output json for each \
         region"
    )]
    NotDescribed {
        /// What the parser says.
        reason: String,
    },
    /// Absurdly many.
    #[error("{count} flow logs are more than the {MOST_LOGS} that are read")]
    TooMany {
        /// How many.
        count: usize,
    },
}

/// Whether a flow log delivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum DeliveryState {
    /// AWS says it does.
    Works,
    /// AWS says it does not.
    Fails {
        /// AWS's words.
        error: String,
        /// What to do, a sentence.
        cure: String,
    },
    /// AWS has not said yet.
    Unknown,
}

/// A flow log as AWS describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedLog {
    /// Its id, `fl-…`.
    pub id: String,
    /// The resource it logs.
    pub resource_id: String,
    /// Which traffic; `None` for transit gateways.
    pub traffic: Option<Traffic>,
    /// Where it is delivered; the class of a log group is not told. `None` for a destination Weir does not know.
    pub destination: Option<Destination>,
    /// The destination's ARN, or the log group's name.
    pub destination_name: String,
    /// The fields in order, by AWS's hyphenated names.
    pub fields: Vec<String>,
    /// Its aggregation interval, if it is one of AWS's two.
    pub interval: Option<Interval>,
    /// Text or Parquet.
    pub format: FileFormat,
    /// How its keys are cut.
    pub keys: Keys,
    /// When it was created, RFC 3339; empty when not told.
    pub created: String,
    /// Whether it is delivering.
    pub delivery: DeliveryState,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Described {
    Whole(Answer),
    List(Vec<FlowLog>),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    flow_logs: Vec<FlowLog>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FlowLog {
    flow_log_id: String,
    #[serde(default)]
    resource_id: String,
    traffic_type: Option<String>,
    log_destination_type: Option<String>,
    log_destination: Option<String>,
    log_group_name: Option<String>,
    log_format: Option<String>,
    max_aggregation_interval: Option<u32>,
    destination_options: Option<DestinationOptions>,
    #[serde(default)]
    creation_time: String,
    deliver_logs_status: Option<String>,
    deliver_logs_error_message: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct DestinationOptions {
    file_format: Option<String>,
    #[serde(default)]
    hive_compatible_partitions: bool,
    #[serde(default)]
    per_hour_partition: bool,
}

/// Reads the JSON that `aws ec2 describe-flow-logs` prints, or its list alone. Keys it does not know are passed over.
///
/// # Errors
/// When the text is something else.
pub fn import(json: &str) -> Result<Vec<ImportedLog>, ImportError> {
    let read = |error: serde_json::Error| ImportError::NotDescribed { reason: error.to_string() };
    let logs = match serde_json::from_str(json).map_err(read)? {
        Described::Whole(answer) => answer.flow_logs,
        Described::List(logs) => logs,
    };
    if logs.len() > MOST_LOGS {
        return Err(ImportError::TooMany { count: logs.len() });
    }
    Ok(logs.into_iter().map(ImportedLog::of).collect())
}

impl ImportedLog {
    fn of(log: FlowLog) -> Self {
        let options = log.destination_options.unwrap_or_default();
        let named = |text: Option<String>| text.filter(|text| !text.is_empty());
        // AWS leaves the type out where it is the default.
        let destination = log.log_destination_type.as_deref().unwrap_or("cloud-watch-logs");
        Self {
            id: log.flow_log_id,
            resource_id: log.resource_id,
            traffic: log.traffic_type.and_then(|word| word.parse().ok()),
            destination: destination.parse().ok(),
            destination_name: named(log.log_destination).or(named(log.log_group_name)).unwrap_or_default(),
            fields: fields(log.log_format.as_deref().unwrap_or_default()),
            interval: log.max_aggregation_interval.and_then(|secs| secs.to_string().parse().ok()),
            format: options.file_format.and_then(|word| word.parse().ok()).unwrap_or_default(),
            keys: Keys { hive: options.hive_compatible_partitions, hourly: options.per_hour_partition },
            created: log.creation_time,
            delivery: delivery(log.deliver_logs_status.as_deref(), log.deliver_logs_error_message),
        }
    }

    /// What it logs, by the form of the resource's id; `None` for what Weir sets up no flow logs for.
    #[must_use]
    pub fn resource(&self) -> Option<ResourceKind> {
        // Attachments first: their ids begin as those of gateways do.
        let kinds = ResourceKind::ALL.iter().rev();
        kinds.copied().find(|kind| self.resource_id.starts_with(kind.id_prefix()))
    }

    /// The plan of a flow log that was measured, with the choices that only its description tells: destination, format,
    /// interval, traffic, keys. What the description leaves open stays as it was.
    #[must_use]
    pub fn describe(&self, plan: Plan) -> Plan {
        Plan {
            destination: self.destination.unwrap_or(plan.destination),
            format: self.format,
            interval: self.interval.or(plan.interval),
            traffic: self.traffic.unwrap_or(plan.traffic),
            keys: self.keys,
            ..plan
        }
    }

    /// The day it was created, UTC, as forecasts need it; `None` when not told.
    #[must_use]
    pub fn since(&self) -> Option<Date> {
        let created: Timestamp = self.created.parse().ok()?;
        Some(TimeZone::UTC.to_datetime(created).date())
    }

    /// The fields a purpose needs that it does not have.
    #[must_use]
    pub fn lacks(&self, purpose: Purpose) -> Vec<&'static str> {
        let Some(resource) = self.resource() else { return Vec::new() };
        let needed = purpose.fields(resource).into_iter();
        needed.filter(|field| self.fields.iter().all(|known| known != field)).collect()
    }
}

/// The names in `${version} ${account-id} …`.
fn fields(log_format: &str) -> Vec<String> {
    let bare = |word: &str| word.trim_start_matches("${").trim_end_matches('}').to_owned();
    log_format.split_whitespace().map(bare).collect()
}

fn delivery(status: Option<&str>, error: Option<String>) -> DeliveryState {
    match (status, error) {
        (_, Some(error)) if !error.is_empty() => {
            let cure = cure(&error).to_owned();
            DeliveryState::Fails { error, cure }
        }
        (Some("FAILED"), _) => DeliveryState::Fails { error: "FAILED".to_owned(), cure: cure("").to_owned() },
        (Some("SUCCESS"), _) => DeliveryState::Works,
        _ => DeliveryState::Unknown,
    }
}

/// What to do about an error, by AWS's words for it.
fn cure(error: &str) -> &'static str {
    let error = error.to_ascii_lowercase();
    if error.contains("rate limited") {
        "CloudWatch Logs throttles: raise its quota for the account, or deliver to S3."
    } else if error.contains("access") {
        "Check the delivery role's permissions and trust (vpc-flow-logs.amazonaws.com), or the bucket's policy."
    } else if error.contains("undeliverable") || error.contains("kms") {
        "Name the bucket's KMS key by its ARN, and let delivery.logs.amazonaws.com use it."
    } else if error.contains("notfound") || error.contains("not found") {
        "Create the bucket or log group again, or delete the flow log."
    } else {
        "AWS gives no reason: check that the destination exists and admits delivery, then create the flow log again."
    }
}
