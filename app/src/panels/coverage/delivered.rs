//! The panels about what was delivered: what became of every line, how fresh each source is, what each object brought.

use super::sheet::{Spec, Told, Way};
use super::words::{delivery_said, file_name, knows_delivery};
use chart::ticks::{date_and_clock, zone_name};
use contract::coverage::{Freshness, Lines, ObjectRow, WINDOW_SECS};
use contract::{Coverage, Stage, human};
use parts::ledger::{Cell, Look, Row, empty};
use parts::words::sentence;

/// What became of every line.
pub const LINES: Spec = Spec {
    id: "lines",
    title: "What became of every line",
    sub: "",
    heads: &[("Sort", false), ("Lines", true), ("Share", true)],
    bones: 6,
    is_wide: false,
    has_ages: false,
    rows: lines,
    foot: origin,
    ways: &[],
};

/// How fresh each source is.
pub const FRESHNESS: Spec = Spec {
    id: "freshness",
    title: "Freshness",
    sub: "by source",
    heads: &[("Source", false), ("Newest", false), ("Looked at", false), ("Delivered", false)],
    bones: 1,
    is_wide: false,
    has_ages: true,
    rows: freshness,
    foot: |_| "Newest: end of the newest five minutes an object came for, whatever the range".to_owned(),
    ways: &[],
};

/// What each object brought.
pub const OBJECTS: Spec = Spec {
    id: "objects",
    title: "Objects",
    sub: "those in trouble first, then the newest",
    heads: &[
        ("Five minutes from", false),
        ("Object", false),
        ("Written", false),
        ("Lines", true),
        ("Records", true),
        ("NODATA", true),
        ("SKIPDATA", true),
        ("Set aside", true),
        ("Headers", true),
    ],
    bones: 6,
    is_wide: true,
    has_ages: false,
    rows: objects,
    foot: listed,
    ways: &[Way { label: "All objects, CSV", to: "objects.csv" }, Way { label: "JSON", to: "objects" }],
};

/// The sorts of lines: name, how many there are, what it means. They add up to all lines.
fn sorts(lines: &Lines) -> [(&'static str, u64, &'static str); 5] {
    [
        ("Flow records", lines.records, "stored and counted"),
        ("NODATA", lines.nodata, "an interval without traffic at an interface"),
        ("SKIPDATA", lines.skipdata, "AWS lost records; each may stand for many flows"),
        ("Set aside", lines.set_aside, "could not be read; the reasons are below"),
        ("Headers and blank lines", lines.headers, "carry no record"),
    ]
}

fn lines(coverage: &Coverage, _: Told) -> Vec<Row> {
    let lines = &coverage.delivered.lines;
    let number = |count: u64| Cell::new(Look::Number, human::exact(count));
    let share = |count: u64| Cell::new(Look::Number, human::percent(count as f64 / lines.all.max(1) as f64));
    let sort = |(name, count, meaning): (&str, u64, &str)| {
        (vec![Cell::new(Look::Name, name).note(meaning), number(count), share(count)], "")
    };
    let verdict = match lines.unaccounted() {
        0 if lines.all == 0 => "nothing was read".to_owned(),
        0 => "every line is accounted for".to_owned(),
        lost => format!("{} not accounted for", human::exact(lost)),
    };
    let total = vec![Cell::new(Look::Name, "Lines").note(verdict), number(lines.all), Cell::default()];
    sorts(lines).into_iter().map(sort).chain([(total, "total")]).collect()
}

/// Where the counts came from.
fn origin(coverage: &Coverage) -> String {
    let growing = if coverage.provenance.growing { "; more is being read" } else { "" };
    let all = &coverage.delivered;
    format!("From the catalog, {} objects of {}{growing}", human::exact(all.objects), human::bytes(all.bytes))
}

fn freshness(coverage: &Coverage, told: Told) -> Vec<Row> {
    if coverage.freshness.is_empty() {
        return empty("No source is known: start Weir with --source.", 4);
    }
    coverage.freshness.iter().map(|source| (fresh(source, told.now), "")).collect()
}

