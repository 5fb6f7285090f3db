//! What a `NODATA` or `SKIPDATA` line covers: whose interface, and when. Knows the four values that say so, not the
//! rest of the line.

use crate::fields::FieldName;
use crate::layout::CoveragePlaces;
use crate::number::{self, Reading};
use crate::tally::{CoverageRecord, Why, excerpt};

/// The coverage record of a line, given its values by place; `None` when the line does not say when it was.
pub(crate) fn read<'a>(
    places: CoveragePlaces,
    skipped: bool,
    value: impl Fn(usize) -> &'a [u8],
) -> Result<Option<CoverageRecord>, Why> {
    let interface = text(places.interface.map(&value), "interface-id")?;
    let account = text(places.account.map(&value), "account-id")?;
    let (start, end) = (seconds(places.start.map(&value), "start")?, seconds(places.end.map(&value), "end")?);
    Ok(start.zip(end).map(|(start, end)| CoverageRecord { interface, account, start, end, skipped }))
}

fn text(value: Option<&[u8]>, name: &str) -> Result<Box<str>, Why> {
    match value {
        None | Some(b"-") => Ok("".into()),
        Some(value) => match std::str::from_utf8(value) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(Why::NotUtf8 { field: FieldName::new(name) }),
        },
    }
}

fn seconds(value: Option<&[u8]>, name: &str) -> Result<Option<i64>, Why> {
    let Some(value) = value else { return Ok(None) };
    match number::read_seconds(value) {
        Reading::Missing => Ok(None),
        Reading::Number(seconds) => Ok(Some(seconds)),
        Reading::NotANumber => Err(Why::NotANumber { field: FieldName::new(name), value: excerpt(value) }),
        Reading::OutOfRange => Err(Why::OutOfRange { field: FieldName::new(name), value: excerpt(value) }),
    }
}
