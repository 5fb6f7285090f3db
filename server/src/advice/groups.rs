//! Security groups and their rules with how they are used: one line each, for tables, CSV and JSON.

use super::advised::Advised;
use firewall::evaluate::{Firewall, KnownRule};
use firewall::inventory::{Group, Peer};
use firewall::usage::{Flaw, RuleUse, Status};
use serde::Serialize;
use std::collections::BTreeMap;

/// A group of the newest state.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupLine {
    /// `sg-…`
    pub group: String,
    /// `GroupName`
    pub name: String,
    /// `vpc-…`; empty when not told.
    pub vpc: String,
    /// Interfaces that carry it.
    pub interfaces: usize,
    /// Its rules of both directions.
    pub rules: usize,
    /// Rules in use.
    pub used: usize,
    /// Rules that nobody used.
    pub unused: usize,
    /// Rules of which the logs cannot tell.
    pub unknowable: usize,
    /// Rules with a flaw of their own: covered, duplicate, stale, without a twin.
    pub flawed: usize,
    /// Accepted opening records that its rules permit; a record that two rules permit counts twice.
    pub flows: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Last second of use, Unix time.
    pub last: Option<i64>,
    /// Suggestions about it.
    pub suggestions: usize,
}

/// A rule of any state.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleLine {
    /// `sgr-…`, or group and place.
    pub rule: String,
    /// `sg-…`
    pub group: String,
    /// `ingress` or `egress`
    pub direction: &'static str,
    /// As the EC2 API writes it.
    pub protocol: String,
    /// As the EC2 API writes it; -1 for all.
    pub from_port: i32,
    /// As the EC2 API writes it; -1 for all.
    pub to_port: i32,
    /// Block, group or prefix list.
    pub peer: String,
    /// Its free text.
    pub description: String,
    /// Whether it stands in the newest state.
    pub standing: bool,
    /// Accepted opening records that it permits.
    pub flows: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Distinct clients.
    pub clients: usize,
    /// Records that no other rule permits.
    pub sole: u64,
    /// First second of use, Unix time.
    pub first: Option<i64>,
    /// Last second of use, Unix time.
    pub last: Option<i64>,
    /// Days of the range with use.
    pub days: u32,
    /// Used, unused, or unknowable.
    pub status: Status,
    /// Why it is unknowable.
    pub reason: Option<&'static str>,
    /// What is wrong with it whoever uses it, in words.
    pub flaws: Vec<String>,
}

