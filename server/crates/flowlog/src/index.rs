//! Where the values of a piece of text start and end, and where its lines end: one pass, 64 bytes at a
//! time. Knows white space and line feeds, not what the values mean.
//!
//! Every byte up to the space counts as white space: no value AWS writes holds a control byte, and one
//! comparison is cheaper than six.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

/// A place in the text. Atomic although no two threads share one: the compiler would gather plain numbers into vectors
/// and count their bits there, which takes twice as long as one instruction for each.
type Place = AtomicU32;

/// Bytes looked at in one step: as many as a mask has bits.
const BLOCK: usize = 64;

/// Values written without asking how many there are; a block of real records has 6 to 9.
const USUAL_VALUES: usize = 8;

/// A value: the bytes `start..end` of the indexed text, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// The value's length in bytes.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.end.wrapping_sub(self.start) as usize
    }

    /// The value itself; empty if the span is not of this text.
    #[inline]
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// All values of a text that have white space behind them, in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spans<'a> {
    /// For each value where the white space before it ends; `u32::MAX` stands before the text.
    befores: &'a [Place],
    /// For each value where it ends.
    ends: &'a [Place],
}

impl<'a> Spans<'a> {
    /// The value at a place.
    #[inline(always)]
    pub(crate) fn get(self, place: usize) -> Option<Span> {
        let (before, end) = (self.befores.get(place)?, self.ends.get(place)?);
        Some(Span { start: before.load(Relaxed).wrapping_add(1), end: end.load(Relaxed) })
    }

    /// The values from a place on.
    pub(crate) fn from(self, place: usize) -> impl Iterator<Item = Span> + 'a {
        let (befores, ends) = (self.befores.iter().skip(place), self.ends.iter().skip(place));
        befores
            .zip(ends)
            .map(|(before, end)| Span { start: before.load(Relaxed).wrapping_add(1), end: end.load(Relaxed) })
    }
}

/// A line, line feed included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Line {
    /// Where its line feed stands.
    pub(crate) end: u32,
    /// The place of its first value among the spans.
    pub(crate) first: u32,
    /// How many values it has.
    pub(crate) values: u32,
}

/// The values and lines of one piece of text. Kept between pieces for its memory.
///
/// Where only single bytes of white space stand between values, a value starts right behind the end of the one before:
/// then ends are all that is written, and of each line no more of them than are needed. Elsewhere the piece is indexed
/// once more, all of it, with starts.
#[derive(Debug)]
pub(crate) struct Index {
    level: Level,
    /// Where values end, behind a first entry that stands before the text.
    ends: Vec<Place>,
    /// Where the white space before values ends; used where `has_runs`.
    befores: Vec<Place>,
    lines: Vec<Line>,
    /// How far the pass has come, and in the end how far it came.
    at: Progress,
    /// Whether white space of more than one byte was seen.
    has_runs: bool,
    /// Values wanted of each line.
    needed: u32,
}

/// How far a pass has come.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    /// Ends written.
    written: u32,
    /// Values seen, written or not.
    seen: u32,
    /// Line feeds seen.
    lines: u32,
    /// Of the line being read: the place of its first value, and the values seen before it.
    first: u32,
    seen_before: u32,
    /// 1 when the last byte was white space.
    after_space: u64,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            level: Level::new(),
            ends: Vec::new(),
            befores: Vec::new(),
            lines: Vec::new(),
            at: Progress::default(),
            has_runs: false,
            needed: u32::MAX,
        }
    }
}

