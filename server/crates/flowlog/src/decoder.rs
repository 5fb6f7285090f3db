//! Lines to rows: which layout is in force, what sort of line each is, which rows go into the columns
//! together. Knows whole lines only; how they came in is `stream`'s affair, what a value is the column
//! builders'.

mod unusual;

use std::sync::Arc;

use crate::addresses::AddressBook;
use crate::batch::{Batch, Section};
use crate::builder::{ColumnBuilder, GROUP_ROWS, Group};
use crate::coverage;
use crate::format::Format;
use crate::found::{self, FoundLayout};
use crate::header;
use crate::index::{Index, Line, Spans};
use crate::layout::{Above, Dated, Layout, Shape};
use crate::status::Status;
use crate::tally::{Tally, Why, excerpt};
use crate::want::{Coverage, Limits, Want};
use fearless_simd::Level;
use memchr::memchr;

/// Lines of one layout that are to become rows together.
#[derive(Debug)]
struct Waiting {
    /// For each line the place of its first value among the spans.
    firsts: [u32; GROUP_ROWS],
    lines: [u64; GROUP_ROWS],
    count: usize,
    /// Bits of the lines whose status is `NODATA` or `SKIPDATA`.
    nodata: u64,
    skipdata: u64,
}

impl Waiting {
    const NONE: Self =
        Self { firsts: [0; GROUP_ROWS], lines: [0; GROUP_ROWS], count: 0, nodata: 0, skipdata: 0 };
}

/// One text being decoded.
#[derive(Clone, Copy)]
struct Page<'a> {
    text: &'a [u8],
    spans: Spans<'a>,
}

impl<'a> Page<'a> {
    /// A text and its index.
    fn of(text: &'a [u8], index: &'a Index) -> Self {
        Page { text, spans: index.spans() }
    }

    #[inline]
    fn value(&self, place: usize) -> &'a [u8] {
        self.spans.get(place).map_or(&[], |span| span.of(self.text))
    }
}

/// Decodes whole lines.
#[derive(Debug)]
pub(crate) struct LineDecoder {
    want: Want,
    limits: Limits,
    /// The fields of lines that have no header above them, if the caller said.
    given: Option<Format>,
    above: Above,
    shape: Shape,
    columns: Vec<ColumnBuilder>,
    addresses: AddressBook,
    rows: usize,
    /// Rows of the last batch.
    taken_rows: usize,
    sections: Vec<Section>,
    found: Vec<FoundLayout>,
    /// Whether the lines come out of JSON.
    wrapped: bool,
    waiting: Waiting,
    tally: Tally,
    /// Number of the line being decoded, from 1.
    line: u64,
    /// The line of a header that may have been none, until a line follows that says more.
    doubtful: Option<u64>,
    /// Bytes of a header line that only spell the names as a record format does.
    spelling: u64,
    index: Index,
    /// What the processor can do.
    level: Level,
}

impl LineDecoder {
    pub(crate) fn new(want: Want, limits: Limits) -> Self {
        Self {
            want,
            limits,
            given: None,
            above: Above::Nothing,
            shape: Shape::NONE,
            columns: Vec::new(),
            addresses: AddressBook::new(),
            rows: 0,
            taken_rows: 0,
            sections: Vec::new(),
            found: Vec::new(),
            wrapped: false,
            waiting: Waiting::NONE,
            tally: Tally::default(),
            line: 0,
            doubtful: None,
            spelling: 0,
            index: Index::default(),
            level: Level::new(),
        }
    }

    /// Says what the fields of lines without a header above them are.
    pub(crate) fn give(&mut self, format: Format) {
        self.given = Some(format);
    }

    /// Says whether the lines of this object come out of JSON.
    pub(crate) fn set_wrapped(&mut self, wrapped: bool) {
        self.wrapped = wrapped;
    }

    /// Decodes the lines that end in this text; returns where the first that does not starts.
    pub(crate) fn decode(&mut self, text: &[u8]) -> usize {
        let mut index = std::mem::take(&mut self.index);
        index.build(text, self.shape.needed);
        if index.has_runs() && memchr(0, text).is_some() {
            self.decode_damaged(Page::of(text, &index), index.lines());
        } else {
            let plain = self.decode_plain_lines(Page::of(text, &index), index.lines());
            if plain < index.lines().len() {
                index.complete(text);
                self.decode_lines(Page::of(text, &index), index.lines().get(plain..).unwrap_or_default());
            }
        }
        self.tally.lines += index.lines().len() as u64;
        let done = index.lines().last().map_or(0, |line| line.end as usize + 1);
        self.tally.text_bytes += done as u64 - std::mem::take(&mut self.spelling);
        self.index = index;
        done
    }

