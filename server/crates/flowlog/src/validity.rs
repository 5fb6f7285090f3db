//! Which values of a column are there: one bit per row, as Arrow has it. Knows nothing of the values.

/// A validity bitmap: bit `row % 8` of byte `row / 8`, least significant first, is 1 where the value is
/// there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    /// The bits; those beyond the last row are 0.
    pub bits: Vec<u8>,
    /// How many rows are null.
    pub null_count: usize,
}

impl Validity {
    /// Whether the row's value is there; false beyond the last row.
    #[must_use]
    pub fn is_valid(&self, row: usize) -> bool {
        self.bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }
}

/// A bitmap that is being written, 64 rows at a time, and takes no memory before the first null.
#[derive(Debug, Default)]
pub(crate) struct ValidityBuilder {
    words: Vec<u64>,
    rows: usize,
    null_count: usize,
}

impl ValidityBuilder {
    /// Appends `count` (at most 64) rows from the low bits of `valid`; higher bits must be 0.
    pub(crate) fn append(&mut self, valid: u64, count: usize) {
        let nulls = count - valid.count_ones() as usize;
        if nulls > 0 && self.null_count == 0 {
            self.fill_valid();
        }
        self.null_count += nulls;
        if self.null_count > 0 && count > 0 {
            self.push_bits(valid, count);
        }
        self.rows += count;
    }

    /// Appends rows that are all null.
    pub(crate) fn append_nulls(&mut self, mut count: usize) {
        while count > 0 {
            let step = count.min(64);
            self.append(0, step);
            count -= step;
        }
    }

    /// Forgets all rows behind the first `rows`.
    pub(crate) fn truncate(&mut self, rows: usize) {
        if rows >= self.rows {
            return;
        }
        self.rows = rows;
        if self.null_count == 0 {
            return;
        }
        self.words.truncate(rows.div_ceil(64));
        if let Some(last) = self.words.last_mut().filter(|_| !rows.is_multiple_of(64)) {
            *last &= (1 << (rows % 64)) - 1;
        }
        let valid: usize = self.words.iter().map(|word| word.count_ones() as usize).sum();
        self.null_count = rows - valid;
        if self.null_count == 0 {
            self.words.clear();
        }
    }

    /// Closes the bitmap and leaves an empty builder.
    pub(crate) fn take(&mut self) -> Option<Validity> {
        let built = std::mem::take(self);
        if built.null_count == 0 {
            return None;
        }
        let mut bits: Vec<u8> = built.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bits.truncate(built.rows.div_ceil(8));
        Some(Validity { bits, null_count: built.null_count })
    }

    /// Writes the ones of all rows before the first null.
    fn fill_valid(&mut self) {
        self.words.resize(self.rows / 64, u64::MAX);
        if !self.rows.is_multiple_of(64) {
            self.words.push((1 << (self.rows % 64)) - 1);
        }
    }

    fn push_bits(&mut self, valid: u64, count: usize) {
        let used = self.rows % 64;
        match self.words.last_mut() {
            Some(last) if used > 0 => {
                *last |= valid << used;
                if used + count > 64 {
                    self.words.push(valid >> (64 - used));
                }
            }
            _ => self.words.push(valid),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a missing bitmap fails the test")]

    use super::*;

    /// Appends runs of equal bits and reads them back one by one.
    fn round_trip(runs: &[(bool, usize)]) {
        let mut builder = ValidityBuilder::default();
        let mut expected = Vec::new();
        for &(valid, count) in runs {
            let ones = if count == 64 { u64::MAX } else { (1 << count) - 1 };
            builder.append(if valid { ones } else { 0 }, count);
            expected.extend(std::iter::repeat_n(valid, count));
        }
        let built = builder.take().unwrap();
        let read: Vec<bool> = (0..expected.len()).map(|row| built.is_valid(row)).collect();
        assert_eq!(read, expected);
        assert_eq!(built.null_count, expected.iter().filter(|valid| !**valid).count());
        assert_eq!(built.bits.len(), expected.len().div_ceil(8));
        assert!(!built.is_valid(expected.len()));
    }

    #[test]
    fn bits_keep_their_place_across_words() {
        round_trip(&[(true, 64), (true, 3), (false, 1), (true, 64), (false, 63), (true, 5)]);
        round_trip(&[(false, 1)]);
        round_trip(&[(true, 61), (false, 3), (true, 64)]);
        round_trip(&[(true, 0), (true, 64), (false, 64), (true, 1)]);
    }

    #[test]
    fn rows_taken_back_leave_no_trace() {
        let runs = [(true, 64), (true, 30), (false, 40), (true, 64), (false, 3)];
        for kept in 0..=201 {
            let mut builder = ValidityBuilder::default();
            for (valid, count) in runs {
                builder.append(if valid { u64::MAX >> (64 - count) } else { 0 }, count);
            }
            builder.truncate(kept);
            builder.append(2, 2);
            let bits = runs.iter().flat_map(|(valid, count)| std::iter::repeat_n(*valid, *count)).take(kept);
            let expected: Vec<bool> = bits.chain([false, true]).collect();
            let built = builder.take().unwrap();
            let read: Vec<bool> = (0..expected.len()).map(|row| built.is_valid(row)).collect();
            assert_eq!(read, expected, "{kept}");
            assert_eq!(built.null_count, expected.iter().filter(|valid| !**valid).count(), "{kept}");
        }
    }

    #[test]
    fn a_column_without_nulls_has_no_bitmap() {
        let mut builder = ValidityBuilder::default();
        builder.append(u64::MAX, 64);
        builder.append(7, 3);
        assert_eq!(builder.take(), None);
    }
}
