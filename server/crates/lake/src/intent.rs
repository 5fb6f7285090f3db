//! What of the rejected traffic looks like a mistake. From the logs alone: who is inside, who comes back regularly, whether
//! the port is one people know, whether somebody tries door after door.

use crate::ask::{self, Facts, Ground};
use crate::error::LakeError;
use crate::fold::conversations::{Conversation, Conversations, Talks};
use crate::network;
use crate::plan::{Need, Sums};
use crate::scope::is_private;
use crate::sources::sources;
use contract::{Attempt, Count, Intent, Noise, Span, View, human, names};
use hashbrown::{HashMap, HashSet};
use std::time::Instant;

// Not the measures of advice (`firewall::verdict::scouts`), which knows more: whose the servers are, what let the client
// in, and on how many days. It counts rules that somebody would have had to forget, a group of hosts being one; here a
// network stands for a group, and with nothing granted to weigh against, a client inside is given the benefit of many
// doors. Where both know the same, of strangers, they use the same numbers.

/// Doors, a port at one host or at the hosts of one network, at which a stranger is refused before it is a scanner:
/// nobody forgets two rules for the same stranger.
const DOORS_OF_STRANGERS: usize = 2;
/// The same for a client inside, which may need several services at once.
const DOORS_INSIDE: usize = 12;
/// Records of a stranger at one door that are knocks: three tries of a connection that nobody answers.
const KNOCKS: u64 = 3;
/// Networks of servers that clients ask for one service before they ask everybody, as monitoring does.
const EVERYBODY: usize = 3;
/// Retries an hour that tell a program from a person.
const REGULAR_AN_HOUR: f64 = 3.0;

const HOUR: i64 = 3_600;

/// The ranking.
pub async fn intent(ground: Ground<'_>, view: &View, now: i64) -> Result<Intent, LakeError> {
    let began = Instant::now();
    ground.check(view, false)?;
    let span = ask::span_of(view, now)?;
    let filter = ask::rejected_of(&view.filter)?;
    let need = Need {
        span,
        step: span.secs(),
        filter: &filter,
        column: None,
        sums: Sums::Conversations,
        source: view.source.as_deref(),
        addresses: contract::Addresses::Interface,
        once: view.count == Count::Once,
    };
    let (sum, facts): (Conversations, Facts) = ground.sum(&need, Conversations::default()).await?;
    let untold = sum.untold();
    let mut intent = rank(&sum.finish(), span);
    intent.rows.truncate(ask::top_of(view));
    intent.untold = untold;
    intent.provenance = ground.provenance(facts, view, began);
    Ok(intent)
}

/// A port at the hosts of one network.
type Door = (u8, u16, u128);

/// Clients of one network at one service of the servers of one network, or of many.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Group {
    clients: u128,
    /// The network of the servers; `None` where everybody is asked.
    servers: Option<u128>,
    protocol: u8,
    port: u16,
    is_ingress: bool,
}

#[derive(Default)]
struct Tried {
    clients: HashSet<u128>,
    servers: HashSet<u128>,
    /// Records by interface.
    interfaces: HashMap<u32, u64>,
    hours: HashSet<i64>,
    flows: u64,
    first: Option<i64>,
    last: i64,
}

/// Ranks rejected conversations.
pub fn rank(talks: &Talks, span: Span) -> Intent {
    let openings = || talks.rows.iter().filter(|talk| talk.opening && !talk.accepted);
    let mut doors: HashMap<[u8; 16], HashMap<Door, u64>> = HashMap::new();
    for talk in openings() {
        let door = (talk.protocol, talk.port, network::network_of(u128::from_be_bytes(talk.server)));
        *doors.entry(talk.client).or_default().entry(door).or_default() += talk.flows;
    }
    let kinds: HashMap<[u8; 16], Kind> =
        doors.iter().map(|(client, doors)| (*client, Kind::of(client, doors))).collect();
    let (mut scanners, mut knocks) = (Noise::default(), Noise::default());
    for (client, kind) in &kinds {
        let flows = doors.get(client).map_or(0, |doors| doors.values().sum());
        let noise = match kind {
            Kind::Scanner => &mut scanners,
            Kind::Knocking => &mut knocks,
            Kind::Meant => continue,
        };
        noise.clients += 1;
        noise.flows += flows;
    }
    let meant = || openings().filter(|talk| kinds.get(&talk.client) == Some(&Kind::Meant));
    let mut rows: Vec<Attempt> = grouped(meant)
        .into_iter()
        .map(|(group, tried)| attempt(&talks.interfaces, group, &tried, span))
        .collect();
    rows.sort_by(|a, b| {
        let tie = || {
            (b.flows, &a.client, &a.server, a.service_port).cmp(&(
                a.flows,
                &b.client,
                &b.server,
                b.service_port,
            ))
        };
        b.score.total_cmp(&a.score).then_with(tie)
    });
    let distinct = rows.len() as u64;
    let sources = sources(meant());
    Intent { span, rows, distinct, scanners, knocks, sources, untold: 0, provenance: Default::default() }
}

