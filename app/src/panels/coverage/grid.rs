//! Objects by time, account and region: a grid of cells that can be read by eye, by keyboard and aloud. What is missing
//! is dotted, what AWS skipped is striped, what came late or was set aside carries a mark.

use super::Answer;
use super::sheet::{Foot, Way};
use super::tiles::filter_note;
use super::words::{cell_told, knows_delivery, sheet};
use crate::panels::frame::{Frame, faces};
use crate::panels::scene::{Scene, use_scene};
use crate::panels::timeline::{TableBehind, TableToggle};
use chart::ticks::{date_and_clock, step_words, zone_name};
use contract::coverage::{CoverageRow, LATE_SECS, Slot, WINDOW_SECS};
use contract::human::counted;
use contract::human::{self, Step};
use contract::{Coverage, Moment, View};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::{ev, web_sys};
use parts::seam::Seam;
use std::sync::Arc;

/// Shades of blue, from few objects to many.
const SHADES: u64 = 5;
/// Labels on the time axis, about.
const LABELS: usize = 8;

/// What can be taken away.
const WAYS: [Way; 2] = [Way { label: "CSV", to: "coverage.csv" }, Way { label: "JSON", to: "coverage" }];

/// What shades, dots, stripes and marks mean: the classes of the cells shown, and the words beside them.
const LEGEND: [(&str, &str); 6] = [
    ("shade-1,shade-2,shade-3,shade-4,shade-5", "few to many objects"),
    ("gap", "nothing delivered"),
    ("blank", "not expected"),
    ("shade-1 skips", "AWS skipped records"),
    ("shade-1 aside", "lines set aside or object unread"),
    ("shade-1 late", "late objects"),
];

/// Row and bucket of a cell.
type Place = (usize, usize);

/// The panel.
#[component]
pub fn DeliveryPanel(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let scene = use_scene();
    let (face, busy) = faces(load);
    let spot = RwSignal::new(None::<Place>);
    let show_table = RwSignal::new(false);
    let coverage = move || load.with(|load| load.value.clone());
    let sub = move || {
        let step = load.with(|load| load.value.as_ref().map_or(3_600, |coverage| coverage.grid.step));
        let note = scene.link.asked.with(|asked| filter_note(&asked.view.filter));
        format!("objects per {}, by account and region{note}", step_words(step))
    };
    let table = Signal::derive(move || {
        coverage().map(|coverage| sheet(&coverage, scene.zone_offset_secs())).unwrap_or_default()
    });
    let cells = move || draw(scene, coverage(), spot, scene.zone_offset_secs());
    let read = move || {
        let told = spot.get().zip(coverage()).and_then(|((row, bucket), coverage)| {
            cell_told(&coverage, row, bucket, scene.zone_offset_secs())
        });
        told.unwrap_or_else(|| {
            "Point at a cell, or go from cell to cell with the arrow keys; Enter opens its time.".to_owned()
        })
    };
    let foot = view! { <Foot load words=late_words ways=&WAYS/> }.piece();
    let controls = view! { <TableToggle show_table/> }.piece();
    view! {
        <Frame id="delivery" title="Delivery" sub=Signal::derive(sub) face busy controls foot>
            <div class="cover" class:tabled=move || show_table.get()>
                {cells}
                <p class="cover-read" aria-hidden="true">{read}</p>
                <Legend load/>
            </div>
            <TableBehind show_table sheet=table/>
        </Frame>
    }
}

/// What late means, or why nothing is called late.
fn late_words(coverage: &Coverage) -> String {
    let hidden = match coverage.hidden_rows {
        0 => String::new(),
        hidden => format!("{hidden} more accounts and regions are counted but not shown. "),
    };
    let late = if knows_delivery(coverage) {
        format!(
            "Late: written more than {} after its five minutes ended; AWS calls 10 min typical",
            human::duration(LATE_SECS)
        )
    } else {
        "When AWS delivered these objects is not known, so none is called late".to_owned()
    };
    format!("{hidden}{late}")
}

