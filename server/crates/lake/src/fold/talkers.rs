//! Sums by client, server and service port.
//!
//! There may be millions of conversations. The latest are added up in a table small enough for the processor's cache;
//! when it is full its sums move to one of many parts, by a hash of the conversation. Parts never share a conversation,
//! so they are added up and ranked one by one, on all cores, and nothing large is ever merged.

use super::{Amount, Fold, Pieces};
use crate::addresses::{AddressBook, Addresses as Addressed};
use crate::columns::{Ints, Truths, Words};
use crate::error::LakeError;
use crate::schema::{ACTION, CLIENT, CLIENT_IS_SRC, PROTOCOL, SERVER, SERVICE_PORT};
use arrow::array::RecordBatch;
use contract::{Addresses, Grid, Measure, Refusal, RefusalKind, Span};
use hashbrown::HashMap;

/// Conversations in the small table: 64 bytes each, so that they and their marks stay in a second-level cache.
const RECENT: usize = 1 << 14;
/// Parts of the others; a power of two. Of ten million conversations each holds some 150 000.
const PARTS: usize = 64;
/// Sums in a part after which equal conversations are added up.
const PART_ENTRIES: usize = 1 << 16;
/// Most conversations of one answer: half a gigabyte. More is refused, for it would drive out everything else.
const MOST_TALKS: usize = 1 << 23;

/// A conversation: who, with whom, about what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Talk {
    /// Who opened it, as far as known; an IPv6 address as a number.
    pub client: u128,
    /// Who answered.
    pub server: u128,
    /// Service port; -1 when unknown.
    pub service_port: i32,
    /// IANA protocol; -1 when missing.
    pub protocol: i32,
}

/// The same with the numbers of the addresses: half as large, and hashed and compared in a few instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Numbered {
    /// Number of the client.
    pub client: u32,
    /// Number of the server.
    pub server: u32,
    /// Service port; -1 when unknown.
    pub service_port: i32,
    /// IANA protocol; -1 when missing.
    pub protocol: i32,
}

impl Numbered {
    /// The same with its addresses.
    pub fn named(self, book: &AddressBook) -> Talk {
        Talk {
            client: book.address(self.client),
            server: book.address(self.server),
            service_port: self.service_port,
            protocol: self.protocol,
        }
    }
}

/// What a conversation carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// All of it.
    pub amount: Amount,
    /// Records with action REJECT.
    pub rejected: u64,
}

impl Carried {
    fn add(&mut self, other: &Carried) {
        self.amount.add(&other.amount);
        self.rejected += other.rejected;
    }
}

/// Conversations whose hash falls into this part.
#[derive(Clone, Debug, Default)]
struct Part {
    entries: Vec<(Numbered, Carried)>,
    /// How many of the first entries are of different conversations.
    distinct: usize,
}

impl Part {
    /// Makes one entry of those of the same conversation.
    fn add_up(&mut self) {
        if self.distinct == self.entries.len() {
            return;
        }
        let mut sums: HashMap<Numbered, Carried> = HashMap::with_capacity(self.entries.len());
        for (talk, carried) in self.entries.drain(..) {
            sums.entry(talk).or_default().add(&carried);
        }
        self.entries.extend(sums);
        self.distinct = self.entries.len();
    }

    fn is_crowded(&self) -> bool {
        self.entries.len() >= PART_ENTRIES.max(self.distinct * 2)
    }
}

/// The fold.
#[derive(Clone, Debug)]
pub struct Talkers {
    grid: Grid,
    addresses: Addresses,
    book: AddressBook,
    recent: HashMap<Numbered, Carried>,
    parts: Vec<Part>,
}

/// The first of a ranking.
#[derive(Clone, Debug, Default)]
pub struct Leaders {
    /// The first, largest measure first; equal ones by conversation.
    pub talks: Vec<(Talk, Carried)>,
    /// How many there are in all.
    pub distinct: u64,
    /// The measure over all.
    pub total: u64,
}

impl Talkers {
    /// Nothing yet, of this range and of these ends.
    pub fn new(span: Span, addresses: Addresses) -> Self {
        Talkers {
            addresses,
            grid: Grid { start: span.from, step: span.secs().max(1), count: 1 },
            book: AddressBook::default(),
            recent: HashMap::new(),
            parts: vec![Part::default(); PARTS],
        }
    }

    fn talk(&self, talk: Numbered) -> Talk {
        talk.named(&self.book)
    }

