//! When things happen: the span simulated, the hours of a day, the moments of one-off events.
//! Knows nothing of who talks to whom.

use crate::WINDOW_SECS;

const HOUR_SECS: i64 = 3_600;
const DAY_SECS: i64 = 86_400;
/// The company keeps Central European winter time; a fixed offset, because a simulated day needs no zone rules.
const LOCAL_OFFSET_SECS: i64 = 3_600;
/// Hour of the local day at which a rule is taken out of the orders database's group.
const FLIP_HOUR: i64 = 14;
/// A deployment starts at half past ten, local time, and takes a quarter of an hour.
const DEPLOY_START_SECS: i64 = 10 * HOUR_SECS + 1_800;
/// Seconds a deployment takes.
pub(crate) const DEPLOY_SECS: i64 = 900;
/// The nightly jobs run from one o'clock to half past three.
const BATCH_SECS: std::ops::Range<i64> = HOUR_SECS..3 * HOUR_SECS + 1_800;
/// What the batch links do outside their hours, as a part of their peak.
const BATCH_TRICKLE: f64 = 0.08;
/// How much of a weekday's business a Saturday or Sunday sees.
const WEEKEND: f64 = 0.55;
/// Business by local hour, as a part of the peak: quiet night, morning rise, lunch dip, long evening.
const BUSINESS: [f64; 24] = [
    0.22, 0.16, 0.12, 0.10, 0.10, 0.13, 0.22, 0.40, 0.66, 0.88, 0.98, 1.00, 0.80, 0.78, 0.95, 0.97, 0.93,
    0.86, 0.80, 0.78, 0.74, 0.62, 0.46, 0.32,
];

/// The simulated span and its one-off moments, Unix seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    /// First second of the span.
    pub(crate) begin: i64,
    /// First second after it.
    pub(crate) end: i64,
    /// When a rule is removed (and rejects begin).
    pub(crate) flip: i64,
}

/// How a link's demand follows the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rhythm {
    /// The same at all hours.
    Flat,
    /// Follows people.
    Business,
    /// The nightly jobs, and a trickle otherwise.
    Batch,
    /// Only while a deployment runs.
    Deploy,
}

impl Calendar {
    /// The span of `hours` that ends at `end` (whole windows).
    pub(crate) fn new(end: i64, hours: u32) -> Self {
        let begin = end - i64::from(hours) * HOUR_SECS;
        Self { begin, end, flip: flip(begin, end) }
    }

    /// Length in seconds.
    pub(crate) fn span_secs(&self) -> i64 {
        self.end - self.begin
    }

    /// The start of the first deployment after `at`.
    pub(crate) fn next_deployment(&self, at: i64) -> i64 {
        let midnight = local_midnight(at);
        let today = midnight + DEPLOY_START_SECS;
        if today > at { today } else { today + DAY_SECS }
    }
}

impl Rhythm {
    /// Demand at a moment, 0 to 1.
    pub(crate) fn level(self, at: i64) -> f64 {
        let second = at - local_midnight(at);
        match self {
            Self::Flat => 1.0,
            Self::Business => business(second) * weekday_factor(at),
            Self::Batch if BATCH_SECS.contains(&second) => 1.0,
            Self::Batch => BATCH_TRICKLE,
            Self::Deploy => f64::from((DEPLOY_START_SECS..DEPLOY_START_SECS + DEPLOY_SECS).contains(&second)),
        }
    }
}

fn local_midnight(at: i64) -> i64 {
    (at + LOCAL_OFFSET_SECS).div_euclid(DAY_SECS) * DAY_SECS - LOCAL_OFFSET_SECS
}

fn business(second: i64) -> f64 {
    let hour = (second / HOUR_SECS) as usize % 24;
    let into = (second % HOUR_SECS) as f64 / HOUR_SECS as f64;
    BUSINESS[hour] * (1.0 - into) + BUSINESS[(hour + 1) % 24] * into
}

fn weekday_factor(at: i64) -> f64 {
    // Day 0 of Unix time was a Thursday, so Saturday and Sunday are 2 and 3 days on.
    match (at + LOCAL_OFFSET_SECS).div_euclid(DAY_SECS).rem_euclid(7) {
        2 | 3 => WEEKEND,
        _ => 1.0,
    }
}

/// The last 14:00 that leaves room on both sides; in a span too short for one, its middle.
fn flip(begin: i64, end: i64) -> i64 {
    let room = ((end - begin) / 4).min(HOUR_SECS);
    let today = local_midnight(end) + FLIP_HOUR * HOUR_SECS;
    [today, today - DAY_SECS]
        .into_iter()
        .find(|at| at - begin >= room && end - at >= room)
        .unwrap_or((begin + end) / 2 / WINDOW_SECS * WINDOW_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday 2026-11-23 20:00 UTC, 21:00 for the company.
    const EVENING: i64 = 1_795_464_000;

    #[test]
    fn a_day_that_ends_in_the_evening_flips_at_two_in_the_afternoon() {
        let calendar = Calendar::new(EVENING, 24);
        assert_eq!(calendar.flip, EVENING - 7 * HOUR_SECS);
    }

    #[test]
    fn a_short_span_flips_in_its_middle() {
        let calendar = Calendar::new(EVENING, 2);
        assert_eq!(calendar.flip, EVENING - HOUR_SECS);
    }

    #[test]
    fn noon_dips_and_night_is_quiet() {
        let at = |hour: i64| Rhythm::Business.level(local_midnight(EVENING) + hour * HOUR_SECS);
        assert!(at(11) > at(12) && at(12) < at(14) && at(3) < 0.2);
        assert!(Rhythm::Batch.level(local_midnight(EVENING) + 2 * HOUR_SECS) > 0.9);
    }

    #[test]
    fn weekends_are_slower() {
        let monday = Rhythm::Business.level(EVENING);
        let sunday = Rhythm::Business.level(EVENING - DAY_SECS);
        assert!((sunday / monday - WEEKEND).abs() < 1e-9);
    }

    #[test]
    fn the_next_deployment_is_ahead() {
        let calendar = Calendar::new(EVENING, 24);
        let next = calendar.next_deployment(EVENING);
        assert!(next > EVENING && next - EVENING <= DAY_SECS);
        assert!(Rhythm::Deploy.level(next) > 0.5);
    }
}
