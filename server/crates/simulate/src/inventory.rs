//! The VPC as `aws ec2 describe-…` prints it: one JSON file per command, members as the AWS CLI names them.
//! Knows nothing of traffic.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::SimulateError;
use crate::acl::{Acl, Cidr};
use crate::emit::write_file;
use crate::faults::PeerRef;
use crate::groups::{Group, Rule, RuleProtocol};
use crate::roles::Kind;
use crate::truth::peer_ref;
use crate::world::{Interface, PrefixList, REGION, Subnet, World, ZONES};

/// Rule numbers of the entries that AWS adds to every network ACL, IPv4 and IPv6.
const LAST_ENTRIES: [(u16, Cidr); 2] = [(32_767, Cidr::ANY_V4), (32_768, Cidr::ANY_V6)];
/// How long before the span the machines were started.
const AGE_SECS: i64 = 40 * 86_400;

/// Writes the state of a moment into a folder.
pub(crate) fn write(world: &World, at: i64, begin: i64, folder: &Path) -> Result<(), SimulateError> {
    let started =
        Timestamp::from_second(begin - AGE_SECS).map_err(|_| SimulateError::EndOutOfRange { end: begin })?;
    let attach_time = started.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let interfaces: Vec<_> = world.interfaces.iter().map(|one| interface(world, one, &attach_time)).collect();
    let subnets: Vec<_> = world.subnets.iter().map(|one| subnet(world, one)).collect();
    let groups: Vec<_> = world.groups.iter().map(|one| group(world, one, at)).collect();
    let rules: Vec<_> = world
        .groups
        .iter()
        .flat_map(|group| standing(group, at).map(move |rule| group_rule(world, group, rule)))
        .collect();
    let acls: Vec<_> = world.acls.iter().enumerate().map(|(place, one)| acl(world, one, place)).collect();
    let lists: Vec<_> = world.prefix_lists.iter().map(prefix_list).collect();
    for (name, value) in [
        ("network-interfaces", json!({ "NetworkInterfaces": interfaces })),
        ("subnets", json!({ "Subnets": subnets })),
        ("security-groups", json!({ "SecurityGroups": groups })),
        ("security-group-rules", json!({ "SecurityGroupRules": rules })),
        ("network-acls", json!({ "NetworkAcls": acls })),
        ("managed-prefix-lists", json!({ "PrefixLists": lists })),
    ] {
        write_json(&folder.join(format!("{name}.json")), &value)?;
    }
    for list in &world.prefix_lists {
        let entries: Vec<_> = list.cidrs.iter().map(|cidr| json!({ "Cidr": cidr.to_string() })).collect();
        let path = folder.join("prefix-list-entries").join(format!("{}.json", list.id));
        write_json(&path, &json!({ "Entries": entries }))?;
    }
    Ok(())
}

/// Writes a value as indented JSON with a newline at its end.
pub(crate) fn write_json<T: serde::Serialize>(path: &Path, value: &T) -> Result<(), SimulateError> {
    let mut text = serde_json::to_vec_pretty(value)
        .map_err(|source| SimulateError::Json { path: path.to_owned(), source })?;
    text.push(b'\n');
    write_file(path, &text)
}

fn standing(group: &Group, at: i64) -> impl Iterator<Item = &Rule> {
    group.rules.iter().filter(move |rule| at < rule.until)
}

fn name_tag(name: &str) -> Value {
    json!([{ "Key": "Name", "Value": name }])
}

