//! The policy that should be, the mistakes somebody made in it, what is wider than it should be, and whether a packet
//! passes. Rules are asked one by one.

use super::plan::{Intent, Plan, Rhythm, Side};
use crate::acl::{Acl, Cidr, Entry};
use crate::links::TCP;
use crate::path::WINDOWS_EPHEMERAL;
use crate::seed::Dice;
use std::net::{IpAddr, Ipv4Addr};

/// Place of the group that is on nearly everything, beyond those of the roles.
pub(super) const COMMON: usize = usize::MAX;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Far {
    Group(usize),
    Block(Cidr),
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) id: String,
    /// Place of the role, or [`COMMON`].
    pub(super) group: usize,
    pub(super) egress: bool,
    /// `None` is every protocol.
    pub(super) protocol: Option<u8>,
    pub(super) ports: (u16, u16),
    pub(super) far: Far,
    pub(super) is_superfluous: bool,
}

#[derive(Debug)]
pub(super) struct Rules {
    pub(super) all: Vec<Rule>,
    /// One for each subnet.
    pub(super) acls: Vec<Acl>,
    /// Block Public Access refuses the internet.
    pub(super) has_bpa: bool,
}

/// A packet as one interface meets it.
pub(super) struct Packet {
    pub(super) machine: usize,
    pub(super) egress: bool,
    pub(super) far: IpAddr,
    pub(super) protocol: u8,
    pub(super) dst_port: u16,
}

impl Rules {
    pub(super) fn write(dice: &mut Dice, plan: &mut Plan) -> Self {
        let acls = plan.subnets.iter().map(|_| open_acl(dice)).collect();
        let mut rules = Rules { all: Vec::new(), acls, has_bpa: false };
        for place in 0..plan.roles.len() {
            if !plan.roles[place].is_locked {
                rules.add(dice, place, true, None, (0, u16::MAX), Far::Block(Cidr::ANY_V4));
                rules.add(dice, place, true, None, (0, u16::MAX), Far::Block(Cidr::ANY_V6));
            }
        }
        let mut intents = std::mem::take(&mut plan.intents);
        for intent in &mut intents {
            intent.mistake = rules.mistake(dice, plan, intent);
            rules.permit(dice, plan, intent);
        }
        plan.intents = intents;
        rules.excess(dice, plan);
        rules
    }

    fn add(
        &mut self,
        dice: &mut Dice,
        group: usize,
        egress: bool,
        protocol: Option<u8>,
        ports: (u16, u16),
        far: Far,
    ) -> &mut Rule {
        let place = self.all.len();
        self.all.push(Rule {
            id: dice.id("sgr"),
            group,
            egress,
            protocol,
            ports,
            far,
            is_superfluous: false,
        });
        &mut self.all[place]
    }

    fn has(&self, group: usize, egress: bool, protocol: Option<u8>, ports: (u16, u16), far: &Far) -> bool {
        let same = |rule: &Rule| {
            (rule.group, rule.egress, rule.protocol, rule.ports) == (group, egress, protocol, ports)
        };
        self.all.iter().any(|rule| same(rule) && rule.far == *far)
    }

    /// Chooses what goes wrong with an intent; network ACLs are spoiled here, rules when they are written.
    fn mistake(&mut self, dice: &mut Dice, plan: &Plan, intent: &Intent) -> &'static str {
        if !dice.chance(0.35) {
            return "";
        }
        let (choices, rare): (&[&'static str], bool) = match (&intent.clients, &intent.servers) {
            (Side::Internet, _) => (&["bpa"], true),
            (Side::Outside { .. }, _) => (&["half a block", "mistyped block", "missing rule"], false),
            (Side::Role(client), Side::Outside { .. }) if plan.roles[*client].is_locked => {
                (&["half a block", "no answers in"], false)
            }
            (_, Side::Outside { .. }) => (&["no answers in"], false),
            (Side::Role(client), _) => {
                let locked = plan.roles[*client].is_locked;
                let v6 = intent.by_v6;
                match (locked, v6) {
                    (true, _) => {
                        (&["missing outbound rule", "missing rule", "wrong port", "wrong group"], false)
                    }
                    (_, true) => (&["one family forgotten", "missing rule", "wrong group"], false),
                    _ => (
                        &[
                            "missing rule",
                            "wrong port",
                            "wrong group",
                            "no answers out",
                            "stopped at the subnet",
                        ],
                        false,
                    ),
                }
            }
        };
        if rare && dice.chance(0.5) {
            return "";
        }
        let mistake = dice.pick(choices).unwrap_or("");
        self.spoil_acls(plan, intent, mistake);
        self.has_bpa |= mistake == "bpa";
        mistake
    }

