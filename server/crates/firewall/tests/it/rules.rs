//! Evaluation, usage and replay against asking every rule of every row.

use crate::naive::permitting;
use crate::random::{NAMES, flows, inventories};
use crate::stage;
use firewall::edit::Edit;
use firewall::evaluate::{Bound, Differs, Firewall, Opening, Permit};
use firewall::inventory::{History, Snapshot};
use firewall::replay::{Effect, Replay};
use firewall::traffic::{Direction, Leg, Traffic, Window};
use firewall::usage::{Flaw, Status, Uses, flaws, report};
use proptest::prelude::*;
use std::collections::{BTreeSet, HashMap};

const WINDOW: Window = Window { from: 0, to: 400_000, coverage: 1.0, has_accepts: true, has_rejects: true };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn compiled_rules_permit_what_the_rules_permit(inventory in inventories(), flows in flows()) {
        let firewall = Firewall::new(History::of(inventory.clone()));
        for flow in &flows {
            let name = NAMES[flow.interface as usize];
            let said = firewall.groups_say(flow.first, name, &Opening::of(flow));
            let Some(interface) = inventory.interfaces.get(name) else {
                prop_assert_eq!(said.permit, Permit::Unknown);
                continue;
            };
            if interface.groups.is_empty() {
                prop_assert_eq!(said.permit, Permit::Unguarded);
                continue;
            }
            let expected: BTreeSet<&str> =
                permitting(&inventory, name, flow).into_iter().map(|(_, rule)| rule.id.as_str()).collect();
            let found: BTreeSet<&str> = said.by.iter().map(|place| firewall.rules()[*place].name()).collect();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(said.permit == Permit::No, expected.is_empty());
        }
    }

    #[test]
    fn usage_is_what_asking_every_rule_of_every_row_gives(
        states in prop::collection::vec(inventories(), 1..3), flows in flows(), cut in 0_usize..120
    ) {
        let snapshots = states.iter().enumerate().map(|(place, inventory)| Snapshot {
            taken: Some(place as i64 * 200_000),
            inventory: inventory.clone(),
        });
        let firewall = Firewall::new(History::of_snapshots(snapshots.collect()));
        let bound = Bound::new(&firewall, &NAMES);
        // Folded in two parts, in the wrong order.
        let (one, other) = flows.split_at(cut.min(flows.len()));
        let mut uses = Uses::new(bound.clone(), NAMES.len(), WINDOW);
        uses.add(other);
        let mut second = Uses::new(bound, NAMES.len(), WINDOW);
        second.add(one);
        uses.merge(second);

        let mut sums: HashMap<usize, (u64, u64, BTreeSet<_>, u64)> = HashMap::new();
        for flow in flows.iter().filter(|flow| flow.accepted && flow.leg == Leg::Opening) {
            let state = firewall.history().place_at(flow.first).unwrap();
            let inventory = &firewall.history().snapshots()[state].inventory;
            let found = permitting(inventory, NAMES[flow.interface as usize], flow);
            for (group, rule) in &found {
                let known = firewall.rules().iter().position(|known| {
                    known.group == *group && known.rule.id == rule.id && known.rule.permits_the_same(rule)
                });
                let sum = sums.entry(known.unwrap()).or_default();
                sum.0 += flow.flows;
                sum.1 += flow.bytes;
                sum.2.insert(flow.client);
                sum.3 += if found.len() == 1 { flow.flows } else { 0 };
            }
        }
        for line in report(&uses, &NAMES) {
            let expected = sums.remove(&line.rule).unwrap_or_default();
            let (flows, bytes, clients, sole) = expected;
            prop_assert_eq!((line.flows, line.bytes, line.clients, line.sole), (flows, bytes, clients.len(), sole));
        }
    }

    #[test]
    fn a_replay_tells_exactly_the_rows_whose_answer_changes(inventory in inventories(), flows in flows()) {
        let group = &inventory.groups["sg-0"];
        let other = &inventory.groups["sg-1"];
        let edits = [Edit {
            group: "sg-0".to_owned(),
            add: other.rules.iter().take(3).cloned().collect(),
            remove: group.rules.iter().take(2).cloned().collect(),
        }];
        let before = Firewall::new(History::of(inventory.clone()));
        let after = before.edited(&edits).unwrap();
        let mut replay = Replay::new(&before, &after, &edits, &NAMES, WINDOW);
        replay.add(&flows);
        let changed = inventory.edited(&edits);
        let [mut allowed, mut dropped] = [0, 0];
        for flow in flows.iter().filter(|flow| flow.leg == Leg::Opening) {
            let name = NAMES[flow.interface as usize];
            let permits = |inventory| !permitting(inventory, name, flow).is_empty();
            match (flow.accepted, permits(&inventory), permits(&changed)) {
                (false, false, true) => allowed += flow.flows,
                (true, true, false) => dropped += flow.flows,
                _ => {}
            }
        }
        prop_assert_eq!((replay.flows(Effect::Allowed), replay.flows(Effect::Dropped)), (allowed, dropped));
        let by_day: u64 = replay.changes().iter().flat_map(|(_, change)| change.by_day.values()).sum();
        prop_assert_eq!(by_day, allowed + dropped);
    }
}

fn opening(peer: &str, protocol: u8, port: u16) -> Opening {
    Opening { direction: Direction::Ingress, peer: stage::address(peer), protocol, port }
}

