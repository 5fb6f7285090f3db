//! The one sentence that says what changed before any chart does, and where to look.
//! A pure function of answers; knows neither how they were asked nor how the sentence is set.

use crate::question;
use crate::range::compared_with;
use chart::{change, ticks};
use contract::Page;
use contract::{
    Compare, Dimension, Grid, Matrix, MatrixRow, Measure, Moment, Previous, Span, Summary, Timeline, View,
    human,
};
use serde::{Deserialize, Serialize};

/// A sentence with its weight and the place it leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    /// The words in order.
    pub parts: Vec<Part>,
    /// What it is about.
    pub tone: Tone,
    /// Where it leads.
    pub lead: Option<Lead>,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Part {
    /// Ordinary words.
    Plain(String),
    /// The words that matter.
    Strong(String),
    /// An address, a port, an id.
    Code(String),
}

/// What a sentence is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// Nothing to worry about.
    #[default]
    Quiet,
    /// Traffic that was held back.
    Reject,
    /// Something is not known.
    Unknown,
}

/// A link with its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// What the link says.
    pub label: String,
    /// Where that is: a page and its link.
    pub address: String,
}

/// Buckets in which changes are looked for: fine enough to say when, coarse enough to be calm.
const POINTS: u16 = 145;
/// A rise is over once this many buckets together lie nearer to the level before it.
const CALM: usize = 3;
/// Fewer rejected flows than this are not worth comparing.
const FEW_REJECTS: u64 = 50;
/// Relative change against the period before that is worth a sentence.
const NOTABLE_CHANGE: f64 = 0.2;
/// Share of skipped records among all that is worth a sentence.
const NOTABLE_SKIPS: f64 = 0.001;

/// The two questions, beside the summary, that the sentence is made from: rejects over time, and by service port.
pub fn questions(view: &View) -> [View; 2] {
    let view = View { points: Some(POINTS), compare: Compare::Off, ..question::summary(view) };
    let timeline = View { split: Dimension::None, measure: Measure::Flows, ..view.clone() };
    let matrix = View { rows: Dimension::ServicePort, measure: Measure::Flows, ..view };
    [timeline, matrix]
}

/// The sentence for `view`; without parts when there is nothing to speak about.
pub fn say(view: &View, summary: &Summary, timeline: &Timeline, matrix: &Matrix) -> Headline {
    if summary.flows == 0 {
        return Headline::default();
    }
    let known = known_buckets(&timeline.grid, summary);
    let all = timeline.rejected.get(..known).unwrap_or(&timeline.rejected);
    let secs = timeline.span.secs();
    if let Some(rise) = rise(all, &timeline.grid, timeline.span, &timeline.gaps) {
        return compared(view, summary, secs, say_rise(view, timeline, matrix, rise));
    }
    let known = known_buckets(&matrix.grid, summary);
    if let Some((row, rise)) = rise_at_one_port(matrix, known) {
        let said = say_rise_at(view, matrix, row, rise, rise.end == known);
        return compared(view, summary, secs, said);
    }
    if summary.skipped as f64 > NOTABLE_SKIPS * summary.flows as f64 {
        return compared(view, summary, secs, say_skipped(view, summary));
    }
    if view.compare == Compare::Off || whole_previous(summary).is_none() {
        return say_change(view, summary, secs);
    }
    compared(view, summary, secs, quiet(Vec::new()))
}

/// The headline, and behind it the comparison that was chosen in per cent, or that there is none.
fn compared(view: &View, summary: &Summary, span_secs: i64, said: Headline) -> Headline {
    if view.compare == Compare::Off {
        return said;
    }
    let before = compared_with(view.compare, span_secs);
    let Headline { mut parts, tone, lead } = said;
    if !parts.is_empty() {
        parts.push(Part::Plain(" ".to_owned()));
    }
    let change = |now, before| relative_change(now, before).map(human::change);
    match whole_previous(summary) {
        None => parts.push(Part::Plain(format!("The logs do not tell of {before}, so nothing is compared."))),
        Some(previous) => {
            let changes = [
                ("Traffic ", change(summary.bytes, previous.bytes)),
                (", flows ", change(summary.flows, previous.flows)),
                (", rejects ", change(summary.rejected, previous.rejected)),
            ];
            for (what, change) in changes.into_iter().filter_map(|(what, change)| Some((what, change?))) {
                parts.extend([Part::Plain(what.to_owned()), Part::Strong(change)]);
            }
            parts.push(Part::Plain(format!(" against {before}.")));
        }
    }
    Headline { parts, tone, lead }
}

