//! How far reading the sources has come, and when views must ask again: stored data grew, or the refresh interval
//! passed. Polls; a stream would keep a connection open for a number that seldom changes.

use super::use_link::Link;
use crate::api;
use contract::Progress;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Between two polls while something is being read.
const BUSY: Duration = Duration::from_secs(1);
/// Between two polls otherwise, when the view names no shorter interval.
const IDLE: Duration = Duration::from_secs(10);
/// While data keeps growing, views ask again at most this often.
const GROWTH_PACE_SECS: f64 = 2.5;

/// The state of the sources and the beat at which views ask.
#[derive(Clone, Copy)]
pub struct Reading {
    /// The last known state.
    pub progress: ReadSignal<Progress>,
    /// Grows whenever views should ask again.
    pub tick: ReadSignal<u32>,
    set_tick: WriteSignal<u32>,
    /// Whether the server could not be asked.
    pub lost: ReadSignal<bool>,
}

impl Reading {
    /// Makes every view ask again.
    pub fn ask_again(self) {
        self.set_tick.update(|tick| *tick = tick.wrapping_add(1));
    }
}

/// Follows the sources from `first` on.
pub fn use_progress(first: Option<Progress>, link: Link) -> Reading {
    let (progress, set_progress) = signal(first.unwrap_or_default());
    let (tick, set_tick) = signal(0);
    let (lost, set_lost) = signal(false);
    let reading = Reading { progress, tick, set_tick, lost };
    let last_growth_secs = StoredValue::new(f64::NEG_INFINITY);
    // What the views on screen have been asked at; progress may run ahead of it while growth is paced.
    let asked_at = StoredValue::new(progress.with_untracked(|p| p.generation));
    let take = move |next: Progress| {
        let now = super::browser::monotonic_secs();
        let paced = next.is_busy() && now - last_growth_secs.get_value() < GROWTH_PACE_SECS;
        if next.generation != asked_at.get_value() && !paced {
            asked_at.set_value(next.generation);
            last_growth_secs.set_value(now);
            reading.ask_again();
        }
        set_lost.set(false);
        set_progress.maybe_update(|known| {
            let is_new = *known != next;
            *known = next;
            is_new
        });
    };
    poll(progress, move || async move {
        match api::progress().await {
            Ok(next) => take(next),
            Err(_) => set_lost.set(true),
        }
    });
    refresh(link, reading);
    reading
}

/// Calls `ask` for as long as the page is open, each time after the pause the state calls for.
fn poll<Fut: Future<Output = ()> + 'static>(
    progress: ReadSignal<Progress>,
    ask: impl Fn() -> Fut + Clone + 'static,
) {
    let is_open = StoredValue::new(true);
    on_cleanup(move || is_open.set_value(false));
    Effect::new(move |_| schedule(progress, ask.clone(), is_open));
}

fn schedule<Fut: Future<Output = ()> + 'static>(
    progress: ReadSignal<Progress>,
    ask: impl Fn() -> Fut + Clone + 'static,
    is_open: StoredValue<bool>,
) {
    let Some(is_busy) = progress.try_with_untracked(Progress::is_busy) else { return };
    let wait = if is_busy { BUSY } else { IDLE };
    set_timeout(
        move || {
            spawn_local(async move {
                if is_open.try_get_value() == Some(true) {
                    ask().await;
                    schedule(progress, ask, is_open);
                }
            });
        },
        wait,
    );
}

/// Asks again at the view's interval, while the view follows the clock.
fn refresh(link: Link, reading: Reading) {
    let interval = Memo::new(move |_| {
        link.asked.with(|asked| asked.view.refresh.secs().filter(|_| asked.view.is_live()))
    });
    Effect::new(move |_| {
        let Some(secs) = interval.get() else { return };
        let wait = Duration::from_secs(u64::from(secs));
        if let Ok(handle) = set_interval_with_handle(move || reading.ask_again(), wait) {
            on_cleanup(move || handle.clear());
        }
    });
}
