//! The modules of the store that read what others wrote, without the AWS SDK around them, which takes minutes to build
//! and is nothing to fuzz.

#[path = "../../../server/crates/store/src"]
#[allow(dead_code, reason = "what only the listing needs is not called here")]
mod source {
    pub mod keys;
    pub mod unpack;
}

pub use source::{keys, unpack};
