//! What the timeline says beside its curves: the tooltip, the spoken sentence, the data table.
//! Pure functions of the answer.

use super::plate::Spot;
use chart::sentence::said_rate as said;
use chart::ticks::{date_and_clock, step_words, zone_name};
use chart::timeline::{rates, totals};
use chart::{Ink, axis_unit};
use contract::{Grid, Heights, Measure, Span, Timeline, human};
use parts::data_table::Sheet;
use parts::tooltip::{Pattern, Tip, TipRow};

/// Most lines of a tooltip; the rest is one line more.
const TIP_ROWS: usize = 9;

/// What a picture measures: `bits per second, averaged per 5 minutes`.
pub fn caption(picture: &Timeline, heights: Heights) -> String {
    let step = picture.grid.step;
    if heights == Heights::Percent {
        return format!("parts of all {} per {}", picture.measure.name(), step_words(step));
    }
    let unit = axis_unit(picture.measure, step).words;
    if picture.measure == Measure::Flows {
        unit
    } else {
        format!("{unit}, averaged per {}", step_words(step))
    }
}

/// Whether the values have arrived: what comes with the page is only the legend.
pub fn is_whole(picture: &Timeline) -> bool {
    picture.rejected.len() == picture.grid.count
        && picture.series.iter().all(|series| series.values.len() == picture.grid.count)
}

/// The time of a bucket, cut to the asked range.
pub fn bucket_said(grid: &Grid, span: Span, bucket: usize, offset_secs: i64) -> String {
    let from = grid.time_of(bucket).max(span.from);
    let to = (grid.time_of(bucket) + grid.step).min(span.to);
    let start = date_and_clock(from, None, offset_secs);
    format!("{start} to {} {}", date_and_clock(to, Some(from), offset_secs), zone_name(offset_secs))
}

/// How the colour mark of an ink is filled.
pub const fn pattern(ink: Ink) -> Pattern {
    match ink {
        Ink::Reject => Pattern::Hatched(0),
        Ink::RejectPart(part) => Pattern::Hatched(part),
        Ink::Earlier => Pattern::Dashed,
        _ => Pattern::Plain,
    }
}

/// The series at a bucket with their values in the unit of the axis, largest first.
fn ranked(picture: &Timeline, bucket: usize) -> Vec<(Ink, &str, f64)> {
    let mut ranked: Vec<(Ink, &str, f64)> = picture
        .series
        .iter()
        .zip(Ink::of(picture))
        .filter_map(|(series, ink)| {
            let rate = rates(picture, &series.values).get(bucket).copied()?;
            Some((ink, series.label.as_str(), rate))
        })
        .collect();
    ranked.sort_by(|a, b| b.2.total_cmp(&a.2));
    ranked
}

fn rejected_at(picture: &Timeline, bucket: usize) -> f64 {
    rates(picture, &picture.rejected).get(bucket).copied().unwrap_or_default()
}

/// The earlier time beside a bucket, with how much more or less the bucket has; as a line of a tooltip.
fn earlier_at(picture: &Timeline, bucket: usize) -> Option<(&'static str, String)> {
    let earlier = picture.earlier.as_ref()?;
    let before = rates(picture, &earlier.values).get(bucket).copied()?;
    let now = totals(picture).get(bucket).copied()?;
    let end = (picture.grid.time_of(bucket) + picture.grid.step).min(picture.span.to);
    let change =
        (before > 0.0 && end <= earlier.until).then(|| format!(" ({})", human::change(now / before - 1.0)));
    Some((earlier.compare.said(), format!("{}{}", said(picture, before), change.unwrap_or_default())))
}

fn is_unknown(gaps: &[Span], grid: &Grid, bucket: usize) -> bool {
    let middle = grid.time_of(bucket) + grid.step / 2;
    gaps.iter().any(|gap| gap.holds(middle))
}

