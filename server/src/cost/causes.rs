//! Who causes how much of the bill. Dollars are shares of the bill of a month in proportion to bytes of text; those of
//! flow logs, interfaces and VPCs add up to it exactly.

use super::{Described, Measured, plans};
use lake::{InterfaceText, LogVolume};
use pricing::setup::DeliveryState;
use pricing::{
    Bill, Decimal, Destination, FileFormat, Interval, Keys, Plan, PriceBook, Traffic, apportioned,
    month_bill, share,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// An interface is a NAT gateway's where at least one byte in so many is of records that show translation: of traffic
/// through one, those of the private side do.
const TRANSLATES: u64 = 10;
/// Hours of a day.
const DAY_HOURS: f64 = 24.0;
/// What stands for parts of a VPC that the records do not name.
const NOT_TOLD: &str = "not told";

/// A flow log with its choices and its part of the bill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogCost {
    /// Its id, or where it was read from.
    pub flow_log: String,
    /// The source.
    pub source: String,
    /// The account that pays; empty where the keys do not tell.
    pub account: String,
    /// The region's code.
    pub region: String,
    /// Where it is delivered.
    pub destination: Destination,
    /// Text or Parquet.
    pub format: FileFormat,
    /// Its aggregation interval, as it was described, or else as long as its records are.
    pub interval: Option<Interval>,
    /// Which traffic it logs.
    pub traffic: Traffic,
    /// How its keys are cut.
    pub keys: Keys,
    /// Days measured; parts of days count as parts.
    pub measured_days: f64,
    /// Objects measured.
    pub objects: u64,
    /// Lines measured, without header lines.
    pub lines: u64,
    /// Bytes of uncompressed text measured: what is billed.
    pub text_bytes: u64,
    /// Bytes as they are stored.
    pub stored_bytes: u64,
    /// Bytes of text of a month of 30 days at this rate.
    pub month_bytes: u64,
    /// Dollars of that month.
    pub month_usd: Decimal,
    /// Why AWS does not deliver, and what to do, where describe-flow-logs told so.
    pub fault: Option<String>,
}

/// A part of the bill by a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The name.
    pub name: String,
    /// Bytes of text measured.
    pub text_bytes: u64,
    /// Dollars of a month of 30 days.
    pub month_usd: Decimal,
}

/// What an interface causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterfaceCost {
    /// Its id; empty for what belongs to none: header lines, lines set aside, records without a name.
    pub interface: String,
    /// Its VPC; empty where the records do not say.
    pub vpc: String,
    /// The flow log.
    pub flow_log: String,
    /// Lines measured.
    pub lines: u64,
    /// Bytes of text measured.
    pub text_bytes: u64,
    /// Dollars of a month of 30 days.
    pub month_usd: Decimal,
    /// Whether it is taken for a NAT gateway's.
    pub is_nat: bool,
}

/// A cause: some sort of traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// A name for links and tests: `nat`.
    pub id: &'static str,
    /// What it is.
    pub title: String,
    /// How it was told, a sentence.
    pub how: String,
    /// Bytes of text measured.
    pub text_bytes: u64,
    /// Dollars of a month of 30 days.
    pub month_usd: Decimal,
    /// The same traffic in the filter language, where it can be said.
    pub filter: Option<String>,
}

/// What a field causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldCost {
    /// AWS's hyphenated name.
    pub field: String,
    /// Bytes of its values with the byte after each, and of its name in header lines.
    pub text_bytes: u64,
    /// Dollars of a month of 30 days, of its flow log.
    pub month_usd: Decimal,
}

/// The bill's parts by flow log: in proportion to what each would cost alone, because they share tiers.
pub fn of_logs(book: &PriceBook, bill: &Bill, plans: &[Plan]) -> Vec<Decimal> {
    // In hundredths of a cent, which is how exact amounts are.
    let alone = plans.iter().map(|plan| {
        let total = month_bill(book, std::slice::from_ref(plan)).total;
        u64::try_from((total * Decimal::from(10_000)).round()).unwrap_or_default()
    });
    apportioned(bill.total, &alone.collect::<Vec<u64>>())
}

