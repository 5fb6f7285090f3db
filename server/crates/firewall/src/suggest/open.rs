//! Wishes to rules. A wish is granted when its clients are insiders (or strangers that a rule nearly names, or that were
//! let in before), when they keep trying, and when something beside their trying speaks for it.

use super::confidence::Weighing;
use super::holders::Holders;
use super::parties::{Party, parties};
use super::wishes::{ATTEMPTS, Target, gather};
use super::{Action, Confidence, Suggestion, Withheld};
use crate::address::Address;
use crate::evaluate::{Firewall, NearMiss};
use crate::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use crate::traffic::{Direction, Leg, TCP, Traffic, UDP};
use crate::usage::RuleUse;
use crate::verdict::{Judged, Scouts, is_guessed};
use hashbrown::HashSet;
use std::collections::{BTreeMap, BTreeSet};

/// Doubt about a wish of three attempts by one client without anything else to speak for it.
const BARE_DOUBT: f64 = 0.18;
/// Attempts from which on nobody tries by accident.
const MANY_ATTEMPTS: u64 = 10;
/// Openings that are less sure are not suggested: a wrong one is worse than none.
const LEAST: f64 = 0.897;
/// Persistent clients of any group that make a mistake of the server's rules.
const CROWD: usize = 3;
/// Days, and tries of one pair on each, that make a routine of what one client alone needs.
const ROUTINE_DAYS: u32 = 5;
const A_DAY: u64 = 5;
/// Moments of refusal that one person makes by hand.
const A_FEW_MOMENTS: usize = 3;
/// Part of regular pauses from which on a machine is at work.
const REGULAR: f64 = 0.5;

/// Services that answer somebody, to see whether a wish is for something that exists.
struct Known {
    /// Group of the server, protocol, port.
    served: HashSet<(String, u8, u16)>,
    /// Server, protocol, port.
    answering: HashSet<(Address, u8, u16)>,
    /// Client, protocol, port.
    asked: HashSet<(Address, u8, u16)>,
    /// Rules that nothing used.
    unused: HashSet<usize>,
}

/// All openings, and what was withheld.
pub(super) fn openings(
    traffic: &Traffic<'_>,
    firewall: &Firewall,
    (judged, scouts): (&[Judged], &Scouts),
    report: &[RuleUse],
) -> (Vec<Suggestion>, Vec<Withheld>) {
    let Some(inventory) = firewall.history().latest() else { return Default::default() };
    let (wishes, mut refusals) = gather(traffic, firewall, judged, scouts);
    let known = Known::of(traffic, inventory, report);
    let holders = Holders::of(traffic, firewall);
    let mut suggestions = Vec::new();
    for (target, wish) in &wishes {
        let vpc = inventory.groups.get(&target.group).map_or("", |group| group.vpc.as_str());
        let is_often =
            |behind: &&Vec<&Judged>| behind.iter().map(|one| one.refused.flow.flows).sum::<u64>() >= ATTEMPTS;
        let crowd = wish.values().filter(is_often).count();
        let last =
            |behind: &Vec<&Judged>| behind.iter().map(|one| one.refused.flow.last).max().unwrap_or_default();
        let peers: BTreeMap<Address, i64> =
            wish.iter().map(|(address, behind)| (*address, last(behind))).collect();
        let parties = parties(inventory, (&holders, scouts), vpc, &peers);
        for one in parties.gone.iter().flat_map(|address| &wish[address]) {
            refusals.withhold("the machine is gone, and its address may be another's next", &one.refused);
        }
        for party in parties.named {
            let behind: Vec<&Judged> = party.seen.iter().flat_map(|one| &wish[one]).copied().collect();
            let case = Case::of((target, crowd), &behind, &known, traffic, scouts);
            match grant(target, &party, &case, (inventory, scouts)) {
                Ok(confidence) => suggestions.push(suggestion(target, &party, &case, (firewall, confidence))),
                Err(reason) => behind.iter().for_each(|one| refusals.withhold(reason, &one.refused)),
            }
        }
    }
    (suggestions, refusals.told())
}

