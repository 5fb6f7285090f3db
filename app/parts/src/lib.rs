//! Dumb pieces of pages: values in, events out. None of them knows a link, a question or a server function.

pub mod choice;
pub mod data_table;
pub mod filter_ink;
pub mod icon;
pub mod ledger;
pub mod menu;
pub mod quantity;
pub mod seam;
pub mod segmented;
pub mod still;
pub mod tile;
pub mod tooltip;
pub mod words;
