//! The columns of a record and how each is written: default format, version 5, or any chosen fields.
//! Knows nothing of objects; one record in, one line of text out.

use std::io::Write;
use std::net::IpAddr;

use crate::flow::Record;
use crate::roles::Kind;
use crate::windows::Line;
use crate::world::{Interface, REGION, World, ZONES};
use crate::{Format, SimulateError};

/// Fields of the default format.
const V2_FIELDS: usize = 14;
/// Fields up to version 5.
const V5_FIELDS: usize = 29;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Version,
    AccountId,
    InterfaceId,
    SrcAddr,
    DstAddr,
    SrcPort,
    DstPort,
    Protocol,
    Packets,
    Bytes,
    Start,
    End,
    Action,
    LogStatus,
    VpcId,
    SubnetId,
    InstanceId,
    TcpFlags,
    Type,
    PktSrcAddr,
    PktDstAddr,
    Region,
    AzId,
    PktSrcService,
    PktDstService,
    FlowDirection,
    TrafficPath,
    InterfaceType,
    /// Known to AWS, without meaning in this VPC: always `-`.
    Absent,
}

/// Every field of AWS's table with the version that brought it, in AWS's order.
const FIELDS: [(&str, u8, Field); 54] = {
    use Field::*;
    [
        ("version", 2, Version),
        ("account-id", 2, AccountId),
        ("interface-id", 2, InterfaceId),
        ("srcaddr", 2, SrcAddr),
        ("dstaddr", 2, DstAddr),
        ("srcport", 2, SrcPort),
        ("dstport", 2, DstPort),
        ("protocol", 2, Protocol),
        ("packets", 2, Packets),
        ("bytes", 2, Bytes),
        ("start", 2, Start),
        ("end", 2, End),
        ("action", 2, Action),
        ("log-status", 2, LogStatus),
        ("vpc-id", 3, VpcId),
        ("subnet-id", 3, SubnetId),
        ("instance-id", 3, InstanceId),
        ("tcp-flags", 3, TcpFlags),
        ("type", 3, Type),
        ("pkt-srcaddr", 3, PktSrcAddr),
        ("pkt-dstaddr", 3, PktDstAddr),
        ("region", 4, Region),
        ("az-id", 4, AzId),
        ("sublocation-type", 4, Absent),
        ("sublocation-id", 4, Absent),
        ("pkt-src-aws-service", 5, PktSrcService),
        ("pkt-dst-aws-service", 5, PktDstService),
        ("flow-direction", 5, FlowDirection),
        ("traffic-path", 5, TrafficPath),
        ("ecs-cluster-arn", 7, Absent),
        ("ecs-cluster-name", 7, Absent),
        ("ecs-container-instance-arn", 7, Absent),
        ("ecs-container-instance-id", 7, Absent),
        ("ecs-container-id", 7, Absent),
        ("ecs-second-container-id", 7, Absent),
        ("ecs-service-name", 7, Absent),
        ("ecs-task-definition-arn", 7, Absent),
        ("ecs-task-arn", 7, Absent),
        ("ecs-task-id", 7, Absent),
        ("reject-reason", 8, Absent),
        ("resource-id", 9, Absent),
        ("encryption-status", 10, Absent),
        ("instance-tag", 11, Absent),
        ("instance-tag-2", 11, Absent),
        ("interface-tag", 11, Absent),
        ("interface-tag-2", 11, Absent),
        ("asg-tag", 11, Absent),
        ("asg-tag-2", 11, Absent),
        ("interface-type", 11, InterfaceType),
        ("next-hop-interface-id", 11, Absent),
        ("next-hop-subnet-id", 11, Absent),
        ("next-hop-az-id", 11, Absent),
        ("next-hop-vpc-id", 11, Absent),
        ("next-hop-interface-type", 11, Absent),
    ]
};

/// A checked format.
#[derive(Debug)]
pub(crate) struct Layout {
    fields: Vec<Field>,
    header: String,
    version: u8,
}

impl Layout {
    /// The layout of a format; refuses field names that AWS does not have.
    pub(crate) fn of(format: &Format) -> Result<Self, SimulateError> {
        let chosen: Vec<_> = match format {
            Format::V2 => FIELDS[..V2_FIELDS].to_vec(),
            Format::V5 => FIELDS[..V5_FIELDS].to_vec(),
            Format::Custom(names) => names.iter().map(|name| named(name)).collect::<Result<_, _>>()?,
        };
        let names: Vec<_> = chosen.iter().map(|(name, ..)| *name).collect();
        let version = chosen.iter().map(|(_, version, _)| *version).max().ok_or(SimulateError::NoFields)?;
        Ok(Self {
            fields: chosen.into_iter().map(|(.., field)| field).collect(),
            header: names.join(" "),
            version,
        })
    }

    /// The first line of every object, without its newline.
    pub(crate) fn header(&self) -> &str {
        &self.header
    }

    /// Appends one line, newline included.
    pub(crate) fn write(&self, world: &World, line: &Line, text: &mut Vec<u8>) {
        for (place, field) in self.fields.iter().enumerate() {
            if place > 0 {
                text.push(b' ');
            }
            let written = match line {
                Line::Flow(record) => {
                    let interface = &world.interfaces[record.hop.interface];
                    self.owner_value(*field, world, interface, text) || flow_value(*field, record, text)
                }
                Line::Coverage { interface, start, end, skipped } => {
                    self.owner_value(*field, world, &world.interfaces[*interface], text)
                        || coverage_value(*field, (*start, *end, *skipped), text)
                }
            };
            if !written {
                text.push(b'-');
            }
        }
        text.push(b'\n');
    }

