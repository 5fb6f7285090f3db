//! One simulated account to be judged: what was logged, the inventory, and the truth about both; and the judging.

use crate::records::{Place, place};
use crate::tally::{Calibration, Complaints, Confusion, Share};
use firewall::address::{Address, Cidr};
use firewall::edit::Edit;
use firewall::evaluate::{Bound, Firewall, Permit};
use firewall::inventory::{History, Inventory, Peer, Ports, Rule};
use firewall::replay::{Effect, Replay, rule_cells};
use firewall::suggest::{Action, Advice, Options, Suggestion, quotas, suggest};
use firewall::traffic::{Direction, Flow, Leg, Traffic, Window};
use firewall::usage::{RuleUse, Uses, report};
use firewall::verdict::{Judged, Scouts, Verdict, judge};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A conversation somebody wants.
pub struct Intent {
    pub clients: Vec<Cidr>,
    pub servers: Vec<Cidr>,
    pub protocol: u8,
    pub port: u16,
}

/// Client, server, protocol, port.
pub type Wanted = (Address, Address, u8, u16);

/// One account.
pub struct Case {
    pub seed: u64,
    pub interfaces: Vec<String>,
    pub flows: Vec<Flow>,
    pub window: Window,
    pub history: History,
    pub causes: HashMap<Place, HashMap<String, u64>>,
    pub intents: Vec<Intent>,
    /// Wanted traffic after the window, to see what tighter rules would stop.
    pub later: Vec<Flow>,
    /// Refused conversations that are wanted, where the account tells; else all that groups refuse are taken for that.
    pub wanted: Option<HashSet<Wanted>>,
    /// Outsiders that a rule was meant for and just fails to name.
    pub strangers: BTreeSet<Address>,
    /// Rules known to be wider than intended.
    pub superfluous: BTreeSet<String>,
}

/// What is counted over all accounts.
#[derive(Clone, Debug, Default)]
pub struct Score {
    pub with_inventory: Confusion,
    pub logs_alone: Confusion,
    pub openings: Share,
    pub refused_pairs: Share,
    pub opened_to_scanners: u64,
    pub usage: Share,
    pub quotas: Share,
    pub calibration: Calibration,
    pub later: u64,
    pub later_dropped: u64,
    /// Rules narrowed or removed.
    pub tightened: u64,
    /// What rules known to be too wide permit beyond what is wanted, as doublings, and how much of it stays.
    pub excess: f64,
    pub excess_left: f64,
    /// The same as pairs of far address and port.
    pub cells: f64,
    pub cells_left: f64,
    pub complaints: Complaints,
}

impl Score {
    pub fn merge(&mut self, other: Score) {
        self.with_inventory.merge(&other.with_inventory);
        self.logs_alone.merge(&other.logs_alone);
        self.openings.merge(other.openings);
        self.refused_pairs.merge(other.refused_pairs);
        self.opened_to_scanners += other.opened_to_scanners;
        self.usage.merge(other.usage);
        self.quotas.merge(other.quotas);
        self.calibration.merge(&other.calibration);
        self.later += other.later;
        self.later_dropped += other.later_dropped;
        self.tightened += other.tightened;
        self.excess += other.excess;
        self.excess_left += other.excess_left;
        self.cells += other.cells;
        self.cells_left += other.cells_left;
        self.complaints.merge(other.complaints);
    }
}

