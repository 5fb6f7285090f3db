//! Conversations without ports: which directions of a pair of addresses were let through and which refused. Where only
//! one was let through, that one came first.

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    accepted: bool,
    refused: bool,
    /// Seen more than once: that nothing came back is no accident of where a chunk ends.
    again: bool,
}

impl Exchanges {
    /// Remembers a record.
    pub(crate) fn note(&mut self, src: u64, dst: u64, rejected: bool) {
        let pair = of_pair(src, dst);
        if self.pairs.len() >= PAIRS && !self.pairs.contains_key(&pair) {
            self.pairs.clear();
        }
        let [up, down] = self.pairs.entry(pair).or_default();
        let seen = if src < dst { up } else { down };
        seen.again = seen.accepted || seen.refused;
        if rejected { seen.refused = true } else { seen.accepted = true }
    }

    /// Which end of a record from `src` to `dst` came first.
    pub(crate) fn client(&self, src: u64, dst: u64) -> Client {
        let Some([up, down]) = self.pairs.get(&of_pair(src, dst)) else { return Client::Unknown };
        let (there, back) = if src < dst { (up, down) } else { (down, up) };
        let first =
            |one: &Seen, other: &Seen| one.accepted && !other.accepted && (other.refused || one.again);
        match (first(there, back), first(back, there)) {
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
        exchanges.note(1, 2, false);
        assert_eq!(exchanges.client(1, 2), Client::Unknown, "one record alone may be either");
        exchanges.note(2, 1, true);
        assert_eq!(exchanges.client(1, 2), Client::Source);
        assert_eq!(exchanges.client(2, 1), Client::Destination);
    }

    #[test]
    fn an_exchange_in_both_directions_does_not_tell() {
        let mut exchanges = Exchanges::default();
        exchanges.note(1, 2, false);
        exchanges.note(2, 1, false);
        assert_eq!(exchanges.client(1, 2), Client::Unknown);
    }

    #[test]
    fn one_direction_alone_was_the_first() {
        let mut exchanges = Exchanges::default();
        exchanges.note(1, 2, false);
        exchanges.note(1, 2, false);
        assert_eq!(exchanges.client(1, 2), Client::Source);
    }
}
