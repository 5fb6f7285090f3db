//! Reading what the AWS CLI prints: both shapes of rules, pages, missing and damaged files, several snapshots.

use crate::stage::{files, read, rule, usual};
use firewall::address::Cidr;
use firewall::evaluate::Firewall;
use firewall::inventory::{Damage, History, Inventory, Noun, Peer, Ports, Protocol};
use serde_json::json;

fn one(name: &str, text: &str) -> Inventory {
    Inventory::read([(name, text.as_bytes())])
}

#[test]
fn permissions_of_a_group_are_one_rule_for_each_source() {
    let inventory = one(
        "security-groups.json",
        r#"{"SecurityGroups":[{"GroupId":"sg-1","GroupName":"web","Novel":{"x":1},"IpPermissions":[{
            "IpProtocol":"tcp","FromPort":80,"ToPort":81,
            "IpRanges":[{"CidrIp":"10.0.0.9/8","Description":"in"}],"Ipv6Ranges":[{"CidrIpv6":"::/0"}],
            "PrefixListIds":[{"PrefixListId":"pl-1"}],"UserIdGroupPairs":[{"GroupId":"sg-2","UserId":"1"}]}],
            "IpPermissionsEgress":[{"IpProtocol":"-1","IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]}]}"#,
    );
    let rules = &inventory.groups["sg-1"].rules;
    let peers: Vec<String> = rules.iter().map(|rule| rule.peer.to_string()).collect();
    assert_eq!(peers, ["10.0.0.0/8", "::/0", "pl-1", "sg-2", "0.0.0.0/0"]);
    assert_eq!(rules[0].ports, Ports::Range(80, 81));
    assert!(rules[4].egress && rules[4].protocol == Protocol::All && rules[4].ports == Ports::All);
    assert!(inventory.damage.is_empty() && inventory.has(Noun::Groups) && !inventory.has(Noun::Rules));
}

#[test]
fn the_listing_with_ids_counts_where_there_are_both() {
    let inventory = read(&files(&usual(), &[]));
    let rules = &inventory.groups["sg-db"].rules;
    assert_eq!(rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["sgr-out-sg-db", "sgr-db"]);
    assert_eq!(rules[1].peer, Peer::Group("sg-app".to_owned()));
    assert_eq!(inventory.interfaces.len(), 6);
}

#[test]
fn icmp_and_numbered_protocols_are_read_as_the_api_means_them() {
    let rule = |protocol, from, to| {
        let text = serde_json::json!({ "SecurityGroupRules": [rule("sgr-1", "sg-1", false, (protocol, from, to), "10.0.0.0/8")] });
        let inventory = one("rules.json", &text.to_string());
        let rule = inventory.groups["sg-1"].rules[0].clone();
        (rule.protocol, rule.ports)
    };
    assert_eq!(rule("icmp", 3, 4), (Protocol::Number(1), Ports::Icmp(3, Some(4))));
    assert_eq!(rule("icmp", 8, -1), (Protocol::Number(1), Ports::Icmp(8, None)));
    assert_eq!(rule("icmp", -1, -1), (Protocol::Number(1), Ports::All));
    assert_eq!(rule("50", 100, 200), (Protocol::Number(50), Ports::All));
    assert_eq!(rule("-1", -1, -1), (Protocol::All, Ports::All));
}

