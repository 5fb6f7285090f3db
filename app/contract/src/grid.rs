//! Time ranges and the buckets a picture draws them in.

use serde::{Deserialize, Serialize};

/// A half-open time range `[from, to)` in Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First second inside the range.
    pub from: i64,
    /// First second after the range.
    pub to: i64,
}

impl Span {
    /// Seconds in the range; 0 when it is empty or reversed.
    pub const fn secs(self) -> i64 {
        if self.to > self.from { self.to - self.from } else { 0 }
    }

    /// The smallest range of whole minutes that holds this one: the lake keeps time in minutes.
    pub const fn to_minutes(self) -> Span {
        Span { from: floor_to(self.from, 60), to: ceil_to(self.to, 60) }
    }

    /// Whether `second` lies inside.
    pub const fn holds(self, second: i64) -> bool {
        self.from <= second && second < self.to
    }
}

/// The largest multiple of `step` that is not after `second`.
pub const fn floor_to(second: i64, step: i64) -> i64 {
    second.div_euclid(step) * step
}

/// The smallest multiple of `step` that is not before `second`.
pub const fn ceil_to(second: i64, step: i64) -> i64 {
    floor_to(second + step - 1, step)
}

/// Equal buckets aligned to multiples of their width (UTC). The first and the last may reach beyond the asked range;
/// only what lies inside the range is counted in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Start of the first bucket, Unix seconds.
    pub start: i64,
    /// Width of a bucket in seconds, a multiple of 60.
    pub step: i64,
    /// Number of buckets.
    pub count: usize,
}

/// Widths people read at a glance, in seconds: minutes, hours, days, weeks.
const STEPS: [i64; 15] = [
    60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_419_200,
];

impl Grid {
    /// The finest grid over `span` with at most `points` buckets.
    pub fn over(span: Span, points: usize) -> Grid {
        let fits = |step: &i64| Grid::with_step(span, *step).count <= points.max(1);
        let step = STEPS.iter().copied().find(|step| fits(step)).unwrap_or_else(|| {
            ceil_to(span.secs().max(1) / points.max(1) as i64 + 1, STEPS[STEPS.len() - 1])
        });
        Grid::with_step(span, step)
    }

    /// The grid over `span` with buckets of `step` seconds.
    pub fn with_step(span: Span, step: i64) -> Grid {
        let start = floor_to(span.from, step);
        let end = ceil_to(span.to.max(span.from), step);
        Grid { start, step, count: ((end - start) / step) as usize }
    }

    /// The bucket that holds `second`, if any.
    pub fn index_of(&self, second: i64) -> Option<usize> {
        let offset = second - self.start;
        let index = usize::try_from(offset.div_euclid(self.step)).ok()?;
        (offset >= 0 && index < self.count).then_some(index)
    }

    /// Start of bucket `index`, Unix seconds.
    pub const fn time_of(&self, index: usize) -> i64 {
        self.start + self.step * index as i64
    }

    /// End of the last bucket, Unix seconds.
    pub const fn end(&self) -> i64 {
        self.time_of(self.count)
    }

    /// The same buckets `secs` seconds earlier, where they need not lie on multiples of their width.
    pub const fn earlier(self, secs: i64) -> Grid {
        Grid { start: self.start - secs, ..self }
    }

    /// The 95th percentile of `values`, one per bucket, by nearest rank: of the buckets that lie wholly in `known` and
    /// touch none of `gaps`.
    pub fn p95(&self, values: &[u64], known: Span, gaps: &[Span]) -> Option<u64> {
        let is_whole = |from: i64, to: i64| {
            from >= known.from && to <= known.to && !gaps.iter().any(|gap| gap.from < to && gap.to > from)
        };
        let buckets = values.iter().take(self.count).enumerate();
        let whole = buckets.filter(|(index, _)| is_whole(self.time_of(*index), self.time_of(index + 1)));
        let mut whole: Vec<u64> = whole.map(|(_, value)| *value).collect();
        whole.sort_unstable();
        whole.get((whole.len() * 95).div_ceil(100).checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_at_most_288_points_has_five_minute_buckets() {
        let grid = Grid::over(Span { from: 0, to: 86_400 }, 288);
        assert_eq!((grid.step, grid.count), (300, 288));
    }

    #[test]
    fn an_unaligned_range_widens_to_whole_buckets() {
        let grid = Grid::over(Span { from: 59, to: 3_601 }, 100);
        assert_eq!((grid.start, grid.step, grid.count), (0, 60, 61));
        assert_eq!(grid.index_of(3_600), Some(60));
        assert_eq!(grid.index_of(3_660), None);
        assert_eq!(grid.index_of(-1), None);
    }

    #[test]
    fn of_a_hundred_buckets_the_95th_smallest_counts_and_unknown_ones_do_not() {
        let values: Vec<u64> = (1..=100).rev().collect();
        let span = Span { from: 0, to: 6_000 };
        let grid = Grid::with_step(span, 60);
        assert_eq!(grid.p95(&values, span, &[]), Some(95));
        assert_eq!(grid.p95(&values, Span { from: 1, ..span }, &[]), Some(95), "a cut bucket is left out");
        assert_eq!(grid.p95(&values, span, &[Span { from: 0, to: 4_800 }]), Some(19));
        assert_eq!(grid.p95(&values, Span { from: 0, to: 59 }, &[]), None);
        assert_eq!(grid.p95(&values, Span { from: 0, to: 60 }, &[]), Some(100));
    }

    #[test]
    fn a_century_still_fits() {
        let span = Span { from: 0, to: 100 * 365 * 86_400 };
        assert!(Grid::over(span, 50).count <= 50);
    }
}
