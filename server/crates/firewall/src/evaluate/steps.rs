//! Stretches of numbers and which rules hold on each: overlapping ranges cut where any of them begins or ends, so that
//! one binary search finds all that hold at a number.

use hashbrown::HashMap;

/// Sets of rules as bits, each kept once.
#[derive(Clone, Debug, Default)]
pub(super) struct Masks {
    words: usize,
    bits: Vec<u64>,
    numbers: HashMap<Vec<u64>, u32>,
}

impl Masks {
    pub(super) fn new(rules: usize) -> Self {
        Masks { words: rules.div_ceil(64), ..Masks::default() }
    }

    fn number(&mut self, mask: &[u64]) -> u32 {
        if let Some(number) = self.numbers.get(mask) {
            return *number;
        }
        let number = self.numbers.len() as u32;
        self.bits.extend_from_slice(mask);
        self.numbers.insert(mask.to_vec(), number);
        number
    }

    /// The number of the set of some rules.
    pub(super) fn of(&mut self, rules: impl Iterator<Item = usize>) -> u32 {
        let mut mask = vec![0; self.words];
        rules.for_each(|rule| mask[rule / 64] |= 1 << (rule % 64));
        self.number(&mask)
    }

    fn mask(&self, number: u32) -> &[u64] {
        let from = number as usize * self.words;
        self.bits.get(from..from + self.words).unwrap_or_default()
    }

    /// The rules that two sets share.
    pub(super) fn shared(&self, one: u32, other: u32) -> impl Iterator<Item = usize> + '_ {
        let words = self.mask(one).iter().zip(self.mask(other)).enumerate();
        words.flat_map(|(word, (a, b))| {
            let mut left = a & b;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros() as usize;
                left &= left.wrapping_sub(1);
                (bit < 64).then_some(word * 64 + bit)
            })
        })
    }

    /// Whether two sets share any rule.
    pub(super) fn meet(&self, one: u32, other: u32) -> bool {
        self.mask(one).iter().zip(self.mask(other)).any(|(a, b)| a & b != 0)
    }
}

/// A range of numbers, both ends included, on which a rule holds.
pub(super) type Stretch = (u128, u128, usize);

/// Where each stretch begins and the set of rules that hold from there on. `N` is wide enough for the numbers: the
/// narrower, the more of a search lies in one line of the cache.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps<N> {
    starts: Vec<N>,
    masks: Vec<u32>,
}

impl<N: Copy + Ord + Default + TryFrom<u128>> Steps<N> {
    /// Cuts overlapping ranges. A rule may have many ranges, which may overlap too.
    pub(super) fn new(stretches: &[Stretch], rules: usize, masks: &mut Masks) -> Self {
        let mut events: Vec<(u128, bool, usize)> = Vec::with_capacity(2 * stretches.len());
        for (first, last, rule) in stretches {
            events.push((*first, true, *rule));
            events.extend(last.checked_add(1).map(|after| (after, false, *rule)));
        }
        events.sort_unstable();
        let mut holding = vec![0_u32; rules];
        let mut mask = vec![0_u64; rules.div_ceil(64)];
        let mut steps = Steps { starts: vec![N::default()], masks: vec![masks.number(&mask)] };
        for (place, (at, begins, rule)) in events.iter().enumerate() {
            holding[*rule] = if *begins { holding[*rule] + 1 } else { holding[*rule] - 1 };
            let bit = 1 << (rule % 64);
            if holding[*rule] > 0 {
                mask[rule / 64] |= bit
            } else {
                mask[rule / 64] &= !bit
            }
            if events.get(place + 1).is_none_or(|(next, ..)| next > at) {
                steps.push(*at, masks.number(&mask));
            }
        }
        steps
    }

    fn push(&mut self, at: u128, mask: u32) {
        // A stretch that begins beyond the widest number holds nothing.
        let Ok(start) = N::try_from(at) else { return };
        if at == 0 {
            self.masks = vec![mask];
        } else if self.masks.last() != Some(&mask) {
            self.starts.push(start);
            self.masks.push(mask);
        }
    }

    /// The set of rules that hold at a number.
    pub(super) fn at(&self, number: N) -> u32 {
        let place = self.starts.partition_point(|start| *start <= number);
        self.masks.get(place.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_cut_ranges_say_the_same_as_the_ranges(
            ranges in prop::collection::vec((0_u128..40, 0_u128..40, 0_usize..70), 0..60)
        ) {
            let stretches: Vec<Stretch> =
                ranges.into_iter().map(|(a, b, rule)| (a.min(b), a.max(b), rule)).collect();
            let mut masks = Masks::new(70);
            let steps: Steps<u128> = Steps::new(&stretches, 70, &mut masks);
            let all = masks.of(0..70);
            for number in 0..42 {
                let mut expected: Vec<_> = stretches
                    .iter()
                    .filter(|(first, last, _)| (*first..=*last).contains(&number))
                    .map(|(.., rule)| *rule)
                    .collect();
                expected.sort_unstable();
                expected.dedup();
                let found: Vec<_> = masks.shared(steps.at(number), all).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn a_range_may_reach_to_the_end_of_all_numbers() {
        let mut masks = Masks::new(1);
        let steps: Steps<u128> = Steps::new(&[(5, u128::MAX, 0)], 1, &mut masks);
        let all = masks.of(0..1);
        assert!(masks.meet(steps.at(u128::MAX), all) && !masks.meet(steps.at(4), all));
    }
}
