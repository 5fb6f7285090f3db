//! Changes of how logs are kept: storage class, retention, and how keys are cut.

use crate::delivery::{Destination, Keys, StorageClass};
use crate::money::grouped;
use crate::plan::Plan;
use crate::storage::{FOR_EVER_DAYS, SMALL_OBJECT_BYTES};
use crate::what_if::Topic;
use crate::what_if::change::{Change, NOTHING_LOST};

/// Retentions worth a look, days: a sprint, a month, a quarter, a year. All are among those CloudWatch Logs offers.
const RETENTIONS: [u32; 4] = [14, 30, 90, 365];

/// The longest habit that rules are watched for, days.
const QUARTER_DAYS: u32 = 90;

/// Every other storage class, where there is a choice.
pub(super) fn classes(plan: &Plan) -> Vec<Change> {
    if plan.destination != Destination::S3 {
        return Vec::new();
    }
    let others = StorageClass::ALL.iter().filter(|class| **class != plan.storage);
    others.map(|class| to_class(plan, *class)).collect()
}

fn to_class(plan: &Plan, storage: StorageClass) -> Change {
    let title = format!("{} instead of {}", class_name(storage), class_name(plan.storage));
    let moved = Plan { storage, ..plan.clone() };
    let change = Change::new(Topic::Storage, format!("storage-{storage}"), title, moved);
    let change = match storage {
        StorageClass::Standard => change.losing(NOTHING_LOST),
        StorageClass::IntelligentTiering => change
            .losing(NOTHING_LOST)
            .winning("Reading is not charged by the GB, however old the logs are.")
            .minding("Logs are taken to be read when they arrive and no more: what is read again is dearer for 30 days.")
            .estimated(),
        StorageClass::StandardIa | StorageClass::GlacierInstant => change.losing(
            "Nothing is lost, but reading is charged by the GB: read the objects into Weir before they move.",
        ),
        StorageClass::OneZoneIa => change.losing(
            "The logs are lost with the availability zone they lie in; reading is charged by the GB.",
        ),
        StorageClass::GlacierFlexible | StorageClass::DeepArchive => change.losing(
            "Neither Weir nor Athena can read them until they are restored, which takes minutes to two days.",
        ),
    };
    let small = plan.object_bytes().filter(|bytes| *bytes < SMALL_OBJECT_BYTES);
    match (small, storage) {
        (Some(_), StorageClass::Standard) | (None, _) => change,
        (Some(bytes), StorageClass::GlacierFlexible | StorageClass::DeepArchive) => change.minding(format!(
            "Objects hold {} KB on average and each is billed with 40 KB more; unless told otherwise, lifecycle rules \
             leave objects below 128 KB where they are.",
            bytes / 1024
        )),
        (Some(bytes), StorageClass::IntelligentTiering) => change.minding(format!(
            "Objects hold {} KB on average: those below 128 KB stay in the dearest tier, and nothing is saved.",
            bytes / 1024
        )),
        (Some(bytes), _) => change.minding(format!(
            "Objects hold {} KB on average and each is billed as 128 KB; unless told otherwise, lifecycle rules leave \
             objects below 128 KB where they are.",
            bytes / 1024
        )),
    }
}

const fn class_name(class: StorageClass) -> &'static str {
    match class {
        StorageClass::Standard => "S3 Standard",
        StorageClass::StandardIa => "S3 Standard-IA",
        StorageClass::OneZoneIa => "S3 One Zone-IA",
        StorageClass::IntelligentTiering => "S3 Intelligent-Tiering",
        StorageClass::GlacierInstant => "S3 Glacier Instant Retrieval",
        StorageClass::GlacierFlexible => "S3 Glacier Flexible Retrieval",
        StorageClass::DeepArchive => "S3 Glacier Deep Archive",
    }
}

/// Other retentions, where something is kept.
pub(super) fn retentions(plan: &Plan) -> Vec<Change> {
    if plan.destination == Destination::Firehose {
        return Vec::new();
    }
    let others = RETENTIONS.iter().filter(|days| Some(**days) != plan.kept_days);
    others.map(|days| kept(plan, *days)).collect()
}

fn kept(plan: &Plan, days: u32) -> Change {
    let now = plan.kept_days.map_or_else(|| "for ever".to_owned(), |days| format!("{days} days"));
    let changed = Plan { kept_days: Some(days), ..plan.clone() };
    let change = Change::new(
        Topic::Retention,
        format!("keep-{days}-days"),
        format!("kept {days} days instead of {now}"),
        changed,
    );
    if plan.kept_days.is_some_and(|now| now < days) {
        return change
            .losing(NOTHING_LOST)
            .winning(format!("Questions about the last {days} days can be answered from the logs."));
    }
    let change = change.losing(format!(
        "After {days} days the logs are gone; what Weir has read by then stays in its data folder."
    ));
    match plan.kept_days {
        _ if days < QUARTER_DAYS => {
            change.minding("Rules used once a quarter look unused in fewer than 90 days.")
        }
        None if days >= FOR_EVER_DAYS => change.minding(
            "Nothing is saved in the first year, and in every later one what a year's logs take to store.",
        ),
        _ => change,
    }
}

/// The other three ways to cut keys.
pub(super) fn keys(plan: &Plan) -> Vec<Change> {
    if plan.destination != Destination::S3 {
        return Vec::new();
    }
    let ways = [(false, false), (false, true), (true, false), (true, true)]
        .map(|(hive, hourly)| Keys { hive, hourly });
    ways.into_iter().filter(|keys| *keys != plan.keys).map(|keys| cut(plan, keys)).collect()
}

fn cut(plan: &Plan, keys: Keys) -> Change {
    let name = |keys: Keys| match (keys.hive, keys.hourly) {
        (false, false) => "daily",
        (false, true) => "hourly",
        (true, false) => "hive-daily",
        (true, true) => "hive-hourly",
    };
    let title =
        format!("{} prefixes instead of {}", name(keys).replace('-', " "), name(plan.keys).replace('-', " "));
    let mut change =
        Change::new(Topic::Keys, format!("keys-{}", name(keys)), title, Plan { keys, ..plan.clone() })
            .minding(object_tax(plan));
    if keys.hourly && !plan.keys.hourly {
        change = change.winning(
            "A question about an hour lists and reads that hour, not its day, in Weir and in Athena.",
        );
    }
    if plan.keys.hourly && !keys.hourly {
        change = change.losing("A question about an hour lists the whole day, and Athena reads it.");
    }
    if keys.hive != plan.keys.hive {
        let caution = if keys.hive {
            "Athena finds new days by itself (MSCK REPAIR TABLE); the bucket policy must name AWSLogs/aws-account-id=…"
        } else {
            "Athena must be told of new days, or project them; the bucket policy must name AWSLogs/<account>/."
        };
        change = change.minding(caution);
    }
    change
}

/// What small objects cost whatever their keys: they come every five minutes.
fn object_tax(plan: &Plan) -> String {
    let month = (plan.volume.objects as f64 * plan.to_month()).round() as u64;
    let size =
        plan.object_bytes().map_or_else(String::new, |bytes| format!(" of {} KB", bytes.div_ceil(1024)));
    format!(
        "Keys change neither the number nor the size of objects: {} a month{size} on average, whose requests are \
         charged all the same.",
        grouped(month.into())
    )
}
