//! The document around the application: head, theme before first paint, scripts that bring it to life.

use crate::App;
use crate::preview;
use crate::signals::browser::THEME_KEY;
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// Puts the remembered theme on the root element before anything is painted, and says that scripts run.
fn before_paint() -> String {
    format!(
        "(function(r){{r.dataset.js='';try{{var t=localStorage.getItem('{THEME_KEY}');\
         if(t=='light'||t=='dark')r.dataset.theme=t}}catch(e){{}}}})(document.documentElement)"
    )
}

/// Lets the server's pictures follow a theme that was chosen against the system's; their media queries cannot.
const CHOOSE_STILLS: &str = "(function(t){if(t)document.querySelectorAll('picture.still source').forEach(function(s){\
     s.media=s.dataset.theme==t?s.dataset.width:'not all'})})(document.documentElement.dataset.theme)";

/// The document. `options` say where the scripts are; a nonce in the context is put on every inline script.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let nonce = use_nonce();
    let style = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="description" content="What flows, what is blocked and why: AWS VPC Flow Logs"/>
                {preview::tags()}
                <script nonce=nonce.clone()>{before_paint()}</script>
                <link rel="preload" href="/fonts/inter-latin-wght-normal.woff2" r#as="font" r#type="font/woff2" crossorigin="anonymous"/>
                <link rel="stylesheet" href=style/>
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
                <script nonce=nonce>{CHOOSE_STILLS}</script>
            </body>
        </html>
    }
}
