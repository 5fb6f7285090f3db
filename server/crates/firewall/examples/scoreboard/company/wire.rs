//! Packets on their way, and what each interface they pass writes down.

use super::dice::Dice;
use super::people::{Job, People, is_outside};
use super::policy::{Packet, Policy};
use super::wants::{TCP, UDP};
use std::fmt::Write as _;
use std::net::IpAddr;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const SYN_ACK: u8 = 18;
/// Part of TCP conversations with a packet after their end.
const LATE: f64 = 0.008;
/// Part of conversations that stay open for hours.
const LONG: f64 = 0.02;

/// Somebody calls somebody.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub at: i64,
    pub client: IpAddr,
    pub server: IpAddr,
    pub protocol: u8,
    pub port: u16,
    /// `scanner`, or empty for what rules stop.
    pub cause: &'static str,
    pub is_wanted: bool,
    /// Nobody listens.
    pub is_silent: bool,
}

/// A record.
#[derive(Clone, Debug)]
struct Line {
    machine: usize,
    egress: bool,
    ends: [IpAddr; 2],
    packet_ends: [IpAddr; 2],
    ports: [u16; 2],
    protocol: u8,
    flags: u8,
    start: i64,
    lasts: i64,
    cause: &'static str,
}

/// An opening that passed after the observation.
#[derive(Clone, Copy, Debug)]
pub struct Later {
    pub machine: usize,
    pub egress: bool,
    pub client: IpAddr,
    pub server: IpAddr,
    pub protocol: u8,
    pub port: u16,
    pub at: i64,
}

/// How the flow log was set up.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub fields: &'static str,
    pub interval: i64,
    /// Part of the records that is there.
    pub coverage: f64,
    pub sees_shared: bool,
}

pub struct Wire<'a> {
    pub people: &'a People,
    pub policy: &'a Policy,
    pub dice: Dice,
    pub shape: Shape,
    /// End of the observation.
    pub end: i64,
    pub later: Vec<Later>,
    /// What was wanted and did not pass.
    pub refused: Vec<Call>,
    lines: Vec<Line>,
}

impl<'a> Wire<'a> {
    pub fn new(people: &'a People, policy: &'a Policy, dice: Dice, shape: Shape, end: i64) -> Self {
        Wire { people, policy, dice, shape, end, later: Vec::new(), refused: Vec::new(), lines: Vec::new() }
    }

    /// Whether it got an answer.
    pub fn call(&mut self, call: &Call) -> bool {
        let is_answered = self.follow(call);
        if call.is_wanted && !is_answered && call.at < self.end {
            self.refused.push(*call);
        }
        is_answered
    }

    fn follow(&mut self, call: &Call) -> bool {
        let [client, server] = [call.client, call.server].map(|one| self.people.holder(one, call.at));
        let has_ports = matches!(call.protocol, TCP | UDP);
        let (low, high) = if client.is_some() { (32_768, 60_999) } else { (1_025, 65_535) };
        let own = if has_ports { self.dice.between(low, high) as u16 } else { 0 };
        let ask = [own, call.port];
        let flags = if call.protocol == TCP { SYN } else { 0 };
        if let Some(machine) = client {
            let packet = self.packet(call, machine, true, call.server, call.port);
            let stopped = if !self.policy.permits(self.people, &packet) {
                "sg-egress"
            } else if !self.policy.passes_acl(self.people, &packet) {
                "nacl-egress"
            } else {
                ""
            };
            self.log(
                call,
                (machine, true, false),
                ask,
                if stopped.is_empty() { flags | FIN } else { flags },
                stopped,
            );
            if !stopped.is_empty() {
                return false;
            }
        }
        if let Some(nat) = self.nat(call, client) {
            self.through_nat(call, nat, ask);
        }
        if let Some(machine) = server {
            let packet = self.packet(call, machine, false, call.client, call.port);
            let stopped = if self.policy.has_bpa && is_outside(self.people, call.client) {
                "bpa"
            } else if !self.policy.passes_acl(self.people, &packet) {
                "nacl-ingress"
            } else if !self.policy.permits(self.people, &packet) {
                "sg-ingress"
            } else {
                ""
            };
            self.log(
                call,
                (machine, false, false),
                ask,
                if stopped.is_empty() { flags | FIN } else { flags },
                stopped,
            );
            if !stopped.is_empty() {
                return false;
            }
        }
        !call.is_silent && self.answer(call, (client, server), own)
    }

