//! The server's side of `browser`: nothing is on screen there, so nothing is seen and nothing changes.

use chart::Theme;
use leptos::web_sys;

/// Ends a subscription when dropped; there are none on the server.
pub struct Watch;

/// Sees nothing.
pub fn watch_size(_element: &web_sys::Element, _seen: impl Fn(f64, f64, f64) + 'static) -> Option<Watch> {
    None
}

/// Never calls.
pub fn watch_system_theme(_changed: impl Fn() + 'static) -> Option<Watch> {
    None
}

/// Light.
pub fn theme() -> Theme {
    Theme::Light
}

/// Remembers nothing.
pub fn remember_theme(_theme: Theme) {}

/// Keeps nothing.
pub fn keep(_key: &str, _text: &str) {}

/// Empty.
pub fn kept(_key: &str) -> String {
    String::new()
}

/// Asks nothing.
pub async fn get_text(_address: &str) -> Option<String> {
    None
}

/// Returns at once.
pub async fn fonts_ready() {}

/// Copies nothing.
pub async fn copy(_text: String) -> bool {
    false
}

/// Nothing is clicked.
pub fn to_copy(_click: &leptos::ev::MouseEvent) -> Option<String> {
    None
}

/// Nothing is drawn.
pub fn drawn_way(_click: &leptos::ev::MouseEvent) -> Option<String> {
    None
}

/// Leads nowhere.
pub fn load(_address: &str) {}

/// Empty: links stay relative.
pub fn origin() -> String {
    String::new()
}

/// Zero.
pub fn monotonic_secs() -> f64 {
    0.0
}

/// UTC.
pub fn zone_offset_secs(_unix: i64) -> i64 {
    0
}
