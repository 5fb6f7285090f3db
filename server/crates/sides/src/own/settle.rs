//! Records that hold no known address of their interface: which of the two ends is its own. An interface's address is
//! the one that many peers share; where there is only one peer, the end that no other interface has.

use super::{Interface, LEFT_OVER, Own};
use crate::keys::of_address;
use crate::records::{Address, is_multicast, is_private_v4};
use hashbrown::HashMap;

/// Records looked at per interface and chunk: more say nothing new about its address.
const PER_CHUNK: usize = 256;
/// Peers that a public IPv4 address must have before it is taken for an interface's own: VPCs of public ranges are
/// rare, private hosts that speak with one public peer are not.
const PUBLIC_PEERS: u32 = 8;

/// The records of a chunk that are in question, by interface.
pub(super) struct Unsettled {
    /// Which interfaces occur in the chunk: what the others once had may be somebody else's by now.
    here: Vec<u32>,
    pairs: HashMap<u32, Vec<(Address, Address)>>,
}

/// How often an address occurs among the records in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Share {
    records: u32,
    /// Peers, each as one of 64 bits.
    peers: u64,
    first_peer: Address,
    several: bool,
}

impl Unsettled {
    /// Begins with what was left over of the interfaces at these places.
    pub(super) fn new(own: &Own, places: &[Option<u32>]) -> Self {
        let mut here: Vec<u32> = places.iter().copied().flatten().collect();
        here.sort_unstable();
        let pairs = here
            .iter()
            .filter_map(|place| {
                let left_over = own.interfaces.get(*place as usize).map(|i| i.left_over.clone())?;
                (!left_over.is_empty()).then_some((*place, left_over))
            })
            .collect();
        Unsettled { here, pairs }
    }

    /// Adds a record.
    pub(super) fn push(&mut self, place: u32, src: Address, dst: Address) {
        let pairs = self.pairs.entry(place).or_default();
        if pairs.len() < PER_CHUNK {
            pairs.push((src, dst));
        }
    }

    /// Claims every address that can be told, and leaves the rest for the next chunk. Interfaces with most peers go
    /// first: what is theirs cannot be another's.
    pub(super) fn settle(mut self, own: &mut Own) {
        let pairs = std::mem::take(&mut self.pairs);
        let mut open: Vec<(u32, Vec<(Address, Address)>)> = pairs.into_iter().collect();
        open.sort_by_cached_key(|(place, pairs)| {
            let most = shares(pairs).values().map(|share| share.peers.count_ones()).max();
            (std::cmp::Reverse(most), *place)
        });
        let mut progress = true;
        while progress {
            progress = false;
            for (place, pairs) in &mut open {
                while let Some(address) = self.own_among(own, *place, pairs) {
                    own.claim(*place, address);
                    pairs.retain(|(src, dst)| *src != address && *dst != address);
                    progress = true;
                }
            }
        }
        for (place, mut pairs) in open {
            pairs.sort_unstable();
            pairs.dedup();
            pairs.truncate(LEFT_OVER);
            if let Some(interface) = own.interfaces.get_mut(place as usize) {
                interface.left_over = pairs;
            }
        }
    }

    /// The address that is most surely the interface's own; `None` when none is.
    fn own_among(&self, own: &Own, place: u32, pairs: &[(Address, Address)]) -> Option<Address> {
        if own.interfaces.get(place as usize).is_none_or(Interface::is_full) {
            return None;
        }
        let shares = shares(pairs);
        let is_private = |address: &Address| is_private_v4(address) == Some(true);
        let is_public = |address: &Address| is_private_v4(address) == Some(false);
        let tells = |address: &Address, share: &Share| {
            if is_multicast(address) || self.is_anothers(own, place, address) {
                return false;
            }
            if is_public(address) {
                return share.peers.count_ones() >= PUBLIC_PEERS;
            }
            share.several
                || self.is_anothers(own, place, &share.first_peer)
                || is_multicast(&share.first_peer)
                || is_private(address) && is_public(&share.first_peer)
        };
        let mut told: Vec<_> = shares.iter().filter(|(address, share)| tells(address, share)).collect();
        told.sort_unstable_by_key(|(address, share)| {
            (std::cmp::Reverse((!is_public(address), share.records, share.peers.count_ones())), **address)
        });
        told.first().map(|(address, _)| **address)
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

fn shares(pairs: &[(Address, Address)]) -> HashMap<Address, Share> {
    let mut shares: HashMap<Address, Share> = HashMap::new();
    for (src, dst) in pairs {
        for (address, peer) in [(src, dst), (dst, src)] {
            let share = shares.entry(*address).or_insert(Share {
                records: 0,
                peers: 0,
                first_peer: *peer,
                several: false,
            });
            share.records += 1;
            share.peers |= 1 << (of_address(peer) & 63);
            share.several |= share.first_peer != *peer;
        }
    }
    shares
}
