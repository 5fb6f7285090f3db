//! JSON read as text: what a page brings with it and what it asks for later go through one reader, so that the browser
//! loads the reading of every answer once. Server functions' own JSON is read as bytes, which is a second one.

use leptos::serde_json;
use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error};

/// The form in which server functions answer.
pub type Answered = Post<JsonText>;

/// JSON, read as text.
pub struct JsonText;

impl ContentType for JsonText {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonText {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonText {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonText {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        serde_json::from_str(std::str::from_utf8(&bytes).map_err(serde_json::Error::custom)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_what_is_no_text_is_refused() {
        let written = JsonText::encode(&vec!["ü", "b"]).unwrap_or_default();
        let read: Result<Vec<String>, _> = JsonText::decode(written);
        assert_eq!(read.unwrap_or_default(), ["ü", "b"]);
        let broken: Result<String, _> = JsonText::decode(Bytes::from_static(b"\"\xff\""));
        assert!(broken.is_err());
    }
}
