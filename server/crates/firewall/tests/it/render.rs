//! Suggestions as text: fixed examples, and what can be read back.

use crate::stage::{self, rule};
use firewall::evaluate::Firewall;
use firewall::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use firewall::render::{advice, commands, template, terraform};
use firewall::suggest::{Action, Advice, Confidence, Suggestion};
use firewall::traffic::{Direction, Window};
use serde_json::{Value, json};

fn scene() -> (Firewall, Vec<Suggestion>) {
    let mut rules = stage::usual();
    rules.push(rule("sgr-world", "sg-db", false, ("tcp", 5432, 5432), "0.0.0.0/0"));
    let firewall = stage::firewall(&rules);
    let world = firewall.rules().iter().position(|known| known.name() == "sgr-world").unwrap();
    let new = |egress, protocol, ports, peer: &str| Rule {
        id: String::new(),
        egress,
        protocol,
        ports,
        peer: if peer.starts_with("sg-") {
            Peer::Group(peer.into())
        } else {
            Peer::Cidr(peer.parse().unwrap())
        },
        description: String::new(),
    };
    let one = |action: Action, id: &str, direction, add, replaces| Suggestion {
        id: id.to_owned(),
        action,
        group: "sg-db".to_owned(),
        direction,
        add,
        replaces,
        flows: 12,
        clients: 2,
        confidence: Confidence { value: 0.97, parts: Vec::new() },
        why: "twelve openings of 2 clients".to_owned(),
    };
    let tcp = Protocol::Number(6);
    let suggestions = vec![
        one(
            Action::Open,
            "open-1",
            Direction::Egress,
            vec![new(true, Protocol::All, Ports::All, "2001:db8::/32")],
            vec![],
        ),
        one(
            Action::Narrow,
            "narrow-sgr-world",
            Direction::Ingress,
            vec![
                new(false, tcp, Ports::Range(5432, 5432), "sg-app"),
                new(false, Protocol::Number(1), Ports::All, "10.0.0.0/8"),
            ],
            vec![world],
        ),
        one(Action::Remove, "remove-sgr-world", Direction::Ingress, vec![], vec![world]),
    ];
    (firewall, suggestions)
}

#[test]
fn terraform_has_one_resource_for_each_rule() {
    let (firewall, suggestions) = scene();
    insta::assert_snapshot!(terraform(&suggestions, &firewall));
}

#[test]
fn every_command_has_its_way_back() {
    let (firewall, suggestions) = scene();
    let lines = suggestions.iter().flat_map(|one| commands(one, &firewall));
    let text: Vec<String> = lines.map(|one| format!("{}\n    revert: {}", one.apply, one.revert)).collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn permissions_of_the_commands_are_read_back_as_the_same_rules() {
    let (firewall, suggestions) = scene();
    for suggestion in &suggestions {
        for (rule, command) in suggestion.add.iter().zip(commands(suggestion, &firewall)) {
            let text = command.apply.split('\'').nth(1).unwrap();
            let permissions: Value = serde_json::from_str(text).unwrap();
            let list = if rule.egress { "IpPermissionsEgress" } else { "IpPermissions" };
            let file = json!({ "SecurityGroups": [{ "GroupId": "sg-db", list: permissions }] }).to_string();
            let inventory = Inventory::read([("x.json", file.as_bytes())]);
            assert!(inventory.groups["sg-db"].rules[0].permits_the_same(rule), "{text}");
        }
    }
}

#[test]
fn the_template_names_one_far_end_in_each_resource() {
    let (firewall, suggestions) = scene();
    let template = template(&suggestions, &firewall);
    let resources = template["Resources"].as_object().unwrap();
    assert_eq!(resources.len(), 3);
    for (id, resource) in resources {
        assert!(id.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
        let properties = resource["Properties"].as_object().unwrap();
        let ends = [
            "CidrIp",
            "CidrIpv6",
            "SourceSecurityGroupId",
            "SourcePrefixListId",
            "DestinationSecurityGroupId",
        ];
        assert_eq!(ends.iter().filter(|end| properties.contains_key(**end)).count(), 1, "{resource}");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&template).unwrap());
}

#[test]
fn the_advice_keeps_the_members_that_programs_rely_on() {
    let (firewall, suggestions) = scene();
    let said = Advice { suggestions, withheld: Vec::new() };
    let flows = stage::daily(|at| stage::refused(0, 4, 3306, at));
    let traffic = stage::traffic(&flows);
    let (judged, _) = firewall::verdict::judge(&traffic, Some(&firewall));
    let cards = firewall::verdict::cards(&traffic, &judged, Some(&firewall));
    let json = advice(&Window::complete(0, 9), Some(&firewall), &cards, &said, &[]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}
