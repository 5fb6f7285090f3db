//! The company as `aws ec2 describe-…` prints it at a moment.

use super::people::{Machine, People};
use super::policy::{Far, Policy};
use serde_json::{Value, json};
use std::net::IpAddr;

pub type File = (String, Vec<u8>);

/// What the role that collects it may see.
#[derive(Clone, Copy)]
pub struct Sight {
    /// The account of shared services too.
    pub shared: bool,
    /// Rules with ids; else those in the groups' own listing.
    pub rule_ids: bool,
    pub list_entries: bool,
}

/// All files of one moment.
pub fn files(people: &People, policy: &Policy, at: i64, sight: Sight) -> Vec<File> {
    let standing: Vec<_> = policy.rules.iter().filter(|rule| rule.until > at).collect();
    let groups: Vec<Value> = (0..policy.groups.len())
        .filter(|group| sight.shared || !is_of_shared(*group))
        .map(|group| {
            let of = |egress: bool| -> Vec<Value> {
                let mine = standing.iter().filter(|rule| rule.group == group && rule.egress == egress);
                mine.map(|rule| permission(policy, rule.protocol, rule.ports, &rule.far)).collect()
            };
            json!({
                "GroupId": policy.groups[group], "GroupName": format!("group-{group}"), "OwnerId": account(group),
                "VpcId": people.vpcs[usize::from(is_of_shared(group))], "Description": "",
                "IpPermissions": of(false), "IpPermissionsEgress": of(true),
            })
        })
        .collect();
    let rules: Vec<Value> = standing
        .iter()
        .filter(|rule| sight.shared || !is_of_shared(rule.group))
        .map(|rule| {
            let (protocol, from, to) = told(rule.protocol, rule.ports);
            let mut value = json!({
                "SecurityGroupRuleId": rule.id, "GroupId": policy.groups[rule.group], "GroupOwnerId": account(rule.group),
                "IsEgress": rule.egress, "IpProtocol": protocol, "FromPort": from, "ToPort": to, "Tags": [],
            });
            match &rule.far {
                Far::Block(block) if block.base.is_ipv4() => value["CidrIpv4"] = json!(block.text()),
                Far::Block(block) => value["CidrIpv6"] = json!(block.text()),
                Far::List => value["PrefixListId"] = json!("pl-0c0ffee0c0ffee000"),
                Far::Group(group) => value["ReferencedGroupInfo"] = json!({ "GroupId": policy.groups[*group], "UserId": account(*group) }),
                Far::Ghost(id) => value["ReferencedGroupInfo"] = json!({ "GroupId": id, "UserId": "111122223333" }),
            }
            value
        })
        .collect();
    let seen = people.machines.iter().enumerate().filter(|(_, one)| one.lives(at));
    let seen = seen.filter(|(place, _)| sight.shared || people.vpc(*place) == 0);
    let interfaces: Vec<Value> = seen.map(|(place, one)| interface(people, policy, place, one)).collect();
    let subnets: Vec<Value> = people
        .subnets
        .iter()
        .filter(|one| sight.shared || !one.shared)
        .map(|one| {
            json!({ "SubnetId": one.id, "VpcId": people.vpcs[usize::from(one.shared)], "CidrBlock": one.v4.text(),
                "Ipv6CidrBlockAssociationSet": [{ "Ipv6CidrBlock": one.v6.text() }], "State": "available" })
        })
        .collect();
    let list = json!({ "PrefixListId": "pl-0c0ffee0c0ffee000", "PrefixListName": "corporate", "AddressFamily": "IPv4",
        "MaxEntries": 4, "State": "create-complete", "OwnerId": "111122223333" });
    let entries: Vec<Value> = policy.list.iter().map(|block| json!({ "Cidr": block.text() })).collect();
    let mut files = vec![
        ("security-groups.json", json!({ "SecurityGroups": groups })),
        ("network-interfaces.json", json!({ "NetworkInterfaces": interfaces })),
        ("subnets.json", json!({ "Subnets": subnets })),
        ("network-acls.json", json!({ "NetworkAcls": acls(people, policy, sight) })),
        ("managed-prefix-lists.json", json!({ "PrefixLists": [list] })),
    ];
    if sight.rule_ids {
        files.push(("security-group-rules.json", json!({ "SecurityGroupRules": rules })));
    }
    if sight.list_entries {
        files.push(("prefix-list-entries/pl-0c0ffee0c0ffee000.json", json!({ "Entries": entries })));
    }
    files.into_iter().map(|(name, value)| (name.to_owned(), value.to_string().into_bytes())).collect()
}

