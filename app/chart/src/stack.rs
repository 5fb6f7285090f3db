//! What a timeline draws, as numbers: values in the axis's unit, the order of the layers, heights per bucket, and what
//! lies under the pointer. Knows no colour and no surface.

use super::plot::{Axis, Margins, Vertical, covered_secs};
use super::ticks::AxisUnit;
use super::tokens::Ink;
use super::{Look, Plot, axis_unit, ticks};
use contract::{Dimension, Heights, Mark, Timeline};

/// Space around the plot: value labels left, half a time label right, time labels below.
pub(super) const MARGINS: Margins = Margins { left: 62.0, right: 14.0, top: 10.0, bottom: 26.0 };
/// Least distance between two lines of the grid, CSS pixels.
const GRID_ROOM_CSS: f64 = 44.0;
/// Most intervals of the value axis.
const INTERVALS: usize = 4;

/// One layer of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its place among the series of the answer.
    pub series: usize,
    /// Its colour's role.
    pub ink: Ink,
    /// One height per bucket in the axis's unit.
    pub rates: Vec<f64>,
}

/// What the axis of `picture` counts.
pub(super) fn unit(picture: &Timeline, look: &Look) -> AxisUnit {
    match look.heights {
        Heights::Percent => AxisUnit { words: "part of the whole".into(), symbol: "%", per_second: 0.0 },
        Heights::Stacked | Heights::Log => axis_unit(picture.measure, picture.grid.step),
    }
}

/// `values` (sums per bucket) in the unit of the axis. Buckets cut by the range are divided by the part that lies
/// inside, so that the area drawn is proportional to the amount everywhere.
pub fn rates(picture: &Timeline, values: &[u64]) -> Vec<f64> {
    let unit = axis_unit(picture.measure, picture.grid.step);
    let rate = |(index, value): (usize, &u64)| {
        *value as f64 * unit.per_second / covered_secs(&picture.grid, picture.span, index)
    };
    values.iter().take(picture.grid.count).enumerate().map(rate).collect()
}

/// The layers from the baseline up. Rejects lie at the bottom when actions are stacked, where their height can be
/// read off; otherwise the largest does, and the rest on top.
pub fn layers(picture: &Timeline, look: &Look) -> Vec<Layer> {
    let whole = whole(picture, look);
    let mut layers: Vec<Layer> = picture
        .series
        .iter()
        .zip(Ink::of(picture))
        .enumerate()
        .filter(|(index, _)| look.only.is_none_or(|only| only == *index))
        .map(|(index, (series, ink))| Layer {
            series: index,
            ink,
            rates: heights(rates(picture, &series.values), whole.as_deref()),
        })
        .collect();
    if [picture.split, picture.within].contains(&Dimension::Action) {
        layers.sort_by_key(|layer| !layer.ink.is_reject());
    }
    layers
}

/// What heights are parts of, where the look asks for parts.
fn whole(picture: &Timeline, look: &Look) -> Option<Vec<f64>> {
    (look.heights == Heights::Percent).then(|| totals(picture))
}

/// `rates`, or what they are of the whole in their buckets, in per cent.
fn heights(rates: Vec<f64>, whole: Option<&[f64]>) -> Vec<f64> {
    let Some(whole) = whole else { return rates };
    let part = |(rate, all): (f64, &f64)| if *all > 0.0 { rate * 100.0 / all } else { 0.0 };
    rates.into_iter().zip(whole).map(part).collect()
}

/// All series together in the unit of the measure.
pub fn totals(picture: &Timeline) -> Vec<f64> {
    let sum = |bucket: usize| picture.series.iter().filter_map(|series| series.values.get(bucket)).sum();
    rates(picture, &(0..picture.grid.count).map(sum).collect::<Vec<u64>>())
}

/// The earlier time in the axis's unit; `None` where there is none, or nothing that its height could be compared with.
pub(super) fn earlier(picture: &Timeline, look: &Look) -> Option<Vec<f64>> {
    let earlier = picture.earlier.as_ref().filter(|earlier| !earlier.values.is_empty())?;
    let is_total = look.heights != Heights::Percent && look.only.is_none();
    is_total.then(|| rates(picture, &earlier.values))
}

/// The sum of a whole bucket in the unit of the measure.
pub fn rate_of(picture: &Timeline, sum: u64) -> f64 {
    sum as f64 * axis_unit(picture.measure, picture.grid.step).per_second / picture.grid.step as f64
}

