//! Puts a painter and a canvas together: the backing store in device pixels, the context, the surface.
//! On the server there is no canvas, and nothing is painted.

use crate::signals::use_box::BoxSize;
use chart::Look;
use contract::{Matrix, Timeline};
use leptos::web_sys::HtmlCanvasElement;

/// Paints `picture` over the whole canvas; whether that worked.
#[cfg(target_arch = "wasm32")]
pub fn timeline(canvas: &HtmlCanvasElement, size: BoxSize, picture: &Timeline, look: &Look) -> bool {
    use plotters::prelude::IntoDrawingArea;
    surface(canvas, size)
        .is_some_and(|surface| chart::timeline::paint(&surface.into_drawing_area(), picture, look).is_ok())
}

/// Paints `picture` over the whole canvas; whether that worked.
#[cfg(target_arch = "wasm32")]
pub fn matrix(canvas: &HtmlCanvasElement, size: BoxSize, picture: &Matrix, look: &Look) -> bool {
    use plotters::prelude::IntoDrawingArea;
    surface(canvas, size)
        .is_some_and(|surface| chart::heatmap::paint(&surface.into_drawing_area(), picture, look).is_ok())
}

/// The surface behind `canvas`, its backing store as large as the box in device pixels. Setting the size clears it.
#[cfg(target_arch = "wasm32")]
fn surface(canvas: &HtmlCanvasElement, size: BoxSize) -> Option<chart::surface::Surface> {
    use wasm_bindgen::JsCast;
    let context = canvas.get_context("2d").ok()??.dyn_into::<web_sys::CanvasRenderingContext2d>().ok()?;
    let width = (size.width_css * size.ratio).round() as u32;
    let height = (size.height_css * size.ratio).round() as u32;
    canvas.set_width(width);
    canvas.set_height(height);
    Some(chart::surface::Surface::new(context, width, height))
}

/// Paints nothing.
#[cfg(not(target_arch = "wasm32"))]
pub fn timeline(_canvas: &HtmlCanvasElement, _size: BoxSize, _picture: &Timeline, _look: &Look) -> bool {
    false
}

/// Paints nothing.
#[cfg(not(target_arch = "wasm32"))]
pub fn matrix(_canvas: &HtmlCanvasElement, _size: BoxSize, _picture: &Matrix, _look: &Look) -> bool {
    false
}
