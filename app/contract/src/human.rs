//! Numbers, amounts and times as a person reads them: three significant digits, SI units, UTC.
//! Knows no locale; the browser shifts seconds by its zone before it asks for a label.

pub use crate::civil::{Civil, utc};
use std::fmt;

/// A number with its unit, apart, because the unit is drawn smaller. `Display` joins them: `1.84 TB`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The digits: `1.84`.
    pub value: String,
    /// The unit; empty for a bare number.
    pub unit: &'static str,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)?;
        if self.unit.is_empty() { Ok(()) } else { write!(f, " {}", self.unit) }
    }
}

/// Units by powers of 1000; `u64` ends within the seventh.
type Units = [&'static str; 7];

const BYTES: Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const BYTES_PER_SEC: Units = ["B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s", "EB/s"];
const COUNT: Units = ["", "k", "M", "G", "T", "P", "E"];

/// Between groups of three digits: narrow and never broken across lines.
const GROUP_SEPARATOR: char = '\u{202f}';

/// An amount of data in decimal units: `1.84 TB`.
pub fn bytes(amount: u64) -> Quantity {
    three_digits(amount, &BYTES)
}

/// A number of things: `92.4 M`.
pub fn count(number: u64) -> Quantity {
    three_digits(number, &COUNT)
}

/// How fast `amount` bytes went by in `secs` seconds: `12.5 MB/s`; nothing per second when no time has passed.
pub fn rate(amount: u64, secs: f64) -> Quantity {
    let per_sec = if secs > 0.0 { amount as f64 / secs } else { 0.0 };
    three_digits(per_sec.round() as u64, &BYTES_PER_SEC)
}

/// Rounds to three digits, half up, in the unit that leaves one to three digits before the point.
fn three_digits(amount: u64, units: &Units) -> Quantity {
    let mut power = 0;
    let mut unit_size: u128 = 1;
    let amount = u128::from(amount);
    loop {
        let unit = units.get(power).copied().unwrap_or_default();
        // 999 500 is 1.00 M, not 1000 k: the next unit begins where rounding would show four digits.
        let is_last = power + 1 >= units.len();
        if is_last || (amount * 2 + unit_size) / (unit_size * 2) < 1_000 {
            return Quantity { value: decimal(amount, unit_size), unit };
        }
        power += 1;
        unit_size *= 1_000;
    }
}

/// `amount / unit_size` with as many decimals as make three digits.
fn decimal(amount: u128, unit_size: u128) -> String {
    if unit_size == 1 {
        return amount.to_string();
    }
    let rounded = |decimals: u32| (amount * 10_u128.pow(decimals) * 2 + unit_size) / (unit_size * 2);
    match (rounded(2), rounded(1)) {
        (hundredths @ 0..1_000, _) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        (_, tenths @ 0..1_000) => format!("{}.{}", tenths / 10, tenths % 10),
        _ => rounded(0).to_string(),
    }
}

/// The exact number in groups of three digits: `1 842 000`.
pub fn exact(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len());
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(GROUP_SEPARATOR);
        }
        text.push(digit);
    }
    text
}

/// A number to three digits with its noun: `1 object`, `288 objects`.
pub fn counted(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { more })
}

/// The same to the last digit.
pub fn counted_exactly(number: u64, one: &str, more: &str) -> String {
    format!("{} {}", exact(number), if number == 1 { one } else { more })
}

