//! Conversations by the hour with everything that tells why one was let through or refused: what advice is made from.

use super::Fold;
use crate::addresses::{AddressBook, Addresses};
use crate::columns::{Counts, Truths, Words, find, numbers};
use crate::error::LakeError;
use crate::order::HOUR;
use crate::schema::{
    ACTION, BYTES, CLIENT_IS_SRC, END, FLOW_DIRECTION, INTERFACE_ID, PROTOCOL, SERVICE_PORT, START,
};
use arrow::array::{Int64Array, RecordBatch};
use contract::grid::floor_to;
use contract::{Refusal, RefusalKind, Span};
use hashbrown::HashMap;

/// TCP's SYN bit in `tcp-flags`.
const SYN: i32 = 2;
/// Most rows of an answer, half a gigabyte of them.
const MOST_ROWS: usize = 4 << 20;

/// The columns it is made from.
pub const COLUMNS: [&str; 13] = [
    INTERFACE_ID,
    FLOW_DIRECTION,
    "srcaddr",
    "dstaddr",
    CLIENT_IS_SRC,
    SERVICE_PORT,
    PROTOCOL,
    ACTION,
    "reject_reason",
    "tcp_flags",
    BYTES,
    START,
    END,
];

/// The records of one conversation at one interface, of one direction and action, that start in one hour. Records whose
/// direction or client nobody knows are left out. Rejected records with a SYN are rows of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Place among [`Conversations::interfaces`].
    pub interface: u32,
    /// Towards the interface.
    pub ingress: bool,
    /// From client to server.
    pub opening: bool,
    /// Who opened the conversation, 16 bytes in network order, IPv4 mapped into IPv6.
    pub client: [u8; 16],
    /// Who answers.
    pub server: [u8; 16],
    /// IANA number.
    pub protocol: u8,
    /// The server's port; 0 where the protocol has none.
    pub port: u16,
    /// `action` is ACCEPT.
    pub accepted: bool,
    /// Place of `reject-reason` among [`Conversations::reasons`]; `None` where the log has none.
    pub reason: Option<u32>,
    /// `tcp-flags` of all records (OR); `None` where the format lacks the field.
    pub tcp_flags: Option<u8>,
    /// Records.
    pub flows: u64,
    /// Bytes.
    pub bytes: u64,
    /// First second.
    pub first: i64,
    /// Last second.
    pub last: i64,
}

/// What makes a row.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    hour: i64,
    interface: u32,
    ingress: bool,
    opening: bool,
    client: u32,
    server: u32,
    protocol: u8,
    port: u16,
    accepted: bool,
    reason: Option<u32>,
    syn: Option<bool>,
}

/// What is added up of it.
#[derive(Clone, Copy)]
struct Sums {
    flows: u64,
    bytes: u64,
    first: i64,
    last: i64,
    tcp_flags: Option<u8>,
}

impl Sums {
    fn add(&mut self, other: &Sums) {
        self.flows += other.flows;
        self.bytes += other.bytes;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.tcp_flags = self.tcp_flags.zip(other.tcp_flags).map(|(a, b)| a | b);
    }
}

/// Names in the order they were met.
#[derive(Clone, Default)]
struct Names {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

impl Names {
    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }
}

/// The fold.
#[derive(Clone, Default)]
pub struct Conversations {
    interfaces: Names,
    reasons: Names,
    book: AddressBook,
    rows: HashMap<Key, Sums>,
    untold: u64,
}

/// All conversations of a question.
#[derive(Clone, Debug, Default)]
pub struct Talks {
    /// The distinct `interface-id`s.
    pub interfaces: Vec<String>,
    /// The distinct `reject-reason`s.
    pub reasons: Vec<String>,
    /// The rows, by time.
    pub rows: Vec<Conversation>,
}

impl Conversations {
    /// Records left out because nobody knows their direction or client.
    pub const fn untold(&self) -> u64 {
        self.untold
    }

