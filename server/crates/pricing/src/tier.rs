//! Prices that fall with volume: a month's quantity cut at the ends of the tiers. Exact; knows no region.

use rust_decimal::Decimal;

/// A price up to some volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Where it ends, in the item's unit, counted from the beginning of the month; the last tier has no end.
    pub to: Option<Decimal>,
    /// Dollars for one unit.
    pub usd: Decimal,
    /// Whether no source confirms the price.
    pub estimate: bool,
}

/// The part of a quantity that is in one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<'t> {
    /// How much, above 0.
    pub quantity: Decimal,
    /// Where the tier begins.
    pub from: Decimal,
    /// The tier.
    pub tier: &'t Tier,
}

/// A month's quantity cut into its tiers; they add up to the quantity. Nothing for a quantity that is not above 0.
#[must_use]
pub fn slices(tiers: &[Tier], quantity: Decimal) -> Vec<Slice<'_>> {
    let mut from = Decimal::ZERO;
    let mut cut = Vec::new();
    for tier in tiers {
        if quantity <= from {
            break;
        }
        let to = tier.to.map_or(quantity, |to| to.min(quantity));
        cut.push(Slice { quantity: to - from, from, tier });
        from = to;
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tiers(ends: &[i64]) -> Vec<Tier> {
        let ends = ends.iter().map(|end| Some(Decimal::from(*end))).chain([None]);
        ends.map(|to| Tier { to, usd: Decimal::ONE, estimate: false }).collect()
    }

    #[test]
    fn the_end_of_a_tier_belongs_to_it() {
        let tiers = tiers(&[10, 30]);
        let cut = |quantity: i64| -> Vec<Decimal> {
            slices(&tiers, quantity.into()).into_iter().map(|slice| slice.quantity).collect()
        };
        assert_eq!(cut(10), [Decimal::from(10)]);
        assert_eq!(cut(11), [Decimal::from(10), Decimal::ONE]);
        assert_eq!(cut(100), [10, 20, 70].map(Decimal::from));
        assert_eq!(cut(0), []);
        assert_eq!(cut(-5), []);
    }

    proptest! {
        #[test]
        fn slices_add_up_to_the_quantity(quantity in 0i64..1 << 50, places in 0u32..12) {
            let quantity = Decimal::new(quantity, places);
            let sum: Decimal = slices(&tiers(&[7, 1_000, 51_200]), quantity).iter().map(|cut| cut.quantity).sum();
            prop_assert_eq!(sum, quantity);
        }
    }
}
