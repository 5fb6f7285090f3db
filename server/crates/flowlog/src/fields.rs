//! The one table of all fields AWS writes: 54 of VPC flow logs, 18 more of transit gateway flow logs.
//! Knows names and types; nothing of lines.
//!
//! Sources: "Flow log records" in the Amazon VPC user guide and "Transit Gateway Flow Logs" in the transit
//! gateways guide.

use std::borrow::Cow;
use std::fmt;

/// What a field's values are, and so which [`crate::Data`] a column of them has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An IPv4 or IPv6 address.
    Address,
    /// A TCP or UDP port, 0 to 65535; 0 where the protocol has none.
    Port,
    /// An IANA protocol number, 0 to 255.
    Protocol,
    /// A small number or set of bits, 0 to 2³¹−1.
    Int32,
    /// A count, 0 to 2⁶³−1.
    Int64,
    /// A moment: Unix seconds in the column, whatever the unit in the text.
    Seconds,
    /// An identifier, name or one of a few words.
    Text,
}

impl Kind {
    /// The type AWS gives such a field when it delivers Parquet.
    #[must_use]
    pub const fn parquet(self) -> &'static str {
        match self {
            Self::Address | Self::Text => "STRING",
            Self::Port | Self::Protocol | Self::Int32 => "INT32",
            Self::Int64 | Self::Seconds => "INT64",
        }
    }
}

/// A field AWS documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// The hyphenated name, as in header lines and `${name}` format strings.
    pub name: &'static str,
    /// The flow log version that introduced the field.
    pub version: u8,
    /// What its values are.
    pub kind: Kind,
}

const fn spec(name: &'static str, version: u8, kind: Kind) -> FieldSpec {
    FieldSpec { name, version, kind }
}

/// All documented fields: first the 54 of VPC flow logs in AWS's order, then those only transit gateways
/// have.
pub const FIELDS: &[FieldSpec] = &[
    spec("version", 2, Kind::Int32),
    spec("account-id", 2, Kind::Text),
    spec("interface-id", 2, Kind::Text),
    spec("srcaddr", 2, Kind::Address),
    spec("dstaddr", 2, Kind::Address),
    spec("srcport", 2, Kind::Port),
    spec("dstport", 2, Kind::Port),
    spec("protocol", 2, Kind::Protocol),
    spec("packets", 2, Kind::Int64),
    spec("bytes", 2, Kind::Int64),
    spec("start", 2, Kind::Seconds),
    spec("end", 2, Kind::Seconds),
    spec("action", 2, Kind::Text),
    spec("log-status", 2, Kind::Text),
    spec("vpc-id", 3, Kind::Text),
    spec("subnet-id", 3, Kind::Text),
    spec("instance-id", 3, Kind::Text),
    spec("tcp-flags", 3, Kind::Int32),
    spec("type", 3, Kind::Text),
    spec("pkt-srcaddr", 3, Kind::Address),
    spec("pkt-dstaddr", 3, Kind::Address),
    spec("region", 4, Kind::Text),
    spec("az-id", 4, Kind::Text),
    spec("sublocation-type", 4, Kind::Text),
    spec("sublocation-id", 4, Kind::Text),
    spec("pkt-src-aws-service", 5, Kind::Text),
    spec("pkt-dst-aws-service", 5, Kind::Text),
    spec("flow-direction", 5, Kind::Text),
    spec("traffic-path", 5, Kind::Int32),
    spec("ecs-cluster-arn", 7, Kind::Text),
    spec("ecs-cluster-name", 7, Kind::Text),
    spec("ecs-container-instance-arn", 7, Kind::Text),
    spec("ecs-container-instance-id", 7, Kind::Text),
    spec("ecs-container-id", 7, Kind::Text),
    spec("ecs-second-container-id", 7, Kind::Text),
    spec("ecs-service-name", 7, Kind::Text),
    spec("ecs-task-definition-arn", 7, Kind::Text),
    spec("ecs-task-arn", 7, Kind::Text),
    spec("ecs-task-id", 7, Kind::Text),
    spec("reject-reason", 8, Kind::Text),
    spec("resource-id", 9, Kind::Text),
    spec("encryption-status", 10, Kind::Int32),
    spec("instance-tag", 11, Kind::Text),
    spec("instance-tag-2", 11, Kind::Text),
    spec("interface-tag", 11, Kind::Text),
    spec("interface-tag-2", 11, Kind::Text),
    spec("asg-tag", 11, Kind::Text),
    spec("asg-tag-2", 11, Kind::Text),
    spec("interface-type", 11, Kind::Text),
    spec("next-hop-interface-id", 11, Kind::Text),
    spec("next-hop-subnet-id", 11, Kind::Text),
    spec("next-hop-az-id", 11, Kind::Text),
    spec("next-hop-vpc-id", 11, Kind::Text),
    spec("next-hop-interface-type", 11, Kind::Text),
    spec("resource-type", 6, Kind::Text),
    spec("tgw-id", 6, Kind::Text),
    spec("tgw-attachment-id", 6, Kind::Text),
    spec("tgw-src-vpc-account-id", 6, Kind::Text),
    spec("tgw-dst-vpc-account-id", 6, Kind::Text),
    spec("tgw-src-vpc-id", 6, Kind::Text),
    spec("tgw-dst-vpc-id", 6, Kind::Text),
    spec("tgw-src-subnet-id", 6, Kind::Text),
    spec("tgw-dst-subnet-id", 6, Kind::Text),
    spec("tgw-src-eni", 6, Kind::Text),
    spec("tgw-dst-eni", 6, Kind::Text),
    spec("tgw-src-az-id", 6, Kind::Text),
    spec("tgw-dst-az-id", 6, Kind::Text),
    spec("tgw-pair-attachment-id", 6, Kind::Text),
    spec("packets-lost-no-route", 6, Kind::Int64),
    spec("packets-lost-blackhole", 6, Kind::Int64),
    spec("packets-lost-mtu-exceeded", 6, Kind::Int64),
    spec("packets-lost-ttl-expired", 6, Kind::Int64),
];

