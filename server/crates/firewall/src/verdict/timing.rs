//! Accepted until when, and how regularly retried.

use super::refused::Refused;
use serde::Serialize;

/// Gaps that differ from the middle one by at most this part count as regular: clients add up to a quarter of chance
/// to their pauses so that they do not march in step.
const SLACK: f64 = 0.3;
/// Attempts below which nothing can be said of regularity.
const FEW: usize = 4;

/// How often a refused client comes back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Retry {
    /// Refused records.
    pub attempts: u64,
    /// The middle one of the pauses between attempts, seconds.
    pub pause_secs: i64,
    /// Part of the pauses that are about as long as the middle one, 0 to 1; machines are near 1.
    pub regularity: f64,
}

impl Retry {
    /// From the moments of one conversation's refusals, or of several that are one story.
    pub(super) fn of<'a>(refused: impl IntoIterator<Item = &'a Refused>) -> Option<Self> {
        let (mut attempts, mut pauses) = (0, Vec::new());
        for one in refused {
            attempts += one.flow.flows;
            let mut moments = one.moments.clone();
            moments.sort_unstable();
            pauses.extend(moments.windows(2).map(|two| two[1].0 - two[0].1.min(two[1].0)));
            // A row of several records tells the mean pause between them.
            let within = moments.iter().filter(|(first, last, flows)| *flows > 1 && last > first);
            pauses.extend(within.map(|(first, last, flows)| (last - first) / (*flows as i64 - 1)));
        }
        if pauses.len() + 1 < FEW {
            return None;
        }
        pauses.sort_unstable();
        let pause_secs = pauses[pauses.len() / 2];
        let near = |pause: &&i64| (**pause - pause_secs).abs() as f64 <= SLACK * pause_secs.max(1) as f64;
        let regularity = pauses.iter().filter(near).count() as f64 / pauses.len() as f64;
        Some(Retry { attempts, pause_secs, regularity })
    }
}

impl Refused {
    /// How regularly this conversation was retried.
    pub fn retry(&self) -> Option<Retry> {
        Retry::of([self])
    }

    /// When it was last let through before it was refused; `None` where it never was, or still is now and then.
    pub fn accepted_until(&self) -> Option<i64> {
        let last = self.same.last_opening?;
        (last <= self.flow.first).then(|| self.same.last.min(self.flow.first))
    }
}
