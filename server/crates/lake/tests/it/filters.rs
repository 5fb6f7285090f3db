//! Filters of every kind, held against a naive reading of the lines: stored records and objects read directly alike.

use crate::logs::{DAY, Numbers, Place, view};
use contract::filter::{Expr, Op, Value};
use contract::{Field, Filter, Measure, View, names};
use lake::Direct;
use std::collections::HashMap;
use std::net::IpAddr;

const HEADER: &str = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags \
                      flow-direction pkt-srcaddr pkt-src-aws-service pkt-dst-aws-service traffic-path region \
                      next-hop-vpc-id vpc-id instance-tag";

/// What each column is chosen from; `start` and `end` are made.
const CHOICES: [&[&str]; 21] = [
    &["eni-0a1", "eni-0a2", "eni-1b_", "eni-1bx"],
    &["10.0.0.5", "10.0.7.9", "10.1.0.1", "192.168.0.9", "8.8.8.8", "2600:1f16:77:100::1", "-"],
    &["10.0.0.6", "10.1.0.2", "52.94.1.1", "2600:1f16:77:1ff::2", "169.254.169.123", "10.0.0.5"],
    &["443", "53", "40000", "0", "-"],
    &["443", "53", "22", "8080", "40000"],
    &["6", "17", "1", "58", "-"],
    &["1", "5", "100", "1500"],
    &["40", "100", "1500", "1000000", "-"],
    &[],
    &[],
    &["ACCEPT", "REJECT", "-"],
    &["0", "2", "18", "3", "-"],
    &["ingress", "egress"],
    &["10.0.0.5", "203.0.113.9", "-"],
    &["-", "-", "EC2"],
    &["-", "S3", "-"],
    &["-", "1", "4", "8"],
    &["eu-west-1", "eu-west-2", "us-east-1"],
    &["vpc-1", "vpc-2", "-"],
    &["vpc-1", "vpc-2"],
    &["-", "my%2Dapp", "100%25", "a%20b"],
];

/// A line by field; `None` where it says `-`.
type Line = HashMap<&'static str, Option<String>>;

fn lines(count: usize) -> Vec<Line> {
    let mut numbers = Numbers(77);
    let names: Vec<&'static str> = HEADER.split_whitespace().collect();
    (0..count)
        .map(|_| {
            let start = DAY + numbers.below(3_000) as i64;
            let end = start + numbers.below(60) as i64;
            let mut line = Line::new();
            for (name, choices) in names.iter().zip(CHOICES) {
                let value = match *name {
                    "start" => start.to_string(),
                    "end" => end.to_string(),
                    _ => choices[numbers.below(choices.len() as u64) as usize].to_owned(),
                };
                line.insert(name, Some(value).filter(|value| value != "-"));
            }
            line
        })
        .collect()
}

fn written(line: &Line) -> String {
    let values = HEADER.split_whitespace().map(|name| line[name].as_deref().unwrap_or("-"));
    values.collect::<Vec<_>>().join(" ") + "\n"
}

/// The value as the filter language sees it.
fn value(line: &Line, field: Field) -> Option<String> {
    let text = line.get(field.name())?.clone()?;
    Some(if field.is_tag() { names::tag_value(&text).into_owned() } else { text })
}

fn number(text: &str) -> i64 {
    text.parse().unwrap()
}

