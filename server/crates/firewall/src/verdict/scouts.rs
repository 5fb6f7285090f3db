//! Clients that try doors. The measure is how many rules somebody would have had to forget for the client to be an
//! honest one: a broken service lacks one rule or two, a scanner lacks a dozen. Many hosts of one group behind one port
//! are one rule, so a role that is refused everywhere does not look like a scan.
//!
//! The count of four is that of Threshold Random Walk (Jung and others, "Fast Portscan Detection Using Sequential
//! Hypothesis Testing", 2004): with eight in ten first contacts of honest clients granted and two in ten of scanners,
//! four refusals more than grants leave one honest client in a hundred wrongly accused.
//!
//! The Rejects page sorts noise out from the logs alone (`lake::intent`) and counts doors instead of rules; why its
//! measures are others is said there.

mod port;

use super::refused::{Refused, clients};
use crate::address::{Address, Cidr};
use crate::evaluate::{AclAnswer, AclPorts, Firewall, Opening, Permit};
use crate::traffic::{Direction, Flow, Leg, Reason, TCP, Traffic, UDP};
use hashbrown::{HashMap, HashSet};
use port::Port;

/// Refused rules that make a scanner of a client, unless twice as many let it in.
const FORGOTTEN: usize = 4;
/// Refused rules that make a scanner of a client whatever else it does.
const FAR_TOO_MANY: usize = 16;
/// Kinds of machine at one port that make a sweep.
const SWEPT: usize = 3;
/// Services of one client that may be in earnest, and those of them that sweep: monitoring asks a few things of
/// everybody, a scan asks everything.
const EARNEST_SERVICES: usize = 8;
const EARNEST_SWEEPS: usize = 3;
/// For strangers from the internet two doors are enough: nobody forgets two rules for the same stranger.
const FORGOTTEN_FOR_STRANGERS: usize = 2;

/// Ports that strangers guess passwords at or that need none: shells, desktops, shares, mail, databases, engines.
const GUESSED: [u16; 16] =
    [21, 22, 23, 25, 135, 139, 445, 1_433, 2_375, 3_306, 3_389, 5_432, 5_900, 6_379, 9_200, 27_017];
/// Zones, and with them subnets, that the hosts of one service are commonly spread over.
const ZONES: usize = 4;
/// Refused records of one pair that make a client persistent, and how many such clients of one network belong together.
const PERSISTENT: u64 = 3;
const NEIGHBOURS: usize = 3;
/// Clients who are no scouts that make a fault of a refusal.
const FAULTY: usize = 2;
/// Answers to one pair by which a client used what it is refused now: a look at a door takes fewer.
const USED: u64 = 8;
/// The same a day, of one that tries doors: looking again each day is no work.
const WORK_A_DAY: f64 = 3.0;

/// What a client tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doors {
    /// Rules that would have to be added for all its refused openings.
    pub refused: usize,
    /// Those of them that nobody needs in earnest: neither tried again and again, nor a routine of its whole role.
    pub probed: usize,
    /// Those of the probed that are not refused to its whole role alike: a scan is one machine's deed, and what most
    /// machines of one kind are refused is a mistake made once.
    pub alone: usize,
    /// Rules that would have to be added at its own end, where only the logs tell of them.
    pub kept_in: usize,
    /// Rules that let in what was answered.
    pub granted: usize,
    /// Kinds of machine that refused it at one port at which fewer kinds let it in, and that it did not try in earnest:
    /// somebody goes from door to door.
    pub swept: usize,
    /// Distinct pairs of host and port refused.
    pub pairs: usize,
    /// Refused records of the pair that was tried most.
    pub attempts: u64,
}

/// Every client that was refused, and what it tried.
#[derive(Clone, Debug, Default)]
pub struct Scouts {
    doors: HashMap<Address, Doors>,
    /// Services that a client is refused at and that it needs.
    needed: HashSet<(Address, Service)>,
    /// Addresses of the account's own, whatever family: listed, or at the near end of a row.
    inside: HashSet<Address>,
    neighbours: HashMap<Cidr, usize>,
    /// Services that clients who try doors use all the same, because they have work beside that.
    earnest: HashSet<(Address, Service)>,
    /// Servers and services that refuse several clients who are no scouts: what is wrong there is the server's rules.
    faults: HashSet<(Address, Service)>,
}

