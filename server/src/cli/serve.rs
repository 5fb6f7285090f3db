//! `weir serve`: the dashboard over a lake that keeps reading its sources.

use crate::advice::{Adviser, Decisions, Stock};
use crate::cli::cost::PriceFlag;
use crate::cli::ingest::DataFlag;
use crate::cli::sources::{Place, SourceFlags};
use crate::cli::{Fault, running};
use crate::clock;
use crate::cost::{Costs, LakeCosts};
use crate::events::{self, Pass};
use crate::http::{self, Hosts, Lifecycle, Limits, Site, listen};
use crate::reports::Composer;
use crate::self_test::SourceTests;
use crate::service::LakeFlows;
use crate::telemetry;
use crate::views::Views;
use crate::watch::{self, Look};
use app::ports::Flows;
use clap::Args;
use lake::{IngestReport, Lake, LakeError, Mode};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Options;
use tokio::task::JoinSet;

/// Histograms forget old samples only when told to; once in five seconds is what the recorder's manual asks for.
const UPKEEP: Duration = Duration::from_secs(5);

/// Where the build puts the browser's files, seen from the project's folder.
const BUILT_SITE: &str = "target/site";

/// Show the dashboard, and keep reading the sources.
///
/// Looks at every source at start and then again and again; new objects appear without a restart. Without a source it
/// shows what the data folder holds. Stops on SIGINT or SIGTERM after the commit under way.
#[derive(Debug, Args)]
pub struct Serve {
    /// The sources.
    #[command(flatten)]
    pub source: SourceFlags,

    /// Where the lake lies.
    #[command(flatten)]
    pub data: DataFlag,

    /// The inventory.
    #[command(flatten)]
    pub inventory: InventoryFlag,

    /// The web server.
    #[command(flatten)]
    pub web: WebFlags,

    /// Pause between two looks at a source (90s, 5m, 1h). AWS delivers every few minutes; each look costs a few listing
    /// requests per account, region and day
    #[arg(long, env = "WEIR_WATCH", value_name = "TIME", default_value = "60s", value_parser = pause)]
    pub watch: Duration,
}

/// The inventory's flag.
#[derive(Args, Clone, Debug, Default)]
pub struct InventoryFlag {
    /// Where the inventory of the account is: a folder, or s3://bucket/prefix, with what "aws ec2 describe-…" prints
    ///
    /// security-groups.json, security-group-rules.json, network-interfaces.json, network-acls.json, subnets.json,
    /// managed-prefix-lists.json and prefix-list-entries/pl-….json, or one folder of them for each snapshot, named by its
    /// time (2026-11-23T19:50:00Z). Each flow is judged by the state at its time; what is missing is told. Looked at again
    /// as often as the sources. Without it verdicts come from the logs alone and nothing is suggested.
    #[arg(long, env = "WEIR_INVENTORY", value_name = "DIR")]
    pub inventory: Option<String>,
}

/// The web server's flags.
#[derive(Args, Clone, Debug)]
pub struct WebFlags {
    /// Address and port to listen on. Anything but loopback needs --unsafe-listen
    #[arg(long, env = "WEIR_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Listen on an address other machines can reach, although there is no log-in: everybody who can reach it sees the logs
    #[arg(long, env = "WEIR_UNSAFE_LISTEN")]
    pub unsafe_listen: bool,

    /// A name this server is reached by besides localhost and its addresses, for use behind a proxy. May be given
    /// several times; requests under other names are refused
    #[arg(long = "allow-host", env = "WEIR_ALLOW_HOST", value_name = "NAME")]
    pub allow_hosts: Vec<String>,

    /// Folder of the browser's files [default: "site" beside the program, else target/site]. Without it the pages can be
    /// read but nothing in them moves
    #[arg(long, env = "WEIR_SITE", value_name = "DIR")]
    pub site: Option<PathBuf>,

    /// The prices.
    #[command(flatten)]
    pub prices: PriceFlag,
}