fn holds(expr: &Expr, line: &Line) -> bool {
    match expr {
        Expr::And(parts) => parts.iter().all(|part| holds(part, line)),
        Expr::Or(parts) => parts.iter().any(|part| holds(part, line)),
        Expr::Not(part) => !holds(part, line),
        Expr::Compare { field: Field::SCOPE, op, value } => {
            let is = scope(line).map(|scope| Value::Text(scope.to_owned())) == Some(value.clone());
            is == (*op == Op::Eq)
        }
        Expr::Compare { field, op, value: wanted } => {
            let has = value(line, *field);
            match op {
                Op::Eq => equals(has.as_deref(), wanted),
                Op::Ne => !equals(has.as_deref(), wanted),
                _ => has.is_some_and(|has| match wanted {
                    Value::Number(wanted) => ordered(*op, number(&has).cmp(wanted)),
                    _ => false,
                }),
            }
        }
        Expr::In { field, values } => {
            let has = value(line, *field);
            values.iter().any(|wanted| equals(has.as_deref(), wanted))
        }
        Expr::Fields { left, op, right } => {
            let both = value(line, *left).zip(value(line, *right));
            match op {
                Op::Eq => both.is_some_and(|(left, right)| left == right),
                Op::Ne => both.is_none_or(|(left, right)| left != right),
                _ => both.is_some_and(|(left, right)| ordered(*op, number(&left).cmp(&number(&right)))),
            }
        }
        Expr::Like { field, pattern } => {
            let pattern: Vec<char> = pattern.chars().collect();
            value(line, *field).is_some_and(|has| like(&has.chars().collect::<Vec<_>>(), &pattern))
        }
        Expr::Has { field, bits } => {
            value(line, *field).is_some_and(|has| number(&has) & i64::from(*bits) == i64::from(*bits))
        }
    }
}

fn ordered(op: Op, order: std::cmp::Ordering) -> bool {
    match op {
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        _ => order.is_ge(),
    }
}

fn equals(has: Option<&str>, wanted: &Value) -> bool {
    let Some(has) = has else { return *wanted == Value::Missing };
    match wanted {
        Value::Missing => false,
        Value::Text(text) => has == text,
        Value::Number(wanted) => number(has) == *wanted,
        Value::Range { from, to } => (*from..=*to).contains(&number(has)),
        Value::Address(wanted) => has.parse::<IpAddr>().unwrap() == *wanted,
        Value::Cidr { addr, prefix } => match (has.parse().unwrap(), *addr) {
            (IpAddr::V4(has), IpAddr::V4(net)) => (has.to_bits() ^ net.to_bits()) >> (32 - prefix) == 0,
            (IpAddr::V6(has), IpAddr::V6(net)) => (has.to_bits() ^ net.to_bits()) >> (128 - prefix) == 0,
            _ => false,
        },
    }
}

/// `%` any text, `_` any character, a backslash takes what follows as it is.
fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|from| like(&text[from..], rest)),
        ['_', rest @ ..] => text.split_first().is_some_and(|(_, text)| like(text, rest)),
        ['\\', escaped, rest @ ..] | [escaped, rest @ ..] => {
            text.split_first().is_some_and(|(first, text)| first == escaped && like(text, rest))
        }
    }
}

/// By the definition, on texts.
fn scope(line: &Line) -> Option<&'static str> {
    let is_ingress = line["flow-direction"].as_deref() == Some("ingress");
    let (near, far, service) = if is_ingress {
        ("dstaddr", "srcaddr", "pkt-src-aws-service")
    } else {
        ("srcaddr", "dstaddr", "pkt-dst-aws-service")
    };
    let far = line[far].as_deref()?;
    let network = |address: &str| match address.contains(':') {
        true => {
            address.split(':').take(3).collect::<Vec<_>>().join(":")
                + &address.split(':').nth(3).unwrap()[..1]
        }
        false => address.split('.').take(2).collect::<Vec<_>>().join("."),
    };
    let is_peer_path = !is_ingress && line["traffic-path"].as_deref() == Some("4");
    Some(match line[near].as_deref() {
        _ if line[service].is_some() => "aws",
        _ if is_peer_path => "peer",
        Some(near) if network(near) == network(far) => "vpc",
        _ if far.starts_with("169.254.") => "vpc",
        _ if far.starts_with("10.") || far.starts_with("192.168.") => "peer",
        _ => "internet",
    })
}

