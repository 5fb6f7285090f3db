//! Whole SVG documents on the server: the picture endpoints, first paint, export.
//! The same question gives the same bytes. Knows no HTTP.

use super::letters::{FONT_CSS, FONT_STACK};
use super::vector::{Vector, escaped};
use super::waterfall::{self, Waterfall};
use super::{Look, PaintError, figure as figures, heatmap, sentence, side_css, timeline as painter};
use contract::report::Figure;
use contract::{Dimension, Matrix, Timeline};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};

/// SVG units per CSS pixel of a timeline: layers a fraction of a pixel high still differ.
const TIMELINE_UNITS: f64 = 2.0;
/// SVG units per CSS pixel of a heatmap: cells end on whole pixels, so every edge is sharp.
const MATRIX_UNITS: f64 = 1.0;
/// Letters of the embedded font, with tabular digits: an image element cannot use the page's fonts.
const FONT: &[u8] = include_bytes!("../assets/fonts/inter-chart.woff2");

/// The timeline as an SVG document of this size in CSS pixels (kept within [`super::SIDE_LIMIT_CSS`]).
///
/// # Errors
/// When the painter fails, which an SVG surface gives no cause for.
pub fn timeline(
    picture: &Timeline,
    width_css: u32,
    height_css: u32,
    look: &Look,
) -> Result<String, PaintError> {
    let look = Look { ratio: TIMELINE_UNITS, ..*look };
    let splits = [picture.split, picture.within].map(Dimension::label).map(str::to_lowercase);
    let [split, within] = &splits;
    let title = match picture.within {
        Dimension::None => format!("Traffic over time, by {split}"),
        _ => format!("Traffic over time, by {split} and {within}"),
    };
    let words = (title.as_str(), sentence::timeline(picture, look.zone_offset_secs));
    document((width_css, height_css), &look, words, |area| painter::paint(area, picture, &look))
}

/// The heatmap as an SVG document of this size in CSS pixels (kept within [`super::SIDE_LIMIT_CSS`]).
///
/// # Errors
/// When the painter fails, which an SVG surface gives no cause for.
pub fn matrix(picture: &Matrix, width_css: u32, height_css: u32, look: &Look) -> Result<String, PaintError> {
    let look = Look { ratio: MATRIX_UNITS, ..*look };
    let title = format!("Rejects over time, by {}", picture.by.label().to_lowercase());
    let words = (title.as_str(), sentence::matrix(picture, look.zone_offset_secs));
    document((width_css, height_css), &look, words, |area| heatmap::paint(area, picture, &look))
}

/// A waterfall as an SVG document of this size in CSS pixels (kept within [`super::SIDE_LIMIT_CSS`]).
///
/// # Errors
/// When the painter fails, which an SVG surface gives no cause for.
pub fn waterfall(
    picture: &Waterfall,
    width_css: u32,
    height_css: u32,
    look: &Look,
) -> Result<String, PaintError> {
    let look = Look { ratio: MATRIX_UNITS, ..*look };
    let words = (picture.title.as_str(), picture.words.clone());
    document((width_css, height_css), &look, words, |area| waterfall::paint(area, picture, &look))
}

/// A picture of a document as an SVG document of this width in CSS pixels and the height that suits it, with its title and
/// what it shows in words.
///
/// # Errors
/// When the painter fails, which an SVG surface gives no cause for.
pub fn figure(
    (title, words): (&str, &str),
    picture: &Figure,
    width_css: u32,
    look: &Look,
) -> Result<String, PaintError> {
    let look = Look { ratio: TIMELINE_UNITS, ..*look };
    let size = (width_css, figures::height_css(picture));
    document(size, &look, (title, words.to_owned()), |area| figures::paint(area, picture, &look))
}

fn document(
    (width_css, height_css): (u32, u32),
    look: &Look,
    (title, description): (&str, String),
    paint: impl FnOnce(&DrawingArea<Vector, Shift>) -> Result<(), PaintError>,
) -> Result<String, PaintError> {
    let (width, height) = (side_css(width_css), side_css(height_css));
    let units = |css: u32| (f64::from(css) * look.ratio).round() as u32;
    let (across, down) = (units(width), units(height));
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {across} {down}\" role=\"img\" font-family=\"{}\" font-size=\"{}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n\
         <style>@font-face{{font-family:\"Inter Variable\";src:url(data:font/woff2;base64,{})}}</style>\n",
        escaped(FONT_STACK),
        FONT_CSS * look.ratio,
        escaped(title),
        escaped(&description),
        base64(FONT),
    );
    {
        let area = Vector::new(&mut text, (across, down)).into_drawing_area();
        paint(&area)?;
        area.present().map_err(PaintError::from_area)?;
    }
    text.push_str("</svg>\n");
    Ok(text)
}

