//! Addresses of both families as one kind of number, and blocks of them.
//! Knows no networks by name; what is inside a VPC, the inventory says.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Upper bits of IPv4-mapped IPv6, and how many there are.
const MAPPED: u128 = 0xffff << 32;
const MAPPED_BITS: u8 = 96;

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Family {
    /// IPv4.
    #[serde(rename = "IPv4")]
    V4,
    /// IPv6.
    #[serde(rename = "IPv6")]
    V6,
}

/// An address of either family: sixteen bytes in network order read as a number, IPv4 as IPv4-mapped IPv6.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Address(pub u128);

impl Address {
    /// From sixteen bytes in network order, as the lake stores them.
    pub fn from_octets(octets: [u8; 16]) -> Self {
        Address(u128::from_be_bytes(octets))
    }

    /// Its family.
    pub fn family(self) -> Family {
        if self.0 >> 32 == MAPPED >> 32 { Family::V4 } else { Family::V6 }
    }

    /// As the standard library has it.
    pub fn to_ip(self) -> IpAddr {
        let v6 = Ipv6Addr::from(self.0);
        v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4)
    }

    /// Whether anybody on the internet may have it: none of the ranges that are private, shared, local or multicast
    /// (IANA's special-purpose registries).
    pub fn is_public(self) -> bool {
        match self.to_ip() {
            IpAddr::V4(v4) => {
                let [a, b, ..] = v4.octets();
                let shared = a == 100 && (64..128).contains(&b);
                !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || shared || a == 0 || a >= 224)
            }
            IpAddr::V6(v6) => {
                let first = v6.segments()[0];
                let local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first & 0xff00 == 0xff00;
                !(local || v6.is_loopback() || v6.is_unspecified())
            }
        }
    }

    /// Whether it is a group's or everybody's on the link: multicast, and IPv4's limited broadcast.
    pub fn is_multicast(self) -> bool {
        match self.to_ip() {
            IpAddr::V4(v4) => v4.is_multicast() || v4.is_broadcast(),
            IpAddr::V6(v6) => v6.is_multicast(),
        }
    }
}

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(v4) => Address(u128::from(v4.to_ipv6_mapped())),
            IpAddr::V6(v6) => Address(u128::from(v6)),
        }
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        text.parse::<IpAddr>().map(Address::from).map_err(|_| NotAnAddress { text: text.to_owned() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_ip().fmt(f)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no address and no block of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no address block: write it like 10.0.0.0/16 or 2001:db8::/32")]
pub struct NotAnAddress {
    text: String,
}

/// A block of addresses in canonical form: bits beyond the prefix are zero, as EC2 stores them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    first: u128,
    /// Leading bits that count, of 128; an IPv4 block has 96 more than it is written with.
    bits: u8,
}

impl Cidr {
    /// All of IPv4.
    pub const ANY_V4: Cidr = Cidr { first: MAPPED, bits: MAPPED_BITS };
    /// All of IPv6.
    pub const ANY_V6: Cidr = Cidr { first: 0, bits: 0 };

    /// The block of so many leading bits around an address; `prefix` as it is written (at most 32 or 128).
    pub fn around(address: Address, prefix: u8) -> Self {
        let bits = match address.family() {
            Family::V4 => MAPPED_BITS + prefix.min(32),
            Family::V6 => prefix.min(128),
        };
        Cidr { first: address.0 & mask(bits), bits }
    }

    /// The network that an address is most likely in where nothing tells: subnets of IPv6 are /64, of IPv4 seldom smaller
    /// than /24.
    pub fn likely_network(address: Address) -> Self {
        Cidr::around(address, if address.family() == Family::V4 { 24 } else { 64 })
    }

    /// The largest block that a VPC can have around an address.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html>
    pub fn largest_vpc(address: Address) -> Self {
        Cidr::around(address, if address.family() == Family::V4 { 16 } else { 56 })
    }

    /// One address alone.
    pub fn host(address: Address) -> Self {
        Cidr { first: address.0, bits: 128 }
    }

    /// Its family.
    pub fn family(&self) -> Family {
        if self.bits >= MAPPED_BITS { Address(self.first).family() } else { Family::V6 }
    }

    /// The prefix length as it is written.
    pub fn prefix(&self) -> u8 {
        if self.family() == Family::V4 { self.bits - MAPPED_BITS } else { self.bits }
    }

    /// Its first address.
    pub fn first(&self) -> Address {
        Address(self.first)
    }

    /// Its last address.
    pub fn last(&self) -> Address {
        Address(self.first | !mask(self.bits))
    }

    /// How many bits of an address it leaves open; 2 to that power is its size.
    pub fn open_bits(&self) -> u8 {
        128 - self.bits
    }

    /// How many addresses it holds, as a float because a /0 of IPv6 has more than an integer counts.
    pub fn size(&self) -> f64 {
        2_f64.powi(i32::from(self.open_bits()))
    }

    /// Whether it holds an address; never across families.
    pub fn contains(&self, address: Address) -> bool {
        address.0 & mask(self.bits) == self.first && address.family() == self.family()
    }

    /// Whether it holds every address of another block.
    pub fn covers(&self, other: &Cidr) -> bool {
        self.bits <= other.bits && self.contains(other.first()) && self.family() == other.family()
    }

    /// The block twice as large around it; itself where there is none.
    #[must_use]
    pub fn parent(&self) -> Self {
        if self.prefix() == 0 {
            return *self;
        }
        Cidr { first: self.first & mask(self.bits - 1), bits: self.bits - 1 }
    }

    /// The smallest block around two of one family.
    pub(crate) fn joining(a: Cidr, b: Cidr) -> Self {
        let common = (a.first ^ b.first).leading_zeros() as u8;
        let bits = common.min(a.bits).min(b.bits);
        Cidr { first: a.first & mask(bits), bits }
    }

    /// Whether strangers may be in it: it holds an address of the internet.
    pub fn reaches_internet(&self) -> bool {
        self.first().is_public() || self.last().is_public() || self.prefix() < 8
    }
}

fn mask(bits: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)
}

