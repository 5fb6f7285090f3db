//! What the crate promises, on inventories and traffic made by hand and at random.

#![expect(clippy::unwrap_used, reason = "a test that cannot make what it checks has failed")]

mod naive;
