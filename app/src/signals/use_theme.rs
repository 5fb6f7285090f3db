//! Light or dark: what the person chose on this device, else what the system says.
//! The choice stands in `localStorage` and on the root element, where a script in the head puts it before first paint.

use super::browser;
use chart::Theme;
use leptos::prelude::*;

/// The theme in force and the way to change it.
#[derive(Clone, Copy)]
pub struct ThemeChoice(RwSignal<Theme>);

/// The theme of the page; light until the page has come to life, which only pictures drawn by script depend on.
pub fn use_theme() -> ThemeChoice {
    let theme = RwSignal::new(Theme::Light);
    let watch = StoredValue::new(None);
    Effect::new(move |_| {
        theme.set(browser::theme());
        watch.set_value(browser::watch_system_theme(move || theme.set(browser::theme())));
    });
    ThemeChoice(theme)
}

impl ThemeChoice {
    /// The theme in force, tracked.
    pub fn get(self) -> Theme {
        self.0.get()
    }

    /// Changes to the other theme and remembers it.
    pub fn toggle(self) {
        let next = match self.0.get_untracked() {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        };
        browser::remember_theme(next);
        self.0.set(next);
    }
}
