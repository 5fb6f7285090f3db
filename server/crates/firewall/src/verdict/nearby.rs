//! What the logs alone say for or against a network ACL. An ACL judges a whole subnet alike: where a neighbour gets
//! through to the same service, or where several subnets refuse alike, it was the groups.

use super::refused::Refused;
use super::scouts::network;
use crate::address::{Address, Cidr};
use crate::traffic::{Direction, Flow, Leg, Traffic};
use hashbrown::{HashMap, HashSet};

/// A service: protocol and port.
type Service = (u8, u16);

/// Openings across networks that were let through or refused, as far as refused conversations need them.
#[derive(Default)]
pub(super) struct Nearby {
    /// Interfaces that were reached at a service from another network.
    reached: HashSet<(u32, Service)>,
    /// Interfaces and far ends that met at any service.
    met: HashSet<(u32, Direction, Address)>,
    /// Networks that reached a far network's service.
    left: HashSet<(Cidr, Service, Cidr)>,
    /// Near networks in which a far end's opening was refused.
    refused: HashMap<(Direction, Address, Service), HashSet<Cidr>>,
}

impl Nearby {
    pub(super) fn of(traffic: &Traffic<'_>, refused: &[Refused]) -> Self {
        let mut nearby = Nearby::default();
        for flow in refused.iter().map(|one| &one.flow).filter(|flow| flow.leg == Leg::Opening) {
            let key = (flow.direction, flow.peer(), (flow.protocol, flow.port));
            nearby.refused.entry(key).or_default().insert(network(flow.own()));
        }
        let asked: HashSet<u32> = refused.iter().map(|one| one.flow.interface).collect();
        for flow in traffic.flows.iter().filter(|flow| flow.accepted && flow.leg == Leg::Opening) {
            let (near, far, service) = (network(flow.own()), network(flow.peer()), (flow.protocol, flow.port));
            if near == far {
                continue;
            }
            if asked.contains(&flow.interface) {
                nearby.reached.insert((flow.interface, service));
                nearby.met.insert((flow.interface, flow.direction, flow.peer()));
            }
            if flow.direction == Direction::Egress {
                nearby.left.insert((near, service, far));
            }
        }
        nearby
    }

    /// Why an opening that was refused was refused by the groups, if the logs say so.
    pub(super) fn clears_the_acl(&self, flow: &Flow) -> Option<&'static str> {
        let (near, far, service) = (network(flow.own()), network(flow.peer()), (flow.protocol, flow.port));
        if near == far {
            return Some("both ends are in one network, whose ACL is not asked");
        }
        if flow.direction == Direction::Ingress && self.reached.contains(&(flow.interface, service)) {
            return Some("others reach the service from other networks");
        }
        if flow.direction == Direction::Egress && self.left.contains(&(near, service, far)) {
            return Some("a neighbour in the same network gets out to the service");
        }
        if self.met.contains(&(flow.interface, flow.direction, flow.peer())) {
            return Some("the two ends meet at other services");
        }
        let networks = self.refused.get(&(flow.direction, flow.peer(), service)).map_or(0, HashSet::len);
        (networks > 1).then_some("several networks refuse it alike")
    }
}
