//! The entry that a network ACL lacks. Told beside the verdict and never among the suggestions: an ACL judges a whole
//! subnet, and what else an entry would let pass the logs of one conversation cannot say.

use super::cards::Card;
use crate::address::Cidr;
use crate::evaluate::{AclAnswer, AclPorts, EPHEMERAL, Firewall};
use crate::suggest::aggregate;
use crate::traffic::{Direction, Leg, TCP, UDP};
use serde::Serialize;

/// Blocks in which an entry's far ends are told; one entry each.
const BLOCKS: usize = 4;

/// What to add to a network ACL.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingEntry {
    /// `acl-…`
    pub acl: String,
    /// For packets that leave the subnet.
    pub egress: bool,
    /// IANA number.
    pub protocol: u8,
    /// First destination port; 0 where the protocol has none.
    pub from_port: u16,
    /// Last destination port.
    pub to_port: u16,
    /// The far ends, one entry each.
    pub blocks: Vec<Cidr>,
    /// The entry that stops it now, which the new ones must precede; `None` for the last one that AWS adds.
    pub before: Option<u32>,
}

/// The entry that would let a card's conversations pass its ACL.
pub(super) fn missing(card: &Card, firewall: &Firewall) -> Option<MissingEntry> {
    let peer = card.peers.first()?.first();
    let ports = match (card.leg, card.protocol) {
        (_, protocol) if !matches!(protocol, TCP | UDP) => AclPorts::None,
        (Leg::Opening, _) => AclPorts::One(card.port),
        (Leg::Answer, _) => EPHEMERAL,
    };
    let says = firewall.acl_says(card.first, &card.interface, card.direction, (peer, card.protocol, ports));
    let before = match says {
        AclAnswer::Denied(entry) | AclAnswer::Mixed(entry) => entry,
        _ => None,
    };
    let (from_port, to_port) = match ports {
        AclPorts::None => (0, 0),
        AclPorts::One(port) => (port, port),
        AclPorts::Between(from, to) => (from, to),
    };
    Some(MissingEntry {
        acl: firewall.acl_of(card.first, &card.interface)?.to_owned(),
        egress: card.direction == Direction::Egress,
        protocol: card.protocol,
        from_port,
        to_port,
        blocks: aggregate::few(&card.peers, BLOCKS),
        before,
    })
}
