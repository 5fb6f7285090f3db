//! The time range: earlier, later, wider, presets, a range of one's own, the zone; and how often the view asks again.

use super::frame::sentence;
use super::scene::{Scene, use_scene};
use crate::chart::ticks::zone_name;
use crate::parts::choice::Choice;
use crate::parts::icon::{self, Icon, Pictogram};
use crate::parts::menu::{Choices, Menu};
use crate::range::{self, PRESETS, Way};
use crate::signals::use_link::hidden_fields;
use contract::human::utc;
use contract::{Moment, Refresh, View, Zone};
use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;

/// Earlier, the range, later, wider.
#[component]
pub fn TimeControl() -> impl IntoView {
    let scene = use_scene();
    let link = scene.link;
    let presets = Signal::derive(move || {
        let choice = |(label, secs): (&str, i64)| {
            let view = link.view();
            let (from, to) = (Moment::Now { minus: secs }, Moment::NOW);
            let current = view.from == from && view.to == to;
            Choice { label: label.to_owned(), current, href: link.address(&View { from, to, ..view }) }
        };
        PRESETS.into_iter().map(choice).collect::<Vec<_>>()
    });
    let zones = Signal::derive(move || {
        let choice = |zone: &Zone| {
            let view = link.view();
            Choice {
                label: if *zone == Zone::Utc { "UTC".to_owned() } else { "My time".to_owned() },
                current: view.zone == *zone,
                href: link.address(&View { zone: *zone, ..view }),
            }
        };
        Zone::ALL.iter().map(choice).collect::<Vec<_>>()
    });
    let label =
        Signal::derive(move || link.asked.with(|asked| range::said(&asked.view, scene.zone_offset_secs())));
    let zone = Signal::derive(move || format!(" {}", zone_name(scene.zone_offset_secs())));
    let to = move |change: fn(&View, i64) -> Option<View>| {
        Signal::derive(move || {
            link.asked.with(|asked| change(&asked.view, scene.now())).map(|view| link.address(&view))
        })
    };
    view! {
        <div class="time" role="group" aria-label="Time range">
            <Step icon=icon::EARLIER name="Earlier" to=to(|view, now| range::moved(view, now, Way::Earlier))/>
            <Menu label hint=zone name="Time range" side="right">
                <div class="times">
                    <Choices choices=presets/>
                    <OwnRange/>
                    <h4>"Times in"</h4>
                    <Choices choices=zones/>
                </div>
            </Menu>
            <Step icon=icon::LATER name="Later" to=to(|view, now| range::moved(view, now, Way::Later))/>
            <Step icon=icon::WIDER name="Zoom out" to=to(range::widened)/>
        </div>
    }
}

/// A step along the time axis: a link, or a pale mark where there is nowhere to go.
#[component]
fn Step(icon: Icon, name: &'static str, to: Signal<Option<String>>) -> impl IntoView {
    let disabled = move || to.with(Option::is_none).then_some("true");
    view! {
        <a class="ctl ghost step" href=to data-noscroll="" aria-label=name title=name aria-disabled=disabled role="link">
            <Pictogram icon/>
        </a>
    }
}

/// Two fields for a range of one's own, in any form a link understands.
#[component]
fn OwnRange() -> impl IntoView {
    let scene = use_scene();
    let link = scene.link;
    let (from, to) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let refused = RwSignal::new(None::<String>);
    let text = move |end: fn(&View) -> Moment| {
        move || match link.asked.with(|asked| end(&asked.view)) {
            Moment::At(unix) => utc(unix).to_string(),
            relative => relative.to_string(),
        }
    };
    let apply = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let typed =
            |node: NodeRef<Input>| node.get_untracked().map(|input| input.value()).unwrap_or_default();
        match own_range(scene, &typed(from), &typed(to)) {
            Ok(view) => {
                refused.set(None);
                link.push(&view);
            }
            Err(why) => refused.set(Some(why)),
        }
    };
    let hidden = move || {
        let fields = link.asked.with(|asked| hidden_fields(&asked.view, &["from", "to"]));
        fields
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view()
    };
    let (from_text, to_text) = (text(|view| view.from), text(|view| view.to));
    view! {
        <form class="own-range" action=link.page.path() method="get" on:submit=apply>
            {hidden}
            <label><span>"From"</span><input node_ref=from type="text" name="from" autocomplete="off" spellcheck="false" value=from_text prop:value=from_text/></label>
            <label><span>"To"</span><input node_ref=to type="text" name="to" autocomplete="off" spellcheck="false" value=to_text prop:value=to_text/></label>
            <p class="hint" role="status">{move || refused.get().unwrap_or_else(|| "now-3h, 2026-11-20, 2026-11-20T03:00Z or Unix seconds".to_owned())}</p>
            <button class="ctl primary" type="submit">"Apply"</button>
        </form>
    }
}

/// The view over a typed range, or why there is none.
fn own_range(scene: Scene, from: &str, to: &str) -> Result<View, String> {
    let moment = |text: &str| {
        Moment::parse(text).map_err(|error| format!("{} {}", sentence(&error.to_string()), error.hint()))
    };
    let view = View { from: moment(from)?, to: moment(to)?, ..scene.link.view_now() };
    match view.asked_span(scene.now_untracked()) {
        Ok(_) => Ok(view),
        Err(refusal) => Err(format!("{} {}", sentence(&refusal.message), refusal.hint)),
    }
}

/// How often the view asks again; only a view that ends now can.
#[component]
pub fn RefreshControl() -> impl IntoView {
    let scene = use_scene();
    let link = scene.link;
    let choices = Signal::derive(move || {
        let choice = |refresh: &Refresh| {
            let view = link.view();
            Choice {
                label: match refresh {
                    Refresh::Off => "Off".to_owned(),
                    every => format!("Every {}", every.label()),
                },
                current: view.refresh == *refresh,
                href: link.address(&View { refresh: *refresh, ..view }),
            }
        };
        Refresh::ALL.iter().map(choice).collect::<Vec<_>>()
    });
    let label = Signal::derive(move || match link.asked.with(|asked| asked.view.refresh) {
        Refresh::Off => "Off".to_owned(),
        every => every.label().to_owned(),
    });
    let is_live = move || link.asked.with(|asked| asked.view.is_live());
    view! {
        <div class="refresh js-only" hidden=move || !is_live()>
            <Menu label name="Refresh" look="ctl ghost" picture=icon::AGAIN side="right">
                <ul class="choices">
                    <li><button type="button" data-closes="" on:click=move |_| scene.reading.ask_again()>"Ask again now"</button></li>
                </ul>
                <Choices choices/>
            </Menu>
        </div>
    }
}
