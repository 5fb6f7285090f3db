//! Choices below an input while one types. The server makes them, as entries of a list box; here they are shown, walked
//! through by arrow keys and picked. What picking means is the owner's affair: it stands in an attribute of the entry.

use crate::signals::browser;
use leptos::ev;
use leptos::html::{Input, Ul};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// An input and its choices.
#[derive(Clone, Copy)]
pub struct Suggest {
    /// The input.
    pub input: NodeRef<Input>,
    list: NodeRef<Ul>,
    /// Counts the questions: only the answer to the newest is shown.
    turn: StoredValue<u32>,
    /// Which choice the arrow keys have reached.
    chosen: StoredValue<Option<u32>>,
}

impl Suggest {
    /// Choices below `input`; none yet.
    pub fn below(input: NodeRef<Input>) -> Suggest {
        Suggest { input, list: NodeRef::new(), turn: StoredValue::new(0), chosen: StoredValue::new(None) }
    }

    /// Shows what the server answers at `address`.
    pub fn ask(self, address: String) {
        let turn = self.next_turn();
        spawn_local(async move {
            let html = browser::get_text(&address).await.unwrap_or_default();
            if self.turn.try_get_value() == Some(turn) {
                self.show(&html);
            }
        });
    }

    /// Takes the choices away, also those on their way.
    pub fn close(self) {
        self.next_turn();
        self.show("");
    }

    /// What is typed.
    pub fn typed(self) -> String {
        self.input.get_untracked().map(|input| input.value()).unwrap_or_default()
    }

    /// Whether there is something to choose from.
    pub fn is_open(self) -> bool {
        self.count() > 0
    }

    fn next_turn(self) -> u32 {
        self.turn.update_value(|turn| *turn += 1);
        self.turn.get_value()
    }

    fn count(self) -> u32 {
        self.list.get_untracked().map_or(0, |list| list.child_element_count())
    }

    fn show(self, html: &str) {
        if let Some(list) = self.list.get_untracked() {
            list.set_inner_html(html);
        }
        self.choose(None);
    }

    fn choose(self, choice: Option<u32>) {
        self.chosen.set_value(choice);
        let (Some(list), Some(input)) = (self.list.get_untracked(), self.input.get_untracked()) else {
            return;
        };
        let find = |selector: &str| list.query_selector(selector).ok().flatten();
        // Changing attributes with legal names does not fail.
        if let Some(before) = find("[aria-selected]") {
            let _ = before.remove_attribute("aria-selected");
        }
        let _ = match choice.and_then(|number| find(&format!("#choice-{number}"))) {
            Some(chosen) => {
                let _ = chosen.set_attribute("aria-selected", "true");
                chosen.scroll_into_view_with_bool(false);
                input.set_attribute("aria-activedescendant", &chosen.id())
            }
            None => input.remove_attribute("aria-activedescendant"),
        };
    }

    /// Walks through the choices and picks; whether the key meant that.
    pub fn key(self, key: &str) -> bool {
        let count = self.count();
        let chosen = self.chosen.get_value();
        match (key, chosen) {
            _ if count == 0 => return false,
            ("ArrowDown", at) => self.choose(Some(at.map_or(0, |at| (at + 1) % count))),
            ("ArrowUp", at) => self.choose(Some((at.unwrap_or(0) + count - 1) % count)),
            ("Escape", _) => self.close(),
            ("Enter" | "Tab", Some(at)) => {
                let list = self.list.get_untracked();
                let choice =
                    list.and_then(|list| list.query_selector(&format!("#choice-{at}")).ok().flatten());
                // A click by key and one by pointer go the same way.
                if let Some(choice) = choice.and_then(|choice| choice.dyn_into::<HtmlElement>().ok()) {
                    choice.click();
                }
            }
            _ => return false,
        }
        true
    }
}

/// The list; `pick` gets the value of `attribute` of the entry that was picked.
#[component]
pub fn Suggestions(
    /// Its choices.
    suggest: Suggest,
    /// Names the list in the document.
    id: &'static str,
    /// Says what is chosen from.
    name: &'static str,
    /// The attribute that says what an entry means.
    attribute: &'static str,
    /// What to do with its value.
    pick: Callback<String>,
) -> impl IntoView {
    let on_click = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let entry = target.and_then(|target| target.closest("[role=option]").ok().flatten());
        if let Some(value) = entry.and_then(|entry| entry.get_attribute(attribute)) {
            pick.run(value);
        }
    };
    // Pressing a choice must not take the focus from the input, or the list would be gone before the click.
    view! {
        <ul id=id class="suggestions" role="listbox" aria-label=name node_ref=suggest.list on:pointerdown=|event| event.prevent_default() on:click=on_click></ul>
    }
}
