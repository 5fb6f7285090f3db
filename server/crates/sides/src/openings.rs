//! Who opened which conversation, by the SYN bits of one of its records. A small table that forgets: a newer
//! conversation takes the place of an older one.

/// Conversations remembered, 1 MB, as much as the nearer caches hold: a commit of a quarter of a million records has
/// some fifty thousand.
const PLACES: usize = 1 << 18;
const SHIFT: u32 = 64 - PLACES.trailing_zeros();

/// The conversations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Openings {
    /// 31 bits of the conversation's key and one for which end; allocated when the first conversation comes.
    places: Vec<u32>,
}

impl Openings {
    /// Remembers who opened.
    pub(crate) fn note(&mut self, client: u64, server: u64) {
        if self.places.is_empty() {
            self.places = vec![0; PLACES];
        }
        let pair = crate::keys::of_pair(client, server);
        if let Some(place) = self.places.get_mut((pair >> SHIFT) as usize) {
            *place = mark(pair, client < server);
        }
    }

    /// Whether `one` opened the conversation with `other`, if that is remembered.
    pub(crate) fn opened_by(&self, one: u64, other: u64) -> Option<bool> {
        let pair = crate::keys::of_pair(one, other);
        let found = *self.places.get((pair >> SHIFT) as usize)?;
        let smaller_opened = if found == mark(pair, true) {
            true
        } else if found == mark(pair, false) {
            false
        } else {
            return None;
        };
        (one != other).then_some(smaller_opened == (one < other))
    }
}

fn mark(pair: u64, smaller_opened: bool) -> u32 {
    // The lowest bits of a key are as good as any; a mark of 0 would be an empty place.
    ((pair as u32) | 2) & !1 | u32::from(smaller_opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_know_who_opened() {
        let mut openings = Openings::default();
        assert_eq!(openings.opened_by(5, 9), None);
        openings.note(9, 5);
        assert_eq!(openings.opened_by(5, 9), Some(false));
        assert_eq!(openings.opened_by(9, 5), Some(true));
        assert_eq!(openings.opened_by(9, 6), None);
        openings.note(5, 11);
        assert_eq!(openings.opened_by(11, 5), Some(false));
    }
}
