//! Conversations with both of their ways, ranked.

use crate::ask::{self, Ground};
use crate::error::LakeError;
use crate::fold::Amount;
use crate::fold::exchanges::{Exchange, Exchanges};
use crate::fold::talkers::Talk;
use crate::groups;
use crate::plan::{Need, Sums};
use contract::conversations::one_way_only;
use contract::{Conversation, Conversations, Count, Measure, OneWay, View};
use std::cmp::Reverse;
use std::net::Ipv6Addr;
use std::time::Instant;

/// The ranking.
pub async fn conversations(ground: Ground<'_>, view: &View, now: i64) -> Result<Conversations, LakeError> {
    let began = Instant::now();
    let lone = one_way_only(view).map_err(LakeError::Question)?;
    ground.check(view, true)?;
    let span = ask::span_of(view, now)?;
    let need = Need {
        span,
        step: span.secs(),
        filter: &view.filter,
        column: None,
        sums: Sums::Exchanges,
        addresses: view.addresses,
        once: view.count == Count::Once,
        source: view.source.as_deref(),
    };
    let (sum, facts) = ground.sum(&need, Exchanges::new(span, view.addresses)).await?;
    let mut talks = sum.finish();
    let one_way = talks.iter().filter(|(_, exchange)| exchange.is_one_way()).count() as u64;
    if lone {
        talks.retain(|(_, exchange)| exchange.is_one_way());
    }
    let measured = |exchange: &Exchange| exchange.sent.of(view.measure) + exchange.returned.of(view.measure);
    let (distinct, total) = (talks.len() as u64, talks.iter().map(|(_, exchange)| measured(exchange)).sum());
    let groups = groups::of(&talks, view.measure);
    let order = |a: &(Talk, Exchange), b: &(Talk, Exchange)| {
        Reverse(measured(&a.1)).cmp(&Reverse(measured(&b.1))).then_with(|| a.0.cmp(&b.0))
    };
    let top = ask::top_of(view);
    if talks.len() > top {
        talks.select_nth_unstable_by(top, order);
        talks.truncate(top);
    }
    talks.sort_unstable_by(order);
    Ok(Conversations {
        span,
        measure: view.measure,
        rows: talks.iter().map(|(talk, exchange)| row(talk, exchange, view.measure, total)).collect(),
        distinct,
        one_way,
        total,
        groups,
        provenance: ground.provenance(facts, view, began),
    })
}

fn row(talk: &Talk, exchange: &Exchange, measure: Measure, total: u64) -> Conversation {
    let address = |bits: u128| Ipv6Addr::from_bits(bits).to_canonical().to_string();
    let value = exchange.sent.of(measure) + exchange.returned.of(measure);
    Conversation {
        client: address(talk.client),
        server: address(talk.server),
        service_port: u16::try_from(talk.service_port).ok(),
        protocol: u8::try_from(talk.protocol).ok(),
        sent: one_way(exchange.sent),
        returned: one_way(exchange.returned),
        rejected: exchange.rejected,
        first: exchange.first,
        last: exchange.last,
        share: if total == 0 { 0.0 } else { value as f64 / total as f64 },
    }
}

/// An amount as answers have it.
pub const fn one_way(amount: Amount) -> OneWay {
    let Amount { bytes, packets, flows } = amount;
    OneWay { bytes, packets, flows }
}
