//! A second kind of account, built at random from its seed: other roles, other services, other mistakes each time. It
//! speaks in sums of six hours instead of records, so that six weeks and what comes after them take a second.
//!
//! Nothing is shared with the record-level VPC but chance and blocks of addresses: what is right for the one by accident
//! is wrong for the other.
//!
//! | module | idea |
//! |---|---|
//! | `plan` | roles, machines, services, who is meant to talk to whom |
//! | `rules` | the policy that should be, the mistakes in it, and whether a packet passes |
//! | `talk` | conversations over time, scanners, strays, late packets |
//! | `listing` | what `aws ec2 describe-…` would print |

mod listing;
mod plan;
mod rules;
mod talk;

use crate::seed::Dice;
use std::net::IpAddr;

/// How long, and what the logs hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EstateSettings {
    /// Decides everything.
    pub seed: u64,
    /// Days of the observation window.
    pub days: u32,
    /// Days after it, with the same habits.
    pub later_days: u32,
}

/// The records of one conversation at one interface, of one direction and action, in six hours.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// Place in [`Estate::interfaces`].
    pub interface: u32,
    /// From the interface, else towards it.
    pub egress: bool,
    /// From server to client.
    pub answer: bool,
    /// Who opened.
    pub client: IpAddr,
    /// Who was asked.
    pub server: IpAddr,
    /// IANA number.
    pub protocol: u8,
    /// The server's port.
    pub port: u16,
    /// ACCEPT.
    pub accepted: bool,
    /// `tcp-flags`, all records together.
    pub tcp_flags: u8,
    /// Records.
    pub flows: u64,
    /// Bytes.
    pub bytes: u64,
    /// First second.
    pub first: i64,
    /// Last second.
    pub last: i64,
    /// What stopped it, by the names of the advice; empty where it passed.
    pub refused_by: &'static str,
    /// Somebody wants it.
    pub is_wanted: bool,
}

/// A conversation that is meant to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Blocks of the clients.
    pub clients: Vec<String>,
    /// Blocks of the servers.
    pub servers: Vec<String>,
    /// IANA number.
    pub protocol: u8,
    /// The service's port.
    pub port: u16,
    /// What is wrong with its rules; empty where nothing is.
    pub mistake: &'static str,
}

/// An account with its traffic and the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Estate {
    /// File names and contents of the inventory at the end of the observation.
    pub inventory: Vec<(String, Vec<u8>)>,
    /// Ids of the interfaces.
    pub interfaces: Vec<String>,
    /// First second.
    pub begin: i64,
    /// First second after the observation.
    pub end: i64,
    /// What was logged while observed.
    pub talks: Vec<Talk>,
    /// What was logged afterwards.
    pub later: Vec<Talk>,
    /// What is meant to work.
    pub wanted: Vec<Wanted>,
    /// Rules that permit more than is meant, or nothing anybody needs.
    pub superfluous: Vec<String>,
    /// The logs have `tcp-flags`.
    pub has_flags: bool,
    /// The logs have `reject-reason`.
    pub has_reason: bool,
    /// Part of the logs that is there.
    pub coverage: f64,
}

/// Monday 2026-10-12 00:00 UTC: six weeks from here hold the end of a month.
const BEGIN: i64 = 1_791_763_200;
const DAY_SECS: i64 = 86_400;

/// Builds an account, lets it live, and tells everything.
pub fn estate(settings: &EstateSettings) -> Estate {
    let mut dice = Dice::stream(settings.seed, "estate");
    let mut plan = plan::Plan::draw(&mut dice);
    let rules = rules::Rules::write(&mut dice, &mut plan);
    let end = BEGIN + i64::from(settings.days) * DAY_SECS;
    let until = end + i64::from(settings.later_days) * DAY_SECS;
    let has_flags = dice.chance(0.6);
    let has_reason = dice.chance(0.5);
    let coverage = if dice.chance(0.3) { 0.97 } else { 1.0 };
    let all = talk::live(&mut dice, &plan, &rules, (BEGIN, end, until), coverage);
    let (talks, later) = all.into_iter().partition(|talk| talk.first < end);
    Estate {
        inventory: listing::files(&plan, &rules),
        interfaces: plan.machines.iter().map(|machine| machine.id.clone()).collect(),
        begin: BEGIN,
        end,
        talks,
        later,
        wanted: plan.wanted(),
        superfluous: rules.superfluous(),
        has_flags,
        has_reason,
        coverage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_account_and_every_mistake_shows_itself() {
        let settings = EstateSettings { seed: 3, days: 7, later_days: 2 };
        assert_eq!(estate(&settings), estate(&settings));
        let mut causes = std::collections::BTreeSet::new();
        for seed in 1..30 {
            let estate = estate(&EstateSettings { seed, ..settings });
            assert!(estate.later.iter().all(|talk| talk.first >= estate.end));
            causes.extend(estate.talks.iter().filter(|talk| !talk.accepted).map(|talk| talk.refused_by));
        }
        let all = ["bpa", "late-packet", "nacl-egress", "nacl-ingress", "scanner", "sg-egress", "sg-ingress"];
        assert!(causes.iter().eq(all.iter()), "{causes:?}");
    }
}
