//! The cells of a heatmap as one picture, so that a surface gets them in a single call however many there are.
//! Device pixels and colours; labels and axes are drawn by [`super::heatmap`].

use super::hatch::on_dot;
use super::pen::Bitmap;
use super::plot::{Plot, unseen_part};
use super::ramp::Ramp;
use super::tokens::Rgb;
use super::{Look, heatmap};
use contract::{Matrix, MatrixRow};
use std::ops::Range;

/// Cells narrower or lower than this touch each other: a gutter would eat them.
const GUTTER_FROM_CSS: f64 = 5.0;
/// A bucket that lies in a gap by more than this part is unknown when it holds nothing.
const UNKNOWN_PART: f64 = 0.5;
/// Bytes of an RGB pixel.
const PIXEL: usize = 3;

/// What the pixels of one column show.
#[derive(Clone, PartialEq)]
enum Strip {
    /// The space between two cells.
    Gutter,
    /// The largest value of these buckets: there are several where the screen is coarser than the grid.
    Cells { buckets: Range<usize>, unknown: bool },
}

/// The whole plot rectangle of `picture`, painted cell by cell.
pub(super) fn painted(
    picture: &Matrix,
    plot: &Plot,
    ramp: &Ramp,
    look: &Look,
    device: impl Fn(f64) -> i32,
) -> Bitmap {
    let (x0, y0) = (device(plot.left), device(plot.top));
    let width = (device(plot.right()) - x0).max(1) as usize;
    let height = (device(plot.bottom()) - y0).max(1) as usize;
    let strips = strips(picture, plot, &device, width);
    let panel = look.tokens.panel;
    let mut rgb = [panel.0, panel.1, panel.2].repeat(width * height);
    let dot = (device(heatmap::DOTS_APART_CSS).max(2), device(1.0).max(1));
    for (index, row) in picture.rows.iter().enumerate() {
        let (top, bottom) = plot.row_band(index);
        let gutter = if bottom - top >= GUTTER_FROM_CSS { device(1.0).max(1) } else { 0 };
        let lines =
            (device(top) - y0).max(0) as usize..((device(bottom) - y0 - gutter).max(0) as usize).min(height);
        let line = line_of(row, &strips, ramp, look);
        for y in lines {
            let start = y * width * PIXEL;
            if let Some(target) = rgb.get_mut(start..start + line.len()) {
                target.copy_from_slice(&line);
                dot_unknown(target, row, &strips, (x0, y0 + y as i32), dot, look.tokens.dots());
            }
        }
    }
    Bitmap { at: (x0, y0), size: (width as u32, height as u32), rgb }
}

/// What every pixel column of the plot shows.
fn strips(picture: &Matrix, plot: &Plot, device: &impl Fn(f64) -> i32, width: usize) -> Vec<Strip> {
    let mut strips = vec![Strip::Gutter; width];
    let x0 = device(plot.left);
    let mut waiting = 0;
    for index in 0..plot.grid.count {
        let (left, right) = plot.bucket_band(index);
        let gutter = if right - left >= GUTTER_FROM_CSS { device(1.0).max(1) } else { 0 };
        let from = (device(left) - x0).max(0) as usize;
        let to = ((device(right) - x0 - gutter).max(0) as usize).min(width);
        if to <= from {
            continue;
        }
        let buckets = waiting.min(index)..index + 1;
        let unknown =
            buckets.clone().all(|b| unseen_part(&plot.grid, plot.span, &picture.gaps, b) > UNKNOWN_PART);
        strips[from..to].fill(Strip::Cells { buckets, unknown });
        waiting = index + 1;
    }
    strips
}

fn value_of(row: &MatrixRow, buckets: &Range<usize>) -> u64 {
    row.values.get(buckets.clone()).and_then(|values| values.iter().copied().max()).unwrap_or(0)
}

