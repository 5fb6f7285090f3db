//! What learning and judging costs a record on one core: a commit's worth of random records of the shape that
//! `bench/generate.mjs` writes, once with flags and packet addresses, once with the columns of version 2.
//!
//! `cargo run --release -p sides --example rate`

use sides::{Address, Direction, Knowledge, NO_NUMBER, Records, Verdicts};
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

/// Records of a commit.
const ROWS: usize = 250_000;
/// Commits of different records, so that what is learned of one is not all of the next.
const COMMITS: usize = 8;
const INTERFACES: u64 = 400;
const PUBLIC_PEERS: u64 = 20_000;
const PORTS: [i32; 10] = [443, 443, 443, 80, 5432, 6379, 53, 8080, 3306, 9092];
/// Repetitions; the best is printed, for the machine may have other work.
const RUNS: usize = 7;

/// Pseudo-random numbers of no quality, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Small numbers often, large ones seldom.
    fn skewed(&mut self, bound: u64) -> u64 {
        let below = self.below(bound) + 1;
        self.below(below)
    }
}

fn v4(number: u32) -> Address {
    let [a, b, c, d] = number.to_be_bytes();
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d]
}

#[derive(Default)]
struct Commit {
    interface: Vec<i32>,
    addresses: Vec<Address>,
    places: HashMap<u32, i32>,
    src: Vec<i32>,
    dst: Vec<i32>,
    srcport: Vec<i32>,
    dstport: Vec<i32>,
    protocol: Vec<i32>,
    tcp_flags: Vec<i32>,
    rejected: Vec<bool>,
}

impl Commit {
    fn random(dice: &mut Dice) -> Self {
        let mut commit = Commit::default();
        for _ in 0..ROWS {
            let interface = dice.skewed(INTERFACES) as u32;
            let own = 0x0a00_0004 + interface;
            let peer = match dice.below(4) {
                0 => (dice.skewed(PUBLIC_PEERS) as u32).wrapping_mul(2_654_435_761) | 0x4000_0000,
                _ => 0x0a00_0004 + dice.below(INTERFACES) as u32,
            };
            let (ingress, answer, reject) = (dice.below(2) == 0, dice.below(2) == 0, dice.below(100) < 7);
            let port = if reject { 1 + dice.below(65_534) as i32 } else { PORTS[dice.below(10) as usize] };
            let high = 32_768 + dice.below(28_231) as i32;
            let (src, dst) = if ingress { (peer, own) } else { (own, peer) };
            let (srcport, dstport) = if answer { (port, high) } else { (high, port) };
            let tcp = port != 53;
            let opening = if answer { 18 } else { 2 };
            let flags = [opening, opening | 1, 0, 0, 1, 0][dice.below(6) as usize];
            commit.interface.push(interface as i32);
            let (src, dst) = (commit.place(src), commit.place(dst));
            commit.src.push(src);
            commit.dst.push(dst);
            commit.srcport.push(srcport);
            commit.dstport.push(dstport);
            commit.protocol.push(if tcp { 6 } else { 17 });
            commit.tcp_flags.push(if tcp { flags } else { NO_NUMBER });
            commit.rejected.push(reject);
        }
        commit
    }

    fn place(&mut self, address: u32) -> i32 {
        let next = self.addresses.len() as i32;
        let place = *self.places.entry(address).or_insert(next);
        if place == next {
            self.addresses.push(v4(address));
        }
        place
    }

    fn records<'a>(&'a self, names: &'a [&'a str], version_2: bool) -> Records<'a> {
        Records {
            rows: ROWS,
            interface: &self.interface,
            interface_names: names,
            addresses: &self.addresses,
            src: &self.src,
            dst: &self.dst,
            pkt_src: if version_2 { &[] } else { &self.src },
            pkt_dst: if version_2 { &[] } else { &self.dst },
            srcport: &self.srcport,
            dstport: &self.dstport,
            protocol: &self.protocol,
            tcp_flags: if version_2 { &[] } else { &self.tcp_flags },
            rejected: &self.rejected,
            start: &[],
            direction: &[],
        }
    }
}

fn main() {
    let mut dice = Dice(7);
    let commits: Vec<_> = (0..COMMITS).map(|_| Commit::random(&mut dice)).collect();
    let names: Vec<String> = (0..INTERFACES).map(|n| format!("eni-{n:017x}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (columns, version_2) in [("flags and packet addresses", false), ("version 2", true)] {
        let (mut learning, mut judging) = (f64::MAX, f64::MAX);
        let (mut kept, mut told) = (0, 0);
        for _ in 0..RUNS {
            let mut knowledge = Knowledge::default();
            let mut verdicts = Verdicts::default();
            for commit in &commits {
                let records = commit.records(&names, version_2);
                let began = Instant::now();
                knowledge.learn(&records);
                learning = learning.min(began.elapsed().as_secs_f64());
                let began = Instant::now();
                knowledge.judge(black_box(&records), &mut verdicts);
                judging = judging.min(began.elapsed().as_secs_f64());
                told += verdicts.direction.iter().filter(|d| **d != Direction::Unknown).count();
            }
            kept = knowledge.to_bytes().len();
        }
        let nanos = |secs: f64| secs * 1e9 / ROWS as f64;
        let part = told as f64 / (RUNS * COMMITS * ROWS) as f64;
        println!(
            "{columns}: learn {:.0} ns, judge {:.0} ns, together {:.0} ns a record; {kept} bytes kept, {:.1} % with a direction",
            nanos(learning),
            nanos(judging),
            nanos(learning + judging),
            100.0 * part
        );
    }
}