/// One row for one wish: a client that asks many servers for the same wishes once.
fn grouped<'a, I: Iterator<Item = &'a Conversation>>(talks: impl Fn() -> I) -> HashMap<Group, Tried> {
    let group_of = |talk: &Conversation| Group {
        clients: network::network_of(u128::from_be_bytes(talk.client)),
        servers: Some(network::network_of(u128::from_be_bytes(talk.server))),
        protocol: talk.protocol,
        port: talk.port,
        is_ingress: talk.ingress,
    };
    let mut asked: HashMap<Group, HashSet<u128>> = HashMap::new();
    for group in talks().map(group_of) {
        asked.entry(Group { servers: None, ..group }).or_default().extend(group.servers);
    }
    let mut groups: HashMap<Group, Tried> = HashMap::new();
    for talk in talks() {
        let group = group_of(talk);
        let all = Group { servers: None, ..group };
        let is_everybody = asked.get(&all).is_some_and(|networks| networks.len() >= EVERYBODY);
        groups.entry(if is_everybody { all } else { group }).or_default().add(talk);
    }
    groups
}

impl Tried {
    fn add(&mut self, talk: &Conversation) {
        self.clients.insert(u128::from_be_bytes(talk.client));
        self.servers.insert(u128::from_be_bytes(talk.server));
        *self.interfaces.entry(talk.interface).or_default() += talk.flows;
        self.hours.insert(talk.first.div_euclid(HOUR));
        self.flows += talk.flows;
        self.first = Some(self.first.map_or(talk.first, |first| first.min(talk.first)));
        self.last = self.last.max(talk.last);
    }

    /// The interface with most records.
    fn interface(&self) -> Option<u32> {
        self.interfaces.iter().max_by_key(|(place, flows)| (**flows, **place)).map(|(place, _)| *place)
    }
}

/// What a refused client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It tries door after door.
    Scanner,
    /// A stranger that tried once.
    Knocking,
    /// It means to reach something.
    Meant,
}

impl Kind {
    fn of(client: &[u8; 16], doors: &HashMap<Door, u64>) -> Kind {
        let is_inside = is_private(u128::from_be_bytes(*client));
        let most = if is_inside { DOORS_INSIDE } else { DOORS_OF_STRANGERS };
        if doors.len() >= most {
            Kind::Scanner
        } else if !is_inside && doors.values().all(|flows| *flows <= KNOCKS) {
            Kind::Knocking
        } else {
            Kind::Meant
        }
    }
}

