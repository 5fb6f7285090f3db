//! The decoder callers see: chunks of any size in, whole lines to the line decoder. Knows line feeds, bounds and
//! whether lines are wrapped in JSON, not what is on a line.

use memchr::memchr;

use crate::batch::Batch;
use crate::decoder::LineDecoder;
use crate::envelope::{Envelope, Sink};
use crate::format::Format;
use crate::found::FoundLayout;
use crate::header::BYTE_ORDER_MARK;
use crate::payload;
use crate::tally::{Tally, Why};
use crate::want::{Limits, Want};

/// Text indexed at once: its index and the columns it fills stay in the first-level cache beside it.
const WINDOW_BYTES: usize = 16 * 1024;

/// Longest line whatever the limits say, so that positions fit 32 bits with room to spare.
const LONGEST_LINE: usize = 1 << 30;

/// White space looked through for the beginning of an object's text; behind more of it nobody writes JSON.
const LEAD_BYTES: usize = 4096;

/// What an object's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing but white space so far.
    Unknown,
    /// Records, one per line.
    Lines,
    /// Records in the log events of Firehose or CloudWatch Logs.
    Json,
}

/// Turns flow-log text into columns.
///
/// Text whose first character is `{` or `[` is JSON in which records are wrapped (Firehose's `{"message": …}`, one
/// after the other with or without line feeds, and CloudWatch's subscription envelopes, packed in base64 or not); what
/// counts as a line is then a log event. Text that begins as gzip does in base64 is read the same way. A byte order mark before the text is ignored.
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
    mode: Mode,
    envelope: Envelope,
    /// Lines that came out of JSON and are not decoded yet.
    page: Vec<u8>,
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
        Self {
            lines,
            mode: Mode::Unknown,
            envelope: Envelope::new(line_bytes),
            page: Vec::new(),
            carried: Vec::new(),
            skipping: false,
            line_bytes,
        }
    }

    /// The same decoder, told what the fields of lines are that have no header line above them. Header lines still
    /// count: where there is one, it says what the lines below it are.
    #[must_use]
    pub fn with_format(mut self, format: Format) -> Self {
        self.lines.give(format);
        self
    }

    /// Decodes the next piece of the object's text.
    pub fn push(&mut self, text: &[u8]) {
        match self.mode {
            Mode::Lines => self.push_lines(text),
            Mode::Json => self.push_json(text),
            Mode::Unknown => self.push_beginning(text),
        }
    }

    /// Looks for what the object's text is; until that shows, the text is carried.
    fn push_beginning(&mut self, text: &[u8]) {
        let carried = std::mem::take(&mut self.carried);
        let joined;
        let text = if carried.is_empty() {
            text
        } else {
            joined = [&carried, text].concat();
            joined.as_slice()
        };
        match beginning(text) {
            Some((mode, behind_mark)) => {
                self.mode = mode;
                self.lines.set_wrapped(mode == Mode::Json);
                self.push(text.get(behind_mark..).unwrap_or_default());
            }
            None => self.carried = text.to_vec(),
        }
    }

    fn push_json(&mut self, text: &[u8]) {
        let mut lines = Unwrapped { lines: &mut self.lines, page: &mut self.page };
        self.envelope.push(text, &mut lines);
        lines.flush();
    }

    fn push_lines(&mut self, text: &[u8]) {
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

    /// Ends an object that could not be read to its end: what it left of a line is set aside, since the last value may
    /// have lost a part of itself. The next object starts without a layout.
    pub fn cut(&mut self) {
        if self.mode == Mode::Json {
            let mut lines = Unwrapped { lines: &mut self.lines, page: &mut self.page };
            self.envelope.cut(&mut lines);
            lines.flush();
        } else if self.carried.iter().any(|byte| *byte > b' ') {
            self.carried.clear();
            self.lines.set_aside_unread(Why::Cut);
        }
        self.finish();
    }

    /// Ends the object: its last line needs no line feed, and the next object starts without a layout.
    pub fn finish(&mut self) {
        if self.mode == Mode::Unknown && BYTE_ORDER_MARK.starts_with(&self.carried) {
            self.carried.clear();
        }
        if self.mode == Mode::Json {
            let mut lines = Unwrapped { lines: &mut self.lines, page: &mut self.page };
            self.envelope.finish(&mut lines);
            lines.flush();
        } else if !self.carried.is_empty() {
            // White space that nothing followed may hold line feeds of its own.
            if self.carried.last() != Some(&b'\n') {
                self.carried.push(b'\n');
            }
            self.lines.decode(&self.carried);
            self.carried.clear();
        }
        self.skipping = false;
        self.mode = Mode::Unknown;
        self.lines.end_object();
    }

    /// Rows decoded and not yet taken.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.rows()
    }

    /// Takes back all rows behind the first `rows`: those of an object that turned out unreadable, say.
    pub fn truncate(&mut self, rows: usize) {
        self.lines.truncate(rows);
    }

    /// Moves the rows out. The layout stays, so this may be called in the middle of an object.
    #[must_use]
    pub fn take(&mut self) -> Batch {
        self.lines.take()
    }

    /// Moves out which layouts the lines turned out to have, in the order they were met; the same one again, in this
    /// object or the next, is noted once.
    #[must_use]
    pub fn take_layouts(&mut self) -> Vec<FoundLayout> {
        self.lines.take_layouts()
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
            self.lines.set_aside_unread(Why::LineTooLong { limit: self.line_bytes });
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

/// What a text is by its beginning, and where it begins behind a byte order mark; `None` when it is too short to say.
fn beginning(text: &[u8]) -> Option<(Mode, usize)> {
    if text.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(text) {
        return None;
    }
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let near = text.get(start..).unwrap_or_default();
    let near = near.get(..LEAD_BYTES).unwrap_or(near);
    match near.iter().find(|byte| **byte > b' ') {
        Some(b'{' | b'[') => Some((Mode::Json, start)),
        Some(_) if payload::is_packed(near.trim_ascii_start()) => Some((Mode::Json, start)),
        Some(_) if payload::may_be_packed(near.trim_ascii_start()) => None,
        Some(_) => Some((Mode::Lines, start)),
        None => (near.len() == LEAD_BYTES).then_some((Mode::Lines, start)),
    }
}

/// Lines on their way from JSON to the line decoder, many at a time.
struct Unwrapped<'a> {
    lines: &'a mut LineDecoder,
    page: &'a mut Vec<u8>,
}

impl Unwrapped<'_> {
    fn flush(&mut self) {
        self.lines.decode(self.page);
        self.page.clear();
    }
}

impl Sink for Unwrapped<'_> {
    fn line(&mut self, line: &[u8]) {
        self.page.extend_from_slice(line);
        self.page.push(b'\n');
        if self.page.len() >= WINDOW_BYTES {
            self.flush();
        }
    }

    fn blank(&mut self) {
        self.line(b"");
    }

    fn fault(&mut self, why: Why) {
        self.flush();
        self.lines.set_aside_unread(why);
    }
}
