//! Keys of flow-log objects: what a file name says, and which level of AWS's layout a prefix is.
//! Knows nothing of S3 or disks; a key is text. Layout: the VPC user guide, "Flow log files", and the Athena page.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

pub(crate) const DAY_SECS: i64 = 86_400;
const HOUR_SECS: i64 = 3_600;

/// The name that sets flow logs apart from the other services that log below `AWSLogs/`.
const SERVICE: &str = "vpcflowlogs";
const ROOT: &str = "AWSLogs";

/// What the name of an object AWS delivered says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyParts {
    /// The account that owns the flow log, 12 digits.
    pub account: String,
    /// The region, such as `us-east-1`.
    pub region: String,
    /// The flow log's id, `fl-…`.
    pub flow_log_id: String,
    /// Start of the five minutes in which the records end, Unix seconds.
    pub stamp: i64,
    /// What keeps several objects of the same five minutes apart.
    pub hash: String,
    /// How the records are written.
    pub format: KeyFormat,
}

/// How an object's records are written, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFormat {
    /// Lines of text, gzip or plain.
    Text,
    /// Parquet.
    Parquet,
}

/// Endings of names, one behind the other: `.log.gz` and `.log.parquet` are AWS's; copies lose some and gain others.
const ENDINGS: [&str; 6] = ["log", "txt", "gz", "zst", "snappy", "parquet"];
/// Endings of objects that others than VPC Flow Logs deliver: exports of CloudWatch Logs, Firehose, people.
pub const READABLE: [&str; 9] =
    [".log", ".gz", ".gzip", ".zst", ".parquet", ".json", ".jsonl", ".ndjson", ".txt"];
/// What lies beside logs and is none: of `weir simulate`, of the inventory, of AWS itself.
const OTHERS: [&str; 8] = [
    // What AWS writes where a flow log is set up.
    "aws-logs-write-test",
    "truth.json",
    "security-groups.json",
    "security-group-rules.json",
    "network-interfaces.json",
    "network-acls.json",
    "subnets.json",
    "managed-prefix-lists.json",
];

