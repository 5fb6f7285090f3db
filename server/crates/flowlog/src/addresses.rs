//! The distinct addresses of a batch and their numbers: a hash table made for IPv4 addresses, which are nearly all there
//! are. Knows addresses, not their text.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashMap;

use crate::address::Octets;

/// Slots of a new table; a power of two.
const FIRST_SLOTS: usize = 256;

/// The distinct addresses of all address columns of a batch, in the order they were first met.
#[derive(Debug)]
pub(crate) struct AddressBook {
    /// An IPv4 address in the upper half, its number plus one in the lower; 0 is an empty slot. A power of two of them,
    /// less than half full.
    slots: Vec<u64>,
    shift: u32,
    /// Odd, and another in every process: whoever sends packets to a logged interface chooses addresses, and must not
    /// be able to choose such as meet in one slot.
    multiplier: u64,
    /// How many addresses have a slot.
    in_slots: usize,
    others: HashMap<Octets, i32>,
    addresses: Vec<Octets>,
}

impl AddressBook {
    /// An empty table.
    pub(crate) fn new() -> Self {
        let mut book = Self {
            slots: Vec::new(),
            shift: 0,
            multiplier: RandomState::new().hash_one(0) | 1,
            in_slots: 0,
            others: HashMap::new(),
            addresses: Vec::new(),
        };
        book.clear_slots(FIRST_SLOTS);
        book
    }

    /// The number of an IPv4 address (first octet highest), new or old.
    #[inline]
    pub(crate) fn ipv4(&mut self, address: u32) -> i32 {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = self.home(address) & mask;
        while let Some(slot) = self.slots.get(at).copied() {
            if slot == 0 {
                break;
            }
            if slot >> 32 == u64::from(address) {
                return slot as u32 as i32 - 1;
            }
            at = (at + 1) & mask;
        }
        self.insert(address, at)
    }

    /// The number of any address, new or old.
    pub(crate) fn number(&mut self, octets: Octets) -> i32 {
        let bits = u128::from_be_bytes(octets);
        if bits >> 32 == 0xFFFF {
            return self.ipv4(bits as u32);
        }
        let next = self.addresses.len() as i32;
        let number = *self.others.entry(octets).or_insert(next);
        if number == next {
            self.addresses.push(octets);
        }
        number
    }

    /// Hands out the addresses in the order of their numbers and starts anew, with room for as many again.
    pub(crate) fn take(&mut self) -> Vec<Octets> {
        let slots = (self.in_slots * 4).next_power_of_two().max(FIRST_SLOTS);
        self.in_slots = 0;
        self.clear_slots(slots.min(self.slots.len()));
        self.others.clear();
        std::mem::take(&mut self.addresses)
    }

    #[inline]
    fn home(&self, address: u32) -> usize {
        (u64::from(address).wrapping_mul(self.multiplier) >> self.shift) as usize
    }

    #[cold]
    fn insert(&mut self, address: u32, at: usize) -> i32 {
        let number = self.addresses.len() as u32;
        self.addresses.push((u128::from(address) | 0xFFFF << 32).to_be_bytes());
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = u64::from(address) << 32 | u64::from(number + 1);
        }
        self.in_slots += 1;
        if self.in_slots * 2 >= self.slots.len() {
            self.grow();
        }
        number as i32
    }

    fn grow(&mut self) {
        let full = std::mem::take(&mut self.slots);
        self.clear_slots(full.len() * 2);
        let mask = self.slots.len() - 1;
        for slot in full.into_iter().filter(|slot| *slot != 0) {
            let mut at = self.home((slot >> 32) as u32) & mask;
            while self.slots.get(at).is_some_and(|taken| *taken != 0) {
                at = (at + 1) & mask;
            }
            if let Some(free) = self.slots.get_mut(at) {
                *free = slot;
            }
        }
    }

    fn clear_slots(&mut self, slots: usize) {
        self.slots.clear();
        self.slots.resize(slots, 0);
        self.shift = 64 - slots.trailing_zeros();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv6Addr;

    #[test]
    fn both_ways_to_an_ipv4_address_lead_to_one_number() {
        let mut book = AddressBook::new();
        let octets = Ipv6Addr::from([0, 0, 0, 0, 0, 0xFFFF, 0x0A00, 0x0001]).octets();
        assert_eq!(book.ipv4(0x0A00_0001), 0);
        assert_eq!(book.number(octets), 0);
        assert_eq!(book.number([7; 16]), 1);
        assert_eq!(book.take(), [octets, [7; 16]]);
        assert_eq!(book.number([7; 16]), 0);
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_a_hash_map(
            addresses in prop::collection::vec(prop_oneof![0u32..40, any::<u32>()], 0..900),
            wide in prop::collection::vec(any::<u128>(), 0..40),
        ) {
            let mut book = AddressBook::new();
            for _ in 0..2 {
                let mut model = std::collections::HashMap::new();
                let v4 = addresses.iter().map(|address| u128::from(*address) | 0xFFFF << 32);
                for bits in v4.chain(wide.iter().copied()).chain([0xFFFF << 32, 0]) {
                    let next = model.len() as i32;
                    prop_assert_eq!(book.number(bits.to_be_bytes()), *model.entry(bits).or_insert(next));
                }
                let taken = book.take();
                prop_assert_eq!(taken.len(), model.len());
                prop_assert!(model.iter().all(|(bits, number)| taken[*number as usize] == bits.to_be_bytes()));
            }
        }
    }
}
