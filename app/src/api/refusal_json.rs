//! A refusal as JSON, in which everything that can refuse writes it: server functions, and what stands before them, such
//! as the limit of requests under way. The browser reads it with its own reader of JSON rather than download another.

use super::ApiError;
use contract::Refusal;
use leptos::serde_json;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};

/// The form of an error.
pub struct RefusalJson;

/// What should be a refusal is none.
#[derive(Debug, thiserror::Error)]
#[error("the server refuses in words this page does not know; reload the page")]
pub struct NoRefusal;

impl ContentType for RefusalJson {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for RefusalJson {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<ApiError> for RefusalJson {
    type Error = serde_json::Error;

    fn encode(error: &ApiError) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(&error.0).map(Bytes::from)
    }
}

impl Decodes<ApiError> for RefusalJson {
    type Error = NoRefusal;

    fn decode(bytes: Bytes) -> Result<ApiError, NoRefusal> {
        let text = std::str::from_utf8(&bytes).map_err(|_| NoRefusal)?;
        read(text).map(ApiError).ok_or(NoRefusal)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn read(text: &str) -> Option<Refusal> {
    serde_json::from_str(text).ok()
}

#[cfg(target_arch = "wasm32")]
fn read(text: &str) -> Option<Refusal> {
    use contract::RefusalKind;
    use serde::Deserialize;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    let value = js_sys::JSON::parse(text).ok()?;
    let part = |name: &str| js_sys::Reflect::get(&value, &name.into()).ok();
    let name = part("kind")?.as_string()?;
    let name: StrDeserializer<'_, Error> = name.as_str().into_deserializer();
    let at = part("at").filter(js_sys::Array::is_array).map(|at| js_sys::Array::from(&at)).and_then(|at| {
        let number = |index: u32| at.get(index).as_f64().map(|number| number as usize);
        Some((number(0)?, number(1)?))
    });
    Some(Refusal {
        kind: RefusalKind::deserialize(name).ok()?,
        message: part("message")?.as_string()?,
        hint: part("hint")?.as_string()?,
        at,
    })
}
