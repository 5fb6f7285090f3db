//! What the logs saw, one row for a conversation at one interface in one stretch of time. The caller fills the rows
//! from its tables; nothing here reads logs.

use crate::address::Address;

/// Which way the packets of a row go, seen from the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Towards the interface.
    Ingress,
    /// From the interface.
    Egress,
}

impl Direction {
    /// As AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        }
    }
}

/// Whether the packets of a row ask or answer. Security groups judge the asking alone, network ACLs both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// From client to server.
    Opening,
    /// From server to client.
    Answer,
}

impl Leg {
    /// Its name in the advice.
    pub fn name(self) -> &'static str {
        match self {
            Leg::Opening => "opening",
            Leg::Answer => "answer",
        }
    }

    /// The leg of a row by which end is the interface's own: packets that leave a client ask, packets that enter
    /// one answer.
    pub fn of(direction: Direction, own_end_is_client: bool) -> Self {
        if (direction == Direction::Egress) == own_end_is_client { Leg::Opening } else { Leg::Answer }
    }
}

/// The `reject-reason` field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The format lacks the field.
    #[default]
    NotLogged,
    /// `-`: none of the reasons AWS names.
    Other,
    /// `BPA`: VPC Block Public Access.
    BlockPublicAccess,
    /// `EC`: VPC Encryption Controls.
    EncryptionControl,
}

/// TCP's SYN bit in `tcp-flags`.
pub const SYN: u8 = 2;

/// One row: the records of one conversation, at one interface, of one direction and action, in one hour or less.
///
/// Addresses are those on the wire at the interface (`srcaddr`, `dstaddr`), which is what rules are matched with.
/// Rows whose client nobody knows are left out by the caller. Rejected rows with and without a SYN should be rows of
/// their own where `tcp-flags` is logged: together they look like openings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// Place in [`Traffic::interfaces`].
    pub interface: u32,
    /// Way of the packets.
    pub direction: Direction,
    /// Asking or answering.
    pub leg: Leg,
    /// Who opened the conversation.
    pub client: Address,
    /// Who was asked.
    pub server: Address,
    /// IANA number.
    pub protocol: u8,
    /// The server's port; 0 where the protocol has none.
    pub port: u16,
    /// The client's port; 0 where it is unknown, as in sums.
    pub client_port: u16,
    /// `action` is ACCEPT.
    pub accepted: bool,
    /// `reject-reason`.
    pub reason: Reason,
    /// `tcp-flags` of all records together (OR); `None` where the format lacks the field.
    pub tcp_flags: Option<u8>,
    /// Number of records.
    pub flows: u64,
    /// Sum of `bytes`.
    pub bytes: u64,
    /// First second, Unix time.
    pub first: i64,
    /// Last second, Unix time.
    pub last: i64,
}

impl Flow {
    /// The far end's address, which rules are matched with.
    pub fn peer(&self) -> Address {
        if self.own_end_is_client() { self.server } else { self.client }
    }

    /// The near end's address.
    pub fn own(&self) -> Address {
        if self.own_end_is_client() { self.client } else { self.server }
    }

    /// Whether the interface's end opened the conversation.
    pub fn own_end_is_client(&self) -> bool {
        (self.direction == Direction::Egress) == (self.leg == Leg::Opening)
    }

    /// Whether a SYN is among the packets; `None` where the log cannot tell.
    pub fn has_syn(&self) -> Option<bool> {
        if self.protocol == TCP { self.tcp_flags.map(|flags| flags & SYN != 0) } else { None }
    }
}

/// IANA's number of ICMP.
pub const ICMP: u8 = 1;
/// IANA's number of TCP.
pub const TCP: u8 = 6;
/// IANA's number of UDP.
pub const UDP: u8 = 17;
/// IANA's number of ICMP for IPv6.
pub const ICMPV6: u8 = 58;

/// The stretch of time the rows stand for, and how much of it the logs really tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// First second.
    pub from: i64,
    /// First second after it.
    pub to: i64,
    /// Part of the interfaces' time without SKIPDATA and without holes, 0 to 1.
    pub coverage: f64,
    /// The flow logs record ACCEPT.
    pub has_accepts: bool,
    /// The flow logs record REJECT.
    pub has_rejects: bool,
}

/// Seconds of a day.
pub const DAY_SECS: i64 = 86_400;

impl Window {
    /// A window that both actions are logged in, without holes.
    pub fn complete(from: i64, to: i64) -> Self {
        Window { from, to, coverage: 1.0, has_accepts: true, has_rejects: true }
    }

    /// Its length in days.
    pub fn days(&self) -> f64 {
        (self.to - self.from).max(0) as f64 / DAY_SECS as f64
    }

    /// The same in words: `a day`, `42 days`.
    pub fn said(&self) -> String {
        match self.days().round() as u64 {
            0 => "less than a day".to_owned(),
            1 => "a day".to_owned(),
            days => format!("{days} days"),
        }
    }

    /// The day of a moment as a bit, counted from the window's first; the last bit stands for all days from the
    /// 128th on.
    pub fn day_bit(&self, at: i64) -> u128 {
        1 << (at - self.from).div_euclid(DAY_SECS).clamp(0, 127)
    }
}

/// Rows and what they stand for.
#[derive(Clone, Copy, Debug)]
pub struct Traffic<'a> {
    /// The distinct `interface-id`s.
    pub interfaces: &'a [&'a str],
    /// The rows, in any order.
    pub flows: &'a [Flow],
    /// When, and how completely.
    pub window: Window,
}

impl<'a> Traffic<'a> {
    /// The name of a row's interface; empty where the row names none of the list.
    pub fn interface(&self, flow: &Flow) -> &'a str {
        self.interfaces.get(flow.interface as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_far_end_is_the_source_of_what_enters_and_the_destination_of_what_leaves() {
        let [client, server] = [Address(1), Address(2)];
        let flow = |direction, leg| Flow {
            interface: 0,
            direction,
            leg,
            client,
            server,
            protocol: TCP,
            port: 443,
            client_port: 0,
            accepted: true,
            reason: Reason::NotLogged,
            tcp_flags: Some(18),
            flows: 1,
            bytes: 1,
            first: 0,
            last: 0,
        };
        assert_eq!(flow(Direction::Ingress, Leg::Opening).peer(), client);
        assert_eq!(flow(Direction::Egress, Leg::Answer).peer(), client);
        assert_eq!(flow(Direction::Egress, Leg::Opening).peer(), server);
        assert_eq!(flow(Direction::Ingress, Leg::Answer).own(), client);
        assert_eq!(Leg::of(Direction::Ingress, false), Leg::Opening);
        assert_eq!(flow(Direction::Egress, Leg::Opening).has_syn(), Some(true));
    }

    #[test]
    fn days_are_counted_from_the_window() {
        let window = Window::complete(1_000, 1_000 + 3 * DAY_SECS);
        assert_eq!(window.day_bit(1_000), 1);
        assert_eq!(window.day_bit(1_000 + DAY_SECS), 2);
        assert_eq!(window.day_bit(0), 1);
        assert_eq!(window.day_bit(i64::MAX / 2), 1 << 127);
        assert!((window.days() - 3.0).abs() < 1e-9);
    }
}
