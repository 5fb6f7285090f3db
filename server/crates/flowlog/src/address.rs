//! IPv4 and IPv6 addresses from text to 16 octets. Knows the textual forms, not fields.
//!
//! The fast way has no branch that depends on how long the four numbers of an IPv4 address are: those lengths
//! are as good as random, and a mispredicted branch costs more than reading a number.

use std::net::{Ipv4Addr, Ipv6Addr};

use fearless_simd::prelude::*;
use fearless_simd::u8x16;

use crate::index::Span;

/// An address in network order; IPv4 mapped into IPv6.
pub(crate) type Octets = [u8; 16];

/// Longest IPv6 address in text, with an IPv4 address in its end; longer values are not worth a look.
const LONGEST: usize = 45;

/// Reads any value exactly: the rule that the fast way must agree with. `None` when it is not an address.
pub(crate) fn read(value: &[u8]) -> Option<Octets> {
    if value.len() > LONGEST {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    match text.parse::<Ipv4Addr>() {
        Ok(address) => Some(address.to_ipv6_mapped().octets()),
        Err(_) => text.parse::<Ipv6Addr>().ok().map(|address| address.octets()),
    }
}

/// Bytes the fast way looks at: the longest IPv4 address and its end, and four bytes before it, so that the
/// last four bytes of every one of its numbers can be loaded at once.
const WINDOW: usize = 4 + 16;

/// An IPv4 address, its first octet highest, or the sign that it is something else or stands at the edge of the text.
#[inline(always)]
pub(crate) fn ipv4<S: Simd>(simd: S, text: &[u8], span: Span) -> Option<u32> {
    let window: &[u8; WINDOW] = text.get((span.start as usize).wrapping_sub(4)..)?.first_chunk()?;
    let length = span.len();
    let (_, from_start) = window.split_at(4);
    let bytes = u8x16::from_slice(simd, from_start.first_chunk::<16>()?);
    let within = (1u32 << (length & 15)) - 1;
    let dots = bytes.simd_eq(u8x16::splat(simd, b'.')).to_bitmask() as u32 & within;
    let zeros = bytes.simd_eq(u8x16::splat(simd, b'0')).to_bitmask() as u32;
    // A zero in front of another digit is octal to some readers and decimal to others: left to the exact
    // rule.
    let number_starts = dots << 1 | 1;
    let number_ends = dots | (1 << (length & 15));
    let leading_zeros = zeros & number_starts & !(number_ends >> 1);

    let second = dots & dots.wrapping_sub(1);
    let third = second & second.wrapping_sub(1);
    let fourth = third & third.wrapping_sub(1);
    let ends = [dots.trailing_zeros(), second.trailing_zeros(), third.trailing_zeros(), length as u32];
    let lengths = [ends[0], ends[1].wrapping_sub(ends[0] + 1), ends[2].wrapping_sub(ends[1] + 1), {
        ends[3].wrapping_sub(ends[2].wrapping_add(1))
    }];
    // Each length less one is 0 to 3 if it is 1 to 4, and so is all of them or-ed; a number of 4 digits is
    // either too large or has a leading zero.
    let short_enough = lengths.iter().fold(0, |all, length| all | length.wrapping_sub(1)) <= 3;

    let number = |at: usize| -> u64 {
        let end = (ends[at] & 15) as usize;
        let last_four = u32::from_le_bytes([window[end], window[end + 1], window[end + 2], window[end + 3]]);
        let keep = u32::MAX.wrapping_shl(32u32.wrapping_sub(lengths[at].wrapping_mul(8)));
        u64::from((last_four ^ 0x3030_3030) & keep)
    };
    let low = joined_fours(number(0) | number(1) << 32);
    let high = joined_fours(number(2) | number(3) << 32);
    let valid = third != 0 && fourth == 0 && short_enough && leading_zeros == 0 && length < 16;
    let (low, high) = (low?, high?);
    valid.then_some(((low & 0xFF) << 24 | low >> 32 << 16 | (high & 0xFF) << 8 | high >> 32) as u32)
}

/// Two numbers of four digits each, in the halves of a word; `None` if one is no number or above 255.
#[inline(always)]
fn joined_fours(digits: u64) -> Option<u64> {
    let not_digits = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    (not_digits | fours & 0x0000_FF00_0000_FF00 == 0).then_some(fours)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "an address that cannot be read fails the test")]

    use super::*;
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    fn plain(text: &[u8], span: Span) -> Option<u32> {
        dispatch!(Level::new(), simd => ipv4(simd, text, span))
    }

    fn fast(value: &str) -> Option<Octets> {
        let mapped = |v4| Ipv4Addr::from_bits(v4).to_ipv6_mapped().octets();
        let text = format!("2 eni-1 {value} 10.0.0.1 443 6 1 1\n");
        plain(text.as_bytes(), Span { start: 8, end: 8 + value.len() as u32 }).map(mapped)
    }

    #[test]
    fn both_families_are_read() {
        assert_eq!(read(b"10.0.0.1").unwrap()[12..], [10, 0, 0, 1]);
        assert_eq!(read(b"2001:db8::1").unwrap()[..4], [0x20, 0x01, 0x0d, 0xb8]);
        assert_eq!(read(b"::ffff:10.0.0.1"), read(b"10.0.0.1"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = "1".repeat(100);
        for bad in ["10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/8", "fe80::1%eth0", "localhost", &long] {
            assert_eq!(read(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn the_fast_way_reads_every_length_of_ipv4_address() {
        for text in ["0.0.0.0", "1.2.3.4", "255.255.255.255", "10.0.200.4", "192.168.1.100", "100.64.0.10"] {
            assert_eq!(fast(text), Some(read(text.as_bytes()).unwrap()), "{text}");
        }
    }

    #[test]
    fn the_fast_way_leaves_what_it_does_not_know() {
        let odd = [
            "1.2.3",
            "1.2.3.4.5",
            "1..2.3",
            ".1.2.3",
            "1.2.3.",
            "1.2.3.256",
            "01.2.3.4",
            "1.2.3.00",
            "1.2.3.0004",
        ];
        let odder = [
            "1.2.3.12345",
            "1.2.3.1x",
            "-",
            "::1",
            "1.2.3.1234567890123",
            "1.2.3.4/16",
            "1.2.3.999",
            "12345.1.1.1",
        ];
        for text in odd.into_iter().chain(odder) {
            assert_eq!(fast(text), None, "{text}");
        }
    }

    #[test]
    fn the_edges_of_the_text_are_left_to_the_exact_rule() {
        assert_eq!(plain(b"10.0.0.1 10.0.0.2", Span { start: 0, end: 8 }), None);
        assert_eq!(plain(b"10.0.0.1 10.0.0.2", Span { start: 9, end: 17 }), None);
    }

    proptest! {
        #[test]
        fn the_fast_way_agrees_with_the_exact_one(
            value in "[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9.]{1,20}|[0-9]{0,5}(\\.[0-9]{0,5}){2,4}|[ -~]{7,15}"
        ) {
            let exact = read(value.as_bytes());
            let fast = fast(&value);
            prop_assert!(fast.is_none() || fast == exact, "{:?} {:?}", fast, exact);
        }

        #[test]
        fn the_fast_way_reads_all_ipv4_addresses(octets: [u8; 4]) {
            let address = Ipv4Addr::from(octets);
            prop_assert_eq!(fast(&address.to_string()), Some(address.to_ipv6_mapped().octets()));
        }
    }
}
