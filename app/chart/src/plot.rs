//! Where things lie in a picture: the plot rectangle, time and value to pixels and back, what is under the pointer.
//! Pure arithmetic in CSS pixels; knows no colour and no surface.

use contract::{Grid, Scale, Span};

/// The rectangle data is drawn in, with its two scales. All lengths are CSS pixels from the picture's top left corner.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width, at least 1.
    pub width: f64,
    /// Height, at least 1.
    pub height: f64,
    /// The times at the left and the right edge.
    pub span: Span,
    /// The buckets.
    pub grid: Grid,
    /// What the vertical direction means.
    pub vertical: Vertical,
}

/// What the vertical direction of a plot means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Vertical {
    /// A value axis, growing upwards.
    Value(Axis),
    /// This many rows of equal height, from the top.
    Rows(usize),
}

/// A value axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The value at the lower edge: 0 when linear, else the least value told apart.
    pub floor: f64,
    /// The value at the upper edge, above `floor`.
    pub ceiling: f64,
    /// How values map to heights.
    pub scale: Scale,
}

impl Axis {
    /// Height of `value` as a part of the axis, 0 to 1.
    pub fn part(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear => (value - self.floor) / (self.ceiling - self.floor),
            Scale::Log if value <= self.floor => 0.0,
            Scale::Log => (value / self.floor).ln() / (self.ceiling / self.floor).ln(),
        };
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The value at `part` of the axis.
    pub fn value(&self, part: f64) -> f64 {
        match self.scale {
            Scale::Linear => self.floor + part * (self.ceiling - self.floor),
            Scale::Log => self.floor * (self.ceiling / self.floor).powf(part),
        }
    }
}

/// Space around a plot, CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Margins {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Plot {
    pub(super) fn inside(
        size_css: (f64, f64),
        margins: Margins,
        span: Span,
        grid: Grid,
        vertical: Vertical,
    ) -> Plot {
        Plot {
            left: margins.left,
            top: margins.top,
            width: (size_css.0 - margins.left - margins.right).max(1.0),
            height: (size_css.1 - margins.top - margins.bottom).max(1.0),
            span: if span.secs() > 0 { span } else { Span { from: span.from, to: span.from + 1 } },
            grid,
            vertical,
        }
    }

    /// Right edge.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Whether the point lies in the plot rectangle.
    pub fn holds(&self, x_css: f64, y_css: f64) -> bool {
        (self.left..=self.right()).contains(&x_css) && (self.top..=self.bottom()).contains(&y_css)
    }

    /// The x of a Unix second; times outside the span fall on the nearer edge.
    pub fn x_from_time(&self, second: f64) -> f64 {
        let part = (second - self.span.from as f64) / self.span.secs() as f64;
        self.left + part.clamp(0.0, 1.0) * self.width
    }

    /// The Unix second at `x_css`; outside the plot it is the nearer end of the span.
    pub fn time_from_x(&self, x_css: f64) -> f64 {
        let part = ((x_css - self.left) / self.width).clamp(0.0, 1.0);
        self.span.from as f64 + part * self.span.secs() as f64
    }

    /// The y of a value; the lower edge when rows lie there instead.
    pub fn y_from_value(&self, value: f64) -> f64 {
        match self.vertical {
            Vertical::Value(axis) => self.bottom() - axis.part(value) * self.height,
            Vertical::Rows(_) => self.bottom(),
        }
    }

    /// The value at `y_css`; `None` when rows lie there instead.
    pub fn value_from_y(&self, y_css: f64) -> Option<f64> {
        let part = ((self.bottom() - y_css) / self.height).clamp(0.0, 1.0);
        match self.vertical {
            Vertical::Value(axis) => Some(axis.value(part)),
            Vertical::Rows(_) => None,
        }
    }

    /// Left and right edge of bucket `index`, cut to the plot.
    pub fn bucket_band(&self, index: usize) -> (f64, f64) {
        let start = self.grid.time_of(index) as f64;
        (self.x_from_time(start), self.x_from_time(start + self.grid.step as f64))
    }

    /// The bucket under `x_css`; `None` outside the plot.
    pub fn bucket_at(&self, x_css: f64) -> Option<usize> {
        if !(self.left..=self.right()).contains(&x_css) {
            return None;
        }
        let second = (self.time_from_x(x_css).floor() as i64).clamp(self.span.from, self.span.to - 1);
        self.grid.index_of(second)
    }

    /// Upper and lower edge of row `index`; both the lower edge of the plot when there are no rows.
    pub fn row_band(&self, index: usize) -> (f64, f64) {
        match self.vertical {
            Vertical::Rows(rows) if index < rows => {
                let height = self.height / rows as f64;
                (self.top + height * index as f64, self.top + height * (index + 1) as f64)
            }
            _ => (self.bottom(), self.bottom()),
        }
    }

    /// The row under `y_css`; `None` outside the plot or without rows.
    pub fn row_at(&self, y_css: f64) -> Option<usize> {
        match self.vertical {
            Vertical::Rows(rows) if rows > 0 && (self.top..=self.bottom()).contains(&y_css) => {
                let row = ((y_css - self.top) / self.height * rows as f64) as usize;
                Some(row.min(rows - 1))
            }
            _ => None,
        }
    }
}

/// Seconds of bucket `index` that lie inside `span`, in the whole minutes the lake counts by; never less than a
/// minute, so that a rate can be told.
pub fn covered_secs(grid: &Grid, span: Span, index: usize) -> f64 {
    let minutes = span.to_minutes();
    let start = grid.time_of(index).max(minutes.from);
    let end = (grid.time_of(index) + grid.step).min(minutes.to);
    (end - start).max(60) as f64
}

