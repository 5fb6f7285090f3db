//! Addresses as far ends of rules: the group that its machines share before a prefix list before a block.

use super::aggregate;
use super::holders::{Holder, Holders};
use crate::address::{Address, Cidr, Family};
use crate::inventory::{Interface, Inventory, Peer};
use crate::verdict::Scouts;
use std::collections::{BTreeMap, BTreeSet};

/// Part of a group's interfaces that must have shown up for the whole group to be named, unless all of them are alike.
const SHARE_OF_GROUP: f64 = 0.25;
/// The smallest block that is routed on the internet, and so the widest whose addresses are one holder's.
const ONE_HOLDER: [u8; 2] = [24, 48];
/// Single hosts of one holder's block from which on the block around them is named instead.
const HOSTS_TO_GENERALISE: usize = 5;

/// Some addresses, put as one far end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Party {
    /// The far end.
    pub(super) peer: Peer,
    /// The addresses behind it that were seen.
    pub(super) seen: BTreeSet<Address>,
}

/// Addresses as far ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parties {
    /// As few as say it.
    pub(super) named: Vec<Party>,
    /// Addresses whose machine is gone: who has them next, nobody knows.
    pub(super) gone: BTreeSet<Address>,
}

/// Puts addresses, each with the moment at which it was last seen, as few far ends. `vpc` is where the rule will stand:
/// groups can be named within it, and in VPCs it is peered with. Nothing is named that a scanner stands behind.
pub(super) fn parties(
    inventory: &Inventory,
    (holders, scouts): (&Holders<'_>, &Scouts),
    vpc: &str,
    seen: &BTreeMap<Address, i64>,
) -> Parties {
    let mut by_group: BTreeMap<&str, BTreeMap<Address, &str>> = BTreeMap::new();
    let mut alone: BTreeSet<Address> = BTreeSet::new();
    // Machines of the VPC whose group cannot be named are named one by one: their neighbours are other machines' own.
    let mut single: BTreeSet<Address> = BTreeSet::new();
    let mut parties = Parties::default();
    for (address, at) in seen {
        let owner = match holders.holder(*address, *at, vpc) {
            Holder::Known(owner) => owner,
            Holder::Gone => {
                parties.gone.insert(*address);
                continue;
            }
            Holder::Elsewhere => {
                alone.insert(*address);
                continue;
            }
        };
        match own_group(inventory, owner)
            .filter(|_| owner.vpc == vpc || names_groups_of(inventory, vpc, &owner.vpc))
        {
            Some(group) if inventory.members(group).next().is_some() => {
                by_group.entry(group).or_default().insert(*address, &owner.id);
            }
            None if inventory.interfaces.contains_key(&owner.id) => {
                single.insert(*address);
            }
            _ => {
                parties.gone.insert(*address);
            }
        }
    }
    for (group, machines) in by_group {
        if speaks_for(inventory, group, &machines, scouts) {
            let seen = machines.into_keys().collect();
            parties.named.push(Party { peer: Peer::Group(group.to_owned()), seen });
            continue;
        }
        for (address, machine) in machines {
            let is_here = inventory.interfaces.contains_key(machine);
            if is_here {
                single.insert(address)
            } else {
                parties.gone.insert(address)
            };
        }
    }
    parties.named.extend(named(&single.iter().map(|one| Cidr::host(*one)).collect::<Vec<_>>(), &single));
    parties.named.extend(lists(inventory, &mut alone, scouts));
    parties.named.extend(blocks(&alone, scouts));
    parties
}

/// Whether rules of a VPC name groups of another: they are peered, and groups may be named across.
fn names_groups_of(inventory: &Inventory, vpc: &str, other: &str) -> bool {
    let is_of = |group: &str| inventory.groups.get(group).is_some_and(|group| group.vpc == other);
    let rules = inventory.groups.values().filter(|group| group.vpc == vpc).flat_map(|group| &group.rules);
    !other.is_empty()
        && rules.into_iter().any(|rule| matches!(&rule.peer, Peer::Group(group) if is_of(group)))
}

/// The group that says most about a machine: of those it carries the one that fewest carry.
pub(super) fn own_group<'a>(inventory: &'a Inventory, owner: &'a Interface) -> Option<&'a str> {
    let groups = owner.groups.iter().filter(|group| inventory.groups.contains_key(*group));
    groups.min_by_key(|group| (inventory.members(group).count(), group.as_str())).map(String::as_str)
}

/// Whether some machines stand for their whole group: enough of them, or all of the group alike.
fn speaks_for(
    inventory: &Inventory,
    group: &str,
    machines: &BTreeMap<Address, &str>,
    scouts: &Scouts,
) -> bool {
    let members: Vec<&Interface> = inventory.members(group).collect();
    if members.iter().any(|member| member.addresses.iter().any(|address| scouts.is_scout(*address))) {
        return false;
    }
    let shown: BTreeSet<&str> = machines.values().copied().collect();
    let alike = |member: &&&Interface| {
        let sorted = |interface: &Interface| interface.groups.iter().cloned().collect::<BTreeSet<_>>();
        members.first().is_some_and(|first| sorted(first) == sorted(member))
    };
    shown.len() as f64 >= SHARE_OF_GROUP * members.len() as f64
        || members.iter().filter(alike).count() == members.len()
}

/// Prefix lists that hold some of the addresses and nothing of which none was seen: AWS's own services, and the company's
/// networks where all of them take part.
fn lists(inventory: &Inventory, alone: &mut BTreeSet<Address>, scouts: &Scouts) -> Vec<Party> {
    let mut parties = Vec::new();
    for list in inventory.prefix_lists.values() {
        let Some(entries) = &list.entries else { continue };
        let held: BTreeSet<Address> =
            alone.iter().copied().filter(|one| entries.iter().any(|entry| entry.contains(*one))).collect();
        let is_seen = |entry: &Cidr| held.iter().any(|address| entry.contains(*address));
        let is_fit = list.is_of_aws() || entries.iter().all(is_seen);
        if !held.is_empty() && is_fit && !entries.iter().any(|entry| scouts.are_in(entry)) {
            alone.retain(|one| !held.contains(one));
            parties.push(Party { peer: Peer::PrefixList(list.id.clone()), seen: held });
        }
    }
    parties
}

/// Single hosts, and where many of one holder's block were seen the smallest block around them.
fn blocks(alone: &BTreeSet<Address>, scouts: &Scouts) -> Vec<Party> {
    let mut by_holder: BTreeMap<Cidr, Vec<Cidr>> = BTreeMap::new();
    for address in alone {
        let prefix = ONE_HOLDER[usize::from(address.family() == Family::V6)];
        by_holder.entry(Cidr::around(*address, prefix)).or_default().push(Cidr::host(*address));
    }
    let mut chosen: Vec<Cidr> = Vec::new();
    for (holder, hosts) in by_holder {
        let around = hosts.iter().copied().reduce(Cidr::joining).unwrap_or(holder);
        if hosts.len() >= HOSTS_TO_GENERALISE && !scouts.are_in(&around) {
            chosen.push(around);
        } else {
            chosen.extend(aggregate::exact(&hosts));
        }
    }
    named(&chosen, alone)
}

fn named(blocks: &[Cidr], addresses: &BTreeSet<Address>) -> Vec<Party> {
    let seen = |block: &Cidr| addresses.iter().copied().filter(|one| block.contains(*one)).collect();
    blocks.iter().map(|block| Party { peer: Peer::Cidr(*block), seen: seen(block) }).collect()
}
