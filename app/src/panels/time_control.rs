//! The time range: earlier, later, wider, presets, a range of one's own, the zone; and how often the view asks again.

use super::scene::use_scene;
use crate::api;
use crate::range::{self, PRESETS, Way};
use crate::signals::use_link::hidden_fields;
use chart::ticks::zone_name;
use contract::human::utc;
use contract::{Moment, Refresh, Refusal, View, Zone};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::{ev, web_sys};
use parts::choice::Choice;
use parts::icon::{self, Icon, Pictogram};
use parts::menu::{Choices, Menu};
use parts::words::{sentence, words};

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

/// The box in which a range is said.
pub const RANGE_BOX: &str = "range-box";

/// What a range may be, for who does not know.
const EXAMPLES: &str =
    "yesterday, last 90 minutes, last tuesday 14:00 for 2h, since monday, 2026-11-20 14:00 to 16:30";

/// A range of one's own, as people say it. The server reads it: its grammar would be a download.
#[component]
fn OwnRange() -> impl IntoView {
    let scene = use_scene();
    let link = scene.link;
    let input = NodeRef::<Input>::new();
    let refused = RwSignal::new(None::<Refusal>);
    let text = move || {
        link.asked.with(|asked| {
            let end = |moment| match moment {
                Moment::At(unix) => utc(unix).to_string(),
                relative => relative.to_string(),
            };
            format!("{} to {}", end(asked.view.from), end(asked.view.to))
        })
    };
    let apply = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        spawn_local(async move {
            let now = scene.now_untracked();
            let offset_secs = scene.offset_at(now);
            let typed = input.value();
            match api::when(typed.clone(), now, offset_secs).await {
                Ok((from, to)) => {
                    refused.set(None);
                    close(&input);
                    // The server knows the offset of now; that of then may be another.
                    let then = |moment| match moment {
                        Moment::At(unix) => Moment::At(unix + offset_secs - scene.offset_at(unix)),
                        relative => relative,
                    };
                    link.push(&View { from: then(from), to: then(to), ..link.view_now() });
                }
                Err(error) => {
                    select_fault(&input, &typed, error.0.at);
                    refused.set(Some(error.0));
                }
            }
        });
    };
    let hidden = move || {
        let mut fields = link.asked.with(|asked| hidden_fields(&asked.view, &["from", "to"]));
        fields.push(("page".to_owned(), link.page.path().to_owned()));
        fields
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view()
    };
    let hint = move || match refused.get() {
        Some(refusal) => format!("{} {}", sentence(&refusal.message), refusal.hint),
        None => EXAMPLES.to_owned(),
    };
    let invalid = move || refused.with(Option::is_some).then_some("true");
    view! {
        <form class="own-range" action="/api/v1/when" method="get" on:submit=apply>
            {hidden}
            <label for=RANGE_BOX>"Say a range"</label>
            <input id=RANGE_BOX node_ref=input type="text" name="text" autocomplete="off" spellcheck="false" aria-invalid=invalid aria-describedby="range-hint" value=text prop:value=text/>
            <p id="range-hint" class="hint" role="status">{move || words(&hint())}</p>
            <button class="ctl primary" type="submit">"Apply"</button>
        </form>
    }
}

/// Closes the menu around the box and gives the focus back to its button.
fn close(input: &web_sys::HtmlInputElement) {
    if let Ok(Some(menu)) = input.closest("details") {
        // Removing an attribute does not fail.
        let _ = menu.remove_attribute("open");
        let button = menu.query_selector("summary").ok().flatten();
        if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            // A button that has just been removed cannot take the focus, and need not.
            let _ = button.focus();
        }
    }
}

/// Selects the part of the text that was not understood, so that typing replaces it.
fn select_fault(input: &web_sys::HtmlInputElement, typed: &str, at: Option<(usize, usize)>) {
    let Some((at, len)) = at else { return };
    let letters = |bytes: usize| typed.get(..bytes).unwrap_or(typed).encode_utf16().count() as u32;
    // A selection beyond the end is cut by the browser.
    let _ = input.set_selection_range(letters(at), letters(at + len));
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
