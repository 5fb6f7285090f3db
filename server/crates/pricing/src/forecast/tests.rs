//! Forecasts against months whose end is known.

#![expect(clippy::unwrap_used, reason = "a table that cannot be read fails the test")]

use super::*;
use crate::item::Item;
use crate::money::BYTES_PER_GB;
use crate::volume::Volume;
use jiff::ToSpan as _;
use jiff::civil::date;

fn log(account: &str, days: Vec<DayVolume>) -> LogDays {
    let bytes = days.iter().map(|day| day.bytes).sum();
    let covered: f64 = days.iter().map(|day| day.coverage).sum();
    let volume = Volume { other_bytes: bytes, ..Volume::default() };
    let plan = Plan { kept_days: Some(0), ..Plan::new("fl-1", account, "us-east-1", volume, covered) };
    LogDays { plan, since: None, days }
}

/// Days from the first to the last, of a size each.
fn days(from: Date, to: Date, bytes: impl Fn(Date) -> u64) -> Vec<DayVolume> {
    let all = from.series(1.day()).take_while(|day| *day <= to);
    all.map(|day| DayVolume { day, bytes: bytes(day), coverage: 1.0 }).collect()
}

fn told(logs: &[LogDays], last: Date) -> Forecast {
    forecast(&PriceBook::built_in().unwrap(), logs, last)
}

/// Working days 10 GB, weekends 2 GB.
fn office(day: Date) -> u64 {
    let weekend = day.weekday().to_monday_zero_offset() >= 5;
    (if weekend { 2 } else { 10 }) * BYTES_PER_GB
}

#[test]
fn a_month_that_was_seen_to_its_end_is_not_guessed() {
    let (from, to) = (date(2026, 11, 1), date(2026, 11, 30));
    let told = told(&[log("1", days(from, to, office))], to);
    assert_eq!((told.low.total, told.high.total), (told.expected.total, told.expected.total));
    // 21 working days and 9 of weekends.
    assert_eq!(told.expected.amount_of(&[Item::DeliverToS3]).to_string(), "57.00");
    assert_eq!(told.so_far.total.to_string(), "57.00");
    assert_eq!((told.month.as_str(), told.month_days, told.seen_days), ("2026-11", 30, 30.0));
    assert_eq!(told.notes, Vec::<String>::new());
}

#[test]
fn two_weeks_tell_weekends_from_working_days() {
    let two_weeks = days(date(2026, 11, 2), date(2026, 11, 15), office);
    let told = told(&[log("1", two_weeks)], date(2026, 11, 15));
    assert!(told.logs[0].by_weekday);
    assert_eq!(told.logs[0].expected_bytes, 228 * BYTES_PER_GB);
    assert!(told.logs[0].trend_percent_per_week.unwrap().abs() < 0.001);
}

#[test]
fn few_days_give_a_wide_range_and_say_so() {
    let width = |to: i8| {
        let told = told(
            &[log("1", days(date(2026, 11, 1), date(2026, 11, to), |_| BYTES_PER_GB))],
            date(2026, 11, to),
        );
        let rest = told.logs[0].expected_bytes - told.logs[0].seen_bytes;
        let part = (told.logs[0].high_bytes - told.logs[0].expected_bytes) as f64 / rest as f64;
        (part, told.notes.join(" "))
    };
    let (one, says) = width(1);
    assert!((0.34..0.36).contains(&one) && says.contains("only 1 day:"), "{one} {says}");
    let (ten, says) = width(10);
    assert!((0.09..0.11).contains(&ten) && says.contains("less than two weeks"), "{ten} {says}");
    let (twenty, says) = width(20);
    assert!(twenty < 0.04 && says.is_empty(), "{twenty} {says}");
}

#[test]
fn hours_are_made_a_day_by_what_was_read_of_it() {
    let hour = DayVolume { day: date(2026, 11, 30), bytes: BYTES_PER_GB, coverage: 1.0 / 24.0 };
    let told = told(&[log("1", vec![hour])], date(2026, 11, 30));
    assert_eq!(told.logs[0].expected_bytes, 30 * 24 * BYTES_PER_GB);
    assert!(told.notes[0].contains("only 1 h"));
    assert!(told.notes[1].contains("describe-flow-logs"));
}

