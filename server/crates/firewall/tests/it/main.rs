//! What the crate promises, on inventories and traffic made by hand and at random.

#![expect(clippy::unwrap_used, reason = "a test that cannot make what it checks has failed")]

mod acls;
mod inventory;
mod machines;
mod naive;
mod random;
mod render;
mod rules;
mod stage;
mod suggestions;
mod verdicts;
