//! `/api/v1/cost`: what the flow logs cost, as JSON, as CSV (the bill), and as a picture; and the order to take in what
//! describe-flow-logs printed. Of the link, the source and the details count.

use crate::cost::{Cost, Costs};
use crate::http::picture::Canvas;
use crate::http::query;
use crate::http::refused::{self, Refused};
use crate::reports::waterfall::waterfall;
use axum::extract::{DefaultBodyLimit, Form, FromRequest, RawQuery, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, Router, routing::get, routing::post};
use chart::svg;
use contract::{Page, Refusal, RefusalKind, View};
use serde::Deserialize;
use std::sync::Arc;

/// Largest text of describe-flow-logs that is taken in, bytes, percent-encoded: a thousand flow logs.
const IMPORT_BYTES: usize = 4 << 20;

/// What the form of the set-up page sends.
#[derive(Deserialize)]
struct Import {
    described: String,
}

/// What is asked.
pub fn routes(costs: Arc<dyn Costs>) -> Router {
    let (as_csv, drawn) = (Arc::clone(&costs), Arc::clone(&costs));
    let whole = move |RawQuery(raw), headers: HeaderMap| async move {
        let is_csv = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes() == b"text/csv");
        let cost = told(&*costs, raw).await?;
        Ok::<_, Refused>(if is_csv { csv(&cost) } else { Json(&*cost).into_response() })
    };
    Router::new()
        .route("/api/v1/cost", get(whole))
        .route(
            "/api/v1/cost.csv",
            get(move |RawQuery(raw)| async move { told(&*as_csv, raw).await.map(|cost| csv(&cost)) }),
        )
        .route("/api/v1/cost.svg", get(move |RawQuery(raw)| async move { picture(&*drawn, raw).await }))
}

/// What is ordered.
pub fn orders(costs: Arc<dyn Costs>) -> Router {
    let order = move |request: Request| async move { import(&*costs, request).await };
    Router::new().route("/api/v1/flow-logs", post(order)).layer(DefaultBodyLimit::max(IMPORT_BYTES))
}

async fn told(costs: &dyn Costs, raw: Option<String>) -> Result<Arc<Cost>, Refused> {
    Ok(costs.cost(&query::view(raw.as_deref().unwrap_or_default())?).await?)
}

fn csv(cost: &Cost) -> Response {
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"weir-cost.csv\"");
    ([kind, name], cost.bill.csv()).into_response()
}

async fn picture(costs: &dyn Costs, raw: Option<String>) -> Result<Response, Refused> {
    let (link, canvas) = Canvas::of(raw.as_deref().unwrap_or_default())?;
    let cost = told(costs, Some(link)).await?;
    let (width, height) = canvas.size();
    let drawn = svg::waterfall(&waterfall(&cost), width, height, &canvas.look(&contract::View::default()));
    let drawn = drawn.map_err(|error| refused::internal("painting", &error))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], drawn).into_response())
}

/// Takes in what describe-flow-logs printed: the body itself, or a form with it. A form leads back to the page.
async fn import(costs: &dyn Costs, request: Request) -> Result<Response, Refused> {
    if !is_ours(request.headers()) {
        let message = "This order came from another site's page.";
        return Err(Refused(Refusal::new(
            RefusalKind::Denied,
            message,
            "Open the page here and send it again.",
        )));
    }
    let unreadable = |_| {
        let message = format!("The text cannot be read, or is longer than {} MB.", IMPORT_BYTES >> 20);
        Refused(Refusal::new(RefusalKind::TooLarge, message, "Send what one region prints at a time."))
    };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        let Form(form) = Form::<Import>::from_request(request, &()).await.map_err(|_| unreadable(()))?;
        costs.import(&form.described)?;
        return Ok(Redirect::to(&Page::Setup.elsewhere(&View::default())).into_response());
    }
    let text = String::from_request(request, &()).await.map_err(|_| unreadable(()))?;
    costs.import(&text)?;
    Ok(Json(costs.described().logs()).into_response())
}

/// Whether the order comes from a page of this server, or from no page at all. Browsers say so themselves.
fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), ..) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (None, Some(_), None) => false,
        (None, None, _) => true,
    }
}
