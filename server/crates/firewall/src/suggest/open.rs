//! Wishes to rules. A wish is granted when its clients are insiders (or strangers that a rule nearly names, or that were
//! let in before), when they keep trying, and when something beside their trying speaks for it.

use super::confidence::Weighing;
use super::parties::{Party, parties};
use super::wishes::{ATTEMPTS, Target, gather};
use super::{Action, Confidence, Suggestion, Withheld};
use crate::address::Address;
use crate::evaluate::{Differs, Firewall, NearMiss};
use crate::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use crate::traffic::{Direction, Leg, TCP, Traffic, UDP};
use crate::usage::RuleUse;
use crate::verdict::{Judged, Scouts};
use hashbrown::HashSet;
use std::collections::BTreeSet;

/// Doubt about a wish of three attempts by one client without anything else to speak for it.
const BARE_DOUBT: f64 = 0.35;
/// Attempts from which on nobody tries by accident.
const MANY_ATTEMPTS: u64 = 10;
/// Moments of refusal that one person makes by hand.
const A_FEW_MOMENTS: usize = 3;
/// Part of regular pauses from which on a machine is at work.
const REGULAR: f64 = 0.5;

/// Services that answer somebody, to see whether a wish is for something that exists.
struct Known {
    /// Group of the server, protocol, port.
    served: HashSet<(String, u8, u16)>,
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
    let mut suggestions = Vec::new();
    for (target, wish) in &wishes {
        let vpc = inventory.groups.get(&target.group).map_or("", |group| group.vpc.as_str());
        let peers: BTreeSet<Address> = wish.keys().copied().collect();
        let never = |address: Address| scouts.is_scout(address);
        for party in parties(firewall, (traffic.window.to, vpc), &peers, &never) {
            let behind: Vec<&Judged> = party.seen.iter().flat_map(|one| &wish[one]).copied().collect();
            match grant(target, &party, &behind, (inventory, &known, scouts)) {
                Ok(confidence) => {
                    suggestions.push(suggestion(target, &party, &behind, (firewall, confidence)))
                }
                Err(reason) => behind.iter().for_each(|one| refusals.withhold(reason, &one.refused)),
            }
        }
    }
    (suggestions, refusals.told())
}

