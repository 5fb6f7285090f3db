//! The VPC: subnets, interfaces and their addresses, prefix lists, built from the seed.
//! Knows who exists, not who talks.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Size;
use crate::acl::{Acl, AclName, Cidr, acls};
use crate::groups::{Group, GroupName};
use crate::rhythm::Calendar;
use crate::roles::{Kind, ROLES, Role, RoleSpec, Tier};
use crate::seed::Dice;

/// The VPC's addresses.
pub(crate) const VPC_CIDR: Cidr = Cidr::v4([10, 0, 0, 0], 16);
/// Where the administrators sit (documentation range, RFC 5737).
pub(crate) const OFFICE_CIDR: Cidr = Cidr::v4([203, 0, 113, 0], 24);
/// The payment provider's range as somebody noted it; its callbacks live in the other half.
pub(crate) const PAYMENTS_CIDR: Cidr = Cidr::v4([198, 51, 100, 0], 25);
/// Where the callbacks live.
pub(crate) const WEBHOOK_CIDR: Cidr = Cidr::v4([198, 51, 100, 128], 25);
/// Place of the S3 list among the prefix lists.
pub(crate) const S3_LIST: usize = 0;
/// Region of the VPC.
pub(crate) const REGION: &str = "eu-central-1";
/// Availability zones: name, AZ id.
pub(crate) const ZONES: [(&str, &str); 3] =
    [("eu-central-1a", "euc1-az2"), ("eu-central-1b", "euc1-az3"), ("eu-central-1c", "euc1-az1")];

/// A subnet in one zone.
#[derive(Debug)]
pub(crate) struct Subnet {
    /// `subnet-…`
    pub(crate) id: String,
    /// `web-a`
    pub(crate) name: String,
    /// Its IPv4 block.
    pub(crate) cidr: Cidr,
    /// Its IPv6 block, a /64.
    pub(crate) ipv6_cidr: Cidr,
    /// Place in [`ZONES`].
    pub(crate) zone: usize,
    /// Whether instances may have public addresses.
    pub(crate) public: bool,
    /// Its network ACL.
    pub(crate) acl: AclName,
    /// `aclassoc-…`
    pub(crate) acl_association: String,
}

/// A network interface.
#[derive(Debug)]
pub(crate) struct Interface {
    /// `eni-…`
    pub(crate) id: String,
    /// Its row in the table of roles.
    pub(crate) spec: &'static RoleSpec,
    /// Number within the role, from 1.
    pub(crate) number: usize,
    /// Place in [`World::subnets`].
    pub(crate) subnet: usize,
    /// Primary private address.
    pub(crate) private: Ipv4Addr,
    /// IPv6 address, if it has one.
    pub(crate) ipv6: Option<Ipv6Addr>,
    /// Public IPv4 address, if it has one.
    pub(crate) public: Option<Ipv4Addr>,
    /// `i-…` where the instance is ours.
    pub(crate) instance: Option<String>,
    /// `eni-attach-…`
    pub(crate) attachment: String,
    /// Security groups.
    pub(crate) groups: &'static [GroupName],
    /// Hardware address.
    pub(crate) mac: String,
    /// Second of the minute at which its capture windows begin.
    pub(crate) phase_secs: i64,
}

/// A managed prefix list.
#[derive(Debug)]
pub(crate) struct PrefixList {
    /// `pl-…`
    pub(crate) id: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// Its entries.
    pub(crate) cidrs: Vec<Cidr>,
}

/// Everything that exists.
#[derive(Debug)]
pub(crate) struct World {
    /// Twelve digits.
    pub(crate) account: String,
    /// `vpc-…`
    pub(crate) vpc: String,
    /// `fl-…`
    pub(crate) flow_log: String,
    /// The VPC's IPv6 block, a /56.
    pub(crate) ipv6_cidr: Cidr,
    /// All subnets, tier by tier, zone by zone.
    pub(crate) subnets: Vec<Subnet>,
    /// All interfaces, role by role.
    pub(crate) interfaces: Vec<Interface>,
    /// In the order of [`GroupName`].
    pub(crate) groups: Vec<Group>,
    /// In the order of [`AclName`].
    pub(crate) acls: Vec<Acl>,
    /// S3's list first.
    pub(crate) prefix_lists: Vec<PrefixList>,
    owners: HashMap<IpAddr, usize>,
}

