//! What was delivered, what became of every line of it, and what is missing: the answers of the Coverage page.

use crate::lacking::Lacking;
use crate::{Grid, Provenance, Refusal, Span, Stage};
use serde::{Deserialize, Serialize};

/// Seconds of an object's delivery window: AWS publishes every five minutes, and the time in an object's name is where
/// its window begins. <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html>
pub const WINDOW_SECS: i64 = 300;
/// Silence shorter than this is no gap: the largest aggregation interval, ten minutes, and one delivery window.
pub const GAP_SECS: i64 = 600 + WINDOW_SECS;
/// An object written this long after the end of its window is late: three times the ten minutes AWS calls typical for
/// S3. <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
pub const LATE_SECS: i64 = 1_800;
/// How long after a window's end its objects are waited for before their absence counts: the ten minutes AWS calls
/// typical, one more window, and a minute until the source is looked at again.
pub const DUE_SECS: i64 = 600 + WINDOW_SECS + 60;
/// Buckets of the grid when the asker does not say: a day by the hour.
pub const COLUMNS: u16 = 37;
/// Most rows of the grid: more accounts and regions than this cannot be taken in at a glance.
pub const ROWS_LIMIT: usize = 40;

/// Lines by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// Lines seen, of every sort.
    pub all: u64,
    /// Header and blank lines.
    pub headers: u64,
    /// Flow records.
    pub records: u64,
    /// NODATA records: an interval without traffic.
    pub nodata: u64,
    /// SKIPDATA records: AWS lost an unknown number of records.
    pub skipdata: u64,
    /// Lines that could not be read.
    pub set_aside: u64,
}

impl Lines {
    /// Lines of which it is known what became of them.
    pub const fn accounted(&self) -> u64 {
        self.headers + self.records + self.nodata + self.skipdata + self.set_aside
    }

    /// Lines that were lost, or counted twice; 0 unless Weir is at fault.
    pub const fn unaccounted(&self) -> u64 {
        self.all.abs_diff(self.accounted())
    }

    /// Adds the lines of another object.
    pub const fn add(&mut self, more: &Lines) {
        self.all += more.all;
        self.headers += more.headers;
        self.records += more.records;
        self.nodata += more.nodata;
        self.skipdata += more.skipdata;
        self.set_aside += more.set_aside;
    }
}

/// What some objects brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Objects, those that could not be read included.
    pub objects: u64,
    /// Objects that could not be read at all.
    pub failed: u64,
    /// Objects that came late ([`LATE_SECS`]); 0 where the time of writing tells nothing.
    pub late: u64,
    /// Bytes, as stored at the source.
    pub bytes: u64,
    /// Their lines.
    pub lines: Lines,
}

impl Delivered {
    /// Adds what other objects brought.
    pub const fn add(&mut self, more: &Delivered) {
        self.objects += more.objects;
        self.failed += more.failed;
        self.late += more.late;
        self.bytes += more.bytes;
        self.lines.add(&more.lines);
    }
}

/// What is known of one account and region in one bucket of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// Objects speak of all of it.
    #[default]
    Covered,
    /// Objects speak of some of it; [`GAP_SECS`] or more are missing.
    Partial,
    /// No object speaks of it, though some came before.
    Gap,
    /// It lies before the first object.
    Before,
    /// It is too young for objects to be missed ([`DUE_SECS`]).
    Pending,
}

impl Slot {
    /// The name on screen and in tables.
    pub const fn label(self) -> &'static str {
        match self {
            Slot::Covered => "covered",
            Slot::Partial => "partly missing",
            Slot::Gap => "nothing delivered",
            Slot::Before => "before the first object",
            Slot::Pending => "not due yet",
        }
    }
}

/// One account and region over time, a value per bucket of the grid in each list. An object counts in the bucket in
/// which its delivery window begins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// The account in the objects' keys; empty when they do not say.
    pub account: String,
    /// The region in the objects' keys; empty when they do not say.
    pub region: String,
    /// Sums over the whole range.
    pub delivered: Delivered,
    /// What is known.
    pub slots: Vec<Slot>,
    /// Objects.
    pub objects: Vec<u64>,
    /// Flow records.
    pub records: Vec<u64>,
    /// NODATA records.
    pub nodata: Vec<u64>,
    /// SKIPDATA records.
    pub skipdata: Vec<u64>,
    /// Lines set aside.
    pub set_aside: Vec<u64>,
    /// Late objects.
    pub late: Vec<u64>,
    /// Objects that could not be read.
    pub failed: Vec<u64>,
    /// Where objects are missing.
    pub gaps: Vec<Span>,
    /// End of the newest window an object came for, whatever the range; Unix seconds.
    pub newest: Option<i64>,
}

