//! What of the rejected traffic looks like a mistake: somebody means to reach something and is refused. Who tries one
//! door after another is counted, not listed.

use crate::{Provenance, Span};
use serde::{Deserialize, Serialize};

/// The ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The asked range.
    pub span: Span,
    /// What looks most like a mistake first.
    pub rows: Vec<Attempt>,
    /// How many there are in all.
    pub distinct: u64,
    /// Who tried door after door.
    pub scanners: Noise,
    /// Strangers that knocked once or twice.
    pub knocks: Noise,
    /// The others by where they come from and what they ask for.
    pub sources: Sources,
    /// Rejected records whose client or direction nobody can tell.
    pub untold: u64,
    /// Where this came from.
    pub provenance: Provenance,
}

/// Traffic that is no mistake, folded into its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noise {
    /// Addresses it came from.
    pub clients: u64,
    /// Rejected records.
    pub flows: u64,
}

/// Rejected records of clients that mean something, by the client's network and the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Networks of clients, most records first.
    pub networks: Vec<String>,
    /// Services, most records first.
    pub services: Vec<Service>,
    /// Records of each network at each service; a last row and a last column hold what has no name here.
    pub flows: Vec<Vec<u64>>,
    /// Networks in the last row.
    pub other_networks: u64,
    /// Services in the last column.
    pub other_services: u64,
}

/// A service: what a client asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Service {
    /// The server's port; `None` where the protocol has none.
    pub service_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: u8,
}

/// Clients of one network that are refused at one service, of one server or of many that are asked alike.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The client, or the network they share: `10.0.1.0/24`.
    pub client: String,
    /// How many clients.
    pub clients: u64,
    /// Who does not answer, or the network that holds them all: `10.0.9.0/24`.
    pub server: String,
    /// How many servers.
    pub servers: u64,
    /// The server's port; `None` where the protocol has none.
    pub service_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: u8,
    /// The interface that refused; of several the one with most records.
    pub interface: String,
    /// How many interfaces.
    pub interfaces: u64,
    /// Whether it refused what came in.
    pub is_ingress: bool,
    /// Rejected records.
    pub flows: u64,
    /// Hours of the range in which they were refused.
    pub hours: u32,
    /// First second.
    pub first: i64,
    /// Last second.
    pub last: i64,
    /// How much it looks like a mistake; 0 is nothing.
    pub score: f64,
    /// Why, in words.
    pub why: Vec<String>,
}
