//! Pictures of flows: painters over any plotters surface, their geometry, their colours and their words.
//!
//! A painter takes an answer of `contract` and a [`Look`] and draws on a plotters drawing area: an SVG document or a
//! raster on the server, a canvas in the browser. Layout is arithmetic in CSS pixels ([`Plot`]) and never measures
//! text, so a picture drawn on the server and the one that replaces it in the browser have everything in the same
//! place. Knows nothing of leptos, of the network and of where answers come from.

mod cells;
pub mod change;
#[cfg(feature = "files")]
pub mod figure;
mod hatch;
pub mod heatmap;
mod legend;
pub mod letters;
mod pen;
pub mod plot;
#[cfg(feature = "files")]
pub mod png;
pub mod ramp;
#[cfg(feature = "files")]
mod raster;
#[cfg(feature = "files")]
pub mod sankey;
pub mod sentence;
mod stack;
#[cfg(target_arch = "wasm32")]
pub mod surface;
#[cfg(feature = "files")]
pub mod svg;
pub mod ticks;
pub mod timeline;
pub mod tokens;
#[cfg(feature = "files")]
mod vector;
#[cfg(feature = "files")]
pub mod waterfall;

#[cfg(test)]
mod sample;

pub use plot::Plot;
pub use ticks::axis_unit;
pub use tokens::{Ink, Theme, Tokens};

use contract::{Heights, Mark, Scale, View};

/// How a picture is drawn, apart from what it shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The colours.
    pub tokens: Tokens,
    /// Device pixels per CSS pixel of the surface.
    pub ratio: f64,
    /// What is added to UTC where times are printed, seconds.
    pub zone_offset_secs: i64,
    /// How values map to the colours of a heatmap.
    pub scale: Scale,
    /// How the layers of a timeline stand on each other.
    pub heights: Heights,
    /// The level drawn across a timeline.
    pub mark: Mark,
    /// The one series of a timeline to draw, by its index; `None` draws all.
    pub only: Option<usize>,
}

impl Look {
    /// The plain look of `theme`: UTC, linear, all series, one device pixel per CSS pixel.
    pub const fn of(theme: Theme) -> Look {
        Look {
            tokens: Tokens::of(theme),
            ratio: 1.0,
            zone_offset_secs: 0,
            scale: Scale::Linear,
            heights: Heights::Stacked,
            mark: Mark::None,
            only: None,
        }
    }

    /// The look a view asks for.
    pub const fn asked(self, view: &View) -> Look {
        Look { scale: view.scale, heights: view.heights, mark: view.mark, ..self }
    }
}

impl Default for Look {
    fn default() -> Self {
        Look::of(Theme::Light)
    }
}

/// Longest side of a picture in CSS pixels: no screen is larger, and the size comes from the asker.
pub const SIDE_LIMIT_CSS: u32 = 4_000;
/// Shortest side of a picture in CSS pixels.
#[cfg(feature = "files")]
const SIDE_LEAST_CSS: u32 = 16;

/// An asked side within the limits.
#[cfg(feature = "files")]
fn side_css(asked: u32) -> u32 {
    asked.clamp(SIDE_LEAST_CSS, SIDE_LIMIT_CSS)
}

/// A picture could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PaintError {
    /// The surface refused a mark.
    #[error("the surface refused a mark of the picture")]
    Refused {
        /// What the surface said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no buffer of that size.
    #[error("no pixel buffer of {width} by {height} pixels can be had, ask for a smaller picture")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}
