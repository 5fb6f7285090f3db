//! `/api/v1/{advice,blocked,groups,rules,replay}` and the suggestions as text to review. The parameters `tightness`, `id`
//! (a group, for rules; a story, for what is blocked), `suggestion` and `edits` belong to the advice; the rest of the
//! query is the link.

use crate::advice::groups::{self, GroupLine};
use crate::advice::replayed::no_inventory;
use crate::advice::{Advised, Adviser, Replayed};
use crate::csv;
use crate::http::api::{Form, form, written};
use crate::http::query;
use crate::http::refused::{self, Refused};
use axum::extract::RawQuery;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use contract::{Refusal, RefusalKind, View};
use firewall::edit::{Edit, WordsError, parse};
use firewall::evaluate::Firewall;
use firewall::render;
use firewall::replay::Effect;
use firewall::suggest::{Options, Suggestion};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a program asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Noun {
    /// What was refused and why.
    Blocked,
    /// The groups.
    Groups,
    /// The rules.
    Rules,
    /// What an edit would have changed.
    Replay,
}

/// How suggestions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notation {
    Terraform,
    Commands,
    CloudFormation,
}

/// The routes.
pub fn routes(adviser: Arc<Adviser>) -> Router {
    let mut router = Router::new();
    for (name, noun) in [
        ("blocked", Noun::Blocked),
        ("groups", Noun::Groups),
        ("rules", Noun::Rules),
        ("replay", Noun::Replay),
    ] {
        let asked = Arc::clone(&adviser);
        let by_accept =
            move |RawQuery(raw), headers: HeaderMap| answer(asked, noun, form(&headers), name, raw);
        let asked = Arc::clone(&adviser);
        let as_csv = move |RawQuery(raw)| answer(asked, noun, Form::Csv, name, raw);
        router = router
            .route(&format!("/api/v1/{name}"), get(by_accept))
            .route(&format!("/api/v1/{name}.csv"), get(as_csv));
    }
    for (ending, notation) in
        [("tf", Notation::Terraform), ("sh", Notation::Commands), ("cfn.json", Notation::CloudFormation)]
    {
        let asked = Arc::clone(&adviser);
        let path = format!("/api/v1/advice.{ending}");
        router = router.route(&path, get(move |RawQuery(raw)| text(asked, notation, ending, raw)));
    }
    router.route("/api/v1/advice", get(move |RawQuery(raw)| whole(adviser, raw)))
}

/// A link, and what stands in it beside the view.
struct Asked {
    view: View,
    options: Options,
    id: Option<String>,
    suggestion: Option<String>,
    edits: Option<String>,
}

impl Asked {
    fn of(raw: Option<String>) -> Result<Asked, Refused> {
        let view = query::view(raw.as_deref().unwrap_or_default())?;
        let own = |name| beside(&view, name).map(str::to_owned);
        let (id, suggestion, edits) = (own("id"), own("suggestion"), own("edits"));
        Ok(Asked { options: options(&view)?, view, id, suggestion, edits })
    }
}

/// A detail of a link, see [`contract::link::DETAILS`].
pub fn beside<'a>(view: &'a View, name: &str) -> Option<&'a str> {
    view.details.get(name).map(String::as_str)
}

/// The reader's choices.
///
/// # Errors
/// A refusal when `tightness` is no number from 0 to 1.
pub fn options(view: &View) -> Result<Options, Refusal> {
    let default = Options::default();
    let Some(text) = beside(view, "tightness") else { return Ok(default) };
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    let tightness = number.ok_or_else(|| {
        let message = format!("tightness must be a number from 0 to 1, not {text:?}.");
        Refusal::new(RefusalKind::BadQuestion, message, "Leave it out for 0.5.")
    })?;
    Ok(Options { tightness, ..default })
}

async fn whole(adviser: Arc<Adviser>, raw: Option<String>) -> Result<Response, Refused> {
    let asked = Asked::of(raw)?;
    let advised = adviser.advised(&asked.view, &asked.options).await?;
    let mut advice = serde_json::to_value(advised.json()).map_err(unwritten)?;
    if asked.view.filter.expr.is_some() {
        let cards = adviser.cards(&asked.view, &advised).await?;
        let blocked = render::blocked(advised.firewall.as_deref(), &cards);
        advice["blocked"] = serde_json::to_value(blocked).map_err(unwritten)?;
    }
    json_of(&advice, "advice")
}

async fn answer(
    adviser: Arc<Adviser>,
    noun: Noun,
    form: Form,
    name: &'static str,
    raw: Option<String>,
) -> Result<Response, Refused> {
    let asked = Asked::of(raw)?;
    if noun == Noun::Replay {
        return replay(&adviser, asked, form).await;
    }
    let advised = adviser.advised(&asked.view, &asked.options).await?;
    let firewall = advised.firewall.as_deref();
    let is_csv = form == Form::Csv;
    let (table, value) = match noun {
        Noun::Blocked => {
            let mut cards = adviser.cards(&asked.view, &advised).await?;
            cards.retain(|card| asked.id.as_ref().is_none_or(|id| card.id() == *id));
            let value =
                || json!({ "window": window(&advised), "blocked": render::blocked(firewall, &cards) });
            if is_csv {
                (csv::advice::blocked(&cards, firewall), Value::Null)
            } else {
                (String::new(), value())
            }
        }
        Noun::Groups => {
            let lines: Vec<GroupLine> = groups::groups(&advised);
            let value = || json!({ "window": window(&advised), "groups": lines });
            if is_csv { (csv::advice::groups(&lines), Value::Null) } else { (String::new(), value()) }
        }
        Noun::Rules | Noun::Replay => {
            let lines = groups::rules(&advised, asked.id.as_deref());
            let value = || json!({ "window": window(&advised), "rules": lines });
            if is_csv { (csv::advice::rules(&lines), Value::Null) } else { (String::new(), value()) }
        }
    };
    if is_csv { Ok(written(form, table.into_bytes(), name)) } else { json_of(&value, name) }
}

