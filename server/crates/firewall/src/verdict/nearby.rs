//! What the logs alone say against a network ACL. An ACL judges a whole subnet alike: where a neighbour gets through to
//! the same service, it was the groups. That several subnets refuse alike says nothing: they may share an ACL.

use super::refused::Refused;
use super::scouts::Scouts;
use crate::address::{Address, Cidr, Family};
use crate::traffic::{Direction, Flow, Leg, Traffic};
use hashbrown::HashSet;

/// A service: protocol and port.
type Service = (u8, u16);

/// Where a far end is, as far as an ACL's entries are likely to tell far ends apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Realm {
    /// The largest block that a VPC can have around an address inside.
    Inside(Cidr),
    /// The internet.
    Outside(Family),
}

impl Realm {
    fn of(peer: Address, scouts: &Scouts) -> Self {
        let family = peer.family();
        if scouts.is_inside(peer) { Realm::Inside(Cidr::largest_vpc(peer)) } else { Realm::Outside(family) }
    }
}

/// Openings across networks that were let through or refused, as far as refused conversations need them.
#[derive(Default)]
pub(super) struct Nearby {
    /// Interfaces that were reached at a service from another network, by where the far end is: entries of an ACL name a
    /// block, mostly a VPC's or everybody's.
    reached: HashSet<(u32, Service, Realm)>,
    /// Interfaces that were reached at a service by strangers of these networks.
    visited: HashSet<(u32, Service, Cidr)>,
    /// Somebody from the internet got in somewhere.
    has_visitors: bool,
    /// Networks that reached a far network's service.
    left: HashSet<(Cidr, Service, Cidr)>,
}

impl Nearby {
    pub(super) fn of(traffic: &Traffic<'_>, refused: &[Refused], scouts: &Scouts) -> Self {
        let mut nearby = Nearby::default();
        let asked: HashSet<u32> = refused.iter().map(|one| one.flow.interface).collect();
        for flow in traffic.flows.iter().filter(|flow| flow.accepted && flow.leg == Leg::Opening) {
            let (near, far, service) = (
                Cidr::likely_network(flow.own()),
                Cidr::likely_network(flow.peer()),
                (flow.protocol, flow.port),
            );
            if near == far {
                continue;
            }
            if asked.contains(&flow.interface) {
                nearby.reached.insert((flow.interface, service, Realm::of(flow.peer(), scouts)));
            }
            if flow.direction == Direction::Ingress && !scouts.is_inside(flow.client) {
                nearby.visited.insert((flow.interface, service, far));
                nearby.has_visitors = true;
            }
            if flow.direction == Direction::Egress {
                nearby.left.insert((near, service, far));
            }
        }
        nearby
    }

    /// Whether somebody of a stranger's network uses the service that refuses the stranger.
    pub(super) fn lets_a_neighbour_in(&self, flow: &Flow) -> bool {
        self.visited.contains(&(
            flow.interface,
            (flow.protocol, flow.port),
            Cidr::likely_network(flow.client),
        ))
    }

    /// Whether anybody from the internet gets in anywhere.
    pub(super) fn lets_strangers_in(&self) -> bool {
        self.has_visitors
    }

    /// Why an opening that was refused was refused by the groups, if the logs say so.
    pub(super) fn clears_the_acl(&self, flow: &Flow, scouts: &Scouts) -> Option<&'static str> {
        let (near, far, service) =
            (Cidr::likely_network(flow.own()), Cidr::likely_network(flow.peer()), (flow.protocol, flow.port));
        if near == far {
            return Some("both ends are in one network, whose ACL is not asked");
        }
        let alike = (flow.interface, service, Realm::of(flow.peer(), scouts));
        if flow.direction == Direction::Ingress && self.reached.contains(&alike) {
            return Some("others reach the service from other networks");
        }
        if flow.direction == Direction::Egress && self.left.contains(&(near, service, far)) {
            return Some("a neighbour in the same network gets out to the service");
        }
        None
    }
}
