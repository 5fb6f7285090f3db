//! Chance: the same seed, the same company.

/// splitmix64 (Steele, Lea and Flood, 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below a limit; 0 where the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.bits() % limit as u64) as usize }
    }

    /// Both ends included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    pub fn chance(&mut self, part: f64) -> bool {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64 <= part && part > 0.0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).copied()
    }

    /// How often something happens that happens so often on average.
    pub fn count(&mut self, mean: f64) -> u64 {
        mean as u64 + u64::from(self.chance(mean.fract()))
    }

    /// An id as AWS makes them.
    pub fn id(&mut self, kind: &str) -> String {
        format!("{kind}-{:017x}", u128::from(self.bits()) & 0xf_ffff_ffff_ffff_ffff)
    }
}
