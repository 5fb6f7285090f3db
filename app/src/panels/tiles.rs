//! The numbers above the pictures, each with its change against an earlier time.

use super::scene::{Scene, use_scene};
use crate::headline::{relative_change, whole_previous};
use crate::range::compared_with;
use contract::human::{self, Quantity};
use contract::{Previous, Summary};
use leptos::prelude::*;
use parts::tile::{Note, Shown, Tile};
use std::sync::Arc;

/// Newest records are this young at most when AWS delivers as usual: ten minutes of aggregation, five of delivery and
/// one check of the source; seconds.
const FRESH_SECS: i64 = 16 * 60;

/// The five tiles.
#[component]
pub fn Tiles() -> impl IntoView {
    let scene = use_scene();
    let is_stale = move || scene.summary.with(|load| load.stale || (load.busy && load.value.is_none()));
    view! {
        <section class="tiles" aria-label="Totals of this range" aria-busy=move || is_stale().then_some("true")>
            <Tile title="Traffic" shown=shown(scene, (|s, _| human::bytes(s.bytes), |s| format!("{} bytes, {}", human::exact(s.bytes), counted(s.provenance.once)), traffic_note))/>
            <Tile title="Flows" shown=shown(scene, (|s, _| human::count(s.flows), |s| format!("{} flow records", human::exact(s.flows)), flows_note))/>
            <Tile title="Rejected" shown=shown(scene, (|s, _| rejected_share(s), |s| format!("{} of {} flow records", human::exact(s.rejected), human::exact(s.flows)), rejects_note))/>
            <Tile title="Interfaces talking" shown=shown(scene, (|s, _| human::count(s.interfaces), |s| format!("{} interfaces with at least one record", human::exact(s.interfaces)), interfaces_note))/>
            <Tile title="Last record" shown=shown(scene, (age, last_record, freshness_note))/>
        </section>
    }
}

/// What is added up.
fn counted(once: bool) -> &'static str {
    if once { "each flow once" } else { "summed over interfaces: flows logged at both ends count twice" }
}

/// A tile of the summary.
type Facet = (fn(&Summary, i64) -> Quantity, fn(&Summary) -> String, fn(&Summary, Scene) -> Note);

fn shown(scene: Scene, (value, exact, note): Facet) -> Memo<Shown> {
    let show = move |s: Arc<Summary>| Shown {
        quantity: value(&s, scene.now()),
        exact: exact(&s),
        note: note(&s, scene),
    };
    Memo::new(move |_| scene.summary.with(|load| load.value.clone()).map(show).unwrap_or_default())
}

fn against(summary: &Summary, change: impl Fn(&Previous) -> Option<(String, &'static str)>) -> Note {
    let before = summary.span.map(|span| compared_with(summary.compare, span.secs())).unwrap_or_default();
    match whole_previous(summary) {
        None if summary.previous.is_some_and(|previous| previous.flows > 0) => {
            Note { rest: "earlier logs incomplete".to_owned(), ..Note::default() }
        }
        None => Note { rest: format!("no records in {before}"), ..Note::default() },
        Some(previous) => match change(&previous) {
            Some((strong, tone)) => {
                Note { strong, tone, rest: format!(" vs. {}", before.trim_start_matches("the ")) }
            }
            None => Note { rest: format!("none in {before}"), ..Note::default() },
        },
    }
}

fn traffic_note(summary: &Summary, _: Scene) -> Note {
    against(summary, |before| Some((human::change(relative_change(summary.bytes, before.bytes)?), "")))
}

fn flows_note(summary: &Summary, _: Scene) -> Note {
    against(summary, |before| Some((human::change(relative_change(summary.flows, before.flows)?), "")))
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn rejected_share(summary: &Summary) -> Quantity {
    let text = human::percent(share(summary.rejected, summary.flows));
    Quantity { value: text.trim_end_matches([' ', '%']).to_owned(), unit: "%" }
}

/// The change in percentage points: a share of a share would mislead.
fn rejects_note(summary: &Summary, _: Scene) -> Note {
    against(summary, |before| {
        let points = 100.0 * (share(summary.rejected, summary.flows) - share(before.rejected, before.flows));
        let tone = if points >= 0.05 { "up" } else { "" };
        Some((format!("{}{:.1} pt", if points < -0.05 { '−' } else { '+' }, points.abs()), tone))
    })
}

fn interfaces_note(summary: &Summary, _: Scene) -> Note {
    against(summary, |before| {
        let more = i128::from(summary.interfaces) - i128::from(before.interfaces);
        let sign = match more {
            0 => '±',
            more if more < 0 => '−',
            _ => '+',
        };
        Some((format!("{sign}{}", more.unsigned_abs()), ""))
    })
}

fn last_record(summary: &Summary) -> String {
    let at = summary.last_record.map(|at| format!("{} UTC", human::date_time(at))).unwrap_or_default();
    match summary.skipped {
        0 => at,
        skipped => format!("{at}; AWS skipped {} records of this range", human::exact(skipped)),
    }
}

fn age_secs(summary: &Summary, now: i64) -> Option<i64> {
    summary.last_record.map(|at| (now - at).max(0))
}

fn age(summary: &Summary, now: i64) -> Quantity {
    match age_secs(summary, now) {
        Some(secs) if secs < 60 => Quantity { value: "< 1".to_owned(), unit: "min ago" },
        Some(secs) => Quantity { value: human::duration(secs), unit: "ago" },
        None => Quantity { value: "–".to_owned(), unit: "" },
    }
}

fn freshness_note(summary: &Summary, scene: Scene) -> Note {
    let skipped = match summary.skipped {
        0 => String::new(),
        count => format!(", {} skipped by AWS", human::count(count)),
    };
    match age_secs(summary, scene.now()) {
        None => Note { rest: "no records yet".to_owned(), ..Note::default() },
        Some(secs) if secs <= FRESH_SECS => Note { strong: "fresh".to_owned(), tone: "ok", rest: skipped },
        Some(_) => Note { rest: "nothing newer seen".to_owned(), ..Note::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_the_last_record_never_runs_ahead_of_the_clock() {
        let summary = Summary { last_record: Some(1_000), ..Summary::default() };
        assert_eq!(age(&summary, 1_240).to_string(), "4 min ago");
        assert_eq!(age(&summary, 990).to_string(), "< 1 min ago");
        assert_eq!(age(&Summary::default(), 990).to_string(), "–");
    }

    #[test]
    fn a_rejected_share_has_its_unit_apart() {
        let summary = Summary { flows: 1_000, rejected: 19, ..Summary::default() };
        assert_eq!(rejected_share(&summary), Quantity { value: "1.9".to_owned(), unit: "%" });
    }
}