    fn answer(&mut self, call: &Call, (client, server): (Option<usize>, Option<usize>), own: u16) -> bool {
        let ports = [call.port, own];
        let flags = if call.protocol == TCP { SYN_ACK | FIN } else { 0 };
        for (machine, egress, far) in [(server, true, call.client), (client, false, call.server)] {
            let Some(machine) = machine else { continue };
            let packet = self.packet(call, machine, egress, far, own);
            let passes = self.policy.passes_acl(self.people, &packet);
            let layer = if egress { "nacl-egress" } else { "nacl-ingress" };
            let (flags, stopped) = if passes { (flags, "") } else { (flags & SYN_ACK, layer) };
            self.log(call, (machine, egress, true), ports, flags, stopped);
            if !passes {
                return false;
            }
        }
        if call.protocol == TCP && self.dice.chance(LONG) {
            self.stay(call, (client, server), own);
        }
        if call.protocol == TCP && call.cause.is_empty() && self.dice.chance(LATE) {
            self.late(call, (client, server), own);
        }
        true
    }

    /// Hours later the same connection still carries something.
    fn stay(&mut self, call: &Call, (client, server): (Option<usize>, Option<usize>), own: u16) {
        for turn in 1..4 {
            let call = Call { at: call.at + turn * 2_100, ..*call };
            for (machine, is_client) in [(client, true), (server, false)] {
                let Some(machine) = machine.filter(|machine| self.people.machines[*machine].lives(call.at))
                else {
                    continue;
                };
                self.log(&call, (machine, is_client, false), [own, call.port], 0, "");
                self.log(&call, (machine, !is_client, true), [call.port, own], 0, "");
            }
        }
    }

    /// The last packets, after the other end has forgotten the connection.
    fn late(&mut self, call: &Call, (client, server): (Option<usize>, Option<usize>), own: u16) {
        let at = call.at + self.shape.interval + self.dice.between(5, 90);
        let call = Call { at, ..*call };
        let flags = [0, FIN, RST][self.dice.below(3)];
        match (client, server) {
            (Some(machine), _) if self.dice.chance(0.6) => {
                self.log(&call, (machine, false, true), [call.port, own], flags, "late-packet");
            }
            (_, Some(machine)) => {
                self.log(&call, (machine, false, false), [own, call.port], flags, "late-packet")
            }
            _ => {}
        }
    }

    fn packet(&self, call: &Call, machine: usize, egress: bool, far: IpAddr, port: u16) -> Packet {
        Packet { machine, egress, far, protocol: call.protocol, port, at: call.at }
    }

    /// The NAT gateway on the way, where the client has no address of the internet.
    fn nat(&self, call: &Call, client: Option<usize>) -> Option<usize> {
        let is_private = client.is_some_and(|one| !super::policy::is_public(self.people, one));
        let leaves = is_private && is_outside(self.people, call.server);
        self.people.of(Job::Nat, call.at).first().copied().filter(|_| leaves && call.server.is_ipv4())
    }

    fn through_nat(&mut self, call: &Call, nat: usize, [own, port]: [u16; 2]) {
        let middle = IpAddr::V4(self.people.machines[nat].primary);
        let outer = self.dice.between(1_024, 65_535) as u16;
        let (client, server) = (call.client, call.server);
        let legs = [
            (false, [client, middle], [client, server], [own, port], SYN | FIN),
            (true, [middle, server], [middle, server], [outer, port], SYN | FIN),
            (false, [server, middle], [server, middle], [port, outer], SYN_ACK | FIN),
            (true, [middle, client], [server, client], [port, own], SYN_ACK | FIN),
        ];
        for (egress, ends, packet_ends, ports, flags) in legs {
            let flags = if call.protocol == TCP { flags } else { 0 };
            let line = Line { machine: nat, egress, ends, packet_ends, ports, ..self.line(call, flags) };
            self.write(line);
        }
    }

