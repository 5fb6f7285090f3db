//! `/api/v1/…`: answers as JSON, or as CSV by suffix or by the `Accept` header; what was set aside also as one JSON
//! object per line.

use crate::csv;
use crate::http::query;
use crate::http::refused::{self, Refused};
use crate::question::Question;
use app::ports::Flows;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use std::sync::Arc;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One JSON object.
    Json,
    /// A table with a header line.
    Csv,
}

/// One route per question and form. Anything else below `/api/` is a refusal, not a page.
pub fn routes(flows: Arc<dyn Flows>) -> Router {
    let mut router = Router::new();
    for question in Question::ALL {
        let name = question.name();
        let asked = Arc::clone(&flows);
        let by_accept = move |RawQuery(raw), headers: HeaderMap| answer(asked, question, form(&headers), raw);
        let asked = Arc::clone(&flows);
        let as_csv = move |RawQuery(raw)| answer(asked, question, Form::Csv, raw);
        router = router
            .route(&format!("/api/v1/{name}"), get(by_accept))
            .route(&format!("/api/v1/{name}.csv"), get(as_csv));
    }
    let watched = Arc::clone(&flows);
    let asked = Arc::clone(&flows);
    router
        .route("/api/v1/set-aside.ndjson", get(move |RawQuery(raw)| set_aside_lines(asked, raw)))
        .route(
            "/api/v1/progress",
            get(move |headers: HeaderMap| async move { progress(&*watched, form(&headers)) }),
        )
        .route("/api/v1/progress.csv", get(move || async move { progress(&*flows, Form::Csv) }))
        .route("/api/v1/{*nothing}", get(|| async { Refused(refused::no_such_path()) }))
}

/// JSON unless the asker prefers CSV by naming it.
pub(crate) fn form(headers: &HeaderMap) -> Form {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/csv") && !accept.contains("application/json") { Form::Csv } else { Form::Json }
}

async fn answer(
    flows: Arc<dyn Flows>,
    question: Question,
    form: Form,
    raw: Option<String>,
) -> Result<Response, Refused> {
    let view = query::view(raw.as_deref().unwrap_or_default())?;
    let answer = question.ask(&*flows, &view).await?;
    Ok(match form {
        Form::Csv => written(form, answer.csv().into_bytes(), question.name()),
        Form::Json => {
            let body = answer.json().map_err(|error| refused::internal("writing an answer", &error))?;
            written(form, body, question.name())
        }
    })
}

/// What was set aside, one JSON object per line: `source`, `object`, `line` (null for a whole object), `why`.
async fn set_aside_lines(flows: Arc<dyn Flows>, raw: Option<String>) -> Result<Response, Refused> {
    let view = query::view(raw.as_deref().unwrap_or_default())?;
    let mut body = Vec::new();
    for line in &flows.set_aside(&view).await?.kept {
        serde_json::to_writer(&mut body, line)
            .map_err(|error| refused::internal("writing what was set aside", &error))?;
        body.push(b'\n');
    }
    let kind = (header::CONTENT_TYPE, "application/x-ndjson");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"weir-set-aside.ndjson\"");
    Ok(([kind, name], body).into_response())
}

fn progress(flows: &dyn Flows, form: Form) -> Result<Response, Refused> {
    let progress = flows.progress();
    Ok(match form {
        Form::Csv => written(form, csv::progress(&progress).into_bytes(), "progress"),
        Form::Json => {
            let body = serde_json::to_vec(&progress)
                .map_err(|error| refused::internal("writing progress", &error))?;
            written(form, body, "progress")
        }
    })
}

/// An answer with the headers of its form.
pub(crate) fn written(form: Form, body: Vec<u8>, name: &str) -> Response {
    let vary = [(header::VARY, "accept")];
    match form {
        Form::Json => (vary, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Form::Csv => {
            let disposition = format!("attachment; filename=\"weir-{name}.csv\"");
            let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned());
            (vary, [kind, (header::CONTENT_DISPOSITION, disposition)], body).into_response()
        }
    }
}
