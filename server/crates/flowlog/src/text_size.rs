//! How long a value is on a line of text: what AWS bills, whether it delivers text or Parquet. Knows lengths, not what
//! values mean.
//!
//! The length follows from the value exactly as long as AWS writes it the one way it documents; addresses of version 6
//! are taken to be written as RFC 5952 says.

use std::fmt::Write as _;
use std::net::Ipv6Addr;

/// Length of `-`, which stands for a value that is not there.
pub const MISSING_BYTES: u64 = 1;

/// Length of a number in text, its sign included.
#[must_use]
pub const fn number_bytes(value: i64) -> u64 {
    let digits = match value.unsigned_abs().checked_ilog10() {
        Some(power) => power as u64 + 1,
        None => 1,
    };
    if value < 0 { digits + 1 } else { digits }
}

/// Length of an address in text; IPv4 addresses are those mapped into IPv6 (`::ffff:a.b.c.d`). Network byte order.
#[must_use]
pub fn address_bytes(octets: &[u8; 16]) -> u64 {
    if let Some([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]) = octets.first_chunk::<12>() {
        let numbers = octets.iter().skip(12);
        return numbers.map(|number| number_bytes(i64::from(*number))).sum::<u64>() + 3;
    }
    let mut counted = Counted(0);
    // Counting cannot fail.
    let _ = write!(counted, "{}", Ipv6Addr::from(*octets));
    counted.0
}

/// Counts what is written to it.
struct Counted(u64);

impl std::fmt::Write for Counted {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_as_long_as_its_digits() {
        for value in [0, 9, 10, -1, 99_999, 100_000, i64::MAX, i64::MIN] {
            assert_eq!(number_bytes(value), value.to_string().len() as u64, "{value}");
        }
    }

    proptest! {
        #[test]
        fn an_address_is_as_long_as_its_text(octets: [u8; 16], v4: [u8; 4], zeros in 0u32..16) {
            let sparse = u128::from_be_bytes(octets) >> (zeros * 8);
            for address in [Ipv6Addr::from(octets), Ipv6Addr::from(sparse)] {
                let text = address.to_canonical().to_string();
                prop_assert_eq!(address_bytes(&address.octets()), text.len() as u64, "{}", text);
            }
            let v4 = std::net::Ipv4Addr::from(v4);
            prop_assert_eq!(address_bytes(&v4.to_ipv6_mapped().octets()), v4.to_string().len() as u64);
        }
    }
}
