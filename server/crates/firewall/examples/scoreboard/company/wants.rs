//! What the company wants: who is meant to speak with whom, and when. Knows no rules.

use super::dice::Dice;
use super::people::{DAY, Job, Machine, Outside, People};
use std::net::IpAddr;

pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const ICMP: u8 = 1;

/// One side of a want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// All machines of a job.
    Jobs(Job),
    /// Every machine of the product's VPC that is not AWS's own.
    Everybody,
    /// The office's machines.
    Staff,
    /// The data centre's.
    Centre,
    /// A partner's.
    Partner(usize),
    /// Anybody.
    Internet,
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Habit {
    /// So many times a day, day and night.
    Always(f64),
    /// So many times on a working day, from 7 to 19 o'clock.
    Office(f64),
    /// At two in the night.
    Nightly(f64),
    /// On Sundays at three.
    Sundays(f64),
    /// In the first night of a month.
    Monthly(f64),
}

impl Habit {
    /// How often on average in the hour that begins at a moment.
    pub fn level(self, at: i64) -> f64 {
        let (day, hour) = (at.div_euclid(DAY), at.rem_euclid(DAY) / 3_600);
        // Day 0 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        match self {
            Habit::Always(times) => times / 24.0,
            Habit::Office(times) if weekday < 5 && (7..19).contains(&hour) => times / 12.0,
            Habit::Nightly(times) if hour == 2 => times,
            Habit::Sundays(times) if weekday == 6 && hour == 3 => times,
            Habit::Monthly(times) if hour == 1 && day_of_month(day) == 1 => times,
            _ => 0.0,
        }
    }
}

/// Day of the month of a day since 1970 (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn day_of_month(day: i64) -> i64 {
    let z = day + 719_468;
    let day_of_era = z.rem_euclid(146_097);
    let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    day_of_year - (153 * month + 2) / 5 + 1
}

/// Something that is meant to work.
#[derive(Clone, Debug)]
pub struct Want {
    pub clients: Side,
    pub servers: Side,
    pub protocol: u8,
    pub port: u16,
    pub habit: Habit,
    /// How many servers a client speaks with each time.
    pub breadth: usize,
    pub by_v6: bool,
    pub fault: &'static str,
}

/// All wants of a company; each has most of these.
pub fn wants(dice: &mut Dice, people: &People) -> Vec<Want> {
    use Habit::{Always, Monthly, Nightly, Office, Sundays};
    use Job::{
        Api, Bastion, Batch, Builds, Cache, Clock, Collector, Db, Directory, Edge, Files, Mail, Monitor,
        Names, Node, Queue, Runner, Web,
    };
    use Side::{Centre, Everybody, Internet, Jobs, Partner, Staff};
    let node_port = 30_000 + dice.below(2_767) as u16;
    let inner = [8_080, 8_443, 9_443, 7_070][dice.below(4)];
    let list = [
        (Internet, Jobs(Edge), TCP, 443, Always(140.0), 1),
        (Internet, Jobs(Edge), TCP, 80, Always(40.0), 1),
        (Jobs(Edge), Jobs(Web), TCP, inner, Always(60.0), 2),
        (Jobs(Edge), Jobs(Node), TCP, node_port, Always(48.0), 2),
        (Jobs(Web), Jobs(Api), TCP, 9_000, Always(40.0), 2),
        (Jobs(Api), Jobs(Db), TCP, 5_432, Always(30.0), 2),
        (Jobs(Api), Jobs(Cache), TCP, 6_379, Always(30.0), 2),
        (Jobs(Api), Jobs(Queue), TCP, 5_672, Always(12.0), 1),
        (Jobs(Node), Jobs(Queue), TCP, 5_672, Always(8.0), 1),
        (Jobs(Node), Jobs(Db), TCP, 5_432, Office(14.0), 1),
        (Jobs(Node), Jobs(Api), TCP, 50_051, Always(10.0), 1),
        (Jobs(Batch), Jobs(Db), TCP, 5_432, Nightly(6.0), 1),
        (Jobs(Batch), Jobs(Files), TCP, 2_049, Nightly(3.0), 1),
        (Jobs(Batch), Jobs(Queue), TCP, 5_671, Sundays(5.0), 1),
        (Jobs(Api), Jobs(Files), TCP, 445, Monthly(4.0), 1),
        (Jobs(Monitor), Everybody, TCP, 9_100, Always(24.0), 99),
        (Jobs(Monitor), Everybody, ICMP, 0, Always(14.0), 99),
        (Jobs(Monitor), Everybody, UDP, 161, Always(12.0), 99),
        (Everybody, Jobs(Collector), UDP, 514, Always(16.0), 1),
        (Jobs(Node), Jobs(Collector), UDP, 162, Office(3.0), 1),
        (Everybody, Jobs(Names), UDP, 53, Always(12.0), 1),
        (Everybody, Jobs(Clock), UDP, 123, Always(4.0), 1),
        (Everybody, Jobs(Directory), TCP, 389, Office(3.0), 1),
        (Jobs(Bastion), Jobs(Directory), TCP, 88, Office(6.0), 1),
        (Staff, Jobs(Bastion), TCP, 22, Office(3.0), 1),
        (Staff, Jobs(Web), TCP, 8_444, Office(4.0), 1),
        (Centre, Jobs(Db), TCP, 5_432, Nightly(5.0), 1),
        (Centre, Jobs(Files), TCP, 873, Sundays(6.0), 1),
        (Jobs(Runner), Jobs(Api), TCP, 22, Office(4.0), 2),
        (Jobs(Runner), Jobs(Builds), TCP, 8_081, Office(9.0), 1),
        (Jobs(Bastion), Everybody, TCP, 22, Office(1.0), 3),
        (Partner(0), Jobs(Edge), TCP, 8_445, Office(8.0), 1),
        (Jobs(Api), Partner(1), TCP, 443, Always(10.0), 2),
        (Jobs(Mail), Partner(2), TCP, 587, Office(12.0), 1),
        (Jobs(Api), Jobs(Mail), TCP, 25, Office(5.0), 1),
    ];
    let has_v6 = people.machines.iter().any(|machine| machine.v6.is_some());
    let mut wants = Vec::new();
    for (clients, servers, protocol, port, habit, breadth) in list {
        let of_v6 = |side: &Side| matches!(side, Jobs(Edge | Web | Api | Names));
        let by_v6 = has_v6 && of_v6(&clients) && of_v6(&servers);
        if dice.chance(0.9) {
            wants.push(Want { clients, servers, protocol, port, habit, breadth, by_v6, fault: "" });
        }
    }
    wants
}