/// Buckets before the last record: those after it are empty because nothing has arrived yet, not because it ended.
fn known_buckets(grid: &Grid, summary: &Summary) -> usize {
    summary.last_record.and_then(|last| grid.index_of(last)).unwrap_or(grid.count)
}

/// A rise of rejects: buckets `start..end` lie at `factor` times the level before (infinite when that was zero).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rise {
    start: usize,
    end: usize,
    factor: f64,
    /// What came on top, per bucket.
    height: f64,
}

impl Rise {
    fn sum(self, values: &[u64]) -> u64 {
        values.get(self.start..self.end).unwrap_or_default().iter().sum()
    }
}

/// The clearest lasting rise in `values`, one per bucket of `grid`.
fn rise(values: &[u64], grid: &Grid, span: Span, gaps: &[Span]) -> Option<Rise> {
    let change = change::in_counts(values, grid, span, gaps).filter(|change| change.after > change.before)?;
    let middle = (change.before + change.after) / 2.0;
    let is_over = |window: &[u64]| (window.iter().sum::<u64>() as f64) < middle * window.len() as f64;
    let rest = values.get(change.bucket..)?;
    let below =
        |from: usize| rest.iter().skip(from).position(|value| (*value as f64) < middle).map(|at| from + at);
    let over = rest.windows(CALM).position(is_over).and_then(below).filter(|at| *at > 0);
    let end = over.map_or(values.len(), |at| change.bucket + at);
    Some(Rise { start: change.bucket, end, factor: change.ratio(), height: change.after - change.before })
}

/// The port whose rejects rose most. A new fault at one port drowns in the noise of scans when all are counted.
fn rise_at_one_port(matrix: &Matrix, known: usize) -> Option<(&MatrixRow, Rise)> {
    let named = matrix.rows.iter().filter(|row| !row.other && !row.key.is_empty());
    let risen = named.filter_map(|row| {
        let values = row.values.get(..known)?;
        Some((row, rise(values, &matrix.grid, matrix.span, &matrix.gaps)?))
    });
    risen.max_by(|(_, one), (_, two)| one.height.total_cmp(&two.height))
}

fn say_rise(view: &View, timeline: &Timeline, matrix: &Matrix, rise: Rise) -> Headline {
    let mut parts = vec![Part::Plain("Rejects ".to_owned()), when(rise, &timeline.grid)];
    let culprit = culprit(matrix, rise);
    if let Some((row, share)) = &culprit {
        parts.push(Part::Plain(format!(": {} of them to port ", human::percent(*share))));
        parts.push(Part::Code(row.label.clone()));
    }
    parts.push(Part::Plain(".".to_owned()));
    let lead = lead_to(view, &timeline.grid, timeline.span, rise, culprit.map(|(row, _)| row));
    Headline { parts, tone: Tone::Reject, lead }
}

fn say_rise_at(view: &View, matrix: &Matrix, row: &MatrixRow, rise: Rise, lasts: bool) -> Headline {
    let flows = human::count(rise.sum(&row.values));
    let since = if lasts { "since" } else { "until it ended" };
    let parts = vec![
        Part::Plain("Rejects to port ".to_owned()),
        Part::Code(row.label.clone()),
        Part::Plain(" ".to_owned()),
        when(rise, &matrix.grid),
        Part::Plain(format!("; {flows} flows {since}.")),
    ];
    Headline { parts, tone: Tone::Reject, lead: lead_to(view, &matrix.grid, matrix.span, rise, Some(row)) }
}

/// `tripled at 14:02`, with the day in a range of more than one.
fn when(rise: Rise, grid: &Grid) -> Part {
    let at = grid.time_of(rise.start);
    Part::Strong(format!("{} at {}", growth(rise.factor), ticks::date_and_clock(at, Some(grid.end() - 1), 0)))
}

