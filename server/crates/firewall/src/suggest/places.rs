//! Where addresses lie: their subnet, the blocks around a VPC, the size of a far end.

use crate::address::{Address, Cidr, Family};
use crate::inventory::{Inventory, Peer};
use std::collections::BTreeSet;

/// The subnet an address is in, or the network it is most likely in.
pub fn home(inventory: &Inventory, address: Address) -> Cidr {
    let subnets = inventory.subnets.values().flat_map(|subnet| &subnet.cidrs);
    let found = subnets.filter(|cidr| cidr.contains(address)).max_by_key(|cidr| cidr.prefix()).copied();
    found.unwrap_or_else(|| Cidr::likely_network(address))
}

/// The block of private addresses that one is in (RFC 1918, RFC 6598, RFC 4193); the address's network where it is in
/// none.
pub fn private_space(address: Address) -> Cidr {
    const SPACES: [&str; 5] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
    let mut spaces = SPACES.iter().filter_map(|text| text.parse::<Cidr>().ok());
    spaces.find(|space| space.contains(address)).unwrap_or_else(|| Cidr::largest_vpc(address))
}

/// The smallest blocks around all subnets of a VPC, of the families that were seen.
pub fn around(inventory: &Inventory, vpc: &str, seen: &BTreeSet<Address>) -> Vec<Cidr> {
    let subnets: Vec<Cidr> =
        inventory.subnets.values().filter(|one| one.vpc == vpc).flat_map(|one| one.cidrs.clone()).collect();
    let of = |family: Family| {
        let is_seen = seen.iter().any(|address| address.family() == family);
        let blocks = subnets.iter().copied().filter(|cidr| is_seen && cidr.family() == family);
        blocks.reduce(Cidr::joining)
    };
    [Family::V4, Family::V6].into_iter().filter_map(of).collect()
}

/// How many addresses a far end has.
pub fn addresses(inventory: &Inventory, peer: &Peer) -> f64 {
    match peer {
        Peer::Cidr(cidr) => cidr.size(),
        Peer::Group(group) => inventory.members(group).map(|member| member.addresses.len() as f64).sum(),
        Peer::PrefixList(_) => 1_024.0,
    }
}
