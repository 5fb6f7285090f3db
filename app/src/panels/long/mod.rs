//! The long table of a document comes to life: one scrolls through all of it, and rows are asked for as they come into
//! sight. At most one request is under way; when it returns, what is missing by then is asked for.

mod roll;
mod sheet;

use self::roll::{Fetch, Roll};
use self::sheet::{Sheet, Told};
use super::scene::Scene;
use crate::api;
use contract::human;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use std::ops::Range;

/// The long table on screen.
struct Long {
    sheet: Sheet,
    told: Told,
    roll: Roll,
    held: Range<u64>,
    is_asking: bool,
    /// Grows with every table that comes to life: an answer for an earlier one is let go.
    edition: u32,
}

// Elements stay on their thread; on the server, where threads change, there are none.
type Held = StoredValue<Option<SendWrapper<Long>>>;

/// The long table of a document, if it has one.
#[derive(Clone, Copy)]
pub struct LongTable {
    held: Held,
    scene: Scene,
}

/// Follows the document: `html` changes whenever another one has been put into `document`.
pub fn use_long_table(document: NodeRef<Div>, html: Memo<String>, scene: Scene) -> LongTable {
    let long = LongTable { held: StoredValue::new(None), scene };
    Effect::new(move |_| {
        html.track();
        if let Some(document) = document.get() {
            long.wake(Sheet::within(&document));
        }
    });
    long
}

impl LongTable {
    /// The box was scrolled.
    pub fn scrolled(self) {
        self.held.update_value(|held| {
            if let Some(long) = held {
                // The window may have become higher or lower since.
                let roll = Roll { seen_px: long.sheet.seen_px(), ..long.roll };
                long.roll = roll.scrolled(long.sheet.top_px());
                long.show();
            }
        });
        self.ask();
    }

    /// A table was put into the document.
    fn wake(self, found: Option<(Sheet, Told)>) {
        self.held.update_value(|held| {
            let before = held.take();
            *held = found.map(|(sheet, told)| SendWrapper::new(Long::new(sheet, told, before.as_deref())));
        });
        self.ask();
    }

    /// Asks for what is missing, unless that is under way.
    fn ask(self) {
        let asked = self.held.try_update_value(|held| {
            let long = held.as_mut().filter(|long| !long.is_asking)?;
            let fetch = long.roll.missing(&long.held)?;
            long.is_asking = true;
            Some((fetch, long.told.link.clone(), long.edition))
        });
        let Some((fetch, link, edition)) = asked.flatten() else { return };
        let page = self.scene.link.page.name().to_owned();
        let offset_secs = self.scene.zone_offset_now();
        spawn_local(async move {
            let rows = fetch.rows();
            let html = api::rows(page, link, rows.start, rows.end - rows.start, offset_secs).await;
            let is_on = self.held.try_update_value(|held| {
                let long = held.as_mut().filter(|long| long.edition == edition)?;
                long.is_asking = false;
                // Refused, or nothing there any more: not asked for again before the next scroll.
                long.put(&fetch, &html.ok()?).then_some(())
            });
            if is_on.flatten().is_some() {
                self.ask();
            }
        });
    }
}

impl Long {
    /// Begins where the link says; a newer edition of the same table goes on where the older one was.
    fn new(sheet: Sheet, told: Told, before: Option<&Long>) -> Long {
        let measured = sheet.roll(told.total);
        let at = match before.filter(|before| before.told.link == told.link) {
            // With the latest on top, what has arrived pushes everything down.
            Some(before) if before.roll.at >= 1.0 => {
                before.roll.at + told.total.saturating_sub(before.told.total) as f64
            }
            Some(_) => 0.0,
            None => told.held.start as f64,
        };
        let edition = before.map_or(0, |before| before.edition.wrapping_add(1));
        let held = told.held.clone();
        let mut long = Long { roll: measured.to_row(at), sheet, told, held, is_asking: false, edition };
        long.show();
        long.sheet.scroll_to(long.roll.top_px);
        // Pixels are whole where they are scrolled.
        long.roll = Roll { top_px: long.sheet.top_px(), ..long.roll };
        long.show();
        long
    }

    fn show(&self) {
        self.sheet.lay(&self.roll, &self.held);
        let seen = self.roll.seen();
        let (first, last) = (human::exact(seen.start + 1), human::exact(seen.end));
        self.sheet.say(&format!("{first} to {last} {}", self.told.rest));
    }

    /// Puts rows in that arrived; whether there were any.
    fn put(&mut self, fetch: &Fetch, html: &str) -> bool {
        match fetch {
            Fetch::Instead(_) => self.sheet.swap(html),
            Fetch::Behind(_) => self.sheet.add(html, false),
            Fetch::Before(_) => self.sheet.add(html, true),
        }
        let count = self.sheet.count();
        let held = match fetch {
            Fetch::Instead(rows) => rows.start..rows.start + count,
            Fetch::Behind(_) => self.held.start..self.held.start + count,
            Fetch::Before(_) => self.held.end.saturating_sub(count)..self.held.end,
        };
        self.held = self.roll.worth(&held);
        self.sheet.drop_rows(self.held.start - held.start, held.end - self.held.end);
        self.show();
        !html.is_empty()
    }
}
