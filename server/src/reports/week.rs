//! Rejects by weekday and hour, in the reader's zone: what runs every night at two shows as a column, what stops at the
//! weekend as rows.

use super::cells;
use super::links::origin;
use super::times::Times;
use contract::report::{Cells, Drawing, Figure, Head, Spot};
use contract::{Dimension, Filter, Grid, Measure, Moment, Page, Span, Timeline, View, human};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// The finest parts of hours by which zones differ from UTC.
const QUARTER: i64 = HOUR / 4;
/// 1970-01-01 was a Thursday, the fourth day from Monday.
const FIRST_WEEKDAY: i64 = 3;
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// An hour of which less is known, in seconds, says nothing of its kind.
const KNOWN_SECS: i64 = 5 * 60;

/// The question: rejected records by the hour, or by the quarter where the zone's hours are not those of UTC. `None`
/// where the range is too long for that.
pub fn question(asked: &View, rejected: Filter, (span, times): (Span, Times)) -> Option<View> {
    let step = if times.offset_secs % HOUR == 0 { HOUR } else { QUARTER };
    let buckets = Grid::with_step(span, step).count;
    let points = u16::try_from(buckets).ok().filter(|points| *points <= contract::view::POINTS_LIMIT)?;
    Some(View {
        filter: rejected,
        split: Dimension::None,
        measure: Measure::Flows,
        points: Some(points),
        ..asked.clone()
    })
}

/// What is known of one hour of the week.
#[derive(Clone, Copy, Default)]
struct Known {
    rejected: u64,
    /// Seconds of such hours that the logs tell of.
    secs: i64,
    /// The start of the last such hour.
    last: i64,
}

impl Known {
    /// Records in an hour of this kind.
    fn an_hour(self) -> Option<f64> {
        (self.secs >= KNOWN_SECS).then(|| self.rejected as f64 * HOUR as f64 / self.secs as f64)
    }
}

/// Every hour of the week, by weekday from Monday.
fn week(timeline: &Timeline, times: Times) -> [[Known; 24]; 7] {
    let mut week = [[Known::default(); 24]; 7];
    for (bucket, rejected) in timeline.rejected.iter().enumerate() {
        let from = timeline.grid.time_of(bucket);
        let part = Span {
            from: from.max(timeline.span.from),
            to: (from + timeline.grid.step).min(timeline.span.to),
        };
        let unseen: i64 = timeline
            .gaps
            .iter()
            .map(|gap| Span { from: gap.from.max(part.from), to: gap.to.min(part.to) }.secs())
            .sum();
        let local = from + times.offset_secs;
        let day = (local.div_euclid(DAY) + FIRST_WEEKDAY).rem_euclid(7) as usize;
        let hour = (local.rem_euclid(DAY) / HOUR) as usize;
        let known = &mut week[day][hour];
        known.rejected += rejected;
        known.secs += part.secs() - unseen;
        known.last = local - local.rem_euclid(HOUR) - times.offset_secs;
    }
    week
}

/// The picture and its table.
pub fn drawing(view: &View, timeline: &Timeline, times: Times) -> Drawing {
    let week = week(timeline, times);
    let spot = |known: &Known| {
        let mean = known.an_hour()?;
        let leads = View { from: Moment::At(known.last), to: Moment::At(known.last + HOUR), ..view.clone() };
        Some(Spot {
            // A little is not nothing.
            value: mean.ceil() as u64,
            text: said(mean),
            exact: format!("{mean:.3}"),
            href: (known.rejected > 0).then(|| Page::Rejects.elsewhere(&leads)),
        })
    };
    let days = || WEEKDAYS.iter().zip(&week).filter(|(_, hours)| hours.iter().any(|known| known.secs > 0));
    let cells = Cells {
        rows: days().map(|(name, _)| (*name).to_owned()).collect(),
        columns: (0..24).map(|hour| format!("{hour:02}")).collect(),
        spots: days().map(|(_, hours)| hours.iter().map(spot).collect()).collect(),
        noun: "rejected records an hour".to_owned(),
        scale: view.scale,
    };
    let head = Head::new("week", "Hours of the week")
        .about(format!("rejected records in an hour of this kind, scanners among them, {}", times.zone()))
        .foot(format!("{}; a cell leads to the last such hour", origin(&timeline.provenance)));
    Drawing {
        words: words(&week, times),
        table: cells::table(head, &format!("Hour, {}", times.zone()), &cells, "The logs tell of no hour."),
        figure: Figure::Cells(cells),
    }
}

