//! Address columns: numbers into a list of distinct addresses of 16 bytes. IPv4 addresses are IPv4-mapped IPv6 ones, so
//! that both sorts take one path.

use crate::columns::{Texts, find, numbers};
use arrow::array::{Array, BinaryArray, Int32Array, RecordBatch};
use arrow::buffer::{Buffer, OffsetBuffer};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use std::sync::Arc;

/// Bytes of an address.
const BYTES: usize = 16;

/// Distinct addresses by number, in the order they were first seen.
#[derive(Clone, Debug, Default)]
pub struct AddressBook {
    numbers: HashMap<u128, u32>,
    addresses: Vec<u128>,
}

impl AddressBook {
    /// The number of an address, new or old.
    #[inline]
    pub fn number(&mut self, address: u128) -> u32 {
        match self.numbers.entry(address) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let number = self.addresses.len() as u32;
                self.addresses.push(address);
                *new.insert(number)
            }
        }
    }

    /// The address of a number.
    pub fn address(&self, number: u32) -> u128 {
        self.addresses.get(number as usize).copied().unwrap_or_default()
    }

    /// All of them in the order of their numbers, network byte order.
    pub fn octets(&self) -> Vec<[u8; BYTES]> {
        self.addresses.iter().map(|address| address.to_be_bytes()).collect()
    }

    /// For every number of `other`, the same address's number here.
    pub fn adopt(&mut self, other: &AddressBook) -> Vec<u32> {
        other.addresses.iter().map(|address| self.number(*address)).collect()
    }
}

/// An address column.
#[derive(Clone, Copy)]
pub struct Addresses<'a>(Option<(&'a Int32Array, &'a BinaryArray)>);

impl<'a> Addresses<'a> {
    /// The column of that name; every row is missing when there is none.
    pub fn of(batch: &'a RecordBatch, name: &str) -> Self {
        let coded = find::<Texts>(batch, name);
        Addresses(coded.and_then(|coded| Some((coded.keys(), coded.values().as_any().downcast_ref()?))))
    }

    /// The distinct values of a decoded column, by key.
    pub fn values(&self) -> &'a [[u8; BYTES]] {
        self.0.map_or(&[], |(_, values)| values.value_data().as_chunks().0)
    }

    /// The numbers of every row in `book`, in which new addresses are entered; `None` when missing. Empty without a
    /// column.
    pub fn numbers(&self, book: &mut AddressBook) -> Vec<Option<u32>> {
        let Some((keys, values)) = self.0 else { return Vec::new() };
        let mut known: Vec<Option<u32>> = vec![None; values.len()];
        let mut number = |key: i32| {
            let slot = known.get_mut(key as usize)?;
            if slot.is_none() {
                let octets = values.value(key as usize).try_into().ok()?;
                *slot = Some(book.number(u128::from_be_bytes(octets)));
            }
            *slot
        };
        keys.iter().map(|key| key.and_then(&mut number)).collect()
    }
}

/// Whether a decoded record has other addresses in the packet than the interface's. All of its address columns number
/// the same list.
pub fn packets_differ(batch: &RecordBatch) -> bool {
    [("pkt_srcaddr", "srcaddr"), ("pkt_dstaddr", "dstaddr")].into_iter().any(|(packet, interface)| {
        let (packet, interface) = (numbers(batch, packet), numbers(batch, interface));
        let other = |(row, packet): (usize, &i32)| *packet >= 0 && interface.get(row) != Some(packet);
        packet.iter().enumerate().any(other)
    })
}

/// Distinct addresses as the values of dictionary columns.
pub fn dictionary(addresses: &[[u8; BYTES]]) -> Arc<BinaryArray> {
    let lengths = OffsetBuffer::from_repeated_length(BYTES, addresses.len());
    Arc::new(BinaryArray::new(lengths, Buffer::from(addresses.as_flattened()), None))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use arrow::datatypes::{Field, Schema};

    #[test]
    fn a_columns_numbers_lead_to_its_addresses() {
        let keys = Int32Array::from(vec![Some(1), None, Some(0), Some(1)]);
        let array = Texts::new(keys, dictionary(&[[9; BYTES], [7; BYTES]]));
        let schema = Schema::new(vec![Field::new("srcaddr", array.data_type().clone(), true)]);
        let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(array)]).unwrap();
        let mut book = AddressBook::default();
        assert_eq!(Addresses::of(&batch, "srcaddr").numbers(&mut book), [Some(0), None, Some(1), Some(0)]);
        assert_eq!(book.address(1), u128::from_be_bytes([9; BYTES]));
        assert!(Addresses::of(&batch, "dstaddr").numbers(&mut book).is_empty());
    }

    #[test]
    fn a_book_adopts_another() {
        let (mut left, mut right) = (AddressBook::default(), AddressBook::default());
        left.number(5);
        assert_eq!([9, 5].map(|address| right.number(address)), [0, 1]);
        assert_eq!(left.adopt(&right), [1, 0]);
    }
}
