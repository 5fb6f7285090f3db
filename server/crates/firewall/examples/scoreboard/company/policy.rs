//! The rules as somebody wrote them, mistakes included, and whether a packet passes: every rule asked in turn.

use super::dice::Dice;
use super::people::{Block, Job, Outside, People, ZONES_OF_PUBLIC};
use super::wants::{ICMP, Side, TCP, Want};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The far end of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Far {
    Group(usize),
    /// The prefix list of the company's own networks.
    List,
    Block(Block),
    /// A group that is gone.
    Ghost(String),
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub id: String,
    pub group: usize,
    pub egress: bool,
    /// `None` is everything.
    pub protocol: Option<u8>,
    pub ports: (u16, u16),
    pub far: Far,
    pub until: i64,
    pub is_excess: bool,
}

/// An entry of a network ACL.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub number: u32,
    pub allow: bool,
    pub egress: bool,
    pub protocol: Option<u8>,
    pub block: Block,
    pub ports: Option<(u16, u16)>,
}

/// A packet as one interface meets it.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    pub machine: usize,
    pub egress: bool,
    pub far: IpAddr,
    pub protocol: u8,
    pub port: u16,
    pub at: i64,
}

#[derive(Debug)]
pub struct Policy {
    pub groups: Vec<String>,
    /// Carried by everybody of the product's VPC beside their own.
    pub has_base: bool,
    pub rules: Vec<Rule>,
    /// By subnet.
    pub acls: Vec<Vec<Entry>>,
    pub list: Vec<Block>,
    pub has_bpa: bool,
    /// Groups of the account of shared services are named although they are not listed here.
    names_unseen: bool,
    locked: Vec<Job>,
}

const ANY_V4: Block = Block { base: IpAddr::V4(Ipv4Addr::UNSPECIFIED), length: 0 };
const ANY_V6: Block = Block { base: IpAddr::V6(Ipv6Addr::UNSPECIFIED), length: 0 };

fn group_of(job: Job) -> usize {
    Job::ALL.iter().position(|one| *one == job).unwrap_or_default()
}

/// The groups after those of the jobs.
pub const BASE: usize = Job::ALL.len();

impl Policy {
    /// Writes the rules for some wants; what went wrong is noted in each.
    pub fn write(
        dice: &mut Dice,
        people: &People,
        wants: &mut [Want],
        (begin, end): (i64, i64),
        sees_shared: bool,
    ) -> Self {
        let groups = (0..=BASE).map(|_| dice.id("sg")).collect();
        let has_base = dice.chance(0.6);
        let candidates = [Job::Api, Job::Node, Job::Batch, Job::Mail, Job::Db, Job::Runner, Job::Bastion];
        let locked = candidates.into_iter().filter(|_| dice.chance(0.3)).collect();
        let list = vec![people.staff.block, people.centre.block];
        let acls = people.subnets.iter().map(|_| open_acl()).collect();
        let mut policy = Policy {
            groups,
            has_base,
            rules: Vec::new(),
            acls,
            list,
            has_bpa: false,
            names_unseen: dice.chance(0.5),
            locked,
        };
        for job in Job::ALL {
            if !policy.locked.contains(&job) && job != Job::Nat {
                policy.add(dice, (group_of(job), true), (None, (0, u16::MAX)), Far::Block(ANY_V4));
                policy.add(dice, (group_of(job), true), (None, (0, u16::MAX)), Far::Block(ANY_V6));
            }
        }
        let uses_list = dice.chance(0.5);
        for want in wants.iter_mut() {
            want.fault = policy.fault(dice, people, want);
            policy.permit(dice, people, want, ((begin, end), uses_list, sees_shared));
        }
        let to_retired = (Some(TCP), (8_090, 8_090));
        policy.add(dice, (group_of(Job::Retired), false), to_retired, Far::Group(group_of(Job::Api)));
        if policy.locked.contains(&Job::Api) {
            policy.add(dice, (group_of(Job::Api), true), to_retired, Far::Group(group_of(Job::Retired)));
        }
        policy.excess(dice, people);
        policy
    }

    fn add(
        &mut self,
        dice: &mut Dice,
        (group, egress): (usize, bool),
        (protocol, ports): (Option<u8>, (u16, u16)),
        far: Far,
    ) -> Option<&mut Rule> {
        let same = |rule: &Rule| {
            (rule.group, rule.egress, rule.protocol, rule.ports) == (group, egress, protocol, ports)
                && rule.far == far
        };
        if self.rules.iter().any(same) {
            return None;
        }
        let id = dice.id("sgr");
        let (until, is_excess) = (i64::MAX, false);
        self.rules.push(Rule { id, group, egress, protocol, ports, far, until, is_excess });
        self.rules.last_mut()
    }

