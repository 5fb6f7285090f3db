//! Conversations with both of their ways: what the client sent, what came back, and whether anything did.
//!
//! The question is a view; its `top` bounds the answer and its `measure` ranks it. The detail `one-way=yes` leaves only
//! those of which the logs tell one way.

use crate::{Measure, Provenance, Refusal, RefusalKind, Span, View};
use serde::{Deserialize, Serialize};

/// The detail that leaves only conversations with one way.
pub const ONE_WAY: &str = "one-way";

/// Whether only conversations are wanted of which the logs tell one way.
///
/// # Errors
/// When the detail says neither yes nor no.
pub fn one_way_only(view: &View) -> Result<bool, Refusal> {
    match view.details.get(ONE_WAY).map(String::as_str) {
        None | Some("no") => Ok(false),
        Some("yes") => Ok(true),
        Some(_) => {
            let message = format!("{ONE_WAY} is either yes or no.");
            Err(Refusal::new(RefusalKind::BadQuestion, message, "Leave it out for no."))
        }
    }
}

/// A ranking of conversations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversations {
    /// The asked range.
    pub span: Span,
    /// What they are ranked by, both ways together.
    pub measure: Measure,
    /// The first, largest first.
    pub rows: Vec<Conversation>,
    /// How many there are, of those that are wanted.
    pub distinct: u64,
    /// How many have one way only.
    pub one_way: u64,
    /// The measure over all that are wanted.
    pub total: u64,
    /// All that are wanted, by the networks of their clients and servers.
    pub groups: Vec<Group>,
    /// Where this came from.
    pub provenance: Provenance,
}

/// Conversations of one network of clients with one service of one network of servers, largest first. The largest
/// networks and services have names; what remains of them is `None`, and adds up to the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The clients' network, or [`INTERNET`].
    pub client: Option<String>,
    /// The servers' network, or [`INTERNET`], and their service.
    pub service: Option<GroupService>,
    /// Both ways together.
    pub amount: OneWay,
    /// Records with action REJECT.
    pub rejected: u64,
}

/// A service of a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupService {
    /// The servers' network, or [`INTERNET`].
    pub server: String,
    /// The port; `None` where the records do not tell it or the protocol has none.
    pub service_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
}

/// What stands in the place of a network for all public addresses that no interface has.
pub const INTERNET: &str = "internet";

/// A conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Who opened it; the source where no record tells.
    pub client: String,
    /// Who answers, or should.
    pub server: String,
    /// The server's port; `None` where the records do not tell it or the protocol has none.
    pub service_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// From client to server.
    pub sent: OneWay,
    /// From server to client.
    pub returned: OneWay,
    /// Records with action REJECT, of both ways.
    pub rejected: u64,
    /// First second, within the range.
    pub first: i64,
    /// Last second, within the range.
    pub last: i64,
    /// Part of the measure's total, 0 to 1.
    pub share: f64,
}

/// What went one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneWay {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Records.
    pub flows: u64,
}

impl Conversation {
    /// Whether the logs tell of one way only: nobody answered, or the answer took another way.
    pub const fn is_one_way(&self) -> bool {
        self.sent.flows == 0 || self.returned.flows == 0
    }
}
