//! Sums by group and bucket: dense for the first groups, a list for the long tail (a port scan touches tens of thousands
//! of ports, each in one or two buckets).

/// Groups that get a row of their own. 512 rows of a day in minutes are 6 MB.
const DENSE_GROUPS: usize = 512;
/// Entries of the tail after which equal cells are added up, 16 MB. A scan of every port in each of a hundred buckets
/// has six million cells; fewer entries are faster appended than looked up.
const TAIL_ENTRIES: usize = 1 << 20;

/// A cell of the tail.
#[derive(Clone, Copy, Debug)]
struct Entry {
    group: u32,
    bucket: u32,
    value: u64,
}

/// A table of sums, groups down and buckets across.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    buckets: usize,
    dense: Vec<u64>,
    /// Cells of the groups behind the dense ones, in the order they came; a cell may come more than once.
    tail: Vec<Entry>,
    /// Entries at which the tail is added up next.
    tail_limit: usize,
}

impl Cells {
    /// An empty table.
    pub fn new(buckets: usize) -> Self {
        Cells { buckets, tail_limit: TAIL_ENTRIES, ..Cells::default() }
    }

    /// Adds to a cell.
    #[inline]
    pub fn add(&mut self, group: usize, bucket: usize, value: u64) {
        if group < DENSE_GROUPS {
            let at = group * self.buckets + bucket;
            if at >= self.dense.len() {
                self.dense.resize((group + 1) * self.buckets, 0);
            }
            self.dense[at] += value;
        } else if value > 0 {
            self.tail.push(Entry { group: group as u32, bucket: bucket as u32, value });
            if self.tail.len() >= self.tail_limit {
                self.add_up_tail();
            }
        }
    }

    /// Makes one entry of those of the same cell.
    fn add_up_tail(&mut self) {
        self.tail.sort_unstable_by_key(|entry| (entry.group, entry.bucket));
        self.tail.dedup_by(|next, kept| {
            let same = (next.group, next.bucket) == (kept.group, kept.bucket);
            kept.value += if same { next.value } else { 0 };
            same
        });
        self.tail_limit = (self.tail.len() * 2).max(TAIL_ENTRIES);
    }

    /// Adds the cells of `other`, whose group `g` is this table's group `map[g]`.
    pub fn merge(&mut self, other: &Cells, map: &[usize]) {
        if other.buckets > 0 {
            for (row, target) in other.dense.chunks_exact(other.buckets).zip(map) {
                row.iter().enumerate().for_each(|(bucket, value)| self.add(*target, bucket, *value));
            }
        }
        for entry in &other.tail {
            if let Some(target) = map.get(entry.group as usize) {
                self.add(*target, entry.bucket as usize, entry.value);
            }
        }
    }

    /// The sum of each of `groups` over all buckets.
    pub fn totals(&self, groups: usize) -> Vec<u64> {
        let mut totals = vec![0; groups];
        if self.buckets > 0 {
            for (values, total) in self.dense.chunks_exact(self.buckets).zip(&mut totals) {
                *total = values.iter().sum();
            }
        }
        self.tail.iter().for_each(|entry| totals[entry.group as usize] += entry.value);
        totals
    }

    /// The rows of `named` groups (of `groups`) in their order, and one more with the sum of all others.
    pub fn rows(&self, named: &[usize], groups: usize) -> Vec<Vec<u64>> {
        let mut place = vec![named.len(); groups];
        named.iter().enumerate().for_each(|(row, group)| place[*group] = row);
        let mut rows = vec![vec![0; self.buckets]; named.len() + 1];
        if self.buckets > 0 {
            for (values, row) in self.dense.chunks_exact(self.buckets).zip(&place) {
                rows[*row].iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
        }
        for entry in &self.tail {
            rows[place[entry.group as usize]][entry.bucket as usize] += entry.value;
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
        let rows = cells.rows(&[1_999, 0], 2_000);
        assert_eq!(rows[0], [0, 2_000, 0]);
        assert_eq!(rows[1], [1, 0, 0]);
        let all: u64 = rows.iter().flatten().copied().sum();
        assert_eq!(all, (1..=2_000u64).sum::<u64>());
    }

    #[test]
    fn a_tail_that_is_added_up_in_between_keeps_its_sums() {
        let mut cells = Cells { tail_limit: 7, ..Cells::new(2) };
        (0..1_000).for_each(|turn| cells.add(600 + turn % 5, turn % 2, 1));
        cells.add_up_tail();
        assert_eq!(cells.tail.len(), 10);
        let rows = cells.rows(&[600], 605);
        assert_eq!(rows, [[100, 100], [400, 400]]);
    }

    #[test]
    fn merging_renames_groups() {
        let (mut left, mut right) = (Cells::new(1), Cells::new(1));
        left.add(0, 0, 5);
        (0..600).for_each(|group| right.add(group, 0, 1));
        let map: Vec<usize> = (0..600).rev().collect();
        left.merge(&right, &map);
        assert_eq!(left.rows(&[0, 599], 600), [[6], [1], [598]]);
    }
}
