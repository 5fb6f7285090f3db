//! Dollars and gigabytes as exact decimals: how bytes become billed units, how an amount is rounded and written.
//! Knows no price.

use rust_decimal::{Decimal, RoundingStrategy};

/// Bytes of the GB that is billed. AWS's worked examples count 1 TB as 1,024 GB, and its other services meter GB as
/// 2³⁰ bytes; that vended logs are metered so too is assumed. With 10⁹ bytes every amount would be 7.4 % higher.
pub const BYTES_PER_GB: u64 = 1 << 30;

/// Days of the month that rates per month are stated for, as in AWS's worked examples ("1 GB per day for 30 days").
pub const MONTH_DAYS: u32 = 30;

/// Decimal places of an amount: a hundredth of a cent, so that the lines of a small VPC are not all zero.
const AMOUNT_PLACES: u32 = 4;
/// Decimal places of an amount of whole cents.
const CENT_PLACES: u32 = 2;
/// Decimal places of a quantity. The rest, 500 bytes of a GB, is worth less than an amount can show.
const QUANTITY_PLACES: u32 = 6;

/// Bytes in billed GB, exact to 28 digits.
#[must_use]
pub fn gb_from_bytes(bytes: u64) -> Decimal {
    Decimal::from(bytes) / Decimal::from(BYTES_PER_GB)
}

/// An amount as bills hold it: rounded to a hundredth of a cent, halves away from zero, written with two places where
/// they are enough and with four where they are not.
#[must_use]
pub fn settled(amount: Decimal) -> Decimal {
    let rounded = amount.round_dp_with_strategy(AMOUNT_PLACES, RoundingStrategy::MidpointAwayFromZero);
    let mut amount = rounded.normalize();
    amount.rescale(if amount.scale() <= CENT_PLACES { CENT_PLACES } else { AMOUNT_PLACES });
    amount
}

/// A quantity as bills hold it: six decimal places at most, none that are zero.
#[must_use]
pub fn measured(quantity: Decimal) -> Decimal {
    quantity.round_dp_with_strategy(QUANTITY_PLACES, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// A number with commas between thousands: `13,414.40`.
#[must_use]
pub fn grouped(number: Decimal) -> String {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let mut written = String::with_capacity(text.len() + text.len() / 3 + 2);
    if number.is_sign_negative() && !number.is_zero() {
        written.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            written.push(',');
        }
        written.push(digit);
    }
    if let Some(fraction) = fraction {
        written.push('.');
        written.push_str(fraction);
    }
    written
}

/// An amount as a person reads it: `$13,414.40`, `-$0.0432`.
#[must_use]
pub fn dollars(amount: Decimal) -> String {
    let amount = settled(amount);
    let sign = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
    format!("{sign}${}", grouped(amount.abs()))
}

/// What a part of the bytes causes of an amount: an interface, health checks, a NAT gateway. Parts may overlap; those
/// that do not are better [`apportioned`]. Zero of nothing.
#[must_use]
pub fn share(amount: Decimal, part_bytes: u64, whole_bytes: u64) -> Decimal {
    let part = Decimal::from(part_bytes).checked_div(Decimal::from(whole_bytes)).unwrap_or_default();
    settled(amount.saturating_mul(part))
}

/// Shares of an amount in proportion to the weights, one for each, that add up to exactly the amount: what rounding
/// leaves over goes to those it cut most. All zero when no weight is above zero. For who causes how much of a bill.
#[must_use]
pub fn apportioned(amount: Decimal, weights: &[u64]) -> Vec<Decimal> {
    let all: Decimal = weights.iter().map(|weight| Decimal::from(*weight)).sum();
    if all.is_zero() {
        return vec![Decimal::ZERO; weights.len()];
    }
    let amount = settled(amount);
    let exact: Vec<Decimal> =
        weights.iter().map(|weight| amount.saturating_mul(Decimal::from(*weight) / all)).collect();
    let mut shares: Vec<Decimal> = exact
        .iter()
        .map(|share| share.round_dp_with_strategy(AMOUNT_PLACES, RoundingStrategy::ToZero))
        .collect();
    let mut left = amount - shares.iter().sum::<Decimal>();
    let unit = Decimal::new(if amount.is_sign_negative() { -1 } else { 1 }, AMOUNT_PLACES);
    let mut order: Vec<(Decimal, usize)> = exact
        .iter()
        .zip(&shares)
        .enumerate()
        .map(|(at, (exact, share))| ((exact - share).abs(), at))
        .collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, at) in order {
        if left.abs() < unit.abs() {
            break;
        }
        if let Some(share) = shares.get_mut(at) {
            *share += unit;
            left -= unit;
        }
    }
    shares.into_iter().map(settled).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a number that cannot be read fails the test")]

    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_gb_is_two_to_the_thirtieth_bytes() {
        assert_eq!(gb_from_bytes(BYTES_PER_GB * 3 / 2), number("1.5"));
    }

    #[test]
    fn an_amount_has_cents_and_no_more_than_a_hundredth_of_one() {
        for (exact, shown) in [
            ("13414.4", "13414.40"),
            ("0", "0.00"),
            ("0.00004", "0.00"),
            ("0.00005", "0.0001"),
            ("153.088", "153.0880"),
        ] {
            assert_eq!(settled(number(exact)).to_string(), shown);
        }
        assert_eq!(dollars(number("-13414.4")), "-$13,414.40");
        assert_eq!(dollars(number("1234567.0432")), "$1,234,567.0432");
        assert_eq!(dollars(number("-0.000001")), "$0.00");
    }

    #[test]
    fn a_part_causes_its_share() {
        assert_eq!(share(number("8294.40"), 1, 3).to_string(), "2764.80");
        assert_eq!(share(number("8294.40"), 0, 0).to_string(), "0.00");
    }

    #[test]
    fn nobody_is_charged_when_there_is_nobody() {
        assert_eq!(apportioned(number("5"), &[]), []);
        assert_eq!(apportioned(number("5"), &[0, 0]), [Decimal::ZERO; 2]);
        assert_eq!(apportioned(number("0.0001"), &[1, 1, 1]).iter().sum::<Decimal>(), number("0.0001"));
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_amount_and_are_within_a_hundredth_of_a_cent_of_fair(
            cents in -1_000_000i64..1_000_000_000, weights in prop::collection::vec(0u64..1 << 60, 1..40)
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let amount = Decimal::new(cents, 4);
            let shares = apportioned(amount, &weights);
            prop_assert_eq!(shares.iter().sum::<Decimal>(), amount);
            let all: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let fair = amount * (Decimal::from(*weight) / Decimal::from(all));
                prop_assert!((share - fair).abs() <= Decimal::new(1, 4), "{} {}", share, fair);
            }
        }
    }
}
