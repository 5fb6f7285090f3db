//! What is suggested, what is withheld, and that the suggestions do what they say.

use crate::stage::{self, DAY, DAYS, row, rule, traffic};
use firewall::evaluate::{Bound, Firewall};
use firewall::inventory::{Peer, Ports};
use firewall::replay::{Effect, Replay, acl_still_stops, exposure};
use firewall::suggest::{Advice, Options, Suggestion, suggest};
use firewall::traffic::{Flow, Leg, Traffic};
use firewall::usage::{Uses, report};
use firewall::verdict::judge;

fn advised(traffic: &Traffic<'_>, firewall: &Firewall, options: &Options) -> Advice {
    let (judged, scouts) = judge(traffic, Some(firewall));
    let uses = Uses::of(Bound::new(firewall, traffic.interfaces), traffic);
    let lines = report(&uses, traffic.interfaces);
    suggest(traffic, firewall, (&judged, &scouts), (&uses, &lines), options)
}

fn told(advice: &Advice) -> Vec<&str> {
    advice.suggestions.iter().map(|one| one.id.as_str()).collect()
}

/// Everything that works, so that no rule but those of a scene is unused.
fn busy() -> Vec<Flow> {
    let mut flows = stage::daily(|at| {
        let office =
            |leg, egress| Flow { first: at, last: at + 9, ..row(5, egress, leg, "203.0.113.9", 22, true) };
        let pairs =
            [stage::passes(0, 2, 8443, at), stage::passes(1, 3, 8443, at), stage::passes(2, 4, 5432, at)];
        [pairs.concat(), vec![office(Leg::Opening, false), office(Leg::Answer, true)]].concat()
    });
    flows.extend(stage::daily(|at| stage::passes(3, 4, 5432, at)));
    flows
}

#[test]
fn a_role_that_is_refused_gets_a_rule_for_its_group() {
    let firewall = stage::firewall(&stage::usual());
    let refused =
        stage::daily(|at| [stage::refused(0, 4, 5432, at), stage::refused(1, 4, 5432, at)].concat());
    let flows = [busy(), refused].concat();
    let advice = advised(&traffic(&flows), &firewall, &Options::default());
    assert_eq!(told(&advice), ["open-sg-db-ingress-6-5432-sg-web"]);
    let one = &advice.suggestions[0];
    assert_eq!(
        (one.add[0].ports, &one.add[0].peer),
        (Ports::Range(5432, 5432), &Peer::Group("sg-web".to_owned()))
    );
    assert!(one.confidence.value > 0.95, "{:?}", one.confidence);
    assert_eq!((one.flows, one.clients), (240, 2));
}

#[test]
fn applied_suggestions_are_not_suggested_again() {
    let firewall = stage::firewall(&stage::usual());
    let flows = [busy(), stage::daily(|at| stage::refused(0, 4, 5432, at))].concat();
    let traffic = traffic(&flows);
    let first = advised(&traffic, &firewall, &Options::default());
    let edits: Vec<_> = first.suggestions.iter().map(|one| one.edit(&firewall)).collect();
    let applied = firewall.edited(&edits).unwrap();
    assert_eq!(told(&advised(&traffic, &applied, &Options::default())), [""; 0]);
    let is_applied = |inventory| first.suggestions[0].is_applied(&firewall, inventory);
    assert!(
        !is_applied(firewall.history().latest().unwrap()) && is_applied(applied.history().latest().unwrap())
    );
}

#[test]
fn strangers_scanners_and_single_tries_are_withheld_with_their_reason() {
    let firewall = stage::firewall(&stage::usual());
    let mut flows = busy();
    // A stranger at one door for a month, a machine inside at many doors once, and somebody's two tries by hand.
    flows.extend(stage::daily(|at| {
        vec![Flow { first: at, last: at, ..row(5, false, Leg::Opening, "198.51.100.7", 22, false) }]
    }));
    for port in [22, 23, 445, 3389, 9200] {
        flows.extend((0..4).flat_map(|server| stage::refused(4, server, port, 500)));
    }
    flows.extend(stage::refused(2, 5, 3000, 600));
    flows.extend(stage::refused(2, 5, 3000, 700));
    let advice = advised(&traffic(&flows), &firewall, &Options::default());
    assert_eq!(told(&advice), [""; 0]);
    let reasons: Vec<(&str, u64)> = advice.withheld.iter().map(|one| (one.reason, one.flows)).collect();
    assert_eq!(reasons, [("fewer than three attempts", 2), ("scanner", 140)]);
}

#[test]
fn the_forgotten_half_of_an_office_is_opened_and_no_more() {
    let firewall = stage::firewall(&stage::usual());
    let hosts = ["203.0.113.130", "203.0.113.140", "203.0.113.150", "203.0.113.160", "203.0.113.170"];
    let refused = stage::daily(|at| {
        let at_bastion = |host| Flow { first: at, last: at, ..row(5, false, Leg::Opening, host, 22, false) };
        hosts.iter().map(|host| at_bastion(host)).collect()
    });
    let flows = [busy(), refused].concat();
    let advice = advised(&traffic(&flows), &firewall, &Options::default());
    assert_eq!(told(&advice), ["open-sg-bastion-ingress-6-22-203.0.113.128/26"]);
}

