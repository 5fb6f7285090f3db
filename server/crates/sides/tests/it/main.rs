//! Adversarial traffic against the ladder: habits that the simulator of this workspace does not have, with the truth
//! about each record, and what the crate promises whatever the records are.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot make its records has failed"
)]

mod direction;
mod habits;
mod promises;
mod town;
