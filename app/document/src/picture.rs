//! A panel with a picture that the server draws, in sizes for phones and desks and in both themes.

use super::head::panel;
use contract::report::Picture;
use leptos::prelude::*;
use parts::still::{Address, Still, StillSize};

/// CSS pixels across by the page's width: the same as the timeline's, so that panels line up.
const WIDTHS: [(&str, u32); 3] = [("(max-width: 760px)", 364), ("(max-width: 1100px)", 920), ("", 1_210)];

/// The panel.
pub fn draw(Picture { head, src, alt, height_css }: Picture) -> impl IntoView {
    let sizes = WIDTHS.map(|(media, width_css)| StillSize { media, width_css, height_css }).to_vec();
    let joint = if src.contains('?') { '&' } else { '?' };
    let src: Address = Box::new(move |size, theme| {
        let StillSize { width_css, height_css, .. } = size;
        format!("{src}{joint}width={width_css}&height={height_css}&theme={theme}")
    });
    panel(head, view! { <div class="report-picture"><Still sizes src alt/></div> })
}
