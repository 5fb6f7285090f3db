//! The values of a field, counted: facets and completion.

use crate::ask::{self, Ground};
use crate::error::LakeError;
use crate::fold::values::{Value, Values as Counted};
use crate::plan::{Need, Sums};
use contract::values::Wanted;
use contract::{Count, Field, Kind, ValueRow, Values, View, human, names};
use std::cmp::Reverse;
use std::net::Ipv6Addr;
use std::time::Instant;

/// The values that are asked for, of the records of the range that pass the filter.
pub async fn values(ground: Ground<'_>, view: &View, now: i64) -> Result<Values, LakeError> {
    let began = Instant::now();
    let wanted = Wanted::of(view).map_err(LakeError::Question)?;
    ground.check(view, false)?;
    ground.check_fields(&[wanted.field])?;
    let span = ask::span_of(view, now)?;
    let need = Need {
        span,
        step: span.secs(),
        filter: &view.filter,
        column: None,
        sums: Sums::Values(wanted.field),
        addresses: view.addresses,
        once: view.count == Count::Once,
        source: view.source.as_deref(),
    };
    let (sum, facts) = ground.sum(&need, Counted::new(wanted.field, span, view.addresses)).await?;
    let counts = sum.finish();
    let total: u64 = counts.values().sum();
    let mut rows: Vec<(Value, String, String, u64)> = counts
        .into_iter()
        .map(|(value, flows)| {
            let (key, label) = written(wanted.field, &value);
            (value, key, label, flows)
        })
        .filter(|(_, key, label, _)| wanted.takes(key, label))
        .collect();
    let distinct = rows.len() as u64;
    rows.sort_unstable_by(|a, b| (Reverse(a.3), &a.0).cmp(&(Reverse(b.3), &b.0)));
    rows.truncate(ask::top_of(view));
    let row = |(_, key, label, flows): (Value, String, String, u64)| ValueRow {
        key,
        label,
        flows,
        share: if total == 0 { 0.0 } else { flows as f64 / total as f64 },
    };
    Ok(Values {
        span,
        field: wanted.field.to_string(),
        prefix: wanted.prefix,
        rows: rows.into_iter().map(row).collect(),
        distinct,
        total,
        provenance: ground.provenance(facts, view, began),
    })
}

/// A value as a filter writes it, without quotes, and as a person reads it.
pub fn written(field: Field, value: &Value) -> (String, String) {
    match value {
        Value::Missing => ("-".to_owned(), format!("no {field}")),
        Value::Number(number) => number_written(field, *number),
        Value::Address(bits) => twice(Ipv6Addr::from_bits(*bits).to_canonical().to_string()),
        Value::Text(text) => twice(text.to_string()),
    }
}

fn twice(text: String) -> (String, String) {
    (text.clone(), text)
}

fn number_written(field: Field, number: i64) -> (String, String) {
    let digits = number.to_string();
    let byte = u8::try_from(number).ok();
    match field.kind() {
        Kind::Port => {
            let label = u16::try_from(number).map_or_else(|_| digits.clone(), names::port_label);
            (digits, label)
        }
        Kind::Protocol => match byte.and_then(names::protocol_name) {
            Some(name) => twice(name.to_owned()),
            None => (digits.clone(), format!("protocol {digits}")),
        },
        Kind::TcpFlags => {
            let names = byte.map(|bits| names::tcp_flags(bits.into())).filter(|names| !names.is_empty());
            let label = names.map_or_else(|| digits.clone(), |names| format!("{digits} {names}"));
            (digits, label)
        }
        Kind::Time => twice(human::utc(number).to_string()),
        _ => {
            let meaning = match field {
                Field::TRAFFIC_PATH => byte.and_then(names::traffic_path),
                Field::ENCRYPTION_STATUS => byte.and_then(names::encryption_status),
                _ => None,
            };
            let label = meaning.map_or_else(|| digits.clone(), |meaning| format!("{digits} {meaning}"));
            (digits, label)
        }
    }
}
