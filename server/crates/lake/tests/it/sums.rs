//! Minutes, hours, conversations, records and objects agree with each other and with a naive sum.

use crate::logs::{DAY, Place, Record, records, view, within};
use contract::{Dimension, Measure, Span, Table, Timeline, TopBy, View};
use lake::Direct;
use std::collections::BTreeMap;

fn totals(timeline: &Timeline) -> BTreeMap<String, Vec<u64>> {
    timeline.series.iter().map(|series| (series.key.clone(), series.values.clone())).collect()
}

/// Bytes by action and bucket, straight from the definition.
fn naive(
    records: &[Record],
    timeline: &Timeline,
    keep: impl Fn(&Record) -> bool,
) -> BTreeMap<String, Vec<u64>> {
    let mut sums: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for record in records.iter().filter(|record| keep(record)) {
        let action = if record.reject { "REJECT" } else { "ACCEPT" };
        for bucket in 0..timeline.grid.count {
            let from = timeline.grid.time_of(bucket).max(timeline.span.from);
            let to = timeline.grid.time_of(bucket + 1).min(timeline.span.to);
            let bytes = within(record, record.bytes, Span { from, to });
            if bytes > 0 {
                sums.entry(action.to_owned()).or_insert_with(|| vec![0; timeline.grid.count])[bucket] +=
                    bytes;
            }
        }
    }
    sums
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_the_objects_themselves_give_the_naive_sums() {
    let place = Place::new();
    let records = records(1, 4_000, 6);
    place.put_records(&records);
    let lake = place.ingested().await;
    let direct = Direct::new(vec![place.source().await]);
    let cases = [
        // From five past one to ten to five: minutes.
        (view(3_900, 17_400, ""), vec![Table::Minute]),
        // Few points make hourly buckets: whole hours from the hour table, the edges from minutes.
        (View { points: Some(6), ..view(3_900, 17_400, "") }, vec![Table::Hour, Table::Minute]),
        // An address is only in the records; this one is everywhere.
        (view(3_900, 17_400, "srcaddr IN 10.0.0.0/24"), vec![Table::Segments]),
    ];
    for (view, tables) in cases {
        let stored = lake.timeline(&view, DAY).await.unwrap();
        assert_eq!(stored.provenance.tables, tables);
        let expected = naive(&records, &stored, |_| true);
        assert_eq!(totals(&stored), expected);
        assert_eq!(stored.rejected, expected["REJECT"]);
        let read = direct.timeline(&view, DAY).await.unwrap();
        assert_eq!(totals(&read), expected);
        assert_eq!(read.provenance.tables, [Table::Objects]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_mean_the_same_on_every_table() {
    let place = Place::new();
    let records = records(2, 3_000, 3);
    place.put_records(&records);
    let lake = place.ingested().await;
    let direct = Direct::new(vec![place.source().await]);
    type Keep = fn(&Record) -> bool;
    let cases: [(&str, Keep); 8] = [
        ("action = REJECT", |r| r.reject),
        ("NOT action = REJECT", |r| !r.reject),
        ("dstport IN (22, 443)", |r| [22, 443].contains(&r.dstport)),
        ("dstport != https", |r| r.dstport != 443),
        ("srcaddr IN 10.0.0.4/30", |r| (4..8).contains(&r.src)),
        ("NOT (srcaddr = 10.0.0.3 OR dstaddr = 10.0.1.3)", |r| r.src != 3 && r.dst != 3),
        ("interface-id = eni-00000000000000003 AND protocol = tcp", |r| r.interface == 3),
        ("server = 10.0.1.5 AND service-port = 5432", |r| r.dst == 5 && r.dstport == 5_432),
    ];
    for (filter, keep) in cases {
        let view = view(0, 10_800, filter);
        let stored = lake.timeline(&view, DAY).await.unwrap();
        let expected = naive(&records, &stored, keep);
        assert!(!expected.is_empty(), "{filter} keeps nothing");
        assert_eq!(totals(&stored), expected, "{filter}");
        assert_eq!(totals(&direct.timeline(&view, DAY).await.unwrap()), expected, "{filter}, read directly");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_count_once_in_the_minute_they_start() {
    let place = Place::new();
    let records = records(3, 2_000, 4);
    place.put_records(&records);
    let lake = place.ingested().await;
    for filter in ["", "dstaddr IN 10.0.1.0/24"] {
        let view = View { measure: Measure::Flows, split: Dimension::None, ..view(3_600, 10_860, filter) };
        let timeline = lake.timeline(&view, DAY).await.unwrap();
        let span = DAY + 3_600..DAY + 10_860;
        let expected = records.iter().filter(|r| span.contains(&r.start)).count() as u64;
        assert_eq!(timeline.series[0].total, expected, "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn talkers_are_ranked_by_the_naive_sums() {
    let place = Place::new();
    let records = records(4, 3_000, 3);
    place.put_records(&records);
    let lake = place.ingested().await;
    // From half past midnight: one stretch of whole hours from conversations, the edge from records.
    let asked = view(1_800, 10_800, "");
    let top = lake.top(&asked, DAY).await.unwrap();
    assert_eq!(top.provenance.tables, [Table::Conversations, Table::Segments]);
    let span = Span { from: DAY + 1_800, to: DAY + 10_800 };
    let mut sums: BTreeMap<(u8, u8, u16), u64> = BTreeMap::new();
    for record in &records {
        // Port 40000 against an ephemeral port tells no service, unless the packet was refused.
        let port = if record.dstport == 40_000 && !record.reject { 0 } else { record.dstport };
        *sums.entry((record.src, record.dst, port)).or_default() += within(record, record.bytes, span);
    }
    let mut expected: Vec<u64> = sums.into_values().collect();
    expected.sort_unstable_by(|a, b| b.cmp(a));
    let found: Vec<u64> = top.rows.iter().map(|row| row.bytes).collect();
    assert_eq!(found, expected[..10]);
    assert_eq!(top.total, expected.iter().sum::<u64>());
    let first = &top.rows[0];
    assert!(first.client.starts_with("10.0.0.") && first.server.starts_with("10.0.1."), "{first:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heatmap_counts_rejects_only_and_others_add_up() {
    let place = Place::new();
    let records = records(5, 2_000, 2);
    place.put_records(&records);
    let lake = place.ingested().await;
    let view = View { measure: Measure::Flows, top: 2, ..view(0, 7_200, "") };
    let matrix = lake.matrix(&view, DAY).await.unwrap();
    assert_eq!((matrix.rows.len(), matrix.other_values), (3, 3));
    let rejects = records.iter().filter(|r| r.reject && r.start < DAY + 7_200).count() as u64;
    assert_eq!(matrix.rows.iter().map(|row| row.total).sum::<u64>(), rejects);
    assert!(matrix.rows[2].other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_counts_interfaces_coverage_and_the_period_before() {
    let place = Place::new();
    let records = records(6, 1_000, 2);
    place.put_records(&records);
    let silent = format!(
        "{}\n2 123456789012 eni-0000000000000000a - - - - - - - {} {} - NODATA\n\
         2 123456789012 eni-0000000000000000b - - - - - - - {} {} - SKIPDATA\n",
        crate::logs::HEADER,
        DAY + 4_000,
        DAY + 4_060,
        DAY + 4_000,
        DAY + 4_060
    );
    place.put(DAY + 3_900, 77, silent.as_bytes());
    let lake = place.ingested().await;
    let summary = lake.summary(&view(3_600, 7_200, ""), DAY).await.unwrap();
    let count = |from: i64, to: i64| {
        records.iter().filter(|r| (DAY + from..DAY + to).contains(&r.start)).count() as u64
    };
    assert_eq!(summary.flows, count(3_600, 7_200));
    assert_eq!(summary.previous.unwrap().flows, count(0, 3_600));
    let early = lake.summary(&view(600, 7_200, ""), DAY).await.unwrap();
    assert_eq!(early.previous, None, "nothing is known of the time before the first record");
    assert_eq!((summary.interfaces, summary.silent, summary.skipped), (7, 1, 1));
    assert_eq!(summary.last_record, records.iter().map(|r| r.end).max());
    let later = lake.summary(&view(5_400, 7_200, ""), DAY).await.unwrap();
    assert_eq!(later.previous.unwrap().flows, count(3_600, 5_400));
    let by = View { by: TopBy::Dimension(Dimension::InterfaceId), ..view(3_600, 7_200, "") };
    assert_eq!(lake.top(&by, DAY).await.unwrap().distinct, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_conversations_are_as_many_as_records_the_records_rank_them() {
    let place = Place::new();
    let mut records = records(5, 20_000, 2);
    for (n, record) in records.iter_mut().enumerate() {
        // Every port its own conversation, some of them twice.
        record.dstport = 1 + (n % 15_000) as u16;
    }
    place.put_records(&records);
    let lake = place.ingested().await;
    let direct = Direct::new(vec![place.source().await]);
    let view = View { by: TopBy::Talkers, ..view(600, 6_600, "") };
    let (stored, read) = (lake.top(&view, DAY).await.unwrap(), direct.top(&view, DAY).await.unwrap());
    assert!(stored.provenance.tables.contains(&Table::Segments));
    assert_eq!((&stored.rows, stored.distinct, stored.total), (&read.rows, read.distinct, read.total));
    let span = Span { from: DAY + 600, to: DAY + 6_600 };
    let total: u64 = records.iter().map(|record| within(record, record.bytes, span)).sum();
    assert_eq!(stored.total, total);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_minutes_are_as_many_as_records_the_records_answer_for_each_interface() {
    let place = Place::new();
    let mut records = records(7, 20_000, 2);
    for (n, record) in records.iter_mut().enumerate() {
        // A scan of every port: hardly two records share one in a minute.
        record.dstport = 1 + (n % 15_000) as u16;
    }
    place.put_records(&records);
    let silent = format!(
        "{}\n2 123456789012 eni-00000000000000003 - - - - - - - {} {} - NODATA\n",
        crate::logs::HEADER,
        DAY + 4_000,
        DAY + 4_060
    );
    place.put(DAY + 3_900, 99, silent.as_bytes());
    let lake = place.ingested().await;
    let view = view(600, 6_600, "interface-id = eni-00000000000000003");
    let timeline = lake.timeline(&view, DAY).await.unwrap();
    assert!(timeline.provenance.tables.contains(&Table::MinuteByInterface));
    assert_eq!(totals(&timeline), naive(&records, &timeline, |record| record.interface == 3));
    let span = Span { from: DAY + 600, to: DAY + 6_600 };
    let mine = records.iter().filter(|r| r.interface == 3);
    let summary = lake.summary(&view, DAY).await.unwrap();
    assert_eq!(summary.silent, 1);
    assert_eq!(summary.bytes, mine.map(|record| within(record, record.bytes, span)).sum::<u64>());
}