fn subnet(world: &World, subnet: &Subnet) -> Value {
    let (zone, zone_id) = ZONES[subnet.zone];
    let used = world.interfaces.iter().filter(|one| world.subnets[one.subnet].id == subnet.id).count();
    json!({
        "SubnetId": subnet.id, "VpcId": world.vpc, "OwnerId": world.account, "State": "available",
        "SubnetArn": format!("arn:aws:ec2:{REGION}:{}:subnet/{}", world.account, subnet.id),
        "AvailabilityZone": zone, "AvailabilityZoneId": zone_id,
        "CidrBlock": subnet.cidr.to_string(),
        "AvailableIpAddressCount": (1_usize << (32 - subnet.cidr.prefix)) - 5 - used,
        "Ipv6CidrBlockAssociationSet": [{
            "AssociationId": subnet.id.replace("subnet-", "subnet-cidr-assoc-"),
            "Ipv6CidrBlock": subnet.ipv6_cidr.to_string(),
            "Ipv6CidrBlockState": { "State": "associated" },
        }],
        "DefaultForAz": false, "MapPublicIpOnLaunch": subnet.public, "AssignIpv6AddressOnCreation": false,
        "Ipv6Native": false, "EnableDns64": false, "Tags": name_tag(&subnet.name),
    })
}

fn interface(world: &World, interface: &Interface, attach_time: &str) -> Value {
    let subnet = &world.subnets[interface.subnet];
    let (zone, zone_id) = ZONES[subnet.zone];
    let dns = format!("ip-{}.{REGION}.compute.internal", interface.private.to_string().replace('.', "-"));
    let association = interface.public.map(|public| {
        let dashed = public.to_string().replace('.', "-");
        let owner = if interface.requester_managed() { "amazon" } else { &world.account };
        let name = format!("ec2-{dashed}.{REGION}.compute.amazonaws.com");
        json!({ "PublicIp": public.to_string(), "PublicDnsName": name, "IpOwnerId": owner })
    });
    let mut address = json!({
        "Primary": true, "PrivateDnsName": dns, "PrivateIpAddress": interface.private.to_string(),
    });
    let groups: Vec<_> = interface
        .groups
        .iter()
        .map(|&group| {
            let group = &world.groups[group as usize];
            json!({ "GroupId": group.id, "GroupName": group.name })
        })
        .collect();
    let ipv6: Vec<_> = interface
        .ipv6
        .iter()
        .map(|addr| json!({ "Ipv6Address": addr.to_string(), "IsPrimaryIpv6": false }))
        .collect();
    let (kind, description, requester) = maker(interface);
    let mut value = json!({
        "NetworkInterfaceId": interface.id, "InterfaceType": kind, "Description": description,
        "Status": "in-use", "VpcId": world.vpc, "SubnetId": subnet.id, "OwnerId": world.account,
        "AvailabilityZone": zone, "AvailabilityZoneId": zone_id, "MacAddress": interface.mac,
        "PrivateIpAddress": interface.private.to_string(), "PrivateDnsName": dns,
        "Ipv6Addresses": ipv6, "Groups": groups,
        "RequesterManaged": interface.requester_managed(),
        "SourceDestCheck": interface.spec.kind != Kind::NatGateway,
        "Attachment": attachment(world, interface, attach_time),
        "TagSet": if interface.requester_managed() { json!([]) } else { name_tag(interface.spec.name) },
    });
    if let Some(association) = association {
        address["Association"] = association.clone();
        value["Association"] = association;
    }
    if let Some(requester) = requester {
        value["RequesterId"] = json!(requester);
    }
    value["PrivateIpAddresses"] = json!([address]);
    value
}

fn attachment(world: &World, interface: &Interface, attach_time: &str) -> Value {
    let mut value = json!({
        "AttachmentId": interface.attachment, "Status": "attached", "DeviceIndex": 0,
        "DeleteOnTermination": !interface.requester_managed(),
    });
    match &interface.instance {
        Some(instance) => {
            value["InstanceId"] = json!(instance);
            value["InstanceOwnerId"] = json!(world.account);
            value["AttachTime"] = json!(attach_time);
        }
        None => value["InstanceOwnerId"] = json!("amazon-aws"),
    }
    value
}

