//! Rules: rejects where the policy is wrong, accepts elsewhere, and an inventory that agrees.

use super::*;

#[test]
fn every_misconfiguration_causes_rejects_in_its_interval_only() {
    let run = run();
    let truth = &run.truth;
    assert!(truth.misconfigurations.len() >= 5);
    for mistake in &truth.misconfigurations {
        assert!(mistake.records > 0, "{}", mistake.name);
        assert!(
            mistake.first.unwrap() >= mistake.from - 60 && mistake.last.unwrap() < mistake.to,
            "{mistake:?}"
        );
        let port = mistake.port.to_string();
        let field = if matches!(mistake.layer, Layer::NaclEgress | Layer::NaclIngress) {
            "srcport"
        } else {
            "dstport"
        };
        let seen = flows(run)
            .filter(|record| record["action"] == "REJECT" && record["flow-direction"] == mistake.direction)
            .filter(|record| record[field] == port && record["protocol"] == mistake.protocol.to_string())
            .count() as u64;
        assert!(seen >= mistake.records, "{}: {seen}", mistake.name);
    }
    let counted: u64 = truth.misconfigurations.iter().map(|mistake| mistake.records).sum();
    assert_eq!(counted, truth.rejects.misconfiguration);
    let rejects = &truth.rejects;
    assert_eq!(rejects.unexplained, 0);
    assert_eq!(rejects.misconfiguration + rejects.scanner + rejects.late, truth.by_action["REJECT"].records);
    assert!(rejects.late > 0);
}

#[test]
fn the_removed_rule_turns_accepts_into_rejects() {
    let run = run();
    let flip = run.truth.misconfigurations.iter().find(|one| one.name == "orders-from-workers").unwrap().from;
    let (workers, orders) = (addresses_of(run, "worker"), addresses_of(run, "orders-db"));
    let openings = |action: &str, after: bool| {
        flows(run)
            .filter(|record| record["action"] == action && number(record, "tcp-flags") & 2 == 2)
            .filter(|record| workers.contains(&record["srcaddr"]) && orders.contains(&record["dstaddr"]))
            .filter(|record| {
                record["flow-direction"] == "ingress" && (number(record, "start") > flip) == after
            })
            .count()
    };
    assert!(openings("ACCEPT", false) > 0 && openings("REJECT", true) > 0);
    assert_eq!((openings("REJECT", false), openings("ACCEPT", true)), (0, 0));
}

#[test]
fn a_stateless_acl_accepts_one_way_and_rejects_the_other() {
    let run = run();
    let search = addresses_of(run, "search");
    let mut accepted = BTreeSet::new();
    let mut refused = 0;
    for record in
        flows(run).filter(|record| record["dstport"] == "9200" && search.contains(&record["dstaddr"]))
    {
        if record["flow-direction"] == "ingress" && record["action"] == "ACCEPT" {
            accepted.insert((record["srcaddr"].clone(), record["srcport"].clone()));
        }
    }
    for record in
        flows(run).filter(|record| record["srcport"] == "9200" && search.contains(&record["srcaddr"]))
    {
        // What the client's end refuses came after the close.
        if record["action"] == "ACCEPT" || record["flow-direction"] == "ingress" {
            continue;
        }
        assert_eq!(record["tcp-flags"], "18");
        assert!(number(record, "dstport") < 49_152);
        refused += usize::from(accepted.contains(&(record["dstaddr"].clone(), record["dstport"].clone())));
    }
    assert!(refused > 0);
}

#[test]
fn scanners_are_accepted_at_open_doors_only() {
    let run = run();
    let sources: BTreeSet<_> = run.truth.scanners.iter().map(|scanner| scanner.address.as_str()).collect();
    let interfaces = inventory(run, "network-interfaces.json");
    let gateways: BTreeSet<_> = interfaces["NetworkInterfaces"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|interface| interface["InterfaceType"] == "nat_gateway")
        .map(|interface| interface["NetworkInterfaceId"].as_str().unwrap())
        .collect();
    let mut rejected = 0;
    for record in flows(run).filter(|record| sources.contains(record["srcaddr"].as_str())) {
        let open = ["80", "443"].contains(&record["dstport"].as_str());
        let unguarded = gateways.contains(record["interface-id"].as_str());
        assert!(record["action"] == "REJECT" || open || unguarded, "{record:?}");
        rejected += u64::from(record["action"] == "REJECT");
    }
    assert_eq!(rejected, run.truth.rejects.scanner);
    assert!(rejected > 1_000);
}

#[test]
fn every_interface_of_the_logs_is_in_the_inventory_with_its_addresses() {
    let run = run();
    let interfaces = inventory(run, "network-interfaces.json");
    let known: HashMap<_, _> = interfaces["NetworkInterfaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["NetworkInterfaceId"].as_str().unwrap(), one))
        .collect();
    assert_eq!(known.len() as u64, run.truth.interfaces);
    for record in flows(run) {
        let interface = known[record["interface-id"].as_str()];
        let own = &record[if record["flow-direction"] == "ingress" { "dstaddr" } else { "srcaddr" }];
        let v6 = &interface["Ipv6Addresses"][0]["Ipv6Address"];
        assert!(interface["PrivateIpAddress"] == own.as_str() || *v6 == own.as_str(), "{record:?}");
    }
}

#[test]
fn rules_that_the_truth_names_are_in_the_inventory() {
    let run = run();
    let rules = inventory(run, "security-group-rules.json");
    let ids: BTreeSet<_> = rules["SecurityGroupRules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["SecurityGroupRuleId"].as_str().unwrap())
        .collect();
    for one in &run.truth.superfluous_rules {
        assert!(ids.contains(one.rule.as_str()));
        let used = run.truth.rule_use.iter().find(|used| used.rule == one.rule).unwrap().conversations;
        assert_eq!(used == 0, one.excess == simulate::Excess::Dead, "{one:?}");
    }
    let removed = run.truth.rule_use.iter().filter(|used| used.removed.is_some());
    assert!(
        removed.clone().count() == 1 && removed.into_iter().all(|used| !ids.contains(used.rule.as_str()))
    );
}

#[test]
fn history_keeps_one_inventory_per_state() {
    let settings = Settings { history: true, format: Format::V2, ..Settings::new(5, 1, END) };
    let (folder, truth) = simulated(&settings);
    let rules = |folder: PathBuf| -> usize {
        let text = std::fs::read(folder.join("security-group-rules.json")).unwrap();
        let rules: Value = serde_json::from_slice(&text).unwrap();
        rules["SecurityGroupRules"].as_array().unwrap().len()
    };
    let mut states: Vec<_> = std::fs::read_dir(folder.path().join("inventory"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    states.sort();
    assert_eq!(states.len(), 2);
    assert_eq!(rules(states[0].clone()), rules(states[1].clone()) + 1);
    assert_eq!(truth.begin, 1_795_467_000 - 3_600);
    assert!(states[0].ends_with("2026-11-23T19:50:00Z"), "{states:?}");
}