impl Known {
    fn of(traffic: &Traffic<'_>, inventory: &Inventory, report: &[RuleUse]) -> Self {
        let unused = report.iter().filter(|line| line.flows == 0).map(|line| line.rule).collect();
        let mut known =
            Known { served: HashSet::new(), answering: HashSet::new(), asked: HashSet::new(), unused };
        let mut noted = HashSet::new();
        for flow in traffic.flows.iter().filter(|flow| flow.accepted && flow.leg == Leg::Answer) {
            known.asked.insert((flow.client, flow.protocol, flow.port));
            known.answering.insert((flow.server, flow.protocol, flow.port));
            // The answer leaves the server's interface.
            if flow.direction == Direction::Egress && noted.insert((flow.interface, flow.protocol, flow.port))
            {
                let interface = inventory.interfaces.get(traffic.interface(flow));
                let groups = interface.into_iter().flat_map(|one| one.groups.iter().cloned());
                known.served.extend(groups.map(|group| (group, flow.protocol, flow.port)));
            }
        }
        known
    }
}

impl Known {
    /// Whether a rule that comes near was most likely meant for this: what differs is a slip, or one thing differs and
    /// nothing else uses the rule. A rule for others that is in use is no sign of a mistake.
    fn is_telling(&self, miss: &NearMiss) -> bool {
        miss.is_slip || (miss.differs.len() == 1 && self.unused.contains(&miss.rule))
    }
}

/// What speaks for a wish.
struct Case<'a> {
    attempts: u64,
    /// Refused records of the pair that was tried most.
    most: u64,
    moments: usize,
    days: u32,
    clients: BTreeSet<Address>,
    /// Clients that tried three times and more.
    persistent: usize,
    /// The same of everybody who wants it, whatever their group.
    crowd: usize,
    hosts: usize,
    /// A client tries nothing else in vain.
    is_choosy: bool,
    /// Its clients need the service, whatever else they are refused: none of them is there for a look.
    is_earnest: bool,
    is_regular: bool,
    near: Option<&'a NearMiss>,
    worked: bool,
    is_served: bool,
    is_asked: bool,
}

impl<'a> Case<'a> {
    fn of(
        (target, crowd): (&Target, usize),
        behind: &[&'a Judged],
        known: &Known,
        traffic: &Traffic<'_>,
        scouts: &Scouts,
    ) -> Self {
        let mut by_client: BTreeMap<Address, u64> = BTreeMap::new();
        for one in behind {
            *by_client.entry(one.refused.flow.client).or_default() += one.refused.flow.flows;
        }
        let pauses: Vec<f64> =
            behind.iter().filter_map(|one| one.refused.retry()).map(|retry| retry.regularity).collect();
        let near = behind.iter().filter_map(|one| one.finding.nearest.as_ref());
        let service = (target.protocol, target.port);
        let moments = behind.iter().flat_map(|one| &one.refused.moments);
        let days = moments.clone().fold(0, |days, (first, ..)| days | traffic.window.day_bit(*first));
        Case {
            attempts: by_client.values().sum(),
            most: behind.iter().map(|one| one.refused.flow.flows).max().unwrap_or_default(),
            moments: moments.count(),
            days: days.count_ones(),
            crowd,
            persistent: by_client.values().filter(|attempts| **attempts >= ATTEMPTS).count(),
            hosts: behind.iter().map(|one| one.refused.flow.own()).collect::<BTreeSet<_>>().len(),
            is_choosy: by_client.keys().all(|client| scouts.doors(*client).refused <= 1),
            is_earnest: by_client.keys().all(|client| scouts.needs(*client, service.0, service.1))
                && !is_guessed(target.port),
            is_regular: 2 * pauses.iter().filter(|regular| **regular >= REGULAR).count() > pauses.len(),
            near: near.into_iter().find(|miss| known.is_telling(miss)),
            worked: behind.iter().any(|one| one.refused.accepted_until().is_some()),
            is_served: match target.direction {
                Direction::Ingress => known.served.contains(&(target.group.clone(), service.0, service.1)),
                // What is kept in by its own group may be a service that answers others.
                Direction::Egress => {
                    let mut servers = behind.iter().map(|one| one.refused.flow.server);
                    servers.any(|server| known.answering.contains(&(server, service.0, service.1)))
                }
            },
            is_asked: by_client.keys().any(|client| known.asked.contains(&(*client, service.0, service.1))),
            clients: by_client.into_keys().collect(),
        }
    }

    /// Whether it looks like somebody's tries on one occasion.
    fn is_by_hand(&self) -> bool {
        self.attempts < MANY_ATTEMPTS && self.moments <= A_FEW_MOMENTS
    }

    /// Why it is not granted, whatever the confidence.
    fn objection(&self) -> Option<&'static str> {
        if self.attempts < ATTEMPTS || (self.most < ATTEMPTS && self.clients.len() < 3) {
            return Some("fewer than three attempts");
        }
        // That a client uses the service elsewhere says little when it is refused at many.
        let is_asked = self.is_asked && self.is_choosy;
        let by_service = self.near.is_some() || self.worked || self.is_served || is_asked;
        let by_role = self.persistent > 1 || self.crowd >= CROWD;
        let is_routine = self.days >= ROUTINE_DAYS && self.most >= A_DAY * u64::from(self.days);
        let is_needed = self.is_choosy || (self.is_earnest && (self.crowd > 1 || is_routine));
        let by_patience = is_needed && self.attempts >= MANY_ATTEMPTS && (self.is_regular || self.days > 1);
        if self.is_by_hand() && !self.worked && !by_role {
            return Some("a few tries, as a person makes them");
        }
        (!by_service && !by_role && !by_patience).then_some("nothing but the attempts speaks for it")
    }
}

