//! The random account of the second simulator as a case: six weeks or a week, and what comes after.

use crate::case::{Case, Intent};
use crate::records::place;
use firewall::address::{Address, Cidr};
use firewall::inventory::History;
use firewall::traffic::{Direction, Flow, Leg, Reason, Window};
use simulate::{Estate, EstateSettings, Talk, estate};
use std::collections::HashMap;

/// Days after the observation in which tighter rules are put to the test.
const LATER_DAYS: u32 = 14;

/// Builds the account of a seed, observed for so many days.
pub fn case(seed: u64, days: u32) -> Case {
    let estate = estate(&EstateSettings { seed, days, later_days: LATER_DAYS });
    let flows: Vec<Flow> = estate.talks.iter().map(|talk| flow(&estate, talk)).collect();
    let mut causes: HashMap<_, HashMap<String, u64>> = HashMap::new();
    for (talk, flow) in estate.talks.iter().zip(&flows).filter(|(talk, _)| !talk.accepted) {
        *causes.entry(place(flow)).or_default().entry(talk.refused_by.to_owned()).or_default() += talk.flows;
    }
    let files = estate.inventory.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let blocks =
        |texts: &[String]| -> Vec<Cidr> { texts.iter().filter_map(|text| text.parse().ok()).collect() };
    Case {
        seed,
        history: History::read(files),
        window: Window { coverage: estate.coverage, ..Window::complete(estate.begin, estate.end) },
        intents: estate
            .wanted
            .iter()
            .map(|one| Intent {
                clients: blocks(&one.clients),
                servers: blocks(&one.servers),
                protocol: one.protocol,
                port: one.port,
            })
            .collect(),
        later: estate.later.iter().filter(|talk| talk.is_wanted).map(|talk| flow(&estate, talk)).collect(),
        wanted: None,
        strangers: strangers(&estate),
        superfluous: estate.superfluous.iter().cloned().collect(),
        interfaces: estate.interfaces,
        flows,
        causes,
    }
}

/// The partners whose rule has a slip in its block.
fn strangers(estate: &Estate) -> std::collections::BTreeSet<Address> {
    let slipped: Vec<Cidr> = estate
        .wanted
        .iter()
        .filter(|one| ["half a block", "mistyped block"].contains(&one.mistake))
        .flat_map(|one| one.clients.iter().filter_map(|text| text.parse().ok()))
        .collect();
    let clients = estate.talks.iter().map(|talk| Address::from(talk.client));
    clients.filter(|client| slipped.iter().any(|block| block.contains(*client))).collect()
}

fn flow(estate: &Estate, talk: &Talk) -> Flow {
    let reason = match (estate.has_reason, talk.refused_by) {
        (false, _) => Reason::NotLogged,
        (true, "bpa") => Reason::BlockPublicAccess,
        (true, _) => Reason::Other,
    };
    Flow {
        interface: talk.interface,
        direction: if talk.egress { Direction::Egress } else { Direction::Ingress },
        leg: if talk.answer { Leg::Answer } else { Leg::Opening },
        client: Address::from(talk.client),
        server: Address::from(talk.server),
        protocol: talk.protocol,
        port: talk.port,
        client_port: 0,
        accepted: talk.accepted,
        reason,
        tcp_flags: estate.has_flags.then_some(talk.tcp_flags),
        flows: talk.flows,
        bytes: talk.bytes,
        first: talk.first,
        last: talk.last,
    }
}
