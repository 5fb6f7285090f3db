//! Round values and round times for axes, and how they are written.
//! Knows pixels only as room for labels; times are UTC plus a fixed offset.

use super::plot::Axis;
use contract::human::{self, Step, utc};
use contract::{Measure, Scale, Span};

/// A mark on the value axis.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueTick {
    /// Where it stands, in the axis's unit.
    pub value: f64,
    /// What stands beside it; the topmost carries the unit's symbol.
    pub label: String,
}

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeTick {
    /// Unix second.
    pub at: i64,
    /// `14:00`, or the date where a day begins.
    pub label: String,
    /// Whether a day (or, on long axes, a year) begins here.
    pub turn: bool,
}

/// What an axis counts.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisUnit {
    /// In words, for a caption: `bits per second`.
    pub words: String,
    /// After a number: `b/s`; empty when the words are enough.
    pub symbol: &'static str,
    /// What a sum over one second of a bucket is multiplied by to get the axis's unit.
    pub per_second: f64,
}

/// The unit in which `measure` is drawn over buckets of `step_secs`: bytes as bits per second and packets per second,
/// as network people quote them; flows per bucket, because a flow is an event, not a stream.
pub fn axis_unit(measure: Measure, step_secs: i64) -> AxisUnit {
    match measure {
        Measure::Bytes => AxisUnit { words: "bits per second".into(), symbol: "b/s", per_second: 8.0 },
        Measure::Packets => AxisUnit { words: "packets per second".into(), symbol: "pps", per_second: 1.0 },
        Measure::Flows => AxisUnit {
            words: format!("flows per {}", step_words(step_secs)),
            symbol: "",
            per_second: step_secs as f64,
        },
    }
}

/// A bucket's width as it is spoken of after "per": `minute`, `5 minutes`, `hour`.
pub fn step_words(step_secs: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (secs, name) = UNITS.into_iter().find(|(secs, _)| step_secs % secs == 0).unwrap_or((1, "second"));
    match step_secs / secs {
        1 => name.to_owned(),
        count => format!("{count} {name}s"),
    }
}

/// Steps between value ticks, as multiples of a power of ten.
const ROUND: [f64; 5] = [1.0, 2.0, 2.5, 5.0, 10.0];
/// Most orders of magnitude on a logarithmic axis: below a millionth of the peak nothing is told apart.
const DECADES: i32 = 6;

