//! The grid of accounts and regions over time: what came, and what is missing.

use super::{Found, Range};
use crate::manifest::{Manifest, reach, silences};
use contract::coverage::{CoverageRow, DUE_SECS, ROWS_LIMIT, Slot};
use contract::{Grid, Span};
use std::collections::BTreeMap;

/// An account and region that brought nothing for longer than this before the range has ended, seconds, and has no row:
/// closed accounts would fill the page for ever.
const ENDED_SECS: i64 = 7 * 86_400;

/// The rows by account and region, and how many are left out.
pub fn rows(
    manifest: &Manifest,
    range: &Range<'_>,
    span: Span,
    grid: Grid,
    source: Option<&str>,
    now: i64,
) -> (Vec<CoverageRow>, u64) {
    let mut lanes = lanes(manifest, span, source);
    for one in &range.found {
        if let Some(lane) = lanes.get_mut(&(one.log.account.as_str(), one.log.region.as_str())) {
            lane.count(one, grid);
            lane.known.push(reach(one.object));
        }
    }
    for (log, reach) in &range.beside {
        if let Some(lane) = lanes.get_mut(&(log.account.as_str(), log.region.as_str())) {
            lane.known.push(*reach);
        }
    }
    let mut rows: Vec<CoverageRow> = lanes.into_values().map(|lane| lane.finish(span, grid, now)).collect();
    let all = rows.len();
    if all > ROWS_LIMIT {
        rows.sort_by_key(|row| std::cmp::Reverse(row.delivered.objects));
        rows.truncate(ROWS_LIMIT);
        rows.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    }
    let hidden = all - rows.len();
    (rows, hidden as u64)
}

/// A row being filled.
struct Lane {
    row: CoverageRow,
    /// Start of what its first object speaks of, whatever the range.
    first: i64,
    /// What its objects speak of.
    known: Vec<(i64, i64)>,
}

/// The accounts and regions that delivered in the range or not long before it.
fn lanes<'a>(manifest: &'a Manifest, span: Span, source: Option<&str>) -> BTreeMap<(&'a str, &'a str), Lane> {
    let mut lanes: BTreeMap<(&str, &str), Lane> = BTreeMap::new();
    let logs = manifest.logs().filter(|(log, _)| source.is_none_or(|name| name == log.source));
    for (log, reach) in logs {
        let lane = lanes.entry((&log.account, &log.region)).or_insert_with(|| Lane {
            row: CoverageRow {
                account: log.account.clone(),
                region: log.region.clone(),
                ..CoverageRow::default()
            },
            first: reach.first,
            known: Vec::new(),
        });
        lane.first = lane.first.min(reach.first);
        lane.row.newest = lane.row.newest.max(Some(reach.newest));
    }
    let has_ended = |lane: &Lane| lane.row.newest.is_none_or(|newest| newest < span.from - ENDED_SECS);
    lanes.retain(|_, lane| lane.first < span.to && !has_ended(lane));
    lanes
}

impl Lane {
    /// Counts an object in its bucket and in the sums.
    fn count(&mut self, one: &Found<'_>, grid: Grid) {
        let row = &mut self.row;
        row.delivered.add(&one.delivered);
        let Some(bucket) = grid.index_of(one.at) else { return };
        let (more, lines) = (&one.delivered, &one.delivered.lines);
        for (values, value) in [
            (&mut row.objects, more.objects),
            (&mut row.records, lines.records),
            (&mut row.nodata, lines.nodata),
            (&mut row.skipdata, lines.skipdata),
            (&mut row.set_aside, lines.set_aside),
            (&mut row.late, more.late),
            (&mut row.failed, more.failed),
        ] {
            values.resize(grid.count, 0);
            if let Some(sum) = values.get_mut(bucket) {
                *sum += value;
            }
        }
    }

    fn finish(self, span: Span, grid: Grid, now: i64) -> CoverageRow {
        let Lane { mut row, first, known } = self;
        // Nothing is missed before the first object, nor before it is due.
        let due = Span { from: span.from.max(first), to: span.to.min(now - DUE_SECS) };
        row.gaps = if due.secs() > 0 { silences(known.iter().copied(), due) } else { Vec::new() };
        let speaks = |bucket: Span| known.iter().any(|(from, to)| *from < bucket.to && *to > bucket.from);
        row.slots = (0..grid.count)
            .map(|index| {
                let (from, to) = (grid.time_of(index), grid.time_of(index) + grid.step);
                let bucket = Span { from: from.max(span.from), to: to.min(span.to) };
                slot(bucket, due, &row.gaps, speaks(bucket))
            })
            .collect();
        for values in [
            &mut row.objects,
            &mut row.records,
            &mut row.nodata,
            &mut row.skipdata,
            &mut row.set_aside,
            &mut row.late,
            &mut row.failed,
        ] {
            values.resize(grid.count, 0);
        }
        row
    }
}

/// What is known of a bucket: objects are expected within `due`, and missed within `gaps`.
fn slot(bucket: Span, due: Span, gaps: &[Span], is_spoken_of: bool) -> Slot {
    if bucket.to <= due.from {
        return Slot::Before;
    }
    if !is_spoken_of && bucket.from >= due.to {
        return Slot::Pending;
    }
    let within = |span: &Span| Span { from: span.from.max(bucket.from), to: span.to.min(bucket.to) }.secs();
    let missed: i64 = gaps.iter().map(within).sum();
    match missed {
        0 => Slot::Covered,
        _ if is_spoken_of => Slot::Partial,
        _ => Slot::Gap,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, to: i64) -> Span {
        Span { from, to }
    }

    #[test]
    fn a_bucket_is_missed_only_where_objects_are_due() {
        let due = span(3_600, 14_400);
        let gaps = [span(7_200, 9_000), span(10_800, 14_400)];
        let said = |from: i64, is_spoken_of| slot(span(from, from + 3_600), due, &gaps, is_spoken_of);
        assert_eq!(said(0, false), Slot::Before);
        assert_eq!(said(3_600, true), Slot::Covered);
        assert_eq!(said(7_200, true), Slot::Partial);
        assert_eq!(said(10_800, false), Slot::Gap);
        assert_eq!(said(14_400, false), Slot::Pending);
        assert_eq!(said(14_400, true), Slot::Covered);
    }
}
