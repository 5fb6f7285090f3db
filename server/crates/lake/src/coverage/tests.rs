//! The whole answer over hand-made catalogs.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use super::*;
use crate::sight::Sight;
use contract::coverage::Slot;
use contract::{Moment, SourceStatus, Stage};

/// 2026-11-20T00:00:00Z.
const DAY: i64 = 1_795_132_800;
const SOURCE: &str = "s3://acme";

/// The object of a window, seconds of the day, delivered seven minutes after it.
fn object(account: &str, window: i64) -> ObjectEntry {
    let at = contract::human::utc(DAY + window);
    ObjectEntry {
        source: SOURCE.into(),
        key: format!(
            "{account}_vpcflowlogs_us-east-1_fl-{account}_20261120T{:02}{:02}Z_00000001.log.gz",
            at.hour, at.minute
        ),
        stamp: DAY + window,
        modified: Some(DAY + window + WINDOW_SECS + 420),
        size: 100,
        lines: 10,
        headers: 1,
        records: 8,
        nodata: 1,
        first: Some(DAY + window),
        last: Some(DAY + window + WINDOW_SECS - 1),
        sight: Sight {
            fields: vec!["version".into(), "srcaddr".into(), "dstaddr".into(), "action".into()],
            ..Sight::default()
        },
        ..ObjectEntry::default()
    }
}

/// Every five minutes from one hour of the day to another.
fn hours(account: &str, from: i64, to: i64) -> Vec<ObjectEntry> {
    (from * 12..to * 12).map(|window| object(account, window * WINDOW_SECS)).collect()
}

fn asked(objects: Vec<ObjectEntry>, from: i64, to: i64, now: i64) -> Coverage {
    let mut catalog = Catalog::in_memory().unwrap();
    catalog.commit(&objects, &[]).unwrap();
    let manifest = Manifest::new(Vec::new(), catalog.objects().unwrap());
    let status = SourceStatus { name: SOURCE.into(), stage: Stage::Idle, ..SourceStatus::default() };
    let progress = Progress { sources: vec![status], generation: 1 };
    let view =
        View { from: Moment::At(DAY + from * 3_600), to: Moment::At(DAY + to * 3_600), ..View::default() };
    let survey = Survey {
        catalog: &mut catalog,
        manifest: &manifest,
        progress,
        growing: false,
        now: DAY + now * 3_600,
    };
    survey.coverage(&view).unwrap()
}

#[test]
fn every_object_stands_in_one_cell_and_the_cells_add_up_to_the_sums() {
    let mut objects = hours("111111111111", 0, 24);
    objects.extend(hours("222222222222", 6, 12));
    let coverage = asked(objects, 0, 24, 48);
    assert_eq!(coverage.grid.step, 3_600);
    assert_eq!(coverage.delivered.objects, 288 + 72);
    assert_eq!(coverage.delivered.lines.unaccounted(), 0);
    assert_eq!(coverage.delivered.lines.records, 8 * 360);
    let cells: u64 = coverage.rows.iter().flat_map(|row| &row.objects).sum();
    assert_eq!(cells, coverage.delivered.objects);
    assert_eq!(coverage.rows[0].objects, [12; 24]);
}

#[test]
fn missing_hours_are_gaps_and_what_is_not_due_is_not() {
    let mut objects = hours("111111111111", 2, 10);
    objects.extend(hours("111111111111", 13, 20));
    let coverage = asked(objects, 0, 24, 20);
    let row = &coverage.rows[0];
    assert_eq!(row.slots[..3], [Slot::Before, Slot::Before, Slot::Covered]);
    assert_eq!(row.slots[9..14], [Slot::Covered, Slot::Gap, Slot::Gap, Slot::Gap, Slot::Covered]);
    assert_eq!(row.slots[20..], [Slot::Pending; 4]);
    assert_eq!(row.gaps, [Span { from: DAY + 36_000, to: DAY + 46_800 }]);
    assert_eq!(coverage.gap_secs(), 3 * 3_600);
}

