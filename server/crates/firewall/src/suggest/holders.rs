//! Who had an address when it spoke. Machines come and go, and the next one gets the address of the last: what the
//! inventory says of an address today is not what it was in the window. The logs know: an address speaks at the interface
//! that has it.

use crate::address::Address;
use crate::evaluate::Firewall;
use crate::inventory::Interface;
use crate::traffic::Traffic;
use hashbrown::HashMap;

/// The interface that had an address, as far as anybody knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Holder<'a> {
    /// This one, of the newest state or of an older one.
    Known(&'a Interface),
    /// One that no state of the inventory has, or nobody, though the subnets of the inventory hold the address.
    Gone,
    /// The address is of another network.
    Elsewhere,
}

/// Asks both.
pub(super) struct Holders<'a> {
    firewall: &'a Firewall,
    interfaces: &'a [&'a str],
    /// At which interfaces an address spoke as the near end, with first and last second.
    spoke: HashMap<Address, Vec<(u32, i64, i64)>>,
}

impl<'a> Holders<'a> {
    pub(super) fn of(traffic: &Traffic<'a>, firewall: &'a Firewall) -> Self {
        let mut spoke: HashMap<Address, Vec<(u32, i64, i64)>> = HashMap::new();
        for flow in traffic.flows {
            let known = spoke.entry(flow.own()).or_default();
            match known.iter_mut().find(|(interface, ..)| *interface == flow.interface) {
                Some((_, first, last)) => {
                    (*first, *last) = ((*first).min(flow.first), (*last).max(flow.last))
                }
                None => known.push((flow.interface, flow.first, flow.last)),
            }
        }
        Holders { firewall, interfaces: traffic.interfaces, spoke }
    }

    /// Who had an address at a moment, for the rules of a VPC.
    pub(super) fn holder(&self, address: Address, at: i64, vpc: &str) -> Holder<'a> {
        let is_ours = self.is_of_a_subnet(address);
        let spoke = self.spoke.get(&address).into_iter().flatten();
        // What a middlebox passes on is not its own, and says nothing of who has it.
        let told = spoke.filter_map(|one| match self.listed(one.0) {
            Some(interface) => interface.has(address).then_some((one, Holder::Known(interface))),
            None => is_ours.then_some((one, Holder::Gone)),
        });
        let away = |(_, first, last): &(u32, i64, i64)| (first - at).max(at - last).max(0);
        if let Some((_, holder)) = told.min_by_key(|(one, _)| away(one)) {
            return holder;
        }
        let owner = self
            .firewall
            .owner_of(at, address, vpc)
            .or_else(|| self.firewall.owner_of(i64::MAX, address, vpc));
        match owner {
            Some(owner) => Holder::Known(owner),
            None if is_ours => Holder::Gone,
            None => Holder::Elsewhere,
        }
    }

    /// The one interface that had an address whenever it spoke, where the inventory has it.
    pub(super) fn only_holder(&self, address: Address) -> Option<&'a Interface> {
        let [(place, ..)] = self.spoke.get(&address)?.as_slice() else { return None };
        self.listed(*place).filter(|interface| interface.has(address))
    }

    /// An interface as the newest state that has it tells.
    fn listed(&self, place: u32) -> Option<&'a Interface> {
        let name = self.interfaces.get(place as usize)?;
        let mut states = self.firewall.history().snapshots().iter().rev();
        states.find_map(|state| state.inventory.interfaces.get(*name))
    }

    fn is_of_a_subnet(&self, address: Address) -> bool {
        let latest = self.firewall.history().latest().filter(|state| !state.interfaces.is_empty());
        let mut subnets = latest.into_iter().flat_map(|state| state.subnets.values());
        subnets.any(|subnet| subnet.cidrs.iter().any(|cidr| cidr.contains(address)))
    }
}
