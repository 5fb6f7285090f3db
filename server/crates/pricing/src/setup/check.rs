//! What a person typed, held against the forms AWS gives its names and ids, before it goes into a command.

use crate::book::nearest;
use crate::delivery::{Interval, Traffic};
use crate::field_notes::FieldNote;
use crate::setup::{Request, Target};

/// Why nothing can be set up from a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// A name or id that AWS would refuse.
    #[error("{what} must be {wanted}: {given:?}")]
    Form {
        /// Which: `bucket`.
        what: &'static str,
        /// What it must look like.
        wanted: String,
        /// What was given.
        given: String,
    },
    /// Rejects cannot be seen in a transit gateway's flow logs.
    #[error(
        "flow logs of transit gateways have no action, so rejects and rules cannot be judged by them: log the VPCs, or \
         choose cost or everything"
    )]
    NoAction,
    /// Transit gateways have neither choice.
    #[error("flow logs of transit gateways are of all traffic, by the minute: choose ALL and 60")]
    GatewayHasNoChoice,
    /// A field AWS does not have for this resource.
    #[error(
        "no field of this resource is called {field:?}{}",
        nearest.map(|near| format!(", did you mean {near}?")).unwrap_or_default()
    )]
    UnknownField {
        /// What was given.
        field: String,
        /// The field that was probably meant.
        nearest: Option<&'static str>,
    },
}

impl SetupError {
    pub(super) fn unknown_field(field: &str, all: &'static [FieldNote]) -> Self {
        Self::UnknownField {
            field: field.to_owned(),
            nearest: nearest(field, all.iter().map(|note| note.field)),
        }
    }
}

/// Longest names: buckets and streams by AWS's rules, prefixes so that keys stay below S3's 1,024 bytes.
const BUCKET_CHARS: std::ops::RangeInclusive<usize> = 3..=63;
const STREAM_CHARS: usize = 64;
const LOG_GROUP_CHARS: usize = 512;
const PREFIX_CHARS: usize = 512;
/// Hexadecimal digits of an id: 8 of old resources, 17 of new.
const ID_DIGITS: std::ops::RangeInclusive<usize> = 8..=17;
const ACCOUNT_DIGITS: usize = 12;
/// Longest region code with room for new ones.
const REGION_CHARS: usize = 32;

/// Checks all of a request.
pub(super) fn request(request: &Request) -> Result<(), SetupError> {
    if request.resource.is_gateway() {
        if request.purpose.needs_action() {
            return Err(SetupError::NoAction);
        }
        if request.traffic != Traffic::All || request.interval != Interval::Minute {
            return Err(SetupError::GatewayHasNoChoice);
        }
    }
    let id_prefix = request.resource.id_prefix();
    let digits = request.resource_id.strip_prefix(id_prefix).unwrap_or_default();
    let wanted = format!("{id_prefix} and 8 to 17 hexadecimal digits");
    form("the resource's id", &request.resource_id, &wanted, is_id(digits))?;
    form("the account", &request.account, "twelve digits", is_account(&request.account))?;
    form("the region", &request.region, "a code as us-east-1", is_region(&request.region))?;
    target(&request.target)
}

fn target(target: &Target) -> Result<(), SetupError> {
    match target {
        Target::S3 { bucket, prefix, .. } => {
            let wanted =
                "3 to 63 lower-case letters, digits, dots and hyphens, letters or digits at its ends";
            form("the bucket", bucket, wanted, is_bucket(bucket))?;
            let wanted =
                "letters, digits and !_.-()=+@,:/ without a slash at its ends, and no part called AWSLogs";
            form("the prefix", prefix, wanted, is_prefix(prefix))
        }
        Target::Cloudwatch { log_group, role_arn } => {
            let wanted = "1 to 512 letters, digits and _-/.#";
            form("the log group", log_group, wanted, within(log_group, LOG_GROUP_CHARS, "_-/.#"))?;
            form("the role", role_arn, "an ARN as arn:aws:iam::123456789012:role/NAME", is_role(role_arn))
        }
        Target::Firehose { stream } => {
            form("the stream", stream, "1 to 64 letters, digits and _.-", within(stream, STREAM_CHARS, "_.-"))
        }
    }
}

fn form(what: &'static str, given: &str, wanted: &str, holds: bool) -> Result<(), SetupError> {
    if holds {
        Ok(())
    } else {
        Err(SetupError::Form { what, wanted: wanted.to_owned(), given: given.to_owned() })
    }
}

/// Whether a text of at least one character has only letters, digits and these.
fn within(text: &str, most: usize, others: &str) -> bool {
    (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

pub(super) fn is_id(digits: &str) -> bool {
    ID_DIGITS.contains(&digits.len())
        && digits.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.chars().all(|c| c.is_ascii_digit())
}

fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let Some(([_, ..], last)) = words.split_last().map(|(last, words)| (words, last)) else { return false };
    let lower = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    text.len() <= REGION_CHARS
        && words.len() >= 3
        && words.iter().take(words.len() - 1).all(lower)
        && !last.is_empty()
        && last.chars().all(|c| c.is_ascii_digit())
}

fn is_bucket(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    BUCKET_CHARS.contains(&text.len())
        && text.chars().all(inner)
        && end(text.chars().next())
        && end(text.chars().next_back())
}

/// Letters that mean something to IAM, Terraform or a shell are refused although S3 has them.
fn is_prefix(text: &str) -> bool {
    text.is_empty()
        || (within(text, PREFIX_CHARS, "!_.-()=+@,:/")
            && text.split('/').all(|part| !part.is_empty() && part != "AWSLogs"))
}

fn is_role(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("arn:aws") else { return false };
    let Some((partition, rest)) = rest.split_once(":iam::") else { return false };
    let Some((account, name)) = rest.split_once(":role/") else { return false };
    partition.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        && is_account(account)
        && within(name, LOG_GROUP_CHARS, "+=,.@_/-")
}
