//! One way to put marks on any plotters surface: CSS lengths in, whole device pixels out.
//! Knows nothing of the data; everything a painter draws goes through here, so all surfaces agree.

use super::letters::{CAP_EM, DESCENT_EM, FONT_CSS, FONT_STACK};
use super::tokens::Rgb;
use super::{PaintError, hatch};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, ShapeStyle, TextStyle};
use plotters_backend::{BackendCoord, DrawingBackend, DrawingErrorKind};

/// A drawing area with the scale from CSS to device pixels.
pub(super) struct Pen<'a, B: DrawingBackend> {
    area: &'a DrawingArea<B, Shift>,
    ratio: f64,
}

/// An opaque picture of RGB triples, row by row from the top, in device pixels.
pub(super) struct Bitmap {
    pub at: BackendCoord,
    pub size: (u32, u32),
    pub rgb: Vec<u8>,
}

impl<'a> PointCollection<'a, BackendCoord> for &'a Bitmap {
    type Point = &'a BackendCoord;
    type IntoIter = std::iter::Once<&'a BackendCoord>;

    fn point_iter(self) -> Self::IntoIter {
        std::iter::once(&self.at)
    }
}

impl<B: DrawingBackend> Drawable<B> for Bitmap {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut points: I,
        backend: &mut B,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<B::ErrorType>> {
        points.next().map_or(Ok(()), |at| backend.blit_bitmap(at, self.size, &self.rgb))
    }
}

