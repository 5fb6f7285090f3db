//! Answers as comma-separated tables (RFC 4180 quoting, one header line, `\n` ends a line).
//! Times are RFC 3339 in UTC. A cell that a spreadsheet would take for a formula gets a leading apostrophe.

pub mod advice;
mod coverage;
mod explore;

pub use coverage::{coverage, objects, set_aside};
pub use explore::{conversations, intent, records, values};

use contract::answer::SourceStatus;
use contract::{Dimension, Matrix, Progress, Summary, Timeline, Top};
use jiff::Timestamp;

/// What a spreadsheet takes for the start of a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A table of a document: its columns, exact values where the page rounds.
pub fn report_table(table: &contract::report::Table) -> String {
    let heads: Vec<&str> = table.columns.iter().map(|column| column.label.as_str()).collect();
    let mut sheet = Table::new(&heads);
    for line in &table.rows {
        sheet.row(|row| {
            for cell in &line.cells {
                let text = cell.exact.as_deref().unwrap_or(&cell.text);
                // A number stays one, also below zero.
                if text.parse::<f64>().is_ok() {
                    row.plain(text)
                } else {
                    row.text(text)
                };
            }
        });
    }
    sheet.text
}

/// One row with every number of the summary.
pub fn summary(summary: &Summary) -> String {
    let mut table = Table::new(&[
        "from",
        "to",
        "bytes",
        "packets",
        "flows",
        "rejected",
        "undecided",
        "interfaces",
        "skipped",
        "silent",
        "first_record",
        "last_record",
    ]);
    table.row(|row| {
        row.time(summary.span.map(|span| span.from)).time(summary.span.map(|span| span.to));
        row.number(summary.bytes).number(summary.packets).number(summary.flows);
        row.number(summary.rejected).number(summary.undecided).number(summary.interfaces);
        row.number(summary.skipped).number(summary.silent);
        row.time(summary.first_record).time(summary.last_record);
    });
    table.text
}

/// One row per bucket and series: `time`, the key (named after the split), that of the second split if there is one,
/// `label`, the measure. The keys are empty for what remains beside the named series, whose label says of how many, and
/// for the time that is compared with, whose label names it; its rows stand at the times they are compared with.
pub fn timeline(timeline: &Timeline) -> String {
    let mut heads = vec!["time", column(timeline.split)];
    let is_twice = timeline.within != Dimension::None;
    heads.extend(is_twice.then(|| timeline.within.name()));
    heads.extend(["label", timeline.measure.name()]);
    let mut table = Table::new(&heads);
    for bucket in 0..timeline.grid.count {
        let mut put = |key: &str, within: &str, label: &str, values: &[u64]| {
            table.row(|row| {
                row.time(Some(timeline.grid.time_of(bucket))).text(key);
                if is_twice {
                    row.text(within);
                }
                row.text(label).number(values.get(bucket).copied().unwrap_or(0));
            });
        };
        for series in &timeline.series {
            put(&series.key, &series.within, &series.label, &series.values);
        }
        if let Some(earlier) = timeline.earlier.as_ref().filter(|earlier| !earlier.values.is_empty()) {
            put("", "", earlier.compare.said(), &earlier.values);
        }
    }
    table.text
}

/// One row per bucket and row of the heatmap: `time`, the key (named after the rows), `label`, the measure.
pub fn matrix(matrix: &Matrix) -> String {
    let mut table = Table::new(&["time", column(matrix.by), "label", matrix.measure.name()]);
    for bucket in 0..matrix.grid.count {
        let time = matrix.grid.time_of(bucket);
        for line in &matrix.rows {
            let value = line.values.get(bucket).copied().unwrap_or(0);
            table.row(|row| {
                row.time(Some(time)).text(&line.key).text(&line.label).number(value);
            });
        }
    }
    table.text
}

/// One row per rank. `client`, `server`, `service_port` and `protocol` are filled when talkers are ranked.
pub fn top(top: &Top) -> String {
    let mut table = Table::new(&[
        "key",
        "label",
        "client",
        "server",
        "service_port",
        "protocol",
        "bytes",
        "packets",
        "flows",
        "rejected",
        "share",
    ]);
    for rank in &top.rows {
        table.row(|row| {
            row.text(&rank.key).text(&rank.label).text(&rank.client).text(&rank.server);
            row.perhaps(rank.service_port.map(u64::from)).perhaps(rank.protocol.map(u64::from));
            row.number(rank.bytes).number(rank.packets).number(rank.flows).number(rank.rejected);
            row.plain(&format!("{:.6}", rank.share));
        });
    }
    table.text
}

/// One row per source.
pub fn progress(progress: &Progress) -> String {
    let mut table = Table::new(&[
        "source",
        "stage",
        "objects_done",
        "objects_total",
        "objects_stored",
        "records",
        "bytes_done",
        "bytes_total",
        "failed_objects",
        "last_checked",
    ]);
    for source in &progress.sources {
        table.row(|row| {
            row.text(&source.name).plain(stage(source));
            row.number(source.objects_done).number(source.objects_total).number(source.objects_stored);
            row.number(source.records).number(source.bytes_done).number(source.bytes_total);
            row.number(source.failed_objects).time(source.last_checked);
        });
    }
    table.text
}

