//! Whether the rules let a packet pass: exactly, and fast enough to ask it of every conversation of a quarter.
//!
//! | module | idea |
//! |---|---|
//! | `steps`, `table` | the rules of one set of groups, compiled to two binary searches |
//! | `acl` | network ACLs: first match, ranges of ports |
//! | `firewall` | all states of an inventory, compiled |
//! | `bound` | the interfaces of some traffic, looked up once |
//! | `answer` | what the rules say of one opening |
//! | `miss` | the rule that almost permitted it |

mod acl;
mod answer;
mod bound;
mod firewall;
mod miss;
mod steps;
mod table;

pub(crate) use acl::EPHEMERAL;
pub use acl::{AclAnswer, AclPorts};
pub use answer::{Doubt, GroupAnswer, Permit};
pub use bound::{Bound, Class};
pub use firewall::{Firewall, KnownRule};
pub use miss::{Differs, NearMiss, spelled_alike};
pub(crate) use miss::{direction_of, twin_of_everybody};
pub(crate) use table::means;

use crate::address::Address;
use crate::traffic::Direction;

/// The first packet of a conversation as one interface meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opening {
    /// Seen from the interface.
    pub direction: Direction,
    /// The far end, on the wire.
    pub peer: Address,
    /// IANA number.
    pub protocol: u8,
    /// Destination port; 0 where the protocol has none.
    pub port: u16,
}

impl Opening {
    /// The opening that a row tells of, whichever leg the row is.
    pub fn of(flow: &crate::traffic::Flow) -> Self {
        let direction = if flow.own_end_is_client() { Direction::Egress } else { Direction::Ingress };
        Opening { direction, peer: flow.peer(), protocol: flow.protocol, port: flow.port }
    }
}
