//! Records sorted into the five-minute windows their `end` falls in, and the coverage beside them:
//! which interfaces were silent (NODATA), where records were lost (SKIPDATA).
//! Knows nothing of text or files.

use std::collections::BTreeMap;

use crate::WINDOW_SECS;
use crate::flow::{CAPTURE_SECS, Record};
use crate::rhythm::Calendar;
use crate::seed::Dice;
use crate::world::World;

/// Captures with losses per interface and day.
const LOSSES_PER_DAY: f64 = 0.06;
/// Part of the records lost in such a capture.
const LOST: f64 = 0.6;
/// Delivery is in no order; records are shuffled by up to so many seconds.
const SHUFFLE_SECS: i64 = 45;

/// A line to be.
#[derive(Debug)]
pub(crate) enum Line {
    /// A flow.
    Flow(Record),
    /// NODATA, or SKIPDATA.
    Coverage {
        /// Place of the interface.
        interface: usize,
        /// First second of the capture.
        start: i64,
        /// Last second of it.
        end: i64,
        /// SKIPDATA.
        skipped: bool,
    },
}

/// Windows not yet published.
#[derive(Debug)]
pub(crate) struct Windows {
    begin: i64,
    end: i64,
    pending: BTreeMap<i64, Vec<(i64, Line)>>,
    captures: Captures,
    dice: Dice,
}

impl Windows {
    /// Empty windows of a span.
    pub(crate) fn new(seed: u64, world: &World, calendar: &Calendar) -> Self {
        let mut dice = Dice::stream(seed, "windows");
        let captures = Captures::new(world, calendar, &mut dice);
        Self { begin: calendar.begin, end: calendar.end, pending: BTreeMap::new(), captures, dice }
    }

    /// Files a record under its window. Records that end outside the span are not logged, those of a capture
    /// with losses perhaps not.
    pub(crate) fn push(&mut self, record: Record) {
        if record.end < self.begin {
            return;
        }
        let interface = record.hop.interface;
        if self.captures.loses(interface, record.start) && self.dice.chance(LOST) {
            return;
        }
        self.captures.mark(interface, record.start, record.end);
        if record.end >= self.end {
            return;
        }
        self.file(record.end, Line::Flow(record));
    }

    /// The lines of the window that starts at `from`, in the order of publication. All records that end before
    /// `from + 2 × WINDOW_SECS` must have been pushed: a capture is silent only if nothing overlaps it.
    pub(crate) fn take(&mut self, from: i64) -> Vec<Line> {
        for interface in 0..self.captures.phases.len() {
            for capture in self.captures.ending_in(interface, from) {
                let start = self.captures.start_of(interface, capture);
                let end = start + CAPTURE_SECS - 1;
                let skipped = self.captures.lossy[interface].binary_search(&capture).is_ok();
                if end < self.end && (skipped || !self.captures.seen(interface, capture)) {
                    self.file(end, Line::Coverage { interface, start, end, skipped });
                }
            }
        }
        let mut lines = self.pending.remove(&from).unwrap_or_default();
        lines.sort_by_key(|(order, _)| *order);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn file(&mut self, end: i64, line: Line) {
        let order = end + self.dice.between(0, SHUFFLE_SECS);
        self.pending.entry(end.div_euclid(WINDOW_SECS) * WINDOW_SECS).or_default().push((order, line));
    }
}

/// Each interface's capture windows: numbered from the one under way when the span begins.
#[derive(Debug)]
struct Captures {
    begin: i64,
    per_interface: usize,
    phases: Vec<i64>,
    bits: Vec<u64>,
    lossy: Vec<Vec<usize>>,
}

impl Captures {
    fn new(world: &World, calendar: &Calendar, dice: &mut Dice) -> Self {
        let per_interface = (calendar.span_secs() / CAPTURE_SECS) as usize + 3;
        let phases: Vec<_> = world.interfaces.iter().map(|interface| interface.phase_secs).collect();
        let expected = LOSSES_PER_DAY * calendar.span_secs() as f64 / 86_400.0;
        let lossy = phases
            .iter()
            .map(|_| {
                let mut captures: Vec<_> =
                    (0..dice.count(expected)).map(|_| dice.below(per_interface)).collect();
                captures.sort_unstable();
                captures
            })
            .collect();
        let bits = vec![0; (per_interface * phases.len()).div_ceil(64)];
        Self { begin: calendar.begin, per_interface, phases, bits, lossy }
    }

    fn start_of(&self, interface: usize, capture: usize) -> i64 {
        self.begin - CAPTURE_SECS + self.phases[interface] + capture as i64 * CAPTURE_SECS
    }

    fn number(&self, interface: usize, at: i64) -> usize {
        ((at - self.start_of(interface, 0)) / CAPTURE_SECS).max(0) as usize
    }

    /// The captures whose last second lies in the window that starts at `from`.
    fn ending_in(&self, interface: usize, from: i64) -> std::ops::Range<usize> {
        let first_end = self.start_of(interface, 0) + CAPTURE_SECS - 1;
        let ended_before = |at: i64| ((at - first_end).max(0) as u64).div_ceil(CAPTURE_SECS as u64) as usize;
        ended_before(from)..ended_before(from + WINDOW_SECS)
    }

    fn mark(&mut self, interface: usize, start: i64, end: i64) {
        for capture in self.number(interface, start)..=self.number(interface, end) {
            let bit = interface * self.per_interface + capture.min(self.per_interface - 1);
            self.bits[bit / 64] |= 1 << (bit % 64);
        }
    }

    fn seen(&self, interface: usize, capture: usize) -> bool {
        let bit = interface * self.per_interface + capture.min(self.per_interface - 1);
        self.bits[bit / 64] >> (bit % 64) & 1 == 1
    }

    fn loses(&self, interface: usize, at: i64) -> bool {
        !self.lossy[interface].is_empty()
            && self.lossy[interface].binary_search(&self.number(interface, at)).is_ok()
    }
}
