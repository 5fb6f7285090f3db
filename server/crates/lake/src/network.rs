//! The network an address is most likely in, as far as an address alone tells: machines of one role stand in one /24, of
//! IPv6 in one /64.

use crate::scope::is_private;
use contract::conversations::INTERNET;
use std::net::{IpAddr, Ipv6Addr};

/// The /24 of an address, of IPv6 the /64, by its first address.
pub fn network_of(address: u128) -> u128 {
    let hosts = if is_v4(address) { 8 } else { 64 };
    address >> hosts << hosts
}

/// The name of the smallest network that holds all of these addresses: an address of its own where there is one only.
pub fn covering(addresses: impl IntoIterator<Item = u128>) -> String {
    let mut addresses = addresses.into_iter();
    let Some(first) = addresses.next() else { return String::new() };
    let differs = addresses.fold(0, |differs, address| differs | (address ^ first));
    named(first, 128 - differs.leading_zeros())
}

/// The name of [`network_of`] an address.
pub fn name_of(address: u128) -> String {
    named(address, if is_v4(address) { 8 } else { 64 })
}

/// The same, and one name for all of the public internet. Public addresses of IPv6 stay with their networks: one's own
/// are public too.
pub fn place_of(address: u128) -> u128 {
    if is_v4(address) && !is_private(address) { 0 } else { network_of(address) }
}

/// The name of a [`place_of`].
pub fn place_name(place: u128) -> String {
    if place == 0 { INTERNET.to_owned() } else { name_of(place) }
}

const fn is_v4(address: u128) -> bool {
    address >> 32 == 0xffff
}

/// An address with so many free bits.
fn named(address: u128, open_bits: u32) -> String {
    let first = address.checked_shr(open_bits).and_then(|bits| bits.checked_shl(open_bits)).unwrap_or(0);
    match (Ipv6Addr::from_bits(first).to_canonical(), open_bits) {
        (one, 0) => one.to_string(),
        (IpAddr::V4(v4), open) if is_v4(address) => format!("{v4}/{}", 32_u32.saturating_sub(open)),
        (first, open) => format!("{first}/{}", 128 - open),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn bits(address: &str) -> u128 {
        match address.parse().unwrap() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
            IpAddr::V6(v6) => v6.to_bits(),
        }
    }

    #[test]
    fn the_smallest_network_holds_all_and_not_more() {
        for (addresses, network) in [
            (vec!["10.0.9.9"], "10.0.9.9"),
            (vec!["10.0.9.8", "10.0.9.9"], "10.0.9.8/31"),
            (vec!["10.0.1.1", "10.0.9.9"], "10.0.0.0/20"),
            (vec!["1.1.1.1", "200.0.0.1"], "0.0.0.0/0"),
            (vec!["fd00::1", "fd00::ff"], "fd00::/120"),
            (vec!["::", "ffff::"], "::/0"),
            (vec![], ""),
        ] {
            assert_eq!(covering(addresses.into_iter().map(bits)), network);
        }
    }

    #[test]
    fn the_public_internet_is_one_place_and_networks_of_ipv6_are_not() {
        let place = |address| place_name(place_of(bits(address)));
        assert_eq!(place("203.0.113.7"), INTERNET);
        assert_eq!(place("10.0.3.77"), "10.0.3.0/24");
        assert_eq!(place("2600:1f16:77:100::9"), "2600:1f16:77:100::/64");
    }
}
