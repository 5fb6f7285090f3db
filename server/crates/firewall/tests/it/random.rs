//! Inventories and traffic at random, small enough that rules collide.

use firewall::address::{Address, Cidr};
use firewall::inventory::{Group, Interface, Inventory, Peer, Ports, PrefixList, Protocol, Rule};
use firewall::traffic::{Direction, Flow, Leg, Reason};
use proptest::prelude::*;

pub const NAMES: [&str; 5] = ["eni-0", "eni-1", "eni-2", "eni-3", "eni-unknown"];

/// Addresses of a neighbourhood of both families.
pub fn addresses() -> impl Strategy<Value = Address> {
    prop_oneof![
        (0_u128..40).prop_map(|n| Address(0xffff_0a00_0000 + n)),
        (0_u128..8).prop_map(|n| Address((0x2001_0db8_u128 << 96) + n)),
    ]
}

fn peers() -> impl Strategy<Value = Peer> {
    prop_oneof![
        (addresses(), 0_u8..=32).prop_map(|(address, prefix)| Peer::Cidr(Cidr::around(address, prefix))),
        Just(Peer::Cidr(Cidr::ANY_V6)),
        (0_u8..4).prop_map(|group| Peer::Group(format!("sg-{group}"))),
        (0_u8..2).prop_map(|list| Peer::PrefixList(format!("pl-{list}"))),
    ]
}

fn rules() -> impl Strategy<Value = Rule> {
    let protocols = prop_oneof![
        Just((Protocol::All, Ports::All)),
        (0_u16..30, 0_u16..10)
            .prop_map(|(from, more)| (Protocol::Number(6), Ports::Range(from, from + more))),
        (0_u16..30, 0_u16..10)
            .prop_map(|(from, more)| (Protocol::Number(17), Ports::Range(from, from + more))),
        Just((Protocol::Number(1), Ports::All)),
        Just((Protocol::Number(1), Ports::Icmp(8, None))),
        Just((Protocol::Number(50), Ports::All)),
    ];
    (any::<bool>(), protocols, peers()).prop_map(|(egress, (protocol, ports), peer)| Rule {
        id: String::new(),
        egress,
        protocol,
        ports,
        peer,
        description: String::new(),
    })
}

/// Three groups with up to eight different rules each, four interfaces with up to three groups, and a prefix list; the
/// group `sg-3` and the list `pl-1` are named by rules and not listed.
pub fn inventories() -> impl Strategy<Value = Inventory> {
    let groups = prop::collection::vec(prop::collection::vec(rules(), 0..8), 3);
    let interfaces = prop::collection::vec((prop::collection::btree_set(0_u8..3, 0..3), addresses()), 4);
    (groups, interfaces, prop::collection::vec((addresses(), 20_u8..=32), 0..3)).prop_map(
        |(groups, interfaces, entries)| {
            let mut inventory = Inventory::default();
            for (place, mut rules) in groups.into_iter().enumerate() {
                let mut kept: Vec<Rule> = Vec::new();
                rules.retain(|rule| {
                    let is_new = !kept.iter().any(|other| other.permits_the_same(rule));
                    kept.push(rule.clone());
                    is_new
                });
                for (turn, rule) in rules.iter_mut().enumerate() {
                    rule.id = format!("sgr-{place}{turn}");
                }
                let id = format!("sg-{place}");
                inventory.groups.insert(id.clone(), Group { id, rules, ..Group::default() });
            }
            for (place, (groups, address)) in interfaces.into_iter().enumerate() {
                let id = format!("eni-{place}");
                let groups = groups.into_iter().map(|group| format!("sg-{group}")).collect();
                let addresses = vec![address];
                let interface = Interface { id: id.clone(), groups, addresses, ..Interface::default() };
                inventory.interfaces.insert(id, interface);
            }
            let family = firewall::address::Family::V4;
            let entries =
                entries.into_iter().map(|(address, prefix)| Cidr::around(address, prefix)).collect();
            let (id, name) = ("pl-0".to_owned(), String::new());
            let list = PrefixList { id: id.clone(), name, family, max_entries: None, entries: Some(entries) };
            inventory.prefix_lists.insert(id, list);
            inventory
        },
    )
}

/// Rows at any of the interfaces.
pub fn flows() -> impl Strategy<Value = Vec<Flow>> {
    let protocols = prop_oneof![Just(6_u8), Just(17), Just(1), Just(50)];
    let row = (
        0_u32..5,
        any::<[bool; 3]>(),
        addresses(),
        addresses(),
        protocols,
        0_u16..45,
        1_u64..9,
        0_i64..400_000,
    );
    let flow = row.prop_map(
        |(interface, [egress, opening, accepted], client, server, protocol, port, flows, first)| Flow {
            interface,
            direction: if egress { Direction::Egress } else { Direction::Ingress },
            leg: if opening { Leg::Opening } else { Leg::Answer },
            client,
            server,
            protocol,
            port: if [6, 17].contains(&protocol) { port } else { 0 },
            client_port: 0,
            accepted,
            reason: Reason::NotLogged,
            tcp_flags: None,
            flows,
            bytes: flows * 40,
            first,
            last: first + 10,
        },
    );
    prop::collection::vec(flow, 0..120)
}
