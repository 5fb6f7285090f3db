//! Rules that permit more than is used: superfluous ones, unused ones, and those wider than their use, replaced by what
//! was used. How much later traffic that might stop is estimated from the use itself: where the last openings still
//! brought new ports or new clients, more will come and the rule stays as it is.

use super::confidence::chance_of_new;
use super::holders::Holders;
use super::needless::{LEAST_DAYS, by_window, superfluous_rule, unused_rule};
use super::parties::parties;
use super::places::{addresses, around, home, private_space};
use super::{Action, Options, Suggestion, aggregate, quotas};
use crate::address::{Address, Cidr, Family};
use crate::evaluate::{Firewall, direction_of, means};
use crate::inventory::{Inventory, Peer, Ports, Protocol, Rule};
use crate::traffic::{TCP, Traffic, UDP, Window};
use crate::usage::{Flaw, RuleUse, Status, Touch, TouchUse, Uses, covers, flaws, strays_of};
use crate::verdict::{Judged, Scouts, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Distinct ports from which on a range is in dynamic use.
const DYNAMIC_PORTS: usize = 16;
/// Chance that an opening is of a new port or by a new client up to which a rule may be narrowed.
const NEW_AT_MOST: f64 = 0.001;
/// The same where not a network is named but all that may be around it, the largest block of a VPC, or everything
/// private: what is new there is another site, another company, or the internet.
const NEW_NETWORK_AT_MOST: f64 = 0.01;
const NEW_REALM_AT_MOST: f64 = 0.02;
const NEW_SPACE_AT_MOST: f64 = 0.06;
/// Groups from which on a block of private addresses is meant for everybody inside.
const FOR_EVERYBODY: usize = 4;
/// Openings of one stranger at one port that may be knocking: strangers knock at every open door and go away.
const KNOCKS: u64 = 2;
/// Part of a rule's openings below which a port that strangers alone knocked at is not in use.
const KNOCKED_SHARE: f64 = 0.01;
/// Part of a rule's openings by strangers who came once, from which on it may be for them.
const STRANGERS_SHARE: f64 = 0.1;
/// Bits that the largest subnet of an office or a VPC leaves open.
const ONE_NETWORK: u8 = 12;
/// Single far ends that may be named one by one, the window it takes to know them, and the part of its days on which
/// each must have come.
const SETTLED_HOSTS: usize = 8;
const SETTLED_DAYS: f64 = 6.5;
const SETTLED_SHARE: f64 = 0.6;
/// Bits of needless addresses from which on a far end is wider than its use.
const NEEDLESS_BITS: f64 = 8.0;
/// Holders' blocks beyond which a rule for the internet is a public service.
const PUBLIC_SERVICE: usize = 24;

/// What was used of one rule.
#[derive(Default)]
struct Used {
    by_port: BTreeMap<(u8, u16), u64>,
    by_peer: BTreeMap<Address, u64>,
    /// When each far end was last seen, and on which days.
    last: BTreeMap<Address, (i64, u128)>,
    /// Ports that somebody inside used, or a stranger who came back.
    in_earnest: BTreeSet<(u8, u16)>,
    pairs: BTreeSet<(u8, u16, Address)>,
    flows: u64,
    days: u128,
}

/// What everything is judged by.
struct Ground<'a> {
    firewall: &'a Firewall,
    /// The newest state.
    inventory: &'a Inventory,
    uses: &'a Uses<'a>,
    interfaces: &'a [&'a str],
    holders: Holders<'a>,
    scouts: &'a Scouts,
    options: &'a Options,
}

impl Ground<'_> {
    /// The part of the window in which a rule stood, as far as snapshots tell.
    fn watched(&self, place: usize) -> Window {
        let window = *self.uses.window();
        let first = self.firewall.rules()[place].states.first().copied().filter(|state| *state > 0);
        let since = first.and_then(|state| self.firewall.history().snapshots()[state].taken);
        Window { from: since.map_or(window.from, |since| since.max(window.from).min(window.to)), ..window }
    }

    /// Whether what may have used a rule, though nobody can credit it, may use the rules that replace it.
    fn keeps_strays(&self, place: usize, add: &[Rule]) -> bool {
        let (inventory, kept) = (self.inventory, &self.firewall.rules()[place].rule.peer);
        let mut strays = strays_of(self.uses, self.interfaces, &self.firewall.rules()[place]);
        let is_another = |address| match kept {
            Peer::Group(group) => {
                let holder = self.holders.only_holder(address);
                holder.is_some_and(|holder| !holder.groups.contains(group))
            }
            _ => false,
        };
        strays.all(|stray| {
            let is_peer = |peer: &Peer| match peer {
                Peer::Cidr(cidr) => cidr.contains(stray.peer),
                Peer::Group(group) => inventory.members(group).any(|member| member.has(stray.peer)),
                Peer::PrefixList(_) => false,
            };
            // Who was of the far end is the same question for a rule that names the same one.
            let is_kept = |rule: &Rule| rule.peer == *kept || is_peer(&rule.peer);
            is_another(stray.peer)
                || add.iter().any(|rule| means(rule, stray.protocol, stray.port) && is_kept(rule))
        })
    }
}