/// Interface type, description and requester, as each service writes them.
fn maker(interface: &Interface) -> (&'static str, String, Option<&'static str>) {
    let (name, number) = (interface.spec.name, interface.number);
    let short = interface.id.get(4..20).unwrap_or_default();
    match interface.spec.kind {
        Kind::Instance => ("interface", String::new(), None),
        Kind::LoadBalancer => ("interface", format!("ELB {name}/{short}"), Some("amazon-elb")),
        Kind::NatGateway => {
            ("nat_gateway", format!("Interface for NAT Gateway nat-0{short}"), Some("amazon-nat-gateway"))
        }
        Kind::Database => ("interface", "RDSNetworkInterface".to_owned(), Some("amazon-rds")),
        Kind::Cache => ("interface", format!("ElastiCache {name}-{number:03}"), Some("amazon-elasticache")),
        Kind::FileSystem => {
            ("efs", format!("EFS mount target for fs-0{short} ({name})"), Some("amazon-elasticfilesystem"))
        }
        Kind::Endpoint => {
            ("vpc_endpoint", format!("VPC Endpoint Interface vpce-0{short}"), Some("amazon-vpc-endpoints"))
        }
    }
}

/// One permission per protocol and port range, with all its sources; what `describe-security-groups` prints.
fn group(world: &World, group: &Group, at: i64) -> Value {
    let permissions = |egress: bool| -> Vec<Value> {
        let mut merged: BTreeMap<(RuleProtocol, i32, i32), Value> = BTreeMap::new();
        for rule in standing(group, at).filter(|rule| rule.egress == egress) {
            let permission = merged
                .entry((rule.protocol, rule.from_port, rule.to_port))
                .or_insert_with(|| permission(rule));
            let (list, source) = source(world, rule);
            if let Some(sources) = permission[list].as_array_mut() {
                sources.push(source);
            }
        }
        merged.into_values().collect()
    };
    json!({
        "GroupId": group.id, "GroupName": group.name, "Description": group.description,
        "VpcId": world.vpc, "OwnerId": world.account,
        "SecurityGroupArn": format!("arn:aws:ec2:{REGION}:{}:security-group/{}", world.account, group.id),
        "IpPermissions": permissions(false), "IpPermissionsEgress": permissions(true),
        "Tags": name_tag(group.name),
    })
}

fn permission(rule: &Rule) -> Value {
    let mut value = json!({
        "IpProtocol": rule.protocol.api_name(),
        "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [],
    });
    if rule.protocol != RuleProtocol::All {
        value["FromPort"] = json!(rule.from_port);
        value["ToPort"] = json!(rule.to_port);
    }
    value
}

fn source(world: &World, rule: &Rule) -> (&'static str, Value) {
    let (list, mut value) = match peer_ref(world, rule.peer) {
        PeerRef::Cidr(cidr) if cidr.contains(':') => ("Ipv6Ranges", json!({ "CidrIpv6": cidr })),
        PeerRef::Cidr(cidr) => ("IpRanges", json!({ "CidrIp": cidr })),
        PeerRef::Group(group) => ("UserIdGroupPairs", json!({ "GroupId": group, "UserId": world.account })),
        PeerRef::PrefixList(list) => ("PrefixListIds", json!({ "PrefixListId": list })),
    };
    if !rule.description.is_empty() {
        value["Description"] = json!(rule.description);
    }
    (list, value)
}

fn group_rule(world: &World, group: &Group, rule: &Rule) -> Value {
    let mut value = json!({
        "SecurityGroupRuleId": rule.id, "GroupId": group.id, "GroupOwnerId": world.account,
        "IsEgress": rule.egress, "IpProtocol": rule.protocol.api_name(),
        "FromPort": rule.from_port, "ToPort": rule.to_port, "Tags": [],
        "SecurityGroupRuleArn":
            format!("arn:aws:ec2:{REGION}:{}:security-group-rule/{}", world.account, rule.id),
    });
    match peer_ref(world, rule.peer) {
        PeerRef::Cidr(cidr) if cidr.contains(':') => value["CidrIpv6"] = json!(cidr),
        PeerRef::Cidr(cidr) => value["CidrIpv4"] = json!(cidr),
        PeerRef::Group(group) => {
            value["ReferencedGroupInfo"] =
                json!({ "GroupId": group, "UserId": world.account, "VpcId": world.vpc });
        }
        PeerRef::PrefixList(list) => value["PrefixListId"] = json!(list),
    }
    if !rule.description.is_empty() {
        value["Description"] = json!(rule.description);
    }
    value
}

