//! Distinct texts of a column and their keys: a small hash table made for short values that come again and
//! again. Knows bytes and keys, not rows.
//!
//! A value of up to 32 bytes (every id and enum; only ARNs are longer) is compared as four words of the table
//! entry itself, so that looking it up touches one cache line and never the stored text.

use std::iter;

use crate::index::Span;
use crate::number::{eight_before, eight_from};

/// Values up to here are wholly within their [`Signature`].
const INLINE_BYTES: usize = 32;

/// Slots of a new table; a power of two.
const FIRST_SLOTS: usize = 64;

/// Tables up to here are emptied and used again for the next batch, larger ones are given back.
const KEPT_SLOTS: usize = 8192;

/// Odd numbers without pattern (digits of the fractional parts of square roots of small primes).
const MIX: [u64; 5] = [
    0x6A09_E667_F3BC_C909,
    0xBB67_AE85_84CA_A73B,
    0x3C6E_F372_FE94_F82B,
    0xA54F_F53A_5F1D_36F1,
    0x510E_527F_ADE6_82D1,
];

/// The key of `-`, which is no value.
pub(crate) const MISSING: i32 = -1;

/// Why a value has no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// The bytes are not UTF-8.
    NotText,
    /// The value is new and the table holds as many as it may.
    Full,
}

/// Four words that tell values of the same length apart: all of a value up to 32 bytes, of a longer one a
/// hash and its edges.
#[derive(Debug, Clone, Copy, Default)]
struct Signature {
    words: [u64; 4],
    length: u32,
}

impl Signature {
    #[inline]
    fn of(text: &[u8], span: Span) -> Self {
        let bytes = span.len();
        let length = bytes as u32;
        if bytes <= 16 {
            // Up to 8 bytes both words hold the whole value, above that they overlap; no branch tells the two
            // apart.
            let surplus = 64 - 8 * length.min(8);
            let first = eight_from(text, span.start) << surplus >> surplus;
            let last = eight_before(text, span.end) >> surplus;
            return Self { words: [first, last, 0, 0], length };
        }
        let (first, last) = (eight_from(text, span.start), eight_before(text, span.end));
        let (second, third) = (eight_from(text, span.start + 8), eight_before(text, span.end - 8));
        let second = if bytes <= INLINE_BYTES { second } else { hash_of_all(span.of(text)) };
        Self { words: [first, last, second, third], length }
    }

    /// The same, of a value that stands alone.
    fn of_value(value: &[u8]) -> Self {
        Self::of(value, Span { start: 0, end: value.len() as u32 })
    }

    /// Whether the value at this span is the one of this signature. Never of a value longer than 32 bytes.
    #[inline(always)]
    fn is_of(&self, text: &[u8], span: Span) -> bool {
        if span.len() != self.length as usize {
            return false;
        }
        let [first, last, second, third] = self.words;
        match self.length {
            ..=8 => eight_before(text, span.end) >> (64 - 8 * (self.length & 15)) == last,
            9..=16 => eight_from(text, span.start) == first && eight_before(text, span.end) == last,
            17..=32 => {
                eight_from(text, span.start) == first
                    && eight_before(text, span.end) == last
                    && eight_from(text, span.start + 8) == second
                    && eight_before(text, span.end - 8) == third
            }
            _ => false,
        }
    }

    #[inline]
    fn equals(&self, other: &Self) -> bool {
        // Or-ed rather than compared in turn: one branch, and it nearly always goes the same way.
        let [a, b, c, d] = self.words;
        let [e, f, g, h] = other.words;
        (a ^ e) | (b ^ f) | (c ^ g) | (d ^ h) | u64::from(self.length ^ other.length) == 0
    }

    /// Where to look first in a table of `2^(64 - shift)` slots.
    #[inline]
    fn slot(&self, shift: u32) -> usize {
        let [a, b, c, d] = self.words;
        let sum = a
            .wrapping_mul(MIX[0])
            .wrapping_add(b.wrapping_mul(MIX[1]))
            .wrapping_add(c.wrapping_mul(MIX[2]))
            .wrapping_add(d.wrapping_mul(MIX[3]));
        (sum >> shift) as usize
    }
}