/// The range and how much of it the logs tell.
fn window(advised: &Advised) -> Value {
    let window = advised.rows.window();
    json!({ "from": window.from, "to": window.to, "coverage": window.coverage })
}

async fn replay(adviser: &Adviser, asked: Asked, form: Form) -> Result<Response, Refused> {
    let edits = match (&asked.edits, &asked.suggestion) {
        (Some(text), _) => edits_of(text, adviser.stock().firewall.as_deref())?,
        (None, Some(id)) => {
            let advised = adviser.advised(&asked.view, &asked.options).await?;
            let firewall = advised.firewall.as_deref();
            picked(&advised, Some(id))?.iter().filter_map(|one| Some(one.edit(firewall?))).collect()
        }
        (None, None) => {
            let hint = "Add edits=add sg-… ingress tcp 5432 from sg-…, or suggestion=ID.";
            return Err(Refused(Refusal::new(RefusalKind::BadQuestion, "There is nothing to replay.", hint)));
        }
    };
    let replayed = adviser.replayed(&asked.view, edits).await?;
    let rows = adviser.advised(&asked.view, &asked.options).await?;
    let interfaces = rows.rows.interfaces();
    match form {
        Form::Csv => Ok(written(form, csv::advice::replay(&replayed, &interfaces).into_bytes(), "replay")),
        Form::Json => json_of(&replay_json(&replayed, &interfaces, rows.rows.window().from), "replay"),
    }
}

/// Edits in words, against the newest rules.
///
/// # Errors
/// Without an inventory, and for words that cannot be read, with their places.
pub fn edits_of(text: &str, firewall: Option<&Firewall>) -> Result<Vec<Edit>, Refusal> {
    let latest = firewall.and_then(|firewall| firewall.history().latest()).ok_or_else(no_inventory)?;
    parse(text, latest).map_err(|errors| {
        let told: Vec<String> = errors.iter().take(5).map(WordsError::to_string).collect();
        let hint = "Write a change on each line, such as add sg-0a1b ingress tcp 5432 from sg-0c2d.";
        Refusal::new(RefusalKind::BadQuestion, format!("{}.", told.join("; ")), hint)
    })
}

fn replay_json(replayed: &Replayed, interfaces: &[&str], from: i64) -> Value {
    let change = |(who, change, stopped): &(firewall::replay::Who, firewall::replay::Change, bool)| {
        json!({
            "effect": if who.effect == Effect::Allowed { "allowed" } else { "dropped" },
            "interface": interfaces.get(who.interface as usize),
            "direction": who.direction.name(),
            "client": who.client.to_string(),
            "server": who.server.to_string(),
            "protocol": who.protocol,
            "port": who.port,
            "flows": change.flows,
            "bytes": change.bytes,
            "acl_still_stops": stopped,
        })
    };
    let days = replayed.by_day(from);
    let day = |(day, allowed, dropped): &(i64, u64, u64)| json!({ "from": day, "allowed": allowed, "dropped": dropped });
    json!({
        "allowed": replayed.allowed,
        "dropped": replayed.dropped,
        "changes": replayed.changes.iter().map(change).collect::<Vec<_>>(),
        "days": days.iter().map(day).collect::<Vec<_>>(),
        "exposure": {
            "added": replayed.exposure.added,
            "removed": replayed.exposure.removed,
            "reaches_internet": replayed.exposure.reaches_internet,
        },
        "rows": replayed.rows,
        "millis": replayed.took.as_secs_f64() * 1e3,
    })
}

/// All suggestions, or the one that is named.
fn picked(advised: &Advised, id: Option<&str>) -> Result<Vec<Suggestion>, Refused> {
    let all = advised.advice.suggestions.iter();
    let Some(id) = id else { return Ok(all.cloned().collect()) };
    let one: Vec<Suggestion> = all.filter(|one| one.id == id).cloned().collect();
    if one.is_empty() {
        let message = format!("No suggestion is called {id} now.");
        return Err(Refused(Refusal::new(
            RefusalKind::NotFound,
            message,
            "Ask /api/v1/advice for those there are.",
        )));
    }
    Ok(one)
}

async fn text(
    adviser: Arc<Adviser>,
    notation: Notation,
    ending: &'static str,
    raw: Option<String>,
) -> Result<Response, Refused> {
    let asked = Asked::of(raw)?;
    let advised = adviser.advised(&asked.view, &asked.options).await?;
    let suggestions = picked(&advised, asked.suggestion.as_deref())?;
    let (kind, body) = match notation {
        Notation::Terraform => ("text/plain; charset=utf-8", advised.terraform(&suggestions)),
        Notation::Commands => ("text/x-shellscript; charset=utf-8", advised.commands(&suggestions)),
        Notation::CloudFormation => ("application/json", advised.template(&suggestions).map_err(unwritten)?),
    };
    let disposition = format!("attachment; filename=\"weir-advice.{ending}\"");
    let kind = (header::CONTENT_TYPE, kind.to_owned());
    Ok(([kind, (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}

fn json_of(value: &Value, name: &str) -> Result<Response, Refused> {
    Ok(written(Form::Json, serde_json::to_vec(value).map_err(unwritten)?, name))
}

fn unwritten(error: serde_json::Error) -> Refused {
    Refused(refused::internal("writing advice", &error))
}
