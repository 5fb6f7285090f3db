//! A record format as a person gives it, for text that has no header line: the field names in order. Knows spellings
//! of lists, not lines.

use crate::fields::FieldName;
use crate::header;
use crate::want::Limits;

/// The fields of a record in order, given for objects without header lines (CloudWatch Logs, Firehose and exports to
/// S3 deliver none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format(Vec<FieldName>);

/// Why a text is not a record format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// There is no name in it.
    #[error(
        "the record format names no field; list the field names in order, such as version srcaddr dstaddr"
    )]
    Empty,
    /// Something in it cannot be a field's name.
    #[error(
        "not a field name: {name}; AWS's names are lower-case words joined by hyphens, such as account-id"
    )]
    NotAName {
        /// What stands there.
        name: String,
    },
    /// One field stands twice.
    #[error("the record format names {field} twice")]
    Repeats {
        /// The field.
        field: FieldName,
    },
    /// More fields than a header line may name.
    #[error("the record format names {fields} fields, at most {limit} are read")]
    TooWide {
        /// Fields named.
        fields: usize,
        /// The bound.
        limit: usize,
    },
}

impl Format {
    /// Reads a list of field names separated by white space or commas: bare as on a header line, or as the API's
    /// `LogFormat` has them (`${version} ${account-id}`, in Terraform `$${version}`, in CloudFormation's `!Sub`
    /// `${!version}`). Underscores are read as hyphens; names AWS has not documented are text.
    ///
    /// # Errors
    /// See [`FormatError`].
    pub fn parse(list: &str) -> Result<Self, FormatError> {
        let names = list.split([' ', '\t', '\r', '\n', ',']).filter(|name| !name.is_empty());
        let mut fields: Vec<FieldName> = Vec::new();
        for written in names {
            let name = bare(written);
            if !header::could_be_name(name.as_bytes()) {
                return Err(FormatError::NotAName { name: written.into() });
            }
            let field = FieldName::new(name);
            if fields.contains(&field) {
                return Err(FormatError::Repeats { field });
            }
            fields.push(field);
            let limit = Limits::default().header_columns;
            if fields.len() > limit {
                let more = list.split_whitespace().count().max(fields.len());
                return Err(FormatError::TooWide { fields: more, limit });
            }
        }
        if fields.is_empty() { Err(FormatError::Empty) } else { Ok(Self(fields)) }
    }

    /// The fields in order, at least one, each once.
    #[must_use]
    pub fn fields(&self) -> &[FieldName] {
        &self.0
    }
}

/// The name within `${name}` and its escaped forms; any other text as it is.
fn bare(written: &str) -> &str {
    let name = written.trim_start_matches('$').strip_prefix('{').and_then(|name| name.strip_suffix('}'));
    name.map_or(written, |name| name.strip_prefix('!').unwrap_or(name))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a format that cannot be read fails the test")]

    use super::*;

    fn names(list: &str) -> Vec<String> {
        Format::parse(list).unwrap().fields().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_way_to_write_a_format_is_read() {
        let expected = ["version", "account-id", "shiny-new"];
        for list in [
            "version account-id shiny-new",
            "version,account_id, shiny-new",
            "${version} ${account-id} ${shiny-new}",
            "  $${version}\t$${account-id}\n${!shiny-new} ",
        ] {
            assert_eq!(names(list), expected, "{list}");
        }
    }

    #[test]
    fn what_is_no_format_is_refused_by_name() {
        assert_eq!(Format::parse(" , "), Err(FormatError::Empty));
        for bad in ["version 2", "ver$ion", "${version", "-", "${}"] {
            assert!(matches!(Format::parse(bad), Err(FormatError::NotAName { .. })), "{bad}");
        }
        let twice = Format::parse("account-id account_id");
        assert_eq!(twice, Err(FormatError::Repeats { field: FieldName::new("account-id") }));
        let wide: String = (0..1000).map(|at| format!("f{at} ")).collect();
        assert_eq!(Format::parse(&wide), Err(FormatError::TooWide { fields: 1000, limit: 256 }));
    }
}