/// The flow logs, dearest first.
pub fn logs(measured: &Measured, plans: &[Plan], shares: &[Decimal], described: &Described) -> Vec<LogCost> {
    let mut logs: Vec<LogCost> = measured
        .logs
        .iter()
        .zip(plans)
        .zip(shares)
        .map(|((log, plan), usd)| LogCost {
            flow_log: plan.flow_log.clone(),
            source: log.source.clone(),
            account: plan.account.clone(),
            region: plan.region.clone(),
            destination: plan.destination,
            format: plan.format,
            interval: plan.interval,
            traffic: plan.traffic,
            keys: plan.keys,
            measured_days: plan.measured_days,
            objects: plan.volume.objects,
            lines: plan.volume.lines,
            text_bytes: plan.volume.text_bytes(),
            stored_bytes: plan.stored_bytes.unwrap_or_default(),
            month_bytes: plan.month_bytes(),
            month_usd: *usd,
            fault: described.of(&log.id).and_then(|told| match &told.delivery {
                DeliveryState::Fails { error, cure } => Some(format!("{error}: {cure}")),
                DeliveryState::Works | DeliveryState::Unknown => None,
            }),
        })
        .collect();
    logs.sort_by(|a, b| b.month_usd.cmp(&a.month_usd).then(b.text_bytes.cmp(&a.text_bytes)));
    logs
}

/// The flow logs added up by a name of theirs, dearest first.
pub fn parts(logs: &[LogCost], name: impl Fn(&LogCost) -> String) -> Vec<Part> {
    added_up(logs.iter().map(|log| (name(log), log.text_bytes, log.month_usd)))
}

/// The interfaces added up by VPC, dearest first.
pub fn vpcs(interfaces: &[InterfaceCost]) -> Vec<Part> {
    added_up(interfaces.iter().map(|one| {
        let name = if one.vpc.is_empty() { NOT_TOLD } else { &one.vpc };
        (name.to_owned(), one.text_bytes, one.month_usd)
    }))
}

fn added_up(parts: impl Iterator<Item = (String, u64, Decimal)>) -> Vec<Part> {
    let mut sums: BTreeMap<String, (u64, Decimal)> = BTreeMap::new();
    for (name, bytes, usd) in parts {
        let sum = sums.entry(name).or_default();
        *sum = (sum.0 + bytes, sum.1 + usd);
    }
    let part = |(name, (text_bytes, month_usd))| Part { name, text_bytes, month_usd };
    let mut parts: Vec<Part> = sums.into_iter().map(part).collect();
    parts.sort_by(|a, b| b.month_usd.cmp(&a.month_usd).then(b.text_bytes.cmp(&a.text_bytes)));
    parts
}

/// The interfaces, dearest first.
pub fn interfaces(measured: &Measured, shares: &[Decimal]) -> Vec<InterfaceCost> {
    let mut all: Vec<InterfaceCost> =
        measured.logs.iter().zip(shares).flat_map(|(log, usd)| of_log(log, *usd)).collect();
    all.sort_by(|a, b| b.month_usd.cmp(&a.month_usd).then(b.text_bytes.cmp(&a.text_bytes)));
    all
}

fn of_log(log: &LogVolume, usd: Decimal) -> Vec<InterfaceCost> {
    let text: u64 = log.days.iter().map(|day| day.text_bytes).sum();
    let mut rows: Vec<InterfaceCost> = log
        .interfaces
        .iter()
        .map(|(name, text)| InterfaceCost {
            interface: name.to_string(),
            vpc: text.vpc.to_string(),
            flow_log: plans::name(log).to_owned(),
            lines: text.lines,
            text_bytes: text.bytes(),
            month_usd: Decimal::ZERO,
            is_nat: is_nat(text),
        })
        .collect();
    // Header lines and lines set aside belong to nobody.
    let rest = text.saturating_sub(rows.iter().map(|row| row.text_bytes).sum());
    match rows.iter_mut().find(|row| row.interface.is_empty()) {
        Some(nameless) => nameless.text_bytes += rest,
        None => rows.push(InterfaceCost {
            interface: String::new(),
            vpc: String::new(),
            flow_log: plans::name(log).to_owned(),
            lines: 0,
            text_bytes: rest,
            month_usd: Decimal::ZERO,
            is_nat: false,
        }),
    }
    let weights: Vec<u64> = rows.iter().map(|row| row.text_bytes).collect();
    for (row, usd) in rows.iter_mut().zip(apportioned(usd, &weights)) {
        row.month_usd = usd;
    }
    rows
}

fn is_nat(text: &InterfaceText) -> bool {
    text.translated > 0 && text.translated * TRANSLATES >= text.bytes()
}

