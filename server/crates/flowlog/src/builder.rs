//! Columns being written, up to 64 rows at a time. Knows where a value stands on its line and what sort it
//! is; not what a line is.
//!
//! One column of all rows comes after the other, so each loop below does one thing, its branches are
//! predictable and the processor overlaps neighbouring rows.

use std::sync::Arc;

use fearless_simd::{Level, Simd, dispatch};

use crate::address;
use crate::addresses::AddressBook;
use crate::batch::{Addresses, Column, Data, Dictionary};
use crate::fields::{FieldName, Kind};
use crate::index::{Span, Spans};
use crate::intern::{Interner, MISSING, NoKey};
use crate::number::{self, Prefix, Reading};
use crate::tally::{Why, excerpt};
use crate::validity::ValidityBuilder;

/// Most rows of a group: as many as a word of marks has bits.
pub(crate) const GROUP_ROWS: usize = 64;

/// Up to 64 lines of one layout: for each, the place of its first value among the spans.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) spans: Spans<'a>,
    pub(crate) firsts: &'a [u32],
}

/// One bit per row of a group.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    null: u64,
    bad: u64,
}

impl Marks {
    /// Notes what the exact rule said about the row of this bit.
    #[cold]
    fn note(&mut self, reading: Reading, bit: u64) -> i64 {
        match reading {
            Reading::Number(number) => return number,
            Reading::Missing => self.null |= bit,
            Reading::NotANumber | Reading::OutOfRange => self.bad |= bit,
        }
        0
    }
}

#[derive(Debug)]
enum Values {
    Int32(Vec<i32>, i64),
    Int64(Vec<i64>),
    Seconds(Vec<i64>),
    Address(Vec<i32>),
    Text(Vec<i32>, TextState),
}

/// What a text column knows of its values.
#[derive(Debug)]
struct TextState {
    interner: Interner,
    /// Whether most values of the last group were that of the line before.
    repeats: bool,
}

/// A column being written.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    pub(crate) field: FieldName,
    values: Values,
    validity: ValidityBuilder,
    /// Rows written and committed.
    rows: usize,
    /// Null bits of the group that is not committed yet.
    null: u64,
}

/// The largest number of each 32-bit sort.
const fn largest(kind: Kind) -> i64 {
    match kind {
        Kind::Port => u16::MAX as i64,
        Kind::Protocol => u8::MAX as i64,
        _ => i32::MAX as i64,
    }
}

impl ColumnBuilder {
    /// An empty column; a text column holds at most `distinct_values`.
    pub(crate) fn new(field: FieldName, distinct_values: usize) -> Self {
        let kind = field.kind();
        let values = match kind {
            Kind::Port | Kind::Protocol | Kind::Int32 => Values::Int32(Vec::new(), largest(kind)),
            Kind::Int64 => Values::Int64(Vec::new()),
            Kind::Seconds => Values::Seconds(Vec::new()),
            Kind::Address => Values::Address(Vec::new()),
            Kind::Text => {
                let state = TextState { interner: Interner::new(distinct_values), repeats: false };
                Values::Text(Vec::new(), state)
            }
        };
        Self { field, values, validity: ValidityBuilder::default(), rows: 0, null: 0 }
    }

    /// Makes room for this many more rows at once.
    pub(crate) fn reserve(&mut self, rows: usize) {
        match &mut self.values {
            Values::Int32(values, _) | Values::Address(values) | Values::Text(values, _) => {
                values.reserve(rows);
            }
            Values::Int64(values) | Values::Seconds(values) => values.reserve(rows),
        }
    }

    /// Appends nulls until the column has this many rows.
    pub(crate) fn pad(&mut self, rows: usize) {
        let missing = rows.saturating_sub(self.rows);
        if missing == 0 {
            return;
        }
        match &mut self.values {
            Values::Int32(values, _) | Values::Address(values) | Values::Text(values, _) => {
                values.resize(rows, 0);
            }
            Values::Int64(values) | Values::Seconds(values) => values.resize(rows, 0),
        }
        self.validity.append_nulls(missing);
        self.rows = rows;
    }

    /// Takes back all rows behind the first `rows`.
    pub(crate) fn truncate(&mut self, rows: usize) {
        if rows >= self.rows {
            return;
        }
        match &mut self.values {
            Values::Int32(values, _) | Values::Address(values) | Values::Text(values, _) => {
                values.truncate(rows);
            }
            Values::Int64(values) | Values::Seconds(values) => values.truncate(rows),
        }
        self.validity.truncate(rows);
        self.rows = rows;
    }

