//! The bar that is the link: source, filter, time, refresh, share. What stands there is in the address.

use super::filter_box::FilterBox;
use super::scene::use_scene;
use super::share::Share;
use super::time_control::{RefreshControl, TimeControl};
use contract::View;
use leptos::html::Input;
use leptos::prelude::*;
use parts::choice::Choice;
use parts::icon;
use parts::menu::{Choices, Menu};

/// The bar.
#[component]
pub fn TopBar(
    /// The filter's input, handed out for the `/` key.
    filter: NodeRef<Input>,
) -> impl IntoView {
    view! {
        <header class="bar">
            <SourceControl/>
            <FilterBox input=filter/>
            <TimeControl/>
            <RefreshControl/>
            <Share/>
        </header>
    }
}

/// A source as the button has room for it: of a folder the last two names.
fn short_name(name: &str) -> String {
    let start = match name.starts_with('/') {
        true => name.trim_end_matches('/').rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1),
        false => 0,
    };
    name.get(start..).unwrap_or(name).to_owned()
}

/// Which source is looked at; with only one there is nothing to choose.
#[component]
fn SourceControl() -> impl IntoView {
    let scene = use_scene();
    let link = scene.link;
    let names = Memo::new(move |_| {
        scene
            .reading
            .progress
            .with(|progress| progress.sources.iter().map(|s| s.name.clone()).collect::<Vec<_>>())
    });
    let choices = Signal::derive(move || {
        let choice = |source: Option<String>| {
            let view = link.view();
            Choice {
                label: source.clone().unwrap_or_else(|| "All sources".to_owned()),
                current: view.source == source,
                href: link.address(&View { source, ..view }),
            }
        };
        std::iter::once(None).chain(names.get().into_iter().map(Some)).map(choice).collect::<Vec<_>>()
    });
    let label = Signal::derive(move || {
        let chosen = link.asked.with(|asked| asked.view.source.clone());
        chosen.as_deref().map(short_name).unwrap_or_else(|| match names.get().as_slice() {
            [] => "No source".to_owned(),
            [only] => short_name(only),
            several => format!("{} sources", several.len()),
        })
    });
    view! {
        <div class="source">
            <Menu label name="Source" picture=icon::SOURCE><Choices choices/></Menu>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn a_folder_is_named_by_its_end_and_a_bucket_by_its_start() {
        assert_eq!(short_name("/data/vpc/logs/"), "vpc/logs/");
        assert_eq!(short_name("/logs"), "/logs");
        assert_eq!(short_name("s3://acme-flow-logs/prefix/more"), "s3://acme-flow-logs/prefix/more");
    }
}
