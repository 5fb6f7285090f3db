//! Who exists and who is meant to talk to whom. Knows no rules.

use super::Wanted;
use crate::acl::Cidr;
use crate::links::{TCP, UDP};
use crate::seed::Dice;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Services that roles may offer; high ports among them, which look like client ports.
const SERVICES: [(u8, u16); 20] = [
    (TCP, 5432),
    (TCP, 3306),
    (TCP, 6379),
    (TCP, 9092),
    (TCP, 8080),
    (TCP, 8443),
    (TCP, 9200),
    (TCP, 27017),
    (TCP, 50051),
    (TCP, 5672),
    (TCP, 1433),
    (TCP, 11211),
    (UDP, 514),
    (UDP, 8125),
    (TCP, 9100),
    (TCP, 2049),
    (TCP, 389),
    (TCP, 4317),
    (TCP, 61616),
    (UDP, 123),
];

/// When a conversation takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    Steady,
    Business,
    Nightly,
    Weekly,
    MonthEnd,
}

/// A kind of machine; its place is the place of its security group too.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) group: String,
    pub(super) machines: Vec<usize>,
    /// Its outbound rules are named one by one.
    pub(super) is_locked: bool,
    pub(super) is_public: bool,
    pub(super) has_v6: bool,
    /// Carries the group that is on nearly everything.
    pub(super) has_common: bool,
}

/// A network interface.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) id: String,
    pub(super) role: usize,
    pub(super) subnet: usize,
    pub(super) v4: Ipv4Addr,
    pub(super) secondary: Option<Ipv4Addr>,
    pub(super) v6: Option<Ipv6Addr>,
}

/// A subnet.
#[derive(Debug)]
pub(super) struct Subnet {
    pub(super) id: String,
    pub(super) v4: Cidr,
    pub(super) v6: Cidr,
}

/// One side of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    Role(usize),
    /// Hosts outside, and the block that was agreed upon.
    Outside {
        block: Cidr,
        hosts: Vec<IpAddr>,
    },
    /// Anybody on the internet.
    Internet,
}

/// What is meant to work.
#[derive(Debug)]
pub(super) struct Intent {
    pub(super) clients: Side,
    pub(super) servers: Side,
    pub(super) protocol: u8,
    pub(super) port: u16,
    pub(super) rhythm: Rhythm,
    /// Conversations in a busy six hours, of one pair.
    pub(super) rate: f64,
    /// Also by IPv6.
    pub(super) by_v6: bool,
    pub(super) mistake: &'static str,
}

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) vpc: String,
    pub(super) v4: Cidr,
    pub(super) roles: Vec<Role>,
    pub(super) common: String,
    pub(super) machines: Vec<Machine>,
    pub(super) subnets: Vec<Subnet>,
    pub(super) intents: Vec<Intent>,
}

