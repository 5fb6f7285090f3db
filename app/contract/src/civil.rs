//! The calendar: Unix seconds to year, month, day and back, in UTC (proleptic Gregorian).
//! Knows no zones, no leap seconds and no clock.

use std::fmt;

/// A second of the calendar in UTC. `Display` is RFC 3339: `2026-11-20T03:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year, astronomical.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

const DAY_SECS: i64 = 86_400;
/// Days of 400 years, after which the calendar repeats.
const CYCLE_DAYS: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01. Years that begin in March have their leap day last, which makes the arithmetic
/// below plain division.
const EPOCH_DAYS: i64 = 719_468;

/// The calendar in UTC at `unix` seconds.
pub const fn utc(unix: i64) -> Civil {
    let second_of_day = unix.rem_euclid(DAY_SECS);
    let days = unix.div_euclid(DAY_SECS) + EPOCH_DAYS;
    let day_of_cycle = days.rem_euclid(CYCLE_DAYS);
    // Takes out the leap days seen so far (every 4, not every 100, every 400 years), so that 365 divides evenly.
    let leap_days = day_of_cycle / 1_460 - day_of_cycle / 36_524 + day_of_cycle / (CYCLE_DAYS - 1);
    let year_of_cycle = (day_of_cycle - leap_days) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    // Months from March have 31, 30, 31, 30, 31 days over and over: 153 days in five months.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    Civil {
        year: days.div_euclid(CYCLE_DAYS) * 400 + year_of_cycle + (month <= 2) as i64,
        month: month as u8,
        day: (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8,
        hour: (second_of_day / 3_600) as u8,
        minute: (second_of_day / 60 % 60) as u8,
        second: (second_of_day % 60) as u8,
    }
}

impl Civil {
    /// The second in Unix time; `None` when the calendar has no such day or the day no such time.
    pub fn unix(self) -> Option<i64> {
        let date_exists = (1..=12).contains(&self.month) && (1..=self.days_in_month()).contains(&self.day);
        if !date_exists || self.hour > 23 || self.minute > 59 || self.second > 59 {
            return None;
        }
        let year_from_march = self.year - (self.month <= 2) as i64;
        let month_from_march = (i64::from(self.month) + 9) % 12;
        let year_of_cycle = year_from_march.rem_euclid(400);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
        let days = year_from_march.div_euclid(400) * CYCLE_DAYS + day_of_cycle - EPOCH_DAYS;
        let second_of_day =
            i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second);
        Some(days * DAY_SECS + second_of_day)
    }

    fn days_in_month(self) -> u8 {
        let is_leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_seconds_have_their_dates() {
        for (unix, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_763_601_000, "2025-11-20T01:10:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(unix).to_string(), text);
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in -146_097..146_097_i64 {
            let unix = day * DAY_SECS + 86_399;
            assert_eq!(utc(unix).unix(), Some(unix));
        }
    }

    #[test]
    fn days_that_do_not_exist_have_no_second() {
        let day = |year, month, day| Civil { year, month, day, hour: 0, minute: 0, second: 0 }.unix();
        assert_eq!(day(2026, 2, 29), None);
        assert_eq!(day(2026, 13, 1), None);
        assert_eq!(day(2026, 4, 31), None);
        assert_eq!(day(1900, 2, 29), None);
        assert!(day(2028, 2, 29).is_some());
    }
}
