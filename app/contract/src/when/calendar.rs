//! The asker's calendar: days and times on the wall clock, and the moments they are.

use super::Asker;
use crate::civil::{Civil, utc};

const DAY: i64 = 86_400;

/// Names of days, Monday first.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Names of months.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The place of a day's name in the week, Monday first; three letters are enough.
pub(super) fn day_of_week(word: &str) -> Option<i64> {
    named(&DAYS, word.trim_end_matches('s')).or_else(|| named(&DAYS, word))
}

/// The number of a month, 1 to 12; three letters are enough.
pub(super) fn month(word: &str) -> Option<u8> {
    named(&MONTHS, word).and_then(|at| u8::try_from(at + 1).ok())
}

fn named(names: &[&str], word: &str) -> Option<i64> {
    let place = names.iter().position(|name| word.len() >= 3 && name.starts_with(word))?;
    i64::try_from(place).ok()
}

/// A day of the calendar, as days since 1970-01-01.
pub(super) type Day = i64;

impl Asker<'_> {
    /// What the wall clock shows at `unix`, as if it were UTC.
    pub(super) fn wall(self, unix: i64) -> i64 {
        unix.saturating_add((self.offset_secs)(unix))
    }

    /// The moment at which the wall clock shows `wall`. Where the clock is put forward over it, a moment beside; where it
    /// is put back over it, one of the two.
    pub(super) fn unix(self, wall: i64) -> i64 {
        let near = wall.saturating_sub((self.offset_secs)(wall));
        wall.saturating_sub((self.offset_secs)(near))
    }

    /// Today.
    pub(super) fn today(self) -> Day {
        self.wall(self.now).div_euclid(DAY)
    }

    /// The moment at which a day begins.
    pub(super) fn midnight(self, day: Day) -> i64 {
        self.unix(day.saturating_mul(DAY))
    }

    /// The day that holds a moment.
    pub(super) fn day_of(self, unix: i64) -> Day {
        self.wall(unix).div_euclid(DAY)
    }

    /// A second of a day on the wall clock.
    pub(super) fn on(self, day: Day, second: i64) -> i64 {
        self.unix(day.saturating_mul(DAY).saturating_add(second))
    }
}

/// Monday is 0; 1970-01-01 was a Thursday.
pub(super) const fn weekday(day: Day) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Year, month and day of the month.
pub(super) const fn date(day: Day) -> (i64, u8, u8) {
    let civil = utc(day.saturating_mul(DAY));
    (civil.year, civil.month, civil.day)
}

/// The day of a date; `None` when there is no such day.
pub(super) fn day(year: i64, month: u8, day: u8) -> Option<Day> {
    Civil { year, month, day, hour: 0, minute: 0, second: 0 }.unix().map(|unix| unix.div_euclid(DAY))
}

/// The first day of the month that is `months` after that of `at`.
pub(super) fn month_start(at: Day, months: i64) -> Option<Day> {
    let (year, month, _) = date(at);
    let count = year.checked_mul(12)?.checked_add(i64::from(month) - 1)?.checked_add(months)?;
    day(count.div_euclid(12), u8::try_from(count.rem_euclid(12) + 1).ok()?, 1)
}