impl Index {
    /// The values that have white space behind them, in order: all of them, or of each line as many as were needed.
    #[inline]
    pub(crate) fn spans(&self) -> Spans<'_> {
        let count = self.at.written as usize;
        let ends = self.ends.get(1..=count).unwrap_or_default();
        let befores = if self.has_runs { &self.befores } else { &self.ends };
        Spans { befores: befores.get(..count).unwrap_or_default(), ends }
    }

    /// All lines, in order.
    #[inline]
    pub(crate) fn lines(&self) -> &[Line] {
        self.lines.get(..self.at.lines as usize).unwrap_or_default()
    }

    /// Whether anywhere in the text more than one byte of white space stands together, its beginning counted as one.
    #[inline]
    pub(crate) fn has_runs(&self) -> bool {
        self.has_runs
    }

    /// Indexes a text of less than 4 GiB, forgetting the one before. Of each line the first `needed` values are among
    /// the spans, but all are counted.
    pub(crate) fn build(&mut self, text: &[u8], needed: u32) {
        self.make_room(text.len());
        self.needed = needed;
        self.has_runs = dispatch!(self.level, simd => self.pass(simd, text));
        if self.has_runs {
            self.needed = u32::MAX;
            self.befores.clear();
            dispatch!(self.level, simd => self.spaced_pass(simd, text));
        }
    }

    /// Indexes the same text once more if values of it were left out; returns whether they were.
    pub(crate) fn complete(&mut self, text: &[u8]) {
        if self.needed < u32::MAX {
            self.build(text, u32::MAX);
        }
    }

    /// Makes room for the most values and line ends a text of this length can have, and what blocks write
    /// beyond.
    fn make_room(&mut self, text_bytes: usize) {
        let values = text_bytes + 2 + BLOCK;
        if self.ends.len() < values {
            self.ends.resize_with(values, Place::default);
            self.lines.resize(values, Line::default());
        }
        if let Some(before) = self.ends.first_mut() {
            *before = Place::new(u32::MAX);
        }
    }

    /// Indexes text of single bytes of white space; returns whether it is not such.
    #[inline(always)]
    fn pass<S: Simd>(&mut self, simd: S, text: &[u8]) -> bool {
        let Self { ends, lines, needed, at, .. } = self;
        simd.vectorize(
            #[inline(always)]
            || {
                // Both live in registers.
                let (mut progress, mut runs) = (Progress { after_space: 1, ..Progress::default() }, 0);
                each_block(
                    text,
                    #[inline(always)]
                    |block, base| {
                        let (space, feed) = masks(simd, block);
                        runs |= space & (space << 1 | progress.after_space);
                        progress.after_space = space >> (BLOCK - 1);
                        progress.add_block(ends, lines, *needed, (space, feed), base);
                    },
                );
                *at = progress;
                runs != 0
            },
        )
    }

    /// Indexes text with white space of any length.
    #[inline(always)]
    fn spaced_pass<S: Simd>(&mut self, simd: S, text: &[u8]) {
        let Self { ends, lines, befores, at, .. } = self;
        simd.vectorize(
            #[inline(always)]
            || {
                let mut progress = Progress { after_space: 1, ..Progress::default() };
                each_block(
                    text,
                    #[inline(always)]
                    |block, base| {
                        let (space, feed) = masks(simd, block);
                        let behind_space = space << 1 | progress.after_space;
                        progress.after_space = space >> (BLOCK - 1);
                        let mut starts = !space & behind_space;
                        while starts != 0 {
                            befores.push(Place::new((base + starts.trailing_zeros()).wrapping_sub(1)));
                            starts &= starts - 1;
                        }
                        progress.add_block(ends, lines, u32::MAX, (space & !behind_space, feed), base);
                    },
                );
                *at = progress;
            },
        );
    }
}

impl Progress {
    /// Adds a block in which values and lines end at these bits.
    #[inline(always)]
    fn add_block(
        &mut self,
        ends: &[Place],
        lines: &mut [Line],
        needed: u32,
        (value_ends, feed): (u64, u64),
        base: u32,
    ) {
        let count = value_ends.count_ones();
        // A line's end is always written: the next line begins behind it.
        if feed == 0 && self.seen - self.seen_before >= needed {
            self.seen += count;
            return;
        }
        let (written, seen) = (self.written, self.seen);
        write_ends(ends, written as usize + 1, value_ends, count, base);
        let mut feeds = feed;
        while feeds != 0 {
            let upto = (value_ends & (feeds ^ (feeds - 1))).count_ones();
            if let Some(line) = lines.get_mut(self.lines as usize) {
                let values = seen + upto - self.seen_before;
                *line = Line { end: base + feeds.trailing_zeros(), first: self.first, values };
            }
            self.lines += 1;
            (self.first, self.seen_before) = (written + upto, seen + upto);
            feeds &= feeds - 1;
        }
        self.written += count;
        self.seen += count;
    }
}

/// Writes the ends of `count` values, one bit each, from the place `from` on.
#[inline(always)]
fn write_ends(ends: &[Place], from: usize, mut bits: u64, count: u32, base: u32) {
    let Some(room) = ends.get(from..from + BLOCK) else { return };
    for slot in &room[..USUAL_VALUES] {
        slot.store(base + bits.trailing_zeros(), Relaxed);
        bits &= bits.wrapping_sub(1);
    }
    if count as usize > USUAL_VALUES {
        for slot in &room[USUAL_VALUES..count as usize] {
            slot.store(base + bits.trailing_zeros(), Relaxed);
            bits &= bits.wrapping_sub(1);
        }
    }
}

