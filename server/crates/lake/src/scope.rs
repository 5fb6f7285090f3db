//! Where a record's other end is, as far as the record tells: the interface's own VPC, another private network, an AWS
//! service, or the internet.

use crate::columns::{Ints, Texts, Words, find};
use crate::schema::{FLOW_DIRECTION, text};
use arrow::array::{Array, ArrayRef, BinaryArray, Int32Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use contract::Addresses;
use datafusion_common::Result;
use datafusion_expr::ident;
use datafusion_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

/// Where the other end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// A public address.
    Internet,
    /// In the VPC of the interface, or an address that never leaves a network.
    Vpc,
    /// In another private network: a peered VPC, one behind a transit gateway, a data centre behind a VPN.
    Peer,
    /// An address of an AWS service, customers' machines with public addresses (`EC2`) among them.
    Aws,
}

impl Scope {
    /// Every scope, as numbered.
    pub const ALL: [Scope; 4] = [Scope::Internet, Scope::Vpc, Scope::Peer, Scope::Aws];

    /// The name in filters.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::Internet => "internet",
            Scope::Vpc => "vpc",
            Scope::Peer => "peer",
            Scope::Aws => "aws",
        }
    }
}

/// Longest network of a VPC that AWS gives: /16 of IPv4.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html>
const VPC_PREFIX_V4: u32 = 96 + 16;
/// The network of a VPC that Amazon gives addresses of IPv6: /56.
const VPC_PREFIX_V6: u32 = 56;

/// What `traffic-path` says of another private network: a virtual private gateway, peering in the region, peering across
/// regions.
const PEER_PATHS: [i32; 3] = [3, 4, 5];

/// What a record tells of its other end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Far {
    /// The interface's own address, as a number.
    pub near: Option<u128>,
    /// The other end's.
    pub far: Option<u128>,
    /// Whether the other end's address is of an AWS service.
    pub is_aws: bool,
    /// `traffic-path`, of what the interface sends.
    pub path: Option<i32>,
}

/// Where the other end is; `None` when its address is missing.
///
/// The logs name no networks, so that two things are taken for granted: addresses in the same /16 (IPv6: /56) as the
/// interface's own are of its VPC, and private addresses elsewhere are not. A second, distant network of the same VPC
/// reads as `peer`, and a neighbouring VPC in the same /16 as `vpc`, unless `traffic-path` knows better.
pub fn scope_of(end: Far) -> Option<Scope> {
    let far = end.far?;
    Some(if end.is_aws {
        Scope::Aws
    } else if end.path.is_some_and(|path| PEER_PATHS.contains(&path)) {
        Scope::Peer
    } else if end.near.is_some_and(|near| share_vpc(near, far)) || is_local(far) {
        Scope::Vpc
    } else if is_private(far) {
        Scope::Peer
    } else {
        Scope::Internet
    })
}

fn share_vpc(near: u128, far: u128) -> bool {
    let is_v4 = |address: u128| address >> 32 == 0xffff;
    let prefix = if is_v4(near) && is_v4(far) { VPC_PREFIX_V4 } else { VPC_PREFIX_V6 };
    is_v4(near) == is_v4(far) && (near ^ far) >> (128 - prefix) == 0
}

/// Addresses that never leave a network: of the link, of groups, of the host.
fn is_local(address: u128) -> bool {
    match Ipv6Addr::from_bits(address).to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_loopback()
                || v4.octets()[0] == 0
        }
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local() || v6.is_multicast() || v6.is_loopback() || v6.is_unspecified()
        }
    }
}

/// Addresses of networks that the internet does not route: RFC 1918, RFC 6598 (which VPCs may use), RFC 4193.
pub fn is_private(address: u128) -> bool {
    match Ipv6Addr::from_bits(address).to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64,
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// The columns of records that tell the scope.
pub const fn columns(addresses: Addresses) -> &'static [&'static str] {
    const ALL: &[&str; 8] = &[
        FLOW_DIRECTION,
        "srcaddr",
        "dstaddr",
        "pkt_src_aws_service",
        "pkt_dst_aws_service",
        "traffic_path",
        "pkt_srcaddr",
        "pkt_dstaddr",
    ];
    match addresses {
        Addresses::Interface => ALL.split_at(6).0,
        Addresses::Packet => ALL,
    }
}

