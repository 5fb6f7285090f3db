//! Where every value of a piece of text starts and ends, and where its lines end: one pass, 64 bytes at a
//! time. Knows white space and line feeds, not what the values mean.
//!
//! Every byte up to the space counts as white space: no value AWS writes holds a control byte, and one
//! comparison is cheaper than six.

use wide::u8x16;

/// Bytes looked at in one step: as many as a mask has bits.
const BLOCK: usize = 64;

/// Values written without asking how many there are; a block of real records has 7 to 9.
const USUAL_VALUES: usize = 12;

/// Line ends written without asking how many there are; the shortest default record fills most of a block.
const USUAL_LINES: usize = 2;

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
    befores: &'a [u32],
    /// For each value where it ends.
    ends: &'a [u32],
}

impl<'a> Spans<'a> {
    /// The value at a place.
    #[inline(always)]
    pub(crate) fn get(self, place: usize) -> Option<Span> {
        let (before, end) = (self.befores.get(place)?, self.ends.get(place)?);
        Some(Span { start: before.wrapping_add(1), end: *end })
    }

    /// The values from a place on.
    pub(crate) fn from(self, place: usize) -> impl Iterator<Item = Span> + 'a {
        let (befores, ends) = (self.befores.iter().skip(place), self.ends.iter().skip(place));
        befores.zip(ends).map(|(before, end)| Span { start: before.wrapping_add(1), end: *end })
    }
}

/// The values and line ends of one piece of text. Kept between pieces for its memory.
///
/// Where only single bytes of white space stand between values, a value starts right behind the end of the one before:
/// then ends are all that is written. Elsewhere the piece is indexed once more, with starts.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Where values end, behind a first entry that stands before the text.
    ends: Vec<u32>,
    count: usize,
    /// Where the white space before values ends; used where `has_runs`.
    befores: Vec<u32>,
    line_ends: Vec<u32>,
    line_count: usize,
    /// 1 when the last byte seen was white space.
    after_space: u64,
    /// Whether white space of more than one byte was seen.
    has_runs: bool,
}

impl Index {
    /// All values that have white space behind them, in order.
    #[inline]
    pub(crate) fn spans(&self) -> Spans<'_> {
        let ends = self.ends.get(1..=self.count).unwrap_or_default();
        let befores = if self.has_runs { &self.befores } else { &self.ends };
        Spans { befores: befores.get(..self.count).unwrap_or_default(), ends }
    }

    /// Positions of all line feeds, in order.
    #[inline]
    pub(crate) fn line_ends(&self) -> &[u32] {
        self.line_ends.get(..self.line_count).unwrap_or_default()
    }

    /// Whether anywhere in the text more than one byte of white space stands together, its beginning counted as one.
    #[inline]
    pub(crate) fn has_runs(&self) -> bool {
        self.has_runs
    }

    /// Indexes a text of less than 4 GiB, forgetting the one before.
    pub(crate) fn build(&mut self, text: &[u8]) {
        self.make_room(text.len());
        self.restart();
        each_block(text, |block, base| self.add_block(block, base));
        if self.has_runs {
            self.restart();
            self.befores.clear();
            each_block(text, |block, base| self.add_spaced_block(block, base));
        }
    }

    fn restart(&mut self) {
        (self.count, self.line_count, self.after_space) = (0, 0, 1);
    }

    /// Makes room for the most values and line ends a text of this length can have, and what blocks write
    /// beyond.
    fn make_room(&mut self, text_bytes: usize) {
        let values = text_bytes + 2 + BLOCK;
        if self.ends.len() < values {
            self.ends.resize(values, 0);
            self.line_ends.resize(values, 0);
        }
        if let Some(before) = self.ends.first_mut() {
            *before = u32::MAX;
        }
        self.has_runs = false;
    }

    #[inline]
    fn add_block(&mut self, block: &[u8; BLOCK], base: u32) {
        let (space, feed) = masks(block);
        self.add_line_ends(feed, base);
        self.has_runs |= space & (space << 1 | self.after_space) != 0;
        self.after_space = space >> (BLOCK - 1);
        self.add_ends(space, base);
    }

    #[inline]
    fn add_line_ends(&mut self, mut feed: u64, base: u32) {
        let Some(room) = self.line_ends.get_mut(self.line_count..self.line_count + BLOCK) else { return };
        for slot in &mut room[..USUAL_LINES] {
            *slot = base + feed.trailing_zeros();
            self.line_count += usize::from(feed != 0);
            feed &= feed.wrapping_sub(1);
        }
        if feed != 0 {
            for slot in &mut room[USUAL_LINES..] {
                *slot = base + feed.trailing_zeros();
                self.line_count += usize::from(feed != 0);
                feed &= feed.wrapping_sub(1);
            }
        }
    }

    /// Adds the ends of values: one bit each.
    #[inline]
    fn add_ends(&mut self, mut ends: u64, base: u32) {
        let from = self.count + 1;
        let Some(room) = self.ends.get_mut(from..from + BLOCK) else { return };
        let count = ends.count_ones() as usize;
        for slot in &mut room[..USUAL_VALUES] {
            *slot = base + lowest(ends);
            ends &= ends.wrapping_sub(1);
        }
        if count > USUAL_VALUES {
            for slot in &mut room[USUAL_VALUES..count] {
                *slot = base + lowest(ends);
                ends &= ends.wrapping_sub(1);
            }
        }
        self.count += count;
    }

    /// Adds the values of a block with white space of any length.
    #[cold]
    fn add_spaced_block(&mut self, block: &[u8; BLOCK], base: u32) {
        let (space, feed) = masks(block);
        self.add_line_ends(feed, base);
        let behind_space = space << 1 | self.after_space;
        self.after_space = space >> (BLOCK - 1);
        let mut starts = !space & behind_space;
        while starts != 0 {
            self.befores.push((base + starts.trailing_zeros()).wrapping_sub(1));
            starts &= starts - 1;
        }
        self.add_ends(space & !behind_space, base);
    }
}

/// The place of the lowest bit; of none, any. A word that cannot be zero spares a processor's older instruction a test.
#[inline(always)]
fn lowest(bits: u64) -> u32 {
    (bits | 1 << (BLOCK - 1)).trailing_zeros()
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
#[inline]
fn masks(block: &[u8; BLOCK]) -> (u64, u64) {
    let (mut space, mut feed) = (0, 0);
    let (lanes, _) = block.as_chunks::<16>();
    for (at, lane) in lanes.iter().enumerate() {
        let bytes = u8x16::new(*lane);
        let is_space = bytes.min(u8x16::splat(b' ')).simd_eq(bytes);
        let is_feed = bytes.simd_eq(u8x16::splat(b'\n'));
        space |= u64::from(is_space.to_bitmask()) << (at * 16);
        feed |= u64::from(is_feed.to_bitmask()) << (at * 16);
    }
    (space, feed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn indexed(text: &[u8]) -> (Vec<Vec<u8>>, Vec<u32>) {
        let mut index = Index::default();
        index.build(text);
        (index.spans().from(0).map(|span| span.of(text).to_vec()).collect(), index.line_ends().to_vec())
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
            index.build(text.as_bytes());
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
        fn any_bytes_are_indexed_like_a_plain_split(text in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(indexed(&text), expected(&text));
        }
    }
}