    fn spoil_acls(&mut self, plan: &Plan, intent: &Intent, mistake: &str) {
        let subnet_of = |side: &Side| match side {
            Side::Role(role) => plan.roles[*role].machines.first().map(|place| plan.machines[*place].subnet),
            _ => None,
        };
        let entry = |number, allow, egress, ports| Entry {
            number,
            allow,
            egress,
            protocol: Some(intent.protocol),
            cidr: plan.v4,
            ports: Some(ports),
        };
        match mistake {
            "no answers out" => {
                if let Some(subnet) = subnet_of(&intent.servers) {
                    self.acls[subnet]
                        .entries
                        .insert(0, entry(50, false, true, (1_024, WINDOWS_EPHEMERAL - 1)));
                }
            }
            "stopped at the subnet" => {
                if let Some(subnet) = subnet_of(&intent.servers) {
                    let port = intent.port;
                    self.acls[subnet].entries.insert(0, entry(40, false, false, (port, port)));
                }
            }
            "no answers in" => {
                if let (Some(subnet), Side::Outside { block, .. }) =
                    (subnet_of(&intent.clients), &intent.servers)
                {
                    let denied = Entry { cidr: *block, ..entry(60, false, false, (1_024, u16::MAX)) };
                    self.acls[subnet].entries.insert(0, denied);
                }
            }
            _ => {}
        }
    }

    /// Writes the rules of an intent, wrong where it says so.
    fn permit(&mut self, dice: &mut Dice, plan: &Plan, intent: &Intent) {
        let (protocol, port) = (Some(intent.protocol), intent.port);
        let far = |side: &Side| match side {
            Side::Role(role) => vec![Far::Group(*role)],
            Side::Outside { block, .. } => vec![Far::Block(*block)],
            Side::Internet => vec![Far::Block(Cidr::ANY_V4), Far::Block(Cidr::ANY_V6)],
        };
        if let Side::Role(server) = intent.servers {
            let fars = match intent.mistake {
                "missing rule" => Vec::new(),
                "wrong group" => vec![Far::Group(other_role(dice, plan, &intent.clients, server))],
                "one family forgotten" => vec![Far::Block(plan.v4)],
                "half a block" | "mistyped block" => spoiled(&intent.clients, intent.mistake),
                _ => far(&intent.clients),
            };
            let port = if intent.mistake == "wrong port" { mistyped(port) } else { port };
            for far in fars {
                let (ports, far, wide) = widened(dice, intent, port, far);
                // AWS refuses a rule that is there already.
                if !self.has(server, false, protocol, ports, &far) {
                    self.add(dice, server, false, protocol, ports, far).is_superfluous = wide;
                }
            }
        }
        if let Side::Role(client) = intent.clients
            && plan.roles[client].is_locked
            && intent.mistake != "missing outbound rule"
        {
            let fars = if intent.mistake == "half a block" {
                spoiled(&intent.servers, intent.mistake)
            } else {
                far(&intent.servers)
            };
            for far in fars {
                if !self.has(client, true, protocol, (port, port), &far) {
                    self.add(dice, client, true, protocol, (port, port), far);
                }
            }
        }
    }

    /// Rules nobody needs.
    fn excess(&mut self, dice: &mut Dice, plan: &Plan) {
        for _ in 0..dice.between(2, 5) {
            let group = dice.below(plan.roles.len());
            let port = dice.between(7_000, 7_900) as u16;
            let far = match dice.below(3) {
                0 => Far::Block(Cidr::ANY_V4),
                1 => Far::Group(dice.below(plan.roles.len())),
                _ => Far::Block(Cidr::v4([192, 168, 7, 0], 24)),
            };
            if !self.has(group, false, Some(TCP), (port, port), &far) {
                self.add(dice, group, false, Some(TCP), (port, port), far).is_superfluous = true;
            }
        }
        let single = |rule: &&Rule| !rule.egress && !rule.is_superfluous && rule.ports.0 == rule.ports.1;
        let candidates: Vec<Rule> = self.all.iter().filter(single).cloned().collect();
        if let Some(rule) = candidates.get(dice.below(candidates.len().max(1))) {
            // The wider one stays: it covers the narrower, which is not needed any more.
            let (from, to) = (rule.ports.0, rule.ports.1.saturating_add(dice.between(1, 3) as u16));
            let (group, protocol, far) = (rule.group, rule.protocol, rule.far.clone());
            self.add(dice, group, false, protocol, (from, to), far).is_superfluous = true;
        }
    }

    pub(super) fn superfluous(&self) -> Vec<String> {
        self.all.iter().filter(|rule| rule.is_superfluous).map(|rule| rule.id.clone()).collect()
    }

