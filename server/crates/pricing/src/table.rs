//! Price tables as TOML: read exactly, refused with file, line and key. Knows the shape, not what prices mean.
//!
//! The tree of values is walked by hand rather than deserialised: prices must come from the digits that were
//! written, not by way of a float, and an unknown key must name its line and the key that was probably meant.

use std::collections::BTreeMap;
use std::ops::Range;

use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::book::{Price, Region, nearest};
use crate::item::{ITEMS, Item};
use crate::tier::Tier;

/// Dearer than anything a log costs; keeps sums far from where decimals end.
const DEAREST_USD: i64 = 1_000_000;
/// Larger than any month's volume in any unit.
const LARGEST_TIER: i64 = 1_000_000_000_000;
/// More tiers than any price has.
const MOST_TIERS: usize = 16;

/// What a price table says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) as_of: Option<String>,
    pub(crate) sources: BTreeMap<String, String>,
    pub(crate) regions: BTreeMap<String, Region>,
}

/// Why a price table cannot be used, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {fault}")]
pub struct TableError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a price table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The text is not TOML.
    #[error("not TOML: {message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// A key that has no meaning there.
    #[error("unknown key {key:?}{}", nearest.as_ref().map(|near| format!(", did you mean {near:?}?")).unwrap_or_default())]
    UnknownKey {
        /// The key with those above it, joined by dots.
        key: String,
        /// The key that was probably meant.
        nearest: Option<String>,
    },
    /// A value of another sort or size.
    #[error("{key:?} must be {wanted}")]
    Wrong {
        /// The key with those above it, joined by dots.
        key: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A key that must be there.
    #[error("{key:?} is missing")]
    Missing {
        /// The key with those above it, joined by dots.
        key: String,
    },
}

impl TableError {
    /// A table without an item it must have.
    pub(crate) fn lacking(file: &str, region: &str, item: Item) -> Self {
        let key = format!("region.{region}.{}", item.key());
        Self { file: file.to_owned(), line: 1, fault: Fault::Missing { key } }
    }
}

/// Reads a price table. `known` are the sources of the table below it; without one, entries must name a source.
pub(crate) fn read(
    file: &str,
    text: &str,
    known: Option<&BTreeMap<String, String>>,
) -> Result<Table, TableError> {
    let mut reader = Reader { file, text, known, sources: BTreeMap::new(), as_of: None };
    let parsed = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or_default();
        reader.fault(&at, Fault::Syntax { message: error.message().to_owned() })
    })?;
    reader.whole(parsed.get_ref())
}

struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    known: Option<&'t BTreeMap<String, String>>,
    sources: BTreeMap<String, String>,
    as_of: Option<String>,
}

type Node<'t> = Spanned<DeValue<'t>>;

