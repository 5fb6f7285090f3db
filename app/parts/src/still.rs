//! The picture a server draws, in the place where a canvas draws it once the page is alive: readable before scripts
//! run and without them.

use leptos::prelude::*;

/// Up to which page width a size is meant, and the size in CSS pixels. The box on screen has the same proportions
/// (`style/panels.css`), so that nothing moves and nothing is distorted when the canvas takes its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StillSize {
    /// The media query; empty for all others.
    pub media: &'static str,
    /// Width in CSS pixels.
    pub width_css: u32,
    /// Height in CSS pixels.
    pub height_css: u32,
}

impl StillSize {
    fn by_width(&self) -> &'static str {
        if self.media.is_empty() { "(min-width: 0)" } else { self.media }
    }
}

/// Where a picture lies, by its size and its theme (`light`, `dark`).
pub type Address = Box<dyn Fn(&StillSize, &'static str) -> String + Send>;

/// Pictures of one thing in several sizes and both themes.
#[component]
pub fn Still(
    /// The sizes, narrowest first, the last for everything wider.
    sizes: Vec<StillSize>,
    /// Where they lie.
    src: Address,
    /// What it shows.
    alt: String,
) -> impl IntoView {
    let source = |theme: &'static str, size: &StillSize| {
        let by_width = size.by_width();
        let media = match theme {
            "dark" => format!("(prefers-color-scheme: dark) and {by_width}"),
            _ => by_width.to_owned(),
        };
        // A script of the shell replaces the media when the person chose a theme against the system's.
        view! { <source srcset=src(size, theme) media=media data-theme=theme data-width=by_width/> }
    };
    let dark = sizes.iter().map(|size| source("dark", size)).collect_view();
    let light = sizes.iter().map(|size| source("light", size)).collect_view();
    let last = sizes.last().map(|size| (src(size, "light"), size.width_css, size.height_css));
    let (fallback, width, height) = last.unwrap_or_default();
    view! {
        <picture class="still">
            {dark} {light} <img src=fallback alt=alt width=width height=height decoding="async"/>
        </picture>
    }
}
