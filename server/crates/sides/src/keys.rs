//! Addresses, ends and conversations as 64-bit numbers. They are stored, so they are the same on every machine and in
//! every version; two different things have the same number once in 2^64.

use crate::records::Address;

/// Odd numbers without a pattern (digits of the square roots of 2, 3, 5, 7, 11).
const SEEDS: [u64; 5] = [
    0x6a09_e667_f3bc_c909,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
];

/// Both halves of the product mixed: every bit of the result depends on every bit of both numbers.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// The number of an address.
pub(crate) fn of_address(address: &Address) -> u64 {
    let bits = u128::from_le_bytes(*address);
    fold((bits as u64) ^ SEEDS[0], (bits >> 64) as u64 ^ SEEDS[1])
}

/// The numbers of all addresses of a chunk.
pub(crate) fn of_addresses(addresses: &[Address]) -> Vec<u64> {
    addresses.iter().map(of_address).collect()
}

/// The number of an end: of an address, given by its own number, with protocol and port.
pub(crate) fn of_end(address: u64, protocol: i32, port: u16) -> u64 {
    let service = u64::from(port) << 32 | u64::from(protocol as u32);
    fold(address ^ SEEDS[2], service ^ SEEDS[3])
}

/// The number of a conversation, the same for both of its directions.
pub(crate) fn of_pair(one: u64, other: u64) -> u64 {
    fold(one.wrapping_add(other) ^ SEEDS[4], (one ^ other) ^ SEEDS[0])
}

/// Passes a key on as its own hash: it is mixed already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mixed(u64);

impl std::hash::Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = fold(self.0 ^ u64::from(*byte), SEEDS[2]);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Maps by key.
pub(crate) type KeyMap<V> = hashbrown::HashMap<u64, V, std::hash::BuildHasherDefault<Mixed>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_for_ever() {
        let address = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1];
        let keys = [of_address(&address), of_end(of_address(&address), 6, 443), of_pair(1, 2)];
        assert_eq!(keys, KEPT, "stored knowledge would be lost: {keys:#x?}");
    }

    const KEPT: [u64; 3] = [0x23d8_5d18_2191_a5d5, 0xd7ed_2cb7_ee0a_35f0, 0xee47_5ae7_a363_2b68];

    #[test]
    fn neighbouring_ends_do_not_meet_in_either_half_of_the_key() {
        let mut seen = [hashbrown::HashSet::new(), hashbrown::HashSet::new()];
        for host in 0..=255_u8 {
            for port in 0..256 {
                let address = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, host];
                let key = of_end(of_address(&address), 6, port);
                seen[0].insert(key as u32);
                seen[1].insert((key >> 32) as u32);
            }
        }
        // 65 536 keys in 2^32 places: half a meeting is expected.
        assert!(seen.iter().all(|half| half.len() > 65_530));
    }

    #[test]
    fn both_directions_of_a_conversation_are_one_pair() {
        assert_eq!(of_pair(7, 9), of_pair(9, 7));
        assert_ne!(of_pair(7, 9), of_pair(7, 8));
    }
}
