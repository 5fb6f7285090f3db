//! Costs as a person reads them in a terminal.

use super::Cost;
use contract::human;
use pricing::{Decimal, dollars};
use std::fmt::Write as _;

/// Interfaces, VPCs and what-ifs named; the rest are in the JSON.
const NAMED: usize = 10;
/// Most places of an amount: hundredths of a cent.
const PLACES: usize = 4;

/// All of it, from the sum to its causes. Writing to a text cannot fail.
#[must_use]
pub fn text(cost: &Cost) -> String {
    let mut out = String::new();
    let Some((first, last)) = &cost.measured else {
        return "Nothing was read yet, so nothing can be priced.\n".to_owned();
    };
    let _ = writeln!(
        out,
        "{} of text in {} ({first} to {last}), flow logs: {}",
        size(cost.text_bytes),
        human::duration(cost.measured_secs()),
        cost.logs.len()
    );
    let month = &cost.month;
    let _ = writeln!(
        out,
        "{}: {} so far for delivery, {} expected for all of it, {} to {} with four chances in five",
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
    let _ = writeln!(out, "\nA month of 30 days at this rate (a GB is 2^30 bytes):\n");
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
    if let Some(told) = &cost.what_if {
        let fields = cost.fields.iter().map(|one| (one.field.as_str(), one.text_bytes, one.month_usd));
        let mut fields: Vec<_> = fields.collect();
        fields.sort_by_key(|(_, bytes, _)| std::cmp::Reverse(*bytes));
        table(&mut out, &format!("By field of {}", told.flow_log), fields.into_iter());
    }
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
        let _ = writeln!(out, "{}  {} ({})", aligned(choice.saves_usd), choice.title, choice.id);
        for said in std::iter::once(&choice.loses).chain(&choice.cautions) {
            let _ = writeln!(out, "{:14}{said}", "");
        }
    }
    out.push('\n');
}

fn table<'a>(out: &mut String, title: &str, rows: impl Iterator<Item = (&'a str, u64, Decimal)>) {
    let rows: Vec<_> = rows.take(NAMED).collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    for (name, bytes, usd) in rows {
        let name = if name.is_empty() { "not told" } else { name };
        let _ = writeln!(out, "{}  {:>9}  {name}", aligned(usd), size(bytes));
    }
}

/// An amount whose point stands below other points: amounts have two to four places.
fn aligned(usd: Decimal) -> String {
    let said = dollars(usd);
    let places = said.split_once('.').map_or(0, |(_, places)| places.len());
    format!("{:>12}", said + &" ".repeat(PLACES.saturating_sub(places)))
}

fn size(bytes: u64) -> String {
    let human::Quantity { value, unit, .. } = human::bytes(bytes);
    format!("{value} {unit}")
}