/// `bytes` in base 64 with padding (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Theme, heatmap::height_css, sample};
    use contract::{Heights, Mark};

    /// Without the font, which is thousands of letters no reader can check.
    fn readable(document: &str) -> String {
        document.lines().filter(|line| !line.starts_with("<style>")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_small_timeline_looks_as_agreed() -> Result<(), PaintError> {
        let picture = sample::small_timeline();
        insta::assert_snapshot!("timeline", readable(&timeline(&picture, 420, 160, &Look::default())?));
        let dark = Look { heights: Heights::Log, ..Look::of(Theme::Dark) };
        insta::assert_snapshot!("timeline_log_dark", readable(&timeline(&picture, 420, 160, &dark)?));
        Ok(())
    }

    #[test]
    fn comparing_marking_parts_and_two_splits_look_as_agreed() -> Result<(), PaintError> {
        let drawn = |picture: &Timeline, look: Look| Ok(readable(&timeline(picture, 420, 160, &look)?));
        let look = Look { mark: Mark::P95, ..Look::default() };
        insta::assert_snapshot!("timeline_compared", drawn(&sample::compared(), look)?);
        let dark = Look { heights: Heights::Log, mark: Mark::P95, ..Look::of(Theme::Dark) };
        insta::assert_snapshot!("timeline_compared_log_dark", drawn(&sample::compared(), dark)?);
        let parts = Look { heights: Heights::Percent, ..look };
        insta::assert_snapshot!("timeline_percent_twice", drawn(&sample::twice(), parts)?);
        Ok(())
    }

    #[test]
    fn a_small_heatmap_looks_as_agreed() -> Result<(), PaintError> {
        let picture = sample::small_matrix();
        insta::assert_snapshot!("matrix", readable(&matrix(&picture, 420, 119, &Look::default())?));
        Ok(())
    }

    #[test]
    fn equal_questions_give_equal_bytes() -> Result<(), PaintError> {
        let (picture, look) = (sample::incident(), Look::default());
        assert_eq!(timeline(&picture, 1_128, 250, &look)?, timeline(&picture.clone(), 1_128, 250, &look)?);
        let picture = sample::matrix(288, 9);
        assert_eq!(matrix(&picture, 560, 250, &look)?, matrix(&picture.clone(), 560, 250, &look)?);
        Ok(())
    }

    #[test]
    fn labels_from_logs_are_escaped() -> Result<(), PaintError> {
        let mut picture = sample::small_matrix();
        picture.rows[0].label = "<b>&".into();
        let document = matrix(&picture, 420, height_css(3) as u32, &Look::default())?;
        assert!(document.contains("&lt;b&gt;&amp;") && !document.contains("<b>"));
        Ok(())
    }

    #[test]
    fn a_full_screen_of_cells_stays_a_reasonable_document() -> Result<(), PaintError> {
        let document = matrix(&sample::matrix(1_440, 200), 1_400, 640, &Look::default())?;
        assert!(document.len() < 4_000_000, "{} bytes", document.len());
        Ok(())
    }

    #[test]
    fn a_waterfall_looks_as_agreed() -> Result<(), PaintError> {
        let bar = |label: &str, from, to, is_sum| waterfall::Bar {
            label: label.to_owned(),
            said: format!("${:.2}", f64::abs(to - from)),
            from,
            to,
            is_sum,
        };
        let bars = vec![
            bar("Delivery to S3", 0.0, 8.0, false),
            bar("Storage in S3 Standard", 8.0, 10.0, false),
            bar("A month", 0.0, 10.0, true),
            bar("without tcp-flags", 10.0, 9.5, false),
        ];
        let picture = Waterfall { title: "A month".to_owned(), words: "Ten dollars.".to_owned(), bars };
        let height = waterfall::height_css(4);
        insta::assert_snapshot!("waterfall", readable(&waterfall(&picture, 420, height, &Look::default())?));
        let empty = waterfall(&Waterfall::default(), 0, 0, &Look::of(Theme::Dark))?;
        assert!(empty.starts_with("<svg"));
        Ok(())
    }

    #[test]
    fn no_size_and_no_data_still_give_a_document() -> Result<(), PaintError> {
        let mut picture = sample::small_timeline();
        picture.series.clear();
        picture.rejected.clear();
        let empty = timeline(&picture, 0, 0, &Look::default())?;
        assert!(empty.starts_with("<svg") && empty.ends_with("</svg>\n"));
        let mut cells = sample::small_matrix();
        cells.rows.clear();
        assert!(matrix(&cells, u32::MAX, 10, &Look::default())?.contains("Nothing was rejected"));
        Ok(())
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        assert_eq!(
            [base64(b""), base64(b"f"), base64(b"fo"), base64(b"foobar")],
            ["", "Zg==", "Zm8=", "Zm9vYmFy"]
        );
    }
}
