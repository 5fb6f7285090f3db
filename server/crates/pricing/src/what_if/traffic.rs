//! Changes of how much is logged: the aggregation interval, and traffic of one action alone.

use crate::delivery::{Interval, Traffic};
use crate::plan::Plan;
use crate::volume::Volume;
use crate::what_if::Topic;
use crate::what_if::change::{Change, NOTHING_LOST};

/// Records of a minute that a record of ten minutes may stand for.
const MINUTES: f64 = 10.0;

/// The other aggregation interval; nothing where the present one is not known.
pub(super) fn intervals(plan: &Plan) -> Vec<Change> {
    let Some(interval) = plan.interval else { return Vec::new() };
    let bytes = plan.volume.text_bytes();
    let (other, measured) = match interval {
        Interval::TenMinutes => (Interval::Minute, (bytes, (bytes as f64 * MINUTES) as u64)),
        Interval::Minute => (Interval::TenMinutes, ((bytes as f64 / MINUTES) as u64, bytes)),
    };
    let known = plan.other_interval_bytes;
    let (least, most) = known.unwrap_or(measured);
    let scaled = |to: u64| Plan { interval: Some(other), ..with_text(plan, to) };
    // Nearly all interfaces are on Nitro, where the interval is a minute at most whatever is chosen.
    let likely = if known.is_some() { least / 2 + most / 2 } else { bytes };
    let title = format!("{} s instead of {} s", other.secs(), interval.secs());
    let mut change = Change::new(Topic::Interval, format!("interval-{other}"), title, scaled(likely))
        .minding("Interfaces of Nitro instances are always logged by the minute: for them nothing changes.");
    change.range = Some([scaled(least), scaled(most)]);
    if known.is_none() {
        change.size_is_estimate = true;
        change = change
            .minding("How many interfaces are not on Nitro is not known: the range is from none to all.");
    }
    vec![match other {
        Interval::Minute => change
            .losing(NOTHING_LOST)
            .winning("Bursts and outages of a minute can be seen on older instances, not ten minutes smeared into one."),
        Interval::TenMinutes => change.losing(
            "On older instances ten minutes become one record: bursts of a minute are smeared, and records come later.",
        ),
    }]
}

/// Traffic of one action, where all is logged and it is known what each action takes.
pub(super) fn actions(plan: &Plan) -> Vec<Change> {
    let (Traffic::All, Some(by_action)) = (plan.traffic, plan.by_action) else { return Vec::new() };
    let text = plan.volume.text_bytes();
    let without = |bytes: u64, traffic| Plan {
        traffic,
        by_action: None,
        ..with_text(plan, text.saturating_sub(bytes))
    };
    let caution = "Lines about quiet interfaces and lost records are counted as before.";
    vec![
        Change::new(
            Topic::Traffic,
            "traffic-reject",
            "REJECT alone instead of ALL",
            without(by_action.accepted_bytes, Traffic::Reject),
        )
        .losing(
            "What is let through is unknown: no traffic, no talkers, no use of rules, so none can be called unused; \
             answers cannot prove who is a server.",
        )
        .minding(caution),
        Change::new(
            Topic::Traffic,
            "traffic-accept",
            "ACCEPT alone instead of ALL",
            without(by_action.rejected_bytes, Traffic::Accept),
        )
        .losing("What is refused is unknown: no missing rule can be found, no scan, no misrouted client.")
        .minding(caution),
    ]
}

/// The flow log with as much text as this, everything else in proportion.
fn with_text(plan: &Plan, text_bytes: u64) -> Plan {
    let now = plan.volume.text_bytes();
    let part = if now == 0 { 1.0 } else { text_bytes as f64 / now as f64 };
    // Objects come every five minutes whatever is in them.
    let volume = Volume { objects: plan.volume.objects, ..plan.volume.scaled(part) };
    let stored_bytes = plan.stored_bytes.map(|bytes| (bytes as f64 * part).round() as u64);
    Plan { volume, stored_bytes, ..plan.clone() }
}
