//! Where logs are and how to reach them: flags shared by serve, ingest and ask.

use crate::cli::Fault;
use clap::Args;
use flowlog::Format;
use lake::Feed;
use store::{Options, StoreError};

/// The sources.
#[derive(Args, Clone, Debug, Default)]
pub struct SourceFlags {
    /// Where flow logs are: s3://bucket/prefix, or a folder with the same layout. May be given several times
    ///
    /// Give the prefix that holds AWSLogs/ (or the bucket alone); all accounts, regions and days below it are found,
    /// plain and Hive-compatible keys alike. A longer prefix reads less. The environment variable holds one source.
    #[arg(long = "source", env = "WEIR_SOURCE", value_name = "SOURCE")]
    pub sources: Vec<String>,

    /// The fields of records that have no header line above them, in order. May be given once for each source
    ///
    /// Needed where objects have no header line and another format than AWS's defaults: exports of CloudWatch Logs, and
    /// what Firehose delivers. Field names separated by blanks or commas, or the LogFormat that describe-flow-logs prints:
    /// '${version} ${account-id} ${srcaddr}' (in single quotes, so that the shell leaves it alone). It holds for all
    /// sources; 'SOURCE=FIELDS' names the one it is for. Objects that could not be read before are tried again.
    #[arg(long = "record-format", env = "WEIR_RECORD_FORMAT", value_name = "FIELDS")]
    pub record_formats: Vec<String>,

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

/// A source as the flags name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its one name.
    pub name: String,
    /// What its records look like where no header line says so.
    pub format: Option<Format>,
}

impl Place {
    /// Opens it.
    ///
    /// # Errors
    /// See [`store::open`].
    pub async fn open(&self, options: &Options) -> Result<Feed, StoreError> {
        Ok(Feed { source: store::open(&self.name, options).await?, format: self.format.clone() })
    }
}

impl SourceFlags {
    /// The sources, each by its one name.
    ///
    /// # Errors
    /// Two of which one holds the other; a format that cannot be read, or of no source, or the second of one.
    pub fn places(&self) -> Result<Vec<Place>, Fault> {
        let names: Vec<String> = self.sources.iter().map(|url| place(url)).collect();
        if let Some((outer, inner)) = overlap(&names) {
            return Err(Fault::new(
                format!("the sources {outer} and {inner} overlap, so their objects would count twice"),
                "give only the one that holds the other",
            ));
        }
        let mut places: Vec<Place> = names.into_iter().map(|name| Place { name, format: None }).collect();
        // What is said of one source counts more than what is said of all.
        let (own, common): (Vec<&String>, Vec<&String>) =
            self.record_formats.iter().partition(|given| given.contains('='));
        for given in own {
            set_own_format(&mut places, given)?;
        }
        if let [_, second, ..] = common.as_slice() {
            return Err(Fault::new(
                format!("a second record format for all sources: {second}"),
                "write SOURCE=FIELDS to say which source each is for",
            ));
        }
        for given in common {
            let format = read_format(given)?;
            places.iter_mut().for_each(|place| {
                place.format.get_or_insert_with(|| format.clone());
            });
        }
        Ok(places)
    }

    /// Opens all sources.
    ///
    /// # Errors
    /// The first that cannot be opened, and as [`Self::places`].
    pub async fn open(&self) -> Result<Vec<Feed>, Fault> {
        let options = self.reach.options();
        let mut opened = Vec::with_capacity(self.sources.len());
        for place in self.places()? {
            opened.push(place.open(&options).await?);
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

/// Sets the format of the one source that `SOURCE=FIELDS` names. A prefix may have `=` in it, a field's name not.
fn set_own_format(places: &mut [Place], given: &str) -> Result<(), Fault> {
    let (source, fields) = given.rsplit_once('=').unwrap_or_default();
    let name = place(source);
    let format = read_format(fields)?;
    match places.iter_mut().find(|place| place.name == name) {
        None => Err(Fault::new(
            format!("a record format is given for {source}, which is none of the sources"),
            "repeat the --source exactly before the =",
        )),
        Some(place) if place.format.is_some() => {
            Err(Fault::new(format!("two record formats are given for {source}"), "give one"))
        }
        Some(place) => {
            place.format = Some(format);
            Ok(())
        }
    }
}

fn read_format(fields: &str) -> Result<Format, Fault> {
    Format::parse(fields).map_err(|error| {
        Fault::new(
            error.to_string(),
            "take the LogFormat that `aws ec2 describe-flow-logs` prints, in single quotes",
        )
    })
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

    fn formats(sources: &[&str], given: &[&str]) -> Result<Vec<Option<usize>>, String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let flags =
            SourceFlags { sources: owned(sources), record_formats: owned(given), ..SourceFlags::default() };
        let places = flags.places().map_err(|fault| fault.to_string())?;
        Ok(places.iter().map(|place| place.format.as_ref().map(|format| format.fields().len())).collect())
    }

    #[test]
    fn a_format_holds_for_all_sources_or_for_the_one_it_names() {
        let sources = ["s3://logs/aws-account-id=1", "s3://other/"];
        assert_eq!(formats(&sources, &[]), Ok(vec![None, None]));
        assert_eq!(formats(&sources, &["${version} ${srcaddr}"]), Ok(vec![Some(2), Some(2)]));
        let own = "s3://logs/aws-account-id=1=version,srcaddr,bytes";
        assert_eq!(formats(&sources, &[own]), Ok(vec![Some(3), None]));
        assert_eq!(formats(&sources, &["version", own]), Ok(vec![Some(3), Some(1)]));
    }

    #[test]
    fn a_format_of_no_source_and_a_second_one_are_refused_by_name() {
        for (given, word) in [
            (&["s3://elsewhere=version"][..], "s3://elsewhere"),
            (&["s3://logs=version", "s3://logs/=srcaddr"], "two record formats"),
            (&["version", "srcaddr"], "second record format"),
            (&["version 443"], "443"),
        ] {
            let fault = formats(&["s3://logs"], given).err().unwrap_or_default();
            assert!(fault.contains(word) && fault.contains("cure:"), "{fault}");
        }
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
