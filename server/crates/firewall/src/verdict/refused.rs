//! The refused conversations of some traffic, and what else was logged of each: at the same interface in the same and
//! in the opposite direction, and at other interfaces.

use crate::address::Address;
use crate::traffic::{Direction, Flow, Leg, Reason, Traffic};
use hashbrown::{HashMap, HashSet};

/// Moments of refusal kept per conversation, to see how regular they are; a day of tries every five minutes.
const MOMENTS: usize = 288;
/// Client ports kept per conversation, to ask a network ACL about.
const CLIENT_PORTS: usize = 8;

/// A sum of accepted rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Records.
    pub flows: u64,
    /// First second; meaningless when there are none.
    pub first: i64,
    /// Last second.
    pub last: i64,
    /// First second of the last row that may hold an opening: one with a SYN, or any where flags are not logged.
    pub last_opening: Option<i64>,
}

impl Seen {
    fn add(&mut self, flow: &Flow) {
        let opens = flow.has_syn() != Some(false);
        if self.flows == 0 {
            (self.first, self.last) = (flow.first, flow.last);
        }
        self.flows += flow.flows;
        self.first = self.first.min(flow.first);
        self.last = self.last.max(flow.last);
        if opens {
            self.last_opening = self.last_opening.max(Some(flow.first));
        }
    }
}

/// One refused conversation at one interface, in one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// All refused rows as one: sums, first and last second; `client_port` and `tcp_flags` of the first of them.
    pub flow: Flow,
    /// Refused records with a SYN, without one, and where flags are not logged.
    pub by_syn: [u64; 3],
    /// When, and how many records each time; the first [`MOMENTS`].
    pub moments: Vec<(i64, i64, u64)>,
    /// Ports the client used, where they are known; a few.
    pub client_ports: Vec<u16>,
    /// Accepted rows of the same conversation, interface and direction.
    pub same: Seen,
    /// Accepted rows of the same conversation and interface, in the opposite direction.
    pub reverse: Seen,
    /// Accepted rows of the same leg at other interfaces.
    pub elsewhere: Seen,
}

type Pair = (Address, Address, u8, u16);
type Place = (u32, Direction, Leg, Pair);

fn pair(flow: &Flow) -> Pair {
    (flow.client, flow.server, flow.protocol, flow.port)
}

fn place(flow: &Flow) -> Place {
    (flow.interface, flow.direction, flow.leg, pair(flow))
}

/// All refused conversations, by first second.
pub(super) fn gather(traffic: &Traffic<'_>) -> Vec<Refused> {
    let mut numbers: HashMap<Place, usize> = HashMap::new();
    let mut refused: Vec<Refused> = Vec::new();
    for flow in traffic.flows.iter().filter(|flow| !flow.accepted) {
        let number = *numbers.entry(place(flow)).or_insert_with(|| {
            refused.push(Refused::new(flow));
            refused.len() - 1
        });
        refused[number].add(flow);
    }
    let mut of_pair: HashMap<Pair, Vec<usize>> = HashMap::new();
    for (number, one) in refused.iter().enumerate() {
        of_pair.entry(pair(&one.flow)).or_default().push(number);
    }
    for flow in traffic.flows.iter().filter(|flow| flow.accepted) {
        for number in of_pair.get(&pair(flow)).into_iter().flatten() {
            refused[*number].meet(flow);
        }
    }
    refused.sort_by_key(|one| (one.flow.first, place(&one.flow)));
    refused
}

/// The clients whose openings were refused.
pub(super) fn clients(refused: &[Refused]) -> HashSet<Address> {
    refused.iter().filter(|one| one.flow.leg == Leg::Opening).map(|one| one.flow.client).collect()
}

impl Refused {
    fn new(flow: &Flow) -> Self {
        let empty = Flow { flows: 0, bytes: 0, ..*flow };
        Refused {
            flow: empty,
            by_syn: [0; 3],
            moments: Vec::new(),
            client_ports: Vec::new(),
            same: Seen::default(),
            reverse: Seen::default(),
            elsewhere: Seen::default(),
        }
    }

    fn add(&mut self, flow: &Flow) {
        self.flow.flows += flow.flows;
        self.flow.bytes += flow.bytes;
        self.flow.first = self.flow.first.min(flow.first);
        self.flow.last = self.flow.last.max(flow.last);
        if !matches!(flow.reason, Reason::NotLogged | Reason::Other) || self.flow.reason == Reason::NotLogged
        {
            self.flow.reason = flow.reason;
        }
        let sort = match flow.has_syn() {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        };
        self.by_syn[sort] += flow.flows;
        if self.moments.len() < MOMENTS {
            self.moments.push((flow.first, flow.last, flow.flows));
        }
        if flow.client_port > 0 && self.client_ports.len() < CLIENT_PORTS {
            self.client_ports.push(flow.client_port);
        }
    }

    fn meet(&mut self, flow: &Flow) {
        let same_leg = flow.leg == self.flow.leg;
        if flow.interface != self.flow.interface {
            if same_leg {
                self.elsewhere.add(flow);
            }
        } else if same_leg && flow.direction == self.flow.direction {
            self.same.add(flow);
        } else if !same_leg && flow.direction != self.flow.direction {
            self.reverse.add(flow);
        }
    }

    /// Whether none of the refused packets opens anything: TCP whose flags are logged and hold no SYN.
    pub fn is_without_syn(&self) -> bool {
        let [with, without, unknown] = self.by_syn;
        with == 0 && unknown == 0 && without > 0
    }
}
