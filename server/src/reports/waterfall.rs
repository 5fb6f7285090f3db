//! The bill as a picture: what adds up to a month, and what was chosen of it.

use crate::cost::Cost;
use chart::waterfall::{Bar, Waterfall};
use pricing::{Decimal, dollars};

/// The bill as a picture: its items, their sum, and what was chosen.
pub fn waterfall(cost: &Cost) -> Waterfall {
    let number = |amount: Decimal| f64::try_from(amount).unwrap_or_default();
    let steps = cost.bill.steps();
    let mut bars: Vec<Bar> = steps
        .iter()
        .map(|(item, amount, sum)| Bar {
            label: item.label().to_owned(),
            said: dollars(*amount),
            from: number(*sum - *amount),
            to: number(*sum),
            is_sum: false,
        })
        .collect();
    let sum = |label: &str, amount| Bar {
        label: label.to_owned(),
        said: dollars(amount),
        from: 0.0,
        to: number(amount),
        is_sum: true,
    };
    bars.push(sum("A month", cost.bill.total));
    for chosen in &cost.chosen {
        let before = chosen.after_usd + chosen.saves_usd;
        bars.push(Bar {
            label: chosen.title.clone(),
            said: dollars(-chosen.saves_usd),
            from: number(before),
            to: number(chosen.after_usd),
            is_sum: false,
        });
    }
    if let Some(last) = cost.chosen.last() {
        bars.push(sum("As chosen", last.after_usd));
    }
    let named: Vec<String> =
        steps.iter().map(|(item, amount, _)| format!("{} {}", item.label(), dollars(*amount))).collect();
    let after = cost.chosen.last().map(|last| format!("; {} as chosen", dollars(last.after_usd)));
    let words =
        format!("{} in all{}: {}.", dollars(cost.bill.total), after.unwrap_or_default(), named.join(", "));
    Waterfall { title: "What a month of flow logs costs".to_owned(), words, bars }
}
