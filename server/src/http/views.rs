//! `/api/v1/views…` and `/v/SLUG`: saved views for programs (JSON) and for the forms of pages, which come back as a
//! redirect. Who changes something must come from a page of ours ([`crate::http::guard::check_origin`]).
//!
//! | Request | Does |
//! |---|---|
//! | `GET /api/v1/views?q=WORDS` | lists; `deleted=1` lists those that can be brought back |
//! | `GET /api/v1/views/SLUG` | one view with every edition |
//! | `POST /api/v1/views` | saves a new one |
//! | `POST /api/v1/views/SLUG` | `do=edit`, `delete`, `restore` (with `edition=N`: that one), `pin`, `unpin` |
//! | `DELETE /api/v1/views/SLUG` | deletes |
//! | `GET /v/SLUG?LINK` | leads to the view; parameters of the link count before the view's own |

use crate::clock;
use crate::http::refused::{self, Refused, wants_page};
use crate::views::{Draft, SavedView, Shelf, ShelfError, Views};
use axum::extract::{FromRequest, Path, Query, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Json, Router};
use contract::{Refusal, RefusalKind, link};
use serde::{Deserialize, Serialize};

/// The page of the list.
const LIST: &str = "/views";

/// The routes.
pub fn routes(views: Views) -> Router {
    Router::new()
        .route("/api/v1/views", get(list).post(add))
        .route("/api/v1/views/{slug}", get(one).post(change).delete(remove))
        .route("/v/{slug}", get(lead))
        .with_state(views)
}

/// What a list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    q: String,
    deleted: Option<String>,
}

/// A list of views.
#[derive(Debug, Serialize)]
struct List {
    views: Vec<SavedView>,
}

async fn list(State(views): State<Views>, Query(wanted): Query<Wanted>) -> Result<Json<List>, Refused> {
    let mut views = views.with(Shelf::all).await?;
    views.retain(|view| view.deleted == wanted.deleted.is_some() && view.draft.matches(&wanted.q));
    Ok(Json(List { views }))
}

async fn one(State(views): State<Views>, Path(slug): Path<String>) -> Result<Response, Refused> {
    Ok(Json(views.with(move |shelf| shelf.one(&slug)).await?).into_response())
}

/// What a form or a program sends. What is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    /// What to do with a view that is there.
    r#do: Act,
    name: Option<String>,
    description: Option<String>,
    owner: Option<String>,
    /// With commas between them.
    tags: Option<String>,
    page: Option<String>,
    link: Option<String>,
    /// Whether the view follows the clock.
    times: Times,
    /// Which edition was before the editor, or is to be brought back.
    edition: Option<u32>,
}

/// What can be done with a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    #[default]
    Edit,
    Delete,
    Restore,
    Pin,
    Unpin,
}

/// Whether the times of a view follow the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Times {
    /// As its link says.
    #[default]
    Live,
    /// As they are at this moment.
    Moment,
}

impl Sent {
    /// Reads a form or a JSON document.
    async fn read(request: Request) -> Result<Sent, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let read = match kind.is_some_and(|kind| kind.starts_with("application/json")) {
            true => Json::from_request(request, &()).await.map(|Json(sent)| sent).map_err(|e| e.body_text()),
            false => Form::from_request(request, &()).await.map(|Form(sent)| sent).map_err(|e| e.body_text()),
        };
        read.map_err(|why| {
            let hint = "Send name, description, owner, tags, page, link, times, edition and do, as a form or as JSON.";
            Refused(Refusal::new(RefusalKind::BadQuestion, format!("The body cannot be read: {why}."), hint))
        })
    }

    /// The draft it makes of another.
    fn over(self, draft: Draft, now: i64) -> Draft {
        let tags = self.tags.map(|tags| tags.split(',').map(str::to_owned).collect());
        let draft = Draft {
            name: self.name.unwrap_or(draft.name),
            description: self.description.unwrap_or(draft.description),
            owner: self.owner.unwrap_or(draft.owner),
            tags: tags.unwrap_or(draft.tags),
            page: self.page.unwrap_or(draft.page),
            link: self.link.unwrap_or(draft.link),
        };
        if self.times == Times::Moment { draft.fixed(now) } else { draft }
    }
}

async fn add(State(views): State<Views>, headers: HeaderMap, request: Request) -> Response {
    let done = async {
        let sent = Sent::read(request).await?;
        let now = clock::now();
        let draft = sent.over(Draft { page: "/".to_owned(), ..Draft::default() }, now);
        Ok(views.with(move |shelf| shelf.add(draft, now)).await?)
    };
    told(&headers, done.await.map(|view| (StatusCode::CREATED, "saved", view)))
}