impl Side {
    /// Everybody of a side at a moment, each with the address it uses now.
    pub fn present(&self, dice: &mut Dice, people: &People, at: i64, by_v6: bool) -> Vec<IpAddr> {
        let of = |dice: &mut Dice, machine: &Machine| -> Option<IpAddr> {
            if by_v6 {
                return machine.v6.map(IpAddr::V6);
            }
            // What runs on a node has an address of its own, and so has what the mail server sends.
            let pod = dice.pick(&machine.more).filter(|_| dice.chance(0.8));
            Some(IpAddr::V4(pod.unwrap_or(machine.primary)))
        };
        match self {
            Side::Jobs(job) => people
                .of(*job, at)
                .into_iter()
                .filter_map(|place| of(dice, &people.machines[place]))
                .collect(),
            Side::Everybody => {
                let all = people.machines.iter();
                let alive = all.filter(|one| one.lives(at) && is_anybody(one));
                alive
                    .filter_map(
                        |one| if by_v6 { one.v6.map(IpAddr::V6) } else { Some(IpAddr::V4(one.primary)) },
                    )
                    .collect()
            }
            Side::Staff => at_work(&people.staff, at),
            Side::Centre => at_work(&people.centre, at),
            Side::Partner(place) => {
                people.partners.get(*place).map(|one| at_work(one, at)).unwrap_or_default()
            }
            Side::Internet => {
                // A few regulars, and many who come once.
                let shopper = |dice: &mut Dice| {
                    if dice.chance(0.5) {
                        dice.pick(&people.shoppers)
                    } else {
                        Some(super::people::stranger(dice))
                    }
                };
                (0..2).filter_map(|_| shopper(dice)).collect()
            }
        }
    }
}

/// Whether a machine is one of those that everybody's wants are about.
pub fn is_anybody(machine: &Machine) -> bool {
    !machine.job.is_managed() && !machine.job.is_shared() && machine.job != Job::Retired
}

/// Hosts of an office on a day: a lease may give each of them another address.
fn at_work(outside: &Outside, at: i64) -> Vec<IpAddr> {
    if !outside.is_leased {
        return outside.hosts.clone();
    }
    let mut day = Dice::new(at.div_euclid(DAY) as u64 ^ 0xace);
    outside.hosts.iter().copied().filter(|_| day.chance(0.6)).collect()
}
