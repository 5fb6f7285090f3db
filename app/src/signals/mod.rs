//! What moves: the link, answers, sizes, time. Each file is one source of signals; none of them draws anything.

pub mod browser;
pub mod latest;
pub mod use_box;
pub mod use_clock;
pub mod use_link;
pub mod use_progress;
pub mod use_theme;
