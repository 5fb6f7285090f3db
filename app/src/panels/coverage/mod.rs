//! The panels of the Coverage page. All of them read one answer: what one says, the next does not contradict.

mod delivered;
mod grid;
mod lost;
mod sheet;
mod silence;
mod tiles;
mod words;

pub use delivered::{FRESHNESS, LINES, OBJECTS};
pub use grid::DeliveryPanel;
pub use lost::{FLOW_LOGS, LACKING, REASONS};
pub use sheet::SheetPanel;
pub use silence::Silence;
pub use tiles::CoverageTiles;
pub use words::headline;

use crate::signals::latest::Load;
use contract::Coverage;
use leptos::prelude::ReadSignal;

/// The answer on its way.
pub type Answer = ReadSignal<Load<Coverage>>;
