//! What a flow log would cost if it were set up otherwise, one change at a time, and what would be lost by it.
//! Knows the choices AWS offers; prices come from the book, for all flow logs together because they share tiers.

mod change;
mod fields;
mod keeping;
#[cfg(test)]
mod tests;
mod traffic;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::bill::{Usage, bill};
use crate::book::PriceBook;
use crate::forecast::stretch;
use crate::money::settled;
use crate::plan::Plan;
use crate::what_if::change::Change;

/// What a choice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Where it is delivered.
    Destination,
    /// Text or Parquet.
    Format,
    /// 60 or 600 s.
    Interval,
    /// All traffic or some.
    Traffic,
    /// A field less.
    FieldOut,
    /// A field more.
    FieldIn,
    /// The storage class.
    Storage,
    /// How long it is kept.
    Retention,
    /// How its keys are cut.
    Keys,
}

/// A flow log set up in one respect otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// A name for links and tests: `format-parquet`, `without-tcp-flags`.
    pub id: String,
    /// What it is about.
    pub topic: Topic,
    /// The change in words: `Parquet instead of text`.
    pub title: String,
    /// Text bytes of a month of 30 days, the most likely.
    pub month_bytes: u64,
    /// Dollars a month that all flow logs would cost, the most likely.
    pub after_usd: Decimal,
    /// Dollars a month saved; negative where it costs more. The most likely.
    pub saves_usd: Decimal,
    /// The least that is saved; differs from the most where measurement cannot tell.
    pub saves_least_usd: Decimal,
    /// The most that is saved.
    pub saves_most_usd: Decimal,
    /// What is lost, a sentence.
    pub loses: String,
    /// What is won beside money, a sentence; empty where nothing is.
    pub wins: String,
    /// What to mind before choosing it, sentences.
    pub cautions: Vec<String>,
    /// Whether a price or a size in it is an estimate.
    pub estimate: bool,
}

/// All choices for a flow log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// The flow log.
    pub flow_log: String,
    /// Dollars a month that all flow logs cost as they are.
    pub now_usd: Decimal,
    /// Text bytes of a month of 30 days as it is.
    pub month_bytes: u64,
    /// Choices by topic; fields in the order of the line.
    pub choices: Vec<Choice>,
    /// What holds for all of them.
    pub notes: Vec<String>,
}

/// What one flow log would cost if it were set up otherwise. `others` are all other flow logs, which decide the tiers.
#[must_use]
pub fn what_if(book: &PriceBook, plan: &Plan, others: &[Plan]) -> WhatIf {
    let rest: Vec<Usage> = others.iter().map(|other| other.usage(other.to_month())).collect();
    let pricing = Pricing { book, rest };
    let (now, _) = pricing.total(plan);
    WhatIf {
        flow_log: plan.flow_log.clone(),
        now_usd: now,
        month_bytes: plan.month_bytes(),
        choices: changes(plan).into_iter().map(|change| pricing.choice(now, change)).collect(),
        notes: notes(plan),
    }
}

/// A flow log after each of these choices, one made after the other: the choice's id and the flow log with it. Those
/// that are not offered are left out. Each is offered what the ones before it left.
#[must_use]
pub fn chosen(plan: &Plan, ids: &[String]) -> Vec<(String, Plan)> {
    let mut made: Vec<(String, Plan)> = Vec::new();
    for id in ids {
        let now = made.last().map_or(plan, |(_, plan)| plan);
        let change = changes(now).into_iter().find(|change| change.id == *id);
        made.extend(change.map(|change| (change.id, change.plan)));
    }
    made
}

fn changes(plan: &Plan) -> Vec<Change> {
    let mut changes = change::destinations(plan);
    changes.extend(change::formats(plan));
    changes.extend(traffic::intervals(plan));
    changes.extend(traffic::actions(plan));
    changes.extend(fields::out(plan));
    changes.extend(fields::in_(plan));
    changes.extend(keeping::classes(plan));
    changes.extend(keeping::retentions(plan));
    changes.extend(keeping::keys(plan));
    changes
}

fn notes(plan: &Plan) -> Vec<String> {
    let mut notes = vec![
        "A flow log cannot be changed after it was created: every choice but storage and retention means a new flow \
         log beside the old one, and then the old one's deletion."
            .to_owned(),
    ];
    if plan.measured_days < 7.0 {
        let seen = stretch(plan.measured_days);
        notes.push(format!("The month is made from {seen}: other hours and weekends may differ."));
    }
    if plan.traffic != crate::delivery::Traffic::All {
        notes.push("What the traffic that is not logged would cost, these logs cannot tell.".to_owned());
    }
    notes
}

struct Pricing<'b> {
    book: &'b PriceBook,
    rest: Vec<Usage>,
}

impl Pricing<'_> {
    /// What everything costs with the flow log set up so, and whether that is an estimate.
    fn total(&self, plan: &Plan) -> (Decimal, bool) {
        let mut usages = self.rest.clone();
        usages.push(plan.usage(plan.to_month()));
        let bill = bill(self.book, &usages);
        (bill.total, bill.estimate)
    }

    fn choice(&self, now: Decimal, change: Change) -> Choice {
        let (after, unsure) = self.total(&change.plan);
        let ends = change.range.map(|ends| ends.map(|plan| self.total(&plan).0));
        let saved = |after: Decimal| settled(now - after);
        let (low, high) = match ends {
            Some([a, b]) => (a.min(b).min(after), a.max(b).max(after)),
            None => (after, after),
        };
        Choice {
            id: change.id,
            topic: change.topic,
            title: change.title,
            month_bytes: change.plan.month_bytes(),
            after_usd: after,
            saves_usd: saved(after),
            saves_least_usd: saved(high),
            saves_most_usd: saved(low),
            loses: change.loses,
            wins: change.wins,
            cautions: change.cautions,
            estimate: unsure || change.size_is_estimate,
        }
    }
}
