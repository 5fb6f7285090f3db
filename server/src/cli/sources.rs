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
    /// The sources, each by its one name.
    ///
    /// # Errors
    /// Two of which one holds the other.
    pub fn places(&self) -> Result<Vec<String>, Fault> {
        let places: Vec<String> = self.sources.iter().map(|url| place(url)).collect();
        match overlap(&places) {
            Some((outer, inner)) => Err(Fault::new(
                format!("the sources {outer} and {inner} overlap, so their objects would count twice"),
                "give only the one that holds the other",
            )),
            None => Ok(places),
        }
    }

    /// Opens all sources.
    ///
    /// # Errors
    /// The first that cannot be opened, or two of which one holds the other.
    pub async fn open(&self) -> Result<Vec<Arc<dyn Source>>, Fault> {
        let options = self.reach.options();
        let mut opened = Vec::with_capacity(self.sources.len());
        for place in self.places()? {
            opened.push(store::open(&place, &options).await?);
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

/// One name for one place, however it was written: objects are known by their source's name and must not be read again
/// because a path was relative once.
fn place(url: &str) -> String {
    if url.starts_with("s3://") {
        return url.trim_end_matches('/').to_owned();
    }
    let path = url.strip_prefix("file://").unwrap_or(url);
    std::fs::canonicalize(path).map_or_else(|_| url.to_owned(), |path| path.to_string_lossy().into_owned())
}

/// Two places of which the first holds the second.
fn overlap(places: &[String]) -> Option<(&str, &str)> {
    let holds = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    places.iter().enumerate().find_map(|(at, outer)| {
        let inner = places.iter().enumerate().find(|(other, inner)| *other != at && holds(outer, inner));
        inner.map(|(_, inner)| (outer.as_str(), inner.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlapping(places: &[&str]) -> bool {
        overlap(&places.iter().map(|place| place.to_string()).collect::<Vec<_>>()).is_some()
    }

    #[test]
    fn a_source_inside_another_is_noticed_and_a_neighbour_is_not() {
        assert!(overlapping(&["s3://logs/a/b", "s3://logs/a"]));
        assert!(overlapping(&["s3://logs", "s3://logs"]));
        assert!(!overlapping(&["s3://logs/a", "s3://logs/ab"]));
    }

    #[test]
    fn one_place_has_one_name() {
        assert_eq!(place("s3://logs/a/"), "s3://logs/a");
        assert_eq!(
            place("."),
            place(&std::env::current_dir().map(|dir| dir.to_string_lossy().into_owned()).unwrap_or_default())
        );
    }
}