#[cold]
fn hash_of_all(value: &[u8]) -> u64 {
    let (words, rest) = value.as_chunks::<8>();
    let rest = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    words.iter().map(|word| u64::from_le_bytes(*word)).chain([rest]).fold(MIX[4], |hash, word| {
        let mixed = (hash ^ word).wrapping_mul(MIX[0]);
        mixed ^ mixed >> 29
    })
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    signature: Signature,
    key: i32,
}

/// The distinct values of one column.
#[derive(Debug)]
pub(crate) struct Interner {
    /// Always a power of two and less than half full; a slot of length 0 is empty.
    slots: Vec<Slot>,
    shift: u32,
    values: Vec<Box<str>>,
    limit: usize,
    /// The two entries that [`Interner::key_of_repeated`] found last: many a column has but two values.
    last: [Slot; 2],
}

impl Interner {
    /// An empty table for at most `limit` values.
    pub(crate) fn new(limit: usize) -> Self {
        let mut interner =
            Self { slots: Vec::new(), shift: 0, values: Vec::new(), limit, last: Default::default() };
        interner.resize(FIRST_SLOTS);
        interner
    }

    /// The same as [`Interner::key`], faster where a value is mostly that of the line before, slower
    /// elsewhere.
    #[inline(always)]
    pub(crate) fn key_of_repeated(&mut self, text: &[u8], span: Span) -> Result<i32, NoKey> {
        for last in &self.last {
            if last.signature.is_of(text, span) {
                return Ok(last.key);
            }
        }
        let key = self.key(text, span)?;
        self.last = [Slot { signature: Signature::of(text, span), key }, self.last[0]];
        Ok(key)
    }

    /// Finds a value's key ([`MISSING`] for `-`), giving it one if it is new.
    #[inline]
    pub(crate) fn key(&mut self, text: &[u8], span: Span) -> Result<i32, NoKey> {
        let signature = Signature::of(text, span);
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = signature.slot(self.shift) & mask;
        while let Some(slot) = self.slots.get(at) {
            if slot.signature.equals(&signature) && self.same_text(slot, text, span) {
                return Ok(slot.key);
            }
            if slot.signature.length == 0 {
                break;
            }
            at = (at + 1) & mask;
        }
        self.insert(signature, span.of(text), at)
    }

    /// Whether a slot of the same signature is of this very value.
    #[inline]
    fn same_text(&self, slot: &Slot, text: &[u8], span: Span) -> bool {
        if span.len() <= INLINE_BYTES {
            return true;
        }
        self.values.get(slot.key as usize).is_some_and(|value| value.as_bytes() == span.of(text))
    }

