//! What the Coverage page says in words: the sentence on top, a cell read out, where an object came from.
//! Pure functions of the answer.

use crate::headline::{Headline, Lead, Part, Tone};
use crate::panels::timeline_words::bucket_said;
use crate::question::narrowed;
use crate::range::span_said;
use chart::ticks::date_and_clock;
use contract::Page;
use contract::coverage::{CoverageRow, Delivered, Doubled, Freshness, Slot};
use contract::human::counted;
use contract::{Coverage, Moment, Span, View, human};
use parts::data_table::Sheet;

/// An account and region, or what stands for them.
pub fn place(account: &str, region: &str) -> String {
    match (account, region) {
        ("", _) => "files without AWS's names".to_owned(),
        (account, region) => format!("{account} in {region}"),
    }
}

/// The end of a key, which tells objects apart: the file's name, of one in AWS's form without account and region.
pub fn file_name(key: &str) -> &str {
    let name = key.rsplit_once('/').map_or(key, |(_, name)| name);
    let in_form = name.split_once("_vpcflowlogs_").and_then(|(_, rest)| rest.split_once('_'));
    in_form.map_or(name, |(_, rest)| rest)
}

/// When the objects of a source are written.
pub fn delivery_said(source: &Freshness) -> String {
    match (source.median_lag_secs, source.most_lag_secs) {
        (Some(median), Some(most)) if most - median >= 60 => {
            format!("{}, nearly all within {}", human::duration(median), human::duration(most))
        }
        (Some(median), _) => format!("{} after the window", human::duration(median)),
        (None, _) if source.copied => "not known: these objects are copies".to_owned(),
        (None, _) => "not known".to_owned(),
    }
}

/// Whether the times of writing tell anything for any of the sources.
pub fn knows_delivery(coverage: &Coverage) -> bool {
    coverage.freshness.iter().any(|source| source.median_lag_secs.is_some())
}

/// What is known of a cell, in the order of importance.
pub fn cell_said(row: &CoverageRow, bucket: usize) -> String {
    let at = |values: &[u64]| values.get(bucket).copied().unwrap_or(0);
    let slot = row.slots.get(bucket).copied().unwrap_or_default();
    let mut words = Vec::new();
    if at(&row.objects) > 0 {
        words.push(counted(at(&row.objects), "object", "objects"));
        words.push(counted(at(&row.records), "record", "records"));
    }
    match slot {
        Slot::Covered if words.is_empty() => words.push("covered by the objects beside it".to_owned()),
        Slot::Covered => {}
        other => words.push(other.label().to_owned()),
    }
    for (count, one, more) in [
        (at(&row.failed), "object unread", "objects unread"),
        (at(&row.set_aside), "line set aside", "lines set aside"),
        (at(&row.skipdata), "record skipped by AWS", "records skipped by AWS"),
        (at(&row.late), "object late", "objects late"),
        (at(&row.nodata), "quiet interval", "quiet intervals"),
    ] {
        if count > 0 {
            words.push(counted(count, one, more));
        }
    }
    words.join(", ")
}

/// A cell with its place and time.
pub fn cell_told(coverage: &Coverage, row: usize, bucket: usize, offset_secs: i64) -> Option<String> {
    let row = coverage.rows.get(row)?;
    let time = bucket_said(&coverage.grid, coverage.span, bucket, offset_secs);
    Some(format!("{}, {time}: {}", place(&row.account, &row.region), cell_said(row, bucket)))
}

