//! Panels: a question bound to a picture, a table or a sentence. They know the link and the server functions; the pieces
//! they are made of (`parts`, `chart`) know neither.

pub mod again;
pub mod brush;
pub mod coverage;
pub mod filter_box;
pub mod foot;
pub mod frame;
pub mod heatmap;
pub mod keys;
pub mod legend;
pub mod long;
pub mod notice;
pub mod palette;
pub mod plate;
pub mod rail;
pub mod reading;
pub mod report;
pub mod say;
pub mod scene;
pub mod share;
pub mod suggest;
pub mod talkers;
pub mod tiles;
pub mod time_control;
pub mod timeline;
pub mod timeline_words;
pub mod top_bar;
pub mod unknown;
