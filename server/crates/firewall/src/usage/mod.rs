//! How much each rule is used. Every accepted opening is credited to all rules that permit it: security groups have no
//! order, so no rule is *the* one. Answers are credited to none; they pass because they were asked for.
//!
//! | module | idea |
//! |---|---|
//! | `fold` | rows to sums, chunk by chunk |
//! | `report` | sums to one line per rule; used, unused, or unknowable |
//! | `flaws` | rules that need no traffic to be wrong: covered, stale, without a twin |

mod flaws;
mod fold;
mod report;

pub use flaws::{Flaw, covers, flaws};
pub use fold::{Stray, Touch, TouchUse, Uses};
pub(crate) use report::strays_of;
pub use report::{RuleUse, Status, report};
