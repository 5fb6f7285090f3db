//! What could count twice: a flow that both of its ends logged, and an interface that two flow logs cover.

use crate::logs::{DAY, HEADER, Place, view};
use contract::{Count, Dimension, Measure, Table, TopBy, View};
use lake::Direct;

fn line(interface: &str, src: &str, dst: &str, bytes: u64) -> String {
    let (start, end) = (DAY + 10, DAY + 50);
    format!("2 123456789012 {interface} {src} {dst} 5432 49152 6 1 {bytes} {start} {end} ACCEPT OK\n")
}

/// Two hosts that talk to each other, which both log, and one of them with somebody outside. Enough records in both
/// directions that the interfaces' own addresses show.
fn talk() -> String {
    let mut text = format!("{HEADER}\n");
    for other in ["198.51.100.1", "198.51.100.2", "198.51.100.3"] {
        for (interface, own) in [("eni-a", "10.0.0.1"), ("eni-b", "10.0.0.2")] {
            text += &line(interface, own, other, 1);
            text += &line(interface, other, own, 1);
        }
    }
    for interface in ["eni-a", "eni-b"] {
        text += &line(interface, "10.0.0.1", "10.0.0.2", 1_000);
    }
    text
}

/// The sums of all ways to ask, which must agree: from hours, minutes, conversations, records, and the objects.
async fn bytes(place: &Place, count: Count, filter: &str) -> u64 {
    let asked = View { count, measure: Measure::Bytes, ..view(0, 3_600, filter) };
    let lake = place.ingested().await;
    let summary = lake.summary(&asked, DAY).await.unwrap();
    assert!(!summary.provenance.tables.contains(&Table::Segments), "{:?}", summary.provenance);
    assert_eq!(summary.provenance.once, count == Count::Once);
    let fine = View { points: Some(60), ..asked.clone() };
    let minutes = lake.timeline(&fine, DAY).await.unwrap();
    assert_eq!(minutes.series.iter().map(|series| series.total).sum::<u64>(), summary.bytes);
    let talkers = lake.top(&View { top: 100, by: TopBy::Talkers, ..asked.clone() }, DAY).await.unwrap();
    assert_eq!(talkers.total, summary.bytes);
    let by_port = format!("{filter} {} srcport >= 0", if filter.is_empty() { "" } else { "AND" });
    let records = lake.summary(&View { count, ..view(0, 3_600, &by_port) }, DAY).await.unwrap();
    assert_eq!(
        (records.provenance.tables.as_slice(), records.bytes),
        (&[Table::Segments][..], summary.bytes)
    );
    let direct = Direct::new(vec![place.source().await]);
    assert_eq!(direct.summary(&asked, DAY).await.unwrap().bytes, summary.bytes);
    summary.bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_logged_at_both_ends_counts_once_when_asked() {
    let place = Place::new();
    place.put(DAY, 1, talk().as_bytes());
    assert_eq!(bytes(&place, Count::EachEnd, "").await, 2_012);
    assert_eq!(bytes(&place, Count::Once, "").await, 1_012);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_flow_logs_over_the_same_interfaces_one_can_be_chosen() {
    let place = Place::new();
    let first = place.put(DAY, 1, talk().as_bytes());
    let second = first.to_str().unwrap().replace("fl-0123456789abcdef0", "fl-0fedcba9876543210");
    std::fs::copy(&first, second).unwrap();
    assert_eq!(bytes(&place, Count::EachEnd, "").await, 2 * 2_012, "nothing is dropped silently");
    for filter in ["flow-log-id = fl-0123456789abcdef0", "flow-log-id != fl-0123456789abcdef0"] {
        assert_eq!(bytes(&place, Count::EachEnd, filter).await, 2_012, "{filter}");
    }
    let by = View { by: TopBy::Dimension(Dimension::FlowLogId), ..view(0, 3_600, "") };
    let top = place.ingested().await.top(&by, DAY).await.unwrap();
    let ids: Vec<(&str, u64)> = top.rows.iter().map(|row| (row.key.as_str(), row.bytes)).collect();
    assert_eq!(ids, [("fl-0123456789abcdef0", 2_012), ("fl-0fedcba9876543210", 2_012)]);
}
