//! The time range of a view: presets, moving it, widening it, and how it is said.
//! Knows no clock: whoever asks says what time it is.

use chart::ticks::date_and_clock;
use contract::{Compare, Moment, Span, View, human};

/// A range people ask for by name: what the menu says and how many seconds back it reaches.
pub const PRESETS: [(&str, i64); 7] = [
    ("Last 15 minutes", 900),
    ("Last hour", 3_600),
    ("Last 3 hours", 3 * 3_600),
    ("Last 6 hours", 6 * 3_600),
    ("Last 24 hours", 24 * 3_600),
    ("Last 7 days", 7 * 86_400),
    ("Last 30 days", 30 * 86_400),
];

/// Widest range the page offers by itself, in seconds: flow logs are seldom kept longer than five years.
const WIDEST_SECS: i64 = 5 * 366 * 86_400;

/// Which way along the time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the past.
    Earlier,
    /// Towards the present.
    Later,
}

/// Both ends as seconds before now, when both follow the clock.
fn relative(view: &View) -> Option<(i64, i64)> {
    match (view.from, view.to) {
        (Moment::Now { minus: from }, Moment::Now { minus: to }) => Some((from, to)),
        _ => None,
    }
}

/// The same view one range earlier or later, never beyond `now`; `None` when it already touches the present.
/// A range that follows the clock still does so afterwards.
pub fn moved(view: &View, now: i64, way: Way) -> Option<View> {
    let span = view.span(now);
    let room = (now - span.to).max(0);
    let by = match way {
        Way::Earlier => -span.secs(),
        Way::Later => span.secs().min(room),
    };
    if by == 0 {
        return None;
    }
    let (from, to) = match relative(view) {
        Some((from, to)) => (Moment::Now { minus: from - by }, Moment::Now { minus: to - by }),
        None => (Moment::At(span.from + by), Moment::At(span.to + by)),
    };
    Some(View { from, to, ..view.clone() })
}

/// The same view over twice the time around the same middle, never beyond `now`; `None` when it is as wide as it gets.
pub fn widened(view: &View, now: i64) -> Option<View> {
    let span = view.span(now);
    let wide = span.secs().saturating_mul(2);
    if wide == 0 || wide > WIDEST_SECS {
        return None;
    }
    let to = (span.to + span.secs() / 2).min(now.max(span.to));
    let from = (to - wide).max(0);
    let (from, to) = match relative(view) {
        Some(_) => (Moment::Now { minus: now - from }, Moment::Now { minus: now - to }),
        None => (Moment::At(from), Moment::At(to)),
    };
    Some(View { from, to, ..view.clone() })
}

/// Shortest range the page offers by itself, seconds: flow logs tell of whole minutes.
const SHORTEST_SECS: i64 = 120;

/// Half of the range, around `middle` (Unix seconds) or its own middle, in whole minutes; `None` when it is as short as
/// it gets. It no longer follows the clock: what was looked at stays in sight.
pub fn closer(view: &View, now: i64, middle: Option<i64>) -> Option<View> {
    let span = view.span(now);
    let half = span.secs() / 2;
    if half < SHORTEST_SECS {
        return None;
    }
    let middle = middle.unwrap_or(span.from + half);
    let from = (middle - half / 2).clamp(span.from, span.to - half);
    let Span { from, to } = Span { from, to: from + half }.to_minutes();
    Some(View { from: Moment::At(from), to: Moment::At(to), ..view.clone() })
}

/// The range in words: `Last 24 hours`, `20 Nov 10:00 to 18:30`. Absolute times are shifted by `zone_offset_secs`.
pub fn said(view: &View, zone_offset_secs: i64) -> String {
    match (view.from, view.to) {
        (Moment::Now { minus }, Moment::Now { minus: 0 }) => PRESETS
            .iter()
            .find(|(_, secs)| *secs == minus)
            .map_or_else(|| format!("Last {}", human::duration(minus)), |(label, _)| (*label).to_owned()),
        (Moment::Now { minus: from }, Moment::Now { minus: to }) => {
            format!("{} to {} ago", human::duration(from), human::duration(to))
        }
        (Moment::At(from), Moment::At(to)) => span_said(Span { from, to }, zone_offset_secs),
        (from, to) => {
            format!("{} to {}", moment_said(from, zone_offset_secs), moment_said(to, zone_offset_secs))
        }
    }
}

