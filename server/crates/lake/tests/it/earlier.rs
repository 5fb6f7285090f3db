//! What a range is compared with, what is split twice, and the 95th percentile.

use crate::logs::{DAY, Place, records, view, within};
use contract::grid::ceil_to;
use contract::{Compare, Dimension, Measure, Span, Timeline, View};
use lake::Direct;
use std::collections::BTreeMap;

const HOUR: i64 = 3_600;

/// All series together by bucket.
fn sums(timeline: &Timeline) -> Vec<u64> {
    let sum = |bucket: usize| timeline.series.iter().map(|series| series.values[bucket]).sum();
    (0..timeline.grid.count).map(sum).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_time_has_the_sums_it_has_when_it_is_asked_for_itself() {
    let place = Place::new();
    place.put_records(&records(11, 20_000, 48));
    let lake = place.ingested().await;
    let direct = Direct::new(vec![place.source().await]);
    let cases = [
        // Minutes, hours, and half hours, whose hours begin within buckets.
        (Compare::Day, view(24 * HOUR, 47 * HOUR, ""), view(0, 23 * HOUR, "")),
        (
            Compare::Day,
            View { points: Some(24), ..view(25 * HOUR, 47 * HOUR, "") },
            View { points: Some(24), ..view(HOUR, 23 * HOUR, "") },
        ),
        (Compare::Previous, view(30 * HOUR, 40 * HOUR, ""), view(20 * HOUR, 30 * HOUR, "")),
        (Compare::Previous, view(90_060, 100_020, "dstport = 22"), view(80_100, 90_060, "dstport = 22")),
    ];
    for (compare, asked, before) in cases {
        let asked = View { compare, split: Dimension::ServicePort, ..asked };
        let stored = lake.timeline(&asked, DAY).await.unwrap();
        let earlier = stored.earlier.clone().unwrap();
        assert_eq!((earlier.compare, &earlier.gaps, earlier.until), (compare, &vec![], stored.span.to));
        let alone = lake.timeline(&before, DAY).await.unwrap();
        assert_eq!(earlier.span, alone.span);
        assert_eq!(earlier.total, sums(&alone).iter().sum::<u64>(), "{compare:?}");
        if alone.grid.start == stored.grid.start - (stored.span.from - alone.span.from) {
            assert_eq!(earlier.values, sums(&alone), "{compare:?}");
        }
        assert_eq!(direct.timeline(&asked, DAY).await.unwrap().earlier, stored.earlier, "{compare:?}");
        let summary = lake.summary(&asked, DAY).await.unwrap();
        assert_eq!((summary.compare, summary.previous.unwrap().bytes), (compare, earlier.total));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_not_dealt_out_to_buckets_that_begin_within_them() {
    let place = Place::new();
    let records = records(12, 4_000, 20);
    place.put_records(&records);
    let lake = place.ingested().await;
    // Nine and a half hours in hourly buckets; the time before begins at half past.
    let asked = View {
        points: Some(10),
        compare: Compare::Previous,
        measure: Measure::Flows,
        ..view(10 * HOUR, 19 * HOUR + 1_800, "")
    };
    let timeline = lake.timeline(&asked, DAY).await.unwrap();
    let earlier = timeline.earlier.clone().unwrap();
    let expected: Vec<u64> = (0..10)
        .map(|bucket| {
            let from = DAY + 1_800 + bucket * HOUR;
            let span = from..(from + HOUR).min(DAY + 10 * HOUR);
            records.iter().filter(|record| span.contains(&record.start)).count() as u64
        })
        .collect();
    assert_eq!((timeline.grid.step, earlier.values), (HOUR, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_as_much_is_compared_as_the_logs_tell_of() {
    let place = Place::new();
    let records = records(13, 4_000, 8);
    place.put_records(&records);
    let lake = place.ingested().await;
    let asked = View { compare: Compare::Previous, ..view(5 * HOUR, 9 * HOUR, "") };
    let timeline = lake.timeline(&asked, DAY).await.unwrap();
    let earlier = timeline.earlier.clone().unwrap();
    let last = records.iter().map(|record| record.end).max().unwrap();
    assert_eq!(earlier.until, ceil_to(last + 1, 60));
    let counted = Span { from: DAY + HOUR, to: earlier.until - 4 * HOUR };
    let bytes = |span: Span| records.iter().map(|record| within(record, record.bytes, span)).sum::<u64>();
    assert_eq!(earlier.total, bytes(counted));
    assert_eq!(earlier.values.iter().sum::<u64>(), bytes(Span { to: DAY + 5 * HOUR, ..counted }));
    let summary = lake.summary(&View { compare: Compare::Off, ..asked }, DAY).await.unwrap();
    assert_eq!(summary.previous.unwrap().bytes, earlier.total, "the tiles say the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_the_logs_do_not_reach_back_to_is_not_compared_with() {
    let place = Place::new();
    place.put_records(&records(14, 2_000, 6));
    let lake = place.ingested().await;
    let direct = Direct::new(vec![place.source().await]);
    for compare in [Compare::Previous, Compare::Day, Compare::Week] {
        let asked = View { compare, ..view(2 * HOUR, 6 * HOUR, "") };
        for timeline in [
            (*lake.timeline(&asked, DAY).await.unwrap()).clone(),
            direct.timeline(&asked, DAY).await.unwrap(),
        ] {
            let earlier = timeline.earlier.clone().unwrap();
            assert!(
                earlier.values.is_empty() && earlier.total == 0 && !earlier.gaps.is_empty(),
                "{earlier:?}"
            );
            assert_eq!(earlier.change(7), None);
        }
        assert_eq!(lake.summary(&asked, DAY).await.unwrap().previous, None);
    }
    assert_eq!(lake.timeline(&view(2 * HOUR, 6 * HOUR, ""), DAY).await.unwrap().earlier, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_splits_at_once_add_up_to_the_naive_sums() {
    let place = Place::new();
    let records = records(15, 4_000, 6);
    place.put_records(&records);
    let lake = place.ingested().await;
    let direct = Direct::new(vec![place.source().await]);
    let span = Span { from: DAY + 3_900, to: DAY + 17_400 };
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    for record in &records {
        let action = if record.reject { "REJECT" } else { "ACCEPT" };
        let bytes = within(record, record.bytes, span);
        *expected.entry((action.to_owned(), record.dstport.to_string())).or_default() += bytes;
    }
    let all: u64 = expected.values().sum();
    let filters = ["", "srcaddr IN 10.0.0.0/24"];
    for filter in filters {
        let asked = View { within: Dimension::ServicePort, ..view(3_900, 17_400, filter) };
        let stored = lake.timeline(&asked, DAY).await.unwrap();
        assert_eq!([stored.split, stored.within], [Dimension::Action, Dimension::ServicePort]);
        let pairs: BTreeMap<(String, String), u64> =
            stored.series.iter().map(|s| ((s.key.clone(), s.within.clone()), s.total)).collect();
        assert_eq!(expected, pairs, "{filter}");
        assert!(stored.series.iter().any(|series| series.label == "REJECT · 22 ssh"));
        assert_eq!(direct.timeline(&asked, DAY).await.unwrap().series, stored.series);
        let few = lake.timeline(&View { top: 3, ..asked }, DAY).await.unwrap();
        assert_eq!((few.series.len(), few.series[3].label.as_str()), (4, "7 others"));
        assert_eq!(few.series.iter().map(|series| series.total).sum::<u64>(), all);
    }
    // A thing is not split by itself, and not by nothing first.
    let once = lake.timeline(&view(3_900, 17_400, ""), DAY).await.unwrap();
    let twice = View { within: Dimension::Action, ..view(3_900, 17_400, "") };
    let second = View { split: Dimension::None, ..twice.clone() };
    for asked in [twice, second] {
        assert_eq!(lake.timeline(&asked, DAY).await.unwrap().series, once.series);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_95th_percentile_is_that_of_whole_known_buckets() {
    let place = Place::new();
    let records = records(16, 6_000, 6);
    place.put_records(&records);
    let lake = place.ingested().await;
    // The first bucket is cut, and the logs end in the sixth hour.
    let asked = View { measure: Measure::Flows, points: Some(100), ..view(3_660, 8 * HOUR, "") };
    let timeline = lake.timeline(&asked, DAY).await.unwrap();
    let last = records.iter().map(|record| record.end).max().unwrap();
    let step = timeline.grid.step;
    let mut whole: Vec<u64> = sums(&timeline)
        .into_iter()
        .enumerate()
        .filter(|(bucket, _)| {
            let from = timeline.grid.time_of(*bucket);
            from >= DAY + 3_660 && from + step <= ceil_to(last + 1, 60)
        })
        .map(|(_, flows)| flows)
        .collect();
    whole.sort_unstable();
    assert_eq!(timeline.p95, Some(whole[(whole.len() * 95).div_ceil(100) - 1]));
    assert!(timeline.series.iter().all(|series| series.p95 <= timeline.p95));
}