/// The port most of the rise goes to, with its share of all rejects then; `None` when it is spread out.
fn culprit(matrix: &Matrix, rise: Rise) -> Option<(&MatrixRow, f64)> {
    let then = |row: &MatrixRow| rise.sum(&row.values);
    let all: u64 = matrix.rows.iter().map(then).sum();
    let row =
        matrix.rows.iter().filter(|row| !row.other && !row.key.is_empty()).max_by_key(|row| then(row))?;
    let share = then(row) as f64 / all.max(1) as f64;
    (share >= 0.5).then_some((row, share))
}

/// The rise itself with some time around it, rejects only, by the interfaces that logged them.
fn lead_to(view: &View, grid: &Grid, span: Span, rise: Rise, row: Option<&MatrixRow>) -> Option<Lead> {
    let margin = (rise.end - rise.start).max(2) / 2;
    let from = grid.time_of(rise.start.saturating_sub(margin)).max(span.from);
    let to = grid.time_of(rise.end + margin).min(span.to);
    let clause = match row {
        Some(row) => format!("action = REJECT AND service-port = {}", row.key),
        None => "action = REJECT".to_owned(),
    };
    let view = View {
        from: Moment::At(from),
        to: Moment::At(to),
        split: Dimension::InterfaceId,
        measure: Measure::Flows,
        ..question::narrowed(view, &clause)?
    };
    Some(Lead { label: "Show these rejects".to_owned(), address: Page::Overview.address(&view) })
}

fn say_skipped(view: &View, summary: &Summary) -> Headline {
    Headline {
        parts: vec![
            Part::Plain("AWS ".to_owned()),
            Part::Strong(format!("skipped {} records", human::count(summary.skipped))),
            Part::Plain(" in this range: what flowed then is unknown.".to_owned()),
        ],
        tone: Tone::Unknown,
        lead: Some(Lead { label: "Show where".to_owned(), address: Page::Coverage.address(view) }),
    }
}

/// How traffic and rejects compare with the period before, or what the range holds when there is nothing to compare.
fn say_change(view: &View, summary: &Summary, span_secs: i64) -> Headline {
    let rejected_share = human::percent(summary.rejected as f64 / summary.flows as f64);
    let before = compared_with(view.compare, span_secs);
    let Some(previous) = whole_previous(summary) else {
        let said = format!("{} in {} flows", human::bytes(summary.bytes), human::count(summary.flows));
        return quiet(vec![
            Part::Strong(said),
            Part::Plain(format!(
                ", {rejected_share} of them rejected; the logs do not tell of {before}, so nothing is compared."
            )),
        ]);
    };
    let rejects = relative_change(summary.rejected, previous.rejected);
    if rejects.is_some_and(|c| c >= NOTABLE_CHANGE) && summary.rejected >= FEW_REJECTS {
        let parts = vec![
            Part::Plain("Rejects ".to_owned()),
            Part::Strong(growth(summary.rejected as f64 / previous.rejected.max(1) as f64)),
            Part::Plain(format!(
                " against {before}: {} flows, {rejected_share} of all.",
                human::count(summary.rejected)
            )),
        ];
        let rejects_only = question::narrowed(view, "action = REJECT").map(|v| View {
            split: Dimension::ServicePort,
            measure: Measure::Flows,
            ..v
        });
        let lead = rejects_only
            .map(|v| Lead { label: "Show rejects".to_owned(), address: Page::Overview.address(&v) });
        return Headline { parts, tone: Tone::Reject, lead };
    }
    match relative_change(summary.bytes, previous.bytes) {
        Some(c) if c.abs() >= NOTABLE_CHANGE => quiet(vec![
            Part::Plain("Traffic ".to_owned()),
            Part::Strong(format!(
                "{} {}",
                if c > 0.0 { "grew by" } else { "fell by" },
                human::percent(c.abs())
            )),
            Part::Plain(format!(" against {before}; rejects did not.")),
        ]),
        _ => quiet(vec![Part::Plain(format!("Traffic and rejects are much as in {before}."))]),
    }
}

fn quiet(parts: Vec<Part>) -> Headline {
    Headline { parts, tone: Tone::Quiet, lead: None }
}

