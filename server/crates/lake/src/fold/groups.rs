//! The values of a grouping column, numbered across batches.

use crate::columns::{Words, numbers};
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use hashbrown::HashMap;

/// A value of a grouping column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// The records do not have it.
    Missing,
    /// A port or protocol.
    Number(i32),
    /// An id or enum.
    Text(Box<str>),
    /// Values of two columns.
    Pair(Box<[Key; 2]>),
}

/// Values by number, in the order they were first seen.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    numbers: HashMap<Key, usize>,
    keys: Vec<Key>,
    /// Group of each small number plus one; 0 is "not yet". Ports and protocols skip the hash map.
    small: Vec<u32>,
}

/// Numbers below this are looked up by index: all ports and protocols.
const SMALL: usize = 1 << 16;

impl Groups {
    /// The number of a value, new or old.
    #[inline]
    pub fn number(&mut self, key: Key) -> usize {
        if let Key::Number(value) = key
            && let Some(at) = usize::try_from(value).ok().filter(|at| *at < SMALL)
        {
            return self.small_number(at, value);
        }
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        self.keys.push(key.clone());
        self.numbers.insert(key, self.keys.len() - 1);
        self.keys.len() - 1
    }

    /// The values, by number.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    #[inline]
    fn small_number(&mut self, at: usize, value: i32) -> usize {
        match self.small.get(at) {
            Some(number @ 1..) => *number as usize - 1,
            _ => self.new_small_number(at, value),
        }
    }

    #[cold]
    fn new_small_number(&mut self, at: usize, value: i32) -> usize {
        if at >= self.small.len() {
            self.small.resize((at + 1).next_power_of_two(), 0);
        }
        self.keys.push(Key::Number(value));
        self.small[at] = self.keys.len() as u32;
        self.keys.len() - 1
    }

    /// The group of every row of a batch, by the column of that name; one group when there is no name.
    pub fn of_rows(&mut self, batch: &RecordBatch, column: Option<&str>) -> Vec<u32> {
        let rows = batch.num_rows();
        let Some(column) = column else { return vec![self.number(Key::Missing) as u32; rows] };
        let is_number = batch.column_by_name(column).is_some_and(|c| c.data_type() == &DataType::Int32);
        if is_number {
            let group = |value: &i32| match value {
                0.. => self.number(Key::Number(*value)) as u32,
                _ => self.number(Key::Missing) as u32,
            };
            return numbers(batch, column).iter().map(group).collect();
        }
        let words = Words::of(batch, column);
        let mut numbers: Vec<Option<u32>> = vec![None; words.values().len()];
        (0..rows)
            .map(|row| match words.key(row) {
                None => self.number(Key::Missing) as u32,
                Some(key) => *numbers[key]
                    .get_or_insert_with(|| self.number(Key::Text(words.values()[key].into())) as u32),
            })
            .collect()
    }

    /// The group of every row of a batch by the values of two columns.
    pub fn of_pairs(&mut self, batch: &RecordBatch, column: &str, within: &str) -> Vec<u32> {
        let (mut outer, mut inner) = (Groups::default(), Groups::default());
        let pairs = outer.of_rows(batch, Some(column)).into_iter().zip(inner.of_rows(batch, Some(within)));
        let mut known: HashMap<(u32, u32), u32> = HashMap::new();
        // Stored rows are sorted: neighbours are mostly of one group.
        let mut last = None;
        let number = |pair: (u32, u32)| match last {
            Some((same, number)) if same == pair => number,
            _ => {
                let number = *known.entry(pair).or_insert_with(|| {
                    let keys = [outer.keys[pair.0 as usize].clone(), inner.keys[pair.1 as usize].clone()];
                    self.number(Key::Pair(Box::new(keys))) as u32
                });
                last = Some((pair, number));
                number
            }
        };
        pairs.map(number).collect()
    }

    /// For every group of `other`, the same value's number here.
    pub fn adopt(&mut self, other: &Groups) -> Vec<usize> {
        other.keys.iter().map(|key| self.number(key.clone())).collect()
    }
}