/// The level that is marked, in the axis's unit.
pub(super) fn marked(picture: &Timeline, look: &Look) -> Option<f64> {
    let is_total = look.heights != Heights::Percent && look.only.is_none();
    match look.mark {
        Mark::P95 if is_total => picture.p95.map(|sum| rate_of(picture, sum)),
        _ => None,
    }
}

/// The rejected part of each bucket in the axis's unit; `None` while one series is drawn alone that is not it.
pub(super) fn rejected(picture: &Timeline, look: &Look) -> Option<Vec<f64>> {
    let inks = Ink::of(picture);
    match look.only {
        Some(index) if inks.get(index) != Some(&Ink::Reject) => None,
        _ => Some(heights(rates(picture, &picture.rejected), whole(picture, look).as_deref())),
    }
}

/// The value axis of `picture` and the step between its round values.
pub(super) fn axis(picture: &Timeline, look: &Look, height_css: f64) -> (Axis, f64) {
    let layers = layers(picture, look);
    let rejected = rejected(picture, look).unwrap_or_default();
    let lines = earlier(picture, look).into_iter().flatten().chain(marked(picture, look)).chain(rejected);
    match look.heights {
        Heights::Percent => ticks::linear_axis(100.0, intervals(height_css)),
        Heights::Stacked => {
            let sums =
                (0..picture.grid.count).map(|bucket| layers.iter().filter_map(|l| l.rates.get(bucket)).sum());
            ticks::linear_axis(sums.chain(lines).fold(0.0, f64::max), intervals(height_css))
        }
        Heights::Log => {
            let all = layers.iter().flat_map(|layer| layer.rates.iter().copied()).chain(lines);
            let seen: Vec<f64> =
                all.chain(total(picture, look).into_iter().flatten()).filter(|r| *r > 0.0).collect();
            let (least, peak) = seen.iter().fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), rate| {
                (low.min(*rate), high.max(*rate))
            });
            (ticks::log_axis(if least.is_finite() { least } else { 1.0 }, peak), 1.0)
        }
    }
}

/// All series together where they stand beside each other and something is compared with their sum.
pub(super) fn total(picture: &Timeline, look: &Look) -> Option<Vec<f64>> {
    let is_compared = earlier(picture, look).is_some() || marked(picture, look).is_some();
    (look.heights == Heights::Log && is_compared && picture.series.len() > 1).then(|| totals(picture))
}

/// How many intervals the grid of a picture of this height has.
pub(super) fn intervals(height_css: f64) -> usize {
    let plot_css = height_css - MARGINS.top - MARGINS.bottom;
    ((plot_css / GRID_ROOM_CSS).max(1.0) as usize).min(INTERVALS)
}

/// Where things lie in the picture of `picture` at this size.
pub fn plot(picture: &Timeline, look: &Look, width_css: f64, height_css: f64) -> Plot {
    let (axis, _) = axis(picture, look, height_css);
    Plot::inside((width_css, height_css), MARGINS, picture.span, picture.grid, Vertical::Value(axis))
}

/// What lies under a point of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Index of the bucket.
    pub bucket: usize,
    /// Index of the series whose layer is there; `None` above the stack.
    pub series: Option<usize>,
}

