//! The fields a filter may name: those of the AWS record formats, the few that are derived from them, and any other that
//! has the form of an AWS name, for AWS adds fields faster than users update.
//! Knows names and kinds; where a field's values are stored is the lake's affair.

use crate::spelling::nearest;
use std::fmt;

/// What sort of values a field holds, which decides the operators and the spelling of values in a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An IPv4 or IPv6 address.
    Address,
    /// A TCP or UDP port.
    Port,
    /// A count or a code, never negative.
    Number,
    /// Anything else: identifiers, names, tags.
    Text,
    /// An IANA protocol number.
    Protocol,
    /// ACCEPT or REJECT.
    Action,
    /// Unix seconds.
    Time,
    /// The TCP flag bits seen in the interval.
    TcpFlags,
}

impl Kind {
    /// Whether `<`, `<=`, `>` and `>=` mean something.
    pub const fn is_ordered(self) -> bool {
        matches!(self, Kind::Port | Kind::Number | Kind::Time)
    }

    /// The operators, as a hint lists them.
    pub const fn operators(self) -> &'static str {
        if self.is_ordered() { "=, !=, <, <=, >, >= and IN" } else { "=, != and IN" }
    }

    /// The values, as a hint describes them.
    pub const fn takes(self) -> &'static str {
        match self {
            Kind::Address => "an address such as 10.0.1.5 or a network such as 10.0.0.0/8",
            Kind::Port => "a number from 0 to 65535, a range such as 1024-65535 or a service such as https",
            Kind::Number => "a whole number or a range such as 100-200",
            Kind::Text => "a word, or text in double quotes",
            Kind::Protocol => "a name such as tcp or a number from 0 to 255",
            Kind::Action => "ACCEPT or REJECT",
            Kind::Time => "a time such as 2026-11-20T03:00:00Z or Unix seconds",
            Kind::TcpFlags => "flags such as SYN-ACK or their sum from 0 to 255",
        }
    }
}

/// A field. Two are equal when their names are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field {
    name: Name,
    kind: Kind,
}

/// Longest name of a field that is not known here, in bytes; the longest of AWS's has 26.
const NAME_LIMIT: usize = 48;

/// A name. That of an unknown field is held in place, so that fields are copied like numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Name {
    Known(&'static str),
    Other { len: u8, bytes: [u8; NAME_LIMIT] },
}

impl Field {
    /// The field of that name, of those AWS has documented and those that are derived. Underscores stand for hyphens, as in the Parquet column names; case does not matter.
    pub fn named(name: &str) -> Option<Field> {
        Field::ALL.iter().copied().find(|field| {
            let known = field.name().bytes();
            known.len() == name.len()
                && known
                    .zip(name.bytes())
                    .all(|(k, n)| k == if n == b'_' { b'-' } else { n.to_ascii_lowercase() })
        })
    }

    /// A text field that AWS may have added since, when `name` has the form of its names: lower-case words and numbers
    /// joined by hyphens. Spelled as in [`Field::named`]; `None` for a known one.
    pub fn other(name: &str) -> Option<Field> {
        let (mut bytes, len) = ([0; NAME_LIMIT], name.len());
        for (slot, byte) in bytes.get_mut(..len)?.iter_mut().zip(name.bytes()) {
            *slot = if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
            if !matches!(*slot, b'a'..=b'z' | b'0'..=b'9' | b'-') {
                return None;
            }
        }
        let is_name = bytes[0].is_ascii_lowercase() && !name.ends_with(['-', '_']);
        (is_name && Field::named(name).is_none())
            .then_some(Field { name: Name::Other { len: len as u8, bytes }, kind: Kind::Text })
    }

    /// The hyphenated AWS name, or the name of the derived field.
    pub fn name(&self) -> &str {
        match &self.name {
            Name::Known(name) => name,
            Name::Other { len, bytes } => str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default(),
        }
    }

    /// Whether it is one of [`Field::ALL`].
    pub const fn is_known(&self) -> bool {
        matches!(self.name, Name::Known(_))
    }