/// What became of a contact.
#[derive(Clone, Copy, Default)]
struct Contact {
    refused: u64,
    /// Refused at the client's own end, where logs alone cannot tell whether it or its subnet is meant.
    kept_in: bool,
    /// Accepted answers, at the server's end and at the client's.
    answers: [u64; 2],
    /// Days with refusals.
    days: u128,
    /// Days with accepted answers.
    answered: u128,
}

impl Scouts {
    /// Looks at everything the refused clients did.
    pub(super) fn find(traffic: &Traffic<'_>, refused: &[Refused], firewall: Option<&Firewall>) -> Self {
        let clients = clients(refused);
        let mut contacts: HashMap<Address, Contacts> = HashMap::new();
        let mut vpcs: HashMap<Address, String> = HashMap::new();
        for flow in traffic.flows.iter().filter(|flow| clients.contains(&flow.client)) {
            let key = (flow.protocol, flow.port, flow.server);
            let contact = contacts.entry(flow.client).or_default().entry(key).or_default();
            if !flow.accepted && flow.leg == Leg::Opening && says_of_the_client(traffic, flow, firewall) {
                contact.refused += flow.flows;
                contact.days |= traffic.window.day_bit(flow.first);
            }
            let kept_in = !flow.accepted && flow.leg == Leg::Opening && flow.own_end_is_client();
            contact.kept_in |= kept_in && firewall.is_none();
            if flow.accepted && flow.leg == Leg::Answer {
                contact.answers[usize::from(flow.own_end_is_client())] += flow.flows;
                contact.answered |= traffic.window.day_bit(flow.first);
            }
            if let (Some(firewall), false) = (firewall, vpcs.contains_key(&flow.server)) {
                let inventory = firewall.inventory_at(flow.first);
                let interface = inventory.and_then(|one| one.interfaces.get(traffic.interface(flow)));
                vpcs.extend(interface.map(|one| (flow.server, one.vpc.clone())));
            }
        }
        let groups = |server: Address| -> Vec<String> {
            let vpc = vpcs.get(&server).map_or("", String::as_str);
            let owner = firewall.and_then(|firewall| firewall.owner_of(traffic.window.to, server, vpc));
            owner.map(|owner| owner.groups.clone()).unwrap_or_default()
        };
        let lives = lives(traffic, &contacts);
        let latest = firewall.and_then(|firewall| firewall.history().latest());
        let interfaces = latest.into_iter().flat_map(|inventory| inventory.interfaces.values());
        let listed = interfaces.flat_map(|one| one.addresses.iter().chain(&one.public).copied());
        let inside: HashSet<Address> = listed.chain(traffic.flows.iter().map(Flow::own)).collect();
        let shared = shared_refusals(traffic, &contacts, firewall);
        let mut needed = HashSet::new();
        let doors = contacts.iter().map(|(client, contacts)| {
            let is_stranger = client.is_public() && !inside.contains(client);
            let of_role = shared.get(client);
            let is_alone = |service: Service| !of_role.is_some_and(|services| services.contains(&service));
            let (doors, services) =
                doors(contacts, is_stranger, (&groups, &is_alone), (&lives, traffic.window.days()));
            needed.extend(services.into_iter().map(|service| (*client, service)));
            (*client, doors)
        });
        let doors = doors.collect();
        let mut scouts = Scouts { doors, needed, inside, ..Scouts::default() };
        scouts.neighbours = scouts.count_neighbours();
        scouts.faults = scouts.find_faults(&contacts, &groups);
        scouts.earnest = scouts.find_work(&contacts);
        scouts
    }

    /// Servers and services at which several who are no scouts are refused again and again.
    fn find_faults(
        &self,
        contacts: &HashMap<Address, Contacts>,
        groups: &GroupsOf<'_>,
    ) -> HashSet<(Address, Service)> {
        let mut kinds: HashMap<Address, Vec<String>> = HashMap::new();
        let mut refused: HashMap<(Vec<String>, Service), HashSet<Address>> = HashMap::new();
        let mut all: HashSet<(Address, Service)> = HashSet::new();
        for (client, contacts) in contacts {
            for ((protocol, port, server), contact) in contacts {
                let (service, is_wish) =
                    ((*protocol, *port), contact.refused >= PERSISTENT && !self.is_scout(*client));
                if contact.refused == 0 || !self.is_inside(*client) {
                    continue;
                }
                let kind = kinds.entry(*server).or_insert_with(|| {
                    let groups = groups(*server);
                    if groups.is_empty() { vec![server.to_string()] } else { groups }
                });
                all.insert((*server, service));
                if is_wish {
                    refused.entry((kind.clone(), service)).or_default().insert(*client);
                }
            }
        }
        let is_fault = |(server, service): &(Address, Service)| {
            let clients = kinds.get(server).and_then(|kind| refused.get(&(kind.clone(), *service)));
            clients.is_some_and(|clients| clients.len() >= FAULTY)
        };
        all.retain(is_fault);
        all
    }

