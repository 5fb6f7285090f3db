//! Records by the value of any field.

use super::talkers::ends_of;
use super::{Fold, Pieces};
use crate::addresses::AddressBook;
use crate::columns::{Texts, find};
use crate::error::LakeError;
use crate::schema::{self, CLIENT, SCOPE, SERVER};
use crate::scope::{Scope, scopes};
use arrow::array::{Array, BinaryArray, Int32Array, Int64Array, RecordBatch, StringArray};
use contract::{Addresses, Field, Grid, Refusal, RefusalKind, Span};
use hashbrown::HashMap;

/// Most values of an answer.
const MOST_VALUES: usize = 1 << 21;

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Records do not have the field.
    Missing,
    /// A port, a count, a code, Unix seconds.
    Number(i64),
    /// An address as a number.
    Address(u128),
    /// An id, a name.
    Text(Box<str>),
}

/// The fold.
#[derive(Clone, Debug)]
pub struct Values {
    field: Field,
    column: String,
    grid: Grid,
    addresses: Addresses,
    counts: HashMap<Value, u64>,
}

/// The values of a batch: which of them each row has.
#[derive(Default)]
struct Coded {
    codes: Vec<u32>,
    values: Vec<Value>,
}

impl Values {
    /// Nothing yet, of this field and range.
    pub fn new(field: Field, span: Span, addresses: Addresses) -> Self {
        let grid = Grid { start: span.from, step: span.secs().max(1), count: 1 };
        Values { field, column: schema::column_of_field(field), grid, addresses, counts: HashMap::new() }
    }

    /// Every value and its records.
    pub fn finish(self) -> HashMap<Value, u64> {
        self.counts
    }

    fn coded(&self, batch: &RecordBatch) -> Coded {
        let has_column = batch.column_by_name(&self.column).is_some();
        match self.column.as_str() {
            SCOPE => Coded::of(scopes(batch, self.addresses).into_iter().map(|scope| scope.map(of_scope))),
            CLIENT | SERVER if !has_column => {
                Coded::of(ends(batch, self.field, self.addresses).into_iter().map(Some))
            }
            column => coded_column(batch, column),
        }
    }

    fn check(&self) -> Result<(), LakeError> {
        if self.counts.len() <= MOST_VALUES {
            return Ok(());
        }
        let message = format!("{} has more than {MOST_VALUES} different values in the range.", self.field);
        let hint = "Ask for a shorter range, or add a filter.";
        Err(LakeError::Question(Refusal::new(RefusalKind::TooLarge, message, hint)))
    }
}

/// The client, or the server, of every record of a batch.
pub fn ends(batch: &RecordBatch, field: Field, addresses: Addresses) -> Vec<Value> {
    let mut book = AddressBook::default();
    let ends = ends_of(batch, addresses, &mut book);
    let end = |(client, server)| if field == Field::CLIENT { client } else { server };
    ends.into_iter()
        .map(|ends| ends.map_or(Value::Missing, |ends| Value::Address(book.address(end(ends)))))
        .collect()
}

fn of_scope(scope: Scope) -> Value {
    Value::Text(scope.name().into())
}

impl Coded {
    fn of(rows: impl Iterator<Item = Option<Value>>) -> Coded {
        let mut coded = Coded::default();
        let mut places: HashMap<Option<Value>, u32> = HashMap::new();
        for value in rows {
            let place = match places.get(&value) {
                Some(place) => *place,
                None => {
                    coded.values.push(value.clone().unwrap_or(Value::Missing));
                    let place = coded.values.len() as u32 - 1;
                    places.insert(value, place);
                    place
                }
            };
            coded.codes.push(place);
        }
        coded
    }

    /// The values of a dictionary, in which the one behind the last stands for none.
    fn of_dictionary(keys: &Int32Array, mut values: Vec<Value>) -> Coded {
        let none = values.len() as u32;
        values.push(Value::Missing);
        Coded { codes: keys.iter().map(|key| key.map_or(none, |key| key as u32)).collect(), values }
    }
}

fn coded_column(batch: &RecordBatch, column: &str) -> Coded {
    if let Some(array) = find::<Texts>(batch, column) {
        let texts = array.values().as_any().downcast_ref::<StringArray>();
        let values = match texts {
            Some(texts) => (0..texts.len()).map(|at| Value::Text(texts.value(at).into())).collect(),
            None => {
                let addresses = array.values().as_any().downcast_ref::<BinaryArray>();
                let address =
                    |octets: &[u8]| Some(Value::Address(u128::from_be_bytes(octets.try_into().ok()?)));
                let values = addresses.map(|addresses| (0..addresses.len()).map(|at| addresses.value(at)));
                values.into_iter().flatten().map(|octets| address(octets).unwrap_or(Value::Missing)).collect()
            }
        };
        return Coded::of_dictionary(array.keys(), values);
    }
    if let Some(numbers) = find::<Int32Array>(batch, column) {
        return Coded::of(numbers.iter().map(|number| Some(Value::Number(number?.into()))));
    }
    if let Some(numbers) = find::<Int64Array>(batch, column) {
        return Coded::of(numbers.iter().map(|number| Some(Value::Number(number?))));
    }
    Coded { codes: vec![0; batch.num_rows()], values: vec![Value::Missing] }
}

impl Fold for Values {
    fn push(&mut self, batch: &RecordBatch, clip: Span) -> Result<(), LakeError> {
        let Coded { codes, values } = self.coded(batch);
        let mut counts = vec![0_u64; values.len()];
        Pieces::of(batch)
            .each(clip, &self.grid, |row, _, amount| counts[codes[row] as usize] += amount.flows);
        for (value, count) in values.into_iter().zip(counts).filter(|(_, count)| *count > 0) {
            *self.counts.entry(value).or_default() += count;
        }
        self.check()
    }

    fn merge(&mut self, other: Self) -> Result<(), LakeError> {
        for (value, count) in other.counts {
            *self.counts.entry(value).or_default() += count;
        }
        self.check()
    }
}
