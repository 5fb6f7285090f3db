//! A bill of hand-made flow logs, so that every part of it can be worked out.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use jiff::civil::date;
use lake::{DayVolume, FieldVolume, InterfaceText, LogVolume};
use pricing::{Destination, FileFormat, Item};

const GB: u64 = 1 << 30;
/// 2026-11-20.
const DAY: i64 = 1_795_132_800;

fn interface(vpc: &str, accepted: u64, rejected: u64, translated: u64) -> InterfaceText {
    InterfaceText { vpc: vpc.into(), lines: 10, accepted, rejected, translated, ..InterfaceText::default() }
}

/// Ten gigabytes of a day: one field, two interfaces, a NAT gateway, and a gigabyte of quiet lines.
fn log(id: &str, region: &str) -> LogVolume {
    let quiet = InterfaceText { lines: 5, quiet: GB, ..InterfaceText::default() };
    let interfaces = [
        ("eni-1", interface("vpc-a", 4 * GB, GB, 0)),
        ("eni-2", interface("vpc-b", 2 * GB, 0, 0)),
        ("eni-nat", interface("vpc-a", 2 * GB, 0, GB)),
        ("eni-quiet", quiet),
    ];
    LogVolume {
        source: "s3://acme".to_owned(),
        id: id.to_owned(),
        account: "123456789012".to_owned(),
        region: region.to_owned(),
        last: DAY + 86_400,
        days: vec![DayVolume {
            day: DAY,
            objects: 288,
            lines: 35,
            text_bytes: 10 * GB,
            stored_bytes: GB,
            coverage: 1.0,
        }],
        fields: vec![FieldVolume { field: "srcaddr".to_owned(), value_bytes: 3 * GB, records: 30 }],
        interfaces: interfaces.into_iter().map(|(name, text)| (name.into(), text)).collect(),
        ..LogVolume::default()
    }
}

fn told(logs: Vec<LogVolume>, given: &Given) -> Cost {
    let measured = Measured { logs, ..Measured::default() };
    cost(&PriceBook::built_in().unwrap(), &measured, &Described::default(), given, date(2026, 11, 20))
}

#[test]
fn every_part_adds_up_to_the_bill() {
    let cost = told(vec![log("fl-1", "us-east-1"), log("fl-2", "ap-northeast-1")], &Given::default());
    let sum = |parts: Vec<Decimal>| parts.into_iter().sum::<Decimal>();
    let total = cost.bill.total;
    assert_eq!(sum(cost.logs.iter().map(|log| log.month_usd).collect()), total);
    assert_eq!(sum(cost.interfaces.iter().map(|one| one.month_usd).collect()), total);
    for parts in [&cost.destinations, &cost.accounts, &cost.vpcs] {
        assert_eq!(sum(parts.iter().map(|part| part.month_usd).collect()), total);
        assert_eq!(parts.iter().map(|part| part.text_bytes).sum::<u64>(), 20 * GB);
    }
    // Tokyo is dearer.
    assert_eq!(cost.logs[0].flow_log, "fl-2");
    // 300 GB each: 75.00 and 114.00.
    assert_eq!(cost.bill.amount_of(&[Item::DeliverToS3]).to_string(), "189.00");
    assert_eq!(cost.bill.steps().last().map(|(.., sum)| *sum), Some(total));
}

#[test]
fn causes_are_told_with_their_share() {
    let cost = told(vec![log("fl-1", "us-east-1")], &Given::default());
    let cause = |id: &str| cost.causes.iter().find(|cause| cause.id == id).unwrap();
    assert_eq!(
        (cause("nat").text_bytes, cause("rejected").text_bytes, cause("quiet").text_bytes),
        (2 * GB, GB, GB)
    );
    assert_eq!(cause("rejected").month_usd, pricing::share(cost.bill.total, 1, 10));
    assert_eq!(cause("nat").filter.as_deref(), Some("interface-id IN (eni-nat)"));
    assert!(cost.causes.iter().all(|cause| cause.id != "route53-checks"));
    assert_eq!(cost.fields[0].text_bytes, 3 * GB + 30 + 288 * 8);
}

#[test]
fn what_the_asker_says_counts() {
    let mut view = View::default();
    for (name, value) in
        [("kept", "30"), ("class", "glacier-instant"), ("choose", "format-parquet,without-nothing")]
    {
        view.details.insert(name.to_owned(), value.to_owned());
    }
    let given = Given::of(&view).unwrap();
    let cost = told(vec![log("fl-1", "us-east-1")], &given);
    assert!(cost.bill.amount_of(&[Item::S3GlacierInstant]) > Decimal::ZERO);
    assert_eq!(cost.chosen.len(), 1);
    assert_eq!(cost.chosen[0].after_usd, cost.bill.total - cost.chosen[0].saves_usd);
    for (name, value) in [("kept", "0"), ("kept", "x"), ("class", "cold")] {
        let mut wrong = View::default();
        wrong.details.insert(name.to_owned(), value.to_owned());
        assert!(Given::of(&wrong).is_err(), "{name}={value}");
    }
}

#[test]
fn a_description_says_where_it_is_delivered_and_why_not() {
    let json = r#"{"FlowLogs": [{"FlowLogId": "fl-1", "LogDestinationType": "cloud-watch-logs", "MaxAggregationInterval": 600,
        "DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"}]}"#;
    let described = Described::default().with(json).unwrap();
    let measured = Measured { logs: vec![log("fl-1", "us-east-1")], ..Measured::default() };
    let book = PriceBook::built_in().unwrap();
    let cost = cost(&book, &measured, &described, &Given::default(), date(2026, 11, 20));
    assert_eq!(cost.logs[0].destination, Destination::Cloudwatch);
    assert_eq!(cost.logs[0].format, FileFormat::Text);
    assert!(cost.logs[0].fault.as_ref().unwrap().starts_with("Access error"));
    assert_eq!(cost.bill.amount_of(&[Item::DeliverToCloudwatch]).to_string(), "150.00");
}

#[test]
fn what_is_not_in_the_bill_is_told() {
    let measured =
        Measured { logs: vec![log("fl-1", "us-east-1")], unread: 1, outside: 2, ..Measured::default() };
    let book = PriceBook::built_in().unwrap();
    let cost = cost(&book, &measured, &Described::default(), &Given::default(), date(2026, 11, 20));
    let notes = cost.notes.join("\n");
    assert!(notes.contains("could not be read: 1.") && notes.contains("without a time: 2."), "{notes}");
}

#[test]
fn nothing_read_is_said_and_costs_nothing() {
    let cost = told(Vec::new(), &Given::default());
    assert_eq!((cost.bill.total, &cost.measured), (Decimal::ZERO, &None));
    assert!(text(&cost).starts_with("Nothing was read"));
}

#[test]
fn the_text_has_the_numbers_of_the_bill() {
    let cost = told(vec![log("fl-1", "us-east-1")], &Given::default());
    let text = text(&cost);
    assert!(text.contains(&pricing::dollars(cost.bill.total)), "{text}");
    assert!(text.contains("NAT gateways") && text.contains("eni-nat") && text.contains("2026-11: "));
}
