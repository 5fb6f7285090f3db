//! A measured flow log as the pricing crate wants it: days, fields and choices by its names.

use super::{Described, Given};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lake::{LogVolume, SidesKnown};
use pricing::{
    ByAction, DayVolume, FieldVolume, FileFormat, Interval, Keys, LogDays, Plan, ServerKnown, Traffic, Volume,
};

/// The region whose prices are taken where the keys of a log do not tell its own.
pub const UNKNOWN_REGION: &str = "us-east-1";
/// A source whose newest object is older than this many days is no longer delivered to.
pub const WATCHED_DAYS: i32 = 2;

/// What it is called: its id, or where it was read from.
pub fn name(log: &LogVolume) -> &str {
    if log.id.is_empty() { &log.source } else { &log.id }
}

/// The flow log with its days.
pub fn log_days(log: &LogVolume, sides: Option<SidesKnown>, described: &Described, given: &Given) -> LogDays {
    let days = log.days.iter().map(|day| DayVolume {
        day: date(day.day),
        bytes: day.text_bytes,
        coverage: day.coverage,
    });
    let told = described.of(&log.id);
    let server_known = sides.map(|sides| ServerKnown {
        with_flags_percent: 100.0 * sides.with_flags,
        without_flags_percent: 100.0 * sides.without_flags,
    });
    let plan = Plan { server_known, ..plan(log, given) };
    LogDays {
        plan: told.map_or_else(|| plan.clone(), |told| told.describe(plan.clone())),
        since: told.and_then(|told| told.since()),
        days: days.collect(),
    }
}

fn plan(log: &LogVolume, given: &Given) -> Plan {
    let covered: f64 = log.days.iter().map(|day| day.coverage).sum();
    let region = if log.region.is_empty() { UNKNOWN_REGION } else { &log.region };
    let (accepted, rejected, long) =
        log.interfaces.values().fold((0, 0, 0), |(accepted, rejected, long), one| {
            (accepted + one.accepted, rejected + one.rejected, long + one.long)
        });
    let has_records = log.fields.iter().any(|field| field.records > 0);
    Plan {
        format: if log.parquet { FileFormat::Parquet } else { FileFormat::Text },
        keys: Keys { hive: log.hive, hourly: log.hourly },
        // On Nitro a record is of a minute at most whatever was chosen, and 60 s is what such logs amount to.
        interval: has_records.then_some(if long > 0 { Interval::TenMinutes } else { Interval::Minute }),
        traffic: if accepted == 0 && rejected > 0 { Traffic::Reject } else { Traffic::All },
        storage: given.storage,
        kept_days: given.kept_days,
        stored_bytes: Some(log.days.iter().map(|day| day.stored_bytes).sum()),
        by_action: (accepted + rejected > 0)
            .then_some(ByAction { accepted_bytes: accepted, rejected_bytes: rejected }),
        ..Plan::new(name(log), &log.account, region, volume(log), covered)
    }
}

fn volume(log: &LogVolume) -> Volume {
    let sum = |of: fn(&lake::DayVolume) -> u64| log.days.iter().map(of).sum::<u64>();
    let objects = sum(|day| day.objects);
    let header: u64 = log.fields.iter().map(|field| field.field.len() as u64 + 1).sum();
    let field = |field: &lake::FieldVolume| FieldVolume {
        field: field.field.clone(),
        value_bytes: field.value_bytes,
        lines: field.records,
    };
    let volume = Volume {
        objects,
        lines: sum(|day| day.lines),
        header_bytes: objects * header,
        fields: log.fields.iter().map(field).collect(),
        other_bytes: 0,
    };
    volume.measured(sum(|day| day.text_bytes))
}

/// The day of a second, UTC.
pub fn date(second: i64) -> Date {
    let time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::UTC.to_datetime(time).date()
}

/// Days from one to the other.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