impl<'a, B: DrawingBackend> Pen<'a, B>
where
    B::ErrorType: 'static,
{
    pub(super) fn new(area: &'a DrawingArea<B, Shift>, ratio: f64) -> Self {
        // A ratio that is no number would put everything at 0; one pixel for one is at least readable.
        let ratio = if ratio.is_finite() && ratio > 0.0 { ratio } else { 1.0 };
        Pen { area, ratio }
    }

    /// The picture's size in CSS pixels.
    pub(super) fn size_css(&self) -> (f64, f64) {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width) / self.ratio, f64::from(height) / self.ratio)
    }

    /// The nearest device pixel boundary.
    pub(super) fn device(&self, css: f64) -> i32 {
        (css * self.ratio).round() as i32
    }

    /// A length that never vanishes, in device pixels.
    pub(super) fn thick(&self, css: f64) -> i32 {
        self.device(css).max(1)
    }

    pub(super) fn clear(&self, colour: Rgb) -> Result<(), PaintError> {
        self.area.fill(&colour.plotters()).map_err(PaintError::from_area)
    }

    /// A filled rectangle from corner to corner, device pixels.
    pub(super) fn rect(&self, from: BackendCoord, to: BackendCoord, colour: Rgb) -> Result<(), PaintError> {
        if to.0 <= from.0 || to.1 <= from.1 {
            return Ok(());
        }
        self.put(&Rectangle::new([from, to], ShapeStyle::from(&colour.plotters()).filled()))
    }

    /// A horizontal line one CSS pixel thick whose upper edge lies at `y_css`.
    pub(super) fn level_line(&self, x_css: (f64, f64), y_css: f64, colour: Rgb) -> Result<(), PaintError> {
        let y = self.device(y_css);
        self.rect((self.device(x_css.0), y), (self.device(x_css.1), y + self.thick(1.0)), colour)
    }

    /// A dashed vertical line one CSS pixel thick.
    pub(super) fn dashed_post(&self, x_css: f64, y_css: (f64, f64), colour: Rgb) -> Result<(), PaintError> {
        const DASH_CSS: f64 = 3.0;
        let (x, width) = (self.device(x_css), self.thick(1.0));
        let mut y = y_css.0;
        while y < y_css.1 {
            let end = (y + DASH_CSS).min(y_css.1);
            self.rect((x, self.device(y)), (x + width, self.device(end)), colour)?;
            y += 2.0 * DASH_CSS;
        }
        Ok(())
    }

    /// A dashed line through points in device pixels that lie upright or level of each other, `width_css` thick. Dashes are
    /// rectangles, which every surface draws sharp and alike.
    pub(super) fn dashed_steps(
        &self,
        points: &[BackendCoord],
        width_css: f64,
        colour: Rgb,
    ) -> Result<(), PaintError> {
        const DASH_CSS: f64 = 5.0;
        const SPACE_CSS: f64 = 3.0;
        let (dash, whole) = (self.thick(DASH_CSS), self.thick(DASH_CSS + SPACE_CSS));
        let width = self.thick(width_css);
        let mut walked = 0;
        for (from, to) in points.iter().zip(points.iter().skip(1)) {
            let length = (to.0 - from.0).abs() + (to.1 - from.1).abs();
            let at = |step: i32| {
                let part = |a: i32, b: i32| a + (b - a).signum() * step;
                (part(from.0, to.0), part(from.1, to.1))
            };
            let mut step = 0;
            while step < length {
                let phase = (walked + step) % whole;
                let next = length.min(step + if phase < dash { dash } else { whole } - phase);
                if phase < dash {
                    let (a, b) = (at(step), at(next));
                    let corner = (a.0.max(b.0), a.1.max(b.1));
                    let thick = if from.1 == to.1 {
                        (corner.0, corner.1 + width)
                    } else {
                        (corner.0 + width, corner.1)
                    };
                    self.rect((a.0.min(b.0), a.1.min(b.1)), thick, colour)?;
                }
                step = next;
            }
            walked += length;
        }
        Ok(())
    }

    /// Dots from corner to corner, device pixels, so far apart: what is unknown.
    pub(super) fn dots(
        &self,
        (from, to): (BackendCoord, BackendCoord),
        apart_css: f64,
        colour: Rgb,
    ) -> Result<(), PaintError> {
        let size = self.thick(1.0);
        for (x, y) in hatch::dots(from, to, self.thick(apart_css), size) {
            self.rect((x, y), (x + size, y + size), colour)?;
        }
        Ok(())
    }

    /// A filled polygon, device pixels.
    pub(super) fn polygon(&self, corners: Vec<BackendCoord>, colour: Rgb) -> Result<(), PaintError> {
        if corners.len() < 3 {
            return Ok(());
        }
        self.put(&Polygon::new(corners, colour.plotters()))
    }

    /// A filled polygon that lets what lies under it through; `part` is how much it hides, 0 to 1.
    pub(super) fn veil(&self, corners: Vec<BackendCoord>, colour: Rgb, part: f64) -> Result<(), PaintError> {
        if corners.len() < 3 {
            return Ok(());
        }
        self.put(&Polygon::new(corners, colour.plotters().mix(part)))
    }

    /// A line through points in device pixels, `width_css` thick.
    pub(super) fn path(
        &self,
        points: Vec<BackendCoord>,
        width_css: f64,
        colour: Rgb,
    ) -> Result<(), PaintError> {
        if points.len() < 2 {
            return Ok(());
        }
        let width = u32::try_from(self.thick(width_css)).unwrap_or(1);
        self.put(&PathElement::new(points, ShapeStyle::from(&colour.plotters()).stroke_width(width)))
    }

    /// Text whose capitals are centred on `y_css`, or stand on it with [`VPos::Bottom`].
    pub(super) fn text(
        &self,
        text: &str,
        (x_css, y_css): (f64, f64),
        (horizontal, vertical): (HPos, VPos),
        colour: Rgb,
    ) -> Result<(), PaintError> {
        if text.is_empty() {
            return Ok(());
        }
        let ink = colour.plotters();
        let style = TextStyle::from((FONT_STACK, FONT_CSS * self.ratio).into_font())
            .color(&ink)
            .pos(Pos::new(horizontal, vertical));
        let at = (self.device(x_css), self.device(y_css));
        self.area.draw_text(text, &style, at).map_err(PaintError::from_area)
    }

    pub(super) fn blit(&self, bitmap: &Bitmap) -> Result<(), PaintError> {
        self.put(bitmap)
    }

    fn put<'e, E>(&self, element: &'e E) -> Result<(), PaintError>
    where
        &'e E: PointCollection<'e, BackendCoord>,
        E: Drawable<B>,
    {
        self.area.draw(element).map_err(PaintError::from_area)
    }
}

impl PaintError {
    pub(super) fn from_area<E: std::error::Error + Send + Sync + 'static>(
        error: DrawingAreaErrorKind<E>,
    ) -> PaintError {
        PaintError::Refused { source: Box::new(error) }
    }
}

/// How far below an anchor at `vertical` the baseline of text of `size` lies: the one rule all surfaces follow.
pub(super) fn baseline_below(vertical: VPos, size: f64) -> f64 {
    match vertical {
        VPos::Top => size * CAP_EM,
        VPos::Center => size * CAP_EM / 2.0,
        VPos::Bottom => -size * DESCENT_EM,
    }
}

/// How far lines are moved right and down so that those of odd width cover whole pixels instead of two halves.
pub(super) fn centred(stroke_width: u32) -> f64 {
    if stroke_width % 2 == 1 { 0.5 } else { 0.0 }
}