#[test]
fn the_nearest_miss_names_the_one_thing_that_differs() {
    let mut rules = stage::usual();
    rules.push(stage::rule("sgr-typo", "sg-db", false, ("tcp", 3360, 3360), "sg-bastion"));
    rules.push(stage::rule("sgr-v6", "sg-web", false, ("tcp", 443, 443), "0.0.0.0/0"));
    rules.push(stage::rule("sgr-udp", "sg-web", false, ("udp", 514, 514), "10.0.0.0/16"));
    let firewall = stage::firewall(&rules);
    let miss = |place: usize, opening: Opening| {
        let miss = firewall.nearest_miss(0, stage::NAMES[place], &opening).unwrap();
        (firewall.rules()[miss.rule].name().to_owned(), miss.differs)
    };
    assert_eq!(miss(4, opening("10.0.0.5", 6, 3306)), ("sgr-typo".to_owned(), vec![Differs::Port]));
    assert_eq!(miss(4, opening("10.0.1.11", 6, 5432)), ("sgr-db".to_owned(), vec![Differs::Group]));
    assert_eq!(miss(5, opening("203.0.113.200", 6, 22)), ("sgr-office".to_owned(), vec![Differs::Address]));
    assert_eq!(miss(0, opening("2001:db8::1", 6, 443)), ("sgr-v6".to_owned(), vec![Differs::Family]));
    assert_eq!(miss(0, opening("10.0.2.21", 6, 514)), ("sgr-udp".to_owned(), vec![Differs::Protocol]));
}

#[test]
fn outsiders_are_meant_by_neighbouring_and_mistyped_blocks_only() {
    let firewall = stage::firewall(&stage::usual());
    let meant = |peer: &str| {
        let opening = opening(peer, 6, 22);
        let miss = firewall.nearest_miss(0, "eni-bastion", &opening).unwrap();
        miss.means_outsider(&firewall, opening.peer)
    };
    assert!(meant("203.0.113.130") && meant("203.0.131.7"));
    assert!(!meant("198.51.100.7") && !meant("203.1.77.7"));
}

#[test]
fn a_rule_is_unused_only_where_its_use_would_have_shown() {
    let mut rules = stage::usual();
    rules.push(stage::rule("sgr-dead", "sg-app", false, ("tcp", 9999, 9999), "sg-db"));
    rules.push(stage::rule("sgr-dhcp", "sg-app", false, ("udp", 67, 68), "10.0.0.0/8"));
    rules.push(stage::rule("sgr-ping", "sg-app", false, ("icmp", 8, -1), "sg-web"));
    let firewall = stage::firewall(&rules);
    let mut flows = stage::passes(0, 2, 8443, 100);
    let mut ping = flows[1];
    (ping.protocol, ping.port, ping.tcp_flags) = (1, 0, None);
    flows.push(ping);
    let status = |window: Window| -> HashMap<String, (Status, Option<&'static str>)> {
        let traffic = Traffic { interfaces: &stage::NAMES, flows: &flows, window };
        let uses = Uses::of(Bound::new(&firewall, &stage::NAMES), &traffic);
        let name = |rule: usize| firewall.rules()[rule].name().to_owned();
        report(&uses, &stage::NAMES)
            .iter()
            .map(|line| (name(line.rule), (line.status, line.reason)))
            .collect()
    };
    let whole = status(WINDOW);
    assert_eq!(whole["sgr-app"], (Status::Used, None));
    assert_eq!(whole["sgr-dead"], (Status::Unused, None));
    assert!(whole["sgr-dhcp"].0 == Status::Unknowable && whole["sgr-dhcp"].1.unwrap().contains("DHCP"));
    assert!(whole["sgr-ping"].1.unwrap().contains("ICMP type"));
    assert!(whole["sgr-db"].1.unwrap().contains("no interface of the group"));
    let blind = status(Window { has_accepts: false, ..WINDOW });
    assert!(
        blind["sgr-dead"].0 == Status::Unknowable && blind["sgr-dead"].1.unwrap().contains("REJECT alone")
    );
    assert_eq!(status(Window { coverage: 0.9, ..WINDOW })["sgr-dead"].0, Status::Unknowable);
}

#[test]
fn flaws_are_seen_without_traffic_and_removing_all_superfluous_rules_changes_nothing() {
    let mut rules = stage::usual();
    rules.push(stage::rule("sgr-narrow", "sg-app", false, ("tcp", 443, 443), "10.0.1.0/24"));
    rules.push(stage::rule("sgr-wide", "sg-app", false, ("tcp", 400, 500), "10.0.0.0/16"));
    rules.push(stage::rule("sgr-gone", "sg-app", false, ("tcp", 1, 1), "sg-deleted"));
    let firewall = stage::firewall(&rules);
    let found: Vec<(String, Flaw)> = flaws(&firewall)
        .into_iter()
        .map(|(place, flaw)| (firewall.rules()[place].name().to_owned(), flaw))
        .collect();
    let wide = firewall.rules().iter().position(|known| known.name() == "sgr-wide").unwrap();
    assert!(found.contains(&("sgr-narrow".to_owned(), Flaw::Covered { by: wide })), "{found:?}");
    assert!(found.contains(&("sgr-gone".to_owned(), Flaw::Stale { names: "sg-deleted".to_owned() })));
}