/// Every cell, exactly.
pub fn sheet(coverage: &Coverage, offset_secs: i64) -> Sheet {
    let zone = chart::ticks::zone_name(offset_secs);
    let heads = [
        &format!("From ({zone})"),
        "Account",
        "Region",
        "State",
        "Objects",
        "Unread",
        "Late",
        "Records",
        "NODATA",
        "SKIPDATA",
        "Set aside",
    ];
    let line = |row: &CoverageRow, bucket: usize| {
        let at = |values: &Vec<u64>| human::exact(values.get(bucket).copied().unwrap_or(0));
        let mut cells = vec![
            date_and_clock(coverage.grid.time_of(bucket), None, offset_secs),
            row.account.clone(),
            row.region.clone(),
            row.slots.get(bucket).copied().unwrap_or_default().label().to_owned(),
        ];
        let values = [&row.objects, &row.failed, &row.late, &row.records, &row.nodata, &row.skipdata];
        cells.extend(values.into_iter().chain([&row.set_aside]).map(at));
        cells
    };
    let buckets = 0..coverage.grid.count;
    let rows = buckets.flat_map(|bucket| coverage.rows.iter().map(move |row| line(row, bucket))).collect();
    Sheet {
        caption: "Objects by time, account and region".to_owned(),
        heads: heads.map(str::to_owned).to_vec(),
        rows,
    }
}

/// The sentence above the panels: the gravest thing first, else that nothing is missing.
pub fn headline(coverage: &Coverage, view: &View, offset_secs: i64) -> Headline {
    let all = &coverage.delivered;
    if let Some(doubled) = coverage.doubled.iter().find(|doubled| !is_chosen(doubled, view)) {
        return say_doubled(doubled, coverage.doubled.len(), view, offset_secs);
    }
    if all.objects == 0 {
        return say_nothing(coverage, view, offset_secs);
    }
    if all.lines.unaccounted() > 0 {
        let lines = counted(all.lines.unaccounted(), "line is", "lines are");
        return unknown(vec![
            strong(format!("{lines} not accounted for.")),
            plain(" That is a fault of Weir; the objects below say where."),
        ]);
    }
    if all.failed > 0 {
        let parts = vec![
            strong(format!("{} could not be read,", counted(all.failed, "object", "objects"))),
            plain(" and what flowed then is not in any total. The reasons are below."),
        ];
        return unknown(parts);
    }
    if let Some((row, gap)) = coverage.longest_gap() {
        return say_gap(row, gap, view, offset_secs);
    }
    say_details(all)
}

fn say_details(all: &Delivered) -> Headline {
    let lines = &all.lines;
    if lines.skipdata > 0 {
        let skipped = counted(lines.skipdata, "record", "records");
        return unknown(vec![
            plain("AWS "),
            strong(format!("skipped {skipped}")),
            plain(" in this range. Each may stand for many flows, so what is missing cannot be told."),
        ]);
    }
    if lines.set_aside > 0 {
        let aside = counted(lines.set_aside, "line", "lines");
        return unknown(vec![
            strong(format!("{aside} could not be read")),
            plain(" and were set aside; everything else is counted."),
        ]);
    }
    let late = match all.late {
        0 => String::new(),
        late => format!(" {} late.", counted(late, "object came", "objects came")),
    };
    let parts = vec![
        strong("Nothing is missing.".to_owned()),
        Part::Plain(format!(
            " {} were read, {} in them, and every line is accounted for.{late}",
            counted(all.objects, "object", "objects"),
            counted(lines.records, "record", "records"),
        )),
    ];
    Headline { parts, tone: Tone::Quiet, lead: None }
}

/// Whether the view says which of the two counts.
fn is_chosen(doubled: &Doubled, view: &View) -> bool {
    let filter = view.filter.to_string();
    view.source.is_some() || [&doubled.one, &doubled.other].iter().any(|id| filter.contains(*id))
}

/// The view in which only the first of the two counts.
fn choice(doubled: &Doubled, view: &View) -> Option<View> {
    if doubled.one == doubled.other {
        return Some(View { source: Some(doubled.one_source.clone()), ..view.clone() });
    }
    narrowed(view, &format!("flow-log-id != {}", doubled.other))
}