    /// Counts a line that is not even looked at.
    pub(crate) fn set_aside_unread(&mut self, why: Why) {
        self.line += 1;
        self.tally.lines += 1;
        self.tally.set_aside(self.limits.samples, self.line, why);
    }

    pub(crate) fn end_object(&mut self) {
        self.above = Above::Nothing;
        self.shape = Shape::NONE;
        self.line = 0;
        self.doubtful = None;
        self.wrapped = false;
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Makes room for this many more rows of the layout in force, and for as many in all as were taken last time: columns
    /// of a size that grow step by step are copied at each.
    pub(crate) fn reserve(&mut self, rows: usize) {
        let rows = rows.max(self.taken_rows.saturating_sub(self.rows));
        if let Above::Layout(layout) = &self.above {
            for (_, column) in &layout.wanted {
                if let Some(column) = self.columns.get_mut(*column) {
                    column.reserve(rows);
                }
            }
        }
    }

    /// Takes back all rows behind the first `rows`; their columns stay.
    pub(crate) fn truncate(&mut self, rows: usize) {
        self.rows = self.rows.min(rows);
        self.columns.iter_mut().for_each(|column| column.truncate(rows));
        self.sections.retain(|section| section.first_row <= rows);
    }

    pub(crate) fn take_layouts(&mut self) -> Vec<FoundLayout> {
        std::mem::take(&mut self.found)
    }

    pub(crate) fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    /// Moves the rows out and keeps empty columns of the layout in force.
    pub(crate) fn take(&mut self) -> Batch {
        let rows = std::mem::take(&mut self.rows);
        // A little more: falling short by a row would double and copy every column.
        self.taken_rows = rows + rows / 8;
        let addresses = Arc::new(self.addresses.take());
        let columns = self.columns.iter_mut().map(|column| column.take(rows, &addresses)).collect();
        let sections = std::mem::take(&mut self.sections);
        match &mut self.above {
            Above::Layout(layout) => {
                let wanted = std::mem::take(&mut layout.wanted);
                let mut old: Vec<_> = self.columns.drain(..).map(Some).collect();
                for (place, column) in wanted {
                    layout.wanted.push((place, self.columns.len()));
                    self.columns.extend(old.get_mut(column).and_then(Option::take));
                }
                self.sections.push(layout.section(0));
            }
            Above::Nothing | Above::BadHeader => self.columns.clear(),
        }
        Batch { rows, columns, sections }
    }

    /// Decodes lines up to the first that is not plainly a record of the layout in force; returns how many. Of what
    /// the index left out it reads nothing.
    fn decode_plain_lines(&mut self, page: Page<'_>, lines: &[Line]) -> usize {
        let mut plain = 0;
        for line in lines {
            if !self.is_plain(page, *line) {
                break;
            }
            plain += 1;
            self.line += 1;
            self.add_record(page, line.first as usize + self.shape.lead);
        }
        self.flush(page);
        plain
    }

    /// Decodes lines of any sort.
    #[cold]
    fn decode_lines(&mut self, page: Page<'_>, lines: &[Line]) {
        for line in lines {
            self.line += 1;
            if self.is_plain(page, *line) {
                self.add_record(page, line.first as usize + self.shape.lead);
            } else {
                self.decode_unusual_line(page, *line);
            }
        }
        self.flush(page);
    }

    /// Whether a line is plainly a record of the layout in force.
    #[inline(always)]
    fn is_plain(&self, page: Page<'_>, line: Line) -> bool {
        let first = line.first as usize;
        line.values as usize == self.shape.width
            && !self.begins_header(page, first)
            && (self.shape.lead == 0 || header::is_timestamp(page.value(first)))
    }

    #[inline]
    fn begins_header(&self, page: Page<'_>, first: usize) -> bool {
        page.value(first + self.shape.probe).first().is_some_and(|byte| header::begins_header(*byte))
    }

    fn set_layout(&mut self, page: Page<'_>, mut layout: Layout) {
        self.flush(page);
        for (place, field) in layout.fields.iter().enumerate() {
            if !self.want.fields.include(field.as_str()) {
                continue;
            }
            let column = self.columns.iter().position(|column| column.field == *field).unwrap_or_else(|| {
                self.columns.push(ColumnBuilder::new(field.clone(), self.limits.distinct_values));
                self.columns.len() - 1
            });
            layout.wanted.push((place, column));
        }
        found::note(&mut self.found, &layout.fields, layout.by, self.line, self.wrapped);
        self.start_section(layout.section(self.rows));
        self.above = Above::Layout(layout);
    }

    /// Notes that the rows from here on have this section's layout.
    fn start_section(&mut self, section: Section) {
        if self.sections.last().is_some_and(|last| last.first_row == section.first_row) {
            self.sections.pop();
        }
        if self.sections.last().is_none_or(|last| last.columns != section.columns) {
            self.sections.push(section);
        }
    }

    fn set_dated(&mut self, dated: Dated) {
        if let Above::Layout(layout) = &self.above {
            self.shape = layout.shape(dated);
        }
    }

    /// Adds a record with or without a timestamp before it, and expects the next to be the same.
    fn add_record_of(&mut self, page: Page<'_>, first: usize, dated: Dated) {
        self.set_dated(dated);
        self.add_record(page, first);
    }

    /// Adds the record whose values start at `first`; its status decides where to.
    #[inline]
    fn add_record(&mut self, page: Page<'_>, first: usize) {
        // Empty where the layout has no log-status.
        if matches!(page.value(first + self.shape.status), b"OK" | b"") {
            self.await_row(page, first, Status::Traffic);
        } else {
            self.add_unusual_record(page, first);
        }
    }

    #[cold]
    fn add_unusual_record(&mut self, page: Page<'_>, first: usize) {
        let value = page.value(first + self.shape.status);
        match Status::of(value) {
            Status::Cut => self.set_aside(page, Why::StatusCut { value: excerpt(value) }),
            status @ (Status::NoData | Status::SkipData) if self.want.coverage == Coverage::Aside => {
                self.add_coverage(page, first, status);
            }
            status => self.await_row(page, first, status),
        }
    }

    /// Lets a line wait until there are enough to become rows together.
    #[inline(always)]
    fn await_row(&mut self, page: Page<'_>, first: usize, status: Status) {
        let waiting = &mut self.waiting;
        let at = waiting.count % GROUP_ROWS;
        waiting.firsts[at] = first as u32;
        waiting.lines[at] = self.line;
        waiting.nodata |= u64::from(status == Status::NoData) << at;
        waiting.skipdata |= u64::from(status == Status::SkipData) << at;
        waiting.count += 1;
        if waiting.count == GROUP_ROWS {
            self.flush(page);
        }
    }

    fn add_coverage(&mut self, page: Page<'_>, first: usize, status: Status) {
        let Above::Layout(layout) = &self.above else { return };
        let read =
            coverage::read(layout.places, status == Status::SkipData, |place| page.value(first + place));
        match read {
            Ok(record) => {
                self.tally.coverage.extend(record);
                self.count(0, u64::from(status == Status::NoData), u64::from(status == Status::SkipData));
            }
            Err(why) => self.set_aside(page, why),
        }
    }

    fn count(&mut self, records: u64, nodata: u64, skipdata: u64) {
        self.tally.records += records;
        self.tally.nodata += nodata;
        self.tally.skipdata += skipdata;
    }

    /// Sets the line being decoded aside, after those above it.
    fn set_aside(&mut self, page: Page<'_>, why: Why) {
        self.flush(page);
        self.tally.set_aside(self.limits.samples, self.line, why);
    }

    /// Turns the waiting lines into rows and sets those aside that cannot be.
    fn flush(&mut self, page: Page<'_>) {
        let Waiting { firsts, lines, count, nodata, skipdata } =
            std::mem::replace(&mut self.waiting, Waiting::NONE);
        let Above::Layout(layout) = &self.above else { return };
        let (Some(firsts), true) = (firsts.get(..count), count > 0) else { return };
        let group = Group { text: page.text, spans: page.spans, firsts };
        let mut bad = 0;
        for (place, column) in &layout.wanted {
            if let Some(column) = self.columns.get_mut(*column) {
                column.pad(self.rows);
                bad |= column.append(self.level, &group, *place, &mut self.addresses);
            }
        }
        for (_, (first, line)) in firsts.iter().zip(lines).enumerate().filter(|(at, _)| bad >> at & 1 == 1) {
            let why = layout.wanted.iter().find_map(|(place, column)| {
                self.columns.get_mut(*column)?.objection(page.value(*first as usize + place))
            });
            if let Some(why) = why {
                self.tally.set_aside(self.limits.samples, line, why);
            }
        }
        for (_, column) in &layout.wanted {
            if let Some(column) = self.columns.get_mut(*column) {
                column.commit(count, bad);
            }
        }
        let kept = u64::MAX >> (GROUP_ROWS - count) & !bad;
        self.rows += kept.count_ones() as usize;
        let [nodata, skipdata] = [nodata, skipdata].map(|bits| u64::from((bits & kept).count_ones()));
        self.count(u64::from(kept.count_ones()) - nodata - skipdata, nodata, skipdata);
    }
}
