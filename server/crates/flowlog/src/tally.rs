//! What became of every line: the counts, the lines set aside with their reasons, and the coverage records.
//! Knows the outcome of decoding, not the way there.

use crate::fields::FieldName;

/// What became of the lines since the last [`crate::Decoder::take_tally`].
///
/// Where lines come wrapped in JSON, a line is a log event, and a piece of JSON that is none.
///
/// `lines = headers + blank + records + nodata + skipdata + set_aside`, always.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Lines seen, of every sort.
    pub lines: u64,
    /// Bytes of these lines with their line feeds, out of JSON where they come wrapped in it; a record format
    /// (`${version} …`) as the header line it stands for, and without lines that are too long to be looked at.
    pub text_bytes: u64,
    /// Header lines that set the layout.
    pub headers: u64,
    /// Lines that say nothing: of nothing but white space, and in JSON CloudWatch's control messages and envelopes
    /// without log events.
    pub blank: u64,
    /// Lines that are flows and became rows.
    pub records: u64,
    /// Lines with `log-status` `NODATA`: the interface had no traffic.
    pub nodata: u64,
    /// Lines with `log-status` `SKIPDATA`: AWS lost an unknown number of records.
    pub skipdata: u64,
    /// Lines that could not be read. Exact, while `samples` is bounded.
    pub set_aside: u64,
    /// The first lines set aside, in the order of the text, at most [`crate::Limits::samples`].
    pub samples: Vec<SetAside>,
    /// One entry per `NODATA` or `SKIPDATA` line that says when it was, with [`crate::Coverage::Aside`].
    pub coverage: Vec<CoverageRecord>,
}

/// A span of time in which an interface had nothing to log, or in which AWS could not log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRecord {
    /// `interface-id`, or `tgw-attachment-id` in transit gateway logs; empty when the line does not say.
    pub interface: Box<str>,
    /// `account-id`; empty when the line does not say.
    pub account: Box<str>,
    /// Start of the aggregation interval, Unix seconds.
    pub start: i64,
    /// End of the aggregation interval, Unix seconds.
    pub end: i64,
    /// True for `SKIPDATA` (an unknown amount is missing), false for `NODATA`.
    pub skipped: bool,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Number of the line in its object, from 1; in JSON the number of the log event.
    pub line: u64,
    /// Why it could not be read.
    pub why: Why,
}

/// Why a line was set aside, in words a user can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// There is no header above the line, and it has another number of values than both default formats.
    #[error(
        "no header line above this line, and {} neither the default VPC format (14 values) nor the default transit \
         gateway format (36 values); name the fields in order (--record-format)", fit(*values)
    )]
    NoLayout {
        /// Values on the line.
        values: usize,
    },
    /// There is no header above the line, and its 14 values are not those of the default VPC format.
    #[error(
        "no header line above this line, and its 14 values are not those of the default VPC format: {missing}; name the \
         fields in order (--record-format)"
    )]
    NotVpcDefault {
        /// What tells.
        missing: &'static str,
    },
    /// There is no header above the line, and its 36 values are not those of the default transit gateway format.
    #[error(
        "no header line above this line, and its 36 values are not those of the default transit gateway format: none is \
         of a transit gateway; name the fields in order (--record-format)"
    )]
    NotTgwDefault,
    /// The header above the line was itself set aside.
    #[error("the header line above this line was set aside, so {} no names", have(*values))]
    HeaderSetAside {
        /// Values on the line.
        values: usize,
    },
    /// Fewer values than the header has names.
    #[error("too few values: {values} where the layout has {columns}")]
    TooFewValues {
        /// Values on the line.
        values: usize,
        /// Names in the layout.
        columns: usize,
    },
    /// More values than the header has names.
    #[error("too many values: {values} where the layout has {columns}")]
    TooManyValues {
        /// Values on the line.
        values: usize,
        /// Names in the layout.
        columns: usize,
    },
    /// A number field holds something else.
    #[error("{field} is not a number: {value}")]
    NotANumber {
        /// The field.
        field: FieldName,
        /// What it holds, shortened.
        value: Box<str>,
    },
    /// A number is larger than its field can be.
    #[error("{field} is out of range: {value}")]
    OutOfRange {
        /// The field.
        field: FieldName,
        /// What it holds, shortened.
        value: Box<str>,
    },
    /// An address field holds something else.
    #[error("{field} is not an IPv4 or IPv6 address: {value}")]
    NotAnAddress {
        /// The field.
        field: FieldName,
        /// What it holds, shortened.
        value: Box<str>,
    },
    /// A text field holds bytes that are not text.
    #[error("{field} is not valid UTF-8")]
    NotUtf8 {
        /// The field.
        field: FieldName,
    },
    /// A text field had more distinct values than one batch may hold.
    #[error("{field} has more than {limit} distinct values in one batch; take batches more often")]
    TooManyDistinct {
        /// The field.
        field: FieldName,
        /// The bound it met.
        limit: usize,
    },
    /// Bytes of the line are 0, which damaged files have where text was: its values cannot be trusted.
    #[error("the line contains NUL bytes")]
    NulBytes,
    /// `log-status` is the beginning of a status, which is how the last line of a cut file ends.
    #[error("log-status is cut off: {value}")]
    StatusCut {
        /// What is left of it.
        value: Box<str>,
    },
    /// The JSON is not valid.
    #[error("not valid JSON; the rest of this line is skipped")]
    NotJson,
    /// The JSON ends before it is complete.
    #[error("the JSON ends too early")]
    JsonCut,
    /// The JSON is valid and not a log event.
    #[error(
        "JSON without a record: neither a message, as Firehose delivers, nor an envelope of log events, as CloudWatch \
         Logs delivers"
    )]
    NotALogEvent,
    /// What should hold log events in base64 cannot be unpacked.
    #[error("the log events packed here cannot be read: the base64 text {what}")]
    BadPayload {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The line ends where the readable part of its object does.
    #[error("the line is cut off: what follows in the object cannot be read")]
    Cut,
    /// The line is longer than the bound.
    #[error("longer than {limit} bytes")]
    LineTooLong {
        /// The bound.
        limit: usize,
    },
    /// The header names more columns than the bound.
    #[error("header of {columns} columns, at most {limit} are read; the lines below it are set aside too")]
    HeaderTooWide {
        /// Names in the header.
        columns: usize,
        /// The bound.
        limit: usize,
    },
    /// The header names one field twice, so its values cannot be told apart.
    #[error("header names {field} twice; the lines below it are set aside too")]
    HeaderRepeats {
        /// The field.
        field: FieldName,
    },
}

fn fit(values: usize) -> String {
    if values == 1 { "its 1 value fits".into() } else { format!("its {values} values fit") }
}

fn have(values: usize) -> String {
    if values == 1 { "its 1 value has".into() } else { format!("its {values} values have") }
}

/// Longest piece of a bad value shown in a reason; the rest adds nothing a reader needs.
const EXCERPT_BYTES: usize = 48;

/// The beginning of a value as text, for a reason.
pub(crate) fn excerpt(value: &[u8]) -> Box<str> {
    match value.get(..EXCERPT_BYTES) {
        Some(start) => format!("{}…", String::from_utf8_lossy(start)).into(),
        None => String::from_utf8_lossy(value).into(),
    }
}

impl Tally {
    /// Counts a line set aside and keeps it as a sample while there is room for `samples`.
    pub(crate) fn set_aside(&mut self, samples: usize, line: u64, why: Why) {
        self.set_aside += 1;
        if self.samples.len() < samples {
            self.samples.push(SetAside { line, why });
        }
    }
}
