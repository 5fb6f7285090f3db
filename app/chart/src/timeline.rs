//! Draws traffic over time: step areas stacked from the baseline, rejects hatched along it, gaps dotted.
//!
//! A bucket holds a sum, so it is drawn as a step as wide as the bucket: the area is the amount, and nothing is
//! interpolated. On a logarithmic axis heights do not add up, so layers become step lines that are not stacked. An earlier
//! time is a dashed line over all of it.

use super::hatch::{self, Column};
use super::heatmap::{UNKNOWN_WORDS, ZoneAt, time_axis};
use super::letters::width_css;
use super::pen::Pen;
use super::stack::{self, Layer};
use super::tokens::{Ink, Rgb};
use super::{Look, PaintError, Plot, change, sentence, ticks};
use contract::{Heights, Timeline};
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

pub use super::stack::{Hit, Layer as StackLayer, hit, layers, plot, rate_of, rates, totals};

/// Height that suits a page, CSS pixels.
pub const HEIGHT_CSS: f64 = 250.0;
/// Height that suits a phone, CSS pixels.
pub const HEIGHT_NARROW_CSS: f64 = 196.0;

/// Distance between hatch lines along the baseline, and their thickness.
const HATCH_APART_CSS: f64 = 6.0;
const HATCH_CSS: f64 = 1.6;
/// Distance between the dots that shade a gap.
const DOTS_APART_CSS: f64 = 8.0;
/// Rejects lower than this are drawn this high: one in a thousand is the news, not a rounding error.
const REJECT_LEAST_CSS: f64 = 2.0;
/// How strong the ground under the hatch is where rejects are a layer of their own, and how much stronger from one such
/// layer to the next.
const REJECT_GROUND: f64 = 0.22;
const REJECT_GROUND_STEP: f64 = 0.2;
/// How much of another layer the panel hides under the hatch, so that orange stands out from blue.
const REJECT_VEIL: f64 = 0.6;
/// Distance of the two lines that tell rejects from other layers on a logarithmic axis.
const DOUBLE_LINE_CSS: f64 = 3.0;
/// Thickness of a line on a logarithmic axis.
const LINE_CSS: f64 = 1.5;
/// Thickness of the line of an earlier time.
const EARLIER_CSS: f64 = 1.5;
/// Space around the words beside a marked level.
const MARK_INSET_CSS: f64 = 8.0;
/// Layers of narrower steps are not parted by a line: it would be more edge than line.
const PARTED_FROM_CSS: f64 = 2.0;
/// Narrower gaps are dotted but not named.
const GAP_NAMED_CSS: f64 = 64.0;

/// Draws `picture` over the whole of `area`, whose size is in device pixels.
///
/// # Errors
/// When the surface refuses a mark.
pub fn paint<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    picture: &Timeline,
    look: &Look,
) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let pen = Pen::new(area, look.ratio);
    let (width_css, height_css) = pen.size_css();
    let canvas = Canvas { pen, plot: plot(picture, look, width_css, height_css), picture, look };
    canvas.pen.clear(look.tokens.panel)?;
    canvas.value_axis(height_css)?;
    canvas.gaps()?;
    let layers = layers(picture, look);
    if layers.iter().all(|layer| layer.rates.iter().all(|rate| *rate == 0.0)) {
        canvas.nothing()?;
    } else {
        match look.heights {
            Heights::Stacked | Heights::Percent => canvas.areas(&layers)?,
            Heights::Log => canvas.lines(&layers)?,
        }
        canvas.rejects()?;
    }
    canvas.earlier()?;
    canvas.mark()?;
    canvas.baseline()?;
    time_axis(&canvas.pen, &canvas.plot, look, ZoneAt { x_css: canvas.plot.left - 8.0 })?;
    canvas.marker()
}

/// Everything a part of the picture needs to draw itself.
struct Canvas<'a, B: DrawingBackend> {
    pen: Pen<'a, B>,
    plot: Plot,
    picture: &'a Timeline,
    look: &'a Look,
}

/// Buckets that share a device pixel column, drawn as their mean.
struct Slot {
    left: i32,
    right: i32,
    buckets: std::ops::Range<usize>,
}

impl Slot {
    fn mean(&self, rates: &[f64]) -> f64 {
        let part = rates.get(self.buckets.clone()).unwrap_or_default();
        if part.is_empty() { 0.0 } else { part.iter().sum::<f64>() / part.len() as f64 }
    }
}

