//! What the flow logs that were read cost: the measured volume, priced. The command line, the API and the pages print
//! from one [`Cost`], so that their numbers agree. Knows volumes and prices; how volumes are measured, `lake` knows.
//!
//! | module | idea |
//! |---|---|
//! | `plans` | a measured flow log as the pricing crate wants it |
//! | `checks` | health checks of load balancers, by their regularity |
//! | `causes` | who causes how much of the bill |
//! | `described` | what describe-flow-logs told of the flow logs |
//! | `ledger` | the port, and the lake behind it |
//! | `text` | the whole as a person reads it in a terminal |

mod causes;
mod checks;
mod described;
mod ledger;
mod plans;
mod text;

pub use causes::{Cause, FieldCost, InterfaceCost, LogCost, Part};
pub use checks::{Check, checks};
pub use described::Described;
pub use ledger::{Costs, LakeCosts, Measured, directly, of_lake};
pub use text::text;

use contract::{Refusal, RefusalKind, View, human};
use jiff::civil::Date;
use pricing::{Bill, Decimal, Forecast, Plan, PriceBook, StorageClass, WhatIf};
use serde::Serialize;

/// Days of logs that a bill is made from: any month, and every weekday five times.
pub const MEASURED_DAYS: u32 = 35;
/// Longest retention that can be given, days: ten years, as CloudWatch Logs has it.
const MOST_DAYS: u32 = 3_653;
/// Most choices made at once.
const MOST_CHOICES: usize = 60;

/// What no log tells, as the asker says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Days that logs are kept; `None` for ever.
    pub kept_days: Option<u32>,
    /// The storage class they end in.
    pub storage: StorageClass,
    /// The flow log that what-ifs are about; the dearest where none is named.
    pub flow_log: Option<String>,
    /// The what-ifs chosen, one after the other.
    pub chosen: Vec<String>,
}

impl Given {
    /// What the details of a link say: `kept` (days), `class`, `log`, and `choose` (ids with commas between).
    ///
    /// # Errors
    /// When a value is none that can be meant.
    pub fn of(view: &View) -> Result<Self, Refusal> {
        let detail =
            |name: &str| view.details.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let kept_days = detail("kept").map(kept).transpose()?;
        let storage = detail("class").map_or(Ok(StorageClass::default()), |word| {
            word.parse().map_err(|error: pricing::UnknownChoice| refused(error.to_string()))
        })?;
        let chosen: Vec<String> =
            detail("choose").into_iter().flat_map(|ids| ids.split(',')).map(str::to_owned).collect();
        if chosen.len() > MOST_CHOICES {
            return Err(refused(format!("at most {MOST_CHOICES} choices can be made at once")));
        }
        Ok(Given { kept_days, storage, flow_log: detail("log").map(str::to_owned), chosen })
    }
}

fn kept(days: &str) -> Result<u32, Refusal> {
    let days = days.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    days.ok_or_else(|| refused(format!("kept must be a number of days from 1 to {MOST_DAYS}")))
}

fn refused(message: String) -> Refusal {
    Refusal::new(RefusalKind::BadQuestion, message, "Leave it out for the usual.")
}

/// What everything costs. Amounts are texts in JSON, because they are exact.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// First and last day measured, `2026-11-20`; `None` where nothing was.
    pub measured: Option<(String, String)>,
    /// Bytes of uncompressed text that were measured.
    pub text_bytes: u64,
    /// The present month.
    pub month: Forecast,
    /// A month of 30 days at the measured rate: what causes and what-ifs are parts of.
    pub bill: Bill,
    /// Flow logs, dearest first.
    pub logs: Vec<LogCost>,
    /// The same by destination.
    pub destinations: Vec<Part>,
    /// By account and region.
    pub accounts: Vec<Part>,
    /// By VPC.
    pub vpcs: Vec<Part>,
    /// By interface, dearest first.
    pub interfaces: Vec<InterfaceCost>,
    /// Who causes it; parts that may overlap.
    pub causes: Vec<Cause>,
    /// Fields of the flow log that what-ifs are about.
    pub fields: Vec<FieldCost>,
    /// What that flow log would cost if it were set up otherwise.
    pub what_if: Option<WhatIf>,
    /// The what-ifs that were chosen, one after the other.
    pub chosen: Vec<Chosen>,
    /// What must be known to trust the numbers as much as they deserve.
    pub notes: Vec<String>,
    /// The flow logs as they were priced.
    #[serde(skip)]
    pub plans: Vec<Plan>,
}

/// A what-if that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chosen {
    /// Its id: `format-parquet`.
    pub id: String,
    /// The change in words.
    pub title: String,
    /// Dollars a month saved by it, after those before it.
    pub saves_usd: Decimal,
    /// Dollars a month that everything costs with it.
    pub after_usd: Decimal,
    /// What is lost, a sentence.
    pub loses: String,
}

