//! The filter language: which records count.
//!
//! ```text
//! action = REJECT AND dstport IN (22, 3389, 8000-8999) AND srcaddr IN 10.0.0.0/8 AND NOT interface-id = eni-0a1b
//! ```
//!
//! `parse` reads it, `print` writes it in one canonical way, `tokens` colours it while it is typed. Equal filters have
//! equal text, which is what links and caches compare. Nothing here evaluates a filter; its meaning is:
//!
//! - `field = value` and `IN` hold when the record has the field and its value is one of those named; a network holds
//!   its addresses, a range its ends and what lies between.
//! - `field = -` holds when the record does not have the field. Every other comparison with a missing value is false,
//!   so that `!=` and `NOT IN`, which are nothing but their negations, are true.
//! - `field LIKE pattern` holds when `%` and `_` can stand for something that makes the pattern the text; a backslash takes
//!   what follows as it is. Capitals matter. `tcp-flags HAS (syn, ack)` holds when all of the flags were seen.
//! - `srcport = dstport` compares two fields of one kind; in quotes a name is text. Missing values equal nothing.
//! - `scope` says where the interface's other end is: see [`Field::SCOPE`].
//! - `-- …` to the end of the line and `/* … */` are comments, which the canonical text does not have.
//! - A field that is not known here is a text field that AWS may have added; whether there is one the data decides. A
//!   name close to a known one is taken for a slip, unless it stands in quotes: `"dst-prt" = x`.
//! - Tag values mean the tag as it was typed; `my%2Dapp`, as the log has it, and `my-app` are the same.
//! - `NOT` binds closer than `AND`, `AND` closer than `OR`.

mod ast;
mod lexer;
mod parser;
mod print;
mod tokens;
mod value;

pub use ast::{Expr, Op, Value};
pub use parser::{DEPTH_LIMIT, LIST_LIMIT, TEXT_LIMIT};
pub use tokens::{TokenKind, tokens};

use crate::as_text::text_serde;
use crate::{Field, Refusal, RefusalKind};
use std::fmt;

/// Which records count. The empty filter lets all pass. `Display` is the canonical text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The condition; `None` lets all pass.
    pub expr: Option<Expr>,
}

impl Filter {
    /// Reads a filter; blank text is the empty filter.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        parser::parse(text).map(|expr| Filter { expr })
    }

    /// This filter, narrowed by a further condition. A condition that stands there already is not repeated.
    pub fn and(&self, condition: Expr) -> Filter {
        let expr = match &self.expr {
            None => condition,
            Some(expr) if *expr == condition => condition,
            Some(Expr::And(parts)) if parts.contains(&condition) => Expr::And(parts.clone()),
            Some(expr) => expr.clone().and(condition),
        };
        Filter { expr: Some(expr) }
    }

    /// Whether all records pass.
    pub const fn is_empty(&self) -> bool {
        self.expr.is_none()
    }

    /// The fields it looks at, each once, in the order they are named.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        if let Some(expr) = &self.expr {
            expr.collect_fields(&mut fields);
        }
        fields
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.as_ref().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

text_serde!(Filter, Filter::parse);

/// Why a text is not a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Byte offset of the fault; always between two characters.
    pub at: usize,
    /// Bytes the fault spans; 0 where something is missing.
    pub len: usize,
    /// What is wrong: "unknown field `dstprt`".
    pub message: String,
    /// What to write instead: "Did you mean dstport?".
    pub hint: String,
}

impl From<FilterError> for Refusal {
    fn from(error: FilterError) -> Refusal {
        let FilterError { at, len, message, hint } = error;
        Refusal { kind: RefusalKind::BadQuestion, message, hint, at: Some((at, len)) }
    }
}
