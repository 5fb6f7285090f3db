//! Network ACLs against asking their entries one by one, the way AWS describes it: the first that fits decides.

use crate::random::addresses;
use firewall::address::{Address, Cidr};
use firewall::evaluate::{AclAnswer, AclPorts, Firewall};
use firewall::inventory::{Acl, AclEntry, History, Interface, Inventory, Ports, Protocol, Subnet};
use firewall::traffic::Direction;
use proptest::prelude::*;

fn entries() -> impl Strategy<Value = Vec<AclEntry>> {
    let services = prop_oneof![
        Just((Protocol::All, Ports::All)),
        (0_u16..20, 0_u16..12)
            .prop_map(|(from, more)| (Protocol::Number(6), Ports::Range(from, from + more))),
        (0_u16..20, 0_u16..12)
            .prop_map(|(from, more)| (Protocol::Number(17), Ports::Range(from, from + more))),
        Just((Protocol::Number(6), Ports::All)),
        Just((Protocol::Number(1), Ports::All)),
        Just((Protocol::Number(1), Ports::Icmp(8, None))),
        Just((Protocol::Number(47), Ports::All)),
    ];
    let blocks = prop_oneof![
        Just(Cidr::ANY_V4),
        Just(Cidr::ANY_V6),
        (addresses(), 20_u8..=32).prop_map(|(address, prefix)| Cidr::around(address, prefix)),
    ];
    let entry = (any::<[bool; 2]>(), services, blocks);
    prop::collection::vec(entry, 0..8).prop_map(|drawn| {
        let numbered = drawn.into_iter().zip(1_u32..);
        numbered
            .map(|(([egress, allow], (protocol, ports), cidr), turn)| AclEntry {
                number: turn * 10,
                egress,
                allow,
                protocol,
                cidr,
                ports,
            })
            .collect()
    })
}

/// One entry after the other; `None` where no entry fits, and where what fits depends on what no log tells.
fn naive(entries: &[AclEntry], egress: bool, (peer, protocol, port): (Address, u8, u16)) -> Option<bool> {
    for entry in entries {
        let fits = entry.egress == egress
            && (entry.protocol == Protocol::All || entry.protocol == Protocol::Number(protocol))
            && entry.cidr.contains(peer);
        let of_port = match entry.ports {
            Ports::Range(from, to) => from <= port && port <= to,
            Ports::All => true,
            Ports::Icmp(..) if fits => return None,
            Ports::Icmp(..) => false,
        };
        if fits && of_port {
            return Some(entry.allow);
        }
    }
    Some(false)
}

/// One interface in a subnet of its own, whose ACL has some entries.
fn firewall(entries: Vec<AclEntry>) -> Firewall {
    let mut inventory = Inventory::default();
    let subnet = "subnet-1".to_owned();
    let near = Cidr::around("192.0.2.0".parse().unwrap(), 24);
    let interface = Interface { id: "eni-1".into(), subnet: subnet.clone(), ..Interface::default() };
    inventory.interfaces.insert("eni-1".into(), interface);
    inventory
        .subnets
        .insert(subnet.clone(), Subnet { id: subnet.clone(), cidrs: vec![near], ..Subnet::default() });
    inventory.collected.insert(firewall::inventory::Noun::Subnets);
    let acl = Acl { id: "acl-1".into(), subnets: vec![subnet], entries, ..Acl::default() };
    inventory.acls.insert("acl-1".into(), acl);
    Firewall::new(History::of(inventory))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_acl_says_of_one_port_what_its_entries_say(
        entries in entries(), egress in any::<bool>(), peer in addresses(), port in 0_u16..40,
        protocol in prop_oneof![Just(6_u8), Just(17), Just(1), Just(47), Just(50)],
    ) {
        let expected = naive(&entries, egress, (peer, protocol, port));
        let direction = if egress { Direction::Egress } else { Direction::Ingress };
        let ports = if [6, 17].contains(&protocol) { AclPorts::One(port) } else { AclPorts::None };
        let said = firewall(entries).acl_says(0, "eni-1", direction, (peer, protocol, ports));
        match expected {
            Some(true) => prop_assert!(matches!(said, AclAnswer::Allowed(_)), "{said:?}"),
            Some(false) => prop_assert!(matches!(said, AclAnswer::Denied(_)), "{said:?}"),
            None => {}
        }
    }

    #[test]
    fn an_acl_says_of_many_ports_what_it_says_of_each(
        entries in entries(), peer in addresses(), from in 0_u16..30, more in 0_u16..10,
    ) {
        let of_each: Vec<bool> =
            (from..=from + more).filter_map(|port| naive(&entries, true, (peer, 6, port))).collect();
        let ports = AclPorts::Between(from, from + more);
        let said = firewall(entries).acl_says(0, "eni-1", Direction::Egress, (peer, 6, ports));
        let expected = match (of_each.contains(&true), of_each.contains(&false)) {
            (true, false) => matches!(said, AclAnswer::Allowed(_)),
            (false, _) => matches!(said, AclAnswer::Denied(_)),
            (true, true) => matches!(said, AclAnswer::Mixed(_)),
        };
        prop_assert!(expected, "{said:?} {of_each:?}");
    }
}

#[test]
fn what_stays_in_a_subnet_meets_no_acl() {
    let says = |peer: &str| {
        let packet = (peer.parse().unwrap(), 6, AclPorts::One(443));
        firewall(Vec::new()).acl_says(0, "eni-1", Direction::Ingress, packet)
    };
    assert_eq!(says("192.0.2.77"), AclAnswer::NotAsked);
    assert_eq!(says("192.0.3.77"), AclAnswer::Denied(None));
}
