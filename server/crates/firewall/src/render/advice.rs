//! The advice as JSON: what was refused and why, suggestions, what was withheld, and the use of every rule. The members
//! are a promise to other programs, in this order and always there; new ones may be added behind them.

use crate::evaluate::{Differs, Firewall};
use crate::inventory::{Peer, Rule};
use crate::suggest::{Advice, Part, Suggestion, Withheld};
use crate::traffic::Window;
use crate::usage::{RuleUse, Status};
use crate::verdict::{Card, MissingEntry, Retry};
use serde::Serialize;

/// The whole document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AdviceJson {
    window: WindowJson,
    blocked: Vec<BlockedJson>,
    suggestions: Vec<SuggestionJson>,
    withheld: Vec<Withheld>,
    rule_usage: Vec<UsageJson>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct WindowJson {
    from: i64,
    to: i64,
    coverage: f64,
}

/// One story of refused traffic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlockedJson {
    id: String,
    interface: String,
    direction: &'static str,
    protocol: u8,
    port: u16,
    peers: Vec<String>,
    flows: u64,
    first: i64,
    last: i64,
    verdict: &'static str,
    groups: Vec<String>,
    nearest_rule: Option<NearestJson>,
    evidence: Vec<String>,
    /// `opening` where the packets ask, `answer` where they answer.
    leg: &'static str,
    certainty: crate::verdict::Certainty,
    sources: usize,
    bytes: u64,
    rules: Vec<String>,
    missing_entry: Option<MissingEntry>,
    accepted_until: Option<i64>,
    retry: Option<Retry>,
    missing: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct NearestJson {
    rule: String,
    differs: Vec<Differs>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct SuggestionJson {
    id: String,
    action: &'static str,
    group: String,
    direction: &'static str,
    protocol: String,
    from_port: i32,
    to_port: i32,
    peer: PeerJson,
    replaces: Vec<String>,
    flows: u64,
    confidence: f64,
    why: String,
    /// Entries with the same bundle are applied together.
    bundle: String,
    clients: usize,
    confidence_parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum PeerJson {
    Cidr(String),
    Group(String),
    PrefixList(String),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct UsageJson {
    rule: String,
    group: String,
    flows: u64,
    sole: u64,
    first: Option<i64>,
    last: Option<i64>,
    status: Status,
    reason: Option<&'static str>,
    bytes: u64,
    clients: usize,
}

/// Puts everything together. Without an inventory there are neither suggestions nor usage.
pub fn advice(
    window: &Window,
    firewall: Option<&Firewall>,
    cards: &[Card],
    advice: &Advice,
    usage: &[RuleUse],
) -> AdviceJson {
    let suggestions = advice.suggestions.iter();
    AdviceJson {
        window: WindowJson { from: window.from, to: window.to, coverage: window.coverage },
        blocked: blocked(firewall, cards),
        suggestions: suggestions
            .flat_map(|one| suggestion(one, firewall, names(firewall, &one.replaces)))
            .collect(),
        withheld: advice.withheld.clone(),
        rule_usage: usage
            .iter()
            .filter_map(|line| {
                let known = firewall?.rules().get(line.rule)?;
                Some(UsageJson {
                    rule: known.name().to_owned(),
                    group: known.group.clone(),
                    flows: line.flows,
                    bytes: line.bytes,
                    clients: line.clients,
                    sole: line.sole,
                    first: line.first,
                    last: line.last,
                    status: line.status,
                    reason: line.reason,
                })
            })
            .collect(),
    }
}

/// Stories of refused traffic, as they stand in the whole document.
pub fn blocked(firewall: Option<&Firewall>, cards: &[Card]) -> Vec<BlockedJson> {
    cards.iter().map(|card| one_blocked(card, &|places| names(firewall, places))).collect()
}

fn names(firewall: Option<&Firewall>, places: &[usize]) -> Vec<String> {
    let rules = firewall.map(Firewall::rules).unwrap_or_default();
    places.iter().filter_map(|place| rules.get(*place)).map(|known| known.name().to_owned()).collect()
}

fn one_blocked(card: &Card, names: &dyn Fn(&[usize]) -> Vec<String>) -> BlockedJson {
    BlockedJson {
        id: card.id(),
        interface: card.interface.clone(),
        direction: card.direction.name(),
        leg: card.leg.name(),
        protocol: card.protocol,
        port: card.port,
        peers: card.peers.iter().map(ToString::to_string).collect(),
        sources: card.sources,
        flows: card.flows,
        bytes: card.bytes,
        first: card.first,
        last: card.last,
        verdict: card.verdict.name(),
        certainty: card.certainty,
        groups: card.groups.clone(),
        rules: names(&card.rules),
        nearest_rule: card.nearest.as_ref().and_then(|miss| {
            let rule = names(&[miss.rule]).pop()?;
            Some(NearestJson { rule, differs: miss.differs.clone() })
        }),
        missing_entry: card.entry.clone(),
        accepted_until: card.accepted_until,
        retry: card.retry,
        evidence: card.proof.clone(),
        missing: card.missing,
    }
}

/// One entry for each rule to add; a removal tells the rule that goes.
fn suggestion(one: &Suggestion, firewall: Option<&Firewall>, replaces: Vec<String>) -> Vec<SuggestionJson> {
    let gone = one.replaces.iter().filter_map(|place| Some(&firewall?.rules().get(*place)?.rule));
    let rules: Vec<&Rule> = if one.add.is_empty() { gone.collect() } else { one.add.iter().collect() };
    let entry = |(turn, rule): (usize, &&Rule)| {
        let (from_port, to_port) = rule.ports.api_range();
        SuggestionJson {
            id: if rules.len() == 1 { one.id.clone() } else { format!("{}-{}", one.id, turn + 1) },
            bundle: one.id.clone(),
            action: one.action.name(),
            group: one.group.clone(),
            direction: one.direction.name(),
            protocol: rule.protocol.api_name(),
            from_port,
            to_port,
            peer: match &rule.peer {
                Peer::Cidr(cidr) => PeerJson::Cidr(cidr.to_string()),
                Peer::Group(group) => PeerJson::Group(group.clone()),
                Peer::PrefixList(list) => PeerJson::PrefixList(list.clone()),
            },
            replaces: replaces.clone(),
            flows: one.flows,
            clients: one.clients,
            confidence: one.confidence.value,
            confidence_parts: one.confidence.parts.clone(),
            why: one.why.clone(),
        }
    };
    rules.iter().enumerate().map(entry).collect()
}
