//! Which part of a view each picture depends on. Questions that differ only in what a picture ignores are equal, so
//! that changing the heatmap's rows does not ask for the timeline again, and equal questions share one answer.
//! Knows nothing of requests.

use chart::tokens::HUES;
use contract::filter::Expr;
use contract::{Addresses, Compare, Field, Filter, Measure, View, view};

/// Width of the timeline that gets the default number of buckets, in CSS pixels: a 1440 pixel screen.
pub const TIMELINE_NOMINAL_CSS: f64 = 1_210.0;
/// Width of the heatmap on the same screen, in CSS pixels.
pub const HEATMAP_NOMINAL_CSS: f64 = 628.0;

/// CSS pixels a bucket of the timeline takes at least, axis included; finer steps cannot be told apart by a pointer.
const TIMELINE_BUCKET_CSS: f64 = 4.2;
/// CSS pixels a cell of the heatmap takes at least: narrower ones are hard to hit.
const HEATMAP_CELL_CSS: f64 = 11.0;
/// Fewest and most buckets a surface asks for.
const POINTS: std::ops::RangeInclusive<u16> = 24..=720;
/// Numbers of buckets are multiples of this, so that a window dragged by its corner asks seldom.
const POINTS_STEP: u16 = 24;

/// Objects and reasons the Coverage page names.
const COVERAGE_TOP: u16 = 12;

/// What all questions share: the range, the filter and the source; and whose addresses a filter means that names ends.
fn records(view: &View) -> View {
    let names_ends = view.filter.fields().iter().any(|field| [Field::CLIENT, Field::SERVER].contains(field));
    View {
        from: view.from,
        to: view.to,
        filter: view.filter.clone(),
        source: view.source.clone(),
        count: view.count,
        addresses: if names_ends { view.addresses } else { Addresses::default() },
        ..View::default()
    }
}

/// The question behind the tiles. Without a choice they compare with the period before, so that is no choice.
pub fn summary(view: &View) -> View {
    let compare = if view.compare == Compare::Previous { Compare::Off } else { view.compare };
    View { compare, ..records(view) }
}

/// The question behind the timeline on a surface `width_css` CSS pixels wide. It names no more series than there are
/// colours to tell them apart by.
pub fn timeline(view: &View, width_css: f64) -> View {
    let points = view.points.unwrap_or_else(|| points(width_css / TIMELINE_BUCKET_CSS));
    let top = view.top.min(HUES as u16);
    let [split, within] = view.splits();
    let (measure, compare) = (view.measure, view.compare);
    View { split, within, measure, compare, top, points: Some(points), ..records(view) }
}

/// The link of the timeline's picture: its question, and how it is drawn.
pub fn timeline_picture(view: &View, width_css: f64) -> View {
    View { heights: view.heights, mark: view.mark, ..timeline(view, width_css) }
}

/// The question behind the reject heatmap on a surface `width_css` CSS pixels wide. It counts records whatever the
/// view measures: a rejected flow carries next to no bytes.
pub fn matrix(view: &View, width_css: f64) -> View {
    let points = points(width_css / HEATMAP_CELL_CSS);
    View { rows: view.rows, measure: Measure::Flows, top: view.top, points: Some(points), ..records(view) }
}

/// The question behind the Coverage page: it is about objects, which no filter of records can choose among. Objects and
/// reasons are named as many as fit a screen, whatever the view ranks.
pub fn coverage(view: &View) -> View {
    View { from: view.from, to: view.to, source: view.source.clone(), top: COVERAGE_TOP, ..View::default() }
}

/// The question behind the ranking.
pub fn top(view: &View) -> View {
    let addresses = view.addresses;
    View { by: view.by, measure: view.measure, top: view.top, addresses, ..records(view) }
}

fn points(wanted: f64) -> u16 {
    // Saturating: a float that is too large or not a number becomes the nearest bound or 0.
    let steps = (wanted / f64::from(POINTS_STEP)).floor() as u16;
    let points = steps.saturating_mul(POINTS_STEP).clamp(*POINTS.start(), *POINTS.end());
    // One more, for a range that begins and ends within a bucket, as one that follows the clock does.
    (points + 1).min(view::POINTS_LIMIT)
}

