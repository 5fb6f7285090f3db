//! An S3 server that answers what a test tells it to, faults included, and remembers what it was asked.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, StreamExt};

pub const ETAG: &str = "\"0123456789abcdef\"";
const TIME: &str = "Thu, 20 Nov 2025 12:05:00 GMT";

/// What kind of request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Head,
    List,
    Read,
}

/// One request as the server saw it.
#[derive(Clone, Debug)]
pub struct Call {
    pub kind: Kind,
    pub query: String,
    pub headers: HeaderMap,
    /// How many of its kind came before.
    pub nth: usize,
}

impl Call {
    /// The region the request was signed for.
    pub fn region(&self) -> String {
        let header = self.headers.get("authorization").map(|value| value.to_str().unwrap());
        header.and_then(|value| value.split('/').nth(2)).unwrap_or_default().to_owned()
    }
}

type Script = dyn Fn(&Call) -> Response + Send + Sync;

struct Stage {
    script: Box<Script>,
    calls: Mutex<Vec<Call>>,
}

/// A running scripted server.
pub struct Scripted {
    pub endpoint: String,
    stage: Arc<Stage>,
}

impl Scripted {
    /// Serves `script`; an answer of 501 means "the usual": an existing bucket, one object, its bytes.
    pub async fn serve(script: impl Fn(&Call) -> Response + Send + Sync + 'static) -> Self {
        let stage = Arc::new(Stage { script: Box::new(script), calls: Mutex::default() });
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&stage));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Scripted { endpoint, stage }
    }

    /// The requests of a kind so far.
    pub fn calls(&self, kind: Kind) -> Vec<Call> {
        self.stage.calls.lock().unwrap().iter().filter(|call| call.kind == kind).cloned().collect()
    }
}

async fn answer(State(stage): State<Arc<Stage>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let kind = match request.method() {
        &Method::HEAD => Kind::Head,
        _ if query.contains("list-type") => Kind::List,
        _ => Kind::Read,
    };
    let call = {
        let mut calls = stage.calls.lock().unwrap();
        let nth = calls.iter().filter(|call| call.kind == kind).count();
        let call = Call { kind, query, headers: request.headers().clone(), nth };
        calls.push(call.clone());
        call
    };
    let scripted = (stage.script)(&call);
    if scripted.status() == StatusCode::NOT_IMPLEMENTED { usual_answer(kind) } else { scripted }
}

/// Leaves the answer to the server.
pub fn usual() -> Response {
    StatusCode::NOT_IMPLEMENTED.into_response()
}

pub const KEY: &str = "AWSLogs/123456789012/vpcflowlogs/us-east-1/2025/11/20/\
                       123456789012_vpcflowlogs_us-east-1_fl-1_20251120T1205Z_ab.log.gz";
pub const BODY: &[u8] = b"the bytes of the object";

fn usual_answer(kind: Kind) -> Response {
    match kind {
        Kind::Head => StatusCode::OK.into_response(),
        Kind::List => listing(&[KEY], None),
        Kind::Read => body(BODY.len(), stream::iter([Ok(BODY)]).boxed()),
    }
}

/// A page of a listing.
pub fn listing(keys: &[&str], next: Option<&str>) -> Response {
    let contents = keys.iter().map(|key| {
        format!(
            "<Contents><Key>{key}</Key><LastModified>2025-11-20T12:05:00.000Z</LastModified>\
             <ETag>{ETAG}</ETag><Size>{}</Size></Contents>",
            BODY.len()
        )
    });
    let contents: String = contents.collect();
    let next_token = next.map(|token| format!("<NextContinuationToken>{token}</NextContinuationToken>"));
    let page = format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>{}</IsTruncated>\
         {}{contents}</ListBucketResult>",
        next.is_some(),
        next_token.unwrap_or_default()
    );
    ([("content-type", "application/xml")], page).into_response()
}

/// An error as S3 words it.
pub fn error(status: u16, code: &str, message: &str) -> Response {
    let text = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/xml")], text).into_response()
}

/// An object's answer that promises `length` bytes, whatever then comes.
pub fn body(length: usize, parts: stream::BoxStream<'static, io::Result<&'static [u8]>>) -> Response {
    let headers = [
        ("content-length", length.to_string()),
        ("etag", ETAG.to_owned()),
        ("last-modified", TIME.to_owned()),
    ];
    (headers, Body::from_stream(parts.map(|part| part.map(Bytes::from_static)))).into_response()
}

/// Breaks off in the middle, once the first half is under way.
pub fn cut_body() -> Response {
    let (half, _) = BODY.split_at(BODY.len() / 2);
    let broken = stream::once(async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(io::Error::other("scripted"))
    });
    body(BODY.len(), stream::iter([Ok(half)]).chain(broken).boxed())
}

/// Sends half and then stands still.
pub fn stalled_body() -> Response {
    let (half, _) = BODY.split_at(BODY.len() / 2);
    body(BODY.len(), stream::iter([Ok(half)]).chain(stream::pending()).boxed())
}
