//! Conversations over time: what is wanted, scanners outside and inside, strays, late packets.

use super::plan::{Intent, Plan, Side};
use super::rules::{Packet, Rules};
use super::{DAY_SECS, Talk};
use crate::crowd::public_v4;
use crate::flow::{FIN, RST, SYN, SYN_ACK};
use crate::links::TCP;
use crate::seed::Dice;
use std::net::IpAddr;

const QUARTER_SECS: i64 = DAY_SECS / 4;
/// Part of closed TCP conversations with a packet that comes too late, per six hours and pair.
const LATE: f64 = 0.01;
/// Strangers who try doors, each on a few occasions.
const SCANNERS: usize = 24;
/// Where clients of an account open from.
const CLIENT_PORTS: (u16, u16) = (32_768, 60_999);

struct Life<'a> {
    plan: &'a Plan,
    rules: &'a Rules,
    coverage: f64,
    talks: Vec<Talk>,
}

/// Some conversations of one pair in one stretch of time.
struct Round {
    client: (Option<usize>, IpAddr),
    server: (Option<usize>, IpAddr),
    protocol: u8,
    port: u16,
    at: i64,
    count: u64,
    cause: &'static str,
    is_wanted: bool,
}

/// Everything that was logged from `begin` to `until`, in the order of time. Scanners and strays show up before `end`.
pub(super) fn live(
    dice: &mut Dice,
    plan: &Plan,
    rules: &Rules,
    (begin, end, until): (i64, i64, i64),
    coverage: f64,
) -> Vec<Talk> {
    let mut life = Life { plan, rules, coverage, talks: Vec::new() };
    let shoppers: Vec<IpAddr> = (0..400).map(|_| public_v4(dice)).collect();
    for intent in &plan.intents {
        for at in (begin..until).step_by(QUARTER_SECS as usize) {
            life.intent(dice, intent, &shoppers, begin, at);
        }
    }
    life.scanners(dice, begin, end);
    life.inside_scanner(dice, begin, end);
    life.strays(dice, begin, end);
    let mut talks = life.talks;
    talks.sort_by_key(|talk| (talk.first, talk.interface, talk.client, talk.server, talk.port));
    talks
}

