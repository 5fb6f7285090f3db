//! Hosts that talk, and what their interfaces log of it. Knows nothing of how it will be judged.

use sides::{Address, Client, Direction, Knowledge, NO_NUMBER, Records, Verdicts};
use std::collections::HashMap;

/// The address of nobody.
pub const NOBODY: Address = [0; 16];

pub const TCP: i32 = 6;
pub const UDP: i32 = 17;
pub const ICMP: i32 = 1;

/// Pseudo-random numbers, the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    pub fn between(&mut self, low: u16, high: u16) -> u16 {
        low + self.below(usize::from(high - low) + 1) as u16
    }

    pub fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }
}

pub fn v4(a: u8, b: u8, c: u8, d: u8) -> Address {
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d]
}

pub fn v6(host: u16) -> Address {
    let [a, b] = host.to_be_bytes();
    [0x26, 0, 0x1f, 0x18, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, a, b]
}

/// A host; without an interface it is outside and logs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    pub interface: Option<u32>,
    pub address: Address,
}

/// One record before it is columns.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub interface: Option<u32>,
    pub ends: (Address, Address),
    pub packet_ends: (Address, Address),
    pub ports: (u16, u16),
    pub protocol: i32,
    pub flags: i32,
    pub rejected: bool,
    /// The same for all unless a test says otherwise: what began first is no help.
    pub start: i64,
    pub client: Client,
    pub direction: Direction,
}

/// A conversation to be logged.
#[derive(Clone, Copy)]
pub struct Talk {
    pub client: (Host, u16),
    pub server: (Host, u16),
    pub protocol: i32,
}

/// Everything that was logged.
#[derive(Default)]
pub struct Town {
    pub lines: Vec<Line>,
}

impl Talk {
    pub fn new(client: (Host, u16), server: (Host, u16), protocol: i32) -> Self {
        Talk { client, server, protocol }
    }

    /// The record of one direction at one interface; flags are for TCP alone.
    fn line(&self, answer: bool, at_client: bool, flags: i32) -> Line {
        let (from, to) = if answer { (self.server, self.client) } else { (self.client, self.server) };
        Line {
            interface: if at_client { self.client.0.interface } else { self.server.0.interface },
            ends: (from.0.address, to.0.address),
            packet_ends: (from.0.address, to.0.address),
            ports: (from.1, to.1),
            protocol: self.protocol,
            flags: if self.protocol == TCP { flags } else { 0 },
            rejected: false,
            start: 0,
            client: if answer { Client::Destination } else { Client::Source },
            direction: if answer == at_client { Direction::Ingress } else { Direction::Egress },
        }
    }
}

impl Town {
    /// Both directions at both ends; (there, back) are the flags.
    pub fn exchange(&mut self, talk: Talk, (there, back): (i32, i32)) {
        self.one_way(talk, false, there);
        self.one_way(talk, true, back);
    }

    /// One direction at both ends.
    pub fn one_way(&mut self, talk: Talk, answer: bool, flags: i32) {
        for at_client in [true, false] {
            let line = talk.line(answer, at_client, flags);
            if line.interface.is_some() {
                self.lines.push(line);
            }
        }
    }

    /// A TCP connection of several records; which of them are in the log.
    pub fn connection(&mut self, talk: Talk, records: usize, logged: std::ops::Range<usize>) {
        for place in logged {
            let (first, last) = (place == 0, place + 1 == records);
            let flags = |opening: i32| if first { opening } else { 0 } | i32::from(last);
            self.exchange(talk, (flags(2), flags(18)));
        }
    }

    /// Let out by the client where it is ours, refused at the server.
    pub fn refused(&mut self, talk: Talk) {
        for at_client in [true, false] {
            let line = talk.line(false, at_client, 2);
            if line.interface.is_some() {
                self.lines.push(Line { rejected: !at_client, ..line });
            }
        }
    }

    /// Answered by RST: nobody listens there.
    pub fn closed(&mut self, talk: Talk) {
        self.exchange(talk, (2, 4));
    }

    /// Packets of a connection that is over, refused where they arrive.
    pub fn late(&mut self, talk: Talk, answer: bool, flags: i32) {
        let line = talk.line(answer, answer, flags);
        if line.interface.is_some() {
            self.lines.push(Line { rejected: true, ..line });
        }
    }

    /// By way of a NAT gateway: two records at the client, four at the gateway.
    pub fn through_nat(&mut self, talk: Talk, nat: (Host, u16), records: usize) {
        let (client, server, gateway) = (talk.client.0.address, talk.server.0.address, nat.0.address);
        let outer = Talk { client: nat, ..talk };
        for place in 0..records {
            for answer in [false, true] {
                let opening = if answer { 18 } else { 2 };
                let flags = if place == 0 { opening } else { 0 };
                self.lines.push(talk.line(answer, true, flags));
                self.lines.push(outer.line(answer, true, flags));
                let ends = if answer { (gateway, client) } else { (client, gateway) };
                let packet_ends = if answer { (server, client) } else { (client, server) };
                let inner = talk.line(answer, false, flags);
                self.lines.push(Line { interface: nat.0.interface, ends, packet_ends, ..inner });
            }
        }
    }

