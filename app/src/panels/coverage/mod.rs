//! The panels of the Coverage page. All of them read one answer: what one says, the next does not contradict.

mod fields;
mod freshness;
mod grid;
mod ledger;
mod lines;
mod objects;
mod reasons;
mod silence;
mod tiles;
mod words;

pub use fields::{FlowLogsPanel, LackingPanel};
pub use freshness::FreshnessPanel;
pub use grid::DeliveryPanel;
pub use lines::LinesPanel;
pub use objects::ObjectsPanel;
pub use reasons::ReasonsPanel;
pub use silence::Silence;
pub use tiles::CoverageTiles;
pub use words::headline;

use crate::signals::latest::Load;
use contract::Coverage;
use leptos::prelude::ReadSignal;

/// The answer on its way.
pub type Answer = ReadSignal<Load<Coverage>>;
