//! Objects larger than a commit: stored in pieces, counted at their end or not at all.

use crate::logs::{DAY, HEADER, Place, records, view};
use contract::{Dimension, Measure, View};
use std::fs;

/// Records of the large object: two commits of a quarter of a million and some.
const LARGE: usize = 560_000;

fn text(seed: u64, count: usize) -> String {
    let lines: String = records(seed, count, 1).iter().map(crate::logs::Record::line).collect();
    format!("{HEADER}\n{lines}")
}

fn flows() -> View {
    View { measure: Measure::Flows, split: Dimension::None, ..view(-3_600, 7_200, "") }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_larger_than_a_commit_counts_once_beside_small_ones() {
    let place = Place::new();
    place.put(DAY, 1, text(1, 500).as_bytes());
    place.put(DAY, 2, text(2, LARGE).as_bytes());
    place.put(DAY, 3, text(3, 700).as_bytes());
    let lake = place.ingested().await;
    let timeline = lake.timeline(&flows(), DAY).await.unwrap();
    assert_eq!(timeline.series[0].total, (LARGE + 1_200) as u64);
    assert_eq!((timeline.provenance.objects, timeline.provenance.records), (3, (LARGE + 1_200) as u64));
    let again = lake.ingest(&place.source().await, None).await.unwrap();
    assert_eq!((again.objects, again.records), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_large_object_that_breaks_off_nothing_is_kept() {
    let place = Place::new();
    place.put(DAY, 1, text(1, 500).as_bytes());
    let packed = zstd::encode_all(text(2, LARGE).as_bytes(), 1).unwrap();
    place.put(DAY, 2, &packed[..packed.len() - packed.len() / 10]);
    place.put(DAY, 3, text(3, 700).as_bytes());
    let lake = place.ingested().await;
    assert_eq!(lake.progress().sources[0].failed_objects, 1);
    let timeline = lake.timeline(&flows(), DAY).await.unwrap();
    assert_eq!((timeline.series[0].total, timeline.provenance.records), (1_200, 1_200));
    let rows = fs::read_dir(place.data().join("records")).unwrap().flat_map(|day| {
        let hours = fs::read_dir(day.unwrap().path()).unwrap();
        hours.flat_map(|hour| fs::read_dir(hour.unwrap().path()).unwrap()).collect::<Vec<_>>()
    });
    let bytes: u64 = rows.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes < 200_000, "{bytes} bytes of records for 1200 of them");
}
