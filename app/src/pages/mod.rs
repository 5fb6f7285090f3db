//! Pages: one file per route. A page picks panels and owns no logic.

pub mod coverage;
pub mod not_found;
pub mod opened;
pub mod overview;
pub mod report;
