//! A bill: lines of quantity, unit price and amount, and what there is to say about them. The command line, CSV and
//! the page all print from it, and its amounts are rounded once, here, so that they agree.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;

use crate::book::{PriceBook, Quote};
use crate::item::Item;
use crate::money::{grouped, measured, settled};
use crate::tier::{Slice, slices};

/// GB of a TB, as AWS counts them.
const GB_PER_TB: Decimal = Decimal::from_parts(1024, 0, 0, false, 0);

/// What an account used of what AWS charges for, in one region and month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// The account; empty when it does not matter.
    pub account: String,
    /// The region's code.
    pub region: String,
    /// How much, in the item's unit; what is not above 0 is not billed.
    pub quantities: BTreeMap<Item, Decimal>,
}

impl Usage {
    /// Nothing used yet.
    #[must_use]
    pub fn new(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned(), quantities: BTreeMap::new() }
    }

    /// Adds some of an item.
    pub fn add(&mut self, item: Item, quantity: Decimal) {
        let sum = self.quantities.entry(item).or_default();
        *sum = sum.saturating_add(quantity);
    }
}

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineItem {
    /// The account; empty when it does not matter.
    pub account: String,
    /// The region's code.
    pub region: String,
    /// What is charged.
    pub item: Item,
    /// The same in words, with the tier where there are several: `Delivery to S3, first 10 TB`.
    pub label: String,
    /// How much of it, at most six decimal places.
    pub quantity: Decimal,
    /// What one of it is: `GB`.
    pub unit: &'static str,
    /// Dollars for one.
    pub unit_price: Decimal,
    /// Dollars: quantity times unit price, rounded to a hundredth of a cent.
    pub amount: Decimal,
    /// Where the price was read.
    pub source: String,
    /// Whether no source confirms the price for this region.
    pub estimate: bool,
}

/// A bill in US dollars. JSON has quantities and amounts as text, because they are exact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bill {
    /// The day the prices were collected, `2025-10-28`.
    pub as_of: String,
    /// Always `USD`.
    pub currency: &'static str,
    /// By account, region and item, cheaper tiers below dearer ones.
    pub lines: Vec<LineItem>,
    /// The sum of the lines' amounts, exactly.
    pub total: Decimal,
    /// Whether any line is an estimate.
    pub estimate: bool,
    /// What a reader must know to trust the bill as much as it deserves.
    pub notes: Vec<String>,
}

/// Prices a month. Usage of the same account and region is added up before tiers are applied, as AWS does it.
#[must_use]
pub fn bill(book: &PriceBook, usages: &[Usage]) -> Bill {
    let mut sums: BTreeMap<(&str, &str, Item), Decimal> = BTreeMap::new();
    for usage in usages {
        for (item, quantity) in &usage.quantities {
            let sum = sums.entry((&usage.account, &usage.region, *item)).or_default();
            *sum = sum.saturating_add(*quantity);
        }
    }
    let (mut lines, mut notes) = (Vec::new(), BTreeSet::new());
    for ((account, region, item), quantity) in sums {
        let quote = book.quote(region, item);
        let cut = slices(quote.tiers, measured(quantity));
        if let (Some(other), false) = (quote.borrowed_from, cut.is_empty()) {
            notes.insert(format!(
                "Not every price of {region} is known: those of {other} stand in for the rest."
            ));
        }
        let tiered = quote.tiers.len() > 1;
        lines.extend(cut.iter().map(|slice| line((account, region, item), &quote, slice, tiered)));
    }
    Bill::of(book.as_of(), lines, notes.into_iter().collect())
}

fn line(of: (&str, &str, Item), quote: &Quote<'_>, slice: &Slice<'_>, tiered: bool) -> LineItem {
    let (account, region, item) = of;
    let (quantity, unit_price) = (slice.quantity.normalize(), slice.tier.usd);
    let tier = if tiered { format!(", {}", tier_words(slice, item)) } else { String::new() };
    let source = match quote.borrowed_from {
        Some(other) => format!("price of {other}: {}", quote.source),
        None => quote.source.to_owned(),
    };
    LineItem {
        account: account.to_owned(),
        region: region.to_owned(),
        item,
        label: format!("{}{tier}", item.label()),
        quantity,
        unit: item.unit(),
        unit_price,
        amount: settled(quantity.saturating_mul(unit_price)),
        source,
        estimate: slice.tier.estimate || quote.borrowed_from.is_some(),
    }
}

