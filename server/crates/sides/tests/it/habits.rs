//! A company with other habits than the simulator's: services at any port, servers that are clients, connections older
//! than the log, scanners at servers' ports, pods, gateways; judged record by record.

use crate::town::{Columns, Dice, Host, ICMP, Line, TCP, Talk, Town, UDP, judged, service_port, v4, v6};
use sides::{Client, Evidence};
use std::collections::BTreeMap;

/// Ports at which nobody expects a service, and some at which everybody does.
const SERVICES: [u16; 16] = [
    443, 5432, 7001, 8800, 9443, 15_672, 27_017, 30_443, 31_999, 32_768, 33_000, 40_123, 50_051, 55_555,
    61_616, 65_000,
];
const WINDOWS: (u16, u16) = (49_152, 65_535);
const LINUX: (u16, u16) = (32_768, 60_999);
const GATEWAY: (u16, u16) = (1_024, 65_535);
/// Source ports that scanners use to look like answers.
const DISGUISES: [u16; 5] = [80, 443, 53, 6_000, 20];

/// Hosts by place: their interface, address and habit of drawing ports.
struct Company {
    dice: Dice,
    town: Town,
    ours: Vec<Host>,
    ours_v6: Vec<Host>,
    nat: Host,
    strangers: Vec<Host>,
}

impl Company {
    fn new(seed: u64) -> Self {
        let ours = (0..80_u8)
            .map(|n| Host { interface: Some(n.into()), address: v4(10, 7, n / 16, 10 + n) })
            .collect();
        let ours_v6 = (0..80_u16).map(|n| Host { interface: Some(n.into()), address: v6(n + 1) }).collect();
        let mut dice = Dice::new(seed);
        let strangers = (0..2_000)
            .map(|_| {
                let address = v4(
                    dice.between(20, 99) as u8,
                    dice.between(0, 255) as u8,
                    dice.between(0, 255) as u8,
                    dice.between(1, 254) as u8,
                );
                Host { interface: None, address }
            })
            .collect();
        let nat = Host { interface: Some(90), address: v4(10, 7, 99, 9) };
        Company { dice, town: Town::default(), ours, ours_v6, nat, strangers }
    }

    /// A port as this host draws it: a third Windows, some gateways, else Linux.
    fn drawn(&mut self, host: usize) -> u16 {
        let (low, high) = match host % 6 {
            0 | 1 => WINDOWS,
            2 => GATEWAY,
            _ => LINUX,
        };
        self.dice.between(low, high)
    }

    fn inside(&mut self, client: usize, server: usize, port: u16, v6: bool) -> Talk {
        let hosts = if v6 { &self.ours_v6 } else { &self.ours };
        let (client_host, server_host) = (hosts[client], hosts[server]);
        Talk::new((client_host, self.drawn(client)), (server_host, port), TCP)
    }

    /// Every host serves at one or two ports and calls others at theirs; a fifth of the connections began before the
    /// log or end after it.
    fn applications(&mut self) {
        for _ in 0..9_000 {
            let (client, server) = (self.dice.below(80), self.dice.below(30));
            let port = SERVICES[(server * 7 + self.dice.below(2)) % SERVICES.len()];
            let v6 = self.dice.below(5) == 0;
            let talk = self.inside(client, server, port, v6);
            if client == server {
                continue;
            }
            match self.dice.below(10) {
                0 => self.town.connection(talk, 9, 4..7),
                1 => self.town.connection(talk, 9, 5..9),
                2 => self.town.connection(talk, 9, 0..3),
                3 => self.town.exchange(talk, (7, 19)),
                _ => self.town.connection(talk, 1, 0..1),
            }
        }
    }

    /// Connections that were there before the log and stay: one or a few per server.
    fn old_connections(&mut self) {
        for _ in 0..150 {
            let (client, server) = (self.dice.below(80), self.dice.below(30));
            let port = SERVICES[(server * 7) % SERVICES.len()];
            let talk = self.inside(client, server, port, false);
            if client != server {
                self.town.connection(talk, 99, 40..50);
            }
        }
    }