impl Serve {
    /// Runs the command until it is told to stop.
    ///
    /// # Errors
    /// When the data folder, the site or the address cannot be used. A source that cannot be read is no error.
    pub fn run(self) -> Result<ExitCode, Fault> {
        running::block_on(async {
            let lake = Lake::open(&self.data.data, Mode::Write)?;
            let reading = Reading {
                sources: self.source.places()?,
                options: self.source.reach.options(),
                every: self.watch,
                inventory: self.inventory.inventory.clone(),
            };
            show(lake, &self.data.data, reading, &self.web).await
        })
    }
}

/// What is read while the dashboard is shown.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The sources.
    pub sources: Vec<Place>,
    /// How to reach them.
    pub options: Options,
    /// Pause between looks.
    pub every: Duration,
    /// Where the inventory lies.
    pub inventory: Option<String>,
}

/// Serves `lake`, which lies in `folder`, and reads `reading` into it until a signal comes. Prints the address on
/// stdout once it can be opened.
///
/// # Errors
/// When the site or the address cannot be used, or the socket fails.
pub async fn show(lake: Lake, folder: &Path, reading: Reading, web: &WebFlags) -> Result<ExitCode, Fault> {
    let metrics = telemetry::metrics()?;
    let site = site(web.site.as_deref())?;
    let lifecycle = Lifecycle::default();
    let hosts = if web.listen.ip().is_loopback() { Hosts::loopback() } else { Hosts::open() };
    reading.sources.iter().for_each(|source| lake.expect(&source.name));

    let views = Views::open(folder);
    let decisions = Decisions::open(folder).map_err(|error| {
        let cure = "repair decisions.json in the data folder, or move it away to begin anew";
        Fault::io("cannot read the decisions about suggestions", &error, cure)
    })?;
    let adviser = Arc::new(Adviser::new(Arc::new(LakeFlows::new(lake.clone())), decisions));

    let listener = listen::bind(web.listen, web.unsafe_listen).await?;
    let address = listener.local_addr().map_err(|error| Fault::io("cannot listen", &error, ""))?;
    let flows: Arc<dyn Flows> = Arc::new(LakeFlows::new(lake.clone()));
    let costs: Arc<dyn Costs> =
        Arc::new(LakeCosts::new(lake.clone(), web.prices.book()?).map_err(|error| {
            Fault::io(
                "cannot read what was imported of flow logs",
                &error,
                "import it anew after deleting the file",
            )
        })?);
    let tests =
        SourceTests { places: reading.sources.clone(), options: reading.options.clone(), lake: lake.clone() };
    let router = http::router(http::Parts {
        reports: Arc::new(Composer {
            flows: Arc::clone(&flows),
            costs: Arc::clone(&costs),
            tests: Arc::new(tests),
            views: views.clone(),
            adviser: Arc::clone(&adviser),
        }),
        flows,
        costs,
        views,
        adviser: Arc::clone(&adviser),
        site: Arc::new(site),
        metrics: metrics.clone(),
        hosts: hosts.and(&web.allow_hosts),
        lifecycle: lifecycle.clone(),
        limits: Limits::default(),
    });

    listen::stop_on_signal(lifecycle.clone());
    let mut chores = JoinSet::new();
    for source in &reading.sources {
        chores.spawn(keep_reading(source.clone(), lake.clone(), reading.clone(), lifecycle.clone()));
    }
    if let Some(name) = reading.inventory.clone() {
        adviser.take_stock(Stock::unread(&name));
        chores.spawn(keep_stock(adviser, reading.clone(), lifecycle.clone()));
    }
    let upkept = lifecycle.clone();
    chores.spawn(async move {
        while !upkept.is_stopping() {
            metrics.run_upkeep();
            tokio::select! { () = tokio::time::sleep(UPKEEP) => {}, () = upkept.stopped() => {} }
        }
    });

    println!("http://{address}");
    listen::serve(listener, router, lifecycle.clone())
        .await
        .map_err(|error| Fault::io("the web server stopped", &error, ""))?;
    lifecycle.stop();
    chores.join_all().await;
    Ok(ExitCode::SUCCESS)
}