/// The causes that can be told, dearest first.
pub fn causes(
    measured: &Measured,
    plans: &[Plan],
    shares: &[Decimal],
    bill: &Bill,
    interfaces: &[InterfaceCost],
) -> Vec<Cause> {
    // What a sort of lines is in each flow log, and its part of what that log costs.
    let sum = |part: fn(&InterfaceText) -> u64| {
        measured.logs.iter().zip(plans).zip(shares).fold(
            (0, Decimal::ZERO),
            |(bytes, usd), ((log, plan), of_log)| {
                let own: u64 = log.interfaces.values().map(part).sum();
                (bytes + own, usd + share(*of_log, own, plan.volume.text_bytes()))
            },
        )
    };
    let cause = |id, title: &str, how: &str, (text_bytes, month_usd), filter: Option<&str>| Cause {
        id,
        title: title.to_owned(),
        how: how.to_owned(),
        text_bytes,
        month_usd,
        filter: filter.map(str::to_owned),
    };
    let nat = interfaces.iter().filter(|one| one.is_nat);
    let nat_names: Vec<&str> = nat.clone().map(|one| one.interface.as_str()).collect();
    let nat_sum =
        nat.fold((0, Decimal::ZERO), |(bytes, usd), one| (bytes + one.text_bytes, usd + one.month_usd));
    let nat_filter = format!("interface-id IN ({})", nat_names.join(", "));
    let mut causes = vec![
        cause(
            "nat",
            "NAT gateways",
            "Interfaces whose packets have public addresses that the interface saw as others.",
            nat_sum,
            (!nat_names.is_empty()).then_some(nat_filter.as_str()),
        ),
        cause(
            "route53-checks",
            "Route 53 health checks",
            "Records with ROUTE53_HEALTHCHECKS at the other end; needs pkt-src-aws-service.",
            sum(|text| text.checks),
            Some("aws-service = ROUTE53_HEALTHCHECKS"),
        ),
        cause(
            "rejected",
            "Refused traffic",
            "Records with the action REJECT.",
            sum(|text| text.rejected),
            Some("action = REJECT"),
        ),
        cause(
            "quiet",
            "Quiet interfaces",
            "Lines that tell of no traffic (NODATA, SKIPDATA).",
            sum(|text| text.quiet),
            None,
        ),
    ];
    causes.extend(balancers(measured, plans, bill));
    causes.retain(|cause| cause.text_bytes > 0);
    causes.sort_by(|a, b| b.month_usd.cmp(&a.month_usd).then(b.text_bytes.cmp(&a.text_bytes)));
    causes
}

/// What health checks of load balancers cause: their records in the hours that were looked at, at the mean length of a line,
/// for as long as the logs were measured.
fn balancers(measured: &Measured, plans: &[Plan], bill: &Bill) -> Option<Cause> {
    let an_hour: f64 = measured.checks.iter().map(|check| check.records_an_hour).sum();
    let (lines, bytes) = plans
        .iter()
        .fold((0, 0), |(lines, bytes), plan| (lines + plan.volume.lines, bytes + plan.volume.text_bytes()));
    let days = plans.iter().map(|plan| plan.measured_days).fold(0.0, f64::max);
    let line_bytes = bytes as f64 / lines.max(1) as f64;
    let text_bytes = ((an_hour * DAY_HOURS * days * line_bytes).round() as u64).min(bytes);
    let checkers = measured.checks.len();
    (checkers > 0).then(|| Cause {
        id: "balancer-checks",
        title: "Health checks of load balancers".to_owned(),
        how: format!(
            "Short connections that come as often in every hour: {checkers} pairs of checker and service, seen in the last \
             hours and taken for all."
        ),
        text_bytes,
        month_usd: share(bill.total, text_bytes, bytes),
        filter: None,
    })
}

/// What the fields of a flow log cause, in the order of the line.
pub fn fields(plans: &[Plan], about: usize, shares: &[Decimal]) -> Vec<FieldCost> {
    let (Some(plan), Some(usd)) = (plans.get(about), shares.get(about)) else { return Vec::new() };
    let text = plan.volume.text_bytes();
    let field = |field: &pricing::FieldVolume| {
        let text_bytes = plan.volume.bytes_of(&field.field);
        FieldCost { field: field.field.clone(), text_bytes, month_usd: share(*usd, text_bytes, text) }
    };
    plan.volume.fields.iter().map(field).collect()
}
