//! When objects were written: how long after their windows, whether that is late, and whether the times mean anything.
//! A copied bucket or a folder that was filled by hand has the times of the copy.

use crate::catalog::ObjectEntry;
use crate::flow_logs::LogKey;
use crate::manifest::Manifest;
use contract::coverage::{LATE_SECS, WINDOW_SECS};
use hashbrown::HashMap;
use store::keys;

/// AWS writes objects one window after the other. When the windows of the middle half of all objects lie over more than
/// this many times the time in which they were written, they were written in one go.
const COPIED_FACTOR: i64 = 4;
/// The middle half must span this long before its pace is judged, seconds: a single hour may well be caught up at once.
const JUDGED_SECS: i64 = 2 * 3_600;
/// Half of the objects a day late is no delivery, however slow.
const NEVER_SECS: i64 = 86_400;

/// Objects that are looked at, about: enough for a quantile.
const SAMPLED: usize = 20_000;

/// What the times of writing tell about one source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Whether the objects were written in one go: they are copies.
    pub copied: bool,
    /// Seconds from the end of the window to the object, for half of the objects; `None` when the times tell nothing.
    pub median_secs: Option<i64>,
    /// The same for all but one in twenty.
    pub most_secs: Option<i64>,
}

/// What the times of writing tell, by source.
#[derive(Debug, Default)]
pub struct Deliveries(HashMap<String, Delivery>);

impl Deliveries {
    /// Judged by objects with AWS's names, whatever the range.
    pub fn of(manifest: &Manifest, source: Option<&str>) -> Deliveries {
        let mut times: HashMap<&str, Vec<(i64, i64)>> = HashMap::new();
        let every = 1 + manifest.objects_of(source).count() / SAMPLED;
        for object in manifest.objects_of(source).step_by(every) {
            if let Some(modified) = object.modified.filter(|_| keys::parse(&object.key).is_some()) {
                times.entry(&object.source).or_default().push((object.stamp, modified));
            }
        }
        Deliveries(times.into_iter().map(|(source, times)| (source.to_owned(), judged(&times))).collect())
    }

    /// Of one source.
    pub fn of_source(&self, source: &str) -> Delivery {
        self.0.get(source).copied().unwrap_or_default()
    }

    /// Whether an object came late, as far as that can be told.
    pub fn is_late(&self, object: &ObjectEntry, log: &LogKey) -> bool {
        let is_told = !log.id.is_empty() && self.of_source(&object.source).median_secs.is_some();
        is_told && object.modified.is_some_and(|at| at - (object.stamp + WINDOW_SECS) > LATE_SECS)
    }
}

/// What the windows and times of writing of some objects tell.
fn judged(times: &[(i64, i64)]) -> Delivery {
    let sorted = |value: fn(&(i64, i64)) -> i64| {
        let mut values: Vec<i64> = times.iter().map(value).collect();
        values.sort_unstable();
        values
    };
    let lags = sorted(|(stamp, modified)| modified - (stamp + WINDOW_SECS));
    let (Some(median), Some(most)) = (quantile(&lags, 50), quantile(&lags, 95)) else {
        return Delivery::default();
    };
    let middle =
        |values: &[i64]| quantile(values, 75).unwrap_or_default() - quantile(values, 25).unwrap_or_default();
    let (windows, writes) =
        (middle(&sorted(|(stamp, _)| *stamp)), middle(&sorted(|(_, modified)| *modified)));
    let in_one_go = windows >= JUDGED_SECS && windows > COPIED_FACTOR * writes;
    // An object that is older than the end of its window was not delivered then: AWS cannot know the future.
    if in_one_go || !(0..=NEVER_SECS).contains(&median) {
        Delivery { copied: true, ..Delivery::default() }
    } else {
        Delivery { copied: false, median_secs: Some(median), most_secs: Some(most) }
    }
}

/// The value below which `percent` of the sorted values lie.
fn quantile(sorted: &[i64], percent: usize) -> Option<i64> {
    sorted.get(sorted.len().saturating_sub(1) * percent / 100).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A day of windows, each written as `written` says from the end of the window.
    fn day(written: impl Fn(i64) -> i64) -> Vec<(i64, i64)> {
        (0..288).map(|window| window * WINDOW_SECS).map(|at| (at, written(at + WINDOW_SECS))).collect()
    }

    const COPIED: Delivery = Delivery { copied: true, median_secs: None, most_secs: None };

    fn lag(median: i64, most: i64) -> Delivery {
        Delivery { copied: false, median_secs: Some(median), most_secs: Some(most) }
    }

    #[test]
    fn deliveries_one_after_the_other_have_a_lag() {
        assert_eq!(judged(&day(|end| end + 420)), lag(420, 420));
        let few_late = judged(&day(|end| end + if end % 3_000 == 0 { 7_200 } else { 300 }));
        assert_eq!(few_late, lag(300, 7_200));
    }

    #[test]
    fn what_was_written_in_one_go_is_a_copy() {
        assert_eq!(judged(&day(|_| 86_400 + 60)), COPIED);
        assert_eq!(judged(&day(|end| end + 90 * 86_400)), COPIED);
        assert_eq!(judged(&day(|end| end - 100)), COPIED);
    }

    #[test]
    fn an_hour_that_was_caught_up_at_once_is_late_and_no_copy() {
        let outage = day(|end| if (40_000..43_600).contains(&end) { 50_000 } else { end + 300 });
        assert_eq!(judged(&outage).median_secs, Some(300));
    }

    #[test]
    fn nothing_tells_nothing() {
        assert_eq!(judged(&[]), Delivery::default());
    }
}
