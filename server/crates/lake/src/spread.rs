//! How a record's totals are spread over the time it spans, so that sums are conserved exactly.
//!
//! AWS gives bytes and packets for the whole of `[start, end]`. They are taken to flow evenly: the part before a
//! moment is the total times the elapsed seconds over all seconds, rounded down. Parts are differences of that
//! running total, so they add up to the total whatever the cuts, and minute, hour and bucket sums agree.

/// Longest span a record is believed: the largest aggregation interval (600 s) and the 60 s by which AWS says both
/// `start` and `end` may be off. A `start` far before its `end` is a damaged value and is moved up.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
pub const MAX_SPAN_SECS: i64 = 600 + 2 * 60;

/// The seconds a record covers: `[start, stop)`, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// First second.
    pub start: i64,
    /// Second after the last.
    pub stop: i64,
}

impl Extent {
    /// The extent of a record's `start` and `end`, both inclusive as AWS writes them.
    pub fn of(start: i64, end: i64) -> Extent {
        let start = start.min(end).max(end.saturating_sub(MAX_SPAN_SECS));
        Extent { start, stop: end.saturating_add(1) }
    }

    /// The part of `total` that flowed before `moment`.
    #[inline]
    pub fn before(self, total: u64, moment: i64) -> u64 {
        if moment >= self.stop || total == 0 {
            return total;
        }
        let elapsed = (moment.clamp(self.start, self.stop) - self.start) as u64;
        let secs = (self.stop - self.start) as u64;
        match total.checked_mul(elapsed) {
            Some(product) => product / secs,
            None => (u128::from(total) * u128::from(elapsed) / u128::from(secs)) as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Extent {
        /// The part of `total` that flowed in `[from, to)`.
        fn within(self, total: u64, from: i64, to: i64) -> u64 {
            self.before(total, to) - self.before(total, from)
        }
    }

    #[test]
    fn a_start_far_before_its_end_is_moved_up() {
        assert_eq!(Extent::of(164_000_066, 1_640_000_297).start, 1_640_000_297 - MAX_SPAN_SECS);
    }

    #[test]
    fn a_start_after_its_end_covers_one_second() {
        assert_eq!(Extent::of(20, 10), Extent { start: 10, stop: 11 });
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_total(total: u64, start in 0i64..4_000_000_000, span in 0i64..900, cuts in prop::collection::vec(0i64..900, 0..9)) {
            let extent = Extent::of(start, start + span);
            let mut edges: Vec<i64> = cuts.iter().map(|cut| start + cut).collect();
            edges.extend([extent.start, extent.stop]);
            edges.sort_unstable();
            let sum: u64 = edges.windows(2).map(|w| extent.within(total, w[0], w[1])).sum();
            prop_assert_eq!(sum, total);
        }

        #[test]
        fn a_coarse_part_is_the_sum_of_its_fine_parts(total in 0u64..1 << 50, start in 0i64..100_000, span in 0i64..700) {
            let extent = Extent::of(start, start + span);
            let from = start.div_euclid(300) * 300;
            let fine: u64 = (0..5).map(|m| extent.within(total, from + m * 60, from + m * 60 + 60)).sum();
            prop_assert_eq!(fine, extent.within(total, from, from + 300));
        }
    }
}