/// The groups of the newest state, busiest first.
pub fn groups(advised: &Advised) -> Vec<GroupLine> {
    let Some(firewall) = advised.firewall.as_deref() else { return Vec::new() };
    let Some(latest) = firewall.history().latest() else { return Vec::new() };
    let all = rules(advised, None);
    let mut of_group: BTreeMap<&str, Vec<&RuleLine>> = BTreeMap::new();
    for rule in all.iter().filter(|rule| rule.standing) {
        of_group.entry(&rule.group).or_default().push(rule);
    }
    let mut lines: Vec<GroupLine> = latest
        .groups
        .values()
        .map(|group| {
            let suggestions = advised.advice.suggestions.iter().filter(|one| one.group == group.id).count();
            let rules = of_group.get(group.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            line(group, rules, (latest.members(&group.id).count(), suggestions))
        })
        .collect();
    lines.sort_by(|a, b| b.flows.cmp(&a.flows).then(a.name.cmp(&b.name)).then(a.group.cmp(&b.group)));
    lines
}

fn line(group: &Group, rules: &[&RuleLine], (interfaces, suggestions): (usize, usize)) -> GroupLine {
    let count = |status| rules.iter().filter(|rule| rule.status == status).count();
    GroupLine {
        group: group.id.clone(),
        name: group.name.clone(),
        vpc: group.vpc.clone(),
        interfaces,
        rules: rules.len(),
        used: count(Status::Used),
        unused: count(Status::Unused),
        unknowable: count(Status::Unknowable),
        flawed: rules.iter().filter(|rule| !rule.flaws.is_empty()).count(),
        flows: rules.iter().map(|rule| rule.flows).sum(),
        bytes: rules.iter().map(|rule| rule.bytes).sum(),
        last: rules.iter().filter_map(|rule| rule.last).max(),
        suggestions,
    }
}

/// The rules of a group, or of all; those of the newest state first, inbound first, most used first.
pub fn rules(advised: &Advised, group: Option<&str>) -> Vec<RuleLine> {
    let Some(firewall) = advised.firewall.as_deref() else { return Vec::new() };
    let newest = firewall.history().snapshots().len().saturating_sub(1);
    let known = advised.usage.iter().filter_map(|usage| Some((usage, firewall.rules().get(usage.rule)?)));
    let mut lines: Vec<RuleLine> = known
        .filter(|(_, known)| group.is_none_or(|group| known.group == group))
        .map(|(usage, known)| {
            // Flaws are in the order of the rules' places.
            let from = advised.flaws.partition_point(|(place, _)| *place < usage.rule);
            let mine = advised.flaws[from..].iter().take_while(|(place, _)| *place == usage.rule);
            let flaws = mine.map(|(_, flaw)| words_of(flaw, firewall)).collect();
            rule(usage, known, known.states.last() == Some(&newest), flaws)
        })
        .collect();
    lines.sort_by(|a, b| {
        let order =
            |line: &RuleLine| (!line.standing, line.direction == "egress", std::cmp::Reverse(line.flows));
        order(a).cmp(&order(b)).then(a.rule.cmp(&b.rule))
    });
    lines
}

fn rule(usage: &RuleUse, known: &KnownRule, standing: bool, flaws: Vec<String>) -> RuleLine {
    let (from_port, to_port) = known.rule.ports.api_range();
    RuleLine {
        rule: known.name().to_owned(),
        group: known.group.clone(),
        direction: if known.rule.egress { "egress" } else { "ingress" },
        protocol: known.rule.protocol.api_name(),
        from_port,
        to_port,
        peer: known.rule.peer.to_string(),
        description: known.rule.description.clone(),
        standing,
        flows: usage.flows,
        bytes: usage.bytes,
        clients: usage.clients,
        sole: usage.sole,
        first: usage.first,
        last: usage.last,
        days: usage.days.count_ones(),
        status: usage.status,
        reason: usage.reason,
        flaws,
    }
}

/// A flaw in words.
fn words_of(flaw: &Flaw, firewall: &Firewall) -> String {
    let name = |place: usize| firewall.rules().get(place).map_or("another rule", KnownRule::name);
    match flaw {
        Flaw::Covered { by } => format!("covered by {}", name(*by)),
        Flaw::Duplicate { by } => format!("every interface has it from another group: {}", name(*by)),
        Flaw::Stale { names } => format!("names {names}, which does not exist"),
        Flaw::NoTwin { family: firewall::address::Family::V6 } => "for all of IPv4, not of IPv6".to_owned(),
        Flaw::NoTwin { family: firewall::address::Family::V4 } => "for all of IPv6, not of IPv4".to_owned(),
        Flaw::NobodyBehind => "no interface carries the group".to_owned(),
    }
}

/// A far end with the name of its group or list, where the newest inventory has one: `sg-0a1b web`.
pub fn peer_label(peer: &Peer, firewall: &Firewall) -> String {
    let latest = firewall.history().latest();
    let name = match peer {
        Peer::Cidr(_) => None,
        Peer::Group(id) => latest.and_then(|one| one.groups.get(id)).map(|group| group.name.as_str()),
        Peer::PrefixList(id) => {
            latest.and_then(|one| one.prefix_lists.get(id)).map(|list| list.name.as_str())
        }
    };
    match name.filter(|name| !name.is_empty()) {
        Some(name) => format!("{peer} {name}"),
        None => peer.to_string(),
    }
}
