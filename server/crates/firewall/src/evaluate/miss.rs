//! The rule that almost permitted an opening, and what differs. One thing that differs is nearly always the mistake:
//! another port, another group, a block too narrow, a family forgotten.

use super::table::{means, means_port};
use super::{Firewall, Opening};
use crate::address::{Address, Cidr, Family};
use crate::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use crate::traffic::Direction;
use serde::Serialize;

/// What keeps a rule from matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Differs {
    /// The rule's ports.
    Port,
    /// The rule's protocol.
    Protocol,
    /// The rule's block or prefix list.
    Address,
    /// The rule's group is another than the far end's.
    Group,
    /// The rule's block is of the other family.
    Family,
}

/// A rule that came close.
#[derive(Clone, Debug, PartialEq)]
pub struct NearMiss {
    /// Its place among all rules.
    pub rule: usize,
    /// What differs, least first.
    pub differs: Vec<Differs>,
    /// One thing differs, and it differs by a slip: a digit of the port, the neighbouring block, the other family, UDP for
    /// TCP.
    pub is_slip: bool,
    /// How far off, to rank rules in which as many things differ; smaller is nearer.
    distance: u32,
}

/// How many leading bits a widened block may lose and still be called near: the half or the quarter that was forgotten.
const NEAR_BITS: u8 = 2;

impl Firewall {
    /// The rule of the interface's groups that comes nearest to permitting an opening that none permits.
    pub fn nearest_miss(&self, at: i64, interface: &str, opening: &Opening) -> Option<NearMiss> {
        self.misses(at, interface, opening).into_iter().next()
    }

    /// Every rule that was asked and did not match, nearest first, with what differs.
    pub fn misses(&self, at: i64, interface: &str, opening: &Opening) -> Vec<NearMiss> {
        let Some(inventory) = self.inventory_at(at) else { return Vec::new() };
        let vpc = inventory.interfaces.get(interface).map_or("", |one| one.vpc.as_str());
        let twin = self.twins(at, opening.peer, vpc);
        let asked = self.rules_asked(at, interface, opening.direction).iter();
        let mut misses: Vec<NearMiss> = asked
            .filter_map(|place| {
                let rule = &self.rules()[*place].rule;
                let (differs, distance) = compare(rule, opening, inventory, &twin);
                let is_slip = is_slip(rule, opening, &differs, inventory);
                (!differs.is_empty()).then_some(NearMiss { rule: *place, differs, is_slip, distance })
            })
            .collect();
        misses.sort_by_key(|miss| (miss.differs.len(), miss.distance));
        misses
    }

    /// The far end's other addresses, of either family.
    fn twins(&self, at: i64, peer: Address, vpc: &str) -> Vec<Address> {
        let owner = self.owner_of(at, peer, vpc);
        owner.map(|one| one.addresses.iter().copied().filter(|a| *a != peer).collect()).unwrap_or_default()
    }
}

fn compare(rule: &Rule, opening: &Opening, inventory: &Inventory, twins: &[Address]) -> (Vec<Differs>, u32) {
    let mut differs = Vec::new();
    let mut distance = 0;
    if !rule.protocol.covers(opening.protocol) {
        differs.push(Differs::Protocol);
        // The same port by UDP instead of TCP is a slip; another protocol altogether is not.
        let same_port = matches!(rule.ports, Ports::Range(from, to) if (from..=to).contains(&opening.port));
        distance += if same_port { 6 } else { 40 };
    } else if !means(rule, opening.protocol, opening.port) {
        differs.push(Differs::Port);
        distance += port_distance(rule.ports, opening.port);
    }
    let has_port =
        matches!(rule.ports, Ports::Range(..)) && means_port(rule, crate::traffic::TCP, opening.port);
    if differs == [Differs::Protocol] && opening.port > 0 && !has_port {
        differs.push(Differs::Port);
        distance += port_distance(rule.ports, opening.port);
    }
    if let Some((what, far)) = peer_differs(&rule.peer, opening.peer, inventory, twins) {
        distance += far;
        differs.extend(what);
    }
    (differs, distance)
}

