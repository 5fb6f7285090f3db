//! The columns a decoder hands out, laid out as Arrow wants its buffers so that they can be moved, not
//! copied. Knows nothing of text lines.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use crate::fields::FieldName;
use crate::validity::Validity;

/// Decoded rows, column by column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Number of rows; every column has that many entries.
    pub rows: usize,
    /// The columns, in the order in which headers first named them. Where an object changes its layout midway
    /// this is the union, null where a line's layout had no such field.
    pub columns: Vec<Column>,
    /// Runs of rows of the same layout, in order; the first begins at row 0.
    pub sections: Vec<Section>,
}

/// Rows of the same layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its first row; it ends where the next begins or with the batch.
    pub first_row: usize,
    /// The columns its layout has, as places in [`Batch::columns`], in the order of the layout.
    pub columns: Vec<usize>,
}

/// One field of every row. Equal to another when every row has the same value, whatever numbers distinct values got.
#[derive(Debug, Clone)]
pub struct Column {
    /// The field.
    pub field: FieldName,
    /// The values; what stands in a null's place has no meaning.
    pub data: Data,
    /// Which values are there; `None` when all are.
    pub nulls: Option<Validity>,
}

/// The values of a column.
#[derive(Debug, Clone)]
pub enum Data {
    /// Ports, protocols, flags and other small numbers.
    Int32(Vec<i32>),
    /// Counts, and moments in Unix seconds.
    Int64(Vec<i64>),
    /// Addresses, each distinct one stored once.
    Address(Addresses),
    /// Text, each distinct value stored once.
    Text(Dictionary),
}

/// Dictionary-encoded text.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// Per row, the place of its value in `values`; 0 for a null, even when `values` is empty.
    pub keys: Vec<i32>,
    /// The distinct values. A line that was set aside may have left one here that no row uses.
    pub values: Vec<Box<str>>,
}

/// Addresses by number.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// Per row, the place of its address in `values`; 0 for a null, even when `values` is empty.
    pub keys: Vec<i32>,
    /// The distinct addresses, the same list for every address column of a batch: IPv6 addresses, or IPv4 addresses
    /// mapped into them (`::ffff:a.b.c.d`), in network byte order. A line that was set aside may have left one here that
    /// no row uses.
    pub values: Arc<Vec<[u8; 16]>>,
}

/// One value of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// The log said `-`, or the line's layout has no such field.
    Null,
    /// A number of any width.
    Number(i64),
    /// An address, IPv4 where it is one.
    Address(IpAddr),
    /// Text as the log has it (tags still percent-encoded).
    Text(&'a str),
}

impl Batch {
    /// The column of the field with this hyphenated name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.field.as_str() == name)
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        let same_sort = std::mem::discriminant(&self.data) == std::mem::discriminant(&other.data);
        let rows = self.data.len();
        same_sort
            && self.field == other.field
            && self.nulls == other.nulls
            && rows == other.data.len()
            && (0..rows).all(|row| self.value(row) == other.value(row))
    }
}

impl Eq for Column {}

impl Data {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Data::Int32(values) => values.len(),
            Data::Int64(values) => values.len(),
            Data::Address(addresses) => addresses.keys.len(),
            Data::Text(dictionary) => dictionary.keys.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Column {
    /// The value in a row; null beyond the last row.
    #[must_use]
    pub fn value(&self, row: usize) -> Value<'_> {
        if self.nulls.as_ref().is_some_and(|nulls| !nulls.is_valid(row)) {
            return Value::Null;
        }
        let value = match &self.data {
            Data::Int32(numbers) => numbers.get(row).map(|number| Value::Number(i64::from(*number))),
            Data::Int64(numbers) => numbers.get(row).map(|number| Value::Number(*number)),
            Data::Address(addresses) => {
                addresses.get(row).map(|octets| Value::Address(Ipv6Addr::from(octets).to_canonical()))
            }
            Data::Text(text) => text.get(row).map(Value::Text),
        };
        value.unwrap_or(Value::Null)
    }
}

impl Addresses {
    /// The address in a row; `None` beyond the last row. Ask the column's nulls first.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<[u8; 16]> {
        let key = usize::try_from(*self.keys.get(row)?).ok()?;
        self.values.get(key).copied()
    }
}

impl Dictionary {
    /// The text in a row; `None` beyond the last row. Ask the column's nulls first.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        let key = usize::try_from(*self.keys.get(row)?).ok()?;
        self.values.get(key).map(Box::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_beyond_the_last_is_null() {
        let column = Column { field: FieldName::new("bytes"), data: Data::Int64(vec![7]), nulls: None };
        assert_eq!(column.value(0), Value::Number(7));
        assert_eq!(column.value(1), Value::Null);
    }

    #[test]
    fn mapped_addresses_are_shown_as_ipv4() {
        let octets = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1];
        let addresses = Addresses { keys: vec![0], values: Arc::new(vec![octets]) };
        let column = Column { field: FieldName::new("srcaddr"), data: Data::Address(addresses), nulls: None };
        assert_eq!(column.value(0), Value::Address(IpAddr::from([10, 0, 0, 1])));
    }
}