/// Gives each block of a text with its place; the last is padded.
#[inline(always)]
fn each_block(text: &[u8], mut add: impl FnMut(&[u8; BLOCK], u32)) {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut base = 0;
    for block in blocks {
        add(block, base);
        base += BLOCK as u32;
    }
    if !rest.is_empty() {
        // Padded with a value's byte, so that the padding ends no value and no line.
        let mut padded = [b'-'; BLOCK];
        for (to, from) in padded.iter_mut().zip(rest) {
            *to = *from;
        }
        add(&padded, base);
    }
}

/// One bit per byte: which are white space, which are line feeds.
#[inline(always)]
fn masks<S: Simd>(simd: S, block: &[u8; BLOCK]) -> (u64, u64) {
    let bytes = u8x64::from_slice(simd, block);
    let space = bytes.simd_le(u8x64::splat(simd, b' '));
    let feed = bytes.simd_eq(u8x64::splat(simd, b'\n'));
    (space.to_bitmask(), feed.to_bitmask())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn indexed(text: &[u8]) -> (Vec<Vec<u8>>, Vec<u32>) {
        let mut index = Index::default();
        index.build(text, u32::MAX);
        let ends = index.lines().iter().map(|line| line.end).collect();
        (index.spans().from(0).map(|span| span.of(text).to_vec()).collect(), ends)
    }

    /// The first values of each line, as many as are needed and there, and how many there are.
    fn first_values(text: &[u8], needed: u32) -> Vec<(Vec<Vec<u8>>, u32)> {
        let mut index = Index::default();
        index.build(text, needed);
        let line = |line: &Line| {
            let values = index.spans().from(line.first as usize).take(needed.min(line.values) as usize);
            (values.map(|span| span.of(text).to_vec()).collect(), line.values)
        };
        index.lines().iter().map(line).collect()
    }

    /// What the index must be, told the slow way. The last value counts only when something ends it.
    fn expected(text: &[u8]) -> (Vec<Vec<u8>>, Vec<u32>) {
        let mut values: Vec<Vec<u8>> = text.split(|byte| *byte <= b' ').map(<[u8]>::to_vec).collect();
        values.pop();
        values.retain(|value| !value.is_empty());
        let ends = (0u32..).zip(text).filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        (values, ends)
    }

    #[test]
    fn a_block_of_nothing_but_line_feeds_has_64_line_ends() {
        let (values, ends) = indexed(&[b'\n'; 64]);
        assert!(values.is_empty());
        assert_eq!(ends, (0..64).collect::<Vec<u32>>());
    }

    #[test]
    fn dashes_one_space_apart_are_as_dense_as_values_get() {
        let text = b"- ".repeat(64);
        assert_eq!(indexed(&text), expected(&text));
    }

    #[test]
    fn runs_of_white_space_are_noticed_across_blocks_and_at_the_beginning() {
        let mut index = Index::default();
        let value = "x".repeat(63);
        for (text, has_runs) in [
            ("a b\nc d\n".to_owned(), false),
            (" a b\n".to_owned(), true),
            ("a b\n\nc\n".to_owned(), true),
            (format!("{value} x\n"), false),
            (format!("{value} \0x\n"), true),
            (format!("{value}\0\n"), true),
        ] {
            index.build(text.as_bytes(), u32::MAX);
            assert_eq!(index.has_runs(), has_runs, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_indexed_like_a_plain_split(
            pieces in prop::collection::vec(("[!-~]{0,40}", "[ \t\r\n]{1,3}|\n| "), 0..40),
            tail in "[!-~]{0,9}",
        ) {
            let ended: String = pieces.into_iter().map(|(value, space)| value + &space).collect();
            let text = ended + &tail;
            prop_assert_eq!(indexed(text.as_bytes()), expected(text.as_bytes()));
        }

        #[test]
        fn however_few_values_are_needed_lines_have_them_and_all_are_counted(
            lines in prop::collection::vec(prop::collection::vec("[!-~]{1,40}", 0..30), 0..20),
            tail in "[!-~]{0,9}",
            needed in 0u32..40,
        ) {
            let text: String = lines.iter().map(|values| values.join(" ") + "\n").collect();
            let expected: Vec<_> = lines
                .iter()
                .map(|values| {
                    let first = values.iter().take(needed as usize).map(|value| value.clone().into_bytes());
                    (first.collect::<Vec<_>>(), values.len() as u32)
                })
                .collect();
            prop_assert_eq!(first_values((text + &tail).as_bytes(), needed), expected);
        }

        #[test]
        fn any_bytes_are_indexed_like_a_plain_split(text in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(indexed(&text), expected(&text));
        }
    }
}