fn say_doubled(doubled: &Doubled, pairs: usize, view: &View, offset_secs: i64) -> Headline {
    let same = doubled.one == doubled.other;
    let more = if pairs > 1 { format!(" So do {} more pairs.", pairs - 1) } else { String::new() };
    let mut parts = match same {
        true => vec![strong("One flow log came through two sources,".to_owned()), plain(" ")],
        false => vec![
            strong(format!(
                "Two flow logs cover the same {};",
                counted(doubled.interfaces, "interface", "interfaces")
            )),
            plain(" totals count them twice: "),
        ],
    };
    parts.push(Part::Code(doubled.one.clone()));
    if same {
        parts.push(plain(", so totals count it twice: "));
        parts.push(Part::Code(format!("{} and {}", doubled.one_source, doubled.other_source)));
    } else {
        parts.push(plain(" and "));
        parts.push(Part::Code(doubled.other.clone()));
    }
    parts.push(Part::Plain(format!(", {}.{more}", span_said(doubled.span, offset_secs))));
    let lead = choice(doubled, view).map(|view| Lead {
        label: "Count only the first".to_owned(),
        address: Page::Overview.address(&view),
    });
    Headline { lead, ..unknown(parts) }
}

fn say_nothing(coverage: &Coverage, view: &View, offset_secs: i64) -> Headline {
    let newest = coverage.freshness.iter().filter_map(|source| source.newest_window).max();
    let Some(newest) = newest else {
        return unknown(vec![
            strong("No object has been read yet.".to_owned()),
            plain(" What the sources are doing stands below."),
        ]);
    };
    let parts = vec![
        strong("No objects in this range.".to_owned()),
        Part::Plain(format!(" The newest is of {}.", date_and_clock(newest, None, offset_secs))),
    ];
    let day = Span { from: newest - coverage.span.secs(), to: newest };
    Headline { lead: Some(lead("Go there", view, day)), ..unknown(parts) }
}

fn say_gap(row: &CoverageRow, gap: Span, view: &View, offset_secs: i64) -> Headline {
    let parts = vec![
        strong(format!("Nothing was delivered for {}", human::duration(gap.secs()))),
        Part::Plain(format!(", {}, of ", span_said(gap, offset_secs))),
        Part::Code(place(&row.account, &row.region)),
        plain(". That is unknown traffic, not none."),
    ];
    // Some time around it shows where it begins and ends.
    let around = Span { from: gap.from - gap.secs().max(3_600), to: gap.to + gap.secs().max(3_600) };
    let is_wider = around.secs() < coverage_secs(view, around);
    Headline { lead: is_wider.then(|| lead("Look closer", view, around)), ..unknown(parts) }
}

/// Seconds of the view, seen from the end of `around`.
fn coverage_secs(view: &View, around: Span) -> i64 {
    view.span(around.to).secs()
}

fn lead(label: &str, view: &View, span: Span) -> Lead {
    let view = View { from: Moment::At(span.from), to: Moment::At(span.to), ..view.clone() };
    Lead { label: label.to_owned(), address: Page::Coverage.address(&view) }
}

fn unknown(parts: Vec<Part>) -> Headline {
    Headline { parts, tone: Tone::Unknown, lead: None }
}

fn strong(text: String) -> Part {
    Part::Strong(text)
}