impl World {
    /// Builds the VPC of a seed.
    pub(crate) fn build(seed: u64, size: Size, calendar: &Calendar) -> Self {
        let mut dice = Dice::stream(seed, "world");
        let account = format!("{:012}", 100_000_000_000 + dice.bits() % 899_999_999_999);
        let (vpc, flow_log) = (dice.id("vpc"), dice.id("fl"));
        let site = (dice.bits() as u128 & 0xff_ffff) << 72;
        let block = Ipv6Addr::from(u128::from(Ipv6Addr::new(0x2a05, 0xd014, 0, 0, 0, 0, 0, 0)) | site);
        let ipv6_cidr = Cidr { addr: IpAddr::V6(block), prefix: 56 };
        let subnets = subnets(&mut dice, block);
        let interfaces = interfaces(&mut dice, size, &subnets);
        let groups = crate::policy::groups(&mut dice, calendar);
        let acls = acls(&mut dice);
        let mut owners = HashMap::new();
        for (place, interface) in interfaces.iter().enumerate() {
            owners.insert(IpAddr::V4(interface.private), place);
            owners.extend(interface.ipv6.map(|addr| (IpAddr::V6(addr), place)));
        }
        let prefix_lists = vec![PrefixList {
            id: "pl-6ea54007",
            name: "com.amazonaws.eu-central-1.s3",
            cidrs: vec![
                Cidr::v4([52, 219, 44, 0], 22),
                Cidr::v4([52, 219, 72, 0], 22),
                Cidr::v4([3, 5, 134, 0], 23),
            ],
        }];
        Self { account, vpc, flow_log, ipv6_cidr, subnets, interfaces, groups, acls, prefix_lists, owners }
    }

    /// The interfaces of a role, by place.
    pub(crate) fn of_role(&self, role: Role) -> Vec<usize> {
        (0..self.interfaces.len()).filter(|&place| self.interfaces[place].spec.role == role).collect()
    }

    /// Whether an address belongs to an interface that carries the group.
    pub(crate) fn has_group(&self, addr: IpAddr, group: GroupName) -> bool {
        self.owners.get(&addr).is_some_and(|&place| self.interfaces[place].groups.contains(&group))
    }

    /// The NAT gateway that an interface's private subnet routes to: the one in its zone.
    pub(crate) fn nat_for(&self, interface: usize) -> Option<usize> {
        let zone = self.zone_of(interface);
        self.of_role(Role::Nat).into_iter().find(|&place| self.zone_of(place) == zone)
    }

    /// The zone of an interface, as its place in [`ZONES`].
    pub(crate) fn zone_of(&self, interface: usize) -> usize {
        self.subnets[self.interfaces[interface].subnet].zone
    }

    /// The number of rules, removed ones included.
    pub(crate) fn rule_count(&self) -> usize {
        self.groups.iter().map(|group| group.rules.len()).sum()
    }
}

impl Interface {
    /// Whether AWS made the interface for a service.
    pub(crate) fn requester_managed(&self) -> bool {
        self.spec.kind != Kind::Instance
    }
}

/// First address of a subnet: a /20 for each tier, a /22 in it for each zone.
fn subnet_base(place: usize) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, (place / ZONES.len() * 16 + place % ZONES.len() * 4) as u8, 0)
}

fn subnets(dice: &mut Dice, block: Ipv6Addr) -> Vec<Subnet> {
    let mut subnets = Vec::new();
    for (tier, name) in Tier::ALL {
        for zone in 0..ZONES.len() {
            let base = IpAddr::V4(subnet_base(subnets.len()));
            let net = u128::from(block) | (subnets.len() as u128) << 64;
            let acl = match (tier, zone) {
                (Tier::Public, _) => AclName::Public,
                (Tier::Search, 2) => AclName::SearchNarrow,
                (Tier::Batch, 2) => AclName::BatchClosed,
                _ => AclName::Default,
            };
            subnets.push(Subnet {
                id: dice.id("subnet"),
                name: format!("{name}-{}", ["a", "b", "c"][zone]),
                cidr: Cidr { addr: base, prefix: 22 },
                ipv6_cidr: Cidr { addr: IpAddr::V6(Ipv6Addr::from(net)), prefix: 64 },
                zone,
                public: tier == Tier::Public,
                acl,
                acl_association: dice.id("aclassoc"),
            });
        }
    }
    subnets
}

