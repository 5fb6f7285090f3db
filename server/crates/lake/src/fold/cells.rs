//! Sums by group and bucket: dense for the first groups, sparse for the long tail (a port scan touches tens of
//! thousands of ports, each in one or two buckets).

use hashbrown::HashMap;

/// Groups that get a row of their own. 512 rows of a day in minutes are 6 MB.
const DENSE_GROUPS: usize = 512;

/// A table of sums, groups down and buckets across.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    buckets: usize,
    dense: Vec<u64>,
    sparse: HashMap<(u32, u32), u64>,
    totals: Vec<u64>,
}

impl Cells {
    /// An empty table.
    pub fn new(buckets: usize) -> Self {
        Cells { buckets, ..Cells::default() }
    }

    /// Adds to a cell.
    #[inline]
    pub fn add(&mut self, group: usize, bucket: usize, value: u64) {
        if group >= self.totals.len() {
            self.totals.resize(group + 1, 0);
            self.dense.resize((group + 1).min(DENSE_GROUPS) * self.buckets, 0);
        }
        self.totals[group] += value;
        if group < DENSE_GROUPS {
            self.dense[group * self.buckets + bucket] += value;
        } else if value > 0 {
            *self.sparse.entry((group as u32, bucket as u32)).or_default() += value;
        }
    }

    /// Adds the cells of `other`, whose group `g` is this table's group `map[g]`.
    pub fn merge(&mut self, other: &Cells, map: &[usize]) {
        for (group, target) in map.iter().enumerate().take(other.totals.len()) {
            if group < DENSE_GROUPS {
                let row = &other.dense[group * other.buckets..(group + 1) * other.buckets];
                row.iter().enumerate().for_each(|(bucket, value)| self.add(*target, bucket, *value));
            }
        }
        for ((group, bucket), value) in &other.sparse {
            if let Some(target) = map.get(*group as usize) {
                self.add(*target, *bucket as usize, *value);
            }
        }
    }

    /// The rows of `named` groups in their order, and one more with the sum of all others.
    pub fn rows(&self, named: &[usize]) -> Vec<Vec<u64>> {
        let mut place = vec![named.len(); self.totals.len()];
        named.iter().enumerate().for_each(|(row, group)| place[*group] = row);
        let mut rows = vec![vec![0; self.buckets]; named.len() + 1];
        for (group, row) in place.iter().enumerate().take(self.totals.len().min(DENSE_GROUPS)) {
            let values = &self.dense[group * self.buckets..(group + 1) * self.buckets];
            rows[*row].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        for ((group, bucket), value) in &self.sparse {
            rows[place[*group as usize]][*bucket as usize] += value;
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_tail_adds_up_like_the_first_groups() {
        let mut cells = Cells::new(3);
        for group in 0..2_000 {
            cells.add(group, group % 3, group as u64 + 1);
        }
        let rows = cells.rows(&[1_999, 0]);
        assert_eq!(rows[0], [0, 2_000, 0]);
        assert_eq!(rows[1], [1, 0, 0]);
        let all: u64 = rows.iter().flatten().copied().sum();
        assert_eq!(all, (1..=2_000u64).sum::<u64>());
    }

    #[test]
    fn merging_renames_groups() {
        let (mut left, mut right) = (Cells::new(1), Cells::new(1));
        left.add(0, 0, 5);
        (0..600).for_each(|group| right.add(group, 0, 1));
        let map: Vec<usize> = (0..600).rev().collect();
        left.merge(&right, &map);
        assert_eq!(left.rows(&[0, 599]), [[6], [1], [598]]);
    }
}