impl Life<'_> {
    fn intent(&mut self, dice: &mut Dice, intent: &Intent, shoppers: &[IpAddr], begin: i64, at: i64) {
        let (day, quarter) = ((at - begin) / DAY_SECS, (at - begin) % DAY_SECS / QUARTER_SECS);
        // The observation begins on the 12th of a month with 31 days, followed by one with 30.
        let day_of_month = if day < 20 { 12 + day } else { (day - 20) % 30 + 1 };
        let level = intent.rhythm.level(day, quarter, day_of_month);
        if level == 0.0 {
            return;
        }
        let side = |dice: &mut Dice, side: &Side, by_v6: bool| -> Vec<(Option<usize>, IpAddr)> {
            match side {
                Side::Role(role) => self.plan.roles[*role]
                    .machines
                    .iter()
                    .filter_map(|machine| Some((Some(*machine), self.plan.address(*machine, by_v6)?)))
                    .collect(),
                Side::Outside { hosts, .. } => hosts.iter().map(|host| (None, *host)).collect(),
                Side::Internet => {
                    (0..6).filter_map(|_| dice.popular(shoppers).map(|host| (None, host))).collect()
                }
            }
        };
        let by_v6 = intent.by_v6 && !matches!(intent.clients, Side::Internet) && dice.chance(0.4);
        let clients = side(dice, &intent.clients, by_v6);
        let servers = side(dice, &intent.servers, by_v6);
        for (turn, client) in clients.iter().enumerate() {
            // A client has two servers it prefers, as pools do.
            for step in 0..2.min(servers.len()) {
                let server = servers[(turn + step) % servers.len()];
                let count = u64::from(dice.count(intent.rate * level));
                if count > 0 && client.1 != server.1 {
                    let at = at + dice.between(0, 600);
                    let (protocol, port) = (intent.protocol, intent.port);
                    let cause = "";
                    let is_wanted = true;
                    self.round(
                        dice,
                        &Round { client: *client, server, protocol, port, at, count, cause, is_wanted },
                    );
                }
            }
        }
    }

    /// Follows some conversations through the interfaces and logs what each sees.
    fn round(&mut self, dice: &mut Dice, round: &Round) {
        let mut stopped = "";
        if let Some(machine) = round.client.0 {
            let packet = self.packet(machine, true, round.server.1, round.protocol, round.port);
            stopped = if !self.rules.permits(self.plan, &packet) {
                "sg-egress"
            } else if !self.rules.acl_lets_pass(self.plan, &packet) {
                "nacl-egress"
            } else {
                ""
            };
            self.log(dice, round, (machine, true, false), round.count, stopped);
        }
        if let (Some(machine), "") = (round.server.0, stopped) {
            let packet = self.packet(machine, false, round.client.1, round.protocol, round.port);
            let outside = round.client.0.is_none();
            stopped = if self.rules.has_bpa && outside {
                "bpa"
            } else if !self.rules.acl_lets_pass(self.plan, &packet) {
                "nacl-ingress"
            } else if !self.rules.permits(self.plan, &packet) {
                "sg-ingress"
            } else {
                ""
            };
            self.log(dice, round, (machine, false, false), round.count, stopped);
        }
        // A scanner's knock is answered by machines whose port is open, and so is everything else that came through.
        if stopped.is_empty() {
            self.answers(dice, round);
        }
    }

    fn answers(&mut self, dice: &mut Dice, round: &Round) {
        let port = dice.port(CLIENT_PORTS.0, CLIENT_PORTS.1);
        let mut passing = round.count;
        for (machine, egress, far) in
            [(round.server.0, true, round.client.1), (round.client.0, false, round.server.1)]
        {
            let Some(machine) = machine else { continue };
            let packet = self.packet(machine, egress, far, round.protocol, port);
            if self.rules.acl_lets_pass(self.plan, &packet) {
                self.log(dice, round, (machine, egress, true), passing, "");
                if dice.chance(LATE) && round.protocol == TCP && round.cause.is_empty() && !egress {
                    self.late(dice, round, machine);
                }
            } else {
                self.log(
                    dice,
                    round,
                    (machine, egress, true),
                    passing,
                    if egress { "nacl-egress" } else { "nacl-ingress" },
                );
                passing = 0;
            }
            if passing == 0 {
                return;
            }
        }
    }

    fn packet(&self, machine: usize, egress: bool, far: IpAddr, protocol: u8, dst_port: u16) -> Packet {
        Packet { machine, egress, far, protocol, dst_port }
    }

    fn log(
        &mut self,
        dice: &mut Dice,
        round: &Round,
        (machine, egress, answer): (usize, bool, bool),
        count: u64,
        stopped: &'static str,
    ) {
        if !dice.chance(self.coverage) {
            return;
        }
        let accepted = stopped.is_empty();
        let tcp_flags = match (round.protocol == TCP, answer, accepted) {
            (false, ..) => 0,
            (_, false, true) => SYN | FIN,
            (_, false, false) => SYN,
            (_, true, true) => SYN_ACK | FIN,
            (_, true, false) => SYN_ACK,
        };
        // What stops a scanner is a rule, but what it is, is a scanner.
        let refused_by = if accepted {
            ""
        } else if round.cause.is_empty() {
            stopped
        } else {
            round.cause
        };
        let last = round.at + if count > 1 { dice.between(3_000, QUARTER_SECS - 700) } else { 0 };
        self.talks.push(Talk {
            interface: machine as u32,
            egress,
            answer,
            client: round.client.1,
            server: round.server.1,
            protocol: round.protocol,
            port: round.port,
            accepted,
            tcp_flags,
            flows: count,
            bytes: count * dice.between(60, 6_000) as u64,
            first: round.at,
            last,
            refused_by,
            is_wanted: round.is_wanted && accepted,
        });
    }

    /// The server's last packet, when the client has forgotten the connection.
    fn late(&mut self, dice: &mut Dice, round: &Round, machine: usize) {
        let Some(before) = self.talks.last().cloned() else { return };
        let at = before.last + dice.between(5, 90);
        let tcp_flags = dice.pick(&[0, FIN, RST]).unwrap_or(0);
        self.talks.push(Talk {
            interface: machine as u32,
            accepted: false,
            tcp_flags,
            flows: 1,
            bytes: 52,
            first: at,
            last: at,
            refused_by: "late-packet",
            is_wanted: false,
            client: round.client.1,
            ..before
        });
    }

    fn scanners(&mut self, dice: &mut Dice, begin: i64, end: i64) {
        let doors = [22_u16, 23, 445, 3389, 8080, 443, 3306, 5432, 6379, 8443, 9200, 27017];
        let public: Vec<usize> = self
            .plan
            .roles
            .iter()
            .filter(|role| role.is_public)
            .flat_map(|role| role.machines.clone())
            .collect();
        for _ in 0..SCANNERS {
            let source = public_v4(dice);
            let single = dice.chance(0.3).then(|| dice.pick(&doors).unwrap_or(22));
            for _ in 0..dice.between(2, 30) {
                let at = begin + dice.between(0, end - begin - 7_200);
                let (Some(machine), port) = (dice.pick(&public), single.or(dice.pick(&doors)).unwrap_or(22))
                else {
                    continue;
                };
                self.knock(dice, (None, source), machine, port, at);
            }
        }
    }

    /// In two accounts of five a machine has been taken over.
    fn inside_scanner(&mut self, dice: &mut Dice, begin: i64, end: i64) {
        if !dice.chance(0.4) {
            return;
        }
        let from = dice.below(self.plan.machines.len());
        let source = (Some(from), IpAddr::V4(self.plan.machines[from].v4));
        let ports: Vec<u16> = match dice.below(4) {
            // One door of everybody, again and again.
            0 => vec![22],
            1 => vec![5432],
            2 => vec![22, 445, 3389],
            _ => (0..60).map(|_| dice.port(1, 10_000)).collect(),
        };
        for _ in 0..dice.between(1, 12) {
            let at = begin + dice.between(0, end - begin - 7_200);
            for machine in 0..self.plan.machines.len() {
                for port in &ports {
                    if machine != from {
                        let at = at + dice.between(0, 600);
                        self.knock(dice, source, machine, *port, at);
                    }
                }
            }
        }
    }

    fn knock(
        &mut self,
        dice: &mut Dice,
        client: (Option<usize>, IpAddr),
        machine: usize,
        port: u16,
        at: i64,
    ) {
        let server = (Some(machine), IpAddr::V4(self.plan.machines[machine].v4));
        let (protocol, count, cause, is_wanted) = (TCP, 1, "scanner", false);
        self.round(dice, &Round { client, server, protocol, port, at, count, cause, is_wanted });
    }

    /// Somebody types a wrong name, or tries something by hand: once or twice, and never again.
    fn strays(&mut self, dice: &mut Dice, begin: i64, end: i64) {
        for _ in 0..dice.between(2, 10) {
            let (from, to) = (dice.below(self.plan.machines.len()), dice.below(self.plan.machines.len()));
            let port = dice.pick(&[22, 80, 443, 5432, 8081, 3000]).unwrap_or(80);
            let at = begin + dice.between(0, end - begin - 7_200);
            if self.plan.machines[from].role == self.plan.machines[to].role {
                continue;
            }
            let client = (Some(from), IpAddr::V4(self.plan.machines[from].v4));
            let server = (Some(to), IpAddr::V4(self.plan.machines[to].v4));
            let count = dice.between(1, 2) as u64;
            let (protocol, cause, is_wanted) = (TCP, "", false);
            self.round(dice, &Round { client, server, protocol, port, at, count, cause, is_wanted });
        }
    }
}