/// The grid, or what stands in its place: one shape for all, as every further one costs the browser a download.
fn draw(
    scene: Scene,
    coverage: Option<Arc<Coverage>>,
    spot: RwSignal<Option<Place>>,
    offset_secs: i64,
) -> impl IntoView {
    let rows = coverage.as_ref().map(|coverage| coverage.rows.len());
    let size = (rows.unwrap_or(0), coverage.as_ref().map_or(0, |coverage| coverage.grid.count));
    let has_rows = size.0 > 0;
    let words = match rows {
        Some(0) => "No account or region has delivered in this range, nor in the week before it.",
        _ => "",
    };
    let axis = coverage.as_ref().filter(|_| has_rows).map(|coverage| axis(coverage, offset_secs));
    let lanes = coverage.as_deref().map(|coverage| {
        let most = coverage.rows.iter().flat_map(|row| &row.objects).copied().max().unwrap_or(0);
        let lane = |(index, row)| draw_row(coverage, row, index, most, offset_secs);
        coverage.rows.iter().enumerate().map(lane).collect_view()
    });
    let open = move |(_, bucket): Place| {
        if let Some(coverage) = &coverage {
            zoom(scene, coverage, bucket);
        }
    };
    let open_by_key = open.clone();
    view! {
        <div
            class="cover-grid"
            class:cover-bones=rows.is_none()
            role=has_rows.then_some("grid")
            aria-label=has_rows.then_some("Objects by time, account and region")
            aria-readonly=has_rows.then_some("true")
            style=format!("--n:{}", size.1)
            on:pointerover=move |event| spot.set(place(event.target()))
            on:pointerleave=move |_| spot.set(None)
            on:focusin=move |event: ev::FocusEvent| spot.set(place(event.target()))
            on:focusout=move |_| spot.set(None)
            on:click=move |event| {
                if let Some(place) = place(event.target()) {
                    open(place);
                }
            }
            on:keydown=move |event| {
                if let Some(here) = place(event.target()) && on_key(&event, here, size, &open_by_key) {
                    event.prevent_default();
                }
            }
        >
            {axis}
            {lanes}
            <p class="none" hidden=words.is_empty()>{words}</p>
        </div>
    }
}

/// The times above the columns: every column has its own for those who listen, some are written.
fn axis(coverage: &Coverage, offset_secs: i64) -> impl IntoView + use<> {
    let grid = coverage.grid;
    let every = grid.count.div_ceil(LABELS).max(1);
    let head = move |bucket: usize| {
        let at = grid.time_of(bucket);
        let local = at + offset_secs;
        let step = if local.rem_euclid(86_400) == 0 { Step::Day } else { Step::Minute };
        let text = if bucket.is_multiple_of(every) { human::clock(local, step) } else { String::new() };
        view! {
            <div role="columnheader">
                <span class="spoken">{date_and_clock(at, None, offset_secs)}</span>
                <span aria-hidden="true">{text}</span>
            </div>
        }
    };
    view! {
        <div role="row" class="axis">
            <div role="columnheader" class="lane-name">
                <span class="spoken">"Account and region"</span>
                <span class="zone" aria-hidden="true">{zone_name(offset_secs)}</span>
            </div>
            {(0..grid.count).map(head).collect_view()}
        </div>
    }
}

fn draw_row(
    coverage: &Coverage,
    row: &CoverageRow,
    index: usize,
    most: u64,
    offset_secs: i64,
) -> impl IntoView + use<> {
    let cell = |bucket: usize| {
        let objects = row.objects.get(bucket).copied().unwrap_or(0);
        view! {
            <div
                role="gridcell"
                class=look(row, bucket, most)
                tabindex=if index == 0 && bucket == 0 { "0" } else { "-1" }
                data-cell=format!("{index},{bucket}")
                aria-label=cell_told(coverage, index, bucket, offset_secs)
            >
                {(objects > 0).then(|| human::count(objects).to_string())}
            </div>
        }
    };
    let region = if row.account.is_empty() { "Files without AWS's names" } else { &row.region };
    view! {
        <div role="row" class="lane">
            <div role="rowheader" class="lane-name"><code>{row.account.clone()}</code> <span>{region.to_owned()}</span></div>
            {(0..coverage.grid.count).map(cell).collect_view()}
        </div>
    }
}

/// The classes of a cell: its shade (`shade-1` to `shade-5`), what is missing (`gap`, `partial`, `blank`) and its marks
/// (`skips`, `late`, `aside`).
fn look(row: &CoverageRow, bucket: usize, most: u64) -> String {
    let at = |values: &[u64]| values.get(bucket).copied().unwrap_or(0);
    let slot = match row.slots.get(bucket).copied().unwrap_or_default() {
        Slot::Covered => "",
        Slot::Partial => " partial",
        Slot::Gap => " gap",
        Slot::Before | Slot::Pending => " blank",
    };
    let mark = |name: &'static str, count: u64| if count > 0 { name } else { "" };
    let shade = match at(&row.objects) {
        0 => String::new(),
        objects => format!(" shade-{}", (objects * SHADES).div_ceil(most.max(1)).clamp(1, SHADES)),
    };
    let aside = at(&row.set_aside) + at(&row.failed);
    let marks = [mark(" skips", at(&row.skipdata)), mark(" late", at(&row.late)), mark(" aside", aside)];
    format!("cell{shade}{slot}{}", marks.concat())
}