    /// The known field that an unknown one was probably meant to be. The next of a numbered family, such as
    /// `instance-tag-3`, means itself.
    pub(crate) fn meant(&self) -> Option<&'static str> {
        if self.is_known() || numbered(self.name()).is_some_and(|stem| Field::named(stem).is_some()) {
            return None;
        }
        nearest(self.name(), Field::ALL.iter().map(Field::name))
    }

    /// Whether its values are tags, which the log has percent-encoded.
    pub fn is_tag(&self) -> bool {
        let name = self.name();
        matches!(numbered(name).unwrap_or(name), "instance-tag" | "interface-tag" | "asg-tag")
    }

    /// What sort of values it holds.
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// What it means, in half a sentence.
    pub fn about(self) -> &'static str {
        let place = Field::ALL.iter().position(|field| *field == self);
        place.and_then(|place| Field::ABOUT.get(place)).copied().unwrap_or("a field that AWS has added since")
    }

    /// The values AWS documents, in AWS's spelling; empty when there is no such list. Except for `action` the list is
    /// open: AWS adds to it.
    pub fn values(self) -> &'static [&'static str] {
        match self {
            Field::ACTION => &["ACCEPT", "REJECT"],
            Field::LOG_STATUS => &["OK", "NODATA", "SKIPDATA"],
            Field::TYPE => &["IPv4", "IPv6", "EFA"],
            Field::FLOW_DIRECTION => &["ingress", "egress"],
            Field::SUBLOCATION_TYPE => &["wavelength", "outpost", "localzone"],
            Field::REJECT_REASON => &["BPA", "EC"],
            Field::RESOURCE_TYPE => &["TransitGateway"],
            Field::INTERFACE_TYPE | Field::NEXT_HOP_INTERFACE_TYPE => INTERFACE_TYPES,
            Field::AWS_SERVICE | Field::PKT_SRC_AWS_SERVICE | Field::PKT_DST_AWS_SERVICE => AWS_SERVICES,
            _ => &[],
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.name())
    }
}

/// The name before a number: `instance-tag` of `instance-tag-2`.
fn numbered(name: &str) -> Option<&str> {
    let (stem, number) = name.rsplit_once('-')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some(stem)
}

/// Interface types (AWS: flow log records, version 11).
const INTERFACE_TYPES: &[&str] =
    &["nat_gateway", "network_load_balancer", "regional_nat_gateway", "transit_gateway", "vpc_endpoint"];

/// Service names (AWS: flow log records, `pkt-src-aws-service`).
const AWS_SERVICES: &[&str] = &[
    "AMAZON",
    "AMAZON_APPFLOW",
    "AMAZON_CONNECT",
    "API_GATEWAY",
    "AURORA_DSQL",
    "CHIME_MEETINGS",
    "CHIME_VOICECONNECTOR",
    "CLOUD9",
    "CLOUDFRONT",
    "CLOUDFRONT_ORIGIN_FACING",
    "CODEBUILD",
    "DYNAMODB",
    "EBS",
    "EC2",
    "EC2_INSTANCE_CONNECT",
    "GLOBALACCELERATOR",
    "IVS_LOW_LATENCY",
    "IVS_REALTIME",
    "KINESIS_VIDEO_STREAMS",
    "MEDIA_PACKAGE_V2",
    "ROUTE53",
    "ROUTE53_HEALTHCHECKS",
    "ROUTE53_HEALTHCHECKS_PUBLISHING",
    "ROUTE53_RESOLVER",
    "S3",
    "WORKSPACES_GATEWAYS",
];

/// Writes a constant per field and the list of them all from one table.
macro_rules! fields {
    ($($constant:ident = $name:literal, $kind:ident, $about:literal;)+) => {
        impl Field {
            $(
                #[doc = concat!("`", $name, "`: ", $about, ".")]
                pub const $constant: Field = Field { name: Name::Known($name), kind: Kind::$kind };
            )+

            /// Every field: AWS's in the order of its tables, then the derived ones.
            pub const ALL: &'static [Field] = &[$(Field::$constant,)+];

            /// What each of them means, in the same order: apart, for the browser never says it.
            const ABOUT: &'static [&'static str] = &[$($about,)+];
        }
    };
}

