//! Which addresses each interface has, learned from its records: AWS writes an address of the interface into `srcaddr`
//! of everything it sends and into `dstaddr` of everything it receives, so that each record holds one. An interface
//! has several: IPv4 and IPv6, secondary addresses, those of pods.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>

mod settle;

use crate::keys::{KeyMap, of_address};
use crate::records::{Address, NO_ADDRESS, NO_NUMBER, Records, View, is_multicast, is_private_v4};
use crate::verdicts::{Direction, Verdicts};
use hashbrown::HashMap;
use settle::Unsettled;

/// Most addresses of one interface: the largest instances have 50 of each family per interface.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html>
pub(crate) const PER_INTERFACE: usize = 100;
/// Most interfaces, some 20 MB. Those beyond have a direction only where the log says it.
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

/// The interfaces of a chunk by their place in its names, with their own addresses by place in the chunk's. Nearly all
/// have one address that nearly all of their records hold: it lies where it is found without asking the interface.
struct Here {
    first: Vec<i32>,
    more: Vec<Vec<i32>>,
    /// By place of an address: whether some interface has it.
    held: Vec<bool>,
}

impl Here {
    fn has(&self, key: Option<usize>, address: i32) -> bool {
        let Some((first, more)) = key.and_then(|key| Some((self.first.get(key)?, self.more.get(key)?)))
        else {
            return false;
        };
        (*first == address) & (address != NO_NUMBER) || !more.is_empty() && more.contains(&address)
    }

    fn is_held(&self, address: i32) -> bool {
        usize::try_from(address).ok().and_then(|place| self.held.get(place)).copied().unwrap_or_default()
    }
}

impl Own {
    /// Takes what a chunk proves; `numbers` are those of its addresses.
    pub(crate) fn learn(&mut self, records: &Records<'_>, numbers: &[u64]) {
        let places: Vec<Option<u32>> = records.interface_names.iter().map(|name| self.place(name)).collect();
        let mut unsettled = Unsettled::new(self, &places);
        let first = self.here(records, numbers).first;
        for row in 0..records.rows {
            let Some(key) = records.interface(row) else { continue };
            let (src, dst) = records.talkers(row, View::Interface);
            let logged = records.direction.get(row).copied().unwrap_or_default();
            let known = first.get(key).copied().unwrap_or(NO_NUMBER);
            let (may_be_src, may_be_dst) = (logged != Direction::Ingress, logged != Direction::Egress);
            // Either way round is as frequent: no branch between the two.
            if (may_be_src & (known == src) | may_be_dst & (known == dst)) & (known != NO_NUMBER) {
                continue;
            }
            if let Some(place) = places.get(key).copied().flatten() {
                let ends = (records.address(src), records.address(dst));
                self.learn_row(&mut unsettled, place, ends, logged);
            }
        }
        unsettled.settle(self);
    }

    /// A record of an interface whose first address does not explain it.
    fn learn_row(
        &mut self,
        unsettled: &mut Unsettled,
        place: u32,
        (src, dst): (Address, Address),
        logged: Direction,
    ) {
        let Some(interface) = self.interfaces.get(place as usize) else { return };
        if src == NO_ADDRESS || dst == NO_ADDRESS {
            return;
        }
        match logged {
            Direction::Ingress => self.claim(place, dst),
            Direction::Egress => self.claim(place, src),
            Direction::Unknown if interface.has(&src) || interface.has(&dst) => {}
            Direction::Unknown => unsettled.push(place, src, dst),
        }
    }

    /// Adds direction and [`crate::Verdicts::told_elsewhere`] to the verdicts.
    pub(crate) fn judge(&self, records: &Records<'_>, numbers: &[u64], verdicts: &mut Verdicts) {
        let here = self.here(records, numbers);
        for row in 0..records.rows {
            let key = records.interface(row);
            let ends = records.talkers(row, View::Interface);
            let own = (here.has(key, ends.0), here.has(key, ends.1));
            let logged = records.direction.get(row).copied().unwrap_or_default();
            verdicts.direction.push(if logged == Direction::Unknown && key.is_some() {
                direction(records, ends, own)
            } else {
                logged
            });
            let packet_ends = records.talkers(row, View::Packet);
            let own = if packet_ends == ends {
                own
            } else {
                (here.has(key, packet_ends.0), here.has(key, packet_ends.1))
            };
            verdicts
                .told_elsewhere
                .push(!records.is_rejected(row) && is_told_elsewhere(&here, packet_ends, own));
        }
    }

    fn here(&self, records: &Records<'_>, numbers: &[u64]) -> Here {
        let held: Vec<bool> = numbers.iter().map(|number| self.holders.contains_key(number)).collect();
        let mut places = KeyMap::<i32>::default();
        places.extend(
            (0..).zip(numbers).zip(&held).filter(|(_, held)| **held).map(|((at, key), _)| (*key, at)),
        );
        let place = |address: &Address| places.get(&of_address(address)).copied().unwrap_or(NO_NUMBER);
        let own: Vec<&[Address]> = records
            .interface_names
            .iter()
            .map(|name| self.by_name.get(*name).and_then(|place| self.interfaces.get(*place as usize)))
            .map(|interface| interface.map(|i| i.own.as_slice()).unwrap_or_default())
            .collect();
        Here {
            first: own.iter().map(|own| own.first().map_or(NO_NUMBER, place)).collect(),
            more: own.iter().map(|own| own.iter().skip(1).map(place).collect()).collect(),
            held,
        }
    }

    /// Every interface that has addresses, by name.
    pub(crate) fn all(&self) -> Vec<(&str, &[Address])> {
        let known = self.interfaces.iter().filter(|interface| !interface.own.is_empty());
        let mut all: Vec<_> = known.map(|i| (&*i.name, i.own.as_slice())).collect();
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

/// By the ends in the packets, and which of them are the interface's own.
fn is_told_elsewhere(here: &Here, (src, dst): (i32, i32), own: (bool, bool)) -> bool {
    !own.1 && (here.is_held(dst) || !own.0 && here.is_held(src))
}

/// Which way a record goes by its interface's own addresses, else from a private IPv4 address to a public one or back,
/// for a VPC's interfaces have private ones. What goes to a group leaves: of what arrives AWS writes the interface's own
/// address.
fn direction(records: &Records<'_>, (src, dst): (i32, i32), own: (bool, bool)) -> Direction {
    if own.0 != own.1 {
        return [Direction::Ingress, Direction::Egress][usize::from(own.0)];
    }
    let (src, dst) = (records.address(src), records.address(dst));
    match (is_private_v4(&src), is_private_v4(&dst)) {
        _ if own.0 => Direction::Unknown,
        _ if is_multicast(&dst) => Direction::Egress,
        (Some(true), Some(false)) => Direction::Egress,
        (Some(false), Some(true)) => Direction::Ingress,
        _ => Direction::Unknown,
    }
}
