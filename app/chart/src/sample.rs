//! Answers that look like real ones, for the tests of the charts: a day of a small VPC with an incident at 14:00.

use contract::{
    Compare, Dimension, Earlier, Grid, Matrix, MatrixRow, Measure, Provenance, Series, Span, Timeline,
};

/// 2026-11-23T00:00:00Z.
pub(super) const MIDNIGHT: i64 = 1_795_392_000;
const DAY: i64 = 86_400;

/// A repeatable stream of numbers from 0 to 1.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    }
}

fn series(key: &str, label: &str, values: Vec<u64>) -> Series {
    Series {
        key: key.into(),
        within: String::new(),
        label: label.into(),
        total: values.iter().sum(),
        p95: values.iter().copied().max(),
        values,
        other: key.is_empty(),
    }
}

/// An hour in five-minute buckets, three services, few rejects, no jump.
pub(super) fn small_timeline() -> Timeline {
    let span = Span { from: MIDNIGHT, to: MIDNIGHT + 3_600 };
    let ramp = |base: u64| (0..12_u64).map(|i| base * (10 + (i * 7) % 5)).collect::<Vec<u64>>();
    Timeline {
        span,
        grid: Grid::with_step(span, 300),
        split: Dimension::ServicePort,
        within: Dimension::None,
        measure: Measure::Bytes,
        p95: Some(1_988_000_000),
        earlier: None,
        series: vec![
            series("443", "443 https", ramp(90_000_000)),
            series("5432", "5432 postgres", ramp(40_000_000)),
            series("", "other", ramp(12_000_000)),
        ],
        rejected: ramp(4_000_000),
        gaps: vec![],
        provenance: Provenance::default(),
    }
}

/// `picture` as it would be split by action.
pub(super) fn by_action(picture: &Timeline) -> Timeline {
    let rejected = picture.rejected.clone();
    let accepted = (0..picture.grid.count)
        .map(|b| picture.series.iter().map(|s| s.values[b]).sum::<u64>().saturating_sub(rejected[b]))
        .collect();
    Timeline {
        split: Dimension::Action,
        series: vec![series("ACCEPT", "ACCEPT", accepted), series("REJECT", "REJECT", rejected)],
        ..picture.clone()
    }
}

/// [`small_timeline`] beside the day before, which had less at first and more in the end.
pub(super) fn compared() -> Timeline {
    let picture = small_timeline();
    let sum = |bucket: usize| picture.series.iter().map(|series| series.values[bucket]).sum::<u64>();
    let values: Vec<u64> = (0..picture.grid.count).map(|b| sum(b) * (70 + 5 * b as u64) / 100).collect();
    let earlier = Earlier {
        compare: Compare::Day,
        span: Span { from: picture.span.from - DAY, to: picture.span.to - DAY },
        total: values.iter().sum(),
        values,
        until: picture.span.to,
        gaps: vec![],
    };
    Timeline { earlier: Some(earlier), ..picture }
}

/// [`small_timeline`] as it would be split by action and protocol.
pub(super) fn twice() -> Timeline {
    let picture = small_timeline();
    let layer = |action: &str, protocol: &str, label: &str, tenths: u64| {
        let values = picture.rejected.iter().map(|value| value * tenths / 10).collect();
        Series { within: protocol.into(), ..series(action, label, values) }
    };
    let series = vec![
        layer("ACCEPT", "6", "ACCEPT · tcp", 220),
        layer("ACCEPT", "17", "ACCEPT · udp", 80),
        layer("REJECT", "6", "REJECT · tcp", 7),
        layer("REJECT", "17", "REJECT · udp", 3),
        layer("", "", "3 others", 60),
    ];
    Timeline { split: Dimension::Action, within: Dimension::Protocol, series, ..picture.clone() }
}

