//! The self-test of the sources: from credentials to the lag of records, step by step, with what to do at the first that
//! fails. Uses the store as reading does; knows nothing of how it is shown.

use crate::cli::sources::Place;
use crate::clock::now;
use async_trait::async_trait;
use contract::human;
use futures::StreamExt;
use lake::{Feed, Lake, probe};
use pricing::setup::{Purpose, ResourceKind};
use std::time::Duration;
use store::{ObjectMeta, Options, StoreError, keys};

/// Longest time for one source: a person is waiting.
const PATIENCE: Duration = Duration::from_secs(20);
/// Tries per request: what is wrong should show at once.
const ATTEMPTS: u32 = 2;
/// Listing is ended after so many objects; the newest days come first.
const LOOKED_AT: usize = 10_000;
/// Objects cover five minutes and are there about ten later; twice that is late, seconds.
const LATE_SECS: i64 = 30 * 60;
/// From here on nothing is delivered any more, seconds.
const DEAD_SECS: i64 = 24 * 3_600;
/// Seconds an object's name speaks of.
const WINDOW_SECS: i64 = 300;

/// Said of credentials that were not refused.
const TAKEN: &str = "They are taken.";
/// Said of credentials for a folder.
const NONE_NEEDED: &str = "A folder needs none.";

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Good,
    /// It works, but something should be looked at.
    Warning,
    /// Nothing behind it can work.
    Failed,
}

/// A step of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is looked at: `Credentials`.
    pub name: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// What was found, a sentence.
    pub found: String,
    /// What to do, where something is.
    pub cure: String,
}

/// The steps of a test, in order.
pub const STEPS: [&str; 6] = ["Credentials", "Bucket", "Objects", "Format", "Records", "Lag"];

/// The test of a source: its steps up to the first that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceTest {
    /// The source.
    pub source: String,
    /// The steps.
    pub steps: Vec<Step>,
}

/// Tests sources.
#[async_trait]
pub trait Tests: Send + Sync + 'static {
    /// Tests every source, now.
    async fn run(&self) -> Vec<SourceTest>;
}

/// Tests of the sources that a server reads.
#[derive(Debug)]
pub struct SourceTests {
    /// The sources.
    pub places: Vec<Place>,
    /// How to reach them.
    pub options: Options,
    /// Where they are read into.
    pub lake: Lake,
}

#[async_trait]
impl Tests for SourceTests {
    async fn run(&self) -> Vec<SourceTest> {
        let options = Options { attempts: ATTEMPTS, ..self.options.clone() };
        let (options, lake) = (&options, &self.lake);
        let tests = self.places.iter().map(|place| async move {
            let mut walk = Walk::default();
            let walked = tokio::time::timeout(PATIENCE, walk.over(place, options, lake)).await;
            if walked.is_err() {
                let found = format!("No answer within {} s.", PATIENCE.as_secs());
                walk.failed(
                    found,
                    "Check the network and the endpoint; a large bucket needs a longer prefix.".to_owned(),
                );
            }
            SourceTest { source: place.name.clone(), steps: walk.steps }
        });
        futures::future::join_all(tests).await
    }
}

/// A test under way.
#[derive(Default)]
struct Walk {
    steps: Vec<Step>,
}

impl Walk {
    fn step(&mut self, outcome: Outcome, found: String, cure: String) {
        if let Some(name) = STEPS.get(self.steps.len()) {
            self.steps.push(Step { name, outcome, found, cure });
        }
    }

    fn good(&mut self, found: impl Into<String>) {
        self.step(Outcome::Good, found.into(), String::new());
    }

    fn failed(&mut self, found: String, cure: String) {
        self.step(Outcome::Failed, found, cure);
    }

    /// Walks until something fails; `None` where it did.
    async fn over(&mut self, place: &Place, options: &Options, lake: &Lake) -> Option<()> {
        let feed = match place.open(options).await {
            Ok(feed) => feed,
            Err(error) => {
                self.good("None are needed before the source is found.");
                return self.refused(&error);
            }
        };
        let newest = self.list(&feed).await?;
        let bytes = match feed.source.read(&newest).await {
            Ok(bytes) => bytes,
            Err(error) => {
                // The format cannot be told of what cannot be read.
                return self.refused(&error);
            }
        };
        let probed = match probe(&feed, &bytes) {
            Ok(Ok(probed)) => probed,
            Ok(Err(why)) => {
                let cure = "Name the fields with --record-format, or give the prefix of flow logs alone.";
                self.failed(format!("{} cannot be read: {why}.", newest.key), cure.to_owned());
                return None;
            }
            Err(error) => {
                tracing::warn!(%error, "a self-test could not decode an object: {error}");
                self.failed(
                    format!("{} cannot be decoded.", newest.key),
                    "See the log of the server.".to_owned(),
                );
                return None;
            }
        };
        self.format(&probed);
        self.records(&probed, lake.progress().sources.iter().find(|one| one.name == place.name));
        self.lag(&newest);
        Some(())
    }

