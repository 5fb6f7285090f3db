//! A plotters surface that writes SVG elements: marks of equal paint share one path, bitmaps become paths of their
//! runs. Writes the same bytes for the same marks; the document around them is [`super::svg`]'s.

use super::letters::FONT_CSS;
use super::pen::{baseline_below, centred};
use plotters::style::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::Write as _;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Appends elements to a document's text. Complete after `present`.
pub(super) struct Vector<'a> {
    out: &'a mut String,
    size: (u32, u32),
    /// The paint of the path being written, and its data so far.
    open: Option<(String, String)>,
    /// The colour of the last rectangle that covered everything: bitmap runs of it need no mark.
    ground: Option<(u8, u8, u8)>,
}

impl<'a> Vector<'a> {
    pub(super) fn new(out: &'a mut String, size: (u32, u32)) -> Self {
        Vector { out, size, open: None, ground: None }
    }

    /// The data of the path that has this paint, continued when it is the one being written.
    fn data(&mut self, paint: String) -> &mut String {
        if self.open.as_ref().is_some_and(|(same, _)| *same != paint) {
            self.close();
        }
        &mut self.open.get_or_insert_with(|| (paint, String::new())).1
    }

    fn close(&mut self) {
        if let Some((paint, data)) = self.open.take() {
            push(self.out, format_args!("<path {paint} d=\"{data}\"/>\n"));
        }
    }
}

/// Writing to a string cannot fail.
fn push(out: &mut String, text: std::fmt::Arguments) {
    let _ = out.write_fmt(text);
}

fn css((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn fill(colour: BackendColor) -> String {
    let opacity =
        if colour.alpha < 1.0 { format!(" fill-opacity=\"{:.3}\"", colour.alpha) } else { String::new() };
    format!("fill=\"{}\"{opacity}", css(colour.rgb))
}

fn stroke<S: BackendStyle>(style: &S) -> String {
    let colour = style.color();
    let opacity =
        if colour.alpha < 1.0 { format!(" stroke-opacity=\"{:.3}\"", colour.alpha) } else { String::new() };
    format!("fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{opacity}", css(colour.rgb), style.stroke_width())
}

/// Appends a line through `points`, with relative steps because they are shorter.
fn trace(data: &mut String, points: impl IntoIterator<Item = BackendCoord>, shift: f64) {
    let mut last: Option<BackendCoord> = None;
    for (x, y) in points {
        match last {
            None => push(data, format_args!("M{} {}", f64::from(x) + shift, f64::from(y) + shift)),
            Some((x0, y0)) if y0 == y && x0 != x => push(data, format_args!("h{}", x - x0)),
            Some((x0, y0)) if x0 == x && y0 != y => push(data, format_args!("v{}", y - y0)),
            Some((x0, y0)) if (x0, y0) != (x, y) => push(data, format_args!("l{} {}", x - x0, y - y0)),
            Some(_) => {}
        }
        last = Some((x, y));
    }
}

fn trace_rect(data: &mut String, from: BackendCoord, to: BackendCoord) {
    push(data, format_args!("M{} {}h{}v{}h{}z", from.0, from.1, to.0 - from.0, to.1 - from.1, from.0 - to.0));
}

/// Neighbouring pixels of one colour in a line of a bitmap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    from: i32,
    to: i32,
    colour: (u8, u8, u8),
}

/// The runs of a line of RGB triples that starts at `x`.
fn runs(line: &[u8], x: i32) -> impl Iterator<Item = Run> {
    let (pixels, _) = line.as_chunks::<3>();
    let mut from = x;
    pixels.chunk_by(|left, right| left == right).map(move |run| {
        let [red, green, blue] = run[0];
        let to = from + run.len() as i32;
        let run = Run { from, to, colour: (red, green, blue) };
        from = to;
        run
    })
}

/// `text` as XML character data; characters XML forbids become U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            control if control.is_control() && !matches!(control, '\t' | '\n' | '\r') => out.push('\u{fffd}'),
            plain => out.push(plain),
        }
    }
    out
}

