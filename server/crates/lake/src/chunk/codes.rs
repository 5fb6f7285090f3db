//! Values as numbers into a list of the distinct ones. Keys of dictionary columns are numbers already; integers within a
//! small range are numbered by a table over that range. Neither hashes a value.

/// The widest range of integers that gets a table: a megabyte of it.
const RANGE: u64 = 1 << 18;

/// Numbers of the values that are there, and the distinct values they stand for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Codes<T> {
    /// By value.
    pub codes: Vec<u32>,
    /// By number.
    pub distinct: Vec<T>,
}

/// Keys renumbered so that only those in use are left, in their order.
pub fn of_keys(keys: impl Iterator<Item = i32> + Clone, values: usize) -> Codes<u32> {
    let mut number = vec![0; values];
    keys.clone().for_each(|key| number[key as usize] = 1);
    let distinct = numbered(&mut number);
    Codes { codes: keys.map(|key| number[key as usize]).collect(), distinct }
}

/// Integers of a small range, their distinct values in order; `None` when the range is wide.
pub fn of_integers(values: impl Iterator<Item = i64> + Clone) -> Option<Codes<i64>> {
    let first = values.clone().next()?;
    let (low, high) = values.clone().fold((first, first), |(low, high), v| (low.min(v), high.max(v)));
    let range = high.abs_diff(low);
    if range >= RANGE {
        return None;
    }
    let mut number = vec![0; range as usize + 1];
    values.clone().for_each(|value| number[value.abs_diff(low) as usize] = 1);
    let distinct = numbered(&mut number).into_iter().map(|offset| low + i64::from(offset)).collect();
    Some(Codes { codes: values.map(|value| number[value.abs_diff(low) as usize]).collect(), distinct })
}

/// Gives every marked place its number and returns the places.
fn numbered(marks: &mut [u32]) -> Vec<u32> {
    let mut places = Vec::new();
    for (place, mark) in marks.iter_mut().enumerate().filter(|(_, mark)| **mark != 0) {
        *mark = places.len() as u32;
        places.push(place as u32);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unused_keys_are_left_out() {
        let keys = [4, 1, 4];
        assert_eq!(of_keys(keys.into_iter(), 9), Codes { codes: vec![1, 0, 1], distinct: vec![1, 4] });
    }

    #[test]
    fn integers_near_each_other_are_numbered_in_order() {
        let found = of_integers([-3, 7, -3, 0].into_iter());
        assert_eq!(found, Some(Codes { codes: vec![0, 2, 0, 1], distinct: vec![-3, 0, 7] }));
    }

    #[test]
    fn a_wide_range_and_no_values_have_no_numbers() {
        assert_eq!(of_integers([i64::MIN, i64::MAX].into_iter()), None);
        assert_eq!(of_integers([].into_iter()), None);
    }
}
