//! Records that hold no known address of their interface: which of the two ends is its own. An interface's address is
//! the one that many peers share; where there is only one peer, the end that no other interface has.

use super::{Interface, LEFT_OVER, Own};
use crate::keys::{KeyMap, of_address, of_pair};
use crate::records::{Address, is_multicast, is_private_v4};
use hashbrown::HashMap;

/// Different pairs of ends looked at per interface, address family and chunk: more say nothing new about its address.
const PAIRS: usize = 256;
/// Peers that a public IPv4 address must have before it is taken for an interface's own: VPCs of public ranges are
/// rare, private hosts that speak with one public peer are not.
const PUBLIC_PEERS: u32 = 8;

/// Two ends of a record, in no order.
type Pair = (Address, Address);

/// The records of a chunk that are in question, by interface.
pub(super) struct Unsettled {
    /// Which interfaces occur in the chunk: what the others once had may be somebody else's by now.
    here: Vec<u32>,
    /// By interface, and whether they are IPv4.
    pairs: HashMap<(u32, bool), KeyMap<Pair>>,
}

/// What an address has to do with the records in question.
#[derive(Clone, Copy, Debug)]
struct Share {
    peers: u32,
    first_peer: Address,
}

impl Unsettled {
    /// Begins with what was left over of the interfaces at these places.
    pub(super) fn new(own: &Own, places: &[Option<u32>]) -> Self {
        let mut here: Vec<u32> = places.iter().copied().flatten().collect();
        here.sort_unstable();
        let mut unsettled = Unsettled { here, pairs: HashMap::new() };
        for place in unsettled.here.clone() {
            for (src, dst) in own.interfaces.get(place as usize).map_or(&[][..], |i| &i.left_over) {
                unsettled.push(place, *src, *dst);
            }
        }
        unsettled
    }

    /// Adds a record.
    pub(super) fn push(&mut self, place: u32, src: Address, dst: Address) {
        let pairs = self.pairs.entry((place, is_private_v4(&src).is_some())).or_default();
        if pairs.len() < PAIRS {
            pairs.insert(of_pair(of_address(&src), of_address(&dst)), (src.min(dst), src.max(dst)));
        }
    }

    /// Claims every address that can be told, and leaves the rest for the next chunk. Interfaces with most peers go
    /// first: what is theirs cannot be another's.
    pub(super) fn settle(mut self, own: &mut Own) {
        let mut by_place: HashMap<u32, Vec<Pair>> = HashMap::new();
        for ((place, _), pairs) in std::mem::take(&mut self.pairs) {
            by_place.entry(place).or_default().extend(pairs.into_values());
        }
        let mut open: Vec<(u32, Vec<Pair>)> = by_place.into_iter().collect();
        open.iter_mut().for_each(|(_, pairs)| pairs.sort_unstable());
        open.sort_by_cached_key(|(place, pairs)| {
            let most = shares(pairs).values().map(|share| share.peers).max();
            (std::cmp::Reverse(most), *place)
        });
        let mut progress = true;
        while progress {
            progress = false;
            for (place, pairs) in &mut open {
                while let Some(address) = self.own_among(own, *place, pairs) {
                    own.claim(*place, address);
                    pairs.retain(|(one, other)| *one != address && *other != address);
                    progress = true;
                }
            }
        }
        for (place, mut pairs) in open {
            pairs.truncate(LEFT_OVER);
            if let Some(interface) = own.interfaces.get_mut(place as usize) {
                interface.left_over = pairs;
            }
        }
    }

    /// The address that is most surely the interface's own; `None` when none is.
    fn own_among(&self, own: &Own, place: u32, pairs: &[Pair]) -> Option<Address> {
        if own.interfaces.get(place as usize).is_none_or(Interface::is_full) {
            return None;
        }
        let is_private = |address: &Address| is_private_v4(address) == Some(true);
        let is_public = |address: &Address| is_private_v4(address) == Some(false);
        let tells = |address: &Address, share: &Share| {
            if is_multicast(address) || self.is_anothers(own, place, address) {
                return false;
            }
            if is_public(address) {
                return share.peers >= PUBLIC_PEERS;
            }
            share.peers > 1
                || self.is_anothers(own, place, &share.first_peer)
                || is_multicast(&share.first_peer)
                || is_private(address) && is_public(&share.first_peer)
        };
        let shares = shares(pairs);
        let told = shares.iter().filter(|(address, share)| tells(address, share));
        // The largest address among equals, for the order of a map must not decide.
        told.max_by_key(|(address, share)| (!is_public(address), share.peers, **address))
            .map(|(address, _)| *address)
    }

    /// Whether another interface of this chunk has an address.
    fn is_anothers(&self, own: &Own, place: u32, address: &Address) -> bool {
        own.holder(address).is_some_and(|holder| holder != place && self.here.binary_search(&holder).is_ok())
    }
}

impl Interface {
    fn is_full(&self) -> bool {
        self.own.len() >= super::PER_INTERFACE
    }
}

fn shares(pairs: &[Pair]) -> HashMap<Address, Share> {
    let mut shares: HashMap<Address, Share> = HashMap::new();
    for (one, other) in pairs {
        for (address, peer) in [(one, other), (other, one)] {
            shares.entry(*address).or_insert(Share { peers: 0, first_peer: *peer }).peers += 1;
        }
    }
    shares
}
