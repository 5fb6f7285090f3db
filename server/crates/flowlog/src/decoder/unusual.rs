//! Lines that are not plainly records of the layout in force: headers, the first line without one, damaged ones, and those
//! that are set aside.

use super::{LineDecoder, Page};
use crate::fields::FieldName;
use crate::found::FoundBy;
use crate::header::{self, BYTE_ORDER_MARK, Doubt};
use crate::index::{Index, Line, Span};
use crate::layout::{Above, Dated, Layout, Shape, all_text};
use crate::tally::Why;
use memchr::{memchr, memchr_iter, memmem};

/// What a record format has around each name: `${}`.
const LOG_FORMAT_BYTES: u64 = 3;

impl LineDecoder {
    /// Decodes lines of which at least one has a NUL byte in it. To the index a NUL is white space, and where it stands
    /// for a single blank that does no harm; beside other white space it shows that a value lost a part of itself.
    #[cold]
    pub(super) fn decode_damaged(&mut self, page: Page<'_>, lines: &[Line]) {
        let mut start = 0;
        for line in lines {
            self.line += 1;
            let bytes = page.text.get(start..line.end as usize).unwrap_or_default();
            if has_lost_bytes(bytes) {
                self.set_aside(page, Why::NulBytes);
            } else {
                // The long way, so that the short one stays within the loop that nearly always runs.
                self.decode_unusual_line(page, *line);
            }
            start = line.end as usize + 1;
        }
        self.flush(page);
    }

    /// Decodes a line that is not plainly a record of the layout in force: it may still be one.
    #[cold]
    pub(super) fn decode_unusual_line(&mut self, page: Page<'_>, line: Line) {
        let (first, count) = (line.first as usize, line.values as usize);
        if count == 0 {
            self.tally.blank += 1;
            if self.doubtful == Some(self.line - 1) {
                self.doubtful = Some(self.line);
            }
            return;
        }
        let dated = if count > 1 && header::is_timestamp(page.value(first)) { Dated::Yes } else { Dated::No };
        let undated_first = first + usize::from(dated == Dated::Yes);
        let undated: Vec<Span> = page.spans.from(undated_first).take(first + count - undated_first).collect();
        let names = header::without_mark(page.text, &undated);
        if self.is_header(page, &names) {
            self.start_layout(page, &names, dated);
            return;
        }
        if names.first().map(|name| name.start) != undated.first().map(|value| value.start) {
            self.decode_marked(page, line);
            return;
        }
        let unknown = self.assume_layout(page, &undated);
        let why = match &self.above {
            Above::Layout(layout) if layout.fields.len() == count => {
                self.add_record_of(page, first, Dated::No);
                return;
            }
            Above::Layout(layout) if layout.fields.len() == undated.len() => {
                self.add_record_of(page, undated_first, dated);
                return;
            }
            Above::Layout(layout) if !layout.by.is_assumed() => {
                miscount(if self.shape.lead == 1 { undated.len() } else { count }, layout.fields.len())
            }
            Above::BadHeader => Why::HeaderSetAside { values: undated.len() },
            Above::Layout(_) | Above::Nothing => unknown.unwrap_or(Why::NoLayout { values: undated.len() }),
        };
        let start = page.spans.get(first).map_or(0, |span| span.start as usize);
        let bytes = page.text.get(start..line.end as usize).unwrap_or_default();
        self.set_aside(page, if memchr(0, bytes).is_some() { Why::NulBytes } else { why });
    }

    /// Decodes a line with a byte order mark before its first value, which files have that were joined, without it.
    fn decode_marked(&mut self, page: Page<'_>, line: Line) {
        self.flush(page);
        let start = page.spans.get(line.first as usize).map_or(0, |value| value.start as usize);
        let bytes = page.text.get(start..=line.end as usize).unwrap_or_default();
        let mark = memmem::find(bytes, BYTE_ORDER_MARK).unwrap_or_default();
        let (before, behind) = bytes.split_at(mark);
        let text = [before, behind.strip_prefix(BYTE_ORDER_MARK).unwrap_or(behind)].concat();
        let mut index = Index::default();
        index.build(&text, u32::MAX);
        if let Some(line) = index.lines().first() {
            let page = Page::of(&text, &index);
            self.decode_unusual_line(page, *line);
            self.flush(page);
        }
    }