/// How fresh a source is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Freshness {
    /// The source as it was given.
    pub source: String,
    /// What it is doing.
    pub stage: Stage,
    /// What stopped the last look, if anything did.
    pub refusal: Option<Refusal>,
    /// When it was last looked at without a refusal; Unix seconds, `None` when nobody looked since the start.
    pub last_checked: Option<i64>,
    /// Objects stored, whatever the range.
    pub objects: u64,
    /// The latest `end` of a record, whatever the range; Unix seconds.
    pub newest_record: Option<i64>,
    /// End of the newest delivery window, whatever the range; Unix seconds.
    pub newest_window: Option<i64>,
    /// Whether the objects were written in one go, long after their windows, or before: then they are copies, and their
    /// times tell when they were copied.
    pub copied: bool,
    /// Half of the objects came within so many seconds after their window; `None` when the times tell nothing.
    pub median_lag_secs: Option<i64>,
    /// All but one in twenty came within so many seconds.
    pub most_lag_secs: Option<i64>,
}

/// A flow log whose objects were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowLog {
    /// Its id in the objects' keys, `fl-…`; empty for objects without AWS's name.
    pub id: String,
    /// The source.
    pub source: String,
    /// The account in the keys; empty when they do not say.
    pub account: String,
    /// The region in the keys; empty when they do not say.
    pub region: String,
    /// The fields of its records, AWS's names in the order of the line; empty when not known.
    pub fields: Vec<String>,
    /// What its objects of this range brought.
    pub delivered: Delivered,
}

/// Two flow logs that cover the same interfaces at the same time, so that totals count them twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubled {
    /// One flow log's id.
    pub one: String,
    /// The source it came from.
    pub one_source: String,
    /// The other's id; the same when one flow log came through two sources.
    pub other: String,
    /// The source that came from.
    pub other_source: String,
    /// Interfaces that both log.
    pub interfaces: u64,
    /// The time in which both do, as far as it lies in the range.
    pub span: Span,
}

/// Why lines, or whole objects, were set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What is wrong, without the particulars.
    pub what: String,
    /// Lines kept with this reason, or objects when [`Reason::whole`].
    pub count: u64,
    /// In how many objects.
    pub objects: u64,
    /// Whether whole objects could not be read, rather than lines of them.
    pub whole: bool,
    /// The key of an object with it.
    pub object: String,
    /// The line in that object, from 1; `None` when it is the whole object.
    pub line: Option<u64>,
    /// What is wrong there, with the particulars.
    pub why: String,
}

/// A line, or an object, that could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAsideLine {
    /// The source.
    pub source: String,
    /// The object's key.
    pub object: String,
    /// Number of the line in its object, from 1; `None` when it is the whole object.
    pub line: Option<u64>,
    /// Why.
    pub why: String,
}

/// What was set aside in a range.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SetAside {
    /// The asked range.
    pub span: Option<Span>,
    /// Lines set aside, exactly.
    pub lines: u64,
    /// Objects that could not be read.
    pub objects: u64,
    /// Whole objects first, then lines: the first few of each object are kept.
    pub kept: Vec<SetAsideLine>,
}

/// What one object brought.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ObjectRow {
    /// The source.
    pub source: String,
    /// Its key.
    pub key: String,
    /// The account in its key; empty when it does not say.
    pub account: String,
    /// The region in its key; empty when it does not say.
    pub region: String,
    /// The flow log's id in its key; empty when it does not say.
    pub flow_log: String,
    /// Where its delivery window begins, Unix seconds.
    pub window: i64,
    /// When it was written, Unix seconds.
    pub modified: Option<i64>,
    /// Whether it came late ([`LATE_SECS`]).
    pub late: bool,
    /// Bytes, as stored at the source.
    pub bytes: u64,
    /// Its version at the source.
    pub etag: String,
    /// Its lines.
    pub lines: Lines,
    /// Earliest `start` of its records, Unix seconds.
    pub first: Option<i64>,
    /// Latest `end` of its records, Unix seconds.
    pub last: Option<i64>,
    /// Why it could not be read; `None` when it was.
    pub why: Option<String>,
}

impl ObjectRow {
    /// How much it deserves a look: unread, set aside, skipped by AWS, late, in this order; 0 for none of it.
    pub const fn trouble(&self) -> u8 {
        if self.why.is_some() {
            4
        } else if self.lines.set_aside > 0 || self.lines.unaccounted() > 0 {
            3
        } else if self.lines.skipdata > 0 {
            2
        } else {
            self.late as u8
        }
    }
}

