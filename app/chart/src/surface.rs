//! A plotters surface on a browser canvas, in device pixels. The only file of the charts that knows the browser.
//!
//! Whoever owns the canvas sets its backing store to CSS size × pixel ratio, paints inside one animation frame, and
//! paints again when the page's fonts have arrived.

use super::letters::FONT_STACK;
use super::pen::{baseline_below, centred};
use plotters::style::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::{Clamped, JsValue};
use web_sys::{CanvasRenderingContext2d, ImageData};

/// The browser refused a drawing call.
#[derive(Debug, thiserror::Error)]
#[error("the canvas refused to draw: {0}")]
pub struct SurfaceError(String);

impl From<JsValue> for SurfaceError {
    fn from(thrown: JsValue) -> Self {
        SurfaceError(format!("{thrown:?}"))
    }
}

type Drawn = Result<(), DrawingErrorKind<SurfaceError>>;

/// Most widths kept: labels repeat from one painting to the next, but a person can page through many interfaces.
const WIDTHS_LIMIT: usize = 2_000;

thread_local! {
    /// Widths already measured, by font size and text: measuring is a call into the browser.
    static WIDTHS: RefCell<HashMap<(u64, String), f64>> = RefCell::new(HashMap::new());
}

/// A canvas to draw on.
pub struct Surface {
    context: CanvasRenderingContext2d,
    size: (u32, u32),
    /// The fill colour the context has now: setting it again would parse it again.
    fill: Option<BackendColor>,
}

impl Surface {
    /// The canvas behind `context`, whose backing store is `width` × `height` device pixels.
    pub fn new(context: CanvasRenderingContext2d, width: u32, height: u32) -> Self {
        Surface { context, size: (width, height), fill: None }
    }

    fn set_fill(&mut self, colour: BackendColor) {
        let same = |set: BackendColor| set.rgb == colour.rgb && set.alpha == colour.alpha;
        if !self.fill.is_some_and(same) {
            self.context.set_fill_style_str(&css(colour));
            self.fill = Some(colour);
        }
    }

    fn trace(&self, points: impl IntoIterator<Item = BackendCoord>, shift: f64) {
        self.context.begin_path();
        for (index, (x, y)) in points.into_iter().enumerate() {
            let (x, y) = (f64::from(x) + shift, f64::from(y) + shift);
            if index == 0 { self.context.move_to(x, y) } else { self.context.line_to(x, y) }
        }
    }

    fn stroke<S: BackendStyle>(&self, style: &S) {
        self.context.set_stroke_style_str(&css(style.color()));
        self.context.set_line_width(f64::from(style.stroke_width()));
        self.context.stroke();
    }
}

fn css(colour: BackendColor) -> String {
    let (red, green, blue) = colour.rgb;
    if colour.alpha >= 1.0 {
        format!("#{red:02x}{green:02x}{blue:02x}")
    } else {
        format!("rgba({red},{green},{blue},{})", colour.alpha)
    }
}

fn font(size: f64) -> String {
    format!("{size}px {FONT_STACK}")
}

fn refused(thrown: JsValue) -> DrawingErrorKind<SurfaceError> {
    DrawingErrorKind::DrawingError(thrown.into())
}

impl DrawingBackend for Surface {
    type ErrorType = SurfaceError;

    fn get_size(&self) -> (u32, u32) {
        self.size
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
        self.set_fill(style.color());
        let (width, height) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
        self.context.fill_rect(f64::from(from.0), f64::from(from.1), width, height);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.trace(path, centred(style.stroke_width()));
        self.stroke(style);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        filled: bool,
    ) -> Drawn {
        self.context.begin_path();
        let (x, y) = (f64::from(centre.0), f64::from(centre.1));
        self.context.arc(x, y, f64::from(radius), 0.0, std::f64::consts::TAU).map_err(refused)?;
        if filled {
            self.set_fill(style.color());
            self.context.fill();
        } else {
            self.stroke(style);
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.set_fill(style.color());
        self.trace(corners, 0.0);
        self.context.close_path();
        self.context.fill();
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        self.set_fill(style.color());
        self.context.set_font(&font(style.size()));
        self.context.set_text_baseline("alphabetic");
        self.context.set_text_align(match style.anchor().h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        });
        let y = (f64::from(at.1) + baseline_below(style.anchor().v_pos, style.size())).round();
        self.context.fill_text(text, f64::from(at.0), y).map_err(refused)
    }

    /// Measured by the canvas, which unlike an element in the page needs no layout.
    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<SurfaceError>> {
        let key = (style.size().to_bits(), text.to_owned());
        let known = WIDTHS.with_borrow(|widths| widths.get(&key).copied());
        let width = match known {
            Some(width) => width,
            None => {
                self.context.set_font(&font(style.size()));
                let width = self.context.measure_text(text).map_err(refused)?.width();
                WIDTHS.with_borrow_mut(|widths| {
                    if widths.len() >= WIDTHS_LIMIT {
                        widths.clear();
                    }
                    widths.insert(key, width);
                });
                width
            }
        };
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }

    fn blit_bitmap(&mut self, at: BackendCoord, (width, height): (u32, u32), rgb: &[u8]) -> Drawn {
        if width == 0 || height == 0 {
            return Ok(());
        }
        let mut rgba = Vec::with_capacity(rgb.len() / 3 * 4);
        for pixel in rgb.chunks_exact(3) {
            rgba.extend_from_slice(pixel);
            rgba.push(u8::MAX);
        }
        let image =
            ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), width, height).map_err(refused)?;
        self.context.put_image_data(&image, f64::from(at.0), f64::from(at.1)).map_err(refused)
    }
}