    /// Values that belong to the interface, whatever it saw. False when the field is none of them, or has no value.
    fn owner_value(&self, field: Field, world: &World, interface: &Interface, text: &mut Vec<u8>) -> bool {
        let value = match field {
            Field::Version => return decimal(u64::from(self.version), text),
            Field::AccountId => &world.account,
            Field::InterfaceId => &interface.id,
            Field::VpcId => &world.vpc,
            Field::SubnetId => &world.subnets[interface.subnet].id,
            Field::InstanceId => interface.instance.as_deref().unwrap_or_default(),
            Field::Region => REGION,
            Field::AzId => ZONES[world.subnets[interface.subnet].zone].1,
            Field::InterfaceType => match interface.spec.kind {
                Kind::NatGateway => "nat_gateway",
                Kind::Endpoint => "vpc_endpoint",
                _ => "",
            },
            _ => "",
        };
        text.extend_from_slice(value.as_bytes());
        !value.is_empty()
    }
}

fn named(name: &str) -> Result<(&'static str, u8, Field), SimulateError> {
    let known = FIELDS.iter().find(|(field, ..)| *field == name).copied();
    known.ok_or_else(|| SimulateError::UnknownField { name: name.to_owned() })
}

fn flow_value(field: Field, record: &Record, text: &mut Vec<u8>) -> bool {
    let hop = &record.hop;
    let word = match field {
        Field::SrcAddr => return address(hop.src, text),
        Field::DstAddr => return address(hop.dst, text),
        Field::PktSrcAddr => return address(hop.pkt_src, text),
        Field::PktDstAddr => return address(hop.pkt_dst, text),
        Field::SrcPort => return decimal(u64::from(hop.src_port), text),
        Field::DstPort => return decimal(u64::from(hop.dst_port), text),
        Field::Protocol => return decimal(u64::from(record.protocol), text),
        Field::Packets => return decimal(record.packets, text),
        Field::Bytes => return decimal(record.bytes, text),
        Field::Start => return decimal(record.start.unsigned_abs(), text),
        Field::End => return decimal(record.end.unsigned_abs(), text),
        Field::TcpFlags => return decimal(u64::from(record.flags), text),
        Field::TrafficPath if hop.traffic_path > 0 => return decimal(u64::from(hop.traffic_path), text),
        Field::Action => {
            if record.accept {
                "ACCEPT"
            } else {
                "REJECT"
            }
        }
        Field::LogStatus => "OK",
        Field::Type => {
            if hop.src.is_ipv4() {
                "IPv4"
            } else {
                "IPv6"
            }
        }
        Field::PktSrcService => hop.src_service,
        Field::PktDstService => hop.dst_service,
        Field::FlowDirection => {
            if hop.ingress {
                "ingress"
            } else {
                "egress"
            }
        }
        _ => "",
    };
    text.extend_from_slice(word.as_bytes());
    !word.is_empty()
}

fn coverage_value(field: Field, (start, end, skipped): (i64, i64, bool), text: &mut Vec<u8>) -> bool {
    let word = match field {
        Field::Start => return decimal(start.unsigned_abs(), text),
        Field::End => return decimal(end.unsigned_abs(), text),
        Field::LogStatus => {
            if skipped {
                "SKIPDATA"
            } else {
                "NODATA"
            }
        }
        _ => "",
    };
    text.extend_from_slice(word.as_bytes());
    !word.is_empty()
}

fn decimal(number: u64, text: &mut Vec<u8>) -> bool {
    text.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    true
}

fn address(addr: IpAddr, text: &mut Vec<u8>) -> bool {
    match addr {
        IpAddr::V4(addr) => {
            for (place, octet) in addr.octets().into_iter().enumerate() {
                if place > 0 {
                    text.push(b'.');
                }
                text.extend_from_slice(itoa::Buffer::new().format(octet).as_bytes());
            }
            true
        }
        // Six records in a hundred: the standard library's rules for `::` are worth its price.
        IpAddr::V6(addr) => write!(text, "{addr}").is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_format_is_the_one_aws_prints() {
        let layout = Layout::of(&Format::V2).map(|layout| layout.header().to_owned()).unwrap_or_default();
        assert_eq!(
            layout,
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
        );
    }

    #[test]
    fn the_version_is_the_highest_of_the_chosen_fields() {
        let custom =
            |names: &[&str]| Layout::of(&Format::Custom(names.iter().map(|n| (*n).to_owned()).collect()));
        assert!(custom(&["srcaddr", "tcp-flags"]).is_ok_and(|layout| layout.version == 3));
        assert!(custom(&["traffic-path", "start"]).is_ok_and(|layout| layout.version == 5));
        assert!(matches!(custom(&["bogus"]), Err(SimulateError::UnknownField { name }) if name == "bogus"));
        assert!(matches!(custom(&[]), Err(SimulateError::NoFields)));
    }

    #[test]
    fn addresses_are_written_as_the_standard_library_does() {
        for addr in ["10.0.255.1", "0.0.0.0", "2a05:d014::1"] {
            let mut text = Vec::new();
            let parsed: IpAddr = addr.parse().unwrap_or(IpAddr::from([9, 9, 9, 9]));
            assert!(address(parsed, &mut text));
            assert_eq!(text, addr.as_bytes());
        }
    }
}