/// Whether the one thing that differs is a slip. That a rule is for another group never is: groups are not mistyped.
fn is_slip(rule: &Rule, opening: &Opening, differs: &[Differs], inventory: &Inventory) -> bool {
    match differs {
        [Differs::Protocol | Differs::Family] => true,
        [Differs::Port] => match rule.ports {
            Ports::Range(from, to) => {
                let typed = |port: u16| edits(&port.to_string(), &opening.port.to_string()) <= 1;
                typed(from) || typed(to) || from.abs_diff(opening.port).min(to.abs_diff(opening.port)) == 1
            }
            _ => false,
        },
        [Differs::Address] => match &rule.peer {
            Peer::Cidr(cidr) => is_neighbour(cidr, opening.peer),
            Peer::PrefixList(list) => {
                let entries = inventory.prefix_lists.get(list).and_then(|list| list.entries.as_ref());
                entries.is_some_and(|entries| entries.iter().any(|cidr| is_neighbour(cidr, opening.peer)))
            }
            Peer::Group(_) => false,
        },
        _ => false,
    }
}

/// Whether a block just fails to hold an address of its family.
fn is_neighbour(cidr: &Cidr, address: Address) -> bool {
    let is_near = bits_off(cidr, address) <= NEAR_BITS || is_one_holder(cidr, address);
    cidr.family() == address.family() && (is_near || spelled_alike(cidr, address))
}

/// What differs in the far end, and how far off it is.
fn peer_differs(
    peer: &Peer,
    address: Address,
    inventory: &Inventory,
    twins: &[Address],
) -> Option<(Vec<Differs>, u32)> {
    match peer {
        Peer::Cidr(cidr) if cidr.contains(address) => None,
        Peer::Cidr(cidr) if cidr.family() != address.family() => {
            // Forgotten is the family alone where the rule means everybody, or the same machine's other address.
            let means_it = cidr.prefix() == 0 || twins.iter().any(|twin| cidr.contains(*twin));
            Some(if means_it {
                (vec![Differs::Family], 1)
            } else {
                (vec![Differs::Family, Differs::Address], 40)
            })
        }
        Peer::Cidr(cidr) => Some((vec![Differs::Address], address_distance(cidr, address))),
        Peer::Group(group) => {
            let is_member = inventory.members(group).any(|member| member.has(address));
            (!is_member).then(|| (vec![Differs::Group], 10))
        }
        Peer::PrefixList(list) => {
            let entries = inventory.prefix_lists.get(list)?.entries.as_ref()?;
            let nearest = entries.iter().map(|cidr| address_distance(cidr, address)).min();
            let is_in = entries.iter().any(|cidr| cidr.contains(address));
            (!is_in).then(|| (vec![Differs::Address], nearest.unwrap_or(40)))
        }
    }
}

/// Bits by which a block must be widened to hold an address.
fn bits_off(cidr: &Cidr, address: Address) -> u8 {
    let widened = Cidr::joining(*cidr, Cidr::host(address));
    widened.open_bits().saturating_sub(cidr.open_bits())
}

fn address_distance(cidr: &Cidr, address: Address) -> u32 {
    if cidr.family() != address.family() {
        return 128;
    }
    if spelled_alike(cidr, address) { 1 } else { u32::from(bits_off(cidr, address)) }
}

/// A port mistyped is nearer than one that is some other service's.
fn port_distance(ports: Ports, port: u16) -> u32 {
    let (Ports::Range(from, to), true) = (ports, port > 0) else { return 30 };
    let typed = edits(&from.to_string(), &port.to_string()).min(edits(&to.to_string(), &port.to_string()));
    let apart = u32::from(from.abs_diff(port).min(to.abs_diff(port)));
    (typed * 5).min(4 + apart.ilog2().max(1))
}

