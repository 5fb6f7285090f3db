//! Points in time as people write them in links, on the command line and in the time picker.
//! Knows no clock: whoever asks says what time it is.

use crate::as_text::text_serde;
use crate::civil::Civil;
use crate::spelling::quoted;
use std::fmt;

/// A point in time, fixed or relative to the asker's clock. `Display` is the canonical text, which `parse` reads back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Unix seconds, from 0 to [`LATEST`].
    At(i64),
    /// So many seconds before the present; negative means after it.
    Now {
        /// Seconds before now.
        minus: i64,
    },
}

/// The last second that can be named (in the year 5138): a larger number is taken for milliseconds, as the same logs
/// and tools write both.
pub const LATEST: i64 = 99_999_999_999;

/// What may be written after `now-`, largest first, in seconds. Only the first four are printed: people say "7 days",
/// and two names for one moment would make two links.
const UNITS: [(char, i64); 5] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1), ('w', 604_800)];

impl Moment {
    /// The present.
    pub const NOW: Moment = Moment::Now { minus: 0 };

    /// Reads Unix seconds or milliseconds, RFC 3339 with any offset, a date (its midnight), `now`, `now-3h`, `now+10m`.
    ///
    /// A date with a time but without an offset, as forms send it, is taken as UTC. Fractions of a second are cut off.
    /// A blank in the place of `+` is read as `+`: that is what a link makes of one.
    pub fn parse(text: &str) -> Result<Moment, MomentError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(MomentError::Empty);
        }
        if let Some((word, rest)) = text.split_at_checked(3)
            && word.eq_ignore_ascii_case("now")
        {
            return relative(text, rest);
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return epoch(text);
        }
        Calendar { rest: text.as_bytes() }.moment(text)
    }

    /// Unix seconds, seen at `now`.
    pub const fn at(self, now: i64) -> i64 {
        match self {
            Moment::At(second) => second,
            Moment::Now { minus } => now.saturating_sub(minus),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minus = match self {
            Moment::At(second) => return write!(f, "{second}"),
            Moment::Now { minus: 0 } => return f.write_str("now"),
            Moment::Now { minus } => *minus,
        };
        let sign = if minus > 0 { '-' } else { '+' };
        let divides = |&&(_, secs): &&(char, i64)| minus % secs == 0;
        let (unit, secs) = UNITS.iter().find(divides).copied().unwrap_or(('s', 1));
        write!(f, "now{sign}{}{unit}", minus.unsigned_abs() / secs.unsigned_abs())
    }
}

text_serde!(Moment, Moment::parse);

/// Why a text is not a point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// There is no text.
    #[error("a time is missing")]
    Empty,
    /// The text has no form that is known.
    #[error("{} is not a time", quoted(.text))]
    Unreadable {
        /// The text.
        text: String,
    },
    /// The text has the form of a date, but there is no such day, hour, minute or second.
    #[error("{} does not exist in the calendar", quoted(.text))]
    NoSuchDay {
        /// The text.
        text: String,
    },
    /// The time lies before 1970 or after [`LATEST`].
    #[error("{} does not lie between the years 1970 and 5138", quoted(.text))]
    OutOfRange {
        /// The text.
        text: String,
    },
}

impl MomentError {
    /// What to write instead.
    pub const fn hint(&self) -> &'static str {
        "Write now, now-3h (s, m, h, d, w), 2026-11-20, 2026-11-20T03:00:00Z or Unix seconds."
    }
}

fn out_of_range(text: &str) -> MomentError {
    MomentError::OutOfRange { text: text.to_owned() }
}

fn unreadable(text: &str) -> MomentError {
    MomentError::Unreadable { text: text.to_owned() }
}

/// What follows `now`.
fn relative(text: &str, rest: &str) -> Result<Moment, MomentError> {
    let Some(sign) = rest.chars().next() else { return Ok(Moment::NOW) };
    let Some(unit) = rest.chars().last() else { return Ok(Moment::NOW) };
    let known = UNITS.iter().find(|(name, _)| unit.eq_ignore_ascii_case(name));
    let (Some((_, unit_secs)), '-' | '+' | ' ') = (known, sign) else { return Err(unreadable(text)) };
    let digits = rest.get(1..rest.len() - 1).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(unreadable(text));
    }
    let secs = digits.parse::<i64>().ok().and_then(|count| count.checked_mul(*unit_secs));
    match secs {
        Some(secs @ 0..=LATEST) => Ok(Moment::Now { minus: if sign == '-' { secs } else { -secs } }),
        _ => Err(out_of_range(text)),
    }
}

/// All digits: seconds, or milliseconds when they are too many for seconds.
fn epoch(text: &str) -> Result<Moment, MomentError> {
    match text.parse::<i64>() {
        Ok(seconds @ 0..=LATEST) => Ok(Moment::At(seconds)),
        Ok(millis) if millis / 1_000 <= LATEST => Ok(Moment::At(millis / 1_000)),
        _ => Err(out_of_range(text)),
    }
}

/// Reads a date piece by piece.
struct Calendar<'a> {
    rest: &'a [u8],
}

