//! Coverage of real objects: every line is accounted for, whether they are stored or asked directly.

use crate::logs::{DAY, HEADER, Place, records, view};
use contract::coverage::{Lines, Slot};
use lake::{Direct, Lake, Mode};
use std::fs;

/// Records of six hours with a hole of two, and an object with a line of every sort.
fn troubled() -> Place {
    let place = Place::new();
    let mut all = records(21, 3_000, 6);
    all.retain(|record| !(DAY + 7_200..DAY + 14_400).contains(&record.end) && record.end < DAY + 21_600);
    place.put_records(&all);
    let record = &all[0];
    let quiet = "2 123456789012 eni-1 - - - - - - - 1795154700 1795154758 - NODATA\n";
    let text = format!(
        "{HEADER}\n{}{quiet}{quiet}{}\nbogus line\n2 too few\n{}",
        record.line(),
        quiet.replace("NODATA", "SKIPDATA").trim_end(),
        record.line().replace("10.0.0.", "10.0.0.x")
    );
    place.put(DAY + 21_600, 0xffff, text.as_bytes());
    place.put(DAY + 21_900, 0xfffe, b"");
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_is_accounted_for_object_by_object() {
    let place = troubled();
    let lake = place.ingested().await;
    let asked = view(0, 86_400, "");
    let objects = lake.objects(&asked, DAY + 86_400).await.unwrap();
    assert!(objects.total > 40);
    assert!(objects.rows.iter().all(|object| object.lines.unaccounted() == 0), "{:?}", objects.rows);
    assert!(objects.rows[0].why.as_ref().unwrap().contains("empty"));
    let lines = objects.rows[1].lines;
    assert_eq!(lines, Lines { all: 8, headers: 1, records: 1, nodata: 2, skipdata: 1, set_aside: 3 });
    let coverage = lake.coverage(&asked, DAY + 86_400).await.unwrap();
    assert_eq!(coverage.delivered.objects, objects.total);
    assert_eq!((coverage.delivered.failed, coverage.delivered.lines.set_aside), (1, 3));
    assert_eq!(coverage.delivered.lines.unaccounted(), 0);
    let row = &coverage.rows[0];
    assert_eq!((row.account.as_str(), row.region.as_str()), ("123456789012", "us-east-1"));
    // Records of the hour after reach back into the fourth.
    assert_eq!(row.slots[2..4], [Slot::Gap, Slot::Partial], "{:?}", row.slots);
    assert_eq!(row.slots[0], Slot::Covered);
    let whys: Vec<&str> = coverage.reasons.iter().map(|reason| reason.what.as_str()).collect();
    assert!(whys.contains(&"too few values") && whys.iter().any(|why| why.contains("srcaddr")), "{whys:?}");
    assert!(coverage.lacking.iter().any(|one| one.fields == ["tcp-flags"]), "{:?}", coverage.lacking);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_catalog_tells_the_objects_tell_too() {
    let place = troubled();
    let lake = place.ingested().await;
    let asked = view(0, 86_400, "");
    let stored = lake.coverage(&asked, DAY + 86_400).await.unwrap();
    let direct = Direct::new(vec![place.source().await]);
    let read = direct.coverage(&asked, DAY + 86_400).await.unwrap();
    assert_eq!(read.delivered, stored.delivered);
    assert_eq!(read.rows, stored.rows);
    assert_eq!(read.flow_logs, stored.flow_logs);
    assert_eq!(read.lacking, stored.lacking);
    let [kept, also] = [
        lake.set_aside(&asked, DAY).await.unwrap().kept.clone(),
        direct.set_aside(&asked, DAY).await.unwrap().kept,
    ];
    assert_eq!((kept.len(), &kept), (4, &also));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_flow_logs_over_the_same_interfaces_are_told() {
    let place = Place::new();
    place.put_records(&records(22, 500, 2));
    // The same records again, delivered by another flow log.
    let mut folders = vec![place.logs()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let copy = path.to_string_lossy().replace("fl-0123456789abcdef0", "fl-2");
                fs::copy(&path, copy).unwrap();
            }
        }
    }
    let lake = place.ingested().await;
    let coverage = lake.coverage(&view(0, 7_200, ""), DAY + 86_400).await.unwrap();
    let doubled = &coverage.doubled[0];
    assert_eq!((doubled.one.as_str(), doubled.other.as_str()), ("fl-0123456789abcdef0", "fl-2"));
    assert_eq!(doubled.interfaces, 7);
    // Kept over a restart.
    drop(lake);
    let again = Lake::open(&place.data(), Mode::Read).unwrap();
    assert_eq!(again.coverage(&view(0, 7_200, ""), DAY + 86_400).await.unwrap().doubled, coverage.doubled);
}
