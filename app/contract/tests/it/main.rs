//! Tests of the contract from outside, with random views and filters, and with links that were once handed out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arbitrary;
mod filters;
mod links;
mod when;
