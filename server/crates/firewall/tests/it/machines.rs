//! Machines come and go, and the next one gets the address of the last; rules are younger than the window; neighbours are
//! scanners. What is suggested then, and what is not.

use crate::stage::{self, DAY, DAYS, row, rule};
use firewall::address::Address;
use firewall::evaluate::{Bound, Firewall};
use firewall::inventory::{History, Snapshot};
use firewall::suggest::{Advice, Options, suggest};
use firewall::traffic::{Flow, Leg, Traffic, Window};
use firewall::usage::{Status, Uses, report};
use firewall::verdict::judge;
use serde_json::Value;

/// The stage's interfaces, and one that no inventory has.
const NAMES: [&str; 7] =
    ["eni-web1", "eni-web2", "eni-app1", "eni-app2", "eni-db", "eni-bastion", "eni-yesterday"];

fn advised(flows: &[Flow], firewall: &Firewall) -> Advice {
    let traffic = Traffic { interfaces: &NAMES, flows, window: Window::complete(0, DAYS * DAY) };
    let (judged, scouts) = judge(&traffic, Some(firewall));
    let uses = Uses::of(Bound::new(firewall, &NAMES), &traffic);
    let lines = report(&uses, &NAMES);
    suggest(&traffic, firewall, (&judged, &scouts), (&uses, &lines), &Options::default())
}

fn told(advice: &Advice) -> Vec<&str> {
    advice.suggestions.iter().map(|one| one.id.as_str()).collect()
}

/// Every quarter of a day an opening at one of the stage's interfaces.
fn at(place: usize, client: &str, port: u16, accepted: bool) -> Vec<Flow> {
    stage::daily(|at| {
        vec![Flow { first: at, last: at + 5, ..row(place, false, Leg::Opening, client, port, accepted) }]
    })
}

/// The same flows as the client's own interface logs them.
fn leaving(interface: u32, client: &str, flows: &[Flow]) -> Vec<Flow> {
    let client: Address = client.parse().unwrap();
    let one = |flow: &Flow| {
        let far = flow.server.to_string();
        let left = row(0, true, Leg::Opening, &far, flow.port, true);
        Flow { interface, client, first: flow.first, last: flow.last, ..left }
    };
    flows.iter().map(one).collect()
}

#[test]
fn what_a_machine_that_is_gone_wanted_is_not_given_to_the_next_one_with_its_address() {
    let firewall = stage::firewall(&stage::usual());
    // The log says that another interface had web1's address when the database refused it.
    let refused = at(4, "10.0.1.11", 5432, false);
    let flows = [refused.clone(), leaving(6, "10.0.1.11", &refused)].concat();
    let advice = advised(&flows, &firewall);
    assert!(!told(&advice).iter().any(|id| id.starts_with("open")), "{:?}", told(&advice));
    assert!(advice.withheld.iter().any(|one| one.reason.contains("machine is gone")));
    let flows = [refused.clone(), leaving(0, "10.0.1.11", &refused)].concat();
    assert!(told(&advised(&flows, &firewall)).contains(&"open-sg-db-ingress-6-5432-sg-web"));
}

#[test]
fn an_address_of_a_subnet_that_no_interface_has_is_not_opened_to() {
    let firewall = stage::firewall(&stage::usual());
    let flows = at(4, "10.0.1.99", 5432, false);
    assert!(!told(&advised(&flows, &firewall)).iter().any(|id| id.starts_with("open")));
}

#[test]
fn no_block_is_opened_that_a_scanner_is_in() {
    let firewall = stage::firewall(&stage::usual());
    let office: Vec<String> = [131, 140, 150, 160, 170].map(|last| format!("172.20.7.{last}")).to_vec();
    let mut flows: Vec<Flow> = office.iter().flat_map(|host| at(5, host, 8443, false)).collect();
    let opened = |flows: &[Flow]| -> Vec<String> {
        let advice = advised(flows, &firewall);
        let open = advice.suggestions.iter().filter(|one| one.id.starts_with("open"));
        open.flat_map(|one| one.add.iter().map(|rule| rule.peer.to_string())).collect()
    };
    assert_eq!(opened(&flows), ["172.20.7.128/26"]);
    for (turn, port) in [21, 22, 23, 80, 445, 3306, 3389, 5432].into_iter().enumerate() {
        let probe = row(turn % 6, false, Leg::Opening, "172.20.7.145", port, false);
        flows.push(Flow { first: 900 + turn as i64, last: 900 + turn as i64, ..probe });
    }
    let opened = opened(&flows);
    assert_eq!(opened.len(), 5, "{opened:?}");
    assert!(opened.iter().all(|peer| peer.ends_with("/32")), "{opened:?}");
}

