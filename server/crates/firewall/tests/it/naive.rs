//! The rules asked one by one, as AWS describes them: slow, plain, and sharing nothing with the crate's evaluation. What
//! the fast one says is held against this.

use firewall::address::Address;
use firewall::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use firewall::traffic::{Direction, Flow};

/// The places, in the group's own list, of the rules of an interface's groups that permit the opening a row tells of.
pub fn permitting<'a>(inventory: &'a Inventory, interface: &str, flow: &Flow) -> Vec<(&'a str, &'a Rule)> {
    let Some(interface) = inventory.interfaces.get(interface) else { return Vec::new() };
    let egress = (flow.direction == Direction::Egress) == (flow.leg == firewall::traffic::Leg::Opening);
    let peer = if egress { flow.server } else { flow.client };
    let mut found = Vec::new();
    for group in interface.groups.iter().filter_map(|id| inventory.groups.get(id)) {
        for rule in &group.rules {
            if rule.egress == egress && fits(inventory, rule, peer, flow) {
                found.push((group.id.as_str(), rule));
            }
        }
    }
    found
}

fn fits(inventory: &Inventory, rule: &Rule, peer: Address, flow: &Flow) -> bool {
    let protocol = match rule.protocol {
        Protocol::All => true,
        Protocol::Number(number) => number == flow.protocol,
    };
    let ports = match rule.ports {
        Ports::Range(from, to) if rule.protocol != Protocol::All && [6, 17].contains(&flow.protocol) => {
            from <= flow.port && flow.port <= to
        }
        _ => true,
    };
    protocol
        && ports
        && match &rule.peer {
            Peer::Cidr(cidr) => cidr.contains(peer),
            Peer::Group(id) => {
                let listed = inventory.interfaces.values().any(|one| one.groups.contains(id));
                let known = inventory.groups.contains_key(id) && !inventory.interfaces.is_empty()
                    || is_gone(inventory, id);
                let members = inventory.interfaces.values().filter(|one| one.groups.contains(id));
                members.into_iter().any(|one| one.has(peer)) || !(listed || known)
            }
            Peer::PrefixList(id) => {
                match inventory.prefix_lists.get(id).and_then(|list| list.entries.as_ref()) {
                    Some(entries) => entries.iter().any(|cidr| cidr.contains(peer)),
                    None => true,
                }
            }
        }
}

/// A group that would be among the account's own if it were there.
fn is_gone(inventory: &Inventory, id: &str) -> bool {
    let is_whole =
        inventory.damage.is_empty() && inventory.collected.contains(&firewall::inventory::Noun::Groups);
    is_whole && !inventory.groups.contains_key(id) && !inventory.foreign_groups.contains(id)
}
