//! Strangers who try doors: sweeps over a few ports, searches through many, and a hum of single knocks.
//! Knows nothing of the company's own traffic.

use crate::crowd::public_v4;
use crate::flow::{Cause, RST, Record, SYN, SYN_ACK};
use crate::links::TCP;
use crate::path::{End, Hop, Host, Passage, Path, Route};
use crate::rhythm::Calendar;
use crate::seed::Dice;
use crate::windows::Windows;
use crate::world::World;
use crate::{Size, WINDOW_SECS};

/// Ports that scanners look for first: shells, shares, desktops, databases, proxies.
const DOORS: [u16; 16] =
    [22, 23, 445, 3389, 5900, 8080, 80, 443, 2323, 3306, 5432, 6379, 8443, 9200, 1433, 27017];
/// Scanners with a plan, and hosts that knock once in a while, around a small VPC.
const PLANNED: usize = 26;
const KNOCKERS: usize = 300;
/// Knocks a minute around a small VPC, all hosts together.
const KNOCKS_PER_MINUTE: f64 = 14.0;
/// Probes a second in a burst.
const PROBES_PER_SECOND: i64 = 25;
/// Ports that a search through one host tries.
const SEARCHED_PORTS: usize = 150;

/// What a scanner does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScanHabit {
    /// A few ports on every public address.
    Sweep,
    /// Many ports on one address.
    Search,
    /// A single packet now and then.
    Knock,
}

/// One source.
#[derive(Debug)]
pub(crate) struct Scanner {
    /// Its address.
    pub(crate) host: Host,
    /// What it does.
    pub(crate) habit: ScanHabit,
    ports: Vec<u16>,
    pause_secs: i64,
    next: i64,
}

/// All sources at work.
pub(crate) struct Scan {
    /// The sources, in the order of the truth.
    pub(crate) scanners: Vec<Scanner>,
    targets: Vec<usize>,
    knocks_per_minute: f64,
    dice: Dice,
}

impl Scan {
    /// The scanners of a seed, and the public addresses they find.
    pub(crate) fn new(seed: u64, size: Size, world: &World, calendar: &Calendar) -> Self {
        let mut dice = Dice::stream(seed, "scan");
        let factor = if size == Size::Small { 1 } else { 3 };
        let mut scanners: Vec<_> = (0..PLANNED * factor).map(|_| planned(&mut dice, calendar)).collect();
        scanners.extend((0..KNOCKERS * factor).map(|_| Scanner {
            host: stranger(&mut dice),
            habit: ScanHabit::Knock,
            ports: Vec::new(),
            pause_secs: 0,
            next: i64::MAX,
        }));
        let targets =
            (0..world.interfaces.len()).filter(|&place| world.interfaces[place].public.is_some()).collect();
        Self { scanners, targets, knocks_per_minute: KNOCKS_PER_MINUTE * factor as f64, dice }
    }

    /// Every probe that starts in the window that starts at `from`.
    pub(crate) fn window(&mut self, world: &World, from: i64, used: &mut [u64], windows: &mut Windows) {
        for place in 0..self.scanners.len() {
            while self.scanners[place].next < from + WINDOW_SECS {
                let at = self.scanners[place].next;
                self.burst(world, place, at, used, windows);
                let pause = self.scanners[place].pause_secs;
                self.scanners[place].next = at + self.dice.between(pause / 2, pause * 2);
            }
        }
        let knocks = self.dice.count(self.knocks_per_minute * WINDOW_SECS as f64 / 60.0);
        let planned = self.scanners.iter().filter(|scanner| scanner.habit != ScanHabit::Knock).count();
        for _ in 0..knocks {
            let place = planned + self.dice.below(self.scanners.len() - planned);
            let at = from + self.dice.between(0, WINDOW_SECS - 1);
            let known = self.dice.chance(0.7);
            let port =
                if known { self.dice.popular(&DOORS).unwrap_or(22) } else { self.dice.port(1, 65_535) };
            let target = self.dice.pick(&self.targets);
            self.probe(world, place, target, port, at, (&mut *used, &mut *windows));
        }
    }

    fn burst(&mut self, world: &World, place: usize, at: i64, used: &mut [u64], windows: &mut Windows) {
        let mut sent = 0;
        let (ports, targets) = match self.scanners[place].habit {
            ScanHabit::Search => {
                let ports = (0..SEARCHED_PORTS).map(|_| self.dice.port(1, 65_535)).collect();
                (ports, self.dice.pick(&self.targets).into_iter().collect())
            }
            _ => (self.scanners[place].ports.clone(), self.targets.clone()),
        };
        for port in ports {
            for &target in &targets {
                self.probe(
                    world,
                    place,
                    Some(target),
                    port,
                    at + sent / PROBES_PER_SECOND,
                    (&mut *used, &mut *windows),
                );
                sent += 1;
            }
        }
    }

    fn probe(
        &mut self,
        world: &World,
        place: usize,
        target: Option<usize>,
        port: u16,
        at: i64,
        (used, windows): (&mut [u64], &mut Windows),
    ) {
        let Some(interface) = target else { return };
        let ends = (End::Outside(self.scanners[place].host), End::Inside { interface, ipv6: false });
        let Some(path) = Path::build(world, &mut self.dice, ends, TCP, port) else { return };
        let passage = path.passage(world, at, used);
        let accept = passage == Passage::Open;
        // A NAT gateway has no group to refuse a stranger, and nothing that would answer him.
        let listening = accept && !world.interfaces[interface].groups.is_empty();
        let packets = if listening { 2 } else { self.dice.pick(&[1, 1, 1, 2, 3]).unwrap_or(1) };
        let end = at + if packets > 1 { self.dice.between(1, 4) } else { 0 };
        let record = |hop: Hop, answer: bool, packets: u64, flags: u8| {
            let (bytes, cause) = (packets * if answer { 44 } else { 40 }, Cause::Scan(place));
            Record { hop, answer, protocol: TCP, packets, bytes, start: at, end, accept, flags, cause }
        };
        let flags = if listening { SYN | RST } else { SYN };
        path.there.iter().for_each(|hop| windows.push(record(*hop, false, packets, flags)));
        if listening {
            path.back.iter().for_each(|hop| windows.push(record(*hop, true, 1, SYN_ACK)));
        }
    }
}

fn stranger(dice: &mut Dice) -> Host {
    Host { addr: public_v4(dice), service: "", route: Route::Internet }
}

fn planned(dice: &mut Dice, calendar: &Calendar) -> Scanner {
    let habit = if dice.chance(0.2) { ScanHabit::Search } else { ScanHabit::Sweep };
    let mut ports: Vec<u16> = (0..dice.between(1, 6)).filter_map(|_| dice.popular(&DOORS)).collect();
    ports.sort_unstable();
    ports.dedup();
    let pause_secs = dice.between(1_800, 14_400);
    let next = calendar.begin + dice.between(0, pause_secs.min(calendar.span_secs()));
    Scanner { host: stranger(dice), habit, ports, pause_secs, next }
}