/// Looks at one source for as long as the server runs.
async fn keep_reading(place: Place, lake: Lake, reading: Reading, lifecycle: Lifecycle) {
    let look = |retry| {
        let (place, lake, options) = (&place, &lake, &reading.options);
        let name = &place.name;
        async move {
            let begun = Instant::now();
            match read(lake, place, options).await {
                Ok(report) => {
                    let (objects, failed) = (report.objects, report.failed);
                    let pass = Pass { objects, failed, records: report.records, set_aside: report.set_aside };
                    events::pass_done(name, pass, begun.elapsed(), clock::now());
                    Look::Done
                }
                Err(error) => {
                    events::pass_refused(name, &error, retry);
                    Look::Refused
                }
            }
        }
    };
    watch::keep_looking(reading.every, lifecycle, look).await;
}

/// Looks at the inventory for as long as the server runs.
async fn keep_stock(adviser: Arc<Adviser>, reading: Reading, lifecycle: Lifecycle) {
    let look = |retry| {
        let (adviser, options) = (&adviser, &reading.options);
        async move {
            let stock = adviser.stock();
            match stock.renewed(options).await {
                Ok(None) => Look::Done,
                Ok(Some(renewed)) => {
                    events::inventory_read(&renewed);
                    adviser.take_stock(renewed);
                    Look::Done
                }
                Err(error) => {
                    events::inventory_refused(&stock.name, &error, retry);
                    adviser.take_stock(stock.refusing(error.into_refusal()));
                    Look::Refused
                }
            }
        }
    };
    watch::keep_looking(reading.every, lifecycle, look).await;
}

/// Reads what is new in a source.
async fn read(lake: &Lake, place: &Place, options: &Options) -> Result<IngestReport, LakeError> {
    match place.open(options).await {
        Ok(feed) => lake.ingest(&feed, None).await,
        Err(error) => {
            let error = LakeError::from(error);
            lake.refused(&place.name, error.refusal());
            Err(error)
        }
    }
}

/// Reads the site: the given folder, or the first of the usual ones that is there.
fn site(given: Option<&Path>) -> Result<Site, Fault> {
    let folder = given.map(Path::to_path_buf).or_else(|| {
        let program = std::env::current_exe().ok();
        let beside = program.and_then(|program| Some(program.parent()?.join("site")));
        [beside, Some(PathBuf::from(BUILT_SITE))].into_iter().flatten().find(|folder| folder.is_dir())
    });
    let site = match folder {
        Some(folder) => Site::read(&folder)?,
        None => Site::empty(),
    };
    if !site.has_program() {
        tracing::warn!(
            "the browser's program was not found: pages can be read but not used; build it or give --site"
        );
    }
    Ok(site)
}

/// A pause like `90s`, `5m`, `1h`; a bare number is seconds.
fn pause(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| "write a number and a unit, such as 60s".to_owned())?;
    let secs = match text.get(digits.len()..).unwrap_or_default() {
        "" | "s" => Some(number),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3_600),
        other => return Err(format!("unknown unit {other:?}; s, m and h are known")),
    };
    // A pause of nothing would list the bucket without end, and listing is billed.
    secs.filter(|secs| (1..=86_400).contains(secs))
        .map(Duration::from_secs)
        .ok_or_else(|| "must be from 1s to 24h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_has_a_unit_and_bounds() {
        assert_eq!(pause("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(pause("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(pause("60"), Ok(Duration::from_secs(60)));
        for wrong in ["0s", "25h", "1d", "s", "", "-5s", "99999999999999999999s"] {
            assert!(pause(wrong).is_err(), "{wrong}");
        }
    }
}
