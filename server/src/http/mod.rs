//! The web face: one router over the ports [`Flows`] and [`Reports`]. It lists every route once, in the order of who calls them, and
//! wraps them in the guards that every request passes. Knows nothing of the lake or of S3.
//!
//! | Path | For |
//! |---|---|
//! | `/healthz` `/readyz` `/metrics` | operators |
//! | `/api/v1/{summary,timeline,matrix,top,coverage,objects,set-aside,progress}[.csv]` | programs |
//! | `/api/v1/set-aside.ndjson` | programs |
//! | `/api/v1/{advice,blocked,groups,rules,replay}[.csv]`, `/api/v1/advice.{tf,sh,cfn.json}` | programs, people who apply |
//! | `/api/v1/cost[.csv]` `/api/v1/cost.svg` `/api/v1/flow-logs` (POST) | programs |
//! | `/api/v1/report/PAGE` `/api/v1/report/PAGE/TABLE.csv` | programs |
//! | `/api/v1/{timeline,matrix}.{svg,png}` | `<img>` and link previews |
//! | `/api/v1/views…` | saved views: programs, and the forms of pages |
//! | `/api/v1/{find,complete,when}` | boxes of pages that answer while one types |
//! | `/v/SLUG` | short links of saved views |
//! | `POST /decisions` | forms about suggestions |
//! | pages, server functions | people |
//! | everything else | files of the site folder, or a 404 |

pub mod advice;
pub mod api;
pub mod complete;
pub mod cost;
pub mod decide;
pub mod find;
pub mod guard;
pub mod health;
pub mod hosts;
pub mod listen;
pub mod pages;
pub mod picture;
pub mod query;
pub mod refused;
pub mod report;
pub mod site;
pub mod views;
pub mod when;

pub use guard::Limits;
pub use health::Lifecycle;
pub use hosts::Hosts;
pub use site::Site;

use crate::advice::Adviser;
use crate::cost::Costs;
use crate::views::Views;
use app::ports::{Flows, Reports};
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

/// What the router is made of.
pub struct Parts {
    /// Who answers.
    pub flows: Arc<dyn Flows>,
    /// Who gives advice.
    pub adviser: Arc<Adviser>,
    /// Who composes the pages that are documents.
    pub reports: Arc<dyn Reports>,
    /// Who keeps views.
    pub views: Views,
    /// Who says what flow logs cost.
    pub costs: Arc<dyn Costs>,
    /// The files of the browser's side.
    pub site: Arc<Site>,
    /// Prints the metrics.
    pub metrics: PrometheusHandle,
    /// Names this server may be called by.
    pub hosts: Hosts,
    /// Whether the server is taking requests or winding down.
    pub lifecycle: Lifecycle,
    /// Bounds on what one request and all together may take.
    pub limits: Limits,
}

/// The whole router. The last layer is the outermost: a panic is caught and a request counted whatever it passed
/// through, and a request under a foreign name gets no further than the guard of names.
pub fn router(parts: Parts) -> Router {
    let Parts { flows, reports, costs, adviser, views, site, metrics, hosts, lifecycle, limits } = parts;
    let gate = guard::Gate::new(limits);
    Router::new()
        .merge(api::routes(Arc::clone(&flows)))
        .merge(decide::routes(Arc::clone(&adviser)))
        .merge(advice::routes(adviser))
        .merge(picture::routes(Arc::clone(&flows)))
        .merge(report::routes(Arc::clone(&reports)))
        .merge(views::routes(views.clone()))
        .merge(find::routes(Arc::clone(&flows), views.clone()))
        .merge(complete::routes(Arc::clone(&flows)))
        .merge(when::routes())
        .merge(cost::routes(Arc::clone(&costs)))
        .merge(
            pages::routes(flows, reports, site)
                .layer(axum::middleware::from_fn_with_state(views, views::go_home)),
        )
        .layer(RequestBodyLimitLayer::new(limits.body_bytes))
        // These have bodies, and a bound of their own.
        .merge(cost::orders(costs))
        .layer(axum::middleware::from_fn_with_state(gate, guard::admit))
        // Outside the gate: an operator must see a server that is too busy for anybody else.
        .merge(health::routes(metrics, lifecycle))
        .layer(CompressionLayer::new().compress_when(guard::whole_texts()))
        .layer(axum::middleware::from_fn(guard::check_origin))
        .layer(axum::middleware::from_fn_with_state(Arc::new(hosts), guard::check_host))
        .layer(CatchPanicLayer::custom(refused::after_panic))
        .layer(axum::middleware::from_fn(guard::harden))
        .layer(axum::middleware::from_fn(guard::observe))
}