async fn change(
    State(views): State<Views>,
    Path(slug): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let done = async {
        let sent = Sent::read(request).await?;
        let word = match sent.r#do {
            Act::Edit => "saved",
            Act::Delete => "deleted",
            Act::Restore => "restored",
            Act::Pin => "pinned",
            Act::Unpin => "unpinned",
        };
        let view = views.with(move |shelf| act(shelf, &slug, sent)).await?;
        Ok((StatusCode::OK, word, view))
    };
    told(&headers, done.await)
}

fn act(shelf: &mut Shelf, slug: &str, sent: Sent) -> Result<SavedView, ShelfError> {
    let now = clock::now();
    match sent.r#do {
        Act::Edit => {
            let before = shelf.one(slug)?.view;
            let opened = sent.edition.unwrap_or(before.edition);
            shelf.edit(slug, Some(opened), sent.over(before.draft, now), now)
        }
        Act::Delete => shelf.delete(slug, now),
        Act::Restore => shelf.restore(slug, sent.edition, now),
        Act::Pin | Act::Unpin => {
            shelf.pin(Some(slug).filter(|_| sent.r#do == Act::Pin))?;
            shelf.one(slug).map(|told| told.view)
        }
    }
}

async fn remove(State(views): State<Views>, Path(slug): Path<String>, headers: HeaderMap) -> Response {
    let done = views.with(move |shelf| shelf.delete(&slug, clock::now())).await;
    told(&headers, done.map(|view| (StatusCode::OK, "deleted", view)).map_err(Refused))
}

/// The view for programs; for forms the way back to the list, which says what was done.
fn told(headers: &HeaderMap, done: Result<(StatusCode, &str, SavedView), Refused>) -> Response {
    match (done, wants_page(headers)) {
        (Ok((_, word, view)), true) => {
            Redirect::to(&format!("{LIST}?act={word}&id={}", view.slug)).into_response()
        }
        (Ok((status, _, view)), false) => (status, Json(view)).into_response(),
        (Err(Refused(refusal)), true) => refused::page(&refusal),
        (Err(refused), false) => refused.into_response(),
    }
}

/// Leads to a view. What was deleted leads to the list, where it can be brought back.
async fn lead(
    State(views): State<Views>,
    Path(slug): Path<String>,
    headers: HeaderMap,
    RawQuery(more): RawQuery,
) -> Response {
    let found = views.with(move |shelf| shelf.one(&slug)).await;
    match found {
        Ok(told) if told.view.deleted => {
            Redirect::to(&format!("{LIST}?act=deleted&id={}", told.view.slug)).into_response()
        }
        Ok(told) => Redirect::to(&with_more(&told.view.draft, more.as_deref())).into_response(),
        Err(refusal) if wants_page(&headers) => refused::page(&refusal),
        Err(refusal) => Refused(refusal).into_response(),
    }
}

/// The address of a view with more parameters at the end, where they count.
fn with_more(draft: &Draft, more: Option<&str>) -> String {
    let joined = more.map(|more| format!("{}&{more}", draft.link));
    match joined.as_deref().map(link::decode) {
        Some(Ok(view)) => format!("{}?{}", draft.page, link::encode(&view)),
        _ => draft.address(),
    }
}

/// Leads from the bare address `/` to the view that was made the home of everybody; without one nothing happens.
pub async fn go_home(State(views): State<Views>, request: Request, next: axum::middleware::Next) -> Response {
    let is_bare = request.uri().path() == "/" && request.uri().query().unwrap_or_default().is_empty();
    if is_bare && request.method().is_safe() {
        // A shelf that cannot be read must not stand before the logs.
        if let Ok(Some(home)) = views.with(Shelf::home).await {
            return Redirect::to(&home.address).into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_after_a_slug_count_before_the_views_own() {
        let draft =
            Draft { page: "/coverage".into(), link: "v=1&from=now-3h&to=now".into(), ..Draft::default() };
        assert_eq!(with_more(&draft, None), "/coverage?v=1&from=now-3h&to=now");
        assert_eq!(with_more(&draft, Some("from=now-1h&x=y")), "/coverage?v=1&from=now-1h&to=now&x=y");
        assert_eq!(with_more(&draft, Some("from=soon")), draft.address(), "what cannot be read is left out");
    }
}
