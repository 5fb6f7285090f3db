//! A rule as the EC2 API's `IpPermission`: what `authorize` and `revoke` take, and CloudFormation's members are named
//! after. <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>

use crate::address::Family;
use crate::inventory::{Peer, Ports, Protocol, Rule};
use serde_json::{Map, Value, json};

/// The rule in JSON.
pub(super) fn permission(rule: &Rule, description: &str) -> Value {
    let mut members = Map::new();
    members.insert("IpProtocol".to_owned(), json!(rule.protocol.api_name()));
    if let Some((from, to)) = ports(rule) {
        members.insert("FromPort".to_owned(), json!(from));
        members.insert("ToPort".to_owned(), json!(to));
    }
    let (list, name) = match &rule.peer {
        Peer::Cidr(cidr) if cidr.family() == Family::V4 => ("IpRanges", "CidrIp"),
        Peer::Cidr(_) => ("Ipv6Ranges", "CidrIpv6"),
        Peer::Group(_) => ("UserIdGroupPairs", "GroupId"),
        Peer::PrefixList(_) => ("PrefixListIds", "PrefixListId"),
    };
    let mut source = json!({ name: rule.peer.to_string() });
    if !description.is_empty() {
        source["Description"] = json!(description);
    }
    members.insert(list.to_owned(), json!([source]));
    Value::Object(members)
}

/// `FromPort` and `ToPort` where the protocol takes them: ranges for TCP and UDP, type and code for ICMP.
pub(super) fn ports(rule: &Rule) -> Option<(i32, i32)> {
    match (rule.protocol, rule.ports) {
        (Protocol::All, _) => None,
        (Protocol::Number(6 | 17), Ports::All) => Some((0, 65_535)),
        (Protocol::Number(1 | 6 | 17 | 58), ports) => Some(ports.api_range()),
        _ => None,
    }
}
