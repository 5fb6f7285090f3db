//! Pictures as pixels on the server: what an image element shows first and what a link preview carries.
//! Gives RGBA; the server encodes it.

use super::raster::Raster;
use super::{Look, PaintError, figure as figures, heatmap, side_css, timeline as painter};
use contract::report::Figure;
use contract::{Matrix, Timeline};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use tiny_skia::Pixmap;

/// Most device pixels per CSS pixel: no screen shows more, and memory grows with its square.
const RATIO_LIMIT: f64 = 3.0;

/// An opaque picture in device pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green, blue, alpha of every pixel, row by row from the top; `4 × width × height` bytes.
    pub rgba: Vec<u8>,
}

/// The timeline as pixels. Sizes are CSS pixels (kept within [`super::SIDE_LIMIT_CSS`]), times `look.ratio`.
///
/// # Errors
/// When the painter fails, which a pixel buffer gives no cause for.
pub fn timeline(
    picture: &Timeline,
    width_css: u32,
    height_css: u32,
    look: &Look,
) -> Result<Pixels, PaintError> {
    painted(width_css, height_css, look, |area, look| painter::paint(area, picture, look))
}

/// The heatmap as pixels. Sizes are CSS pixels (kept within [`super::SIDE_LIMIT_CSS`]), times `look.ratio`.
///
/// # Errors
/// When the painter fails, which a pixel buffer gives no cause for.
pub fn matrix(picture: &Matrix, width_css: u32, height_css: u32, look: &Look) -> Result<Pixels, PaintError> {
    painted(width_css, height_css, look, |area, look| heatmap::paint(area, picture, look))
}

/// A picture of a document as pixels, of this width in CSS pixels and the height that suits it, times `look.ratio`.
///
/// # Errors
/// When the painter fails, which a pixel buffer gives no cause for.
pub fn figure(picture: &Figure, width_css: u32, look: &Look) -> Result<Pixels, PaintError> {
    let height_css = figures::height_css(picture);
    painted(width_css, height_css, look, |area, look| figures::paint(area, picture, look))
}

fn painted(
    width_css: u32,
    height_css: u32,
    look: &Look,
    paint: impl FnOnce(&DrawingArea<Raster, Shift>, &Look) -> Result<(), PaintError>,
) -> Result<Pixels, PaintError> {
    let ratio = if look.ratio.is_finite() { look.ratio.clamp(1.0, RATIO_LIMIT) } else { 1.0 };
    let side = |css: u32| (f64::from(side_css(css)) * ratio).round() as u32;
    let (width, height) = (side(width_css), side(height_css));
    let mut pixels = Pixmap::new(width, height).ok_or(PaintError::TooLarge { width, height })?;
    {
        let area = Raster::new(&mut pixels).into_drawing_area();
        paint(&area, &Look { ratio, ..*look })?;
    }
    Ok(Pixels { width, height, rgba: pixels.take() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Theme, sample};

    fn colours(pixels: &Pixels) -> std::collections::BTreeSet<[u8; 3]> {
        pixels.rgba.chunks_exact(4).map(|p| [p[0], p[1], p[2]]).collect()
    }

    #[test]
    fn a_picture_is_opaque_and_has_the_asked_size() -> Result<(), PaintError> {
        let look = Look { ratio: 2.0, ..Look::of(Theme::Dark) };
        for pixels in [
            timeline(&sample::incident(), 420, 160, &look)?,
            matrix(&sample::matrix(48, 9), 420, 160, &look)?,
        ] {
            assert_eq!((pixels.width, pixels.height, pixels.rgba.len()), (840, 320, 840 * 320 * 4));
            assert!(pixels.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255));
        }
        Ok(())
    }

    #[test]
    fn every_step_of_the_ramp_in_use_is_seen() -> Result<(), PaintError> {
        let look = Look::default();
        let seen = colours(&matrix(&sample::small_matrix(), 420, 119, &look)?);
        for level in 0..5 {
            let colour = look.tokens.level(level);
            assert!(seen.contains(&[colour.0, colour.1, colour.2]), "step {level}");
        }
        Ok(())
    }

    #[test]
    fn equal_questions_give_equal_pixels() -> Result<(), PaintError> {
        let (picture, look) = (sample::incident(), Look::default());
        assert_eq!(timeline(&picture, 700, 250, &look)?, timeline(&picture, 700, 250, &look)?);
        Ok(())
    }
}
