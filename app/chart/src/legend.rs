//! The legend of a heatmap: a swatch for each step of the colours, and one for what is unknown.

use super::letters::width_css;
use super::pen::Pen;
use super::{Look, PaintError};
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

const SWATCH_CSS: (f64, f64) = (12.0, 10.0);
const SWATCH_GAP_CSS: f64 = 5.0;
const STEP_GAP_CSS: f64 = 14.0;
/// Distance between the dots of the swatch of what is unknown.
const DOTS_APART_CSS: f64 = 4.0;

/// What a legend says.
pub(super) struct Steps<'a> {
    /// Beside the steps, from the least.
    pub labels: &'a [String],
    /// Beside the dots, where something is unknown.
    pub unknown: Option<&'a str>,
}

impl Steps<'_> {
    /// How wide it is, CSS pixels.
    pub(super) fn width_css(&self) -> f64 {
        let words = self.labels.iter().map(String::as_str).chain(self.unknown);
        words.map(step_css).sum::<f64>() - STEP_GAP_CSS
    }

    /// Draws it from `x` on, around `middle`; gives where the next step would begin. CSS pixels.
    pub(super) fn paint<B: DrawingBackend>(
        &self,
        pen: &Pen<B>,
        (mut x, middle): (f64, f64),
        look: &Look,
    ) -> Result<f64, PaintError>
    where
        B::ErrorType: 'static,
    {
        for (level, label) in self.labels.iter().enumerate() {
            let (from, to) = swatch(pen, x, middle);
            pen.rect(from, to, look.tokens.level(level))?;
            // Zero is nearly the panel's own colour: without an edge its swatch would be a hole.
            if level == 0 {
                outline(pen, from, to, look)?;
            }
            x = said(pen, label, (x, middle), look)?;
        }
        let Some(unknown) = self.unknown else { return Ok(x) };
        pen.dots(swatch(pen, x, middle), DOTS_APART_CSS, look.tokens.dots())?;
        said(pen, unknown, (x, middle), look)
    }
}

/// The width of a step with its words and the space behind it.
fn step_css(label: &str) -> f64 {
    SWATCH_CSS.0 + SWATCH_GAP_CSS + width_css(label) + STEP_GAP_CSS
}

/// Words beside the swatch at `x`; gives where the next step begins.
fn said<B: DrawingBackend>(
    pen: &Pen<B>,
    label: &str,
    (x, middle): (f64, f64),
    look: &Look,
) -> Result<f64, PaintError>
where
    B::ErrorType: 'static,
{
    let at = (x + SWATCH_CSS.0 + SWATCH_GAP_CSS, middle);
    pen.text(label, at, (HPos::Left, VPos::Center), look.tokens.muted)?;
    Ok(x + step_css(label))
}

fn swatch<B: DrawingBackend>(pen: &Pen<B>, x_css: f64, middle_css: f64) -> ((i32, i32), (i32, i32))
where
    B::ErrorType: 'static,
{
    let top = middle_css - SWATCH_CSS.1 / 2.0;
    let from = (pen.device(x_css), pen.device(top));
    (from, (pen.device(x_css + SWATCH_CSS.0), pen.device(top + SWATCH_CSS.1)))
}

fn outline<B: DrawingBackend>(
    pen: &Pen<B>,
    from: (i32, i32),
    to: (i32, i32),
    look: &Look,
) -> Result<(), PaintError>
where
    B::ErrorType: 'static,
{
    let thin = pen.thick(1.0);
    pen.rect(from, (to.0, from.1 + thin), look.tokens.line)?;
    pen.rect((from.0, to.1 - thin), to, look.tokens.line)?;
    pen.rect(from, (from.0 + thin, to.1), look.tokens.line)?;
    pen.rect((to.0 - thin, from.1), to, look.tokens.line)
}
