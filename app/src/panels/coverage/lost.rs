//! The panels about what is not known: what was set aside and why, which flow logs there are, which fields they lack.

use super::sheet::{Spec, Told, Way};
use super::words::{file_name, place};
use contract::coverage::{FlowLog, Reason};
use contract::human::counted;
use contract::lacking::{Lacking, NEVER_LOGGED_SOURCE};
use contract::{Coverage, human};
use parts::ledger::{Cell, Look, Row, empty};
use parts::words::sentence;

/// What was set aside and why, most frequent reason first.
pub const REASONS: Spec = Spec {
    id: "set-aside",
    title: "Set aside",
    sub: "what could not be read, and why",
    heads: &[("How many", true), ("Why", false), ("For example", false)],
    bones: 2,
    is_wide: false,
    has_ages: false,
    rows: reasons,
    foot: kept,
    ways: &[
        Way { label: "Download, NDJSON", to: "set-aside.ndjson" },
        Way { label: "CSV", to: "set-aside.csv" },
    ],
};

/// The flow logs with their formats.
pub const FLOW_LOGS: Spec = Spec {
    id: "flow-logs",
    title: "Flow logs",
    sub: "and the fields of their records",
    heads: &[("Flow log", false), ("Fields", false), ("Objects", true), ("Records", true)],
    bones: 2,
    is_wide: false,
    has_ages: false,
    rows: flow_logs,
    foot: doubled,
    ways: &[],
};

/// What they lack, ranked by what it would tell.
pub const LACKING: Spec = Spec {
    id: "lacking",
    title: "Fields these flow logs lack",
    sub: "the most useful first",
    heads: &[("Fields", false), ("What they would tell", false), ("Lacking in", false)],
    bones: 4,
    is_wide: false,
    has_ages: false,
    rows: lacking,
    foot: |_| {
        "A flow log keeps its format: create another with these fields, then delete the old one".to_owned()
    },
    // The same page says that a flow log cannot be changed.
    ways: &[Way { label: "AWS on changing flow logs", to: NEVER_LOGGED_SOURCE }],
};

fn reasons(coverage: &Coverage, _: Told) -> Vec<Row> {
    match (coverage.reasons.is_empty(), coverage.delivered.objects) {
        (true, 0) => empty("There are no objects in this range.", 3),
        (true, _) => {
            empty("Nothing was set aside: every object and every line of this range could be read.", 3)
        }
        _ => coverage.reasons.iter().map(|reason| (reason_row(reason), "")).collect(),
    }
}

fn reason_row(reason: &Reason) -> Vec<Cell> {
    let noun = match (reason.whole, reason.count) {
        (true, 1) => "object",
        (true, _) => "objects",
        (false, 1) => "line",
        (false, _) => "lines",
    };
    let within = match reason.whole {
        true => String::new(),
        false => format!("in {}", counted(reason.objects, "object", "objects")),
    };
    let at = reason.line.map(|line| format!(", line {}", human::exact(line))).unwrap_or_default();
    vec![
        Cell::new(Look::Number, format!("{} {noun}", human::exact(reason.count))).note(within),
        Cell::new(Look::Name, sentence(&reason.what)),
        Cell::new(Look::Code, format!("{}{at}", file_name(&reason.object)))
            .note(if reason.why == reason.what { String::new() } else { sentence(&reason.why) })
            .title(reason.object.clone()),
    ]
}

/// How many of the lines are kept with their reason.
fn kept(coverage: &Coverage) -> String {
    let aside = coverage.delivered.lines.set_aside;
    match (aside, coverage.delivered.failed) {
        (0, 0) => String::new(),
        (0, _) => "Objects that could not be read are tried again whenever the source is read".to_owned(),
        _ if coverage.kept_lines < aside => format!(
            "Counted over the {} lines that are kept, the first few of each object, of {} set aside",
            human::exact(coverage.kept_lines),
            human::exact(aside)
        ),
        _ => format!("{}, all kept with their reason", counted(aside, "line", "lines")),
    }
}

fn flow_logs(coverage: &Coverage, _: Told) -> Vec<Row> {
    if coverage.flow_logs.is_empty() {
        return empty("No flow log has delivered in this range.", 4);
    }
    coverage.flow_logs.iter().map(|log| (log_row(log), "")).collect()
}

fn log_row(log: &FlowLog) -> Vec<Cell> {
    let name = if log.id.is_empty() { &log.source } else { &log.id };
    let fields = match log.fields.len() {
        0 => "not known: no records".to_owned(),
        1 => "1 field".to_owned(),
        count => format!("{count} fields"),
    };
    vec![
        Cell::new(Look::CodeName, name.clone()).note(place(&log.account, &log.region)),
        Cell::new(Look::Words, fields).title(log.fields.join(" ")),
        Cell::new(Look::Number, human::exact(log.delivered.objects)),
        Cell::new(Look::Number, human::count(log.delivered.lines.records).to_string()),
    ]
}

/// Whether some of them count the same traffic.
fn doubled(coverage: &Coverage) -> String {
    match coverage.doubled.len() {
        0 => "No two of them log the same interfaces at the same time".to_owned(),
        1 => "Two of them log the same interfaces at the same time: totals count those twice".to_owned(),
        pairs => format!("{pairs} pairs of them log the same interfaces: totals count those twice"),
    }
}

fn lacking(coverage: &Coverage, _: Told) -> Vec<Row> {
    match (coverage.lacking.is_empty(), coverage.delivered.lines.records) {
        (true, 0) => empty("There are no records in this range whose fields could be looked at.", 3),
        (true, _) => empty("Nothing that Weir could use is missing from these records.", 3),
        _ => {
            let all = coverage.flow_logs.len();
            coverage.lacking.iter().map(|one| (lacking_row(one, all), "")).collect()
        }
    }
}

fn lacking_row(one: &Lacking, all: usize) -> Vec<Cell> {
    let whose = match one.flow_logs.as_slice() {
        logs if logs.len() == all && all > 1 => "all flow logs".to_owned(),
        [only] => only.clone(),
        logs => format!("{} of {all} flow logs", logs.len()),
    };
    vec![
        Cell::new(Look::CodeName, one.fields.join(" ")).note(format!("version {}", one.version)),
        Cell::new(Look::Words, one.enables.clone()),
        Cell::new(Look::Words, whose).title(one.flow_logs.join(", ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_its_example() {
        let reason = Reason {
            what: "too few values".into(),
            count: 2,
            objects: 1,
            whole: false,
            object: "AWSLogs/1/x.log.gz".into(),
            line: Some(1_204),
            why: "too few values: 3 where the layout has 14".into(),
        };
        let cells = reason_row(&reason);
        assert_eq!((cells[0].text.as_str(), cells[0].note.as_str()), ("2 lines", "in 1 object"));
        assert_eq!(cells[1].text, "Too few values.");
        assert_eq!(cells[2].text, "x.log.gz, line 1\u{202f}204");
        assert_eq!(cells[2].note, "Too few values: 3 where the layout has 14.");
    }

    #[test]
    fn who_lacks_a_field_is_named_or_counted() {
        let lacks = |logs: &[&str]| Lacking {
            flow_logs: logs.iter().map(|log| (*log).to_owned()).collect(),
            ..Lacking::default()
        };
        assert_eq!(lacking_row(&lacks(&["fl-1"]), 1)[2].text, "fl-1");
        assert_eq!(lacking_row(&lacks(&["fl-1", "fl-2"]), 2)[2].text, "all flow logs");
        assert_eq!(lacking_row(&lacks(&["fl-1", "fl-2"]), 3)[2].text, "2 of 3 flow logs");
    }
}
