//! Which rows of a batch are written, and in which order: some neighbours as they stand, picked ones, or runs. Picking
//! happens here, column by column into one buffer, so that no second copy of a batch is ever made.

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::{BooleanBuffer, NullBuffer};

/// Rows of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// Neighbours: the first and how many.
    Range(usize, usize),
    /// These, in this order.
    Picked(&'a [u32]),
    /// These, each so many times, and how many that makes: of columns that are equal within a group one row of it is
    /// looked at.
    Runs(&'a [(u32, u32)], usize),
}

impl<'a> Rows<'a> {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Rows::Range(_, rows) => *rows,
            Rows::Picked(rows) => rows.len(),
            Rows::Runs(_, rows) => *rows,
        }
    }

    /// At most `most` at a time, and where they begin. Runs are cut by whoever makes them.
    pub fn chunks(self, most: usize) -> impl Iterator<Item = (usize, Rows<'a>)> {
        (0..self.len()).step_by(most).map(move |from| {
            let rows = match self {
                Rows::Range(first, rows) => Rows::Range(first + from, most.min(rows - from)),
                Rows::Picked(rows) => Rows::Picked(&rows[from..rows.len().min(from + most)]),
                Rows::Runs(..) => self,
            };
            (from, rows)
        })
    }

    /// The value that all of a column have, whichever rows are picked; `None` where they differ, or some are not there.
    pub fn same<T: Copy + Eq>(values: &[T], nulls: Option<&NullBuffer>) -> Option<T> {
        let first = *values.first()?;
        let all = nulls.is_none_or(|nulls| nulls.null_count() == 0) && values.iter().all(|v| *v == first);
        all.then_some(first)
    }

    /// Which of them are there; `None` when all are.
    pub fn nulls(&self, nulls: Option<&NullBuffer>) -> Option<NullBuffer> {
        let nulls = nulls.filter(|nulls| nulls.null_count() > 0)?;
        let picked = match self {
            Rows::Range(from, rows) => nulls.slice(*from, *rows),
            Rows::Picked(rows) => NullBuffer::new(BooleanBuffer::collect_bool(rows.len(), |at| {
                nulls.is_valid(rows[at] as usize)
            })),
            Rows::Runs(runs, rows) => {
                let mut there = BooleanBufferBuilder::new(*rows);
                for (row, count) in *runs {
                    there.append_n(*count as usize, nulls.is_valid(*row as usize));
                }
                NullBuffer::new(there.finish())
            }
        };
        (picked.null_count() > 0).then_some(picked)
    }

    /// Their values, which `value` gives by row, without those that are not there, in `out`.
    pub fn pick<T: Copy>(&self, value: impl Fn(usize) -> T, nulls: Option<&NullBuffer>, out: &mut Vec<T>) {
        out.clear();
        let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
        if nulls.is_some_and(|nulls| nulls.null_count() == nulls.len()) {
            return;
        }
        let is_there = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        match (self, nulls) {
            (Rows::Range(from, rows), None) => out.extend((*from..from + rows).map(value)),
            (Rows::Range(from, rows), Some(_)) => {
                out.extend((*from..from + rows).filter(is_there).map(value));
            }
            (Rows::Picked(rows), None) => out.extend(rows.iter().map(|row| value(*row as usize))),
            (Rows::Picked(rows), Some(_)) => {
                out.extend(rows.iter().map(|row| *row as usize).filter(is_there).map(value));
            }
            (Rows::Runs(runs, rows), _) => {
                out.reserve(*rows);
                for (row, count) in runs.iter().filter(|(row, _)| is_there(&(*row as usize))) {
                    out.extend(std::iter::repeat_n(value(*row as usize), *count as usize));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [i32; 5] = [10, 11, 12, 13, 14];

    fn picked(rows: Rows<'_>, nulls: Option<&NullBuffer>) -> (Vec<i32>, Option<Vec<bool>>) {
        let mut out = vec![7];
        rows.pick(|row| VALUES[row], nulls, &mut out);
        (out, rows.nulls(nulls).map(|nulls| nulls.iter().collect()))
    }

    #[test]
    fn neighbours_and_picked_rows_leave_out_what_is_not_there() {
        let nulls = NullBuffer::from(vec![true, false, true, true, true]);
        assert_eq!(picked(Rows::Range(1, 2), Some(&nulls)), (vec![12], Some(vec![false, true])));
        assert_eq!(picked(Rows::Range(2, 3), Some(&nulls)), (vec![12, 13, 14], None));
        assert_eq!(
            picked(Rows::Picked(&[4, 1, 0]), Some(&nulls)),
            (vec![14, 10], Some(vec![true, false, true]))
        );
        assert_eq!(picked(Rows::Picked(&[4, 1, 0]), None), (vec![14, 11, 10], None));
        let runs = Rows::Runs(&[(3, 2), (1, 1), (0, 1)], 4);
        assert_eq!(picked(runs, None), (vec![13, 13, 11, 10], None));
        assert_eq!(picked(runs, Some(&nulls)), (vec![13, 13, 10], Some(vec![true, true, false, true])));
    }

    #[test]
    fn chunks_are_all_rows_once() {
        let rows: Vec<u32> = (0..5).collect();
        let lengths =
            |rows: Rows<'_>| rows.chunks(2).map(|(_, chunk)| picked(chunk, None).0).collect::<Vec<_>>();
        assert_eq!(lengths(Rows::Picked(&rows)), [vec![10, 11], vec![12, 13], vec![14]]);
        assert_eq!(lengths(Rows::Range(1, 3)), [vec![11, 12], vec![13]]);
        assert_eq!(Rows::Range(0, 0).chunks(2).count(), 0);
    }
}
