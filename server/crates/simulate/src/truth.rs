//! What was really simulated: totals to check readers against, and the mistakes, scanners and superfluous rules
//! to check advice against.
//! Counts what was published, line by line; infers nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::faults::{Fault, Misconfiguration, PeerRef};
use crate::flow::{Cause, Record};
use crate::groups::{Excess, Peer};
use crate::links::{LINKS, Party};
use crate::rhythm::Calendar;
use crate::scan::{ScanHabit, Scanner};
use crate::windows::Line;
use crate::world::{REGION, World};

/// Records and what they carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Records with log-status OK.
    pub records: u64,
    /// Sum of `packets`.
    pub packets: u64,
    /// Sum of `bytes`.
    pub bytes: u64,
}

/// Sums over everything published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Flow records (log-status OK), packets, bytes.
    #[serde(flatten)]
    pub flows: Count,
    /// NODATA lines.
    pub nodata: u64,
    /// SKIPDATA lines.
    pub skipdata: u64,
    /// Objects, each with one header line.
    pub objects: u64,
    /// Bytes of all objects unpacked, headers and newlines included.
    pub text_bytes: u64,
    /// Bytes of all objects as stored.
    pub stored_bytes: u64,
    /// Smallest `start` of a flow record, Unix seconds.
    pub first_start: i64,
    /// Largest `end` of a flow record, Unix seconds.
    pub last_end: i64,
}

/// Rejected records by what was behind them. `unexplained` is 0 unless the simulator itself is wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejects {
    /// Stopped by one of the misconfigurations.
    pub misconfiguration: u64,
    /// Scanners refused.
    pub scanner: u64,
    /// Packets after the close.
    pub late: u64,
    /// Anything else.
    pub unexplained: u64,
}

/// A source of scans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanSource {
    /// Its address.
    pub address: String,
    /// How it works.
    pub habit: ScanHabit,
    /// Its records refused, answers included.
    pub rejected: u64,
    /// Its records accepted: open ports of the load balancers, and NAT gateways, which no group guards.
    pub accepted: u64,
}

/// A rule that permits more than it should, or nothing anybody uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuperfluousRule {
    /// `sgr-…`
    pub rule: String,
    /// `sg-…`
    pub group: String,
    /// What is wrong with it.
    pub excess: Excess,
}

/// How many conversations a rule permitted. A conversation counts for every rule that permitted it, at the
/// client's end and at the server's; those under way when the span began count too, and scanners' probes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleUse {
    /// `sgr-…`
    pub rule: String,
    /// `sg-…`
    pub group: String,
    /// Conversations.
    pub conversations: u64,
    /// Unix seconds at which the rule was removed; it is in the inventory before only.
    pub removed: Option<i64>,
}

/// A conversation somebody wants, allowed or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Short name.
    pub name: String,
    /// Group ids of the clients; empty for anybody outside.
    pub clients: Vec<String>,
    /// Group ids of the servers; empty for services outside.
    pub servers: Vec<String>,
    /// IANA number.
    pub protocol: u8,
    /// The service's port; 0 for ICMP.
    pub port: u16,
    /// Name of the misconfiguration that stops it, wholly or in part.
    pub stopped_by: Option<String>,
    /// Whether anything answers; where not, every rule permits and yet no answer comes.
    pub answered: bool,
}

/// Everything `truth.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Seed of the simulation.
    pub seed: u64,
    /// Fields of a line, in order.
    pub fields: Vec<String>,
    /// First second of the span: no record ends before it.
    pub begin: i64,
    /// First second after the span: every record ends before it.
    pub end: i64,
    /// Account, twelve digits.
    pub account: String,
    /// Region.
    pub region: String,
    /// `vpc-…`
    pub vpc: String,
    /// `fl-…`
    pub flow_log: String,
    /// Interfaces of the inventory, silent ones included.
    pub interfaces: u64,
    /// Sums over everything.
    pub totals: Totals,
    /// By `action`.
    pub by_action: BTreeMap<String, Count>,
    /// By `protocol`.
    pub by_protocol: BTreeMap<u8, Count>,
    /// By `flow-direction`.
    pub by_direction: BTreeMap<String, Count>,
    /// By `interface-id`; interfaces without flow records are absent.
    pub by_interface: BTreeMap<String, Count>,
    /// By the port of the service really talked to, both directions of a conversation alike; 0 is ICMP.
    pub by_service_port: BTreeMap<u16, Count>,
    /// Rejected records by cause.
    pub rejects: Rejects,
    /// The mistakes.
    pub misconfigurations: Vec<Misconfiguration>,
    /// The scanners that were heard of, by address.
    pub scanners: Vec<ScanSource>,
    /// Rules to narrow or remove.
    pub superfluous_rules: Vec<SuperfluousRule>,
    /// Use of every security-group rule.
    pub rule_use: Vec<RuleUse>,
    /// The conversations the company wants.
    pub intents: Vec<Intent>,
}

