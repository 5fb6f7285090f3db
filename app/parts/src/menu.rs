//! A control that opens a sheet. Built on `details`, so that it opens without scripts; with them it also closes on a
//! choice, on Escape and on a click elsewhere.

use super::choice::Choice;
use super::icon::{self, Pictogram};
use crate::seam::Pieces;
use leptos::html::Details;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::{ev, web_sys};

/// A button that opens a sheet with `children`.
#[component]
pub fn Menu(
    /// What the button says.
    #[prop(into)]
    label: Signal<String>,
    /// A paler word behind the label.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What the button is for, for people who do not see the sheet.
    name: &'static str,
    /// How the control looks: `ctl`, `ctl small`, `ctl ghost`.
    #[prop(default = "ctl")]
    look: &'static str,
    /// A pictogram before the label.
    #[prop(optional)]
    picture: Option<icon::Icon>,
    /// Whether the label is only spoken and the pictogram stands alone.
    #[prop(optional)]
    bare: bool,
    /// Which edge of the button the sheet keeps to: `left` or `right`.
    #[prop(default = "left")]
    side: &'static str,
    /// The sheet.
    children: Pieces,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let close = move || node.get_untracked().inspect(|details| details.set_open(false));
    close_on_click_elsewhere(node);
    let on_key = move |event: ev::KeyboardEvent| {
        let is_open = node.get_untracked().is_some_and(|details| details.open());
        if event.key() == "Escape" && is_open {
            event.stop_propagation();
            let summary = close().and_then(|details| details.query_selector("summary").ok().flatten());
            focus(summary);
        }
    };
    let on_choice = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|t| matches!(t.closest("a, [data-closes]"), Ok(Some(_)))) {
            close();
        }
    };
    let spoken = move || format!("{name} {}{}", label.get(), hint.get()).trim().to_owned();
    let text = move || if bare { String::new() } else { label.get() };
    view! {
        <details class="menu" node_ref=node on:keydown=on_key>
            <summary class=look aria-label=spoken title=name>
                {picture.map(|icon| view! { <Pictogram icon/> })}
                <span class="label">{text}</span>
                <span class="hint">{hint}</span>
                {(!bare).then(|| view! { <Pictogram icon=icon::DOWN/> })}
            </summary>
            <div class=format!("sheet {side}") on:click=on_choice>
                {children.made()}
            </div>
        </details>
    }
}

fn focus(element: Option<web_sys::Element>) {
    if let Some(element) = element.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that has just been removed cannot take the focus, and need not.
        let _ = element.focus();
    }
}

fn close_on_click_elsewhere(node: NodeRef<Details>) {
    Effect::new(move |_| {
        let handle = window_event_listener(ev::pointerdown, move |event| {
            let Some(details) = node.try_get_untracked().flatten().filter(|details| details.open()) else {
                return;
            };
            let target = event.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok());
            if !details.contains(target.as_ref()) {
                details.set_open(false);
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Alternatives one below the other, as links.
#[component]
pub fn Choices(
    /// The alternatives.
    choices: Signal<Vec<Choice>>,
) -> impl IntoView {
    let item = |choice: Choice| {
        let current = choice.current.then_some("true");
        view! {
            <li>
                <a href=choice.href data-noscroll="" aria-current=current>
                    <span class="label">{choice.label}</span>
                    <Pictogram icon=icon::CHOSEN/>
                </a>
            </li>
        }
    };
    view! { <ul class="choices">{move || choices.get().into_iter().map(item).collect_view()}</ul> }
}
