//! Draws a matrix of rejects: rows from the top, time to the right, one hue from zero to most.
//! Cells are painted by [`super::cells`]; here are the labels, the time axis and the legend.

use super::legend::Steps;
use super::letters::{self, fitted};
use super::pen::Pen;
use super::plot::{Margins, Vertical};
use super::ramp::Ramp;
use super::{Look, PaintError, Plot, cells, ticks};
use contract::Matrix;
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

/// Distance between the dots that shade what is unknown, CSS pixels.
pub(super) const DOTS_APART_CSS: f64 = 6.0;

const TOP_CSS: f64 = 4.0;
const RIGHT_CSS: f64 = 14.0;
/// Room for time labels below the rows.
const TIMES_CSS: f64 = 26.0;
/// Room for the legend below the time labels.
const LEGEND_CSS: f64 = 24.0;
/// From a row label to the cells.
const LABEL_GAP_CSS: f64 = 8.0;
/// Least and most room for row labels, with their gap; never more than a part of the picture.
const LABEL_ROOM_CSS: (f64, f64) = (56.0, 176.0);
const LABEL_ROOM_PART: f64 = 0.3;
/// Height of a row while there are few; rows shrink when a picture would grow taller than the limit.
const ROW_CSS: f64 = 23.0;
const ROWS_CSS_LIMIT: f64 = 560.0;
/// Least distance between two row labels.
const ROW_LABEL_CSS: f64 = 13.0;

/// What a legend says beside the dots.
pub(super) const UNKNOWN_WORDS: &str = "no logs";

/// The height that suits `rows` rows, CSS pixels; at least that of one row, for the sentence an empty picture shows.
pub fn height_css(rows: usize) -> f64 {
    TOP_CSS + (rows.max(1) as f64 * ROW_CSS).min(ROWS_CSS_LIMIT) + TIMES_CSS + LEGEND_CSS
}

/// Where things lie in the picture of `picture` at this size.
pub fn plot(picture: &Matrix, width_css: f64, height_css: f64) -> Plot {
    let longest = picture.rows.iter().map(|row| letters::width_css(&row.label)).fold(0.0, f64::max);
    let most = LABEL_ROOM_CSS.1.min(width_css * LABEL_ROOM_PART).max(LABEL_ROOM_CSS.0);
    let left = (longest + LABEL_GAP_CSS + 4.0).clamp(LABEL_ROOM_CSS.0, most).ceil();
    let margins = Margins { left, right: RIGHT_CSS, top: TOP_CSS, bottom: TIMES_CSS + LEGEND_CSS };
    Plot::inside(
        (width_css, height_css),
        margins,
        picture.span,
        picture.grid,
        Vertical::Rows(picture.rows.len()),
    )
}

/// What lies under a point of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Index of the row.
    pub row: usize,
    /// Index of the bucket.
    pub bucket: usize,
}

/// The cell at a point, in CSS pixels from the picture's top left corner.
pub fn cell_at(plot: &Plot, x_css: f64, y_css: f64) -> Option<Cell> {
    Some(Cell { row: plot.row_at(y_css)?, bucket: plot.bucket_at(x_css)? })
}

/// Draws `picture` over the whole of `area`, whose size is in device pixels.
///
/// # Errors
/// When the surface refuses a mark.
pub fn paint<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    picture: &Matrix,
    look: &Look,
) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let pen = Pen::new(area, look.ratio);
    let (width_css, height_css) = pen.size_css();
    let plot = plot(picture, width_css, height_css);
    let ramp = Ramp::of(picture, look.scale);
    pen.clear(look.tokens.panel)?;
    if picture.rows.is_empty() {
        let middle = ((plot.left + plot.right()) / 2.0, (plot.top + plot.bottom()) / 2.0);
        pen.text("Nothing was rejected", middle, (HPos::Center, VPos::Center), look.tokens.muted)?;
    } else {
        pen.blit(&cells::painted(picture, &plot, &ramp, look, |css| pen.device(css)))?;
        row_labels(&pen, picture, &plot, look)?;
        legend(&pen, picture, &plot, &ramp, look)?;
    }
    time_axis(&pen, &plot, look, ZoneAt { x_css: plot.left - LABEL_GAP_CSS })
}