/// Seconds a range may grow by when it is widened to whole minutes at both ends.
const MINUTES_EDGE_SECS: i64 = 120;

/// The period just before a view of `secs` seconds, as the tiles name it: `the previous 24 hours`.
pub fn period_before(secs: i64) -> String {
    let is_meant = |preset: i64| (preset..=preset + MINUTES_EDGE_SECS).contains(&secs);
    let preset = PRESETS
        .iter()
        .find(|(_, preset)| is_meant(*preset))
        .and_then(|(label, _)| label.strip_prefix("Last "));
    format!("the previous {}", preset.map_or_else(|| human::duration(secs), str::to_owned))
}

/// The time a range of `secs` seconds is compared with, in words: `the previous 24 hours`, `the day before`.
pub fn compared_with(compare: Compare, secs: i64) -> String {
    match compare {
        Compare::Off | Compare::Previous => period_before(secs),
        Compare::Day | Compare::Week => compare.said().to_owned(),
    }
}

fn moment_said(moment: Moment, zone_offset_secs: i64) -> String {
    match moment {
        Moment::At(unix) => date_and_clock(unix, None, zone_offset_secs),
        relative => relative.to_string(),
    }
}

/// A range with the day said once when both ends share it.
pub fn span_said(span: Span, zone_offset_secs: i64) -> String {
    let from = date_and_clock(span.from, None, zone_offset_secs);
    format!("{from} to {}", date_and_clock(span.to, Some(span.from), zone_offset_secs))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    const NOW: i64 = 1_763_601_000;

    fn last(secs: i64) -> View {
        View { from: Moment::Now { minus: secs }, to: Moment::NOW, ..View::default() }
    }

    fn between(from: i64, to: i64) -> View {
        View { from: Moment::At(from), to: Moment::At(to), ..View::default() }
    }

    #[test]
    fn a_range_that_ends_now_cannot_move_later() {
        assert_eq!(moved(&last(3_600), NOW, Way::Later), None);
    }

    #[test]
    fn moving_there_and_back_is_where_one_was() {
        for view in [last(3_600), between(NOW - 9_000, NOW - 7_200)] {
            let earlier = moved(&view, NOW, Way::Earlier).unwrap();
            assert_ne!(earlier, view);
            assert_eq!(moved(&earlier, NOW, Way::Later).unwrap(), view);
        }
    }

    #[test]
    fn a_range_near_the_present_moves_up_to_it_and_keeps_its_width() {
        let moved = moved(&between(NOW - 5_000, NOW - 1_400), NOW, Way::Later).unwrap();
        assert_eq!(moved.span(NOW), Span { from: NOW - 3_600, to: NOW });
    }

    #[test]
    fn widening_doubles_around_the_middle_but_not_into_the_future() {
        assert_eq!(widened(&last(3_600), NOW).unwrap(), last(7_200));
        let wide = widened(&between(NOW - 40_000, NOW - 36_400), NOW).unwrap();
        assert_eq!(wide.span(NOW), Span { from: NOW - 41_800, to: NOW - 34_600 });
        assert_eq!(widened(&between(NOW, NOW), NOW), None);
        assert_eq!(widened(&last(4 * 366 * 86_400), NOW), None);
    }

    #[test]
    fn coming_closer_halves_around_what_is_looked_at_and_ends_at_minutes() {
        let day = between(NOW - 86_400, NOW);
        let middle = closer(&day, NOW, None).unwrap().span(NOW);
        assert_eq!(middle, Span { from: NOW - 64_800, to: NOW - 21_600 });
        let edge = closer(&day, NOW, Some(NOW - 60)).unwrap().span(NOW);
        assert_eq!(edge, Span { from: NOW - 43_200, to: NOW });
        assert_eq!(closer(&between(NOW - 180, NOW), NOW, None), None);
    }

    #[test]
    fn a_range_widened_to_whole_minutes_keeps_its_name() {
        assert_eq!(period_before(86_460), "the previous 24 hours");
        assert_eq!(period_before(7_200), "the previous 2 h");
    }

    #[test]
    fn ranges_are_said_as_people_say_them() {
        assert_eq!(said(&last(86_400), 0), "Last 24 hours");
        assert_eq!(said(&between(NOW, NOW + 5_400), 0), "20 Nov 01:10 to 02:40");
        assert_eq!(said(&between(NOW, NOW + 86_400), 3_600), "20 Nov 02:10 to 21 Nov 02:10");
    }
}
