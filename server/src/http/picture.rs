//! `/api/v1/{timeline,matrix}.{svg,png}`: the same painters that draw in the browser, for `<img>`, link previews and
//! people without JavaScript. The parameters `width`, `height` (CSS pixels), `theme` (light or dark) and, for PNG,
//! `ratio` (device pixels per CSS pixel) belong to the picture, so does `utc-offset`, what its zone adds to UTC in seconds; the rest of the query is the link.

use crate::http::query;
use crate::http::refused::{self, Refused};
use crate::reports::say;
use app::ports::Flows;
use axum::extract::RawQuery;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use chart::png::Pixels;
use chart::{Look, PaintError, SIDE_LIMIT_CSS, Theme, svg};
use contract::report::Drawing;
use contract::{Matrix, Refusal, RefusalKind, Timeline, View};
use std::sync::Arc;

/// Least and most CSS pixels across: below it no axis fits, above it no screen is.
const WIDTHS: (u32, u32) = (160, SIDE_LIMIT_CSS);
/// Least and most CSS pixels from top to bottom.
const HEIGHTS: (u32, u32) = (80, 2_160);
/// Least and most device pixels per CSS pixel; with the sizes above it bounds a PNG to about 300 MB while painted.
const RATIOS: (u32, u32) = (1, 3);
/// CSS pixels across and down when the asker does not say.
const DEFAULT_SIZE: (u32, u32) = (1_200, 320);

/// A picture's file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Scalable.
    Svg,
    /// Pixels.
    Png,
}

/// Which picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Timeline,
    Matrix,
}

/// What a picture shows.
enum Picture {
    Timeline(Arc<Timeline>),
    Matrix(Arc<Matrix>),
}

/// How large and in which colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Canvas {
    width_css: u32,
    height_css: u32,
    ratio: u32,
    theme: Theme,
    offset_secs: i64,
}

/// The four routes.
pub fn routes(flows: Arc<dyn Flows>) -> Router {
    let mut router = Router::new();
    for (path, subject, format) in [
        ("/api/v1/timeline.svg", Subject::Timeline, Format::Svg),
        ("/api/v1/timeline.png", Subject::Timeline, Format::Png),
        ("/api/v1/matrix.svg", Subject::Matrix, Format::Svg),
        ("/api/v1/matrix.png", Subject::Matrix, Format::Png),
    ] {
        let flows = Arc::clone(&flows);
        router = router.route(path, get(move |RawQuery(raw)| draw(flows, subject, format, raw)));
    }
    router
}

async fn draw(
    flows: Arc<dyn Flows>,
    subject: Subject,
    format: Format,
    raw: Option<String>,
) -> Result<Response, Refused> {
    let (link, canvas) = Canvas::of(raw.as_deref().unwrap_or_default())?;
    let view = query::view(&link)?;
    let picture = ask(&*flows, subject, &view, f64::from(canvas.width_css)).await?;
    answered(format, move || paint(&picture, canvas, &view, format)).await
}

/// A picture as an answer. Painting takes milliseconds of pure arithmetic: too long for a thread that serves sockets.
///
/// # Errors
/// When it cannot be painted.
pub async fn answered(
    format: Format,
    paint: impl FnOnce() -> Result<Vec<u8>, Refused> + Send + 'static,
) -> Result<Response, Refused> {
    let painted = tokio::task::spawn_blocking(paint).await;
    let body = painted.map_err(|error| refused::internal("painting", &error))??;
    let kind = match format {
        Format::Svg => "image/svg+xml",
        Format::Png => "image/png",
    };
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}

/// A picture of a document, of the width of the canvas and the height that suits it.
///
/// # Errors
/// When it cannot be painted.
pub fn figure(drawing: &Drawing, canvas: Canvas, view: &View, format: Format) -> Result<Vec<u8>, Refused> {
    let Drawing { table, words, figure } = drawing;
    let (width, look) = (canvas.width_css, canvas.look(view));
    let words = say::plain(words);
    match format {
        Format::Svg => svg::figure((&table.head.title, &words), figure, width, &look)
            .map(String::into_bytes)
            .map_err(failed),
        Format::Png => file(&chart::png::figure(figure, width, &look).map_err(failed)?),
    }
}

fn failed(error: PaintError) -> Refused {
    Refused(refused::internal("painting", &error))
}

fn file(pixels: &Pixels) -> Result<Vec<u8>, Refused> {
    encoded(pixels).map_err(|error| Refused(refused::internal("writing a PNG", &error)))
}

/// The question the browser's own surface of that width would ask, so that both share one answer.
async fn ask(flows: &dyn Flows, subject: Subject, view: &View, width_css: f64) -> Result<Picture, Refusal> {
    Ok(match subject {
        Subject::Timeline => {
            Picture::Timeline(flows.timeline(&app::question::timeline(view, width_css)).await?)
        }
        Subject::Matrix => Picture::Matrix(flows.matrix(&app::question::matrix(view, width_css)).await?),
    })
}

impl Canvas {
    /// Separates the picture's parameters from the link.
    ///
    /// # Errors
    /// A refusal that names the parameter, when one is none.
    pub fn of(raw: &str) -> Result<(String, Canvas), Refused> {
        let (link, [width, height, ratio, theme, offset]) =
            query::take(raw, ["width", "height", "ratio", "theme", "utc-offset"]);
        let theme = match theme {
            None => Theme::Light,
            Some(name) => Theme::from_name(name).ok_or_else(|| {
                let message = format!("theme must be light or dark, not {name:?}.");
                Refused(Refusal::new(RefusalKind::BadQuestion, message, "Leave it out for light."))
            })?,
        };
        let canvas = Canvas {
            width_css: query::bounded("width", width, DEFAULT_SIZE.0, WIDTHS)?,
            height_css: query::bounded("height", height, DEFAULT_SIZE.1, HEIGHTS)?,
            ratio: query::bounded("ratio", ratio, 1, RATIOS)?,
            theme,
            offset_secs: query::utc_offset(offset)?,
        };
        Ok((link, canvas))
    }

    /// CSS pixels across and down.
    pub const fn size(self) -> (u32, u32) {
        (self.width_css, self.height_css)
    }

    /// Without a browser there is no local zone: the server draws in UTC unless it is told another.
    pub fn look(self, view: &View) -> Look {
        let zone_offset_secs = self.offset_secs;
        Look { ratio: f64::from(self.ratio), zone_offset_secs, ..Look::of(self.theme).asked(view) }
    }
}

fn paint(picture: &Picture, canvas: Canvas, view: &View, format: Format) -> Result<Vec<u8>, Refused> {
    let (width, height, look) = (canvas.width_css, canvas.height_css, canvas.look(view));
    match format {
        Format::Svg => match picture {
            Picture::Timeline(picture) => svg::timeline(picture, width, height, &look),
            Picture::Matrix(picture) => svg::matrix(picture, width, height, &look),
        }
        .map(String::into_bytes)
        .map_err(failed),
        Format::Png => {
            let pixels = match picture {
                Picture::Timeline(picture) => chart::png::timeline(picture, width, height, &look),
                Picture::Matrix(picture) => chart::png::matrix(picture, width, height, &look),
            }
            .map_err(failed)?;
            file(&pixels)
        }
    }
}

/// Pixels as a PNG file.
fn encoded(pixels: &Pixels) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels.width, pixels.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels.rgba)?;
    writer.finish()?;
    Ok(file)
}