#[test]
fn world_open_databases_wide_ranges_and_dead_rules_are_tightened_to_their_use() {
    let mut rules = stage::usual();
    rules.retain(|rule| rule["SecurityGroupRuleId"] != "sgr-db" && rule["SecurityGroupRuleId"] != "sgr-app");
    rules.push(rule("sgr-world", "sg-db", false, ("tcp", 5432, 5432), "0.0.0.0/0"));
    rules.push(rule("sgr-range", "sg-app", false, ("tcp", 0, 65_535), "sg-web"));
    rules.push(rule("sgr-dead", "sg-web", false, ("tcp", 8080, 8080), "192.168.0.0/24"));
    let firewall = stage::firewall(&rules);
    let mut flows = busy();
    // Strangers knock at the open door; that makes nobody a customer of a database.
    for n in 1..9 {
        flows.push(Flow {
            first: n * DAY,
            last: n * DAY,
            ..row(4, false, Leg::Opening, &format!("198.51.100.{n}"), 5432, true)
        });
    }
    let inside = busy();
    let traffic = traffic(&flows);
    let advice = advised(&traffic, &firewall, &Options::default());
    assert_eq!(told(&advice), ["narrow-sgr-range", "narrow-sgr-world", "remove-sgr-dead"]);
    let added =
        |one: &Suggestion| one.add.iter().map(|rule| (rule.ports, rule.peer.to_string())).collect::<Vec<_>>();
    assert_eq!(added(&advice.suggestions[0]), [(Ports::Range(8443, 8443), "sg-web".to_owned())]);
    assert_eq!(added(&advice.suggestions[1]), [(Ports::Range(5432, 5432), "sg-app".to_owned())]);
    // Replayed over the window they were made from, they stop nothing but the strangers.
    let edits: Vec<_> = advice.suggestions.iter().map(|one| one.edit(&firewall)).collect();
    let after = firewall.edited(&edits).unwrap();
    let mut replay = Replay::new(&firewall, &after, &edits, traffic.interfaces, traffic.window);
    replay.add(&inside);
    assert_eq!((replay.flows(Effect::Dropped), replay.flows(Effect::Allowed)), (0, 0));
    replay.add(&flows[inside.len()..]);
    assert_eq!(replay.flows(Effect::Dropped), 8);
    let exposure = exposure(firewall.history().latest().unwrap(), &edits);
    assert!(exposure.removed > 1e9 && exposure.added < 100.0 && !exposure.reaches_internet, "{exposure:?}");
}

#[test]
fn a_day_that_was_not_seen_whole_calls_nothing_unused() {
    let mut rules = stage::usual();
    rules.push(rule("sgr-dead", "sg-web", false, ("tcp", 8080, 8080), "192.168.0.0/24"));
    let firewall = stage::firewall(&rules);
    let flows = busy();
    let mut short = traffic(&flows);
    short.window.to = DAY / 2;
    assert_eq!(told(&advised(&short, &firewall, &Options::default())), [""; 0]);
}

#[test]
fn a_group_that_is_full_gets_no_more_rules() {
    let mut rules = stage::usual();
    // Blocks that are used by one machine each, so that none is superfluous.
    let block = |n: i32| format!("10.9.{n}.0/24");
    rules.extend(
        (0..59).map(|n| rule(&format!("sgr-full-{n}"), "sg-db", false, ("tcp", 5432, 5432), &block(n))),
    );
    let firewall = stage::firewall(&rules);
    let mut flows = busy();
    for n in 0..59 {
        let host = format!("10.9.{n}.7");
        flows.extend(stage::daily(|at| {
            vec![Flow { first: at, ..row(4, false, Leg::Opening, &host, 5432, true) }]
        }));
    }
    flows.extend(stage::daily(|at| stage::refused(0, 4, 5432, at)));
    let advice = advised(&traffic(&flows), &firewall, &Options::default());
    assert_eq!(told(&advice), [""; 0]);
}