    fn datagrams(&mut self) {
        let (resolver, collector) = (self.ours[3], self.ours[4]);
        let upstream = [v4(9, 9, 9, 9), v4(1, 1, 1, 1)];
        for _ in 0..3_000 {
            let client = 5 + self.dice.below(75);
            let (host, port) = (self.ours[client], self.drawn(client));
            let ask = |server, service| Talk::new((host, port), (server, service), UDP);
            let stranger = self.dice.pick(&self.strangers);
            match self.dice.below(6) {
                0 | 1 => self.town.exchange(ask(resolver, 53), (0, 0)),
                2 => {
                    let address = self.dice.pick(&upstream);
                    let port = self.dice.between(GATEWAY.0, GATEWAY.1);
                    let up = Host { interface: None, address };
                    self.town.exchange(Talk::new((resolver, port), (up, 53), UDP), (0, 0));
                }
                3 => self.town.one_way(Talk { client: (host, 514), ..ask(collector, 514) }, false, 0),
                4 => self.town.exchange(ask(stranger, 443), (0, 0)),
                _ => self.town.exchange(Talk { client: (host, 123), ..ask(resolver, 123) }, (0, 0)),
            }
        }
    }

    fn pings(&mut self) {
        for _ in 0..40 {
            for host in 10..40 {
                let talk = Talk::new((self.ours[2], 0), (self.ours[host], 0), ICMP);
                self.town.exchange(talk, (0, 0));
            }
        }
        for host in 0..60 {
            self.town.refused(Talk::new((self.strangers[host], 0), (self.ours[host], 0), ICMP));
        }
    }

    /// Strangers call our front ends; packets after the end are refused.
    fn customers(&mut self) {
        for _ in 0..4_000 {
            let (stranger, front) = (self.dice.pick(&self.strangers), 70 + self.dice.below(4));
            let port = self.dice.between(GATEWAY.0, GATEWAY.1);
            let talk = Talk::new((stranger, port), (self.ours[front], 443), TCP);
            self.town.connection(talk, 2, 0..2);
            if self.dice.below(12) == 0 {
                let flags = self.dice.pick(&[0, 1, 4, 5]);
                self.town.late(talk, false, flags);
            }
        }
    }

    /// We call strangers, directly and through the gateway; their last packets come too late.
    fn errands(&mut self) {
        for _ in 0..4_000 {
            let client = 5 + self.dice.below(60);
            let server =
                (self.strangers[self.dice.below(300)], self.dice.pick(&[443, 443, 443, 80, 8883, 22]));
            let talk = Talk::new((self.ours[client], self.drawn(client)), server, TCP);
            if self.dice.below(2) == 0 {
                let port = self.dice.between(GATEWAY.0, GATEWAY.1);
                self.town.through_nat(talk, (self.nat, port), 2);
            } else {
                self.town.connection(talk, 2, 0..2);
                if self.dice.below(10) == 0 {
                    let flags = self.dice.pick(&[0, 1, 4, 5]);
                    self.town.late(talk, true, flags);
                }
            }
        }
    }

    /// Ten scanners, each at its disguise, over hosts and doors; a few doors are not guarded and answer with RST.
    fn scans(&mut self) {
        const DOORS: [u16; 9] = [21, 22, 23, 80, 443, 445, 3_389, 8_080, 5_900];
        for place in 0..10 {
            let scanner = (self.strangers[1_000 + place], DISGUISES[place % DISGUISES.len()]);
            for _ in 0..200 {
                let host = self.ours[20 + self.dice.below(60)];
                let door = if self.dice.below(3) == 0 {
                    self.dice.between(1, 65_535)
                } else {
                    self.dice.pick(&DOORS)
                };
                let talk = Talk::new(scanner, (host, door), TCP);
                if self.dice.below(12) == 0 { self.town.closed(talk) } else { self.town.refused(talk) }
            }
        }
    }

    /// A balancer's health checks from any port at node ports.
    fn health_checks(&mut self) {
        for _ in 0..1_500 {
            let node = 40 + self.dice.below(20);
            let port = self.dice.between(GATEWAY.0, GATEWAY.1);
            let talk = Talk::new((self.ours[1], port), (self.ours[node], 31_380), TCP);
            self.town.exchange(talk, (3, 19));
        }
    }

