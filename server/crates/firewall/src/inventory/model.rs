//! The nouns of a firewall as plain values. Knows neither JSON nor how rules are evaluated.

use super::{Damage, Noun};
use crate::address::{Address, Cidr, Family};
use std::collections::{BTreeMap, BTreeSet};

/// One state of everything that was collected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Security groups by id.
    pub groups: BTreeMap<String, Group>,
    /// Network interfaces by id.
    pub interfaces: BTreeMap<String, Interface>,
    /// Network ACLs by id.
    pub acls: BTreeMap<String, Acl>,
    /// Subnets by id.
    pub subnets: BTreeMap<String, Subnet>,
    /// Prefix lists by id.
    pub prefix_lists: BTreeMap<String, PrefixList>,
    /// Groups that rules name and that are another account's or a peered VPC's.
    pub foreign_groups: BTreeSet<String>,
    /// The lists that were there, possibly empty.
    pub collected: BTreeSet<Noun>,
    /// What could not be used.
    pub damage: Vec<Damage>,
}

impl Inventory {
    /// Whether a list was among what was collected.
    pub fn has(&self, noun: Noun) -> bool {
        self.collected.contains(&noun)
    }

    /// Whether a group that rules name is gone: it would be listed if it were there.
    pub fn is_gone(&self, group: &str) -> bool {
        let is_whole = !self.damage.iter().any(|damage| !matches!(damage, Damage::Foreign { .. }));
        let is_listed = self.groups.contains_key(group) || self.foreign_groups.contains(group);
        self.has(Noun::Groups) && is_whole && !is_listed
    }

    /// The interfaces that carry a group.
    pub fn members<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Interface> {
        self.interfaces.values().filter(move |interface| interface.groups.iter().any(|id| id == group))
    }
}

/// A security group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// `sg-…`
    pub id: String,
    /// `GroupName`
    pub name: String,
    /// `vpc-…`; empty when not told.
    pub vpc: String,
    /// Its rules of both directions.
    pub rules: Vec<Rule>,
}

/// A security-group rule: one protocol, one range of ports, one far end.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// `sgr-…`; empty where only the group's own listing is there, which has no ids.
    pub id: String,
    /// Outbound.
    pub egress: bool,
    /// Which packets.
    pub protocol: Protocol,
    /// Which ports, or which ICMP messages.
    pub ports: Ports,
    /// From whom, or to whom.
    pub peer: Peer,
    /// Free text.
    pub description: String,
}

impl Rule {
    /// Whether two rules permit the same, whatever they are called.
    pub fn permits_the_same(&self, other: &Rule) -> bool {
        (self.egress, self.protocol, self.ports, &self.peer)
            == (other.egress, other.protocol, other.ports, &other.peer)
    }
}

/// `IpProtocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// `-1`
    All,
    /// IANA number.
    Number(u8),
}

impl Protocol {
    /// Whether a packet of this number is meant.
    pub fn covers(self, number: u8) -> bool {
        self == Protocol::All || self == Protocol::Number(number)
    }

    /// As the EC2 API writes it: `tcp`, `udp`, `icmp`, `icmpv6`, `-1`, or the number.
    pub fn api_name(self) -> String {
        match self {
            Protocol::All => "-1".to_owned(),
            Protocol::Number(1) => "icmp".to_owned(),
            Protocol::Number(6) => "tcp".to_owned(),
            Protocol::Number(17) => "udp".to_owned(),
            Protocol::Number(58) => "icmpv6".to_owned(),
            Protocol::Number(number) => number.to_string(),
        }
    }
}

/// `FromPort` and `ToPort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ports {
    /// Every port, every message.
    All,
    /// These and all between them.
    Range(u16, u16),
    /// ICMP messages of this type, and of this code where one is named.
    Icmp(u8, Option<u8>),
}