/// Shared services have an account of their own.
fn account(group: usize) -> &'static str {
    if is_of_shared(group) { "444455556666" } else { "111122223333" }
}

fn is_of_shared(group: usize) -> bool {
    super::people::Job::ALL.get(group).is_some_and(|job| job.is_shared())
}

fn told(protocol: Option<u8>, ports: (u16, u16)) -> (String, i32, i32) {
    match protocol {
        None => ("-1".to_owned(), -1, -1),
        Some(6) => ("tcp".to_owned(), i32::from(ports.0), i32::from(ports.1)),
        Some(17) => ("udp".to_owned(), i32::from(ports.0), i32::from(ports.1)),
        Some(1) => ("icmp".to_owned(), -1, -1),
        Some(other) => (other.to_string(), i32::from(ports.0), i32::from(ports.1)),
    }
}

fn permission(policy: &Policy, protocol: Option<u8>, ports: (u16, u16), far: &Far) -> Value {
    let (protocol, from, to) = told(protocol, ports);
    let mut value = json!({ "IpProtocol": protocol, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [] });
    if protocol != "-1" {
        (value["FromPort"], value["ToPort"]) = (json!(from), json!(to));
    }
    match far {
        Far::Block(block) if block.base.is_ipv4() => value["IpRanges"] = json!([{ "CidrIp": block.text() }]),
        Far::Block(block) => value["Ipv6Ranges"] = json!([{ "CidrIpv6": block.text() }]),
        Far::List => value["PrefixListIds"] = json!([{ "PrefixListId": "pl-0c0ffee0c0ffee000" }]),
        Far::Group(group) => {
            value["UserIdGroupPairs"] =
                json!([{ "GroupId": policy.groups[*group], "UserId": account(*group) }])
        }
        Far::Ghost(id) => value["UserIdGroupPairs"] = json!([{ "GroupId": id, "UserId": "111122223333" }]),
    }
    value
}

fn interface(people: &People, policy: &Policy, place: usize, one: &Machine) -> Value {
    let groups: Vec<Value> = policy
        .groups_of(people, place)
        .into_iter()
        .map(|group| json!({ "GroupId": policy.groups[group], "GroupName": "" }))
        .collect();
    let addresses: Vec<Value> = one
        .addresses()
        .filter(IpAddr::is_ipv4)
        .enumerate()
        .map(|(turn, address)| json!({ "PrivateIpAddress": address.to_string(), "Primary": turn == 0 }))
        .collect();
    let v6: Vec<Value> = one.v6.iter().map(|address| json!({ "Ipv6Address": address.to_string() })).collect();
    json!({
        "NetworkInterfaceId": one.eni, "VpcId": people.vpcs[people.vpc(place)], "SubnetId": people.subnets[one.subnet].id,
        "InterfaceType": if one.job == super::people::Job::Nat { "nat_gateway" } else { "interface" },
        "RequesterManaged": one.job.is_managed(), "Status": "in-use", "Description": format!("{:?}", one.job),
        "PrivateIpAddress": one.primary.to_string(), "PrivateIpAddresses": addresses, "Ipv6Addresses": v6, "Groups": groups,
    })
}

fn acls(people: &People, policy: &Policy, sight: Sight) -> Vec<Value> {
    let all = people.subnets.iter().zip(&policy.acls).enumerate();
    all.filter(|(_, (subnet, _))| sight.shared || !subnet.shared)
        .map(|(turn, (subnet, entries))| {
            let entries: Vec<Value> = entries
                .iter()
                .map(|one| {
                    let mut value = json!({
                        "RuleNumber": one.number, "RuleAction": if one.allow { "allow" } else { "deny" },
                        "Egress": one.egress, "Protocol": one.protocol.map_or_else(|| "-1".to_owned(), |p| p.to_string()),
                    });
                    value[if one.block.base.is_ipv4() { "CidrBlock" } else { "Ipv6CidrBlock" }] = json!(one.block.text());
                    if let Some((from, to)) = one.ports {
                        value["PortRange"] = json!({ "From": from, "To": to });
                    }
                    value
                })
                .collect();
            json!({ "NetworkAclId": format!("acl-{turn:017x}"), "VpcId": people.vpcs[usize::from(subnet.shared)],
                "Associations": [{ "SubnetId": subnet.id }], "Entries": entries, "IsDefault": false })
        })
        .collect()
}
