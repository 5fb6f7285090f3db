//! Refused conversations that are one story to a reader: one interface, one direction, one service, one verdict.

use super::entry::{self, MissingEntry};
use super::timing::Retry;
use super::{Certainty, Judged, Verdict};
use crate::address::{Address, Cidr};
use crate::evaluate::{Firewall, NearMiss};
use crate::suggest::aggregate;
use crate::traffic::{Direction, Leg, Traffic};
use std::collections::{BTreeMap, BTreeSet};

/// Blocks that a card lists its far ends in.
const PEERS: usize = 64;
/// Reasons that a card repeats.
const PROOFS: usize = 6;

/// One story.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// `eni-…`
    pub interface: String,
    /// Way of the refused packets.
    pub direction: Direction,
    /// Asking or answering.
    pub leg: Leg,
    /// IANA number.
    pub protocol: u8,
    /// The service's port; 0 where there is none.
    pub port: u16,
    /// What stopped it.
    pub verdict: Verdict,
    /// The least certain of the conversations.
    pub certainty: Certainty,
    /// The far ends, exactly while they fit into 64 blocks, generalised beyond.
    pub peers: Vec<Cidr>,
    /// How many far ends.
    pub sources: usize,
    /// Refused records.
    pub flows: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// First second.
    pub first: i64,
    /// Last second.
    pub last: i64,
    /// The interface's groups, where the inventory has them.
    pub groups: Vec<String>,
    /// The rules that were asked, as places in [`Firewall::rules`].
    pub rules: Vec<usize>,
    /// The rule that came nearest.
    pub nearest: Option<NearMiss>,
    /// What the network ACL lacks, where it is what stops the packets.
    pub entry: Option<MissingEntry>,
    /// Last moment at which the same was let through.
    pub accepted_until: Option<i64>,
    /// How it is retried.
    pub retry: Option<Retry>,
    /// Why, in plain words.
    pub proof: Vec<String>,
    /// What would tell more.
    pub missing: Option<&'static str>,
    /// How much it looks like something that should work, to rank cards by: the records, more for regular retries and
    /// for what worked before, nothing for scanners and late packets.
    pub concern: f64,
}

impl Card {
    /// Its name, the same for the same story at any time: interface, direction, leg, protocol, port, verdict.
    pub fn id(&self) -> String {
        let leg = if self.leg == Leg::Opening { "" } else { ":answers" };
        let (direction, verdict) = (self.direction.name(), self.verdict.name());
        format!("{}:{direction}{leg}:{}:{}:{verdict}", self.interface, self.protocol, self.port)
    }
}

type Story = (u32, Direction, Leg, u8, u16, Verdict);

/// The cards of judged conversations, most concerning first.
pub fn cards(traffic: &Traffic<'_>, judged: &[Judged], firewall: Option<&Firewall>) -> Vec<Card> {
    let mut stories: BTreeMap<Story, Vec<&Judged>> = BTreeMap::new();
    for one in judged {
        let flow = &one.refused.flow;
        let story = (flow.interface, flow.direction, flow.leg, flow.protocol, flow.port, one.finding.verdict);
        stories.entry(story).or_default().push(one);
    }
    let mut cards: Vec<Card> =
        stories.into_values().filter_map(|of_story| card(traffic, &of_story, firewall)).collect();
    cards.sort_by(|a, b| b.concern.total_cmp(&a.concern).then(b.flows.cmp(&a.flows)));
    cards
}

fn card(traffic: &Traffic<'_>, of_story: &[&Judged], firewall: Option<&Firewall>) -> Option<Card> {
    let first = of_story.first()?;
    let flow = &first.refused.flow;
    let name = traffic.interface(flow);
    let interface = firewall.and_then(|firewall| firewall.inventory_at(flow.first)?.interfaces.get(name));
    let peers: BTreeSet<Address> = of_story.iter().map(|one| one.refused.flow.peer()).collect();
    let blocks: Vec<Cidr> = peers.iter().map(|address| Cidr::host(*address)).collect();
    let sum = |value: fn(&Judged) -> u64| of_story.iter().map(|one| value(one)).sum();
    let retry = Retry::of(of_story.iter().map(|one| &one.refused));
    let accepted_until = of_story.iter().filter_map(|one| one.refused.accepted_until()).max();
    let mut proof: Vec<String> = Vec::new();
    for text in of_story.iter().flat_map(|one| &one.finding.proof) {
        if proof.len() < PROOFS && !proof.contains(text) {
            proof.push(text.clone());
        }
    }
    let mut card = Card {
        interface: name.to_owned(),
        direction: flow.direction,
        leg: flow.leg,
        protocol: flow.protocol,
        port: flow.port,
        verdict: first.finding.verdict,
        certainty: of_story.iter().map(|one| one.finding.certainty).min()?,
        peers: aggregate::few(&blocks, PEERS),
        sources: peers.len(),
        flows: sum(|one| one.refused.flow.flows),
        bytes: sum(|one| one.refused.flow.bytes),
        first: of_story.iter().map(|one| one.refused.flow.first).min()?,
        last: of_story.iter().map(|one| one.refused.flow.last).max()?,
        groups: interface.map(|interface| interface.groups.clone()).unwrap_or_default(),
        rules: firewall
            .map(|firewall| firewall.rules_asked(flow.first, name, flow.direction).to_vec())
            .unwrap_or_default(),
        nearest: of_story
            .iter()
            .filter_map(|one| one.finding.nearest.clone())
            .min_by_key(|m| m.differs.len()),
        entry: None,
        accepted_until,
        retry,
        proof,
        missing: of_story.iter().find_map(|one| one.finding.missing),
        concern: 0.0,
    };
    if matches!(card.verdict, Verdict::NaclIngress | Verdict::NaclEgress) {
        card.entry = firewall.and_then(|firewall| entry::missing(&card, firewall));
    }
    card.concern = concern(&card);
    Some(card)
}

fn concern(card: &Card) -> f64 {
    if matches!(card.verdict, Verdict::Scanner | Verdict::LatePacket) {
        return 0.0;
    }
    let regular = 1.0 + card.retry.map_or(0.0, |retry| retry.regularity);
    let worked = if card.accepted_until.is_some() { 2.0 } else { 1.0 };
    let nearly = if card.nearest.as_ref().is_some_and(|miss| miss.differs.len() == 1) { 2.0 } else { 1.0 };
    (1.0 + card.flows as f64).ln() * regular * worked * nearly
}
