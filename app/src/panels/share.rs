//! Handing the view on: the link as it is, or with its times fixed; or saved under a name.

use super::scene::{Scene, use_scene};
use crate::signals::browser;
use contract::{Moment, Page, View};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parts::icon;
use parts::menu::Menu;
use std::time::Duration;

/// How long the button says that it worked.
const SAID: Duration = Duration::from_secs(2);

/// The view with both ends as fixed times, so that it shows the same data for ever.
fn fixed(view: View, now: i64) -> View {
    let span = view.span(now);
    View { from: Moment::At(span.from), to: Moment::At(span.to), ..view }
}

/// The menu.
#[component]
pub fn Share() -> impl IntoView {
    let scene = use_scene();
    let said = RwSignal::new("Share");
    let copy = move |choose: fn(Scene) -> View| {
        move |_| {
            let text = format!("{}{}", browser::origin(), scene.link.address(&choose(scene)));
            spawn_local(async move {
                said.set(if browser::copy(text).await { "Copied" } else { "Copy refused" });
                let forget = move || {
                    // `None` from a page that was left meanwhile.
                    let _ = said.try_set("Share");
                };
                set_timeout(forget, SAID);
            });
        }
    };
    let is_live = move || scene.link.asked.with(|asked| asked.view.is_live());
    let saved = move || Page::Views.elsewhere(&scene.link.view());
    // The details of this page go along: they are part of what is saved.
    let save = move || {
        let mut view = scene.link.view();
        let page = scene.link.page.name();
        view.details
            .extend([("act", "new"), ("on", page)].map(|(name, value)| (name.to_owned(), value.to_owned())));
        Page::Views.address(&view)
    };
    view! {
        <div class="share">
            <Menu label=Signal::derive(move || said.get().to_owned()) name="Share" look="ctl primary" picture=icon::SHARE side="right">
                <ul class="choices js-only" hidden=move || !is_live()>
                    <li><button type="button" data-closes="" title="Whoever opens it sees the latest of then" on:click=copy(|scene| scene.link.view_now())>"Copy link, live"</button></li>
                </ul>
                <ul class="choices">
                    <li class="js-only"><button type="button" data-closes="" title="It shows these times for ever" on:click=copy(|scene| fixed(scene.link.view_now(), scene.now_untracked()))>"Copy link, this moment"</button></li>
                    <li><a href=save>"Save view"</a></li>
                    <li><a href=saved>"Saved views"</a></li>
                </ul>
            </Menu>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_times_no_longer_follow_the_clock() {
        let view = fixed(View::default(), 1_000_000);
        assert!(!view.is_live());
        assert_eq!(view.span(5_000_000), View::default().span(1_000_000));
    }
}