fn fresh(source: &Freshness, now: i64) -> Vec<Cell> {
    let ago = |at: Option<i64>, never: &str| match at {
        None => never.to_owned(),
        // Before the server has told its clock there is no saying how long ago.
        Some(_) if now == 0 => "–".to_owned(),
        Some(at) => format!("{} ago", human::duration((now - at).max(0))),
    };
    let state = match (&source.refusal, source.stage) {
        (Some(refusal), _) => sentence(&refusal.message),
        (None, Stage::Listing | Stage::Reading) => "being read".to_owned(),
        _ => String::new(),
    };
    let newest = source.newest_window.max(source.newest_record);
    let exact = newest.map(|at| format!("{} UTC", human::date_time(at))).unwrap_or_default();
    vec![
        Cell::new(Look::CodeName, source.source.clone()).note(state),
        Cell::new(Look::Words, ago(newest, "no objects")).title(exact),
        Cell::new(Look::Words, ago(source.last_checked, "not since the start")),
        Cell::new(Look::Words, delivery_said(source)),
    ]
}

fn objects(coverage: &Coverage, told: Told) -> Vec<Row> {
    if coverage.objects.is_empty() {
        return empty("There are no objects in this range.", OBJECTS.heads.len());
    }
    let is_told = knows_delivery(coverage);
    coverage.objects.iter().map(|object| object_row(object, is_told, told.offset_secs)).collect()
}

fn object_row(object: &ObjectRow, is_told: bool, offset_secs: i64) -> Row {
    let lines = &object.lines;
    let window = date_and_clock(object.window, None, offset_secs);
    let mut cells = vec![
        Cell::new(Look::Name, window).title(zone_name(offset_secs)),
        Cell::new(Look::Code, file_name(&object.key)).title(object.key.clone()),
        Cell::new(Look::Words, written(object, is_told)),
    ];
    match &object.why {
        Some(why) => cells.push(Cell::new(Look::Words, format!("Not read. {}", sentence(why))).over(6)),
        None => cells.extend(
            [lines.all, lines.records, lines.nodata, lines.skipdata, lines.set_aside, lines.headers]
                .map(|count| Cell::new(Look::Number, human::exact(count))),
        ),
    }
    (cells, if object.trouble() > 0 { "odd" } else { "" })
}

/// When an object was written, from the end of its window.
fn written(object: &ObjectRow, is_told: bool) -> String {
    match object.modified.filter(|_| is_told && !object.flow_log.is_empty()) {
        None => "–".to_owned(),
        Some(at) => {
            let after = human::duration((at - object.window - WINDOW_SECS).max(0));
            if object.late { format!("late, {after} after") } else { format!("{after} after") }
        }
    }
}

/// How many of how many.
fn listed(coverage: &Coverage) -> String {
    let (shown, all) = (coverage.objects.len() as u64, coverage.delivered.objects);
    if shown < all {
        format!("{} of {} objects", human::exact(shown), human::exact(all))
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sorts_are_all_there_are() {
        let lines = Lines { all: 31, headers: 1, records: 2, nodata: 4, skipdata: 8, set_aside: 16 };
        assert_eq!(sorts(&lines).iter().map(|(_, count, _)| count).sum::<u64>(), lines.all);
    }

    #[test]
    fn the_time_of_writing_counts_from_the_end_of_the_window() {
        let object = ObjectRow {
            window: 1_000,
            modified: Some(1_000 + WINDOW_SECS + 420),
            flow_log: "fl-1".into(),
            ..ObjectRow::default()
        };
        assert_eq!(written(&object, true), "7 min after");
        assert_eq!(written(&object, false), "–");
        let late = ObjectRow { modified: Some(20_000), late: true, ..object.clone() };
        assert_eq!(written(&late, true), "late, 5 h 11 min after");
        assert_eq!(written(&ObjectRow { modified: None, ..object }, true), "–");
    }

    #[test]
    fn every_row_fills_its_table() {
        let failed = ObjectRow { why: Some("the object is empty".into()), ..ObjectRow::default() };
        for object in [ObjectRow::default(), failed] {
            let (cells, _) = object_row(&object, true, 0);
            assert_eq!(cells.iter().map(|cell| cell.span.max(1)).sum::<usize>(), OBJECTS.heads.len());
        }
        assert_eq!(fresh(&Freshness::default(), 0).len(), FRESHNESS.heads.len());
    }
}