/// `first 10 TB`, `next 20 TB`, `over 50 TB`.
fn tier_words(slice: &Slice<'_>, item: Item) -> String {
    let size = |amount: Decimal| match item.unit() {
        "GB" | "GB-month" if (amount % GB_PER_TB).is_zero() => {
            format!("{} TB", grouped((amount / GB_PER_TB).normalize()))
        }
        "GB" | "GB-month" => format!("{} GB", grouped(amount.normalize())),
        _ => grouped(amount.normalize()),
    };
    match slice.tier.to {
        None => format!("over {}", size(slice.from)),
        Some(to) if slice.from.is_zero() => format!("first {}", size(to)),
        Some(to) => format!("next {}", size(to - slice.from)),
    }
}

impl Bill {
    /// A bill of these lines.
    pub(crate) fn of(as_of: &str, lines: Vec<LineItem>, mut notes: Vec<String>) -> Self {
        let total = settled(lines.iter().map(|line| line.amount).sum());
        let estimate = lines.iter().any(|line| line.estimate);
        if estimate {
            notes.insert(
                0,
                "Lines marked as estimates use prices that no source confirms for their region.".to_owned(),
            );
        }
        Self { as_of: as_of.to_owned(), currency: "USD", lines, total, estimate, notes }
    }

    /// The bill with one more thing to know.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        self
    }

    /// What the lines of some items cost.
    #[must_use]
    pub fn amount_of(&self, items: &[Item]) -> Decimal {
        settled(self.lines.iter().filter(|line| items.contains(&line.item)).map(|line| line.amount).sum())
    }

    /// What each item costs over all accounts, regions and tiers, in the order of the bill, with the sum up to and with
    /// it: the steps of a waterfall, whose last sum is the total.
    #[must_use]
    pub fn steps(&self) -> Vec<(Item, Decimal, Decimal)> {
        let items: BTreeSet<Item> = self.lines.iter().map(|line| line.item).collect();
        let amounts = items.into_iter().map(|item| (item, self.amount_of(&[item])));
        let mut sum = Decimal::ZERO;
        let running = amounts.map(|(item, amount)| {
            sum += amount;
            (item, amount, settled(sum))
        });
        running.collect()
    }

    /// The lines and the total as CSV (RFC 4180, `\r\n`); quantities and amounts without separators.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text =
            "account,region,item,label,quantity,unit,unit_price_usd,amount_usd,estimate,source\r\n"
                .to_owned();
        for line in &self.lines {
            let cells = [
                line.account.clone(),
                line.region.clone(),
                line.item.key().to_owned(),
                line.label.clone(),
                line.quantity.to_string(),
                line.unit.to_owned(),
                line.unit_price.to_string(),
                line.amount.to_string(),
                line.estimate.to_string(),
                line.source.clone(),
            ];
            text.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
            text.push_str("\r\n");
        }
        text.push_str(&format!(",,total,Total,,,,{},{},\r\n", self.total, self.estimate));
        text
    }

    /// The bill as text in columns for a terminal: lines, total, notes.
    #[must_use]
    pub fn text(&self) -> String {
        let mut rows: Vec<[String; 4]> = self.lines.iter().map(|line| self.text_row(line)).collect();
        let total = if self.estimate { "Total (estimate)" } else { "Total" };
        rows.push([total.to_owned(), String::new(), String::new(), format!("${}", grouped(self.total))]);
        // Points stand below points: amounts have two to four places.
        let places = |amount: &str| amount.split_once('.').map_or(0, |(_, places)| places.len());
        let most = rows.iter().map(|[.., amount]| places(amount)).max().unwrap_or_default();
        for [.., amount] in &mut rows {
            amount.push_str(&" ".repeat(most - places(amount)));
        }
        let mut widths = [0; 4];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let [label, quantity, price, amount] = widths;
        let mut text = String::new();
        for [a, b, c, d] in &rows {
            let row = format!("{a:label$}  {b:>quantity$}  {c:>price$}  {d:>amount$}");
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text.push_str(&format!("Prices as of {}, in {}.\n", self.as_of, self.currency));
        for note in &self.notes {
            text.push_str(note);
            text.push('\n');
        }
        text
    }

    fn text_row(&self, line: &LineItem) -> [String; 4] {
        let several = |of: fn(&LineItem) -> &str| self.lines.iter().any(|other| of(other) != of(line));
        let mut label = String::new();
        if several(|line| &line.account) {
            label.push_str(&format!("{} ", line.account));
        }
        if several(|line| &line.region) {
            label.push_str(&format!("{} ", line.region));
        }
        label.push_str(&line.label);
        if line.estimate {
            label.push_str(" (estimate)");
        }
        let quantity = format!("{} {}", grouped(line.quantity), line.unit);
        [label, quantity, format!("× {}", line.unit_price), format!("${}", grouped(line.amount))]
    }
}

/// A cell of CSV, in quotes where it must be.
fn csv_cell(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests;
