//! Finds the one moment at which a series of bucket counts jumped and stayed, if there is a clear one.
//! Medians before and after, so that single spikes do not count; knows nothing of words or pixels.

use super::plot::{covered_secs, unseen_part};
use contract::{Grid, Span, Timeline};

/// A lasting jump between two buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The first bucket after the jump.
    pub bucket: usize,
    /// Its start, Unix seconds.
    pub at: i64,
    /// Median per full bucket before.
    pub before: f64,
    /// Median per full bucket after.
    pub after: f64,
}

impl Change {
    /// How many times more there is after than before; infinite when there was nothing before.
    pub fn ratio(&self) -> f64 {
        self.after / self.before
    }
}

/// Buckets a median is taken over: a twelfth of the picture, within these limits.
const WINDOW: std::ops::RangeInclusive<usize> = 4..=24;
/// Buckets right before and after the jump that must show most of it: a slow rise is not a jump.
const NEAR: usize = 3;
/// The least factor, up or down, worth a sentence.
const FACTOR: f64 = 1.8;
/// The jump must exceed this many times the usual deviation from the median.
const DEVIATIONS: f64 = 5.0;
/// Fewer counts than this per bucket are chance.
const LEAST: f64 = 10.0;
/// Part of the jump that must show in the [`NEAR`] buckets.
const SUDDEN: f64 = 0.6;
/// A fall must be this much larger than a rise to be told instead of it.
const FALL_WEIGHT: f64 = 0.8;

/// The clearest lasting jump of the rejected part of a timeline.
pub fn of_rejects(picture: &Timeline) -> Option<Change> {
    in_counts(&picture.rejected, &picture.grid, picture.span, &picture.gaps)
}

/// The clearest lasting jump in `values`, one per bucket. Buckets that lie mostly in `gaps` are left out.
pub fn in_counts(values: &[u64], grid: &Grid, span: Span, gaps: &[Span]) -> Option<Change> {
    let seen: Vec<(usize, f64)> = values
        .iter()
        .enumerate()
        .take(grid.count)
        .filter(|(index, _)| unseen_part(grid, span, gaps, *index) < 0.5)
        .map(|(index, value)| (index, *value as f64 * grid.step as f64 / covered_secs(grid, span, index)))
        .collect();
    let rates: Vec<f64> = seen.iter().map(|(_, rate)| *rate).collect();
    let window = (rates.len() / 12).clamp(*WINDOW.start(), *WINDOW.end());
    if rates.len() < 2 * window {
        return None;
    }
    let (position, before, after) = (window..=rates.len() - window)
        .filter_map(|position| {
            jump(&rates[position - window..position], &rates[position..position + window])
                .map(|(b, a)| (position, b, a))
        })
        .max_by(|one, two| {
            weight(one.1, one.2, &rates, one.0).total_cmp(&weight(two.1, two.2, &rates, two.0))
        })?;
    let bucket = seen.get(position)?.0;
    Some(Change { bucket, at: grid.time_of(bucket), before, after })
}

/// Medians of both sides when they differ enough, and suddenly.
fn jump(before: &[f64], after: &[f64]) -> Option<(f64, f64)> {
    let (low, high) = (median(before), median(after));
    let step = high - low;
    let (less, more) = (low.min(high), low.max(high));
    let noise = deviation(before, low).max(deviation(after, high)).max(more.sqrt());
    let near = median(&after[..NEAR.min(after.len())]) - median(&before[before.len().saturating_sub(NEAR)..]);
    let clear =
        more >= LEAST && more >= less * FACTOR && step.abs() >= DEVIATIONS * noise && near / step >= SUDDEN;
    clear.then_some((low, high))
}

/// Rank of a jump: its height, and the contrast of the two buckets it lies between, which pins it to the right one.
fn weight(before: f64, after: f64, rates: &[f64], position: usize) -> f64 {
    let edge = rates.get(position).copied().unwrap_or(0.0)
        - rates.get(position.wrapping_sub(1)).copied().unwrap_or(0.0);
    let height = after - before;
    let pinned = height.abs() + (edge * height.signum()).max(0.0).min(height.abs());
    if height > 0.0 { pinned } else { pinned * FALL_WEIGHT }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// Median absolute deviation, scaled to agree with the standard deviation of normal noise.
fn deviation(values: &[f64], centre: f64) -> f64 {
    let off: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
    1.482_6 * median(&off)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(values: &[u64]) -> Option<Change> {
        let span = Span { from: 0, to: values.len() as i64 * 300 };
        in_counts(values, &Grid::with_step(span, 300), span, &[])
    }

    proptest! {
        #[test]
        fn a_jump_is_found_where_it_is(level in 100_u64..10_000, times in 25_u64..80, at in 30_usize..250,
                                       noise in prop::collection::vec(0_u64..12, 288)) {
            let values: Vec<u64> = noise.iter().enumerate()
                .map(|(i, n)| (if i < at { level } else { level * times / 10 }) * (94 + n) / 100).collect();
            let change = found(&values);
            prop_assert_eq!(change.map(|c| c.bucket), Some(at));
            prop_assert!(change.is_some_and(|c| (c.ratio() / (times as f64 / 10.0) - 1.0).abs() < 0.2));
        }

        #[test]
        fn a_day_rhythm_is_no_jump(level in 1_000.0..1e9_f64, phase in 0.0..6.3_f64, noise in prop::collection::vec(0.95..1.05_f64, 288)) {
            let values: Vec<u64> = noise.iter().enumerate()
                .map(|(i, n)| (level * (0.55 + 0.45 * (i as f64 / 288.0 * std::f64::consts::TAU + phase).sin()) * n) as u64).collect();
            prop_assert_eq!(found(&values), None);
        }

        #[test]
        fn chance_is_no_jump(values in prop::collection::vec(0_u64..9, 48..400)) {
            prop_assert_eq!(found(&values), None);
        }

        #[test]
        fn a_spike_is_no_jump(level in 50_u64..5_000, at in 0_usize..287) {
            let mut values = vec![level; 288];
            values[at] = level * 50;
            prop_assert_eq!(found(&values), None);
        }
    }

    #[test]
    fn what_began_has_an_infinite_ratio_and_what_ended_is_told_when_nothing_rose() {
        let began: Vec<u64> = (0..100).map(|i| if i < 40 { 0 } else { 500 }).collect();
        let change = found(&began);
        assert_eq!(change.map(|c| (c.bucket, c.ratio())), Some((40, f64::INFINITY)));
        let ended: Vec<u64> = (0..100).map(|i| if i < 40 { 500 } else { 0 }).collect();
        assert_eq!(found(&ended).map(|c| (c.bucket, c.ratio())), Some((40, 0.0)));
        let both: Vec<u64> = (0..100).map(|i| if (40..70).contains(&i) { 500 } else { 20 }).collect();
        assert_eq!(found(&both).map(|c| c.bucket), Some(40));
    }

    #[test]
    fn a_gap_is_no_fall() {
        let values: Vec<u64> = (0..100).map(|i| if (40..70).contains(&i) { 0 } else { 500 }).collect();
        let span = Span { from: 0, to: 100 * 300 };
        let gaps = [Span { from: 40 * 300, to: 70 * 300 }];
        assert_eq!(in_counts(&values, &Grid::with_step(span, 300), span, &gaps), None);
    }
}
