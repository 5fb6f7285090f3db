//! The records themselves, conversations with both ways, and values: held against the naive truth, stored and read directly.

use crate::logs::{DAY, HEADER, Place, Record, records, view};
use contract::{Records, Scalar, View};
use lake::{Direct, Lake};
use std::collections::BTreeMap;

fn with(view: View, details: &[(&str, &str)]) -> View {
    let details = details.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    View { details: details.collect(), ..view }
}

async fn both(place: &Place) -> (Lake, Direct) {
    (place.ingested().await, Direct::new(vec![place.source().await]))
}

const COLUMNS: (&str, &str) =
    ("columns", "start,end,interface-id,srcaddr,dstaddr,srcport,dstport,bytes,packets,action");

fn row(record: &Record) -> Vec<Scalar> {
    let number = |number: i64| Scalar::Number(number);
    vec![
        number(record.start),
        number(record.end),
        Scalar::Text(format!("eni-{:017x}", record.interface)),
        Scalar::Text(format!("10.0.0.{}", record.src)),
        Scalar::Text(format!("10.0.1.{}", record.dst)),
        number(record.srcport.into()),
        number(record.dstport.into()),
        number(record.bytes as i64),
        number(record.packets as i64),
        Scalar::Text(if record.reject { "REJECT" } else { "ACCEPT" }.to_owned()),
    ]
}

fn rows(page: &Records) -> Vec<Vec<Scalar>> {
    page.rows.iter().map(|row| row.values.clone()).collect()
}

