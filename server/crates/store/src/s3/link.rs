//! The connection to one bucket: credentials, region, endpoint, time limits.
//! Asks nothing about objects.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, Credentials as SdkCredentials, ProvideCredentials, Region, StalledStreamProtectionConfig,
};
use aws_sdk_s3::error::SdkError;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

use super::MAX_PAUSE;
use super::situation::{self, Asked, situation};
use crate::error::StoreError;
use crate::source::{Credentials, Options};

/// Where a bucket is first asked for when nothing names a region; the answer says where it really is.
const FIRST_REGION: &str = "us-east-1";
/// What the credentials given in the options are called in the SDK's own messages.
const GIVEN_KEYS: &str = "options";

/// A client set on the bucket's own region.
pub(super) struct Link {
    pub client: Client,
    pub region: String,
    /// For messages.
    pub endpoint: String,
}

impl Link {
    fn new(config: &SdkConfig, options: &Options, region: String) -> Self {
        let client = Client::from_conf(settings(config, options, &region).build());
        let endpoint = options.endpoint_url.clone().or_else(|| config.endpoint_url().map(str::to_owned));
        let endpoint = endpoint.unwrap_or_else(|| format!("s3.{region}.amazonaws.com"));
        Link { client, region, endpoint }
    }
}

/// Loads credentials and finds the bucket's region.
pub(super) async fn establish(bucket: &str, options: &Options) -> Result<Link, StoreError> {
    let config = sdk_config(options).await;
    if let Some(provider) = config.credentials_provider() {
        // Asked here once, so that their absence is not buried in the first request's error.
        provider
            .provide_credentials()
            .await
            .map_err(|error| StoreError::NoCredentials { bucket: bucket.into(), source: error.into() })?;
    }
    let region = config.region().map_or(FIRST_REGION, |region| region.as_ref()).to_owned();
    let link = Link::new(&config, options, region);
    match bucket_region(&link, bucket).await? {
        Some(region) if region != link.region => {
            tracing::debug!(s3.bucket = bucket, s3.region = %region, "bucket is in another region");
            Ok(Link::new(&config, options, region))
        }
        _ => Ok(link),
    }
}

async fn sdk_config(options: &Options) -> SdkConfig {
    let region = match &options.region {
        Some(region) => Some(Region::new(region.clone())),
        // Not asked of the instance's metadata service: off EC2 that costs seconds, and S3 tells the region anyway.
        None => match EnvironmentVariableRegionProvider::new().region().await {
            Some(region) => Some(region),
            None => profile_region(options).await,
        },
    };
    let encryption = tls::Provider::Rustls(CryptoMode::Ring);
    let client = aws_smithy_http_client::Builder::new().tls_provider(encryption).build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client);
    let loader = loader.region(region.unwrap_or_else(|| Region::from_static(FIRST_REGION)));
    match &options.credentials {
        Credentials::Chain { profile: Some(profile) } => loader.profile_name(profile),
        Credentials::Chain { profile: None } => loader,
        Credentials::Anonymous => loader.no_credentials(),
        Credentials::Keys(keys) => {
            let token = keys.session_token.clone();
            loader.credentials_provider(SdkCredentials::new(&keys.id, &keys.secret, token, None, GIVEN_KEYS))
        }
    }
    .load()
    .await
}

async fn profile_region(options: &Options) -> Option<Region> {
    let files = ProfileFileRegionProvider::builder();
    let files = match &options.credentials {
        Credentials::Chain { profile: Some(profile) } => files.profile_name(profile),
        _ => files,
    };
    files.build().region().await
}

fn settings(config: &SdkConfig, options: &Options, region: &str) -> Builder {
    let retries = RetryConfig::standard()
        .with_max_attempts(options.attempts.max(1))
        .with_initial_backoff(options.first_pause.max(Duration::from_millis(1)))
        .with_max_backoff(MAX_PAUSE);
    let limits = TimeoutConfig::builder()
        .connect_timeout(options.connect_timeout)
        .read_timeout(options.stall_timeout)
        .build();
    // The SDK's shared budget of retries would fail many readers at once in a storm of 503s; each has its own
    // attempts and pauses, and the number of readers is bounded.
    let unshared = RetryPartition::custom("weir").token_bucket(TokenBucket::unlimited()).build();
    let mut settings = Builder::from(config)
        .region(Region::new(region.to_owned()))
        .force_path_style(options.path_style)
        .retry_config(retries)
        .retry_partition(unshared)
        .timeout_config(limits)
        // Stalls are noticed where the body is read, so that they are counted among the tries.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(url) = &options.endpoint_url {
        settings = settings.endpoint_url(url);
    }
    settings
}

/// The region S3 names for the bucket. It names it in any answer, a redirect and a denial included, so `HeadBucket`
/// needs no permission beyond `s3:ListBucket`; other servers may name none.
async fn bucket_region(link: &Link, bucket: &str) -> Result<Option<String>, StoreError> {
    match link.client.head_bucket().bucket(bucket).send().await {
        Ok(answer) => Ok(answer.bucket_region),
        Err(SdkError::ServiceError(error)) if error.raw().status().as_u16() < 500 => {
            let status = error.raw().status().as_u16();
            let region = situation::region_header(error.raw());
            if status == 404 && region.is_none() {
                return Err(StoreError::NoBucket { bucket: bucket.into() });
            }
            Ok(region)
        }
        Err(error) => Err(situation(Asked::List { bucket, link }, error)),
    }
}