/// The objects of a range.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Objects {
    /// The asked range.
    pub span: Option<Span>,
    /// How many there are.
    pub total: u64,
    /// Those in trouble first, then the newest; as many as are listed.
    pub rows: Vec<ObjectRow>,
}

/// How completely a range is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// The asked range.
    pub span: Span,
    /// The columns.
    pub grid: Grid,
    /// Sums over all objects of the range, those of hidden rows included.
    pub delivered: Delivered,
    /// Accounts and regions, in this order.
    pub rows: Vec<CoverageRow>,
    /// How many more accounts and regions there are, those with the fewest objects.
    pub hidden_rows: u64,
    /// The sources, in the order they were given.
    pub freshness: Vec<Freshness>,
    /// The flow logs, most lines first.
    pub flow_logs: Vec<FlowLog>,
    /// Pairs of flow logs that count the same traffic twice.
    pub doubled: Vec<Doubled>,
    /// Why something was set aside, most frequent first.
    pub reasons: Vec<Reason>,
    /// Lines behind [`Coverage::reasons`]: of each object only the first few are kept.
    pub kept_lines: u64,
    /// Objects worth a look, then the newest; as many as [`crate::View::top`].
    pub objects: Vec<ObjectRow>,
    /// Fields that would tell more, most useful first.
    pub lacking: Vec<Lacking>,
    /// Where this came from.
    pub provenance: Provenance,
    /// The server's clock when it answered; Unix seconds.
    pub now: i64,
}

impl Coverage {
    /// Seconds of the range in which a shown account and region has no objects, summed over them.
    pub fn gap_secs(&self) -> i64 {
        self.rows.iter().flat_map(|row| &row.gaps).map(|gap| gap.secs()).sum()
    }

    /// The longest gap and its row.
    pub fn longest_gap(&self) -> Option<(&CoverageRow, Span)> {
        let gaps = self.rows.iter().flat_map(|row| row.gaps.iter().map(move |gap| (row, *gap)));
        gaps.max_by_key(|(_, gap)| gap.secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_add_up_or_say_by_how_much_they_do_not() {
        let mut lines = Lines { all: 12, headers: 1, records: 7, nodata: 2, skipdata: 1, set_aside: 1 };
        assert_eq!((lines.accounted(), lines.unaccounted()), (12, 0));
        lines.add(&Lines { all: 5, records: 3, ..Lines::default() });
        assert_eq!((lines.accounted(), lines.unaccounted()), (15, 2));
        assert_eq!(Lines { all: 1, records: 2, ..Lines::default() }.unaccounted(), 1);
    }

    #[test]
    fn the_worst_object_is_the_one_that_could_not_be_read() {
        let late = ObjectRow { late: true, ..ObjectRow::default() };
        let skipped = ObjectRow { lines: Lines { all: 1, skipdata: 1, ..Lines::default() }, ..late.clone() };
        let aside = ObjectRow { lines: Lines { all: 1, set_aside: 1, ..Lines::default() }, ..late.clone() };
        let failed = ObjectRow { why: Some("the object is empty".into()), ..late.clone() };
        let order = [&ObjectRow::default(), &late, &skipped, &aside, &failed].map(ObjectRow::trouble);
        assert_eq!(order, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn the_longest_gap_is_found_with_its_row() {
        let row = |account: &str, gaps: Vec<Span>| CoverageRow {
            account: account.into(),
            gaps,
            ..CoverageRow::default()
        };
        let span = Span { from: 0, to: 7_200 };
        let coverage = Coverage {
            span,
            grid: Grid::with_step(span, 3_600),
            delivered: Delivered::default(),
            rows: vec![
                row("1", vec![Span { from: 0, to: 900 }]),
                row("2", vec![Span { from: 0, to: 60 }, Span { from: 3_600, to: 7_200 }]),
            ],
            hidden_rows: 0,
            freshness: Vec::new(),
            flow_logs: Vec::new(),
            doubled: Vec::new(),
            reasons: Vec::new(),
            kept_lines: 0,
            objects: Vec::new(),
            lacking: Vec::new(),
            provenance: Provenance::default(),
            now: 7_200,
        };
        let (row, gap) = coverage.longest_gap().unwrap_or((&coverage.rows[0], span));
        assert_eq!((row.account.as_str(), gap.secs()), ("2", 3_600));
        assert_eq!(coverage.gap_secs(), 900 + 60 + 3_600);
    }
}