    fn fault(&mut self, dice: &mut Dice, people: &People, want: &Want) -> &'static str {
        if !dice.chance(0.33) {
            return "";
        }
        let is_locked = matches!(want.clients, Side::Jobs(job) if self.locked.contains(&job));
        let choices: &[&'static str] = match (want.clients, want.servers) {
            (Side::Internet, _) => &["", "", "", "", "bpa"],
            (Side::Partner(_) | Side::Staff | Side::Centre, _) => {
                &["narrow block", "mistyped block", "removed rule"]
            }
            (_, Side::Partner(_)) if is_locked => &["locked out", "answers in"],
            (_, Side::Partner(_)) => &["answers in"],
            _ if want.by_v6 => &["one family", "removed rule", "missing rule"],
            (_, Side::Everybody) => &["removed rule", "missing rule"],
            (Side::Everybody, _) => &["removed rule", "missing rule", "wrong port"],
            _ if is_locked => &["locked out", "missing rule", "wrong port"],
            _ => &["missing rule", "wrong port", "wrong group", "removed rule", "acl in", "answers out"],
        };
        let fault = dice.pick(choices).unwrap_or_default();
        self.has_bpa |= fault == "bpa";
        self.spoil_acls(dice, people, want, fault);
        fault
    }

    fn spoil_acls(&mut self, dice: &mut Dice, people: &People, want: &Want, fault: &str) {
        let subnet = |side: Side| match side {
            Side::Jobs(job) => people.machines.iter().find(|one| one.job == job).map(|one| one.subnet),
            _ => None,
        };
        let (subnet, egress, ports) = match fault {
            "acl in" => (subnet(want.servers), false, Some((want.port, want.port))),
            "answers out" => (subnet(want.servers), true, Some((32_768, 49_151 + dice.below(12_000) as u16))),
            "answers in" => (subnet(want.clients), false, Some((1_024, u16::MAX))),
            _ => return,
        };
        let Some(subnet) = subnet else { return };
        // Answers are lost only from where they cross the border; a partner's are denied by what they are not.
        let Some(block) = (if fault == "answers in" {
            match want.servers {
                Side::Partner(place) => people.partners.get(place).map(|one| one.block),
                _ => None,
            }
        } else {
            let IpAddr::V4(base) = people.subnets[0].v4.base else { return };
            let [a, b, ..] = base.octets();
            Some(Block::of(Ipv4Addr::new(a, b, 0, 0), 16))
        }) else {
            return;
        };
        let ports = ports.filter(|_| want.protocol != ICMP);
        let entry = Entry { number: 40, allow: false, egress, protocol: Some(want.protocol), block, ports };
        self.acls[subnet].insert(0, entry);
    }

    fn permit(
        &mut self,
        dice: &mut Dice,
        people: &People,
        want: &Want,
        ((begin, end), uses_list, sees_shared): ((i64, i64), bool, bool),
    ) {
        let ports = match want.fault {
            "wrong port" => mistyped(dice, want.port),
            _ => want.port,
        };
        let service =
            (Some(want.protocol), if want.protocol == ICMP { (0, u16::MAX) } else { (ports, ports) });
        let mut fars = self.fars(want, people, want.clients, (uses_list, sees_shared));
        match want.fault {
            "narrow block" | "mistyped block" => fars = vec![Far::Block(spoiled(dice, want, people))],
            "wrong group" => fars = vec![Far::Group(other_job(dice, want))],
            "one family" => {}
            _ => {}
        }
        if want.fault != "missing rule" {
            let removed = end - (end - begin) / 3 + dice.below(3_600) as i64;
            let way =
                if want.fault.is_empty() && want.habit.level(begin) >= 0.0 { dice.below(9) } else { 99 };
            for group in self.near(want.servers) {
                for far in &fars {
                    // By both families the rule names the subnets; the other family's is what may be forgotten.
                    let (service, far, is_excess) = widened(way, service, far, want);
                    if let Some(rule) = self.add(dice, (group, false), service, far) {
                        rule.is_excess = is_excess;
                        rule.until = if want.fault == "removed rule" { removed } else { i64::MAX };
                    }
                }
            }
        }
        if let Side::Jobs(job) = want.clients
            && self.locked.contains(&job)
            && want.fault != "locked out"
        {
            for far in self.fars(want, people, want.servers, (false, sees_shared)) {
                let service = (
                    Some(want.protocol),
                    if want.protocol == ICMP { (0, u16::MAX) } else { (want.port, want.port) },
                );
                self.add(dice, (group_of(job), true), service, far);
            }
        }
    }

    /// The groups at whose machines a side's rules stand.
    fn near(&self, side: Side) -> Vec<usize> {
        match side {
            Side::Jobs(job) => vec![group_of(job)],
            Side::Everybody if self.has_base => vec![BASE],
            Side::Everybody => Job::ALL
                .into_iter()
                .filter(|job| !job.is_managed() && !job.is_shared() && *job != Job::Retired)
                .map(group_of)
                .collect(),
            _ => Vec::new(),
        }
    }

    fn fars(
        &self,
        want: &Want,
        people: &People,
        side: Side,
        (uses_list, sees_shared): (bool, bool),
    ) -> Vec<Far> {
        let blocks =
            |outside: Option<&Outside>| outside.map(|one| Far::Block(one.block)).into_iter().collect();
        match side {
            Side::Internet => vec![Far::Block(ANY_V4), Far::Block(ANY_V6)],
            Side::Staff if uses_list => vec![Far::List],
            Side::Staff => blocks(Some(&people.staff)),
            Side::Centre => blocks(Some(&people.centre)),
            Side::Partner(place) => blocks(people.partners.get(place)),
            Side::Jobs(job) if job.is_shared() && !sees_shared && !self.names_unseen => {
                let subnets = people.subnets.iter().filter(|one| one.shared);
                subnets.map(|one| Far::Block(one.v4)).collect()
            }
            Side::Jobs(job) if want.by_v6 => {
                // Somebody wrote the subnets down, for each family.
                let mut homes: Vec<usize> =
                    people.machines.iter().filter(|one| one.job == job).map(|one| one.subnet).collect();
                homes.sort_unstable();
                homes.dedup();
                let v4 = homes.iter().map(|place| Far::Block(people.subnets[*place].v4));
                let v6 = homes.iter().map(|place| Far::Block(people.subnets[*place].v6));
                if want.fault == "one family" { v4.collect() } else { v4.chain(v6).collect() }
            }
            side => self.near(side).into_iter().map(Far::Group).collect(),
        }
    }

    /// Rules nobody needs.
    fn excess(&mut self, dice: &mut Dice, people: &People) {
        for _ in 0..dice.between(2, 6) {
            let group = group_of(
                dice.pick(&[Job::Web, Job::Api, Job::Db, Job::Cache, Job::Queue, Job::Files])
                    .unwrap_or(Job::Db),
            );
            let port = [3_389, 21, 8_161, 2_375, 11_211, 27_017, 15_672][dice.below(7)];
            let far = match dice.below(4) {
                0 => Far::Block(ANY_V4),
                1 => Far::Ghost(dice.id("sg")),
                2 => Far::Block(Block::of(Ipv4Addr::new(10, 0, 0, 0), 8)),
                _ => Far::Block(Block::of(Ipv4Addr::new(192, 168, dice.below(200) as u8, 0), 24)),
            };
            if let Some(rule) = self.add(dice, (group, false), (Some(TCP), (port, port)), far) {
                rule.is_excess = true;
            }
        }
        let office = Far::Block(Block { length: 16, ..people.staff.block });
        let office = match office {
            Far::Block(Block { base: IpAddr::V4(base), length }) => {
                let [a, b, ..] = base.octets();
                Far::Block(Block::of(Ipv4Addr::new(a, b, 0, 0), length))
            }
            other => other,
        };
        if dice.chance(0.4)
            && let Some(rule) = self.add(dice, (group_of(Job::Files), false), (None, (0, u16::MAX)), office)
        {
            rule.is_excess = true;
        }
    }

    fn carries(&self, people: &People, machine: usize, group: usize) -> bool {
        let one = &people.machines[machine];
        group == group_of(one.job) || (group == BASE && self.has_base && carries_base(one.job))
    }

    /// The groups of a machine.
    pub fn groups_of(&self, people: &People, machine: usize) -> Vec<usize> {
        if people.machines[machine].job == Job::Nat {
            return Vec::new();
        }
        (0..=BASE).filter(|group| self.carries(people, machine, *group)).collect()
    }

    pub fn permits(&self, people: &People, packet: &Packet) -> bool {
        people.machines[packet.machine].job == Job::Nat
            || self.rules.iter().any(|rule| {
                rule.egress == packet.egress
                    && packet.at < rule.until
                    && rule.protocol.is_none_or(|number| number == packet.protocol)
                    && (rule.protocol.is_none()
                        || packet.protocol == ICMP
                        || (rule.ports.0..=rule.ports.1).contains(&packet.port))
                    && self.carries(people, packet.machine, rule.group)
                    && self.means(people, &rule.far, packet)
            })
    }

    fn means(&self, people: &People, far: &Far, packet: &Packet) -> bool {
        match far {
            Far::Block(block) => block.holds(packet.far),
            Far::List => self.list.iter().any(|block| block.holds(packet.far)),
            Far::Ghost(_) => false,
            Far::Group(group) => {
                let holder = people.holder(packet.far, packet.at);
                holder.is_some_and(|holder| self.carries(people, holder, *group))
            }
        }
    }

    /// Whether the subnet's network ACL lets a packet pass.
    pub fn passes_acl(&self, people: &People, packet: &Packet) -> bool {
        let subnet = people.machines[packet.machine].subnet;
        let home = &people.subnets[subnet];
        if home.v4.holds(packet.far) || home.v6.holds(packet.far) {
            return true;
        }
        let decides = self.acls[subnet].iter().find(|entry| {
            entry.egress == packet.egress
                && entry.protocol.is_none_or(|number| number == packet.protocol)
                && entry.block.holds(packet.far)
                && entry.ports.is_none_or(|(from, to)| (from..=to).contains(&packet.port))
        });
        decides.is_some_and(|entry| entry.allow)
    }
}