    /// Whether a line of these values is a header, by what is above it.
    fn is_header(&self, page: Page<'_>, values: &[Span]) -> bool {
        let doubt = match (&self.above, &self.given) {
            (Above::Layout(layout), _) => doubt(&layout.fields, values.len()),
            (Above::Nothing, Some(given)) if given.fields().len() == values.len() => {
                match doubt(given.fields(), values.len()) {
                    Doubt::Between(_) => Doubt::Beginning,
                    words => words,
                }
            }
            (Above::Nothing | Above::BadHeader, _) => Doubt::Beginning,
        };
        let is_first = matches!(self.above, Above::Nothing);
        header::is_header(page.text, values, doubt) || (is_first && header::is_log_format(page.text, values))
    }

    /// Where no header says what a line of these values is: the format the caller gave, else the default format that
    /// the line has, if it is another than that of the lines above. Returns why it has none.
    fn assume_layout(&mut self, page: Page<'_>, undated: &[Span]) -> Option<Why> {
        let differs = |layout: &Layout| layout.fields.len() != undated.len();
        // A common word right above the line may have been none of the names of a header.
        let is_doubted = self.doubtful == Some(self.line - 1);
        let is_open = match &self.above {
            Above::Nothing => true,
            Above::BadHeader => false,
            Above::Layout(layout) => differs(layout) && (layout.by.is_assumed() || is_doubted),
        };
        if !is_open {
            return None;
        }
        if let Some(given) = &self.given {
            if !is_doubted || given.fields().len() == undated.len() {
                let layout = Layout::new(given.fields().to_vec(), FoundBy::Given);
                self.set_layout(page, layout);
            }
            return None;
        }
        match header::default_format(page.text, undated) {
            Ok((names, by)) => {
                let fields = names.iter().map(|name| FieldName::new(name)).collect();
                self.set_layout(page, Layout::new(fields, by));
                None
            }
            Err(why) => Some(why),
        }
    }

    fn start_layout(&mut self, page: Page<'_>, names: &[Span], dated: Dated) {
        match header::fields(page.text, names, self.limits.header_columns) {
            Ok(fields) => {
                if header::is_log_format(page.text, names) {
                    self.spelling = LOG_FORMAT_BYTES * names.len() as u64;
                }
                self.doubtful = header::is_doubtful(&fields).then_some(self.line);
                self.set_layout(page, Layout::new(fields, FoundBy::Header));
                self.set_dated(dated);
                self.tally.headers += 1;
            }
            Err(why) => {
                self.set_aside(page, why);
                self.above = Above::BadHeader;
                self.shape = Shape::NONE;
            }
        }
    }
}

/// Whether a NUL in this line has white space or an edge of the line beside it.
fn has_lost_bytes(line: &[u8]) -> bool {
    let is_space = |at: Option<usize>| at.and_then(|at| line.get(at)).is_none_or(|byte| *byte <= b' ');
    memchr_iter(0, line).any(|at| is_space(at.checked_sub(1)) || is_space(Some(at + 1)))
}

/// How a line of so many values is told from a header below lines of these fields.
fn doubt(fields: &[FieldName], values: usize) -> Doubt<'_> {
    if fields.len() == values && all_text(fields) {
        Doubt::AmongWords(fields)
    } else {
        Doubt::Between(fields)
    }
}

fn miscount(values: usize, columns: usize) -> Why {
    if values < columns {
        Why::TooFewValues { values, columns }
    } else {
        Why::TooManyValues { values, columns }
    }
}
