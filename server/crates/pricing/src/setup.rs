//! The set-up assistant: from a purpose, a resource and a destination to the record format, with the reason for each
//! field, and the texts that create the flow log. Texts only: nothing here calls AWS, and Weir never changes an account.
//!
//! Sources: "CreateFlowLogs" in the EC2 API reference, "Publish flow logs to Amazon S3 / CloudWatch Logs / Data
//! Firehose" in the Amazon VPC user guide, `AWS::EC2::FlowLog` in the CloudFormation reference, `aws_flow_log` in the
//! Terraform AWS provider's documentation.

mod check;
mod commands;
mod import;
mod policies;
mod purpose;
mod quote;
mod replace;
mod templates;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::bill::bill;
use crate::book::PriceBook;
use crate::delivery::{Destination, FileFormat, Interval, Keys, Traffic};
use crate::field_notes::{FieldNote, TGW_FIELDS, VPC_FIELDS};
use crate::plan::Plan;
use crate::volume::Volume;

pub use check::SetupError;
pub use import::{DeliveryState, ImportError, ImportedLog, import};
pub use purpose::{Purpose, ResourceKind};
pub use replace::{Replacement, Step, replacement};

/// Records that a format is priced by before any was seen.
const PRICED_RECORDS: u64 = 1_000_000;

/// Where the flow log is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Objects in a bucket.
    S3 {
        /// The bucket's name.
        bucket: String,
        /// The prefix before `AWSLogs/`, without a slash at its ends; may be empty.
        prefix: String,
        /// Text or Parquet.
        format: FileFormat,
        /// How keys are cut.
        keys: Keys,
    },
    /// A log group.
    Cloudwatch {
        /// Its name.
        log_group: String,
        /// The role that may write to it.
        role_arn: String,
    },
    /// A Data Firehose stream of the same account.
    Firehose {
        /// Its name.
        stream: String,
    },
}

/// What is to be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What for.
    pub purpose: Purpose,
    /// What is to be logged.
    pub resource: ResourceKind,
    /// Its id: `vpc-…`.
    pub resource_id: String,
    /// The account that creates the flow log, twelve digits.
    pub account: String,
    /// The region's code.
    pub region: String,
    /// Where to.
    pub target: Target,
    /// Which traffic; all of it for transit gateways.
    pub traffic: Traffic,
    /// The longest aggregation; a minute for transit gateways.
    pub interval: Interval,
    /// Fields wanted beside those the purpose needs, by AWS's hyphenated names.
    pub more_fields: Vec<String>,
}

/// A field of the format with the reason for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChosenField {
    /// AWS's hyphenated name.
    pub field: String,
    /// Why it is there, a sentence.
    pub reason: String,
    /// Usual length of its values with the byte after them, bytes.
    pub usual_bytes: f64,
}

/// A text to copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// A name for links, files and tests: `terraform`.
    pub name: &'static str,
    /// What it is, for a heading.
    pub title: &'static str,
    /// `sh`, `hcl`, `yaml` or `json`.
    pub language: &'static str,
    /// The text, ending in a line feed.
    pub body: String,
}

/// All that is needed to create a flow log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recipe {
    /// The format as the API takes it: `${version} ${account-id} …`.
    pub log_format: String,
    /// Its fields with their reasons.
    pub fields: Vec<ChosenField>,
    /// Usual length of a line, bytes; half of that of records vary by 10 % around it.
    pub line_bytes: f64,
    /// What a million records cost to deliver, dollars, in the first tier.
    pub million_records_usd: Decimal,
    /// Whether that price is an estimate.
    pub estimate: bool,
    /// The commands and policies.
    pub texts: Vec<Text>,
    /// What to mind before running them, sentences.
    pub warnings: Vec<String>,
}

impl Recipe {
    /// The body of a text by its name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|text| text.name == name).map(|text| text.body.as_str())
    }
}

/// The recipe for a request.
///
/// # Errors
/// When a name or id does not have AWS's form, or AWS has no such flow log; says what would do.
pub fn recipe(book: &PriceBook, request: &Request) -> Result<Recipe, SetupError> {
    check::request(request)?;
    let notes = chosen(request)?;
    let log_format = format_of(&notes);
    let fields: Vec<ChosenField> = notes.iter().map(|note| chosen_field(note)).collect();
    let line_bytes = fields.iter().map(|field| field.usual_bytes).sum();
    let (million_records_usd, estimate) = million_records(book, request, line_bytes);
    let mut texts = vec![
        commands::create(request, &log_format),
        templates::terraform(request, &log_format),
        templates::cloudformation(request, &log_format),
    ];
    texts.extend(policies::texts(request));
    let warnings = warnings(request);
    Ok(Recipe { log_format, fields, line_bytes, million_records_usd, estimate, texts, warnings })
}

