//! The elements of a long table that the server drew, and what is done to them.

use super::roll::Roll;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use std::ops::Range;

/// The elements; `document` draws them.
pub struct Sheet {
    /// The box that scrolls.
    scroller: Element,
    /// What is as high as all rows.
    whole: HtmlElement,
    table: HtmlElement,
    body: HtmlElement,
    /// Height of its head, CSS pixels.
    head_px: f64,
    /// Where the numbers of the rows in sight are said.
    sub: Option<Element>,
}

/// What the server wrote beside the table.
pub struct Told {
    /// The rows there are.
    pub held: Range<u64>,
    /// How many rows there are in all.
    pub total: u64,
    /// What is said behind the numbers of the rows in sight.
    pub rest: String,
    /// The link that asks for rows.
    pub link: String,
}

impl Sheet {
    /// The long table of a document, when it has one.
    pub fn within(document: &Element) -> Option<(Sheet, Told)> {
        let scroller = document.query_selector("[data-link]").ok()??;
        let part = |name| scroller.query_selector(name).ok()??.dyn_into::<HtmlElement>().ok();
        let (whole, table, body) = (part("div")?, part("table")?, part("tbody")?);
        let sub = scroller.closest("section").ok()?.and_then(|panel| panel.query_selector(".sub").ok()?);
        let said = |name| scroller.get_attribute(name).unwrap_or_default();
        let offset = said("data-offset").parse().ok()?;
        let held = offset..offset + u64::from(body.child_element_count());
        let total = said("data-total").parse().ok()?;
        let told = Told { held, total, rest: said("data-rest"), link: said("data-link") };
        let head_px = f64::from(table.offset_height() - body.offset_height());
        Some((Sheet { scroller, whole, table, body, head_px, sub }, told))
    }

    /// Its measures, seen from its first row.
    pub fn roll(&self, total: u64) -> Roll {
        let rows = self.body.child_element_count().max(1);
        let row_px = f64::from(self.body.offset_height()).max(1.0) / f64::from(rows);
        Roll { total, row_px, seen_px: self.seen_px(), at: 0.0, top_px: 0.0 }
    }

    /// Height of what is seen of the rows, CSS pixels.
    pub fn seen_px(&self) -> f64 {
        (f64::from(self.scroller.client_height()) - self.head_px).max(1.0)
    }

    /// How far it is scrolled, CSS pixels.
    pub fn top_px(&self) -> f64 {
        f64::from(self.scroller.scroll_top())
    }

    /// Scrolls there.
    pub fn scroll_to(&self, top_px: f64) {
        self.scroller.set_scroll_top(top_px.round() as i32);
    }

    /// Makes room for all rows and puts those that are held where they belong.
    pub fn lay(&self, roll: &Roll, held: &Range<u64>) {
        let seen = roll.seen();
        let is_in_sight = held.start < seen.end && seen.start < held.end;
        // Rows of elsewhere stay in sight, dimmed, until those of here arrive.
        let place_px = if is_in_sight { roll.place_px(held.start) } else { roll.top_px };
        style(&self.whole, "height", &format!("{}px", roll.height_px() + self.head_px));
        style(&self.table, "margin-top", &format!("{place_px}px"));
        let face = if is_in_sight { "ready" } else { "stale" };
        // Setting an attribute with a legal name does not fail.
        let _ = self.body.set_attribute("data-face", face);
    }

    /// Says which rows are in sight.
    pub fn say(&self, text: &str) {
        if let Some(sub) = &self.sub {
            sub.set_text_content(Some(text));
        }
    }

    /// Puts rows before those there are, or behind them.
    pub fn add(&self, rows: &str, is_before: bool) {
        self.keep_widths();
        let place = if is_before { "afterbegin" } else { "beforeend" };
        // Refused only for places that are none.
        let _ = self.body.insert_adjacent_html(place, rows);
    }

    /// Puts rows in the place of those there are.
    pub fn swap(&self, rows: &str) {
        self.keep_widths();
        self.body.set_inner_html(rows);
    }

    /// Lets rows go: so many of the first and of the last.
    pub fn drop_rows(&self, first: u64, last: u64) {
        for _ in 0..first {
            self.body.first_element_child().inspect(Element::remove);
        }
        for _ in 0..last {
            self.body.last_element_child().inspect(Element::remove);
        }
    }

    /// How many rows there are.
    pub fn count(&self) -> u64 {
        u64::from(self.body.child_element_count())
    }

    /// Columns never become narrower, so that they do not dance while one scrolls.
    fn keep_widths(&self) {
        let mut cell = self.table.query_selector("th").ok().flatten();
        while let Some(head) = cell {
            if let Some(head) = head.dyn_ref::<HtmlElement>() {
                style(head, "min-width", &format!("{}px", head.offset_width()));
            }
            cell = head.next_element_sibling();
        }
    }
}

fn style(element: &HtmlElement, name: &str, value: &str) {
    // Refused only for names and values that are none.
    let _ = element.style().set_property(name, value);
}
