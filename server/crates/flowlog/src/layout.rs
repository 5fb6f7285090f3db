//! The order of values on a line, worked out once per header so that lines need no thought. Knows places, not
//! values.

use crate::batch::Section;
use crate::fields::{FieldName, Kind};
use crate::found::FoundBy;

/// What is above a line.
#[derive(Debug)]
pub(crate) enum Above {
    /// Nothing yet in this object.
    Nothing,
    /// A header that could not be read.
    BadHeader,
    /// A layout.
    Layout(Layout),
}

/// The fields of a line in order, and what is asked of them often.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) fields: Vec<FieldName>,
    pub(crate) by: FoundBy,
    pub(crate) places: CoveragePlaces,
    /// The columns to build: place on the line, place among the column builders.
    pub(crate) wanted: Vec<(usize, usize)>,
}

/// Where a `NODATA` or `SKIPDATA` line says what it covers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CoveragePlaces {
    pub(crate) interface: Option<usize>,
    pub(crate) account: Option<usize>,
    pub(crate) start: Option<usize>,
    pub(crate) end: Option<usize>,
}

impl Layout {
    /// The layout of these fields, nothing wanted yet.
    pub(crate) fn new(fields: Vec<FieldName>, by: FoundBy) -> Self {
        let place = |name| fields.iter().position(|field| field.as_str() == name);
        let places = CoveragePlaces {
            interface: place("interface-id").or_else(|| place("tgw-attachment-id")),
            account: place("account-id"),
            start: place("start"),
            end: place("end"),
        };
        Self { by, places, wanted: Vec::new(), fields }
    }

    /// The rows from `first_row` on as a section of a batch, once the wanted columns are known.
    pub(crate) fn section(&self, first_row: usize) -> Section {
        Section { first_row, columns: self.wanted.iter().map(|(_, column)| *column).collect() }
    }

    /// The shape of lines of this layout, with or without a timestamp before them.
    pub(crate) fn shape(&self, dated: Dated) -> Shape {
        let lead = usize::from(dated == Dated::Yes);
        let is_number = |field: &FieldName| !matches!(field.kind(), Kind::Text | Kind::Address);
        let status = self.fields.iter().position(|field| field.as_str() == "log-status");
        let probe = self.fields.iter().position(is_number).unwrap_or(0);
        let CoveragePlaces { interface, account, start, end } = self.places;
        let read = self.wanted.iter().map(|(place, _)| *place).chain([probe]);
        let last_read = read.chain([status, interface, account, start, end].into_iter().flatten()).max();
        Shape {
            width: self.fields.len() + lead,
            lead,
            probe: lead + probe,
            status: status.unwrap_or(Shape::NOWHERE),
            needed: (lead + 1 + last_read.unwrap_or_default()) as u32,
        }
    }
}

/// Whether all of these fields hold text.
pub(crate) fn all_text(fields: &[FieldName]) -> bool {
    fields.iter().all(|field| field.kind() == Kind::Text)
}

/// Whether lines have a timestamp before their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dated {
    Yes,
    No,
}

/// The little that every line is checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Values on a line, a leading timestamp included.
    pub(crate) width: usize,
    /// 1 with a leading timestamp.
    pub(crate) lead: usize,
    /// Place of a value (timestamp included) that begins with a letter only on a header line, if there is any
    /// such.
    pub(crate) probe: usize,
    /// Place of `log-status` (timestamp not included).
    pub(crate) status: usize,
    /// How many values from the first on are looked at (timestamp included), as long as the line is a record.
    pub(crate) needed: u32,
}

impl Shape {
    /// A place no line has, for fields a layout lacks.
    pub(crate) const NOWHERE: usize = usize::MAX / 4;

    /// The shape before any layout is known: no line has it.
    pub(crate) const NONE: Self =
        Self { width: Self::NOWHERE, lead: 0, probe: 0, status: Self::NOWHERE, needed: u32::MAX };
}
