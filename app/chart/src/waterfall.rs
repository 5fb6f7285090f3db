//! Draws a sum as a waterfall: its parts from the top, each beginning where the one before it ends, and sums from the
//! ground. Rows, because their names are long.

use super::letters::{self, fitted};
use super::pen::Pen;
use super::tokens::Ink;
use super::{Look, PaintError};
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

/// What a waterfall shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waterfall {
    /// What it is, for who cannot see it.
    pub title: String,
    /// The same in a sentence.
    pub words: String,
    /// From the top.
    pub bars: Vec<Bar>,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// The amount as it is read.
    pub said: String,
    /// Where it begins.
    pub from: f64,
    /// Where it ends: before the beginning where something is saved.
    pub to: f64,
    /// Whether it is a sum.
    pub is_sum: bool,
}

const ROW_CSS: f64 = 26.0;
const BAR_CSS: f64 = 14.0;
const TOP_CSS: f64 = 6.0;
const BOTTOM_CSS: f64 = 8.0;
/// Thinnest bar: a part that costs nearly nothing is still there.
const LEAST_CSS: f64 = 2.0;
/// From a name to the ground, and from a bar to its amount.
const GAP_CSS: f64 = 8.0;
/// Most of the width that names may take.
const NAMES_PART: f64 = 0.42;

/// The height that suits so many rows, CSS pixels.
pub fn height_css(rows: usize) -> u32 {
    (TOP_CSS + ROW_CSS * rows.max(1) as f64 + BOTTOM_CSS) as u32
}

/// Draws `picture` over the whole of `area`, whose size is in device pixels.
///
/// # Errors
/// When the surface refuses a mark.
pub fn paint<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    picture: &Waterfall,
    look: &Look,
) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let pen = Pen::new(area, look.ratio);
    let (width, _) = pen.size_css();
    pen.clear(look.tokens.panel)?;
    let widest = |text: fn(&Bar) -> &str| {
        picture.bars.iter().map(|bar| letters::width_css(text(bar))).fold(0.0, f64::max)
    };
    let names = (widest(|bar| &bar.label) + GAP_CSS).min(width * NAMES_PART).ceil();
    let room = (width - names - widest(|bar| &bar.said) - 2.0 * GAP_CSS).max(1.0);
    let most = picture.bars.iter().map(|bar| bar.from.max(bar.to)).fold(0.0, f64::max);
    let x = |amount: f64| names + if most > 0.0 { room * amount / most } else { 0.0 };
    let bottom = TOP_CSS + ROW_CSS * picture.bars.len() as f64;
    pen.rect(
        (pen.device(names) - pen.thick(1.0), pen.device(TOP_CSS)),
        (pen.device(names), pen.device(bottom)),
        look.tokens.line,
    )?;
    for (index, bar) in picture.bars.iter().enumerate() {
        let middle = TOP_CSS + ROW_CSS * (index as f64 + 0.5);
        let ink = match bar {
            Bar { is_sum: true, .. } => look.tokens.layer(Ink::Other),
            Bar { from, to, .. } if to < from => look.tokens.layer(Ink::Hue(2)),
            _ => look.tokens.layer(Ink::Accept),
        };
        let (left, right) = (x(bar.from.min(bar.to)), x(bar.from.max(bar.to)));
        let right = right.max(left + LEAST_CSS);
        pen.rect(
            (pen.device(left), pen.device(middle - BAR_CSS / 2.0)),
            (pen.device(right), pen.device(middle + BAR_CSS / 2.0)),
            ink,
        )?;
        // A thread down to where the next one begins.
        if index + 1 < picture.bars.len() {
            let thread = pen.device(x(bar.to));
            pen.rect(
                (thread, pen.device(middle + BAR_CSS / 2.0)),
                (thread + pen.thick(1.0), pen.device(middle + ROW_CSS - BAR_CSS / 2.0)),
                look.tokens.line,
            )?;
        }
        let colour = if bar.is_sum { look.tokens.text } else { look.tokens.muted };
        let name = fitted(&bar.label, names - GAP_CSS);
        pen.text(&name, (0.0, middle), (HPos::Left, VPos::Center), colour)?;
        pen.text(&bar.said, (right + GAP_CSS, middle), (HPos::Left, VPos::Center), look.tokens.text)?;
    }
    Ok(())
}