/// What lies at a point, in CSS pixels from the picture's top left corner. On a logarithmic axis, where layers are
/// lines, it is the nearest line.
pub fn hit(picture: &Timeline, look: &Look, plot: &Plot, x_css: f64, y_css: f64) -> Option<Hit> {
    let bucket = plot.bucket_at(x_css)?;
    if !plot.holds(x_css, y_css) {
        return None;
    }
    let here = layers(picture, look).into_iter().filter_map(|l| Some((l.series, *l.rates.get(bucket)?)));
    let series = match look.heights {
        Heights::Stacked | Heights::Percent => {
            let value = plot.value_from_y(y_css)?;
            let mut sum = 0.0;
            here.into_iter().find(|(_, rate)| {
                sum += rate;
                value < sum
            })
        }
        Heights::Log => {
            let away = |rate: f64| (plot.y_from_value(rate) - y_css).abs();
            here.filter(|(_, rate)| *rate > 0.0).min_by(|a, b| away(a.1).total_cmp(&away(b.1)))
        }
    };
    Some(Hit { bucket, series: series.map(|(index, _)| index) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use contract::{Compare, Earlier};
    use proptest::prelude::*;
    use proptest::sample::select;

    #[test]
    fn parts_add_up_to_the_whole_and_lines_of_amounts_have_no_place_among_them() {
        let mut picture = sample::compared();
        picture.series.iter_mut().for_each(|series| series.values[3] = 0);
        let look = Look { heights: Heights::Percent, mark: Mark::P95, ..Look::default() };
        let layers = layers(&picture, &look);
        let sum = |bucket: usize| layers.iter().map(|layer| layer.rates[bucket]).sum::<f64>();
        assert!((sum(0) - 100.0).abs() < 1e-9);
        assert_eq!(sum(3), 0.0, "nothing has no parts");
        assert_eq!((earlier(&picture, &look), marked(&picture, &look)), (None, None));
        assert_eq!(axis(&picture, &look, 250.0).0.ceiling, 100.0);
    }

    #[test]
    fn the_axis_reaches_over_the_earlier_time() {
        let mut picture = sample::small_timeline();
        let before = axis(&picture, &Look::default(), 250.0).0;
        let values: Vec<u64> = picture.series[0].values.iter().map(|value| value * 9).collect();
        picture.earlier = Some(Earlier {
            compare: Compare::Day,
            span: picture.span,
            total: values.iter().sum(),
            values,
            until: picture.span.to,
            gaps: Vec::new(),
        });
        assert!(axis(&picture, &Look::default(), 250.0).0.ceiling > 3.0 * before.ceiling);
    }

    #[test]
    fn parts_of_what_was_rejected_lie_at_the_bottom_and_leave_the_hues_to_the_rest() {
        let picture = sample::twice();
        let order: Vec<Ink> = layers(&picture, &Look::default()).into_iter().map(|layer| layer.ink).collect();
        assert_eq!(order, [Ink::RejectPart(0), Ink::RejectPart(1), Ink::Hue(0), Ink::Hue(1), Ink::Other]);
        assert!(picture.names_rejects());
    }

    #[test]
    fn bytes_become_bits_per_second_also_in_a_bucket_cut_by_the_range() {
        let mut picture = sample::small_timeline();
        picture.span.from += 120;
        let values = vec![300_000_u64; picture.grid.count];
        let rates = rates(&picture, &values);
        assert_eq!(rates[1], 300_000.0 * 8.0 / picture.grid.step as f64);
        assert_eq!(rates[0], 300_000.0 * 8.0 / (picture.grid.step - 120) as f64);
    }

    #[test]
    fn rejects_lie_at_the_bottom_when_actions_are_stacked() {
        let picture = sample::by_action(&sample::small_timeline());
        let order: Vec<Ink> = layers(&picture, &Look::default()).into_iter().map(|layer| layer.ink).collect();
        assert_eq!(order, [Ink::Reject, Ink::Accept]);
    }

    #[test]
    fn a_series_alone_keeps_its_colour_and_has_no_rejects_under_it() {
        let picture = sample::small_timeline();
        let look = Look { only: Some(1), ..Look::default() };
        let alone = layers(&picture, &look);
        assert_eq!((alone.len(), alone[0].ink), (1, Ink::Hue(1)));
        assert_eq!(rejected(&picture, &look), None);
    }

    proptest! {
        #[test]
        fn the_layer_under_the_pointer_is_the_one_drawn_there(bucket in 0_usize..12, pick in 0_usize..3, heights in select(Heights::ALL)) {
            let picture = sample::small_timeline();
            let log = heights == Heights::Log;
            let look = Look { heights, ..Look::default() };
            let plot = plot(&picture, &look, 700.0, 250.0);
            let stack = layers(&picture, &look);
            let below: f64 = stack[..pick].iter().map(|layer| layer.rates[bucket]).sum();
            let value = stack[pick].rates[bucket];
            prop_assume!(value > 0.0);
            let (x0, x1) = plot.bucket_band(bucket);
            let y = plot.y_from_value(if log { value } else { below + value / 2.0 });
            let found = hit(&picture, &look, &plot, (x0 + x1) / 2.0, y);
            prop_assert_eq!(found, Some(Hit { bucket, series: Some(stack[pick].series) }));
        }
    }
}
