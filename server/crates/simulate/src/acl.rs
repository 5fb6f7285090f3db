//! Network ACLs: numbered entries, first match wins, every packet judged alone.
//! Knows nothing of connections; that is what security groups remember and these do not.

use std::net::IpAddr;

/// A block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cidr {
    /// Its first address.
    pub(crate) addr: IpAddr,
    /// How many leading bits count.
    pub(crate) prefix: u8,
}

impl Cidr {
    /// An IPv4 block from its four octets and prefix length.
    pub(crate) const fn v4(octets: [u8; 4], prefix: u8) -> Self {
        Self { addr: IpAddr::V4(std::net::Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])), prefix }
    }

    /// All of IPv4.
    pub(crate) const ANY_V4: Self = Self::v4([0, 0, 0, 0], 0);
    /// All of IPv6.
    pub(crate) const ANY_V6: Self = Self { addr: IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED), prefix: 0 };

    /// Whether an address lies in the block; never across families.
    pub(crate) fn contains(&self, addr: IpAddr) -> bool {
        match (self.addr, addr) {
            (IpAddr::V4(block), IpAddr::V4(addr)) => {
                let keep = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                u32::from(block) & keep == u32::from(addr) & keep
            }
            (IpAddr::V6(block), IpAddr::V6(addr)) => {
                let keep = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                u128::from(block) & keep == u128::from(addr) & keep
            }
            _ => false,
        }
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.addr, self.prefix)
    }
}

/// One numbered entry.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its place in the order.
    pub(crate) number: u16,
    /// Allow or deny.
    pub(crate) allow: bool,
    /// Judges packets that leave the subnet; else those that enter it.
    pub(crate) egress: bool,
    /// IANA number; `None` is every protocol.
    pub(crate) protocol: Option<u8>,
    /// The far end.
    pub(crate) cidr: Cidr,
    /// Destination ports; `None` is all of them.
    pub(crate) ports: Option<(u16, u16)>,
}

/// One network ACL.
#[derive(Debug, Clone)]
pub(crate) struct Acl {
    /// `acl-…`
    pub(crate) id: String,
    /// Its Name tag.
    pub(crate) name: &'static str,
    /// Whether it is the one the VPC came with.
    pub(crate) default: bool,
    /// In the order of their numbers, per direction.
    pub(crate) entries: Vec<Entry>,
}

impl Acl {
    /// Whether a packet may pass: the first entry that fits decides, and none fitting means no.
    pub(crate) fn allows(&self, egress: bool, peer: IpAddr, protocol: u8, dst_port: u16) -> bool {
        self.entries
            .iter()
            .find(|entry| {
                entry.egress == egress
                    && entry.protocol.is_none_or(|number| number == protocol)
                    && entry.cidr.contains(peer)
                    && entry.ports.is_none_or(|(from, to)| (from..=to).contains(&dst_port))
            })
            .is_some_and(|entry| entry.allow)
    }
}

/// Which of the VPC's ACLs a subnet has; the value is its place in [`acls`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AclName {
    /// Allows everything, both families.
    Default,
    /// Public subnets: telnet and SMB are denied on the way in.
    Public,
    /// One search subnet: whoever wrote it had Windows' ephemeral ports in mind.
    SearchNarrow,
    /// One batch subnet: nothing from outside the VPC may enter, answers included.
    BatchClosed,
}

/// All ACLs of the VPC, in the order of [`AclName`].
pub(crate) fn acls(dice: &mut crate::seed::Dice) -> Vec<Acl> {
    const VPC: Cidr = crate::world::VPC_CIDR;
    const TCP: Option<u8> = Some(6);
    let entry =
        |number, allow, egress, protocol, cidr, ports| Entry { number, allow, egress, protocol, cidr, ports };
    let all = |number, egress| entry(number, true, egress, None, Cidr::ANY_V4, None);
    let all_v6 = |number, egress| entry(number, true, egress, None, Cidr::ANY_V6, None);
    let open_out = [all(100, true), all_v6(101, true)];
    let open_in = [all(100, false), all_v6(101, false)];
    let deny_in = |number, port| entry(number, false, false, TCP, Cidr::ANY_V4, Some((port, port)));
    let inside_in = entry(100, true, false, None, VPC, None);
    let drafts: [(&'static str, Vec<Entry>); 4] = [
        ("default", [&open_in[..], &open_out[..]].concat()),
        ("public", [&[deny_in(90, 23), deny_in(91, 445)][..], &open_in[..], &open_out[..]].concat()),
        (
            "search-c",
            vec![
                inside_in.clone(),
                entry(100, true, true, TCP, VPC, Some((crate::path::WINDOWS_EPHEMERAL, u16::MAX))),
            ],
        ),
        ("batch-c", [&[inside_in][..], &open_out[..]].concat()),
    ];
    drafts
        .into_iter()
        .map(|(name, entries)| Acl { id: dice.id("acl"), name, default: name == "default", entries })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Dice;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
    }

    #[test]
    fn blocks_contain_their_addresses_and_no_others() {
        let block = Cidr::v4([10, 0, 0, 0], 16);
        assert!(block.contains(ip("10.0.255.1")) && !block.contains(ip("10.1.0.0")));
        assert!(Cidr::ANY_V4.contains(ip("8.8.8.8")) && !Cidr::ANY_V4.contains(ip("::1")));
        assert!(Cidr::v4([192, 0, 2, 7], 32).contains(ip("192.0.2.7")));
        assert!(Cidr::ANY_V6.contains(ip("2001:db8::1")));
    }

    #[test]
    fn the_first_entry_that_fits_decides() {
        let acls = acls(&mut Dice::stream(1, "acl"));
        let public = &acls[AclName::Public as usize];
        assert!(!public.allows(false, ip("192.0.2.1"), 6, 445));
        assert!(public.allows(false, ip("192.0.2.1"), 17, 445));
        assert!(public.allows(false, ip("192.0.2.1"), 6, 446));
    }

    #[test]
    fn what_no_entry_names_is_denied() {
        let acls = acls(&mut Dice::stream(1, "acl"));
        let search = &acls[AclName::SearchNarrow as usize];
        assert!(search.allows(true, ip("10.0.32.9"), 6, 50_000));
        assert!(!search.allows(true, ip("10.0.32.9"), 6, 40_000));
        assert!(!acls[AclName::BatchClosed as usize].allows(false, ip("52.219.44.1"), 6, 50_000));
    }
}