    /// Mixes neighbouring lines, as deliveries do.
    pub fn shuffle(&mut self, dice: &mut Dice) {
        for at in 0..self.lines.len() {
            let other = (at + dice.below(2_000)).min(self.lines.len() - 1);
            self.lines.swap(at, other);
        }
    }
}

/// Which columns the log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    All,
    NoFlags,
    Version2,
}

/// Lines as columns.
#[derive(Default)]
pub struct Chunk {
    names: Vec<String>,
    interface: Vec<i32>,
    addresses: Vec<Address>,
    places: HashMap<Address, i32>,
    src: Vec<i32>,
    dst: Vec<i32>,
    pkt_src: Vec<i32>,
    pkt_dst: Vec<i32>,
    srcport: Vec<i32>,
    dstport: Vec<i32>,
    protocol: Vec<i32>,
    tcp_flags: Vec<i32>,
    rejected: Vec<bool>,
    start: Vec<i64>,
    direction: Vec<Direction>,
}

impl Chunk {
    pub fn of(lines: &[Line]) -> Self {
        let most = lines.iter().filter_map(|line| line.interface).max().map_or(0, |most| most + 1);
        let mut chunk = Chunk {
            names: (0..most).map(|number| format!("eni-{number:017x}")).collect(),
            ..Chunk::default()
        };
        for line in lines {
            chunk.interface.push(line.interface.map_or(NO_NUMBER, |number| number as i32));
            let [src, dst, pkt_src, pkt_dst] =
                [line.ends.0, line.ends.1, line.packet_ends.0, line.packet_ends.1]
                    .map(|end| chunk.place(end));
            chunk.src.push(src);
            chunk.dst.push(dst);
            chunk.pkt_src.push(pkt_src);
            chunk.pkt_dst.push(pkt_dst);
            chunk.srcport.push(line.ports.0.into());
            chunk.dstport.push(line.ports.1.into());
            chunk.protocol.push(line.protocol);
            chunk.tcp_flags.push(line.flags);
            chunk.rejected.push(line.rejected);
            chunk.start.push(line.start);
            chunk.direction.push(line.direction);
        }
        chunk
    }

    fn place(&mut self, address: Address) -> i32 {
        if address == NOBODY {
            return NO_NUMBER;
        }
        let next = self.addresses.len() as i32;
        let place = *self.places.entry(address).or_insert(next);
        if place == next {
            self.addresses.push(address);
        }
        place
    }

    /// Asks `with` about the columns; never `flow-direction`.
    pub fn with<T>(&self, columns: Columns, with: impl FnOnce(&Records<'_>) -> T) -> T {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let has_flags = columns == Columns::All;
        let has_packets = columns != Columns::Version2;
        with(&Records {
            rows: self.src.len(),
            interface: &self.interface,
            interface_names: &names,
            addresses: &self.addresses,
            src: &self.src,
            dst: &self.dst,
            pkt_src: if has_packets { &self.pkt_src } else { &[] },
            pkt_dst: if has_packets { &self.pkt_dst } else { &[] },
            srcport: &self.srcport,
            dstport: &self.dstport,
            protocol: &self.protocol,
            tcp_flags: if has_flags { &self.tcp_flags } else { &[] },
            rejected: &self.rejected,
            start: &self.start,
            direction: &[],
        })
    }

    /// The same with `flow-direction`.
    pub fn with_directions<T>(&self, with: impl FnOnce(&Records<'_>) -> T) -> T {
        self.with(Columns::All, |records| with(&Records { direction: &self.direction, ..*records }))
    }
}

/// Learns and judges lines, a chunk at a time.
pub fn judged(lines: &[Line], chunk_rows: usize, columns: Columns) -> Verdicts {
    let (mut knowledge, mut verdicts, mut all) =
        (Knowledge::default(), Verdicts::default(), Verdicts::default());
    for lines in lines.chunks(chunk_rows) {
        Chunk::of(lines).with(columns, |records| {
            knowledge.learn(records);
            knowledge.judge(records, &mut verdicts);
        });
        all.client.extend_from_slice(&verdicts.client);
        all.evidence.extend_from_slice(&verdicts.evidence);
        all.service_port.extend_from_slice(&verdicts.service_port);
        all.direction.extend_from_slice(&verdicts.direction);
        all.told_elsewhere.extend_from_slice(&verdicts.told_elsewhere);
    }
    all
}

/// The service port of a line: the server's, -1 without ports.
pub fn service_port(line: &Line) -> i32 {
    match (line.ports, line.client) {
        ((0, 0), _) => NO_NUMBER,
        ((_, to), Client::Source) => to.into(),
        ((from, _), _) => from.into(),
    }
}

/// A line of nobody to nobody, to be filled in.
pub fn blank() -> Line {
    Line {
        interface: None,
        ends: (NOBODY, NOBODY),
        packet_ends: (NOBODY, NOBODY),
        ports: (0, 0),
        protocol: TCP,
        flags: 0,
        rejected: false,
        start: 0,
        client: Client::Unknown,
        direction: Direction::Unknown,
    }
}
