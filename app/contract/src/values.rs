//! The values of a field, with counts: what facets offer and what completion proposes.
//!
//! The question is a view with two details: `field` names the field, `prefix` begins the values that are wanted. The
//! view's `top` bounds the answer, its filter narrows what is counted.

use crate::spelling::quoted;
use crate::{Field, Provenance, Refusal, RefusalKind, Span, View};
use serde::{Deserialize, Serialize};

/// The detail that names the field.
pub const FIELD: &str = "field";
/// The detail that begins the values.
pub const PREFIX: &str = "prefix";

/// Whose values are asked for, and which of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The field.
    pub field: Field,
    /// What the value, or its name, begins with; case does not matter. Empty for all.
    pub prefix: String,
}

impl Wanted {
    /// What a view asks for.
    ///
    /// # Errors
    /// When it names no field, or none that could be one.
    pub fn of(view: &View) -> Result<Wanted, Refusal> {
        let bad = |message: String, hint: String| Err(Refusal::new(RefusalKind::BadQuestion, message, hint));
        let Some(name) = view.details.get(FIELD) else {
            return bad(
                "no field is named whose values are wanted.".to_owned(),
                format!("Add {FIELD}=dstport."),
            );
        };
        let Some(field) = Field::named(name).or_else(|| Field::other(name)) else {
            return bad(
                format!("{} is no field.", quoted(name)),
                "Fields have AWS's names, such as dstport.".to_owned(),
            );
        };
        Ok(Wanted { field, prefix: view.details.get(PREFIX).cloned().unwrap_or_default() })
    }

    /// Whether a value with that name is wanted.
    pub fn takes(&self, key: &str, label: &str) -> bool {
        let begins = |text: &str| {
            text.get(..self.prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&self.prefix))
        };
        // `443 https` is found by its number and by its name.
        begins(key) || label.split(' ').any(begins)
    }
}

/// The values of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// The asked range.
    pub span: Span,
    /// The field.
    pub field: String,
    /// What the values begin with.
    pub prefix: String,
    /// The values that occur in most records first.
    pub rows: Vec<ValueRow>,
    /// How many values begin so.
    pub distinct: u64,
    /// Records that pass the filter, whatever the value.
    pub total: u64,
    /// Where this came from.
    pub provenance: Provenance,
}

/// A value of a field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ValueRow {
    /// The value as a filter writes it, without quotes; `-` where records lack the field.
    pub key: String,
    /// The value as a person reads it.
    pub label: String,
    /// Records with it.
    pub flows: u64,
    /// Part of all records that pass the filter, 0 to 1.
    pub share: f64,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    fn wanted(field: &str, prefix: &str) -> Result<Wanted, Refusal> {
        let details = [(FIELD.to_owned(), field.to_owned()), (PREFIX.to_owned(), prefix.to_owned())];
        Wanted::of(&View { details: details.into(), ..View::default() })
    }

    #[test]
    fn a_port_is_found_by_its_number_and_by_its_name() {
        for prefix in ["", "4", "443", "HTT", "https"] {
            assert!(wanted("dstport", prefix).unwrap().takes("443", "443 https"), "{prefix}");
        }
        for prefix in ["43", "s", "httpsx", "ü"] {
            assert!(!wanted("dstport", prefix).unwrap().takes("443", "443 https"), "{prefix}");
        }
    }

    #[test]
    fn a_question_without_a_field_is_refused() {
        assert!(Wanted::of(&View::default()).is_err());
        assert!(wanted("no field", "").is_err());
        assert_eq!(wanted("direction", "").unwrap().field, Field::FLOW_DIRECTION);
    }
}
