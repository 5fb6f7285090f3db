//! Adversarial traffic against the ladder: habits that the simulator of this workspace does not have, with the truth
//! about each record, and what the crate promises whatever the records are.

#![expect(clippy::unwrap_used, reason = "a test that cannot read back what it wrote has failed")]

mod direction;
mod habits;
mod promises;
mod town;
