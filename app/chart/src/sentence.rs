//! Says in one sentence what a picture shows: above the charts, as a picture's description, to a screen reader.
//! Pure words from answers; claims a jump only where [`super::change`] found one.

use super::change::{self, Change};
use super::plot::covered_secs;
use super::ticks::{clock, date_and_clock, short, step_words, zone_name};
use super::{axis_unit, stack};
use contract::human::{self, duration};
use contract::{Dimension, Matrix, MatrixRow, Measure, Timeline};

/// A part of the new rejects is named when it is at least this large: less is not "mostly".
const NAMED_SHARE: f64 = 0.4;

/// What changed, when something clearly did: `Rejects tripled at 14:02; 92 % to port 5432.`
///
/// `matrix` tells which row the new rejects are in; it may cover another grid than the timeline.
pub fn news(timeline: &Timeline, matrix: Option<&Matrix>, offset_secs: i64) -> Option<String> {
    let jump = change::of_rejects(timeline)?;
    let verb = moved(&jump);
    let at = moment(jump.at, timeline.span.to, offset_secs);
    let culprit = matrix.filter(|_| jump.after > jump.before).and_then(|matrix| culprit(matrix, jump.at));
    let part = culprit.map(|(row, share)| format!("; {} {}", whole_percent(share), row)).unwrap_or_default();
    Some(format!("Rejects {verb} at {at}{part}."))
}

/// The words beside the mark of a jump: `14:02 rejects × 3.1`.
pub(super) fn marker(jump: &Change, offset_secs: i64) -> String {
    let at = clock(jump.at, offset_secs);
    match jump.ratio() {
        ratio if ratio.is_infinite() => format!("{at} rejects begin"),
        0.0 => format!("{at} rejects end"),
        ratio if ratio < 1.0 => format!("{at} rejects −{}", whole_percent(1.0 - ratio)),
        ratio => format!("{at} rejects × {}", factor(ratio)),
    }
}

/// What a timeline shows: how much, over how long, the peak, the largest layer, the rejected part.
pub fn timeline(picture: &Timeline, offset_secs: i64) -> String {
    let total = picture.total();
    let range = range(picture.span.from, picture.span.to, offset_secs);
    if total == 0 {
        return format!("No traffic {range}.");
    }
    let mut parts = vec![format!("{} {range}", amount(total, picture.measure))];
    parts.extend(compared(picture));
    parts.extend(peak(picture, offset_secs));
    let step = step_words(picture.grid.step);
    parts.extend(p95(picture).map(|said| format!("{said} (buckets of {step})")));
    if [picture.split, picture.within] != [Dimension::Action, Dimension::None]
        && let Some(first) = picture.series.iter().find(|series| !series.other && series.total > 0)
        && picture.series.len() > 1
    {
        parts.push(format!("most {} ({})", first.label, share(first.total, total)));
    }
    let rejected: u64 = picture.rejected.iter().sum();
    parts.push(if rejected == 0 {
        "none rejected".to_owned()
    } else {
        format!("{} rejected", share(rejected, total))
    });
    if let Some(unseen) = unseen(&picture.gaps) {
        parts.push(unseen);
    }
    let plain = format!("{}.", parts.join("; "));
    match news(picture, None, offset_secs) {
        Some(news) => format!("{news} {plain}"),
        None => plain,
    }
}

/// How much more or less than at the earlier time: `+4.1 % against the day before`; or what is missing to say so.
pub fn compared(picture: &Timeline) -> Option<String> {
    let earlier = picture.earlier.as_ref()?;
    let before = earlier.compare.said();
    Some(match earlier.change(picture.total()) {
        Some(change) => format!("{} against {before}", human::change(change)),
        None if earlier.gaps.is_empty() => format!("nothing in {before} to compare with"),
        None => {
            let secs = earlier.gaps.iter().map(|gap| gap.secs()).sum();
            format!("not compared: no logs for {} of {before}", duration(secs))
        }
    })
}

/// The 95th percentile: `95th percentile 48 Mb/s`.
pub fn p95(picture: &Timeline) -> Option<String> {
    let rate = said_rate(picture, stack::rate_of(picture, picture.p95?));
    Some(format!("95th percentile {rate}"))
}

/// A rate in the unit of the measure.
pub fn said_rate(picture: &Timeline, rate: f64) -> String {
    match picture.measure {
        Measure::Flows => short(rate, None, ""),
        _ => short(rate, None, axis_unit(picture.measure, picture.grid.step).symbol),
    }
}