/// The fields of a request in AWS's order.
fn chosen(request: &Request) -> Result<Vec<&'static FieldNote>, SetupError> {
    let all: &'static [FieldNote] = if request.resource.is_gateway() { &TGW_FIELDS } else { &VPC_FIELDS };
    let needed = request.purpose.fields(request.resource);
    let more = &request.more_fields;
    if let Some(field) = more.iter().find(|field| all.iter().all(|note| note.field != field.as_str())) {
        return Err(SetupError::unknown_field(field, all));
    }
    let wanted =
        |note: &&FieldNote| needed.contains(&note.field) || more.iter().any(|field| field == note.field);
    Ok(all.iter().filter(wanted).collect())
}

fn format_of(notes: &[&FieldNote]) -> String {
    notes.iter().map(|note| format!("${{{}}}", note.field)).collect::<Vec<_>>().join(" ")
}

fn chosen_field(note: &FieldNote) -> ChosenField {
    ChosenField {
        field: note.field.to_owned(),
        reason: format!("It tells {}.", note.tells),
        usual_bytes: note.usual_bytes + 1.0,
    }
}

/// What a million records cost to deliver, and whether that is an estimate.
fn million_records(book: &PriceBook, request: &Request, line_bytes: f64) -> (Decimal, bool) {
    let bytes = (PRICED_RECORDS as f64 * line_bytes).round() as u64;
    let mut plan = Plan::new("", "", &request.region, Volume::default(), 1.0);
    plan.destination = request.target.destination();
    plan.format = request.target.format();
    let bill = bill(book, &[plan.delivery(bytes)]);
    (bill.total, bill.estimate)
}

impl Target {
    /// Where it is billed as going.
    #[must_use]
    pub const fn destination(&self) -> Destination {
        match self {
            Self::S3 { .. } => Destination::S3,
            Self::Cloudwatch { .. } => Destination::Cloudwatch,
            Self::Firehose { .. } => Destination::Firehose,
        }
    }

    /// Text, or Parquet in S3.
    #[must_use]
    pub const fn format(&self) -> FileFormat {
        match self {
            Self::S3 { format, .. } => *format,
            _ => FileFormat::Text,
        }
    }

    /// The word of AWS's API.
    const fn api(&self) -> &'static str {
        match self {
            Self::S3 { .. } => "s3",
            Self::Cloudwatch { .. } => "cloud-watch-logs",
            Self::Firehose { .. } => "kinesis-data-firehose",
        }
    }
}

impl Request {
    /// AWS's name for the partition the region is in, as in ARNs.
    fn partition(&self) -> &'static str {
        match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            _ if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The destination as the API takes it.
    fn destination_arn(&self) -> String {
        let (partition, region, account) = (self.partition(), &self.region, &self.account);
        match &self.target {
            Target::S3 { bucket, prefix, .. } if prefix.is_empty() => {
                format!("arn:{partition}:s3:::{bucket}")
            }
            Target::S3 { bucket, prefix, .. } => format!("arn:{partition}:s3:::{bucket}/{prefix}/"),
            Target::Cloudwatch { log_group, .. } => {
                format!("arn:{partition}:logs:{region}:{account}:log-group:{log_group}")
            }
            Target::Firehose { stream } => {
                format!("arn:{partition}:firehose:{region}:{account}:deliverystream/{stream}")
            }
        }
    }
}

fn warnings(request: &Request) -> Vec<String> {
    let mut warnings = vec![
        "The record format cannot be changed after creation: another format means another flow log."
            .to_owned(),
    ];
    match &request.target {
        Target::S3 { .. } => {
            warnings.push(
                "Where you own the bucket, creating the flow log may overwrite its policy (AWS's pages differ on \
                 whether it overwrites or adds): save the policy first, see the bucket policy commands."
                    .to_owned(),
            );
            warnings.push(
                "A bucket encrypted with a KMS key needs a customer-managed key, named by ARN, whose policy admits \
                 delivery.logs.amazonaws.com; Weir then needs kms:Decrypt on it."
                    .to_owned(),
            );
        }
        Target::Cloudwatch { .. } => warnings.push(
            "Weir reads objects in S3: export the log group to S3, or choose S3, which is half the price."
                .to_owned(),
        ),
        Target::Firehose { .. } => {
            warnings.push(
                "Weir reads what the stream delivers to S3; Firehose charges for itself as well.".to_owned(),
            );
        }
    }
    if request.traffic != Traffic::All {
        warnings.push(
            "With traffic of one action alone a reject cannot be put down to security group or network ACL, and \
             servers are proven by fewer records."
                .to_owned(),
        );
    }
    if request.interval == Interval::Minute && !request.resource.is_gateway() {
        warnings.push(
            "60 s costs up to ten times as much as 600 s on instances that are not Nitro, and the same on Nitro."
                .to_owned(),
        );
    }
    warnings.push(
        "Collection starts several minutes after creation; first objects take about ten more.".to_owned(),
    );
    warnings
}