/// Judges one account.
pub fn score(case: &Case) -> Score {
    let mut score = Score::default();
    let names: Vec<&str> = case.interfaces.iter().map(String::as_str).collect();
    let traffic = Traffic { interfaces: &names, flows: &case.flows, window: case.window };
    let firewall = Firewall::new(case.history.clone());
    let (judged, scouts) = judge(&traffic, Some(&firewall));
    let Score { with_inventory, logs_alone, complaints, .. } = &mut score;
    count_verdicts(case, (&judged, &scouts), ("with inventory", with_inventory), complaints);
    let (alone, alone_scouts) = judge(&traffic, None);
    count_verdicts(case, (&alone, &alone_scouts), ("from logs alone", logs_alone), complaints);
    let uses = Uses::of(Bound::new(&firewall, &names), &traffic);
    let lines = report(&uses, &names);
    for (line, slow) in lines.iter().zip(slow_usage(&firewall, &traffic)) {
        score.usage.add((line.flows, line.bytes) == slow);
    }
    let advice = suggest(&traffic, &firewall, (&judged, &scouts), (&uses, &lines), &Options::default());
    count_suggestions(case, &traffic, (&firewall, &scouts), (&advice, &lines), &mut score);
    score
}

fn count_verdicts(
    case: &Case,
    (judged, scouts): (&[Judged], &Scouts),
    (how, into): (&str, &mut Confusion),
    complaints: &mut Complaints,
) {
    for one in judged {
        let flow = &one.refused.flow;
        let Some(causes) = case.causes.get(&place(flow)) else { continue };
        // What has two causes is judged by the one that refused more records.
        let Some((cause, _)) = causes.iter().max_by_key(|(cause, count)| (**count, *cause)) else { continue };
        let verdict = one.finding.verdict.name();
        into.add(cause, verdict, 1);
        if cause != verdict {
            let proof = one.finding.proof.join("; ");
            complaints.add(&format!("{how}: {cause} taken for {verdict}, {:?}: {proof}", flow.leg), || {
                let Flow { client, server, protocol, port, flows, tcp_flags, reason, .. } = flow;
                let (days, doors) = ((flow.last - flow.first) / 86_400, scouts.doors(*client));
                format!(
                    "seed {}: {}: {} {client} to {server} {protocol} {port}, {flows} records in {days} days, flags \
                     {tcp_flags:?}, {reason:?}, {} accepted, {} answers; {doors:?}",
                    case.seed,
                    causes_told(causes),
                    flow.direction.name(),
                    one.refused.same.flows,
                    one.refused.reverse.flows,
                )
            });
        }
    }
}

fn causes_told(causes: &HashMap<String, u64>) -> String {
    causes.iter().map(|(cause, count)| format!("{count} {cause}")).collect::<Vec<_>>().join(", ")
}

/// What decides about a row: state, interface, far end, whether the near end opened, protocol, port.
type Question = (usize, u32, Address, bool, u8, u16);

/// Flows and bytes of every rule, each row asked of each rule.
fn slow_usage(firewall: &Firewall, traffic: &Traffic<'_>) -> Vec<(u64, u64)> {
    let mut sums = vec![(0, 0); firewall.rules().len()];
    let mut known: HashMap<Question, Vec<usize>> = HashMap::new();
    for flow in traffic.flows.iter().filter(|flow| flow.accepted && flow.leg == Leg::Opening) {
        let Some(state) = firewall.history().place_at(flow.first) else { continue };
        let key = (state, flow.interface, flow.peer(), flow.own_end_is_client(), flow.protocol, flow.port);
        let rules = known.entry(key).or_insert_with(|| {
            let inventory = &firewall.history().snapshots()[state].inventory;
            let found = crate::naive::permitting(inventory, traffic.interface(flow), flow);
            let all = firewall.rules().iter().enumerate();
            let is_found = |group: &str, rule: &Rule| {
                found.iter().any(|(of, one)| {
                    *of == group && one.permits_the_same(rule) && (one.id == rule.id || one.id.is_empty())
                })
            };
            all.filter(|(_, known)| is_found(&known.group, &known.rule)).map(|(place, _)| place).collect()
        });
        for rule in rules {
            sums[*rule].0 += flow.flows;
            sums[*rule].1 += flow.bytes;
        }
    }
    sums
}

