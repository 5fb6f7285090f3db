//! The rules of one direction of one set of groups, compiled. Rules that cannot be matched exactly, because flow logs
//! have no ICMP type or because a group's members are unknown, are matched generously and marked as doubtful.

use super::answer::Doubt;
use super::steps::{Masks, Steps, Stretch};
use crate::address::{Address, Cidr};
use crate::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use crate::traffic::{TCP, UDP};
use hashbrown::HashMap;

/// Which rules hold for a packet, as the numbers of two sets: by protocol and port, and by the far end.
pub(super) type PortsAndPeers = (u32, u32);

/// Compiled rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Places in [`super::Firewall::rules`].
    rules: Vec<usize>,
    doubts: Vec<Option<Doubt>>,
    masks: Masks,
    tcp: Steps<u16>,
    udp: Steps<u16>,
    /// By protocol number, for those without ports.
    portless: Vec<u32>,
    /// By IPv4 address as a number of 32 bits: nearly all far ends, and a search through a quarter of the memory.
    peers_v4: Steps<u32>,
    peers_v6: Steps<u128>,
}

impl Table {
    /// Compiles some rules of a state, each with its place among all rules.
    pub(super) fn new(rules: &[(usize, &Rule)], members: &Members<'_>) -> Self {
        let mut masks = Masks::new(rules.len());
        let mut peers: Vec<Stretch> = Vec::new();
        let mut doubts = Vec::new();
        for (place, (_, rule)) in rules.iter().enumerate() {
            let (blocks, doubt) = members.blocks(&rule.peer);
            let typed = matches!(rule.ports, Ports::Icmp(..)).then_some(Doubt::IcmpType);
            doubts.push(doubt.or(typed));
            blocks.iter().for_each(|block| stretches(block, place, &mut peers));
        }
        let by_port = |protocol: u8| -> Vec<Stretch> {
            let held = rules.iter().enumerate().filter(|(_, (_, rule))| rule.protocol.covers(protocol));
            held.map(|(place, (_, rule))| match rule.ports {
                Ports::Range(from, to) => (u128::from(from), u128::from(to), place),
                _ => (0, u128::from(u16::MAX), place),
            })
            .collect()
        };
        let tcp = Steps::new(&by_port(TCP), rules.len(), &mut masks);
        let udp = Steps::new(&by_port(UDP), rules.len(), &mut masks);
        let portless = (0..=u8::MAX).map(|protocol| {
            let held = rules.iter().enumerate().filter(|(_, (_, rule))| rule.protocol.covers(protocol));
            masks.of(held.map(|(place, _)| place))
        });
        let portless = portless.collect();
        let (v4, v6) = by_family(peers);
        let peers_v4 = Steps::new(&v4, rules.len(), &mut masks);
        let peers_v6 = Steps::new(&v6, rules.len(), &mut masks);
        Table {
            rules: rules.iter().map(|(place, _)| *place).collect(),
            doubts,
            masks,
            tcp,
            udp,
            portless,
            peers_v4,
            peers_v6,
        }
    }

    /// The two sets for a packet; packets with equal sets are permitted by the same rules.
    pub(super) fn sets(&self, peer: Address, protocol: u8, port: u16) -> PortsAndPeers {
        let ports = match protocol {
            TCP => self.tcp.at(port),
            UDP => self.udp.at(port),
            other => self.portless.get(usize::from(other)).copied().unwrap_or_default(),
        };
        let peers = match peer.0.checked_sub(Cidr::ANY_V4.first().0).map(u32::try_from) {
            Some(Ok(v4)) => self.peers_v4.at(v4),
            _ => self.peers_v6.at(peer.0),
        };
        (ports, peers)
    }

