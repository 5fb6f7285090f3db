//! Sums as answers: ranked, named, the rest as "other".

use crate::error::LakeError;
use crate::fold::grouped::Grouped;
use crate::fold::talkers::{Carried, Leaders, Talk, Talkers};
use crate::fold::{Amount, Key};
use contract::{Dimension, MatrixRow, Measure, Series, TopRow, human, names};
use std::net::Ipv6Addr;

/// What a filter calls a missing value.
const MISSING: &str = "-";

/// A value as a filter writes it and as a person reads it.
pub fn label(dimension: Dimension, key: &Key) -> (String, String) {
    match (dimension, key) {
        (Dimension::None, _) => (String::new(), "all traffic".to_owned()),
        (Dimension::ServicePort, Key::Missing) => (MISSING.to_owned(), "no known service".to_owned()),
        (Dimension::AwsService, Key::Missing) => (MISSING.to_owned(), "not an AWS service".to_owned()),
        (_, Key::Missing) => (MISSING.to_owned(), format!("no {}", dimension.name())),
        (Dimension::ServicePort, Key::Number(port)) => {
            (port.to_string(), u16::try_from(*port).map_or_else(|_| port.to_string(), names::port_label))
        }
        (Dimension::Protocol, Key::Number(number)) => (number.to_string(), protocol_label(*number)),
        (_, Key::Number(number)) => (number.to_string(), number.to_string()),
        (_, Key::Text(text)) => (text.to_string(), text.to_string()),
        // Only pictures that are split twice have pairs, and they name both parts.
        (_, Key::Pair(both)) => label(dimension, &both[0]),
    }
}

fn protocol_label(number: i32) -> String {
    let name = u8::try_from(number).ok().and_then(names::protocol_name);
    name.map_or_else(|| format!("protocol {number}"), str::to_owned)
}

/// The layers of a timeline, without their percentiles.
pub fn series(sum: &Grouped, [split, within]: [Dimension; 2], top: usize) -> Vec<Series> {
    let (ranked, _) = sum.ranked(top);
    let mut second = ranked.into_iter().map(|(_, key)| match key {
        Key::Pair(both) => label(within, &both[1]),
        _ => Default::default(),
    });
    let layer = |row: MatrixRow| {
        let (within, said) = if row.other { Default::default() } else { second.next().unwrap_or_default() };
        let label = if said.is_empty() { row.label } else { format!("{} · {said}", row.label) };
        Series {
            key: row.key,
            within,
            label,
            values: row.values,
            total: row.total,
            p95: None,
            other: row.other,
        }
    };
    named_rows(sum, split, top).0.into_iter().map(layer).collect()
}

/// The rows of a heatmap, and how many values "other" stands for.
pub fn rows(sum: &Grouped, by: Dimension, top: usize) -> (Vec<MatrixRow>, u64) {
    named_rows(sum, by, top)
}

fn named_rows(sum: &Grouped, by: Dimension, top: usize) -> (Vec<MatrixRow>, u64) {
    let (ranked, distinct) = sum.ranked(top);
    let named: Vec<usize> = ranked.iter().map(|(group, _)| *group).collect();
    let others = distinct - named.len();
    let mut values = sum.cells.rows(&named, sum.groups.keys().len()).into_iter();
    let mut rows: Vec<MatrixRow> = ranked
        .iter()
        .zip(values.by_ref())
        .map(|((_, key), values)| {
            let (key, label) = label(by, key);
            MatrixRow { key, label, total: values.iter().sum(), values, other: false }
        })
        .collect();
    if others > 0 {
        let values = values.next().unwrap_or_default();
        rows.push(MatrixRow {
            key: String::new(),
            label: format!("{} others", human::exact(others as u64)),
            total: values.iter().sum(),
            values,
            other: true,
        });
    }
    (rows, others as u64)
}

/// The first rows of a ranking.
#[derive(Clone, Debug, Default)]
pub struct Ranked {
    /// The rows.
    pub rows: Vec<TopRow>,
    /// How many there are in all.
    pub distinct: u64,
    /// The measure over all.
    pub total: u64,
}

/// A ranking of a dimension's values.
pub fn values(sum: &Grouped, by: Dimension, measure: Measure, top: usize) -> Ranked {
    let (ranked, distinct) = sum.ranked(top);
    let total = sum.all().of(measure);
    let rows = ranked.iter().map(|(group, key)| {
        let ((key, label), sums) = (label(by, key), &sum.sums[*group]);
        let carried = Carried {
            amount: Amount { bytes: sums.bytes, packets: sums.packets, flows: sums.flows },
            rejected: sums.rejected,
        };
        row_of(&carried, measure, total, TopRow { key, label, ..TopRow::default() })
    });
    Ranked { rows: rows.collect(), distinct: distinct as u64, total }
}

/// A ranking of conversations.
pub fn talkers(sum: Talkers, measure: Measure, top: usize) -> Result<Ranked, LakeError> {
    let Leaders { talks, distinct, total } = sum.leaders(measure, top)?;
    let rows = talks.iter().map(|(talk, carried)| row_of(carried, measure, total, talk_row(talk)));
    Ok(Ranked { rows: rows.collect(), distinct, total })
}

fn talk_row(talk: &Talk) -> TopRow {
    let address = |bits: u128| Ipv6Addr::from_bits(bits).to_canonical().to_string();
    let (client, server) = (address(talk.client), address(talk.server));
    let service_port = u16::try_from(talk.service_port).ok();
    let label = match service_port {
        Some(port) => format!("{client} → {server} {}", names::port_label(port)),
        None => format!("{client} → {server}"),
    };
    TopRow {
        label,
        client,
        server,
        service_port,
        protocol: u8::try_from(talk.protocol).ok(),
        ..TopRow::default()
    }
}

fn row_of(carried: &Carried, measure: Measure, total: u64, row: TopRow) -> TopRow {
    let Amount { bytes, packets, flows } = carried.amount;
    TopRow {
        bytes,
        packets,
        flows,
        rejected: carried.rejected,
        share: if total == 0 { 0.0 } else { carried.amount.of(measure) as f64 / total as f64 },
        ..row
    }
}
