//! Answers, column-wise: what a picture draws and a table lists.

use crate::{Compare, Dimension, Grid, Measure, Refusal, Span, TopBy};
use serde::{Deserialize, Serialize};

/// Where an answer came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Objects whose records the answer draws on.
    pub objects: u64,
    /// Flow records in those objects.
    pub records: u64,
    /// Lines of those objects that could not be read.
    pub set_aside: u64,
    /// The tables that were read, smallest first; empty when there was nothing to read.
    pub tables: Vec<Table>,
    /// Rows of those tables that were looked at.
    pub rows: u64,
    /// Milliseconds from question to answer on the server.
    pub millis: f64,
    /// Whether the answer was kept from an earlier, equal question.
    pub cached: bool,
    /// Whether flows that were logged at both of their ends count once.
    pub once: bool,
    /// Whether objects of this range are still being read, so that the answer will grow.
    pub growing: bool,
}

/// A table of the lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// The hour roll-up.
    Hour,
    /// The minute roll-up, all interfaces together.
    Minute,
    /// The minute roll-up of each interface.
    MinuteByInterface,
    /// The hourly conversations, all interfaces and both directions together.
    Conversations,
    /// The hourly conversations by interface and direction.
    ConversationsByInterface,
    /// The stored records themselves.
    Segments,
    /// The objects at the source, read for this answer and not stored.
    Objects,
}

impl Table {
    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Table::Hour => "hour roll-up",
            Table::Minute => "minute roll-up",
            Table::MinuteByInterface => "minute roll-up by interface",
            Table::Conversations => "conversations",
            Table::ConversationsByInterface => "conversations by interface",
            Table::Segments => "records",
            Table::Objects => "objects, read directly",
        }
    }
}

/// One coloured layer of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The value of the dimension as a filter would write it (`REJECT`, `443`, `eni-…`); empty for "other" and "none".
    pub key: String,
    /// The value of the second dimension, likewise; empty when there is none.
    pub within: String,
    /// The values as a person reads them (`443 https`, `REJECT · tcp`).
    pub label: String,
    /// One value per bucket of the grid.
    pub values: Vec<u64>,
    /// The sum of `values`.
    pub total: u64,
    /// The 95th percentile of `values` ([`Timeline::p95`]).
    pub p95: Option<u64>,
    /// Whether this is what remains after the named series.
    pub other: bool,
}

/// Traffic over time, stacked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The asked range; buckets at its edges count only what lies inside.
    pub span: Span,
    /// The buckets.
    pub grid: Grid,
    /// What the layers are.
    pub split: Dimension,
    /// What the layers are besides; [`Dimension::None`] unless they are split twice.
    pub within: Dimension,
    /// What the values count.
    pub measure: Measure,
    /// The layers, largest first, "other" last.
    pub series: Vec<Series>,
    /// The 95th percentile of the buckets, all series together: the least sum of a bucket that at least 95 of 100 buckets
    /// do not exceed (nearest rank, nothing interpolated). Only buckets count that lie wholly in the range, not after the
    /// last record and in no gap; `None` when there is none. Divided by the grid's step it is a rate: bandwidth is billed
    /// so, by buckets of five minutes.
    pub p95: Option<u64>,
    /// The part of each bucket that was rejected, whatever the split; drawn hatched.
    pub rejected: Vec<u64>,
    /// Ranges inside the span for which no object was seen.
    pub gaps: Vec<Span>,
    /// The time the range is compared with, when the question asks for one.
    pub earlier: Option<Earlier>,
    /// Where this came from.
    pub provenance: Provenance,
}

impl Timeline {
    /// Whether a layer holds nothing but what was rejected.
    pub fn is_rejected(&self, series: &Series) -> bool {
        let of = |split, key: &str| split == Dimension::Action && key == "REJECT";
        of(self.split, &series.key) || of(self.within, &series.within)
    }

    /// Whether layers of their own hold all that was rejected.
    pub fn names_rejects(&self) -> bool {
        let layers = self.series.iter().filter(|series| self.is_rejected(series));
        [self.split, self.within].contains(&Dimension::Action)
            && layers.map(|series| series.total).sum::<u64>() == self.rejected.iter().sum::<u64>()
    }

    /// Everything that is shown.
    pub fn total(&self) -> u64 {
        self.series.iter().map(|series| series.total).sum()
    }
}

/// The same question about an earlier time of equal length, to lay under a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// Which time.
    pub compare: Compare,
    /// That time.
    pub span: Span,
    /// All series together, one value per bucket of the picture's grid; empty where the logs do not tell of all of it.
    pub values: Vec<u64>,
    /// The sum of the part before `until`; 0 where the logs do not tell of all of it.
    pub total: u64,
    /// End of the part whose counterpart in the picture the logs already tell of: later buckets have no counterpart yet.
    pub until: i64,
    /// The parts of `span` before `until` for which no object was seen. With any of them nothing is compared.
    pub gaps: Vec<Span>,
}

impl Earlier {
    /// How much more `total` is than that of the earlier time, 0.2 for a fifth; `None` where there is nothing to compare
    /// with.
    pub fn change(&self, total: u64) -> Option<f64> {
        (self.gaps.is_empty() && self.total > 0).then(|| total as f64 / self.total as f64 - 1.0)
    }
}