/// What a heatmap shows: how much was rejected, where most of it, and the fullest cell.
pub fn matrix(picture: &Matrix, offset_secs: i64) -> String {
    let total: u64 = picture.rows.iter().map(|row| row.total).sum();
    let range = range(picture.span.from, picture.span.to, offset_secs);
    if total == 0 {
        return format!("Nothing was rejected {range}.");
    }
    let mut parts = vec![format!("{} rejected {range}", amount(total, picture.measure))];
    if let Some(row) = picture.rows.iter().filter(|row| !row.other).max_by_key(|row| row.total) {
        parts.push(format!("most {} ({})", place(picture.by, row), share(row.total, total)));
    }
    if let Some((row, bucket, value)) = fullest(picture) {
        let at = moment(picture.grid.time_of(bucket), picture.span.to, offset_secs);
        let most = format!("{} per {}", amount(value, picture.measure), step_words(picture.grid.step));
        parts.push(format!("at most {most}, {} at {at}", place(picture.by, row)));
    }
    if let Some(unseen) = unseen(&picture.gaps) {
        parts.push(unseen);
    }
    format!("{}.", parts.join("; "))
}

/// Turns a ratio into the verb a person would use.
fn moved(jump: &Change) -> String {
    match jump.ratio() {
        ratio if ratio.is_infinite() => "began".to_owned(),
        0.0 => "stopped".to_owned(),
        ratio if ratio < 1.0 => format!("fell by {}", whole_percent(1.0 - ratio)),
        ratio if (1.8..2.3).contains(&ratio) => "doubled".to_owned(),
        ratio if (2.7..3.4).contains(&ratio) => "tripled".to_owned(),
        ratio if (3.6..4.5).contains(&ratio) => "quadrupled".to_owned(),
        ratio if ratio < 1_000.0 => format!("rose {}-fold", factor(ratio)),
        _ => "rose more than a thousandfold".to_owned(),
    }
}

/// The row that holds most of what came on top at `at`, as words, with its part of it.
fn culprit(matrix: &Matrix, at: i64) -> Option<(String, f64)> {
    let from = matrix.grid.index_of(at)?;
    let window = (matrix.grid.count / 12).clamp(1, 24).min(from);
    let until = (from + window.max(1)).min(matrix.grid.count);
    let rate = |row: &MatrixRow, buckets: std::ops::Range<usize>| {
        let secs: f64 = buckets.clone().map(|index| covered_secs(&matrix.grid, matrix.span, index)).sum();
        let sum: u64 = row.values.get(buckets).unwrap_or_default().iter().sum();
        if secs > 0.0 { sum as f64 / secs } else { 0.0 }
    };
    let more = |row: &MatrixRow| (rate(row, from..until) - rate(row, from - window..from)).max(0.0);
    let all: f64 = matrix.rows.iter().map(more).sum();
    let row = matrix.rows.iter().filter(|row| !row.other).max_by(|a, b| more(a).total_cmp(&more(b)))?;
    let share = more(row) / all;
    (all > 0.0 && share >= NAMED_SHARE).then(|| (place(matrix.by, row), share))
}

/// A row of a heatmap within a sentence: `to port 5432`, `at eni-…`, `over tcp`.
fn place(by: Dimension, row: &MatrixRow) -> String {
    let name = if row.label.is_empty() { &row.key } else { &row.label };
    match by {
        Dimension::ServicePort if row.other => "to other ports".to_owned(),
        Dimension::ServicePort if !row.key.is_empty() => format!("to port {}", row.key),
        Dimension::InterfaceId => format!("at {name}"),
        Dimension::Protocol => format!("over {name}"),
        Dimension::AccountId
        | Dimension::Region
        | Dimension::VpcId
        | Dimension::FlowLogId
        | Dimension::AwsService => {
            format!("in {name}")
        }
        _ => name.clone(),
    }
}

/// The largest cell; among equals the earliest of the first row.
fn fullest(picture: &Matrix) -> Option<(&MatrixRow, usize, u64)> {
    let cells =
        picture.rows.iter().flat_map(|row| row.values.iter().enumerate().map(move |(b, v)| (row, b, *v)));
    cells.reduce(|best, next| if next.2 > best.2 { next } else { best })
}

fn peak(picture: &Timeline, offset_secs: i64) -> Option<String> {
    let unit = axis_unit(picture.measure, picture.grid.step);
    let rates = stack::totals(picture);
    let (bucket, rate) =
        rates.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    let at = moment(picture.grid.time_of(bucket), picture.span.to, offset_secs);
    let height = match picture.measure {
        Measure::Flows => format!("{} {}", short(*rate, None, ""), unit.words),
        _ => short(*rate, None, unit.symbol),
    };
    Some(format!("peak {height} at {at}"))
}

