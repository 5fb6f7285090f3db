//! What became of a client at one port, and whether it is in earnest there.

use super::GroupsOf;
use crate::address::Address;
use hashbrown::HashSet;

/// Hosts at one port that are taken for one kind where nobody knows their groups.
const HOSTS_OF_A_KIND: usize = 8;
/// How often a day a client in earnest tries each pair again, and on how many days.
const TRIES_A_DAY: f64 = 10.0;
const DAYS: f64 = 2.0;
/// The same of one that is patient: fewer tries, on more days.
const PATIENT_TRIES: f64 = 5.0;
/// Days of a routine, and the part of all days from its first to its last that it takes place on.
const ROUTINE_DAYS: f64 = 5.0;
const ROUTINE_SHARE: f64 = 0.6;

/// What became of a client at one port.
#[derive(Default)]
pub(super) struct Port {
    pub(super) refused: Vec<Address>,
    /// Refused now, and used before.
    pub(super) lost: Vec<Address>,
    pub(super) granted: Vec<Address>,
    pub(super) kept_in: Vec<Address>,
    pub(super) tries: u64,
    /// Of each pair the days with refusals, and those on which the server was there.
    pub(super) pairs: Vec<(u128, u128)>,
    /// Days with refusals of any pair.
    pub(super) all_days: u128,
}

impl Port {
    /// Kinds of machine that refused the client, where they are more than those that let it in.
    pub(super) fn sweep(&self, groups: &GroupsOf<'_>) -> usize {
        let kinds = |servers: &[Address]| {
            let (unknown, known): (Vec<_>, Vec<_>) =
                servers.iter().map(|server| groups(*server)).partition(Vec::is_empty);
            let known: HashSet<Vec<String>> = known.into_iter().collect();
            known.len() + unknown.len().div_ceil(HOSTS_OF_A_KIND)
        };
        let refused = kinds(&self.refused);
        if refused > kinds(&self.granted) + kinds(&self.lost) { refused } else { 0 }
    }

    /// On how many days a server was tried, of those that were there for long: machines that live for a day are tried on
    /// one, and there may be many of them.
    fn usual_days(&self) -> u32 {
        let most = self.pairs.iter().map(|(_, life)| (life & self.all_days).count_ones()).max();
        let is_old = |life: &u128| 2 * (life & self.all_days).count_ones() >= most.unwrap_or_default();
        let old = self.pairs.iter().filter(|(_, life)| is_old(life));
        let mut days: Vec<u32> = old.map(|(days, _)| days.count_ones()).collect();
        days.sort_unstable();
        days.get(days.len() * 3 / 4).copied().unwrap_or_default()
    }

    /// Whether the client needs the service: it tries each pair many times a day, or day after day. Of a routine somebody
    /// must know: machines of the same kind that do alike, or, where it is no sweep, servers that let it in. So of a sweep
    /// that takes less than a few days. What was let in by most who refuse it now lost a rule.
    pub(super) fn is_in_earnest(&self, is_sweep: bool, is_alone: bool, window_days: f64) -> bool {
        let all: u32 = self.pairs.iter().map(|(days, _)| days.count_ones()).sum();
        let tries_a_day = self.tries as f64 / f64::from(all.max(1));
        let days = f64::from(self.usual_days());
        let span = f64::from(128 - self.all_days.leading_zeros() - self.all_days.trailing_zeros().min(127));
        let is_patient = tries_a_day >= PATIENT_TRIES && days >= ROUTINE_DAYS;
        let is_often = (tries_a_day >= TRIES_A_DAY && days >= DAYS.min(window_days)) || is_patient;
        let is_lost = !self.lost.is_empty() && self.lost.len() >= self.refused.len();
        let is_routine = days >= ROUTINE_DAYS && days >= ROUTINE_SHARE * span;
        let is_granted = !self.granted.is_empty() || !self.lost.is_empty();
        let is_known = !is_alone || is_granted || days >= ROUTINE_DAYS;
        let is_shared = !is_alone || (!is_sweep && is_granted);
        is_lost || (is_often && (is_known || !is_sweep)) || (is_routine && is_shared)
    }
}
