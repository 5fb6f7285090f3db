//! Choices for a flow log whose text is known, so that every saving can be worked out by hand.

#![expect(clippy::unwrap_used, reason = "a table that cannot be read fails the test")]

use super::*;
use crate::delivery::{Destination, FileFormat, Interval, Keys, Traffic};
use crate::money::BYTES_PER_GB;
use crate::plan::{ByAction, ServerKnown};
use crate::volume::Volume;

/// 1 GB of lines a day for ten days in objects of about 3.5 MB: three fields of 20, 10 and 31 bytes a line.
fn plan() -> Plan {
    let lines = 10 * BYTES_PER_GB / 64;
    let mut volume = Volume::of(["srcaddr", "tcp-flags", "custom-field"]);
    volume.objects = 2_880;
    volume.add_lines(lines);
    for (place, length) in [20, 10, 31].into_iter().enumerate() {
        volume.add_values(place, lines * length);
    }
    Plan {
        kept_days: Some(30),
        interval: Some(Interval::TenMinutes),
        by_action: Some(ByAction { accepted_bytes: 8 * BYTES_PER_GB, rejected_bytes: BYTES_PER_GB }),
        ..Plan::new("fl-1", "1", "us-east-1", volume, 10.0)
    }
}

fn told(plan: &Plan, others: &[Plan]) -> WhatIf {
    what_if(&PriceBook::built_in().unwrap(), plan, others)
}

