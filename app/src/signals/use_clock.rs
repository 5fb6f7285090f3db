//! Time that passes while the page is open. The page never asks what time it is: it adds what has passed to the
//! server's clock, so that what the server wrote and what the browser shows are the same at the start.

use super::browser;
use leptos::prelude::*;
use std::time::Duration;

/// How often relative times are looked at again: they are said in minutes.
const BEAT: Duration = Duration::from_secs(10);

/// Seconds since the page came to life; 0 on the server.
#[derive(Clone, Copy)]
pub struct Clock(ReadSignal<i64>);

/// The clock of the page.
pub fn use_clock() -> Clock {
    let (passed_secs, set_passed) = signal(0);
    Effect::new(move |_| {
        let start = browser::monotonic_secs();
        let beat = move || set_passed.set((browser::monotonic_secs() - start) as i64);
        if let Ok(handle) = set_interval_with_handle(beat, BEAT) {
            on_cleanup(move || handle.clear());
        }
    });
    Clock(passed_secs)
}

impl Clock {
    /// Seconds since the page came to life, tracked.
    pub fn passed_secs(self) -> i64 {
        self.0.get()
    }

    /// Seconds since the page came to life, not tracked.
    pub fn passed_secs_now(self) -> i64 {
        self.0.get_untracked()
    }
}
