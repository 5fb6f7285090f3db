//! What a flow log is for and what it is of, and the fields that follow from both.

use serde::Serialize;

use crate::field_notes::TGW_FIELDS;

/// What the flow log is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Find what is refused, by which layer.
    DebugRejects,
    /// Find rules that are too wide, unused or missing.
    TightenGroups,
    /// Find what traffic costs: zones, NAT, the internet.
    Cost,
    /// Everything Weir can use.
    Everything,
}

/// What is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// All interfaces of a VPC.
    Vpc,
    /// All interfaces of a subnet.
    Subnet,
    /// One interface.
    Interface,
    /// A NAT gateway of a whole region, whose interfaces come and go.
    RegionalNatGateway,
    /// A transit gateway.
    TransitGateway,
    /// One attachment of a transit gateway.
    TransitGatewayAttachment,
}

/// AWS's default format: what every purpose needs, and what other tools expect.
const DEFAULT: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

const FOR_REJECTS: [&str; 7] =
    ["vpc-id", "subnet-id", "tcp-flags", "pkt-srcaddr", "pkt-dstaddr", "flow-direction", "reject-reason"];

const FOR_GROUPS: [&str; 6] =
    ["vpc-id", "instance-id", "tcp-flags", "pkt-srcaddr", "pkt-dstaddr", "flow-direction"];

const FOR_COST: [&str; 10] = [
    "vpc-id",
    "instance-id",
    "tcp-flags",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "az-id",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
    "flow-direction",
    "traffic-path",
];

const FOR_EVERYTHING: [&str; 14] = [
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "region",
    "az-id",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
    "flow-direction",
    "traffic-path",
    "reject-reason",
];

/// What of a transit gateway's default format tells nothing about the cost of traffic.
const NOT_FOR_GATEWAY_COST: [&str; 4] = [
    "packets-lost-no-route",
    "packets-lost-blackhole",
    "packets-lost-mtu-exceeded",
    "packets-lost-ttl-expired",
];

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::DebugRejects, Self::TightenGroups, Self::Cost, Self::Everything];

    /// What it is, for a choice on a page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::DebugRejects => "Find out what is refused, and by which layer",
            Self::TightenGroups => "Tighten security groups",
            Self::Cost => "See what traffic costs: zones, NAT, internet",
            Self::Everything => "Everything Weir can use",
        }
    }

    /// The fields it needs, by AWS's hyphenated names.
    #[must_use]
    pub fn fields(self, resource: ResourceKind) -> Vec<&'static str> {
        if resource.is_gateway() {
            let lost = |field: &&str| self == Self::Cost && NOT_FOR_GATEWAY_COST.contains(field);
            return TGW_FIELDS.iter().map(|note| note.field).filter(|field| !lost(field)).collect();
        }
        let more: &[&str] = match self {
            Self::DebugRejects => &FOR_REJECTS,
            Self::TightenGroups => &FOR_GROUPS,
            Self::Cost => &FOR_COST,
            Self::Everything => &FOR_EVERYTHING,
        };
        // Of a gateway whose interfaces come and go, this field alone tells which it is.
        let gateway = (resource == ResourceKind::RegionalNatGateway).then_some("resource-id");
        DEFAULT.iter().chain(more).copied().chain(gateway).collect()
    }

    /// Whether flow logs without `action` can serve it.
    pub(super) const fn needs_action(self) -> bool {
        matches!(self, Self::DebugRejects | Self::TightenGroups)
    }
}

impl ResourceKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Vpc,
        Self::Subnet,
        Self::Interface,
        Self::RegionalNatGateway,
        Self::TransitGateway,
        Self::TransitGatewayAttachment,
    ];

    /// Whether its records are those of transit gateways.
    #[must_use]
    pub const fn is_gateway(self) -> bool {
        matches!(self, Self::TransitGateway | Self::TransitGatewayAttachment)
    }

    /// The word of AWS's API.
    #[must_use]
    pub const fn api(self) -> &'static str {
        match self {
            Self::Vpc => "VPC",
            Self::Subnet => "Subnet",
            Self::Interface => "NetworkInterface",
            Self::RegionalNatGateway => "RegionalNatGateway",
            Self::TransitGateway => "TransitGateway",
            Self::TransitGatewayAttachment => "TransitGatewayAttachment",
        }
    }

    /// What its ids begin with.
    #[must_use]
    pub const fn id_prefix(self) -> &'static str {
        match self {
            Self::Vpc => "vpc-",
            Self::Subnet => "subnet-",
            Self::Interface => "eni-",
            Self::RegionalNatGateway => "nat-",
            Self::TransitGateway => "tgw-",
            Self::TransitGatewayAttachment => "tgw-attach-",
        }
    }

    /// The argument of Terraform's `aws_flow_log`.
    pub(super) const fn terraform(self) -> &'static str {
        match self {
            Self::Vpc => "vpc_id",
            Self::Subnet => "subnet_id",
            Self::Interface => "eni_id",
            Self::RegionalNatGateway => "regional_nat_gateway_id",
            Self::TransitGateway => "transit_gateway_id",
            Self::TransitGatewayAttachment => "transit_gateway_attachment_id",
        }
    }
}
