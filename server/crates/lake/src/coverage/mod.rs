//! How completely a range is known: objects, what became of their lines, gaps, late deliveries, formats. Answered from
//! the catalog alone; no record is read.
//!
//! An object belongs to a range when its delivery window does, and counts in the bucket in which that window begins; a
//! file without AWS's name counts by its records. So every object of a range stands in exactly one cell, and the cells
//! add up to the sums.

mod delivery;
mod formats;
mod grid;
mod reasons;

use crate::catalog::{Catalog, ObjectEntry};
use crate::error::LakeError;
use crate::flow_logs::LogKey;
use crate::manifest::{Manifest, reach};
use contract::coverage::{
    COLUMNS, Coverage, Delivered, Freshness, Lines, ObjectRow, Objects, SetAside, WINDOW_SECS,
};
use contract::view::TOP_LIMIT;
use contract::{Grid, Progress, Provenance, Span, View};
use delivery::Deliveries;
use hashbrown::HashMap;
use std::time::Instant;

/// Most buckets of a grid that has many rows: more than a wide screen has room for.
const COLUMNS_LIMIT: u16 = 400;
/// Most objects and most lines set aside that one answer lists; a month of thirty busy flow logs has a quarter million
/// objects, and who wants all of them has the catalog.
const LISTED: usize = 100_000;

/// What answers: the catalog, its objects in memory, and what the sources are doing.
pub struct Survey<'a> {
    /// The catalog.
    pub catalog: &'a mut Catalog,
    /// Its objects.
    pub manifest: &'a Manifest,
    /// The sources.
    pub progress: Progress,
    /// Whether objects are being read, so that the answer will grow.
    pub growing: bool,
    /// The clock, Unix seconds.
    pub now: i64,
}

/// The objects of a range.
struct Range<'a> {
    /// Those whose window touches it.
    found: Vec<Found<'a>>,
    /// What other objects speak of, some of which lies in the range.
    beside: Vec<(LogKey, (i64, i64))>,
}

/// An object of the range with its flow log and what it brought.
struct Found<'a> {
    object: &'a ObjectEntry,
    log: LogKey,
    /// The second by which it is put into a bucket.
    at: i64,
    delivered: Delivered,
}

impl Survey<'_> {
    /// The whole page.
    pub fn coverage(self, view: &View) -> Result<Coverage, LakeError> {
        let began = Instant::now();
        let span = span_of(view, self.now)?;
        let source = view.source.as_deref();
        let grid = grid_of(view, span);
        let deliveries = Deliveries::of(self.manifest, source);
        let range = Range::of(self.manifest, span, source, &deliveries);
        let (rows, hidden_rows) = grid::rows(self.manifest, &range, span, grid, source, self.now);
        let found = range.found;
        let mut delivered = Delivered::default();
        found.iter().for_each(|one| delivered.add(&one.delivered));
        let flow_logs = formats::flow_logs(self.catalog, self.manifest, &found, span)?;
        let kept = reasons::kept(self.catalog, &found, LISTED)?;
        let top = usize::from(view.top.clamp(1, TOP_LIMIT));
        Ok(Coverage {
            span,
            grid,
            delivered,
            rows,
            hidden_rows,
            freshness: freshness(self.manifest, &self.progress, source, &deliveries),
            lacking: formats::lacking(&flow_logs),
            flow_logs,
            doubled: self.catalog.doubled(span, source)?,
            kept_lines: kept.iter().filter(|line| line.line.is_some()).count() as u64,
            reasons: reasons::ranked(&kept, top),
            objects: listed(&found, top),
            provenance: Provenance {
                objects: delivered.objects,
                records: delivered.lines.records,
                set_aside: delivered.lines.set_aside,
                millis: began.elapsed().as_secs_f64() * 1_000.0,
                growing: self.growing,
                ..Provenance::default()
            },
            now: self.now,
        })
    }

    /// Every object of the range, up to a bound.
    pub fn objects(self, view: &View) -> Result<Objects, LakeError> {
        let span = span_of(view, self.now)?;
        let source = view.source.as_deref();
        let Range { found, .. } =
            Range::of(self.manifest, span, source, &Deliveries::of(self.manifest, source));
        Ok(Objects { span: Some(span), total: found.len() as u64, rows: listed(&found, LISTED) })
    }

    /// Everything set aside in the range, as far as it is kept.
    pub fn set_aside(self, view: &View) -> Result<SetAside, LakeError> {
        let span = span_of(view, self.now)?;
        let source = view.source.as_deref();
        let Range { found, .. } = Range::of(self.manifest, span, source, &Deliveries::default());
        Ok(SetAside {
            span: Some(span),
            lines: found.iter().map(|one| one.delivered.lines.set_aside).sum(),
            objects: found.iter().map(|one| one.delivered.failed).sum(),
            kept: reasons::kept(self.catalog, &found, LISTED)?,
        })
    }
}

