//! The hosts outside: customers, offices, AWS services, partners; drawn once from the seed.
//! Knows nothing of when they call.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Size;
use crate::links::Crowd;
use crate::path::{Host, Route};
use crate::seed::Dice;
use crate::world::{OFFICE_CIDR, PAYMENTS_CIDR, S3_LIST, WEBHOOK_CIDR, World};

/// Customers known to a small VPC, and to a medium one.
const SHOPPERS: (usize, usize) = (4_000, 25_000);
/// Hosts of each of the smaller crowds.
const FEW: usize = 12;

/// Every host outside.
#[derive(Debug)]
pub(crate) struct Outside {
    shoppers: Vec<Host>,
    shoppers_v6: Vec<Host>,
    office: Vec<Host>,
    health_checks: Vec<Host>,
    s3: Vec<Host>,
    payments: Vec<Host>,
    webhook: Vec<Host>,
    apis: Vec<Host>,
}

impl Outside {
    /// Draws the hosts of a seed.
    pub(crate) fn build(seed: u64, size: Size, world: &World) -> Self {
        let mut dice = Dice::stream(seed, "outside");
        let shoppers = if size == Size::Small { SHOPPERS.0 } else { SHOPPERS.1 };
        let few = |dice: &mut Dice, block: IpAddr, width: u32| -> Vec<Host> {
            (0..FEW).map(|_| plain(within(dice, block, width))).collect()
        };
        let listed = &world.prefix_lists[S3_LIST].cidrs;
        Self {
            shoppers: (0..shoppers).map(|_| plain(public_v4(&mut dice))).collect(),
            shoppers_v6: (0..shoppers / 2).map(|_| plain(public_v6(&mut dice))).collect(),
            office: few(&mut dice, OFFICE_CIDR.addr, 200),
            health_checks: few(&mut dice, IpAddr::V4(Ipv4Addr::new(15, 177, 0, 0)), 16_000)
                .into_iter()
                .map(|host| Host { service: "ROUTE53_HEALTHCHECKS", ..host })
                .collect(),
            s3: (0..FEW * 3)
                .map(|place| {
                    let addr = within(&mut dice, listed[place % listed.len()].addr, 500);
                    Host { addr, service: "S3", route: Route::GatewayEndpoint }
                })
                .collect(),
            payments: few(&mut dice, PAYMENTS_CIDR.addr, 100),
            webhook: few(&mut dice, WEBHOOK_CIDR.addr, 100),
            apis: (0..FEW * 2).map(|place| api(&mut dice, place)).collect(),
        }
    }

    /// One host of a crowd, regulars more often than strangers.
    pub(crate) fn pick(&self, crowd: Crowd, ipv6: bool, dice: &mut Dice) -> Option<Host> {
        let hosts = match crowd {
            Crowd::Shoppers if ipv6 => &self.shoppers_v6,
            Crowd::Shoppers => &self.shoppers,
            Crowd::Office => &self.office,
            Crowd::HealthChecks => &self.health_checks,
            Crowd::S3 => &self.s3,
            Crowd::Payments => &self.payments,
            Crowd::Webhook => &self.webhook,
            Crowd::Apis => &self.apis,
        };
        dice.popular(hosts)
    }
}

/// An IPv4 address that could be anybody's: no private, shared, loopback, documentation or multicast range,
/// and none of the blocks this world gives a meaning.
pub(crate) fn public_v4(dice: &mut Dice) -> IpAddr {
    loop {
        let addr = Ipv4Addr::from(dice.bits() as u32);
        let [first, second, ..] = addr.octets();
        let special = match first {
            0 | 3 | 10 | 15 | 18 | 52 | 127 | 203 | 224.. => true,
            100 => (64..128).contains(&second),
            169 => second == 254,
            172 => (16..32).contains(&second),
            192 => matches!(second, 0 | 168),
            198 => matches!(second, 18 | 19 | 51),
            _ => false,
        };
        if !special {
            return IpAddr::V4(addr);
        }
    }
}

fn public_v6(dice: &mut Dice) -> IpAddr {
    let network =
        dice.pick(&[0x2003_00e8, 0x2a02_8108, 0x2a01_0599, 0x2a00_20c0, 0x2001_09e8]).unwrap_or(0x2003_00e8);
    let (site, host) = (u128::from(dice.bits() as u32), u128::from(dice.bits()));
    IpAddr::V6(Ipv6Addr::from((network as u128) << 96 | site << 64 | host))
}

fn plain(addr: IpAddr) -> Host {
    Host { addr, service: "", route: Route::Internet }
}

/// An address among the first `width` of a block.
fn within(dice: &mut Dice, block: IpAddr, width: u32) -> IpAddr {
    match block {
        IpAddr::V4(block) => {
            IpAddr::V4(Ipv4Addr::from(u32::from(block) + 4 + dice.below(width as usize) as u32))
        }
        IpAddr::V6(block) => IpAddr::V6(block),
    }
}

fn api(dice: &mut Dice, place: usize) -> Host {
    let (service, block) = match place % 4 {
        0 => ("EC2", Ipv4Addr::new(3, 66, 0, 0)),
        1 => ("DYNAMODB", Ipv4Addr::new(52, 94, 0, 0)),
        2 => ("AMAZON", Ipv4Addr::new(52, 119, 188, 0)),
        _ => return plain(public_v4(dice)),
    };
    Host { addr: within(dice, IpAddr::V4(block), 800), service, route: Route::Internet }
}
