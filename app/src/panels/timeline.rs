//! Traffic over time: the stacked curves with their controls, legend and table.

use super::brush;
use super::foot::Foot;
use super::frame::{Frame, faces};
use super::legend::Legend;
use super::plate::{Easel, Plate, Reader, Spot, use_easel};
use super::scene::{Scene, use_scene};
use super::timeline_words::{self, is_whole};
use crate::api;
use crate::question;
use crate::signals::latest::{First, Load, latest};
use crate::signals::use_link::{Link, address};
use chart::{Look, Plot, sentence, timeline as painter};
use contract::{Compare, Dimension, Heights, Mark, Measure, Refusal, Timeline, View, link};
use leptos::prelude::*;
use parts::choice::Choice;
use parts::data_table::{DataTable, Sheet};
use parts::icon;
use parts::menu::{Choices, Menu};
use parts::seam::Seam;
use parts::segmented::Segmented;
use parts::still::{Still, StillSize};
use std::sync::Arc;

/// The sizes the server draws it in; `style/panels.css` gives the box the same proportions at the same widths.
const SIZES: [StillSize; 3] = [
    StillSize { media: "(max-width: 760px)", width_css: 364, height_css: 200 },
    StillSize { media: "(max-width: 1100px)", width_css: 920, height_css: 240 },
    StillSize { media: "", width_css: 1_210, height_css: 250 },
];
/// The same, for the box.
const PROPORTIONS: &str = "--wide:1210/250;--middle:920/240;--narrow:364/200";

/// The address of a file made from the current question; `kind` is `.csv`, `.svg`, `.png`, or empty for JSON.
fn file(kind: &'static str, link: Link) -> impl Fn() -> String + Copy {
    move || {
        let question =
            link.asked.with(|asked| question::timeline_picture(&asked.view, question::TIMELINE_NOMINAL_CSS));
        format!("/api/v1/timeline{kind}?{}", link::encode(&question))
    }
}

/// The panel.
#[component]
pub fn TimelinePanel(
    /// The legend that came with the page.
    first: Option<Result<Timeline, Refusal>>,
) -> impl IntoView {
    let scene = use_scene();
    let easel = use_easel();
    let still = still(scene.link, first.as_ref());
    let key = move || {
        let width_css = easel.size.get()?.width_css;
        scene.key(|view| question::timeline(view, width_css))
    };
    let ask = |view: View| async move { api::timeline(link::encode(&view)).await.map_err(Refusal::from) };
    let load = latest(First::part(first), key, ask);
    let picture = Signal::derive(move || load.with(|load| load.value.clone()));
    let plot = paint(scene, easel, load);
    let description = move || {
        picture.get().map_or_else(String::new, |picture| match is_whole(&picture) {
            true => sentence::timeline(&picture, scene.zone_offset_secs()),
            false => "Traffic over time".to_owned(),
        })
    };
    let (face, busy) = faces(load);
    let show_table = RwSignal::new(false);
    let sheet = Signal::derive(move || {
        picture.get().map(|p| timeline_words::sheet(&p, scene.zone_offset_secs())).unwrap_or_default()
    });
    let sub = move || {
        let heights = scene.link.asked.with(|asked| asked.view.heights);
        picture.get().map(|picture| timeline_words::caption(&picture, heights)).unwrap_or_default()
    };
    let foot = view! { <Foot load provenance=|t: &Timeline| &t.provenance links=().erased()/> }.piece();
    view! {
        <Frame id="timeline" title="Traffic over time" sub=Signal::derive(sub) face busy controls=controls(scene.link, show_table) foot>
            <Plate easel plot reader=reader(scene, load) description=Signal::derive(description) proportions=PROPORTIONS still/>
            <TableBehind show_table sheet/>
            <Legend picture link=scene.link/>
        </Frame>
    }
}

/// The image that stands in for the canvas at first; its address must not follow the link, or it would be fetched with
/// every step.
fn still(link: Link, first: Option<&Result<Timeline, Refusal>>) -> AnyView {
    if matches!(first, Some(Err(_))) {
        return ().erased();
    }
    let view = link.asked.with_untracked(|asked| asked.view.clone());
    let src = move |size: &StillSize, theme: &'static str| {
        let text = link::encode(&question::timeline_picture(&view, f64::from(size.width_css)));
        let StillSize { width_css, height_css, .. } = size;
        format!("/api/v1/timeline.svg?{text}&width={width_css}&height={height_css}&theme={theme}")
    };
    view! { <Still sizes=SIZES.to_vec() src=Box::new(src) alt="Traffic over time".to_owned()/> }.piece()
}

/// Paints the picture as it changes; where things lie on it.
fn paint(scene: Scene, easel: Easel, load: ReadSignal<Load<Timeline>>) -> Memo<Option<Plot>> {
    // How it is drawn is no part of the question: a choice paints anew and asks nothing.
    let drawn = Memo::new(move |_| scene.link.asked.with(|asked| (asked.view.heights, asked.view.mark)));
    let look = move |ratio: f64| {
        let (heights, mark) = drawn.get();
        let zone_offset_secs = scene.zone_offset_secs();
        Look { ratio, zone_offset_secs, heights, mark, ..Look::of(scene.theme()) }
    };
    easel.paint_with(move |canvas, size| {
        load.with(|load| match load.value.as_ref().filter(|picture| is_whole(picture)) {
            Some(picture) => brush::timeline(canvas, size, picture, &look(size.ratio)),
            None => false,
        })
    });
    Memo::new(move |_| {
        let size = easel.size.get()?;
        load.with(|load| {
            let picture = load.value.as_ref().filter(|picture| is_whole(picture))?;
            Some(painter::plot(picture, &look(size.ratio), size.width_css, size.height_css))
        })
    })
}

