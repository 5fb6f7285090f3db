//! Security groups: which rules permit the first packet of a connection.
//! Stateless by itself: callers ask about openings only, answers to an opening pass unasked.

use std::net::IpAddr;

use crate::acl::Cidr;
use crate::world::World;

/// The groups of the VPC; the value is the group's place in [`World::groups`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupName {
    LoadBalancer,
    Web,
    App,
    OrdersDb,
    CatalogDb,
    AnalyticsDb,
    Cache,
    Kafka,
    Search,
    Files,
    Bastion,
    Worker,
    Monitoring,
    Dns,
    Endpoint,
    Reporting,
    Base,
    Default,
}

impl GroupName {
    /// All of them in order, with the names they carry in the account.
    pub(crate) const ALL: [(Self, &'static str, &'static str); 18] = [
        (Self::LoadBalancer, "load-balancers", "Internet-facing load balancers"),
        (Self::Web, "web", "Web tier"),
        (Self::App, "app", "Application tier"),
        (Self::OrdersDb, "orders-db", "Orders database"),
        (Self::CatalogDb, "catalog-db", "Catalog database"),
        (Self::AnalyticsDb, "analytics-db", "Analytics database"),
        (Self::Cache, "cache", "Session cache"),
        (Self::Kafka, "kafka", "Event brokers"),
        (Self::Search, "search", "Search nodes"),
        (Self::Files, "files", "Shared files"),
        (Self::Bastion, "bastion", "Way in for administrators"),
        (Self::Worker, "worker", "Batch workers"),
        (Self::Monitoring, "monitoring", "Metrics collectors"),
        (Self::Dns, "dns", "Name and time servers"),
        (Self::Endpoint, "endpoints", "Interface endpoints"),
        (Self::Reporting, "reporting", "Monthly reports"),
        (Self::Base, "base", "On every managed instance"),
        (Self::Default, "default", "default VPC security group"),
    ];
}

/// Protocols a rule can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RuleProtocol {
    /// `-1`
    All,
    /// Number 6.
    Tcp,
    /// Number 17.
    Udp,
    /// Number 1, every type and code.
    Icmp,
}

impl RuleProtocol {
    /// As the EC2 API writes it.
    pub(crate) fn api_name(self) -> &'static str {
        match self {
            Self::All => "-1",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
        }
    }

    fn covers(self, protocol: u8) -> bool {
        match self {
            Self::All => true,
            Self::Tcp => protocol == 6,
            Self::Udp => protocol == 17,
            Self::Icmp => protocol == 1,
        }
    }
}

/// The far end a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// A block of addresses.
    Cidr(Cidr),
    /// The private addresses of a group's interfaces.
    Group(GroupName),
    /// A prefix list, by its place in the world.
    PrefixList(usize),
}

/// Why a rule deserves narrowing or removal, as the one who built the VPC knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excess {
    /// Open to the whole internet, used from inside only.
    WorldOpen,
    /// A range of ports of which one is used.
    WideRange,
    /// Nothing uses it.
    Dead,
    /// The same permission exists in another group of the same interfaces.
    Duplicate,
    /// Another rule of the group covers it.
    Covered,
}

/// One security-group rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// `sgr-…`
    pub(crate) id: String,
    /// Outbound, else inbound.
    pub(crate) egress: bool,
    /// What it permits.
    pub(crate) protocol: RuleProtocol,
    /// First port; -1 where ports mean nothing.
    pub(crate) from_port: i32,
    /// Last port; -1 where ports mean nothing.
    pub(crate) to_port: i32,
    /// From whom or to whom.
    pub(crate) peer: Peer,
    /// Free text.
    pub(crate) description: &'static str,
    /// Unix seconds at which somebody removed it; `i64::MAX` when it still stands.
    pub(crate) until: i64,
    /// What is wrong with it, if anything.
    pub(crate) excess: Option<Excess>,
    /// Its place among all rules of the world, for counting use.
    pub(crate) index: usize,
}

/// One security group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// `sg-…`
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: &'static str,
    /// Its description.
    pub(crate) description: &'static str,
    /// Its rules, removed ones included.
    pub(crate) rules: Vec<Rule>,
}

/// The opening of a connection, seen at one interface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    /// Place of the interface in the world.
    pub(crate) interface: usize,
    /// Whether the packet leaves the interface.
    pub(crate) egress: bool,
    /// The other end's address on the wire.
    pub(crate) peer: IpAddr,
    /// IANA number.
    pub(crate) protocol: u8,
    /// Destination port of the packet.
    pub(crate) port: u16,
    /// Unix seconds.
    pub(crate) at: i64,
}

/// Whether any group of the interface permits the opening. Every rule that does is counted in `used`.
/// An interface without groups (a NAT gateway's) is not guarded by any.
pub(crate) fn permits(world: &World, opening: &Opening, used: &mut [u64]) -> bool {
    let interface = &world.interfaces[opening.interface];
    if interface.groups.is_empty() {
        return true;
    }
    let mut permitted = false;
    for &group in interface.groups {
        for rule in &world.groups[group as usize].rules {
            if rule.fits(world, opening) {
                permitted = true;
                used[rule.index] += 1;
            }
        }
    }
    permitted
}

impl Rule {
    fn fits(&self, world: &World, opening: &Opening) -> bool {
        self.egress == opening.egress
            && opening.at < self.until
            && self.protocol.covers(opening.protocol)
            && (self.from_port < 0 || (self.from_port..=self.to_port).contains(&i32::from(opening.port)))
            && match self.peer {
                Peer::Cidr(cidr) => cidr.contains(opening.peer),
                Peer::Group(group) => world.has_group(opening.peer, group),
                Peer::PrefixList(list) => {
                    world.prefix_lists[list].cidrs.iter().any(|c| c.contains(opening.peer))
                }
            }
    }
}