fn acl(world: &World, acl: &Acl, place: usize) -> Value {
    let entry = |number: u16, egress: bool, action: &str, protocol: Option<u8>, cidr: Cidr| {
        let mut value = json!({
            "RuleNumber": number, "Egress": egress, "RuleAction": action,
            "Protocol": protocol.map_or_else(|| "-1".to_owned(), |number| number.to_string()),
        });
        value[if cidr.addr.is_ipv4() { "CidrBlock" } else { "Ipv6CidrBlock" }] = json!(cidr.to_string());
        value
    };
    let mut entries = Vec::new();
    for egress in [true, false] {
        for one in acl.entries.iter().filter(|one| one.egress == egress) {
            let action = if one.allow { "allow" } else { "deny" };
            let mut value = entry(one.number, egress, action, one.protocol, one.cidr);
            if let Some((from, to)) = one.ports {
                value["PortRange"] = json!({ "From": from, "To": to });
            }
            entries.push(value);
        }
        entries.extend(LAST_ENTRIES.map(|(number, cidr)| entry(number, egress, "deny", None, cidr)));
    }
    let subnets = world.subnets.iter().filter(|subnet| subnet.acl as usize == place);
    let associations: Vec<_> = subnets
        .map(|subnet| {
            json!({
                "NetworkAclAssociationId": subnet.acl_association, "NetworkAclId": acl.id, "SubnetId": subnet.id,
            })
        })
        .collect();
    json!({
        "NetworkAclId": acl.id, "VpcId": world.vpc, "OwnerId": world.account, "IsDefault": acl.default,
        "Associations": associations, "Entries": entries, "Tags": name_tag(acl.name),
    })
}

fn prefix_list(list: &PrefixList) -> Value {
    json!({
        "PrefixListId": list.id, "PrefixListName": list.name, "AddressFamily": "IPv4",
        "State": "create-complete", "OwnerId": "AWS", "Tags": [],
        "PrefixListArn": format!("arn:aws:ec2:{REGION}:aws:prefix-list/{}", list.id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;
    use crate::acl::AclName;
    use crate::groups::GroupName;
    use crate::rhythm::Calendar;

    #[test]
    fn a_removed_rule_is_in_the_inventory_before_and_not_after() {
        let calendar = Calendar::new(1_795_464_000, 24);
        let world = World::build(5, Size::Small, &calendar);
        let orders = &world.groups[GroupName::OrdersDb as usize];
        let count = |at| standing(orders, at).count();
        assert_eq!(count(calendar.flip - 1), count(calendar.flip) + 1);
    }

    #[test]
    fn permissions_of_a_group_are_the_cross_product_of_its_rules() {
        let calendar = Calendar::new(1_795_464_000, 24);
        let world = World::build(5, Size::Small, &calendar);
        let balancers = group(&world, &world.groups[GroupName::LoadBalancer as usize], 0);
        let permissions = balancers["IpPermissions"].as_array().map_or(0, Vec::len);
        assert_eq!(permissions, 2, "443 and 80, each for both families: {balancers}");
        assert_eq!(balancers["IpPermissions"][0]["Ipv6Ranges"][0]["CidrIpv6"], "::/0");
        assert!(balancers["IpPermissionsEgress"][0].get("FromPort").is_none());
    }

    #[test]
    fn every_subnet_has_exactly_one_acl() {
        let world = World::build(5, Size::Small, &Calendar::new(1_795_464_000, 24));
        let associated: usize = (0..world.acls.len())
            .map(|place| {
                acl(&world, &world.acls[place], place)["Associations"].as_array().map_or(0, Vec::len)
            })
            .sum();
        assert_eq!(associated, world.subnets.len());
        assert_eq!(world.acls[AclName::Default as usize].name, "default");
    }
}
