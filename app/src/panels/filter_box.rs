//! The filter: typed, coloured, judged while it stands there, applied by Enter. Without scripts it is a plain form.

use super::scene::use_scene;
use super::suggest::{Suggest, Suggestions};
use crate::signals::browser::{self, FILTERS_KEY};
use crate::signals::use_link::{Link, hidden_fields};
use contract::{Filter, Refusal, View, link};
use leptos::html::{Input, Span};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::{ev, web_sys};
use parts::filter_ink::FilterInk;
use parts::icon::{self, Pictogram};
use parts::seam::Seam;
use parts::words::{sentence, words};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What a filter looks like, while there is none.
const EXAMPLE: &str = "action = REJECT AND dstport IN (22, 3389) AND srcaddr IN 10.0.0.0/8";

/// What is wrong; a link's refusal names the parameter, which the box makes plain by itself.
fn said(fault: &Refusal) -> String {
    sentence(fault.message.strip_prefix("filter: ").unwrap_or(&fault.message))
}

/// Filters that are remembered on this device.
const KEPT: usize = 30;

/// Puts a filter in front of those used last.
fn keep_filter(text: &str) {
    let text = text.trim();
    if text.is_empty() || text.contains('\n') {
        return;
    }
    let before = browser::kept(FILTERS_KEY);
    let others = before.lines().filter(|line| *line != text).take(KEPT - 1);
    let all: Vec<&str> = std::iter::once(text).chain(others).collect();
    browser::keep(FILTERS_KEY, &all.join("\n"));
}

/// Where a cursor stands, in bytes; the browser counts UTF-16.
fn bytes_before(text: &str, cursor: Option<u32>) -> usize {
    let Some(cursor) = cursor else { return text.len() };
    let mut units = 0;
    let is_before = |letter: &char| {
        units += letter.len_utf16() as u32;
        units <= cursor
    };
    text.chars().take_while(is_before).map(char::len_utf8).sum()
}

/// A filter being written.
#[derive(Clone, Copy)]
struct Draft {
    link: Link,
    typed: RwSignal<String>,
    /// Set when Enter was pressed on a text that does not parse; the address stays as it was.
    refused: RwSignal<Option<Refusal>>,
    /// What is wrong, here or in the address.
    fault: Memo<Option<Refusal>>,
    /// How it may go on.
    suggest: Suggest,
    /// Which of the filters used last stands there; 0 is none of them.
    recalled: StoredValue<usize>,
}

impl Draft {
    fn new(link: Link, input: NodeRef<Input>) -> Draft {
        let typed = RwSignal::new(link.asked.with_untracked(|asked| asked.filter_text.clone()));
        let refused = RwSignal::new(None::<Refusal>);
        Effect::new(move |previous: Option<String>| {
            let applied = link.asked.with(|asked| asked.filter_text.clone());
            if previous.is_some() {
                typed.set(applied.clone());
                refused.set(None);
            }
            applied
        });
        let fault = Memo::new(move |_| {
            refused.get().or_else(|| {
                link.asked.with(|asked| {
                    let is_untouched = typed.with(|text| *text == asked.filter_text);
                    asked.fault.clone().filter(|fault| fault.at.is_some() && is_untouched)
                })
            })
        });
        Draft { link, typed, refused, fault, suggest: Suggest::below(input), recalled: StoredValue::new(0) }
    }

    fn edit(self, event: &ev::Event) {
        self.typed.set(event_target_value(event));
        self.refused.set(None);
        self.complete();
    }

    /// Asks how the text may go on where the cursor stands.
    fn complete(self) {
        let typed = self.suggest.typed();
        let cursor =
            self.suggest.input.get_untracked().and_then(|input| input.selection_start().ok().flatten());
        let at = bytes_before(&typed, cursor);
        let filter = utf8_percent_encode(&typed, NON_ALPHANUMERIC);
        let link = link::encode(&self.link.view_now());
        self.suggest.ask(format!("/api/v1/complete.html?{link}&filter={filter}&at={at}"));
    }

    /// Puts another text into the box, with the cursor at its end.
    fn put(self, text: String) {
        self.typed.set(text.clone());
        self.refused.set(None);
        if let Some(input) = self.suggest.input.get_untracked() {
            input.set_value(&text);
        }
    }

    /// Brings back the filter that was used before the one that stands there.
    fn recall(self) {
        let kept = browser::kept(FILTERS_KEY);
        let back = self.recalled.get_value();
        if let Some(text) = kept.lines().nth(back) {
            self.recalled.set_value(back + 1);
            self.put(text.to_owned());
        }
    }

    fn apply(self) {
        self.suggest.close();
        let typed = self.typed.get_untracked();
        match Filter::parse(&typed) {
            Ok(filter) => {
                self.recalled.set_value(0);
                keep_filter(&typed);
                self.link.push(&View { filter, ..self.link.view_now() });
            }
            Err(error) => self.refused.set(Some(error.into())),
        }
    }