/// Conditions of every kind.
const CONDITIONS: [&str; 46] = [
    "action = REJECT",
    "action != ACCEPT",
    "action = -",
    "srcaddr IN 10.0.0.0/16",
    "srcaddr NOT IN (10.0.0.0/8, 2600:1f16:77:100::/56)",
    "dstaddr = 2600:1f16:77:1ff::2",
    "srcport = dstport",
    "srcport != dstport",
    "srcport < dstport",
    "srcport >= dstport",
    "srcaddr = pkt-srcaddr",
    "pkt-srcaddr != srcaddr",
    "srcaddr = dstaddr",
    "vpc-id = next-hop-vpc-id",
    "vpc-id != next-hop-vpc-id",
    "packets < bytes",
    "start < end",
    "packets = bytes",
    "dstport = https",
    "dstport IN (ssh, dns, 8000-9000)",
    "protocol = tcp",
    "protocol NOT IN (tcp, udp)",
    "tcp-flags HAS syn",
    "tcp-flags HAS (syn, ack)",
    "tcp-flags NOT HAS fin",
    "tcp-flags = syn-ack",
    "tcp-flags = 0",
    "region LIKE eu-%",
    "region NOT LIKE %-west-_",
    "interface-id LIKE eni-1b_",
    "interface-id LIKE 'eni-1b\\\\_'",
    "interface-id LIKE %a_",
    "instance-tag LIKE my-%",
    "instance-tag LIKE '%\\\\%'",
    "instance-tag LIKE %",
    "instance-tag NOT LIKE 'a b'",
    "pkt-dst-aws-service LIKE S_",
    "bytes >= 1000",
    "bytes < 100",
    "packets IN 5-100",
    "direction = ingress",
    "scope = internet",
    "scope = vpc",
    "scope != peer",
    "scope = aws",
    "start >= 2026-11-20T00:20:00Z",
];

/// Conditions joined at random.
fn random_filter(numbers: &mut Numbers, depth: u32) -> String {
    let any = |numbers: &mut Numbers| CONDITIONS[numbers.below(CONDITIONS.len() as u64) as usize].to_owned();
    if depth == 0 {
        return any(numbers);
    }
    let (left, right) = (random_filter(numbers, depth - 1), random_filter(numbers, depth - 1));
    match numbers.below(4) {
        0 => format!("({left}) AND ({right})"),
        1 => format!("({left}) OR ({right})"),
        2 => format!("NOT ({left}) AND ({right})"),
        _ => any(numbers),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_condition_lets_through_what_it_says() {
    let place = Place::new();
    let lines = lines(400);
    for (hash, chunk) in lines.chunks(100).enumerate() {
        let text: String = chunk.iter().map(written).collect();
        place.put(DAY, hash as u32, format!("{HEADER}\n{text}").as_bytes());
    }
    let lake = place.ingested().await;
    let direct = Direct::new(vec![place.source().await]);
    let mut numbers = Numbers(3);
    let random: Vec<String> = (0..60).map(|_| random_filter(&mut numbers, 2)).collect();
    for filter in CONDITIONS.iter().copied().chain(random.iter().map(String::as_str)) {
        let expr = Filter::parse(filter).unwrap().expr.unwrap();
        let expected = lines.iter().filter(|line| holds(&expr, line)).count() as u64;
        let asked = View { measure: Measure::Flows, ..view(0, 7_200, filter) };
        assert_eq!(lake.summary(&asked, DAY).await.unwrap().flows, expected, "stored: {filter}");
        assert_eq!(direct.summary(&asked, DAY).await.unwrap().flows, expected, "direct: {filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn this_and_not_this_are_the_whole() {
    let place = Place::new();
    let text: String = lines(300).iter().map(written).collect();
    place.put(DAY, 1, format!("{HEADER}\n{text}").as_bytes());
    let lake = place.ingested().await;
    for filter in [
        "client = srcaddr",
        "server != dstaddr",
        "service-port = dstport",
        "scope = vpc",
        "client IN 10.0.0.0/8",
    ] {
        let mut flows = 0;
        for filter in [filter.to_owned(), format!("NOT {filter}")] {
            flows += lake.summary(&view(0, 7_200, &filter), DAY).await.unwrap().flows;
        }
        assert_eq!(flows, 300, "{filter}");
    }
}
