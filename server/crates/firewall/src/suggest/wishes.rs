//! Refused openings gathered into what somebody would have to permit: one group, one direction, one service, and who
//! wants it.

use super::Withheld;
use super::parties::own_group;
use crate::address::{Address, Cidr, Family};
use crate::evaluate::{Doubt, Firewall, GroupAnswer, Permit};
use crate::traffic::{Direction, Flow, Leg, Traffic, UDP};
use crate::verdict::{Judged, Refused, Scouts, Verdict};
use hashbrown::{HashMap, HashSet};
use std::collections::{BTreeMap, BTreeSet};

/// Attempts below which nobody can tell a wish from an accident.
pub(super) const ATTEMPTS: u64 = 3;

/// Networks of strangers beyond which a rule that is gone was not for one of them but for everybody.
const OF_ONE_RULE: usize = 8;

/// What would have to be permitted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    /// The group to change.
    pub(super) group: String,
    /// Direction of the rule.
    pub(super) direction: Direction,
    /// IANA number.
    pub(super) protocol: u8,
    /// The service's port; 0 where there is none.
    pub(super) port: u16,
}

/// Who wants it, with the refused conversations of each.
pub(super) type Wish<'a> = BTreeMap<Address, Vec<&'a Judged>>;

/// Refusals that are no wishes, by reason.
#[derive(Default)]
pub(super) struct Refusals {
    by_reason: BTreeMap<&'static str, (u64, BTreeSet<Address>)>,
}

impl Refusals {
    pub(super) fn withhold(&mut self, reason: &'static str, refused: &Refused) {
        let (flows, sources) = self.by_reason.entry(reason).or_default();
        *flows += refused.flow.flows;
        sources.insert(refused.flow.client);
    }

    pub(super) fn told(self) -> Vec<Withheld> {
        let told = |(reason, (flows, sources)): (_, (_, BTreeSet<_>))| Withheld {
            reason,
            flows,
            sources: sources.len(),
        };
        self.by_reason.into_iter().map(told).collect()
    }
}

/// Networks of strangers that were let in, by interface, protocol and port.
type Visited = HashMap<(u32, u8, u16), HashSet<Cidr>>;

fn visited(traffic: &Traffic<'_>, scouts: &Scouts) -> Visited {
    let mut visited = Visited::new();
    let entered = |flow: &&Flow| flow.accepted && flow.leg == Leg::Opening && !flow.own_end_is_client();
    for flow in traffic.flows.iter().filter(entered).filter(|flow| !scouts.is_inside(flow.client)) {
        let network = Cidr::around(flow.client, if flow.client.family() == Family::V4 { 24 } else { 48 });
        visited.entry((flow.interface, flow.protocol, flow.port)).or_default().insert(network);
    }
    visited
}

/// Gathers wishes from verdicts; what is none is counted with its reason.
pub(super) fn gather<'a>(
    traffic: &Traffic<'_>,
    firewall: &Firewall,
    judged: &'a [Judged],
    scouts: &Scouts,
) -> (BTreeMap<Target, Wish<'a>>, Refusals) {
    let visited = visited(traffic, scouts);
    let mut wishes: BTreeMap<Target, Wish<'a>> = BTreeMap::new();
    let mut refusals = Refusals::default();
    for one in judged.iter().filter(|one| one.refused.flow.leg == Leg::Opening) {
        match target(traffic, firewall, one, (scouts, &visited)) {
            Ok(Some(target)) => {
                wishes.entry(target).or_default().entry(one.opening().peer).or_default().push(one);
            }
            Ok(None) => {}
            Err(reason) => refusals.withhold(reason, &one.refused),
        }
    }
    (wishes, refusals)
}

/// What a refused opening wishes for; an error where there is a reason not to grant it, nothing where rules are not what
/// stopped it or have been changed since.
fn target(
    traffic: &Traffic<'_>,
    firewall: &Firewall,
    one: &Judged,
    (scouts, visited): (&Scouts, &Visited),
) -> Result<Option<Target>, &'static str> {
    let flow = &one.refused.flow;
    match one.finding.verdict {
        Verdict::Scanner => return Err("scanner"),
        Verdict::SgIngress | Verdict::SgEgress => {}
        _ => return Ok(None),
    }
    if scouts.is_scout(flow.client) {
        return Err("scanner");
    }
    if is_chatter(flow.protocol, flow.port) {
        return Err("discovery chatter");
    }
    let name = traffic.interface(flow);
    let interface = firewall.history().latest().and_then(|inventory| {
        let interface = inventory.interfaces.get(name)?;
        Some((inventory, interface))
    });
    let Some((inventory, interface)) = interface else { return Err("interface not in the inventory") };
    let nearly = one.finding.nearest.as_ref().is_some_and(|miss| miss.means_outsider(firewall, flow.client));
    let is_stranger = flow.direction == Direction::Ingress && !scouts.is_inside(flow.client);
    if is_stranger && !nearly && one.refused.accepted_until().is_none() {
        return Err("strangers whom no rule nearly means; a person must know them");
    }
    let visitors = visited.get(&(flow.interface, flow.protocol, flow.port)).map_or(0, HashSet::len);
    if is_stranger && !nearly && visitors > OF_ONE_RULE {
        return Err("the service was the internet's; whom to let back in a person must say");
    }
    let now = firewall.groups_say(i64::MAX, name, &one.opening());
    if now.permit != Permit::No && !is_disproved(one, &now) {
        return Ok(None);
    }
    let Some(group) = own_group(inventory, interface) else { return Ok(None) };
    let opening = one.opening();
    Ok(Some(Target {
        group: group.to_owned(),
        direction: opening.direction,
        protocol: flow.protocol,
        port: flow.port,
    }))
}

/// Whether rules that may mean it do not: it is refused again and again, was never let through, and the same rules stood
/// then. What ICMP message was refused nobody knows.
fn is_disproved(one: &Judged, now: &GroupAnswer) -> bool {
    let then = one.finding.groups.as_ref();
    let are_the_same = then.is_some_and(|then| then.permit == Permit::Perhaps && then.by == now.by);
    let is_refused = one.refused.flow.flows >= ATTEMPTS && one.refused.same.flows == 0;
    are_the_same && is_refused && !now.doubts.contains(&Doubt::IcmpType)
}

/// Protocols by which hosts look around on their link; nobody intends them across groups.
fn is_chatter(protocol: u8, port: u16) -> bool {
    protocol == UDP && matches!(port, 67 | 68 | 137 | 138 | 1900 | 3702 | 5353 | 5355)
}