/// All removals and narrowings.
pub(super) fn tighter(
    traffic: &Traffic<'_>,
    firewall: &Firewall,
    (judged, scouts): (&[Judged], &Scouts),
    (uses, report): (&Uses<'_>, &[RuleUse]),
    options: &Options,
) -> Vec<Suggestion> {
    let Some(inventory) = firewall.history().latest() else { return Vec::new() };
    let newest = firewall.history().snapshots().len() - 1;
    let (interfaces, holders) = (traffic.interfaces, Holders::of(traffic, firewall));
    let ground = Ground { firewall, inventory, uses, interfaces, holders, scouts, options };
    let flaws = flaws(firewall);
    let used = used(uses, firewall.rules().len(), scouts);
    let standing = |place: &usize| firewall.rules()[*place].states.last() == Some(&newest);
    let mut narrowed: BTreeMap<usize, Suggestion> = BTreeMap::new();
    for place in (0..firewall.rules().len()).filter(standing) {
        let is_kept = is_default_egress(&firewall.rules()[place].rule) && options.tightness < 0.8;
        if report[place].status == Status::Used && !is_kept {
            let one = narrower(&ground, (place, &used[place], &report[place]));
            narrowed.extend(one.map(|one| (place, one)));
        }
    }
    let awaited = awaited(traffic, firewall, judged);
    // Nobody uses a rule that only scanners came through.
    let is_scouts_alone = |place: usize| report[place].status == Status::Used && used[place].flows == 0;
    let mut suggestions = Vec::new();
    for place in (0..firewall.rules().len()).filter(standing) {
        let superfluous =
            flaws.iter().filter(|(of, _)| *of == place).map(|(_, flaw)| flaw).find(|flaw| match flaw {
                // What covers a rule today and is narrowed tomorrow covers it no more: then the narrower rule stays.
                Flaw::Covered { by } | Flaw::Duplicate { by } => !narrowed.contains_key(by),
                Flaw::Stale { .. } => true,
                Flaw::NoTwin { .. } | Flaw::NobodyBehind => false,
            });
        let rule = &firewall.rules()[place].rule;
        if let Some(flaw) = superfluous {
            narrowed.remove(&place);
            suggestions.push(superfluous_rule(firewall, place, flaw, &report[place]));
        } else if (report[place].status == Status::Unused || is_scouts_alone(place))
            && !awaited.contains(&place)
            && !(is_default_egress(rule) && options.tightness < 0.8)
        {
            suggestions.extend(unused_rule(firewall, (place, &report[place]), &ground.watched(place)));
        }
    }
    let gone: BTreeSet<usize> = suggestions.iter().flat_map(|one| one.replaces.clone()).collect();
    let going: BTreeSet<usize> = gone.iter().chain(narrowed.keys()).copied().collect();
    suggestions.extend(narrowed.into_values().map(|one| without_covered(firewall, inventory, one, &going)));
    suggestions
}

/// A narrowing without the new rules that other rules of the group permit already; a removal where none is left.
fn without_covered(
    firewall: &Firewall,
    inventory: &Inventory,
    mut one: Suggestion,
    going: &BTreeSet<usize>,
) -> Suggestion {
    let others: Vec<&Rule> = firewall
        .rules()
        .iter()
        .enumerate()
        .filter(|(place, known)| known.group == one.group && !going.contains(place))
        .filter(|(_, known)| known.states.last() == Some(&(firewall.history().snapshots().len() - 1)))
        .map(|(_, known)| &known.rule)
        .collect();
    one.add.retain(|rule| !others.iter().any(|other| covers(other, rule, inventory)));
    if one.add.is_empty() {
        one.action = Action::Remove;
        one.id = one.id.replacen("narrow", "remove", 1);
        one.why.push_str("; other rules permit all of that");
    }
    one
}

/// Rules of the newest state that permit what was refused in the window, scanners apart: they are newer than that, and
/// not unused but about to be used.
fn awaited(traffic: &Traffic<'_>, firewall: &Firewall, judged: &[Judged]) -> BTreeSet<usize> {
    let wanted = judged.iter().filter(|one| one.finding.verdict != Verdict::Scanner);
    let permitting = wanted.flat_map(|one| {
        firewall.groups_say(i64::MAX, traffic.interface(&one.refused.flow), &one.opening()).by
    });
    permitting.collect()
}

/// The outbound rule that AWS gives every new group. Outbound rules expose nothing; that it is wide is known.
fn is_default_egress(rule: &Rule) -> bool {
    let everybody = matches!(&rule.peer, Peer::Cidr(cidr) if cidr.prefix() == 0);
    rule.egress && rule.protocol == Protocol::All && everybody
}

fn used(uses: &Uses<'_>, rules: usize, scouts: &Scouts) -> Vec<Used> {
    let classes = uses.classes();
    let mut used: Vec<Used> = (0..rules).map(|_| Used::default()).collect();
    let is_probe = |touch: &Touch| scouts.only_looks(touch.client, touch.protocol, touch.port);
    for (touch, sums) in uses.touches().filter(|(touch, _)| !is_probe(touch)) {
        for (rule, _) in classes.get(touch.class as usize).map(Vec::as_slice).unwrap_or_default() {
            used[*rule].add(touch, sums, scouts.is_inside(touch.client));
        }
    }
    used
}

impl Used {
    fn add(&mut self, touch: &Touch, sums: &TouchUse, is_inside: bool) {
        if is_inside || sums.flows > KNOCKS {
            self.in_earnest.insert((touch.protocol, touch.port));
        }
        let peer = touch.server.unwrap_or(touch.client);
        *self.by_port.entry((touch.protocol, touch.port)).or_default() += sums.flows;
        *self.by_peer.entry(peer).or_default() += sums.flows;
        let (last, days) = self.last.entry(peer).or_insert((sums.last, 0));
        (*last, *days) = ((*last).max(sums.last), *days | sums.days);
        self.pairs.insert((touch.protocol, touch.port, peer));
        self.flows += sums.flows;
        self.days |= sums.days;
    }
}

impl Used {
    /// Whether single far ends are always the same few: each of them there on most days of a week and more.
    fn are_settled(&self, hosts: &[Address], window: &Window) -> bool {
        let often = |host: &Address| {
            let days = self.last.get(host).map_or(0, |(_, days)| days.count_ones());
            f64::from(days) >= SETTLED_SHARE * window.days().min(128.0)
        };
        window.days() >= SETTLED_DAYS && hosts.len() <= SETTLED_HOSTS && hosts.iter().all(often)
    }
}

/// A rule replaced by what was used of it, where that is clearly less and nothing new is to be expected.
fn narrower(ground: &Ground<'_>, (place, used, line): (usize, &Used, &RuleUse)) -> Option<Suggestion> {
    let Ground { firewall, inventory, .. } = *ground;
    let window = &ground.watched(place);
    if window.days() < LEAST_DAYS || used.flows == 0 {
        return None;
    }
    let known = &firewall.rules()[place];
    let ports = narrower_ports(&known.rule, used);
    let peers = narrower_peers(ground, (&known.group, &known.rule), used);
    if ports.is_none() && peers.is_none() {
        return None;
    }
    let add = rules_for(&known.rule, used, ports.as_deref(), peers.as_deref());
    let group = inventory.groups.get(&known.group)?;
    let fits = add.len() as u32 <= quotas::budget(inventory, group);
    if add.is_empty() || !fits || !ground.keeps_strays(place, &add) {
        return None;
    }
    let new_port = if ports.is_some() { chance_of_new(used.by_port.values().copied()) } else { 0.0 };
    let new_peer = if peers.is_some() { chance_of_new(used.by_peer.values().copied()) } else { 0.0 };
    let confidence = by_window(0.04 + new_port + new_peer.min(NEW_AT_MOST), window).done();
    let what = match (ports.is_some(), peers.is_some()) {
        (true, true) => "fewer ports by fewer peers",
        (true, false) => "fewer ports",
        _ => "fewer peers",
    };
    let why =
        format!("{} openings in {} used {what} than {} permits", used.flows, window.said(), known.name());
    Some(Suggestion {
        id: format!("narrow-{}", known.name()),
        action: Action::Narrow,
        group: known.group.clone(),
        direction: direction_of(&known.rule),
        add,
        replaces: vec![place],
        flows: used.flows,
        clients: line.clients,
        confidence,
        why,
    })
}

/// The ports used of a rule for many, unless they are in dynamic use.
fn narrower_ports(rule: &Rule, used: &Used) -> Option<Vec<(u8, u16)>> {
    let is_wide = rule.protocol == Protocol::All || matches!(rule.ports, Ports::Range(from, to) if from < to);
    let few = |count: u64| (count as f64) < KNOCKED_SHARE * used.flows as f64;
    let served: BTreeMap<(u8, u16), u64> = used
        .by_port
        .iter()
        .filter(|(port, count)| used.in_earnest.contains(*port) || !few(**count))
        .map(|(port, count)| (*port, *count))
        .collect();
    let is_less = match rule.ports {
        Ports::Range(from, to) => served.len() < usize::from(to - from.min(to)) + 1,
        _ => true,
    };
    let is_dynamic = served.len() > DYNAMIC_PORTS || served.is_empty();
    let settled = chance_of_new(served.values().copied()) <= NEW_AT_MOST.max(1.0 / (used.flows as f64 + 1.0));
    (is_wide && is_less && !is_dynamic && settled).then(|| served.into_keys().collect())
}

/// The far ends that used a rule for very many, unless more are to be expected.
fn narrower_peers(ground: &Ground<'_>, (group, rule): (&str, &Rule), used: &Used) -> Option<Vec<Peer>> {
    let Peer::Cidr(block) = &rule.peer else { return None };
    let Ground { inventory, scouts, options, .. } = *ground;
    let vpc = inventory.groups.get(group).map_or("", |group| group.vpc.as_str());
    let (inside, mut outside): (BTreeSet<Address>, BTreeSet<Address>) =
        used.by_peer.keys().partition(|address| scouts.is_inside(**address));
    let is_knock = |address: &Address| used.by_peer.get(address).is_some_and(|count| *count <= KNOCKS);
    let knocks: u64 =
        outside.iter().filter(|one| is_knock(one)).filter_map(|one| used.by_peer.get(one)).sum();
    if (knocks as f64) < STRANGERS_SHARE * used.flows as f64 {
        outside.retain(|one| !is_knock(one));
    }
    let mut peers = insiders(ground, vpc, used, (&inside, block))?;
    if !outside.is_empty() {
        peers.extend(holders(used, &outside, options)?.into_iter().map(Peer::Cidr));
    }
    let needed: f64 = peers.iter().map(|peer| addresses(inventory, peer)).sum();
    let needless = block.size().log2() - needed.max(1.0).log2();
    (needless >= NEEDLESS_BITS && !peers.is_empty()).then_some(peers)
}

/// The far ends of the account and of private networks beside it: groups, and the networks of everybody else, because
/// single hosts come and go. Groups that are many are everybody, and everybody is the VPC.
fn insiders(
    ground: &Ground<'_>,
    vpc: &str,
    used: &Used,
    (inside, block): (&BTreeSet<Address>, &Cidr),
) -> Option<Vec<Peer>> {
    let Ground { inventory, options, .. } = *ground;
    let seen = inside.iter().map(|one| (*one, used.last.get(one).map_or(0, |(last, _)| *last))).collect();
    let found = parties(inventory, (&ground.holders, ground.scouts), vpc, &seen);
    let mut networks: BTreeSet<Cidr> = BTreeSet::new();
    let mut peers = Vec::new();
    let mut lone: Vec<Address> = found.gone.into_iter().collect();
    for party in found.named {
        match party.peer {
            Peer::Cidr(_) => lone.extend(party.seen),
            peer => peers.push(peer),
        }
    }
    networks.extend(lone_blocks(ground, used, &lone, block)?);
    let of_groups = peers.iter().filter(|peer| matches!(peer, Peer::Group(_))).count();
    if !block.reaches_internet() && of_groups >= FOR_EVERYBODY && options.tightness < 0.75 {
        peers.retain(|peer| !matches!(peer, Peer::Group(_)));
        networks.extend(around(inventory, vpc, inside));
    }
    let blocks = aggregate::exact(&networks.into_iter().collect::<Vec<_>>());
    let fitting =
        aggregate::balanced(&blocks, PUBLIC_SERVICE, options.tightness, &|block| block.prefix() >= 12);
    peers.extend(fitting?.into_iter().map(Peer::Cidr));
    Some(peers)
}

/// The largest subnet that an address is likely to be in.
fn one_network(address: Address) -> Cidr {
    Cidr::around(address, if address.family() == Family::V4 { 32 - ONE_NETWORK } else { 64 })
}

/// Blocks for single far ends inside, as narrow as what is still to come allows: the hosts themselves where they are
/// always the same, their networks where no new one is to be expected, wider and wider ones, and at last everything private, which is not the internet.
fn lone_blocks(ground: &Ground<'_>, used: &Used, lone: &[Address], block: &Cidr) -> Option<BTreeSet<Cidr>> {
    // A rule for one network means whoever is in it.
    let is_wide = block.open_bits() > ONE_NETWORK;
    if is_wide && used.are_settled(lone, ground.uses.window()) {
        return Some(lone.iter().copied().map(Cidr::host).collect());
    }
    let steps: [(&dyn Fn(Address) -> Cidr, f64); 4] = [
        (&|address| home(ground.inventory, address), NEW_AT_MOST),
        (&one_network, NEW_NETWORK_AT_MOST),
        (&Cidr::largest_vpc, NEW_REALM_AT_MOST),
        (&private_space, NEW_SPACE_AT_MOST),
    ];
    steps.into_iter().find_map(|(generalised, most)| {
        let mut counts: BTreeMap<Cidr, u64> = BTreeMap::new();
        for address in lone {
            let count = used.by_peer.get(address).copied().unwrap_or(1);
            *counts.entry(generalised(*address)).or_default() += count;
        }
        let is_known = counts.is_empty() || chance_of_new(counts.values().copied()) <= most;
        is_known.then(|| counts.into_keys().collect())
    })
}

/// The blocks of the few holders outside who use a rule; `None` where it is a public service.
fn holders(used: &Used, outside: &BTreeSet<Address>, options: &Options) -> Option<Vec<Cidr>> {
    let mut by_block: BTreeMap<Cidr, u64> = BTreeMap::new();
    for address in outside {
        let prefix = if address.family() == Family::V4 { 24 } else { 48 };
        *by_block.entry(Cidr::around(*address, prefix)).or_default() +=
            used.by_peer.get(address).copied().unwrap_or(1);
    }
    if by_block.len() > PUBLIC_SERVICE || chance_of_new(by_block.values().copied()) > NEW_AT_MOST {
        return None;
    }
    let blocks: Vec<Cidr> = by_block.into_keys().collect();
    aggregate::balanced(&blocks, PUBLIC_SERVICE, options.tightness, &|block| block.prefix() >= 16)
}

/// New rules for the pairs of ports and peers that were used; neighbouring ports as one range.
fn rules_for(rule: &Rule, used: &Used, ports: Option<&[(u8, u16)]>, peers: Option<&[Peer]>) -> Vec<Rule> {
    let keep = [rule.peer.clone()];
    let peers = peers.unwrap_or(&keep);
    let mut rules = Vec::new();
    for peer in peers {
        match ports {
            None => rules.push(Rule { id: String::new(), peer: peer.clone(), ..rule.clone() }),
            Some(ports) => {
                let of_peer: Vec<(u8, u16)> = match peer {
                    // A block knows which of the ports it used; a group stands for all its machines.
                    Peer::Cidr(cidr) => {
                        let mine = used.pairs.iter().filter(|(.., address)| cidr.contains(*address));
                        mine.map(|(protocol, port, _)| (*protocol, *port))
                            .collect::<BTreeSet<_>>()
                            .into_iter()
                            .collect()
                    }
                    _ => ports.to_vec(),
                };
                rules.extend(runs(&of_peer).into_iter().map(|(protocol, ports)| Rule {
                    id: String::new(),
                    egress: rule.egress,
                    protocol: Protocol::Number(protocol),
                    ports,
                    peer: peer.clone(),
                    description: rule.description.clone(),
                }));
            }
        }
    }
    rules
}

/// Ports in order as ranges.
fn runs(ports: &[(u8, u16)]) -> Vec<(u8, Ports)> {
    let mut runs: Vec<(u8, Ports)> = Vec::new();
    for (protocol, port) in ports {
        if !matches!(*protocol, TCP | UDP) {
            runs.push((*protocol, Ports::All));
            continue;
        }
        match runs.last_mut() {
            Some((of, Ports::Range(_, to))) if of == protocol && to.checked_add(1) == Some(*port) => {
                *to = *port
            }
            _ => runs.push((*protocol, Ports::Range(*port, *port))),
        }
    }
    runs
}