impl<B: DrawingBackend> Canvas<'_, B>
where
    B::ErrorType: 'static,
{
    fn gaps(&self) -> Result<(), PaintError> {
        let (top, bottom) = (self.pen.device(self.plot.top), self.pen.device(self.plot.bottom()));
        for gap in &self.picture.gaps {
            let (x0, x1) = (self.plot.x_from_time(gap.from as f64), self.plot.x_from_time(gap.to as f64));
            let (left, right) = (self.pen.device(x0), self.pen.device(x1));
            self.pen.dots(((left, top), (right, bottom)), DOTS_APART_CSS, self.look.tokens.dots())?;
            if x1 - x0 >= GAP_NAMED_CSS {
                self.chip(
                    UNKNOWN_WORDS,
                    (x0 + x1) / 2.0,
                    self.plot.top + self.plot.height / 2.0,
                    self.look.tokens.muted,
                )?;
            }
        }
        Ok(())
    }

    fn value_axis(&self, height_css: f64) -> Result<(), PaintError> {
        let (axis, step) = stack::axis(self.picture, self.look, height_css);
        let unit = stack::unit(self.picture, self.look);
        for tick in ticks::values(&axis, step, stack::intervals(height_css), unit.symbol) {
            let y = self.plot.y_from_value(tick.value);
            if tick.value > axis.floor {
                self.pen.level_line((self.plot.left, self.plot.right()), y, self.look.tokens.line_soft)?;
            }
            let at = (self.plot.left - 8.0, y);
            self.pen.text(&tick.label, at, (HPos::Right, VPos::Center), self.look.tokens.muted)?;
        }
        Ok(())
    }

    fn slots(&self) -> Vec<Slot> {
        let mut slots = Vec::with_capacity(self.plot.grid.count);
        let mut first = 0;
        let mut left = self.pen.device(self.plot.left);
        for index in 0..self.plot.grid.count {
            let right = self.pen.device(self.plot.bucket_band(index).1);
            if right > left {
                slots.push(Slot { left, right, buckets: first..index + 1 });
                (first, left) = (index + 1, right);
            }
        }
        slots
    }

    fn y_device(&self, rate: f64) -> i32 {
        self.pen.device(self.plot.y_from_value(rate))
    }

    /// Each layer reaches down to the baseline and the lower ones are drawn over it: shared edges have no seams.
    fn areas(&self, layers: &[Layer]) -> Result<(), PaintError> {
        let slots = self.slots();
        let base = self.pen.device(self.plot.bottom());
        let mut sums = vec![0.0; slots.len()];
        let mut steps: Vec<Vec<Column>> = Vec::with_capacity(layers.len());
        for layer in layers {
            for (sum, slot) in sums.iter_mut().zip(&slots) {
                *sum += slot.mean(&layer.rates);
            }
            let columns = slots.iter().zip(&sums);
            steps.push(
                columns
                    .map(|(s, sum)| Column { left: s.left, right: s.right, top: self.y_device(*sum) })
                    .collect(),
            );
        }
        let roomy = slots.iter().any(|slot| slot.right - slot.left >= self.pen.thick(PARTED_FROM_CSS));
        let hairline = roomy.then(|| self.pen.thick(0.5));
        for (index, (layer, columns)) in layers.iter().zip(&steps).enumerate().rev() {
            // A line of panel between two layers: their hues alone do not contrast enough.
            if let (Some(hairline), Some(above)) = (hairline, steps.get(index + 1)) {
                self.area(&raised(columns, above, hairline), base, self.look.tokens.panel)?;
            }
            self.area(columns, base, self.fill(layer.ink))?;
        }
        Ok(())
    }

    fn fill(&self, ink: Ink) -> Rgb {
        let tokens = &self.look.tokens;
        match ink {
            Ink::Reject => tokens.reject.over(tokens.panel, REJECT_GROUND),
            Ink::RejectPart(part) => {
                tokens.reject.over(tokens.panel, REJECT_GROUND + REJECT_GROUND_STEP * part as f64)
            }
            ink => tokens.layer(ink),
        }
    }

    fn area(&self, columns: &[Column], base: i32, colour: Rgb) -> Result<(), PaintError> {
        for run in runs(columns, base) {
            self.pen.polygon(outline(run, base), colour)?;
        }
        Ok(())
    }

    fn lines(&self, layers: &[Layer]) -> Result<(), PaintError> {
        let slots = self.slots();
        let base = self.pen.device(self.plot.bottom());
        for layer in layers.iter().rev().filter(|layer| !layer.ink.is_reject()) {
            for run in runs(&self.columns(&slots, &layer.rates, 0), base) {
                self.pen.path(tops(run), LINE_CSS, self.look.tokens.ink(layer.ink))?;
            }
        }
        Ok(())
    }

    /// One column per slot; what is not nothing is at least `least` pixels high.
    fn columns(&self, slots: &[Slot], rates: &[f64], least: i32) -> Vec<Column> {
        let base = self.pen.device(self.plot.bottom());
        let top = |rate: f64| if rate > 0.0 { self.y_device(rate).min(base - least) } else { base };
        slots.iter().map(|s| Column { left: s.left, right: s.right, top: top(s.mean(rates)) }).collect()
    }

    /// Rejects along the baseline, whatever the split: hatched, or a double line where heights do not add up.
    fn rejects(&self) -> Result<(), PaintError> {
        let Some(rates) = stack::rejected(self.picture, self.look) else { return Ok(()) };
        let base = self.pen.device(self.plot.bottom());
        let columns = self.columns(&self.slots(), &rates, self.pen.device(REJECT_LEAST_CSS));
        match self.look.heights {
            Heights::Stacked | Heights::Percent => self.hatched(&columns, base),
            Heights::Log => {
                let below = self.pen.thick(DOUBLE_LINE_CSS);
                for run in runs(&columns, base) {
                    let second = tops(run).into_iter().map(|(x, y)| (x, (y + below).min(base))).collect();
                    self.pen.path(tops(run), LINE_CSS, self.look.tokens.reject)?;
                    self.pen.path(second, 1.0, self.look.tokens.reject)?;
                }
                Ok(())
            }
        }
    }

    fn hatched(&self, columns: &[Column], base: i32) -> Result<(), PaintError> {
        let colour = self.look.tokens.reject;
        if !self.picture.names_rejects() {
            for run in runs(columns, base) {
                self.pen.veil(outline(run, base), self.look.tokens.panel, REJECT_VEIL)?;
            }
        }
        for line in hatch::stripes(columns, base, self.pen.thick(HATCH_APART_CSS)) {
            self.pen.path(line.to_vec(), HATCH_CSS, colour)?;
        }
        for run in runs(columns, base) {
            self.pen.path(tops(run), 1.0, colour)?;
        }
        Ok(())
    }

    /// The time that is compared with, and on a logarithmic axis what it is compared with.
    fn earlier(&self) -> Result<(), PaintError> {
        let base = self.pen.device(self.plot.bottom());
        let slots = self.slots();
        if let Some(rates) = stack::total(self.picture, self.look) {
            for run in runs(&self.columns(&slots, &rates, 0), base) {
                self.pen.path(tops(run), 1.0, self.look.tokens.text)?;
            }
        }
        let Some(rates) = stack::earlier(self.picture, self.look) else { return Ok(()) };
        for run in runs(&self.columns(&slots, &rates, 0), base) {
            self.pen.dashed_steps(&tops(run), EARLIER_CSS, self.look.tokens.text)?;
        }
        Ok(())
    }

    /// The level that is marked, with its value at the end that is free.
    fn mark(&self) -> Result<(), PaintError> {
        let Some(level) = stack::marked(self.picture, self.look) else { return Ok(()) };
        let y = self.plot.y_from_value(level);
        self.pen.level_line((self.plot.left, self.plot.right()), y, self.look.tokens.text)?;
        let words = sentence::p95(self.picture).unwrap_or_default();
        let half = width_css(&words) / 2.0 + MARK_INSET_CSS;
        let middle = (self.plot.left + self.plot.right()) / 2.0;
        let is_right_taken = self.jump().is_some_and(|jump| self.plot.x_from_time(jump.at as f64) > middle);
        let x = if is_right_taken { self.plot.left + half } else { self.plot.right() - half };
        let above = y - MARK_INSET_CSS - 2.0;
        let is_room = above - MARK_INSET_CSS >= self.plot.top;
        self.chip(&words, x, if is_room { above } else { y + MARK_INSET_CSS + 3.0 }, self.look.tokens.text)
    }

    fn baseline(&self) -> Result<(), PaintError> {
        self.pen.level_line((self.plot.left, self.plot.right()), self.plot.bottom(), self.look.tokens.line)
    }

    fn nothing(&self) -> Result<(), PaintError> {
        let middle = ((self.plot.left + self.plot.right()) / 2.0, self.plot.top + self.plot.height / 2.0);
        self.chip("No traffic in this range", middle.0, middle.1, self.look.tokens.muted)
    }

    fn jump(&self) -> Option<change::Change> {
        self.look.only.is_none().then(|| change::of_rejects(self.picture)).flatten()
    }

    /// The moment rejects jumped, if there is a clear one.
    fn marker(&self) -> Result<(), PaintError> {
        let Some(jump) = self.jump() else { return Ok(()) };
        let x = self.plot.x_from_time(jump.at as f64);
        let words = sentence::marker(&jump, self.look.zone_offset_secs);
        self.pen.dashed_post(x, (self.plot.top, self.plot.bottom()), self.look.tokens.muted)?;
        let half = width_css(&words) / 2.0 + 7.0;
        let middle = if x + 2.0 * half > self.plot.right() { x - half } else { x + half };
        self.chip(&words, middle, self.plot.top + 7.0, self.look.tokens.text)
    }

    /// Words on a piece of panel, readable over anything.
    fn chip(&self, words: &str, middle_css: f64, y_css: f64, colour: Rgb) -> Result<(), PaintError> {
        const AROUND_CSS: (f64, f64) = (4.0, 8.0);
        let half = width_css(words) / 2.0 + AROUND_CSS.0;
        let from = (self.pen.device(middle_css - half), self.pen.device(y_css - AROUND_CSS.1));
        let to = (self.pen.device(middle_css + half), self.pen.device(y_css + AROUND_CSS.1));
        self.pen.rect(from, to, self.look.tokens.panel)?;
        self.pen.text(words, (middle_css, y_css), (HPos::Center, VPos::Center), colour)
    }
}

