//! `/api/v1/find?q=TEXT&LINK`: the places a text may mean, as JSON, or as `.html` the entries of a list box.

use crate::clock;
use crate::find::{Found, TEXT_LIMIT, find};
use crate::http::query;
use crate::http::refused::{Refused, text};
use crate::views::{Shelf, Views};
use app::ports::Flows;
use axum::extract::RawQuery;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use contract::view::TopBy;
use contract::{Dimension, Filter, Measure, Refusal, RefusalKind, View, link};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// How long the interfaces may take: the palette answers while one types.
const PATIENCE: Duration = Duration::from_millis(400);
/// Interfaces that are looked through.
const INTERFACES: u16 = 1_000;

/// Both routes.
pub fn routes(flows: Arc<dyn Flows>, views: Views) -> Router {
    let (flows_too, views_too) = (Arc::clone(&flows), views.clone());
    let json = move |RawQuery(raw)| async move {
        let found = found(&*flows, &views, raw.as_deref().unwrap_or_default()).await?;
        Ok::<_, Refused>(Json(List { found }))
    };
    let html = move |RawQuery(raw)| async move {
        let found = found(&*flows_too, &views_too, raw.as_deref().unwrap_or_default()).await?;
        let options = found.iter().enumerate().map(|(number, found)| option(number, found));
        Ok::<_, Refused>(fragment(options.collect()))
    };
    Router::new().route("/api/v1/find", get(json)).route("/api/v1/find.html", get(html))
}

#[derive(Debug, Serialize)]
struct List {
    found: Vec<Found>,
}

async fn found(flows: &dyn Flows, views: &Views, raw: &str) -> Result<Vec<Found>, Refused> {
    let (rest, [q]) = query::take(raw, ["q"]);
    let text = query::plain(q.unwrap_or_default());
    if text.len() > TEXT_LIMIT {
        let message = format!("q is longer than {TEXT_LIMIT} bytes.");
        return Err(Refused(Refusal::new(RefusalKind::TooLarge, message, "Paste one line.")));
    }
    // The palette must open also on a page whose address is no question.
    let view = link::decode(&rest).unwrap_or_default();
    let interfaces = match text.starts_with("eni-") {
        true => tokio::time::timeout(PATIENCE, interfaces(flows, &view)).await.unwrap_or_default(),
        false => Vec::new(),
    };
    let views = views.with(Shelf::all).await.unwrap_or_default();
    Ok(find(&text, &view, &views, &interfaces, clock::now()))
}

/// The interfaces that logged in the range, the busiest first.
async fn interfaces(flows: &dyn Flows, view: &View) -> Vec<String> {
    let by = TopBy::Dimension(Dimension::InterfaceId);
    let filter = Filter::default();
    let question = View { by, filter, measure: Measure::Flows, top: INTERFACES, ..view.clone() };
    let top = flows.top(&question).await;
    top.map(|top| top.rows.iter().map(|row| row.key.clone()).collect()).unwrap_or_default()
}

fn option(number: usize, found: &Found) -> String {
    let Found { title, about, href } = found;
    let (title, about, href) = (text(title), text(about), text(href));
    format!(
        "<li role=\"option\" id=\"choice-{number}\" data-to=\"{href}\"><b>{title}</b><span>{about}</span></li>"
    )
}

/// A piece of a page.
pub fn fragment(html: String) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}
