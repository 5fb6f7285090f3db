//! The JSON of the AWS CLI, member by member; members nobody asked for are passed over.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Types.html>

use super::model::{
    Acl, AclEntry, Group, Interface, InterfaceOwner, Peer, Ports, PrefixList, Protocol, Rule, Subnet,
};
use crate::address::{Address, Cidr, Family};
use serde::Deserialize;

/// Why an item is left out.
type Why = String;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WireGroup {
    group_id: String,
    #[serde(default)]
    group_name: String,
    #[serde(default)]
    vpc_id: String,
    owner_id: Option<String>,
    #[serde(default)]
    ip_permissions: Vec<WirePermission>,
    #[serde(default)]
    ip_permissions_egress: Vec<WirePermission>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WirePermission {
    ip_protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
    #[serde(default)]
    ip_ranges: Vec<WireSource>,
    #[serde(default)]
    ipv6_ranges: Vec<WireSource>,
    #[serde(default)]
    prefix_list_ids: Vec<WireSource>,
    #[serde(default)]
    user_id_group_pairs: Vec<WireSource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireSource {
    cidr_ip: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    group_id: Option<String>,
    user_id: Option<String>,
    vpc_peering_connection_id: Option<String>,
    peering_status: Option<String>,
    #[serde(default)]
    description: String,
}

impl WireGroup {
    /// The group with the rules of its own listing, which have no ids, and the groups of other accounts they name.
    pub(super) fn read(self) -> Result<(Group, Vec<String>), Why> {
        let (mut rules, mut foreign) = (Vec::new(), Vec::new());
        for (egress, permissions) in [(false, self.ip_permissions), (true, self.ip_permissions_egress)] {
            for permission in permissions {
                let named = permission.user_id_group_pairs.iter();
                foreign.extend(named.filter_map(|pair| {
                    let peering = (pair.vpc_peering_connection_id.as_deref(), pair.peering_status.as_deref());
                    let id = pair.group_id.as_ref()?;
                    is_foreign(self.owner_id.as_deref(), pair.user_id.as_deref(), peering).then(|| id.clone())
                }));
                permission.read(egress, &mut rules)?;
            }
        }
        Ok((Group { id: self.group_id, name: self.group_name, vpc: self.vpc_id, rules }, foreign))
    }
}

/// Whether a group that a rule names is another account's, or stands at the far end of a peering: then that it is not
/// listed here means nothing.
fn is_foreign(owner: Option<&str>, user: Option<&str>, peering: (Option<&str>, Option<&str>)) -> bool {
    let is_other = owner.zip(user).is_some_and(|(owner, user)| owner != user);
    let is_peered = peering.0.is_some_and(|id| !id.is_empty());
    (is_other || is_peered) && peering.1 != Some("deleted")
}

impl WirePermission {
    fn read(self, egress: bool, rules: &mut Vec<Rule>) -> Result<(), Why> {
        let protocol = protocol(&self.ip_protocol)?;
        let ports = rule_ports(protocol, self.from_port, self.to_port)?;
        let sources =
            [self.ip_ranges, self.ipv6_ranges, self.prefix_list_ids, self.user_id_group_pairs].into_iter();
        for source in sources.flatten() {
            let (peer, description) = source.read()?;
            rules.push(Rule { id: String::new(), egress, protocol, ports, peer, description });
        }
        Ok(())
    }
}

impl WireSource {
    fn read(self) -> Result<(Peer, String), Why> {
        let peer = match self {
            WireSource { cidr_ip: Some(cidr), .. } | WireSource { cidr_ipv6: Some(cidr), .. } => {
                Peer::Cidr(block(&cidr)?)
            }
            WireSource { prefix_list_id: Some(list), .. } => Peer::PrefixList(list),
            WireSource { group_id: Some(group), .. } => Peer::Group(group),
            _ => return Err("a source without CidrIp, CidrIpv6, PrefixListId or GroupId".to_owned()),
        };
        Ok((peer, self.description))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WireRule {
    #[serde(default)]
    security_group_rule_id: String,
    group_id: String,
    group_owner_id: Option<String>,
    is_egress: bool,
    ip_protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_info: Option<WireReference>,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireReference {
    group_id: String,
    user_id: Option<String>,
    vpc_peering_connection_id: Option<String>,
    peering_status: Option<String>,
}

impl WireRule {
    /// The group of another account that it names.
    pub(super) fn foreign(&self) -> Option<String> {
        let named = self.referenced_group_info.as_ref()?;
        let peering = (named.vpc_peering_connection_id.as_deref(), named.peering_status.as_deref());
        let (owner, user) = (self.group_owner_id.as_deref(), named.user_id.as_deref());
        is_foreign(owner, user, peering).then(|| named.group_id.clone())
    }

    /// The rule, and the group it belongs to.
    pub(super) fn read(self) -> Result<(String, Rule), Why> {
        let peer = match (self.cidr_ipv4.or(self.cidr_ipv6), self.prefix_list_id, self.referenced_group_info)
        {
            (Some(cidr), ..) => Peer::Cidr(block(&cidr)?),
            (_, Some(list), _) => Peer::PrefixList(list),
            (.., Some(group)) => Peer::Group(group.group_id),
            _ => return Err("no CidrIpv4, CidrIpv6, PrefixListId or ReferencedGroupInfo".to_owned()),
        };
        let protocol = protocol(&self.ip_protocol)?;
        let ports = rule_ports(protocol, self.from_port, self.to_port)?;
        let rule = Rule {
            id: self.security_group_rule_id,
            egress: self.is_egress,
            protocol,
            ports,
            peer,
            description: self.description,
        };
        Ok((self.group_id, rule))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WireInterface {
    network_interface_id: String,
    #[serde(default)]
    vpc_id: String,
    #[serde(default)]
    subnet_id: String,
    #[serde(default)]
    interface_type: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    requester_managed: bool,
    private_ip_address: Option<String>,
    ipv6_address: Option<String>,
    #[serde(default)]
    private_ip_addresses: Vec<WireAddress>,
    #[serde(default)]
    ipv6_addresses: Vec<WireAddress>,
    #[serde(default)]
    ipv4_prefixes: Vec<WireAddress>,
    #[serde(default)]
    ipv6_prefixes: Vec<WireAddress>,
    #[serde(default)]
    groups: Vec<WireReference>,
    association: Option<WireTranslation>,
    attachment: Option<WireAttachment>,
    #[serde(default)]
    tag_set: Vec<WireTag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAddress {
    private_ip_address: Option<String>,
    ipv6_address: Option<String>,
    ipv4_prefix: Option<String>,
    ipv6_prefix: Option<String>,
    association: Option<WireTranslation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireTranslation {
    public_ip: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAttachment {
    #[serde(default)]
    instance_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireTag {
    key: String,
    #[serde(default)]
    value: String,
}

impl WireInterface {
    pub(super) fn read(self) -> Result<Interface, Why> {
        let mut addresses = Vec::new();
        let mut prefixes = Vec::new();
        let mut public = Vec::new();
        let translated = self.private_ip_addresses.iter().filter_map(|one| one.association.as_ref());
        for text in translated.chain(&self.association).filter_map(|one| one.public_ip.as_ref()) {
            let address: Address = text.parse().map_err(|error| format!("{error}"))?;
            if !public.contains(&address) {
                public.push(address);
            }
        }
        let listed = self.private_ip_addresses.into_iter().chain(self.ipv6_addresses);
        let texts = listed.filter_map(|one| one.private_ip_address.or(one.ipv6_address));
        for text in texts.chain(self.private_ip_address).chain(self.ipv6_address) {
            let address: Address = text.parse().map_err(|error| format!("{error}"))?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        for text in self.ipv4_prefixes.into_iter().chain(self.ipv6_prefixes) {
            prefixes.extend(text.ipv4_prefix.or(text.ipv6_prefix).map(|text| block(&text)).transpose()?);
        }
        let name = self.tag_set.into_iter().find(|tag| tag.key == "Name").map(|tag| tag.value);
        Ok(Interface {
            id: self.network_interface_id,
            vpc: self.vpc_id,
            subnet: self.subnet_id,
            groups: self.groups.into_iter().map(|group| group.group_id).collect(),
            addresses,
            prefixes,
            public,
            kind: self.interface_type,
            owner: if self.requester_managed { InterfaceOwner::Service } else { InterfaceOwner::Account },
            instance: self.attachment.map(|attachment| attachment.instance_id).unwrap_or_default(),
            label: name.filter(|name| !name.is_empty()).unwrap_or(self.description),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WireAcl {
    network_acl_id: String,
    #[serde(default)]
    vpc_id: String,
    #[serde(default)]
    associations: Vec<WireAssociation>,
    #[serde(default)]
    entries: Vec<WireEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAssociation {
    #[serde(default)]
    subnet_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireEntry {
    rule_number: u32,
    rule_action: String,
    egress: bool,
    protocol: String,
    cidr_block: Option<String>,
    ipv6_cidr_block: Option<String>,
    port_range: Option<WireRange>,
    icmp_type_code: Option<WireMessage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireRange {
    from: i32,
    to: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireMessage {
    #[serde(rename = "Type")]
    kind: i32,
    code: i32,
}

impl WireAcl {
    pub(super) fn read(self) -> Result<Acl, Why> {
        let mut entries = self.entries.into_iter().map(WireEntry::read).collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(|entry| entry.number);
        let subnets = self.associations.into_iter().map(|one| one.subnet_id).collect();
        Ok(Acl { id: self.network_acl_id, vpc: self.vpc_id, subnets, entries })
    }
}

impl WireEntry {
    fn read(self) -> Result<AclEntry, Why> {
        let cidr = self.cidr_block.or(self.ipv6_cidr_block).ok_or("an entry without CidrBlock")?;
        let protocol = protocol(&self.protocol)?;
        let ports = match (self.port_range, self.icmp_type_code) {
            (Some(range), _) => Ports::Range(port(range.from)?, port(range.to)?),
            (_, Some(message)) => icmp(message.kind, message.code)?,
            _ => Ports::All,
        };
        Ok(AclEntry {
            number: self.rule_number,
            egress: self.egress,
            allow: self.rule_action == "allow",
            protocol,
            cidr: block(&cidr)?,
            ports,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WireSubnet {
    subnet_id: String,
    #[serde(default)]
    vpc_id: String,
    cidr_block: Option<String>,
    #[serde(default)]
    ipv6_cidr_block_association_set: Vec<WireAssociatedBlock>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAssociatedBlock {
    ipv6_cidr_block: Option<String>,
}

impl WireSubnet {
    pub(super) fn read(self) -> Result<Subnet, Why> {
        let v6 = self.ipv6_cidr_block_association_set.into_iter().filter_map(|one| one.ipv6_cidr_block);
        let cidrs = self.cidr_block.into_iter().chain(v6).filter(|text| !text.is_empty());
        let cidrs = cidrs.map(|text| block(&text)).collect::<Result<_, _>>()?;
        Ok(Subnet { id: self.subnet_id, vpc: self.vpc_id, cidrs })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WirePrefixList {
    prefix_list_id: String,
    #[serde(default)]
    prefix_list_name: String,
    #[serde(default)]
    address_family: String,
    max_entries: Option<u32>,
}

impl WirePrefixList {
    pub(super) fn read(self) -> Result<PrefixList, Why> {
        Ok(PrefixList {
            id: self.prefix_list_id,
            name: self.prefix_list_name,
            family: if self.address_family == "IPv6" { Family::V6 } else { Family::V4 },
            max_entries: self.max_entries,
            entries: None,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WirePrefix {
    cidr: String,
}

impl WirePrefix {
    pub(super) fn read(self) -> Result<Cidr, Why> {
        block(&self.cidr)
    }
}

fn block(text: &str) -> Result<Cidr, Why> {
    text.parse().map_err(|error| format!("{error}"))
}

/// A protocol by name or number; EC2 answers with names where it has them.
fn protocol(text: &str) -> Result<Protocol, Why> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "-1" | "all" => Protocol::All,
        "tcp" => Protocol::Number(6),
        "udp" => Protocol::Number(17),
        "icmp" => Protocol::Number(1),
        "icmpv6" => Protocol::Number(58),
        number => Protocol::Number(number.parse().map_err(|_| format!("unknown protocol {text:?}"))?),
    })
}

/// The ports of a rule. Protocols other than TCP, UDP and ICMP have all ports, whatever range is given (AWS,
/// `IpPermission`).
fn rule_ports(protocol: Protocol, from: Option<i32>, to: Option<i32>) -> Result<Ports, Why> {
    match (protocol, from, to) {
        (Protocol::Number(6 | 17), Some(from), Some(to)) if from >= 0 => {
            Ok(Ports::Range(port(from)?, port(to)?))
        }
        (Protocol::Number(1 | 58), Some(kind), code) => icmp(kind, code.unwrap_or(-1)),
        _ => Ok(Ports::All),
    }
}

fn icmp(kind: i32, code: i32) -> Result<Ports, Why> {
    if kind < 0 {
        return Ok(Ports::All);
    }
    let kind = u8::try_from(kind).map_err(|_| format!("no ICMP type has number {kind}"))?;
    Ok(Ports::Icmp(kind, u8::try_from(code).ok()))
}

fn port(number: i32) -> Result<u16, Why> {
    u16::try_from(number).map_err(|_| format!("no port has number {number}"))
}
