//! From the days that were seen to the month's bill: what is known, what is likely, and how far off that may be.
//! Knows days and bytes; prices come from the book, tiers are applied after all flow logs are added up.

mod days;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde::Serialize;

use crate::bill::{Bill, Usage, bill};
use crate::book::PriceBook;
use crate::forecast::days::{Outlook, outlook};
use crate::plan::{Plan, noted};

/// A day of a flow log, UTC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayVolume {
    /// The day.
    pub day: Date,
    /// Text bytes seen.
    pub bytes: u64,
    /// Which part of the day was read, 0 to 1.
    pub coverage: f64,
}

/// A flow log with the days it was seen. Its plan's volume is of the same days.
#[derive(Debug, Clone, PartialEq)]
pub struct LogDays {
    /// The flow log.
    pub plan: Plan,
    /// The day it was created, if known; days of the month before it cost nothing. Where it is not known, the log is
    /// taken to have been there all month.
    pub since: Option<Date>,
    /// Its days in any order, of this month and before; each once.
    pub days: Vec<DayVolume>,
}

/// A month's volume of one flow log, text bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogMonth {
    /// The flow log.
    pub flow_log: String,
    /// Seen in the month so far.
    pub seen_bytes: u64,
    /// The month, with four chances in five not below this.
    pub low_bytes: u64,
    /// The month, most likely.
    pub expected_bytes: u64,
    /// The month, with four chances in five not above this.
    pub high_bytes: u64,
    /// By how much days grow, percent of the mean a week; `None` with less than two weeks.
    pub trend_percent_per_week: Option<f64>,
    /// Whether days of the week were told apart.
    pub by_weekday: bool,
    /// Whether the log seems to have been deleted before the last day.
    pub ended: bool,
}

/// What a month will cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// The month, `2026-11`.
    pub month: String,
    /// Days of the month.
    pub month_days: u32,
    /// Days of the month that were seen, of the flow log that was seen longest; parts of days count as parts.
    pub seen_days: f64,
    /// What delivery of the bytes seen this month costs so far.
    pub so_far: Bill,
    /// The month's bill at the lower end of the range.
    pub low: Bill,
    /// The month's bill, most likely.
    pub expected: Bill,
    /// The month's bill at the upper end of the range.
    pub high: Bill,
    /// Flow log by flow log.
    pub logs: Vec<LogMonth>,
    /// How far the forecast can be trusted, in sentences.
    pub notes: Vec<String>,
}

/// Forecasts the month that holds `last`, the last day that anything was read of (today, for a source that is
/// watched).
#[must_use]
pub fn forecast(book: &PriceBook, logs: &[LogDays], last: Date) -> Forecast {
    let outlooks: Vec<Outlook> = logs.iter().map(|log| outlook(log, last)).collect();
    let plans: Vec<Plan> = logs.iter().map(|log| log.plan.clone()).collect();
    let priced = |bytes: fn(&Outlook) -> f64| {
        let usage = |(plan, outlook): (&Plan, &Outlook)| {
            let measured = plan.volume.text_bytes();
            plan.usage(if measured == 0 { 0.0 } else { bytes(outlook) / measured as f64 })
        };
        let usages: Vec<Usage> = plans.iter().zip(&outlooks).map(usage).collect();
        noted(bill(book, &usages), &plans)
    };
    let seen: Vec<Usage> =
        plans.iter().zip(&outlooks).map(|(plan, outlook)| plan.delivery(outlook.seen_bytes)).collect();
    Forecast {
        month: last.strftime("%Y-%m").to_string(),
        month_days: u32::from(last.days_in_month().unsigned_abs()),
        seen_days: outlooks.iter().map(|outlook| outlook.seen_days).fold(0.0, f64::max),
        so_far: bill(book, &seen),
        low: priced(|outlook| outlook.low),
        expected: priced(|outlook| outlook.expected),
        high: priced(|outlook| outlook.high),
        logs: logs.iter().zip(&outlooks).map(|(log, outlook)| outlook.month(&log.plan.flow_log)).collect(),
        notes: notes(&outlooks),
    }
}

/// A time that something was seen: `5 min`, `6 h`, `1 day`, `2.5 days`.
pub(crate) fn stretch(days: f64) -> String {
    let hours = days * 24.0;
    match hours {
        ..1.0 => format!("{:.0} min", hours * 60.0),
        ..23.5 => format!("{hours:.0} h"),
        ..25.0 => "1 day".to_owned(),
        _ => format!("{days:.1} days"),
    }
}

fn notes(outlooks: &[Outlook]) -> Vec<String> {
    let mut notes = Vec::new();
    let live: Vec<&Outlook> = outlooks.iter().filter(|outlook| !outlook.ended).collect();
    let fewest = live.iter().map(|outlook| outlook.watched_days).fold(f64::INFINITY, f64::min);
    if live.iter().any(|outlook| outlook.watched_days == 0.0) {
        notes.push("Of some flow logs nothing was seen: they are forecast as nothing.".to_owned());
    } else if fewest < 1.0 {
        notes.push(format!(
            "Some flow log was seen for only {}: day and night cannot be told apart, the range is a guess.",
            stretch(fewest)
        ));
    } else if fewest < 7.0 {
        notes.push(format!(
            "Some flow log was seen for only {}: weekends cannot be told from working days.",
            stretch(fewest)
        ));
    } else if live.iter().any(|outlook| !outlook.by_weekday) && fewest < 14.0 {
        notes.push(
            "With less than two weeks of some flow log every day is taken as an average one.".to_owned(),
        );
    }
    let ended = outlooks.iter().filter(|outlook| outlook.ended).count();
    if ended > 0 {
        notes.push(format!("{ended} of the flow logs wrote nothing lately and are taken as deleted."));
    }
    if outlooks.iter().any(|outlook| outlook.unseen_before > 0) {
        notes.push(
            "Days before the first that was read are taken as an average day; import describe-flow-logs to tell when \
             each flow log was created."
                .to_owned(),
        );
    }
    notes
}