#[test]
fn a_delivery_that_stopped_is_a_gap_until_it_is_long_forgotten() {
    let coverage = asked(hours("111111111111", 0, 6), 0, 24, 24);
    assert_eq!(coverage.rows[0].slots[12], Slot::Gap);
    let later = asked(hours("111111111111", 0, 6), 24 * 9, 24 * 10, 24 * 10);
    assert_eq!((later.rows.len(), later.delivered.objects), (0, 0));
    assert_eq!(later.freshness[0].newest_window, Some(DAY + 6 * 3_600));
}

#[test]
fn late_objects_are_those_written_long_after_their_window() {
    let mut objects = hours("111111111111", 0, 24);
    let late = &mut objects[100];
    late.modified = late.modified.map(|at| at + 2 * 3_600);
    let key = late.key.clone();
    let coverage = asked(objects, 0, 24, 48);
    assert_eq!((coverage.delivered.late, coverage.rows[0].late[8]), (1, 1));
    assert_eq!(coverage.objects[0].key, key, "an object in trouble comes first");
    let fresh = &coverage.freshness[0];
    assert_eq!((fresh.median_lag_secs, fresh.most_lag_secs), (Some(420), Some(420)));
}

#[test]
fn a_copied_folder_has_no_late_objects() {
    let mut objects = hours("111111111111", 0, 24);
    objects.iter_mut().for_each(|object| object.modified = Some(DAY + 5 * 86_400));
    let coverage = asked(objects, 0, 24, 48);
    assert_eq!(coverage.delivered.late, 0);
    assert!(coverage.freshness[0].copied);
}

#[test]
fn reasons_and_failed_objects_are_told_with_an_example() {
    let mut objects = hours("111111111111", 0, 2);
    objects[3].set_aside = 2;
    objects[3].lines += 2;
    objects[3].samples = vec![(4, "too few values: 3 where the layout has 14".into()), (9, "bogus".into())];
    objects[5] = ObjectEntry {
        why: Some("the object is empty (0 bytes)".into()),
        lines: 0,
        headers: 0,
        records: 0,
        nodata: 0,
        first: None,
        last: None,
        ..objects[5].clone()
    };
    let coverage = asked(objects, 0, 2, 48);
    assert_eq!((coverage.delivered.failed, coverage.delivered.lines.set_aside), (1, 2));
    assert_eq!(coverage.delivered.lines.unaccounted(), 0);
    assert_eq!(coverage.kept_lines, 2);
    let told: Vec<_> = coverage.reasons.iter().map(|r| (r.what.as_str(), r.whole)).collect();
    assert_eq!(told, [("the object is empty (0 bytes)", true), ("bogus", false), ("too few values", false)]);
    assert_eq!(coverage.objects.iter().map(ObjectRow::trouble).take(3).collect::<Vec<_>>(), [4, 3, 0]);
}

#[test]
fn fields_that_are_lacking_name_the_flow_logs_that_lack_them() {
    let mut objects = hours("111111111111", 0, 2);
    let mut rich = hours("222222222222", 0, 2);
    rich.iter_mut().for_each(|object| object.sight.fields.push("tcp-flags".into()));
    objects.extend(rich);
    let coverage = asked(objects, 0, 2, 48);
    let flags = coverage.lacking.iter().find(|one| one.fields == ["tcp-flags"]).unwrap();
    assert_eq!(flags.flow_logs, ["fl-111111111111"]);
    assert_eq!(flags.records, 24 * 8);
    assert!(coverage.lacking.iter().all(|one| !one.fields.contains(&"action".to_owned())));
}

#[test]
fn a_short_range_has_no_finer_cells_than_delivery_windows() {
    let coverage = asked(hours("111111111111", 0, 2), 0, 1, 48);
    assert_eq!((coverage.grid.step, coverage.grid.count), (WINDOW_SECS, 12));
    assert_eq!(coverage.rows[0].objects, [1; 12]);
}

#[test]
fn an_empty_catalog_answers_with_nothing_and_its_sources() {
    let coverage = asked(Vec::new(), 0, 24, 48);
    assert_eq!((coverage.rows.len(), coverage.delivered), (0, Delivered::default()));
    assert_eq!(coverage.freshness.len(), 1);
    assert!(coverage.lacking.is_empty() && coverage.doubled.is_empty());
}