    /// Appends the values at this place of a group's lines, addresses by their number in `book`; returns the rows
    /// whose value cannot be read, one bit each. The group must be committed before the next.
    pub(crate) fn append(
        &mut self,
        level: Level,
        group: &Group<'_>,
        place: usize,
        book: &mut AddressBook,
    ) -> u64 {
        let marks = match &mut self.values {
            Values::Int32(values, max) => {
                dispatch!(level, simd => append_int32(simd, values, *max, group, place))
            }
            Values::Int64(values) => dispatch!(level, simd => append_int64(simd, values, group, place)),
            Values::Seconds(values) => dispatch!(level, simd => append_seconds(simd, values, group, place)),
            Values::Address(keys) => {
                dispatch!(level, simd => append_addresses(simd, keys, book, group, place))
            }
            Values::Text(keys, state) => append_text(keys, state, group, place),
        };
        self.null = marks.null;
        marks.bad
    }

    /// Keeps the rows of the last group (of `count`) whose bit in `dropped` is 0.
    pub(crate) fn commit(&mut self, count: usize, dropped: u64) {
        if dropped == 0 {
            let all = u64::MAX >> (GROUP_ROWS - count.clamp(1, GROUP_ROWS));
            self.validity.append(all & !self.null, count);
            self.rows += count;
            return;
        }
        let from = self.rows;
        match &mut self.values {
            Values::Int32(values, _) | Values::Address(values) | Values::Text(values, _) => {
                keep(values, from, dropped);
            }
            Values::Int64(values) | Values::Seconds(values) => keep(values, from, dropped),
        }
        for row in (0..count).filter(|row| dropped >> row & 1 == 0) {
            self.validity.append(!self.null >> row & 1, 1);
            self.rows += 1;
        }
    }

    /// Why a value cannot be in this column; `None` if it can.
    pub(crate) fn objection(&mut self, value: &[u8]) -> Option<Why> {
        let field = || self.field.clone();
        let reading = match &mut self.values {
            Values::Int32(_, max) => number::read(value, *max),
            Values::Int64(_) => number::read(value, i64::MAX),
            Values::Seconds(_) => number::read_seconds(value),
            Values::Address(_) => {
                let readable = value == b"-" || address::read(value).is_some();
                return (!readable).then(|| Why::NotAnAddress { field: field(), value: excerpt(value) });
            }
            Values::Text(_, TextState { interner, .. }) => {
                return match interner.key(value, Span { start: 0, end: value.len() as u32 }) {
                    Ok(_) => None,
                    Err(NoKey::NotText) => Some(Why::NotUtf8 { field: field() }),
                    Err(NoKey::Full) => {
                        Some(Why::TooManyDistinct { field: field(), limit: interner.limit() })
                    }
                };
            }
        };
        match reading {
            Reading::Missing | Reading::Number(_) => None,
            Reading::NotANumber => Some(Why::NotANumber { field: field(), value: excerpt(value) }),
            Reading::OutOfRange => Some(Why::OutOfRange { field: field(), value: excerpt(value) }),
        }
    }

    /// Moves the column out, nulls at its end up to `rows`, and leaves an empty one for the same field. `addresses` are
    /// those that the book handed out.
    pub(crate) fn take(&mut self, rows: usize, addresses: &Arc<Vec<address::Octets>>) -> Column {
        self.pad(rows);
        self.rows = 0;
        let data = match &mut self.values {
            Values::Int32(values, _) => Data::Int32(std::mem::take(values)),
            Values::Int64(values) | Values::Seconds(values) => Data::Int64(std::mem::take(values)),
            Values::Address(keys) => {
                Data::Address(Addresses { keys: std::mem::take(keys), values: Arc::clone(addresses) })
            }
            Values::Text(keys, state) => {
                let keys = std::mem::take(keys);
                let values = state.interner.take();
                Data::Text(Dictionary { keys, values })
            }
        };
        Column { field: self.field.clone(), data, nulls: self.validity.take() }
    }
}

/// Keeps the values before `from` and of those behind it the ones whose bit is 0.
fn keep<T>(values: &mut Vec<T>, from: usize, dropped: u64) {
    let mut at = 0usize;
    values.retain(|_| {
        let kept = at < from || dropped >> ((at - from) % GROUP_ROWS) & 1 == 0;
        at += 1;
        kept
    });
}

/// Whether a value is `-`.
#[inline(always)]
fn is_dash(text: &[u8], span: Span) -> bool {
    span.len() == 1 && text.get(span.start as usize) == Some(&b'-')
}

/// What the fast way made of a value: a number, or nothing, and whether the value is `-`.
#[inline(always)]
fn settle(
    fast: Option<i64>,
    dash: bool,
    marks: &mut Marks,
    bit: u64,
    exact: impl FnOnce() -> Reading,
) -> i64 {
    // One branch for "a number or a dash": which of the two it is can be as good as random (traffic-path is).
    if fast.is_some() | dash {
        marks.null |= if dash { bit } else { 0 };
        return fast.unwrap_or(0);
    }
    marks.note(exact(), bit)
}

