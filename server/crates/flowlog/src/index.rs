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

/// The values and line ends of one piece of text. Kept between pieces for its memory.
#[derive(Debug, Default)]
pub(crate) struct Index {
    spans: Vec<Span>,
    span_count: usize,
    line_ends: Vec<u32>,
    line_count: usize,
    /// Start of the value that a block left unfinished.
    open: u32,
    /// 1 when the last byte seen was white space.
    after_space: u64,
    /// Whether white space of more than one byte was seen.
    has_runs: bool,
}

impl Index {
    /// All values that have white space behind them, in order.
    #[inline]
    pub(crate) fn spans(&self) -> &[Span] {
        self.spans.get(..self.span_count).unwrap_or_default()
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
        (self.span_count, self.line_count, self.open, self.after_space) = (0, 0, 0, 1);
        self.has_runs = false;
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let mut base = 0;
        for block in blocks {
            self.add_block(block, base);
            base += BLOCK as u32;
        }
        if !rest.is_empty() {
            // Padded with a value's byte, so that the padding ends no value and no line.
            let mut padded = [b'-'; BLOCK];
            for (to, from) in padded.iter_mut().zip(rest) {
                *to = *from;
            }
            self.add_block(&padded, base);
        }
    }

    /// Makes room for the most values and line ends a text of this length can have, and what blocks write
    /// beyond.
    fn make_room(&mut self, text_bytes: usize) {
        let spans = text_bytes / 2 + 1 + BLOCK;
        if self.spans.len() < spans {
            self.spans.resize(spans, Span::default());
        }
        let lines = text_bytes + BLOCK;
        if self.line_ends.len() < lines {
            self.line_ends.resize(lines, 0);
        }
    }

    #[inline]
    fn add_block(&mut self, block: &[u8; BLOCK], base: u32) {
        let (space, feed) = masks(block);
        self.add_line_ends(feed, base);
        let shifted = space << 1 | self.after_space;
        if space & shifted == 0 {
            self.add_single_spaced(space, base);
        } else {
            self.add_spaced(!space & shifted, space & !shifted, base);
        }
        self.after_space = space >> (BLOCK - 1);
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

    /// Adds the values of a block in which no two white-space bytes touch: each starts behind the end of the
    /// last.
    #[inline]
    fn add_single_spaced(&mut self, space: u64, base: u32) {
        let Some(room) = self.spans.get_mut(self.span_count..self.span_count + BLOCK) else { return };
        let count = space.count_ones() as usize;
        let (mut left, mut start) = (space, self.open);
        for slot in &mut room[..USUAL_VALUES] {
            let end = base + left.trailing_zeros();
            *slot = Span { start, end };
            start = end + 1;
            left &= left.wrapping_sub(1);
        }
        if count > USUAL_VALUES {
            for slot in &mut room[USUAL_VALUES..count] {
                let end = base + left.trailing_zeros();
                *slot = Span { start, end };
                start = end + 1;
                left &= left.wrapping_sub(1);
            }
        }
        self.span_count += count;
        if space != 0 {
            self.open = base + BLOCK as u32 - space.leading_zeros();
        }
    }

    /// Adds the values of any block, given where values start in it and where they end.
    #[cold]
    fn add_spaced(&mut self, mut starts: u64, mut ends: u64, base: u32) {
        self.has_runs = true;
        let mut next_start = || {
            let start = base + starts.trailing_zeros();
            starts &= starts.wrapping_sub(1);
            start
        };
        let mut start = if self.after_space == 1 { next_start() } else { self.open };
        while ends != 0 {
            let span = Span { start, end: base + ends.trailing_zeros() };
            if let Some(slot) = self.spans.get_mut(self.span_count) {
                *slot = span;
            }
            self.span_count += 1;
            ends &= ends - 1;
            start = next_start();
        }
        self.open = start;
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
        (index.spans().iter().map(|span| span.of(text).to_vec()).collect(), index.line_ends().to_vec())
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
