//! The time a range is compared with: the same sums, laid under the same buckets.
//!
//! Two things keep a comparison honest. Of both times only as much counts as the logs tell of the later one: they are
//! minutes behind, and a whole hour before would always be more than this one. And an earlier time that the logs do not
//! tell of wholly is not compared with at all, but its gaps are named.

use crate::Shared;
use crate::ask::{Facts, Ground};
use crate::error::LakeError;
use crate::fold::grouped::{Grouped, Plan};
use crate::plan::{Need, Sums};
use contract::grid::ceil_to;
use contract::{Earlier, Grid, Span, View};

/// Seconds between the edge of a range and the first or last record met in it that are no gap when objects are read
/// directly: an interface that is quiet for an interval says so in a record of up to ten minutes, delivered minutes later.
const QUIET_SECS: i64 = 1_800;

/// The end of what the logs tell of `span`, on whole minutes.
pub fn known_until(ground: Ground<'_>, facts: &Facts, view: &View, span: Span) -> i64 {
    let last = match ground {
        Ground::Stored(shared) => shared.manifest().extent(view.source.as_deref()).1,
        Ground::Objects(_) => facts.reach.map(|(_, last)| last),
    };
    last.map_or(span.to, |last| ceil_to(last + 1, 60)).clamp(span.from, span.to)
}

/// `span` without its end, as much earlier as `by` (0 or negative seconds) says.
pub fn part(span: Span, by: i64) -> Span {
    Span { to: (span.to + by).max(span.from), ..span }
}

/// The parts of `span` the stored logs do not tell of; all of it when it is empty.
pub fn missing(shared: &Shared, span: Span, source: Option<&str>) -> Vec<Span> {
    /// Part of the time that may be missing at its start: the first record of a flow log begins when it is made.
    const LATE_START: i64 = 50;
    let manifest = shared.manifest();
    let mut gaps = manifest.gaps(span, source);
    let first = manifest.extent(source).0.unwrap_or(i64::MAX).min(span.to);
    if gaps.is_empty() && (span.secs() == 0 || first - span.from > span.secs() / LATE_START) {
        gaps.push(Span { to: first, ..span });
    }
    gaps
}

/// Notes what was read beside the picture itself; its objects are those of its own range.
fn note(facts: &mut Facts, more: Facts) {
    facts.rows += more.rows;
    for table in more.tables {
        if !facts.tables.contains(&table) {
            facts.tables.push(table);
        }
    }
}

/// What is compared with `need`, over `grid` and known until a moment; what was read for it is added to `facts`.
pub async fn beside(
    ground: Ground<'_>,
    need: &Need<'_>,
    view: &View,
    now: i64,
    (grid, until): (Grid, i64),
    facts: &mut Facts,
) -> Result<Earlier, LakeError> {
    let span = view.earlier_span(now);
    let shift = need.span.from - span.from;
    let grid = grid.earlier(shift);
    let counted = part(span, until - need.span.to);
    let (counted_sum, more) = sums(ground, need, view, counted, grid).await?;
    let gaps = match ground {
        _ if counted.secs() == 0 => vec![span],
        Ground::Stored(shared) => missing(shared, counted, need.source),
        Ground::Objects(_) => silent_ends(counted, more.reach),
    };
    note(facts, more);
    let mut earlier = Earlier { compare: view.compare, span, values: Vec::new(), total: 0, until, gaps };
    if earlier.gaps.is_empty() {
        let rest = Span { from: counted.to, to: span.to };
        let (rest_sum, more) = sums(ground, need, view, rest, grid).await?;
        note(facts, more);
        earlier.total = counted_sum.iter().sum();
        earlier.values = counted_sum.iter().zip(&rest_sum).map(|(one, two)| one + two).collect();
    }
    Ok(earlier)
}

/// The measure in `span` by bucket, all groups together.
async fn sums(
    ground: Ground<'_>,
    need: &Need<'_>,
    view: &View,
    span: Span,
    grid: Grid,
) -> Result<(Vec<u64>, Facts), LakeError> {
    if span.secs() == 0 {
        return Ok((vec![0; grid.count], Facts::default()));
    }
    // Whole hours cannot be dealt out to buckets that begin within them.
    let step = if grid.start % need.step == 0 { need.step } else { 60 };
    let need = Need { span, step, column: None, sums: Sums::One(view.measure), ..need.clone() };
    let plan = Plan { grid, column: None, within: None, measure: view.measure, detailed: false };
    let (sum, facts) = ground.sum(&need, Grouped::new(plan)).await?;
    Ok((sum.cells.rows(&[], sum.groups.keys().len()).into_iter().next().unwrap_or_default(), facts))
}

/// The ends of `span` before the first and after the last record that was met, where they are too long for silence.
fn silent_ends(span: Span, reach: Option<(i64, i64)>) -> Vec<Span> {
    let (first, last) = reach.map_or((span.to, span.to), |(first, last)| (first, last + 1));
    let ends = [Span { to: first.min(span.to), ..span }, Span { from: last.max(span.from), ..span }];
    ends.into_iter().filter(|end| end.secs() > QUIET_SECS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_at_the_ends_is_a_gap_when_it_is_long() {
        let span = Span { from: 0, to: 86_400 };
        assert_eq!(silent_ends(span, None), [span]);
        assert_eq!(silent_ends(span, Some((-60, 86_000))), []);
        assert_eq!(silent_ends(span, Some((600, 43_199))), [Span { from: 43_200, to: 86_400 }]);
        assert_eq!(silent_ends(span, Some((43_200, 90_000))), [Span { from: 0, to: 43_200 }]);
    }
}