    /// Credentials, bucket and objects: the newest one.
    async fn list(&mut self, feed: &Feed) -> Option<ObjectMeta> {
        let (mut pages, mut newest, mut looked) = (feed.source.list(None), None::<ObjectMeta>, 0);
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error @ (StoreError::NoCredentials { .. } | StoreError::BadCredentials { .. })) => {
                    return self.refused(&error);
                }
                Err(StoreError::NotFlowLogs { looked, .. }) => {
                    self.reached(feed);
                    self.failed(
                        format!("None of the first {looked} objects is a flow log."),
                        "Give the prefix that holds AWSLogs/, or make sure that a flow log delivers here."
                            .to_owned(),
                    );
                    return None;
                }
                Err(error) => {
                    self.good(match &error {
                        _ if !is_bucket(feed) => NONE_NEEDED,
                        StoreError::Unreachable { .. } => {
                            "There are some; nobody answers who could take them."
                        }
                        _ => TAKEN,
                    });
                    return self.refused(&error);
                }
            };
            looked += page.len();
            newest = newest.into_iter().chain(page).max_by_key(written);
            if looked >= LOOKED_AT {
                break;
            }
        }
        self.reached(feed);
        let Some(newest) = newest else {
            let cure = "Give the prefix that holds AWSLogs/. A new flow log delivers its first object after about ten \
                        minutes; what AWS says of it, describe-flow-logs tells.";
            self.failed("There is no object of a flow log.".to_owned(), cure.to_owned());
            return None;
        };
        let more = if looked >= LOOKED_AT { "more than " } else { "" };
        self.good(format!("Objects: {more}{}; the newest is {}.", human::exact(looked as u64), newest.key));
        Some(newest)
    }

    fn reached(&mut self, feed: &Feed) {
        let is_bucket = is_bucket(feed);
        self.good(if is_bucket { TAKEN } else { NONE_NEEDED });
        self.good(if is_bucket { "It can be listed." } else { "It can be read." });
    }

    fn refused<T>(&mut self, error: &StoreError) -> Option<T> {
        self.failed(sentence(&error.to_string()), sentence(&error.hint()));
        None
    }

    fn format(&mut self, probed: &lake::Probed) {
        let fields = probed.fields.join(" ");
        let is_gateway = probed.fields.iter().any(|field| field.starts_with("tgw-"));
        let resource = if is_gateway { ResourceKind::TransitGateway } else { ResourceKind::Vpc };
        let mut missing = Purpose::Everything.fields(resource);
        missing.retain(|field| probed.fields.iter().all(|known| known != field));
        match (probed.fields.is_empty(), missing.is_empty()) {
            (true, _) => self.step(
                Outcome::Warning,
                "The newest object holds no records to tell the format by.".to_owned(),
                "Look again when there is traffic.".to_owned(),
            ),
            (false, true) => self.good(format!("{} fields: {fields}.", probed.fields.len())),
            (false, false) => self.step(
                Outcome::Warning,
                format!("{} fields: {fields}.", probed.fields.len()),
                format!(
                    "It lacks {}: the page Set-up replaces the flow log by one that has them.",
                    missing.join(", ")
                ),
            ),
        }
    }

    fn records(&mut self, probed: &lake::Probed, status: Option<&contract::SourceStatus>) {
        let tally = &probed.tally;
        let stored = status.map_or(0, |status| status.objects_stored);
        let found = format!(
            "{} records, {} lines without traffic, {} set aside in the newest object; {} objects stored.",
            human::exact(tally.records),
            human::exact(tally.nodata + tally.skipdata),
            human::exact(tally.set_aside),
            human::exact(stored),
        );
        let (outcome, cure) = if tally.set_aside > 0 {
            (Outcome::Warning, "The page Coverage names the lines and why they cannot be read.")
        } else if tally.records == 0 {
            (Outcome::Warning, "The interfaces were quiet, or traffic of the other action alone is logged.")
        } else if stored == 0 {
            (Outcome::Warning, "Reading has only begun: look again in a minute.")
        } else {
            (Outcome::Good, "")
        };
        self.step(outcome, found, cure.to_owned());
    }

    fn lag(&mut self, newest: &ObjectMeta) {
        let behind = (now() - written(newest)).max(0);
        let found = format!("The newest object speaks of {} ago.", human::duration(behind));
        let cure = "Import describe-flow-logs on the page Set-up: it tells whether the flow log still exists and why it does \
                    not deliver.";
        match behind {
            ..LATE_SECS => self.good(found),
            LATE_SECS..DEAD_SECS => self.step(Outcome::Warning, found, cure.to_owned()),
            _ => self.failed(found, cure.to_owned()),
        }
    }
}

/// Words of a message as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

fn is_bucket(feed: &Feed) -> bool {
    feed.name().starts_with("s3://")
}

/// The end of what an object speaks of, or when it was written, Unix seconds.
fn written(object: &ObjectMeta) -> i64 {
    keys::parse(&object.key).map_or(object.modified, |parts| parts.stamp + WINDOW_SECS)
}
