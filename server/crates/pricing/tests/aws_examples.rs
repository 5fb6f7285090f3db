//! AWS's own worked examples (aws.amazon.com/cloudwatch/pricing, 1 TB = 1,024 GB), a real invoice line, and the
//! corners of the tiers.
#![allow(clippy::unwrap_used, reason = "an order that cannot be priced fails the test")]

use pricing::{Bill, Destination, FileFormat, Item, Order, OrderError, PriceBook, StorageClass, price};
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn order(gb: &str, destination: &str, region: &str) -> Order {
    Order::new(number(gb), destination.parse().unwrap(), region)
}

fn priced(order: &Order) -> Bill {
    price(&PriceBook::built_in().unwrap(), order).unwrap()
}

fn total(order: &Order) -> String {
    priced(order).total.to_string()
}

#[test]
fn seventy_two_tb_to_cloudwatch_logs() {
    let bill = priced(&Order { stored_gb: number("30720"), ..order("73728", "cloudwatch", "us-east-1") });
    let amounts: Vec<String> = bill.lines.iter().map(|line| line.amount.to_string()).collect();
    assert_eq!(amounts, ["5120.00", "5120.00", "2048.00", "1126.40", "921.60"]);
    assert_eq!(bill.amount_of(&[Item::DeliverToCloudwatch]), number("13414.40"));
    assert_eq!(bill.amount_of(&[Item::CloudwatchStorage]), number("921.60"));
    assert_eq!(bill.total.to_string(), "14336.00");
    assert!(!bill.estimate);
}

#[test]
fn seventy_two_tb_to_s3_as_text_and_as_parquet() {
    let stored = Order { stored_gb: number("6656"), ..order("73728", "s3", "us-east-1") };
    let text = priced(&stored);
    let amounts: Vec<String> = text.lines.iter().map(|line| line.amount.to_string()).collect();
    assert_eq!(amounts, ["2560.00", "3072.00", "1536.00", "1126.40", "153.0880"]);
    assert_eq!(text.amount_of(&[Item::DeliverToS3]), number("8294.40"));
    // AWS prints 153.01 for the storage, where the product is 153.088; the totals differ by as much.
    assert!((text.total - number("8447.41")).abs() <= number("0.08"));

    let parquet = priced(&Order { format: FileFormat::Parquet, ..stored });
    assert_eq!(parquet.amount_of(&[Item::ParquetConversion]), number("2211.84"));
    assert!((parquet.total - number("10659.25")).abs() <= number("0.08"));
}

#[test]
fn twenty_five_gb_of_custom_logs() {
    let archived = Order { stored_gb: Decimal::ONE, ..order("25", "cloudwatch", "us-east-1") };
    assert_eq!(total(&order("25", "cloudwatch", "us-east-1")), "12.50");
    assert_eq!(total(&archived), "12.53");
}

#[test]
fn a_real_invoice_line() {
    // The invoice prints 168.71; 674.86 GB is itself rounded.
    assert_eq!(total(&order("674.86", "s3", "us-east-1")), "168.7150");
}

#[test]
fn corners_of_the_tiers() {
    for (gb, destination, expected) in [
        ("0", "s3", "0.00"),
        ("100", "cloudwatch", "50.00"),
        ("100", "cloudwatch-ia", "25.00"),
        ("100", "s3", "25.00"),
        ("100", "firehose", "25.00"),
        ("10240", "cloudwatch", "5120.00"),
        ("10241", "cloudwatch", "5120.25"),
        ("10241", "s3", "2560.15"),
        ("30720", "s3", "5632.00"),
        ("51200", "s3", "7168.00"),
        ("51201", "s3", "7168.05"),
    ] {
        assert_eq!(total(&order(gb, destination, "us-east-1")), expected, "{gb} GB to {destination}");
    }
    let parquet = Order { format: FileFormat::Parquet, ..order("100", "s3", "us-east-1") };
    assert_eq!(total(&parquet), "28.00");
}

#[test]
fn tokyo() {
    let hundred = Order { stored_gb: number("100"), ..order("100", "cloudwatch", "ap-northeast-1") };
    assert_eq!(total(&hundred), "79.30");
    assert_eq!(total(&order("100", "s3", "ap-northeast-1")), "38.00");
    assert!(!priced(&hundred).estimate);
}

#[test]
fn athena_and_requests_are_on_the_bill_when_asked_for() {
    let order = Order { athena_tb: number("2"), objects: 8_640, ..order("0", "s3", "us-east-1") };
    assert_eq!(total(&order), "10.0432");
}

#[test]
fn firehose_says_what_it_leaves_out() {
    assert!(
        priced(&order("1", "firehose", "us-east-1")).notes.iter().any(|note| note.contains("Firehose's own"))
    );
}

#[test]
fn an_order_that_contradicts_itself_is_refused() {
    let book = PriceBook::built_in().unwrap();
    let refused = |order: Order| price(&book, &order).unwrap_err();
    let cloudwatch = || order("1", "cloudwatch", "us-east-1");
    assert_eq!(refused(Order { format: FileFormat::Parquet, ..cloudwatch() }), OrderError::ParquetOnlyInS3);
    assert_eq!(refused(Order { storage: StorageClass::DeepArchive, ..cloudwatch() }), OrderError::OnlyInS3);
    assert_eq!(refused(Order { objects: 1, ..cloudwatch() }), OrderError::OnlyInS3);
    let kept = Order { stored_gb: Decimal::ONE, destination: Destination::Firehose, ..cloudwatch() };
    assert_eq!(refused(kept), OrderError::FirehoseStoresNothing);
    assert_eq!(
        refused(Order { gb: number("-1"), ..cloudwatch() }).to_string(),
        "gb must be 0 to 1000000000000: -1"
    );
    assert!(matches!(refused(Order { gb: Decimal::MAX, ..cloudwatch() }), OrderError::Amount { .. }));
}
