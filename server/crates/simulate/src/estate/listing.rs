//! The account as `aws ec2 describe-…` prints it.

use super::plan::{Machine, Plan};
use super::rules::{COMMON, Far, Rule, Rules};
use serde_json::{Value, json};

/// Name and content of every file.
pub(super) fn files(plan: &Plan, rules: &Rules) -> Vec<(String, Vec<u8>)> {
    let common = [(COMMON, &plan.common)];
    let groups = plan.roles.iter().enumerate().map(|(place, role)| (place, &role.group)).chain(common);
    let groups: Vec<Value> =
        groups.map(|(_, id)| json!({ "GroupId": id, "GroupName": id, "VpcId": plan.vpc })).collect();
    let listed: Vec<Value> = rules.all.iter().map(|one| rule(plan, one)).collect();
    let interfaces: Vec<Value> = plan.machines.iter().map(|one| interface(plan, one)).collect();
    let subnets: Vec<Value> = plan
        .subnets
        .iter()
        .map(|one| {
            json!({ "SubnetId": one.id, "VpcId": plan.vpc, "CidrBlock": one.v4.to_string(),
                "Ipv6CidrBlockAssociationSet": [{ "Ipv6CidrBlock": one.v6.to_string() }] })
        })
        .collect();
    [
        ("security-groups.json", json!({ "SecurityGroups": groups })),
        ("security-group-rules.json", json!({ "SecurityGroupRules": listed })),
        ("network-interfaces.json", json!({ "NetworkInterfaces": interfaces })),
        ("subnets.json", json!({ "Subnets": subnets })),
        ("network-acls.json", json!({ "NetworkAcls": acls(plan, rules) })),
        ("managed-prefix-lists.json", json!({ "PrefixLists": [] })),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_string().into_bytes()))
    .collect()
}

fn group_id(plan: &Plan, group: usize) -> &str {
    plan.roles.get(group).map_or(&plan.common, |role| &role.group)
}

fn rule(plan: &Plan, rule: &Rule) -> Value {
    let protocol = match rule.protocol {
        None => "-1".to_owned(),
        Some(6) => "tcp".to_owned(),
        Some(17) => "udp".to_owned(),
        Some(number) => number.to_string(),
    };
    let all = rule.protocol.is_none();
    let (from, to) = if all { (-1, -1) } else { (i32::from(rule.ports.0), i32::from(rule.ports.1)) };
    let mut value = json!({
        "SecurityGroupRuleId": rule.id, "GroupId": group_id(plan, rule.group), "IsEgress": rule.egress,
        "IpProtocol": protocol, "FromPort": from, "ToPort": to,
    });
    match &rule.far {
        Far::Group(group) => value["ReferencedGroupInfo"] = json!({ "GroupId": group_id(plan, *group) }),
        Far::Block(block) if block.addr.is_ipv4() => value["CidrIpv4"] = json!(block.to_string()),
        Far::Block(block) => value["CidrIpv6"] = json!(block.to_string()),
    }
    value
}

fn interface(plan: &Plan, machine: &Machine) -> Value {
    let role = &plan.roles[machine.role];
    let mut groups = vec![json!({ "GroupId": role.group })];
    groups.extend(role.has_common.then(|| json!({ "GroupId": plan.common })));
    let mut addresses = vec![json!({ "PrivateIpAddress": machine.v4.to_string(), "Primary": true })];
    addresses.extend(
        machine.secondary.map(|one| json!({ "PrivateIpAddress": one.to_string(), "Primary": false })),
    );
    let v6: Vec<Value> = machine.v6.iter().map(|one| json!({ "Ipv6Address": one.to_string() })).collect();
    json!({
        "NetworkInterfaceId": machine.id, "VpcId": plan.vpc, "SubnetId": plan.subnets[machine.subnet].id,
        "InterfaceType": "interface", "PrivateIpAddress": machine.v4.to_string(), "PrivateIpAddresses": addresses,
        "Ipv6Addresses": v6, "Groups": groups,
    })
}

fn acls(plan: &Plan, rules: &Rules) -> Vec<Value> {
    let listed = rules.acls.iter().zip(&plan.subnets);
    listed
        .map(|(acl, subnet)| {
            let entries: Vec<Value> = acl
                .entries
                .iter()
                .map(|one| {
                    let mut value = json!({
                        "RuleNumber": one.number, "Egress": one.egress,
                        "RuleAction": if one.allow { "allow" } else { "deny" },
                        "Protocol": one.protocol.map_or_else(|| "-1".to_owned(), |number| number.to_string()),
                    });
                    let block = if one.cidr.addr.is_ipv4() { "CidrBlock" } else { "Ipv6CidrBlock" };
                    value[block] = json!(one.cidr.to_string());
                    if let Some((from, to)) = one.ports {
                        value["PortRange"] = json!({ "From": from, "To": to });
                    }
                    value
                })
                .collect();
            json!({ "NetworkAclId": acl.id, "VpcId": plan.vpc, "Entries": entries,
                "Associations": [{ "SubnetId": subnet.id }] })
        })
        .collect()
}