fn said(mean: f64) -> String {
    if mean > 0.0 && mean < 9.95 {
        return format!("{mean:.1}");
    }
    human::count(mean.round() as u64).to_string()
}

/// The fullest hour beside the usual one.
fn words(week: &[[Known; 24]; 7], times: Times) -> String {
    let hours = || {
        week.iter().enumerate().flat_map(|(day, hours)| {
            hours.iter().enumerate().filter_map(move |(hour, known)| Some((day, hour, known.an_hour()?)))
        })
    };
    let fullest = hours().reduce(|best, next| if next.2 > best.2 { next } else { best });
    let Some((day, hour, most)) = fullest else { return String::new() };
    if most == 0.0 {
        return "Nothing was rejected at any hour.".to_owned();
    }
    let mut means: Vec<f64> = hours().map(|(.., mean)| mean).collect();
    means.sort_by(f64::total_cmp);
    let usual = means.get(means.len() / 2).copied().unwrap_or_default();
    format!(
        "Most on {} from {hour:02}:00 to {:02}:00 {}: {} records an hour, where half of the hours have {} or fewer.",
        WEEKDAYS[day],
        (hour + 1) % 24,
        times.zone(),
        said(most),
        said(usual),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20T00:00:00Z, a Friday.
    const FRIDAY: i64 = 1_795_132_800;

    fn timeline(span: Span, rejected: impl Fn(i64) -> u64, gaps: Vec<Span>) -> Timeline {
        let grid = Grid::with_step(span, HOUR);
        Timeline {
            span,
            grid,
            split: Dimension::None,
            within: Dimension::None,
            measure: Measure::Flows,
            p95: None,
            earlier: None,
            series: Vec::new(),
            rejected: (0..grid.count).map(|bucket| rejected(grid.time_of(bucket))).collect(),
            gaps,
            provenance: Default::default(),
        }
    }

    #[test]
    fn an_hour_that_comes_twice_is_a_mean_and_one_in_a_gap_is_not_known() {
        let span = Span { from: FRIDAY, to: FRIDAY + 8 * DAY };
        let at_two =
            |at: i64| if (at - FRIDAY) % DAY == 2 * HOUR { 6 + ((at - FRIDAY) / DAY) as u64 } else { 0 };
        let gap = Span { from: FRIDAY + DAY, to: FRIDAY + DAY + HOUR };
        let told = week(&timeline(span, at_two, vec![gap]), Times::default());
        assert_eq!(told[4][2].an_hour(), Some(9.5), "6 on the first Friday, 13 on the second");
        assert_eq!(told[4][2].last, FRIDAY + 7 * DAY + 2 * HOUR);
        assert_eq!(told[5][0].an_hour(), None, "no logs on Saturday at midnight");
        assert_eq!(told[5][2].an_hour(), Some(7.0));
    }

    #[test]
    fn weekdays_and_hours_are_those_of_the_zone() {
        let span = Span { from: FRIDAY, to: FRIDAY + DAY };
        let last = |at: i64| u64::from(at == FRIDAY + 23 * HOUR) * 5;
        let drawing = drawing(&View::default(), &timeline(span, last, Vec::new()), Times::of(2 * HOUR));
        assert_eq!(
            drawing.words,
            "Most on Saturday from 01:00 to 02:00 UTC+2: 5.0 records an hour, where half of the hours have 0 or fewer."
        );
        let Figure::Cells(cells) = drawing.figure else { panic!("no heatmap") };
        assert_eq!(cells.rows, ["Friday", "Saturday"]);
        assert_eq!(cells.spots[1][1].as_ref().map(|spot| spot.value), Some(5));
        assert_eq!(cells.spots[0][1], None, "before the range");
        let href = cells.spots[1][1].as_ref().and_then(|spot| spot.href.clone()).unwrap_or_default();
        assert!(href.contains(&format!("from={}", FRIDAY + 23 * HOUR)), "{href}");
    }

    #[test]
    fn hours_of_a_zone_between_are_asked_by_the_quarter_and_a_range_too_long_not_at_all() {
        let asked = |days: i64, offset: i64| {
            let span = Span { from: FRIDAY, to: FRIDAY + days * DAY };
            question(&View::default(), Filter::default(), (span, Times::of(offset)))?.points
        };
        assert_eq!((asked(1, HOUR), asked(1, 5 * HOUR + HOUR / 2)), (Some(24), Some(96)));
        assert_eq!(asked(400, 0), None);
    }
}
