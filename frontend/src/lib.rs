//! The browser's entry point: brings the page the server sent to life, nothing else.

/// Called by the script of the page once the module is there.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
