//! What the bucket source makes of a server or network that misbehaves.

use std::process::Command;

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use store::{ObjectMeta, Options, Source, StoreError, open};

use crate::scripted::{self, BODY, Call, KEY, Kind, Scripted, usual};
use crate::{listed, options};

/// A day's prefix: one listing request and no search for accounts and regions.
const DAY: &str = "s3://logs/AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/11/20";

async fn source_of(server: &Scripted) -> std::sync::Arc<dyn Source> {
    open(DAY, &options(&server.endpoint)).await.unwrap()
}

/// Serves a script for one kind of request, the usual for the others, and reads the listed object.
async fn read_with(
    kind: Kind,
    script: impl Fn(&Call) -> Response + Send + Sync + 'static,
) -> (Result<bytes::Bytes, StoreError>, Scripted) {
    let server = Scripted::serve(move |call| if call.kind == kind { script(call) } else { usual() }).await;
    let source = source_of(&server).await;
    let read = match listed(&*source, None).await {
        Ok(objects) => source.read(&objects[0]).await,
        Err(error) => Err(error),
    };
    (read, server)
}

#[tokio::test]
async fn an_object_is_read_on_the_condition_that_it_is_the_listed_one() {
    let (read, server) = read_with(Kind::Read, |_| usual()).await;
    assert_eq!(read.unwrap(), BODY);
    let calls = server.calls(Kind::Read);
    assert_eq!(calls[0].headers.get("if-match").unwrap(), scripted::ETAG);
}

#[tokio::test]
async fn a_denied_listing_names_the_permission_even_when_the_region_is_hidden() {
    let server = Scripted::serve(|call| match call.kind {
        Kind::Head => StatusCode::FORBIDDEN.into_response(),
        _ => scripted::error(403, "AccessDenied", "Access Denied"),
    })
    .await;
    let error = listed(&*source_of(&server).await, None).await.unwrap_err();
    assert_eq!(error.to_string(), "access denied: s3:ListBucket on arn:aws:s3:::logs");
    assert_eq!(server.calls(Kind::List).len(), 1, "a denial is not tried again");
}

#[tokio::test]
async fn a_denied_read_names_the_permission_and_the_object() {
    let (read, _) = read_with(Kind::Read, |_| scripted::error(403, "AccessDenied", "Access Denied")).await;
    let message = read.unwrap_err().to_string();
    assert_eq!(message, format!("access denied: s3:GetObject on arn:aws:s3:::logs/{KEY}"));
    let message = "User: x is not authorized to perform: kms:Decrypt on the resource";
    let (read, _) = read_with(Kind::Read, move |_| scripted::error(403, "AccessDenied", message)).await;
    assert!(read.unwrap_err().hint().starts_with("allow kms:Decrypt on the KMS key of"), "{message}");
}

#[tokio::test]
async fn answers_are_told_apart_by_situation() {
    type Check = fn(&StoreError) -> bool;
    let cases: [(u16, &str, Check); 9] = [
        (403, "InvalidAccessKeyId", |error| matches!(error, StoreError::BadCredentials { .. })),
        (404, "NoSuchKey", |error| matches!(error, StoreError::Gone { key } if key == KEY)),
        (412, "PreconditionFailed", |error| matches!(error, StoreError::Changed { .. })),
        (403, "InvalidObjectState", |error| matches!(error, StoreError::Archived { .. })),
        (400, "ExpiredToken", |error| error.hint().contains("aws sso login")),
        (403, "RequestTimeTooSkewed", |error| error.hint().contains("clock")),
        (400, "AuthorizationHeaderMalformed", |error| matches!(error, StoreError::WrongRegion { .. })),
        (500, "InternalError", |error| error.may_retry()),
        (400, "SomethingNew", |error| error.to_string().contains("SomethingNew") && !error.may_retry()),
    ];
    for (status, code, check) in cases {
        let (read, _) = read_with(Kind::Read, move |_| scripted::error(status, code, "")).await;
        let error = read.unwrap_err();
        assert!(check(&error), "{code}: {error:?}");
    }
}

#[tokio::test]
async fn an_object_with_another_etag_is_not_taken_for_the_listed_one() {
    let (read, _) = read_with(Kind::Read, |_| {
        let mut other = scripted::body(BODY.len(), Box::pin(futures::stream::iter([Ok(BODY)])));
        other.headers_mut().insert("etag", HeaderValue::from_static("\"other\""));
        other
    })
    .await;
    assert!(matches!(read.unwrap_err(), StoreError::Changed { .. }));
}

#[tokio::test]
async fn a_storm_of_503s_is_ridden_out() {
    let storm =
        |call: &Call| if call.nth < 3 { scripted::error(503, "SlowDown", "Please reduce") } else { usual() };
    let server = Scripted::serve(storm).await;
    let source = source_of(&server).await;
    let object = listed(&*source, None).await.unwrap().remove(0);
    assert_eq!(source.read(&object).await.unwrap(), BODY);
    for kind in [Kind::Head, Kind::List, Kind::Read] {
        assert_eq!(server.calls(kind).len(), 4, "{kind:?}");
    }
}

