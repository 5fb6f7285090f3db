//! Costs as a person reads them in a terminal.

use super::Cost;
use contract::human;
use pricing::{Decimal, dollars};
use std::fmt::Write as _;

/// Interfaces, VPCs and what-ifs named; the rest are in the JSON.
const NAMED: usize = 10;

/// All of it, from the sum to its causes. Writing to a text cannot fail.
#[must_use]
pub fn text(cost: &Cost) -> String {
    let mut out = String::new();
    let Some((first, last)) = &cost.measured else {
        return "Nothing was read yet, so nothing can be priced.\n".to_owned();
    };
    let days = cost.logs.iter().map(|log| log.measured_days).fold(0.0, f64::max);
    let size = size(cost.text_bytes);
    let _ =
        writeln!(out, "{size} of text in {days:.1} days ({first} to {last}), {} flow logs", cost.logs.len());
    let month = &cost.month;
    let _ = writeln!(
        out,
        "{}: {} so far, {} expected, {} to {} likely",
        month.month,
        dollars(month.so_far.total),
        dollars(month.expected.total),
        dollars(month.low.total),
        dollars(month.high.total)
    );
    for log in
        month.logs.iter().filter(|log| log.trend_percent_per_week.is_some_and(|trend| trend.abs() >= 1.0))
    {
        let _ = writeln!(
            out,
            "  {}: {:+.0} % a week",
            log.flow_log,
            log.trend_percent_per_week.unwrap_or_default()
        );
    }
    let _ = writeln!(out, "\nA month of 30 days at this rate:\n");
    out.push_str(&cost.bill.text());
    table(
        &mut out,
        "By flow log",
        cost.logs.iter().map(|log| (log.flow_log.as_str(), log.text_bytes, log.month_usd)),
    );
    for (title, parts) in [
        ("By destination", &cost.destinations),
        ("By account and region", &cost.accounts),
        ("By VPC", &cost.vpcs),
    ] {
        table(
            &mut out,
            title,
            parts.iter().map(|part| (part.name.as_str(), part.text_bytes, part.month_usd)),
        );
    }
    let causes = cost.causes.iter().map(|cause| (cause.title.as_str(), cause.text_bytes, cause.month_usd));
    table(&mut out, "Who causes it (parts may overlap)", causes);
    let interfaces = cost.interfaces.iter().filter(|one| !one.interface.is_empty());
    table(
        &mut out,
        "By interface",
        interfaces.map(|one| (one.interface.as_str(), one.text_bytes, one.month_usd)),
    );
    what_ifs(&mut out, cost);
    for note in cost.notes.iter().filter(|note| !cost.bill.notes.contains(note)) {
        let _ = writeln!(out, "{note}");
    }
    out
}

fn what_ifs(out: &mut String, cost: &Cost) {
    for chosen in &cost.chosen {
        let (saves, after) = (dollars(chosen.saves_usd), dollars(chosen.after_usd));
        let _ =
            writeln!(out, "\nchosen: {}, saves {saves}, {after} a month\n  {}", chosen.title, chosen.loses);
    }
    let Some(told) = &cost.what_if else { return };
    let _ = writeln!(out, "\nWhat if {} was set up otherwise (savings a month)\n", told.flow_log);
    let mut choices: Vec<_> = told.choices.iter().collect();
    choices.sort_by_key(|choice| std::cmp::Reverse(choice.saves_usd));
    for choice in choices.iter().filter(|choice| choice.saves_usd > Decimal::ZERO).take(NAMED) {
        let _ = writeln!(out, "{:>12}  {} ({})", dollars(choice.saves_usd), choice.title, choice.id);
        let _ = writeln!(out, "{:14}{}", "", choice.loses);
    }
    out.push('\n');
}

fn table<'a>(out: &mut String, title: &str, rows: impl Iterator<Item = (&'a str, u64, Decimal)>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    for (name, bytes, usd) in rows.take(NAMED) {
        let _ = writeln!(out, "{:>12}  {:>9}  {name}", dollars(usd), size(bytes));
    }
}

fn size(bytes: u64) -> String {
    let human::Quantity { value, unit, .. } = human::bytes(bytes);
    format!("{value} {unit}")
}
