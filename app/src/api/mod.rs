//! Server functions: what the page in the browser asks the server for. One file per noun; a body checks the link, asks
//! the port and returns. They are public endpoints under `/api/ask/…?link=…`, and so trust nothing they are given.

mod coverage;
mod error;
mod headline;
mod matrix;
pub mod opening;
mod progress;
mod refusal_json;
mod report;
mod rows;
mod summary;
mod timeline;
mod top;
mod values;
mod when;
mod wire;

pub use coverage::coverage;
pub use error::ApiError;
pub use headline::headline;
pub use matrix::matrix;
pub use progress::progress;
pub use report::report;
pub use rows::rows;
pub use summary::summary;
pub use timeline::timeline;
pub use top::top;
pub use values::values;
pub use when::when;
pub use wire::{Answered, Wire};

#[cfg(feature = "ssr")]
mod asked {
    use super::ApiError;
    use crate::ports::Flows;
    use contract::{View, link};
    use leptos::prelude::expect_context;
    use std::sync::Arc;

    /// The question a link asks and the port that answers it.
    pub(super) fn asked(text: &str) -> Result<(View, Arc<dyn Flows>), ApiError> {
        let view = link::decode(text).map_err(contract::Refusal::from)?;
        Ok((view, expect_context::<Arc<dyn Flows>>()))
    }
}

#[cfg(feature = "ssr")]
use asked::asked;
