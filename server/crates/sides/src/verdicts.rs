//! What is said of each record. Knows nothing of how it was found.

/// Which way a record goes, seen from its interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Direction {
    /// Neither the log nor the interface's addresses tell.
    #[default]
    Unknown = 0,
    /// Towards the interface.
    Ingress = 1,
    /// From the interface.
    Egress = 2,
}

/// Which end of a record opened the conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Client {
    /// Nothing tells.
    #[default]
    Unknown = 0,
    /// The source; the destination serves.
    Source = 1,
    /// The destination; the source serves.
    Destination = 2,
}

impl Client {
    /// The same client as the record of the opposite direction names it.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Client::Unknown => Client::Unknown,
            Client::Source => Client::Destination,
            Client::Destination => Client::Source,
        }
    }
}

/// Why an end was taken for the client. The numbers are stored; they never change their meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Evidence {
    /// Nothing told; the client is unknown.
    #[default]
    None = 0,
    /// The record's own SYN without ACK.
    Syn = 1,
    /// The record's own SYN with ACK.
    SynAck = 2,
    /// Another record of the same conversation: its SYN bits, or that only its direction was let through.
    SameConversation = 3,
    /// One end answered a SYN at this port elsewhere.
    ProvenServer = 4,
    /// One end opens conversations from a service's port, tried several doors in vain, or pings many that ping nobody.
    Prober = 5,
    /// One end speaks with many peers at this port.
    FanIn = 6,
    /// One port is known for a service, or privileged.
    RegisteredPort = 7,
    /// The ports lie in different ranges.
    PortRange = 8,
    /// The record was refused, and refused packets are mostly opening ones.
    Rejected = 9,
    /// The destination is a multicast or broadcast address.
    Multicast = 10,
    /// Its packets began earlier than those of the opposite direction.
    Earlier = 11,
}

impl Evidence {
    /// All of them, by number.
    pub const ALL: [Evidence; 12] = [
        Evidence::None,
        Evidence::Syn,
        Evidence::SynAck,
        Evidence::SameConversation,
        Evidence::ProvenServer,
        Evidence::Prober,
        Evidence::FanIn,
        Evidence::RegisteredPort,
        Evidence::PortRange,
        Evidence::Rejected,
        Evidence::Multicast,
        Evidence::Earlier,
    ];

    /// The evidence of a stored number; `None` for one of a later version.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Its name, as filters and tables write it.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::None => "none",
            Evidence::Syn => "syn",
            Evidence::SynAck => "syn-ack",
            Evidence::SameConversation => "same-conversation",
            Evidence::ProvenServer => "proven-server",
            Evidence::Prober => "prober",
            Evidence::FanIn => "fan-in",
            Evidence::RegisteredPort => "registered-port",
            Evidence::PortRange => "port-range",
            Evidence::Rejected => "rejected",
            Evidence::Multicast => "multicast",
            Evidence::Earlier => "earlier",
        }
    }
}

/// The verdicts on a chunk of records, column by column; all of the same length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// `flow-direction`, from the log or from the interface's own addresses.
    pub direction: Vec<Direction>,
    /// Which end is the client.
    pub client: Vec<Client>,
    /// The server's port; -1 where it is unknown or the protocol has none. Known without a known client where both
    /// ports are the same.
    pub service_port: Vec<i32>,
    /// What decided about the client.
    pub evidence: Vec<Evidence>,
    /// Whether the same packets are also told by the record of another interface, which is the one to count; see
    /// [`crate::Knowledge::judge`].
    pub told_elsewhere: Vec<bool>,
}

impl Verdicts {
    /// Forgets all verdicts and keeps the memory.
    pub(crate) fn restart(&mut self, rows: usize) {
        self.direction.clear();
        self.client.clear();
        self.service_port.clear();
        self.evidence.clear();
        self.told_elsewhere.clear();
        self.direction.reserve(rows);
        self.client.reserve(rows);
        self.service_port.reserve(rows);
        self.evidence.reserve(rows);
        self.told_elsewhere.reserve(rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_stored_by_numbers_that_lead_back() {
        for evidence in Evidence::ALL {
            assert_eq!(Evidence::from_code(evidence as u8), Some(evidence));
        }
        assert_eq!(Evidence::from_code(Evidence::ALL.len() as u8), None);
    }
}