fn count_suggestions(
    case: &Case,
    traffic: &Traffic<'_>,
    (firewall, scouts): (&Firewall, &Scouts),
    (advice, lines): (&Advice, &[RuleUse]),
    score: &mut Score,
) {
    let Some(inventory) = firewall.history().latest() else { return };
    let edits = |action: &dyn Fn(Action) -> bool| -> Vec<Edit> {
        advice.suggestions.iter().filter(|one| action(one.action)).map(|one| one.edit(firewall)).collect()
    };
    for one in advice.suggestions.iter().filter(|one| one.action == Action::Open) {
        let is_right = is_intended(case, (firewall, inventory), one);
        score.openings.add(is_right);
        score.calibration.add(one.confidence.value, is_right);
        if !is_right {
            score.complaints.add("not intended", || format!("seed {}: {} {}", case.seed, one.id, one.why));
        }
    }
    let openings = edits(&|action| action == Action::Open);
    count_pairs(case, traffic, (firewall, scouts), &openings, score);
    let all = inventory.edited(&edits(&|_| true));
    for group in inventory.groups.keys() {
        score.quotas.add(quotas::fits(inventory, &all, group));
    }
    let tighter = edits(&|action| action != Action::Open);
    score.tightened += tighter.len() as u64;
    count_later(case, firewall, advice, score);
    let after = inventory.edited(&tighter);
    for rule in &case.superfluous {
        let [was, is] = [inventory, &after].map(|state| excess_of(case, state, rule, firewall));
        let doublings = |cells: f64| (1.0 + cells).log2();
        score.cells += was;
        score.cells_left += is;
        score.excess += doublings(was);
        score.excess_left += doublings(is);
        if doublings(is) > 0.1 * doublings(was) {
            let told = told(firewall, rule);
            score.complaints.add(&format!("excess left: {told}"), || {
                let line = lines.iter().find(|line| firewall.rules()[line.rule].rule.id == *rule);
                format!("seed {}: {rule} {told}, {was} to {is}, {line:?}", case.seed)
            });
        }
    }
}

fn told(firewall: &Firewall, rule: &str) -> String {
    let known = firewall.rules().iter().find(|known| known.rule.id == rule);
    known.map_or_else(String::new, |known| {
        format!("{:?} {:?} {}", known.rule.protocol, known.rule.ports, known.rule.peer)
    })
}

/// What a rule permits beyond one that it replaces: other ports, or the other half of its block.
fn beyond(rule: &Rule, replaced: &Rule) -> Rule {
    let ports = match (rule.ports, replaced.ports) {
        (Ports::Range(from, to), Ports::Range(first, _)) if from < first => {
            Ports::Range(from, to.min(first - 1))
        }
        (Ports::Range(_, to), Ports::Range(_, last)) if last < to => Ports::Range(last + 1, to),
        (ports, _) => ports,
    };
    let peer = match (&rule.peer, &replaced.peer) {
        (Peer::Cidr(block), Peer::Cidr(half)) if block != half => {
            let other = if half.first() == block.first() { block.last() } else { block.first() };
            Peer::Cidr(Cidr::around(other, half.prefix()))
        }
        (peer, _) => peer.clone(),
    };
    Rule { ports, peer, ..rule.clone() }
}

