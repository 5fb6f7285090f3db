//! One object read for what it is, as reading the source would, and forgotten: what a self-test asks.

use crate::Feed;
use crate::decode::ObjectDecoder;
use crate::error::LakeError;
use crate::pump::Content;
use bytes::Bytes;
use flowlog::{Tally, Want};

/// What an object is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    /// The fields of its records, AWS's names in the order of the line.
    pub fields: Vec<String>,
    /// What became of its lines.
    pub tally: Tally,
}

/// Reads an object of a feed. The inner error is the object's, in words a person can act on.
///
/// # Errors
/// When what was decoded cannot be held.
pub fn probe(feed: &Feed, bytes: &Bytes) -> Result<Result<Probed, String>, LakeError> {
    let mut decoder = ObjectDecoder::new(Want::default(), feed.format.clone());
    let decoded = decoder.decode(Content::Whole(bytes.clone()), 1, &mut |_, _| Ok(()))?;
    Ok(match decoded {
        Ok(tally) => Ok(Probed { fields: decoder.fields().to_vec(), tally }),
        Err(fault) => Err(fault.to_string()),
    })
}