/// The tooltip at a place.
pub fn tip(
    picture: &Timeline,
    spot: Spot,
    width_css: f64,
    (heights, offset_secs): (Heights, i64),
) -> Option<Tip> {
    if !is_whole(picture) || spot.bucket >= picture.grid.count {
        return None;
    }
    let ranked = ranked(picture, spot.bucket);
    let total: f64 = ranked.iter().map(|(_, _, rate)| rate).sum();
    let value = |rate: f64| match heights {
        Heights::Percent if total > 0.0 => {
            format!("{}, {}", said(picture, rate), human::percent(rate / total))
        }
        _ => said(picture, rate),
    };
    let row = |ink: Option<Ink>, label: &str, value: String| TipRow {
        ink: ink.map(Ink::variable).unwrap_or_default(),
        pattern: ink.map(pattern).unwrap_or_default(),
        label: label.to_owned(),
        value,
    };
    let mut rows: Vec<TipRow> = ranked
        .iter()
        .filter(|(_, _, rate)| *rate > 0.0)
        .take(TIP_ROWS)
        .map(|(ink, label, rate)| row(Some(*ink), label, value(*rate)))
        .collect();
    let shown: f64 = ranked.iter().take(TIP_ROWS).map(|(_, _, rate)| rate).sum();
    if total - shown > 0.0 && ranked.len() > TIP_ROWS {
        rows.push(row(None, "more", value(total - shown)));
    }
    if !picture.names_rejects() && rejected_at(picture, spot.bucket) > 0.0 {
        rows.push(row(Some(Ink::Reject), "rejected", value(rejected_at(picture, spot.bucket))));
    }
    if ranked.len() > 1 {
        rows.push(row(None, "total", said(picture, total)));
    }
    if let Some((label, value)) = earlier_at(picture, spot.bucket) {
        rows.push(row(Some(Ink::Earlier), label, value));
    }
    let is_unknown = is_unknown(&picture.gaps, &picture.grid, spot.bucket);
    Some(Tip {
        x_css: spot.x_css,
        y_css: spot.y_css,
        width_css,
        title: bucket_said(&picture.grid, picture.span, spot.bucket, offset_secs),
        rows,
        note: if is_unknown { "No objects seen for this time.".to_owned() } else { String::new() },
    })
}

/// The same as a sentence.
pub fn told(picture: &Timeline, spot: Spot, offset_secs: i64) -> String {
    if !is_whole(picture) || spot.bucket >= picture.grid.count {
        return String::new();
    }
    let time = bucket_said(&picture.grid, picture.span, spot.bucket, offset_secs);
    let values = ranked(picture, spot.bucket);
    let mut values: Vec<String> =
        values.iter().take(3).map(|(_, label, rate)| format!("{label} {}", said(picture, *rate))).collect();
    values.extend(earlier_at(picture, spot.bucket).map(|(label, value)| format!("{label} {value}")));
    format!("{time}: {}", values.join(", "))
}