/// A heatmap: rejected records by row and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// The asked range.
    pub span: Span,
    /// The columns.
    pub grid: Grid,
    /// What the rows are.
    pub by: Dimension,
    /// What the cells count.
    pub measure: Measure,
    /// The rows, largest first, "other" last.
    pub rows: Vec<MatrixRow>,
    /// How many values "other" stands for.
    pub other_values: u64,
    /// Ranges inside the span for which no object was seen: these cells are unknown, not zero.
    pub gaps: Vec<Span>,
    /// Where this came from.
    pub provenance: Provenance,
}

/// One row of the heatmap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// The value as a filter would write it; empty for "other".
    pub key: String,
    /// The value as a person reads it.
    pub label: String,
    /// One value per bucket of the grid.
    pub values: Vec<u64>,
    /// The sum of `values`.
    pub total: u64,
    /// Whether this is what remains after the named rows.
    pub other: bool,
}

/// A ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Top {
    /// The asked range.
    pub span: Span,
    /// What is ranked.
    pub by: TopBy,
    /// What it is ranked by.
    pub measure: Measure,
    /// The first rows, largest first.
    pub rows: Vec<TopRow>,
    /// How many rows there are in all.
    pub distinct: u64,
    /// The measure over everything that passed the filter.
    pub total: u64,
    /// Where this came from.
    pub provenance: Provenance,
}

/// One row of a ranking.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TopRow {
    /// The value of the ranked dimension as a filter would write it; empty when talkers are ranked.
    pub key: String,
    /// The row as a person reads it.
    pub label: String,
    /// Who opened the conversation, when talkers are ranked.
    pub client: String,
    /// Who answered.
    pub server: String,
    /// The server's port; `None` when the record does not tell it or the protocol has none.
    pub service_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Records.
    pub flows: u64,
    /// Records that were rejected.
    pub rejected: u64,
    /// Part of the measure's total, 0 to 1.
    pub share: f64,
}

/// The numbers above the pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The asked range.
    pub span: Option<Span>,
    /// Bytes of all records that pass the filter.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Records.
    pub flows: u64,
    /// Records with action REJECT.
    pub rejected: u64,
    /// Records with neither ACCEPT nor REJECT (the field is missing).
    pub undecided: u64,
    /// Interfaces with at least one record.
    pub interfaces: u64,
    /// Records AWS skipped in this range (SKIPDATA), unknown traffic each.
    pub skipped: u64,
    /// Intervals without traffic (NODATA).
    pub silent: u64,
    /// The latest `end` seen in all data, whatever the range; Unix seconds.
    pub last_record: Option<i64>,
    /// The earliest `start` seen in all data; Unix seconds.
    pub first_record: Option<i64>,
    /// The server's clock when it answered; Unix seconds.
    pub now: i64,
    /// Which time `previous` is about; just before where the question chooses none.
    pub compare: Compare,
    /// The same numbers over a time of equal length before; of both times as much as the logs tell of the later one.
    pub previous: Option<Previous>,
    /// Ranges inside the span for which no object was seen.
    pub gaps: Vec<Span>,
    /// Where this came from.
    pub provenance: Provenance,
}

/// What the period before showed, for "+4 %".
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Previous {
    /// Bytes.
    pub bytes: u64,
    /// Records.
    pub flows: u64,
    /// Records with action REJECT.
    pub rejected: u64,
    /// Interfaces with at least one record.
    pub interfaces: u64,
}

/// How far reading the sources has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// One entry per source, in the order they were given.
    pub sources: Vec<SourceStatus>,
    /// Grows whenever stored data changed, so that a view knows when to ask again.
    pub generation: u64,
}

impl Progress {
    /// Whether any source is being listed or read.
    pub fn is_busy(&self) -> bool {
        self.sources.iter().any(|s| matches!(s.stage, Stage::Listing | Stage::Reading))
    }
}

/// The state of one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceStatus {
    /// The source as it was given: `s3://bucket/prefix` or a folder.
    pub name: String,
    /// What it is doing.
    pub stage: Stage,
    /// Objects read in this pass.
    pub objects_done: u64,
    /// Objects to read in this pass, as far as listed.
    pub objects_total: u64,
    /// Objects stored since the data folder was made.
    pub objects_stored: u64,
    /// Records read in this pass.
    pub records: u64,
    /// Bytes read in this pass, as stored at the source.
    pub bytes_done: u64,
    /// Bytes to read in this pass, as stored at the source.
    pub bytes_total: u64,
    /// Seconds this pass has taken.
    pub elapsed_secs: f64,
    /// Objects that could not be read, newest last, with the reason; a bounded sample.
    pub failed: Vec<FailedObject>,
    /// How many objects could not be read.
    pub failed_objects: u64,
    /// What stopped the pass, if anything did.
    pub refusal: Option<Refusal>,
    /// When the source was last looked at without a refusal; Unix seconds.
    pub last_checked: Option<i64>,
}

/// An object that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailedObject {
    /// The object's key.
    pub object: String,
    /// Why.
    pub why: String,
}

/// What a source is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Nothing yet.
    #[default]
    Waiting,
    /// Looking for new objects.
    Listing,
    /// Reading objects.
    Reading,
    /// Everything listed has been read.
    Idle,
    /// Stopped by a refusal; tried again at the next check.
    Refused,
}
