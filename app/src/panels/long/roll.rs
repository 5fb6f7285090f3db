//! Where one is in a table that is scrolled through: arithmetic of rows and pixels, without a browser.
//!
//! A table of millions of rows would be higher than browsers can make a box. It is then given the highest that all can,
//! and a pixel of scrolling is a pixel of rows all the same; only a jump (the thumb dragged, Home, End) is a jump to that
//! part of the whole.

use std::ops::Range;

/// The highest box, CSS pixels: Firefox stops at 17.9 million, Chromium and Safari at 33.5.
const HIGHEST_PX: f64 = 16_000_000.0;
/// Rows kept ready on either side of those in sight.
const AHEAD: u64 = 60;
/// Rows asked for at once when one scrolls on.
const MORE: u64 = 120;
/// Rows held in the page; those farther from sight are let go.
const HELD: u64 = 480;

/// A place in a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roll {
    /// Rows of the table.
    pub total: u64,
    /// Height of a row, CSS pixels.
    pub row_px: f64,
    /// Height of what is seen of the rows, CSS pixels.
    pub seen_px: f64,
    /// The row at the upper edge; fractions are rows half out of sight.
    pub at: f64,
    /// How far the box is scrolled, CSS pixels.
    pub top_px: f64,
}

/// Rows to ask for and where to put them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// Before those there are.
    Before(Range<u64>),
    /// Behind those there are.
    Behind(Range<u64>),
    /// In their place.
    Instead(Range<u64>),
}

impl Fetch {
    /// The rows.
    pub fn rows(&self) -> Range<u64> {
        let (Fetch::Before(rows) | Fetch::Behind(rows) | Fetch::Instead(rows)) = self;
        rows.clone()
    }
}

impl Roll {
    /// Height of the rows in the box, CSS pixels.
    pub fn height_px(&self) -> f64 {
        (self.total as f64 * self.row_px).min(HIGHEST_PX)
    }

    /// How far the box can be scrolled, CSS pixels.
    fn reach_px(&self) -> f64 {
        (self.height_px() - self.seen_px).max(0.0)
    }

    /// The row at the upper edge when the last row is at the lower one.
    fn last(&self) -> f64 {
        (self.total as f64 - self.seen_px / self.row_px).max(0.0)
    }

    /// Moves to a row.
    #[must_use]
    pub fn to_row(self, at: f64) -> Roll {
        let at = at.clamp(0.0, self.last());
        let top_px = if self.last() > 0.0 { at / self.last() * self.reach_px() } else { 0.0 };
        Roll { at, top_px, ..self }
    }

    /// What the box being scrolled to `top_px` means.
    #[must_use]
    pub fn scrolled(self, top_px: f64) -> Roll {
        let (step_px, reach_px) = (top_px - self.top_px, self.reach_px());
        let at = if top_px <= 0.0 {
            0.0
        } else if top_px >= reach_px - 1.0 {
            self.last()
        } else if step_px.abs() <= self.seen_px {
            self.at + step_px / self.row_px
        } else {
            top_px / reach_px * self.last()
        };
        Roll { at: at.clamp(0.0, self.last()), top_px, ..self }
    }

    /// The rows in sight.
    pub fn seen(&self) -> Range<u64> {
        let end = (self.at + self.seen_px / self.row_px).ceil() as u64;
        (self.at as u64)..end.min(self.total)
    }

    /// Where a table that begins with row `first` stands in the box, CSS pixels from its top.
    pub fn place_px(&self, first: u64) -> f64 {
        self.top_px + (first as f64 - self.at) * self.row_px
    }

    /// What is still to be asked for when these rows are there.
    pub fn missing(&self, held: &Range<u64>) -> Option<Fetch> {
        let seen = self.seen();
        let wanted = seen.start.saturating_sub(AHEAD)..(seen.end + AHEAD).min(self.total);
        if held.start <= wanted.start && wanted.end <= held.end {
            return None;
        }
        let touches = seen.start <= held.end && held.start <= seen.end;
        Some(if !touches {
            Fetch::Instead(wanted)
        } else if wanted.end > held.end {
            Fetch::Behind(held.end..(held.end + MORE).min(self.total))
        } else {
            Fetch::Before(held.start.saturating_sub(MORE)..held.start)
        })
    }