fn choice(plan: &Plan, id: &str) -> Choice {
    told(plan, &[]).choices.into_iter().find(|choice| choice.id == id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn the_month_as_it_is() {
    let told = told(&plan(), &[]);
    // 30 GB × 0.25; 8.64 thousand PUTs × 0.005; 30 × 6.5/72 GB × 0.023.
    assert_eq!(told.now_usd.to_string(), "7.6055");
    assert_eq!(told.month_bytes, 30 * BYTES_PER_GB);
}

#[test]
fn a_field_costs_its_share_of_every_line() {
    let out = choice(&plan(), "without-tcp-flags");
    // 11 of 64 bytes of everything but the requests.
    assert_eq!(out.month_bytes, 30 * BYTES_PER_GB / 64 * 53);
    assert_eq!(out.saves_usd.to_string(), "1.2998");
    assert!(
        out.loses.starts_with("Without tcp-flags, client and server are told by port numbers"),
        "{}",
        out.loses
    );
    let back = choice(&plan(), "with-pkt-srcaddr");
    assert!(back.saves_usd.is_sign_negative() && back.estimate);
    assert_eq!(back.month_bytes, 30 * BYTES_PER_GB / 64 * 85);
    assert!(choice(&plan(), "without-custom-field").loses.contains("not known to this version"));
}

#[test]
fn a_field_is_in_the_headers_too() {
    let mut with_headers = plan();
    for _ in 0..with_headers.volume.objects {
        with_headers.volume.add_object();
    }
    with_headers.volume.objects /= 2;
    let whole = with_headers.month_bytes();
    let names = 3 * 2_880 * "tcp-flags ".len() as u64;
    let in_lines = 30 * BYTES_PER_GB / 64 * 11;
    assert_eq!(whole - choice(&with_headers, "without-tcp-flags").month_bytes, in_lines + names);
    let added = choice(&with_headers, "with-pkt-srcaddr").month_bytes - whole;
    assert_eq!(added, 30 * BYTES_PER_GB / 64 * 21 + 3 * 2_880 * "pkt-srcaddr ".len() as u64);
}

#[test]
fn what_was_measured_is_said_with_its_figures() {
    let known = ServerKnown { with_flags_percent: 99.9, without_flags_percent: 91.0 };
    let out = choice(&Plan { server_known: Some(known), ..plan() }, "without-tcp-flags");
    assert!(
        out.loses.ends_with(". The server side is known for 91 % instead of 99.9 % of the records."),
        "{}",
        out.loses
    );
}

#[test]
fn parquet_costs_its_conversion_and_is_warned_of_for_small_objects() {
    let parquet = choice(&plan(), "format-parquet");
    // 30 GB × 0.03 more, a fifth of the storage less.
    assert_eq!(parquet.saves_usd.to_string(), "-0.8875");
    assert!(!parquet.cautions.iter().any(|caution| caution.contains("100 KB")));
    let small = Plan { stored_bytes: Some(2_880 * 40 * 1024), ..plan() };
    let parquet = choice(&small, "format-parquet");
    assert!(parquet.cautions.iter().any(|caution| caution.contains("Objects hold 40 KB on average")));
    assert_eq!(parquet.saves_usd.to_string(), "-0.90");
    let back = choice(&Plan { format: FileFormat::Parquet, ..plan() }, "format-plain-text");
    assert!(back.saves_usd > Decimal::ZERO && back.loses.contains("Athena"));
}

#[test]
fn every_destination_but_the_present_is_offered() {
    let ids: Vec<String> = told(&plan(), &[]).choices.iter().map(|choice| choice.id.clone()).collect();
    for id in ["to-cloudwatch", "to-cloudwatch-ia", "to-firehose"] {
        assert!(ids.contains(&id.to_owned()), "{id}");
    }
    assert!(!ids.contains(&"to-s3".to_owned()));
    let cloudwatch = choice(&plan(), "to-cloudwatch");
    // 15.00 and 30 × 30/72 × 0.03 instead of 7.6055.
    assert_eq!(cloudwatch.after_usd.to_string(), "15.3750");
    let home = choice(&Plan { destination: Destination::Cloudwatch, ..plan() }, "to-s3");
    assert_eq!(home.after_usd.to_string(), "7.6055");
}

#[test]
fn the_interval_is_a_range_unless_it_was_worked_out() {
    let minute = choice(&plan(), "interval-60");
    assert_eq!(minute.saves_usd.to_string(), "0.00");
    assert_eq!(minute.saves_most_usd.to_string(), "0.00");
    assert!(minute.saves_least_usd < Decimal::from(-60) && minute.estimate);
    assert!(minute.cautions[0].contains("Nitro"));
    let measured = Plan { other_interval_bytes: Some((10 * BYTES_PER_GB, 10 * BYTES_PER_GB)), ..plan() };
    let minute = choice(&measured, "interval-60");
    assert_eq!((minute.saves_least_usd.to_string(), minute.estimate), ("0.00".to_owned(), false));
    assert!(
        told(&Plan { interval: None, ..plan() }, &[])
            .choices
            .iter()
            .all(|choice| choice.topic != Topic::Interval)
    );
}

#[test]
fn one_action_alone_keeps_its_own_lines_and_the_rest() {
    let reject = choice(&plan(), "traffic-reject");
    assert_eq!(reject.month_bytes, 6 * BYTES_PER_GB);
    assert!(reject.loses.contains("no use of rules"));
    assert_eq!(choice(&plan(), "traffic-accept").month_bytes, 27 * BYTES_PER_GB);
    let rejects = told(&Plan { traffic: Traffic::Reject, ..plan() }, &[]);
    assert!(rejects.choices.iter().all(|choice| choice.topic != Topic::Traffic));
    assert!(rejects.notes.iter().any(|note| note.contains("not logged")));
}

#[test]
fn small_objects_are_warned_of_in_cold_classes() {
    let small = Plan { stored_bytes: Some(2_880 * 10 * 1024), kept_days: Some(365), ..plan() };
    let infrequent = choice(&small, "storage-standard-ia");
    assert!(infrequent.saves_usd.is_sign_negative());
    assert!(
        infrequent.cautions[0].contains("Objects hold 10 KB") && infrequent.cautions[0].contains("128 KB")
    );
    assert!(choice(&small, "storage-deep-archive").cautions[0].contains("40 KB more"));
    let large = Plan { kept_days: Some(365), ..plan() };
    assert!(choice(&large, "storage-deep-archive").saves_usd > Decimal::ZERO);
}

#[test]
fn keys_cost_nothing_and_say_so() {
    let hourly = choice(&plan(), "keys-hive-hourly");
    assert_eq!(hourly.saves_usd.to_string(), "0.00");
    assert!(
        hourly.cautions[0].starts_with("Keys change neither") && hourly.cautions[0].contains("8,640 a month")
    );
    let back = choice(&Plan { keys: Keys { hive: true, hourly: true }, ..plan() }, "keys-daily");
    assert!(back.loses.contains("whole day"));
}

#[test]
fn retention_changes_storage_alone() {
    let year = choice(&plan(), "keep-365-days");
    // 30 × 6.5/72 GB × (365 − 30)/30 × 0.023 more.
    assert_eq!(year.saves_usd.to_string(), "-0.6956");
    let month = choice(&Plan { kept_days: None, ..plan() }, "keep-30-days");
    assert!(month.saves_usd > Decimal::ZERO && month.loses.contains("After 30 days"));
    let year = choice(&Plan { kept_days: None, ..plan() }, "keep-365-days");
    assert!(year.saves_usd.is_zero() && year.cautions[0].contains("first year"));
}

#[test]
fn other_flow_logs_decide_the_tier() {
    let mut large = plan();
    large.volume = large.volume.scaled(10_240.0);
    let alone = choice(&plan(), "without-tcp-flags").saves_usd;
    let told = told(&plan(), &[large]);
    let beside = told.choices.iter().find(|choice| choice.id == "without-tcp-flags").unwrap().saves_usd;
    assert!(beside * Decimal::from(3) < alone, "{beside} {alone}");
}

#[test]
fn every_choice_says_what_is_lost() {
    for choice in told(&plan(), &[]).choices {
        assert!(choice.loses.ends_with('.') && choice.loses.len() > 10, "{}", choice.id);
        assert!(
            choice.saves_least_usd <= choice.saves_usd && choice.saves_usd <= choice.saves_most_usd,
            "{}",
            choice.id
        );
    }
}

#[test]
fn a_log_that_wrote_nothing_costs_nothing_whatever_is_chosen() {
    let empty = Plan { volume: Volume::of(["srcaddr", "dstaddr"]), by_action: None, ..plan() };
    assert!(told(&empty, &[]).choices.iter().all(|choice| choice.after_usd.is_zero()));
}

#[test]
fn choices_are_made_one_after_the_other() {
    let ids = ["without-tcp-flags", "format-parquet", "no-such", "without-tcp-flags", "without-custom-field"];
    let made = chosen(&plan(), &ids.map(str::to_owned));
    let names: Vec<&str> = made.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(names, ["without-tcp-flags", "format-parquet", "without-custom-field"]);
    let last = &made[2].1;
    assert_eq!((last.format, last.volume.fields.len()), (FileFormat::Parquet, 1));
    assert!(last.month_bytes() < made[0].1.month_bytes());
}