/// The view with `clause` (filter text such as `service-port = 443`) required as well; `None` when the clause cannot be
/// said in the filter language. What is required already is not said twice.
pub fn narrowed(view: &View, clause: &str) -> Option<View> {
    let conditions = match Filter::parse(clause).ok()?.expr? {
        Expr::And(conditions) => conditions,
        single => vec![single],
    };
    let filter = conditions.into_iter().fold(view.filter.clone(), |filter, condition| filter.and(condition));
    Some(View { filter, ..view.clone() })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use contract::{Dimension, Grid, Heights, Mark, Span};

    #[test]
    fn changing_the_rows_does_not_ask_for_the_timeline_again() {
        let before = View::default();
        let after = View { rows: Dimension::InterfaceId, ..View::default() };
        assert_eq!(timeline(&before, 900.0), timeline(&after, 900.0));
        assert_ne!(matrix(&before, 600.0), matrix(&after, 600.0));
    }

    #[test]
    fn whose_addresses_are_shown_matters_to_what_names_ends() {
        let packets = |view: &View| View { addresses: Addresses::Packet, ..view.clone() };
        let (all, one) = (View::default(), narrowed(&View::default(), "client = 10.0.0.1").unwrap());
        assert_eq!(summary(&packets(&all)), summary(&all));
        assert_ne!(summary(&packets(&one)), summary(&one));
        assert_ne!(top(&packets(&all)), top(&all));
    }

    #[test]
    fn how_the_timeline_is_drawn_asks_nothing_new_and_what_it_is_compared_with_does() {
        let plain = View::default();
        let drawn = View { heights: Heights::Percent, mark: Mark::P95, ..View::default() };
        assert_eq!(timeline(&plain, 900.0), timeline(&drawn, 900.0));
        assert_ne!(timeline_picture(&plain, 900.0), timeline_picture(&drawn, 900.0));
        let before = |compare| View { compare, ..View::default() };
        assert_ne!(timeline(&before(Compare::Previous), 900.0), timeline(&plain, 900.0));
        assert_eq!(summary(&before(Compare::Previous)), summary(&plain));
        assert_ne!(summary(&before(Compare::Week)), summary(&plain));
        let twice = View { within: Dimension::Action, ..View::default() };
        assert_eq!(timeline(&twice, 900.0), timeline(&plain, 900.0));
    }

    #[test]
    fn coverage_does_not_depend_on_the_filter() {
        let rejects = narrowed(&View::default(), "action = REJECT").unwrap();
        assert_eq!(coverage(&rejects), coverage(&View::default()));
        assert_ne!(summary(&rejects), summary(&View::default()));
    }

    #[test]
    fn a_day_on_a_wide_screen_is_drawn_in_five_minutes() {
        let points = timeline(&View::default(), TIMELINE_NOMINAL_CSS).points.unwrap();
        for from in [0, 61] {
            let span = Span { from, to: from + 86_400 };
            assert_eq!(Grid::over(span, usize::from(points)).step, 300);
        }
    }

    #[test]
    fn a_few_pixels_more_ask_nothing_new_and_no_width_overflows() {
        assert_eq!(timeline(&View::default(), 700.0), timeline(&View::default(), 703.0));
        for width in [0.0, -5.0, f64::NAN, f64::INFINITY, 1e9] {
            let points = timeline(&View::default(), width).points.unwrap();
            assert!(POINTS.contains(&(points - 1)), "{width} gave {points}");
        }
    }

    #[test]
    fn a_clause_is_added_once() {
        let once = narrowed(&View::default(), "service-port = 443").unwrap();
        let twice = narrowed(&once, "service-port = 443").unwrap();
        assert_eq!(once, twice);
        assert_ne!(once, View::default());
        assert_eq!(narrowed(&once, "this is no clause ("), None);
    }
}