#[tokio::test]
async fn many_readers_ride_out_a_storm_together() {
    // Every object is refused three times: far more retries than the SDK's shared budget would allow.
    let server = Scripted::serve(|call| {
        let is_last = call
            .headers
            .get("amz-sdk-request")
            .is_some_and(|header| header.to_str().unwrap().contains("attempt=4;"));
        if call.kind == Kind::Read && !is_last { scripted::error(503, "SlowDown", "") } else { usual() }
    })
    .await;
    let source = source_of(&server).await;
    let object = listed(&*source, None).await.unwrap().remove(0);
    let reads = (0..200).map(|_| source.read(&object));
    let read = futures::future::join_all(reads).await;
    assert!(read.into_iter().all(|bytes| bytes.unwrap() == BODY));
}

#[tokio::test]
async fn an_endless_storm_ends_after_the_attempts() {
    let (read, server) = read_with(Kind::Read, |_| scripted::error(503, "SlowDown", "")).await;
    let error = read.unwrap_err();
    assert!(matches!(error, StoreError::Throttled { .. }) && error.may_retry(), "{error:?}");
    assert_eq!(server.calls(Kind::Read).len(), 4);
}

#[tokio::test]
async fn a_body_cut_short_or_stalled_is_read_again() {
    for broken in [scripted::cut_body, scripted::stalled_body] {
        let (read, server) =
            read_with(Kind::Read, move |call| if call.nth < 2 { broken() } else { usual() }).await;
        assert_eq!(read.unwrap(), BODY);
        assert_eq!(server.calls(Kind::Read).len(), 3);
    }
}

#[tokio::test]
async fn a_body_that_always_breaks_is_given_up_by_name() {
    let (read, server) = read_with(Kind::Read, |_| scripted::cut_body()).await;
    let error = read.unwrap_err();
    assert_eq!(error.to_string(), format!("transfer broke off 4 times: {KEY}"));
    assert!(error.may_retry());
    assert_eq!(server.calls(Kind::Read).len(), 4);
}

#[tokio::test]
async fn the_bucket_is_followed_to_its_region() {
    let server = Scripted::serve(|call| {
        if call.region() == "eu-central-1" {
            return usual();
        }
        let mut redirect = StatusCode::MOVED_PERMANENTLY.into_response();
        redirect.headers_mut().insert("x-amz-bucket-region", HeaderValue::from_static("eu-central-1"));
        redirect
    })
    .await;
    let source = source_of(&server).await;
    let object = listed(&*source, None).await.unwrap().remove(0);
    assert_eq!(source.read(&object).await.unwrap(), BODY);
    assert_eq!(server.calls(Kind::Head).len(), 1);
    assert!(server.calls(Kind::List).iter().all(|call| call.region() == "eu-central-1"));
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let server = Scripted::serve(|call| {
        let page = |key: &str, next| scripted::listing(&[&format!("{KEY}{key}.log.gz")], next);
        match call.kind {
            Kind::List if call.query.contains("continuation-token=b") => page("c", None),
            Kind::List if call.query.contains("continuation-token=a") => page("b", Some("b")),
            Kind::List => page("a", Some("a")),
            _ => usual(),
        }
    })
    .await;
    let objects: Vec<ObjectMeta> = listed(&*source_of(&server).await, None).await.unwrap();
    assert_eq!(objects.len(), 3);
    assert_eq!(objects[0].etag, scripted::ETAG.trim_matches('"'));
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_named_and_may_come_up_later() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let source = open(DAY, &options(&endpoint)).await.unwrap();
    let error = listed(&*source, None).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot reach {endpoint}"));
    assert!(error.may_retry());
}

#[tokio::test]
async fn an_outage_at_the_start_does_not_stick() {
    let server = Scripted::serve(|call| match call.kind {
        Kind::Head if call.nth < 4 => scripted::error(503, "ServiceUnavailable", ""),
        _ => usual(),
    })
    .await;
    let source = source_of(&server).await;
    assert!(listed(&*source, None).await.unwrap_err().may_retry());
    assert_eq!(listed(&*source, None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn anonymous_requests_are_not_signed() {
    let server = Scripted::serve(|_| usual()).await;
    let anonymous = Options { credentials: store::Credentials::Anonymous, ..options(&server.endpoint) };
    let source = open(DAY, &anonymous).await.unwrap();
    assert_eq!(listed(&*source, None).await.unwrap().len(), 1);
    assert!(server.calls(Kind::List).iter().all(|call| !call.headers.contains_key("authorization")));
}

#[tokio::test]
async fn missing_credentials_are_said_before_anything_is_asked() {
    // The chain reads the environment, so it is asked in a process that has none.
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "faults::child_without_credentials", "--ignored"])
        .env_clear()
        .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("HOME", "/nonexistent")])
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}

#[tokio::test]
#[ignore = "run by missing_credentials_are_said_before_anything_is_asked, in an empty environment"]
async fn child_without_credentials() {
    let server = Scripted::serve(|_| usual()).await;
    let chain = store::Credentials::Chain { profile: None };
    let source = open(DAY, &Options { credentials: chain, ..options(&server.endpoint) }).await.unwrap();
    let error = listed(&*source, None).await.expect_err("no credentials anywhere");
    assert!(matches!(error, StoreError::NoCredentials { .. }), "{error:?}");
    assert!(error.hint().contains("AWS_PROFILE"));
    assert_eq!(server.calls(Kind::Head).len() + server.calls(Kind::List).len(), 0);
}
