//! The browser's side of `browser`.

use super::THEME_KEY;
use chart::Theme;
use send_wrapper::SendWrapper;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, MediaQueryList, ResizeObserver, ResizeObserverEntry, Response, window};

/// Ends a subscription when dropped.
pub struct Watch(SendWrapper<Option<Box<dyn FnOnce()>>>);

impl Watch {
    fn ending_with(end: impl FnOnce() + 'static) -> Watch {
        Watch(SendWrapper::new(Some(Box::new(end))))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(end) = Option::take(&mut *self.0) {
            end();
        }
    }
}

/// Calls `seen(width_css, height_css, device pixels per CSS pixel)` now and whenever one of them changes.
pub fn watch_size(element: &Element, seen: impl Fn(f64, f64, f64) + 'static) -> Option<Watch> {
    let last = Rc::new(RefCell::new((0.0, 0.0)));
    let seen = Rc::new(seen);
    let (last_in, seen_in) = (Rc::clone(&last), Rc::clone(&seen));
    let callback = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
        if let Ok(entry) = entries.get(0).dyn_into::<ResizeObserverEntry>() {
            let rect = entry.content_rect();
            last_in.replace((rect.width(), rect.height()));
            seen_in(rect.width(), rect.height(), pixel_ratio());
        }
    });
    let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
    observer.observe(element);
    // A window dragged to another screen changes the density and not the size.
    let density = watch_density(move || {
        let (width, height) = *last.borrow();
        seen(width, height, pixel_ratio());
    });
    Some(Watch::ending_with(move || {
        observer.disconnect();
        drop((callback, density));
    }))
}

fn pixel_ratio() -> f64 {
    window().map_or(1.0, |w| w.device_pixel_ratio()).clamp(0.5, 4.0)
}

/// Calls `changed` whenever the pixel density does. A media query names one density, so each change needs a new one.
fn watch_density(changed: impl Fn() + 'static) -> Rc<RefCell<Option<Watch>>> {
    let holder = Rc::new(RefCell::new(None));
    rearm(&holder, Rc::new(changed));
    holder
}

fn rearm(holder: &Rc<RefCell<Option<Watch>>>, changed: Rc<dyn Fn()>) {
    let weak = Rc::downgrade(holder);
    let query = format!("(resolution: {}dppx)", pixel_ratio());
    let next = watch_media(&query, move || {
        changed();
        if let Some(holder) = weak.upgrade() {
            rearm(&holder, Rc::clone(&changed));
        }
    });
    // The old watch holds the closure that is running now: it must outlive this call.
    let old = holder.replace(next);
    leptos::prelude::queue_microtask(move || drop(old));
}

fn media(query: &str) -> Option<MediaQueryList> {
    window()?.match_media(query).ok().flatten()
}

fn watch_media(query: &str, changed: impl Fn() + 'static) -> Option<Watch> {
    let list = media(query)?;
    let callback = Closure::<dyn Fn()>::new(changed);
    list.add_event_listener_with_callback("change", callback.as_ref().unchecked_ref()).ok()?;
    Some(Watch::ending_with(move || {
        // A list that is gone needs no unsubscribing.
        let _ = list.remove_event_listener_with_callback("change", callback.as_ref().unchecked_ref());
    }))
}

/// Calls `changed` when the system turns light or dark.
pub fn watch_system_theme(changed: impl Fn() + 'static) -> Option<Watch> {
    watch_media("(prefers-color-scheme: dark)", changed)
}

fn root() -> Option<Element> {
    window()?.document()?.document_element()
}

/// The theme in force.
pub fn theme() -> Theme {
    let chosen =
        root().and_then(|root| root.get_attribute("data-theme")).and_then(|name| Theme::from_name(&name));
    let system_is_dark = || media("(prefers-color-scheme: dark)").is_some_and(|list| list.matches());
    chosen.unwrap_or_else(|| if system_is_dark() { Theme::Dark } else { Theme::Light })
}

/// Puts `theme` in force and remembers it on this device.
pub fn remember_theme(theme: Theme) {
    let name = match theme {
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    if let Some(root) = root() {
        // Setting an attribute with a legal name does not fail.
        let _ = root.set_attribute("data-theme", name);
    }
    keep(THEME_KEY, name);
}

/// Keeps a text on this device.
pub fn keep(key: &str, text: &str) {
    if let Some(Ok(Some(storage))) = window().map(|w| w.local_storage()) {
        // A full or forbidden storage only means that it is forgotten.
        let _ = storage.set_item(key, text);
    }
}

/// The text kept under `key`; empty when there is none.
pub fn kept(key: &str) -> String {
    let storage = window().and_then(|w| w.local_storage().ok().flatten());
    storage.and_then(|storage| storage.get_item(key).ok().flatten()).unwrap_or_default()
}

/// What this server answers at `address`; `None` when it does not, or refuses.
pub async fn get_text(address: &str) -> Option<String> {
    let response = JsFuture::from(window()?.fetch_with_str(address)).await.ok()?;
    let response = response.dyn_into::<Response>().ok().filter(Response::ok)?;
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// Returns when the fonts of the page have arrived, or at once in a browser that cannot tell.
pub async fn fonts_ready() {
    let document = window().and_then(|w| w.document());
    let ready = document
        .and_then(|document| js_sys::Reflect::get(&document, &"fonts".into()).ok())
        .and_then(|fonts| js_sys::Reflect::get(&fonts, &"ready".into()).ok())
        .and_then(|ready| ready.dyn_into::<js_sys::Promise>().ok());
    if let Some(ready) = ready {
        // The promise never rejects; if it did, the labels drawn so far would have to do.
        let _ = JsFuture::from(ready).await;
    }
}

/// Puts `text` on the clipboard; `false` when the browser does not allow it.
pub async fn copy(text: String) -> bool {
    let Some(window) = window() else { return false };
    // Without a secure context there is no clipboard, and asking for it would throw.
    if !window.is_secure_context() {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(&text)).await.is_ok()
}

/// The text that a click on a button asks to be copied: the button stands beside it.
pub fn to_copy(click: &leptos::ev::MouseEvent) -> Option<String> {
    let button = click.target()?.dyn_into::<Element>().ok()?.closest("[data-copies]").ok()??;
    button.parent_element()?.query_selector("pre").ok()??.text_content()
}

/// Where a click on a part of a drawing leads, unless it asks for another tab: the router hears links of HTML alone.
pub fn drawn_way(click: &leptos::ev::MouseEvent) -> Option<String> {
    let is_plain = !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key());
    let part = click.target().filter(|_| is_plain && click.button() == 0)?.dyn_into::<Element>().ok()?;
    part.closest("svg a").ok()??.get_attribute("href")
}

/// Leaves this document for the one at `address`.
pub fn load(address: &str) {
    if let Some(window) = window() {
        // Refused only where the address is none; ours come from the router.
        let _ = window.location().assign(address);
    }
}

/// Scheme, host and port of the page.
pub fn origin() -> String {
    window().and_then(|w| w.location().origin().ok()).unwrap_or_default()
}

/// Seconds on a clock that never goes back far enough to matter.
pub fn monotonic_secs() -> f64 {
    js_sys::Date::now() / 1_000.0
}

/// What the reader's zone adds to UTC at `unix`, seconds.
pub fn zone_offset_secs(unix: i64) -> i64 {
    let date = js_sys::Date::new(&JsValue::from_f64(unix as f64 * 1_000.0));
    -(date.get_timezone_offset() * 60.0) as i64
}
