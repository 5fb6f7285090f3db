//! Decimal numbers, eight digits at a time within a 64-bit word. Knows digits, not fields.

use crate::index::Span;

const ASCII_ZEROS: u64 = 0x3030_3030_3030_3030;

/// From here on a time is in milliseconds: as seconds it would be the year 5138, as milliseconds it is March
/// 1973. AWS has written `SKIPDATA` records that way.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// The end of the year 9999 in Unix milliseconds; what lies beyond (microseconds, say) is not a time.
const LAST_MILLISECONDS: i64 = 253_402_300_799_999;

/// What a value that should be a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// `-`: not applicable or not computed.
    Missing,
    /// A number from 0 up.
    Number(i64),
    /// Anything else.
    NotANumber,
    /// A number that does not fit.
    OutOfRange,
}

/// Reads any value exactly, however long: the rule that the fast ways must agree with.
pub(crate) fn read(value: &[u8], max: i64) -> Reading {
    if value == b"-" {
        return Reading::Missing;
    }
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Reading::NotANumber;
    }
    let number = value.iter().try_fold(0i64, |number, digit| {
        number.checked_mul(10)?.checked_add(i64::from(digit - b'0')).filter(|number| *number <= max)
    });
    number.map_or(Reading::OutOfRange, Reading::Number)
}

/// Reads a time exactly: seconds or milliseconds since 1970 in the text, seconds in the result.
pub(crate) fn read_seconds(value: &[u8]) -> Reading {
    match read(value, LAST_MILLISECONDS) {
        Reading::Number(milliseconds) if milliseconds >= FIRST_MILLISECONDS => {
            Reading::Number(milliseconds / 1000)
        }
        reading => reading,
    }
}

/// The eight bytes before `end`, the earliest in the low byte. Bytes before the text are 0.
#[inline(always)]
pub(crate) fn eight_before(text: &[u8], end: u32) -> u64 {
    let end = end as usize;
    match text.get(end.wrapping_sub(8)..end).and_then(|bytes| bytes.first_chunk()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => eight_before_near_start(text, end),
    }
}

#[cold]
fn eight_before_near_start(text: &[u8], end: usize) -> u64 {
    let before = text.get(..end).unwrap_or_default();
    before
        .iter()
        .rev()
        .take(8)
        .enumerate()
        .fold(0, |word, (at, byte)| word | u64::from(*byte) << (56 - 8 * at))
}

/// The eight bytes from `start`, the earliest in the low byte. Bytes behind the text are 0.
#[inline(always)]
pub(crate) fn eight_from(text: &[u8], start: u32) -> u64 {
    let behind = text.get(start as usize..).unwrap_or_default();
    match behind.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => behind.iter().enumerate().fold(0, |word, (at, byte)| word | u64::from(*byte) << (8 * at)),
    }
}

/// Up to eight digits as numbers 0 to 9 in the bytes of a word, the last one in the high byte, 0 in front of
/// the first.
#[inline(always)]
fn digits(word: u64, count: u32) -> u64 {
    (word ^ ASCII_ZEROS) & (u64::MAX << (64 - 8 * count))
}

/// Whether every byte is 0 to 9.
#[inline(always)]
fn all_digits(digits: u64) -> bool {
    (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 == 0
}

/// The number that eight digits make: neighbours are joined to pairs, pairs to fours, fours to eight.
#[inline(always)]
fn joined(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF
}

/// A number of up to 8 digits, or the sign that it is something else.
#[inline(always)]
pub(crate) fn short(text: &[u8], span: Span) -> Option<u64> {
    let count = span.len();
    if !(1..=8).contains(&count) {
        return None;
    }
    let digits = digits(eight_before(text, span.end), count as u32);
    all_digits(digits).then(|| joined(digits))
}

/// A number of up to 16 digits, or the sign that it is something else.
#[inline(always)]
pub(crate) fn long(text: &[u8], span: Span) -> Option<u64> {
    let count = span.len();
    if count <= 8 {
        return short(text, span);
    }
    if count > 16 {
        return None;
    }
    let low = eight_before(text, span.end) ^ ASCII_ZEROS;
    let high = digits(eight_before(text, span.end - 8), count as u32 - 8);
    (all_digits(low) && all_digits(high)).then(|| joined(high) * 100_000_000 + joined(low))
}

/// The first six of a time's ten digits and the seconds they stand for: neighbouring times mostly have them in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prefix {
    digits: u64,
    seconds: u64,
}

impl Prefix {
    /// The prefix of no time.
    pub(crate) const NONE: Self = Self { digits: u64::MAX, seconds: 0 };
}