    /// The rules of two sets with their doubts, by place among all rules.
    pub(super) fn rules_of(&self, sets: PortsAndPeers) -> impl Iterator<Item = (usize, Option<Doubt>)> + '_ {
        let local = self.masks.shared(sets.0, sets.1);
        local.filter_map(|place| Some((*self.rules.get(place)?, self.doubts.get(place).copied().flatten())))
    }

    /// Whether any rule holds for two sets, doubtful ones included.
    pub(super) fn permits(&self, sets: PortsAndPeers) -> bool {
        self.masks.meet(sets.0, sets.1)
    }

    /// All its rules, by place among all rules.
    pub(super) fn rules(&self) -> &[usize] {
        &self.rules
    }
}

/// A block as ranges of numbers. IPv6's blocks must not hold the IPv4 addresses that are mapped into them.
fn stretches(block: &Cidr, place: usize, to: &mut Vec<Stretch>) {
    let (first, last) = (block.first().0, block.last().0);
    let mapped = (Cidr::ANY_V4.first().0, Cidr::ANY_V4.last().0);
    if block.family() == crate::address::Family::V6 && first <= mapped.0 && mapped.1 <= last {
        to.extend((first < mapped.0).then_some((first, mapped.0 - 1, place)));
        to.extend((mapped.1 < last).then_some((mapped.1 + 1, last, place)));
    } else {
        to.push((first, last, place));
    }
}

/// IPv4 ranges as numbers of 32 bits, and the others; [`stretches`] lets none be of both.
fn by_family(peers: Vec<Stretch>) -> (Vec<Stretch>, Vec<Stretch>) {
    let (first, last) = (Cidr::ANY_V4.first().0, Cidr::ANY_V4.last().0);
    let (mut v4, v6): (Vec<Stretch>, _) =
        peers.into_iter().partition(|(from, ..)| (first..=last).contains(from));
    for (from, to, _) in &mut v4 {
        *from -= first;
        *to -= first;
    }
    (v4, v6)
}

/// Which addresses stand behind a group or a prefix list.
pub(super) struct Members<'a> {
    inventory: &'a Inventory,
    by_group: HashMap<&'a str, Vec<Cidr>>,
}

impl<'a> Members<'a> {
    pub(super) fn new(inventory: &'a Inventory) -> Self {
        let mut by_group: HashMap<&str, Vec<Cidr>> = HashMap::new();
        for interface in inventory.interfaces.values() {
            for group in &interface.groups {
                let blocks = by_group.entry(group).or_default();
                blocks.extend(interface.addresses.iter().map(|address| Cidr::host(*address)));
                blocks.extend(&interface.prefixes);
            }
        }
        Members { inventory, by_group }
    }

    /// The blocks of a far end; everything, with a doubt, where they are not known. A group of this account
    /// without interfaces has no members, and neither has one that is gone.
    pub(super) fn blocks(&self, peer: &Peer) -> (Vec<Cidr>, Option<Doubt>) {
        let everything = || vec![Cidr::ANY_V4, Cidr::ANY_V6];
        match peer {
            Peer::Cidr(cidr) => (vec![*cidr], None),
            Peer::Group(group) => match self.by_group.get(group.as_str()) {
                Some(blocks) => (blocks.clone(), None),
                None if self.inventory.groups.contains_key(group)
                    && !self.inventory.interfaces.is_empty() =>
                {
                    (Vec::new(), None)
                }
                None if self.inventory.is_gone(group) => (Vec::new(), None),
                None => (everything(), Some(Doubt::Members)),
            },
            Peer::PrefixList(list) => match self.inventory.prefix_lists.get(list) {
                Some(list) if list.entries.is_some() => (list.entries.clone().unwrap_or_default(), None),
                _ => (everything(), Some(Doubt::Entries)),
            },
        }
    }
}

/// Whether a rule's protocol and ports mean a packet, as far as logs can tell (any ICMP message counts).
pub(crate) fn means(rule: &Rule, protocol: u8, port: u16) -> bool {
    rule.protocol.covers(protocol) && means_port(rule, protocol, port)
}

pub(super) fn means_port(rule: &Rule, protocol: u8, port: u16) -> bool {
    match rule.ports {
        Ports::Range(from, to) if matches!(protocol, TCP | UDP) && rule.protocol != Protocol::All => {
            (from..=to).contains(&port)
        }
        _ => true,
    }
}
