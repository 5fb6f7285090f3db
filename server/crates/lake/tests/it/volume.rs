//! The measured volume: what AWS bills, to the byte, however the objects are read.

use crate::logs::{DAY, HEADER, Place, Record, records};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use lake::{Direct, LogVolume};
use parquet::arrow::ArrowWriter;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A year, days.
const ALL: u32 = 366;

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_of_text_is_counted_by_log_field_and_interface() {
    let place = Place::new();
    let records = records(11, 4_000, 30);
    place.put_records(&records);
    let quiet = "2 123456789012 eni-00000000000000099 - - - - - - - 1795132800 1795132860 - NODATA\n";
    place.put(DAY, 9_999, format!("{HEADER}\n{quiet}").as_bytes());
    let lake = place.ingested().await;
    let stored = lake.volume(None, ALL).await.unwrap();
    let direct = Direct::new(vec![place.source().await]);
    assert_eq!(direct.volume(None, ALL, DAY + 2 * 86_400).await.unwrap(), stored);
    let [log] = &stored.logs[..] else { panic!("one flow log: {stored:?}") };
    assert_eq!((log.account.as_str(), log.region.as_str()), ("123456789012", "us-east-1"));
    assert!(!log.parquet && !log.hive && !log.hourly);

    let lines: Vec<String> = records.iter().map(|record| record.line()).collect();
    let objects: u64 = log.days.iter().map(|day| day.objects).sum();
    let all = lines.iter().map(String::len).sum::<usize>() as u64
        + quiet.len() as u64
        + objects * (HEADER.len() as u64 + 1);
    assert_eq!(log.days.iter().map(|day| day.text_bytes).sum::<u64>(), all);
    assert_eq!(log.days.iter().map(|day| day.lines).sum::<u64>(), 4_001);

    let fields: Vec<&str> = log.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields.join(" "), HEADER);
    for (place, field) in log.fields.iter().enumerate() {
        let values = lines.iter().map(|line| line.trim_end().split(' ').nth(place).unwrap().len() as u64);
        assert_eq!((field.value_bytes, field.records), (values.sum(), 4_000), "{}", field.field);
    }

    let mut by_interface: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (record, line) in records.iter().zip(&lines) {
        let sum = by_interface.entry(format!("eni-{:017x}", record.interface)).or_default();
        if record.reject { sum.1 += line.len() as u64 } else { sum.0 += line.len() as u64 }
    }
    for (interface, (accepted, rejected)) in by_interface {
        let told = &log.interfaces[&*interface];
        assert_eq!((told.accepted, told.rejected, told.quiet), (accepted, rejected, 0), "{interface}");
    }
    // Nothing else stands in its object, so the header line is written for it alone.
    let with_header = (quiet.len() + HEADER.len() + 1) as u64;
    assert_eq!(log.interfaces["eni-00000000000000099"].quiet, with_header);
    drop(lake);
    let again = lake::Lake::open(&place.data(), lake::Mode::Read).unwrap();
    assert_eq!(again.volume(None, ALL).await.unwrap(), stored, "it is in the catalog");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_counts_as_far_as_objects_speak_of_it() {
    let place = Place::new();
    // From six to noon, an hour lost at nine, and the next day from midnight to six.
    let windows = (72..144).chain(288..360).filter(|window| !(108..120).contains(window));
    for window in windows {
        let stamp = DAY + window * 300;
        let line =
            format!("2 1 eni-00000000000000001 10.0.0.1 10.0.1.1 443 80 6 1 40 {stamp} {stamp} ACCEPT OK");
        place.put(stamp, window as u32, format!("{HEADER}\n{line}\n").as_bytes());
    }
    let told: Vec<LogVolume> = place.ingested().await.volume(None, ALL).await.unwrap().logs;
    let hours: Vec<f64> = told[0].days.iter().map(|day| day.coverage * 24.0).collect();
    assert!(
        matches!(hours[..], [five, six] if (five - 5.0).abs() < 0.01 && (six - 6.0).abs() < 0.01),
        "{hours:?}"
    );
    let last = place.ingested().await.volume(None, 1).await.unwrap();
    assert_eq!(last.logs[0].days.len(), 1, "the newest day alone");
    assert_eq!(last.outside, told[0].days[0].objects, "and what is left out is told");
    // Long ago or today: the days are counted from the newest object.
    for now in [DAY + 2 * 86_400, DAY + 400 * 86_400] {
        let direct = Direct::new(vec![place.source().await]);
        assert_eq!(direct.volume(None, 1, now).await.unwrap().logs, last.logs, "{now}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_checks_and_what_flags_tell_are_the_same_of_objects_and_of_the_lake() {
    let place = Place::new();
    let header = "interface-id srcaddr dstaddr srcport dstport protocol tcp-flags pkt-src-aws-service bytes start end action";
    let line = |service: &str, flags: u8| {
        format!("eni-1 15.177.0.9 10.0.0.1 40000 443 6 {flags} {service} 600 {DAY} {DAY} ACCEPT\n")
    };
    let (check, other) = (line("ROUTE53_HEALTHCHECKS", 2), line("-", 0));
    place.put(DAY, 1, format!("{header}\n{check}{other}").as_bytes());
    let direct = Direct::new(vec![place.source().await]);
    let now = DAY + 86_400;
    let told = direct.volume(None, ALL, now).await.unwrap();
    assert_eq!(told.logs[0].interfaces["eni-1"].checks, check.len() as u64);
    let lake = place.ingested().await;
    assert_eq!(lake.volume(None, ALL).await.unwrap(), told);
    let known = lake.sides_known(None).await.unwrap();
    assert!(known.is_some());
    assert_eq!(direct.sides_known(None, now).await.unwrap(), known);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tells_no_time_moves_no_day_and_what_cannot_be_read_is_told() {
    let place = Place::new();
    place.put_records(&records(3, 100, 1));
    let folder = place.logs().join("AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/20");
    // Copied by hand, a week later.
    let copied = SystemTime::UNIX_EPOCH + Duration::from_secs(DAY as u64 + 7 * 86_400);
    for (name, text) in
        [("times.log", "srcaddr dstaddr\n10.0.0.1 10.0.0.2\n"), ("minutes.log", "of a meeting\n")]
    {
        std::fs::write(folder.join(name), text).unwrap();
        std::fs::File::options().write(true).open(folder.join(name)).unwrap().set_modified(copied).unwrap();
    }
    let direct = Direct::new(vec![place.source().await]);
    let told = direct.volume(None, 35, DAY + 2 * 86_400).await.unwrap();
    assert_eq!((told.outside, told.unread), (1, 1), "{told:?}");
    assert_eq!(told.logs[0].days.iter().map(|day| day.lines).sum::<u64>(), 100);
}

/// The same records as a Parquet object with AWS's names.
fn parquet(records: &[Record]) -> Vec<u8> {
    let lines: Vec<String> = records.iter().map(|record| record.line()).collect();
    let column = |place: usize| lines.iter().map(move |line| line.trim_end().split(' ').nth(place).unwrap());
    let columns = HEADER.split(' ').enumerate().map(|(place, name)| {
        let numbers: Option<Vec<i64>> = column(place).map(|value| value.parse().ok()).collect();
        let array: ArrayRef = match numbers.filter(|_| name != "account-id") {
            Some(numbers) => Arc::new(Int64Array::from(numbers)),
            None => Arc::new(StringArray::from_iter_values(column(place))),
        };
        (name.replace('-', "_"), array)
    });
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn parquet_is_as_much_as_the_text_it_stands_for() {
    let records = records(5, 2_000, 1);
    let (text, columns) = (Place::new(), Place::new());
    let lines: String = records.iter().map(|record| record.line()).collect();
    text.put(DAY, 1, format!("{HEADER}\n{lines}").as_bytes());
    columns.put(DAY, 1, &parquet(&records));
    let [text, columns] = [text.ingested().await, columns.ingested().await];
    let [text, columns] = [text.volume(None, ALL).await, columns.volume(None, ALL).await];
    let [text, columns] = [text, columns].map(|told| told.unwrap().logs);
    assert_eq!(columns[0].days[0].text_bytes, text[0].days[0].text_bytes);
    assert_eq!((&columns[0].fields, &columns[0].interfaces), (&text[0].fields, &text[0].interfaces));
}