impl Calendar<'_> {
    fn moment(mut self, text: &str) -> Result<Moment, MomentError> {
        let (civil, offset_secs) =
            self.date_and_time().filter(|_| self.rest.is_empty()).ok_or_else(|| unreadable(text))?;
        let unix =
            civil.unix().ok_or_else(|| MomentError::NoSuchDay { text: text.to_owned() })? - offset_secs;
        if (0..=LATEST).contains(&unix) { Ok(Moment::At(unix)) } else { Err(out_of_range(text)) }
    }

    /// `2026-11-20`, then perhaps a time and an offset.
    fn date_and_time(&mut self) -> Option<(Civil, i64)> {
        let year = i64::from(self.digits(2)?) * 100 + i64::from(self.digits(2)?);
        self.one_of(b"-")?;
        let month = self.digits(2)?;
        self.one_of(b"-")?;
        let mut civil = Civil { year, month, day: self.digits(2)?, hour: 0, minute: 0, second: 0 };
        if self.rest.is_empty() {
            return Some((civil, 0));
        }
        self.one_of(b"Tt ")?;
        civil.hour = self.digits(2)?;
        self.one_of(b":")?;
        civil.minute = self.digits(2)?;
        if self.one_of(b":").is_some() {
            civil.second = self.digits(2)?;
            if self.one_of(b".").is_some() {
                self.fraction()?;
            }
        }
        Some((civil, self.offset_secs()?))
    }

    /// `Z`, `+01:00`, `-0530` or nothing.
    fn offset_secs(&mut self) -> Option<i64> {
        if self.rest.is_empty() || self.one_of(b"Zz").is_some() {
            return Some(0);
        }
        let sign = if self.one_of(b"+ -")? == b'-' { -1 } else { 1 };
        let hours = i64::from(self.digits(2)?);
        self.one_of(b":");
        let minutes = i64::from(self.digits(2)?);
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
    }

    fn digits(&mut self, count: usize) -> Option<u8> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        std::str::from_utf8(head).ok().filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
    }

    fn fraction(&mut self) -> Option<()> {
        let count = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        self.rest = self.rest.get(count..)?;
        (count > 0).then_some(())
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        bytes.contains(first).then(|| {
            self.rest = rest;
            *first
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Result<Moment, MomentError> {
        Moment::parse(text)
    }

    #[test]
    fn every_documented_form_is_read() {
        for (text, moment) in [
            ("1763601000", Moment::At(1_763_601_000)),
            ("1763601000999", Moment::At(1_763_601_000)),
            ("2025-11-20T01:10:00Z", Moment::At(1_763_601_000)),
            ("2025-11-20t01:10:00.75z", Moment::At(1_763_601_000)),
            ("2025-11-20T02:10:00+01:00", Moment::At(1_763_601_000)),
            ("2025-11-20T02:10:00 01:00", Moment::At(1_763_601_000)),
            ("2025-11-19T19:40:00-0530", Moment::At(1_763_601_000)),
            ("2025-11-20 01:10", Moment::At(1_763_601_000)),
            ("2025-11-20", Moment::At(1_763_596_800)),
            (" NOW ", Moment::NOW),
            ("now-3h", Moment::Now { minus: 10_800 }),
            ("now-90S", Moment::Now { minus: 90 }),
            ("now-2w", Moment::Now { minus: 14 * 86_400 }),
            ("now+10m", Moment::Now { minus: -600 }),
            ("now 10m", Moment::Now { minus: -600 }),
        ] {
            assert_eq!(at(text), Ok(moment), "{text}");
        }
    }

    #[test]
    fn one_moment_has_one_text() {
        for (text, canonical) in [
            ("now-24h", "now-1d"),
            ("now-1w", "now-7d"),
            ("now-5400s", "now-90m"),
            ("now-0h", "now"),
            ("now+60m", "now+1h"),
            ("2025-11-20T01:10:00Z", "1763601000"),
        ] {
            assert_eq!(at(text).map(|m| m.to_string()).as_deref(), Ok(canonical));
        }
    }

    #[test]
    fn what_is_not_a_time_is_refused_for_its_reason() {
        for text in [
            "yesterday",
            "now-",
            "now-3",
            "now-h",
            "now-3y",
            "now*3h",
            "now--3h",
            "2025-11",
            "2025-11-20T1:10Z",
        ] {
            assert!(matches!(at(text), Err(MomentError::Unreadable { .. })), "{text}");
        }
        for text in ["2025-02-29", "2025-11-20T24:00:00Z", "2025-11-20T01:60:00Z"] {
            assert!(matches!(at(text), Err(MomentError::NoSuchDay { .. })), "{text}");
        }
        for text in ["1969-12-31", "9999-01-01", "1763601000000000", "now-99999999d", "99999999999999999999"]
        {
            assert!(matches!(at(text), Err(MomentError::OutOfRange { .. })), "{text}");
        }
        assert_eq!(at("  "), Err(MomentError::Empty));
    }

    #[test]
    fn the_extremes_print_and_do_not_overflow() {
        for minus in [i64::MIN, i64::MAX, -1, 1] {
            let text = Moment::Now { minus }.to_string();
            assert!(text.starts_with("now"), "{text}");
            let _ = Moment::Now { minus }.at(0);
        }
    }

    #[test]
    fn on_the_wire_a_moment_is_its_text() {
        let moment = Moment::Now { minus: 3_600 };
        assert_eq!(serde_json::to_string(&moment).ok().as_deref(), Some("\"now-1h\""));
        assert_eq!(serde_json::from_str::<Moment>("\"now-60m\"").ok(), Some(moment));
        assert!(serde_json::from_str::<Moment>("\"soon\"").is_err());
    }
}
