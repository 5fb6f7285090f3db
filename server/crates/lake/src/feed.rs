//! A source and how its records are laid out where their objects do not say.

use flowlog::Format;
use std::fmt;
use std::sync::Arc;
use store::Source;

/// A source to read.
#[derive(Clone)]
pub struct Feed {
    /// Where the objects are.
    pub source: Arc<dyn Source>,
    /// The fields of records that have no header line above them, in order; `None` where they have one of AWS's default
    /// formats.
    pub format: Option<Format>,
}

impl Feed {
    /// The source's name.
    pub fn name(&self) -> &str {
        self.source.name()
    }
}

impl From<Arc<dyn Source>> for Feed {
    fn from(source: Arc<dyn Source>) -> Self {
        Feed { source, format: None }
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("source", &self.name()).field("format", &self.format).finish()
    }
}