impl DrawingBackend for Vector<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.close();
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> Drawn {
        trace_rect(self.data(fill(colour)), at, (at.0 + 1, at.1 + 1));
        Ok(())
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
        let (width, height) = (i64::from(self.size.0), i64::from(self.size.1));
        if from.0 <= 0 && from.1 <= 0 && i64::from(to.0) >= width && i64::from(to.1) >= height {
            self.ground = Some(style.color().rgb);
        }
        trace_rect(self.data(fill(style.color())), from, to);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        trace(self.data(stroke(style)), path, centred(style.stroke_width()));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        filled: bool,
    ) -> Drawn {
        let paint = if filled { fill(style.color()) } else { stroke(style) };
        let (left, across) = (i64::from(centre.0) - i64::from(radius), 2 * i64::from(radius));
        let arc = format!("a{radius} {radius} 0 1 0");
        push(self.data(paint), format_args!("M{left} {}{arc} {across} 0{arc} {} 0z", centre.1, -across));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let data = self.data(fill(style.color()));
        trace(data, corners, 0.0);
        data.push('z');
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        self.close();
        let y = f64::from(at.1) + baseline_below(style.anchor().v_pos, style.size());
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let paint = fill(style.color());
        push(
            self.out,
            format_args!("<text x=\"{}\" y=\"{y:.1}\"{anchor} {paint}>{}</text>\n", at.0, escaped(text)),
        );
        Ok(())
    }

    /// The width by the advance table: the same everywhere, whatever fonts are installed.
    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = super::letters::width_css(text) * style.size() / FONT_CSS;
        Ok((width.ceil() as u32, style.size().ceil() as u32))
    }

    fn blit_bitmap(&mut self, at: BackendCoord, (width, height): (u32, u32), rgb: &[u8]) -> Drawn {
        self.close();
        let line_bytes = width as usize * 3;
        if line_bytes == 0 || height == 0 {
            return Ok(());
        }
        let lines: Vec<&[u8]> = rgb.chunks_exact(line_bytes).take(height as usize).collect();
        let mut paths: BTreeMap<(u8, u8, u8), String> = BTreeMap::new();
        let mut grown: BTreeMap<Run, i32> = BTreeMap::new();
        let mut y = at.1;
        for band in lines.chunk_by(|above, below| above == below) {
            let now: BTreeSet<Run> =
                runs(band[0], at.0).filter(|run| Some(run.colour) != self.ground).collect();
            // A run that goes on below is one rectangle with the one above.
            let ended: Vec<(Run, i32)> = grown.extract_if(.., |run, _| !now.contains(run)).collect();
            for (run, top) in ended {
                trace_rect(paths.entry(run.colour).or_default(), (run.from, top), (run.to, y));
            }
            for run in now {
                grown.entry(run).or_insert(y);
            }
            y += band.len() as i32;
        }
        for (run, top) in grown {
            trace_rect(paths.entry(run.colour).or_default(), (run.from, top), (run.to, y));
        }
        for (colour, data) in paths {
            push(self.out, format_args!("<path fill=\"{}\" d=\"{data}\"/>\n", css(colour)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters_backend::BackendColor;

    const RED: BackendColor = BackendColor { alpha: 1.0, rgb: (255, 0, 0) };

    #[test]
    fn marks_of_equal_paint_share_a_path() -> Result<(), Box<dyn std::error::Error>> {
        let mut out = String::new();
        let mut vector = Vector::new(&mut out, (20, 20));
        vector.draw_rect((1, 1), (3, 4), &RED, true)?;
        vector.draw_rect((5, 1), (6, 2), &RED, true)?;
        vector.draw_line((0, 0), (4, 4), &RED)?;
        vector.present()?;
        let expected = "<path fill=\"#ff0000\" d=\"M1 1h2v3h-2zM5 1h1v1h-1z\"/>\n\
                        <path fill=\"none\" stroke=\"#ff0000\" stroke-width=\"1\" d=\"M0.5 0.5l4 4\"/>\n";
        assert_eq!(out, expected);
        Ok(())
    }

    #[test]
    fn a_bitmap_becomes_rectangles_without_the_ground() -> Result<(), Box<dyn std::error::Error>> {
        let mut out = String::new();
        let mut vector = Vector::new(&mut out, (4, 2));
        vector.draw_rect((0, 0), (4, 2), &BackendColor { alpha: 1.0, rgb: (0, 0, 0) }, true)?;
        let line = [9, 9, 9, 9, 9, 9, 0, 0, 0, 7, 7, 7];
        vector.blit_bitmap((0, 0), (4, 2), &line.repeat(2))?;
        let paths: Vec<&str> = out.lines().skip(1).collect();
        assert_eq!(
            paths,
            ["<path fill=\"#070707\" d=\"M3 0h1v2h-1z\"/>", "<path fill=\"#090909\" d=\"M0 0h2v2h-2z\"/>"]
        );
        Ok(())
    }

    #[test]
    fn text_from_logs_cannot_leave_its_element() {
        assert_eq!(escaped("</text><script>&\"\u{0}"), "&lt;/text&gt;&lt;script&gt;&amp;&quot;\u{fffd}");
    }
}