fn span_of(view: &View, now: i64) -> Result<Span, LakeError> {
    Ok(view.asked_span(now).map_err(LakeError::Question)?.to_minutes())
}

/// Never finer than a delivery window: between two of them there is nothing to see.
fn grid_of(view: &View, span: Span) -> Grid {
    let points = view.points.unwrap_or(COLUMNS).clamp(1, COLUMNS_LIMIT);
    let grid = Grid::over(span, usize::from(points));
    if grid.step < WINDOW_SECS { Grid::with_step(span, WINDOW_SECS) } else { grid }
}

impl<'a> Range<'a> {
    fn of(manifest: &'a Manifest, span: Span, source: Option<&'a str>, deliveries: &Deliveries) -> Range<'a> {
        let touches = |(from, to): (i64, i64)| from < span.to && to > span.from;
        let mut range = Range { found: Vec::new(), beside: Vec::new() };
        for object in manifest.objects_of(source).filter(|object| touches(reach(object))) {
            let log = LogKey::of(&object.source, &object.key);
            let window =
                if log.id.is_empty() { reach(object) } else { (object.stamp, object.stamp + WINDOW_SECS) };
            if touches(window) {
                let delivered = delivered(object, deliveries.is_late(object, &log));
                range.found.push(Found { object, at: window.0.max(span.from), delivered, log });
            } else {
                range.beside.push((log, reach(object)));
            }
        }
        range
    }
}

fn delivered(object: &ObjectEntry, is_late: bool) -> Delivered {
    Delivered {
        objects: 1,
        failed: u64::from(object.why.is_some()),
        late: u64::from(is_late),
        bytes: object.size,
        lines: Lines {
            all: object.lines,
            headers: object.headers,
            records: object.records,
            nodata: object.nodata,
            skipdata: object.skipdata,
            set_aside: object.set_aside,
        },
    }
}

/// The first of the objects: those in trouble, then the newest.
fn listed(found: &[Found<'_>], most: usize) -> Vec<ObjectRow> {
    let mut rows: Vec<ObjectRow> = found.iter().map(listed_row).collect();
    rows.sort_by(|a, b| {
        (b.trouble(), b.window, &a.source, &a.key).cmp(&(a.trouble(), a.window, &b.source, &b.key))
    });
    rows.truncate(most);
    rows
}

fn listed_row(one: &Found<'_>) -> ObjectRow {
    let Found { object, log, delivered, .. } = one;
    ObjectRow {
        source: object.source.clone(),
        key: object.key.clone(),
        account: log.account.clone(),
        region: log.region.clone(),
        flow_log: log.id.clone(),
        window: object.stamp,
        modified: object.modified,
        late: delivered.late > 0,
        bytes: object.size,
        etag: object.etag.clone(),
        lines: delivered.lines,
        first: object.first,
        last: object.last,
        why: object.why.clone(),
    }
}

/// The sources as they were given, then those of which only the catalog knows.
fn freshness(
    manifest: &Manifest,
    progress: &Progress,
    source: Option<&str>,
    deliveries: &Deliveries,
) -> Vec<Freshness> {
    let mut fresh: Vec<Freshness> = progress
        .sources
        .iter()
        .map(|status| Freshness {
            source: status.name.clone(),
            stage: status.stage,
            refusal: status.refusal.clone(),
            last_checked: status.last_checked,
            ..Freshness::default()
        })
        .collect();
    let mut places: HashMap<String, usize> =
        fresh.iter().enumerate().map(|(place, one)| (one.source.clone(), place)).collect();
    for object in manifest.objects_of(None) {
        let place = *places.entry_ref(object.source.as_str()).or_insert_with(|| {
            fresh.push(Freshness { source: object.source.clone(), ..Freshness::default() });
            fresh.len() - 1
        });
        let Some(one) = fresh.get_mut(place) else { continue };
        one.objects += 1;
        one.newest_record = one.newest_record.max(object.last);
        one.newest_window = one.newest_window.max(Some(object.stamp + WINDOW_SECS));
    }
    for one in &mut fresh {
        let delivery = deliveries.of_source(&one.source);
        one.copied = delivery.copied;
        one.median_lag_secs = delivery.median_secs;
        one.most_lag_secs = delivery.most_secs;
    }
    fresh.retain(|one| source.is_none_or(|name| name == one.source));
    fresh
}

#[cfg(test)]
mod tests;
