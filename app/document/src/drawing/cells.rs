//! A heatmap: a rectangle for each cell, names at the left and below, the steps of the colours.

use super::{DOTS_APART_CSS, way};
use chart::ramp::Ramp;
use contract::Measure;
use contract::report::{Cells, Spot};
use leptos::prelude::*;
use parts::seam::Seam;

/// Height of a row, CSS pixels: that of the other heatmaps.
const ROW_CSS: usize = 23;
/// Most width of a cell, CSS pixels: a few wide ones are hard to compare.
const CELL_CSS: usize = 84;
/// Room for names of columns below the rows, across and upwards, CSS pixels.
const ACROSS_CSS: usize = 20;
const UPWARDS_CSS: usize = 96;
/// Letters of a name that stands upwards, and of one that has room across.
const LETTERS: usize = 16;
const SHORT: usize = 2;
/// Of short names one in so many is written: hours by three are read at a glance.
const EVERY: usize = 3;

/// The picture.
pub fn draw(id: &str, cells: Cells) -> impl IntoView + use<> {
    let ramp = Ramp::of_cells(&cells);
    let rows_css = ROW_CSS * cells.rows.len();
    let is_across = cells.columns.iter().all(|name| name.chars().count() <= SHORT);
    let height_css = rows_css + if is_across { ACROSS_CSS } else { UPWARDS_CSS };
    let widest = format!("max-width:{}px", CELL_CSS * cells.columns.len());
    let dots = format!("{id}-dots");
    let places = Places { columns: cells.columns.len() };
    let spots = || {
        let row = |(row, spots): (usize, &Vec<Option<Spot>>)| {
            spots
                .iter()
                .cloned()
                .enumerate()
                .map(move |(column, spot)| (row, column, spot))
                .collect::<Vec<_>>()
        };
        cells.spots.iter().enumerate().flat_map(row).collect::<Vec<_>>()
    };
    let mark = |(row, column, spot): (usize, usize, Option<Spot>)| {
        let (look, fill) = match spot {
            Some(spot) => (format!("r{}", ramp.level(spot.value)), None),
            None => (String::new(), Some(format!("url(#{dots})"))),
        };
        places.rectangle(row, column, look, fill)
    };
    let marks = spots().into_iter().map(mark).collect_view();
    let link = |(row, column, spot): (usize, usize, Option<Spot>)| {
        let name = |names: &[String], place: usize| names.get(place).cloned().unwrap_or_default();
        let what = match &spot {
            Some(spot) => format!("{} {}", spot.text, cells.noun),
            None => "not known".to_owned(),
        };
        let says = format!("{}, {}: {what}", name(&cells.rows, row), name(&cells.columns, column));
        let shape = places.rectangle(row, column, String::new(), None);
        way(spot.and_then(|spot| spot.href), says, shape)
    };
    let links = spots().into_iter().map(link).collect_view();
    let label = |(column, name): (usize, &String)| places.label(column, name, (rows_css, is_across));
    let labels = cells.columns.iter().enumerate().map(label).collect_view();
    let has_unknown = cells.spots.iter().flatten().any(Option::is_none);
    let names = cells.rows.iter().map(|name| view! { <span>{name.clone()}</span> }).collect_view();
    view! {
        <div class="heat">
            <div class="names" aria-hidden="true">{names}</div>
            <div class="plot" style=widest>
                <svg role="img" aria-labelledby=format!("{id}-said") height=height_css.to_string()>
                    <defs>
                        <pattern id=dots width=DOTS_APART_CSS.to_string() height=DOTS_APART_CSS.to_string() patternUnits="userSpaceOnUse">
                            <circle cx="3" cy="3" r="0.7"/>
                        </pattern>
                    </defs>
                    {marks}{labels}
                </svg>
                <svg class="over" aria-hidden="true" height=height_css.to_string()>{links}</svg>
            </div>
        </div>
        {legend(&ramp, has_unknown)}
    }
}

/// Where things lie across.
#[derive(Clone, Copy)]
struct Places {
    columns: usize,
}

impl Places {
    /// A part of the width, per cent.
    fn percent(self, columns: f64) -> String {
        format!("{:.3}%", 100.0 * columns / self.columns.max(1) as f64)
    }

    fn rectangle(self, row: usize, column: usize, look: String, fill: Option<String>) -> AnyView {
        view! {
            <rect class=look fill=fill x=self.percent(column as f64) y=(ROW_CSS * row).to_string()
                width=self.percent(1.0) height=ROW_CSS.to_string()/>
        }
        .erased()
    }

    /// The name of a column, in a coordinate system of its own: percent do not go with turning.
    fn label(self, column: usize, name: &str, (below_css, is_across): (usize, bool)) -> Option<AnyView> {
        if is_across && !column.is_multiple_of(EVERY) {
            return None;
        }
        let is_long = name.chars().count() > LETTERS;
        let short: String = name.chars().take(if is_long { LETTERS - 1 } else { LETTERS }).collect();
        let short = if is_long { format!("{short}…") } else { short };
        let turned = if is_across { "translate(0 15)" } else { "rotate(-90) translate(-6 4)" };
        let anchor = if is_across { "middle" } else { "end" };
        Some(
            view! {
                <svg x=self.percent(column as f64 + 0.5) y=below_css.to_string() overflow="visible">
                    <text transform=turned text-anchor=anchor>{short}</text>
                </svg>
            }
            .erased(),
        )
    }
}

fn legend(ramp: &Ramp, has_unknown: bool) -> impl IntoView + use<> {
    let step = |(level, label): (usize, String)| {
        view! { <span><i class=format!("r{level}")></i>{label}</span> }
    };
    let steps = ramp.labels(Measure::Flows).into_iter().enumerate().map(step).collect_view();
    let unknown = has_unknown.then(|| view! { <span><i class="unknown"></i>"not known"</span> });
    view! { <p class="steps" aria-hidden="true">{steps}{unknown}</p> }
}