// AWS: "Flow log records" of the VPC user guide (versions 2 to 11), "Transit Gateway Flow Logs records" (version 6).
fields! {
    VERSION = "version", Number, "version of the record";
    ACCOUNT_ID = "account-id", Text, "account that owns the interface";
    INTERFACE_ID = "interface-id", Text, "network interface that logged the record";
    SRCADDR = "srcaddr", Address, "source address, as the interface sees it";
    DSTADDR = "dstaddr", Address, "destination address, as the interface sees it";
    SRCPORT = "srcport", Port, "source port";
    DSTPORT = "dstport", Port, "destination port";
    PROTOCOL = "protocol", Protocol, "IANA protocol";
    PACKETS = "packets", Number, "packets in the interval";
    BYTES = "bytes", Number, "bytes in the interval";
    START = "start", Time, "when the first packet of the interval was seen";
    END = "end", Time, "when the last packet of the interval was seen";
    ACTION = "action", Action, "whether the traffic was accepted or rejected";
    LOG_STATUS = "log-status", Text, "whether logging worked in the interval";
    VPC_ID = "vpc-id", Text, "VPC of the interface";
    SUBNET_ID = "subnet-id", Text, "subnet of the interface";
    INSTANCE_ID = "instance-id", Text, "instance of the interface";
    TCP_FLAGS = "tcp-flags", TcpFlags, "TCP flags seen in the interval, without lone ACKs";
    TYPE = "type", Text, "type of the traffic";
    PKT_SRCADDR = "pkt-srcaddr", Address, "source address in the packet itself";
    PKT_DSTADDR = "pkt-dstaddr", Address, "destination address in the packet itself";
    REGION = "region", Text, "region of the interface";
    AZ_ID = "az-id", Text, "availability zone id of the interface";
    SUBLOCATION_TYPE = "sublocation-type", Text, "type of the sublocation";
    SUBLOCATION_ID = "sublocation-id", Text, "id of the sublocation";
    PKT_SRC_AWS_SERVICE = "pkt-src-aws-service", Text, "AWS service the source address belongs to";
    PKT_DST_AWS_SERVICE = "pkt-dst-aws-service", Text, "AWS service the destination address belongs to";
    FLOW_DIRECTION = "flow-direction", Text, "direction, seen from the interface";
    TRAFFIC_PATH = "traffic-path", Number, "code of the way out of the VPC, 1 to 8";
    ECS_CLUSTER_ARN = "ecs-cluster-arn", Text, "ARN of the ECS cluster";
    ECS_CLUSTER_NAME = "ecs-cluster-name", Text, "name of the ECS cluster";
    ECS_CONTAINER_INSTANCE_ARN = "ecs-container-instance-arn", Text, "ARN of the ECS container instance";
    ECS_CONTAINER_INSTANCE_ID = "ecs-container-instance-id", Text, "id of the ECS container instance";
    ECS_CONTAINER_ID = "ecs-container-id", Text, "runtime id of the first container";
    ECS_SECOND_CONTAINER_ID = "ecs-second-container-id", Text, "runtime id of the second container";
    ECS_SERVICE_NAME = "ecs-service-name", Text, "name of the ECS service";
    ECS_TASK_DEFINITION_ARN = "ecs-task-definition-arn", Text, "ARN of the ECS task definition";
    ECS_TASK_ARN = "ecs-task-arn", Text, "ARN of the ECS task";
    ECS_TASK_ID = "ecs-task-id", Text, "id of the ECS task";
    REJECT_REASON = "reject-reason", Text, "why it was rejected, unless by a security group or network ACL";
    RESOURCE_ID = "resource-id", Text, "regional NAT gateway that holds the interface";
    ENCRYPTION_STATUS = "encryption-status", Number, "code of the encryption in transit, 0 to 3";
    INSTANCE_TAG = "instance-tag", Text, "value of the first chosen instance tag, percent-encoded";
    INSTANCE_TAG_2 = "instance-tag-2", Text, "value of the second chosen instance tag, percent-encoded";
    INTERFACE_TAG = "interface-tag", Text, "value of the first chosen interface tag, percent-encoded";
    INTERFACE_TAG_2 = "interface-tag-2", Text, "value of the second chosen interface tag, percent-encoded";
    ASG_TAG = "asg-tag", Text, "value of the first chosen Auto Scaling group tag, percent-encoded";
    ASG_TAG_2 = "asg-tag-2", Text, "value of the second chosen Auto Scaling group tag, percent-encoded";
    INTERFACE_TYPE = "interface-type", Text, "type of the interface";
    NEXT_HOP_INTERFACE_ID = "next-hop-interface-id", Text, "interface at the other end of the hop";
    NEXT_HOP_SUBNET_ID = "next-hop-subnet-id", Text, "subnet of the interface at the other end";
    NEXT_HOP_AZ_ID = "next-hop-az-id", Text, "availability zone id of the interface at the other end";
    NEXT_HOP_VPC_ID = "next-hop-vpc-id", Text, "VPC of the interface at the other end";
    NEXT_HOP_INTERFACE_TYPE = "next-hop-interface-type", Text, "type of the interface at the other end";
    RESOURCE_TYPE = "resource-type", Text, "type of the resource that logged the record";
    TGW_ID = "tgw-id", Text, "transit gateway";
    TGW_ATTACHMENT_ID = "tgw-attachment-id", Text, "attachment that logged the record";
    TGW_SRC_VPC_ACCOUNT_ID = "tgw-src-vpc-account-id", Text, "account of the source VPC";
    TGW_DST_VPC_ACCOUNT_ID = "tgw-dst-vpc-account-id", Text, "account of the destination VPC";
    TGW_SRC_VPC_ID = "tgw-src-vpc-id", Text, "source VPC";
    TGW_DST_VPC_ID = "tgw-dst-vpc-id", Text, "destination VPC";
    TGW_SRC_SUBNET_ID = "tgw-src-subnet-id", Text, "source subnet";
    TGW_DST_SUBNET_ID = "tgw-dst-subnet-id", Text, "destination subnet";
    TGW_SRC_ENI = "tgw-src-eni", Text, "interface of the source attachment";
    TGW_DST_ENI = "tgw-dst-eni", Text, "interface of the destination attachment";
    TGW_SRC_AZ_ID = "tgw-src-az-id", Text, "availability zone id of the source attachment";
    TGW_DST_AZ_ID = "tgw-dst-az-id", Text, "availability zone id of the destination attachment";
    TGW_PAIR_ATTACHMENT_ID = "tgw-pair-attachment-id", Text, "the flow's other attachment";
    PACKETS_LOST_NO_ROUTE = "packets-lost-no-route", Number, "packets lost for want of a route";
    PACKETS_LOST_BLACKHOLE = "packets-lost-blackhole", Number, "packets lost to a blackhole route";
    PACKETS_LOST_MTU_EXCEEDED = "packets-lost-mtu-exceeded", Number, "packets lost because they were too large";
    PACKETS_LOST_TTL_EXPIRED = "packets-lost-ttl-expired", Number, "packets lost because they lived too long";
    SERVICE_PORT = "service-port", Port, "the server's port, by the evidence in the record";
    CLIENT = "client", Address, "who opened the conversation";
    SERVER = "server", Address, "who answered";
    AWS_SERVICE = "aws-service", Text, "the AWS service at either end";
    FLOW_LOG_ID = "flow-log-id", Text, "the flow log that wrote the record, by its object's key";
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::Dimension;

    #[test]
    fn every_field_of_the_two_default_formats_is_known() {
        let vpc = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                   action log-status";
        let transit_gateway = "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id \
             tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni \
             tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol \
             packets bytes start end log-status type packets-lost-no-route packets-lost-blackhole \
             packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region flow-direction pkt-src-aws-service \
             pkt-dst-aws-service";
        for name in vpc.split_whitespace().chain(transit_gateway.split_whitespace()) {
            assert_eq!(Field::named(name).map(|field| field.name().to_owned()), Some(name.to_owned()));
        }
    }

    #[test]
    fn there_are_54_vpc_fields_18_more_of_transit_gateways_and_5_derived_ones() {
        assert_eq!(Field::ALL.len(), 54 + 18 + 5);
        for (i, field) in Field::ALL.iter().enumerate() {
            assert!(
                !Field::ALL[..i].iter().any(|other| other.name() == field.name()),
                "{field} stands twice"
            );
        }
    }

    #[test]
    fn column_names_and_capitals_find_the_field() {
        assert_eq!(Field::named("pkt_src_aws_service"), Some(Field::PKT_SRC_AWS_SERVICE));
        assert_eq!(Field::named("DstPort"), Some(Field::DSTPORT));
        assert_eq!(Field::named("dst"), None);
        assert_eq!(Field::named("source"), None);
    }

    #[test]
    fn a_name_that_aws_may_add_is_a_text_field_and_no_other_word_is() {
        for (written, name) in [("shiny-new", "shiny-new"), ("Shiny_New", "shiny-new"), ("x2", "x2")] {
            let field = Field::other(written).unwrap();
            assert_eq!((field.name(), field.kind(), field.is_known()), (name, Kind::Text, false));
        }
        for word in ["", "-", "2x", "shiny-", "shiny.new", "dstport", "DST_ADDR", &"x".repeat(49), "süß"] {
            assert_eq!(Field::other(word).filter(|_| word != "DST_ADDR"), None, "{word}");
        }
    }

    #[test]
    fn what_looks_like_a_slip_is_one_unless_it_is_numbered() {
        let meant = |name: &str| Field::other(name).unwrap().meant();
        assert_eq!(meant("dstprt"), Some("dstport"));
        assert_eq!(meant("instance-tag-3"), None);
        assert_eq!(meant("shiny-new"), None);
        assert!(Field::other("asg-tag-3").unwrap().is_tag() && Field::INSTANCE_TAG_2.is_tag());
        assert!(!Field::REGION.is_tag());
    }

    #[test]
    fn every_dimension_is_a_field_except_none() {
        for dimension in Dimension::ALL {
            assert_eq!(
                dimension.field(),
                (dimension != Dimension::None).then(|| Field::named(dimension.name()).unwrap())
            );
        }
    }
}
