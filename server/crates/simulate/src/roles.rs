//! The kinds of machine in the VPC: how many, in which subnets, behind which groups, and what AWS calls them.
//! A table; knows neither addresses nor traffic.

use crate::Size;
use crate::groups::GroupName;

/// What an interface belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    StoreBalancer,
    ApiBalancer,
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
    Nat,
    Monitoring,
    Dns,
    Endpoint,
    Reporting,
    Standby,
}

/// Who made the interface: decides ids, owner, ephemeral ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An instance of ours.
    Instance,
    /// An application load balancer.
    LoadBalancer,
    /// A zonal NAT gateway.
    NatGateway,
    /// A managed database.
    Database,
    /// A managed cache.
    Cache,
    /// A mount target of a file system.
    FileSystem,
    /// An interface endpoint.
    Endpoint,
}

/// A row of subnets, one per zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    Public,
    Web,
    App,
    Data,
    Batch,
    Search,
}

impl Tier {
    /// All tiers with their names, in the order of their addresses.
    pub(crate) const ALL: [(Self, &'static str); 6] = [
        (Self::Public, "public"),
        (Self::Web, "web"),
        (Self::App, "app"),
        (Self::Data, "data"),
        (Self::Batch, "batch"),
        (Self::Search, "search"),
    ];
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct RoleSpec {
    /// Which role.
    pub(crate) role: Role,
    /// Name tag; AWS-made interfaces carry it in their description.
    pub(crate) name: &'static str,
    /// Who made it.
    pub(crate) kind: Kind,
    /// Where it lives.
    pub(crate) tier: Tier,
    /// Interfaces in a small VPC.
    pub(crate) small: usize,
    /// Interfaces in a medium one.
    pub(crate) medium: usize,
    /// Its security groups.
    pub(crate) groups: &'static [GroupName],
    /// Whether it has a public IPv4 address.
    pub(crate) public: bool,
    /// Whether it has an IPv6 address.
    pub(crate) ipv6: bool,
}

impl RoleSpec {
    /// How many interfaces a VPC of this size has.
    pub(crate) fn count(&self, size: Size) -> usize {
        match size {
            Size::Small => self.small,
            Size::Medium => self.medium,
        }
    }
}

const fn row(
    role: Role,
    name: &'static str,
    kind: Kind,
    tier: Tier,
    (small, medium): (usize, usize),
    groups: &'static [GroupName],
) -> RoleSpec {
    let public = matches!(tier, Tier::Public);
    let ipv6 = matches!(role, Role::StoreBalancer | Role::ApiBalancer | Role::Web | Role::App | Role::Dns);
    RoleSpec { role, name, kind, tier, small, medium, groups, public, ipv6 }
}

/// Every role, in the order in which addresses are handed out.
pub(crate) const ROLES: [RoleSpec; 19] = {
    use GroupName as G;
    [
        row(Role::StoreBalancer, "app/store", Kind::LoadBalancer, Tier::Public, (3, 6), &[G::LoadBalancer]),
        row(Role::ApiBalancer, "app/api", Kind::LoadBalancer, Tier::Public, (3, 6), &[G::LoadBalancer]),
        row(Role::Bastion, "bastion", Kind::Instance, Tier::Public, (1, 2), &[G::Bastion]),
        row(Role::Nat, "nat", Kind::NatGateway, Tier::Public, (3, 3), &[]),
        row(Role::Web, "web", Kind::Instance, Tier::Web, (12, 60), &[G::Web, G::Base]),
        row(Role::App, "app", Kind::Instance, Tier::App, (15, 75), &[G::App]),
        row(Role::OrdersDb, "orders", Kind::Database, Tier::Data, (3, 6), &[G::OrdersDb]),
        row(Role::CatalogDb, "catalog", Kind::Database, Tier::Data, (2, 6), &[G::CatalogDb]),
        row(Role::AnalyticsDb, "analytics", Kind::Database, Tier::Data, (1, 3), &[G::AnalyticsDb]),
        row(Role::Cache, "sessions", Kind::Cache, Tier::Data, (3, 9), &[G::Cache]),
        row(Role::Kafka, "kafka", Kind::Instance, Tier::Data, (3, 9), &[G::Kafka, G::Base]),
        row(Role::Files, "shared", Kind::FileSystem, Tier::Data, (3, 3), &[G::Files]),
        row(Role::Search, "search", Kind::Instance, Tier::Search, (3, 12), &[G::Search]),
        row(Role::Worker, "worker", Kind::Instance, Tier::Batch, (10, 60), &[G::Worker, G::Base]),
        row(Role::Monitoring, "metrics", Kind::Instance, Tier::App, (1, 3), &[G::Monitoring]),
        row(Role::Dns, "dns", Kind::Instance, Tier::App, (2, 3), &[G::Dns, G::Base]),
        row(Role::Endpoint, "logs", Kind::Endpoint, Tier::App, (3, 6), &[G::Endpoint]),
        row(Role::Reporting, "reports", Kind::Instance, Tier::Batch, (1, 2), &[G::Reporting, G::Base]),
        row(Role::Standby, "standby", Kind::Instance, Tier::Data, (2, 6), &[G::Default]),
    ]
};
