//! An edit asked of all rows of a range, on all cores: what would have been let through or refused, for whom and when.

use super::advised::Stop;
use super::rows::Rows;
use contract::{Refusal, RefusalKind};
use firewall::edit::Edit;
use firewall::evaluate::Firewall;
use firewall::replay::{Change, Effect, Exposure, Replay, Who, acl_still_stops, exposure};
use firewall::traffic::DAY_SECS;
use std::time::{Duration, Instant};

/// Rows that are asked before it is looked whether anybody still waits.
const CHUNK: usize = 1 << 18;
/// Most threads.
const MOST_THREADS: usize = 8;

/// What an edit would have changed.
#[derive(Debug)]
pub struct Replayed {
    /// The edit.
    pub edits: Vec<Edit>,
    /// What changes, newly allowed first, most records first, and whether a network ACL stops it all the same.
    pub changes: Vec<(Who, Change, bool)>,
    /// Records newly let through.
    pub allowed: u64,
    /// Records newly refused.
    pub dropped: u64,
    /// What is opened and closed, whether anybody used it or not.
    pub exposure: Exposure,
    /// Rows asked.
    pub rows: u64,
    /// How long the rows took.
    pub took: Duration,
}

/// Why nothing can be edited or replayed.
pub fn no_inventory() -> Refusal {
    let hint = "Start with --inventory DIR.";
    Refusal::new(RefusalKind::Unanswerable, "Without an inventory there are no rules to edit.", hint)
}

/// Asks an edit of the newest state of all rows. `None` when it was told to stop.
///
/// # Errors
/// Without an inventory.
pub fn replay(
    rows: &Rows,
    firewall: Option<&Firewall>,
    edits: Vec<Edit>,
    stop: &Stop,
) -> Result<Option<Replayed>, Refusal> {
    let firewall = firewall.ok_or_else(no_inventory)?;
    let (Some(before), Some(after)) = (firewall.newest(), firewall.edited(&edits)) else {
        return Err(no_inventory());
    };
    let began = Instant::now();
    let interfaces = rows.interfaces();
    let empty = Replay::new(&before, &after, &edits, &interfaces, rows.window());
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(MOST_THREADS));
    let share = rows.flows().len().div_ceil(threads).max(1);
    let whole = std::thread::scope(|scope| {
        let started: Vec<_> = rows
            .flows()
            .chunks(share)
            .map(|mine| {
                let mut part = empty.clone();
                scope.spawn(move || {
                    for chunk in mine.chunks(CHUNK) {
                        if !stop.is_set() {
                            part.add(chunk);
                        }
                    }
                    part
                })
            })
            .collect();
        let mut whole = empty.clone();
        for thread in started {
            // A thread that panicked has been reported; the answer would be too small.
            whole.merge(thread.join().ok()?);
        }
        Some(whole)
    });
    let Some(whole) = whole.filter(|_| !stop.is_set()) else { return Ok(None) };
    let took = began.elapsed();
    let at = rows.window().to;
    let stopped = |who: &Who| who.effect == Effect::Allowed && acl_still_stops(&before, &interfaces, who, at);
    let changes = whole.changes().into_iter().map(|(who, change)| (who, change, stopped(&who))).collect();
    let opened = before.history().latest().map(|inventory| exposure(inventory, &edits)).unwrap_or_default();
    Ok(Some(Replayed {
        changes,
        allowed: whole.flows(Effect::Allowed),
        dropped: whole.flows(Effect::Dropped),
        exposure: opened,
        rows: whole.rows,
        took,
        edits,
    }))
}

impl Replayed {
    /// Records newly let through and newly refused on each day, by the day's first second (UTC days of the window).
    pub fn by_day(&self, from: i64) -> Vec<(i64, u64, u64)> {
        let mut days: std::collections::BTreeMap<i64, (u64, u64)> = Default::default();
        for (who, change, _) in &self.changes {
            for (day, flows) in &change.by_day {
                let (allowed, dropped) = days.entry(*day).or_default();
                *(if who.effect == Effect::Allowed { allowed } else { dropped }) += flows;
            }
        }
        days.into_iter().map(|(day, (allowed, dropped))| (from + day * DAY_SECS, allowed, dropped)).collect()
    }
}