#[test]
fn days_read_in_part_do_not_look_like_days_that_differ() {
    let mut ten = days(date(2026, 11, 1), date(2026, 11, 10), |_| BYTES_PER_GB);
    for half in ten.iter_mut().step_by(2) {
        (half.bytes, half.coverage) = (BYTES_PER_GB / 2, 0.5);
    }
    let month = &told(&[log("1", ten)], date(2026, 11, 10)).logs[0];
    assert_eq!(month.expected_bytes, 30 * BYTES_PER_GB);
    // A tenth of the 22.5 days that were not read, and nothing for scatter: 7.5 days in all are less than two weeks.
    assert_eq!(month.high_bytes - month.expected_bytes, 225 * BYTES_PER_GB / 100);
}

#[test]
fn a_log_costs_nothing_before_it_was_created_and_after_it_was_deleted() {
    let ten = days(date(2026, 11, 11), date(2026, 11, 20), |_| BYTES_PER_GB);
    let young = LogDays { since: Some(date(2026, 11, 11)), ..log("1", ten.clone()) };
    assert_eq!(
        told(std::slice::from_ref(&young), date(2026, 11, 20)).logs[0].expected_bytes,
        20 * BYTES_PER_GB
    );
    let told = told(&[young], date(2026, 11, 28));
    assert!(told.logs[0].ended);
    assert_eq!(told.logs[0].high_bytes, 10 * BYTES_PER_GB);
}

#[test]
fn tiers_are_applied_to_all_logs_of_an_account_together() {
    let month = |account| log(account, days(date(2026, 11, 1), date(2026, 11, 30), |_| 256 * BYTES_PER_GB));
    let total = |logs: &[LogDays]| told(logs, date(2026, 11, 30)).expected.amount_of(&[Item::DeliverToS3]);
    // 7,680 GB each: together 10,240 at 0.25 and 5,120 at 0.15.
    assert_eq!(total(&[month("1"), month("1")]).to_string(), "3328.00");
    assert_eq!(total(&[month("1"), month("2")]).to_string(), "3840.00");
}

#[test]
fn growth_is_told_but_not_extrapolated() {
    let growing = days(date(2026, 10, 19), date(2026, 11, 15), |day| {
        let week = (day.day_of_year() - date(2026, 10, 19).day_of_year()) / 7;
        (100 + 10 * u64::from(week.unsigned_abs())) * BYTES_PER_GB
    });
    let told = told(&[log("1", growing)], date(2026, 11, 15));
    let trend = told.logs[0].trend_percent_per_week.unwrap();
    assert!((8.0..9.5).contains(&trend), "{trend}");
}

#[test]
fn nothing_seen_is_said_not_guessed() {
    let told = told(&[log("1", vec![])], date(2026, 11, 15));
    assert_eq!(told.high.total.to_string(), "0.00");
    assert!(told.notes[0].contains("nothing was seen"));
}

#[test]
fn the_range_holds_the_truth_about_four_times_in_five() {
    // A thousand months of days that scatter by a third, seen for ten days; seeded.
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut chance = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut held = 0;
    for _ in 0..1_000 {
        let month: Vec<u64> =
            (0..30).map(|_| ((0.4 + chance() + chance() * 0.2) * BYTES_PER_GB as f64) as u64).collect();
        let seen = days(date(2026, 11, 1), date(2026, 11, 10), |day| {
            month[usize::from(day.day().unsigned_abs()) - 1]
        });
        let outlook = super::days::outlook(&log("1", seen), date(2026, 11, 10));
        let truth = month.iter().sum::<u64>() as f64;
        held += u32::from((outlook.low..=outlook.high).contains(&truth));
    }
    assert!((760..=880).contains(&held), "{held}");
}
