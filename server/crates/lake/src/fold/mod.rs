//! Adding up: batches of any table become sums per group and bucket.
//!
//! One way for every source. Roll-up rows stand at their minute or hour; records are spread over the seconds they
//! span; both are cut at the edges of the asked range, so that every table gives the same answer.

mod cells;
pub mod conversations;
pub mod exchanges;
pub mod grouped;
mod groups;
mod pieces;
pub mod rows;
pub mod talkers;
pub mod values;

pub use cells::Cells;
pub use groups::{Groups, Key};
pub use pieces::{Amount, Pieces};

use crate::error::LakeError;
use arrow::array::RecordBatch;
use contract::Span;

/// A sum in the making.
pub trait Fold: Send + 'static {
    /// Adds the part of a batch that lies in `clip`, whose edges lie on minutes.
    fn push(&mut self, batch: &RecordBatch, clip: Span) -> Result<(), LakeError>;

    /// Adds another sum of the same question.
    fn merge(&mut self, other: Self) -> Result<(), LakeError>;
}