    fn line(&mut self, call: &Call, flags: u8) -> Line {
        let ends = [call.client, call.server];
        let (machine, egress, ports, protocol, start, cause) = (0, false, [0; 2], call.protocol, call.at, "");
        let lasts = self.dice.between(0, self.shape.interval - 1);
        Line { machine, egress, ends, packet_ends: ends, ports, protocol, flags, start, lasts, cause }
    }

    fn log(
        &mut self,
        call: &Call,
        (machine, egress, answers): (usize, bool, bool),
        ports: [u16; 2],
        flags: u8,
        stopped: &'static str,
    ) {
        let ends = if answers { [call.server, call.client] } else { [call.client, call.server] };
        if call.at >= self.end {
            if call.is_wanted && !answers && stopped.is_empty() && (flags > 0 || call.protocol != TCP) {
                let Call { client, server, protocol, port, at, .. } = *call;
                self.later.push(Later { machine, egress, client, server, protocol, port, at });
            }
            return;
        }
        let cause = if stopped.is_empty() || call.cause.is_empty() { stopped } else { call.cause };
        let line = Line { machine, egress, ends, packet_ends: ends, ports, cause, ..self.line(call, flags) };
        self.write(line);
    }

    fn write(&mut self, line: Line) {
        let is_seen = self.shape.sees_shared || self.people.vpc(line.machine) == 0;
        if line.start < self.end && is_seen && self.dice.chance(self.shape.coverage) {
            self.lines.push(line);
        }
    }

    /// The log as AWS delivers it, in objects of so many lines, each with the cause of every refusal.
    pub fn objects(&mut self) -> Vec<(String, Vec<String>)> {
        self.lines.sort_by_key(|line| line.start);
        let lines = std::mem::take(&mut self.lines);
        lines.chunks(50_000).map(|part| self.object(part)).collect()
    }

    fn object(&mut self, lines: &[Line]) -> (String, Vec<String>) {
        let mut text = String::with_capacity(lines.len() * 120);
        let _ = writeln!(text, "{}", self.shape.fields);
        for line in lines {
            for (turn, field) in self.shape.fields.split(' ').enumerate() {
                if turn > 0 {
                    text.push(' ');
                }
                self.field(&mut text, line, field);
            }
            text.push('\n');
        }
        (text, lines.iter().map(|line| line.cause.to_owned()).collect())
    }

    fn field(&mut self, text: &mut String, line: &Line, field: &str) {
        let machine = &self.people.machines[line.machine];
        let refused = !line.cause.is_empty();
        let packets = if refused { 1 + line.lasts % 4 } else { 6 + line.lasts % 40 };
        let _ = match field {
            "version" => write!(text, "5"),
            "account-id" => write!(text, "111122223333"),
            "interface-id" => write!(text, "{}", machine.eni),
            "srcaddr" => write!(text, "{}", line.ends[0]),
            "dstaddr" => write!(text, "{}", line.ends[1]),
            "pkt-srcaddr" => write!(text, "{}", line.packet_ends[0]),
            "pkt-dstaddr" => write!(text, "{}", line.packet_ends[1]),
            "srcport" => write!(text, "{}", line.ports[0]),
            "dstport" => write!(text, "{}", line.ports[1]),
            "protocol" => write!(text, "{}", line.protocol),
            "packets" => write!(text, "{packets}"),
            "bytes" => write!(text, "{}", packets * 60),
            "start" => write!(text, "{}", line.start),
            "end" => write!(text, "{}", line.start + line.lasts),
            "action" => write!(text, "{}", if refused { "REJECT" } else { "ACCEPT" }),
            "log-status" => write!(text, "OK"),
            "tcp-flags" => write!(text, "{}", line.flags),
            "flow-direction" => write!(text, "{}", if line.egress { "egress" } else { "ingress" }),
            "reject-reason" if line.cause == "bpa" => write!(text, "BPA"),
            "type" => write!(text, "{}", if line.ends[0].is_ipv4() { "IPv4" } else { "IPv6" }),
            "vpc-id" => write!(text, "{}", self.people.vpcs[self.people.vpc(line.machine)]),
            _ => write!(text, "-"),
        };
    }
}