/// A time within the picture: the clock is enough within the last day of it.
fn moment(at: i64, until: i64, offset_secs: i64) -> String {
    const DAY: i64 = 86_400;
    if until - at <= DAY { clock(at, offset_secs) } else { date_and_clock(at, None, offset_secs) }
}

/// A factor as people say it: `3.1`, `12`.
fn factor(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.1}") } else { short(ratio.round(), Some((1.0, "")), "") }
}

fn range(from: i64, to: i64, offset_secs: i64) -> String {
    let zone = zone_name(offset_secs);
    let until = date_and_clock(to, Some(from), offset_secs);
    format!("from {} to {until} {zone}", date_and_clock(from, None, offset_secs))
}

fn unseen(gaps: &[contract::Span]) -> Option<String> {
    let secs: i64 = gaps.iter().map(|gap| gap.secs()).sum();
    (secs > 0).then(|| format!("no logs for {}", duration(secs)))
}

fn amount(value: u64, measure: Measure) -> String {
    match measure {
        Measure::Bytes => human::bytes(value).to_string(),
        Measure::Packets => format!("{} packets", human::count(value)),
        Measure::Flows => format!("{} flows", human::count(value)),
    }
}

fn share(part: u64, whole: u64) -> String {
    human::percent(part as f64 / whole.max(1) as f64)
}

fn whole_percent(part: f64) -> String {
    format!("{:.0} %", (part * 100.0).clamp(0.0, 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use proptest::prelude::*;

    #[test]
    fn a_clear_jump_is_told_with_its_time_and_its_culprit() {
        let (timeline, matrix) = (sample::incident(), sample::matrix(48, 9));
        let told = news(&timeline, Some(&matrix), 0);
        assert_eq!(told.as_deref(), Some("Rejects rose 5.3-fold at 14:00; 99 % to port 5432."));
        assert_eq!(news(&timeline, None, 7_200).as_deref(), Some("Rejects rose 5.3-fold at 16:00."));
    }

    #[test]
    fn verbs_follow_the_ratio() {
        let verb = |before: f64, after: f64| moved(&Change { bucket: 0, at: 0, before, after });
        assert_eq!(verb(100.0, 310.0), "tripled");
        assert_eq!(verb(100.0, 200.0), "doubled");
        assert_eq!(verb(100.0, 620.0), "rose 6.2-fold");
        assert_eq!(verb(0.0, 20.0), "began");
        assert_eq!((verb(20.0, 0.0), verb(100.0, 25.0)), ("stopped".into(), "fell by 75 %".into()));
    }

    #[test]
    fn what_is_compared_is_told_with_its_sign_or_with_what_is_missing() {
        let mut picture = sample::compared();
        assert_eq!(compared(&picture).as_deref(), Some("+2.5 % against the day before"));
        if let Some(earlier) = &mut picture.earlier {
            earlier.gaps.push(contract::Span { from: 0, to: 7_200 });
        }
        assert_eq!(compared(&picture).as_deref(), Some("not compared: no logs for 2 h of the day before"));
        assert_eq!(compared(&sample::small_timeline()), None);
    }

    #[test]
    fn a_calm_timeline_is_summed_up() {
        let picture = sample::small_timeline();
        let told = "20.2 GB from 23 Nov 00:00 to 01:00 UTC; peak 53\u{a0}Mb/s at 00:10; \
                    95th percentile 53\u{a0}Mb/s (buckets of 5 minutes); most 443 https (63.4 %); 2.8 % rejected.";
        assert_eq!(timeline(&picture, 0), told);
        let mut empty = picture;
        empty.series.clear();
        empty.rejected.fill(0);
        assert_eq!(timeline(&empty, 0), "No traffic from 23 Nov 00:00 to 01:00 UTC.");
    }

    #[test]
    fn a_heatmap_names_its_largest_row_and_cell() {
        let told = "731 flows rejected from 23 Nov 00:00 to 06:00 UTC; most to port 22 (85.1 %); \
                    at most 400 flows per hour, to port 22 at 00:00; no logs for 2 h.";
        assert_eq!(matrix(&sample::small_matrix(), 0), told);
    }

    proptest! {
        #[test]
        fn a_sentence_ends_with_a_stop_and_holds_no_nonsense(values in prop::collection::vec(0_u64..1 << 40, 0..40), offset in -14_i64..15) {
            let mut picture = sample::small_timeline();
            picture.series[0].values = values.clone();
            picture.series[0].total = values.iter().sum();
            picture.rejected = values;
            for told in [timeline(&picture, offset * 3_600), matrix(&sample::small_matrix(), offset * 3_600)] {
                prop_assert!(told.ends_with('.') && !told.contains("NaN") && !told.contains("inf"), "{told}");
            }
        }
    }
}
