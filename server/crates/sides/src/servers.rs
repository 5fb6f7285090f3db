//! Every end that matters, bounded: ends with one peer wait in a small table that forgets, those with more stay.
//! Clients' ports have one peer each and are nearly all ends there are; they never get further than the first table.

use crate::standing::{Standing, door_bit, peer_bit};

/// Most ends kept, 8 MB. An account with a thousand interfaces has a few thousand servers of its own; the rest is room
/// for servers outside.
pub(crate) const SERVERS: usize = 1 << 17;
/// Places of the smallest table.
const SMALLEST: usize = 1 << 10;
/// Ends with one peer that are remembered, 2 MB: a chunk of a quarter of a million records brings about as many.
const WAITING: usize = 1 << 18;
const WAITING_SHIFT: u32 = 64 - WAITING.trailing_zeros();
/// Hints, 128 KB: with all ends known one in eight of the others has a bit by chance.
const HINTS: usize = 1 << 20;
/// Low bits of a waiting place: which way its peer was seen.
const HEARD: u64 = 1;
const TOLD: u64 = 2;

/// A record between an end and a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The peer sent to it and was let through.
    Heard,
    /// It sent to the peer and was let through.
    Told,
    /// It sent to the peer and was refused.
    Refused,
}

/// An end and what is known of it, two in a cache line; key 0 is an empty place.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
struct Slot {
    key: u64,
    standing: Standing,
}

/// All ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Servers {
    /// Open addressing by the upper bits of the key, at most half full, and an empty place behind the last. Our own
    /// because it can be asked without a branch: of a record's two ends one is known, and a processor that guesses
    /// which is wrong every other time.
    slots: Vec<Slot>,
    /// What a key is shifted by to give its place.
    shift: u32,
    len: usize,
    /// One bit per known end, by bits of its key: tells of nearly every client that it is not known, without leaving
    /// the nearer caches.
    hints: Vec<u64>,
    /// Half of the end's key, 30 bits of its peer's, two bits of [`Way`]; allocated when the first end comes.
    waiting: Vec<u64>,
}

impl Servers {
    /// What is known of an end.
    pub(crate) fn standing(&self, end: u64) -> Standing {
        let place = self.hinted(end);
        let Some(slot) = self.slots.get(place) else { return Standing::default() };
        if slot.key != end && slot.key != 0 {
            let found = self.place(end).and_then(|place| self.slots.get(place));
            return found.map(|slot| slot.standing).unwrap_or_default();
        }
        let (is_it, all) = (slot.key == end && end != 0, slot.standing);
        let mask = if is_it { u64::MAX } else { 0 };
        Standing {
            heard: all.heard & mask,
            told: all.told & mask,
            refused: all.refused & mask as u32,
            proven: all.proven & is_it,
            opens: all.opens & is_it,
        }
    }

    /// An end answered a peer's SYN.
    pub(crate) fn prove(&mut self, end: u64, peer: u64, way: Way) {
        if let Some(standing) = self.entry(end) {
            standing.proven = true;
            record(standing, peer_bit(peer), way);
        }
    }

    /// A known service refused an end.
    pub(crate) fn refuse(&mut self, end: u64, door: u64) {
        if let Some(standing) = self.entry(end) {
            standing.refused |= door_bit(door);
        }
    }

    /// An end with a service's port sent a SYN.
    pub(crate) fn opens(&mut self, end: u64) {
        if let Some(standing) = self.entry(end) {
            standing.opens = true;
        }
    }

    /// A record passed between an end and a peer.
    pub(crate) fn meet(&mut self, end: u64, peer: u64, way: Way) {
        if let Some(slot) = self.place(end).and_then(|place| self.slots.get_mut(place)) {
            return record(&mut slot.standing, peer_bit(peer), way);
        }
        if self.waiting.is_empty() {
            self.waiting = vec![0; WAITING];
        }
        let mark = match way {
            Way::Heard => HEARD,
            Way::Told => TOLD,
            Way::Refused => return,
        };
        let Some(place) = self.waiting.get_mut((end >> WAITING_SHIFT) as usize) else { return };
        let tag = end << 32 | (peer >> 32 & !3);
        if *place & !3 == tag {
            *place |= mark;
        } else if *place >> 32 != tag >> 32 || *place & 3 == 0 {
            *place = tag | mark;
        } else if let Some(standing) = self.entry(end) {
            record(standing, peer_bit(peer), way);
        }
    }

    /// Adds what somebody else knows.
    pub(crate) fn add(&mut self, end: u64, standing: &Standing) {
        if let Some(mine) = self.entry(end) {
            mine.add(standing);
        }
    }

    /// All that is known, in the order of the keys.
    pub(crate) fn known(&self) -> Vec<(u64, Standing)> {
        let mut known: Vec<_> =
            self.slots.iter().filter(|slot| slot.key != 0).map(|slot| (slot.key, slot.standing)).collect();
        known.sort_unstable_by_key(|(end, _)| *end);
        known
    }

    /// Where an end is, if it is known.
    fn place(&self, end: u64) -> Option<usize> {
        let mut place = self.hinted(end);
        loop {
            match self.slots.get(place)?.key {
                key if key == end && end != 0 => return Some(place),
                0 => return None,
                _ => place = self.after(place),
            }
        }
    }