/// The heading of the key column; "series" when everything is one group.
const fn column(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::None => "series",
        named => named.name(),
    }
}

/// The stage as the JSON writes it.
const fn stage(source: &SourceStatus) -> &'static str {
    match source.stage {
        contract::Stage::Waiting => "waiting",
        contract::Stage::Listing => "listing",
        contract::Stage::Reading => "reading",
        contract::Stage::Idle => "idle",
        contract::Stage::Refused => "refused",
    }
}

/// A table being written.
struct Table {
    text: String,
}

impl Table {
    fn new(header: &[&str]) -> Table {
        Table { text: header.join(",") + "\n" }
    }

    fn row(&mut self, fill: impl FnOnce(&mut Row)) {
        let mut row = Row { text: &mut self.text, empty: true };
        fill(&mut row);
        self.text.push('\n');
    }
}

/// A line being written.
struct Row<'a> {
    text: &'a mut String,
    empty: bool,
}

impl Row<'_> {
    /// A cell that needs neither quotes nor a guard.
    fn plain(&mut self, cell: &str) -> &mut Self {
        if !std::mem::take(&mut self.empty) {
            self.text.push(',');
        }
        self.text.push_str(cell);
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.plain(itoa::Buffer::new().format(number))
    }

    fn perhaps(&mut self, number: Option<u64>) -> &mut Self {
        match number {
            Some(number) => self.number(number),
            None => self.plain(""),
        }
    }

    /// A moment in Unix seconds; empty when there is none or it lies beyond the calendar.
    fn time(&mut self, second: Option<i64>) -> &mut Self {
        match second.and_then(|second| Timestamp::from_second(second).ok()) {
            Some(moment) => self.plain(&moment.to_string()),
            None => self.plain(""),
        }
    }

    /// A cell whose text comes from the logs.
    fn text(&mut self, cell: &str) -> &mut Self {
        let guard = if cell.starts_with(FORMULA_STARTS) { "'" } else { "" };
        if cell.contains([',', '"', '\n', '\r']) {
            let quoted = cell.replace('"', "\"\"");
            self.plain(&format!("\"{guard}{quoted}\""))
        } else {
            self.plain(&format!("{guard}{cell}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Compare, Earlier, Grid, Measure, Series, Span, TopBy, TopRow};

    fn small_timeline() -> Timeline {
        let span = Span { from: 1_763_596_800, to: 1_763_596_920 };
        Timeline {
            span,
            grid: Grid::over(span, 2),
            split: Dimension::Action,
            within: Dimension::None,
            measure: Measure::Bytes,
            p95: None,
            earlier: None,
            series: vec![
                Series {
                    key: "ACCEPT".into(),
                    within: String::new(),
                    label: "ACCEPT".into(),
                    values: vec![10, 20],
                    total: 30,
                    p95: None,
                    other: false,
                },
                Series {
                    key: "REJECT".into(),
                    within: String::new(),
                    label: "REJECT".into(),
                    values: vec![0, 7],
                    total: 7,
                    p95: None,
                    other: false,
                },
            ],
            rejected: vec![0, 7],
            gaps: Vec::new(),
            provenance: Default::default(),
        }
    }

    #[test]
    fn a_timeline_has_one_row_per_bucket_and_series() {
        let lines: Vec<String> = timeline(&small_timeline()).lines().map(str::to_owned).collect();
        assert_eq!(
            lines,
            [
                "time,action,label,bytes",
                "2025-11-20T00:00:00Z,ACCEPT,ACCEPT,10",
                "2025-11-20T00:00:00Z,REJECT,REJECT,0",
                "2025-11-20T00:01:00Z,ACCEPT,ACCEPT,20",
                "2025-11-20T00:01:00Z,REJECT,REJECT,7",
            ]
        );
    }

    #[test]
    fn a_second_split_has_a_column_and_an_earlier_time_has_rows() {
        let mut picture = small_timeline();
        picture.within = Dimension::Protocol;
        picture.series[0].within = "6".into();
        picture.series.truncate(1);
        picture.earlier = Some(Earlier {
            compare: Compare::Day,
            span: Span { from: 0, to: 120 },
            values: vec![9, 8],
            total: 17,
            until: picture.span.to,
            gaps: Vec::new(),
        });
        let lines: Vec<String> = timeline(&picture).lines().map(str::to_owned).collect();
        assert_eq!(
            lines[..3],
            [
                "time,action,protocol,label,bytes",
                "2025-11-20T00:00:00Z,ACCEPT,6,ACCEPT,10",
                "2025-11-20T00:00:00Z,,,the day before,9",
            ]
        );
    }

    #[test]
    fn a_cell_cannot_become_a_formula_or_break_the_line() {
        let top = Top {
            span: Span { from: 0, to: 60 },
            by: TopBy::Talkers,
            measure: Measure::Bytes,
            rows: vec![TopRow {
                key: "=1+2".into(),
                label: "a,\"b\"\nc".into(),
                client: "-".into(),
                ..TopRow::default()
            }],
            distinct: 1,
            total: 0,
            provenance: Default::default(),
        };
        let text = self::top(&top);
        assert!(text.ends_with("'=1+2,\"a,\"\"b\"\"\nc\",'-,,,,0,0,0,0,0.000000\n"), "{text}");
    }
}
