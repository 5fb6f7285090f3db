//! What ends a command without its result, said to a person at a terminal: what happened and the cure.

use crate::events::chain;
use crate::http::listen::ListenError;
use crate::http::site::SiteError;
use crate::telemetry::MetricsError;
use contract::Refusal;
use lake::LakeError;
use store::StoreError;

/// A command's end without its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    message: String,
    cure: String,
}

impl Fault {
    /// What happened, and what to do about it (empty when nothing can be done).
    pub fn new(message: impl Into<String>, cure: impl Into<String>) -> Fault {
        Fault { message: message.into(), cure: cure.into() }
    }

    /// A fault of the operating system's making, named with its cause.
    pub fn io(doing: impl std::fmt::Display, error: &std::io::Error, cure: impl Into<String>) -> Fault {
        Fault::new(format!("{doing}: {error}"), cure)
    }

    /// Prints the two lines to stderr.
    pub fn print(&self) {
        eprintln!("{self}");
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error: {}", self.message)?;
        if self.cure.is_empty() { Ok(()) } else { write!(f, "\ncure: {}", self.cure) }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let place = refusal.at.map(|(at, len)| format!(" (in the filter at byte {at}, {len} long)"));
        Fault::new(format!("{}{}", refusal.message, place.unwrap_or_default()), refusal.hint)
    }
}

impl From<LakeError> for Fault {
    /// At the terminal the causes may be read: the person at it owns them.
    fn from(error: LakeError) -> Self {
        match error {
            LakeError::Question(refusal) => refusal.into(),
            other => Fault::new(chain(&other), other.refusal().hint),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Fault::new(chain(&error), error.hint())
    }
}

impl From<ListenError> for Fault {
    fn from(error: ListenError) -> Self {
        Fault::new(chain(&error), error.hint())
    }
}

impl From<SiteError> for Fault {
    fn from(error: SiteError) -> Self {
        Fault::new(chain(&error), "give the folder that the build writes (target/site) with --site")
    }
}

impl From<MetricsError> for Fault {
    fn from(error: MetricsError) -> Self {
        Fault::new(chain(&error), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::RefusalKind;

    #[test]
    fn a_refused_filter_says_where() {
        let refusal = Refusal {
            at: Some((7, 3)),
            ..Refusal::new(RefusalKind::BadQuestion, "no such field", "try dstport")
        };
        let text = Fault::from(refusal).to_string();
        assert_eq!(text, "error: no such field (in the filter at byte 7, 3 long)\ncure: try dstport");
    }
}