    /// Where an end would be if nobody else were there; the empty place behind the last if it cannot be known.
    fn hinted(&self, end: u64) -> usize {
        if self.may_know(end) { self.home(end) } else { self.slots.len().saturating_sub(1) }
    }

    fn may_know(&self, end: u64) -> bool {
        let (word, bit) = hint(end);
        self.hints.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn home(&self, end: u64) -> usize {
        (end >> self.shift) as usize
    }

    /// The next place, from the last on to the first.
    fn after(&self, place: usize) -> usize {
        if place + 2 < self.slots.len() { place + 1 } else { 0 }
    }

    /// The standing of an end, new or old; `None` for the key that no end has.
    fn entry(&mut self, end: u64) -> Option<&mut Standing> {
        if let Some(place) = self.place(end) {
            return self.slots.get_mut(place).map(|slot| &mut slot.standing);
        }
        if self.len >= SERVERS {
            self.forget_half();
        } else if 2 * (self.len + 1) >= self.slots.len() {
            let known = self.known();
            self.rebuild((2 * self.len).next_power_of_two().max(SMALLEST) * 2, &known);
        }
        let place = self.insert(end, self.waited(end))?;
        self.slots.get_mut(place).map(|slot| &mut slot.standing)
    }

    /// What is known of an end with one peer.
    fn waited(&self, end: u64) -> Standing {
        let place = self.waiting.get((end >> WAITING_SHIFT) as usize).copied().unwrap_or_default();
        let (is_it, first) = (place >> 32 == end & 0xffff_ffff, peer_bit(place << 32));
        let bit = |way| if is_it && place & way != 0 { first } else { 0 };
        Standing { heard: bit(HEARD), told: bit(TOLD), ..Standing::default() }
    }

    fn insert(&mut self, key: u64, standing: Standing) -> Option<usize> {
        let (word, bit) = hint(key);
        *self.hints.get_mut(word).filter(|_| key != 0)? |= bit;
        let mut place = self.home(key);
        while self.slots.get(place)?.key != 0 {
            place = self.after(place);
        }
        *self.slots.get_mut(place)? = Slot { key, standing };
        self.len += 1;
        Some(place)
    }

    /// A table of a power of two of places.
    fn rebuild(&mut self, places: usize, known: &[(u64, Standing)]) {
        self.slots.clear();
        self.slots.resize(places + 1, Slot::default());
        self.shift = 64 - places.trailing_zeros();
        self.hints.clear();
        self.hints.resize(HINTS / 64, 0);
        self.len = 0;
        for (end, standing) in known {
            self.insert(*end, *standing);
        }
    }

    /// Forgets the ends with the least to lose, those with the larger keys first where they are equal: half of all,
    /// so that it happens seldom.
    fn forget_half(&mut self) {
        let mut known = self.known();
        known.sort_by_key(|(_, standing)| std::cmp::Reverse(standing.weight()));
        known.truncate(SERVERS / 2);
        self.rebuild(2 * SERVERS, &known);
    }
}

/// The bit of an end among the hints: other bits of the key than those of its place.
fn hint(end: u64) -> (usize, u64) {
    let bit = end as usize % HINTS;
    (bit / 64, 1 << (bit % 64))
}

fn record(standing: &mut Standing, bit: u64, way: Way) {
    standing.heard |= if way == Way::Heard { bit } else { 0 };
    standing.told |= if way == Way::Told { bit } else { 0 };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{of_end, of_pair};

    fn end(port: u16) -> u64 {
        of_end(7, 6, port)
    }

    #[test]
    fn an_end_becomes_known_with_its_second_peer() {
        let mut servers = Servers::default();
        servers.meet(end(80), end(1), Way::Heard);
        servers.meet(end(80), end(1), Way::Told);
        assert_eq!(servers.standing(end(80)), Standing::default());
        servers.meet(end(80), end(2), Way::Heard);
        servers.meet(end(80), end(2), Way::Told);
        assert_eq!(servers.standing(end(80)).fan_in(), 2);
    }

    #[test]
    fn the_first_peers_bit_survives_the_wait() {
        let mut servers = Servers::default();
        for peer in 1..=40 {
            servers.meet(end(80), end(peer), Way::Heard);
        }
        let told = (1..=40).fold(0, |bits, peer| bits | peer_bit(end(peer)));
        assert_eq!(servers.standing(end(80)).heard, told);
    }

    #[test]
    fn all_ends_are_found_again_while_the_table_grows() {
        let mut servers = Servers::default();
        for port in 1..20_000 {
            servers.prove(end(port), end(0), Way::Told);
        }
        assert!((1..20_000).all(|port| servers.standing(end(port)).proven));
        assert!(!servers.standing(end(20_000)).proven);
        assert_eq!(servers.known().len(), 19_999);
    }

    #[test]
    fn the_table_stays_bounded_and_keeps_who_has_most_peers() {
        let mut servers = Servers::default();
        for peer in 0..64 {
            servers.meet(end(443), end(peer), Way::Heard);
        }
        for other in 0..2 * SERVERS as u64 {
            servers.prove(of_pair(other, 1), 1, Way::Refused);
        }
        assert!(servers.known().len() <= SERVERS);
        assert!(servers.standing(end(443)).fan_in() > 30);
    }
}
