//! `/api/v1/report/PAGE`: a page that is a document, as JSON; `/api/v1/report/PAGE/TABLE.csv`: one of its tables;
//! `/api/v1/report/PAGE/DRAWING.{svg,png}`: one of its drawings, with the parameters of the other pictures. The same numbers
//! as on the page, from the same composition. The parameter `utc-offset` (seconds) is the zone of times in words; tables have
//! times in UTC.

use crate::csv;
use crate::http::picture::{self, Canvas, Format};
use crate::http::query;
use crate::http::refused::{self, Refused};
use app::ports::Reports;
use axum::extract::{Path, RawQuery};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use contract::report::Block;
use contract::{Page, Report, View};
use std::sync::Arc;

/// The two routes.
pub fn routes(reports: Arc<dyn Reports>) -> Router {
    let asked = Arc::clone(&reports);
    let whole = move |Path(page): Path<String>, RawQuery(raw)| async move {
        composed(&*asked, &page, raw).await.map(Json)
    };
    let table = move |Path((page, table)): Path<(String, String)>, RawQuery(raw)| async move {
        as_file(&*reports, &page, &table, raw).await
    };
    Router::new()
        .route("/api/v1/report/{page}", get(whole))
        .route("/api/v1/report/{page}/{table}", get(table))
}

async fn composed(reports: &dyn Reports, page: &str, raw: Option<String>) -> Result<Report, Refused> {
    let (link, [offset]) = query::take(raw.as_deref().unwrap_or_default(), ["utc-offset"]);
    of_page(reports, page, &query::view(&link)?, query::utc_offset(offset)?).await
}

async fn of_page(
    reports: &dyn Reports,
    page: &str,
    view: &View,
    offset_secs: i64,
) -> Result<Report, Refused> {
    let page = Page::from_name(page).ok_or_else(|| Refused(refused::no_such_path()))?;
    Ok(reports.report(page, view, offset_secs).await?)
}

async fn as_file(
    reports: &dyn Reports,
    page: &str,
    file: &str,
    raw: Option<String>,
) -> Result<Response, Refused> {
    let nothing = || Refused(refused::no_such_path());
    match file.rsplit_once('.').ok_or_else(nothing)? {
        (id, "csv") => as_csv(&composed(reports, page, raw).await?, id).ok_or_else(nothing),
        (id, "svg") => as_picture(reports, (page, id), raw, Format::Svg).await,
        (id, "png") => as_picture(reports, (page, id), raw, Format::Png).await,
        _ => Err(nothing()),
    }
}

fn as_csv(report: &Report, id: &str) -> Option<Response> {
    let table = report.tables().into_iter().find(|table| table.head.id == id)?;
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned());
    // The id is one of ours: letters and hyphens.
    let disposition = (header::CONTENT_DISPOSITION, format!("attachment; filename=\"weir-{id}.csv\""));
    Some(([kind, disposition], csv::report_table(table)).into_response())
}

async fn as_picture(
    reports: &dyn Reports,
    (page, id): (&str, &str),
    raw: Option<String>,
    format: Format,
) -> Result<Response, Refused> {
    let raw = raw.unwrap_or_default();
    let (link, canvas) = Canvas::of(&raw)?;
    let view = query::view(&link)?;
    let mut report = of_page(reports, page, &view, canvas.look(&view).zone_offset_secs).await?;
    let mut found = None;
    report.each_block(|block| {
        if let Block::Drawing(drawing) = block
            && drawing.table.head.id == id
        {
            found = Some(drawing.clone());
        }
    });
    let drawing = found.ok_or_else(|| Refused(refused::no_such_path()))?;
    picture::answered(format, move || picture::figure(&drawing, canvas, &view, format)).await
}
