//! How answers reach the page, with it and later: in postcard, which sends values without the names of their fields.
//! Both ends are one program and know the names; reading them out of JSON was a tenth of what the browser loaded. What
//! others may rely on, the API under `/api/v1` and every refusal, is JSON.

use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The form in which server functions answer.
pub type Answered = Post<Wire>;

/// Postcard behind the version that wrote it: a page opened before an update must not misread the new server.
pub struct Wire;

/// What wrote a message.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why a message could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// Another version wrote it.
    #[error("the server is of another version than {VERSION}; reload the page")]
    OtherVersion,
    /// It is no such value.
    #[error("the message does not hold what was asked for; reload the page")]
    Damaged(#[from] postcard::Error),
}

impl Wire {
    fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, WireError> {
        Ok(postcard::to_extend(&(VERSION, value), Vec::new())?)
    }

    fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
        let (version, value): (&str, &[u8]) = postcard::take_from_bytes(bytes)?;
        if version != VERSION {
            return Err(WireError::OtherVersion);
        }
        Ok(postcard::from_bytes(value)?)
    }
}

impl ContentType for Wire {
    const CONTENT_TYPE: &'static str = "application/x-postcard";
}

impl FormatType for Wire {
    const FORMAT_TYPE: Format = Format::Binary;
}

impl<T: Serialize> Encodes<T> for Wire {
    type Error = WireError;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        Wire::write(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Wire {
    type Error = WireError;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        Wire::read(&bytes)
    }
}

impl<T: Serialize> codee::Encoder<T> for Wire {
    type Error = WireError;
    type Encoded = Vec<u8>;

    fn encode(value: &T) -> Result<Vec<u8>, Self::Error> {
        Wire::write(value)
    }
}

impl<T: DeserializeOwned> codee::Decoder<T> for Wire {
    type Error = WireError;
    type Encoded = [u8];

    fn decode(bytes: &[u8]) -> Result<T, Self::Error> {
        Wire::read(bytes)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::api::opening::Opening;
    use contract::{Refusal, RefusalKind, Summary, TopBy};

    #[test]
    fn an_opening_is_read_back_as_it_was_written() {
        let refusal = Refusal { at: Some((3, 4)), ..Refusal::new(RefusalKind::BadQuestion, "ü", "") };
        let opening = Opening {
            summary: Some(Ok(Summary { flows: 7, last_record: Some(-1), ..Summary::default() })),
            top: Some(Err(refusal)),
            coverage: Some(Err(Refusal::new(RefusalKind::NotFound, "", ""))),
            ..Opening::default()
        };
        let read: Opening = Wire::read(&Wire::write(&opening).unwrap()).unwrap();
        assert_eq!(read, opening);
        let by: TopBy = Wire::read(&Wire::write(&TopBy::Talkers).unwrap()).unwrap();
        assert_eq!(by, TopBy::Talkers);
    }

    #[test]
    fn what_another_version_wrote_is_refused_and_so_is_what_was_cut_off() {
        let other = postcard::to_extend(&("0.0.0", 7_u64), Vec::new()).unwrap();
        assert!(matches!(Wire::read::<u64>(&other), Err(WireError::OtherVersion)));
        let whole = Wire::write(&"a text").unwrap();
        let cut = whole.get(..whole.len() - 1).unwrap();
        assert!(matches!(Wire::read::<String>(cut), Err(WireError::Damaged(_))));
    }
}
