//! Bills: what is added up before tiers, what the faces say, and that they say the same.

#![expect(clippy::unwrap_used, reason = "a bill that cannot be made fails the test")]

use super::*;
use proptest::prelude::*;

fn book() -> PriceBook {
    PriceBook::built_in().unwrap()
}

fn used(account: &str, region: &str, item: Item, quantity: &str) -> Usage {
    let mut usage = Usage::new(account, region);
    usage.add(item, quantity.parse().unwrap());
    usage
}

#[test]
fn flow_logs_of_one_account_and_region_share_tiers_and_others_do_not() {
    let logs = |second: &str, region: &str| {
        let usages = [
            used("111111111111", "us-east-1", Item::DeliverToS3, "10240"),
            used(second, region, Item::DeliverToS3, "10240"),
        ];
        bill(&book(), &usages).total.to_string()
    };
    assert_eq!(logs("111111111111", "us-east-1"), "4096.00");
    assert_eq!(logs("222222222222", "us-east-1"), "5120.00");
    assert_eq!(logs("111111111111", "us-west-2"), "5120.00");
}

#[test]
fn an_estimate_is_marked_on_its_line_on_the_bill_and_in_words() {
    let sure = bill(&book(), &[used("", "ap-northeast-1", Item::DeliverToS3, "10240")]);
    assert!(!sure.estimate && sure.notes.is_empty());
    let unsure = bill(&book(), &[used("", "ap-northeast-1", Item::DeliverToS3, "10241")]);
    assert_eq!(unsure.lines.iter().map(|line| line.estimate).collect::<Vec<_>>(), [false, true]);
    assert!(unsure.estimate && unsure.notes[0].contains("estimates"));
    let borrowed = bill(&book(), &[used("", "eu-north-1", Item::DeliverToS3, "1")]);
    assert!(borrowed.estimate);
    assert!(borrowed.lines[0].source.starts_with("price of us-east-1: "));
    assert!(borrowed.notes[1].contains("eu-north-1"));
}

#[test]
fn the_text_of_a_bill_is_for_a_terminal() {
    let usages = [
        used("", "us-east-1", Item::DeliverToS3, "10240.5"),
        used("", "us-east-1", Item::S3PutRequests, "8.64"),
    ];
    insta::assert_snapshot!(bill(&book(), &usages).text(), @r"
    Delivery to S3, first 10 TB               10,240 GB   × 0.25  $2,560.00
    Delivery to S3, next 20 TB                   0.5 GB   × 0.15      $0.0750
    Objects written to S3        8.64 thousand requests  × 0.005      $0.0432
    Total                                                         $2,560.1182
    Prices as of 2025-10-28, in USD.
    ");
}

#[test]
fn cells_that_hold_separators_are_quoted() {
    assert_eq!(csv_cell("a, \"b\""), "\"a, \"\"b\"\"\"");
    let csv = bill(&book(), &[used("1", "us-east-1", Item::DeliverToS3, "2")]).csv();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        lines[1],
        "1,us-east-1,deliver-to-s3,\"Delivery to S3, first 10 TB\",2,GB,0.25,0.50,false,\
         \"AWS Price List API, dump of 2025-10-28, in effect since 2025-09-01\""
    );
    assert_eq!(lines[2], ",,total,Total,,,,0.50,false,");
}

#[test]
fn nothing_used_costs_nothing() {
    let empty = bill(&book(), &[used("", "us-east-1", Item::DeliverToS3, "0")]);
    assert_eq!((empty.lines.len(), empty.total.to_string()), (0, "0.00".to_owned()));
}

proptest! {
    #[test]
    fn text_csv_and_json_say_the_same(units in prop::collection::vec(0u64..1 << 40, 1..20)) {
        let usages: Vec<Usage> = units.iter().enumerate().map(|(at, units)| {
            let (item, ..) = crate::item::ITEMS[at % 20];
            let mut usage = Usage::new("", ["us-east-1", "eu-west-1", "eu-north-1"][at % 3]);
            usage.add(item, Decimal::from(*units) / Decimal::from(65_536));
            usage
        }).collect();
        let bill = bill(&book(), &usages);
        let json = serde_json::to_value(&bill).unwrap();
        let in_json: Decimal =
            json["lines"].as_array().unwrap().iter().map(|line| line["amount"].as_str().unwrap().parse::<Decimal>().unwrap()).sum();
        prop_assert_eq!(in_json, bill.total);
        prop_assert_eq!(json["total"].as_str().unwrap(), bill.total.to_string());
        let csv = bill.csv();
        for line in &bill.lines {
            prop_assert!((line.quantity * line.unit_price - line.amount).abs() <= Decimal::new(5, 5));
            let in_csv = format!(",{},{},{},", line.unit_price, line.amount, line.estimate);
            prop_assert!(csv.contains(&in_csv), "{}", in_csv);
            let in_text = format!("${}", grouped(line.amount));
            prop_assert!(bill.text().contains(&in_text), "{}", in_text);
        }
        prop_assert_eq!(bill.steps().last().map_or(Decimal::ZERO, |(.., sum)| *sum), bill.total);
        let ending = format!("{},{},\r\n", bill.total, bill.estimate);
        prop_assert!(csv.ends_with(&ending));
    }
}
