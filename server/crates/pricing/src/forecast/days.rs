//! One flow log's month: the mean day, by weekday where two weeks were seen, and how far the rest of the month may stray
//! from it. Floats are good enough for what is a guess; money is not made here.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::forecast::{DayVolume, LogDays, LogMonth};

/// A day of which less was read tells nothing about spread: night is not day.
const TELLING_COVERAGE: f64 = 0.25;
/// Days that make every weekday known twice.
const TWO_WEEKS: usize = 14;
/// A log that is silent for longer has been deleted: objects come every five minutes, late ones within a day.
const SILENT_DAYS: i32 = 2;

/// Least half-width of the range in parts of what is still to come, by days watched: less than one, less than a week
/// (a weekend may be half or twice a working day), less than two weeks, more. What few days cannot show must not
/// look certain.
const LEAST_HALF_WIDTHS: [(f64, f64); 4] = [(1.0, 0.6), (7.0, 0.35), (14.0, 0.1), (f64::INFINITY, 0.03)];

/// 90th percentiles of Student's t by degrees of freedom from 1: a range of four chances in five.
const T_90: [f64; 10] = [3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372];
/// The same for many degrees of freedom.
const T_90_MANY: f64 = 1.3;

/// What a month of a flow log will come to, text bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outlook {
    pub(super) seen_bytes: u64,
    pub(super) seen_days: f64,
    pub(super) watched_days: f64,
    pub(super) low: f64,
    pub(super) expected: f64,
    pub(super) high: f64,
    pub(super) by_weekday: bool,
    pub(super) trend_percent_per_week: Option<f64>,
    pub(super) ended: bool,
    /// Days of the month before the first seen one that were taken as average.
    pub(super) unseen_before: usize,
}

impl Outlook {
    pub(super) fn month(&self, flow_log: &str) -> LogMonth {
        let whole = |bytes: f64| bytes.round() as u64;
        LogMonth {
            flow_log: flow_log.to_owned(),
            seen_bytes: self.seen_bytes,
            low_bytes: whole(self.low),
            expected_bytes: whole(self.expected),
            high_bytes: whole(self.high),
            trend_percent_per_week: self.trend_percent_per_week,
            by_weekday: self.by_weekday,
            ended: self.ended,
        }
    }
}

/// What is known of a log's days.
struct Pattern {
    mean: f64,
    by_weekday: Option<[f64; 7]>,
    /// Standard deviation of a day around its fit, with the degrees of freedom it was got from.
    spread: Option<(f64, usize)>,
    telling_days: usize,
}

