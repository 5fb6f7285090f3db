//! The application's pages and server functions, with the ports in their context and a content policy around them, and
//! behind them the files of the site. Whatever else is asked for gets the application's own "not found".

use crate::http::refused::{self, Refused};
use crate::http::site::Site;
use app::ports::{Flows, Reports};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contract::Page;
use leptos::config::{Env, LeptosOptions};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list_with_exclusions_and_ssg_and_context};
use std::sync::Arc;

/// The name the browser's files are built under: `pkg/weir.js`, `pkg/weir_bg.wasm`.
const PROGRAM: &str = "weir";
/// The folder of the browser's files within the site.
const PROGRAM_FOLDER: &str = "pkg";

/// Where the server functions lie.
const QUESTIONS: &str = "/api/ask/";

/// The pages, the server functions, and the files as what is left.
pub fn routes(flows: Arc<dyn Flows>, reports: Arc<dyn Reports>, site: Arc<Site>) -> Router {
    let options =
        LeptosOptions::builder().output_name(PROGRAM).site_pkg_dir(PROGRAM_FOLDER).env(Env::PROD).build();
    let context = move || {
        provide_context(Arc::clone(&flows));
        provide_context(Arc::clone(&reports));
        set_policy();
    };
    let (listing, _) =
        generate_route_list_with_exclusions_and_ssg_and_context(app::App, None, context.clone());
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let missing = leptos_axum::render_app_to_stream_with_context(context.clone(), shell.clone());
    Router::new()
        .leptos_routes_with_context(&options, listing, context, shell)
        .fallback(move |request: Request| {
            let missing = missing.clone();
            async move { not_found(missing(request).await) }
        })
        .layer(axum::middleware::from_fn_with_state(site, files_first))
        .with_state(options)
}

/// A file of the site where the path names one; else a page, but only for those who came for one or know its name.
async fn files_first(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && let Some(response) = site.serve(path, request.headers()) {
        return response;
    }
    let accept =
        request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wants_page = reads && accept.contains("text/html") && !path.starts_with("/api/");
    let is_known = path.starts_with(QUESTIONS) || Page::ALL.into_iter().any(|page| page.path() == path);
    if wants_page || is_known {
        next.run(request).await
    } else {
        Refused(refused::no_such_path()).into_response()
    }
}

fn not_found(mut page: Response) -> Response {
    if page.status() == StatusCode::OK {
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}

/// Tells the browser to run only this page's own scripts (by nonce, or from this server) and to load nothing from
/// elsewhere. Style attributes are allowed: bars in tables have their width in one. Outside a page there is no nonce, and
/// the stricter policy of [`crate::http::guard`] holds.
fn set_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
        // The page holds what the logs say; it may come back from memory but is asked for again.
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}
