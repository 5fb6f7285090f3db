//! The numbers on top: objects, lines, what AWS skipped, what was set aside, what is missing.

use super::Answer;
use super::words::knows_delivery;
use contract::human::counted;
use contract::human::{self, Quantity};
use contract::{Coverage, Filter};
use leptos::prelude::*;
use parts::tile::{Note, Shown, Tile};

/// The five tiles.
#[component]
pub fn CoverageTiles(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let is_stale = move || load.with(|load| load.stale || (load.busy && load.value.is_none()));
    let shown = |show: fn(&Coverage) -> Shown| {
        Memo::new(move |_| load.with(|load| load.value.as_deref().map(show).unwrap_or_default()))
    };
    view! {
        <section class="tiles" aria-label="Totals of this range" aria-busy=move || is_stale().then_some("true")>
            <Tile title="Objects" shown=shown(objects)/>
            <Tile title="Lines" shown=shown(lines)/>
            <Tile title="Skipped by AWS" shown=shown(skipped)/>
            <Tile title="Set aside" shown=shown(set_aside)/>
            <Tile title="Missing" shown=shown(missing)/>
        </section>
    }
}

fn told(quantity: Quantity, exact: String, words: String) -> Shown {
    Shown { quantity, exact, note: Note { rest: words, ..Note::default() } }
}

fn objects(coverage: &Coverage) -> Shown {
    let all = &coverage.delivered;
    let note = match (all.failed, all.late) {
        (0, 0) if all.objects == 0 => "none in this range".to_owned(),
        (0, 0) if knows_delivery(coverage) => "all read, none late".to_owned(),
        (0, 0) => "all read".to_owned(),
        (0, late) => format!("all read, {} late", human::count(late)),
        (failed, _) => format!("{} could not be read", human::count(failed)),
    };
    let exact = format!("{} objects, {}", human::exact(all.objects), human::bytes(all.bytes));
    told(human::count(all.objects), exact, note)
}

fn lines(coverage: &Coverage) -> Shown {
    let lines = &coverage.delivered.lines;
    let note = match lines.unaccounted() {
        0 if lines.all == 0 => "none read".to_owned(),
        0 => "every one accounted for".to_owned(),
        lost => format!("{} not accounted for", human::count(lost)),
    };
    told(human::count(lines.all), format!("{} lines", human::exact(lines.all)), note)
}

fn skipped(coverage: &Coverage) -> Shown {
    let lines = &coverage.delivered.lines;
    let quiet = match lines.nodata {
        0 => "no quiet intervals".to_owned(),
        quiet => counted(quiet, "quiet interval", "quiet intervals"),
    };
    let exact = format!(
        "{} SKIPDATA records; {} NODATA records",
        human::exact(lines.skipdata),
        human::exact(lines.nodata)
    );
    told(human::count(lines.skipdata), exact, quiet)
}

fn set_aside(coverage: &Coverage) -> Shown {
    let lines = &coverage.delivered.lines;
    let note = match (lines.set_aside, lines.all) {
        (0, _) | (_, 0) => "every line could be read".to_owned(),
        (aside, all) => format!("{} of the lines", human::percent(aside as f64 / all as f64)),
    };
    let note = if lines.all == 0 { "nothing was read".to_owned() } else { note };
    let exact = format!("{} lines that could not be read", human::exact(lines.set_aside));
    told(human::count(lines.set_aside), exact, note)
}

fn missing(coverage: &Coverage) -> Shown {
    let secs = coverage.gap_secs();
    let touched = coverage.rows.iter().filter(|row| !row.gaps.is_empty()).count();
    let note = match (coverage.rows.len(), touched) {
        (0, _) => "nothing was expected".to_owned(),
        (_, 0) => "no gaps".to_owned(),
        (1, _) => "without objects".to_owned(),
        (all, some) => format!("in {some} of {all} accounts and regions"),
    };
    let value = if secs == 0 { "0".to_owned() } else { human::duration(secs) };
    let unit = if secs == 0 { "h" } else { "" };
    told(Quantity { value, unit }, "Time without any object".to_owned(), note)
}

/// What to say when the view has a filter, which this page cannot obey.
pub fn filter_note(filter: &Filter) -> &'static str {
    if filter.is_empty() { "" } else { "; the filter does not narrow this page" }
}