impl Count {
    fn add(&mut self, record: &Record) {
        self.records += 1;
        self.packets += record.packets;
        self.bytes += record.bytes;
    }
}

/// The counting while lines are published: arrays by number, for speed.
pub(crate) struct Tally {
    totals: Totals,
    actions: [Count; 2],
    directions: [Count; 2],
    protocols: Vec<Count>,
    interfaces: Vec<Count>,
    ports: Vec<Count>,
    rejects: Rejects,
    faults: Vec<Misconfiguration>,
    scans: Vec<(u64, u64)>,
}

impl Tally {
    /// Nothing counted.
    pub(crate) fn new(world: &World, calendar: &Calendar, scanners: usize) -> Self {
        let totals = Totals { first_start: i64::MAX, last_end: i64::MIN, ..Totals::default() };
        Self {
            totals,
            actions: [Count::default(); 2],
            directions: [Count::default(); 2],
            protocols: vec![Count::default(); 256],
            interfaces: vec![Count::default(); world.interfaces.len()],
            ports: vec![Count::default(); 65_536],
            rejects: Rejects::default(),
            faults: Fault::ALL.iter().map(|fault| fault.told(world, calendar)).collect(),
            scans: vec![(0, 0); scanners],
        }
    }

    /// Records published so far.
    pub(crate) fn records(&self) -> u64 {
        self.totals.flows.records
    }

    /// Counts one line.
    pub(crate) fn add(&mut self, line: &Line) {
        let record = match line {
            Line::Flow(record) => record,
            Line::Coverage { skipped: true, .. } => return self.totals.skipdata += 1,
            Line::Coverage { .. } => return self.totals.nodata += 1,
        };
        self.totals.flows.add(record);
        self.totals.first_start = self.totals.first_start.min(record.start);
        self.totals.last_end = self.totals.last_end.max(record.end);
        self.actions[usize::from(record.accept)].add(record);
        self.directions[usize::from(record.hop.ingress)].add(record);
        self.protocols[usize::from(record.protocol)].add(record);
        self.interfaces[record.hop.interface].add(record);
        self.ports[usize::from(record.service_port())].add(record);
        self.add_cause(record);
    }

    fn add_cause(&mut self, record: &Record) {
        if let Cause::Scan(place) = record.cause {
            let (rejected, accepted) = &mut self.scans[place];
            *if record.accept { accepted } else { rejected } += 1;
        }
        if record.accept {
            return;
        }
        match record.cause {
            Cause::Fault(place) => {
                self.rejects.misconfiguration += 1;
                let fault = &mut self.faults[place];
                fault.records += 1;
                fault.first = Some(fault.first.map_or(record.start, |first| first.min(record.start)));
                fault.last = Some(fault.last.map_or(record.end, |last| last.max(record.end)));
            }
            Cause::Scan(_) => self.rejects.scanner += 1,
            Cause::Late => self.rejects.late += 1,
            Cause::Ordinary | Cause::Unexplained => self.rejects.unexplained += 1,
        }
    }

    /// Counts one object of so many bytes unpacked.
    pub(crate) fn add_object(&mut self, text_bytes: u64) {
        self.totals.objects += 1;
        self.totals.text_bytes += text_bytes;
    }

