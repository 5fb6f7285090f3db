//! What flows from where to where (a Sankey diagram): knots at both sides, and a band for each pair of them.

use super::way;
use chart::sankey::{self, KNOT_CSS, Layout, Ribbon, Side};
use contract::report::{Band, Bands, Knot};
use leptos::prelude::*;

/// The width in units of its own: bands are stretched to whatever width there is.
const ACROSS: u32 = 1_000;

/// The picture.
pub fn draw(id: &str, picture: Bands) -> impl IntoView + use<> {
    let layout = Layout::of(&picture);
    let shapes: Vec<String> = layout.bands.iter().map(|(_, ribbon)| outline(ribbon)).collect();
    let bands = || layout.bands.iter().map(|(band, _)| band).zip(&shapes);
    let mark = |(band, shape): (&Band, &String)| {
        let hue = sankey::hue(&picture, band).map_or_else(|| "rest".to_owned(), |hue| format!("h{hue}"));
        view! { <path class=hue d=shape.clone()/> }
    };
    let marks = bands().map(mark).collect_view();
    let link = |(band, shape): (&Band, &String)| {
        let name = |knots: &[Knot], place: usize| knots.get(place).map(sankey::named).unwrap_or_default();
        let (from, to) = (name(&picture.sources, band.from), name(&picture.targets, band.to));
        let says = format!("{from} to {to}: {}", band.text);
        way(band.href.clone(), says, view! { <path d=shape.clone()/> })
    };
    let links = bands().map(link).collect_view();
    let bars = |side: &Side, x: u32| {
        let bar = |(top, height): &(f64, f64)| {
            view! { <path class="knot" d=format!("M{x} {top:.1}v{height:.1}")/> }
        };
        side.knots.iter().map(bar).collect_view()
    };
    let (bars_left, bars_right) = (bars(&layout.left, 0), bars(&layout.right, ACROSS));
    let height_css = layout.height_css();
    let (view_box, height) = (format!("0 0 {ACROSS} {height_css}"), height_css.to_string());
    let over_box = view_box.clone();
    view! {
        <div class="sankey">
            {names(&picture.sources, &layout.left, height_css)}
            <div class="plot">
                <svg role="img" aria-labelledby=format!("{id}-said") viewBox=view_box height=height.clone() preserveAspectRatio="none">
                    {marks}{bars_left}{bars_right}
                </svg>
                <svg class="over" aria-hidden="true" viewBox=over_box height=height preserveAspectRatio="none">{links}</svg>
            </div>
            {names(&picture.targets, &layout.right, height_css)}
        </div>
    }
}

fn names(knots: &[Knot], side: &Side, height_css: f64) -> impl IntoView + use<> {
    let name = |(knot, (top, height)): (&Knot, &(f64, f64))| {
        let place = format!("top:{top:.1}px;height:{:.1}px", height.max(KNOT_CSS));
        let named = (!knot.name.is_empty()).then(|| view! { <i>{knot.name.clone()}", "</i> });
        let look = if knot.is_rest { "rest" } else { "" };
        view! { <span class=look style=place>{named}<b>{knot.label.clone()}</b>" "<small>{knot.text.clone()}</small></span> }
    };
    let names = knots.iter().zip(&side.knots).map(name).collect_view();
    view! { <div class="names" aria-hidden="true" style=format!("height:{height_css}px")>{names}</div> }
}

/// The outline of a band.
fn outline(Ribbon { from, to, height }: &Ribbon) -> String {
    let (far, half) = (ACROSS, ACROSS / 2);
    format!(
        "M0 {from:.1}C{half} {from:.1} {half} {to:.1} {far} {to:.1}v{height:.1}C{half} {:.1} {half} {:.1} 0 {:.1}z",
        to + height,
        from + height,
        from + height,
    )
}
