//! Conversations whose ports tell nothing, for there are none or both are the same: which directions of a pair of ends
//! were let through, which refused, and when each began.

use crate::keys::{KeyMap, of_pair};
use crate::verdicts::Client;

/// Pairs remembered; pings and tunnels are few. When full, all are forgotten.
const PAIRS: usize = 1 << 16;

/// The pairs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchanges {
    pairs: KeyMap<[Seen; 2]>,
}

/// One direction: from the smaller key to the larger, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    accepted: bool,
    refused: bool,
    /// Seen more than once: that nothing came back is no accident of where a chunk ends.
    again: bool,
    /// First `start` of a record that was let through, Unix seconds.
    since: i64,
}

impl Default for Seen {
    fn default() -> Self {
        Seen { accepted: false, refused: false, again: false, since: i64::MAX }
    }
}

impl Exchanges {
    /// Remembers a record and its `start`.
    pub(crate) fn note(&mut self, src: u64, dst: u64, rejected: bool, start: i64) {
        let pair = of_pair(src, dst);
        if self.pairs.len() >= PAIRS && !self.pairs.contains_key(&pair) {
            self.pairs.clear();
        }
        let [up, down] = self.pairs.entry(pair).or_default();
        let seen = if src < dst { up } else { down };
        seen.again = seen.accepted || seen.refused;
        if rejected {
            seen.refused = true;
        } else {
            seen.accepted = true;
            seen.since = seen.since.min(start);
        }
    }

    /// The client of a record from `src` to `dst`, where only one direction was let through: an answer that nobody
    /// asked for does not leave.
    pub(crate) fn only_one_way(&self, src: u64, dst: u64) -> Client {
        let first =
            |one: &Seen, other: &Seen| one.accepted && !other.accepted && (other.refused || one.again);
        self.compare(src, dst, first)
    }

    /// The client, where both directions were let through and one began earlier.
    pub(crate) fn earlier(&self, src: u64, dst: u64) -> Client {
        self.compare(src, dst, |one, other| other.accepted && one.since < other.since)
    }

    fn compare(&self, src: u64, dst: u64, is_first: impl Fn(&Seen, &Seen) -> bool) -> Client {
        let Some([up, down]) = self.pairs.get(&of_pair(src, dst)) else { return Client::Unknown };
        let (there, back) = if src < dst { (up, down) } else { (down, up) };
        match (is_first(there, back), is_first(back, there)) {
            (true, false) => Client::Source,
            (false, true) => Client::Destination,
            _ => Client::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_answer_shows_who_asked() {
        // AWS's example: the group lets the ping in, the network ACL keeps the answer from leaving.
        let mut exchanges = Exchanges::default();
        exchanges.note(1, 2, false, 100);
        assert_eq!(exchanges.only_one_way(1, 2), Client::Unknown, "one record alone may be either");
        exchanges.note(2, 1, true, 100);
        assert_eq!(exchanges.only_one_way(1, 2), Client::Source);
        assert_eq!(exchanges.only_one_way(2, 1), Client::Destination);
        assert_eq!(exchanges.earlier(2, 1), Client::Unknown);
    }

    #[test]
    fn of_an_exchange_in_both_directions_the_earlier_was_the_question() {
        let mut exchanges = Exchanges::default();
        exchanges.note(2, 1, false, 101);
        exchanges.note(1, 2, false, 102);
        assert_eq!(exchanges.only_one_way(1, 2), Client::Unknown);
        assert_eq!(exchanges.earlier(1, 2), Client::Destination);
        exchanges.note(1, 2, false, 101);
        assert_eq!(exchanges.earlier(1, 2), Client::Unknown, "in the same second");
        exchanges.note(1, 2, false, 60);
        assert_eq!(exchanges.earlier(1, 2), Client::Source);
    }

    #[test]
    fn one_direction_alone_was_the_first() {
        let mut exchanges = Exchanges::default();
        exchanges.note(1, 2, false, 100);
        exchanges.note(1, 2, false, 160);
        assert_eq!(exchanges.only_one_way(1, 2), Client::Source);
    }
}
