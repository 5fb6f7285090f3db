//! The price book: AWS's prices by region, as dated as the table they come from, with the user's own on top.
//! Knows no arithmetic.

use std::collections::BTreeMap;

use crate::item::{ITEMS, Item};
use crate::table::{self, Table, TableError};
use crate::tier::Tier;

/// The region whose prices stand in where a region's own is not known; the table must name all items for it.
const HOME_REGION: &str = "us-east-1";

/// The table in the repository.
const AWS_TABLE: &str = include_str!("../prices/aws.toml");
/// What errors call it.
const AWS_TABLE_NAME: &str = "prices/aws.toml";

/// How unlike a region's code and a typed one may be for the code to be proposed: two letters of about a dozen.
const CLOSE_ENOUGH: usize = 3;

/// A price with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// At least one tier; the last has no end.
    pub tiers: Vec<Tier>,
    /// Where it was read.
    pub source: String,
}

/// A region of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Region {
    pub(crate) name: Option<String>,
    pub(crate) prices: BTreeMap<Item, Price>,
}

/// Prices by region and item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBook {
    as_of: String,
    sources: BTreeMap<String, String>,
    regions: BTreeMap<String, Region>,
}

/// A region nobody knows, as a person typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no region is called {code:?}{}; add it to a price file if it is new", self.hint())]
pub struct UnknownRegion {
    /// What was typed.
    pub code: String,
    /// The region that was probably meant.
    pub nearest: Option<String>,
}

impl UnknownRegion {
    fn hint(&self) -> String {
        self.nearest.as_ref().map(|nearest| format!(", did you mean {nearest}?")).unwrap_or_default()
    }
}

/// A price as a bill needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quote<'b> {
    pub(crate) tiers: &'b [Tier],
    pub(crate) source: &'b str,
    /// The region whose price it is, where it is not the one asked for.
    pub(crate) borrowed_from: Option<&'static str>,
}

impl PriceBook {
    /// The prices in the repository.
    ///
    /// # Errors
    /// When the table in the repository is damaged; a test reads it.
    pub fn built_in() -> Result<Self, TableError> {
        let Table { as_of, sources, regions } = table::read(AWS_TABLE_NAME, AWS_TABLE, None)?;
        let book = Self { as_of: as_of.unwrap_or_default(), sources, regions };
        let missing = ITEMS.iter().find(|(item, ..)| book.own(HOME_REGION, *item).is_none());
        match missing {
            Some((item, ..)) => Err(TableError::lacking(AWS_TABLE_NAME, HOME_REGION, *item)),
            None => Ok(book),
        }
    }

    /// These prices with the user's on top. `text` is TOML of the same shape as the table in the repository; an item
    /// it names replaces the item here as a whole, and is no estimate unless the file says so. `file` is what errors
    /// and bills call it, with its own `as_of`; [`PriceBook::as_of`] stays that of the repository. An entry's `source` may
    /// be left out, or be one of the file's or the repository's.
    ///
    /// # Errors
    /// When the text is not TOML or not of that shape: names file, line and key, and for an unknown key the nearest.
    pub fn overridden_by(mut self, file: &str, text: &str) -> Result<Self, TableError> {
        let Table { sources, regions, .. } = table::read(file, text, Some(&self.sources))?;
        self.sources.extend(sources);
        for (code, region) in regions {
            let own = self.regions.entry(code).or_default();
            own.name = region.name.or(own.name.take());
            own.prices.extend(region.prices);
        }
        Ok(self)
    }

    /// The day the prices in the repository were collected, `2025-10-28`.
    #[must_use]
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// Codes and names of all regions, in the order of their codes.
    pub fn regions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.regions.iter().map(|(code, region)| (code.as_str(), region.name.as_deref().unwrap_or(code)))
    }

    /// Whether a region that a person typed exists. Bills do not ask: a region that AWS opened yesterday is billed as
    /// an estimate.
    ///
    /// # Errors
    /// When it does not.
    pub fn known_region(&self, code: &str) -> Result<(), UnknownRegion> {
        if self.regions.contains_key(code) {
            return Ok(());
        }
        let nearest = nearest(code, self.regions.keys().map(String::as_str)).map(str::to_owned);
        Err(UnknownRegion { code: code.to_owned(), nearest })
    }

    /// The price of an item in a region, if one is known for just this region.
    #[must_use]
    pub fn own(&self, region: &str, item: Item) -> Option<&Price> {
        self.regions.get(region)?.prices.get(&item)
    }

    /// The price of an item in a region, us-east-1's where the region's is not known.
    pub(crate) fn quote(&self, region: &str, item: Item) -> Quote<'_> {
        let own = self.own(region, item).map(|price| (price, None));
        let found = own.or_else(|| self.own(HOME_REGION, item).map(|price| (price, Some(HOME_REGION))));
        match found {
            Some((price, borrowed_from)) => {
                Quote { tiers: &price.tiers, source: &price.source, borrowed_from }
            }
            None => Quote { tiers: &[], source: "", borrowed_from: None },
        }
    }
}