    /// What those who try doors use as one uses what one needs: some server again and again on each day.
    fn find_work(&self, contacts: &HashMap<Address, Contacts>) -> HashSet<(Address, Service)> {
        let of_scouts = contacts.iter().filter(|(client, _)| self.is_scout(**client));
        let is_used = |contact: &Contact| {
            let answers = contact.answers[0].max(contact.answers[1]);
            let days = f64::from(contact.answered.count_ones().max(1));
            answers >= USED && answers as f64 >= WORK_A_DAY * days
        };
        let of_client = of_scouts.flat_map(|(client, contacts)| {
            let used = contacts.iter().filter(|(_, contact)| is_used(contact));
            used.map(|((protocol, port, _), _)| (*client, (*protocol, *port)))
        });
        of_client.collect()
    }

    /// Persistent clients of one service by their network.
    fn count_neighbours(&self) -> HashMap<Cidr, usize> {
        let mut neighbours = HashMap::new();
        for (client, doors) in &self.doors {
            if doors.refused == 1 && doors.attempts >= PERSISTENT {
                *neighbours.entry(Cidr::likely_network(*client)).or_default() += 1;
            }
        }
        neighbours
    }

    /// Whether a stranger is one of several of the same network who all keep trying one service and nothing else: an
    /// office or a partner, whom a rule may have forgotten. Scanners from one network try many doors, or guess passwords
    /// where that gets them a machine.
    pub fn has_neighbours(&self, client: Address, port: u16) -> bool {
        if is_guessed(port) {
            return false;
        }
        let alike = self.neighbours.get(&Cidr::likely_network(client)).copied().unwrap_or_default();
        alike >= NEIGHBOURS && self.doors(client).refused == 1
    }

    /// What a client tried.
    pub fn doors(&self, client: Address) -> Doors {
        self.doors.get(&client).copied().unwrap_or_default()
    }

    /// Whether a client needs a service that it is refused at: it tries again and again, day after day.
    pub fn needs(&self, client: Address, protocol: u8, port: u16) -> bool {
        self.needed.contains(&(client, (protocol, port)))
    }

    /// Whether an address is of the account or of a private network beside it.
    pub fn is_inside(&self, address: Address) -> bool {
        !address.is_public() || self.inside.contains(&address)
    }

    /// Whether a client tries doors.
    pub fn is_scout(&self, client: Address) -> bool {
        let Doors { refused, probed, alone, granted, kept_in, swept, .. } = self.doors(client);
        if !self.is_inside(client) {
            return refused >= FORGOTTEN_FOR_STRANGERS;
        }
        let mostly_refused = alone >= FORGOTTEN && 2 * alone > granted;
        mostly_refused || probed.max(kept_in) >= FAR_TOO_MANY || swept >= SWEPT
    }

    /// Whether a refused conversation is a try at a door: of a client that tries doors, and not at one where others are
    /// refused too who do not.
    pub fn is_try(&self, flow: &Flow) -> bool {
        let is_fault = self.faults.contains(&(flow.server, (flow.protocol, flow.port)));
        self.is_scout(flow.client) && !(is_fault && self.is_inside(flow.client))
    }

    /// Whether a client looked at a service only because it tries doors.
    pub fn only_looks(&self, client: Address, protocol: u8, port: u16) -> bool {
        let works = || self.is_inside(client) && self.earnest.contains(&(client, (protocol, port)));
        self.is_scout(client) && !works()
    }

    /// Whether a client that tries doors has its address in a block.
    pub fn are_in(&self, block: &Cidr) -> bool {
        self.all().any(|(client, _)| block.contains(client))
    }

    /// All clients that try doors.
    pub fn all(&self) -> impl Iterator<Item = (Address, Doors)> + '_ {
        self.doors
            .iter()
            .filter(|(client, _)| self.is_scout(**client))
            .map(|(client, doors)| (*client, *doors))
    }
}