    /// Moves the small table's sums to their parts.
    fn settle(&mut self) -> Result<(), LakeError> {
        for (talk, carried) in self.recent.drain() {
            // By address, not by number: the same conversation has other numbers in another thread's book.
            let hash = mixed(self.book.address(talk.client))
                .wrapping_add(mixed(self.book.address(talk.server)).rotate_left(17))
                .wrapping_add(talk.service_port as u64);
            let part = &mut self.parts[(mixed(u128::from(hash)) >> 58) as usize % PARTS];
            part.entries.push((talk, carried));
            if part.is_crowded() {
                part.add_up();
            }
        }
        if self.parts.iter().map(|part| part.distinct).sum::<usize>() > MOST_TALKS {
            return Err(too_many());
        }
        Ok(())
    }

    /// The `top` largest, on as many threads as there are cores.
    pub fn leaders(mut self, measure: Measure, top: usize) -> Result<Leaders, LakeError> {
        self.settle()?;
        let mut parts = std::mem::take(&mut self.parts);
        let share = parts.len().div_ceil(crate::pump::reader_count());
        let these = &self;
        let found: Vec<Leaders> = std::thread::scope(|scope| {
            let threads: Vec<_> = parts
                .chunks_mut(share)
                .map(|parts| scope.spawn(move || these.leaders_of(parts, measure, top)))
                .collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        let mut leaders = Leaders::default();
        for part in found {
            leaders.absorb(part, measure, top);
        }
        Ok(leaders)
    }

    fn leaders_of(&self, parts: &mut [Part], measure: Measure, top: usize) -> Leaders {
        let mut leaders = Leaders::default();
        for part in parts {
            part.add_up();
            let mut found = Leaders::default();
            for (_, carried) in &part.entries {
                let value = carried.amount.of(measure);
                found.distinct += u64::from(value > 0);
                found.total += value;
            }
            part.entries.retain(|(_, carried)| carried.amount.of(measure) > 0);
            if part.entries.len() > top {
                // Ties at the edge are settled by conversation, so that equal questions have equal answers.
                let value = |entry: &(Numbered, Carried)| std::cmp::Reverse(entry.1.amount.of(measure));
                part.entries.select_nth_unstable_by(top, |a, b| {
                    value(a).cmp(&value(b)).then_with(|| self.talk(a.0).cmp(&self.talk(b.0)))
                });
                part.entries.truncate(top);
            }
            found.talks = part.entries.iter().map(|(talk, carried)| (self.talk(*talk), *carried)).collect();
            leaders.absorb(found, measure, top);
        }
        leaders
    }
}

/// Client and server of every row of a batch of any table, as numbers in `book`. Of a record that does not tell, the
/// source is taken for the client.
pub fn ends_of(batch: &RecordBatch, addresses: Addresses, book: &mut AddressBook) -> Vec<Option<(u32, u32)>> {
    let mut numbers = |name| Addressed::of(batch, name).numbers(book);
    let (client, server) = (numbers(CLIENT), numbers(SERVER));
    if !client.is_empty() {
        return client.into_iter().zip(server).map(|(client, server)| client.zip(server)).collect();
    }
    let (mut src, mut dst) = (numbers("srcaddr"), numbers("dstaddr"));
    if addresses == Addresses::Packet {
        for (ends, packet) in [(&mut src, "pkt_srcaddr"), (&mut dst, "pkt_dstaddr")] {
            let packet = numbers(packet);
            ends.iter_mut().zip(packet).for_each(|(end, packet)| *end = packet.or(*end));
        }
    }
    let sides = Truths::of(batch, CLIENT_IS_SRC);
    let by_side = |(row, (src, dst)): (usize, (Option<u32>, Option<u32>))| {
        if sides.at(row) == Some(false) { dst.zip(src) } else { src.zip(dst) }
    };
    src.into_iter().zip(dst).enumerate().map(by_side).collect()
}

impl Leaders {
    fn absorb(&mut self, other: Leaders, measure: Measure, top: usize) {
        self.distinct += other.distinct;
        self.total += other.total;
        self.talks.extend(other.talks);
        self.talks
            .sort_unstable_by_key(|(talk, carried)| (std::cmp::Reverse(carried.amount.of(measure)), *talk));
        self.talks.truncate(top);
    }
}

/// A hash of an address whose upper bits are good.
fn mixed(address: u128) -> u64 {
    let word = (address as u64) ^ ((address >> 64) as u64).rotate_left(32);
    let product = u128::from(word ^ 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93;
    (product >> 64) as u64 ^ product as u64
}

fn too_many() -> LakeError {
    LakeError::Question(Refusal::new(
        RefusalKind::Unanswerable,
        format!("more than {MOST_TALKS} different conversations lie in the range."),
        "Ask for a shorter range, or add a filter.",
    ))
}

impl Fold for Talkers {
    fn push(&mut self, batch: &RecordBatch, clip: Span) -> Result<(), LakeError> {
        let ends = ends_of(batch, self.addresses, &mut self.book);
        let (port, protocol) = (Ints::of(batch, SERVICE_PORT), Ints::of(batch, PROTOCOL));
        let action = Words::of(batch, ACTION);
        let rejects = action.codes(|value| value == "REJECT");
        // Stored conversations are sorted by their ends: hours of one stand together and are looked up once.
        let (sums, mut run) = (&mut self.recent, None::<(Numbered, Carried)>);
        Pieces::of(batch).each(clip, &self.grid, |row, _, amount| {
            let Some((client, server)) = ends.get(row).copied().flatten() else { return };
            let talk = Numbered {
                client,
                server,
                service_port: port.at(row).unwrap_or(-1),
                protocol: protocol.at(row).unwrap_or(-1),
            };
            let rejected = action.key(row).is_some_and(|key| rejects[key]);
            let more = Carried { amount, rejected: if rejected { amount.flows } else { 0 } };
            match &mut run {
                Some((same, sum)) if *same == talk => sum.add(&more),
                _ => {
                    if let Some((talk, sum)) = run.replace((talk, more)) {
                        sums.entry(talk).or_default().add(&sum);
                    }
                }
            }
        });
        if let Some((talk, sum)) = run {
            sums.entry(talk).or_default().add(&sum);
        }
        if self.recent.len() > RECENT { self.settle() } else { Ok(()) }
    }

    fn merge(&mut self, mut other: Self) -> Result<(), LakeError> {
        self.settle()?;
        other.settle()?;
        let map = self.book.adopt(&other.book);
        for (part, other) in self.parts.iter_mut().zip(other.parts) {
            part.entries.extend(other.entries.into_iter().map(|(talk, carried)| {
                let (client, server) = (map[talk.client as usize], map[talk.server as usize]);
                (Numbered { client, server, ..talk }, carried)
            }));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    const SPAN: Span = Span { from: 0, to: 60 };

    fn talkers() -> Talkers {
        Talkers::new(SPAN, Addresses::Interface)
    }

    /// Conversation `n` of a sum whose book numbers addresses in another order than another's.
    fn add(sum: &mut Talkers, n: u128, bytes: u64) {
        let (client, server) = (sum.book.number(n), sum.book.number(n % 7));
        let talk = Numbered { client, server, service_port: 443, protocol: 6 };
        let amount = Amount { bytes, packets: 1, flows: 1 };
        sum.recent.entry(talk).or_default().add(&Carried { amount, rejected: 0 });
        if sum.recent.len() > RECENT {
            sum.settle().unwrap();
        }
    }

    #[test]
    fn sums_that_moved_to_parts_and_sums_of_two_threads_rank_as_one() {
        let (mut left, mut right) = (talkers(), talkers());
        let many = 3 * RECENT as u128;
        for n in 0..many {
            add(&mut left, n, n as u64);
            add(&mut right, many - 1 - n, 2);
        }
        left.merge(right).unwrap();
        let leaders = left.leaders(Measure::Bytes, 3).unwrap();
        let clients: Vec<_> =
            leaders.talks.iter().map(|(talk, sum)| (talk.client, sum.amount.bytes)).collect();
        let expected = [1, 2, 3].map(|back| (many - back, (many - back) as u64 + 2));
        assert_eq!(clients, expected);
        assert_eq!(leaders.distinct, many as u64);
        assert_eq!(leaders.total, (0..many as u64).sum::<u64>() + 2 * many as u64);
    }

    #[test]
    fn equal_talkers_are_ranked_by_their_addresses() {
        let mut sum = talkers();
        for n in [9, 4, 6, 5] {
            add(&mut sum, n, 10);
        }
        let leaders = sum.leaders(Measure::Flows, 2).unwrap();
        let clients: Vec<_> = leaders.talks.iter().map(|(talk, _)| talk.client).collect();
        assert_eq!(clients, [4, 5]);
    }
}
