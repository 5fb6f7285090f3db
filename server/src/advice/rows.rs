//! The lake's conversations as the rows that advice is made from: renamed, nothing decided.

use firewall::address::Address;
use firewall::traffic::{Direction, Flow, Leg, Reason, Traffic, Window};
use lake::{Conversation, Talks};

/// The conversations of a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    interfaces: Vec<String>,
    flows: Vec<Flow>,
    window: Window,
}

impl Rows {
    /// From the lake's answer about `from` to `to` (Unix seconds), of which the logs tell the part `coverage`.
    pub fn of(talks: Talks, (from, to): (i64, i64), coverage: f64) -> Rows {
        let flows: Vec<Flow> = talks.rows.iter().map(|row| flow_of(row, &talks.reasons)).collect();
        let window = Window {
            from,
            to,
            coverage,
            has_accepts: flows.iter().any(|flow| flow.accepted),
            has_rejects: flows.iter().any(|flow| !flow.accepted),
        };
        Rows { interfaces: talks.interfaces, flows, window }
    }

    /// The distinct `interface-id`s.
    pub fn interfaces(&self) -> Vec<&str> {
        self.interfaces.iter().map(String::as_str).collect()
    }

    /// The rows.
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// When, and how completely.
    pub fn window(&self) -> Window {
        self.window
    }

    /// As the firewall crate takes them; `interfaces` are [`Rows::interfaces`].
    pub fn traffic<'a>(&'a self, interfaces: &'a [&'a str]) -> Traffic<'a> {
        Traffic { interfaces, flows: &self.flows, window: self.window }
    }

    /// Bytes of memory they take.
    pub fn bytes(&self) -> usize {
        self.flows.capacity() * size_of::<Flow>()
    }
}

fn flow_of(row: &Conversation, reasons: &[String]) -> Flow {
    let reason = row.reason.and_then(|place| reasons.get(place as usize)).map(String::as_str);
    Flow {
        interface: row.interface,
        direction: direction(row),
        leg: leg(row),
        client: Address::from_octets(row.client),
        server: Address::from_octets(row.server),
        protocol: row.protocol,
        port: row.port,
        client_port: 0,
        accepted: row.accepted,
        reason: match reason {
            None => Reason::NotLogged,
            Some("BPA") => Reason::BlockPublicAccess,
            Some("EC") => Reason::EncryptionControl,
            Some(_) => Reason::Other,
        },
        tcp_flags: row.tcp_flags,
        flows: row.flows,
        bytes: row.bytes,
        first: row.first,
        last: row.last,
    }
}

/// Way of a row's packets.
pub(super) fn direction(row: &Conversation) -> Direction {
    if row.ingress { Direction::Ingress } else { Direction::Egress }
}

/// Whether a row's packets ask or answer.
pub(super) fn leg(row: &Conversation) -> Leg {
    if row.opening { Leg::Opening } else { Leg::Answer }
}
