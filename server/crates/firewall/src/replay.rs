//! What an edit would have changed, had it stood during the whole window: every opening asked again, before and after.

use crate::address::Address;
use crate::edit::Edit;
use crate::evaluate::{AclAnswer, AclPorts, Bound, Firewall};
use crate::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use crate::traffic::{Direction, Flow, Leg, TCP, UDP, Window};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// What happens to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Refused until now, permitted after.
    Allowed,
    /// Accepted until now, refused after.
    Dropped,
}

/// Who is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who {
    /// What happens.
    pub effect: Effect,
    /// Place of the interface whose groups decide.
    pub interface: u32,
    /// Way of the opening packet there.
    pub direction: Direction,
    /// Who opens.
    pub client: Address,
    /// Who is asked.
    pub server: Address,
    /// IANA number.
    pub protocol: u8,
    /// The server's port.
    pub port: u16,
}

/// How much, and on which days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Records.
    pub flows: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Records by day of the window, from 0.
    pub by_day: BTreeMap<i64, u64>,
}

/// What edits would open and close, whether anybody used it or not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exposure {
    /// Pairs of address and port newly permitted by added rules, per interface of their groups.
    pub added: f64,
    /// The same of removed rules.
    pub removed: f64,
    /// Whether an added inbound rule lets strangers from the internet in.
    pub reaches_internet: bool,
}

/// A replay under way: rows come in chunks, and replays of different chunks may be merged.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    before: Bound<'a>,
    after: Bound<'a>,
    window: Window,
    /// Which interfaces carry an edited group; rows of others cannot change.
    concerned: Vec<bool>,
    changes: HashMap<Who, Change>,
    /// Rows asked again.
    pub rows: u64,
}

impl<'a> Replay<'a> {
    /// Prepares a replay. `before` and `after` are the newest state without and with the edits
    /// ([`Firewall::newest`], [`Firewall::edited`]).
    pub fn new(
        before: &'a Firewall,
        after: &'a Firewall,
        edits: &[Edit],
        interfaces: &[&str],
        window: Window,
    ) -> Self {
        let latest = before.history().latest();
        let concerned = interfaces.iter().map(|name| {
            let groups = latest.and_then(|inventory| Some(&inventory.interfaces.get(*name)?.groups));
            groups.is_some_and(|groups| edits.iter().any(|edit| groups.contains(&edit.group)))
        });
        Replay {
            concerned: concerned.collect(),
            before: Bound::new(before, interfaces),
            after: Bound::new(after, interfaces),
            window,
            changes: HashMap::new(),
            rows: 0,
        }
    }

    /// Asks more rows again.
    pub fn add(&mut self, flows: &[Flow]) {
        self.rows += flows.len() as u64;
        for flow in flows {
            let concerned = self.concerned.get(flow.interface as usize).copied().unwrap_or_default();
            if concerned && flow.leg == Leg::Opening {
                self.ask(flow);
            }
        }
    }

    fn ask(&mut self, flow: &Flow) {
        // What is accepted now can only be dropped, and mostly is not: one question settles most rows.
        let permits = |bound: &Bound<'_>| bound.class(flow).map(|class| bound.permits(class));
        let Some(after) = permits(&self.after) else { return };
        if after == flow.accepted || permits(&self.before) != Some(flow.accepted) {
            return;
        }
        let effect = if after { Effect::Allowed } else { Effect::Dropped };
        let who = Who {
            effect,
            interface: flow.interface,
            direction: flow.direction,
            client: flow.client,
            server: flow.server,
            protocol: flow.protocol,
            port: flow.port,
        };
        let change = self.changes.entry(who).or_default();
        change.flows += flow.flows;
        change.bytes += flow.bytes;
        let day = (flow.first - self.window.from).div_euclid(crate::traffic::DAY_SECS);
        *change.by_day.entry(day).or_default() += flow.flows;
    }

    /// Adds what another replay of the same edit saw.
    pub fn merge(&mut self, other: Replay<'a>) {
        self.rows += other.rows;
        for (who, change) in other.changes {
            let mine = self.changes.entry(who).or_default();
            mine.flows += change.flows;
            mine.bytes += change.bytes;
            change.by_day.into_iter().for_each(|(day, flows)| *mine.by_day.entry(day).or_default() += flows);
        }
    }

    /// Everything that changes, most records first.
    pub fn changes(&self) -> Vec<(Who, Change)> {
        let mut all: Vec<_> = self.changes.iter().map(|(who, change)| (*who, change.clone())).collect();
        all.sort_by_key(|(who, change)| (who.effect, std::cmp::Reverse(change.flows), *who));
        all
    }

    /// Records with an effect.
    pub fn flows(&self, effect: Effect) -> u64 {
        self.changes.iter().filter(|(who, _)| who.effect == effect).map(|(_, change)| change.flows).sum()
    }
}

/// Whether the network ACL would still stop what an edit permits.
pub fn acl_still_stops(firewall: &Firewall, interfaces: &[&str], who: &Who, at: i64) -> bool {
    let interface = interfaces.get(who.interface as usize).copied().unwrap_or_default();
    let peer = if who.direction == Direction::Ingress { who.client } else { who.server };
    let ports = if matches!(who.protocol, TCP | UDP) { AclPorts::One(who.port) } else { AclPorts::None };
    let answer = firewall.acl_says(at, interface, who.direction, (peer, who.protocol, ports));
    matches!(answer, AclAnswer::Denied(_))
}

/// What edits open and close on paper.
pub fn exposure(inventory: &Inventory, edits: &[Edit]) -> Exposure {
    let mut sum = Exposure::default();
    for edit in edits {
        let members = inventory.members(&edit.group).count() as f64;
        let cells =
            |rules: &[Rule]| rules.iter().map(|rule| rule_cells(inventory, rule)).sum::<f64>() * members;
        sum.added += cells(&edit.add);
        sum.removed += cells(&edit.remove);
        let outside = |rule: &Rule| match &rule.peer {
            Peer::Cidr(cidr) => !rule.egress && cidr.reaches_internet(),
            Peer::PrefixList(list) => {
                let entries = inventory.prefix_lists.get(list).and_then(|list| list.entries.as_ref());
                !rule.egress
                    && entries.is_none_or(|entries| entries.iter().any(|cidr| cidr.reaches_internet()))
            }
            Peer::Group(_) => false,
        };
        sum.reaches_internet |= edit.add.iter().any(outside);
    }
    sum
}

/// Pairs of far address and port that a rule permits. All protocols count as TCP and UDP together.
pub fn rule_cells(inventory: &Inventory, rule: &Rule) -> f64 {
    let addresses = match &rule.peer {
        Peer::Cidr(cidr) => cidr.size(),
        Peer::Group(group) => inventory.members(group).map(|member| member.addresses.len() as f64).sum(),
        Peer::PrefixList(list) => {
            let entries = inventory.prefix_lists.get(list).and_then(|list| list.entries.as_ref());
            entries.map_or(0.0, |entries| entries.iter().map(crate::address::Cidr::size).sum())
        }
    };
    let ports = match (rule.protocol, rule.ports) {
        (Protocol::All, _) => 2.0 * 65_536.0,
        (_, Ports::Range(from, to)) => f64::from(to.saturating_sub(from)) + 1.0,
        _ => 1.0,
    };
    addresses * ports
}
