//! The link is the state: one memo reads the whole view from the address, one setter writes the whole view back.
//! There is no second copy anywhere.

use contract::link::{self, LinkError};
use contract::{Page, Refusal, View};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// What the address asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The view, or as much of it as could be read.
    pub view: View,
    /// The filter as it was typed.
    pub filter_text: String,
    /// Why the address is no question, if it is none.
    pub fault: Option<Refusal>,
}

impl Asked {
    /// Reads the query part of an address. When only the filter is at fault, the rest of the view is kept, so that the
    /// filter can be mended where it stands.
    pub fn read(search: &str) -> Asked {
        match link::decode(search) {
            Ok(view) => Asked { filter_text: view.filter.to_string(), view, fault: None },
            Err(error @ LinkError::Filter { .. }) => Asked {
                view: link::decode(&without_filter(search)).unwrap_or_default(),
                filter_text: filter_of(search),
                fault: Some(error.into()),
            },
            Err(error) => Asked { fault: Some(error.into()), ..Asked::default() },
        }
    }

    /// The view, or why there is none.
    pub fn question(&self) -> Result<&View, &Refusal> {
        self.fault.as_ref().map_or(Ok(&self.view), Err)
    }
}

fn is_filter(pair: &&str) -> bool {
    pair.trim_start_matches('?').split('=').next() == Some("filter")
}

fn without_filter(search: &str) -> String {
    search.split('&').filter(|pair| !is_filter(pair)).collect::<Vec<_>>().join("&")
}

/// The last `filter` parameter as text; the position of a fault counts in this text.
fn filter_of(search: &str) -> String {
    let value =
        search.split('&').rfind(is_filter).and_then(|pair| pair.split_once('=')).map_or("", |(_, v)| v);
    percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned()
}

type Go = Arc<dyn Fn(&str, bool) + Send + Sync>;

/// The view of the address and the way to another one.
#[derive(Clone, Copy)]
pub struct Link {
    /// What the address asks.
    pub asked: Memo<Asked>,
    /// The page it is shown on.
    pub page: Page,
    go: StoredValue<Go>,
}

/// The link of a page; needs the router around it.
pub fn use_link(page: Page) -> Link {
    let search = use_location().search;
    let asked = Memo::new(move |_| search.with(|search| Asked::read(search)));
    let navigate = use_navigate();
    let go: Go = Arc::new(move |to: &str, replace: bool| {
        navigate(to, NavigateOptions { replace, scroll: false, ..NavigateOptions::default() });
    });
    Link { asked, page, go: StoredValue::new(go) }
}

impl Link {
    /// The view, tracked.
    pub fn view(self) -> View {
        self.asked.with(|asked| asked.view.clone())
    }

    /// The view, not tracked: for event handlers.
    pub fn view_now(self) -> View {
        self.asked.with_untracked(|asked| asked.view.clone())
    }

    /// The address of the current view after `change`, tracked.
    pub fn href(self, change: impl FnOnce(&mut View)) -> String {
        let mut view = self.view();
        change(&mut view);
        self.address(&view)
    }

    /// The address of `view` on this page.
    pub fn address(self, view: &View) -> String {
        self.page.address(view)
    }

    /// Opens `view` as a decision of its own: the back button returns from it.
    pub fn push(self, view: &View) {
        self.go.with_value(|go| go(&self.address(view), false));
    }

    /// Opens `view` in the place of the current one, as while something is dragged or stepped through.
    pub fn replace(self, view: &View) {
        self.go.with_value(|go| go(&self.address(view), true));
    }
}

/// The address of `view` on the overview page.
pub fn address(view: &View) -> String {
    Page::Overview.address(view)
}

/// The parameters of the link of `view` without those named in `except`: what a form sends along unseen.
pub fn hidden_fields(view: &View, except: &[&str]) -> Vec<(String, String)> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let link = link::encode(view);
    let pairs = link.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (plain(name), plain(value)))
        .filter(|(name, _)| !except.contains(&name.as_str()))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use contract::Measure;

    #[test]
    fn a_broken_filter_keeps_the_rest_of_the_view_and_its_own_text() {
        let asked = Asked::read("v=1&from=now-3h&to=now&filter=dstprt%20%3D+22&measure=flows");
        assert_eq!(asked.filter_text, "dstprt = 22");
        assert_eq!(asked.view.measure, Measure::Flows);
        let fault = asked.fault.unwrap();
        let (at, len) = fault.at.unwrap();
        assert_eq!(asked.filter_text.get(at..at + len), Some("dstprt"));
    }

    #[test]
    fn a_sound_address_has_no_fault_and_prints_its_filter_canonically() {
        let asked = Asked::read("from=now-3h&filter=action%3dreject");
        assert_eq!(asked.question().unwrap().filter.to_string(), asked.filter_text);
        assert_eq!(asked.filter_text, "action = REJECT");
    }

    #[test]
    fn a_form_carries_the_rest_of_the_view() {
        let view = Asked::read("from=now-3h&filter=bytes%20%3E%209&measure=flows&new=a%26b").view;
        let fields = hidden_fields(&view, &["from", "to"]);
        let expected = [("v", "1"), ("filter", "bytes > 9"), ("measure", "flows"), ("new", "a&b")];
        assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn an_unreadable_range_is_a_fault_of_the_whole() {
        let asked = Asked::read("from=yesterday");
        assert!(asked.question().is_err());
        assert_eq!(asked.view, View::default());
    }
}
