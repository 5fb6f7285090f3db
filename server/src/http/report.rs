//! `/api/v1/report/PAGE`: a page that is a document, as JSON; `/api/v1/report/PAGE/TABLE.csv`: one of its tables. The same
//! numbers as on the page, from the same composition. The parameter `utc-offset` (seconds) is the zone of times in words; files
//! have times in UTC.

use crate::csv;
use crate::http::query;
use crate::http::refused::{self, Refused};
use app::ports::Reports;
use axum::extract::{Path, RawQuery};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use contract::{Page, Report};
use std::sync::Arc;

/// The two routes.
pub fn routes(reports: Arc<dyn Reports>) -> Router {
    let asked = Arc::clone(&reports);
    let whole = move |Path(page): Path<String>, RawQuery(raw)| async move {
        composed(&*asked, &page, raw).await.map(Json)
    };
    let table = move |Path((page, table)): Path<(String, String)>, RawQuery(raw)| async move {
        as_csv(&*reports, &page, &table, raw).await
    };
    Router::new()
        .route("/api/v1/report/{page}", get(whole))
        .route("/api/v1/report/{page}/{table}", get(table))
}

async fn composed(reports: &dyn Reports, page: &str, raw: Option<String>) -> Result<Report, Refused> {
    let (link, [offset]) = query::take(raw.as_deref().unwrap_or_default(), ["utc-offset"]);
    let view = query::view(&link)?;
    let page = Page::from_name(page).ok_or_else(|| Refused(refused::no_such_path()))?;
    Ok(reports.report(page, &view, query::utc_offset(offset)?).await?)
}

async fn as_csv(
    reports: &dyn Reports,
    page: &str,
    file: &str,
    raw: Option<String>,
) -> Result<Response, Refused> {
    let id = file.strip_suffix(".csv").ok_or_else(|| Refused(refused::no_such_path()))?;
    let report = composed(reports, page, raw).await?;
    let table = report.tables().into_iter().find(|table| table.head.id == id);
    let table = table.ok_or_else(|| Refused(refused::no_such_path()))?;
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned());
    // The id is one of ours: letters and hyphens.
    let disposition = (header::CONTENT_DISPOSITION, format!("attachment; filename=\"weir-{id}.csv\""));
    Ok(([kind, disposition], csv::report_table(table)).into_response())
}