    /// Pods: their own addresses stand in the packets, the node's in the record.
    fn pods(&mut self) {
        for _ in 0..2_000 {
            let (node, pod) = (40 + self.dice.below(20), self.dice.below(6) as u8);
            let before = self.town.lines.len();
            let port = self.dice.between(LINUX.0, LINUX.1);
            let talk = Talk::new((self.ours[5], port), (self.ours[node], 9_376), TCP);
            self.town.connection(talk, 3, 0..3);
            let (at, address) = (self.ours[node].address, v4(10, 7, 200, node as u8 * 4 + pod % 4));
            for line in &mut self.town.lines[before..] {
                for end in [&mut line.packet_ends.0, &mut line.packet_ends.1] {
                    if *end == at {
                        *end = address;
                    }
                }
            }
        }
    }

    fn everything(seed: u64) -> Vec<Line> {
        let mut company = Company::new(seed);
        company.applications();
        company.old_connections();
        company.datagrams();
        company.pings();
        company.customers();
        company.errands();
        company.scans();
        company.health_checks();
        company.pods();
        let Company { mut town, mut dice, .. } = company;
        // Habits come one after the other: mixed thoroughly, so that each chunk has some of all.
        for at in 0..town.lines.len() {
            let other = at + dice.below(town.lines.len() - at);
            town.lines.swap(at, other);
        }
        town.lines
    }
}

/// Parts right and unknown of clients, and of service ports; the worst mistakes in words.
fn scored(lines: &[Line], chunk_rows: usize, columns: Columns) -> ([f64; 4], String) {
    let verdicts = judged(lines, chunk_rows, columns);
    let mut counts = [0_usize; 4];
    let mut mistakes: BTreeMap<(Evidence, i32, i32, bool, bool), usize> = BTreeMap::new();
    for (row, line) in lines.iter().enumerate() {
        let (client, port) = (verdicts.client[row], verdicts.service_port[row]);
        counts[0] += usize::from(client == line.client);
        counts[1] += usize::from(client == Client::Unknown);
        counts[2] += usize::from(port == service_port(line));
        counts[3] += usize::from(port == -1 && service_port(line) != -1);
        if client != line.client {
            let answer = line.client == Client::Destination;
            let kind = (verdicts.evidence[row], line.protocol, service_port(line), answer, line.rejected);
            *mistakes.entry(kind).or_default() += 1;
        }
    }
    let mut mistakes: Vec<_> = mistakes.into_iter().collect();
    mistakes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    mistakes.truncate(12);
    let part = |count: usize, of: usize| count as f64 / of as f64;
    let told = |unknown: usize| lines.len() - unknown;
    let parts = [
        part(counts[0], told(counts[1])),
        part(counts[1], lines.len()),
        part(counts[2], told(counts[3])),
        part(counts[3], lines.len()),
    ];
    (parts, format!("{columns:?}: {parts:?}\n(evidence, protocol, port, answer, rejected): {mistakes:#?}"))
}

fn expect(lines: &[Line], chunk_rows: usize, columns: Columns, right: f64) {
    let (parts, why) = scored(lines, chunk_rows, columns);
    assert!(parts[0] >= right && parts[1] <= 0.01 && parts[2] >= right && parts[3] <= 0.01, "{why}");
}

#[test]
fn strange_habits_are_told_with_tcp_flags() {
    for seed in 1..=5 {
        expect(&Company::everything(seed), 40_000, Columns::All, 0.999);
    }
}

#[test]
fn strange_habits_are_told_without_tcp_flags() {
    for seed in 1..=5 {
        expect(&Company::everything(seed), 40_000, Columns::NoFlags, 0.99);
    }
}

#[test]
fn strange_habits_are_told_from_the_columns_of_version_2() {
    for seed in 1..=5 {
        expect(&Company::everything(seed), 40_000, Columns::Version2, 0.99);
    }
}

#[test]
fn small_chunks_do_not_cost_much() {
    let lines = Company::everything(6);
    expect(&lines, 4_000, Columns::All, 0.999);
    expect(&lines, 4_000, Columns::NoFlags, 0.98);
}
