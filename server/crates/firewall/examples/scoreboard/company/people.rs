//! Who exists: machines of two VPCs, some of which live for a day, offices and data centres behind the transit gateway,
//! partners and strangers on the internet. Knows no rules.

use super::dice::Dice;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub const DAY: i64 = 86_400;

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub base: IpAddr,
    pub length: u8,
}

impl Block {
    pub fn of(base: impl Into<IpAddr>, length: u8) -> Self {
        Block { base: base.into(), length }
    }

    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let keep = u32::MAX.checked_shl(32 - u32::from(self.length)).unwrap_or(0);
                u32::from(base) & keep == u32::from(address) & keep
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let keep = u128::MAX.checked_shl(128 - u32::from(self.length)).unwrap_or(0);
                u128::from(base) & keep == u128::from(address) & keep
            }
            _ => false,
        }
    }

    pub fn text(&self) -> String {
        format!("{}/{}", self.base, self.length)
    }
}

/// What a machine is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Job {
    Edge,
    Web,
    Api,
    Node,
    Db,
    Cache,
    Queue,
    Batch,
    Bastion,
    Collector,
    Names,
    Clock,
    Mail,
    Files,
    Retired,
    Monitor,
    Auditor,
    Directory,
    Builds,
    Runner,
    Nat,
}

impl Job {
    pub const ALL: [Job; 21] = [
        Job::Edge,
        Job::Web,
        Job::Api,
        Job::Node,
        Job::Db,
        Job::Cache,
        Job::Queue,
        Job::Batch,
        Job::Bastion,
        Job::Collector,
        Job::Names,
        Job::Clock,
        Job::Mail,
        Job::Files,
        Job::Retired,
        Job::Monitor,
        Job::Auditor,
        Job::Directory,
        Job::Builds,
        Job::Runner,
        Job::Nat,
    ];

    /// In the VPC of shared services.
    pub fn is_shared(self) -> bool {
        matches!(self, Job::Monitor | Job::Auditor | Job::Directory | Job::Builds | Job::Runner)
    }

    /// An interface of AWS's own.
    pub fn is_managed(self) -> bool {
        matches!(self, Job::Edge | Job::Nat)
    }

    fn how_many(self) -> (i64, i64) {
        match self {
            Job::Edge | Job::Db | Job::Monitor | Job::Names | Job::Directory => (2, 2),
            Job::Web | Job::Api => (3, 6),
            Job::Node => (3, 5),
            Job::Cache | Job::Queue | Job::Runner => (2, 3),
            Job::Batch => (3, 5),
            _ => (1, 1),
        }
    }
}

/// A network interface, and how long it lived.
#[derive(Debug)]
pub struct Machine {
    pub eni: String,
    pub job: Job,
    pub subnet: usize,
    pub primary: Ipv4Addr,
    /// Further addresses: those of the pods of a node.
    pub more: Vec<Ipv4Addr>,
    pub v6: Option<Ipv6Addr>,
    pub from: i64,
    pub until: i64,
}

impl Machine {
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let v4 = std::iter::once(self.primary).chain(self.more.iter().copied()).map(IpAddr::V4);
        v4.chain(self.v6.map(IpAddr::V6))
    }

    pub fn lives(&self, at: i64) -> bool {
        self.from <= at && at < self.until
    }
}

#[derive(Debug)]
pub struct Subnet {
    pub id: String,
    pub shared: bool,
    pub v4: Block,
    pub v6: Block,
}

/// People outside both VPCs.
#[derive(Debug)]
pub struct Outside {
    pub block: Block,
    pub hosts: Vec<IpAddr>,
    /// Addresses are given out anew each day.
    pub is_leased: bool,
}

/// Everybody.
#[derive(Debug)]
pub struct People {
    pub vpcs: [String; 2],
    pub machines: Vec<Machine>,
    pub subnets: Vec<Subnet>,
    pub staff: Outside,
    pub centre: Outside,
    pub partners: Vec<Outside>,
    pub shoppers: Vec<IpAddr>,
    holders: HashMap<IpAddr, Vec<usize>>,
}

/// Subnets by who lives there: the public ones, the application's, the data's, the short-lived ones', shared services'.
const ZONES: usize = 2;
/// The first subnets are public.
pub const ZONES_OF_PUBLIC: usize = ZONES;

fn tier(job: Job) -> usize {
    match job {
        Job::Edge | Job::Nat | Job::Bastion => 0,
        Job::Web | Job::Api | Job::Node | Job::Mail | Job::Retired => 1,
        Job::Db | Job::Cache | Job::Queue | Job::Files | Job::Collector | Job::Names | Job::Clock => 2,
        Job::Batch => 3,
        _ => 4,
    }
}