fn carries_base(job: Job) -> bool {
    !job.is_managed() && !job.is_shared()
}

fn open_acl() -> Vec<Entry> {
    let mut entries = Vec::new();
    for (number, block) in [(100, ANY_V4), (101, ANY_V6)] {
        for egress in [true, false] {
            entries.push(Entry { number, allow: true, egress, protocol: None, block, ports: None });
        }
    }
    entries
}

/// Two digits swapped, or one slipped.
fn mistyped(dice: &mut Dice, port: u16) -> u16 {
    let mut digits: Vec<u8> = port.to_string().into_bytes();
    let at = dice.below(digits.len().saturating_sub(1));
    if digits.len() > 1 && digits[at] != digits[at + 1] {
        digits.swap(at, at + 1);
    }
    let typed = String::from_utf8(digits).ok().and_then(|text| text.parse().ok()).unwrap_or(port);
    if typed == port || typed < 10 { port + 1 } else { typed }
}

/// The block of a want's clients as somebody mistook it: too narrow, or another digit.
fn spoiled(dice: &mut Dice, want: &Want, people: &People) -> Block {
    let block = match want.clients {
        Side::Staff => people.staff.block,
        Side::Centre => people.centre.block,
        Side::Partner(place) => people.partners.get(place).map_or(ANY_V4, |one| one.block),
        _ => ANY_V4,
    };
    if want.fault == "narrow block" {
        return Block { length: block.length + 1 + dice.below(3) as u8, ..block };
    }
    let IpAddr::V4(base) = block.base else { return block };
    let [a, b, c, d] = base.octets();
    let c = if c < 245 { c + 10 * u8::from(c < 90) + 1 - u8::from(c < 90) } else { c - 1 };
    Block::of(Ipv4Addr::new(a, b, c, d), block.length)
}

