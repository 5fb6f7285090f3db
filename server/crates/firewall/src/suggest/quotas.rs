//! What fits: AWS's quotas of rules and groups, and what a rule counts for.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>

use crate::address::Family;
use crate::inventory::{Group, Inventory, Peer, PrefixList};

/// Rules of one group, in one direction, of one family.
pub const RULES_PER_GROUP: u32 = 60;
/// Groups of one interface.
pub const GROUPS_PER_INTERFACE: usize = 5;
/// Rules of a group times groups of an interface.
pub const RULES_TIMES_GROUPS: u32 = 1_000;

/// AWS's own lists and what a reference to each counts for, by the end of the list's name.
const WEIGHTS: [(&str, u32); 6] = [
    ("cloudfront.origin-facing", 55),
    ("groundstation", 5),
    ("vpc-lattice", 10),
    (".s3", 1),
    (".dynamodb", 1),
    ("ec2-instance-connect", 2),
];

/// What the rules of a group count for in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// IPv4.
    pub v4: u32,
    /// IPv6.
    pub v6: u32,
}

/// What a far end counts for. A reference to a group counts in both families, a list in its own.
pub fn weight(inventory: &Inventory, peer: &Peer) -> Load {
    let of = |family, weight| match family {
        Family::V4 => Load { v4: weight, v6: 0 },
        Family::V6 => Load { v4: 0, v6: weight },
    };
    match peer {
        Peer::Cidr(cidr) => of(cidr.family(), 1),
        Peer::Group(_) => Load { v4: 1, v6: 1 },
        Peer::PrefixList(id) => match inventory.prefix_lists.get(id) {
            Some(list) => of(list.family, list_weight(list)),
            None => Load { v4: 1, v6: 1 },
        },
    }
}

fn list_weight(list: &PrefixList) -> u32 {
    let known = WEIGHTS.iter().find(|(name, _)| list.name.ends_with(name)).map(|(_, weight)| *weight);
    let entries = list.entries.as_ref().map_or(1, |entries| entries.len() as u32);
    list.max_entries.or(known).unwrap_or(entries).max(1)
}

/// What the rules of a group count for in a direction.
pub fn load(inventory: &Inventory, group: &Group, egress: bool) -> Load {
    let rules = group.rules.iter().filter(|rule| rule.egress == egress);
    rules
        .map(|rule| weight(inventory, &rule.peer))
        .fold(Load::default(), |sum, one| Load { v4: sum.v4 + one.v4, v6: sum.v6 + one.v6 })
}

/// How many rules a group may have in each direction and family. An account whose group holds more than the default has
/// a raised quota; then what it holds is the best guess of that.
pub fn budget(inventory: &Inventory, group: &Group) -> u32 {
    let held = [false, true].map(|egress| load(inventory, group, egress));
    let most = held.iter().map(|load| load.v4.max(load.v6)).max().unwrap_or_default();
    let groups =
        inventory.members(&group.id).map(|member| member.groups.len()).max().unwrap_or(1).max(1) as u32;
    (RULES_TIMES_GROUPS / groups).min(RULES_PER_GROUP).max(most)
}

/// Whether a group of an inventory keeps within the quotas, given what was there before.
pub fn fits(before: &Inventory, after: &Inventory, group: &str) -> bool {
    let (Some(was), Some(is)) = (before.groups.get(group), after.groups.get(group)) else { return false };
    let budget = budget(before, was);
    [false, true].iter().all(|egress| {
        let load = load(after, is, *egress);
        load.v4 <= budget && load.v6 <= budget
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_counts_for_what_it_may_hold_and_a_group_once_in_each_family() {
        let mut inventory = Inventory::default();
        let list = |id: &str, name: &str, max_entries| PrefixList {
            id: id.to_owned(),
            name: name.to_owned(),
            family: Family::V4,
            max_entries,
            entries: Some(Vec::new()),
        };
        inventory.prefix_lists.insert("pl-1".into(), list("pl-1", "office", Some(20)));
        let cloudfront = "com.amazonaws.global.cloudfront.origin-facing";
        inventory.prefix_lists.insert("pl-2".into(), list("pl-2", cloudfront, None));
        assert_eq!(weight(&inventory, &Peer::PrefixList("pl-1".into())), Load { v4: 20, v6: 0 });
        assert_eq!(weight(&inventory, &Peer::PrefixList("pl-2".into())), Load { v4: 55, v6: 0 });
        assert_eq!(weight(&inventory, &Peer::Group("sg-1".into())), Load { v4: 1, v6: 1 });
    }
}