/// How sure a wish is, or why it is not granted.
fn grant(
    target: &Target,
    party: &Party,
    case: &Case<'_>,
    (inventory, scouts): (&Inventory, &Scouts),
) -> Result<Confidence, &'static str> {
    if let Some(objection) = case.objection() {
        return Err(objection);
    }
    let Case { attempts, persistent, hosts, .. } = *case;
    let members = match &party.peer {
        Peer::Group(group) => inventory.members(group).count(),
        _ => 0,
    };
    let role = target.direction == Direction::Ingress && 2 * persistent >= members && members > 1;
    let evidence = Weighing::from_doubt(BARE_DOUBT)
        .weigh(
            is_outside(target, party, scouts),
            "outsiders",
            1.5,
            "the far end is outside the VPC".to_owned(),
        )
        .weigh(!case.is_choosy, "doors", 1.3, "a client is refused at other services too".to_owned())
        .weigh(case.is_by_hand(), "by hand", 2.0, "a few tries, as a person makes them".to_owned())
        .weigh(attempts >= MANY_ATTEMPTS, "attempts", 0.5, format!("{attempts} attempts"))
        .weigh(case.days > 1, "days", 0.7, format!("on {} days", case.days))
        .weigh(persistent > 1, "sources", 0.5, format!("{persistent} persistent clients"))
        .weigh(role, "role", 0.5, format!("{persistent} of the group's {members} interfaces"))
        .weigh(hosts > 1, "hosts", 0.8, format!("at {hosts} hosts of the group"))
        .weigh(case.is_regular, "retries", 0.5, "retried regularly".to_owned())
        .weigh(case.near.is_some(), "nearest rule", 0.4, "a rule differs in one thing".to_owned())
        .weigh(case.worked, "worked", 0.1, "it was let through before".to_owned())
        .weigh(case.is_served, "served", 0.3, "the service answers others there".to_owned())
        .weigh(case.is_asked, "asked", 0.6, "its clients use the service elsewhere".to_owned());
    let confidence = evidence.done();
    if confidence.value < LEAST { Err("nothing but the attempts speaks for it") } else { Ok(confidence) }
}

fn is_outside(target: &Target, party: &Party, scouts: &Scouts) -> bool {
    target.direction == Direction::Ingress && party.seen.iter().any(|one| !scouts.is_inside(*one))
}

fn suggestion(
    target: &Target,
    party: &Party,
    case: &Case<'_>,
    (firewall, confidence): (&Firewall, Confidence),
) -> Suggestion {
    let (flows, clients) = (case.attempts, &case.clients);
    let rule = Rule {
        id: String::new(),
        egress: target.direction == Direction::Egress,
        protocol: Protocol::Number(target.protocol),
        ports: if matches!(target.protocol, TCP | UDP) {
            Ports::Range(target.port, target.port)
        } else {
            Ports::All
        },
        peer: party.peer.clone(),
        description: String::new(),
    };
    let nearly = case.near.and_then(|miss| firewall.rules().get(miss.rule)).map(|known| &known.rule.id);
    let mut why = match clients.len() {
        1 => format!("one client was refused {flows} times"),
        many => format!("{many} clients were refused {flows} times"),
    };
    if case.worked {
        why.push_str("; it worked before");
    }
    if let Some(id) = nearly {
        why.push_str(&format!("; {id} differs in one thing"));
    }
    Suggestion {
        id: format!(
            "open-{}-{}-{}-{}-{}",
            target.group,
            target.direction.name(),
            target.protocol,
            target.port,
            party.peer
        ),
        action: Action::Open,
        group: target.group.clone(),
        direction: target.direction,
        add: vec![rule],
        replaces: Vec::new(),
        flows,
        clients: clients.len(),
        confidence,
        why,
    }
}