/// The scope of every row of a batch of records; `None` where the direction or the address is not known.
pub fn scopes(batch: &RecordBatch, addresses: Addresses) -> Vec<Option<Scope>> {
    let directions = Words::of(batch, FLOW_DIRECTION);
    let ingress = directions.codes(|direction| direction == "ingress");
    let ends = ["srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"].map(|name| Ends::of(batch, name));
    let services = ["pkt_src_aws_service", "pkt_dst_aws_service"].map(|name| Words::of(batch, name));
    let paths = Ints::of(batch, "traffic_path");
    let scope = |row: usize| {
        let is_ingress = ingress[directions.key(row)?];
        let (near, far) = if is_ingress { (1, 0) } else { (0, 1) };
        let packet = ends[far + 2].at(row).filter(|_| addresses == Addresses::Packet);
        scope_of(Far {
            near: ends[near].at(row),
            far: packet.or_else(|| ends[far].at(row)),
            is_aws: services[far].key(row).is_some(),
            path: paths.at(row).filter(|_| !is_ingress),
        })
    };
    (0..batch.num_rows()).map(scope).collect()
}

/// An address column, row by row.
struct Ends<'a>(Option<(&'a Int32Array, &'a BinaryArray)>);

impl<'a> Ends<'a> {
    fn of(batch: &'a RecordBatch, name: &str) -> Self {
        let coded = find::<Texts>(batch, name);
        Ends(coded.and_then(|coded| Some((coded.keys(), coded.values().as_any().downcast_ref()?))))
    }

    fn at(&self, row: usize) -> Option<u128> {
        let (keys, values) = self.0.filter(|(keys, _)| keys.is_valid(row))?;
        let octets = values.value(keys.value(row) as usize).try_into().ok()?;
        Some(u128::from_be_bytes(octets))
    }
}

/// The scope as a column: a dictionary like any other text.
pub fn column(scopes: impl Iterator<Item = Option<Scope>>) -> Result<ArrayRef> {
    let keys: Int32Array = scopes.map(|scope| scope.map(|scope| scope as i32)).collect();
    Ok(Arc::new(Texts::try_new(keys, Arc::new(StringArray::from_iter_values(Scope::ALL.map(Scope::name))))?))
}

/// The scope of records as an expression over their columns.
pub fn expression(addresses: Addresses) -> Expr {
    let function = ScalarUDF::new_from_impl(Function {
        addresses,
        signature: Signature::any(columns(addresses).len(), Volatility::Immutable),
    });
    function.call(columns(addresses).iter().map(|column| ident(*column)).collect())
}

/// The function as the engine calls it.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Function {
    addresses: Addresses,
    signature: Signature,
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        "scope"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(text())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays = args.args.iter().map(|column| column.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let named = columns(self.addresses).iter().zip(&arrays);
        let fields: Vec<Field> =
            named.map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?;
        Ok(ColumnarValue::Array(column(scopes(&batch, self.addresses).into_iter())?))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn bits(address: &str) -> u128 {
        match address.parse().unwrap() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
            IpAddr::V6(v6) => v6.to_bits(),
        }
    }

    fn scope(near: &str, far: &str, path: Option<i32>) -> &'static str {
        let end = Far { near: Some(bits(near)), far: Some(bits(far)), is_aws: false, path };
        scope_of(end).unwrap().name()
    }

    #[test]
    fn an_address_tells_where_it_is() {
        for (near, far, expected) in [
            ("10.0.1.5", "10.0.200.9", "vpc"),
            ("10.0.1.5", "10.1.0.9", "peer"),
            ("10.0.1.5", "192.168.1.1", "peer"),
            ("10.0.1.5", "100.64.0.1", "peer"),
            ("10.0.1.5", "100.128.0.1", "internet"),
            ("10.0.1.5", "172.32.0.1", "internet"),
            ("10.0.1.5", "8.8.8.8", "internet"),
            ("10.0.1.5", "169.254.169.123", "vpc"),
            ("10.0.1.5", "224.0.0.1", "vpc"),
            ("10.0.1.5", "255.255.255.255", "vpc"),
            ("2600:1f16:77:100::1", "2600:1f16:77:1ff::9", "vpc"),
            ("2600:1f16:77:100::1", "2600:1f16:77:200::9", "internet"),
            ("10.0.1.5", "2600:1f16:77:200::9", "internet"),
            ("fd00::1", "fd00:0:0:1::1", "vpc"),
            ("fd00::1", "fd01::1", "peer"),
            ("fd00::1", "fe80::1", "vpc"),
        ] {
            assert_eq!(scope(near, far, None), expected, "{near} {far}");
        }
    }

    #[test]
    fn what_the_log_says_of_the_path_and_the_service_comes_first() {
        assert_eq!(scope("10.0.1.5", "10.0.2.5", Some(4)), "peer");
        assert_eq!(scope("10.0.1.5", "10.0.2.5", Some(1)), "vpc");
        assert_eq!(scope("10.0.1.5", "8.8.8.8", Some(8)), "internet");
        let service = Far { far: Some(bits("52.94.1.1")), is_aws: true, ..Far::default() };
        assert_eq!(scope_of(service), Some(Scope::Aws));
        assert_eq!(scope_of(Far::default()), None);
    }
}