/// A part of a whole, given as 0 to 1, in per cent with one decimal: `1.9 %`. What is not nothing never reads as 0 %,
/// what is not all never as 100 %; no number at all is a dash.
pub fn percent(part: f64) -> String {
    let per_cent = part * 100.0;
    match per_cent {
        p if !p.is_finite() => "–".to_owned(),
        0.0 => "0 %".to_owned(),
        100.0 => "100 %".to_owned(),
        p if p > 0.0 && p < 0.05 => "< 0.1 %".to_owned(),
        p if p > 99.95 && p < 100.0 => "> 99.9 %".to_owned(),
        p if p.abs() < 999.5 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

/// A relative change with its sign, a real minus: `+4.1 %`; `× 12` where per cent would be too many to read.
pub fn change(part: f64) -> String {
    if part >= 9.995 {
        return format!("× {:.0}", part + 1.0);
    }
    format!("{}{}", if part < 0.0 { '−' } else { '+' }, percent(part.abs()))
}

/// A length of time in its one or two largest units: `45 s`, `4 min`, `3 h 20 min`, `2 d 4 h`. Smaller units are cut
/// off; a negative length reads as `0 s`.
pub fn duration(secs: i64) -> String {
    let secs = secs.max(0);
    let (days, hours, minutes) = (secs / 86_400, secs / 3_600 % 24, secs / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{secs} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// How fine a time label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// `03:00:05`
    Second,
    /// `03:00`
    Minute,
    /// `20 Nov`
    Day,
    /// `Nov 2026`
    Month,
    /// `2026`
    Year,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The label of a tick on a time axis.
pub fn clock(unix: i64, step: Step) -> String {
    let Civil { year, day, hour, minute, second, .. } = utc(unix);
    match step {
        Step::Second => format!("{hour:02}:{minute:02}:{second:02}"),
        Step::Minute => format!("{hour:02}:{minute:02}"),
        Step::Day => format!("{day} {}", month(unix)),
        Step::Month => format!("{} {year}", month(unix)),
        Step::Year => year.to_string(),
    }
}

/// A time that stands alone, as in a tooltip: `20 Nov 2026 03:00`; with seconds when they are not zero.
pub fn date_time(unix: i64) -> String {
    let step = if unix.rem_euclid(60) == 0 { Step::Minute } else { Step::Second };
    format!("{} {} {}", clock(unix, Step::Day), utc(unix).year, clock(unix, step))
}

fn month(unix: i64) -> &'static str {
    MONTHS.get(usize::from(utc(unix).month) - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_a_sign_and_a_real_minus() {
        assert_eq!(change(0.041), "+4.1 %");
        assert_eq!(change(-0.25), "−25.0 %");
        assert_eq!(change(142.0), "× 143");
    }

    #[test]
    fn amounts_have_three_significant_digits() {
        for (amount, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.00 kB"),
            (1_004, "1.00 kB"),
            (1_005, "1.01 kB"),
            (12_345, "12.3 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (1_842_000_000_000, "1.84 TB"),
            (9_995_000, "10.0 MB"),
            (99_950_000, "100 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(amount).to_string(), text, "{amount}");
        }
        assert_eq!(count(92_400_000).to_string(), "92.4 M");
        assert_eq!(count(7).to_string(), "7");
        assert_eq!(rate(25_000_000, 2.0).to_string(), "12.5 MB/s");
        assert_eq!(rate(5, 0.0).to_string(), "0 B/s");
    }

    #[test]
    fn exact_numbers_are_grouped() {
        assert_eq!(exact(0), "0");
        assert_eq!(exact(999), "999");
        assert_eq!(exact(1_842_000), "1\u{202f}842\u{202f}000");
    }

    #[test]
    fn a_little_is_not_nothing_and_most_is_not_all() {
        for (part, text) in [
            (0.0, "0 %"),
            (0.000_01, "< 0.1 %"),
            (0.018_9, "1.9 %"),
            (0.999_99, "> 99.9 %"),
            (1.0, "100 %"),
            (-0.04, "-4.0 %"),
            (25.0, "2500 %"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(percent(part), text);
        }
    }

    #[test]
    fn lengths_of_time_name_their_largest_units() {
        for (secs, text) in [
            (-5, "0 s"),
            (45, "45 s"),
            (240, "4 min"),
            (3_600, "1 h"),
            (12_000, "3 h 20 min"),
            (86_400 * 2 + 4 * 3_600 + 59, "2 d 4 h"),
            (86_400 + 60, "1 d"),
        ] {
            assert_eq!(duration(secs), text);
        }
    }

    #[test]
    fn labels_of_one_second_from_fine_to_coarse() {
        let unix = 1_763_601_005;
        let labels =
            [Step::Second, Step::Minute, Step::Day, Step::Month, Step::Year].map(|step| clock(unix, step));
        assert_eq!(labels, ["01:10:05", "01:10", "20 Nov", "Nov 2025", "2025"]);
        assert_eq!(date_time(unix), "20 Nov 2025 01:10:05");
        assert_eq!(date_time(unix - 5), "20 Nov 2025 01:10");
    }
}
