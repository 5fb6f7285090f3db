//! How amounts of money and of text are said on the page of costs: rounded to read, exact in files.

use contract::human;
use contract::report::{Cell, Tone};
use pricing::{Decimal, dollars};

/// What a choice saves, as a cell.
pub fn saving(amount: Decimal) -> Cell {
    let tone = if amount > Decimal::ZERO { Tone::Good } else { Tone::Plain };
    Cell::new(dollars(amount)).exact(amount).tone(tone)
}

/// The same in words.
pub fn said_saving(amount: Decimal) -> String {
    if amount.is_sign_negative() {
        format!("{} more", dollars(-amount))
    } else {
        format!("{} saved", dollars(amount))
    }
}

/// An amount, as a cell.
pub fn money(amount: Decimal) -> Cell {
    Cell::new(dollars(amount)).exact(amount)
}

/// A part of a whole, as a cell with a bar.
pub fn share_of(part: Decimal, whole: Decimal) -> Cell {
    let share = part.checked_div(whole).and_then(|share| f64::try_from(share).ok()).unwrap_or_default();
    Cell::new(human::percent(share)).exact(share).share(share)
}

/// A part of a whole in words.
pub fn percent(part: Decimal, whole: Decimal) -> String {
    share_of(part, whole).text
}

/// An amount on a tile: to the cent, to the dollar from a hundred on.
pub fn rough(amount: Decimal) -> String {
    let places = if amount >= Decimal::ONE_HUNDRED { 0 } else { 2 };
    let mut amount = amount.round_dp(places);
    amount.rescale(places);
    format!("${}", pricing::grouped(amount))
}
