//! Draws the pictures of documents for files: a heatmap of named rows and columns, and what flows from where to where.
//! In the page the same pictures stand as SVG that follows the theme and the width (`document::drawing`).

use super::heatmap::DOTS_APART_CSS;
use super::legend::Steps;
use super::letters::{fitted, width_css};
use super::pen::Pen;
use super::ramp::Ramp;
use super::sankey::Layout;
use super::tokens::Ink;
use super::{Look, PaintError, sankey};
use contract::Measure;
use contract::report::{Bands, Cells, Figure, Knot};
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

/// Around everything, and between a name and what it names, CSS pixels.
const MARGIN_CSS: f64 = 12.0;
const GAP_CSS: f64 = 8.0;
/// Height of a row of cells, and most width of a cell, CSS pixels: as on the page.
const ROW_CSS: f64 = 23.0;
const CELL_CSS: f64 = 84.0;
/// Height of a line of words, CSS pixels.
const LINE_CSS: f64 = 20.0;
/// Most of the width that names may take.
const NAMES_PART: f64 = 0.32;
/// Width of a knot's bar, CSS pixels.
const BAR_CSS: f64 = 4.0;
/// How much of what lies under it a band hides.
const BAND_PART: f64 = 0.45;
/// Straight parts of a band's edge.
const PARTS: usize = 32;

/// The height that suits a picture, CSS pixels.
pub fn height_css(figure: &Figure) -> u32 {
    let inner = match figure {
        Figure::Cells(cells) => ROW_CSS * cells.rows.len() as f64 + 2.0 * LINE_CSS,
        Figure::Bands(bands) => Layout::of(bands).height_css(),
    };
    (inner + 2.0 * MARGIN_CSS).ceil() as u32
}

/// Draws `figure` over the whole of `area`, whose size is in device pixels.
///
/// # Errors
/// When the surface refuses a mark.
pub fn paint<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    figure: &Figure,
    look: &Look,
) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let pen = Pen::new(area, look.ratio);
    pen.clear(look.tokens.panel)?;
    match figure {
        Figure::Cells(cells) => paint_cells(&pen, cells, look),
        Figure::Bands(bands) => paint_bands(&pen, bands, look),
    }
}

/// Room for the longest of these, CSS pixels.
fn room<'a>(texts: impl Iterator<Item = &'a str>, width: f64) -> f64 {
    texts.map(width_css).fold(0.0, f64::max).min(width * NAMES_PART).ceil()
}

fn paint_cells<B: DrawingBackend>(pen: &Pen<B>, cells: &Cells, look: &Look) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let ramp = Ramp::of_cells(cells);
    let (width, _) = pen.size_css();
    let names = room(cells.rows.iter().map(String::as_str), width);
    let left = MARGIN_CSS + names + GAP_CSS;
    let columns = cells.columns.len().max(1) as f64;
    let cell = ((width - left - MARGIN_CSS) / columns).min(CELL_CSS);
    for (row, (name, spots)) in cells.rows.iter().zip(&cells.spots).enumerate() {
        let top = MARGIN_CSS + ROW_CSS * row as f64;
        let middle = (left - GAP_CSS, top + ROW_CSS / 2.0);
        pen.text(&fitted(name, names), middle, (HPos::Right, VPos::Center), look.tokens.text)?;
        for (column, spot) in spots.iter().enumerate() {
            let x = left + cell * column as f64;
            let from = (pen.device(x), pen.device(top));
            // One device pixel between cells.
            let to = (pen.device(x + cell) - 1, pen.device(top + ROW_CSS) - 1);
            match spot {
                Some(spot) => pen.rect(from, to, look.tokens.level(ramp.level(spot.value)))?,
                None => pen.dots((from, to), DOTS_APART_CSS, look.tokens.dots())?,
            }
        }
    }
    let below = MARGIN_CSS + ROW_CSS * cells.rows.len() as f64 + LINE_CSS / 2.0;
    for (column, name) in cells.columns.iter().enumerate() {
        // Where the whole name has no room, its first word has: the number of a port.
        let first = name.split(' ').next().unwrap_or_default();
        let words = if width_css(name) <= cell - 2.0 { name.as_str() } else { first };
        if width_css(words) <= cell.max(GAP_CSS) {
            let middle = (left + cell * (column as f64 + 0.5), below);
            pen.text(words, middle, (HPos::Center, VPos::Center), look.tokens.muted)?;
        }
    }
    let has_unknown = cells.spots.iter().flatten().any(Option::is_none);
    let steps = Steps { labels: &ramp.labels(Measure::Flows), unknown: has_unknown.then_some("not known") };
    let x = steps.paint(pen, (left, below + LINE_CSS), look)?;
    pen.text(&cells.noun, (x, below + LINE_CSS), (HPos::Left, VPos::Center), look.tokens.muted)
}

