//! The pieces of a row that fall into the buckets of a grid.

use crate::columns::{Counts, find};
use crate::schema::{BYTES, END, FLOWS, PACKETS, START, TIME};
use crate::spread::Extent;
use arrow::array::{Int64Array, RecordBatch};
use contract::grid::floor_to;
use contract::{Grid, Measure, Span};

/// What of a row falls into a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Records.
    pub flows: u64,
}

impl Amount {
    /// Nothing at all.
    pub const NONE: Amount = Amount { bytes: 0, packets: 0, flows: 0 };

    /// Adds another.
    pub fn add(&mut self, other: &Amount) {
        self.bytes += other.bytes;
        self.packets += other.packets;
        self.flows += other.flows;
    }

    /// The measure.
    #[inline]
    pub const fn of(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Bytes => self.bytes,
            Measure::Packets => self.packets,
            Measure::Flows => self.flows,
        }
    }
}

/// When the rows of a batch happened.
enum Times<'a> {
    /// Roll-up rows: all of it within the minute or hour that starts there.
    At(&'a [i64]),
    /// Records: evenly from start to end.
    Over(&'a [i64], &'a [i64]),
}

/// A bucket, and what of it lies in the asked range.
#[derive(Clone, Copy)]
struct Bucket {
    index: usize,
    span: Span,
}

impl Bucket {
    /// A bucket that holds nothing.
    const NONE: Self = Bucket { index: 0, span: Span { from: 0, to: 0 } };

    /// The bucket of a moment; [`Self::NONE`] outside the grid.
    fn at(moment: i64, clip: Span, grid: &Grid) -> Self {
        grid.index_of(moment).map_or(Self::NONE, |index| {
            let (from, to) = (grid.time_of(index), grid.time_of(index + 1));
            Bucket { index, span: Span { from: from.max(clip.from), to: to.min(clip.to) } }
        })
    }
}

/// The rows of a batch, ready to be cut.
pub struct Pieces<'a> {
    times: Times<'a>,
    bytes: Counts<'a>,
    packets: Counts<'a>,
    flows: Option<Counts<'a>>,
    rows: usize,
}

impl<'a> Pieces<'a> {
    /// The pieces of a batch of any table; none when it has no times.
    pub fn of(batch: &'a RecordBatch) -> Self {
        let column = |name| find::<Int64Array>(batch, name).map(|array| array.values().as_ref());
        let times = match (column(TIME), column(START), column(END)) {
            (Some(at), ..) => Times::At(at),
            (None, Some(start), Some(end)) => Times::Over(start, end),
            _ => Times::At(&[]),
        };
        let rows = match times {
            Times::At(at) => at.len(),
            Times::Over(start, _) => start.len(),
        };
        Pieces {
            flows: matches!(times, Times::At(_)).then(|| Counts::of(batch, FLOWS)),
            bytes: Counts::of(batch, BYTES),
            packets: Counts::of(batch, PACKETS),
            times,
            rows,
        }
    }

    /// Calls `add(row, bucket, amount)` for every piece inside both `clip` and the grid. `clip` lies on minutes.
    #[inline]
    pub fn each(&self, clip: Span, grid: &Grid, mut add: impl FnMut(usize, usize, Amount)) {
        match self.times {
            Times::At(at) => {
                for (row, time) in at.iter().enumerate().take(self.rows) {
                    if clip.holds(*time)
                        && let Some(bucket) = grid.index_of(*time)
                    {
                        let flows = self.flows.as_ref().map_or(1, |flows| flows.at(row));
                        add(
                            row,
                            bucket,
                            Amount { bytes: self.bytes.at(row), packets: self.packets.at(row), flows },
                        );
                    }
                }
            }
            Times::Over(starts, ends) => {
                // The records of an object lie in few buckets: neighbours are mostly in the same.
                let mut bucket = Bucket::NONE;
                for (row, (start, end)) in starts.iter().zip(ends).enumerate() {
                    let extent = Extent::of(*start, *end);
                    if !bucket.span.holds(extent.start) {
                        bucket = Bucket::at(extent.start, clip, grid);
                    }
                    if bucket.span.from <= extent.start && extent.stop <= bucket.span.to {
                        let (bytes, packets) = (self.bytes.at(row), self.packets.at(row));
                        add(row, bucket.index, Amount { bytes, packets, flows: 1 });
                    } else {
                        self.cut(row, extent, clip, grid, &mut add);
                    }
                }
            }
        }
    }

    /// Adds a record that is not wholly in one bucket, or not wholly in the range.
    fn cut(
        &self,
        row: usize,
        extent: Extent,
        clip: Span,
        grid: &Grid,
        add: &mut impl FnMut(usize, usize, Amount),
    ) {
        let (bytes, packets) = (self.bytes.at(row), self.packets.at(row));
        let from = extent.start.max(clip.from).max(grid.start);
        let to = extent.stop.min(clip.to).min(grid.end());
        let first_minute = floor_to(extent.start, 60);
        let parts = |moment| [bytes, packets].map(|total| extent.before(total, moment));
        let (mut at, mut before) = (from, parts(from));
        while at < to {
            let Some(bucket) = grid.index_of(at) else { return };
            let next = grid.time_of(bucket + 1).min(to);
            let until = parts(next);
            // The record counts where its first minute lies; minutes are never split by a bucket or by the range.
            let counts = first_minute >= floor_to(at, 60) && first_minute < next;
            let [bytes, packets] = [0, 1].map(|part| until[part] - before[part]);
            add(row, bucket, Amount { bytes, packets, flows: u64::from(counts) });
            (at, before) = (next, until);
        }
    }
}
