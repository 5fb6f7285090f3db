//! The few things only a browser knows: sizes, pixel density, the reader's zone and theme, the clipboard.
//! On the server each of them has an inert twin, so that nothing else needs to be compiled twice by hand.

#[cfg(target_arch = "wasm32")]
mod live;
#[cfg(target_arch = "wasm32")]
pub use live::{
    Watch, copy, drawn_way, fonts_ready, get_text, keep, kept, load, monotonic_secs, origin, remember_theme,
    theme, to_copy, watch_size, watch_system_theme, zone_offset_secs,
};

#[cfg(not(target_arch = "wasm32"))]
mod inert;
#[cfg(not(target_arch = "wasm32"))]
pub use inert::{
    Watch, copy, drawn_way, fonts_ready, get_text, keep, kept, load, monotonic_secs, origin, remember_theme,
    theme, to_copy, watch_size, watch_system_theme, zone_offset_secs,
};

/// Where the chosen theme is remembered in `localStorage`.
pub const THEME_KEY: &str = "weir-theme";
/// Where the filters used last are remembered, one a line, the last first.
pub const FILTERS_KEY: &str = "weir-filters";