#[test]
fn pages_may_be_concatenated_or_merged_and_a_last_one_that_is_missing_is_said() {
    let page = |id: &str, more: &str| {
        format!(r#"{{"Subnets":[{{"SubnetId":"{id}","CidrBlock":"10.0.0.0/24"}}]{more}}}"#)
    };
    let concatenated = page("subnet-1", r#","NextToken":"x""#) + "\n" + &page("subnet-2", "");
    let merged = format!("[{},{}]", page("subnet-1", r#","NextToken":"x""#), page("subnet-2", ""));
    for text in [concatenated, merged] {
        let inventory = one("subnets.json", &text);
        assert_eq!(inventory.subnets.len(), 2);
        assert!(inventory.damage.is_empty(), "{:?}", inventory.damage);
    }
    let unfinished = one("subnets.json", &page("subnet-1", r#","NextToken":"x""#));
    assert_eq!(unfinished.damage, [Damage::Unfinished { file: "subnets.json".to_owned() }]);
}

#[test]
fn a_damaged_file_says_where_and_the_others_are_read() {
    let mut files = files(&usual(), &[]);
    files[0].1 = b"{\n  \"SecurityGroups\": [\n    {\"GroupId\": \"sg-1\",}\n".to_vec();
    let inventory = read(&files);
    let [Damage::Syntax { file, line: 3, .. }] = inventory.damage.as_slice() else {
        panic!("{:?}", inventory.damage)
    };
    assert_eq!(file, "security-groups.json");
    // The groups are known by their rules.
    assert_eq!(inventory.groups.len(), 4);
    assert_eq!(inventory.interfaces.len(), 6);
}

#[test]
fn an_item_that_lacks_something_is_left_out_alone() {
    let text = r#"{"Subnets":[{"SubnetId":"subnet-1","CidrBlock":"10.0.0.0/99"},{"SubnetId":"subnet-2"},{"VpcId":"x"}]}"#;
    let inventory = one("subnets.json", text);
    assert_eq!(inventory.subnets.keys().collect::<Vec<_>>(), ["subnet-2"]);
    let told: Vec<String> = inventory.damage.iter().map(ToString::to_string).collect();
    assert!(told[0].contains("item 0 of Subnets") && told[0].contains("10.0.0.0/99"), "{told:?}");
    assert!(told[1].contains("item 2 of Subnets") && told[1].contains("SubnetId"), "{told:?}");
}

#[test]
fn files_of_powershell_and_foreign_files_are_told_apart() {
    let text = r#"{"Subnets":[{"SubnetId":"subnet-1","CidrBlock":"10.0.0.0/24"}]}"#;
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(Inventory::read([("subnets.json", wide.as_slice())]).subnets.len(), 1);
    let foreign = one("instances.json", r#"{"Reservations":[]}"#);
    assert_eq!(foreign.damage, [Damage::Foreign { file: "instances.json".to_owned() }]);
}

#[test]
fn entries_of_a_prefix_list_belong_to_the_list_their_file_is_named_after() {
    let inventory = Inventory::read([
        ("managed-prefix-lists.json", &br#"{"PrefixLists":[{"PrefixListId":"pl-1","AddressFamily":"IPv4","MaxEntries":9},{"PrefixListId":"pl-2"}]}"#[..]),
        ("prefix-list-entries/pl-1.json", &br#"{"Entries":[{"Cidr":"192.0.2.0/24"}]}"#[..]),
    ]);
    assert_eq!(inventory.prefix_lists["pl-1"].entries, Some(vec!["192.0.2.0/24".parse::<Cidr>().unwrap()]));
    assert_eq!(inventory.prefix_lists["pl-1"].max_entries, Some(9));
    assert_eq!(inventory.prefix_lists["pl-2"].entries, None);
}

#[test]
fn a_folder_of_snapshots_is_a_history() {
    let text = |id: &str| format!(r#"{{"Subnets":[{{"SubnetId":"{id}","CidrBlock":"10.0.0.0/24"}}]}}"#);
    let (old, new) = (text("subnet-old"), text("subnet-new"));
    let history = History::read([
        ("2026-11-23T20:00:00Z/subnets.json", new.as_bytes()),
        ("2026-11-23T10:00:00Z/subnets.json", old.as_bytes()),
    ]);
    let at = |time: i64| history.at(time).unwrap().subnets.keys().next().unwrap().clone();
    let evening = history.snapshots()[1].taken.unwrap();
    assert_eq!(
        (at(0), at(evening - 1), at(evening)),
        ("subnet-old".into(), "subnet-old".into(), "subnet-new".into())
    );
    assert_eq!(history.missing().len(), 6);
}

#[test]
fn a_group_that_is_not_listed_is_gone_unless_it_is_somebody_elses() {
    let text = r#"{"SecurityGroups":[{"GroupId":"sg-1","OwnerId":"111122223333","IpPermissions":[{"IpProtocol":"-1",
        "UserIdGroupPairs":[{"GroupId":"sg-gone","UserId":"111122223333"},{"GroupId":"sg-theirs","UserId":"444455556666"},
        {"GroupId":"sg-peer","UserId":"111122223333","VpcPeeringConnectionId":"pcx-1","PeeringStatus":"active"},
        {"GroupId":"sg-cut","UserId":"444455556666","VpcPeeringConnectionId":"pcx-2","PeeringStatus":"deleted"}]}]}]}"#;
    let inventory = one("security-groups.json", text);
    let gone = ["sg-1", "sg-gone", "sg-theirs", "sg-peer", "sg-cut"].map(|id| inventory.is_gone(id));
    assert_eq!(gone, [false, true, false, false, true]);
    // Where a page is missing, so may be the group.
    let unfinished = one("security-groups.json", &text.replacen('{', r#"{"NextToken":"x","#, 1));
    assert!(!unfinished.is_gone("sg-gone"));
}

#[test]
fn public_addresses_are_known_and_delegated_blocks_have_an_owner() {
    let interfaces = json!({ "NetworkInterfaces": [{
        "NetworkInterfaceId": "eni-node", "VpcId": "vpc-1", "SubnetId": "subnet-1", "Groups": [{ "GroupId": "sg-node" }],
        "PrivateIpAddress": "10.0.0.4", "Association": { "PublicIp": "203.0.113.4", "IpOwnerId": "amazon" },
        "PrivateIpAddresses": [{ "PrivateIpAddress": "10.0.0.4", "Primary": true,
            "Association": { "PublicIp": "203.0.113.4" } }],
        "Ipv4Prefixes": [{ "Ipv4Prefix": "10.0.0.16/28" }],
    }] });
    let bytes = interfaces.to_string().into_bytes();
    let inventory = Inventory::read([("network-interfaces.json", bytes.as_slice())]);
    let public: Vec<String> =
        inventory.interfaces["eni-node"].public.iter().map(ToString::to_string).collect();
    assert_eq!(public, ["203.0.113.4"]);
    let firewall = Firewall::new(History::of(inventory));
    let owner = |text: &str| firewall.owner_of(0, text.parse().unwrap(), "vpc-1").map(|one| one.id.as_str());
    assert_eq!(
        (owner("10.0.0.17"), owner("10.0.0.32"), owner("203.0.113.4")),
        (Some("eni-node"), None, None)
    );
}
