//! From a conversation to what each interface on its way logs of it, one record per capture window.
//! Knows nothing of rules: it is told how far the packets got.

use crate::links::TCP;
use crate::path::{Hop, Passage, Path};
use crate::rhythm::Rhythm;
use crate::seed::Dice;

/// Longest capture window, seconds; what a Nitro instance's interface has.
pub(crate) const CAPTURE_SECS: i64 = 60;

/// TCP bits as the `tcp-flags` field has them.
pub(crate) const FIN: u8 = 1;
/// SYN.
pub(crate) const SYN: u8 = 2;
/// RST.
pub(crate) const RST: u8 = 4;
/// SYN with ACK; a lone ACK is not logged.
pub(crate) const SYN_ACK: u8 = 18;

/// Payload of a full packet inside the VPC (jumbo frames) and outside.
const JUMBO_PAYLOAD: f64 = 8_949.0;
const PAYLOAD: f64 = 1_448.0;
/// A SYN with options: 20 IP + 40 TCP.
const SYN_BYTES: u64 = 60;
/// What IPv6 adds to every packet.
const IPV6_EXTRA: u64 = 20;

/// Why a record is there, for the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Ordinary traffic.
    Ordinary,
    /// One of the built-in mistakes, by place.
    Fault(usize),
    /// A scanner, by place.
    Scan(usize),
    /// Packets after the connection was closed.
    Late,
    /// Refused although nothing in the tables says why; there must be none.
    Unexplained,
}

/// One record, before it is text.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Interface, addresses and ports.
    pub(crate) hop: Hop,
    /// Whether the packets go from server to client.
    pub(crate) answer: bool,
    /// IANA number.
    pub(crate) protocol: u8,
    /// Packets in the window.
    pub(crate) packets: u64,
    /// Bytes in the window, headers included.
    pub(crate) bytes: u64,
    /// First packet, Unix seconds.
    pub(crate) start: i64,
    /// Last packet, Unix seconds.
    pub(crate) end: i64,
    /// ACCEPT or REJECT.
    pub(crate) accept: bool,
    /// `tcp-flags`
    pub(crate) flags: u8,
    /// Why it is there.
    pub(crate) cause: Cause,
}

impl Record {
    /// The port of the service talked to; 0 for ICMP.
    pub(crate) fn service_port(&self) -> u16 {
        if self.answer { self.hop.src_port } else { self.hop.dst_port }
    }
}

/// A conversation that both ways let pass.
#[derive(Debug)]
pub(crate) struct Connection {
    path: Path,
    protocol: u8,
    start: i64,
    end: i64,
    /// Payload bytes of a busy window, there and back.
    payload: (f64, f64),
    /// Windows without traffic happen where demand follows a rhythm.
    rhythm: Rhythm,
    steady: bool,
    reset: bool,
    /// Seconds by which the last packet of a middle window precedes the window's end.
    quiet_tail_secs: i64,
    next_window: i64,
}

/// What a new connection is going to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Talk {
    /// First and last second.
    pub(crate) span: (i64, i64),
    /// Payload bytes per capture window, there and back.
    pub(crate) payload: (f64, f64),
    /// How the traffic of a long connection follows the clock.
    pub(crate) rhythm: Rhythm,
    /// Says something in every window, whatever the rhythm.
    pub(crate) steady: bool,
}

impl Connection {
    /// A connection over a path that is open. Windows that end before `visible_from` are passed over in silence.
    pub(crate) fn open(path: Path, protocol: u8, talk: Talk, visible_from: i64, dice: &mut Dice) -> Self {
        let mut connection = Self {
            path,
            protocol,
            start: talk.span.0,
            end: talk.span.1,
            payload: talk.payload,
            rhythm: talk.rhythm,
            steady: talk.steady,
            reset: dice.chance(0.03),
            quiet_tail_secs: dice.between(0, 5),
            next_window: 0,
        };
        while !connection.over() && connection.window_end() < visible_from {
            connection.next_window += 1;
        }
        connection
    }

    /// Whether all its windows have been logged.
    pub(crate) fn over(&self) -> bool {
        self.start + self.next_window * CAPTURE_SECS > self.end
    }

    fn window_end(&self) -> i64 {
        let close = self.start + (self.next_window + 1) * CAPTURE_SECS - 1;
        self.end.min(close - self.quiet_tail_secs)
    }

    /// Logs every window that ends before `until`.
    pub(crate) fn advance(&mut self, until: i64, dice: &mut Dice, log: &mut dyn FnMut(Record)) {
        while !self.over() && self.window_end() < until {
            self.log_window(dice, log);
            self.next_window += 1;
        }
    }

    fn log_window(&self, dice: &mut Dice, log: &mut dyn FnMut(Record)) {
        let begin = self.start + self.next_window * CAPTURE_SECS;
        let (first, last) = (self.next_window == 0, begin + CAPTURE_SECS > self.end);
        let level = if self.steady { 1.0 } else { self.rhythm.level(begin) };
        if !(first || last || self.steady || dice.chance(0.2 + 0.75 * level)) {
            return;
        }
        let busy = (0.15 + 0.85 * level) * (1.0 + 0.25 * dice.bell()).max(0.1);
        let (there, back) = self.volumes(busy, first, last);
        let (there_flags, back_flags) = self.flags(first, last);
        let start = if first { begin } else { begin + dice.between(0, 4) };
        let end = self.window_end().max(start);
        for (answer, hops, (packets, bytes), flags) in
            [(false, &self.path.there, there, there_flags), (true, &self.path.back, back, back_flags)]
        {
            for hop in hops {
                // The two ends' clocks, and the host's own delay, differ by up to a second.
                let (start, end) = (start + dice.between(0, 1), end + dice.between(0, 1));
                let (protocol, cause) = (self.protocol, Cause::Ordinary);
                let end = end.max(start);
                log(Record {
                    hop: *hop,
                    answer,
                    protocol,
                    packets,
                    bytes,
                    start,
                    end,
                    accept: true,
                    flags,
                    cause,
                });
            }
        }
    }