/// Whether everything an opening newly permits is wanted.
fn is_intended(case: &Case, (firewall, inventory): (&Firewall, &Inventory), one: &Suggestion) -> bool {
    let replaced = one.replaces.first().map(|place| &firewall.rules()[*place].rule);
    one.add.iter().all(|rule| {
        let rule = replaced.map_or_else(|| rule.clone(), |replaced| beyond(rule, replaced));
        let near: Vec<Cidr> = hosts(inventory, &Peer::Group(one.group.clone()));
        let far = hosts(inventory, &rule.peer);
        let port =
            if let Ports::Range(port, to) = rule.ports { (port == to).then_some(port) } else { Some(0) };
        let of_service =
            |intent: &&Intent| rule.protocol.covers(intent.protocol) && Some(intent.port) == port;
        let ends = |of_clients: bool| -> Vec<Cidr> {
            let wanted = case.intents.iter().filter(of_service);
            wanted.flat_map(|one| if of_clients { &one.clients } else { &one.servers }).copied().collect()
        };
        let (ours, theirs) = (ends(rule.egress), ends(!rule.egress));
        let is_in = |ends: &[Cidr], block: &Cidr| {
            let held: Vec<Cidr> =
                ends.iter().copied().filter(|end| block.covers(end) && end != block).collect();
            // A block of a few hosts is wanted where each of them is.
            let all: f64 = firewall::suggest::aggregate::exact(&held).iter().map(Cidr::size).sum();
            ends.iter().any(|end| end.covers(block)) || all == block.size()
        };
        far.iter().all(|block| is_in(&theirs, block)) && near.iter().all(|block| is_in(&ours, block))
    })
}

fn hosts(inventory: &Inventory, peer: &Peer) -> Vec<Cidr> {
    match peer {
        Peer::Cidr(cidr) => vec![*cidr],
        Peer::Group(group) => {
            inventory.members(group).flat_map(|one| one.addresses.iter().map(|a| Cidr::host(*a))).collect()
        }
        Peer::PrefixList(list) => {
            inventory.prefix_lists.get(list).and_then(|list| list.entries.clone()).unwrap_or_default()
        }
    }
}

/// Refused pairs that are wanted and that groups stop, by whether the openings let them in; and scanners let in.
fn count_pairs(
    case: &Case,
    traffic: &Traffic<'_>,
    (firewall, scouts): (&Firewall, &Scouts),
    openings: &[Edit],
    score: &mut Score,
) {
    let (Some(before), Some(after)) = (firewall.newest(), firewall.edited(openings)) else { return };
    let mut replay = Replay::new(&before, &after, openings, traffic.interfaces, case.window);
    replay.add(traffic.flows);
    for (who, _) in replay.changes().iter().filter(|(who, _)| who.effect == Effect::Allowed) {
        let key =
            (who.interface, who.direction, Leg::Opening, who.client, who.server, who.protocol, who.port);
        let scanned = case.causes.get(&key).is_some_and(|causes| causes.contains_key("scanner"));
        score.opened_to_scanners += u64::from(scanned);
    }
    for (key, causes) in &case.causes {
        let wanted =
            [Verdict::SgIngress, Verdict::SgEgress].map(|verdict| causes.get(verdict.name()).copied());
        let attempts: u64 = wanted.iter().flatten().sum();
        // Strangers whom no rule comes near to meaning are for people to judge, never for a program.
        let is_stranger =
            key.1 == Direction::Ingress && key.3.is_public() && !is_listed(traffic, firewall, key.3);
        let is_wanted = case.wanted.as_ref().is_none_or(|all| all.contains(&(key.3, key.4, key.5, key.6)));
        let is_told = !is_stranger || case.strangers.contains(&key.3);
        let is_there = firewall.history().latest().is_some_and(|state| {
            case.interfaces.get(key.0 as usize).is_some_and(|name| state.interfaces.contains_key(name))
        });
        if attempts < 3 || !is_there || key.2 != Leg::Opening || !is_wanted || !is_told {
            continue;
        }
        let flow = case.flows.iter().find(|flow| !flow.accepted && place(flow) == *key);
        let Some(flow) = flow else { continue };
        let opening = firewall::evaluate::Opening::of(flow);
        let says = after.groups_say(case.window.to, traffic.interface(flow), &opening);
        score.refused_pairs.add(says.permit == Permit::Yes);
        if says.permit != Permit::Yes {
            let (service, direction) = (format!("{}/{}", key.5, key.6), key.1.name());
            let who = if scouts.is_scout(key.3) { "one that tries doors" } else { "an honest one" };
            score.complaints.add(&format!("not opened: {direction}, {who}, {service}"), || {
                let (causes, doors) = (causes_told(causes), scouts.doors(key.3));
                format!("seed {}: {service} {} to {}: {causes}; {doors:?}", case.seed, key.3, key.4)
            });
        }
    }
}