fn interfaces(dice: &mut Dice, size: Size, subnets: &[Subnet]) -> Vec<Interface> {
    // AWS keeps the first four addresses of a subnet for itself.
    let mut next_host = vec![4_u32; subnets.len()];
    let mut interfaces = Vec::new();
    for spec in &ROLES {
        for number in 0..spec.count(size) {
            let subnet = spec.tier as usize * ZONES.len() + number % ZONES.len();
            next_host[subnet] += dice.between(1, 3) as u32;
            interfaces.push(interface(dice, spec, number + 1, (subnet, &subnets[subnet]), next_host[subnet]));
        }
    }
    interfaces
}

fn interface(
    dice: &mut Dice,
    spec: &'static RoleSpec,
    number: usize,
    (place, subnet): (usize, &Subnet),
    host: u32,
) -> Interface {
    let private = Ipv4Addr::from(u32::from(subnet_base(place)) + host);
    let (ipv6_host, public_host, mac) = (dice.bits(), dice.bits(), dice.bits().to_be_bytes());
    let ipv6 = match subnet.ipv6_cidr.addr {
        IpAddr::V6(block) if spec.ipv6 => Some(Ipv6Addr::from(u128::from(block) | u128::from(ipv6_host))),
        _ => None,
    };
    let public = Ipv4Addr::from(u32::from(Ipv4Addr::new(18, 184, 0, 0)) | (public_host as u32 & 0x1_ffff));
    Interface {
        id: dice.id("eni"),
        spec,
        number,
        subnet: place,
        private,
        ipv6,
        public: spec.public.then_some(public),
        instance: (spec.kind == Kind::Instance).then(|| dice.id("i")),
        attachment: dice.id("eni-attach"),
        groups: spec.groups,
        mac: format!("02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2], mac[3], mac[4]),
        phase_secs: dice.between(0, 59),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(size: Size) -> World {
        World::build(7, size, &Calendar::new(1_795_464_000, 24))
    }

    #[test]
    fn every_address_is_unique_and_inside_its_subnet() {
        for size in [Size::Small, Size::Medium] {
            let world = world(size);
            let v6 = world.interfaces.iter().filter(|interface| interface.ipv6.is_some()).count();
            assert_eq!(world.owners.len(), world.interfaces.len() + v6);
            for interface in &world.interfaces {
                let subnet = &world.subnets[interface.subnet];
                assert!(subnet.cidr.contains(IpAddr::V4(interface.private)));
                assert!(interface.ipv6.is_none_or(|addr| subnet.ipv6_cidr.contains(IpAddr::V6(addr))));
            }
        }
    }

    #[test]
    fn sizes_are_what_their_names_promise() {
        let (small, medium) = (world(Size::Small).interfaces.len(), world(Size::Medium).interfaces.len());
        assert!((60..=80).contains(&small), "{small}");
        assert!((200..=400).contains(&medium), "{medium}");
    }

    #[test]
    fn every_zone_has_its_nat_gateway() {
        let world = world(Size::Small);
        for worker in world.of_role(Role::Worker) {
            let nat = world.nat_for(worker);
            assert!(nat.is_some_and(|nat| world.zone_of(nat) == world.zone_of(worker)));
        }
    }

    #[test]
    fn groups_and_acls_stand_where_their_names_say() {
        let world = world(Size::Small);
        for (group, name, _) in GroupName::ALL {
            assert_eq!(world.groups[group as usize].name, name);
        }
        assert_eq!(world.acls[AclName::SearchNarrow as usize].name, "search-c");
        assert_eq!(world.acls[AclName::BatchClosed as usize].name, "batch-c");
    }
}