/// Appends one value per line of a group, read by `read` from the text, its span and the bit of its row.
#[inline(always)]
fn append_each<T: Copy + Default>(
    values: &mut Vec<T>,
    group: &Group<'_>,
    place: usize,
    mut read: impl FnMut(&[u8], Span, &mut Marks, u64) -> T,
) -> Marks {
    // By value: the loop then keeps the pieces of the group and the marks in registers.
    let Group { text, spans, firsts } = *group;
    let (mut marks, mut bit) = (Marks::default(), 1u64);
    let from = values.len();
    values.resize(from + firsts.len(), T::default());
    for (slot, first) in values.iter_mut().skip(from).zip(firsts) {
        let span = spans.get(*first as usize + place).unwrap_or_default();
        *slot = read(text, span, &mut marks, bit);
        bit <<= 1;
    }
    marks
}

#[inline(always)]
fn append_int32<S: Simd>(simd: S, values: &mut Vec<i32>, max: i64, group: &Group<'_>, place: usize) -> Marks {
    simd.vectorize(
        #[inline(always)]
        || {
            append_each(
                values,
                group,
                place,
                #[inline(always)]
                |text, span, marks, bit| {
                    let fast =
                        number::short(text, span).map(|number| number as i64).filter(|number| *number <= max);
                    let exact = || number::read(span.of(text), max);
                    settle(fast, is_dash(text, span), marks, bit, exact) as i32
                },
            )
        },
    )
}

#[inline(always)]
fn append_int64<S: Simd>(simd: S, values: &mut Vec<i64>, group: &Group<'_>, place: usize) -> Marks {
    simd.vectorize(
        #[inline(always)]
        || {
            append_each(
                values,
                group,
                place,
                #[inline(always)]
                |text, span, marks, bit| {
                    let fast = number::long(text, span).map(|number| number as i64);
                    let exact = || number::read(span.of(text), i64::MAX);
                    settle(fast, is_dash(text, span), marks, bit, exact)
                },
            )
        },
    )
}

#[inline(always)]
fn append_seconds<S: Simd>(simd: S, values: &mut Vec<i64>, group: &Group<'_>, place: usize) -> Marks {
    simd.vectorize(
        #[inline(always)]
        || {
            let mut prefix = Prefix::NONE;
            append_each(
                values,
                group,
                place,
                #[inline(always)]
                |text, span, marks, bit| match number::ten_digit_seconds(text, span, &mut prefix) {
                    Some(seconds) => seconds as i64,
                    None => marks.note(number::read_seconds(span.of(text)), bit),
                },
            )
        },
    )
}

#[inline(always)]
fn append_addresses<S: Simd>(
    simd: S,
    keys: &mut Vec<i32>,
    book: &mut AddressBook,
    group: &Group<'_>,
    place: usize,
) -> Marks {
    simd.vectorize(
        #[inline(always)]
        || {
            append_each(
                keys,
                group,
                place,
                #[inline(always)]
                |text, span, marks, bit| match address::ipv4(simd, text, span) {
                    Some(address) => book.ipv4(address),
                    None => append_unusual_address(book, span.of(text), marks, bit),
                },
            )
        },
    )
}

/// The number of an address that is no plain IPv4 address, if it is one.
fn append_unusual_address(book: &mut AddressBook, value: &[u8], marks: &mut Marks, bit: u64) -> i32 {
    if let Some(octets) = address::read(value) {
        return book.number(octets);
    }
    let mark = if value == b"-" { &mut marks.null } else { &mut marks.bad };
    *mark |= bit;
    0
}

fn append_text(keys: &mut Vec<i32>, state: &mut TextState, group: &Group<'_>, place: usize) -> Marks {
    let settle = |key: Result<i32, NoKey>, marks: &mut Marks, bit: u64| {
        let key = key.unwrap_or_else(|_| {
            marks.bad |= bit;
            0
        });
        marks.null |= if key == MISSING { bit } else { 0 };
        key.max(0)
    };
    let (from, interner) = (keys.len(), &mut state.interner);
    let marks = if state.repeats {
        append_each(keys, group, place, |text, span, marks, bit| {
            settle(interner.key_of_repeated(text, span), marks, bit)
        })
    } else {
        append_each(keys, group, place, |text, span, marks, bit| settle(interner.key(text, span), marks, bit))
    };
    let added = keys.get(from..).unwrap_or_default();
    let repeated: usize =
        added.iter().zip(added.iter().skip(1)).map(|(key, next)| usize::from(key == next)).sum();
    state.repeats = repeated * 4 > added.len() * 3;
    marks
}