/// A day in five-minute buckets with its rhythm, six services and the rest, and rejects that jump at 14:00.
pub(super) fn incident() -> Timeline {
    let span = Span { from: MIDNIGHT, to: MIDNIGHT + DAY };
    let mut noise = noise(7);
    let services = [
        ("443", "443 https", 0.40),
        ("5432", "5432 postgres", 0.20),
        ("9092", "9092 kafka", 0.14),
        ("6379", "6379 redis", 0.077),
        ("53", "53 dns", 0.03),
        ("8080", "8080 http-alt", 0.05),
        ("", "other", 0.10),
    ];
    let rhythm = |i: usize| {
        (0.55
            + 0.45 * ((i as f64 / 288.0 - 0.3) * std::f64::consts::TAU).sin()
            + 0.06 * (i as f64 / 9.0).sin())
        .max(0.15)
    };
    let layer = |(key, label, base): (&str, &str, f64), noise: &mut dyn FnMut() -> f64| {
        let night = |i: usize| if key == "9092" && (24..42).contains(&i) { 1.9 } else { 1.0 };
        let values =
            (0..288).map(|i| (base * rhythm(i) * night(i) * (1.0 + 0.1 * (noise() - 0.5)) * 1.1e10) as u64);
        series(key, label, values.collect())
    };
    let series = services.into_iter().map(|service| layer(service, &mut noise)).collect();
    let rejected = (0..288).map(|i| {
        ((0.018 + 0.01 * noise() + if (168..214).contains(&i) { 0.085 + 0.03 * noise() } else { 0.0 })
            * 1.1e10) as u64
    });
    Timeline {
        span,
        grid: Grid::with_step(span, 300),
        split: Dimension::ServicePort,
        within: Dimension::None,
        measure: Measure::Bytes,
        p95: None,
        earlier: None,
        series,
        rejected: rejected.collect(),
        gaps: vec![],
        provenance: Provenance::default(),
    }
}

/// A day of rejects in `buckets` buckets and `rows` rows; the fifth row is the incident.
pub(super) fn matrix(buckets: usize, rows: usize) -> Matrix {
    const PORTS: [(&str, &str); 8] = [
        ("22", "22 ssh"),
        ("23", "23 telnet"),
        ("445", "445 smb"),
        ("3389", "3389 rdp"),
        ("5432", "5432 postgres"),
        ("6379", "6379 redis"),
        ("8080", "8080"),
        ("9092", "9092 kafka"),
    ];
    let span = Span { from: MIDNIGHT, to: MIDNIGHT + DAY };
    let mut noise = noise(11);
    let mut row = |index: usize| {
        let (key, label) = PORTS.get(index).copied().unwrap_or(("", "other"));
        let level = if index < 4 { 40.0 } else { 8.0 };
        let values: Vec<u64> = (0..buckets)
            .map(|bucket| {
                let hour = bucket * 24 / buckets.max(1);
                let incident = if key == "5432" && (14..18).contains(&hour) { 900.0 } else { 0.0 };
                let chance = noise();
                if chance < 0.3 && incident == 0.0 {
                    0
                } else {
                    (level * noise() + incident * (0.8 + 0.2 * chance)) as u64
                }
            })
            .collect();
        MatrixRow {
            key: key.into(),
            label: label.into(),
            total: values.iter().sum(),
            values,
            other: key.is_empty(),
        }
    };
    Matrix {
        span,
        grid: Grid::with_step(span, DAY / buckets as i64),
        by: Dimension::ServicePort,
        measure: Measure::Flows,
        rows: (0..rows).map(&mut row).collect(),
        other_values: 40,
        gaps: vec![],
        provenance: Provenance::default(),
    }
}

/// Three rows over six hours with zeros, values and two hours without logs.
pub(super) fn small_matrix() -> Matrix {
    let span = Span { from: MIDNIGHT, to: MIDNIGHT + 6 * 3_600 };
    let row = |key: &str, label: &str, values: [u64; 6]| MatrixRow {
        key: key.into(),
        label: label.into(),
        total: values.iter().sum(),
        values: values.to_vec(),
        other: key.is_empty(),
    };
    Matrix {
        span,
        grid: Grid::with_step(span, 3_600),
        by: Dimension::ServicePort,
        measure: Measure::Flows,
        rows: vec![
            row("22", "22 ssh", [400, 12, 0, 0, 0, 210]),
            row("5432", "5432 postgres", [0, 0, 3, 0, 0, 98]),
            row("", "other", [1, 0, 0, 0, 7, 0]),
        ],
        other_values: 12,
        gaps: vec![Span { from: MIDNIGHT + 3 * 3_600, to: MIDNIGHT + 5 * 3_600 }],
        provenance: Provenance::default(),
    }
}
