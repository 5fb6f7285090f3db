//! s3s-fs on loopback: the bucket source must see what the folder source sees.

use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use store::{Options, StoreError, open};
use tokio::net::TcpListener;

use crate::{NOON, listed, options};

/// Serves the buckets (folders) below `root` and returns the address.
async fn served(root: &Path) -> String {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(root).unwrap());
    builder.set_auth(SimpleAuth::from_single("AKIATEST", "secret"));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let http = Builder::new(TokioExecutor::new());
                // A client that goes away is no fault of the server's.
                drop(http.serve_connection(TokioIo::new(socket), service).await);
            });
        }
    });
    format!("http://{address}")
}

fn write(root: &Path, key: &str, text: &str) {
    let path = root.join(key);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Two accounts, plain, hourly and Hive keys, two days, and things that are not ours.
fn fill(bucket: &Path) {
    let name = |account: &str, region: &str, stamp: &str, hash: usize| {
        format!("{account}_vpcflowlogs_{region}_fl-0a1b_{stamp}_{hash:08x}.log.gz")
    };
    for (region, day) in [("us-east-1", 20), ("us-east-1", 18), ("eu-west-1", 20)] {
        for hour in 0..24 {
            let account = "111111111111";
            let file = name(account, region, &format!("202511{day}T{hour:02}05Z"), hour);
            let plain = format!("logs/AWSLogs/{account}/vpcflowlogs/{region}/2025/11/{day}/{file}");
            write(bucket, &plain, &format!("plain {region} {day} {hour}"));
            let account = "222222222222";
            let file = name(account, region, &format!("202511{day}T{hour:02}05Z"), hour);
            let hive = format!(
                "logs/AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/\
                 year=2025/month=11/day={day}/hour={hour:02}/{file}"
            );
            write(bucket, &hive, &format!("hive {region} {day} {hour}"));
        }
    }
    write(bucket, "logs/AWSLogs/111111111111/CloudTrail/us-east-1/2025/11/20/trail.json.gz", "no");
    write(bucket, "logs/AWSLogs/111111111111/vpcflowlogs/us-east-1/2025/11/20/aws-logs-write-test", "no");
}

#[tokio::test]
async fn a_bucket_lists_and_reads_what_the_folder_does() {
    let root = tempfile::tempdir().unwrap();
    let bucket = root.path().join("flow");
    fill(&bucket);
    let endpoint = served(root.path()).await;
    let folder = open(bucket.to_str().unwrap(), &Options::default()).await.unwrap();
    for (prefix, span, count) in [
        ("s3://flow/logs", None, 144),
        ("s3://flow", None, 144),
        // Noon's hour and the one after it, 2 regions, 2 accounts.
        ("s3://flow/logs", Some(NOON), 8),
        ("s3://flow/logs/AWSLogs/111111111111/vpcflowlogs/eu-west-1", Some(NOON), 2),
    ] {
        let source = open(prefix, &options(&endpoint)).await.unwrap();
        let objects = listed(&*source, span.clone()).await.unwrap();
        let below = prefix.strip_prefix("s3://flow").unwrap().trim_start_matches('/');
        let mut expected = listed(&*folder, span).await.unwrap();
        expected.retain(|object| object.key.starts_with(below));
        assert_eq!(objects.len(), count, "{prefix}");
        let facts = |objects: &[store::ObjectMeta]| -> Vec<_> {
            objects.iter().map(|object| (object.key.clone(), object.size, object.modified)).collect()
        };
        assert_eq!(facts(&objects), facts(&expected), "{prefix}");
        for (there, here) in objects.iter().zip(&expected).step_by(7) {
            assert_eq!(source.read(there).await.unwrap(), folder.read(here).await.unwrap(), "{}", there.key);
        }
    }
}

#[tokio::test]
async fn a_bucket_without_etags_in_its_listing_still_notices_a_replaced_object() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "flow/x.log", "first");
    let endpoint = served(root.path()).await;
    let source = open("s3://flow", &options(&endpoint)).await.unwrap();
    let object = listed(&*source, None).await.unwrap().remove(0);
    write(root.path(), "flow/x.log", "another");
    let error = source.read(&object).await.unwrap_err();
    assert!(matches!(error, StoreError::Changed { .. }), "{error}");
    let object = listed(&*source, None).await.unwrap().remove(0);
    assert_eq!(source.read(&object).await.unwrap(), "another");
    std::fs::remove_file(root.path().join("flow/x.log")).unwrap();
    let error = source.read(&object).await.unwrap_err();
    assert!(matches!(error, StoreError::Gone { .. }), "{error}");
}

#[tokio::test]
async fn a_wrong_bucket_and_an_empty_prefix_are_told_apart() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "flow/x.log", "first");
    let endpoint = served(root.path()).await;
    let source = open("s3://flaw/logs", &options(&endpoint)).await.unwrap();
    let error = listed(&*source, None).await.unwrap_err();
    assert!(matches!(&error, StoreError::NoBucket { bucket } if bucket == "flaw"), "{error}");
    let source = open("s3://flow/nothing/here", &options(&endpoint)).await.unwrap();
    assert_eq!(listed(&*source, None).await.unwrap(), []);
}

#[tokio::test]
async fn wrong_keys_are_told_from_a_missing_permission() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "flow/x.log", "first");
    let endpoint = served(root.path()).await;
    let wrong = |id: &str, secret: &str| {
        let keys = store::AccessKeys { id: id.into(), secret: secret.into(), session_token: None };
        Options { credentials: store::Credentials::Keys(keys), ..options(&endpoint) }
    };
    for (options, code) in
        [(wrong("AKIATEST", "wrong"), "SignatureDoesNotMatch"), (wrong("AKIAOTHER", "secret"), "NotSignedUp")]
    {
        let source = open("s3://flow", &options).await.unwrap();
        match listed(&*source, None).await.unwrap_err() {
            StoreError::BadCredentials { code: seen, .. } => assert_eq!(seen, code),
            error => panic!("{code}: {error:?}"),
        }
    }
}