    /// Packets and bytes there and back: full packets of payload, an acknowledgement for every other one.
    fn volumes(&self, busy: f64, first: bool, last: bool) -> ((u64, u64), (u64, u64)) {
        let inside = self.path.there.len() == 2;
        let full = if inside && self.protocol == TCP { JUMBO_PAYLOAD } else { PAYLOAD };
        let (there, back) = ((self.payload.0 * busy) as u64, (self.payload.1 * busy) as u64);
        let (data_there, data_back) =
            ((there as f64 / full).ceil() as u64, (back as f64 / full).ceil() as u64);
        let extra = if self.ipv6() { IPV6_EXTRA } else { 0 };
        if self.protocol != TCP {
            let (there_packets, back_packets) = (data_there.max(1), data_back.max(1));
            let (there_bytes, back_bytes) =
                (there + there_packets * (28 + extra), back + back_packets * (28 + extra));
            return ((there_packets, there_bytes), (back_packets, back_bytes));
        }
        let (opening, closing) = (u64::from(first), u64::from(last));
        let there_packets = (data_there + data_back / 2 + 2 * opening + closing).max(1);
        let back_packets = (data_back + data_there / 2 + opening + closing).max(1);
        (
            (there_packets, there + there_packets * (52 + extra)),
            (back_packets, back + back_packets * (52 + extra)),
        )
    }

    fn flags(&self, first: bool, last: bool) -> (u8, u8) {
        if self.protocol != TCP {
            return (0, 0);
        }
        let (mut there, mut back) = if first { (SYN, SYN_ACK) } else { (0, 0) };
        if last {
            there |= if self.reset { RST } else { FIN };
            back |= if self.reset { 0 } else { FIN };
        }
        (there, back)
    }

    fn ipv6(&self) -> bool {
        self.path.there.first().is_some_and(|hop| hop.src.is_ipv6())
    }

    /// Packets that arrive after the close: refused, and without a SYN.
    pub(crate) fn late_packet(&self, dice: &mut Dice) -> Option<Record> {
        // They come from outside: the client's, where it is outside, else the server's.
        let (answer, hop) = match (self.path.there.first(), self.path.back.last()) {
            (Some(hop), _) if hop.ingress => (false, hop),
            (_, Some(hop)) if hop.ingress => (true, hop),
            _ => return None,
        };
        let start = self.end + dice.between(5, 90);
        let packets = dice.between(1, 3) as u64;
        let end = start + if packets > 1 { dice.between(0, 20) } else { 0 };
        let flags = dice.pick(&[0, 0, FIN, RST])?;
        let bytes = packets * (52 + if self.ipv6() { IPV6_EXTRA } else { 0 });
        let (protocol, accept, cause) = (self.protocol, false, Cause::Late);
        Some(Record { hop: *hop, answer, protocol, packets, bytes, start, end, accept, flags, cause })
    }
}

/// Attempts that stop on the way, or that nobody answers: the opening packet and its repetitions
/// (a Linux client sends SYN at 0, 1, 3, 7, 15 s until it gives up), at every interface they reach.
pub(crate) fn log_attempt(
    path: &Path,
    passage: Passage,
    protocol: u8,
    at: i64,
    cause: Cause,
    dice: &mut Dice,
    log: &mut dyn FnMut(Record),
) {
    let (packets, lasting) = dice.pick(&[(2_u64, 1), (3, 3), (3, 3), (4, 7), (5, 15)]).unwrap_or((1, 0));
    let ipv6 = path.there.first().is_some_and(|hop| hop.src.is_ipv6());
    let size = if protocol == TCP { SYN_BYTES } else { 75 } + if ipv6 { IPV6_EXTRA } else { 0 };
    let (stop_there, stop_back) = match passage {
        Passage::StoppedThere(place, _) => (Some(place), None),
        Passage::StoppedBack(place, _) => (None, Some(place)),
        Passage::Open => (None, None),
    };
    let mut log_hops = |hops: &[Hop], stop: Option<usize>, answer: bool, flags: u8| {
        let seen = stop.map_or(hops.len(), |place| place + 1);
        for (place, hop) in hops.iter().enumerate().take(seen) {
            let (start, accept) = (at + dice.between(0, 1), Some(place) != stop);
            let (end, bytes) = (start + lasting, packets * size);
            log(Record { hop: *hop, answer, protocol, packets, bytes, start, end, accept, flags, cause });
        }
    };
    let (syn, syn_ack) = if protocol == TCP { (SYN, SYN_ACK) } else { (0, 0) };
    log_hops(&path.there, stop_there, false, syn);
    if stop_back.is_some() {
        log_hops(&path.back, stop_back, true, syn_ack);
    }
}