#[test]
fn a_rule_for_machines_that_are_gone_is_not_called_unused() {
    // The group of the batch machines has no interface by day; by night they came from 10.0.0.77.
    let mut rules = stage::usual();
    rules.push(rule("sgr-batch", "sg-db", false, ("tcp", 5433, 5433), "sg-bastion"));
    rules.push(rule("sgr-dead", "sg-db", false, ("tcp", 9999, 9999), "sg-bastion"));
    let firewall = stage::firewall(&rules);
    let flows = [at(4, "10.0.0.77", 5433, true), stage::daily(|at| stage::passes(2, 4, 5432, at))].concat();
    let traffic = Traffic { interfaces: &NAMES, flows: &flows, window: Window::complete(0, DAYS * DAY) };
    let uses = Uses::of(Bound::new(&firewall, &NAMES), &traffic);
    let lines = report(&uses, &NAMES);
    let of = |name: &str| lines.iter().find(|line| firewall.rules()[line.rule].name() == name).unwrap();
    assert_eq!((of("sgr-batch").status, of("sgr-batch").flows), (Status::Unknowable, 0));
    assert_eq!(of("sgr-dead").status, Status::Unused);
    let advice = advised(&flows, &firewall);
    assert!(told(&advice).contains(&"remove-sgr-dead") && !told(&advice).contains(&"remove-sgr-batch"));
}

#[test]
fn a_rule_is_judged_by_the_time_it_stood() {
    let inventory = |rules: &[Value]| stage::read(&stage::files(rules, &[]));
    let mut later = stage::usual();
    later.push(rule("sgr-new", "sg-db", false, ("tcp", 9999, 9999), "10.0.0.0/16"));
    let history = |taken: i64| {
        let first = Snapshot { taken: Some(0), inventory: inventory(&stage::usual()) };
        let second = Snapshot { taken: Some(taken), inventory: inventory(&later) };
        Firewall::new(History::of_snapshots(vec![first, second]))
    };
    let flows = stage::daily(|at| stage::passes(2, 4, 5432, at));
    assert!(told(&advised(&flows, &history(DAY))).contains(&"remove-sgr-new"));
    let young = history((DAYS - 1) * DAY + DAY / 2);
    assert!(!told(&advised(&flows, &young)).contains(&"remove-sgr-new"));
}

#[test]
fn a_rule_for_all_private_addresses_becomes_one_for_the_networks_that_use_it() {
    let mut rules = stage::usual();
    rules.push(rule("sgr-wide", "sg-db", false, ("tcp", 1521, 1521), "10.0.0.0/8"));
    let firewall = stage::firewall(&rules);
    let many = |host: &str| (0..30).flat_map(|_| at(4, host, 1521, true)).collect::<Vec<_>>();
    let flows = [many("10.200.5.4"), many("10.200.5.9"), at(4, "10.0.2.21", 1521, true)].concat();
    let advice = advised(&flows, &firewall);
    let one = advice.suggestions.iter().find(|one| one.id == "narrow-sgr-wide").unwrap();
    let peers: Vec<String> = one.add.iter().map(|rule| rule.peer.to_string()).collect();
    assert_eq!(peers, ["sg-app", "10.200.5.4/32", "10.200.5.9/32"]);
    // Who comes once in a while says that others may: then it is the network that is named.
    let flows: Vec<Flow> = flows.iter().copied().filter(|flow| flow.first % (4 * DAY) < DAY).collect();
    let advice = advised(&flows, &firewall);
    let one = advice.suggestions.iter().find(|one| one.id == "narrow-sgr-wide").unwrap();
    let peers: Vec<String> = one.add.iter().map(|rule| rule.peer.to_string()).collect();
    assert_eq!(peers, ["sg-app", "10.200.5.0/24"]);
}

#[test]
fn a_rule_that_names_another_accounts_group_is_not_stale() {
    let mut rules = stage::usual();
    for (id, user) in [("sgr-theirs", "444455556666"), ("sgr-gone", "111122223333")] {
        let mut one = rule(id, "sg-db", false, ("tcp", 5432, 5432), &format!("sg-{user}"));
        one["GroupOwnerId"] = "111122223333".into();
        one["ReferencedGroupInfo"]["UserId"] = user.into();
        rules.push(one);
    }
    let firewall = stage::firewall(&rules);
    let flows = [stage::daily(|at| stage::passes(2, 4, 5432, at)), at(4, "10.9.9.9", 5432, true)].concat();
    let advice = advised(&flows, &firewall);
    let told = told(&advice);
    assert!(told.contains(&"remove-sgr-gone") && !told.contains(&"remove-sgr-theirs"), "{told:?}");
}