/// Whether passwords are guessed at a port by whoever gets there.
pub fn is_guessed(port: u16) -> bool {
    GUESSED.contains(&port)
}

/// Protocol and port.
type Service = (u8, u16);

/// The groups of a server, none where nobody knows it.
type GroupsOf<'a> = dyn Fn(Address) -> Vec<String> + 'a;

/// Contacts of one client, by protocol, port and server.
type Contacts = HashMap<(u8, u16, Address), Contact>;

/// For each client the services that most machines with the same groups are refused alike.
fn shared_refusals(
    traffic: &Traffic<'_>,
    contacts: &HashMap<Address, Contacts>,
    firewall: Option<&Firewall>,
) -> HashMap<Address, HashSet<Service>> {
    let Some(firewall) = firewall else { return HashMap::new() };
    let owner = |client: &Address| firewall.owner_of(traffic.window.to, *client, "");
    let mut refused: HashMap<(&[String], Service), HashSet<&str>> = HashMap::new();
    for (client, contacts) in contacts {
        let Some(owner) = owner(client) else { continue };
        for ((protocol, port, _), _) in contacts.iter().filter(|(_, contact)| contact.refused > 0) {
            refused.entry((&owner.groups, (*protocol, *port))).or_default().insert(&owner.id);
        }
    }
    let mut kinds: HashMap<&[String], usize> = HashMap::new();
    let latest = firewall.history().latest().into_iter();
    for interface in latest.flat_map(|inventory| inventory.interfaces.values()) {
        *kinds.entry(&interface.groups).or_default() += 1;
    }
    let mut shared: HashMap<Address, HashSet<Service>> = HashMap::new();
    for client in contacts.keys() {
        let Some(owner) = owner(client) else { continue };
        let machines = kinds.get(owner.groups.as_slice()).copied().unwrap_or_default();
        for ((groups, service), alike) in &refused {
            if *groups == owner.groups.as_slice() && alike.len() > 1 && 2 * alike.len() > machines {
                shared.entry(*client).or_default().insert(*service);
            }
        }
    }
    shared
}

/// The days on which servers were there, as far as their own ends are logged.
fn lives(traffic: &Traffic<'_>, contacts: &HashMap<Address, Contacts>) -> HashMap<Address, u128> {
    let servers = contacts.values().flatten().filter(|(_, contact)| contact.refused > 0);
    let mut lives: HashMap<Address, u128> = servers.map(|((.., server), _)| (*server, 0)).collect();
    for flow in traffic.flows {
        if let Some(life) = lives.get_mut(&flow.own()) {
            *life |= traffic.window.day_bit(flow.first) | traffic.window.day_bit(flow.last);
        }
    }
    lives.retain(|_, life| *life > 0);
    lives
}

