//! Which addresses each interface has, learned from its records: AWS writes an address of the interface into `srcaddr`
//! of everything it sends and into `dstaddr` of everything it receives, so that each record holds one. An interface
//! has several: IPv4 and IPv6, secondary addresses, those of pods.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>

mod settle;

use crate::keys::{KeyMap, of_address};
use crate::records::{Address, NO_ADDRESS, Records, View, is_multicast, is_private_v4};
use crate::verdicts::Direction;
use hashbrown::HashMap;
use settle::Unsettled;

/// Most addresses of one interface: the largest instances have 50 of each family per interface.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html>
pub(crate) const PER_INTERFACE: usize = 100;
/// Most interfaces, some 20 MB: four times what a large organisation's account quota allows to be logged at once.
pub(crate) const INTERFACES: usize = 1 << 17;
/// Pairs of addresses kept of an interface about which they do not yet tell which is its own.
const LEFT_OVER: usize = 8;

/// One interface.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interface {
    name: Box<str>,
    own: Vec<Address>,
    /// Ends of records that hold no known own address.
    left_over: Vec<(Address, Address)>,
}

impl Interface {
    fn has(&self, address: &Address) -> bool {
        self.own.contains(address)
    }
}

/// All interfaces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    interfaces: Vec<Interface>,
    by_name: HashMap<Box<str>, u32>,
    /// Who was last found to have an address; addresses move, and a new machine gets the address of an old one.
    holders: KeyMap<u32>,
}

/// The interfaces of a chunk by their place in its names; `None` for those that are not known.
pub(crate) type Here<'a> = Vec<Option<&'a Interface>>;

impl Own {
    /// Takes what a chunk proves.
    pub(crate) fn learn(&mut self, records: &Records<'_>) {
        let places: Vec<Option<u32>> = records.interface_names.iter().map(|name| self.place(name)).collect();
        let mut unsettled = Unsettled::new(self, &places);
        for row in 0..records.rows {
            let Some(place) = records.interface(row).and_then(|key| *places.get(key)?) else { continue };
            let (src, dst) = records.talkers(row, View::Interface);
            if src == NO_ADDRESS || dst == NO_ADDRESS {
                continue;
            }
            let Some(interface) = self.interfaces.get(place as usize) else { continue };
            match records.direction.get(row) {
                Some(Direction::Ingress) if !interface.has(&dst) => self.claim(place, dst),
                Some(Direction::Egress) if !interface.has(&src) => self.claim(place, src),
                Some(Direction::Ingress | Direction::Egress) => {}
                _ if interface.has(&src) || interface.has(&dst) => {}
                _ => unsettled.push(place, src, dst),
            }
        }
        unsettled.settle(self);
    }

    /// The interfaces of a chunk.
    pub(crate) fn here(&self, records: &Records<'_>) -> Here<'_> {
        records
            .interface_names
            .iter()
            .map(|name| self.interfaces.get(*self.by_name.get(*name)? as usize))
            .collect()
    }

    /// Which way a record goes: as the log says, else by its interface's own addresses, else from a private IPv4
    /// address to a public one or back, for a VPC's interfaces have private ones. What goes to a group leaves: of
    /// what arrives AWS writes the interface's own address.
    pub(crate) fn direction(&self, records: &Records<'_>, here: &Here<'_>, row: usize) -> Direction {
        let logged = records.direction.get(row).copied().unwrap_or_default();
        let Some(key) = records.interface(row).filter(|_| logged == Direction::Unknown) else {
            return logged;
        };
        let (src, dst) = records.talkers(row, View::Interface);
        let has = |address| here.get(key).copied().flatten().is_some_and(|i| i.has(address));
        match (has(&src), has(&dst)) {
            (true, false) => Direction::Egress,
            (false, true) => Direction::Ingress,
            (true, true) => Direction::Unknown,
            (false, false) if is_multicast(&dst) => Direction::Egress,
            (false, false) => match (is_private_v4(&src), is_private_v4(&dst)) {
                (Some(true), Some(false)) => Direction::Egress,
                (Some(false), Some(true)) => Direction::Ingress,
                _ => Direction::Unknown,
            },
        }
    }

    /// Whether the record of another interface tells of the same packets and is the one to count.
    pub(crate) fn told_elsewhere(&self, records: &Records<'_>, here: &Here<'_>, row: usize) -> bool {
        if records.is_rejected(row) {
            return false;
        }
        let interface = records.interface(row).and_then(|key| here.get(key).copied().flatten());
        let has = |address| interface.is_some_and(|i| i.has(address));
        let (src, dst) = records.talkers(row, View::Packet);
        if has(&dst) {
            return false;
        }
        self.holders.contains_key(&of_address(&dst))
            || (!has(&src) && self.holders.contains_key(&of_address(&src)))
    }

    /// Every interface with its addresses, by name.
    pub(crate) fn all(&self) -> Vec<(&str, &[Address])> {
        let mut all: Vec<_> = self.interfaces.iter().map(|i| (&*i.name, i.own.as_slice())).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    }

    /// Notes that an interface has an address.
    pub(crate) fn add(&mut self, name: &str, address: Address) {
        if let Some(place) = self.place(name) {
            self.claim(place, address);
        }
    }

    /// The place of a name, new or old; `None` when there are too many.
    fn place(&mut self, name: &str) -> Option<u32> {
        if let Some(place) = self.by_name.get(name) {
            return Some(*place);
        }
        let place =
            u32::try_from(self.interfaces.len()).ok().filter(|_| self.interfaces.len() < INTERFACES)?;
        self.interfaces.push(Interface { name: name.into(), ..Interface::default() });
        self.by_name.insert(name.into(), place);
        Some(place)
    }

    fn claim(&mut self, place: u32, address: Address) {
        let Some(interface) = self.interfaces.get_mut(place as usize) else { return };
        if interface.own.len() < PER_INTERFACE && !interface.has(&address) && !is_multicast(&address) {
            interface.own.push(address);
            self.holders.insert(of_address(&address), place);
        }
    }

    fn holder(&self, address: &Address) -> Option<u32> {
        self.holders.get(&of_address(address)).copied()
    }
}