fn row_labels<B: DrawingBackend>(
    pen: &Pen<B>,
    picture: &Matrix,
    plot: &Plot,
    look: &Look,
) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let row_css = plot.height / picture.rows.len() as f64;
    let every = (ROW_LABEL_CSS / row_css).ceil().max(1.0) as usize;
    for (index, row) in picture.rows.iter().enumerate().step_by(every) {
        let (top, bottom) = plot.row_band(index);
        let label = fitted(&row.label, plot.left - LABEL_GAP_CSS - 2.0);
        let at = (plot.left - LABEL_GAP_CSS, (top + bottom - 1.0) / 2.0);
        pen.text(&label, at, (HPos::Right, VPos::Center), look.tokens.muted)?;
    }
    Ok(())
}

fn legend<B: DrawingBackend>(
    pen: &Pen<B>,
    picture: &Matrix,
    plot: &Plot,
    ramp: &Ramp,
    look: &Look,
) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let steps = Steps {
        labels: &ramp.labels(picture.measure),
        unknown: (!picture.gaps.is_empty()).then_some(UNKNOWN_WORDS),
    };
    let middle = plot.bottom() + TIMES_CSS + LEGEND_CSS / 2.0 - 2.0;
    // Under the cells where there is room, else from the picture's left edge.
    let x = plot.left.min(plot.right() - steps.width_css()).max(RIGHT_CSS);
    steps.paint(pen, (x, middle), look).map(|_| ())
}

/// Where the zone's name ends, left of the first time.
pub(super) struct ZoneAt {
    pub x_css: f64,
}

/// Time labels below `plot`, with the zone named once beside them.
pub(super) fn time_axis<B: DrawingBackend>(
    pen: &Pen<B>,
    plot: &Plot,
    look: &Look,
    zone: ZoneAt,
) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    const TICK_CSS: f64 = 4.0;
    const LABEL_BELOW_CSS: f64 = 14.0;
    const LABELS_APART_CSS: f64 = 10.0;
    let y = plot.bottom() + LABEL_BELOW_CSS;
    let zone_name = ticks::zone_name(look.zone_offset_secs);
    pen.text(&zone_name, (zone.x_css, y), (HPos::Right, VPos::Center), look.tokens.muted)?;
    let mut taken = f64::NEG_INFINITY;
    for tick in ticks::times(plot.span, plot.width, look.zone_offset_secs) {
        let x = plot.x_from_time(tick.at as f64);
        let half = letters::width_css(&tick.label) / 2.0;
        // Labels at either end move inwards, out of the way of the zone and the picture's edge.
        let middle = x.max(plot.left + half).min(plot.right() + RIGHT_CSS - half);
        let left = pen.device(x).min(pen.device(plot.right()) - pen.thick(1.0));
        let top = pen.device(plot.bottom());
        pen.rect((left, top), (left + pen.thick(1.0), top + pen.device(TICK_CSS)), look.tokens.line)?;
        let colour = if tick.turn { look.tokens.text } else { look.tokens.muted };
        if middle - half > taken + LABELS_APART_CSS {
            pen.text(&tick.label, (middle, y), (HPos::Center, VPos::Center), colour)?;
            taken = middle + half;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_cell_under_the_pointer_is_the_one_drawn_there() {
        let picture = sample::small_matrix();
        let plot = plot(&picture, 700.0, height_css(picture.rows.len()));
        let ((x0, x1), (y0, y1)) = (plot.bucket_band(3), plot.row_band(1));
        let found = cell_at(&plot, (x0 + x1) / 2.0, (y0 + y1) / 2.0);
        assert_eq!(found, Some(Cell { row: 1, bucket: 3 }));
        assert_eq!(cell_at(&plot, 2.0, (y0 + y1) / 2.0), None);
    }

    #[test]
    fn long_labels_take_no_more_than_their_part_of_a_phone() {
        let mut picture = sample::small_matrix();
        picture.rows[0].label = "eni-0a1b2c3d4e5f67890 (orders-db, eu-central-1a)".into();
        assert!(plot(&picture, 366.0, 200.0).left <= 366.0 * LABEL_ROOM_PART + 1.0);
        assert!(plot(&picture, 1_400.0, 200.0).left <= LABEL_ROOM_CSS.1);
    }
}