/// Counts rules, port by port, and tells which services are needed.
fn doors(
    contacts: &Contacts,
    is_stranger: bool,
    (groups, is_alone): (&GroupsOf<'_>, &dyn Fn(Service) -> bool),
    (lives, window_days): (&HashMap<Address, u128>, f64),
) -> (Doors, Vec<Service>) {
    let mut by_port: HashMap<(u8, u16), Port> = HashMap::new();
    let mut doors = Doors::default();
    for ((protocol, port, server), contact) in contacts {
        let of_port = by_port.entry((*protocol, *port)).or_default();
        match (contact, contact.answers[0].max(contact.answers[1])) {
            // A rule went: that is no try at a door, and nor are last packets.
            (Contact { refused: 1.., .. }, USED..) => {
                of_port.lost.push(*server);
                doors.pairs += 1;
                doors.attempts = doors.attempts.max(contact.refused);
            }
            (Contact { refused: 1.., .. }, _) => {
                of_port.refused.push(*server);
                of_port.tries += contact.refused;
                let life = lives.get(server).copied().unwrap_or(u128::MAX);
                of_port.pairs.push((contact.days, life));
                of_port.all_days |= contact.days;
                doors.pairs += 1;
                doors.attempts = doors.attempts.max(contact.refused);
            }
            (Contact { kept_in: true, .. }, _) => of_port.kept_in.push(*server),
            // What is behind a door that it looked through once or twice nobody gave it.
            (_, USED..) => of_port.granted.push(*server),
            _ => {}
        }
    }
    let judged = by_port.iter().map(|(service, port)| {
        let sweep = port.sweep(groups);
        (*service, sweep, port.is_in_earnest(sweep >= SWEPT, is_alone(*service), window_days))
    });
    let judged: Vec<(Service, usize, bool)> = judged.collect();
    let earnest = judged.iter().filter(|(.., is_earnest)| *is_earnest);
    let sweeps = earnest.clone().filter(|(_, sweep, _)| *sweep >= SWEPT).count();
    let is_little = earnest.count() <= EARNEST_SERVICES && sweeps <= EARNEST_SWEEPS;
    let mut services = Vec::new();
    for (service, sweep, is_earnest) in judged {
        let Some(port) = by_port.get(&service) else { continue };
        let is_earnest = is_earnest && is_little;
        let needed = rules_for(&port.refused, is_stranger, groups);
        let lost: Vec<Address> = port.refused.iter().chain(&port.lost).copied().collect();
        doors.refused += rules_for(&lost, is_stranger, groups);
        doors.kept_in += rules_for(&port.kept_in, is_stranger, groups);
        doors.granted += rules_for(&port.granted, is_stranger, groups);
        if is_earnest {
            services.push(service);
        } else {
            doors.probed += needed;
            doors.alone += if is_alone(service) { needed } else { 0 };
            doors.swept = doors.swept.max(sweep);
        }
    }
    (doors, services)
}

/// How many rules of one port reach all these servers: one for each group that has many of them; of servers that nobody
/// knows one for every few networks, because a service stands in several zones for the sake of its safety. What
/// strangers try at one port is one service, wherever it stands.
fn rules_for(servers: &[Address], is_stranger: bool, groups: &GroupsOf<'_>) -> usize {
    let mut left: Vec<Vec<String>> = Vec::new();
    let mut networks: HashSet<Cidr> = HashSet::new();
    for server in servers {
        let of_server = groups(*server);
        if of_server.is_empty() {
            networks.insert(Cidr::likely_network(*server));
        } else {
            left.push(of_server);
        }
    }
    let mut rules = if is_stranger { networks.len().min(1) } else { networks.len().div_ceil(ZONES) };
    while !left.is_empty() {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        left.iter().flatten().for_each(|group| *counts.entry(group).or_default() += 1);
        let best = counts.into_iter().max_by_key(|(group, count)| (*count, std::cmp::Reverse(*group)));
        let Some(best) = best.map(|(group, _)| group.to_owned()) else { break };
        left.retain(|groups| !groups.contains(&best));
        rules += 1;
    }
    rules
}

/// Whether a refusal says something of the client: not where the network ACL explains it, or where nothing does because
/// every rule permits it, as with Block Public Access. Without an inventory only refusals at the far end do: at its own
/// end a client may be cut off from everything.
fn says_of_the_client(traffic: &Traffic<'_>, flow: &Flow, firewall: Option<&Firewall>) -> bool {
    if matches!(flow.reason, Reason::BlockPublicAccess | Reason::EncryptionControl) {
        return false;
    }
    let Some(firewall) = firewall else { return flow.direction == Direction::Ingress };
    let interface = traffic.interface(flow);
    let opening = Opening::of(flow);
    let ports = if matches!(flow.protocol, TCP | UDP) { AclPorts::One(flow.port) } else { AclPorts::None };
    let acl = firewall.acl_says(flow.first, interface, flow.direction, (opening.peer, flow.protocol, ports));
    let permit = firewall.groups_say(flow.first, interface, &opening).permit;
    match acl {
        AclAnswer::Denied(_) => matches!(permit, Permit::No | Permit::Unknown),
        _ => permit != Permit::Yes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_one_group_behind_one_port_are_one_rule() {
        let servers: Vec<Address> = (1..=9).map(|n| Address(0xffff_0a00_0000 + n * 300)).collect();
        let together = |_| vec!["sg-app".to_owned(), "sg-base".to_owned()];
        assert_eq!(rules_for(&servers, false, &together), 1);
        let apart = |address: Address| vec![format!("sg-{}", address.0)];
        assert_eq!(rules_for(&servers, false, &apart), 9);
        let unknown = |_| Vec::new();
        assert_eq!(rules_for(&servers, false, &unknown), 3);
        assert_eq!(rules_for(&servers, true, &unknown), 1);
    }
}