/// Which part of bucket `index` (0 to 1, of what lies inside `span`) no object was seen for.
pub fn unseen_part(grid: &Grid, span: Span, gaps: &[Span], index: usize) -> f64 {
    let start = grid.time_of(index).max(span.from);
    let end = (grid.time_of(index) + grid.step).min(span.to);
    let unseen: i64 = gaps.iter().map(|gap| (gap.to.min(end) - gap.from.max(start)).max(0)).sum();
    if end > start { (unseen as f64 / (end - start) as f64).min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MARGINS: Margins = Margins { left: 56.0, right: 14.0, top: 8.0, bottom: 24.0 };

    fn plots() -> impl Strategy<Value = Plot> {
        (
            0_i64..2_000_000_000,
            60_i64..40_000_000,
            1_usize..2_000,
            100.0..3_000.0_f64,
            60.0..900.0_f64,
            1_usize..300,
        )
            .prop_map(|(from, secs, points, width, height, rows)| {
                let span = Span { from, to: from + secs };
                Plot::inside((width, height), MARGINS, span, Grid::over(span, points), Vertical::Rows(rows))
            })
    }

    fn axes() -> impl Strategy<Value = Axis> {
        (1e-3..1e6_f64, 1.5..1e9_f64, any::<bool>()).prop_map(|(floor, times, log)| {
            if log {
                Axis { floor, ceiling: floor * times, scale: Scale::Log }
            } else {
                Axis { floor: 0.0, ceiling: floor * times, scale: Scale::Linear }
            }
        })
    }

    proptest! {
        #[test]
        fn a_time_survives_the_way_to_pixels_and_back(plot in plots(), part in 0.0..1.0_f64) {
            let second = plot.span.from as f64 + part * plot.span.secs() as f64;
            let back = plot.time_from_x(plot.x_from_time(second));
            prop_assert!((back - second).abs() <= plot.span.secs() as f64 * 1e-6);
        }

        #[test]
        fn a_value_survives_the_way_to_pixels_and_back(plot in plots(), axis in axes(), part in 0.0..1.0_f64) {
            let plot = Plot { vertical: Vertical::Value(axis), ..plot };
            let value = axis.value(part);
            let back = plot.value_from_y(plot.y_from_value(value)).unwrap_or(f64::NAN);
            prop_assert!((back - value).abs() <= value.abs() * 1e-6 + 1e-9, "{back} {value}");
        }

        #[test]
        fn the_pointer_in_the_middle_of_a_bucket_finds_it(plot in plots(), pick in any::<prop::sample::Index>()) {
            let index = pick.index(plot.grid.count);
            let (x0, x1) = plot.bucket_band(index);
            prop_assert!(x0 < x1);
            prop_assert_eq!(plot.bucket_at((x0 + x1) / 2.0), Some(index));
        }

        #[test]
        fn the_pointer_in_the_middle_of_a_row_finds_it(plot in plots(), pick in any::<prop::sample::Index>()) {
            let Vertical::Rows(rows) = plot.vertical else { unreachable!() };
            let row = pick.index(rows);
            let (y0, y1) = plot.row_band(row);
            prop_assert_eq!(plot.row_at((y0 + y1) / 2.0), Some(row));
        }

        #[test]
        fn bands_tile_the_plot_without_holes(plot in plots()) {
            prop_assert!((plot.bucket_band(0).0 - plot.left).abs() < 1e-6);
            prop_assert!((plot.bucket_band(plot.grid.count - 1).1 - plot.right()).abs() < 1e-6);
            for index in 1..plot.grid.count {
                prop_assert_eq!(plot.bucket_band(index - 1).1, plot.bucket_band(index).0);
            }
        }

        #[test]
        fn nothing_is_found_outside(plot in plots(), beyond in 0.01..500.0_f64) {
            prop_assert_eq!(plot.bucket_at(plot.left - beyond), None);
            prop_assert_eq!(plot.bucket_at(plot.right() + beyond), None);
            prop_assert_eq!(plot.row_at(plot.bottom() + beyond), None);
        }

        #[test]
        fn seconds_covered_add_up_to_the_span(from in 0_i64..1_000_000, minutes in 1_i64..20_000, points in 1_usize..500) {
            let span = Span { from: from * 60, to: (from + minutes) * 60 };
            let grid = Grid::over(span, points);
            let sum: f64 = (0..grid.count).map(|index| covered_secs(&grid, span, index)).sum();
            prop_assert_eq!(sum, span.secs() as f64);
        }
    }

    #[test]
    fn a_bucket_half_in_a_gap_is_half_unseen() {
        let span = Span { from: 0, to: 600 };
        let grid = Grid::with_step(span, 300);
        let gaps = [Span { from: 150, to: 600 }];
        assert_eq!([unseen_part(&grid, span, &gaps, 0), unseen_part(&grid, span, &gaps, 1)], [0.5, 1.0]);
    }

    #[test]
    fn a_picture_smaller_than_its_margins_still_has_a_plot() {
        let span = Span { from: 5, to: 5 };
        let plot = Plot::inside((0.0, 0.0), MARGINS, span, Grid::with_step(span, 60), Vertical::Rows(0));
        assert_eq!((plot.width, plot.height), (1.0, 1.0));
        assert_eq!((plot.row_at(8.5), plot.bucket_at(55.0)), (None, None));
    }
}