    fn give_up(self) {
        self.suggest.close();
        self.recalled.set_value(0);
        self.typed.set(self.link.asked.with_untracked(|asked| asked.filter_text.clone()));
        self.refused.set(None);
    }
}

/// The box; `input` is handed out so that a key can put the cursor into it.
#[component]
pub fn FilterBox(
    /// The input.
    input: NodeRef<Input>,
) -> impl IntoView {
    let link = use_scene().link;
    let draft = Draft::new(link, input);
    let pick = Callback::new(move |text: String| {
        draft.put(text);
        draft.complete();
    });
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        draft.apply();
    };
    let is_faulty = move || draft.fault.with(Option::is_some);
    let clear = move || link.address(&View { filter: Filter::default(), ..link.view() });
    let end = move || {
        match link.asked.with(|asked| asked.filter_text.is_empty()) {
        true => view! { <kbd aria-hidden="true">"/"</kbd> }.erased(),
        false => view! {
            <a class="clear" href=clear data-noscroll="" aria-label="Clear the filter" title="Clear the filter">
                <Pictogram icon=icon::CLEAR/>
            </a>
        }
        .erased(),
    }
    };
    let fault = move || {
        draft.fault.get().map(|fault| {
            view! { <p><b>{words(&said(&fault))}</b><span class="hint">{words(&fault.hint)}</span></p> }
        })
    };
    let hidden = move || {
        let fields = link.asked.with(|asked| hidden_fields(&asked.view, &["filter"]));
        let field = |(name, value)| view! { <input type="hidden" name=name value=value/> };
        fields.into_iter().map(field).collect_view()
    };
    view! {
        <form class="filter ctl" class:faulty=is_faulty role="search" action=link.page.path() method="get" on:submit=on_submit>
            {hidden}
            <FilterInput draft input/>
            {end}
            <Suggestions suggest=draft.suggest id="ways-on" name="How the filter may go on" attribute="data-text" pick/>
            <div id="filter-fault" class="fault-words" role="status">{fault}</div>
        </form>
    }
}

/// The input over its own text in colours.
#[component]
fn FilterInput(draft: Draft, input: NodeRef<Input>) -> impl IntoView {
    let under = NodeRef::<Span>::new();
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        let is_used = match key.as_str() {
            "Enter" if event.ctrl_key() || event.meta_key() => {
                draft.apply();
                true
            }
            "ArrowDown" if !draft.suggest.is_open() => {
                draft.complete();
                true
            }
            "ArrowUp" if !draft.suggest.is_open() => {
                draft.recall();
                true
            }
            key => draft.suggest.key(key),
        };
        if is_used {
            event.prevent_default();
        } else if key == "Escape" {
            draft.give_up();
            if let Some(input) = input.get_untracked() {
                // Losing the focus cannot fail in a way that matters.
                let _ = input.blur();
            }
        }
    };
    // The coloured text scrolls along with the transparent one.
    let on_scroll = move |_| {
        if let (Some(input), Some(under)) = (input.get_untracked(), under.get_untracked()) {
            let shift = format!("transform:translateX({}px)", -input.scroll_left());
            // Setting an attribute with a legal name does not fail.
            let _ = under.unchecked_ref::<web_sys::Element>().set_attribute("style", &shift);
        }
    };
    let position =
        Signal::derive(move || draft.fault.with(|fault| fault.as_ref().and_then(|fault| fault.at)));
    let invalid = move || draft.fault.with(Option::is_some).then_some("true");
    view! {
        <div class="typed">
            <span class="under" node_ref=under><FilterInk text=draft.typed.into() fault=position/></span>
            <input
                node_ref=input
                type="text"
                name="filter"
                aria-label="Filter"
                aria-invalid=invalid
                aria-describedby="filter-fault"
                aria-autocomplete="list"
                aria-controls="ways-on"
                placeholder=EXAMPLE
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                enterkeyhint="search"
                value=draft.typed.get_untracked()
                prop:value=draft.typed
                on:input=move |event| draft.edit(&event)
                on:keydown=on_key
                on:blur=move |_| draft.suggest.close()
                on:scroll=on_scroll
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::bytes_before;

    #[test]
    fn the_cursor_is_found_in_any_text() {
        assert_eq!(bytes_before("aü𝄞b", Some(0)), 0);
        assert_eq!(bytes_before("aü𝄞b", Some(2)), 3);
        assert_eq!(bytes_before("aü𝄞b", Some(4)), 7);
        assert_eq!(bytes_before("aü𝄞b", Some(99)), 8);
        assert_eq!(bytes_before("ab", None), 2);
    }
}
