//! The size of an element on screen, followed as it changes, with the pixel density it is drawn at.

use super::browser::{self, Watch};
use leptos::html::ElementType;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;

/// A box on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxSize {
    /// Width in CSS pixels.
    pub width_css: f64,
    /// Height in CSS pixels.
    pub height_css: f64,
    /// Device pixels per CSS pixel.
    pub ratio: f64,
}

/// The box of `node`, `None` until it is on screen. Always `None` on the server.
pub fn use_box<E>(node: NodeRef<E>) -> ReadSignal<Option<BoxSize>>
where
    E: ElementType + 'static,
    E::Output: JsCast + Clone + AsRef<web_sys::Element> + 'static,
{
    let (size, set_size) = signal(None);
    let watch = StoredValue::new(None::<Watch>);
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let element: &web_sys::Element = element.as_ref();
        let seen = move |width_css: f64, height_css: f64, ratio: f64| {
            let next =
                (width_css > 0.0 && height_css > 0.0).then_some(BoxSize { width_css, height_css, ratio });
            set_size.maybe_update(|size| std::mem::replace(size, next) != next);
        };
        watch.set_value(browser::watch_size(element, seen));
    });
    size
}
