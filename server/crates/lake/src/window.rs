//! Sums of one group by minute or hour, while its records are cut into them. All records of a group start in the same
//! hour, so nearly all pieces fall into a few slots behind its beginning and none has to be sorted.

use crate::order::{Address, HOUR};
use crate::rollup::{Row, Sums};
use crate::spread::MAX_SPAN_SECS;

/// The slots of a group: a record starts within its hour and ends at most so much later.
const REACH_SECS: i64 = HOUR + MAX_SPAN_SECS + 60;

/// The slots, of so many seconds each.
pub struct Window<const WIDTH: i64> {
    begin: i64,
    slots: Vec<Sums>,
    /// One bit per slot in use.
    used: u128,
    /// Pieces of damaged times, which may lie anywhere.
    outside: Vec<(i64, Sums)>,
}

impl<const WIDTH: i64> Default for Window<WIDTH> {
    fn default() -> Self {
        let slots = vec![Sums::default(); REACH_SECS.div_euclid(WIDTH) as usize + 1];
        Window { begin: 0, slots, used: 0, outside: Vec::new() }
    }
}

impl<const WIDTH: i64> Window<WIDTH> {
    /// Starts a group whose records start in the hour that begins here.
    pub fn begin(&mut self, hour: i64) {
        self.begin = hour;
    }

    /// Adds a piece to the slot that begins at `time`.
    #[inline]
    pub fn add(&mut self, time: i64, sums: Sums) {
        let slot = (time - self.begin) / WIDTH;
        match usize::try_from(slot).ok().and_then(|slot| self.slots.get_mut(slot)) {
            Some(kept) if time >= self.begin => {
                kept.add(&sums);
                self.used |= 1 << slot;
            }
            _ => self.outside.push((time, sums)),
        }
    }

    /// Empties the slots into rows of these groups, in order, each time once.
    pub fn empty_into(&mut self, rows: &mut Vec<Row>, (group, client, server): (u32, Address, Address)) {
        let from = rows.len();
        let row = |time, sums| Row { group, client, server, time, sums };
        while self.used != 0 {
            let slot = self.used.trailing_zeros();
            self.used &= self.used - 1;
            let sums = std::mem::take(&mut self.slots[slot as usize]);
            rows.push(row(self.begin + i64::from(slot) * WIDTH, sums));
        }
        if !self.outside.is_empty() {
            rows.extend(self.outside.drain(..).map(|(time, sums)| row(time, sums)));
            let mut mine = rows.split_off(from);
            mine.sort_unstable_by_key(|row| row.time);
            rows.append(&mut crate::rollup::merged(mine));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn every_piece_is_added_to_its_minute_once(
            minutes in prop::collection::vec(prop_oneof![0i64..80, -3i64..200], 0..60),
        ) {
            let mut window = Window::<60>::default();
            let mut rows = Vec::new();
            for group in 0..2 {
                window.begin(7_200);
                let mut model = BTreeMap::new();
                for minute in &minutes {
                    let time = 7_200 + minute * 60;
                    window.add(time, Sums { flows: 1, bytes: 3, ..Sums::default() });
                    *model.entry(time).or_insert(0) += 1;
                }
                rows.clear();
                window.empty_into(&mut rows, (group, 1, 2));
                let found: Vec<_> = rows.iter().map(|row| (row.time, row.sums.flows)).collect();
                prop_assert_eq!(found, model.into_iter().collect::<Vec<_>>());
                prop_assert!(rows.iter().all(|row| row.group == group && row.sums.bytes == 3 * u64::from(row.sums.flows)));
            }
        }
    }
}
