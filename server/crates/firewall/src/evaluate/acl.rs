//! Network ACLs: numbered entries, the first that fits decides, every packet judged alone.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html>

use crate::address::Address;
use crate::inventory::{Acl, AclEntry, Ports};
use crate::traffic::{ICMP, ICMPV6, TCP, UDP};

/// The destination port of a packet, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AclPorts {
    /// The protocol has none.
    None,
    /// This one.
    One(u16),
    /// One of these: the ports from which clients open.
    Between(u16, u16),
}

/// Where clients open from: Linux from 32768, Windows from 49152, load balancers and NAT gateways from 1024
/// (AWS, "Ephemeral ports").
pub(crate) const EPHEMERAL: AclPorts = AclPorts::Between(1_024, u16::MAX);

/// What an ACL says of a packet. Numbers are those of the deciding entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AclAnswer {
    /// Not its business: both ends are in the same subnet.
    NotAsked,
    /// Let through by this entry.
    Allowed(u32),
    /// Stopped by this entry; `None` is the last one that AWS adds.
    Denied(Option<u32>),
    /// Some of the ports, or of the ICMP messages, it may be are let through and some stopped, first by this entry.
    Mixed(Option<u32>),
    /// The inventory has no ACL of the subnet.
    Unknown,
}

/// Judges a packet that leaves or enters the subnet.
pub(super) fn judge(acl: &Acl, egress: bool, peer: Address, protocol: u8, ports: AclPorts) -> AclAnswer {
    let mut open = match ports {
        AclPorts::One(port) => vec![(port, port)],
        AclPorts::Between(from, to) => vec![(from, to)],
        AclPorts::None => vec![(0, 0)],
    };
    let (mut allowed, mut denied) = (None, None);
    let fits = |entry: &&AclEntry| {
        entry.egress == egress && entry.protocol.covers(protocol) && entry.cidr.contains(peer)
    };
    for entry in acl.entries.iter().filter(fits) {
        let decided = if entry.allow { &mut allowed } else { &mut denied };
        match (entry.ports, protocol) {
            (Ports::Range(from, to), TCP | UDP) => {
                let before = open.clone();
                open = open.iter().flat_map(|part| without(*part, (from, to))).collect();
                if open != before {
                    decided.get_or_insert(entry.number);
                }
            }
            // The message's type is not logged: the entry may fit or not, later ones are asked too.
            (Ports::Icmp(..), ICMP | ICMPV6) => {
                decided.get_or_insert(entry.number);
                continue;
            }
            _ => {
                decided.get_or_insert(entry.number);
                open.clear();
            }
        }
        if open.is_empty() {
            break;
        }
    }
    match (allowed, denied, open.is_empty()) {
        (Some(entry), None, true) => AclAnswer::Allowed(entry),
        (None, denied, _) => AclAnswer::Denied(denied),
        (Some(_), denied, _) => AclAnswer::Mixed(denied),
    }
}

/// What is left of a range when another is taken out.
fn without((from, to): (u16, u16), (out_from, out_to): (u16, u16)) -> impl Iterator<Item = (u16, u16)> {
    let below = (from < out_from).then(|| (from, to.min(out_from - 1)));
    let above = (to > out_to).then(|| (from.max(out_to + 1), to));
    below.into_iter().chain(above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Protocol;

    fn acl(entries: &[(u32, bool, Ports)]) -> Acl {
        let entry = |(number, allow, ports): &(u32, bool, Ports)| AclEntry {
            number: *number,
            egress: true,
            allow: *allow,
            protocol: Protocol::Number(TCP),
            cidr: crate::address::Cidr::ANY_V4,
            ports: *ports,
        };
        Acl { entries: entries.iter().map(entry).collect(), ..Acl::default() }
    }

    fn asked(acl: &Acl, ports: AclPorts) -> AclAnswer {
        judge(acl, true, "10.0.0.1".parse().unwrap_or_default(), TCP, ports)
    }

    #[test]
    fn the_first_entry_that_fits_decides() {
        let acl = acl(&[(90, false, Ports::Range(23, 23)), (100, true, Ports::All)]);
        assert_eq!(asked(&acl, AclPorts::One(23)), AclAnswer::Denied(Some(90)));
        assert_eq!(asked(&acl, AclPorts::One(24)), AclAnswer::Allowed(100));
        assert_eq!(asked(&acl, EPHEMERAL), AclAnswer::Allowed(100));
    }

    #[test]
    fn what_no_entry_names_is_denied() {
        let acl = acl(&[(100, true, Ports::Range(49_152, 65_535))]);
        assert_eq!(asked(&acl, AclPorts::One(50_000)), AclAnswer::Allowed(100));
        assert_eq!(asked(&acl, AclPorts::One(40_000)), AclAnswer::Denied(None));
        assert_eq!(asked(&acl, EPHEMERAL), AclAnswer::Mixed(None));
    }

    #[test]
    fn taking_ranges_out_leaves_both_sides() {
        let left = |part, out| without(part, out).collect::<Vec<_>>();
        assert_eq!(left((0, 10), (3, 5)), [(0, 2), (6, 10)]);
        assert_eq!(left((0, 10), (0, 10)), []);
        assert_eq!(left((4, 10), (11, 20)), [(4, 10)]);
        assert_eq!(left((5, 10), (0, 3)), [(5, 10)]);
    }
}