impl FromStr for Cidr {
    type Err = NotAnAddress;

    /// Reads `address/prefix`; a lone address is a block of one.
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let wrong = || NotAnAddress { text: text.to_owned() };
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let ip: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let most = if ip.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.trim().parse::<u8>().ok().filter(|p| *p <= most).ok_or_else(wrong)?,
            None => most,
        };
        let address = Address::from(ip);
        if ip.is_ipv6() {
            return Ok(Cidr { first: address.0 & mask(prefix), bits: prefix });
        }
        Ok(Cidr::around(address, prefix))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.family() {
            Family::V4 => write!(f, "{}/{}", self.first(), self.prefix()),
            Family::V6 => write!(f, "{}/{}", Ipv6Addr::from(self.first), self.bits),
        }
    }
}

impl fmt::Debug for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Cidr {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap_or(Cidr::ANY_V6)
    }

    fn address(text: &str) -> Address {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn blocks_are_canonical_and_stay_in_their_family() {
        assert_eq!(cidr("100.68.0.18/18").to_string(), "100.68.0.0/18");
        assert!(cidr("0.0.0.0/0").contains(address("8.8.8.8")));
        assert!(!cidr("::/0").contains(address("8.8.8.8")) && cidr("::/0").contains(address("2001:db8::1")));
        assert!(!cidr("::/0").covers(&Cidr::ANY_V4) && cidr("10.0.0.0/8").covers(&cidr("10.1.0.0/16")));
        assert!("10.0.0.0/33".parse::<Cidr>().is_err() && "web".parse::<Cidr>().is_err());
    }

    #[test]
    fn written_and_read_again_a_block_is_the_same() {
        for text in ["10.0.0.0/16", "192.0.2.7/32", "0.0.0.0/0", "::/0", "2001:db8::/32"] {
            assert_eq!(cidr(text).to_string(), text);
        }
        assert_eq!(cidr("10.0.0.0/9").parent(), cidr("10.0.0.0/8"));
        assert_eq!(cidr("0.0.0.0/0").parent(), Cidr::ANY_V4);
    }

    #[test]
    fn the_internet_is_what_no_registry_keeps_back() {
        for (text, public) in [
            ("8.8.8.8", true),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("172.32.0.1", true),
            ("fd00::1", false),
            ("2a05::1", true),
        ] {
            assert_eq!(address(text).is_public(), public, "{text}");
        }
        assert!(cidr("0.0.0.0/0").reaches_internet() && !cidr("10.0.0.0/8").reaches_internet());
    }
}
