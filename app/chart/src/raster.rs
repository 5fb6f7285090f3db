//! A plotters surface on a pixel buffer, with smooth edges and the embedded font.
//! Knows pixels and glyph outlines; files and encodings are others' business.

use super::letters::{FONT_CSS, width_css};
use super::pen::{baseline_below, centred};
use plotters::style::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::convert::Infallible;
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Letters of Inter (ASCII and a few marks, tabular digits).
const FONT: &[u8] = include_bytes!("../assets/fonts/inter-chart.ttf");

/// Draws on a pixel buffer.
pub(super) struct Raster<'a> {
    pixels: &'a mut Pixmap,
    /// `None` would mean a damaged font file: pictures then have no words, which a test rules out.
    face: Option<Face<'static>>,
}

impl<'a> Raster<'a> {
    pub(super) fn new(pixels: &'a mut Pixmap) -> Self {
        Raster { pixels, face: Face::parse(FONT, 0).ok() }
    }

    fn fill(&mut self, path: Option<Path>, colour: BackendColor) {
        if let Some(path) = path {
            let transform = Transform::identity();
            self.pixels.fill_path(&path, &paint(colour), FillRule::Winding, transform, None);
        }
    }

    fn stroke<S: BackendStyle>(&mut self, path: Option<Path>, style: &S) {
        if let Some(path) = path {
            let stroke = Stroke { width: style.stroke_width() as f32, ..Stroke::default() };
            self.pixels.stroke_path(&path, &paint(style.color()), &stroke, Transform::identity(), None);
        }
    }
}

fn paint(colour: BackendColor) -> Paint<'static> {
    let (red, green, blue) = colour.rgb;
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(
        red,
        green,
        blue,
        (colour.alpha.clamp(0.0, 1.0) * 255.0).round() as u8,
    ));
    paint.anti_alias = true;
    paint
}

fn traced(points: impl IntoIterator<Item = BackendCoord>, shift: f64) -> PathBuilder {
    let mut path = PathBuilder::new();
    for (index, (x, y)) in points.into_iter().enumerate() {
        let (x, y) = ((f64::from(x) + shift) as f32, (f64::from(y) + shift) as f32);
        if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    path
}

/// Puts glyph outlines, which grow upwards in font units, where they belong on the picture.
struct Pencil {
    path: PathBuilder,
    x: f32,
    baseline: f32,
    scale: f32,
}

impl Pencil {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.baseline - y * self.scale)
    }
}

impl OutlineBuilder for Pencil {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

/// The outline of `text` and its width, starting at `x` on `baseline`.
fn outlined(face: &Face, text: &str, size: f32, x: f32, baseline: f32) -> (PathBuilder, f32) {
    let scale = size / f32::from(face.units_per_em());
    let mut pencil = Pencil { path: PathBuilder::new(), x, baseline, scale };
    for letter in text.chars() {
        let glyph = face.glyph_index(letter).unwrap_or(GlyphId(0));
        face.outline_glyph(glyph, &mut pencil);
        pencil.x += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
    }
    (pencil.path, pencil.x - x)
}

impl DrawingBackend for Raster<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.pixels.width(), self.pixels.height())
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Drawn {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        filled: bool,
    ) -> Drawn {
        if !filled {
            let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
            return self.draw_path(corners, style);
        }
        if let Some(rect) = Rect::from_ltrb(from.0 as f32, from.1 as f32, to.0 as f32, to.1 as f32) {
            self.pixels.fill_rect(rect, &paint(style.color()), Transform::identity(), None);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.stroke(traced(path, centred(style.stroke_width())).finish(), style);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        filled: bool,
    ) -> Drawn {
        let path = PathBuilder::from_circle(centre.0 as f32, centre.1 as f32, radius as f32);
        if filled {
            self.fill(path, style.color())
        } else {
            self.stroke(path, style)
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let mut path = traced(corners, 0.0);
        path.close();
        self.fill(path.finish(), style.color());
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        let Some(face) = &self.face else { return Ok(()) };
        let baseline = f64::from(at.1) + baseline_below(style.anchor().v_pos, style.size());
        // Unhinted glyphs are crispest with their feet on a pixel boundary.
        let baseline = baseline.round() as f32;
        let (_, width) = outlined(face, text, style.size() as f32, 0.0, 0.0);
        let x = match style.anchor().h_pos {
            HPos::Left => at.0 as f32,
            HPos::Center => at.0 as f32 - width / 2.0,
            HPos::Right => at.0 as f32 - width,
        };
        let (path, _) = outlined(face, text, style.size() as f32, x, baseline);
        self.fill(path.finish(), style.color());
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = width_css(text) * style.size() / FONT_CSS;
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }

    fn blit_bitmap(&mut self, at: BackendCoord, (width, height): (u32, u32), rgb: &[u8]) -> Drawn {
        let across = self.pixels.width() as usize;
        let (Ok(x0), Ok(y0)) = (usize::try_from(at.0), usize::try_from(at.1)) else { return Ok(()) };
        let visible = (width as usize).min(across.saturating_sub(x0));
        let lines = rgb.chunks_exact((width as usize * 3).max(1)).take(height as usize);
        for (target, line) in self.pixels.data_mut().chunks_exact_mut(across * 4).skip(y0).zip(lines) {
            let row = target.chunks_exact_mut(4).skip(x0).take(visible);
            for (pixel, colour) in row.zip(line.chunks_exact(3)) {
                pixel[..3].copy_from_slice(colour);
                pixel[3] = u8::MAX;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_font_has_every_letter_a_label_needs_at_the_width_of_the_table()
    -> Result<(), ttf_parser::FaceParsingError> {
        let face = Face::parse(FONT, 0)?;
        for letter in (' '..='~').chain("\u{a0}·×–…−".chars()) {
            assert!(face.glyph_index(letter).is_some(), "{letter:?}");
            let text = letter.to_string();
            let (_, width) = outlined(&face, &text, FONT_CSS as f32, 0.0, 0.0);
            if letter <= '~' {
                assert!((f64::from(width) - width_css(&text)).abs() < 0.02, "{letter:?}");
            }
        }
        assert_eq!(width_css("1"), width_css("8"), "digits are tabular");
        Ok(())
    }
}
