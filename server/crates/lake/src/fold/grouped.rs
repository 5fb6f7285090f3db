//! Sums by one dimension and time: timelines, heatmaps, rankings of a dimension and the summary.

use super::{Cells, Fold, Groups, Key, Pieces};
use crate::columns::{Counts, Words, numbers};
use crate::error::LakeError;
use crate::schema::{ACTION, NODATA, SKIPDATA};
use arrow::array::RecordBatch;
use contract::{Grid, Measure, Span};

/// What is summed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The buckets.
    pub grid: Grid,
    /// The grouping column; `None` for one group.
    pub column: Option<&'static str>,
    /// A second grouping column beside it.
    pub within: Option<&'static str>,
    /// What the cells count.
    pub measure: Measure,
    /// Whether all sums of every group are wanted, not only the cells. A picture of a port scan has tens of thousands
    /// of groups and shows twenty.
    pub detailed: bool,
}

/// All sums of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupSums {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Records.
    pub flows: u64,
    /// Records with action REJECT.
    pub rejected: u64,
    /// Records with action ACCEPT.
    pub accepted: u64,
    /// NODATA records.
    pub silent: u64,
    /// SKIPDATA records.
    pub skipped: u64,
}

impl GroupSums {
    fn add(&mut self, other: &GroupSums) {
        self.bytes += other.bytes;
        self.packets += other.packets;
        self.flows += other.flows;
        self.rejected += other.rejected;
        self.accepted += other.accepted;
        self.silent += other.silent;
        self.skipped += other.skipped;
    }

    /// The measure.
    pub const fn of(&self, measure: Measure) -> u64 {
        match measure {
            Measure::Bytes => self.bytes,
            Measure::Packets => self.packets,
            Measure::Flows => self.flows,
        }
    }
}

/// The fold.
#[derive(Clone, Debug)]
pub struct Grouped {
    plan: Plan,
    /// The values of the grouping column.
    pub groups: Groups,
    /// The measure by group and bucket.
    pub cells: Cells,
    /// The rejected part of the measure by bucket.
    pub rejected: Vec<u64>,
    /// All sums by group.
    pub sums: Vec<GroupSums>,
}

/// What an action means, as a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Rejected,
    Other,
}

impl Grouped {
    /// Nothing yet.
    pub fn new(plan: Plan) -> Self {
        let buckets = plan.grid.count;
        Grouped {
            plan,
            groups: Groups::default(),
            cells: Cells::new(buckets),
            rejected: vec![0; buckets],
            sums: Vec::new(),
        }
    }

    /// The `top` groups with most of the measure, largest first, equal ones by value; and how many have any.
    pub fn ranked(&self, top: usize) -> (Vec<(usize, &Key)>, usize) {
        let totals = if self.plan.detailed {
            self.sums.iter().map(|sums| sums.of(self.plan.measure)).collect()
        } else {
            self.cells.totals(self.groups.keys().len())
        };
        let mut ranked: Vec<(usize, &Key)> =
            self.groups.keys().iter().enumerate().filter(|(group, _)| totals[*group] > 0).collect();
        let distinct = ranked.len();
        let order =
            |a: &(usize, &Key), b: &(usize, &Key)| totals[b.0].cmp(&totals[a.0]).then_with(|| a.1.cmp(b.1));
        if distinct > top {
            ranked.select_nth_unstable_by(top, order);
            ranked.truncate(top);
        }
        ranked.sort_unstable_by(order);
        (ranked, distinct)
    }

    /// The sums over all groups.
    pub fn all(&self) -> GroupSums {
        let mut all = GroupSums::default();
        self.sums.iter().for_each(|sums| all.add(sums));
        all
    }
}

impl Fold for Grouped {
    fn push(&mut self, batch: &RecordBatch, clip: Span) -> Result<(), LakeError> {
        let groups = match (self.plan.column, self.plan.within) {
            (Some(column), Some(within)) => self.groups.of_pairs(batch, column, within),
            (column, _) => self.groups.of_rows(batch, column),
        };
        self.sums.resize(self.groups.keys().len(), GroupSums::default());
        let actions = numbers(batch, ACTION);
        let verdicts = Words::of(batch, ACTION).codes(|value| match value {
            "ACCEPT" => Verdict::Accepted,
            "REJECT" => Verdict::Rejected,
            _ => Verdict::Other,
        });
        // A missing action has no place among them.
        let verdict_of = |row: usize| {
            let verdict = actions.get(row).and_then(|key| verdicts.get(*key as usize));
            verdict.copied().unwrap_or(Verdict::Other)
        };
        let (silent, skipped) = (Counts::of(batch, NODATA), Counts::of(batch, SKIPDATA));
        let Plan { measure, detailed, .. } = self.plan;
        let (cells, sums, rejected) = (&mut self.cells, &mut self.sums, &mut self.rejected);
        Pieces::of(batch).each(clip, &self.plan.grid, |row, bucket, amount| {
            let group = groups[row] as usize;
            let verdict = verdict_of(row);
            let value = amount.of(measure);
            cells.add(group, bucket, value);
            if verdict == Verdict::Rejected {
                rejected[bucket] += value;
            }
            if !detailed {
                return;
            }
            let total = &mut sums[group];
            total.bytes += amount.bytes;
            total.packets += amount.packets;
            total.flows += amount.flows;
            total.silent += silent.at(row);
            total.skipped += skipped.at(row);
            match verdict {
                Verdict::Accepted => total.accepted += amount.flows,
                Verdict::Rejected => total.rejected += amount.flows,
                Verdict::Other => {}
            }
        });
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<(), LakeError> {
        let map = self.groups.adopt(&other.groups);
        self.sums.resize(self.groups.keys().len(), GroupSums::default());
        other.sums.iter().zip(&map).for_each(|(sums, group)| self.sums[*group].add(sums));
        self.cells.merge(&other.cells, &map);
        self.rejected.iter_mut().zip(&other.rejected).for_each(|(sum, value)| *sum += value);
        Ok(())
    }
}
