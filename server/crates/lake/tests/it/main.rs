//! The lake from outside: objects in a folder go in, answers come out, and every way of asking gives the same sums.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod counted;
mod coverage;
mod earlier;
mod explore;
mod faults;
mod fields;
mod filters;
mod large;
mod logs;
mod once;
mod packets;
mod sums;
mod volume;
