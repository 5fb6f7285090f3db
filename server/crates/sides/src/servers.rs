//! Every end that matters, bounded: ends with one peer wait in a small table that forgets, those with more stay.
//! Clients' ports have one peer each and are nearly all ends there are; they never get further than the first table.

use crate::keys::KeyMap;
use crate::standing::{Standing, door_bit, peer_bit};

/// Most ends kept, about 6 MB. An account with a thousand interfaces has a few thousand servers of its own; the rest
/// is room for servers outside.
pub(crate) const SERVERS: usize = 1 << 17;
/// Ends with one peer that are remembered, 2 MB: a chunk of a quarter of a million records brings about as many.
const WAITING: usize = 1 << 18;
const WAITING_SHIFT: u32 = 64 - WAITING.trailing_zeros();
/// Low bits of a waiting place: which way its peer was seen.
const HEARD: u64 = 1;
const TOLD: u64 = 2;

/// Which way a record went, seen from an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A peer sent to it.
    Heard,
    /// It sent to a peer.
    Told,
}

/// All ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Servers {
    known: KeyMap<Standing>,
    /// Half of the end's key, 30 bits of its peer's, two bits of [`Way`]; allocated when the first end comes.
    waiting: Vec<u64>,
}

impl Servers {
    /// What is known of an end.
    pub(crate) fn standing(&self, end: u64) -> Standing {
        self.known.get(&end).copied().unwrap_or_default()
    }

    /// An end answered a SYN.
    pub(crate) fn prove(&mut self, end: u64) {
        self.entry(end).proven = true;
    }

    /// A known service refused an end.
    pub(crate) fn refuse(&mut self, end: u64, door: u64) {
        self.entry(end).refused |= door_bit(door);
    }

    /// A record passed between an end and a peer.
    pub(crate) fn meet(&mut self, end: u64, peer: u64, way: Way) {
        if let Some(standing) = self.known.get_mut(&end) {
            return record(standing, peer_bit(peer), way);
        }
        if self.waiting.is_empty() {
            self.waiting = vec![0; WAITING];
        }
        let Some(place) = self.waiting.get_mut((end >> WAITING_SHIFT) as usize) else { return };
        let (tag, mark) = (end << 32 | (peer >> 32 & !3), if way == Way::Heard { HEARD } else { TOLD });
        let (before, ways) = (*place & !3, *place & 3);
        if before == tag {
            *place |= mark;
        } else if before >> 32 == tag >> 32 && ways != 0 {
            let first = peer_bit(before << 32);
            let standing = self.entry(end);
            if ways & HEARD != 0 {
                record(standing, first, Way::Heard);
            }
            if ways & TOLD != 0 {
                record(standing, first, Way::Told);
            }
            record(standing, peer_bit(peer), way);
        } else {
            *place = tag | mark;
        }
    }

    /// Adds what somebody else knows.
    pub(crate) fn add(&mut self, end: u64, standing: &Standing) {
        self.entry(end).add(standing);
    }

    /// All that is known, in the order of the keys.
    pub(crate) fn known(&self) -> Vec<(u64, Standing)> {
        let mut known: Vec<_> = self.known.iter().map(|(end, standing)| (*end, *standing)).collect();
        known.sort_unstable_by_key(|(end, _)| *end);
        known
    }

    fn entry(&mut self, end: u64) -> &mut Standing {
        if self.known.len() >= SERVERS && !self.known.contains_key(&end) {
            self.forget_half();
        }
        self.known.entry(end).or_default()
    }

    /// Forgets the ends with the least to lose, those with the larger keys first where they are equal: half of all,
    /// so that it happens seldom.
    fn forget_half(&mut self) {
        let mut order: Vec<_> = self.known.iter().map(|(end, standing)| (standing.weight(), !*end)).collect();
        let half = order.len() / 2;
        let (_, middle, _) = order.select_nth_unstable(half);
        let least = *middle;
        self.known.retain(|end, standing| (standing.weight(), !*end) >= least);
    }
}

fn record(standing: &mut Standing, bit: u64, way: Way) {
    match way {
        Way::Heard => standing.heard |= bit,
        Way::Told => standing.told |= bit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{of_end, of_pair};

    fn end(port: u16) -> u64 {
        of_end(&[7; 16], 6, port)
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
    fn the_table_stays_bounded_and_keeps_who_has_most_peers() {
        let mut servers = Servers::default();
        for peer in 0..64 {
            servers.meet(end(443), end(peer), Way::Heard);
        }
        for other in 0..2 * SERVERS as u64 {
            servers.prove(of_pair(other, 1));
        }
        assert!(servers.known.len() <= SERVERS);
        assert!(servers.standing(end(443)).fan_in() > 30);
    }
}
