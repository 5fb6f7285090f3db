//! The line between the tiles and the pictures: what changed, or why there is nothing to see and what to do.

use super::notice::{Notice, notice};
use super::scene::{Scene, use_scene};
use crate::headline::{Headline, Lead, Part, Tone};
use crate::range::span_said;
use crate::signals::latest::Load;
use contract::Page;
use contract::{Filter, Moment, Refusal, View};
use leptos::prelude::*;
use parts::icon::{self, Pictogram};
use parts::words::sentence;

/// The line itself.
#[component]
pub fn Say(
    /// What changed.
    headline: ReadSignal<Load<Headline>>,
) -> impl IntoView {
    let scene = use_scene();
    let said = Memo::new(move |_| {
        let notice = scene.summary.with(|load| {
            scene.reading.progress.with(|progress| {
                scene.link.asked.with(|asked| match &asked.fault {
                    Some(_) => None,
                    None => notice(load.value.as_deref(), progress, asked),
                })
            })
        });
        match notice {
            Some(notice) => explain(scene, notice),
            None => headline.with(|load| match (&load.value, &load.refusal) {
                (Some(headline), _) => headline.as_ref().clone(),
                (None, Some(refusal)) => refused(refusal),
                (None, None) => Headline::default(),
            }),
        }
    });
    view! { <Line said=said.into()/> }
}

/// A sentence with its weight and the place it leads to.
#[component]
pub fn Line(
    /// What it says.
    said: Signal<Headline>,
) -> impl IntoView {
    let scene = use_scene();
    let tone = move || match said.with(|said| said.tone) {
        Tone::Quiet => "quiet",
        Tone::Reject => "reject",
        Tone::Unknown => "unknown",
    };
    let part = |part: Part| {
        let (class, text) = match part {
            Part::Plain(text) => ("", text),
            Part::Strong(text) => ("strong", text),
            Part::Code(text) => ("code", text),
        };
        view! { <span class=class>{text}</span> }
    };
    let here = scene.link.page;
    let lead = move |lead: Lead| {
        let stays = lead.address.split('?').next() == Some(here.path());
        view! {
            <a href=lead.address data-noscroll=stays.then_some("")>{lead.label} <Pictogram icon=icon::ONWARD/></a>
        }
    };
    view! {
        <div class="say" data-tone=tone role="status">
            <p>{move || said.with(|s| s.parts.clone()).into_iter().map(part).collect_view()}</p>
            {move || said.with(|s| s.lead.clone()).map(lead)}
        </div>
    }
}

/// A refusal as a sentence; the panels offer the cure.
pub fn refused(refusal: &Refusal) -> Headline {
    let unquoted = |text: &str| text.replace('`', "");
    let parts = vec![
        Part::Strong(unquoted(&sentence(&refusal.message))),
        Part::Plain(format!(" {}", unquoted(&refusal.hint))),
    ];
    Headline { parts, tone: Tone::Unknown, lead: None }
}

/// A notice as a sentence with its cure.
fn explain(scene: Scene, notice: Notice) -> Headline {
    let plain = |text: &str| Part::Plain(text.to_owned());
    let (tone, parts, lead) = match notice {
        Notice::SourceRefused { name, refusal } => {
            let mut parts = refused(&refusal).parts;
            if !refusal.message.contains(&name) {
                parts.splice(0..0, [Part::Code(name), plain(" ")]);
            }
            (Tone::Unknown, parts, None)
        }
        Notice::FirstReading => {
            let parts = vec![
                Part::Strong("Reading the first objects.".to_owned()),
                plain(" Records appear here as they arrive."),
            ];
            (Tone::Quiet, parts, None)
        }
        Notice::NoObjects { names } => (Tone::Unknown, no_objects(&names), None),
        Notice::Outside { held } => {
            let words = span_said(held, scene.zone_offset_secs());
            let parts = vec![
                Part::Strong("No records in this range.".to_owned()),
                Part::Plain(format!(" The logs hold {words}.")),
            ];
            let view = View { from: Moment::At(held.from), to: Moment::At(held.to), ..scene.link.view() };
            (
                Tone::Unknown,
                parts,
                Some(Lead { label: "Go there".to_owned(), address: scene.link.address(&view) }),
            )
        }
        Notice::FilterMatchesNothing => {
            let view = scene.link.view();
            let parts = vec![
                Part::Strong("No record matches".to_owned()),
                plain(" "),
                Part::Code(view.filter.to_string()),
                plain(" in this range."),
            ];
            let address = scene.link.address(&View { filter: Filter::default(), ..view });
            (Tone::Unknown, parts, Some(Lead { label: "Clear the filter".to_owned(), address }))
        }
        Notice::Silence => {
            let parts = vec![
                Part::Strong("No records in this range,".to_owned()),
                plain(" though there are some before and after. Widen the range to see them."),
            ];
            let address = Page::Coverage.elsewhere(&scene.link.view());
            let lead = Lead { label: "Was anything delivered?".to_owned(), address };
            (Tone::Unknown, parts, Some(lead))
        }
    };
    Headline { parts, tone, lead }
}

fn no_objects(names: &[String]) -> Vec<Part> {
    let mut parts = vec![Part::Strong("No flow-log objects".to_owned()), Part::Plain(" under ".to_owned())];
    match names {
        [] => parts.push(Part::Plain("any source: start Weir with --source".to_owned())),
        names => parts.push(Part::Code(names.join(", "))),
    }
    parts.push(Part::Plain(". Weir looks for ".to_owned()));
    parts.push(Part::Code("AWSLogs/ACCOUNT/vpcflowlogs/REGION/YYYY/MM/DD/".to_owned()));
    parts.push(Part::Plain(" below each source, and looks again every minute.".to_owned()));
    parts
}
