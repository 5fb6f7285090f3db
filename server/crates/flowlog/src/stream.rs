//! The decoder callers see: chunks of any size in, whole lines to the line decoder. Knows line feeds and
//! bounds, not what is on a line.

use memchr::memchr;

use crate::batch::Batch;
use crate::decoder::LineDecoder;
use crate::tally::Tally;
use crate::want::{Limits, Want};

/// Text indexed at once: its index and the columns it fills stay in the first-level cache beside it.
const WINDOW_BYTES: usize = 16 * 1024;

/// Longest line whatever the limits say, so that positions fit 32 bits with room to spare.
const LONGEST_LINE: usize = 1 << 30;

/// Turns flow-log text into columns.
///
/// Push the text of an object in any chunks, call [`Decoder::finish`] at its end, and take rows and tally
/// whenever it suits. Several objects may share a batch. Memory is bounded by the rows not yet taken and one
/// line.
///
/// Taking after every 256 KiB to 1 MiB of text is fastest: the columns then stay in the processor's cache and
/// the allocator hands the same memory out again. One take per object of many megabytes costs a quarter to a
/// third more.
#[derive(Debug)]
pub struct Decoder {
    lines: LineDecoder,
    /// The beginning of a line whose end has not been pushed yet, at most `line_bytes`.
    carried: Vec<u8>,
    /// Whether the rest of a line that was too long is still to come.
    skipping: bool,
    line_bytes: usize,
}

impl Decoder {
    /// A decoder at the start of an object.
    #[must_use]
    pub fn new(want: Want, limits: Limits) -> Self {
        let line_bytes = limits.line_bytes.clamp(1, LONGEST_LINE);
        let lines = LineDecoder::new(want, Limits { line_bytes, ..limits });
        Self { lines, carried: Vec::new(), skipping: false, line_bytes }
    }

    /// Decodes the next piece of the object's text.
    pub fn push(&mut self, text: &[u8]) {
        let mut text = text;
        if self.skipping {
            text = self.skip_line(text);
        }
        if !self.carried.is_empty() {
            text = self.extend_line(text);
        }
        let mut reserved = false;
        while !text.is_empty() {
            let window = text.len().min(WINDOW_BYTES.min(self.line_bytes + 1));
            let (piece, behind) = text.split_at(window);
            let rows_before = self.lines.rows();
            let done = self.lines.decode(piece);
            if done == 0 {
                text = self.extend_line(text);
                continue;
            }
            if !reserved {
                let rows = (self.lines.rows() - rows_before) * behind.len() / done;
                // A little more than the estimate: falling short by one row would double and copy every
                // column.
                self.lines.reserve(rows + rows / 16 + 64);
                reserved = true;
            }
            text = text.get(done..).unwrap_or_default();
        }
    }

    /// Ends the object: its last line needs no line feed, and the next object starts without a layout.
    pub fn finish(&mut self) {
        if !self.carried.is_empty() {
            self.carried.push(b'\n');
            self.lines.decode(&self.carried);
            self.carried.clear();
        }
        self.skipping = false;
        self.lines.end_object();
    }

    /// Rows decoded and not yet taken.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.rows()
    }

    /// Moves the rows out. The layout stays, so this may be called in the middle of an object.
    #[must_use]
    pub fn take(&mut self) -> Batch {
        self.lines.take()
    }

    /// Moves the tally out. Line numbers go on until [`Decoder::finish`].
    #[must_use]
    pub fn take_tally(&mut self) -> Tally {
        self.lines.take_tally()
    }

    /// Brings the line that `carried` and `text` begin to its end, if that is there; returns the text behind.
    fn extend_line<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let room = self.line_bytes - self.carried.len();
        let near = text.get(..=room).unwrap_or(text);
        let Some(end) = memchr(b'\n', near) else {
            if text.len() <= room {
                self.carried.extend_from_slice(text);
                return &[];
            }
            self.carried = Vec::new();
            self.lines.set_aside_long_line();
            return self.skip_line(text);
        };
        let (line, behind) = text.split_at(end + 1);
        if self.carried.is_empty() {
            self.lines.decode(line);
        } else {
            self.carried.extend_from_slice(line);
            self.lines.decode(&self.carried);
            self.carried.clear();
        }
        behind
    }

    /// The text behind the next line feed; without one, the skipping goes on with the next piece.
    fn skip_line<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let end = memchr(b'\n', text);
        self.skipping = end.is_none();
        end.and_then(|end| text.get(end + 1..)).unwrap_or_default()
    }
}
