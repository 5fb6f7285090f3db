//! The fuzz targets by name. Each is a check that lives beside the tests of its crate, where it is replayed on the
//! corpora at every test run.

/// Checks of `store`.
#[path = "../../server/crates/store/tests/checks/mod.rs"]
pub mod objects;
/// Checks of `contract`.
#[path = "../../app/contract/tests/checks/mod.rs"]
pub mod questions;
/// Checks of `flowlog`.
#[path = "../../server/crates/flowlog/tests/checks/mod.rs"]
pub mod records;

/// A check: panics when something does not hold for these bytes.
pub type Check = fn(&[u8]);

/// Every target with its check, by the name of its corpus.
pub const TARGETS: [(&str, Check); 6] = [
    ("lines", records::lines),
    ("header", records::header),
    ("unpack", objects::unpack),
    ("key", objects::key),
    ("filter", questions::filter),
    ("link", questions::link),
];
