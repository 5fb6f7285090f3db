//! A small VPC to play scenes in: web, app and database machines, their groups, and rows of traffic between them.

use firewall::address::Address;
use firewall::evaluate::Firewall;
use firewall::inventory::{History, Inventory};
use firewall::traffic::{Direction, Flow, Leg, Reason, SYN, TCP, Traffic, Window};
use serde_json::{Value, json};

/// Interfaces by place: two web machines, two app machines, a database, a bastion.
pub const NAMES: [&str; 6] = ["eni-web1", "eni-web2", "eni-app1", "eni-app2", "eni-db", "eni-bastion"];
pub const ADDRESSES: [&str; 6] =
    ["10.0.1.11", "10.0.1.12", "10.0.2.21", "10.0.2.22", "10.0.3.31", "10.0.0.5"];
const GROUPS: [&str; 6] = ["sg-web", "sg-web", "sg-app", "sg-app", "sg-db", "sg-bastion"];
/// Thirty days.
pub const DAYS: i64 = 30;
pub const DAY: i64 = 86_400;

/// A rule as `describe-security-group-rules` prints it.
pub fn rule(
    id: &str,
    group: &str,
    egress: bool,
    (protocol, from, to): (&str, i32, i32),
    peer: &str,
) -> Value {
    let mut value = json!({
        "SecurityGroupRuleId": id, "GroupId": group, "IsEgress": egress, "IpProtocol": protocol,
        "FromPort": from, "ToPort": to,
    });
    match peer {
        peer if peer.starts_with("sg-") => value["ReferencedGroupInfo"] = json!({ "GroupId": peer }),
        peer if peer.starts_with("pl-") => value["PrefixListId"] = json!(peer),
        peer if peer.contains(':') => value["CidrIpv6"] = json!(peer),
        peer => value["CidrIpv4"] = json!(peer),
    }
    value
}

/// The rules everybody starts with: all may leave, web speaks to app, app to the database, the office to the bastion.
pub fn usual() -> Vec<Value> {
    let mut rules: Vec<Value> = ["sg-web", "sg-app", "sg-db", "sg-bastion"]
        .iter()
        .map(|group| rule(&format!("sgr-out-{group}"), group, true, ("-1", -1, -1), "0.0.0.0/0"))
        .collect();
    rules.push(rule("sgr-app", "sg-app", false, ("tcp", 8443, 8443), "sg-web"));
    rules.push(rule("sgr-db", "sg-db", false, ("tcp", 5432, 5432), "sg-app"));
    rules.push(rule("sgr-office", "sg-bastion", false, ("tcp", 22, 22), "203.0.113.0/25"));
    rules
}

/// The files of an inventory with these rules and these entries of the database subnet's network ACL.
pub fn files(rules: &[Value], database_acl: &[Value]) -> Vec<(String, Vec<u8>)> {
    let interface = |place: usize| {
        let subnet = format!("subnet-{}", &ADDRESSES[place][5..6]);
        json!({
            "NetworkInterfaceId": NAMES[place], "VpcId": "vpc-1", "SubnetId": subnet,
            "PrivateIpAddress": ADDRESSES[place], "Groups": [{ "GroupId": GROUPS[place] }],
        })
    };
    let interfaces: Vec<Value> = (0..NAMES.len()).map(interface).collect();
    let subnets: Vec<Value> = (0..4)
        .map(|n| json!({ "SubnetId": format!("subnet-{n}"), "VpcId": "vpc-1", "CidrBlock": format!("10.0.{n}.0/24") }))
        .collect();
    let all = |egress| json!({ "RuleNumber": 100, "Egress": egress, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0" });
    let open = vec![all(true), all(false)];
    let database = if database_acl.is_empty() { open.clone() } else { database_acl.to_vec() };
    let acl = |id: &str, subnets: &[&str], entries: Vec<Value>| {
        let subnets: Vec<Value> = subnets.iter().map(|id| json!({ "SubnetId": id })).collect();
        json!({ "NetworkAclId": id, "Associations": subnets, "Entries": entries })
    };
    let acls = vec![
        acl("acl-open", &["subnet-0", "subnet-1", "subnet-2"], open),
        acl("acl-db", &["subnet-3"], database),
    ];
    let groups: Vec<Value> = ["sg-web", "sg-app", "sg-db", "sg-bastion"]
        .iter()
        .map(|id| json!({ "GroupId": id, "GroupName": id, "VpcId": "vpc-1" }))
        .collect();
    [
        ("security-groups.json", json!({ "SecurityGroups": groups })),
        ("security-group-rules.json", json!({ "SecurityGroupRules": rules })),
        ("network-interfaces.json", json!({ "NetworkInterfaces": interfaces })),
        ("subnets.json", json!({ "Subnets": subnets })),
        ("network-acls.json", json!({ "NetworkAcls": acls })),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_string().into_bytes()))
    .collect()
}

pub fn read(files: &[(String, Vec<u8>)]) -> Inventory {
    Inventory::read(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
}

pub fn firewall(rules: &[Value]) -> Firewall {
    Firewall::new(History::of(read(&files(rules, &[]))))
}

pub fn firewall_with_acl(rules: &[Value], database_acl: &[Value]) -> Firewall {
    Firewall::new(History::of(read(&files(rules, database_acl))))
}

pub fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// One row at an interface, by its place; the near end is the client when the row leaves and opens.
pub fn row(place: usize, egress: bool, leg: Leg, far: &str, port: u16, accepted: bool) -> Flow {
    let direction = if egress { Direction::Egress } else { Direction::Ingress };
    let own_is_client = egress == (leg == Leg::Opening);
    let (own, far) = (address(ADDRESSES[place]), address(far));
    let flags = if leg == Leg::Opening { SYN } else { SYN | 16 };
    Flow {
        interface: place as u32,
        direction,
        leg,
        client: if own_is_client { own } else { far },
        server: if own_is_client { far } else { own },
        protocol: TCP,
        port,
        client_port: 0,
        accepted,
        reason: Reason::Other,
        tcp_flags: Some(flags),
        flows: 1,
        bytes: 60,
        first: 0,
        last: 0,
    }
}

/// A conversation between two machines that both ends let pass, and its answers.
pub fn passes(client: usize, server: usize, port: u16, at: i64) -> Vec<Flow> {
    let (from, to) = (ADDRESSES[client], ADDRESSES[server]);
    [
        row(client, true, Leg::Opening, to, port, true),
        row(server, false, Leg::Opening, from, port, true),
        row(server, true, Leg::Answer, from, port, true),
        row(client, false, Leg::Answer, to, port, true),
    ]
    .map(|flow| Flow { first: at, last: at + 5, ..flow })
    .to_vec()
}

/// An opening that leaves its client and is refused where it should arrive.
pub fn refused(client: usize, server: usize, port: u16, at: i64) -> Vec<Flow> {
    let (from, to) = (ADDRESSES[client], ADDRESSES[server]);
    [row(client, true, Leg::Opening, to, port, true), row(server, false, Leg::Opening, from, port, false)]
        .map(|flow| Flow { first: at, last: at + 3, ..flow })
        .to_vec()
}

/// The same every so many seconds from the first day to the last.
pub fn daily(make: impl Fn(i64) -> Vec<Flow>) -> Vec<Flow> {
    (0..DAYS * 4).flat_map(|quarter| make(quarter * DAY / 4 + 600)).collect()
}

pub fn traffic(flows: &[Flow]) -> Traffic<'_> {
    Traffic { interfaces: &NAMES, flows, window: Window::complete(0, DAYS * DAY) }
}
