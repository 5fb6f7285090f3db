//! Address columns: 16 bytes a value as they are decoded, numbers into a list of distinct addresses as they are stored.
//! IPv4 addresses are IPv4-mapped IPv6 ones, so that both sorts take one path.

use crate::columns::{Texts, find};
use crate::error::LakeError;
use datafusion::arrow::array::{Array, BinaryArray, FixedSizeBinaryArray, Int32Array, RecordBatch};
use datafusion::arrow::buffer::{Buffer, OffsetBuffer};
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

    /// For every number of `other`, the same address's number here.
    pub fn adopt(&mut self, other: &AddressBook) -> Vec<u32> {
        other.addresses.iter().map(|address| self.number(*address)).collect()
    }

    /// All addresses as the values of a dictionary column.
    pub fn values(&self) -> Arc<BinaryArray> {
        let bytes: Vec<[u8; BYTES]> = self.addresses.iter().map(|address| address.to_be_bytes()).collect();
        let lengths = OffsetBuffer::from_repeated_length(BYTES, bytes.len());
        Arc::new(BinaryArray::new(lengths, Buffer::from_vec(bytes.into_flattened()), None))
    }
}

/// An address column of either form.
#[derive(Clone, Copy)]
pub enum Addresses<'a> {
    /// The batch has none of that name.
    Absent,
    /// Bytes by row.
    Flat(&'a FixedSizeBinaryArray),
    /// Numbers by row, bytes by number.
    Coded(&'a Int32Array, &'a BinaryArray),
}

impl<'a> Addresses<'a> {
    /// The column of that name.
    pub fn of(batch: &'a RecordBatch, name: &str) -> Self {
        if let Some(flat) = find::<FixedSizeBinaryArray>(batch, name) {
            return Addresses::Flat(flat);
        }
        let coded = find::<Texts>(batch, name);
        match coded.and_then(|coded| Some((coded.keys(), coded.values().as_any().downcast_ref()?))) {
            Some((keys, values)) => Addresses::Coded(keys, values),
            None => Addresses::Absent,
        }
    }

    /// The value of a row; `None` when missing.
    #[inline]
    pub fn at(&self, row: usize) -> Option<[u8; BYTES]> {
        match self {
            Addresses::Absent => None,
            Addresses::Flat(array) => {
                if array.is_null(row) {
                    None
                } else {
                    array.value(row).try_into().ok()
                }
            }
            Addresses::Coded(keys, values) => {
                if keys.is_null(row) {
                    None
                } else {
                    values.value(keys.value(row) as usize).try_into().ok()
                }
            }
        }
    }

    /// The numbers of every row in `book`, in which new addresses are entered; `None` when missing.
    pub fn numbers(&self, book: &mut AddressBook) -> Vec<Option<u32>> {
        match self {
            Addresses::Absent => Vec::new(),
            Addresses::Flat(array) => (0..array.len())
                .map(|row| self.at(row).map(|bytes| book.number(u128::from_be_bytes(bytes))))
                .collect(),
            Addresses::Coded(keys, values) => {
                let mut known: Vec<Option<u32>> = vec![None; values.len()];
                (0..keys.len())
                    .map(|row| {
                        let bytes = self.at(row)?;
                        let slot = &mut known[keys.value(row) as usize];
                        Some(*slot.get_or_insert_with(|| book.number(u128::from_be_bytes(bytes))))
                    })
                    .collect()
            }
        }
    }
}

/// The column in its stored form.
pub fn coded(column: Addresses<'_>) -> Result<Texts, LakeError> {
    let mut book = AddressBook::default();
    let keys: Int32Array =
        column.numbers(&mut book).into_iter().map(|number| number.map(|number| number as i32)).collect();
    Ok(Texts::try_new(keys, book.values())?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use datafusion::arrow::datatypes::{Field, Schema};

    fn batch(array: Arc<dyn Array>) -> RecordBatch {
        let schema = Schema::new(vec![Field::new("srcaddr", array.data_type().clone(), true)]);
        RecordBatch::try_new(Arc::new(schema), vec![array]).unwrap()
    }

    #[test]
    fn both_forms_of_a_column_say_the_same() {
        let values = [Some([7; 16]), None, Some([9; 16]), Some([7; 16])];
        let flat = FixedSizeBinaryArray::try_from_sparse_iter_with_size(values.iter().copied(), 16).unwrap();
        let flat = batch(Arc::new(flat));
        let coded = batch(Arc::new(coded(Addresses::of(&flat, "srcaddr")).unwrap()));
        let mut books = [AddressBook::default(), AddressBook::default()];
        for (batch, book) in [&flat, &coded].into_iter().zip(&mut books) {
            let column = Addresses::of(batch, "srcaddr");
            assert_eq!(values, std::array::from_fn(|row| column.at(row)));
            assert_eq!(column.numbers(book), [Some(0), None, Some(1), Some(0)]);
            assert_eq!(book.address(1), u128::from_be_bytes([9; 16]));
        }
    }

    #[test]
    fn a_book_adopts_another() {
        let (mut left, mut right) = (AddressBook::default(), AddressBook::default());
        left.number(5);
        assert_eq!([9, 5].map(|address| right.number(address)), [0, 1]);
        assert_eq!(left.adopt(&right), [1, 0]);
    }
}
