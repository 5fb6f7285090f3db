//! What all panels of a page share: the link, the beat at which they ask, the clock, the theme, the crosshair.

use crate::signals::browser;
use crate::signals::latest::{Key, Load};
use crate::signals::use_clock::{Clock, use_clock};
use crate::signals::use_link::Link;
use crate::signals::use_progress::Reading;
use crate::signals::use_theme::{ThemeChoice, use_theme};
use chart::Theme;
use contract::{Summary, View, Zone};
use leptos::prelude::*;

/// The surroundings of every panel.
#[derive(Clone, Copy)]
pub struct Scene {
    /// The view of the address and the way to another one.
    pub link: Link,
    /// The sources and when to ask again.
    pub reading: Reading,
    /// The numbers of the tiles; also the server's clock.
    pub summary: ReadSignal<Load<Summary>>,
    /// The time under the pointer, for the crosshair of every picture; Unix seconds.
    pub cursor: RwSignal<Option<i64>>,
    clock: Clock,
    theme: ThemeChoice,
    zone: Memo<i64>,
    /// The server's clock in the last answer, and what the page's clock said then.
    server_clock: Memo<(i64, i64)>,
}

/// Makes the surroundings of a page's panels and hands them down by context.
pub fn provide_scene(link: Link, reading: Reading, summary: ReadSignal<Load<Summary>>) -> Scene {
    let clock = use_clock();
    let server_clock = Memo::new(move |known: Option<&(i64, i64)>| {
        let now = summary.with(|load| load.value.as_ref().map(|summary| summary.now));
        match (now, known) {
            (Some(now), Some((same, at))) if now == *same => (now, *at),
            (Some(now), _) => (now, clock.passed_secs_now()),
            (None, known) => known.copied().unwrap_or_default(),
        }
    });
    let scene = Scene {
        link,
        reading,
        summary,
        cursor: RwSignal::new(None),
        clock,
        theme: use_theme(),
        zone: zone_offset(link, server_clock),
        server_clock,
    };
    provide_context(scene);
    scene
}

/// The surroundings made by [`provide_scene`].
pub fn use_scene() -> Scene {
    expect_context()
}

/// The reader's zone, once the page is alive: the server cannot know it, and what it wrote must not change on sight.
fn zone_offset(link: Link, server_clock: Memo<(i64, i64)>) -> Memo<i64> {
    let is_alive = RwSignal::new(false);
    Effect::new(move |_| is_alive.set(true));
    Memo::new(move |_| {
        let is_local = link.asked.with(|asked| asked.view.zone == Zone::Local);
        if is_alive.get() && is_local { browser::zone_offset_secs(server_clock.get().0) } else { 0 }
    })
}

impl Scene {
    /// The server's clock, moved on by the time since; Unix seconds, tracked. 0 until the server has said it.
    pub fn now(self) -> i64 {
        let (now, at) = self.server_clock.get();
        if now == 0 { 0 } else { now + self.clock.passed_secs() - at }
    }

    /// The same, not tracked: for event handlers.
    pub fn now_untracked(self) -> i64 {
        let (now, at) = self.server_clock.get_untracked();
        if now == 0 { 0 } else { now + self.clock.passed_secs_now() - at }
    }

    /// What is added to UTC where times are printed, seconds; tracked.
    pub fn zone_offset_secs(self) -> i64 {
        self.zone.get()
    }

    /// The same, not tracked: for event handlers.
    pub fn zone_offset_now(self) -> i64 {
        self.zone.get_untracked()
    }

    /// What the zone of the view adds to UTC at `unix`, seconds; not tracked: for event handlers.
    pub fn offset_at(self, unix: i64) -> i64 {
        let is_local = self.link.asked.with_untracked(|asked| asked.view.zone == Zone::Local);
        if is_local { browser::zone_offset_secs(unix) } else { 0 }
    }

    /// The theme in force, tracked.
    pub fn theme(self) -> Theme {
        self.theme.get()
    }

    /// Changes to the other theme.
    pub fn toggle_theme(self) {
        self.theme.toggle();
    }

    /// The key of a loader whose question is a part of the view.
    pub fn key(self, question: impl Fn(&View) -> View) -> Key {
        key(self.link, self.reading, question)
    }
}

/// The key of a loader, for those that are made before the scene is.
pub fn key(link: Link, reading: Reading, question: impl Fn(&View) -> View) -> Key {
    let tick = reading.tick.get();
    Some(link.asked.with(|asked| match asked.question() {
        Ok(view) => Ok((question(view), tick)),
        Err(refusal) => Err(refusal.clone()),
    }))
}
