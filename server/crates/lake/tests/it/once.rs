//! Each object counts exactly once, whatever is repeated, killed or left behind.

use crate::logs::{DAY, Place, exists, records, view};
use contract::{Dimension, Measure, View};
use lake::{Lake, LakeError, Mode};
use std::fs;

async fn flows(lake: &Lake) -> u64 {
    let all = View { measure: Measure::Flows, split: Dimension::None, ..view(-86_400, 2 * 86_400, "") };
    lake.timeline(&all, DAY).await.unwrap().series.first().map_or(0, |series| series.total)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_pass_reads_only_what_is_new() {
    let place = Place::new();
    let all = records(7, 1_200, 4);
    let (early, late): (Vec<_>, Vec<_>) = all.iter().cloned().partition(|r| r.end < DAY + 7_200);
    place.put_records(&early);
    let lake = place.ingested().await;
    assert_eq!(flows(&lake).await, early.len() as u64);
    place.put_records(&late);
    // The windows of the late records have names of their own.
    let report = lake.ingest(&place.source().await, None).await.unwrap();
    assert_eq!(report.records, late.len() as u64);
    assert_eq!(flows(&lake).await, all.len() as u64);
    assert_eq!(lake.ingest(&place.source().await, None).await.unwrap().objects, 0);
    drop(lake);
    let reopened = Lake::open(&place.data(), Mode::Write).unwrap();
    assert_eq!(reopened.ingest(&place.source().await, None).await.unwrap().objects, 0);
    assert_eq!(flows(&reopened).await, all.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_no_commit_names_are_swept() {
    let place = Place::new();
    place.put_records(&records(8, 100, 1));
    drop(place.ingested().await);
    let stray = place.data().join("records/date=2026-11-20/hour=00/stray.parquet");
    let aside = place.data().join("minutes/date=2026-11-20/half.tmp");
    fs::write(&stray, b"left by a killed process").unwrap();
    fs::write(&aside, b"left by a killed process").unwrap();
    let lake = Lake::open(&place.data(), Mode::Write).unwrap();
    assert!(!exists(&stray) && !exists(&aside));
    assert_eq!(flows(&lake).await, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_process_writes_but_others_may_ask() {
    let place = Place::new();
    place.put_records(&records(9, 50, 1));
    let lake = place.ingested().await;
    assert!(matches!(Lake::open(&place.data(), Mode::Write), Err(LakeError::InUse { .. })));
    let reader = Lake::open(&place.data(), Mode::Read).unwrap();
    assert_eq!(flows(&reader).await, flows(&lake).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_changes_later_is_not_counted_twice() {
    let place = Place::new();
    let all = records(10, 60, 1);
    place.put_records(&all[..30]);
    let lake = place.ingested().await;
    place.put_records(&all);
    let report = lake.ingest(&place.source().await, None).await.unwrap();
    let seen = flows(&lake).await;
    assert_eq!(seen, 30 + report.records);
    let progress = lake.progress();
    assert!(progress.sources[0].failed.iter().all(|failed| failed.why.contains("changed")), "{progress:?}");
    assert!(progress.sources[0].failed_objects > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_questions_are_answered_from_memory_until_the_data_changes() {
    let place = Place::new();
    let all = records(11, 400, 2);
    let (early, late): (Vec<_>, Vec<_>) = all.into_iter().partition(|r| r.end < DAY + 3_600);
    place.put_records(&early);
    let lake = place.ingested().await;
    let asked = view(0, 7_200, "");
    assert!(!lake.timeline(&asked, DAY).await.unwrap().provenance.cached);
    assert!(lake.timeline(&asked, DAY).await.unwrap().provenance.cached);
    place.put_records(&late);
    lake.ingest(&place.source().await, None).await.unwrap();
    assert!(!lake.timeline(&asked, DAY).await.unwrap().provenance.cached);
}