/// The candidate a word was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates.into_iter().map(|candidate| (strsim::osa_distance(word, candidate), candidate));
    let near = near.filter(|(distance, candidate)| *distance <= CLOSE_ENOUGH.min(candidate.len() / 3 + 1));
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a table that cannot be read fails the test")]

    use super::*;

    #[test]
    fn the_table_in_the_repository_is_whole() {
        let book = PriceBook::built_in().unwrap();
        assert!(book.regions().count() >= 35);
        assert_eq!(book.as_of(), "2025-10-28");
        for (code, name) in book.regions() {
            assert_ne!(code, name, "{code} has no name");
        }
    }

    #[test]
    fn a_price_without_confirmation_is_an_estimate() {
        let book = PriceBook::built_in().unwrap();
        let estimates = |region, item| -> Vec<bool> {
            book.own(region, item).unwrap().tiers.iter().map(|tier| tier.estimate).collect()
        };
        assert_eq!(estimates("us-east-1", Item::DeliverToS3), [false; 4]);
        assert_eq!(estimates("ap-northeast-1", Item::DeliverToS3), [false, true, true, true]);
        assert_eq!(estimates("eu-central-1", Item::DeliverToCloudwatch), [true; 4]);
        assert_eq!(book.own("eu-north-1", Item::DeliverToS3), None);
        assert_eq!(book.quote("eu-north-1", Item::DeliverToS3).borrowed_from, Some("us-east-1"));
    }

    #[test]
    fn prices_fall_with_volume_and_s3_is_not_dearer_than_a_log_group() {
        let book = PriceBook::built_in().unwrap();
        for (code, _) in book.regions() {
            for (item, key, ..) in ITEMS {
                let Some(price) = book.own(code, item) else { continue };
                let usd: Vec<_> = price.tiers.iter().map(|tier| tier.usd).collect();
                assert!(usd.is_sorted_by(|dear, cheap| dear >= cheap), "{code} {key}: {usd:?}");
            }
            let first = |item| book.quote(code, item).tiers[0].usd;
            assert!(first(Item::DeliverToS3) <= first(Item::DeliverToCloudwatch), "{code}");
            assert!(first(Item::S3DeepArchive) < first(Item::S3Standard), "{code}");
        }
    }

    #[test]
    fn a_region_that_does_not_exist_is_named_with_the_nearest() {
        let book = PriceBook::built_in().unwrap();
        assert_eq!(book.known_region("eu-west-1"), Ok(()));
        let typo = book.known_region("us-eats-1").unwrap_err();
        assert_eq!(
            typo.to_string(),
            "no region is called \"us-eats-1\", did you mean us-east-1?; add it to a price file if it is new"
        );
        assert_eq!(book.known_region("mars").unwrap_err().nearest, None);
    }

    #[test]
    fn a_users_price_replaces_the_item_and_nothing_else() {
        let own = "as_of = \"2026-01-31\"\n[region.eu-central-1.deliver-to-s3]\nusd = 0.31\n[region.moon-1]\nname = \"Moon\"\n";
        let book = PriceBook::built_in().unwrap().overridden_by("mine.toml", own).unwrap();
        let price = book.own("eu-central-1", Item::DeliverToS3).unwrap();
        assert_eq!(price.tiers, [Tier { to: None, usd: "0.31".parse().unwrap(), estimate: false }]);
        assert_eq!(price.source, "mine.toml, 2026-01-31");
        assert_eq!(book.as_of(), "2025-10-28");
        let built_in = PriceBook::built_in().unwrap();
        let other = |book: &PriceBook| book.own("eu-central-1", Item::DeliverToCloudwatch).cloned();
        assert_eq!(other(&book), other(&built_in));
        assert!(book.regions().any(|(code, name)| (code, name) == ("moon-1", "Moon")));
        assert!(book.regions().any(|(_, name)| name == "Europe (Frankfurt)"));
    }
}
