//! Sums to one line per rule. A rule is unused only where the logs would have shown its use.

use super::fold::{Stray, Uses};
use crate::address::{Address, Cidr};
use crate::evaluate::{KnownRule, means};
use crate::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use crate::traffic::{TCP, UDP};
use hashbrown::HashSet;
use serde::Serialize;

/// Below this part of complete logs nothing is called unused.
const COVERAGE: f64 = 0.95;

/// Whether a rule is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// At least one conversation surely needed it, or one like it.
    Used,
    /// None did, and the logs would have shown it.
    Unused,
    /// None did, and the logs would not have shown it.
    Unknowable,
}

/// The use of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleUse {
    /// Its place among all rules.
    pub rule: usize,
    /// Accepted opening records that it permits.
    pub flows: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Distinct clients.
    pub clients: usize,
    /// Records that no other rule permits.
    pub sole: u64,
    /// First second.
    pub first: Option<i64>,
    /// Last second.
    pub last: Option<i64>,
    /// Days with use, as [`crate::traffic::Window::day_bit`].
    pub days: u128,
    /// Used, unused, or unknowable.
    pub status: Status,
    /// Why it is unknowable.
    pub reason: Option<&'static str>,
}

/// One line for every rule of every state, in the order of [`crate::evaluate::Firewall::rules`]. `interfaces` are the
/// names that the rows of `uses` refer to.
pub fn report(uses: &Uses<'_>, interfaces: &[&str]) -> Vec<RuleUse> {
    let firewall = uses.bound().firewall();
    let classes = uses.classes();
    let none = |rule| RuleUse {
        rule,
        flows: 0,
        bytes: 0,
        clients: 0,
        sole: 0,
        first: None,
        last: None,
        days: 0,
        status: Status::Unused,
        reason: None,
    };
    let mut lines: Vec<RuleUse> = (0..firewall.rules().len()).map(none).collect();
    let mut surely = vec![false; lines.len()];
    let mut clients: Vec<HashSet<Address>> = vec![HashSet::new(); lines.len()];
    for (touch, used) in uses.touches() {
        let rules = classes.get(touch.class as usize).map(Vec::as_slice).unwrap_or_default();
        for (rule, is_sure) in rules {
            let line = &mut lines[*rule];
            line.flows += used.flows;
            line.bytes += used.bytes;
            line.sole += if rules.len() == 1 { used.flows } else { 0 };
            line.first = Some(line.first.map_or(used.first, |first| first.min(used.first)));
            line.last = line.last.max(Some(used.last));
            line.days |= used.days;
            surely[*rule] |= is_sure;
            clients[*rule].insert(touch.client);
        }
    }
    let logged: HashSet<&str> = interfaces
        .iter()
        .enumerate()
        .filter(|(place, _)| uses.has_seen(*place))
        .map(|(_, name)| *name)
        .collect();
    for (line, (clients, surely)) in lines.iter_mut().zip(clients.iter().zip(surely)) {
        line.clients = clients.len();
        let known = &firewall.rules()[line.rule];
        let reason = if line.flows > 0 { None } else { unseen(uses, known, (interfaces, &logged)) };
        (line.status, line.reason) = match (line.flows > 0, surely, reason) {
            (true, true, _) => (Status::Used, None),
            (true, false, _) => {
                (Status::Unknowable, Some("only openings that it may not mean; flow logs have no ICMP type"))
            }
            (false, _, Some(reason)) => (Status::Unknowable, Some(reason)),
            (false, _, None) => (Status::Unused, None),
        };
    }
    lines
}

/// Why the logs might not show that a rule to which nothing is credited is used.
fn unseen(
    uses: &Uses<'_>,
    known: &KnownRule,
    (interfaces, logged): (&[&str], &HashSet<&str>),
) -> Option<&'static str> {
    let snapshots = uses.bound().firewall().history().snapshots();
    let state = known.states.last().and_then(|state| snapshots.get(*state))?;
    blindness(uses, &known.rule, &known.group, &state.inventory, logged)
        .or_else(|| is_beside_strays(uses, interfaces, known).then_some(STRAYS))
}

/// Why a rule may be in use although nothing is credited to it.
const STRAYS: &str = "conversations like those it permits passed by machines that the inventory does not have: collect snapshots more often";