/// The least round number that is not below `value` (for positive values; else 1).
pub fn round_up(value: f64) -> f64 {
    if !(value > 0.0 && value.is_finite()) {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let times = ROUND.into_iter().find(|times| times * power >= value * (1.0 - 1e-9)).unwrap_or(10.0);
    times * power
}

/// A linear axis from 0 over `peak` in at most `intervals` round steps, whole ones where things are counted one by one.
pub fn linear_axis(peak: f64, intervals: usize) -> (Axis, f64) {
    let intervals = intervals.max(1) as f64;
    let mut step = round_up(peak / intervals).max(1.0);
    if step < 10.0 {
        step = step.ceil();
    }
    let ceiling = step * (peak / step).ceil().max(1.0);
    (Axis { floor: 0.0, ceiling, scale: Scale::Linear }, step)
}

/// A logarithmic axis of whole decades that holds `least` to `peak`, both positive.
pub fn log_axis(least: f64, peak: f64) -> Axis {
    let top = peak.max(1.0).log10().ceil().max(1.0) as i32;
    let low = (least.max(1.0).log10().floor() as i32).clamp(top - DECADES, top - 1);
    Axis { floor: 10_f64.powi(low), ceiling: 10_f64.powi(top), scale: Scale::Log }
}

/// The round values of `axis`: every `step` when linear, decades (thinned to about `most`) when logarithmic.
pub fn values(axis: &Axis, step: f64, most: usize, symbol: &str) -> Vec<ValueTick> {
    let marks: Vec<f64> = match axis.scale {
        Scale::Linear => {
            let count = ((axis.ceiling - axis.floor) / step).round().max(1.0) as usize;
            (0..=count).map(|index| axis.floor + step * index as f64).collect()
        }
        Scale::Log => {
            let (low, top) = (axis.floor.log10().round() as i32, axis.ceiling.log10().round() as i32);
            let every = ((top - low) as usize).div_ceil(most.max(1)).max(1);
            (low..top + 1).rev().step_by(every).rev().map(|power| 10_f64.powi(power)).collect()
        }
    };
    let shared = match axis.scale {
        Scale::Linear => Some(prefix(axis.ceiling)),
        Scale::Log => None,
    };
    let last = marks.len().saturating_sub(1);
    let label = |index: usize, value: f64| short(value, shared, if index == last { symbol } else { "" });
    marks
        .into_iter()
        .enumerate()
        .map(|(index, value)| ValueTick { value, label: label(index, value) })
        .collect()
}

/// The SI prefix under which `value` has one to three digits before the point.
fn prefix(value: f64) -> (f64, &'static str) {
    const PREFIXES: [(f64, &str); 6] =
        [(1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    PREFIXES.into_iter().find(|(size, _)| value >= size * (1.0 - 1e-9)).unwrap_or((1.0, ""))
}

/// `value` with at most three significant digits, an SI prefix and a unit symbol; a prefix may be given from outside.
pub fn short(value: f64, shared: Option<(f64, &'static str)>, symbol: &str) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let (size, letter) = shared.unwrap_or_else(|| prefix(value));
    let number = value / size;
    let places = if number >= 100.0 { 0 } else { 2 - number.max(1.0).log10().floor() as usize };
    let digits = format!("{number:.places$}");
    let digits =
        if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    if letter.is_empty() && symbol.is_empty() {
        digits.to_owned()
    } else {
        format!("{digits}\u{a0}{letter}{symbol}")
    }
}

const DAY: i64 = 86_400;
/// Distances between time ticks below a month, seconds.
const TIME_STEPS: [i64; 14] =
    [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY];
/// Distances between time ticks from a month on, months.
const MONTH_STEPS: [i64; 6] = [1, 2, 3, 6, 12, 60];
/// Months looked through for ticks, a thousand years: the range comes from the asker.
const MONTHS_LIMIT: usize = 12_000;
/// Least room for a time label, CSS pixels.
const TIME_ROOM_NARROW: f64 = 58.0;
/// Room a time label has where there is plenty, so that wide pictures do not fill with ticks.
const TIME_ROOM_WIDE: f64 = 118.0;

/// Round times over `span` for an axis of `width_css` pixels: at most nine or so, each with room for its label.
/// `offset_secs` is what is added to UTC.
pub fn times(span: Span, width_css: f64, offset_secs: i64) -> Vec<TimeTick> {
    let room = (width_css / 9.0).clamp(TIME_ROOM_NARROW, TIME_ROOM_WIDE);
    let most = (width_css / room).max(1.0);
    let fits = |step: i64| (span.secs() as f64 / step as f64) <= most;
    match TIME_STEPS.into_iter().find(|step| fits(*step)) {
        Some(step) => clock_times(span, step, offset_secs),
        None => {
            let months = MONTH_STEPS.into_iter().find(|months| fits(months * 30 * DAY));
            month_times(span, months.unwrap_or(120), offset_secs)
        }
    }
}

/// Every multiple of `step` of the shown clock.
fn clock_times(span: Span, step: i64, offset_secs: i64) -> Vec<TimeTick> {
    let first = (span.from + offset_secs).div_euclid(step) * step - offset_secs;
    let mut ticks = Vec::new();
    let mut at = if first < span.from { first + step } else { first };
    while at <= span.to {
        let midnight = (at + offset_secs).rem_euclid(DAY) == 0;
        let label = if midnight { date(at, offset_secs) } else { clock(at, offset_secs) };
        ticks.push(TimeTick { at, label, turn: midnight && step < DAY });
        at += step;
    }
    ticks
}

/// The first of every `months`-th month, counted from January of year 0.
fn month_times(span: Span, months: i64, offset_secs: i64) -> Vec<TimeTick> {
    let mut ticks = Vec::new();
    let mut at = month_start(span.from, offset_secs);
    for _ in 0..MONTHS_LIMIT {
        if at > span.to {
            break;
        }
        let civil = utc(at + offset_secs);
        let index = civil.year * 12 + i64::from(civil.month) - 1;
        if at >= span.from && index.rem_euclid(months) == 0 {
            let new_year = civil.month == 1;
            // The year is said where it begins and once at the start; `Nov 2026` is cut to `Nov` elsewhere.
            let full = human::clock(at + offset_secs, Step::Month);
            let label = if new_year || ticks.is_empty() { full } else { full.chars().take(3).collect() };
            ticks.push(TimeTick { at, label, turn: new_year });
        }
        // 32 days after the first of a month lies in the next one, whatever its length.
        at = month_start(at + 32 * DAY, offset_secs);
    }
    ticks
}

fn month_start(at: i64, offset_secs: i64) -> i64 {
    let shown = at + offset_secs;
    shown.div_euclid(DAY) * DAY - (i64::from(utc(shown).day) - 1) * DAY - offset_secs
}

/// `14:05` on the shown clock.
pub fn clock(at: i64, offset_secs: i64) -> String {
    human::clock(at + offset_secs, Step::Minute)
}

/// `24 Nov` on the shown calendar.
pub fn date(at: i64, offset_secs: i64) -> String {
    human::clock(at + offset_secs, Step::Day)
}

/// `24 Nov 14:05`, or only the clock when the day is that of `beside`.
pub fn date_and_clock(at: i64, beside: Option<i64>, offset_secs: i64) -> String {
    let day = |second: i64| (second + offset_secs).div_euclid(DAY);
    match beside {
        Some(other) if day(other) == day(at) => clock(at, offset_secs),
        _ => format!("{} {}", date(at, offset_secs), clock(at, offset_secs)),
    }
}

/// The zone as it is named once per picture: `UTC`, `UTC+2`, `UTC−3:30`.
pub fn zone_name(offset_secs: i64) -> String {
    let minutes = offset_secs.abs() / 60;
    let sign = if offset_secs < 0 { '−' } else { '+' };
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letters::width_css;
    use proptest::prelude::*;

    /// 2026-11-23T14:00:00Z.
    const AFTERNOON: i64 = 1_795_442_400;

    fn labels(ticks: &[TimeTick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn a_day_has_a_tick_every_three_hours_and_the_date_at_midnight() {
        let span = Span { from: AFTERNOON, to: AFTERNOON + DAY };
        let ticks = times(span, 1_112.0, 0);
        assert_eq!(labels(&ticks), ["15:00", "18:00", "21:00", "24 Nov", "03:00", "06:00", "09:00", "12:00"]);
        assert_eq!(ticks.iter().filter(|tick| tick.turn).count(), 1);
        assert_eq!(labels(&times(span, 320.0, 0)), ["18:00", "24 Nov", "06:00", "12:00"]);
    }

    #[test]
    fn an_offset_moves_the_round_hours() {
        let ticks = times(Span { from: AFTERNOON, to: AFTERNOON + DAY }, 1_112.0, 5 * 3_600 + 1_800);
        assert_eq!(ticks[0].at, AFTERNOON + 1_800 + 3_600);
        assert_eq!(labels(&ticks)[..2], ["21:00", "24 Nov"]);
        assert_eq!(
            (zone_name(19_800), zone_name(-7_200), zone_name(0)),
            ("UTC+5:30".into(), "UTC−2".into(), "UTC".into())
        );
    }

    #[test]
    fn a_year_is_ticked_by_months_and_names_the_year_where_it_begins() {
        let ticks = times(Span { from: AFTERNOON, to: AFTERNOON + 400 * DAY }, 900.0, 0);
        assert_eq!(labels(&ticks), ["Jan 2027", "Mar", "May", "Jul", "Sep", "Nov"]);
    }

    #[test]
    fn value_ticks_are_round_and_the_top_one_names_the_unit() {
        let (axis, step) = linear_axis(312e6, 4);
        let labels: Vec<String> = values(&axis, step, 4, "b/s").into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["0", "100\u{a0}M", "200\u{a0}M", "300\u{a0}M", "400\u{a0}Mb/s"]);
        let (axis, step) = linear_axis(3.0, 4);
        assert_eq!((axis.ceiling, step), (3.0, 1.0));
    }

    #[test]
    fn a_log_axis_has_whole_decades() {
        let axis = log_axis(3.0, 4_200.0);
        assert_eq!((axis.floor, axis.ceiling), (1.0, 10_000.0));
        let labels: Vec<String> = values(&axis, 1.0, 4, "").into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["1", "10", "100", "1\u{a0}k", "10\u{a0}k"]);
    }

    #[test]
    fn units_say_what_is_drawn() {
        assert_eq!(axis_unit(Measure::Bytes, 300).words, "bits per second");
        assert_eq!(axis_unit(Measure::Flows, 300).words, "flows per 5 minutes");
        assert_eq!([step_words(60), step_words(7_200), step_words(86_400)], ["minute", "2 hours", "day"]);
    }

    proptest! {
        #[test]
        fn the_axis_holds_the_peak_and_wastes_less_than_two_thirds(peak in 0.0..1e15_f64, intervals in 1_usize..6) {
            let (axis, step) = linear_axis(peak, intervals);
            prop_assert!(axis.ceiling >= peak);
            prop_assert!(peak <= 1.0 || axis.ceiling <= peak * 3.0, "{} for {peak}", axis.ceiling);
            prop_assert!((axis.ceiling / step).round() as usize <= intervals.max(1));
        }

        #[test]
        fn time_labels_never_touch(from in 0_i64..4_000_000_000, secs in 60_i64..900_000_000, width in 200.0..3_000.0_f64,
                                   hours in -12_i64..14) {
            let span = Span { from, to: from + secs };
            let ticks = times(span, width, hours * 3_600);
            for pair in ticks.windows(2) {
                let apart = (pair[1].at - pair[0].at) as f64 / secs as f64 * width;
                let need = (width_css(&pair[0].label) + width_css(&pair[1].label)) / 2.0;
                prop_assert!(apart > need, "{pair:?} are {apart} px apart");
            }
            prop_assert!(ticks.len() <= 27);
            prop_assert!(ticks.iter().all(|tick| span.from <= tick.at && tick.at <= span.to));
        }
    }
}
