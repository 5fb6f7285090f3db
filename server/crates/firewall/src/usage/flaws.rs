//! What is wrong with rules by themselves: covered by others, naming what does not exist, one family forgotten.

use crate::address::{Cidr, Family};
use crate::evaluate::{Firewall, twin_of_everybody};
use crate::inventory::{Inventory, Noun, Peer, Ports, Protocol, Rule};
use std::collections::BTreeMap;

/// A flaw of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Everything it permits, another rule of the same group permits.
    Covered {
        /// The other rule's place.
        by: usize,
    },
    /// On every interface that carries its group, another group permits all of it.
    Duplicate {
        /// One of the other rules.
        by: usize,
    },
    /// It names a group or a prefix list that does not exist in the account.
    Stale {
        /// What it names.
        names: String,
    },
    /// It is for everybody of one family, and the group has no such rule for the other, though its interfaces have
    /// addresses of both.
    NoTwin {
        /// The family that is missing.
        family: Family,
    },
    /// No interface carries its group.
    NobodyBehind,
}

/// The flaws of every rule of the newest state, by place of the rule. Rules found superfluous are not used to call
/// others superfluous, so all of them may be removed together.
pub fn flaws(firewall: &Firewall) -> Vec<(usize, Flaw)> {
    let Some(inventory) = firewall.history().latest() else { return Vec::new() };
    let newest = firewall.history().snapshots().len() - 1;
    let mut standing: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, known) in firewall.rules().iter().enumerate() {
        if known.states.last() == Some(&newest) {
            standing.entry(known.group.as_str()).or_default().push(place);
        }
    }
    let mut found = Vec::new();
    for place in standing.values().flatten() {
        let known = &firewall.rules()[*place];
        if let Some(names) = stale(&known.rule, inventory) {
            found.push((*place, Flaw::Stale { names }));
        }
        if let Some(family) = missing_twin(firewall, *place, &standing, inventory) {
            found.push((*place, Flaw::NoTwin { family }));
        }
        let no_interface =
            inventory.has(Noun::Interfaces) && inventory.members(&known.group).next().is_none();
        found.extend(no_interface.then_some((*place, Flaw::NobodyBehind)));
    }
    found.extend(superfluous(firewall, inventory, &standing));
    found.sort_by_key(|(place, _)| *place);
    found
}

/// Whether one rule permits everything another does, whoever the members of groups are.
pub fn covers(one: &Rule, other: &Rule, inventory: &Inventory) -> bool {
    let protocol = one.protocol == Protocol::All || one.protocol == other.protocol;
    let ports = one.protocol == Protocol::All || one.ports.covers(other.ports);
    let peer = match (&one.peer, &other.peer) {
        (Peer::Cidr(one), Peer::Cidr(other)) => one.covers(other),
        (Peer::Cidr(cidr), Peer::PrefixList(list)) => {
            let entries = inventory.prefix_lists.get(list).and_then(|list| list.entries.as_ref());
            entries.is_some_and(|entries| entries.iter().all(|entry| cidr.covers(entry)))
        }
        (one, other) => one == other,
    };
    one.egress == other.egress && protocol && ports && peer
}

/// Rules that others make superfluous. The narrowest first, so that of two the narrower goes; of two that are equal,
/// the one whose group has fewer interfaces, because the other's is needed elsewhere.
fn superfluous(
    firewall: &Firewall,
    inventory: &Inventory,
    standing: &BTreeMap<&str, Vec<usize>>,
) -> Vec<(usize, Flaw)> {
    let rule = |place: usize| &firewall.rules()[place];
    let members = |place: usize| inventory.members(&rule(place).group).count();
    let mut order: Vec<usize> = standing.values().flatten().copied().collect();
    order.sort_by_cached_key(|place| (breadth(&rule(*place).rule), members(*place), *place));
    let mut gone: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    for place in order {
        let covering = |group: &str| -> Option<usize> {
            let others = standing.get(group)?.iter().copied();
            let mut others = others.filter(|other| *other != place && !gone.contains(other));
            others.find(|other| covers(&rule(*other).rule, &rule(place).rule, inventory))
        };
        let group = rule(place).group.as_str();
        let flaw = match covering(group) {
            Some(by) => Some(Flaw::Covered { by }),
            None => {
                let elsewhere = inventory.members(group).map(|member| {
                    member.groups.iter().filter(|other| *other != group).find_map(|other| covering(other))
                });
                let by: Option<Vec<usize>> = elsewhere.collect();
                by.and_then(|by| by.first().copied()).map(|by| Flaw::Duplicate { by })
            }
        };
        if let Some(flaw) = flaw {
            gone.push(place);
            found.push((place, flaw));
        }
    }
    found
}

/// A measure of how much a rule permits: ports first, then addresses.
fn breadth(rule: &Rule) -> (u32, u8) {
    let ports = match (rule.protocol, rule.ports) {
        (Protocol::All, _) => u32::MAX,
        (_, Ports::All) => 65_536,
        (_, Ports::Range(from, to)) => u32::from(to - from.min(to)) + 1,
        (_, Ports::Icmp(..)) => 1,
    };
    let open_bits = match &rule.peer {
        Peer::Cidr(cidr) => cidr.open_bits(),
        Peer::Group(_) | Peer::PrefixList(_) => 0,
    };
    (ports, open_bits)
}

fn stale(rule: &Rule, inventory: &Inventory) -> Option<String> {
    match &rule.peer {
        Peer::Group(id) if inventory.is_gone(id) => Some(id.clone()),
        Peer::PrefixList(id)
            if inventory.has(Noun::PrefixLists) && !inventory.prefix_lists.contains_key(id) =>
        {
            Some(id.clone())
        }
        _ => None,
    }
}

fn missing_twin(
    firewall: &Firewall,
    place: usize,
    standing: &BTreeMap<&str, Vec<usize>>,
    inventory: &Inventory,
) -> Option<Family> {
    let known = &firewall.rules()[place];
    let twin = twin_of_everybody(&known.rule)?;
    let Peer::Cidr(cidr) = &twin.peer else { return None };
    let family = cidr.family();
    let mut members = inventory.members(&known.group);
    let has_both = members.any(|member| member.addresses.iter().any(|address| address.family() == family));
    let mut others = standing.get(known.group.as_str())?.iter();
    let is_there = others.any(|other| covers(&firewall.rules()[*other].rule, &twin, inventory));
    (has_both && !is_there && *cidr != Cidr::ANY_V4).then_some(family)
}