impl Cost {
    /// How long the flow log was seen that was seen longest, seconds.
    #[must_use]
    pub fn measured_secs(&self) -> i64 {
        let days = self.logs.iter().map(|log| log.measured_days).fold(0.0, f64::max);
        (days * 86_400.0).round() as i64
    }
}

/// Prices what was measured. `today` is the day on which it is asked.
#[must_use]
pub fn cost(
    book: &PriceBook,
    measured: &Measured,
    described: &Described,
    given: &Given,
    today: Date,
) -> Cost {
    let days: Vec<pricing::LogDays> =
        measured.logs.iter().map(|log| plans::log_days(log, measured.sides, described, given)).collect();
    let plans: Vec<Plan> = days.iter().map(|log| log.plan.clone()).collect();
    let bill = pricing::month_bill(book, &plans);
    let all_days = || days.iter().flat_map(|log| &log.days).map(|day| day.day);
    let newest = all_days().max();
    // A source that is watched is known up to today; one that was copied long ago is not.
    let last =
        newest.filter(|newest| plans::days_between(*newest, today) > plans::WATCHED_DAYS).unwrap_or(today);
    let month = pricing::forecast(book, &days, last);
    let shares = causes::of_logs(book, &bill, &plans);
    let logs = causes::logs(measured, &plans, &shares, described);
    let about = about(given, &plans, &shares);
    let what_if = about.map(|about| {
        let (plan, others) = split(&plans, about);
        pricing::what_if(book, plan, &others)
    });
    let interfaces = causes::interfaces(measured, &shares);
    Cost {
        measured: all_days().min().zip(newest).map(|(first, last)| (first.to_string(), last.to_string())),
        text_bytes: plans.iter().map(|plan| plan.volume.text_bytes()).sum(),
        destinations: causes::parts(&logs, |log| log.destination.label().to_owned()),
        accounts: causes::parts(&logs, |log| format!("{} {}", log.account, log.region).trim().to_owned()),
        vpcs: causes::vpcs(&interfaces),
        causes: causes::causes(measured, &plans, &shares, &bill, &interfaces),
        fields: about.map(|about| causes::fields(&plans, about, &shares)).unwrap_or_default(),
        chosen: about.map(|about| chosen(book, &plans, about, given)).unwrap_or_default(),
        notes: notes(measured, &bill, &month),
        what_if,
        interfaces,
        logs,
        month,
        bill,
        plans,
    }
}

/// The flow log that what-ifs are about: the one named, else the dearest.
fn about(given: &Given, plans: &[Plan], shares: &[Decimal]) -> Option<usize> {
    let named = given.flow_log.as_ref().and_then(|id| plans.iter().position(|plan| plan.flow_log == *id));
    named.or_else(|| (0..plans.len()).max_by_key(|place| shares.get(*place).copied()))
}

/// A plan, and the others.
fn split(plans: &[Plan], about: usize) -> (&Plan, Vec<Plan>) {
    let others = plans.iter().enumerate().filter(|(place, _)| *place != about);
    (&plans[about], others.map(|(_, plan)| plan.clone()).collect())
}

/// The choices made, each with what it saves after those before it.
fn chosen(book: &PriceBook, plans: &[Plan], about: usize, given: &Given) -> Vec<Chosen> {
    let (plan, others) = split(plans, about);
    let (mut before, mut made) = (plan.clone(), Vec::new());
    for (id, after) in pricing::chosen(plan, &given.chosen) {
        let told = pricing::what_if(book, &before, &others);
        if let Some(choice) = told.choices.into_iter().find(|choice| choice.id == id) {
            made.push(Chosen {
                id,
                title: choice.title,
                saves_usd: choice.saves_usd,
                after_usd: choice.after_usd,
                loses: choice.loses,
            });
        }
        before = after;
    }
    made
}

fn notes(measured: &Measured, bill: &Bill, month: &Forecast) -> Vec<String> {
    let mut notes = bill.notes.clone();
    notes.extend(month.notes.iter().cloned());
    if measured.unread > 0 {
        notes.push(format!(
            "Objects that could not be read: {}. The bill is higher than this; the page Coverage says why.",
            human::exact(measured.unread)
        ));
    }
    if measured.outside > 0 {
        notes.push(format!(
            "Objects from before the {MEASURED_DAYS} days up to the newest, or without a time: {}. They count nowhere here.",
            human::exact(measured.outside)
        ));
    }
    if measured.logs.iter().any(|log| log.region.is_empty()) {
        let region = plans::UNKNOWN_REGION;
        notes.push(format!(
            "Where keys tell neither account nor region, logs are priced as those of {region}."
        ));
    }
    notes.push(
        "Volumes are of uncompressed text in GB of 2^30 bytes, as AWS's examples count them; header lines and line feeds \
         are counted, which AWS does not document."
            .to_owned(),
    );
    notes
}

#[cfg(test)]
mod tests;
