//! Rules that may go: superfluous by their shape, or unused.

use super::confidence::Weighing;
use super::{Action, Confidence, Suggestion};
use crate::evaluate::{Firewall, direction_of};
use crate::inventory::Peer;
use crate::traffic::{DAY_SECS, Window};
use crate::usage::{Flaw, RuleUse};

/// Nothing is called superfluous by its use on less than a night and a day.
pub(super) const LEAST_DAYS: f64 = 0.9;

/// A rule that its own shape makes superfluous.
pub(super) fn superfluous_rule(firewall: &Firewall, place: usize, flaw: &Flaw, line: &RuleUse) -> Suggestion {
    let name = |other: usize| firewall.rules()[other].name().to_owned();
    let (doubt, why) = match flaw {
        Flaw::Duplicate { by } => (0.01, format!("every interface has {} from another group too", name(*by))),
        Flaw::Covered { by } => (0.01, format!("{} permits all of it", name(*by))),
        Flaw::Stale { names } => (0.04, format!("it names {names}, which does not exist")),
        Flaw::NoTwin { .. } | Flaw::NobodyBehind => (0.2, String::new()),
    };
    let confidence = Weighing::from_doubt(doubt).done();
    removal(firewall, place, (line.flows, line.clients), confidence, why)
}

/// A rule that nobody used, where the window was long enough to tell.
pub(super) fn unused_rule(
    firewall: &Firewall,
    (place, line): (usize, &RuleUse),
    window: &Window,
) -> Option<Suggestion> {
    if window.days() < LEAST_DAYS {
        return None;
    }
    let is_for_machines = matches!(firewall.rules()[place].rule.peer, Peer::Group(_));
    let confidence = by_window(0.14, window)
        .weigh(is_for_machines, "group", 1.2, "it is for machines that exist, as jobs' rules are".to_owned())
        .weigh(!is_for_machines, "block", 0.5, "it is for whoever may come, and nobody did".to_owned())
        .done();
    let why = match line.flows {
        0 => format!("nothing used it in {}", window.said()),
        flows => format!("in {} nobody used it but scanners, {flows} times", window.said()),
    };
    Some(removal(firewall, place, (line.flows, line.clients), confidence, why))
}

/// Doubt that shrinks with the window: what happens daily, weekly and monthly has been seen or not.
pub(super) fn by_window(doubt: f64, window: &Window) -> Weighing {
    let days = window.days();
    let weekend = (window.from..window.to).step_by(DAY_SECS as usize).any(is_weekend);
    Weighing::from_doubt(doubt)
        .weigh(days >= 2.0, "days", 0.85, window.said())
        .weigh(days >= 7.0 && weekend, "weekend", 0.85, "a weekend was seen".to_owned())
        .weigh(days >= 28.0, "month", 0.12, "a whole month was seen, its end too".to_owned())
        .weigh(
            window.coverage < 0.999,
            "coverage",
            1.5,
            format!("{:.1} % of the logs", 100.0 * window.coverage),
        )
}

/// Day 0 of Unix time was a Thursday.
fn is_weekend(at: i64) -> bool {
    matches!(at.div_euclid(DAY_SECS).rem_euclid(7), 2 | 3)
}

fn removal(
    firewall: &Firewall,
    place: usize,
    (flows, clients): (u64, usize),
    confidence: Confidence,
    why: String,
) -> Suggestion {
    let known = &firewall.rules()[place];
    Suggestion {
        id: format!("remove-{}", known.name()),
        action: Action::Remove,
        group: known.group.clone(),
        direction: direction_of(&known.rule),
        add: Vec::new(),
        replaces: vec![place],
        flows,
        clients,
        confidence,
        why,
    }
}
