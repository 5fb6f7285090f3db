//! Chance, from one seed: named streams of draws that are the same on every machine.
//! Knows nothing of networks. Uses only `+ - * /` and `sqrt`, which IEEE 754 rounds in one way, so no
//! platform's `exp` or `ln` can change a byte of the output.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

/// Above this mean, counts are drawn from a bell around it; below it, from sixteen coin tosses.
const BELL_FROM: f64 = 8.0;

/// One stream of draws (xoshiro256++, whose output is fixed by its reference code).
#[derive(Debug, Clone)]
pub(crate) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The stream for one purpose. Purposes do not disturb each other: a new one leaves the old bytes alone.
    pub(crate) fn stream(seed: u64, purpose: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in purpose.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(17) ^ hash))
    }

    /// Sixty-four random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number in `0..limit`; 0 when `limit` is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (((self.bits() >> 32) * limit as u64) >> 32) as usize
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    /// A port from `low` to `high`, both included.
    pub(crate) fn port(&mut self, low: u16, high: u16) -> u16 {
        low + self.below(usize::from(high - low) + 1) as u16
    }

    /// A fraction in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether an event of this probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A draw from a bell with mean 0 and standard deviation 1, never beyond ±3.5.
    pub(crate) fn bell(&mut self) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 3.0_f64.sqrt()
    }

    /// How many events happen where `mean` are expected (close to Poisson).
    pub(crate) fn count(&mut self, mean: f64) -> u32 {
        if mean >= BELL_FROM {
            return (mean + mean.sqrt() * self.bell()).round().max(0.0) as u32;
        }
        (0..16).map(|_| u32::from(self.chance(mean / 16.0))).sum()
    }

    /// A factor with mean 1 and a heavy tail (Pareto, exponent 2), from 0.5 to 40.
    pub(crate) fn spread(&mut self) -> f64 {
        (0.5 / self.unit().max(1e-6).sqrt()).min(40.0)
    }

    /// One of the items, the early ones far more often than the late ones.
    pub(crate) fn popular<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        let skew = self.unit();
        items.get((skew * skew * items.len() as f64) as usize).copied()
    }

    /// One of the items, all alike.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        let index = self.below(items.len());
        items.get(index).copied()
    }

    /// An AWS resource id: prefix, dash, seventeen hexadecimal digits.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{:016x}", self.bits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_pinned() {
        let mut dice = Dice::stream(1, "world");
        let first = [dice.bits(), dice.bits()];
        // Worked out apart, from the reference code of splitmix64 and xoshiro256++.
        assert_eq!(first, [0x28bf_955f_95a0_4168, 0x3d7d_452d_6680_49cc]);
        assert_ne!(first[0], Dice::stream(1, "scan").bits());
        assert_ne!(first[0], Dice::stream(2, "world").bits());
    }

    #[test]
    fn counts_keep_their_mean() {
        let mut dice = Dice::stream(3, "count");
        for mean in [0.2, 3.0, 40.0] {
            let sum: u32 = (0..20_000).map(|_| dice.count(mean)).sum();
            let seen = f64::from(sum) / 20_000.0;
            assert!((seen - mean).abs() < 0.06 * mean, "mean {mean}, seen {seen}");
        }
    }

    #[test]
    fn draws_stay_in_their_bounds() {
        let mut dice = Dice::stream(4, "bounds");
        for _ in 0..10_000 {
            assert!((5..=9).contains(&dice.between(5, 9)));
            assert!((1024..=65535).contains(&dice.port(1024, 65535)));
            assert!((0.5..=40.0).contains(&dice.spread()));
        }
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.pick::<u8>(&[]), None);
    }
}
