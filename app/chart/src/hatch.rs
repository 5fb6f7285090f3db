//! Hatching and dots as plain geometry, so that every surface draws the same marks without pattern fills.
//! Works in device pixels on step shapes; knows no colour.

use plotters_backend::BackendCoord;

/// One column of a step shape: from `left` to `right`, filled between `top` and the shape's base. Device pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub left: i32,
    pub right: i32,
    pub top: i32,
}

/// The parts of rising 45° lines, `apart` pixels from one to the next along the base, that lie inside the columns above
/// `base`. Columns must be in order from the left; neighbours may touch. Lines hang on the pixel grid, not on the
/// shape, so that hatches of neighbouring shapes meet.
pub(super) fn stripes(columns: &[Column], base: i32, apart: i32) -> Vec<[BackendCoord; 2]> {
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return Vec::new() };
    let apart = apart.max(2);
    let tallest = columns.iter().map(|column| base - column.top).max().unwrap_or(0);
    let mut lines = Vec::new();
    // A line meets the base at `foot` and rises to the right: y = base - (x - foot).
    let mut foot = (first.left - tallest).div_euclid(apart) * apart;
    while foot < last.right {
        climb(columns, base, foot, tallest, &mut lines);
        foot += apart;
    }
    lines
}

/// The parts of the line from `foot` that lie inside the columns, joined where columns touch.
fn climb(columns: &[Column], base: i32, foot: i32, tallest: i32, lines: &mut Vec<[BackendCoord; 2]>) {
    let mut open: Option<[BackendCoord; 2]> = None;
    let start = columns.partition_point(|column| column.right <= foot);
    for column in columns.iter().skip(start).take_while(|column| column.left < foot + tallest) {
        let from = column.left.max(foot);
        let to = column.right.min(foot + base - column.top);
        if to <= from {
            continue;
        }
        let piece = [(from, base - (from - foot)), (to, base - (to - foot))];
        open = match open {
            Some([begin, end]) if end == piece[0] => Some([begin, piece[1]]),
            earlier => {
                lines.extend(earlier);
                Some(piece)
            }
        };
    }
    lines.extend(open);
}

/// Whether the pixel lies on a dot: squares of `size` on a lattice of `apart`, every other row shifted by half.
pub(super) fn on_dot(x: i32, y: i32, apart: i32, size: i32) -> bool {
    let row = y.div_euclid(apart);
    let shift = if row.rem_euclid(2) == 0 { 0 } else { apart / 2 };
    y.rem_euclid(apart) < size && (x + shift).rem_euclid(apart) < size
}

/// The upper left corners of all dots whose squares lie whole inside the rectangle; the same lattice as [`on_dot`].
pub(super) fn dots(from: BackendCoord, to: BackendCoord, apart: i32, size: i32) -> Vec<BackendCoord> {
    let apart = apart.max(2);
    let mut corners = Vec::new();
    let mut y = from.1.div_euclid(apart) * apart;
    while y + size <= to.1 {
        let shift = if y.div_euclid(apart).rem_euclid(2) == 0 { 0 } else { apart / 2 };
        let mut x = (from.0 + shift).div_euclid(apart) * apart - shift;
        while x + size <= to.0 {
            if x >= from.0 && y >= from.1 {
                corners.push((x, y));
            }
            x += apart;
        }
        y += apart;
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shapes() -> impl Strategy<Value = Vec<Column>> {
        prop::collection::vec((1_i32..20, 0_i32..60), 1..40).prop_map(|parts| {
            let mut left = 10;
            parts
                .into_iter()
                .map(|(width, height)| {
                    let column = Column { left, right: left + width, top: 100 - height };
                    left += width;
                    column
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn stripes_stay_inside_the_shape(columns in shapes(), apart in 2_i32..12) {
            for [(x0, y0), (x1, y1)] in stripes(&columns, 100, apart) {
                prop_assert_eq!(x1 - x0, y0 - y1, "45 degrees");
                prop_assert!(y0 <= 100);
                for x in x0..x1 {
                    let y = y0 - (x - x0);
                    let inside = columns.iter().any(|c| c.left <= x && x < c.right && c.top < y && y <= 100);
                    prop_assert!(inside, "({x}, {y})");
                }
            }
        }

        #[test]
        fn stripes_leave_no_part_of_a_line_out(columns in shapes(), apart in 2_i32..12) {
            let drawn: i32 = stripes(&columns, 100, apart).iter().map(|[a, b]| b.0 - a.0).sum();
            let mut expected = 0;
            for column in &columns {
                for x in column.left..column.right {
                    let feet = (-200..1_000).filter(|foot| foot % apart == 0);
                    expected += feet.filter(|foot| { let y = 100 - (x - foot); column.top < y && y <= 100 }).count() as i32;
                }
            }
            prop_assert_eq!(drawn, expected);
        }

        #[test]
        fn dots_and_on_dot_agree(x in -50_i32..50, y in -50_i32..50, width in 0_i32..40, height in 0_i32..40, apart in 4_i32..12) {
            for (dx, dy) in dots((x, y), (x + width, y + height), apart, 1) {
                prop_assert!(on_dot(dx, dy, apart, 1));
            }
            let by_pixel = (x..x + width).flat_map(|px| (y..y + height).map(move |py| (px, py))).filter(|(px, py)| on_dot(*px, *py, apart, 1)).count();
            prop_assert_eq!(dots((x, y), (x + width, y + height), apart, 1).len(), by_pixel);
        }
    }
}