/// One line of pixels through the cells of `row`; unknown cells show the panel.
fn line_of(row: &MatrixRow, strips: &[Strip], ramp: &Ramp, look: &Look) -> Vec<u8> {
    let mut line = Vec::with_capacity(strips.len() * PIXEL);
    let mut last: Option<(&Strip, Rgb)> = None;
    for strip in strips {
        let colour = match (last, strip) {
            (Some((same, colour)), _) if same == strip => colour,
            (_, Strip::Gutter) => look.tokens.panel,
            (_, Strip::Cells { buckets, unknown }) => match value_of(row, buckets) {
                0 if *unknown => look.tokens.panel,
                value => look.tokens.level(ramp.level(value)),
            },
        };
        last = Some((strip, colour));
        line.extend([colour.0, colour.1, colour.2]);
    }
    line
}

/// Puts the dots of one pixel line over its unknown cells.
fn dot_unknown(
    line: &mut [u8],
    row: &MatrixRow,
    strips: &[Strip],
    at: (i32, i32),
    dot: (i32, i32),
    colour: Rgb,
) {
    if at.1.rem_euclid(dot.0) >= dot.1 {
        return;
    }
    for (x, (pixel, strip)) in line.chunks_exact_mut(PIXEL).zip(strips).enumerate() {
        let Strip::Cells { buckets, unknown: true } = strip else { continue };
        if on_dot(at.0 + x as i32, at.1, dot.0, dot.1) && value_of(row, buckets) == 0 {
            pixel.copy_from_slice(&[colour.0, colour.1, colour.2]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn pixel(bitmap: &Bitmap, plot: &Plot, x_css: f64, y_css: f64) -> Rgb {
        let x = (x_css - plot.left).floor() as usize;
        let y = (y_css - plot.top).floor() as usize;
        let start = (y * bitmap.size.0 as usize + x) * PIXEL;
        Rgb(bitmap.rgb[start], bitmap.rgb[start + 1], bitmap.rgb[start + 2])
    }

    #[test]
    fn zero_a_value_and_the_unknown_look_different() {
        let picture = sample::small_matrix();
        let look = Look::default();
        let plot = heatmap::plot(&picture, 400.0, 140.0);
        let ramp = Ramp::of(&picture, look.scale);
        let bitmap = painted(&picture, &plot, &ramp, &look, |css| css.round() as i32);
        let at = |row: usize, bucket: usize| {
            let ((x0, x1), (y0, y1)) = (plot.bucket_band(bucket), plot.row_band(row));
            pixel(&bitmap, &plot, (x0 + x1) / 2.0, (y0 + y1) / 2.0)
        };
        for (row, values) in picture.rows.iter().enumerate() {
            for (bucket, value) in values.values.iter().enumerate() {
                let unknown = unseen_part(&plot.grid, plot.span, &picture.gaps, bucket) > UNKNOWN_PART;
                if *value > 0 || !unknown {
                    assert_eq!(
                        at(row, bucket),
                        look.tokens.level(ramp.level(*value)),
                        "row {row}, bucket {bucket}"
                    );
                } else {
                    assert!([look.tokens.panel, look.tokens.dots()].contains(&at(row, bucket)));
                }
            }
        }
    }

    #[test]
    fn a_peak_survives_a_screen_coarser_than_the_grid() {
        let mut picture = sample::matrix(1_440, 3);
        picture.rows[1].values = vec![0; 1_440];
        picture.rows[1].values[777] = u64::MAX;
        let look = Look::default();
        let plot = heatmap::plot(&picture, 400.0, 140.0);
        let bitmap =
            painted(&picture, &plot, &Ramp::of(&picture, look.scale), &look, |css| css.round() as i32);
        let (y0, y1) = plot.row_band(1);
        let line = (((y0 + y1) / 2.0 - plot.top) as usize) * bitmap.size.0 as usize * PIXEL;
        let hottest = look.tokens.level(5);
        let pixels = &bitmap.rgb[line..line + bitmap.size.0 as usize * PIXEL];
        assert!(pixels.chunks_exact(PIXEL).any(|p| p == [hottest.0, hottest.1, hottest.2]));
    }
}