impl Known {
    fn of(traffic: &Traffic<'_>, inventory: &Inventory, report: &[RuleUse]) -> Self {
        let unused = report.iter().filter(|line| line.flows == 0).map(|line| line.rule).collect();
        let mut known = Known { served: HashSet::new(), asked: HashSet::new(), unused };
        let mut noted = HashSet::new();
        for flow in traffic.flows.iter().filter(|flow| flow.accepted && flow.leg == Leg::Answer) {
            known.asked.insert((flow.client, flow.protocol, flow.port));
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
    /// Whether a rule that comes near was most likely meant for this: one thing differs, and where that is the group,
    /// nothing else uses the rule. A rule for another group that is in use is no sign of a mistake.
    fn is_telling(&self, miss: &NearMiss) -> bool {
        match miss.differs.as_slice() {
            [Differs::Group] => self.unused.contains(&miss.rule),
            [_] => true,
            _ => false,
        }
    }
}

/// How sure a wish is, or why it is not granted.
fn grant(
    target: &Target,
    party: &Party,
    behind: &[&Judged],
    (inventory, known, scouts): (&Inventory, &Known, &Scouts),
) -> Result<Confidence, &'static str> {
    let attempts: u64 = behind.iter().map(|one| one.refused.flow.flows).sum();
    if attempts < ATTEMPTS {
        return Err("fewer than three attempts");
    }
    let clients: BTreeSet<Address> = behind.iter().map(|one| one.refused.flow.client).collect();
    let doors = clients.iter().map(|client| scouts.doors(*client)).max_by_key(|doors| doors.refused);
    let is_choosy = doors.is_none_or(|doors| doors.refused <= 2);
    let near =
        behind.iter().filter_map(|one| one.finding.nearest.as_ref()).find(|miss| known.is_telling(miss));
    let moments: usize = behind.iter().map(|one| one.refused.moments.len()).sum();
    let by_hand = attempts < MANY_ATTEMPTS && moments <= A_FEW_MOMENTS && clients.len() == 1;
    let worked = behind.iter().filter_map(|one| one.refused.accepted_until()).max();
    let service = (target.protocol, target.port);
    let is_served = known.served.contains(&(target.group.clone(), service.0, service.1));
    let asked =
        clients.iter().filter(|client| known.asked.contains(&(**client, service.0, service.1))).count();
    let pauses = behind
        .iter()
        .filter_map(|one| regularity(one))
        .fold((0, 0), |(sum, count), regular| (sum + u32::from(regular >= REGULAR), count + 1));
    let members = match &party.peer {
        Peer::Group(group) => inventory.members(group).count(),
        _ => 0,
    };
    let hosts = behind.iter().map(|one| one.refused.flow.own()).collect::<BTreeSet<_>>().len();
    let role = target.direction == Direction::Ingress && 2 * party.seen.len() >= members && members > 1;
    let outside = is_outside(target, party, scouts);
    let evidence = Weighing::from_doubt(BARE_DOUBT)
        .weigh(outside, "outsiders", 1.5, "the far end is outside the VPC".to_owned())
        .weigh(!is_choosy, "doors", 1.5, "a client is refused at other services too".to_owned())
        .weigh(by_hand, "by hand", 2.0, "a few tries, as a person makes them".to_owned())
        .weigh(attempts >= MANY_ATTEMPTS, "attempts", 0.5, format!("{attempts} attempts"))
        .weigh(clients.len() > 1, "sources", 0.5, format!("{} clients", clients.len()))
        .weigh(role, "role", 0.5, format!("{} of the group's {members} interfaces", party.seen.len()))
        .weigh(hosts > 1, "hosts", 0.8, format!("at {hosts} hosts of the group"))
        .weigh(pauses.0 * 2 > pauses.1, "retries", 0.5, "retried regularly".to_owned())
        .weigh(
            near.is_some(),
            "nearest rule",
            0.4,
            "a rule that nothing else explains differs in one thing".to_owned(),
        )
        .weigh(worked.is_some(), "worked", 0.1, "it was let through before".to_owned())
        .weigh(is_served, "served", 0.3, "the service answers others there".to_owned())
        .weigh(asked > 0, "asked", 0.6, "its clients use the service elsewhere".to_owned());
    let confidence = evidence.done();
    if confidence.value < 0.8 { Err("nothing but the attempts speaks for it") } else { Ok(confidence) }
}

fn is_outside(target: &Target, party: &Party, scouts: &Scouts) -> bool {
    target.direction == Direction::Ingress && party.seen.iter().any(|one| !scouts.is_inside(*one))
}

/// How regularly one conversation was retried; `None` where it was not retried often enough to tell.
fn regularity(one: &Judged) -> Option<f64> {
    one.refused.retry().map(|retry| retry.regularity)
}

fn suggestion(
    target: &Target,
    party: &Party,
    behind: &[&Judged],
    (firewall, confidence): (&Firewall, Confidence),
) -> Suggestion {
    let flows = behind.iter().map(|one| one.refused.flow.flows).sum();
    let clients: BTreeSet<Address> = behind.iter().map(|one| one.refused.flow.client).collect();
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
    let near =
        behind.iter().filter_map(|one| one.finding.nearest.as_ref()).find(|miss| miss.differs.len() == 1);
    let nearly = near.and_then(|miss| firewall.rules().get(miss.rule)).map(|known| known.rule.id.clone());
    let until = behind.iter().filter_map(|one| one.refused.accepted_until()).max();
    let mut why = format!("{} clients were refused {flows} times", clients.len());
    if until.is_some() {
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
