//! Scenes of refused traffic and the verdicts on them, with the inventory and without.

use crate::stage::{self, ADDRESSES, DAY, row, traffic};
use firewall::evaluate::{Differs, Firewall};
use firewall::inventory::{History, Snapshot};
use firewall::traffic::{Flow, Leg, Reason, Traffic};
use firewall::verdict::{Card, Judged, Verdict, cards, judge, unanswered};
use serde_json::json;

fn told(traffic: &Traffic<'_>, firewall: Option<&Firewall>) -> Vec<Judged> {
    judge(traffic, firewall).0
}

/// The verdicts with the inventory and from the logs alone, of a scene with one refused conversation.
fn both(flows: &[Flow], firewall: &Firewall) -> (Verdict, Verdict) {
    let traffic = traffic(flows);
    let one = |judged: Vec<Judged>| {
        assert_eq!(judged.len(), 1, "{judged:?}");
        judged[0].finding.verdict
    };
    (one(told(&traffic, Some(firewall))), one(told(&traffic, None)))
}

#[test]
fn a_missing_rule_is_the_groups_and_the_logs_say_so_when_others_get_through() {
    let firewall = stage::firewall(&stage::usual());
    let alone = stage::daily(|at| stage::refused(0, 4, 5432, at));
    // Nobody else is seen at the database: groups or network ACL, the logs cannot tell.
    assert_eq!(both(&alone, &firewall), (Verdict::SgIngress, Verdict::Unknown));
    let with_others = [alone, stage::passes(2, 4, 5432, 50)].concat();
    assert_eq!(both(&with_others, &firewall), (Verdict::SgIngress, Verdict::SgIngress));
}

#[test]
fn abstaining_names_what_would_have_told() {
    let flows = stage::daily(|at| stage::refused(0, 4, 5432, at));
    let judged = told(&traffic(&flows), None);
    assert_eq!(judged[0].finding.missing, Some("network-acls.json"));
}

#[test]
fn answers_that_are_refused_are_the_network_acls_because_groups_let_answers_pass() {
    let entry = |number, egress, from, to| {
        json!({ "RuleNumber": number, "Egress": egress, "RuleAction": "allow", "Protocol": "6",
            "CidrBlock": "10.0.0.0/16", "PortRange": { "From": from, "To": to } })
    };
    let acl = [entry(100, false, 0, 65_535), entry(100, true, 49_152, 65_535)];
    let firewall = stage::firewall_with_acl(&stage::usual(), &acl);
    let mut flows = stage::passes(2, 4, 5432, 50);
    flows.truncate(2);
    flows.push(row(4, true, Leg::Answer, ADDRESSES[2], 5432, false));
    assert_eq!(both(&flows, &firewall), (Verdict::NaclEgress, Verdict::NaclEgress));
    let traffic = traffic(&flows);
    let cards = cards(&traffic, &told(&traffic, Some(&firewall)), Some(&firewall));
    let entry = cards[0].entry.clone().unwrap();
    assert_eq!(
        (entry.acl.as_str(), entry.egress, entry.from_port, entry.to_port),
        ("acl-db", true, 1_024, 65_535)
    );
    assert_eq!((entry.before, entry.blocks[0].to_string()), (None, format!("{}/32", ADDRESSES[2])));
}