/// All numbers, exactly, and below them the 95th percentiles.
pub fn sheet(picture: &Timeline, offset_secs: i64) -> Sheet {
    let mut heads = vec![format!("From ({})", zone_name(offset_secs))];
    heads.extend(picture.series.iter().map(|series| series.label.clone()));
    heads.push("rejected".to_owned());
    let earlier = picture.earlier.as_ref().filter(|earlier| !earlier.values.is_empty());
    heads.extend(earlier.map(|earlier| earlier.compare.said().to_owned()));
    let number =
        |values: &[u64], bucket: usize| values.get(bucket).map(|v| human::exact(*v)).unwrap_or_default();
    let row = |bucket: usize| {
        let mut cells = vec![date_and_clock(picture.grid.time_of(bucket), None, offset_secs)];
        cells.extend(picture.series.iter().map(|series| number(&series.values, bucket)));
        cells.push(number(&picture.rejected, bucket));
        cells.extend(earlier.map(|earlier| number(&earlier.values, bucket)));
        cells
    };
    let mut rows: Vec<Vec<String>> =
        if is_whole(picture) { (0..picture.grid.count).map(row).collect() } else { Vec::new() };
    if picture.series.iter().any(|series| series.p95.is_some()) && !rows.is_empty() {
        let mut cells = vec!["95th percentile".to_owned()];
        cells.extend(picture.series.iter().map(|series| series.p95.map(human::exact).unwrap_or_default()));
        cells.resize(heads.len(), String::new());
        rows.push(cells);
    }
    Sheet {
        caption: format!("{} per {}", picture.measure.label(), step_words(picture.grid.step)),
        heads,
        rows,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use contract::{Compare, Dimension, Earlier, Provenance, Series};

    fn picture() -> Timeline {
        let span = Span { from: 0, to: 600 };
        let series = |key: &str, values: Vec<u64>| Series {
            key: key.to_owned(),
            within: String::new(),
            label: key.to_owned(),
            total: values.iter().sum(),
            values,
            p95: None,
            other: false,
        };
        Timeline {
            span,
            grid: Grid::with_step(span, 300),
            split: Dimension::ServicePort,
            within: Dimension::None,
            p95: None,
            earlier: None,
            measure: Measure::Bytes,
            series: vec![series("443", vec![300_000, 0]), series("22", vec![600_000, 75])],
            rejected: vec![0, 75],
            gaps: vec![Span { from: 300, to: 600 }],
            provenance: Provenance::default(),
        }
    }

    const PLAIN: (Heights, i64) = (Heights::Stacked, 0);

    fn spot(bucket: usize) -> Spot {
        Spot { bucket, row: None, x_css: 10.0, y_css: 8.0 }
    }

    #[test]
    fn the_tooltip_is_sorted_by_value_and_adds_up() {
        let tip = tip(&picture(), spot(0), 400.0, PLAIN).unwrap();
        let rows: Vec<(&str, &str)> = tip.rows.iter().map(|r| (r.label.as_str(), r.value.as_str())).collect();
        assert_eq!(rows, [("22", "16\u{a0}kb/s"), ("443", "8\u{a0}kb/s"), ("total", "24\u{a0}kb/s")]);
        assert_eq!(tip.title, "1 Jan 00:00 to 00:05 UTC");
        assert_eq!(tip.note, "");
    }

    #[test]
    fn an_earlier_time_stands_in_the_tooltip_and_in_the_table() {
        let mut picture = picture();
        picture.earlier = Some(Earlier {
            compare: Compare::Day,
            span: Span { from: -86_400, to: -85_800 },
            values: vec![450_000, 150_000],
            total: 450_000,
            until: 300,
            gaps: Vec::new(),
        });
        let last = |bucket| tip(&picture, spot(bucket), 400.0, PLAIN).unwrap().rows.pop().unwrap();
        let first = last(0);
        assert_eq!((first.label.as_str(), first.pattern), ("the day before", Pattern::Dashed));
        assert_eq!(first.value, "12\u{a0}kb/s (+100 %)");
        assert_eq!(last(1).value, "4\u{a0}kb/s", "the logs do not tell of the bucket yet");
        assert!(told(&picture, spot(0), 0).ends_with(", the day before 12\u{a0}kb/s (+100 %)"));
        let sheet = sheet(&picture, 0);
        assert_eq!(
            (sheet.heads[4].as_str(), sheet.rows[1][4].as_str()),
            ("the day before", "150\u{202f}000")
        );
    }

    #[test]
    fn parts_are_told_beside_amounts() {
        let tip = tip(&picture(), spot(0), 400.0, (Heights::Percent, 0)).unwrap();
        assert_eq!(tip.rows[0].value, "16\u{a0}kb/s, 66.7 %");
    }

    #[test]
    fn rejects_and_gaps_are_named() {
        let tip = tip(&picture(), spot(1), 400.0, PLAIN).unwrap();
        assert!(tip.rows.iter().any(|row| row.label == "rejected" && row.pattern == Pattern::Hatched(0)));
        assert!(tip.note.starts_with("No objects"));
    }

    #[test]
    fn a_picture_without_its_values_says_nothing() {
        let mut legend_only = picture();
        legend_only.series.iter_mut().for_each(|series| series.values.clear());
        assert_eq!(tip(&legend_only, spot(0), 400.0, PLAIN), None);
        assert_eq!(told(&legend_only, spot(0), 0), "");
        assert!(sheet(&legend_only, 0).rows.is_empty());
        assert_eq!(tip(&picture(), spot(9), 400.0, PLAIN), None);
    }

    #[test]
    fn the_table_holds_every_number() {
        let sheet = sheet(&picture(), 0);
        assert_eq!(sheet.heads, ["From (UTC)", "443", "22", "rejected"]);
        assert_eq!(sheet.rows[1], ["1 Jan 00:05", "0", "75", "75"]);
        assert_eq!(sheet.rows.len(), 2);
        let mut picture = picture();
        picture.series[0].p95 = Some(300_000);
        let sheet = super::sheet(&picture, 0);
        assert_eq!(sheet.rows[2], ["95th percentile", "300\u{202f}000", "", ""]);
    }
}
