//! Where the parts of a Sankey diagram lie: knots at both sides, and a ribbon for each pair of them. Arithmetic in CSS
//! pixels; the page and the painter draw the same.

use super::tokens::HUES;
use contract::report::{Band, Bands, Knot};

/// Height of all bands together, CSS pixels.
const ALL_CSS: f64 = 320.0;
/// Least height of a knot with its name, CSS pixels.
pub const KNOT_CSS: f64 = 16.0;
/// The space between two, CSS pixels.
const BETWEEN_CSS: f64 = 4.0;
/// Least height of a band that can be pointed at, CSS pixels.
const BAND_CSS: f64 = 1.0;

/// The knots of a side from the top.
pub struct Side {
    /// Top and height of each knot's own part, CSS pixels, without the room its name takes.
    pub knots: Vec<(f64, f64)>,
    /// Height of the whole side, CSS pixels.
    pub height_css: f64,
}

impl Side {
    /// The side on which a band ends at the knot that `knot_of` names.
    fn of(knots: usize, bands: &[Band], knot_of: impl Fn(&Band) -> usize) -> Side {
        let all = bands.iter().map(|band| band.value).sum::<u64>().max(1) as f64;
        let mut sums = vec![0_u64; knots];
        for band in bands {
            if let Some(sum) = sums.get_mut(knot_of(band)) {
                *sum += band.value;
            }
        }
        let mut top = 0.0;
        let place = |sum: u64| {
            let height = ALL_CSS * sum as f64 / all;
            let placed = (top, height.max(BAND_CSS));
            top += height.max(KNOT_CSS) + BETWEEN_CSS;
            placed
        };
        let knots = sums.into_iter().map(place).collect();
        Side { knots, height_css: top }
    }
}

/// All of a picture.
pub struct Layout {
    /// Where bands begin.
    pub left: Side,
    /// Where they end.
    pub right: Side,
    /// The bands with their places, from the top at both ends, so that they cross as little as they can.
    pub bands: Vec<(Band, Ribbon)>,
}

impl Layout {
    /// Where the parts of a picture lie.
    pub fn of(picture: &Bands) -> Layout {
        let mut bands = picture.bands.clone();
        bands.sort_by_key(|band| (band.from, band.to));
        let left = Side::of(picture.sources.len(), &bands, |band| band.from);
        let right = Side::of(picture.targets.len(), &bands, |band| band.to);
        let ribbons = ribbons(&bands, &left, &right);
        Layout { left, right, bands: bands.into_iter().zip(ribbons).collect() }
    }

    /// Height of the higher side, CSS pixels.
    pub fn height_css(&self) -> f64 {
        self.left.height_css.max(self.right.height_css).ceil()
    }
}

/// Which hue a band has, that of where it begins; `None` for the rest.
pub fn hue(picture: &Bands, band: &Band) -> Option<usize> {
    let is_named = picture.sources.get(band.from).is_some_and(|knot| !knot.is_rest);
    (is_named && band.from < HUES).then_some(band.from)
}

/// A knot in words: its name before its address.
pub fn named(knot: &Knot) -> String {
    if knot.name.is_empty() { knot.label.clone() } else { format!("{}, {}", knot.name, knot.label) }
}

/// Where a band begins at the left and ends at the right, and how high it is; CSS pixels from the top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ribbon {
    /// Its upper edge at the left.
    pub from: f64,
    /// Its upper edge at the right.
    pub to: f64,
    /// Its height.
    pub height: f64,
}

/// The place of each band.
fn ribbons(bands: &[Band], left: &Side, right: &Side) -> Vec<Ribbon> {
    let all = bands.iter().map(|band| band.value).sum::<u64>().max(1) as f64;
    let mut taken = (vec![0.0; left.knots.len()], vec![0.0; right.knots.len()]);
    let next = |side: &Side, taken: &mut Vec<f64>, place: usize, height: f64| {
        let (top, used) = (side.knots.get(place)?.0, taken.get_mut(place)?);
        let at = top + *used;
        *used += height;
        Some(at)
    };
    let ribbon = |band: &Band| {
        let height = ALL_CSS * band.value as f64 / all;
        let from = next(left, &mut taken.0, band.from, height).unwrap_or_default();
        let to = next(right, &mut taken.1, band.to, height).unwrap_or_default();
        Ribbon { from, to, height: height.max(BAND_CSS) }
    };
    bands.iter().map(ribbon).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knot_is_as_high_as_its_bands_and_has_room_for_its_name() {
        let band = |from, to, value| Band { from, to, value, ..Band::default() };
        let bands = [band(0, 0, 600), band(0, 1, 300), band(1, 1, 99), band(1, 0, 1)];
        let side = Side::of(2, &bands, |band| band.from);
        assert_eq!(side.knots[0], (0.0, 288.0));
        let (top, height) = side.knots[1];
        assert_eq!((top, height.round()), (292.0, 32.0));
        let narrow = Side::of(2, &[band(0, 0, 999), band(1, 0, 1)], |band| band.from);
        assert_eq!(narrow.height_css.round(), (ALL_CSS * 0.999 + KNOT_CSS + 2.0 * BETWEEN_CSS).round());
        let ribbons = ribbons(&bands, &side, &Side::of(2, &bands, |band| band.to));
        assert_eq!((ribbons[0].from, ribbons[1].from.round()), (0.0, 192.0), "one below the other");
    }
}