/// A time of ten digits, which seconds have had since 2001, or the sign that it is something else. `prefix` is that of
/// the time before, and then of this one.
#[inline(always)]
pub(crate) fn ten_digit_seconds(text: &[u8], span: Span, prefix: &mut Prefix) -> Option<u64> {
    if span.len() != 10 {
        return None;
    }
    let first = eight_before(text, span.end - 2) & 0xFFFF_FFFF_FFFF;
    if first != prefix.digits {
        let seconds = long(text, span)?;
        *prefix = Prefix { digits: first, seconds: seconds - seconds % 10_000 };
        return Some(seconds);
    }
    let digits = (eight_before(text, span.end) ^ ASCII_ZEROS) >> 32;
    all_digits(digits).then(|| prefix.seconds + joined_four(digits))
}

/// The number that four digits in the low half of a word make.
#[inline(always)]
fn joined_four(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00FF_00FF;
    pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0xFFFF
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a value that stands alone, and the same one amid others.
    fn both(read: fn(&[u8], Span) -> Option<u64>, value: &str) -> Option<u64> {
        let alone = read(value.as_bytes(), Span { start: 0, end: value.len() as u32 });
        let amid = format!("99999999 99999999 {value} 9999999999999999");
        let span = Span { start: 18, end: 18 + value.len() as u32 };
        assert_eq!(read(amid.as_bytes(), span), alone, "{value}");
        alone
    }

    #[test]
    fn a_dash_is_missing_and_a_sign_is_not_a_number() {
        assert_eq!(read(b"-", 9), Reading::Missing);
        for bad in ["", "-1", "+1", "1.5", "0x10", "--", "1_000", "٣"] {
            assert_eq!(read(bad.as_bytes(), i64::MAX), Reading::NotANumber, "{bad}");
        }
    }

    #[test]
    fn the_largest_number_fits_and_the_next_does_not() {
        assert_eq!(read(b"9223372036854775807", i64::MAX), Reading::Number(i64::MAX));
        assert_eq!(read(b"9223372036854775808", i64::MAX), Reading::OutOfRange);
        assert_eq!(read(b"65535", 65535), Reading::Number(65535));
        assert_eq!(read(b"65536", 65535), Reading::OutOfRange);
        assert_eq!(read("9".repeat(5000).as_bytes(), i64::MAX), Reading::OutOfRange);
    }

    #[test]
    fn milliseconds_become_seconds_and_microseconds_are_refused() {
        assert_eq!(read_seconds(b"1512564058000"), Reading::Number(1_512_564_058));
        assert_eq!(read_seconds(b"99999999999"), Reading::Number(99_999_999_999));
        assert_eq!(read_seconds(b"100000000000"), Reading::Number(100_000_000));
        assert_eq!(read_seconds(b"1512564058000000"), Reading::OutOfRange);
    }

    #[test]
    fn the_fast_ways_leave_what_they_do_not_know() {
        assert_eq!(both(short, "123456789"), None);
        assert_eq!(both(short, "-"), None);
        assert_eq!(both(long, "12345678901234567"), None);
        assert_eq!(both(long, "1234567x90123456"), None);
        let seconds = |text: &[u8], span| {
            let mut prefix = Prefix::NONE;
            ten_digit_seconds(text, span, &mut prefix)
        };
        assert_eq!(both(seconds, "164000066"), None);
        assert_eq!(both(seconds, "1640000297"), Some(1_640_000_297));
    }

    #[test]
    fn every_byte_that_is_not_a_digit_is_noticed_at_every_place() {
        for byte in (0..=255).filter(|byte: &u8| !byte.is_ascii_digit()) {
            for at in 0..8 {
                let mut value = *b"90909090";
                value[at] = byte;
                assert_eq!(short(&value, Span { start: 0, end: 8 }), None, "{byte} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_fast_ways_agree_with_the_exact_one(value in "[0-9]{1,16}|[0-9-]{1,16}|[ -~]{1,16}") {
            let exact = match read(value.as_bytes(), i64::MAX) {
                Reading::Number(number) => Some(number as u64),
                _ => None,
            };
            prop_assert_eq!(both(long, &value), exact);
            prop_assert_eq!(both(short, &value), exact.filter(|_| value.len() <= 8));
        }

        #[test]
        fn the_time_before_does_not_matter(
            times in prop::collection::vec("17[0-9]{8}|170000[0-9]{4}|170000[ -~]{4}|[ -~]{10}", 1..9),
        ) {
            let mut prefix = Prefix::NONE;
            for time in times {
                let exact = match read(time.as_bytes(), i64::MAX) {
                    Reading::Number(number) => Some(number as u64),
                    _ => None,
                };
                let seconds = ten_digit_seconds(time.as_bytes(), Span { start: 0, end: 10 }, &mut prefix);
                prop_assert_eq!(seconds, exact);
            }
        }
    }
}
