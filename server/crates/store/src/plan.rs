//! Which objects a time range needs, judged by their keys alone.
//! Does no I/O: `walk` goes through the tree and asks here at every turn.

use std::ops::Range;

use crate::keys::{self, DAY_SECS};

/// An object's stamp opens the five minutes its records end in; twice that forgives a stamp set a little late.
const EARLY_SECS: i64 = 600;
/// Records may span ten minutes before they end, and delivery is best effort: one more hour of objects is read.
const LATE_SECS: i64 = 3_600;
/// Up to so many days are named without asking which exist; beyond, listing years and months costs less.
const MAX_NAMED_DAYS: i64 = 40;

/// The stamps an object may carry to be worth reading for a time range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: i64,
    to: i64,
}

impl Window {
    /// The window of `span` (Unix seconds, end exclusive), with slack on both sides; everything for `None`.
    pub fn of(span: Option<Range<i64>>) -> Self {
        match span {
            Some(span) => {
                Window { from: span.start.saturating_sub(EARLY_SECS), to: span.end.saturating_add(LATE_SECS) }
            }
            None => Window { from: i64::MIN, to: i64::MAX },
        }
    }

    /// Whether the object under `key` can hold records of the range. A name without a stamp can.
    pub fn wants(&self, key: &str) -> bool {
        keys::is_readable(key) && keys::parse(key).is_none_or(|parts| self.holds(parts.stamp))
    }

    /// Whether a folder covering these seconds can hold wanted objects.
    pub(crate) fn meets(&self, covered: &Range<i64>) -> bool {
        covered.start < self.to && self.from < covered.end
    }

    /// Whether all objects of a folder covering these seconds are wanted.
    pub(crate) fn swallows(&self, covered: &Range<i64>) -> bool {
        self.from <= covered.start && covered.end <= self.to
    }

    /// The first second of each day of the window, newest first; `None` when there are too many to name.
    pub(crate) fn days(&self) -> Option<Vec<i64>> {
        let first = self.from.div_euclid(DAY_SECS);
        let last = self.to.saturating_sub(1).div_euclid(DAY_SECS);
        let count = last.saturating_sub(first).saturating_add(1);
        (count <= MAX_NAMED_DAYS).then(|| (first..=last).rev().map(|day| day * DAY_SECS).collect())
    }

    fn holds(&self, stamp: i64) -> bool {
        (self.from..self.to).contains(&stamp)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;

    /// 2025-11-20T00:00:00Z
    const DAY: i64 = 1_763_596_800;

    fn key(stamp: &str) -> String {
        format!("123456789012_vpcflowlogs_us-east-1_fl-1_{stamp}_ab.log.gz")
    }

    #[test]
    fn a_window_wants_the_range_its_slack_and_unstamped_files() {
        let window = Window::of(Some(DAY..DAY + 3_600));
        assert!(window.wants(&key("20251120T0030Z")));
        assert!(
            window.wants(&key("20251119T2355Z")),
            "records may end just before their object's stamp ends"
        );
        assert!(window.wants(&key("20251120T0155Z")), "late objects of the following hour");
        assert!(!window.wants(&key("20251119T2345Z")));
        assert!(!window.wants(&key("20251120T0200Z")));
        assert!(window.wants("copied/by/hand.log.gz"));
        assert!(!window.wants("copied/by/hand.csv"));
    }

    #[test]
    fn days_come_newest_first_and_cover_the_slack() {
        let day_of = |span: Range<i64>| Window::of(Some(span)).days().unwrap();
        assert_eq!(day_of(DAY + 7_200..DAY + 10_800), [DAY]);
        assert_eq!(day_of(DAY..DAY + 3_600), [DAY, DAY - DAY_SECS]);
        assert_eq!(day_of(DAY + 7_200..DAY + DAY_SECS), [DAY + DAY_SECS, DAY]);
    }

    #[test]
    fn very_long_ranges_are_not_named_day_by_day() {
        assert_eq!(Window::of(None).days(), None);
        assert_eq!(Window::of(Some(0..DAY)).days(), None);
        assert_eq!(Window::of(Some(i64::MIN..i64::MAX)).days(), None);
    }

    #[test]
    fn folders_are_judged_by_the_seconds_they_cover() {
        let window = Window::of(Some(DAY + 7_200..DAY + 10_800));
        let hour = |n: i64| DAY + n * 3_600..DAY + (n + 1) * 3_600;
        assert!(!window.meets(&hour(0)));
        assert!(window.meets(&hour(1)) && window.meets(&hour(2)) && window.meets(&hour(3)));
        assert!(!window.meets(&hour(4)));
        assert!(window.swallows(&hour(2)) && !window.swallows(&hour(1)));
        assert!(Window::of(None).swallows(&(0..DAY)));
    }
}