fn reader(scene: Scene, load: ReadSignal<Load<Timeline>>) -> Reader {
    let tip = move |spot: Spot, width_css: f64| {
        let how = (scene.link.asked.with(|asked| asked.view.heights), scene.zone_offset_secs());
        load.with(|load| timeline_words::tip(load.value.as_ref()?, spot, width_css, how))
    };
    let told = move |spot: Spot| {
        let offset_secs = scene.zone_offset_secs();
        load.with(|load| load.value.as_ref().map(|p| timeline_words::told(p, spot, offset_secs)))
            .unwrap_or_default()
    };
    // A click on the curves alone does nothing: the legend isolates, and a slip of the hand should not.
    Reader { tip: Arc::new(tip), told: Arc::new(told), pick: Arc::new(|_| {}) }
}

/// Views one may go on to, as links with their labels; the one that is looked at is in force.
fn choices(link: Link, list: fn(&View) -> Vec<(String, View)>) -> Signal<Vec<Choice>> {
    Signal::derive(move || {
        let here = link.view();
        let choice = |(label, view): (String, View)| {
            let current = view == here;
            Choice { label, current, href: address(&view) }
        };
        list(&here).into_iter().map(choice).collect()
    })
}

fn controls(link: Link, show_table: RwSignal<bool>) -> AnyView {
    let measures = choices(link, |here| {
        let to = |measure: &Measure| (measure.label().to_owned(), View { measure: *measure, ..here.clone() });
        Measure::ALL.iter().map(to).collect()
    });
    let splits = choices(link, |here| {
        let to = |split: Dimension| (split.label().to_owned(), View { split, ..here.clone() });
        Dimension::ALL.into_iter().map(to).collect()
    });
    let within = choices(link, |here| {
        let label = |within: Dimension| match within {
            Dimension::None => "Once only".to_owned(),
            within => format!("then {}", lower_first(within.label())),
        };
        let to = |within: Dimension| (label(within), View { within, ..here.clone() });
        Dimension::ALL.into_iter().map(to).collect()
    });
    let heights = choices(link, |here| {
        let to = |heights: &Heights| (heights.label().to_owned(), View { heights: *heights, ..here.clone() });
        Heights::ALL.iter().map(to).collect()
    });
    let marks = choices(link, |here| {
        let to = |mark: &Mark| (mark.label().to_owned(), View { mark: *mark, ..here.clone() });
        Mark::ALL.iter().map(to).collect()
    });
    let times = choices(link, |here| {
        let to = |time: &Compare| (time.label().to_owned(), View { compare: *time, ..here.clone() });
        Compare::ALL.iter().map(to).collect()
    });
    let split = Signal::derive(move || match link.asked.with(|asked| asked.view.splits()) {
        [Dimension::None, _] => "Not split".to_owned(),
        [split, Dimension::None] => format!("By {}", lower_first(split.label())),
        [split, within] => format!("By {}, {}", lower_first(split.label()), lower_first(within.label())),
    });
    let height = Signal::derive(move || link.asked.with(|asked| asked.view.heights.label().to_owned()));
    let time = Signal::derive(move || match link.asked.with(|asked| asked.view.compare) {
        Compare::Off => "Compare".to_owned(),
        time => format!("vs. {}", lower_first(time.label())),
    });
    view! {
        <Segmented label="Measure" choices=measures/>
        <Menu label=split name="Split" look="ctl small" side="right">
            <div class="twice"><Choices choices=splits/><Choices choices=within/></div>
        </Menu>
        <Menu label=height name="Heights" look="ctl small" side="right">
            <Choices choices=heights/>
            <h4>"Line across"</h4>
            <Choices choices=marks/>
        </Menu>
        <Menu label=time name="Compare with" look="ctl small" side="right"><Choices choices=times/></Menu>
        <TableToggle show_table/>
        <Menu label="" name="Take away" look="ctl small ghost" picture=icon::MORE bare=true side="right">
            <ul class="choices">
                <li><a href=file(".csv", link) rel="external" download="weir-timeline.csv">"CSV"</a></li>
                <li><a href=file("", link) rel="external" target="_blank">"JSON"</a></li>
                <li><a href=file(".svg", link) rel="external" target="_blank">"Picture, SVG"</a></li>
                <li><a href=file(".png", link) rel="external" target="_blank">"Picture, PNG"</a></li>
            </ul>
        </Menu>
    }
    .piece()
}

/// `Service port` within a sentence; abbreviations keep their capitals.
pub fn lower_first(label: &str) -> String {
    let is_abbreviation = label.chars().nth(1).is_some_and(char::is_uppercase);
    if is_abbreviation { label.to_owned() } else { label.to_ascii_lowercase() }
}

/// The numbers, while they are shown.
#[component]
pub fn TableBehind(
    /// Whether they are.
    show_table: RwSignal<bool>,
    /// The numbers.
    sheet: Signal<Sheet>,
) -> impl IntoView {
    move || show_table.get().then(|| view! { <DataTable sheet/> })
}

/// Shows the numbers in the place of the picture.
#[component]
pub fn TableToggle(
    /// Whether the table is shown.
    show_table: RwSignal<bool>,
) -> impl IntoView {
    let pressed = move || if show_table.get() { "true" } else { "false" };
    view! {
        <button class="ctl small ghost js-only" type="button" aria-label="Table" aria-pressed=pressed on:click=move |_| show_table.update(|shown| *shown = !*shown)>
            <icon::Pictogram icon=icon::TABLE/> <span class="label">"Table"</span>
        </button>
    }
}