impl People {
    pub fn gather(dice: &mut Dice, (begin, until): (i64, i64)) -> Self {
        let second = 40 + dice.below(40) as u8 * 2;
        let has_v6 = dice.chance(0.5);
        let subnets = (0..5 * ZONES).map(|place| subnet(dice, second, place)).collect();
        let staff = [172, 16 + dice.below(8) as u8, dice.below(250) as u8, 0];
        let centre = [10, 200, dice.below(250) as u8, 0];
        let mut people = People {
            vpcs: [dice.id("vpc"), dice.id("vpc")],
            machines: Vec::new(),
            subnets,
            staff: office(dice, staff, 24, 18, true),
            centre: office(dice, centre, 26, 6, false),
            partners: Vec::new(),
            shoppers: (0..600).map(|_| stranger(dice)).collect(),
            holders: HashMap::new(),
        };
        for _ in 0..3 {
            let IpAddr::V4(base) = stranger(dice) else { continue };
            let [a, b, c, _] = base.octets();
            let length = [24, 25, 26, 28][dice.below(4)];
            let hosts = 2 + dice.below(5);
            people.partners.push(office(dice, [a, b, c, 0], length, hosts, false));
        }
        let mut taken = HashMap::new();
        for job in Job::ALL {
            let (low, high) = job.how_many();
            for number in 0..dice.between(low, high) as usize {
                if job == Job::Batch {
                    // Spot instances: new ones each day, with whatever addresses are free.
                    for day in (begin..until).step_by(DAY as usize) {
                        people.machine(dice, &mut taken, (job, number), (day, day + DAY), false);
                    }
                } else {
                    // The retired server goes after a fortnight.
                    let last = if job == Job::Retired { begin + 14 * DAY } else { i64::MAX };
                    people.machine(dice, &mut taken, (job, number), (i64::MIN, last), has_v6);
                }
            }
        }
        for (place, machine) in people.machines.iter().enumerate() {
            for address in machine.addresses() {
                people.holders.entry(address).or_default().push(place);
            }
        }
        people
    }

    fn machine(
        &mut self,
        dice: &mut Dice,
        taken: &mut HashMap<Ipv4Addr, i64>,
        (job, number): (Job, usize),
        (from, until): (i64, i64),
        has_v6: bool,
    ) {
        let subnet = tier(job) * ZONES + number % ZONES;
        let IpAddr::V4(base) = self.subnets[subnet].v4.base else { return };
        let mut address = |dice: &mut Dice| loop {
            let one = Ipv4Addr::from(u32::from(base) + 10 + dice.below(230) as u32);
            if taken.get(&one).is_none_or(|free| *free <= from) {
                taken.insert(one, until);
                return one;
            }
        };
        let primary = address(dice);
        let pods = if job == Job::Node { dice.between(4, 8) } else { i64::from(job == Job::Mail) };
        let more = (0..pods).map(|_| address(dice)).collect();
        let IpAddr::V6(prefix) = self.subnets[subnet].v6.base else { return };
        let v6 = (has_v6 && matches!(job, Job::Edge | Job::Web | Job::Api | Job::Names))
            .then(|| Ipv6Addr::from(u128::from(prefix) | u128::from(dice.bits())));
        self.machines.push(Machine { eni: dice.id("eni"), job, subnet, primary, more, v6, from, until });
    }

    /// Machines of a job at a moment.
    pub fn of(&self, job: Job, at: i64) -> Vec<usize> {
        let all = self.machines.iter().enumerate();
        all.filter(|(_, one)| one.job == job && one.lives(at)).map(|(place, _)| place).collect()
    }

    /// Who has an address at a moment.
    pub fn holder(&self, address: IpAddr, at: i64) -> Option<usize> {
        let known = self.holders.get(&address)?;
        known.iter().copied().find(|place| self.machines[*place].lives(at))
    }

    pub fn vpc(&self, machine: usize) -> usize {
        usize::from(self.subnets[self.machines[machine].subnet].shared)
    }
}

/// The last address of a block's IPv4 base with another last octet.
fn with_last(base: [u8; 4], last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(base[0], base[1], base[2], last))
}

fn office(dice: &mut Dice, base: [u8; 4], length: u8, hosts: usize, is_leased: bool) -> Outside {
    let size = 1_usize << (32 - length);
    let mut lasts: Vec<u8> = (1..size.min(255) - 1).map(|last| last as u8).collect();
    let mut chosen = Vec::new();
    while chosen.len() < hosts && !lasts.is_empty() {
        chosen.push(with_last(base, lasts.swap_remove(dice.below(lasts.len()))));
    }
    Outside { block: Block::of(Ipv4Addr::from(base), length), hosts: chosen, is_leased }
}

fn subnet(dice: &mut Dice, second: u8, place: usize) -> Subnet {
    let shared = place / ZONES == 4;
    let second = second + u8::from(shared);
    let third = (place * 10) as u8;
    let site = 0x2a05_d018 + u128::from(shared);
    let v6 = Ipv6Addr::from((site << 96) | ((place as u128 + 0x700) << 64));
    Subnet {
        id: dice.id("subnet"),
        shared,
        v4: Block::of(Ipv4Addr::new(10, second, third, 0), 24),
        v6: Block::of(v6, 64),
    }
}

/// An address of the internet that no registry keeps back.
pub fn stranger(dice: &mut Dice) -> IpAddr {
    loop {
        let [a, b, c, d] = (dice.bits() as u32).to_be_bytes();
        let kept = matches!(a, 0 | 10 | 100 | 127 | 169 | 172 | 192 | 198 | 203) || a >= 224;
        if !kept && d > 0 && d < 255 {
            return IpAddr::V4(Ipv4Addr::new(a, b, c, d));
        }
    }
}

/// Whether an address is neither of the VPCs nor of the networks behind the transit gateway.
pub fn is_outside(people: &People, address: IpAddr) -> bool {
    let inside = people.subnets.iter().any(|subnet| subnet.v4.holds(address) || subnet.v6.holds(address));
    !inside && !people.staff.block.holds(address) && !people.centre.block.holds(address)
}