impl Plan {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let second = dice.between(16, 31) as u8;
        let v4 = Cidr::v4([172, second, 0, 0], 16);
        let site = u128::from(Ipv6Addr::new(0x2600, 0x1f14, 0, 0, 0, 0, 0, 0))
            | u128::from(dice.bits() as u32 & 0xff_ffff) << 72;
        let subnets = subnets(dice, second, site);
        let mut plan = Plan {
            vpc: dice.id("vpc"),
            v4,
            roles: Vec::new(),
            common: dice.id("sg"),
            machines: Vec::new(),
            subnets,
            intents: Vec::new(),
        };
        for place in 0..dice.between(6, 10) as usize {
            plan.role(dice, place);
        }
        plan.inside(dice);
        plan.outside(dice);
        plan
    }

    fn role(&mut self, dice: &mut Dice, place: usize) {
        let mut role = Role {
            group: dice.id("sg"),
            machines: Vec::new(),
            is_locked: dice.chance(0.3),
            is_public: place < 2,
            has_v6: dice.chance(0.5),
            has_common: dice.chance(0.6),
        };
        for number in 0..dice.between(2, 8) as usize {
            let subnet = (place + number * 2) % self.subnets.len();
            let host = 10 + self.machines.len() as u32 * 2;
            let IpAddr::V4(base) = self.subnets[subnet].v4.addr else { continue };
            let v4 = Ipv4Addr::from(u32::from(base) + host);
            let secondary = dice.chance(0.1).then(|| Ipv4Addr::from(u32::from(base) + host + 1));
            let v6 = match self.subnets[subnet].v6.addr {
                IpAddr::V6(block) if role.has_v6 => {
                    Some(Ipv6Addr::from(u128::from(block) | u128::from(dice.bits())))
                }
                _ => None,
            };
            role.machines.push(self.machines.len());
            self.machines.push(Machine { id: dice.id("eni"), role: place, subnet, v4, secondary, v6 });
        }
        self.roles.push(role);
    }

    fn inside(&mut self, dice: &mut Dice) {
        for _ in 0..dice.between(10, 18) {
            let (client, server) = (dice.below(self.roles.len()), dice.below(self.roles.len()));
            // A role offers two services at most: its own two of the list.
            let (protocol, port) = SERVICES[(server * 2 + dice.below(2)) % SERVICES.len()];
            let taken = self.intents.iter().any(|one| {
                (&one.clients, &one.servers, one.port) == (&Side::Role(client), &Side::Role(server), port)
            });
            if client == server || taken {
                continue;
            }
            let by_v6 = self.roles[client].has_v6 && self.roles[server].has_v6;
            let rhythms = [
                Rhythm::Steady,
                Rhythm::Business,
                Rhythm::Business,
                Rhythm::Nightly,
                Rhythm::Weekly,
                Rhythm::MonthEnd,
            ];
            let rhythm = dice.pick(&rhythms).unwrap_or(Rhythm::Steady);
            self.intents.push(Intent {
                clients: Side::Role(client),
                servers: Side::Role(server),
                protocol,
                port,
                rhythm,
                rate: dice.between(2, 60) as f64,
                by_v6,
                mistake: "",
            });
        }
    }

    fn outside(&mut self, dice: &mut Dice) {
        let mut add = |clients, servers, port, rate: f64, by_v6| {
            let rhythm = Rhythm::Business;
            self.intents.push(Intent {
                clients,
                servers,
                protocol: TCP,
                port,
                rhythm,
                rate,
                by_v6,
                mistake: "",
            });
        };
        let first_v6 = self.roles[0].has_v6;
        add(Side::Internet, Side::Role(0), 443, 4.0, first_v6);
        add(partner(dice, 24), Side::Role(1), 22, 5.0, false);
        add(partner(dice, 26), Side::Role(0), 8444, 20.0, false);
        for _ in 0..dice.between(1, 3) {
            let client = Side::Role(2 + dice.below(3));
            add(client, partner(dice, 25), 443, 8.0, false);
        }
    }

    /// An interface's address of a family.
    pub(super) fn address(&self, machine: usize, by_v6: bool) -> Option<IpAddr> {
        let machine = &self.machines[machine];
        if by_v6 { machine.v6.map(IpAddr::V6) } else { Some(IpAddr::V4(machine.v4)) }
    }

    pub(super) fn wanted(&self) -> Vec<Wanted> {
        let blocks = |side: &Side| -> Vec<String> {
            match side {
                Side::Role(role) => {
                    let machines = self.roles[*role].machines.iter().map(|place| &self.machines[*place]);
                    let host = |one: &Machine| {
                        let v4 =
                            [Some(one.v4), one.secondary].into_iter().flatten().map(|a| format!("{a}/32"));
                        v4.chain(one.v6.map(|a| format!("{a}/128"))).collect::<Vec<_>>()
                    };
                    machines.flat_map(host).collect()
                }
                Side::Outside { block, .. } => vec![block.to_string()],
                Side::Internet => vec!["0.0.0.0/0".to_owned(), "::/0".to_owned()],
            }
        };
        let told = |one: &Intent| Wanted {
            clients: blocks(&one.clients),
            servers: blocks(&one.servers),
            protocol: one.protocol,
            port: one.port,
            mistake: one.mistake,
        };
        self.intents.iter().map(told).collect()
    }
}

fn subnets(dice: &mut Dice, second: u8, site: u128) -> Vec<Subnet> {
    let sizes = [20_u8, 22, 24];
    let prefix = dice.pick(&sizes).unwrap_or(22);
    let subnet = |place: u8, dice: &mut Dice| Subnet {
        id: dice.id("subnet"),
        v4: Cidr::v4([172, second, place * 16, 0], prefix),
        v6: Cidr { addr: IpAddr::V6(Ipv6Addr::from(site | u128::from(place) << 64)), prefix: 64 },
    };
    (0..dice.between(4, 8) as u8).map(|place| subnet(place, dice)).collect()
}

/// A block somebody outside has, and the hosts in it that talk.
fn partner(dice: &mut Dice, prefix: u8) -> Side {
    let IpAddr::V4(stranger) = crate::crowd::public_v4(dice) else { return Side::Internet };
    let keep = u32::MAX << (32 - u32::from(prefix));
    let base = u32::from(stranger) & keep;
    let block = Cidr { addr: IpAddr::V4(Ipv4Addr::from(base)), prefix };
    let hosts = (0..dice.between(3, 12))
        .map(|_| IpAddr::V4(Ipv4Addr::from(base + 1 + dice.below((!keep) as usize - 1) as u32)));
    Side::Outside { block, hosts: hosts.collect() }
}
