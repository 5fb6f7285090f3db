//! Where logs are and how to reach them: flags shared by serve, ingest and ask.

use crate::cli::Fault;
use clap::Args;
use std::sync::Arc;
use store::{Options, Source};

/// The sources.
#[derive(Args, Clone, Debug, Default)]
pub struct SourceFlags {
    /// Where flow logs are: s3://bucket/prefix, or a folder with the same layout. May be given several times
    ///
    /// Give the prefix that holds AWSLogs/ (or the bucket alone); all accounts, regions and days below it are found,
    /// plain and Hive-compatible keys alike. A longer prefix reads less. The environment variable holds one source.
    #[arg(long = "source", env = "WEIR_SOURCE", value_name = "SOURCE")]
    pub sources: Vec<String>,

    /// How to reach S3.
    #[command(flatten)]
    pub reach: ReachFlags,
}

/// How to reach S3.
#[derive(Args, Clone, Debug, Default)]
pub struct ReachFlags {
    /// An S3 server other than AWS, such as http://127.0.0.1:9000
    #[arg(long, env = "WEIR_ENDPOINT_URL", value_name = "URL")]
    pub endpoint_url: Option<String>,

    /// Put the bucket into the path instead of the host name; most servers other than AWS want it
    #[arg(long, env = "WEIR_PATH_STYLE")]
    pub path_style: bool,

    /// The region to ask first [default: from AWS_REGION or the profile; a bucket elsewhere is followed]
    #[arg(long, env = "WEIR_REGION", value_name = "REGION")]
    pub region: Option<String>,
}

impl ReachFlags {
    /// The same as the store wants it; credentials come from AWS's usual chain.
    pub fn options(&self) -> Options {
        Options {
            endpoint_url: self.endpoint_url.clone(),
            path_style: self.path_style,
            region: self.region.clone(),
            ..Options::default()
        }
    }
}

impl SourceFlags {
    /// Opens all sources.
    ///
    /// # Errors
    /// The first that cannot be opened.
    pub async fn open(&self) -> Result<Vec<Arc<dyn Source>>, Fault> {
        let options = self.reach.options();
        let mut opened = Vec::with_capacity(self.sources.len());
        for url in &self.sources {
            opened.push(store::open(url, &options).await?);
        }
        Ok(opened)
    }

    /// A fault when there is no source at all.
    ///
    /// # Errors
    /// When no source was given.
    pub fn required(&self) -> Result<(), Fault> {
        if self.sources.is_empty() {
            return Err(Fault::new(
                "no source was given",
                "add --source s3://bucket/prefix or --source FOLDER",
            ));
        }
        Ok(())
    }
}