    /// The rows.
    pub fn finish(self) -> Talks {
        let Conversations { interfaces, reasons, book, rows, .. } = self;
        let row = |(key, sums): (Key, Sums)| Conversation {
            interface: key.interface,
            ingress: key.ingress,
            opening: key.opening,
            client: book.address(key.client).to_be_bytes(),
            server: book.address(key.server).to_be_bytes(),
            protocol: key.protocol,
            port: key.port,
            accepted: key.accepted,
            reason: key.reason,
            tcp_flags: sums.tcp_flags,
            flows: sums.flows,
            bytes: sums.bytes,
            first: sums.first,
            last: sums.last,
        };
        let mut rows: Vec<Conversation> = rows.into_iter().map(row).collect();
        rows.sort_unstable_by_key(|row| {
            (row.first, row.interface, row.client, row.server, row.port, row.opening)
        });
        Talks { interfaces: interfaces.list, reasons: reasons.list, rows }
    }

    fn add(&mut self, key: Key, sums: Sums) -> Result<(), LakeError> {
        self.rows.entry(key).and_modify(|known| known.add(&sums)).or_insert(sums);
        if self.rows.len() > MOST_ROWS {
            let message = format!("there are more than {MOST_ROWS} conversations in this range.");
            let refusal = Refusal::new(RefusalKind::TooLarge, message, "Ask for a shorter range, or filter.");
            return Err(LakeError::Question(refusal));
        }
        Ok(())
    }
}

impl Fold for Conversations {
    fn push(&mut self, batch: &RecordBatch, clip: Span) -> Result<(), LakeError> {
        let times = |name| find::<Int64Array>(batch, name).map_or(&[][..], |array| array.values().as_ref());
        let (starts, ends, bytes) = (times(START), times(END), Counts::of(batch, BYTES));
        let [protocols, ports, flags] =
            [PROTOCOL, SERVICE_PORT, "tcp_flags"].map(|name| numbers(batch, name));
        let [src, dst] =
            ["srcaddr", "dstaddr"].map(|name| Addresses::of(batch, name).numbers(&mut self.book));
        let sides = Truths::of(batch, CLIENT_IS_SRC);
        let words =
            [INTERFACE_ID, FLOW_DIRECTION, ACTION, "reject_reason"].map(|name| Words::of(batch, name));
        let interfaces: Vec<u32> = words[0].values().iter().map(|name| self.interfaces.place(name)).collect();
        let ingress = words[1].codes(|name| name == "ingress");
        let accepted = words[2].codes(|name| name == "ACCEPT");
        let reasons: Vec<u32> = words[3].values().iter().map(|name| self.reasons.place(name)).collect();
        let number = |column: &[i32], row: usize| column.get(row).copied().filter(|number| *number >= 0);
        for row in (0..batch.num_rows()).filter(|row| clip.holds(starts[*row])) {
            let (Some(interface), Some(direction), Some(action), Some(client_is_src)) =
                (words[0].key(row), words[1].key(row), words[2].key(row), sides.at(row))
            else {
                self.untold += 1;
                continue;
            };
            let ends_known = (src.get(row).copied().flatten(), dst.get(row).copied().flatten());
            let ((Some(src), Some(dst)), Some(protocol)) = (ends_known, number(&protocols, row)) else {
                self.untold += 1;
                continue;
            };
            let flags = number(&flags, row);
            let key = Key {
                hour: floor_to(starts[row], HOUR),
                interface: interfaces[interface],
                ingress: ingress[direction],
                opening: client_is_src,
                client: if client_is_src { src } else { dst },
                server: if client_is_src { dst } else { src },
                protocol: protocol as u8,
                port: number(&ports, row).unwrap_or_default() as u16,
                accepted: accepted[action],
                reason: words[3].key(row).map(|key| reasons[key]),
                syn: flags.map(|flags| flags & SYN != 0),
            };
            let sums = Sums {
                flows: 1,
                bytes: bytes.at(row),
                first: starts[row],
                last: ends[row],
                tcp_flags: flags.map(|flags| flags as u8),
            };
            self.add(key, sums)?;
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<(), LakeError> {
        self.untold += other.untold;
        let addresses = self.book.adopt(&other.book);
        let interfaces: Vec<u32> =
            other.interfaces.list.iter().map(|name| self.interfaces.place(name)).collect();
        let reasons: Vec<u32> = other.reasons.list.iter().map(|name| self.reasons.place(name)).collect();
        for (key, sums) in other.rows {
            let key = Key {
                interface: interfaces[key.interface as usize],
                client: addresses[key.client as usize],
                server: addresses[key.server as usize],
                reason: key.reason.map(|reason| reasons[reason as usize]),
                ..key
            };
            self.add(key, sums)?;
        }
        Ok(())
    }
}
