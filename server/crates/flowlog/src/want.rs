//! What a caller wants from a decoder, and how much it may cost. Knows nothing of how lines are read.

/// What to decode.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Want {
    /// The columns to build.
    pub fields: Fields,
    /// Where `NODATA` and `SKIPDATA` lines go.
    pub coverage: Coverage,
}

/// The columns to build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fields {
    /// Every field a layout names.
    #[default]
    All,
    /// These fields, by AWS name (`dstport`, `log-status`; underscores are read as hyphens), where a layout
    /// has them. The values of other fields are not read, so they are not checked either.
    Only(Vec<String>),
}

impl Fields {
    /// Whether the field of this hyphenated name is to be built.
    pub(crate) fn include(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|wanted| wanted.replace('_', "-") == name),
        }
    }
}

/// Where the lines go whose `log-status` is `NODATA` (nothing to log) or `SKIPDATA` (AWS could not log).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coverage {
    /// Into [`crate::Tally::coverage`], so that every row of a batch is traffic.
    #[default]
    Aside,
    /// Into the batch as rows like any other, mostly nulls, for callers that show lines as they are.
    InLine,
}

/// Bounds on what one object may cost; every one has a working default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest line in bytes, without its line feed; a longer one is set aside unread.
    pub line_bytes: usize,
    /// Most columns a header may name; the lines below a wider one are set aside.
    pub header_columns: usize,
    /// Most set-aside lines kept with their reason in one tally; the count goes on.
    pub samples: usize,
    /// Most distinct values of one text column in one batch; a line that brings one more is set aside. Take
    /// batches often enough and it is never met.
    pub distinct_values: usize,
}

/// All 54 VPC fields at their longest (four ARNs of 2 KiB, six tags of 256 characters at 12 bytes each when
/// percent-encoded) stay under 32 KiB; twice that leaves room for fields to come.
const LINE_BYTES: usize = 64 * 1024;

/// AWS has named 72 different fields so far, VPC and transit gateway together.
const HEADER_COLUMNS: usize = 256;

/// Enough to see a pattern, few enough to send to a browser.
const SAMPLES: usize = 20;

/// Dictionary keys are signed 32-bit numbers, the widest that Parquet readers agree on.
const DISTINCT_VALUES: usize = i32::MAX as usize;

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes: LINE_BYTES,
            header_columns: HEADER_COLUMNS,
            samples: SAMPLES,
            distinct_values: DISTINCT_VALUES,
        }
    }
}
