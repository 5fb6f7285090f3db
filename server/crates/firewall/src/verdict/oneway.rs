//! Asked and never answered although every interface on the way let the question pass: not the firewall. Nothing
//! listens, the host's own firewall refuses, or a route is missing.

use crate::address::Address;
use crate::traffic::{Leg, SYN, TCP, Traffic};
use hashbrown::HashMap;

/// A conversation that nobody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Who asks.
    pub client: Address,
    /// Who is asked.
    pub server: Address,
    /// The server's port.
    pub port: u16,
    /// Accepted records at the client's interface.
    pub left: u64,
    /// Accepted records at the server's interface; 0 where that end is not logged, or the packets never came.
    pub arrived: u64,
    /// First second.
    pub first: i64,
    /// Last second.
    pub last: i64,
}

/// All TCP conversations with accepted openings and no answer, most records first. Needs `tcp-flags`.
pub fn unanswered(traffic: &Traffic<'_>) -> Vec<Unanswered> {
    let mut found: HashMap<(Address, Address, u16), (Unanswered, bool)> = HashMap::new();
    for flow in traffic.flows.iter().filter(|flow| flow.protocol == TCP) {
        let (client, server, port) = (flow.client, flow.server, flow.port);
        let (one, excluded) = found.entry((client, server, port)).or_insert_with(|| {
            let (first, last) = (flow.first, flow.last);
            (Unanswered { client, server, port, left: 0, arrived: 0, first, last }, false)
        });
        let opens = flow.leg == Leg::Opening && flow.tcp_flags.is_some_and(|flags| flags & SYN != 0);
        // Anything answered or refused is another story, and so is a conversation under way.
        *excluded |= flow.leg == Leg::Answer || !flow.accepted || !opens;
        let counter = if flow.own_end_is_client() { &mut one.left } else { &mut one.arrived };
        *counter += flow.flows;
        (one.first, one.last) = (one.first.min(flow.first), one.last.max(flow.last));
    }
    let mut silent: Vec<_> =
        found.into_values().filter(|(_, excluded)| !excluded).map(|(one, _)| one).collect();
    silent.sort_by_key(|one| (std::cmp::Reverse(one.left + one.arrived), one.client, one.server, one.port));
    silent
}
