//! Which layouts an object turned out to have, for whoever explains it to a person. Knows nothing of values.

use crate::fields::FieldName;

/// Most layouts noted between two [`crate::Decoder::take_layouts`]; an object of more is not one a person reads about.
const NOTED_LAYOUTS: usize = 64;

/// A layout that records were read by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLayout {
    /// The fields in the order of the values.
    pub fields: Vec<FieldName>,
    /// How it was found.
    pub by: FoundBy,
    /// The line (in JSON the log event) from which it holds, from 1.
    pub line: u64,
    /// Whether the lines were log events wrapped in JSON.
    pub wrapped: bool,
}

/// How a layout was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// A header line names the fields: authoritative.
    Header,
    /// The caller gave it ([`crate::Decoder::with_format`]).
    Given,
    /// No header, 14 values with a log status at the end: the default format of VPC flow logs.
    VpcDefault,
    /// No header, 36 values, some of a transit gateway: the default format of its flow logs.
    TgwDefault,
}

impl FoundBy {
    /// Whether the layout was concluded from a line without header, so that the next may be of another format.
    pub(crate) fn is_assumed(self) -> bool {
        matches!(self, Self::VpcDefault | Self::TgwDefault)
    }
}

/// Notes a layout unless it is the one noted last, as it is with the many objects of one flow log.
pub(crate) fn note(
    noted: &mut Vec<FoundLayout>,
    fields: &[FieldName],
    by: FoundBy,
    line: u64,
    wrapped: bool,
) {
    let is_last =
        |last: &FoundLayout| last.by == by && last.wrapped == wrapped && last.fields.as_slice() == fields;
    if noted.len() < NOTED_LAYOUTS && !noted.last().is_some_and(is_last) {
        noted.push(FoundLayout { fields: fields.to_vec(), by, line, wrapped });
    }
}