#[test]
fn a_rule_for_everybody_inside_names_their_groups_only_when_pushed() {
    let mut rules = stage::usual();
    rules.push(rule("sgr-inside", "sg-db", false, ("tcp", 9100, 9100), "10.0.0.0/8"));
    let firewall = stage::firewall(&rules);
    let mut flows = busy();
    for client in [0, 1, 2, 3, 5] {
        flows.extend(stage::daily(|at| stage::passes(client, 4, 9100, at)));
    }
    for far in ["10.7.7.7", "10.0.3.31"] {
        flows.extend(stage::daily(|at| {
            vec![Flow { first: at, ..row(4, false, Leg::Opening, far, 9100, true) }]
        }));
    }
    let at = |tightness| {
        let options = Options { tightness, ..Options::default() };
        let advice = advised(&traffic(&flows), &firewall, &options);
        let one = advice.suggestions.iter().find(|one| one.id == "narrow-sgr-inside").unwrap();
        one.add.iter().map(|rule| rule.peer.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(at(0.5), ["10.0.0.0/22", "10.7.7.7/32"]);
    assert_eq!(at(0.9).len(), 5);
}

#[test]
fn a_replay_says_what_the_network_acl_would_still_stop() {
    let deny = serde_json::json!({ "RuleNumber": 50, "Egress": false, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "10.0.1.0/24" });
    let firewall = stage::firewall_with_acl(&stage::usual(), &[deny]);
    let flows = stage::daily(|at| stage::refused(0, 4, 5432, at));
    let edit = firewall::edit::Edit {
        group: "sg-db".to_owned(),
        add: vec![firewall::inventory::Rule {
            id: String::new(),
            egress: false,
            protocol: firewall::inventory::Protocol::Number(6),
            ports: Ports::Range(5432, 5432),
            peer: Peer::Group("sg-web".to_owned()),
            description: String::new(),
        }],
        remove: Vec::new(),
    };
    let edits = [edit];
    let after = firewall.edited(&edits).unwrap();
    let mut replay = Replay::new(&firewall, &after, &edits, &stage::NAMES, traffic(&flows).window);
    replay.add(&flows);
    let changes = replay.changes();
    assert_eq!((changes.len(), changes[0].1.flows, changes[0].1.by_day.len()), (1, 120, DAYS as usize));
    assert!(acl_still_stops(&firewall, &stage::NAMES, &changes[0].0, 0));
}

#[test]
fn a_neighbouring_port_widens_the_rule_that_is_there() {
    let firewall = stage::firewall(&stage::usual());
    let refused =
        stage::daily(|at| [stage::refused(0, 2, 8444, at), stage::refused(1, 3, 8444, at)].concat());
    let flows = [busy(), refused].concat();
    let advice = advised(&traffic(&flows), &firewall, &Options::default());
    assert_eq!(told(&advice), ["open-sg-app-ingress-6-8444-sg-web"]);
    let edit = advice.suggestions[0].edit(&firewall);
    let removed: Vec<&str> = edit.remove.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!((edit.add[0].ports, removed), (Ports::Range(8443, 8444), vec!["sgr-app"]));
}

#[test]
fn who_lost_a_rule_gets_it_back_and_is_no_scanner() {
    let firewall = stage::firewall(&stage::usual());
    // The bastion looked after everybody for three weeks; then the rules went.
    let mut flows = busy();
    for hour in 0..DAYS * 24 {
        let at = hour * 3_600;
        for server in 0..5 {
            flows.extend(if hour < 21 * 24 {
                stage::passes(5, server, 9100, at)
            } else {
                stage::refused(5, server, 9100, at)
            });
        }
    }
    let advice = advised(&traffic(&flows), &firewall, &Options::default());
    let expected =
        ["sg-app", "sg-db", "sg-web"].map(|group| format!("open-{group}-ingress-6-9100-sg-bastion"));
    let mut opened = told(&advice);
    opened.sort_unstable();
    assert_eq!(opened, expected);
}

#[test]
fn what_one_machine_alone_needs_is_opened_although_it_looked_elsewhere_too() {
    let firewall = stage::firewall(&stage::usual());
    let watching = |every_hours: i64| {
        // The bastion asks everybody for figures that nobody else asks for, and once it looked at something else.
        let mut flows = [busy(), stage::refused(5, 4, 3000, 500)].concat();
        for hour in (0..DAYS * 24).step_by(every_hours as usize) {
            flows.extend((0..5).flat_map(|server| stage::refused(5, server, 9100, hour * 3_600)));
        }
        flows
    };
    let flows = watching(1);
    let advice = advised(&traffic(&flows), &firewall, &Options::default());
    let mut opened = told(&advice);
    opened.sort_unstable();
    let expected =
        ["sg-app", "sg-db", "sg-web"].map(|group| format!("open-{group}-ingress-6-9100-sg-bastion"));
    assert_eq!(opened, expected);
    // A look at everybody once in ten days is none of this.
    let flows = watching(240);
    assert_eq!(told(&advised(&traffic(&flows), &firewall, &Options::default())), [""; 0]);
}

#[test]
fn a_door_that_was_everybodys_is_not_opened_to_single_strangers() {
    let firewall = stage::firewall(&stage::usual());
    let mut flows = busy();
    for day in 0..DAYS {
        for n in 1..20 {
            let stranger = format!("198.51.{n}.7");
            let at = day * DAY;
            let knock = row(4, false, Leg::Opening, &stranger, 5432, day < 20);
            let answer = row(4, true, Leg::Answer, &stranger, 5432, true);
            flows.push(Flow { first: at, last: at, flows: 9, ..knock });
            flows.extend((day < 20).then_some(Flow { first: at, last: at, flows: 9, ..answer }));
        }
    }
    assert_eq!(told(&advised(&traffic(&flows), &firewall, &Options::default())), [""; 0]);
}
