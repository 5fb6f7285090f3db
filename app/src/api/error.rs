//! The error of the server functions: a refusal, whether the server spoke it or the way there failed.
//! Only words meant for a person cross the wire; causes stay in the server's log.

use super::refusal_json::RefusalJson;
use contract::{Refusal, RefusalKind};
use leptos::prelude::FromServerFnError;
use leptos::server_fn::error::ServerFnErrorErr;

/// Why a server function gave no answer. Made from a [`Refusal`] on the server it also sets the response's status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ApiError(pub Refusal);

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        #[cfg(feature = "ssr")]
        set_status(&refusal);
        ApiError(refusal)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        error.0
    }
}

#[cfg(feature = "ssr")]
fn set_status(refusal: &Refusal) {
    let response = leptos::prelude::use_context::<leptos_axum::ResponseOptions>();
    if let (Some(response), Ok(status)) = (response, refusal.status().try_into()) {
        response.set_status(status);
    }
}

impl FromServerFnError for ApiError {
    type Encoder = RefusalJson;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr as E;
        ApiError(match value {
            E::Request(_) => Refusal::new(
                RefusalKind::Unavailable,
                "The server does not answer.",
                "Check that Weir is running and that this computer can reach it, then ask again.",
            ),
            E::Deserialization(_) => Refusal::new(
                RefusalKind::Internal,
                "The server's answer has a form this page does not know.",
                "Reload the page: the server was probably updated since it was opened.",
            ),
            E::Args(_) | E::MissingArg(_) => {
                Refusal::new(RefusalKind::BadQuestion, "The request carries no link.", "Send it as ?link=….")
            }
            _ => Refusal::new(RefusalKind::Internal, "The server could not answer.", "Its log says why."),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_survives_the_wire() {
        let refusal = Refusal {
            at: Some((3, 4)),
            ..Refusal::new(RefusalKind::BadQuestion, "no such field", "did you mean")
        };
        let error = ApiError(refusal.clone());
        assert_eq!(Refusal::from(ApiError::de(error.ser())), refusal);
    }

    #[test]
    fn no_internal_text_reaches_the_reader() {
        let leak = "connection to 10.0.0.7 refused";
        for error in [
            ServerFnErrorErr::ServerError(leak.to_owned()),
            ServerFnErrorErr::Request(leak.to_owned()),
            ServerFnErrorErr::Serialization(leak.to_owned()),
        ] {
            let text = serde_json_text(&ApiError::from_server_fn_error(error));
            assert!(!text.contains("10.0.0.7"), "{text}");
        }
    }

    fn serde_json_text(error: &ApiError) -> String {
        String::from_utf8(error.ser().to_vec()).unwrap()
    }
}