/// The earlier time, when the logs reach back over (nearly) all of it: a part would compare like a crash.
pub fn whole_previous(summary: &Summary) -> Option<Previous> {
    /// Part of the period that may be missing at its start.
    const MISSING: f64 = 0.02;
    let span = summary.span?;
    let shift = summary.compare.shift_secs().unwrap_or_else(|| span.secs());
    let start = span.from - shift + (span.secs() as f64 * MISSING) as i64;
    summary
        .previous
        .filter(|previous| previous.flows > 0 && summary.first_record.is_some_and(|first| first <= start))
}

/// Relative change, 0.2 for a fifth more; `None` when there was nothing before.
pub fn relative_change(now: u64, before: u64) -> Option<f64> {
    (before > 0).then(|| now as f64 / before as f64 - 1.0)
}

/// A factor in words.
fn growth(factor: f64) -> String {
    match factor {
        f if !f.is_finite() => "began".to_owned(),
        f if f < 1.75 => format!("rose by {}", human::percent(f - 1.0)),
        f if f < 2.3 => "doubled".to_owned(),
        f if (2.75..3.3).contains(&f) => "tripled".to_owned(),
        f if f < 9.95 => format!("rose {f:.1} times"),
        f => format!("rose {f:.0} times"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use contract::{Provenance, link};

    const SPAN: Span = Span { from: 1_763_596_800, to: 1_763_596_800 + 144 * 600 };

    fn timeline(rejected: Vec<u64>) -> Timeline {
        Timeline {
            span: SPAN,
            grid: Grid::with_step(SPAN, 600),
            split: Dimension::None,
            within: Dimension::None,
            p95: None,
            earlier: None,
            measure: Measure::Flows,
            series: Vec::new(),
            rejected,
            gaps: Vec::new(),
            provenance: Provenance::default(),
        }
    }

    fn matrix(rows: &[(&str, Vec<u64>)]) -> Matrix {
        let rows = rows
            .iter()
            .map(|(key, values)| MatrixRow {
                key: (*key).to_owned(),
                label: format!("{key} postgresql"),
                total: values.iter().sum(),
                values: values.clone(),
                other: false,
            })
            .collect();
        Matrix {
            span: SPAN,
            grid: Grid::with_step(SPAN, 600),
            by: Dimension::ServicePort,
            measure: Measure::Flows,
            rows,
            other_values: 0,
            gaps: Vec::new(),
            provenance: Provenance::default(),
        }
    }

    fn words(headline: &Headline) -> String {
        let text = |(Part::Plain(text) | Part::Strong(text) | Part::Code(text)): &Part| text.clone();
        headline.parts.iter().map(text).collect()
    }

    fn step_up() -> Vec<u64> {
        (0..144).map(|i| if (84..108).contains(&i) { 62 } else { 20 + i % 3 }).collect()
    }

    fn busy() -> Summary {
        let first_record = Some(SPAN.from - SPAN.secs());
        let span = Some(SPAN);
        Summary { span, first_record, flows: 10_000, bytes: 1_000_000, rejected: 4_000, ..Summary::default() }
    }

    fn rise_of(values: Vec<u64>) -> Option<Rise> {
        rise(&values, &Grid::with_step(SPAN, 600), SPAN, &[])
    }

    #[test]
    fn a_step_up_is_found_where_it_begins_and_ends() {
        let rise = rise_of(step_up()).unwrap();
        assert_eq!(rise.start, 84);
        assert!((105..=109).contains(&rise.end), "{rise:?}");
        assert!((2.75..3.3).contains(&rise.factor), "{rise:?}");
    }

    #[test]
    fn noise_and_short_series_hold_no_rise() {
        assert_eq!(rise_of((0..144).map(|i| 20 + i % 7).collect()), None);
        for count in 0..6 {
            assert_eq!(rise_of(vec![0; count]), None);
        }
    }

    #[test]
    fn the_sentence_names_the_time_and_the_port_and_leads_there() {
        let said = say(&View::default(), &busy(), &timeline(step_up()), &matrix(&[("5432", step_up())]));
        assert_eq!(words(&said), "Rejects tripled at 14:00: 100 % of them to port 5432 postgresql.");
        let led = link::decode(said.lead.unwrap().address.trim_start_matches('/')).unwrap();
        assert_eq!(led.filter.to_string(), "action = REJECT AND service-port = 5432");
        assert!(led.span(0).from < 1_763_596_800 + 84 * 600);
    }

    #[test]
    fn without_a_rise_the_period_before_is_compared() {
        let flat = timeline(vec![20; 144]);
        let before = |rejected, bytes| {
            let previous = Previous { flows: 10_000, rejected, bytes, interfaces: 3 };
            words(&say(
                &View::default(),
                &Summary { previous: Some(previous), ..busy() },
                &flat,
                &matrix(&[]),
            ))
        };
        assert!(before(1_000, 1_000_000).starts_with("Rejects rose 4.0 times against the"));
        assert!(before(4_000, 500_000).starts_with("Traffic grew by 100 %"));
        assert!(before(4_000, 1_010_000).starts_with("Traffic and rejects are much as"));
    }

    #[test]
    fn a_fault_at_one_port_is_told_though_the_noise_of_all_hides_it() {
        let noise: Vec<u64> = (0..144).map(|i| 2_000 + i * 7_919 % 900).collect();
        let begun: Vec<u64> = (0..144).map(|i| if i >= 100 { 60 } else { 0 }).collect();
        let said = say(&View::default(), &busy(), &timeline(noise), &matrix(&[("5432", begun)]));
        assert_eq!(words(&said), "Rejects to port 5432 postgresql began at 16:40; 2.64 k flows since.");
        assert_eq!(said.tone, Tone::Reject);
    }

    #[test]
    fn records_that_have_not_arrived_do_not_end_a_rise() {
        let calm = timeline(vec![20; 144]);
        let begun: Vec<u64> = (0..144).map(|i| if (100..140).contains(&i) { 60 } else { 0 }).collect();
        let matrix = matrix(&[("5432", begun)]);
        let until = |last| {
            words(&say(&View::default(), &Summary { last_record: Some(last), ..busy() }, &calm, &matrix))
        };
        assert!(until(SPAN.from + 140 * 600 + 30).ends_with("; 2.40 k flows since."));
        assert!(until(SPAN.to + 9).ends_with("; 2.40 k flows until it ended."));
    }

    #[test]
    fn logs_that_begin_within_the_period_before_are_not_compared() {
        let previous = Some(Previous { flows: 3, rejected: 1, bytes: 9, interfaces: 1 });
        let summary = Summary { previous, first_record: Some(SPAN.from - 600), ..busy() };
        assert_eq!(whole_previous(&summary), None);
        let said = say(&View::default(), &summary, &timeline(vec![20; 144]), &matrix(&[]));
        assert!(
            words(&said).ends_with("the logs do not tell of the previous 24 hours, so nothing is compared."),
            "{said:?}"
        );
    }

    #[test]
    fn a_comparison_that_was_chosen_is_told_in_per_cent_behind_what_happened() {
        let view = View { compare: Compare::Day, ..View::default() };
        let previous = Previous { flows: 8_000, rejected: 4_000, bytes: 2_000_000, interfaces: 3 };
        let summary = Summary { compare: Compare::Day, previous: Some(previous), ..busy() };
        let calm = say(&view, &summary, &timeline(vec![20; 144]), &matrix(&[]));
        let told = "Traffic −50.0 %, flows +25.0 %, rejects +0 % against the day before.";
        assert_eq!(words(&calm), told);
        let step = say(&view, &summary, &timeline(step_up()), &matrix(&[]));
        assert_eq!(words(&step), format!("Rejects tripled at 14:00. {told}"));
        let unknown = Summary { previous: None, ..summary };
        let step = say(&view, &unknown, &timeline(step_up()), &matrix(&[]));
        assert!(words(&step).ends_with("The logs do not tell of the day before, so nothing is compared."));
    }

    #[test]
    fn nothing_is_said_about_nothing() {
        let said = say(&View::default(), &Summary::default(), &timeline(vec![0; 144]), &matrix(&[]));
        assert_eq!(said, Headline::default());
    }
}
