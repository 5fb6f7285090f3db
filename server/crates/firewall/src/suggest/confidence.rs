//! How sure a suggestion is, as doubts that evidence takes away. Every part is shown beside the number, so that it can be
//! checked; the scoreboard holds the number against how often suggestions are right.

use serde::Serialize;

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it is about: `attempts`, `sources`, `window` …
    pub name: &'static str,
    /// What was seen, in words.
    pub says: String,
    /// By what the doubt was multiplied; above 1 it raised doubt.
    pub factor: f64,
}

/// A probability that a suggestion is right, and what it is made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Confidence {
    /// 0 to 1.
    pub value: f64,
    /// In the order in which they were weighed.
    pub parts: Vec<Part>,
}

/// A confidence in the making.
pub(super) struct Weighing {
    doubt: f64,
    parts: Vec<Part>,
}

impl Weighing {
    /// Starts from the doubt that is there without any evidence.
    pub(super) fn from_doubt(doubt: f64) -> Self {
        Weighing { doubt, parts: Vec::new() }
    }

    /// Takes a piece of evidence into account where it is there.
    pub(super) fn weigh(mut self, is_there: bool, name: &'static str, factor: f64, says: String) -> Self {
        if is_there {
            self.doubt *= factor;
            self.parts.push(Part { name, says, factor });
        }
        self
    }

    pub(super) fn done(self) -> Confidence {
        let value = (1.0 - self.doubt).clamp(0.0, 0.999);
        Confidence { value: (value * 1_000.0).round() / 1_000.0, parts: self.parts }
    }
}

/// How likely the next opening is from somebody new, by those who were seen exactly once (Good and Turing): the part of
/// all openings that are the only one of their kind. `counts` are openings by kind.
pub(super) fn chance_of_new(counts: impl Iterator<Item = u64>) -> f64 {
    let (mut once, mut all) = (0_u64, 0_u64);
    for count in counts {
        once += u64::from(count == 1);
        all += count;
    }
    // One more that was not seen, so that a handful of openings does not count as certainty.
    (once as f64 + 0.5) / (all as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_takes_doubt_away_and_is_kept() {
        let confidence = Weighing::from_doubt(0.4)
            .weigh(true, "attempts", 0.5, "40 attempts".to_owned())
            .weigh(false, "sources", 0.1, "two sources".to_owned())
            .done();
        assert!((confidence.value - 0.8).abs() < 1e-9);
        assert_eq!(confidence.parts.len(), 1);
    }

    #[test]
    fn many_seen_once_mean_that_more_will_come() {
        assert!(chance_of_new([1, 1, 1, 1].into_iter()) > 0.8);
        assert!(chance_of_new([500, 500].into_iter()) < 0.001);
    }
}