/// Stretches of columns that have a height: an empty stretch must leave no line along the baseline.
fn runs(columns: &[Column], base: i32) -> impl Iterator<Item = &[Column]> {
    columns.split(move |column| column.top >= base).filter(|run| !run.is_empty())
}

/// `columns` grown upwards by `by`, where the layer `above` is thick enough to spare it.
fn raised(columns: &[Column], above: &[Column], by: i32) -> Vec<Column> {
    const SPARED_FROM: i32 = 4;
    let top = |(column, above): (&Column, &Column)| {
        let thick = column.top - above.top >= SPARED_FROM * by;
        Column { top: if thick { column.top - by } else { column.top }, ..*column }
    };
    columns.iter().zip(above).map(top).collect()
}

/// The outline of a run of columns, closed along the base.
fn outline(run: &[Column], base: i32) -> Vec<(i32, i32)> {
    let mut corners = tops(run);
    if let (Some(first), Some(last)) = (run.first(), run.last()) {
        corners.extend([(last.right, base), (first.left, base)]);
    }
    corners
}

/// The upper edge of a run of columns, from the left; columns of equal height share their corners.
fn tops(run: &[Column]) -> Vec<(i32, i32)> {
    let mut corners: Vec<(i32, i32)> = Vec::with_capacity(run.len() * 2);
    for column in run {
        match corners.last_mut() {
            Some(end) if end.1 == column.top => end.0 = column.right,
            _ => corners.extend([(column.left, column.top), (column.right, column.top)]),
        }
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sample, svg};
    use contract::Span;
    use proptest::prelude::*;

    fn words(picture: &Timeline, look: &Look) -> Result<Vec<String>, PaintError> {
        let document = svg::timeline(picture, 700, 250, look)?;
        let text = |line: &str| {
            Some(line.strip_prefix("<text")?.split_once('>')?.1.trim_end_matches("</text>").to_owned())
        };
        Ok(document.lines().filter_map(text).collect())
    }

    #[test]
    fn a_wide_gap_is_named_and_a_jump_is_marked() -> Result<(), PaintError> {
        let mut picture = sample::incident();
        picture.gaps = vec![Span { from: sample::MIDNIGHT, to: sample::MIDNIGHT + 4 * 3_600 }];
        let words = words(&picture, &Look::default())?;
        assert!(words.iter().any(|word| word == UNKNOWN_WORDS), "{words:?}");
        assert!(words.iter().any(|word| word == "14:00 rejects × 5.3"), "{words:?}");
        Ok(())
    }

    #[test]
    fn one_series_alone_has_an_axis_of_its_own_and_no_mark() -> Result<(), PaintError> {
        let picture = sample::incident();
        let dns = words(&picture, &Look { only: Some(4), ..Look::default() })?;
        assert!(dns.contains(&"10\u{a0}Mb/s".to_owned()), "{dns:?}");
        assert!(!dns.iter().any(|word| word.contains("rejects")), "{dns:?}");
        Ok(())
    }

    #[test]
    fn nothing_is_said_to_be_nothing() -> Result<(), PaintError> {
        let mut picture = sample::small_timeline();
        picture.series.iter_mut().for_each(|series| series.values.fill(0));
        picture.rejected.fill(0);
        assert!(words(&picture, &Look::default())?.contains(&"No traffic in this range".to_owned()));
        Ok(())
    }

    proptest! {
        #[test]
        fn the_area_under_the_tops_is_the_sum_of_the_columns(parts in prop::collection::vec((1_i32..9, 1_i32..90), 1..60)) {
            let base = 100;
            let mut left = 0;
            let columns: Vec<Column> = parts.iter().map(|(width, height)| {
                left += width;
                Column { left: left - width, right: left, top: base - height }
            }).collect();
            let expected: i32 = parts.iter().map(|(width, height)| width * height).sum();
            let corners = outline(&columns, base);
            // The shoelace formula, whose sign tells the turning direction.
            let twice: i32 = corners.iter().zip(corners.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
            prop_assert_eq!(twice.abs(), 2 * expected);
        }
    }
}