#[test]
fn an_opening_that_the_acl_stops_is_not_the_groups_even_if_they_would_stop_it_too() {
    let deny = json!({ "RuleNumber": 50, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "10.0.1.0/24" });
    let allow = json!({ "RuleNumber": 100, "Egress": false, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0" });
    let firewall = stage::firewall_with_acl(&stage::usual(), &[deny, allow]);
    let flows = stage::daily(|at| stage::refused(0, 4, 5432, at));
    assert_eq!(both(&flows, &firewall).0, Verdict::NaclIngress);
}

#[test]
fn packets_without_a_syn_come_after_the_end() {
    let firewall = stage::firewall(&stage::usual());
    let late = Flow {
        tcp_flags: Some(1),
        first: 90,
        last: 90,
        ..row(4, false, Leg::Opening, ADDRESSES[2], 5432, false)
    };
    let flows = [stage::passes(2, 4, 5432, 50), vec![late]].concat();
    assert_eq!(both(&flows, &firewall), (Verdict::LatePacket, Verdict::LatePacket));
    // Without the field, coming soon after what was accepted and then no more says the same.
    let flows: Vec<Flow> = flows.into_iter().map(|flow| Flow { tcp_flags: None, ..flow }).collect();
    assert_eq!(both(&flows, &firewall), (Verdict::LatePacket, Verdict::LatePacket));
}

#[test]
fn what_the_log_says_itself_is_believed() {
    let firewall = stage::firewall(&stage::usual());
    for (reason, verdict) in
        [(Reason::BlockPublicAccess, Verdict::Bpa), (Reason::EncryptionControl, Verdict::EncryptionControl)]
    {
        let flow = Flow { reason, ..row(5, false, Leg::Opening, "203.0.113.9", 22, false) };
        assert_eq!(both(&[flow], &firewall), (verdict, verdict));
    }
}

#[test]
fn block_public_access_without_its_field_is_not_guessed() {
    let firewall = stage::firewall(&stage::usual());
    let flow = Flow { reason: Reason::NotLogged, ..row(5, false, Leg::Opening, "203.0.113.9", 22, false) };
    let judged = told(&traffic(&[flow]), Some(&firewall));
    assert_eq!(
        (judged[0].finding.verdict, judged[0].finding.missing),
        (Verdict::Unknown, Some("reject-reason"))
    );
}

#[test]
fn one_port_on_all_hosts_of_a_group_is_a_fault_and_many_doors_are_a_scan() {
    let firewall = stage::firewall(&stage::usual());
    let verdict = |flows: &[Flow]| {
        let judged = told(&traffic(flows), Some(&firewall));
        let verdicts: Vec<Verdict> = judged.iter().map(|one| one.finding.verdict).collect();
        assert!(verdicts.windows(2).all(|two| two[0] == two[1]), "{verdicts:?}");
        verdicts[0]
    };
    let fault = stage::daily(|at| [stage::refused(5, 2, 9100, at), stage::refused(5, 3, 9100, at)].concat());
    assert_eq!(verdict(&fault), Verdict::SgIngress);
    let doors = [22, 445, 3389, 8080, 9200];
    let scan: Vec<Flow> =
        (0..5).flat_map(|server| doors.map(|port| stage::refused(5, server, port, 100))).flatten().collect();
    assert_eq!(verdict(&scan), Verdict::Scanner);
}

#[test]
fn a_rule_removed_meanwhile_shows_when_it_still_worked() {
    let with = stage::usual();
    let without: Vec<_> =
        with.iter().filter(|rule| rule["SecurityGroupRuleId"] != "sgr-db").cloned().collect();
    let snapshot = |taken, rules: &[serde_json::Value]| Snapshot {
        taken: Some(taken),
        inventory: stage::read(&stage::files(rules, &[])),
    };
    let flip = 15 * DAY;
    let firewall = Firewall::new(History::of_snapshots(vec![snapshot(0, &with), snapshot(flip, &without)]));
    let flows =
        stage::daily(
            |at| {
                if at < flip { stage::passes(2, 4, 5432, at) } else { stage::refused(2, 4, 5432, at) }
            },
        );
    let traffic = traffic(&flows);
    let judged = told(&traffic, Some(&firewall));
    assert_eq!(judged[0].finding.verdict, Verdict::SgIngress);
    let cards: Vec<Card> = cards(&traffic, &judged, Some(&firewall));
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    let until = card.accepted_until.unwrap();
    assert!(until < flip && until > flip - DAY / 2, "{until}");
    let retry = card.retry.unwrap();
    assert!(retry.regularity > 0.9 && (retry.pause_secs - DAY / 4).abs() < 60, "{retry:?}");
    assert_eq!(card.groups, ["sg-db"]);
    let removed = "sgr-db permitted it until it went, between 1970-01-01T00:00:00Z and 1970-01-16T00:00:00Z";
    assert!(card.proof.iter().any(|text| text == removed), "{:?}", card.proof);
}

#[test]
fn the_card_of_a_wrong_group_names_the_rule_that_came_near() {
    let firewall = stage::firewall(&stage::usual());
    let flows = stage::daily(|at| stage::refused(0, 4, 5432, at));
    let traffic = traffic(&flows);
    let cards = cards(&traffic, &told(&traffic, Some(&firewall)), Some(&firewall));
    let miss = cards[0].nearest.clone().unwrap();
    assert_eq!(firewall.rules()[miss.rule].name(), "sgr-db");
    assert_eq!(miss.differs, [Differs::Group]);
    assert_eq!(cards[0].peers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.1.11/32"]);
}

#[test]
fn questions_without_answers_clear_the_firewall() {
    let mut silent = stage::daily(|at| stage::passes(0, 2, 8081, at));
    silent.retain(|flow| flow.leg == Leg::Opening);
    let flows = [silent, stage::daily(|at| stage::passes(0, 2, 8443, at))].concat();
    let found = unanswered(&traffic(&flows));
    let [one] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((one.port, one.left, one.arrived), (8081, 120, 120));
}

#[test]
fn a_sweep_is_a_scan_although_its_client_may_use_the_service_somewhere() {
    let firewall = stage::firewall(&stage::usual());
    let mut flows = stage::passes(2, 4, 5432, 50);
    for day in 0..12 {
        flows.extend([0, 1, 5].iter().flat_map(|server| stage::refused(2, *server, 5432, day * DAY + 900)));
    }
    // The database lets it in, two other kinds of machine refuse it, and two kinds are no sweep yet.
    let verdicts = |flows: &[Flow]| -> Vec<Verdict> {
        told(&traffic(flows), Some(&firewall)).iter().map(|one| one.finding.verdict).collect()
    };
    assert!(verdicts(&flows).iter().all(|verdict| *verdict == Verdict::SgIngress));
    for day in 0..12 {
        flows.extend(stage::refused(2, 3, 5432, day * DAY + 900));
    }
    assert!(verdicts(&flows).iter().all(|verdict| *verdict == Verdict::Scanner));
}

#[test]
fn what_a_whole_role_is_refused_alike_makes_no_scanners_of_its_machines() {
    let firewall = stage::firewall(&stage::usual());
    let services = [(4, 3306), (4, 6379), (5, 9100), (2, 9200), (2, 8125)];
    let from = |client: usize| {
        stage::daily(|at| {
            services.iter().flat_map(|(server, port)| stage::refused(client, *server, *port, at)).collect()
        })
    };
    let verdicts = |flows: &[Flow]| -> Vec<Verdict> {
        told(&traffic(flows), Some(&firewall)).iter().map(|one| one.finding.verdict).collect()
    };
    assert!(verdicts(&from(0)).iter().all(|verdict| *verdict == Verdict::Scanner));
    let both = [from(0), from(1)].concat();
    assert!(verdicts(&both).iter().all(|verdict| *verdict == Verdict::SgIngress));
}
