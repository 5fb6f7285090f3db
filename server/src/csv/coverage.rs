//! Coverage, objects and what was set aside, as tables.

use super::Table;
use contract::{Coverage, Objects, SetAside};

/// One row per bucket and account and region; `state` says whether objects are missing.
pub fn coverage(coverage: &Coverage) -> String {
    let mut table = Table::new(&[
        "time",
        "account",
        "region",
        "state",
        "objects",
        "failed_objects",
        "late_objects",
        "records",
        "nodata",
        "skipdata",
        "set_aside",
    ]);
    for bucket in 0..coverage.grid.count {
        let time = coverage.grid.time_of(bucket);
        for line in &coverage.rows {
            let slot = line.slots.get(bucket).copied().unwrap_or_default();
            let at = |values: &[u64]| values.get(bucket).copied().unwrap_or(0);
            table.row(|row| {
                row.time(Some(time)).text(&line.account).text(&line.region).plain(slot.label());
                row.number(at(&line.objects)).number(at(&line.failed)).number(at(&line.late));
                row.number(at(&line.records)).number(at(&line.nodata)).number(at(&line.skipdata));
                row.number(at(&line.set_aside));
            });
        }
    }
    table.text
}

/// One row per object.
pub fn objects(objects: &Objects) -> String {
    let mut table = Table::new(&[
        "source",
        "object",
        "account",
        "region",
        "flow_log_id",
        "window",
        "written",
        "late",
        "bytes",
        "etag",
        "lines",
        "headers",
        "records",
        "nodata",
        "skipdata",
        "set_aside",
        "first_record",
        "last_record",
        "why_not_read",
    ]);
    for object in &objects.rows {
        let lines = &object.lines;
        table.row(|row| {
            row.text(&object.source).text(&object.key);
            row.text(&object.account).text(&object.region).text(&object.flow_log);
            row.time(Some(object.window)).time(object.modified);
            row.plain(if object.late { "yes" } else { "no" }).number(object.bytes).text(&object.etag);
            row.number(lines.all).number(lines.headers).number(lines.records);
            row.number(lines.nodata).number(lines.skipdata).number(lines.set_aside);
            row.time(object.first).time(object.last).text(object.why.as_deref().unwrap_or_default());
        });
    }
    table.text
}

/// One row per line; `line` is empty where the whole object could not be read.
pub fn set_aside(set_aside: &SetAside) -> String {
    let mut table = Table::new(&["source", "object", "line", "why"]);
    for line in &set_aside.kept {
        table.row(|row| {
            row.text(&line.source).text(&line.object).perhaps(line.line).text(&line.why);
        });
    }
    table.text
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::coverage::{Lines, ObjectRow, SetAsideLine};

    #[test]
    fn an_object_is_a_row_with_all_of_its_lines() {
        let object = ObjectRow {
            source: "s3://acme".into(),
            key: "k.log.gz".into(),
            window: 1_763_596_800,
            late: true,
            lines: Lines { all: 5, headers: 1, records: 3, nodata: 1, skipdata: 0, set_aside: 0 },
            ..ObjectRow::default()
        };
        let text = objects(&Objects { span: None, total: 1, rows: vec![object] });
        let cells: Vec<&str> = text.lines().nth(1).unwrap_or_default().split(',').collect();
        assert_eq!(cells.len(), text.lines().next().unwrap_or_default().split(',').count());
        assert_eq!(cells[5..8], ["2025-11-20T00:00:00Z", "", "yes"]);
        assert_eq!(cells[10..16], ["5", "1", "3", "1", "0", "0"]);
    }

    #[test]
    fn a_whole_object_has_no_line_number() {
        let line =
            |line, why: &str| SetAsideLine { source: "s".into(), object: "o".into(), line, why: why.into() };
        let kept = vec![line(None, "empty"), line(Some(7), "too few values: 1, not 14")];
        let text = set_aside(&SetAside { kept, ..SetAside::default() });
        assert_eq!(text, "source,object,line,why\ns,o,,empty\ns,o,7,\"too few values: 1, not 14\"\n");
    }
}