pub(super) fn outlook(log: &LogDays, last: Date) -> Outlook {
    let mut days: Vec<DayVolume> = log.days.iter().filter(|day| day.day <= last).copied().collect();
    for day in &mut days {
        day.coverage = if day.coverage.is_finite() { day.coverage.clamp(0.0, 1.0) } else { 0.0 };
    }
    days.sort_by_key(|day| day.day);
    let pattern = pattern(&days);
    let ended = days.last().is_some_and(|day| days_between(day.day, last) > SILENT_DAYS);
    let end = if ended { days.last().map_or(last, |day| day.day) } else { last.last_of_month() };
    let start = log.since.map_or(last.first_of_month(), |since| since.max(last.first_of_month()));

    let in_month = |day: &&DayVolume| day.day >= last.first_of_month();
    let seen_bytes = days.iter().filter(in_month).map(|day| day.bytes).sum();
    let first_seen = days.first().map_or(last, |day| day.day);
    let (mut rest, mut rest_days, mut unseen_before) = (0.0, 0.0, 0);
    let month = start.series(1.day()).take_while(|day| *day <= end);
    for day in month {
        let seen = days.iter().find(|seen| seen.day == day).map_or(0.0, |seen| seen.coverage);
        rest += (1.0 - seen) * pattern.day(day);
        rest_days += 1.0 - seen;
        unseen_before += usize::from(day < first_seen && log.since.is_none());
    }
    let watched_days = days.iter().map(|day| day.coverage).sum();
    let half_width = pattern.half_width(rest, rest_days, watched_days);
    let seen = seen_bytes as f64;
    Outlook {
        seen_bytes,
        seen_days: days.iter().filter(in_month).map(|day| day.coverage).sum(),
        watched_days,
        low: seen + (rest - half_width).max(0.0),
        expected: seen + rest,
        high: seen + rest + half_width,
        by_weekday: pattern.by_weekday.is_some(),
        trend_percent_per_week: trend(&days, &pattern),
        ended,
        unseen_before,
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// Monday is 0.
fn weekday(day: Date) -> usize {
    usize::from(day.weekday().to_monday_zero_offset().unsigned_abs()) % 7
}

fn telling(days: &[DayVolume]) -> impl Iterator<Item = &DayVolume> {
    days.iter().filter(|day| day.coverage >= TELLING_COVERAGE)
}

/// Bytes of a whole day at the rate of the part that was read.
fn whole_day(day: &DayVolume) -> f64 {
    day.bytes as f64 / day.coverage
}

fn pattern(days: &[DayVolume]) -> Pattern {
    let covered: f64 = days.iter().map(|day| day.coverage).sum();
    let bytes: f64 = days.iter().map(|day| day.bytes as f64).sum();
    let mean = if covered > 0.0 { bytes / covered } else { 0.0 };
    let telling_days = telling(days).count();
    let mut pattern = Pattern { mean, by_weekday: weekday_means(days), spread: None, telling_days };
    let fitted = if pattern.by_weekday.is_some() { 7 } else { 1 };
    if telling_days > fitted {
        let freedom = telling_days - fitted;
        let squares: f64 = telling(days).map(|day| (whole_day(day) - pattern.day(day.day)).powi(2)).sum();
        pattern.spread = Some(((squares / freedom as f64).sqrt(), freedom));
    }
    pattern
}

/// Mean day by weekday, when every weekday was seen at least twice.
fn weekday_means(days: &[DayVolume]) -> Option<[f64; 7]> {
    let mut sums = [(0.0, 0.0, 0usize); 7];
    for day in telling(days) {
        if let Some((bytes, covered, count)) = sums.get_mut(weekday(day.day)) {
            *bytes += day.bytes as f64;
            *covered += day.coverage;
            *count += 1;
        }
    }
    let twice = sums.iter().all(|(_, _, count)| *count >= 2);
    (twice && telling(days).count() >= TWO_WEEKS).then(|| sums.map(|(bytes, covered, _)| bytes / covered))
}

impl Pattern {
    /// What a whole day comes to.
    fn day(&self, day: Date) -> f64 {
        self.by_weekday.and_then(|means| means.get(weekday(day)).copied()).unwrap_or(self.mean)
    }

    /// How far the rest of the month may be from what is expected of it, either way. Days scatter (their squares add
    /// up), and the mean itself is uncertain (that adds up straight).
    fn half_width(&self, rest: f64, rest_days: f64, watched_days: f64) -> f64 {
        let least =
            LEAST_HALF_WIDTHS.iter().find(|(days, _)| watched_days < *days).map_or(0.0, |(_, width)| *width);
        let scattered = self.spread.map_or(0.0, |(spread, freedom)| {
            let t = T_90.get(freedom - 1).copied().unwrap_or(T_90_MANY);
            t * spread * (rest_days + rest_days * rest_days / self.telling_days as f64).sqrt()
        });
        scattered.max(least * rest)
    }
}

/// The slope of a straight line through the days, each as a part of what its weekday usually is; percent a week.
fn trend(days: &[DayVolume], pattern: &Pattern) -> Option<f64> {
    pattern.by_weekday?;
    let first = days.first()?.day;
    let points: Vec<(f64, f64)> = telling(days)
        .map(|day| (f64::from(days_between(first, day.day)), whole_day(day) / pattern.day(day.day)))
        .filter(|(_, part)| part.is_finite())
        .collect();
    let count = points.len() as f64;
    let mean_at = points.iter().map(|(at, _)| at).sum::<f64>() / count;
    let mean_part = points.iter().map(|(_, part)| part).sum::<f64>() / count;
    let across: f64 = points.iter().map(|(at, part)| (at - mean_at) * (part - mean_part)).sum();
    let along: f64 = points.iter().map(|(at, _)| (at - mean_at).powi(2)).sum();
    let percent = across / along * 7.0 * 100.0;
    percent.is_finite().then_some(percent)
}
