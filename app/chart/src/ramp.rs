//! Which colour step a heatmap cell gets: bounds computed from the data, round enough to stand in a legend.
//! Knows numbers only; colours are [`super::tokens`].

use super::ticks::short;
use super::tokens::RAMP;
use contract::report::Cells;
use contract::{Matrix, Measure, Scale};

/// The steps of a heatmap. Step 0 is zero and only zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// The least value of each step, rising from 0; as many as there are distinct steps, at most [`RAMP`].
    pub least: Vec<u64>,
}

impl Ramp {
    /// The steps that suit the cells of `picture` on `scale`.
    pub fn of(picture: &Matrix, scale: Scale) -> Ramp {
        let most = picture.rows.iter().flat_map(|row| row.values.iter().copied()).max().unwrap_or(0);
        Ramp::up_to(most, scale)
    }

    /// The steps that suit the cells of a document's heatmap.
    pub fn of_cells(cells: &Cells) -> Ramp {
        let most = cells.spots.iter().flatten().flatten().map(|spot| spot.value).max().unwrap_or(0);
        Ramp::up_to(most, cells.scale)
    }

    /// The steps for values up to `most`.
    pub fn up_to(most: u64, scale: Scale) -> Ramp {
        let steps = RAMP as u64 - 1;
        let bound = |step: u64| match scale {
            Scale::Linear => round_down(most / steps).saturating_mul(step),
            Scale::Log => round_down((most as f64).powf(step as f64 / steps as f64) as u64),
        };
        let mut least = vec![0];
        if most > 0 {
            least.push(1);
        }
        for step in 1..steps {
            let next = bound(step).max(least.last().map_or(0, |last| last + 1));
            if next > most {
                break;
            }
            least.push(next);
        }
        Ramp { least }
    }

    /// The step of `value`.
    pub fn level(&self, value: u64) -> usize {
        self.least.partition_point(|least| *least <= value).saturating_sub(1)
    }

    /// The least value of each step as a legend shows it; the last says that it is open.
    pub fn labels(&self, measure: Measure) -> Vec<String> {
        let last = self.least.len() - 1;
        let symbol = if measure == Measure::Bytes { "B" } else { "" };
        let label = |(step, least): (usize, &u64)| {
            let number = short(*least as f64, None, if step == 0 { "" } else { symbol });
            if step == last && step > 0 { format!("{number}+") } else { number }
        };
        self.least.iter().enumerate().map(label).collect()
    }
}

/// First digits of round numbers: finer than an axis needs, because a bound that is far off wastes a colour.
const ROUND_TENTHS: [u64; 9] = [80, 60, 50, 40, 30, 25, 20, 15, 10];

/// The largest round whole number that is not above `value`; at least 1.
fn round_down(value: u64) -> u64 {
    let power = 10_u64.pow(value.max(1).ilog10());
    let round = |tenths: u64| (u128::from(tenths) * u128::from(power) / 10) as u64;
    ROUND_TENTHS.into_iter().map(round).find(|round| (1..=value).contains(round)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bounds_are_round_and_start_at_one() {
        assert_eq!(Ramp::up_to(1_060, Scale::Linear).least, [0, 1, 200, 400, 600, 800]);
        assert_eq!(Ramp::up_to(90_000, Scale::Log).least, [0, 1, 8, 80, 800, 8_000]);
        assert_eq!(Ramp::up_to(3, Scale::Linear).least, [0, 1, 2, 3]);
        assert_eq!(Ramp::up_to(0, Scale::Log).least, [0]);
        assert_eq!(Ramp::up_to(1_060, Scale::Linear).labels(Measure::Flows)[5], "800+");
    }

    proptest! {
        #[test]
        fn steps_rise_and_the_largest_value_has_the_last(most in 0_u64.., log in any::<bool>()) {
            let ramp = Ramp::up_to(most, if log { Scale::Log } else { Scale::Linear });
            prop_assert!(ramp.least.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(ramp.least.len() <= RAMP);
            prop_assert_eq!(ramp.level(most), ramp.least.len() - 1);
            prop_assert_eq!(ramp.level(0), 0);
            prop_assert_eq!(most > 0, ramp.level(1) == 1);
        }
    }
}
