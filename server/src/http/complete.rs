//! `/api/v1/complete?filter=TEXT&at=BYTE&LINK`: how a filter may go on where the cursor stands, as JSON, or as `.html` the
//! entries of a list box, each with the whole text it would make.

use crate::complete::{Completion, complete};
use crate::http::find::fragment;
use crate::http::query;
use crate::http::refused::{Refused, text};
use app::ports::Flows;
use axum::extract::RawQuery;
use axum::{Json, Router, routing::get};
use contract::filter::TEXT_LIMIT;
use contract::{Refusal, RefusalKind, link};
use std::sync::Arc;

/// Both routes.
pub fn routes(flows: Arc<dyn Flows>) -> Router {
    let flows_too = Arc::clone(&flows);
    let json = move |RawQuery(raw)| async move {
        let (_, completion) = completed(&*flows, raw.as_deref().unwrap_or_default()).await?;
        Ok::<_, Refused>(Json(completion))
    };
    let html = move |RawQuery(raw)| async move {
        let (filter, completion) = completed(&*flows_too, raw.as_deref().unwrap_or_default()).await?;
        Ok::<_, Refused>(fragment(options(&filter, &completion)))
    };
    Router::new().route("/api/v1/complete", get(json)).route("/api/v1/complete.html", get(html))
}

async fn completed(flows: &dyn Flows, raw: &str) -> Result<(String, Completion), Refused> {
    let (rest, [filter, at]) = query::take(raw, ["filter", "at"]);
    let filter = query::plain(filter.unwrap_or_default());
    if filter.len() > TEXT_LIMIT {
        let message = format!("filter is longer than {TEXT_LIMIT} bytes.");
        return Err(Refused(Refusal::new(RefusalKind::TooLarge, message, "Shorten it.")));
    }
    let end = u32::try_from(filter.len()).unwrap_or(u32::MAX);
    let at = query::bounded("at", at, end, (0, u32::MAX))?;
    let view = link::decode(&rest).unwrap_or_default();
    let completion = complete(flows, &view, &filter, at as usize).await;
    Ok((filter, completion))
}

/// The choices; picking one puts its `data-text` into the box. A blank follows, so that one can go on typing.
fn options(filter: &str, completion: &Completion) -> String {
    let Completion { at, len, choices } = completion;
    let before = filter.get(..*at).unwrap_or_default();
    let after = filter.get(at + len..).unwrap_or_default().trim_start();
    let option = |(number, choice): (usize, &crate::complete::Choice)| {
        // Commas and closing parentheses stand next to what they follow.
        let (before, blank) = match choice.text.as_str() {
            "," | ")" => (before.trim_end(), " "),
            "(" => (before, ""),
            _ => (before, " "),
        };
        let whole = format!("{before}{}{blank}{after}", choice.text);
        format!(
            "<li role=\"option\" id=\"choice-{number}\" data-text=\"{}\"><b>{}</b><span>{}</span></li>",
            text(&whole),
            text(&choice.text),
            text(&choice.about)
        )
    };
    choices.iter().enumerate().map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complete::Choice;

    #[test]
    fn a_choice_holds_the_whole_text_it_makes_without_any_markup() {
        let choice = |text: &str| Choice { text: text.to_owned(), about: "<b>".to_owned() };
        let made = |text: &str| {
            let completion = Completion { at: 9, len: 3, choices: vec![choice(text)] };
            options("action = rej AND x", &completion)
        };
        assert!(made("REJECT").contains("data-text=\"action = REJECT AND x\""));
        assert!(made("\"a<b\"").contains("data-text=\"action = &quot;a&lt;b&quot; AND x\""));
        assert!(!made("REJECT").contains("<span><b>"));
    }
}