fn plain(text: &str) -> Part {
    Part::Plain(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::coverage::Lines;
    use contract::{Grid, Provenance};

    fn row() -> CoverageRow {
        CoverageRow {
            account: "123456789012".into(),
            region: "us-east-1".into(),
            slots: vec![Slot::Covered, Slot::Gap],
            objects: vec![12, 0],
            records: vec![84_213, 0],
            skipdata: vec![3, 0],
            gaps: vec![Span { from: 3_600, to: 7_200 }],
            ..CoverageRow::default()
        }
    }

    fn coverage(rows: Vec<CoverageRow>, lines: Lines) -> Coverage {
        let span = Span { from: 0, to: 7_200 };
        Coverage {
            span,
            grid: Grid::with_step(span, 3_600),
            delivered: Delivered { objects: 12, lines, ..Delivered::default() },
            rows,
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
        }
    }

    fn said(coverage: &Coverage) -> String {
        let words = headline(coverage, &View::default(), 0).parts.into_iter().map(|part| match part {
            Part::Plain(text) | Part::Strong(text) | Part::Code(text) => text,
        });
        words.collect()
    }

    #[test]
    fn a_cell_says_what_came_and_what_is_missing() {
        assert_eq!(cell_said(&row(), 0), "12 objects, 84.2 k records, 3 records skipped by AWS");
        assert_eq!(cell_said(&row(), 1), "nothing delivered");
        let told = cell_told(&coverage(vec![row()], Lines::default()), 0, 1, 0).unwrap_or_default();
        assert_eq!(told, "123456789012 in us-east-1, 1 Jan 01:00 to 02:00 UTC: nothing delivered");
    }

    #[test]
    fn the_gravest_thing_is_said_first() {
        let lines = Lines { all: 10, records: 7, skipdata: 1, set_aside: 2, ..Lines::default() };
        let mut answer = coverage(vec![row()], lines);
        assert!(
            said(&answer).starts_with("Nothing was delivered for 1 h, 1 Jan 01:00 to 02:00, of 123456789012")
        );
        answer.doubled = vec![Doubled {
            one: "fl-a".into(),
            one_source: "s".into(),
            other: "fl-b".into(),
            other_source: "s".into(),
            interfaces: 14,
            span: Span { from: 0, to: 7_200 },
        }];
        assert_eq!(
            said(&answer),
            "Two flow logs cover the same 14 interfaces; totals count them twice: fl-a and fl-b, 1 Jan 00:00 to 02:00."
        );
        let chosen = headline(&answer, &View::default(), 0).lead.map(|lead| lead.address).unwrap_or_default();
        assert_eq!(chosen, "/?v=1&from=now-1d&to=now&filter=flow-log-id%20%21%3D%20fl-b");
        let view = narrowed(&View::default(), "flow-log-id != fl-b").unwrap_or_default();
        let next = headline(&answer, &view, 0).parts;
        assert!(
            next.contains(&strong("Nothing was delivered for 1 h".to_owned())),
            "the choice is made: {next:?}"
        );
        assert!(said(&coverage(Vec::new(), lines)).starts_with("AWS skipped 1 record "));
        let whole = Lines { all: 8, headers: 1, records: 7, ..Lines::default() };
        assert!(
            said(&coverage(Vec::new(), whole))
                .starts_with("Nothing is missing. 12 objects were read, 7 records")
        );
        let lost = Lines { all: 9, ..whole };
        assert!(said(&coverage(Vec::new(), lost)).starts_with("1 line is not accounted for."));
    }

    #[test]
    fn an_object_is_named_by_the_end_of_its_key() {
        assert_eq!(file_name("AWSLogs/1/x.log.gz"), "x.log.gz");
        assert_eq!(file_name("x.log"), "x.log");
        let name = "a/123456789012_vpcflowlogs_us-east-1_fl-1_20180620T1620Z_fe.log.gz";
        assert_eq!(file_name(name), "fl-1_20180620T1620Z_fe.log.gz");
    }

    #[test]
    fn delivery_is_said_in_words() {
        let lag = |median, most| Freshness {
            median_lag_secs: Some(median),
            most_lag_secs: Some(most),
            ..Freshness::default()
        };
        assert_eq!(delivery_said(&lag(420, 440)), "7 min after the window");
        assert_eq!(delivery_said(&lag(420, 1_200)), "7 min, nearly all within 20 min");
        let copied = Freshness { copied: true, ..Freshness::default() };
        assert!(delivery_said(&copied).contains("copies"));
    }

    #[test]
    fn the_table_has_a_line_per_cell() {
        let sheet = sheet(&coverage(vec![row(), row()], Lines::default()), 0);
        assert_eq!(sheet.rows.len(), 4);
        assert!(sheet.rows.iter().all(|cells| cells.len() == sheet.heads.len()));
        assert_eq!(sheet.rows[2][3], "nothing delivered");
    }
}