impl Reader<'_> {
    fn fault(&self, at: &Range<usize>, fault: Fault) -> TableError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        TableError { file: self.file.to_owned(), line: before.matches('\n').count() + 1, fault }
    }

    fn wrong<T>(&self, node: &Node<'_>, key: &str, wanted: &'static str) -> Result<T, TableError> {
        Err(self.fault(&node.span(), Fault::Wrong { key: key.to_owned(), wanted }))
    }

    fn table<'v, 't>(&self, node: &'v Node<'t>, key: &str) -> Result<&'v DeTable<'t>, TableError> {
        node.get_ref().as_table().map_or_else(|| self.wrong(node, key, "a table"), Ok)
    }

    fn text(&self, node: &Node<'_>, key: &str) -> Result<String, TableError> {
        let text = node.get_ref().as_str().map(str::to_owned);
        text.map_or_else(|| self.wrong(node, key, "text in quotes"), Ok)
    }

    /// Refuses keys that are not among the allowed.
    fn only(&self, table: &DeTable<'_>, above: &str, allowed: &[&str]) -> Result<(), TableError> {
        let stranger = table.keys().find(|key| !allowed.contains(&key.get_ref().as_ref()));
        match stranger {
            None => Ok(()),
            Some(key) => {
                let nearest = nearest(key.get_ref(), allowed.iter().copied()).map(str::to_owned);
                Err(self.fault(&key.span(), Fault::UnknownKey { key: below(above, key.get_ref()), nearest }))
            }
        }
    }

    fn whole(&mut self, table: &DeTable<'_>) -> Result<Table, TableError> {
        self.only(table, "", &["as_of", "sources", "region"])?;
        self.as_of = table.get("as_of").map(|node| self.date(node)).transpose()?;
        if let Some(node) = table.get("sources") {
            for (id, text) in self.table(node, "sources")? {
                let text = self.text(text, &below("sources", id.get_ref()))?;
                self.sources.insert(id.get_ref().to_string(), text);
            }
        }
        let mut regions = BTreeMap::new();
        if let Some(node) = table.get("region") {
            for (code, region) in self.table(node, "region")? {
                regions.insert(code.get_ref().to_string(), self.region(code.get_ref(), region)?);
            }
        }
        Ok(Table { as_of: self.as_of.take(), sources: std::mem::take(&mut self.sources), regions })
    }

    fn date(&self, node: &Node<'_>) -> Result<String, TableError> {
        let text = self.text(node, "as_of")?;
        match text.parse::<jiff::civil::Date>() {
            Ok(_) => Ok(text),
            Err(_) => self.wrong(node, "as_of", "a date in quotes, as \"2026-01-31\""),
        }
    }

    fn region(&self, code: &str, node: &Node<'_>) -> Result<Region, TableError> {
        let above = format!("region.{code}");
        let table = self.table(node, &above)?;
        let keys: Vec<&str> = ["name"].into_iter().chain(ITEMS.iter().map(|(_, key, ..)| *key)).collect();
        self.only(table, &above, &keys)?;
        let name = table.get("name").map(|node| self.text(node, &below(&above, "name"))).transpose()?;
        let mut prices = BTreeMap::new();
        for (item, key, ..) in ITEMS {
            if let Some(entry) = table.get(key) {
                prices.insert(item, self.price(&below(&above, key), entry)?);
            }
        }
        Ok(Region { name, prices })
    }

    fn price(&self, above: &str, node: &Node<'_>) -> Result<Price, TableError> {
        let table = self.table(node, above)?;
        self.only(table, above, &["usd", "tiers", "estimate", "source"])?;
        let source = self.source(above, node, table)?;
        let estimate = self.estimate(above, table)?;
        let tiers = match (table.get("usd"), table.get("tiers")) {
            (Some(usd), None) => vec![Tier { to: None, usd: self.usd(above, usd)?, estimate }],
            (None, Some(tiers)) => self.tiers(&below(above, "tiers"), tiers, estimate)?,
            _ => return self.wrong(node, above, "a table with either usd or tiers"),
        };
        Ok(Price { tiers, source })
    }

    fn source(&self, above: &str, entry: &Node<'_>, table: &DeTable<'_>) -> Result<String, TableError> {
        let key = below(above, "source");
        match (table.get("source"), self.known) {
            (None, Some(_)) => Ok(match &self.as_of {
                Some(as_of) => format!("{}, {as_of}", self.file),
                None => self.file.to_owned(),
            }),
            (None, None) => Err(self.fault(&entry.span(), Fault::Missing { key })),
            (Some(node), known) => {
                let id = self.text(node, &key)?;
                let found = self.sources.get(&id).or_else(|| known?.get(&id));
                found.cloned().map_or_else(|| self.wrong(node, &key, "one of the names below [sources]"), Ok)
            }
        }
    }

    fn estimate(&self, above: &str, table: &DeTable<'_>) -> Result<bool, TableError> {
        let Some(node) = table.get("estimate") else { return Ok(false) };
        let value = node.get_ref().as_bool();
        value.map_or_else(|| self.wrong(node, &below(above, "estimate"), "true or false"), Ok)
    }

    fn usd(&self, above: &str, node: &Node<'_>) -> Result<Decimal, TableError> {
        let found = number(node.get_ref());
        let usable = found.filter(|usd| !usd.is_sign_negative() && *usd <= Decimal::from(DEAREST_USD));
        usable.map_or_else(|| self.wrong(node, &below(above, "usd"), "a number of dollars, 0 to 1000000"), Ok)
    }

    fn tiers(&self, above: &str, node: &Node<'_>, estimate: bool) -> Result<Vec<Tier>, TableError> {
        let list = node.get_ref().as_array().filter(|list| (1..=MOST_TIERS).contains(&list.len()));
        let Some(list) = list else { return self.wrong(node, above, "a list of 1 to 16 tiers") };
        let mut tiers: Vec<Tier> = Vec::new();
        for (at, entry) in list.iter().enumerate() {
            let above = format!("{above}[{at}]");
            let table = self.table(entry, &above)?;
            self.only(table, &above, &["to", "usd", "estimate"])?;
            let Some(usd) = table.get("usd") else {
                return Err(self.fault(&entry.span(), Fault::Missing { key: below(&above, "usd") }));
            };
            let to = table.get("to").map(|to| self.tier_end(&above, to, tiers.last())).transpose()?;
            if to.is_none() != (at + 1 == list.len()) {
                return self.wrong(entry, &above, "a tier with to, or the last one without");
            }
            let estimate = estimate || self.estimate(&above, table)?;
            tiers.push(Tier { to, usd: self.usd(&above, usd)?, estimate });
        }
        Ok(tiers)
    }

    fn tier_end(&self, above: &str, node: &Node<'_>, before: Option<&Tier>) -> Result<Decimal, TableError> {
        let start = before.and_then(|tier| tier.to).unwrap_or_default();
        let end = number(node.get_ref()).filter(|end| *end > start && *end <= Decimal::from(LARGEST_TIER));
        let wanted = "a number above the end of the tier before it, at most 1000000000000";
        end.map_or_else(|| self.wrong(node, &below(above, "to"), wanted), Ok)
    }
}

fn below(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}

/// A number by the digits that were written.
fn number(value: &DeValue<'_>) -> Option<Decimal> {
    match value {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
        DeValue::Float(float) => {
            let text = float.as_str();
            text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
