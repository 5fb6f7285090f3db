//! `POST /decisions`: what a person says of a suggestion, by a plain form; leads back to the page that it came from.
//! Only pages of this server may send it ([`crate::http::guard::check_origin`]).

use crate::advice::Adviser;
use crate::advice::decisions::{Decision, LONGEST, State};
use crate::clock::now;
use crate::http::refused::{self, Refused};
use axum::Form;
use axum::response::Redirect;
use axum::{Router, routing::post};
use contract::{Refusal, RefusalKind};
use serde::Deserialize;
use std::io;
use std::sync::Arc;

/// Days a snooze may last.
const DAYS: std::ops::RangeInclusive<i64> = 1..=366;
/// Days of a snooze when nobody says.
const USUAL_DAYS: i64 = 14;
/// Seconds of a day.
const DAY_SECS: i64 = 86_400;

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Decided {
    suggestion: String,
    /// A state by name, or `undo`.
    say: String,
    reason: String,
    owner: String,
    days: String,
    back: String,
}

/// The route.
pub fn routes(adviser: Arc<Adviser>) -> Router {
    Router::new().route("/decisions", post(move |form: Form<Decided>| decide(adviser, form)))
}

async fn decide(adviser: Arc<Adviser>, Form(form): Form<Decided>) -> Result<Redirect, Refused> {
    let back = home(&form.back).to_owned();
    let (id, decision) = (form.suggestion.clone(), form.decision(now())?);
    // Writing waits for the disk.
    let kept = tokio::task::spawn_blocking(move || match decision {
        Some(decision) => adviser.decisions().decide(&id, decision),
        None => adviser.decisions().undo(&id),
    });
    match kept.await.map_err(|error| refused::internal("a decision", &error))? {
        Ok(()) => Ok(Redirect::to(&back)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(wrong(
            RefusalKind::NotFound,
            format!("No suggestion is called {}.", form.suggestion),
            "Open the page again.",
        )),
        Err(error) => Err(Refused(refused::internal("keeping a decision", &error))),
    }
}

impl Decided {
    /// What was decided; `None` to take the last decision back.
    fn decision(&self, now: i64) -> Result<Option<Decision>, Refused> {
        if self.say == "undo" {
            return Ok(None);
        }
        let chosen = State::from_name(&self.say).filter(|state| *state != State::Applied);
        let state = chosen.ok_or_else(|| {
            let message = format!("A suggestion cannot be {:?}.", self.say);
            let hint = "Say open, dismissed, snoozed, trusted-denied or undo.";
            wrong(RefusalKind::BadQuestion, message, hint)
        })?;
        let reason = self.reason.trim();
        let needs_reason = matches!(state, State::Dismissed | State::TrustedDenied);
        if needs_reason && reason.is_empty() {
            let message = "A reason is missing.".to_owned();
            return Err(wrong(RefusalKind::BadQuestion, message, "Write why, for whoever reads it next."));
        }
        for (name, text) in [("reason", reason), ("owner", self.owner.trim())] {
            if text.chars().count() > LONGEST {
                let message = format!("The {name} is longer than {LONGEST} characters.");
                return Err(wrong(RefusalKind::BadQuestion, message, "Shorten it."));
            }
        }
        let until = if state == State::Snoozed { Some(now + self.days()? * DAY_SECS) } else { None };
        let (reason, owner) = (reason.to_owned(), self.owner.trim().to_owned());
        Ok(Some(Decision { state, reason, owner, until, at: now }))
    }

    fn days(&self) -> Result<i64, Refused> {
        if self.days.is_empty() {
            return Ok(USUAL_DAYS);
        }
        let days = self.days.parse().ok().filter(|days| DAYS.contains(days));
        days.ok_or_else(|| {
            let message = format!("A snooze lasts from {} to {} days.", DAYS.start(), DAYS.end());
            wrong(RefusalKind::BadQuestion, message, "Leave it out for two weeks.")
        })
    }
}

fn wrong(kind: RefusalKind, message: String, hint: &str) -> Refused {
    Refused(Refusal::new(kind, message, hint))
}

/// Where to go afterwards: a path of this server, or its list of what is blocked.
fn home(back: &str) -> &str {
    let is_path = back.starts_with('/') && !back.starts_with("//");
    let is_plain = back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_path && is_plain { back } else { "/blocked" }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn said(say: &str, reason: &str, days: &str) -> Result<Option<Decision>, Refused> {
        let text = str::to_owned;
        Decided { say: text(say), reason: text(reason), days: text(days), ..Decided::default() }
            .decision(1_000)
    }

    #[test]
    fn a_decision_needs_what_its_state_needs() {
        assert_eq!(said("undo", "", "").unwrap(), None);
        assert_eq!(said("snoozed", "", "1").unwrap().unwrap().until, Some(1_000 + 86_400));
        assert_eq!(said("dismissed", " old host ", "").unwrap().unwrap().reason, "old host");
        for (say, reason, days) in
            [("dismissed", " ", ""), ("applied", "", ""), ("nonsense", "", ""), ("snoozed", "", "0")]
        {
            assert!(said(say, reason, days).is_err(), "{say}");
        }
        assert!(said("dismissed", &"x".repeat(501), "").is_err());
    }

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(home("/groups?v=1&id=sg-1"), "/groups?v=1&id=sg-1");
        for elsewhere in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"] {
            assert_eq!(home(elsewhere), "/blocked", "{elsewhere}");
        }
    }
}