    /// Those of the held rows that are still worth holding.
    pub fn worth(&self, held: &Range<u64>) -> Range<u64> {
        if held.end - held.start <= HELD {
            return held.clone();
        }
        let seen = self.seen();
        let spare = HELD.saturating_sub(seen.end - seen.start) / 2;
        held.start.max(seen.start.saturating_sub(spare))..held.end.min(seen.end + spare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty rows in sight.
    fn table(total: u64) -> Roll {
        Roll { total, row_px: 30.0, seen_px: 600.0, at: 0.0, top_px: 0.0 }
    }

    #[test]
    fn in_a_table_that_fits_a_pixel_is_a_pixel_wherever_one_is() {
        let roll = table(100_000);
        assert_eq!(roll.scrolled(45.0).seen(), 1..22);
        assert_eq!(roll.scrolled(1_500_000.0).seen(), 50_000..50_020);
        assert_eq!(roll.scrolled(3_000_000.0 - 600.0).seen(), 99_980..100_000);
        let deep = roll.scrolled(1_500_000.0).scrolled(1_500_090.0);
        assert_eq!((deep.seen(), deep.place_px(50_000)), (50_003..50_023, 1_500_000.0));
    }

    #[test]
    fn in_a_table_of_millions_small_steps_are_rows_and_large_ones_are_parts_of_the_whole() {
        let roll = table(30_000_000);
        assert!(roll.height_px() < 17_000_000.0);
        let half = roll.scrolled(roll.height_px() / 2.0 - 300.0);
        assert!((half.at - 15_000_000.0).abs() < 20.0, "{half:?}");
        let on = half.scrolled(half.top_px + 300.0);
        assert!((on.at - half.at - 10.0).abs() < 1e-6, "{on:?}");
        assert_eq!(on.place_px(14_999_000), half.place_px(14_999_000), "the table itself does not move");
        let end = roll.scrolled(roll.height_px() - 600.0);
        assert_eq!(end.seen(), 29_999_980..30_000_000);
        assert_eq!(end.scrolled(0.0).seen(), 0..20);
    }

    #[test]
    fn to_a_row_and_on_from_there() {
        for total in [50_000, 50_000_000] {
            let roll = table(total).to_row(40_000.0);
            assert_eq!(roll.seen(), 40_000..40_020);
            let on = roll.scrolled(roll.top_px - 60.0);
            assert!((on.at - 39_998.0).abs() < 1e-6, "{on:?}");
        }
        assert_eq!(table(5).to_row(3.0).seen(), 0..5, "a table that fits is not scrolled");
    }

    #[test]
    fn what_is_missing_is_asked_for_on_the_side_one_goes_to() {
        let roll = table(10_000);
        assert_eq!(roll.missing(&(0..50)), Some(Fetch::Behind(50..170)));
        assert_eq!(roll.missing(&(0..170)), None);
        let deep = roll.to_row(5_000.0);
        assert_eq!(deep.missing(&(0..170)), Some(Fetch::Instead(4_940..5_080)));
        assert_eq!(deep.missing(&(4_990..5_200)), Some(Fetch::Before(4_870..4_990)));
        let end = roll.to_row(10_000.0);
        assert_eq!(end.missing(&(9_930..10_000)), Some(Fetch::Before(9_810..9_930)));
        assert_eq!(end.missing(&(9_920..10_000)), None);
    }

    #[test]
    fn rows_far_from_sight_are_let_go_and_not_asked_for_again() {
        let roll = table(10_000).to_row(600.0);
        let worth = roll.worth(&(0..700));
        assert!(worth.start > 0 && worth.end == 700 && worth.start < 540, "{worth:?}");
        assert_eq!(roll.missing(&worth), None);
        assert_eq!(roll.worth(&(400..700)), 400..700);
    }
}
