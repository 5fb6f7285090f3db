//! What of the rejected traffic looks like a mistake. From the logs alone: who is inside, who comes back regularly, whether
//! the port is one people know, whether somebody tries door after door.

use crate::ask::{self, Facts, Ground};
use crate::error::LakeError;
use crate::fold::conversations::{Conversation, Conversations, Talks};
use crate::plan::{Need, Sums};
use crate::scope::is_private;
use contract::{Attempt, Count, Intent, Noise, Span, View, human, names};
use hashbrown::{HashMap, HashSet};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

/// Doors, a port at one host or at the hosts of one network, at which a stranger is refused before it is a scanner:
/// nobody forgets two rules for the same stranger.
const DOORS_OF_STRANGERS: usize = 2;
/// The same for a client inside, which may need several services at once.
const DOORS_INSIDE: usize = 12;
/// Records of a stranger at one door that are knocks: three tries of a connection that nobody answers.
const KNOCKS: u64 = 3;
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

/// Clients of one network at one service.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Group {
    network: u128,
    server: [u8; 16],
    protocol: u8,
    port: u16,
    interface: u32,
    is_ingress: bool,
}

#[derive(Default)]
struct Tried {
    clients: HashSet<[u8; 16]>,
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
        let door = (talk.protocol, talk.port, network_of(&talk.server));
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
    let mut groups: HashMap<Group, Tried> = HashMap::new();
    for talk in openings().filter(|talk| kinds.get(&talk.client) == Some(&Kind::Meant)) {
        add(&mut groups, talk);
    }
    let mut rows: Vec<Attempt> =
        groups.into_iter().map(|(group, tried)| attempt(talks, group, &tried, span)).collect();
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
    Intent { span, rows, distinct, scanners, knocks, untold: 0, provenance: Default::default() }
}

fn add(groups: &mut HashMap<Group, Tried>, talk: &Conversation) {
    let group = Group {
        network: network_of(&talk.client),
        server: talk.server,
        protocol: talk.protocol,
        port: talk.port,
        interface: talk.interface,
        is_ingress: talk.ingress,
    };
    let tried = groups.entry(group).or_default();
    tried.clients.insert(talk.client);
    tried.hours.insert(talk.first.div_euclid(HOUR));
    tried.flows += talk.flows;
    tried.first = Some(tried.first.map_or(talk.first, |first| first.min(talk.first)));
    tried.last = tried.last.max(talk.last);
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

/// The /24 of an address, of IPv6 the /64: where machines of one role stand.
fn network_of(address: &[u8; 16]) -> u128 {
    let bits = u128::from_be_bytes(*address);
    let hosts = if bits >> 32 == 0xffff { 8 } else { 64 };
    bits >> hosts << hosts
}

fn attempt(talks: &Talks, group: Group, tried: &Tried, span: Span) -> Attempt {
    let is_inside = is_private(group.network);
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
    let address = |octets: [u8; 16]| Ipv6Addr::from(octets).to_canonical();
    let client = match tried.clients.iter().next() {
        Some(client) if tried.clients.len() == 1 => address(*client).to_string(),
        _ => match address(group.network.to_be_bytes()) {
            IpAddr::V4(network) => format!("{network}/24"),
            IpAddr::V6(network) => format!("{network}/64"),
        },
    };
    Attempt {
        client,
        clients: tried.clients.len() as u64,
        server: address(group.server).to_string(),
        service_port: (group.port != 0).then_some(group.port),
        protocol: group.protocol,
        interface: talks.interfaces.get(group.interface as usize).cloned().unwrap_or_default(),
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
    fn clients_of_one_network_are_one_row() {
        let rows = (5..9).map(|n| refused(&format!("10.0.1.{n}"), "10.0.9.9", 6_379, 1, 1)).collect();
        let intent = ranked(rows);
        assert_eq!(
            (intent.rows.len(), intent.rows[0].client.as_str(), intent.rows[0].clients),
            (1, "10.0.1.0/24", 4)
        );
    }
}
