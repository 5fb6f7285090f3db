//! The one error that crosses the wire: what was refused, why, and what the reader can do.

use serde::{Deserialize, Serialize};

/// Why a question has no answer. Carries only words meant for a person; causes stay in the server's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What sort of refusal this is.
    pub kind: RefusalKind,
    /// What happened, naming the thing it happened to.
    pub message: String,
    /// What to do about it; empty when nothing can be done.
    pub hint: String,
    /// Where in the filter text the fault lies, as a byte offset and a length.
    pub at: Option<(usize, usize)>,
}

/// The situations a refusal can stem from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The question itself is wrong: an unknown field, a reversed range, a filter that does not parse.
    BadQuestion,
    /// The credentials may not read the source.
    Denied,
    /// A bucket, a prefix or a page that does not exist.
    NotFound,
    /// The source cannot be reached or is overloaded; asking again may help.
    Unavailable,
    /// The question needs more memory or time than the server grants.
    TooLarge,
    /// The logs do not hold what the question needs (a field that is not in the format).
    Unanswerable,
    /// A fault of Weir itself; the message carries an id to look up in the log.
    Internal,
}

impl Refusal {
    /// A refusal without a position.
    pub fn new(kind: RefusalKind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Refusal { kind, message: message.into(), hint: hint.into(), at: None }
    }

    /// The HTTP status this refusal travels with.
    pub const fn status(&self) -> u16 {
        match self.kind {
            RefusalKind::BadQuestion => 400,
            RefusalKind::Denied => 403,
            RefusalKind::NotFound => 404,
            RefusalKind::TooLarge => 413,
            RefusalKind::Unanswerable => 422,
            RefusalKind::Unavailable => 503,
            RefusalKind::Internal => 500,
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " {}", self.hint) }
    }
}

impl std::error::Error for Refusal {}
