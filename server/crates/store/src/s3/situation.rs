//! The SDK's errors by situation. Codes: the S3 API reference, "Error responses".
//! Makes no requests.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::link::Link;
use crate::error::{Cause, StoreError};

/// What was asked when the error came.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// A listing, or the bucket's region.
    List { bucket: &'a str, link: &'a Link },
    /// An object.
    Read { bucket: &'a str, key: &'a str, link: &'a Link },
}

impl<'a> Asked<'a> {
    fn bucket(self) -> &'a str {
        match self {
            Self::List { bucket, .. } | Self::Read { bucket, .. } => bucket,
        }
    }

    fn link(self) -> &'a Link {
        match self {
            Self::List { link, .. } | Self::Read { link, .. } => link,
        }
    }

    fn permission(self) -> &'static str {
        match self {
            Self::List { .. } => "s3:ListBucket",
            Self::Read { .. } => "s3:GetObject",
        }
    }

    fn arn(self) -> String {
        let region = &self.link().region;
        let partition = match region {
            china if china.starts_with("cn-") => "aws-cn",
            government if government.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        match self {
            Self::List { bucket, .. } => format!("arn:{partition}:s3:::{bucket}"),
            Self::Read { bucket, key, .. } => format!("arn:{partition}:s3:::{bucket}/{key}"),
        }
    }
}

/// The region a raw answer names for the bucket.
pub(super) fn region_header(answer: &HttpResponse) -> Option<String> {
    answer.headers().get("x-amz-bucket-region").map(str::to_owned)
}

/// Says which situation an SDK error stands for.
pub(super) fn situation<E>(asked: Asked<'_>, error: SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let endpoint = asked.link().endpoint.clone();
    match &error {
        SdkError::ServiceError(answer) => {
            let (code, message) = (answer.err().code(), answer.err().message());
            let answer = Answer {
                code: code.unwrap_or_default().to_owned(),
                message: message.unwrap_or_default().to_owned(),
                status: answer.raw().status().as_u16(),
                region: region_header(answer.raw()),
            };
            answered(asked, answer, error.into())
        }
        SdkError::DispatchFailure(failure) if failure.is_other() && speaks_of_credentials(&error) => {
            StoreError::NoCredentials { bucket: asked.bucket().into(), source: error.into() }
        }
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
            StoreError::Unreachable { endpoint, source: error.into() }
        }
        SdkError::ResponseError(answer) => {
            let status = Some(answer.raw().status().as_u16());
            // A success that cannot be read was cut short or is not S3 at all; 5xx says so itself.
            let code = "an answer that is not S3's".into();
            StoreError::Unexpected { endpoint, code, status, source: error.into() }
        }
        _ => {
            // A request that cannot even be built stays so: retrying is pointless, hence a client error's status.
            let code = "the request could not be made".into();
            StoreError::Unexpected { endpoint, code, status: Some(400), source: error.into() }
        }
    }
}

/// What an error answer says.
struct Answer {
    code: String,
    message: String,
    status: u16,
    region: Option<String>,
}

fn answered(asked: Asked<'_>, answer: Answer, source: Cause) -> StoreError {
    let (bucket, code) = (asked.bucket().to_owned(), answer.code.as_str());
    let is_kms =
        code.starts_with("KMS.") || answer.message.contains("kms:") || answer.message.contains("KMS");
    match (code, answer.status) {
        ("NoSuchBucket", _) => StoreError::NoBucket { bucket },
        (
            "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidToken"
            | "NotSignedUp"
            | "RequestTimeTooSkewed"
            | "SignatureDoesNotMatch"
            | "TokenRefreshRequired"
            | "UnrecognizedClientException",
            _,
        ) => StoreError::BadCredentials { bucket, code: answer.code, source },
        ("PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed", _) | (_, 301 | 307) => {
            StoreError::WrongRegion { bucket, asked: asked.link().region.clone(), region: answer.region }
        }
        ("InvalidObjectState", _) => StoreError::Archived { key: key_of(asked) },
        ("PreconditionFailed", _) | (_, 412) => StoreError::Changed { key: key_of(asked) },
        (_, 400 | 403) if is_kms => StoreError::Denied {
            permission: "kms:Decrypt",
            resource: format!("the KMS key of {}", asked.arn()),
            source,
        },
        (_, 401 | 403) => {
            StoreError::Denied { permission: asked.permission(), resource: asked.arn(), source }
        }
        ("SlowDown" | "ServiceUnavailable" | "RequestLimitExceeded" | "Throttling", _) | (_, 429 | 503) => {
            StoreError::Throttled { bucket, source }
        }
        (_, 404) => match asked {
            Asked::List { .. } => StoreError::NoBucket { bucket },
            Asked::Read { key, .. } => StoreError::Gone { key: key.into() },
        },
        (_, status) => {
            let code = if code.is_empty() { format!("HTTP {status}") } else { answer.code };
            let endpoint = asked.link().endpoint.clone();
            StoreError::Unexpected { endpoint, code, status: Some(status), source }
        }
    }
}

fn key_of(asked: Asked<'_>) -> String {
    match asked {
        Asked::Read { key, .. } => key.into(),
        Asked::List { bucket, .. } => bucket.into(),
    }
}

/// The SDK files a credential chain that ran dry in the middle of the work under failed dispatches; only its words
/// tell it from a broken connection.
fn speaks_of_credentials(error: &dyn Error) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("credentials") {
            return true;
        }
        cause = error.source();
    }
    false
}