/// Records that start in the range, in the order of time.
fn in_order(all: &[Record], from: i64, to: i64, keep: impl Fn(&Record) -> bool) -> Vec<Vec<Scalar>> {
    let inside = |record: &&Record| (DAY + from..DAY + to).contains(&record.start) && keep(record);
    let mut kept: Vec<&Record> = all.iter().filter(inside).collect();
    kept.sort_by_key(|r| {
        (r.start, r.end, r.interface, r.src, r.dst, r.srcport, r.dstport, r.bytes, r.packets)
    });
    kept.into_iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_record_once_in_order() {
    let place = Place::new();
    let all = records(21, 3_000, 5);
    place.put_records(&all);
    let (lake, direct) = both(&place).await;
    let (from, to) = (1_800, 4 * 3_600);
    let mut expected = in_order(&all, from, to, |r| r.dstport == 443);
    let asked = view(from, to, "dstport = 443");
    let total = expected.len() as u64;
    let sizes = |n: usize| ["17", "100", "1000"][n];
    for (n, sort) in ["start", "-start"].into_iter().enumerate() {
        if n == 1 {
            expected.reverse();
        }
        for (by_mark, limit) in [(false, sizes(1)), (true, sizes(0)), (true, sizes(2))] {
            let (mut found, mut after) = (Vec::new(), None::<String>);
            loop {
                let offset = found.len().to_string();
                let begin = match (&after, by_mark) {
                    (Some(mark), true) => ("after", mark.as_str()),
                    _ => ("offset", offset.as_str()),
                };
                let page = with(asked.clone(), &[COLUMNS, ("sort", sort), ("limit", limit), begin]);
                let page = lake.records(&page, DAY).await.unwrap();
                assert_eq!((page.total, page.offset), (total, found.len() as u64), "{sort} {limit}");
                found.extend(rows(&page));
                after = page.next.clone();
                if after.is_none() {
                    break;
                }
            }
            assert!(found == expected, "{sort} by {limit}: {} of {total}", found.len());
        }
    }
    let page = with(asked, &[COLUMNS, ("sort", "-start"), ("limit", "50"), ("offset", "30")]);
    let read = direct.records(&page, DAY).await.unwrap();
    assert_eq!(rows(&read), expected[30..80]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_records_come_first_when_asked_for() {
    let place = Place::new();
    let all = records(22, 2_000, 3);
    place.put_records(&all);
    let (lake, direct) = both(&place).await;
    let mut expected: Vec<i64> = all.iter().map(|record| record.bytes as i64).collect();
    expected.sort_unstable();
    expected.reverse();
    let asked = with(
        view(0, 3 * 3_600, ""),
        &[("columns", "bytes"), ("sort", "-bytes"), ("offset", "5"), ("limit", "20")],
    );
    for page in
        [(*lake.records(&asked, DAY).await.unwrap()).clone(), direct.records(&asked, DAY).await.unwrap()]
    {
        let bytes: Vec<Scalar> = page.rows.iter().map(|row| row.values[0].clone()).collect();
        let expected: Vec<Scalar> = expected[5..25].iter().map(|bytes| Scalar::Number(*bytes)).collect();
        assert_eq!((bytes, page.offset, page.total), (expected, 5, 2_000));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_of_a_record_is_told_with_the_derived_ones() {
    let place = Place::new();
    let header = "interface-id srcaddr dstaddr srcport dstport protocol tcp-flags start end bytes flow-direction shiny-new";
    let syn = format!("eni-1 10.0.0.9 10.0.1.5 40001 443 6 2 {DAY} {} 60 egress x", DAY + 9);
    place.put(DAY, 1, format!("{header}\n{syn}\n").as_bytes());
    let (lake, direct) = both(&place).await;
    let asked = with(view(0, 600, ""), &[("columns", "all")]);
    for page in
        [(*lake.records(&asked, DAY).await.unwrap()).clone(), direct.records(&asked, DAY).await.unwrap()]
    {
        let told: BTreeMap<&str, String> = page
            .columns
            .iter()
            .zip(&page.rows[0].values)
            .map(|(name, value)| (name.as_str(), value.to_string()))
            .collect();
        for (name, value) in [
            ("srcaddr", "10.0.0.9"),
            ("client", "10.0.0.9"),
            ("server", "10.0.1.5"),
            ("service-port", "443"),
            ("scope", "vpc"),
            ("tcp-flags", "2"),
            ("bytes", "60"),
        ] {
            assert_eq!(told.get(name).map(String::as_str), Some(value), "{name}: {told:?}");
        }
        assert!(told.contains_key("evidence") && !told.contains_key("az-id"), "{told:?}");
        assert_eq!(page.rows[0].mark, format!("{DAY}.0"));
    }
    let stored = lake.records(&asked, DAY).await.unwrap();
    assert!(stored.columns.iter().any(|name| name == "shiny-new"), "{:?}", stored.columns);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_of_a_conversation_are_told_apart() {
    let place = Place::new();
    let record = |src: u8, dst: u8, ports: (u16, u16), bytes: u64, at: i64, action: &str| {
        let (srcport, dstport) = ports;
        let (start, end) = (DAY + at, DAY + at + 9);
        format!(
            "2 1 eni-1 10.0.0.{src} 10.0.0.{dst} {srcport} {dstport} 6 2 {bytes} {start} {end} {action} OK\n"
        )
    };
    let mut text = format!("{HEADER}\n");
    for n in 0..20_u16 {
        text += &record(1, 9, (40_000 + n, 5_432), 100, i64::from(n) * 10, "ACCEPT");
        text += &record(9, 1, (5_432, 40_000 + n), 1_000, i64::from(n) * 10, "ACCEPT");
    }
    text += &record(2, 9, (41_000, 5_432), 60, 30, "REJECT");
    place.put(DAY, 1, text.as_bytes());
    let (lake, direct) = both(&place).await;
    let all = view(0, 3_600, "");
    let stored = lake.exchanges(&all, DAY).await.unwrap();
    let read = direct.exchanges(&all, DAY).await.unwrap();
    assert_eq!(stored.rows, read.rows);
    assert_eq!((stored.distinct, stored.one_way, stored.total), (2, 1, 20 * 1_100 + 60));
    let first = &stored.rows[0];
    assert_eq!(
        (first.client.as_str(), first.server.as_str(), first.service_port),
        ("10.0.0.1", "10.0.0.9", Some(5_432))
    );
    assert_eq!((first.sent.bytes, first.returned.bytes, first.sent.flows), (2_000, 20_000, 20));
    assert_eq!((first.first, first.last, first.is_one_way()), (DAY, DAY + 199, false));
    let lone = lake.exchanges(&with(all, &[("one-way", "yes")]), DAY).await.unwrap();
    assert_eq!((lone.rows.len(), lone.rows[0].client.as_str(), lone.rows[0].rejected), (1, "10.0.0.2", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_counted_under_the_filter() {
    let place = Place::new();
    let all = records(23, 2_500, 3);
    place.put_records(&all);
    let (lake, direct) = both(&place).await;
    let value_of = |field: &str, r: &Record| match field {
        "dstport" => r.dstport.to_string(),
        "srcaddr" => format!("10.0.0.{}", r.src),
        "action" => if r.reject { "REJECT" } else { "ACCEPT" }.to_owned(),
        _ => format!("eni-{:017x}", r.interface),
    };
    for (field, filter, keep) in [
        ("dstport", "", false),
        ("srcaddr", "action = REJECT", true),
        ("action", "", false),
        ("interface-id", "action = REJECT", true),
    ] {
        let asked = with(view(0, 3 * 3_600, filter), &[("field", field)]);
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for record in all.iter().filter(|record| !keep || record.reject) {
            *expected.entry(value_of(field, record)).or_default() += 1;
        }
        for answer in
            [(*lake.values(&asked, DAY).await.unwrap()).clone(), direct.values(&asked, DAY).await.unwrap()]
        {
            let found: BTreeMap<String, u64> =
                answer.rows.iter().map(|row| (row.key.clone(), row.flows)).collect();
            assert_eq!(found, expected, "{field} {filter}");
            assert!(answer.rows.is_sorted_by(|a, b| a.flows >= b.flows));
            assert_eq!(answer.total, expected.values().sum::<u64>());
        }
    }
    let asked = with(view(0, 3 * 3_600, ""), &[("field", "dstport"), ("prefix", "htt")]);
    let found: Vec<String> =
        lake.values(&asked, DAY).await.unwrap().rows.iter().map(|row| row.label.clone()).collect();
    assert!(found.contains(&"443 https".to_owned()), "{found:?}");
    for field in ["client", "scope", "service-port", "protocol"] {
        let answer = lake.values(&with(view(0, 3 * 3_600, ""), &[("field", field)]), DAY).await.unwrap();
        assert_eq!(answer.total, 2_500, "{field}");
        let read = direct.values(&with(view(0, 3 * 3_600, ""), &[("field", field)]), DAY).await.unwrap();
        assert_eq!(read.total, 2_500, "{field}");
    }
}
