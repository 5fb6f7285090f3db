//! Addresses as far ends of rules: the group that its machines share before a prefix list before a block.

use super::aggregate;
use crate::address::{Address, Cidr, Family};
use crate::evaluate::Firewall;
use crate::inventory::{Interface, Inventory, Peer};
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

/// Puts addresses as few far ends. `vpc` is where the rule will stand: groups can be named within it alone. Groups with
/// a member among `never` are not named, nor blocks that hold one.
pub(super) fn parties(
    firewall: &Firewall,
    (at, vpc): (i64, &str),
    seen: &BTreeSet<Address>,
    never: &dyn Fn(Address) -> bool,
) -> Vec<Party> {
    let Some(inventory) = firewall.history().latest() else { return Vec::new() };
    let mut by_group: BTreeMap<&str, BTreeSet<Address>> = BTreeMap::new();
    let mut alone: BTreeSet<Address> = BTreeSet::new();
    // Machines of the VPC whose group cannot be named are named one by one: their neighbours are other machines' own.
    let mut single: BTreeSet<Address> = BTreeSet::new();
    for address in seen {
        let owner = firewall.owner_of(at, *address, vpc).filter(|owner| owner.vpc == vpc);
        match owner.and_then(|owner| own_group(inventory, owner)) {
            Some(group) => by_group.entry(group).or_default().insert(*address),
            None => alone.insert(*address),
        };
    }
    let mut parties = Vec::new();
    for (group, addresses) in by_group {
        if speaks_for(inventory, group, &addresses, never) {
            parties.push(Party { peer: Peer::Group(group.to_owned()), seen: addresses });
        } else {
            single.extend(addresses);
        }
    }
    parties.extend(named(
        &aggregate::exact(&single.iter().map(|one| Cidr::host(*one)).collect::<Vec<_>>()),
        &single,
    ));
    parties.extend(lists(inventory, &mut alone));
    parties.extend(blocks(&alone, never));
    parties
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
    seen: &BTreeSet<Address>,
    never: &dyn Fn(Address) -> bool,
) -> bool {
    let members: Vec<&Interface> = inventory.members(group).collect();
    if members.iter().any(|member| member.addresses.iter().any(|address| never(*address))) {
        return false;
    }
    let shown = members.iter().filter(|member| seen.iter().any(|address| member.has(*address))).count();
    let alike = |member: &&&Interface| {
        let sorted = |interface: &Interface| interface.groups.iter().cloned().collect::<BTreeSet<_>>();
        members.first().is_some_and(|first| sorted(first) == sorted(member))
    };
    shown as f64 >= SHARE_OF_GROUP * members.len() as f64
        || members.iter().filter(alike).count() == members.len()
}

/// Prefix lists that hold several of the addresses and little else that is not theirs: AWS's own services.
fn lists(inventory: &Inventory, alone: &mut BTreeSet<Address>) -> Vec<Party> {
    let mut parties = Vec::new();
    for list in inventory.prefix_lists.values() {
        let Some(entries) = &list.entries else { continue };
        let held: BTreeSet<Address> =
            alone.iter().copied().filter(|one| entries.iter().any(|entry| entry.contains(*one))).collect();
        if !held.is_empty() {
            alone.retain(|one| !held.contains(one));
            parties.push(Party { peer: Peer::PrefixList(list.id.clone()), seen: held });
        }
    }
    parties
}

/// Single hosts, and where many of one holder's block were seen the smallest block around them.
fn blocks(alone: &BTreeSet<Address>, never: &dyn Fn(Address) -> bool) -> Vec<Party> {
    let mut by_holder: BTreeMap<Cidr, Vec<Cidr>> = BTreeMap::new();
    for address in alone {
        let prefix = ONE_HOLDER[usize::from(address.family() == Family::V6)];
        by_holder.entry(Cidr::around(*address, prefix)).or_default().push(Cidr::host(*address));
    }
    let mut chosen: Vec<Cidr> = Vec::new();
    for (holder, hosts) in by_holder {
        let around = hosts.iter().copied().reduce(Cidr::joining).unwrap_or(holder);
        if hosts.len() >= HOSTS_TO_GENERALISE
            && !(alone.iter().any(|one| around.contains(*one) && never(*one)))
        {
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
