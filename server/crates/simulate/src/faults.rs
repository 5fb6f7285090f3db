//! The mistakes built into the policy, and the rule that would put each of them right.
//! Describes; the packets are stopped by evaluating the rules, never by this table.

use serde::{Deserialize, Serialize};

use crate::acl::{AclName, Cidr};
use crate::groups::GroupName;
use crate::links::{TCP, UDP};
use crate::path::Layer;
use crate::rhythm::Calendar;
use crate::world::{VPC_CIDR, WEBHOOK_CIDR, World};

/// Where Linux clients expect their answers.
const LINUX_PORTS: (i32, i32) = (32_768, 60_999);

/// One built-in mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The workers' rule on the orders database is removed at the flip.
    OrdersFromWorkers,
    /// The cache admits the web tier only.
    CacheFromApp,
    /// The application tier does not admit the metrics collector.
    MetricsOfApp,
    /// One search subnet lets answers out to Windows' ephemeral ports only.
    SearchAnswers,
    /// One batch subnet lets no answers in from outside the VPC.
    BatchAnswers,
    /// The application tier may reach half of the payment provider's range.
    WebhookEgress,
    /// The name servers admit the VPC's IPv4 block, not its IPv6 one.
    NamesOverIpv6,
    /// The rule for reports names port 3360 instead of 3306.
    CatalogFromReporting,
}

/// A far end, in exactly one of three notations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerRef {
    /// A block of addresses.
    Cidr(String),
    /// A security group's id.
    Group(String),
    /// A prefix list's id.
    PrefixList(String),
}

/// The rule or ACL entry that would let the stopped traffic pass, and nothing that was not meant to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// The security group (`sg-…`) or network ACL (`acl-…`) to add to.
    pub target: String,
    /// `ingress` or `egress`.
    pub direction: String,
    /// `tcp`, `udp`, `icmp` or `-1`.
    pub protocol: String,
    /// First port.
    pub from_port: i32,
    /// Last port.
    pub to_port: i32,
    /// From whom or to whom.
    pub peer: PeerRef,
}

/// A mistake as the truth tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misconfiguration {
    /// Short name.
    pub name: String,
    /// What somebody got wrong.
    pub why: String,
    /// Which layer stops the packets.
    pub layer: Layer,
    /// The security group that stops them, where one does.
    pub group: Option<String>,
    /// The network ACL that stops them, where one does.
    pub acl: Option<String>,
    /// Direction of the stopped packets at the stopping interface: `ingress` or `egress`.
    pub direction: String,
    /// IANA number.
    pub protocol: u8,
    /// The service's port.
    pub port: u16,
    /// Who wanted to talk.
    pub clients: PeerRef,
    /// Unix seconds from which on it stops traffic.
    pub from: i64,
    /// Unix seconds of the end of that.
    pub to: i64,
    /// The cure.
    pub fix: Fix,
    /// REJECT records it caused.
    pub records: u64,
    /// `start` of the first of them.
    pub first: Option<i64>,
    /// `end` of the last of them.
    pub last: Option<i64>,
}

impl Fault {
    /// All of them, in the order of the truth.
    pub(crate) const ALL: [Self; 8] = [
        Self::OrdersFromWorkers,
        Self::CacheFromApp,
        Self::MetricsOfApp,
        Self::SearchAnswers,
        Self::BatchAnswers,
        Self::WebhookEgress,
        Self::NamesOverIpv6,
        Self::CatalogFromReporting,
    ];

    /// The layer at which it stops packets.
    pub(crate) fn layer(self) -> Layer {
        match self {
            Self::SearchAnswers => Layer::NaclEgress,
            Self::BatchAnswers => Layer::NaclIngress,
            Self::WebhookEgress => Layer::SgEgress,
            _ => Layer::SgIngress,
        }
    }