/// Reads `account_vpcflowlogs_region_fl-id_YYYYMMDDTHHmmZ_hash.log.gz` (or `.log.parquet`, `.log`, without any ending …)
/// off the end of a key; `None` when the name is not one AWS gives. Transit gateways' flow logs have the same names.
pub fn parse(key: &str) -> Option<KeyParts> {
    let name = file_name(key);
    let (stem, endings) = name.split_once('.').map_or((name, None), |(stem, endings)| (stem, Some(endings)));
    let last = endings.and_then(|endings| endings.rsplit('.').next());
    let format = if last == Some("parquet") { KeyFormat::Parquet } else { KeyFormat::Text };
    let mut parts = stem.split('_');
    let (account, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (flow_log_id, stamp, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let ours = parts.next().is_none()
        && endings.is_none_or(|endings| endings.split('.').all(|ending| ENDINGS.contains(&ending)))
        && service == SERVICE
        && is_account(account)
        && is_region(region)
        && flow_log_id.strip_prefix("fl-").is_some_and(is_alphanumeric)
        && is_alphanumeric(hash);
    Some(KeyParts {
        account: ours.then(|| account.to_owned())?,
        region: region.to_owned(),
        flow_log_id: flow_log_id.to_owned(),
        stamp: stamp_secs(stamp)?,
        hash: hash.to_owned(),
        format,
    })
}

/// Whether an object may hold flow logs, judged by the end of its name, in whatever case; within AWS's layout also
/// without any ending. Hidden files are never ours.
pub fn is_readable(key: &str) -> bool {
    let name = file_name(key);
    if name.starts_with(['.', '_']) || OTHERS.contains(&name) {
        return false;
    }
    let ends = |ending: &&str| {
        let at = name.len().checked_sub(ending.len());
        at.and_then(|at| name.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    READABLE.iter().any(ends)
        || is_firehose_name(name)
        || parse(name).is_some()
        || (!name.is_empty() && !name.contains('.') && is_dated(key))
}

/// Whether the folder of a key is one of AWS's for a region or a date.
fn is_dated(key: &str) -> bool {
    let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
    matches!(level(folder), Level::Region { .. } | Level::Calendar(_) | Level::Day(_) | Level::Hour(_))
}

/// Whether a name is one that Firehose gives without being asked for an ending:
/// `stream-1-2026-11-20-03-05-00-0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f`, time and a UUID behind stream and version.
fn is_firehose_name(name: &str) -> bool {
    const SHAPE: &[u8] = b"-dddd-dd-dd-dd-dd-dd-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    let Some(at) = name.len().checked_sub(SHAPE.len()) else { return false };
    let fits = |(byte, shape): (u8, &u8)| match shape {
        b'd' => byte.is_ascii_digit(),
        b'x' => byte.is_ascii_hexdigit(),
        other => byte == *other,
    };
    at > 0 && name.bytes().skip(at).zip(SHAPE).all(fits)
}

/// A level of AWS's layout. `hive` tells the `name=value` spelling from the plain one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// Above `AWSLogs/`, or a folder that does not follow the layout.
    Outside,
    /// `AWSLogs/`, or an organisation below it, which some pipelines add (`AWSLogs/o-…/`).
    Root,
    /// `AWSLogs/123456789012/`
    Account {
        /// Spelling.
        hive: bool,
    },
    /// `…/vpcflowlogs/`
    Service,
    /// `…/us-east-1/`
    Region {
        /// Spelling.
        hive: bool,
    },
    /// A year or a month: the Unix seconds it covers.
    Calendar(Range<i64>),
    /// A day: the Unix seconds it covers.
    Day(Range<i64>),
    /// An hour: the Unix seconds it covers.
    Hour(Range<i64>),
    /// Below `AWSLogs/` but not on the way to flow logs, such as `…/CloudTrail/`.
    Foreign,
}

impl Level {
    /// The Unix seconds a dated level covers.
    pub(crate) fn covers(&self) -> Option<&Range<i64>> {
        match self {
            Self::Calendar(span) | Self::Day(span) | Self::Hour(span) => Some(span),
            _ => None,
        }
    }
}

/// Which level a prefix is, by the last `AWSLogs` in it, which AWS reserves. What lies above may have any name, even
/// that of a level. Copies may begin at `vpcflowlogs/`; that it is AWS's shows by the region in it.
pub(crate) fn level(prefix: &str) -> Level {
    let parts: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    let Some(at) = parts.iter().rposition(|part| *part == ROOT) else { return level_of_copy(&parts) };
    let below = match parts.get(at + 1..).unwrap_or_default() {
        [organisation, rest @ ..] if organisation.starts_with("o-") => rest,
        all => all,
    };
    let [account, below @ ..] = below else { return Level::Root };
    let hive = account.strip_prefix("aws-account-id=");
    if !is_account(hive.unwrap_or(account)) {
        return Level::Foreign;
    }
    match below {
        [] => Level::Account { hive: hive.is_some() },
        [service, below @ ..] if is_service(service) => below_service(below, *service != SERVICE),
        _ => Level::Foreign,
    }
}

/// The level below the last service folder, where nothing says that it is AWS's but what it holds.
fn level_of_copy(parts: &[&str]) -> Level {
    let Some(at) = parts.iter().rposition(|part| is_service(part)) else { return Level::Outside };
    let (hive, below) = (parts.get(at) != Some(&SERVICE), parts.get(at + 1..).unwrap_or_default());
    match below_service(below, hive) {
        Level::Service | Level::Foreign
            if !below.first().is_some_and(|part| is_region_folder(part, hive)) =>
        {
            Level::Outside
        }
        level => level,
    }
}

/// Where flow logs of an account lie. The transit-gateway page spells the Hive name differently; both are looked at.
pub(crate) const fn service_folders(hive: bool) -> &'static [&'static str] {
    if hive { &["aws-service=vpcflowlogs/", "service=vpcflowlogs/"] } else { &["vpcflowlogs/"] }
}

/// The folder of the day that begins at `day` (Unix seconds), below a region.
pub(crate) fn day_folder(day: i64, hive: bool) -> Option<String> {
    let date = Offset::UTC.to_datetime(Timestamp::from_second(day).ok()?).date();
    let (year, month, day) = (date.year(), date.month(), date.day());
    Some(if hive {
        format!("year={year:04}/month={month:02}/day={day:02}/")
    } else {
        format!("{year:04}/{month:02}/{day:02}/")
    })
}

fn below_service(parts: &[&str], hive: bool) -> Level {
    let [region, dated @ ..] = parts else { return Level::Service };
    if !is_region_folder(region, hive) {
        return Level::Foreign;
    }
    dated_level(dated, hive).unwrap_or(Level::Foreign)
}

/// `[]` is the region itself; then year, month, day, hour; `None` for what is none of these.
fn dated_level(parts: &[&str], hive: bool) -> Option<Level> {
    let names = [("year=", 4), ("month=", 2), ("day=", 2), ("hour=", 2)];
    if parts.len() > names.len() {
        return None;
    }
    let mut numbers = [1_i64, 1, 1, 0];
    for ((part, (name, digits)), number) in parts.iter().zip(names).zip(&mut numbers) {
        let text = if hive { part.strip_prefix(name)? } else { part };
        *number = digits_of(text, digits)?;
    }
    let [year, month, day, hour] = numbers;
    let start = unix_secs(year, month, day, hour, 0)?;
    Some(match parts.len() {
        0 => Level::Region { hive },
        1 => Level::Calendar(start..unix_secs(year + 1, 1, 1, 0, 0)?),
        2 if month == 12 => Level::Calendar(start..unix_secs(year + 1, 1, 1, 0, 0)?),
        2 => Level::Calendar(start..unix_secs(year, month + 1, 1, 0, 0)?),
        3 => Level::Day(start..start + DAY_SECS),
        _ => Level::Hour(start..start + HOUR_SECS),
    })
}

/// `20180620T1620Z` as Unix seconds.
fn stamp_secs(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (date, time) = (digits_of(date, 8)?, digits_of(time, 4)?);
    unix_secs(date / 10_000, date / 100 % 100, date % 100, time / 100, time % 100)
}

fn unix_secs(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> Option<i64> {
    let small = |number: i64| i8::try_from(number).ok();
    let (month, day, hour, minute) = (small(month)?, small(day)?, small(hour)?, small(minute)?);
    let time = DateTime::new(i16::try_from(year).ok()?, month, day, hour, minute, 0, 0).ok()?;
    Some(Offset::UTC.to_timestamp(time).ok()?.as_second())
}

fn digits_of(text: &str, digits: usize) -> Option<i64> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn file_name(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}

fn is_service(part: &str) -> bool {
    part.strip_prefix("aws-service=").or_else(|| part.strip_prefix("service=")).unwrap_or(part) == SERVICE
}

fn is_account(text: &str) -> bool {
    digits_of(text, 12).is_some()
}

fn is_region_folder(part: &str, hive: bool) -> bool {
    is_region(if hive { part.strip_prefix("aws-region=").unwrap_or_default() } else { part })
}

/// `us-east-1`, `us-gov-west-1`: words, and a number at the end.
fn is_region(text: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    words.contains('-') && words.split('-').all(is_word) && is_number(number)
}

fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