    /// The truth, once everything is published.
    pub(crate) fn into_truth(self, ending: &Ending<'_>) -> Truth {
        let Ending { world, calendar, .. } = ending;
        let named = |names: [&str; 2], counts: [Count; 2]| {
            names.map(str::to_owned).into_iter().zip(counts).filter(|(_, count)| count.records > 0).collect()
        };
        let heard =
            |counts: Vec<Count>| counts.into_iter().enumerate().filter(|(_, count)| count.records > 0);
        Truth {
            seed: ending.seed,
            fields: ending.fields.split(' ').map(str::to_owned).collect(),
            begin: calendar.begin,
            end: calendar.end,
            account: world.account.clone(),
            region: REGION.to_owned(),
            vpc: world.vpc.clone(),
            flow_log: world.flow_log.clone(),
            interfaces: world.interfaces.len() as u64,
            totals: Totals { stored_bytes: ending.stored_bytes, ..self.totals },
            by_action: named(["REJECT", "ACCEPT"], self.actions),
            by_direction: named(["egress", "ingress"], self.directions),
            by_protocol: heard(self.protocols).map(|(number, count)| (number as u8, count)).collect(),
            by_interface: heard(self.interfaces)
                .map(|(place, count)| (world.interfaces[place].id.clone(), count))
                .collect(),
            by_service_port: heard(self.ports).map(|(port, count)| (port as u16, count)).collect(),
            rejects: self.rejects,
            scanners: sources(ending.scanners, &self.scans),
            superfluous_rules: superfluous(world),
            rule_use: rule_use(world, ending.used),
            intents: intents(world, &self.faults),
            misconfigurations: self.faults,
        }
    }
}

/// What only the end of a simulation knows.
pub(crate) struct Ending<'a> {
    /// Seed of the simulation.
    pub(crate) seed: u64,
    /// Header line.
    pub(crate) fields: &'a str,
    /// The VPC.
    pub(crate) world: &'a World,
    /// The span.
    pub(crate) calendar: &'a Calendar,
    /// The scanners, in the order of their causes.
    pub(crate) scanners: &'a [Scanner],
    /// Conversations per rule, by index.
    pub(crate) used: &'a [u64],
    /// Bytes of all objects compressed.
    pub(crate) stored_bytes: u64,
}

fn sources(scanners: &[Scanner], counts: &[(u64, u64)]) -> Vec<ScanSource> {
    let mut sources: Vec<_> = scanners
        .iter()
        .zip(counts)
        .filter(|(_, (rejected, accepted))| rejected + accepted > 0)
        .map(|(scanner, &(rejected, accepted))| ScanSource {
            address: scanner.host.addr.to_string(),
            habit: scanner.habit,
            rejected,
            accepted,
        })
        .collect();
    sources.sort_by(|a, b| a.address.cmp(&b.address));
    sources
}

fn superfluous(world: &World) -> Vec<SuperfluousRule> {
    let all = world.groups.iter().flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
    all.filter_map(|(group, rule)| {
        rule.excess.map(|excess| SuperfluousRule { rule: rule.id.clone(), group: group.id.clone(), excess })
    })
    .collect()
}

fn rule_use(world: &World, used: &[u64]) -> Vec<RuleUse> {
    let all = world.groups.iter().flat_map(|group| group.rules.iter().map(move |rule| (group, rule)));
    all.map(|(group, rule)| RuleUse {
        rule: rule.id.clone(),
        group: group.id.clone(),
        conversations: used.get(rule.index).copied().unwrap_or_default(),
        removed: (rule.until < i64::MAX).then_some(rule.until),
    })
    .collect()
}

fn intents(world: &World, faults: &[Misconfiguration]) -> Vec<Intent> {
    let groups = |party: Party| -> Vec<String> {
        let Party::Roles(roles) = party else { return Vec::new() };
        let first =
            |role| world.of_role(role).first().and_then(|&place| world.interfaces[place].groups.first());
        let mut ids: Vec<_> = roles
            .iter()
            .filter_map(|&role| first(role))
            .map(|&group| world.groups[group as usize].id.clone())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let told = |fault: Fault| {
        let place = Fault::ALL.iter().position(|known| *known == fault)?;
        faults.get(place).map(|fault| fault.name.clone())
    };
    LINKS
        .iter()
        .map(|link| Intent {
            name: link.name.to_owned(),
            clients: groups(link.clients),
            servers: groups(link.servers),
            protocol: link.protocol,
            port: link.port,
            stopped_by: link.fault.and_then(told),
            answered: link.answered,
        })
        .collect()
}

/// A rule's far end in the words of the truth.
pub(crate) fn peer_ref(world: &World, peer: Peer) -> PeerRef {
    match peer {
        Peer::Cidr(cidr) => PeerRef::Cidr(cidr.to_string()),
        Peer::Group(group) => PeerRef::Group(world.groups[group as usize].id.clone()),
        Peer::PrefixList(list) => PeerRef::PrefixList(world.prefix_lists[list].id.to_owned()),
    }
}