fn attempt(interfaces: &[String], group: Group, tried: &Tried, span: Span) -> Attempt {
    let is_inside = is_private(group.clients);
    let hours_asked = (span.secs() as f64 / HOUR as f64).max(1.0);
    let hours = tried.hours.len() as f64;
    let an_hour = tried.flows as f64 / hours.max(1.0);
    let service = names::service_name(group.port).filter(|_| group.port != 0);
    let mut why = Vec::new();
    let mut score = 0.0;
    let mut say = |points: f64, words: String| {
        score += points;
        why.push(words);
    };
    if is_inside {
        say(3.0, "from inside".to_owned());
    }
    if hours >= 2.0 {
        let share = (hours / hours_asked).min(1.0);
        say(1.0 + 2.0 * share, format!("comes back in {} hours", tried.hours.len()));
    }
    if an_hour >= REGULAR_AN_HOUR {
        say(1.0, format!("{} tries an hour", human::count(an_hour.round() as u64)));
    }
    if let Some(name) = service {
        say(2.0, format!("at {name}"));
    }
    if tried.clients.len() > 1 {
        say(0.5, format!("{} clients alike", tried.clients.len()));
    }
    if tried.servers.len() > 1 {
        say(0.0, format!("{} servers alike", tried.servers.len()));
    }
    // Of one network whatever of it is seen; servers of many networks by what holds them all.
    let within = |addresses: &HashSet<u128>, network: Option<u128>| match network {
        Some(network) if addresses.len() > 1 => network::name_of(network),
        _ => network::covering(addresses.iter().copied()),
    };
    let interface = tried.interface().and_then(|place| interfaces.get(place as usize));
    Attempt {
        client: within(&tried.clients, Some(group.clients)),
        clients: tried.clients.len() as u64,
        server: within(&tried.servers, group.servers),
        servers: tried.servers.len() as u64,
        service_port: (group.port != 0).then_some(group.port),
        protocol: group.protocol,
        interface: interface.cloned().unwrap_or_default(),
        interfaces: tried.interfaces.len() as u64,
        is_ingress: group.is_ingress,
        flows: tried.flows,
        hours: tried.hours.len() as u32,
        first: tried.first.unwrap_or_default(),
        last: tried.last,
        score,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(text: &str) -> [u8; 16] {
        let address: std::net::Ipv4Addr = text.parse().unwrap_or(std::net::Ipv4Addr::UNSPECIFIED);
        address.to_ipv6_mapped().octets()
    }

    fn refused(client: &str, server: &str, port: u16, hour: i64, flows: u64) -> Conversation {
        Conversation {
            interface: 0,
            ingress: true,
            opening: true,
            client: octets(client),
            server: octets(server),
            protocol: 6,
            port,
            accepted: false,
            reason: None,
            tcp_flags: Some(2),
            flows,
            bytes: 40 * flows,
            first: hour * HOUR,
            last: hour * HOUR + 900,
        }
    }

    fn ranked(rows: Vec<Conversation>) -> Intent {
        let talks = Talks { interfaces: vec!["eni-1".to_owned()], reasons: Vec::new(), rows };
        rank(&talks, Span { from: 0, to: 24 * HOUR })
    }

    #[test]
    fn who_comes_back_from_inside_to_a_known_service_is_first() {
        let mut rows: Vec<Conversation> =
            (0..24).map(|hour| refused("10.0.1.5", "10.0.9.9", 5_432, hour, 4)).collect();
        rows.push(refused("10.0.2.7", "10.0.9.9", 40_001, 3, 500));
        rows.push(refused("203.0.113.7", "10.0.9.9", 443, 3, 50));
        let intent = ranked(rows);
        let clients: Vec<&str> = intent.rows.iter().map(|row| row.client.as_str()).collect();
        assert_eq!(clients, ["10.0.1.5", "10.0.2.7", "203.0.113.7"]);
        assert_eq!((intent.rows[0].hours, intent.rows[0].flows), (24, 96));
        assert!(intent.rows[0].why.iter().any(|why| why == "at postgresql"), "{:?}", intent.rows[0].why);
    }

    #[test]
    fn scanners_and_knocks_are_counted_not_listed() {
        let mut rows = vec![refused("198.51.100.1", "10.0.0.5", 22, 1, 2)];
        rows.extend((20..30).map(|port| refused("198.51.100.2", "10.0.0.5", port, 1, 1)));
        rows.extend((0..20).map(|n| refused("10.0.3.3", &format!("10.0.{n}.1"), 445, 2, 1)));
        let intent = ranked(rows);
        assert!(intent.rows.is_empty(), "{:?}", intent.rows);
        assert_eq!(intent.scanners, Noise { clients: 2, flows: 30 });
        assert_eq!(intent.knocks, Noise { clients: 1, flows: 2 });
    }

    #[test]
    fn one_that_asks_many_servers_for_the_same_is_one_row() {
        let asks = |servers: &[&str]| -> Vec<Conversation> {
            servers.iter().map(|server| refused("10.0.1.5", server, 9_100, 1, 2)).collect()
        };
        let near = ranked(asks(&["10.0.9.7", "10.0.9.8", "10.0.9.9"]));
        let row = |intent: &Intent| {
            let row = &intent.rows[0];
            (intent.rows.len(), row.server.clone(), row.servers, row.flows)
        };
        assert_eq!(row(&near), (1, "10.0.9.0/24".to_owned(), 3, 6));
        let far = ranked(asks(&["10.0.1.7", "10.0.5.8", "10.0.9.9", "10.0.9.10"]));
        assert_eq!(row(&far), (1, "10.0.0.0/20".to_owned(), 4, 8));
        let two = ranked(asks(&["10.0.5.8", "10.0.9.9"]));
        assert_eq!(two.rows.len(), 2, "two services of one port may be two mistakes");
    }

    #[test]
    fn where_it_comes_from_and_what_it_asks_for_is_told_without_the_noise() {
        let mut rows = vec![
            refused("10.0.1.5", "10.0.9.9", 5_432, 1, 4),
            refused("10.0.1.6", "10.0.8.8", 5_432, 2, 3),
            refused("10.0.2.7", "10.0.9.9", 22, 3, 5),
        ];
        rows.extend((20..40).map(|port| refused("198.51.100.2", "10.0.0.5", port, 1, 1)));
        let sources = ranked(rows).sources;
        assert_eq!(sources.networks, ["10.0.1.0/24", "10.0.2.0/24"]);
        let ports: Vec<Option<u16>> = sources.services.iter().map(|service| service.service_port).collect();
        assert_eq!(ports, [Some(5_432), Some(22)]);
        assert_eq!(sources.flows, [[7, 0], [0, 5]]);
        assert_eq!((sources.other_networks, sources.other_services), (0, 0));
    }

    #[test]
    fn clients_of_one_network_are_one_row() {
        let rows = (5..9).map(|n| refused(&format!("10.0.1.{n}"), "10.0.9.9", 6_379, 1, 1)).collect();
        let intent = ranked(rows);
        assert_eq!(
            (intent.rows.len(), intent.rows[0].client.as_str(), intent.rows[0].clients),
            (1, "10.0.1.0/24", 4)
        );
    }
}