fn paint_bands<B: DrawingBackend>(pen: &Pen<B>, picture: &Bands, look: &Look) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let (width, _) = pen.size_css();
    let layout = Layout::of(picture);
    let said = |knots: &[Knot]| knots.iter().map(words).collect::<Vec<String>>();
    let (sources, targets) = (said(&picture.sources), said(&picture.targets));
    let room_of = |names: &[String]| room(names.iter().map(String::as_str), width);
    let from = MARGIN_CSS + room_of(&sources) + GAP_CSS;
    let to = width - MARGIN_CSS - room_of(&targets) - GAP_CSS;
    for (band, ribbon) in &layout.bands {
        let ink = sankey::hue(picture, band).map_or(Ink::Other, Ink::Hue);
        let edge = |part: usize, down: f64| {
            let t = part as f64 / PARTS as f64;
            // Level at both ends (a cubic whose handles lie half-way), as on the page.
            let x = 1.5 * t * (1.0 - t) + t * t * t;
            let y = ribbon.from + (ribbon.to - ribbon.from) * t * t * (3.0 - 2.0 * t);
            (pen.device(from + (to - from) * x), pen.device(MARGIN_CSS + y + down))
        };
        let upper = (0..=PARTS).map(|part| edge(part, 0.0));
        let lower = (0..=PARTS).rev().map(|part| edge(part, ribbon.height));
        pen.veil(upper.chain(lower).collect(), look.tokens.ink(ink), BAND_PART)?;
    }
    for (side, names, x, anchor) in
        [(&layout.left, &sources, from, HPos::Right), (&layout.right, &targets, to, HPos::Left)]
    {
        let (bar, text) = match anchor {
            HPos::Right => ((x - BAR_CSS, x), x - GAP_CSS),
            _ => ((x, x + BAR_CSS), x + GAP_CSS),
        };
        for ((top, height), name) in side.knots.iter().zip(names) {
            let (top, bottom) = (MARGIN_CSS + top, MARGIN_CSS + top + height);
            pen.rect(
                (pen.device(bar.0), pen.device(top)),
                (pen.device(bar.1), pen.device(bottom).max(pen.device(top) + 1)),
                look.tokens.muted,
            )?;
            let middle = (text, top + height.max(sankey::KNOT_CSS) / 2.0);
            let room = width * NAMES_PART;
            pen.text(&fitted(name, room), middle, (anchor, VPos::Center), look.tokens.text)?;
        }
    }
    Ok(())
}

/// What is said beside a knot.
fn words(knot: &Knot) -> String {
    format!("{} {}", sankey::named(knot), knot.text).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Theme, png, svg};
    use contract::report::{Band, Spot};

    fn bands() -> Figure {
        let knot = |label: &str| Knot { label: label.to_owned(), text: "9 GB".to_owned(), ..Knot::default() };
        let band = |from, to, value| Band { from, to, value, ..Band::default() };
        Figure::Bands(Bands {
            sources: vec![knot("10.0.1.0/24"), knot("10.0.2.0/24")],
            targets: vec![knot("https <443>"), knot("postgresql 5432")],
            bands: vec![band(0, 0, 600), band(0, 1, 300), band(1, 1, 100)],
        })
    }

    fn cells() -> Figure {
        let spot = |value| Some(Spot { value, ..Spot::default() });
        Figure::Cells(Cells {
            rows: vec!["10.0.1.9".to_owned(), "203.0.113.0/24".to_owned()],
            columns: vec!["22 ssh".to_owned(), "5432 postgresql".to_owned()],
            spots: vec![vec![spot(7), None], vec![spot(0), spot(900)]],
            noun: "rejected records".to_owned(),
            ..Cells::default()
        })
    }

    #[test]
    fn a_file_names_what_it_shows() -> Result<(), PaintError> {
        let drawn = |figure| svg::figure(("Who", "In words."), &figure, 900, &Look::of(Theme::Dark));
        let words = drawn(bands())?;
        for part in ["10.0.1.0/24 9 GB", "https &lt;443&gt; 9 GB", "<desc>In words.</desc>"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        let words = drawn(cells())?;
        for part in ["203.0.113.0/24", ">22 ssh<", ">5432<", "not known", "rejected records"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        Ok(())
    }

    #[test]
    fn a_band_has_the_colour_of_where_it_comes_from() -> Result<(), PaintError> {
        let look = Look { ratio: 2.0, ..Look::default() };
        let pixels = png::figure(&bands(), 900, &look)?;
        assert_eq!((pixels.width, pixels.height), (1_800, 2 * height_css(&bands())));
        let at = |x: usize, y: usize| pixels.rgba[4 * (y * 1_800 + x)..][..3].to_vec();
        // In the middle of a band that is level: the first.
        let ink = look.tokens.ink(Ink::Hue(0)).over(look.tokens.panel, BAND_PART);
        let seen = at(900, 2 * (MARGIN_CSS as usize + 60));
        for (seen, ink) in seen.iter().zip([ink.0, ink.1, ink.2]) {
            assert!(seen.abs_diff(ink) <= 2, "{seen} beside {ink}");
        }
        Ok(())
    }
}