    /// Whether the groups of a machine permit an opening.
    pub(super) fn permits(&self, plan: &Plan, packet: &Packet) -> bool {
        let role = plan.machines[packet.machine].role;
        let carries = |group: usize| group == role || (group == COMMON && plan.roles[role].has_common);
        self.all.iter().any(|rule| {
            carries(rule.group)
                && rule.egress == packet.egress
                && rule.protocol.is_none_or(|number| number == packet.protocol)
                && (rule.protocol.is_none() || (rule.ports.0..=rule.ports.1).contains(&packet.dst_port))
                && match &rule.far {
                    Far::Block(block) => block.contains(packet.far),
                    Far::Group(group) => is_of(plan, packet.far, *group),
                }
        })
    }

    /// Whether the network ACL lets a packet pass the subnet's border.
    pub(super) fn acl_lets_pass(&self, plan: &Plan, packet: &Packet) -> bool {
        let subnet = plan.machines[packet.machine].subnet;
        let within =
            plan.subnets[subnet].v4.contains(packet.far) || plan.subnets[subnet].v6.contains(packet.far);
        within || self.acls[subnet].allows(packet.egress, packet.far, packet.protocol, packet.dst_port)
    }
}

fn is_of(plan: &Plan, address: IpAddr, group: usize) -> bool {
    let of = |role: usize| group == role || (group == COMMON && plan.roles[role].has_common);
    plan.machines
        .iter()
        .any(|one| of(one.role) && (IpAddr::V4(one.v4) == address || one.v6.map(IpAddr::V6) == Some(address)))
}

/// One rule in six of those that are right otherwise is wider than it should be: open to the world, for all ports, or
/// for every private address. What both families use is widened in its ports alone; else one family would be forgotten.
fn widened(dice: &mut Dice, intent: &Intent, port: u16, far: Far) -> ((u16, u16), Far, bool) {
    let as_meant = ((port, port), far);
    if !intent.mistake.is_empty() || !matches!(intent.clients, Side::Role(_)) || dice.chance(0.83) {
        return (as_meant.0, as_meant.1, false);
    }
    let ((ports, far), way) = (as_meant, if intent.by_v6 { 1 } else { dice.below(3) });
    match way {
        0 => (ports, Far::Block(Cidr::ANY_V4), true),
        1 => ((0, u16::MAX), far, true),
        _ => (ports, Far::Block(Cidr::v4([172, 16, 0, 0], 12)), true),
    }
}

/// A role that is neither end.
fn other_role(dice: &mut Dice, plan: &Plan, clients: &Side, server: usize) -> usize {
    let start = dice.below(plan.roles.len());
    let turn = (0..plan.roles.len()).map(|step| (start + step) % plan.roles.len());
    turn.into_iter().find(|role| *role != server && Side::Role(*role) != *clients).unwrap_or(server)
}

/// Half of a block, or one with a digit mistyped.
fn spoiled(side: &Side, mistake: &str) -> Vec<Far> {
    let Side::Outside { block, .. } = side else { return Vec::new() };
    let IpAddr::V4(base) = block.addr else { return Vec::new() };
    if mistake == "half a block" {
        return vec![Far::Block(Cidr { prefix: block.prefix + 1, ..*block })];
    }
    let [a, b, c, d] = base.octets();
    let slipped = if c >= 10 { (c % 10) * 10 % 250 + c / 10 % 10 } else { c + 1 };
    let c = if slipped == c { c.wrapping_add(1) } else { slipped };
    vec![Far::Block(Cidr { addr: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix: block.prefix })]
}

/// The last two digits swapped, or the last one off by one.
fn mistyped(port: u16) -> u16 {
    let swapped = port / 100 * 100 + port % 10 * 10 + port / 10 % 10;
    if swapped == port { port + 1 } else { swapped }
}

fn open_acl(dice: &mut Dice) -> Acl {
    let all = |egress, cidr, number| Entry { number, allow: true, egress, protocol: None, cidr, ports: None };
    let entries = vec![
        all(true, Cidr::ANY_V4, 100),
        all(true, Cidr::ANY_V6, 101),
        all(false, Cidr::ANY_V4, 100),
        all(false, Cidr::ANY_V6, 101),
    ];
    Acl { id: dice.id("acl"), name: "subnet", default: false, entries }
}

impl Rhythm {
    /// Part of the full rate in the six hours that begin at an hour of a day, counted from a Monday.
    pub(super) fn level(self, day: i64, quarter: i64, day_of_month: i64) -> f64 {
        let weekend = day.rem_euclid(7) >= 5;
        match self {
            Rhythm::Steady => 1.0,
            Rhythm::Business if weekend => 0.15,
            Rhythm::Business => [0.05, 0.9, 1.0, 0.4][quarter as usize % 4],
            Rhythm::Nightly => f64::from(u8::from(quarter == 0)),
            Rhythm::Weekly => f64::from(u8::from(day.rem_euclid(7) == 6 && quarter == 0)),
            Rhythm::MonthEnd => f64::from(u8::from(day_of_month == 1 && quarter == 0)),
        }
    }
}