    /// The mistake in the ids of a world, nothing counted yet.
    pub(crate) fn told(self, world: &World, calendar: &Calendar) -> Misconfiguration {
        let (name, why) = self.words();
        let (protocol, port) = self.service();
        let acl = self.acl().map(|acl| world.acls[acl as usize].id.clone());
        Misconfiguration {
            name: name.to_owned(),
            why: why.to_owned(),
            layer: self.layer(),
            group: acl.is_none().then(|| group_id(world, self.owner())),
            acl,
            direction: self.direction().to_owned(),
            protocol,
            port,
            clients: self.clients(world),
            from: if self == Self::OrdersFromWorkers { calendar.flip } else { calendar.begin },
            to: calendar.end,
            fix: self.fix(world),
            records: 0,
            first: None,
            last: None,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::OrdersFromWorkers => ("orders-from-workers", "a rule was removed"),
            Self::CacheFromApp => ("cache-from-app", "a rule is missing"),
            Self::MetricsOfApp => ("metrics-of-app", "a rule is missing"),
            Self::SearchAnswers => (
                "search-answers",
                "the ACL lets answers out to ports from 49152 on, Linux clients use 32768 to 60999",
            ),
            Self::BatchAnswers => {
                ("batch-answers", "the ACL admits the VPC only, so answers from S3 and the internet are lost")
            }
            Self::WebhookEgress => ("webhook-egress", "the rule's block is too narrow"),
            Self::NamesOverIpv6 => ("names-over-ipv6", "the IPv4 rule has no IPv6 twin"),
            Self::CatalogFromReporting => ("catalog-from-reporting", "the rule's port is a typing error"),
        }
    }

    /// The group whose interfaces log the rejects.
    fn owner(self) -> GroupName {
        match self {
            Self::OrdersFromWorkers => GroupName::OrdersDb,
            Self::CacheFromApp => GroupName::Cache,
            Self::MetricsOfApp | Self::WebhookEgress => GroupName::App,
            Self::SearchAnswers => GroupName::Search,
            Self::BatchAnswers => GroupName::Worker,
            Self::NamesOverIpv6 => GroupName::Dns,
            Self::CatalogFromReporting => GroupName::CatalogDb,
        }
    }

    fn clients(self, world: &World) -> PeerRef {
        let group = match self {
            Self::OrdersFromWorkers | Self::BatchAnswers => GroupName::Worker,
            Self::CacheFromApp | Self::SearchAnswers | Self::WebhookEgress => GroupName::App,
            Self::MetricsOfApp => GroupName::Monitoring,
            Self::CatalogFromReporting => GroupName::Reporting,
            Self::NamesOverIpv6 => return PeerRef::Cidr(world.ipv6_cidr.to_string()),
        };
        PeerRef::Group(group_id(world, group))
    }

    /// Protocol and port of the service.
    fn service(self) -> (u8, u16) {
        match self {
            Self::OrdersFromWorkers => (TCP, 5432),
            Self::CacheFromApp => (TCP, 6379),
            Self::MetricsOfApp => (TCP, 9100),
            Self::SearchAnswers => (TCP, 9200),
            Self::BatchAnswers | Self::WebhookEgress => (TCP, 443),
            Self::NamesOverIpv6 => (UDP, 53),
            Self::CatalogFromReporting => (TCP, 3306),
        }
    }

    fn acl(self) -> Option<AclName> {
        match self {
            Self::SearchAnswers => Some(AclName::SearchNarrow),
            Self::BatchAnswers => Some(AclName::BatchClosed),
            _ => None,
        }
    }

    fn direction(self) -> &'static str {
        match self.layer() {
            Layer::SgIngress | Layer::NaclIngress => "ingress",
            Layer::SgEgress | Layer::NaclEgress => "egress",
        }
    }

    fn fix(self, world: &World) -> Fix {
        let (protocol, port) = self.service();
        let port = i32::from(port);
        let ((from_port, to_port), peer) = match self {
            Self::SearchAnswers => (LINUX_PORTS, PeerRef::Cidr(VPC_CIDR.to_string())),
            Self::BatchAnswers => (LINUX_PORTS, PeerRef::Cidr(Cidr::ANY_V4.to_string())),
            Self::WebhookEgress => ((port, port), PeerRef::Cidr(WEBHOOK_CIDR.to_string())),
            _ => ((port, port), self.clients(world)),
        };
        let target = match self.acl() {
            Some(acl) => world.acls[acl as usize].id.clone(),
            None => group_id(world, self.owner()),
        };
        let protocol = if protocol == TCP { "tcp" } else { "udp" }.to_owned();
        Fix { target, direction: self.direction().to_owned(), protocol, from_port, to_port, peer }
    }
}

fn group_id(world: &World, group: GroupName) -> String {
    world.groups[group as usize].id.clone()
}