/// The default format of VPC flow logs: the fields of version 2 in AWS's order.
pub const VPC_DEFAULT: [&str; 14] = [
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

/// The default format of transit gateway flow logs, in AWS's order.
pub const TGW_DEFAULT: [&str; 36] = [
    "version",
    "resource-type",
    "account-id",
    "tgw-id",
    "tgw-attachment-id",
    "tgw-src-vpc-account-id",
    "tgw-dst-vpc-account-id",
    "tgw-src-vpc-id",
    "tgw-dst-vpc-id",
    "tgw-src-subnet-id",
    "tgw-dst-subnet-id",
    "tgw-src-eni",
    "tgw-dst-eni",
    "tgw-src-az-id",
    "tgw-dst-az-id",
    "tgw-pair-attachment-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "log-status",
    "type",
    "packets-lost-no-route",
    "packets-lost-blackhole",
    "packets-lost-mtu-exceeded",
    "packets-lost-ttl-expired",
    "tcp-flags",
    "region",
    "flow-direction",
    "pkt-src-aws-service",
    "pkt-dst-aws-service",
];

/// The documented field of this hyphenated name.
#[must_use]
pub fn field(name: &str) -> Option<&'static FieldSpec> {
    FIELDS.iter().find(|field| field.name == name)
}

/// The name of a column: a documented field, or a name of a header that AWS had not documented yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldName(Cow<'static, str>);

impl FieldName {
    /// The field of this name; underscores, as Parquet columns have them, are read as hyphens.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let name = name.replace('_', "-");
        match field(&name) {
            Some(known) => Self(Cow::Borrowed(known.name)),
            None => Self(Cow::Owned(name)),
        }
    }

    /// The hyphenated name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the values are: as documented, or [`Kind::Text`] for a field AWS had not documented yet.
    #[must_use]
    pub fn kind(&self) -> Kind {
        field(&self.0).map_or(Kind::Text, |known| known.kind)
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed lookup fails the test")]

    use super::*;

    #[test]
    fn the_versions_add_up_to_what_aws_documents() {
        let vpc = &FIELDS[..54];
        let up_to = |version| vpc.iter().filter(|field| field.version <= version).count();
        let totals = [2, 3, 4, 5, 7, 8, 9, 10, 11].map(up_to);
        assert_eq!(totals, [14, 21, 25, 29, 39, 40, 41, 42, 54]);
        assert!(FIELDS[54..].iter().all(|field| field.version == 6));
    }

    #[test]
    fn the_default_formats_name_documented_fields_once() {
        for names in [&VPC_DEFAULT[..], &TGW_DEFAULT[..]] {
            for (at, name) in names.iter().enumerate() {
                assert!(field(name).is_some(), "{name}");
                assert!(!names[..at].contains(name), "{name} twice");
            }
        }
        let mut both: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        both.sort_unstable();
        both.dedup();
        assert_eq!(both.len(), FIELDS.len());
    }

    #[test]
    fn names_are_read_with_hyphens_and_with_underscores() {
        assert_eq!(FieldName::new("pkt_src_aws_service"), FieldName::new("pkt-src-aws-service"));
        assert_eq!(FieldName::new("shiny_new").as_str(), "shiny-new");
        assert_eq!(FieldName::new("shiny_new").kind(), Kind::Text);
    }

    #[test]
    fn parquet_types_are_those_of_the_aws_page() {
        let parquet = |name| field(name).unwrap().kind.parquet();
        assert_eq!(
            ["srcaddr", "srcport", "bytes", "action"].map(parquet),
            ["STRING", "INT32", "INT64", "STRING"]
        );
        assert_eq!(["encryption-status", "packets-lost-mtu-exceeded"].map(parquet), ["INT32", "INT64"]);
    }
}
