//! From a flow log that lacks fields to one that has them: the new format, the steps, how long both run, the price
//! before and after.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::book::PriceBook;
use crate::money::settled;
use crate::plan::Plan;
use crate::setup::commands::command;
use crate::setup::{ImportedLog, Recipe, Request, SetupError, check, recipe};
use crate::what_if::{Topic, what_if};

/// How long both flow logs run, minutes: collection starts some minutes after creation, objects are published every
/// five and arrive about ten later.
const OVERLAP_MINUTES: u32 = 30;
/// Minutes of a month of 30 days.
const MONTH_MINUTES: u32 = 30 * 24 * 60;

/// A step of a replacement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What to do and why, sentences.
    pub what: String,
    /// The command for a shell, where one does it; ends in a line feed.
    pub command: Option<String>,
}

/// How a flow log is replaced by one with more fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Replacement {
    /// The flow log that goes.
    pub old_id: String,
    /// The fields it lacks, with what each tells.
    pub missing: Vec<&'static str>,
    /// The flow log that comes: everything the old one has, and what it lacks.
    pub recipe: Recipe,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// Dollars a month before, of all flow logs; `None` when its volume was not measured.
    pub before_usd: Option<Decimal>,
    /// Dollars a month after.
    pub after_usd: Option<Decimal>,
    /// Dollars for the time in which both run.
    pub overlap_usd: Option<Decimal>,
}

/// How `old` is replaced by what the request asks for. The request's purpose says which fields are needed; fields
/// the old one has beside them are kept. `measured` is the old one's plan with all other flow logs, if there is one.
///
/// # Errors
/// As [`recipe`] has them, and when the old flow log's id is none.
pub fn replacement(
    book: &PriceBook,
    old: &ImportedLog,
    request: &Request,
    measured: Option<(&Plan, &[Plan])>,
) -> Result<Replacement, SetupError> {
    if !old.id.strip_prefix("fl-").is_some_and(check::is_id) {
        let wanted = "fl- and 8 to 17 hexadecimal digits".to_owned();
        return Err(SetupError::Form { what: "the flow log's id", wanted, given: old.id.clone() });
    }
    let mut wanted = request.clone();
    wanted.more_fields.extend(old.fields.iter().cloned());
    let recipe = recipe(book, &wanted)?;
    let missing: Vec<&'static str> = request
        .purpose
        .fields(request.resource)
        .into_iter()
        .filter(|field| old.fields.iter().all(|known| known != field))
        .collect();
    let prices = measured.map(|(plan, others)| prices(book, plan, others, &missing));
    Ok(Replacement {
        old_id: old.id.clone(),
        steps: steps(old, request, &recipe),
        missing,
        recipe,
        before_usd: prices.map(|(before, _)| before),
        after_usd: prices.map(|(_, after)| after),
        overlap_usd: prices
            .map(|(_, after)| settled(after * Decimal::from(OVERLAP_MINUTES) / Decimal::from(MONTH_MINUTES))),
    })
}

/// The price of everything before, and with the missing fields one after the other put in.
fn prices(book: &PriceBook, plan: &Plan, others: &[Plan], missing: &[&str]) -> (Decimal, Decimal) {
    let told = what_if(book, plan, others);
    let added = told.choices.iter().filter(|choice| {
        choice.topic == Topic::FieldIn && missing.iter().any(|field| choice.id == format!("with-{field}"))
    });
    let more: Decimal = added.map(|choice| -choice.saves_usd).sum();
    (told.now_usd, settled(told.now_usd + more))
}

fn steps(old: &ImportedLog, request: &Request, recipe: &Recipe) -> Vec<Step> {
    let region = || ("--region", request.region.clone());
    let show = command(
        "aws ec2 describe-flow-logs",
        &[region(), ("--filter", format!("Name=resource-id,Values={}", request.resource_id))],
    );
    let delete = command("aws ec2 delete-flow-logs", &[region(), ("--flow-log-ids", old.id.clone())]);
    vec![
        Step {
            what: "Create the new flow log beside the old one. Another prefix keeps their objects apart.".to_owned(),
            command: recipe.text("aws-cli").map(str::to_owned),
        },
        Step {
            what: format!(
                "Wait {OVERLAP_MINUTES} minutes, and see that the new one delivers (DeliverLogsStatus SUCCESS) and its \
                 first objects are there."
            ),
            command: Some(show),
        },
        Step {
            what: "Delete the old one at once: until then every flow is logged, paid for and counted twice. Its objects \
                   stay."
                .to_owned(),
            command: Some(delete),
        },
        Step {
            what: format!(
                "Note the two times. The minutes between them are in both flow logs: Weir's Coverage page names them as \
                 logged twice; leave them out of sums, or read the new prefix from its first whole hour on. Deleting the \
                 old one first instead leaves a gap of about {OVERLAP_MINUTES} minutes and counts nothing twice."
            ),
            command: None,
        },
    ]
}