impl Ports {
    /// Whether every port of another range is in this one.
    pub fn covers(self, other: Ports) -> bool {
        match (self, other) {
            (Ports::All, _) => true,
            (Ports::Range(from, to), Ports::Range(f, t)) => from <= f && t <= to,
            (Ports::Range(0, u16::MAX), Ports::All) => true,
            (Ports::Icmp(kind, None), Ports::Icmp(k, _)) => kind == k,
            (one, other) => one == other,
        }
    }

    /// `FromPort` and `ToPort` as the EC2 API writes them; -1 for all.
    pub fn api_range(self) -> (i32, i32) {
        match self {
            Ports::All => (-1, -1),
            Ports::Range(from, to) => (i32::from(from), i32::from(to)),
            Ports::Icmp(kind, code) => (i32::from(kind), code.map_or(-1, i32::from)),
        }
    }
}

/// The far end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A block of addresses.
    Cidr(Cidr),
    /// The private addresses of a group's interfaces, `sg-…`.
    Group(String),
    /// A prefix list, `pl-…`.
    PrefixList(String),
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Peer::Cidr(cidr) => cidr.fmt(f),
            Peer::Group(id) | Peer::PrefixList(id) => id.fmt(f),
        }
    }
}

/// Who made an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InterfaceOwner {
    /// An instance or somebody of the account.
    #[default]
    Account,
    /// An AWS service.
    Service,
}

/// A network interface.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interface {
    /// `eni-…`
    pub id: String,
    /// `vpc-…`; empty when not told.
    pub vpc: String,
    /// `subnet-…`; empty when not told.
    pub subnet: String,
    /// Its security groups; none for NAT gateways and some other interfaces of AWS, which no group guards.
    pub groups: Vec<String>,
    /// All its own addresses: private IPv4, secondary ones included, and IPv6.
    pub addresses: Vec<Address>,
    /// Blocks delegated to it.
    pub prefixes: Vec<Cidr>,
    /// Public addresses that its own are translated to on the way to the internet and back. No group's members have
    /// them: rules must name them by block.
    pub public: Vec<Address>,
    /// `InterfaceType`
    pub kind: String,
    /// Who made it.
    pub owner: InterfaceOwner,
    /// `i-…`, or empty.
    pub instance: String,
    /// Its Name tag, else its description.
    pub label: String,
}

impl Interface {
    /// Whether an address is its own.
    pub fn has(&self, address: Address) -> bool {
        self.addresses.contains(&address) || self.prefixes.iter().any(|prefix| prefix.contains(address))
    }
}

/// A network ACL.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acl {
    /// `acl-…`
    pub id: String,
    /// `vpc-…`
    pub vpc: String,
    /// The subnets it judges.
    pub subnets: Vec<String>,
    /// Its entries, by ascending number.
    pub entries: Vec<AclEntry>,
}

/// A numbered entry of a network ACL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AclEntry {
    /// `RuleNumber`; the first entry that fits decides.
    pub number: u32,
    /// Judges packets that leave the subnet, else those that enter it.
    pub egress: bool,
    /// `RuleAction` is `allow`.
    pub allow: bool,
    /// Which packets.
    pub protocol: Protocol,
    /// Far end.
    pub cidr: Cidr,
    /// Destination ports.
    pub ports: Ports,
}

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subnet {
    /// `subnet-…`
    pub id: String,
    /// `vpc-…`
    pub vpc: String,
    /// Its blocks of both families.
    pub cidrs: Vec<Cidr>,
}

/// A managed prefix list.
#[derive(Clone, Debug, PartialEq)]
pub struct PrefixList {
    /// `pl-…`
    pub id: String,
    /// `PrefixListName`
    pub name: String,
    /// Family of its entries.
    pub family: Family,
    /// `MaxEntries`: what a reference to it counts for in the quota of rules. AWS's own lists have a weight instead,
    /// which no command prints.
    pub max_entries: Option<u32>,
    /// Its blocks; `None` where they were not collected.
    pub entries: Option<Vec<Cidr>>,
}

impl PrefixList {
    /// Whether AWS keeps it: the addresses of one of its services.
    pub fn is_of_aws(&self) -> bool {
        self.name.starts_with("com.amazonaws.")
    }
}