/// Whether nobody can credit some accepted openings that a rule may have permitted.
fn is_beside_strays(uses: &Uses<'_>, interfaces: &[&str], known: &KnownRule) -> bool {
    strays_of(uses, interfaces, known).next().is_some()
}

/// Accepted openings that nobody can credit and that a rule may have permitted: one that names a group or a list, whose
/// members were others then, or one of an interface that is gone.
pub(crate) fn strays_of<'a>(
    uses: &'a Uses<'_>,
    interfaces: &'a [&str],
    known: &'a KnownRule,
) -> impl Iterator<Item = &'a Stray> {
    let rule = &known.rule;
    let snapshots = uses.bound().firewall().history().snapshots();
    let newest = snapshots.last().map(|one| &one.inventory);
    let carries = move |place: u32| {
        let name = interfaces.get(place as usize).copied().unwrap_or_default();
        let listed = snapshots.iter().rev().find_map(|one| one.inventory.interfaces.get(name));
        listed.is_some_and(|one| one.groups.contains(&known.group))
    };
    uses.strays().filter(move |stray| {
        let is_alike = stray.egress == rule.egress && means(rule, stray.protocol, stray.port);
        // A machine that is gone may have carried a group whose machines are where it was.
        let may_carry = stray.own.is_none_or(|own| may_be_of(newest, &known.group, own));
        is_alike
            && may_carry
            && match &rule.peer {
                Peer::Cidr(cidr) => stray.interface.is_none() && cidr.contains(stray.peer),
                Peer::Group(group) => {
                    stray.interface.is_none_or(carries) && may_be_of(newest, group, stray.peer)
                }
                Peer::PrefixList(list) => {
                    let entries = newest.and_then(|one| one.prefix_lists.get(list)?.entries.as_ref());
                    stray.interface.is_none_or(carries) && entries.is_none()
                }
            }
    })
}

/// Whether an address may have been of a group whose members come and go: where some are, or where nobody knows any.
fn may_be_of(inventory: Option<&Inventory>, group: &str, address: Address) -> bool {
    let Some(inventory) = inventory else { return true };
    let mut members = inventory.members(group).peekable();
    let is_beside = |subnet: &String| {
        let subnet = inventory.subnets.get(subnet);
        subnet.is_none_or(|subnet| subnet.cidrs.iter().any(|cidr| cidr.contains(address)))
    };
    members.peek().is_none() || members.any(|member| is_beside(&member.subnet))
}

/// Why the logs might not show that a rule is used.
fn blindness(
    uses: &Uses<'_>,
    rule: &Rule,
    group: &str,
    inventory: &Inventory,
    logged: &HashSet<&str>,
) -> Option<&'static str> {
    let window = uses.window();
    if !window.has_accepts {
        return Some("the flow logs record REJECT alone: create them with traffic type ALL");
    }
    if window.coverage < COVERAGE {
        return Some("the logs of this time have holes");
    }
    let mut members = inventory.members(group).peekable();
    if members.peek().is_some() && !members.any(|member| logged.contains(member.id.as_str())) {
        return Some("no interface of the group is in the logs");
    }
    if never_logged(rule) {
        return Some("flow logs never record DHCP, Amazon's DNS and time service, and Windows activation");
    }
    None
}

/// Whether a rule is for traffic that AWS leaves out of flow logs.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html>
fn never_logged(rule: &Rule) -> bool {
    let Ports::Range(from, to) = rule.ports else { return false };
    let link_local: Cidr = Cidr::around(Address(0xffff_a9fe_0000), 16);
    let to_amazon = matches!(&rule.peer, Peer::Cidr(cidr) if link_local.covers(cidr));
    let within = |first: u16, last: u16| first <= from && to <= last;
    let dhcp = rule.protocol == Protocol::Number(UDP) && within(67, 68);
    let everybody = matches!(&rule.peer, Peer::Cidr(_) | Peer::PrefixList(_));
    let names = rule.egress && everybody && within(53, 53);
    let time = rule.egress && rule.protocol == Protocol::Number(UDP) && everybody && within(123, 123);
    let activation = rule.egress && rule.protocol == Protocol::Number(TCP) && within(1688, 1688);
    to_amazon || dhcp || names || time || activation
}