fn other_job(dice: &mut Dice, want: &Want) -> usize {
    let jobs = [Job::Mail, Job::Files, Job::Collector, Job::Clock, Job::Bastion];
    let mut jobs =
        jobs.into_iter().filter(|job| Side::Jobs(*job) != want.clients && Side::Jobs(*job) != want.servers);
    let skip = dice.below(3);
    jobs.nth(skip).map_or(0, group_of)
}

/// A rule as it should be, or wider: for the world, for all ports, for all private addresses, for everything.
fn widened(
    way: usize,
    service: (Option<u8>, (u16, u16)),
    far: &Far,
    want: &Want,
) -> ((Option<u8>, (u16, u16)), Far, bool) {
    let inside = matches!(want.clients, Side::Jobs(_) | Side::Centre) && !want.by_v6;
    let by_ports = service.0 != Some(ICMP);
    match way {
        0 if inside => (service, Far::Block(ANY_V4), true),
        1 if inside && by_ports => ((service.0, (0, u16::MAX)), far.clone(), true),
        2 if inside && want.clients != Side::Centre => {
            (service, Far::Block(Block::of(Ipv4Addr::new(10, 0, 0, 0), 8)), true)
        }
        3 if inside && by_ports => {
            let (from, to) = (service.1.0 - service.1.0 % 1_000, service.1.0 - service.1.0 % 1_000 + 999);
            ((service.0, (from.max(1), to)), far.clone(), true)
        }
        4 if inside => ((None, (0, u16::MAX)), far.clone(), true),
        _ => (service, far.clone(), false),
    }
}

/// Whether a machine can be reached from the internet.
pub fn is_public(people: &People, machine: usize) -> bool {
    people.machines[machine].subnet < ZONES_OF_PUBLIC
}
