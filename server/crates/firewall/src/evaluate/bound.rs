//! The interfaces of some traffic looked up once, so that millions of rows are judged by numbers alone.

use super::firewall::{Firewall, Guard};
use super::table::PortsAndPeers;
use super::{Doubt, Opening};
use crate::traffic::{Direction, Flow};

/// What decides about a row: rows of one class are permitted by the same rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Class {
    table: u32,
    sets: PortsAndPeers,
}

/// A firewall and the interfaces of some traffic.
#[derive(Clone, Debug)]
pub struct Bound<'a> {
    firewall: &'a Firewall,
    /// For each state the guards by place of the interface.
    guards: Vec<Vec<Guard>>,
}

impl<'a> Bound<'a> {
    /// Looks up `interfaces` in every state.
    pub fn new(firewall: &'a Firewall, interfaces: &[&str]) -> Self {
        let states = 0..firewall.history().snapshots().len();
        let guards =
            states.map(|state| interfaces.iter().map(|name| firewall.guard(state, name)).collect()).collect();
        Bound { firewall, guards }
    }

    /// The firewall.
    pub fn firewall(&self) -> &'a Firewall {
        self.firewall
    }

    /// The class of the opening that a row tells of, by the state at its first second. `None` where no group guards
    /// the interface or the inventory does not know it.
    pub fn class(&self, flow: &Flow) -> Option<Class> {
        let guards = match self.guards.as_slice() {
            [only] => only,
            _ => self.guards.get(self.firewall.history().place_at(flow.first)?)?,
        };
        let Guard::Tables(tables) = guards.get(flow.interface as usize)? else { return None };
        let Opening { direction, peer, protocol, port } = Opening::of(flow);
        let table = tables[usize::from(direction == Direction::Egress)];
        let sets = self.firewall.table(table).sets(peer, protocol, port);
        Some(Class { table: table as u32, sets })
    }

    /// The rules that permit a class, by place among all rules, each with its doubt.
    pub fn rules(&self, class: Class) -> impl Iterator<Item = (usize, Option<Doubt>)> + '_ {
        self.firewall.table(class.table as usize).rules_of(class.sets)
    }

    /// Whether any rule permits a class.
    pub fn permits(&self, class: Class) -> bool {
        self.firewall.table(class.table as usize).permits(class.sets)
    }

    /// Whether the inventory knows a row's interface, guarded or not, at its time.
    pub fn knows(&self, flow: &Flow) -> bool {
        let place = self.firewall.history().place_at(flow.first);
        let guard = place.and_then(|place| self.guards.get(place)?.get(flow.interface as usize));
        guard.is_some_and(|guard| *guard != Guard::Unknown)
    }
}