fn is_listed(traffic: &Traffic<'_>, firewall: &Firewall, address: Address) -> bool {
    firewall.owner_of(traffic.window.to, address, "").is_some()
}

/// Wanted traffic after the window that tighter rules would stop.
fn count_later(case: &Case, firewall: &Firewall, advice: &Advice, score: &mut Score) {
    let names: Vec<&str> = case.interfaces.iter().map(String::as_str).collect();
    let Some(before) = firewall.newest() else { return };
    let all: u64 = case.later.iter().filter(|flow| flow.leg == Leg::Opening).map(|flow| flow.flows).sum();
    score.later += all;
    let tighter: Vec<&Suggestion> =
        advice.suggestions.iter().filter(|one| one.action != Action::Open).collect();
    let dropped = |edits: &[Edit]| -> u64 {
        let Some(after) = firewall.edited(edits) else { return 0 };
        let window = Window::complete(case.window.to, case.window.to + 1);
        let mut replay = Replay::new(&before, &after, edits, &names, window);
        replay.add(&case.later);
        replay.flows(Effect::Dropped)
    };
    let edits: Vec<Edit> = tighter.iter().map(|one| one.edit(firewall)).collect();
    score.later_dropped += dropped(&edits);
    for (one, edit) in tighter.iter().zip(&edits) {
        if case.later.is_empty() {
            continue;
        }
        // Right is what stops nothing of note: at most one opening in a thousand of those that the rule permits.
        let stopped = dropped(std::slice::from_ref(edit));
        let is_right = stopped as f64 <= 0.001 * all as f64;
        score.calibration.add(one.confidence.value, is_right);
        if !is_right {
            let gone = edit.remove.iter().map(|rule| told(firewall, &rule.id)).collect::<Vec<_>>().join(", ");
            score.complaints.add(&format!("stops later ones: {gone}"), || {
                format!("seed {}: {stopped} of {all}, {} {}", case.seed, one.id, one.why)
            });
        }
    }
}

/// What a rule that is too wide permits beyond what is wanted, as far as it or what replaced it is still there: pairs of
/// far address and port.
fn excess_of(case: &Case, inventory: &Inventory, id: &str, firewall: &Firewall) -> f64 {
    let Some(known) = firewall.rules().iter().find(|known| known.rule.id == id) else { return 0.0 };
    let Some(group) = inventory.groups.get(&known.group) else { return 0.0 };
    let cells = |rule: &Rule| {
        let wanted = case.intents.iter().filter(|intent| {
            let near = if rule.egress { &intent.clients } else { &intent.servers };
            let hosts = hosts(inventory, &Peer::Group(known.group.clone()));
            near.iter().any(|block| hosts.iter().any(|host| block.covers(host)))
                && rule.protocol.covers(intent.protocol)
                && (!matches!(rule.ports, Ports::Range(from, to) if !(from..=to).contains(&intent.port)))
        });
        let wanted: f64 = wanted
            .map(|intent| {
                let far = if rule.egress { &intent.servers } else { &intent.clients };
                let inside = far
                    .iter()
                    .filter(|block| hosts(inventory, &rule.peer).iter().any(|own| own.covers(block)));
                inside.map(Cidr::size).sum::<f64>()
            })
            .sum();
        (rule_cells(inventory, rule) - wanted).max(0.0)
    };
    let is_part = |rule: &&Rule| {
        rule.permits_the_same(&known.rule)
            || (rule.id.is_empty() && firewall::usage::covers(&known.rule, rule, inventory))
    };
    group.rules.iter().filter(is_part).map(cells).sum()
}