/// The cell an event came from.
fn place(target: Option<web_sys::EventTarget>) -> Option<Place> {
    let element = target?.dyn_into::<web_sys::Element>().ok()?;
    let cell = element.closest("[data-cell]").ok()??;
    let text = cell.get_attribute("data-cell")?;
    let (row, bucket) = text.split_once(',')?;
    Some((row.parse().ok()?, bucket.parse().ok()?))
}

/// Opens the time of a column; a single delivery window has nothing finer to show.
fn zoom(scene: Scene, coverage: &Coverage, bucket: usize) {
    let (grid, span) = (coverage.grid, coverage.span);
    if grid.step <= WINDOW_SECS {
        return;
    }
    let from = grid.time_of(bucket).max(span.from);
    let to = (grid.time_of(bucket) + grid.step).min(span.to);
    scene.link.push(&View { from: Moment::At(from), to: Moment::At(to), ..scene.link.view_now() });
}

/// Whether the key meant something: arrows, Home and End go from cell to cell, Enter opens the time.
fn on_key(event: &ev::KeyboardEvent, here: Place, size: Place, zoom: &dyn Fn(Place)) -> bool {
    let Some(next) = stepped(&event.key(), here, size) else {
        let is_enter = event.key() == "Enter";
        if is_enter {
            zoom(here);
        }
        return is_enter;
    };
    let Some(grid) = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    let cell = |(row, bucket): Place| {
        let found = grid.query_selector(&format!("[data-cell=\"{row},{bucket}\"]")).ok().flatten();
        found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
    };
    if let (Some(old), Some(new)) = (cell(here), cell(next)) {
        old.set_tab_index(-1);
        new.set_tab_index(0);
        // A cell that is on screen takes the focus.
        let _ = new.focus();
    }
    true
}

/// Where a key leads within a grid of `size` rows and columns.
fn stepped(key: &str, (row, bucket): Place, (rows, buckets): Place) -> Option<Place> {
    let last = |count: usize| count.saturating_sub(1);
    Some(match key {
        "ArrowLeft" => (row, bucket.saturating_sub(1)),
        "ArrowRight" => (row, (bucket + 1).min(last(buckets))),
        "ArrowUp" => (row.saturating_sub(1), bucket),
        "ArrowDown" => ((row + 1).min(last(rows)), bucket),
        "Home" => (row, 0),
        "End" => (row, last(buckets)),
        _ => return None,
    })
}

/// What shades, dots, stripes and marks mean.
#[component]
fn Legend(load: Answer) -> impl IntoView {
    let most = move || {
        load.with(|load| {
            let rows = load.value.as_ref().map(|coverage| coverage.rows.clone()).unwrap_or_default();
            rows.iter().flat_map(|row| &row.objects).copied().max().unwrap_or(0)
        })
    };
    let key = |(class, text): (&'static str, &'static str)| {
        let cells = class.split(',').map(|class| view! { <i class=format!("cell key {class}")></i> });
        view! { <li><span class="keys-of">{cells.collect_view()}</span>{text}</li> }
    };
    view! {
        <ul class="cover-legend">
            <li>{move || format!("At most {} in a cell", counted(most(), "object", "objects"))}</li>
            {LEGEND.map(key).collect_view()}
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_step_through_the_grid_and_stay_in_it() {
        let size = (2, 24);
        assert_eq!(stepped("ArrowRight", (0, 22), size), Some((0, 23)));
        assert_eq!(stepped("ArrowRight", (0, 23), size), Some((0, 23)));
        assert_eq!(stepped("ArrowUp", (0, 3), size), Some((0, 3)));
        assert_eq!(stepped("ArrowDown", (0, 3), size), Some((1, 3)));
        assert_eq!(stepped("End", (1, 3), size), Some((1, 23)));
        assert_eq!(stepped("x", (1, 3), size), None);
    }

    #[test]
    fn one_object_is_never_white_and_the_most_are_darkest() {
        let row = CoverageRow { objects: vec![0, 1, 1_000], ..CoverageRow::default() };
        assert_eq!([0, 1, 2].map(|at| look(&row, at, 1_000)), ["cell", "cell shade-1", "cell shade-5"]);
    }

    #[test]
    fn a_cell_carries_every_mark_it_needs() {
        let row = CoverageRow {
            slots: vec![Slot::Gap, Slot::Partial],
            skipdata: vec![0, 3],
            failed: vec![0, 1],
            late: vec![1, 0],
            ..CoverageRow::default()
        };
        assert_eq!(look(&row, 0, 1), "cell gap late");
        assert_eq!(look(&row, 1, 1), "cell partial skips aside");
    }
}
