//! Where flow-log objects lie: S3 buckets and folders, read through one trait.
//!
//! [`open`] turns the text a person gives (`s3://bucket/prefix` or a folder) into a [`Source`]; a source lists the
//! objects a time range needs and reads them; [`unpack`] turns an object's bytes into text. [`keys`] and [`plan`]
//! know AWS's layout of keys and nothing of I/O. Nothing here knows what a record is, and only `s3` knows the SDK.

mod error;
mod folder;
pub mod keys;
mod listing;
#[cfg(test)]
mod memory;
mod parts;
pub mod plan;
mod s3;
mod shelf;
mod source;
mod tree;
pub mod unpack;
mod walk;

pub use error::{Cause, StoreError};
pub use parts::Parts;
pub use shelf::Shelf;
pub use source::{AccessKeys, Credentials, ObjectMeta, Options, Source, open};