impl NearMiss {
    /// Whether an outsider's address was most likely meant by the rule: only the address differs, and the block is a
    /// neighbour (the half or quarter that was forgotten), in the same holder's block (the smallest that is routed on
    /// the internet) or spelled alike (a digit mistyped). A stranger out of the whole internet is in such a place by
    /// chance less than once in ten thousand for blocks of a /16 and smaller.
    pub fn means_outsider(&self, firewall: &Firewall, peer: Address) -> bool {
        /// Blocks larger than this have neighbours by chance.
        const LARGEST: u8 = 16;
        let Peer::Cidr(cidr) = &firewall.rules()[self.rule].rule.peer else { return false };
        self.differs == [Differs::Address] && cidr.prefix() >= LARGEST && is_neighbour(cidr, peer)
    }
}

/// Whether a block and an address lie in one block of the internet's smallest, which has one holder.
fn is_one_holder(cidr: &Cidr, address: Address) -> bool {
    Cidr::around(address, if address.family() == Family::V4 { 24 } else { 48 }).covers(cidr)
}

/// Whether an address lies in a block that is written like this one but for one slip of the finger: a digit more,
/// less or other, or two swapped.
pub fn spelled_alike(cidr: &Cidr, address: Address) -> bool {
    if cidr.family() != address.family() || cidr.prefix() == 0 {
        return false;
    }
    let other = Cidr::around(address, cidr.prefix());
    edits(&cidr.first().to_string(), &other.first().to_string()) <= 1
}

/// Slips of the finger between two short texts (Damerau and Levenshtein, neighbours swapped count one).
fn edits(a: &str, b: &str) -> u32 {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let width = b.len() + 1;
    let mut cost: Vec<u32> = vec![0; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let at = |i: usize, j: usize| cost[i * width + j];
            cost[i * width + j] = match (i, j) {
                (0, n) | (n, 0) => n as u32,
                _ => {
                    let change = at(i - 1, j - 1) + u32::from(a[i - 1] != b[j - 1]);
                    let best = change.min(at(i - 1, j) + 1).min(at(i, j - 1) + 1);
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if swapped { best.min(at(i - 2, j - 2) + 1) } else { best }
                }
            };
        }
    }
    cost.last().copied().unwrap_or_default()
}

/// The IPv6 twin of an IPv4 rule and the other way round, for rules that mean everybody.
pub(crate) fn twin_of_everybody(rule: &Rule) -> Option<Rule> {
    let Peer::Cidr(cidr) = &rule.peer else { return None };
    if cidr.prefix() != 0 || rule.protocol == Protocol::Number(crate::traffic::ICMP) {
        return None;
    }
    let other = if cidr.family() == Family::V4 { Cidr::ANY_V6 } else { Cidr::ANY_V4 };
    Some(Rule { peer: Peer::Cidr(other), id: String::new(), ..rule.clone() })
}

/// Which direction a rule guards.
pub(crate) fn direction_of(rule: &Rule) -> Direction {
    if rule.egress { Direction::Egress } else { Direction::Ingress }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_one_edit() {
        assert_eq!((edits("3360", "3306"), edits("5432", "5431"), edits("80", "8080")), (1, 1, 2));
        let cidr: Cidr = "203.0.131.0/24".parse().unwrap_or(Cidr::ANY_V4);
        assert!(spelled_alike(&cidr, "203.0.113.9".parse().unwrap_or_default()));
        assert!(!spelled_alike(&cidr, "198.51.100.9".parse().unwrap_or_default()));
    }

    #[test]
    fn a_mistyped_port_is_nearer_than_a_neighbouring_service() {
        assert!(port_distance(Ports::Range(3360, 3360), 3306) < port_distance(Ports::Range(22, 22), 3306));
        assert!(port_distance(Ports::Range(9092, 9094), 9095) <= 5);
    }
}