    #[cold]
    fn insert(&mut self, signature: Signature, value: &[u8], at: usize) -> Result<i32, NoKey> {
        let text = std::str::from_utf8(value).map_err(|_| NoKey::NotText)?;
        if self.values.len() >= self.limit {
            return Err(NoKey::Full);
        }
        let key = i32::try_from(self.values.len()).map_err(|_| NoKey::Full)?;
        self.values.push(text.into());
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Slot { signature, key };
        }
        if self.values.len() * 2 >= self.slots.len() {
            self.resize(self.slots.len() * 2);
        }
        Ok(key)
    }

    /// The most values the table may hold.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Builds the table anew with this many slots (a power of two) from the values, `-` among them.
    fn resize(&mut self, slots: usize) {
        self.slots.clear();
        self.slots.resize(slots, Slot::default());
        self.shift = 64 - slots.trailing_zeros();
        let values = self.values.iter().map(Box::as_ref);
        for (key, value) in (MISSING..).zip(iter::once("-").chain(values)) {
            let signature = Signature::of_value(value.as_bytes());
            let mut at = signature.slot(self.shift) & (slots - 1);
            while self.slots.get(at).is_some_and(|slot| slot.signature.length != 0) {
                at = (at + 1) & (slots - 1);
            }
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = Slot { signature, key };
            }
        }
    }

    /// Hands out the values in the order of their keys and starts anew.
    pub(crate) fn take(&mut self) -> Vec<Box<str>> {
        let values = std::mem::take(&mut self.values);
        let slots = if self.slots.len() > KEPT_SLOTS { FIRST_SLOTS } else { self.slots.len() };
        self.resize(slots);
        self.last = Default::default();
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn key(interner: &mut Interner, value: &[u8]) -> Result<i32, NoKey> {
        let text = [b"abcdefgh ", value, b" ijklmnop"].concat();
        interner.key(&text, Span { start: 9, end: 9 + value.len() as u32 })
    }

    #[test]
    fn equal_values_share_a_key_wherever_they_stand() {
        let mut interner = Interner::new(9);
        for value in ["OK", "eni-0123456789abcdef0", "arn:aws:ecs:us-west-2:111122223333:cluster/weir"] {
            let amid = key(&mut interner, value.as_bytes());
            let alone = interner.key(value.as_bytes(), Span { start: 0, end: value.len() as u32 });
            assert_eq!(amid, alone, "{value}");
        }
        assert_eq!(interner.take().len(), 3);
    }

    #[test]
    fn long_values_that_differ_only_in_the_middle_have_their_own_keys() {
        let mut interner = Interner::new(usize::MAX);
        for at in 0..1000 {
            let value = format!("arn:aws:ecs:task/{at:05}/0123456789abcdef0");
            assert_eq!(key(&mut interner, value.as_bytes()), Ok(at), "{value}");
        }
    }

    #[test]
    fn a_dash_is_missing_and_bad_bytes_are_noticed() {
        let mut interner = Interner::new(9);
        assert_eq!(key(&mut interner, b"-"), Ok(MISSING));
        assert_eq!(key(&mut interner, b"--"), Ok(0));
        assert_eq!(key(&mut interner, b"caf\xe9"), Err(NoKey::NotText));
        assert_eq!(key(&mut interner, "café".as_bytes()), Ok(1));
    }

    #[test]
    fn the_way_for_repeated_values_finds_the_same_keys() {
        let long = "arn:aws:ecs:us-west-2:111122223333:cluster/weir";
        let mut interner = Interner::new(99);
        for value in [
            "OK",
            "OK",
            "-",
            "-",
            "O",
            "ACCEPT",
            "OK",
            "use1-az1",
            "use1-az2",
            "eni-0a1b2c3d4e5f60718",
            long,
            long,
        ] {
            for text in [format!("{value} 1 2 3 4 5"), format!("1 2 3 4 5 6 {value}")] {
                let start = text.find(value).map_or(0, |start| start as u32);
                let span = Span { start, end: start + value.len() as u32 };
                let repeated = interner.key_of_repeated(text.as_bytes(), span);
                assert_eq!(repeated, interner.key(text.as_bytes(), span), "{value}");
            }
        }
        assert_eq!(interner.take().len(), 7);
        // The value found last is forgotten with the others.
        assert_eq!(interner.key_of_repeated(b"1", Span { start: 0, end: 1 }), Ok(0));
        interner.take();
        assert_eq!(interner.key_of_repeated(b"2", Span { start: 0, end: 1 }), Ok(0));
        assert_eq!(interner.key_of_repeated(b"1", Span { start: 0, end: 1 }), Ok(1));
        interner.take();
        assert_eq!(interner.key_of_repeated(b"1", Span { start: 0, end: 1 }), Ok(0));
        assert_eq!(interner.take(), ["1".into()]);
    }

    #[test]
    fn a_full_table_still_knows_its_values_and_an_emptied_one_forgets_them() {
        let mut interner = Interner::new(2);
        let keys = [b"a", b"b", b"c", b"a", b"-"].map(|value| key(&mut interner, value));
        assert_eq!(keys, [Ok(0), Ok(1), Err(NoKey::Full), Ok(0), Ok(MISSING)]);
        interner.take();
        assert_eq!(key(&mut interner, b"c"), Ok(0));
    }

    proptest! {
        #[test]
        fn keys_are_those_of_a_hash_map(
            values in prop::collection::vec("[ab]{1,4}|[!-~]{1,40}|[ab]{30,36}", 1..300),
        ) {
            let mut interner = Interner::new(usize::MAX);
            let mut model = HashMap::new();
            for value in values.iter().filter(|value| *value != "-") {
                let next = model.len() as i32;
                let expected = *model.entry(value.clone()).or_insert(next);
                prop_assert_eq!(key(&mut interner, value.as_bytes()), Ok(expected));
            }
            let taken = interner.take();
            prop_assert!(model.iter().all(|(value, key)| *taken[*key as usize] == **value));
        }
    }
}
