//! Values as numbers into a list of the distinct ones. Keys of dictionary columns are numbers already; integers within a
//! small range are numbered by a table over that range. Neither hashes a value.

/// The widest range of integers that gets a table: a megabyte of it.
const RANGE: u64 = 1 << 18;

/// Numbers of values, and the distinct values they stand for. Kept from column to column for its memory.
#[derive(Debug, Default)]
pub struct Codes {
    /// How many values.
    pub count: usize,
    /// By value; empty where all are the same.
    pub codes: Vec<u32>,
    /// By number, the distance of its value from the lowest that was possible; ascending.
    pub distinct: Vec<u32>,
    /// By distance whether it occurs, then its number.
    numbers: Vec<u32>,
}

impl Codes {
    /// Numbers so many times the same value, at this distance from the lowest.
    pub fn of_same(&mut self, distance: u32, count: usize) {
        self.count = count;
        self.codes.clear();
        self.distinct.clear();
        self.distinct.extend((count > 0).then_some(distance));
    }

    /// Numbers the keys of a dictionary of so many values; only those in use are left.
    pub fn of_keys(&mut self, keys: &[i32], values: usize) {
        self.see(keys, 0, values);
        self.number(keys, 0);
    }

    /// Numbers integers of a small range and returns the lowest; `None` when the range is wide, nothing is there, or
    /// `pays` says of so many distinct values that numbers do not.
    pub fn of_integers<T: Copy + Ord + Into<i64>>(
        &mut self,
        values: &[T],
        pays: impl FnOnce(usize) -> bool,
    ) -> Option<i64> {
        let (low, high) = (values.iter().min()?, values.iter().max()?);
        let (low, high): (i64, i64) = ((*low).into(), (*high).into());
        let range = high.abs_diff(low);
        if range >= RANGE {
            return None;
        }
        self.see(values, low, range as usize + 1);
        if !pays(self.distinct.len()) {
            return None;
        }
        self.number(values, low);
        Some(low)
    }

    /// Finds the distinct values and gives them numbers.
    fn see<T: Copy + Into<i64>>(&mut self, values: &[T], low: i64, range: usize) {
        self.numbers.clear();
        self.numbers.resize(range, 0);
        values.iter().for_each(|value| self.numbers[distance(*value, low)] = 1);
        self.distinct.clear();
        for (distance, number) in self.numbers.iter_mut().enumerate().filter(|(_, occurs)| **occurs != 0) {
            *number = self.distinct.len() as u32;
            self.distinct.push(distance as u32);
        }
        self.count = values.len();
        self.codes.clear();
    }

    fn number<T: Copy + Into<i64>>(&mut self, values: &[T], low: i64) {
        if self.distinct.len() > 1 {
            self.codes.extend(values.iter().map(|value| self.numbers[distance(*value, low)]));
        }
    }
}

fn distance(value: impl Into<i64>, low: i64) -> usize {
    value.into().wrapping_sub(low) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_keys_are_left_out() {
        let mut codes = Codes::default();
        codes.of_keys(&[4, 1, 4], 9);
        assert_eq!((codes.count, &codes.codes[..], &codes.distinct[..]), (3, &[1, 0, 1][..], &[1, 4][..]));
        codes.of_same(4, 7);
        assert_eq!((codes.count, &codes.codes[..], &codes.distinct[..]), (7, &[][..], &[4][..]));
    }

    #[test]
    fn integers_near_each_other_are_numbered_in_order() {
        let mut codes = Codes::default();
        assert_eq!(codes.of_integers(&[9i64, 9], |_| true), Some(9));
        assert_eq!(codes.of_integers(&[-3i32, 7, -3, 0], |_| true), Some(-3));
        assert_eq!((codes.codes, codes.distinct), (vec![0, 2, 0, 1], vec![0, 3, 10]));
    }

    #[test]
    fn a_wide_range_and_no_values_have_no_numbers() {
        assert_eq!(Codes::default().of_integers(&[i64::MIN, i64::MAX], |_| true), None);
        assert_eq!(Codes::default().of_integers::<i64>(&[], |_| true), None);
        assert_eq!(Codes::default().of_integers(&[1i64, 2], |distinct| distinct < 2), None);
    }
}
