//! The port through which costs are asked, and the lake behind it.

use super::{Check, Cost, Described, Given, MEASURED_DAYS, checks, cost};
use crate::clock::now;
use crate::http::refused;
use async_trait::async_trait;
use contract::{Filter, Moment, Refusal, RefusalKind, View};
use lake::{Direct, Lake, LakeError, LogVolume, SidesKnown, Talks, Volumes};
use pricing::PriceBook;
use std::sync::{Arc, Mutex, PoisonError};

/// Hours in which health checks are looked for.
const CHECKED_SECS: i64 = 6 * 3_600;
/// The records in which they are looked for: a check and its answer are a few hundred bytes.
const SMALL: &str = "protocol = TCP AND action = ACCEPT AND bytes < 2000";

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// The flow logs.
    pub logs: Vec<LogVolume>,
    /// Health checks of load balancers.
    pub checks: Vec<Check>,
    /// What `tcp-flags` tell, where that was tried.
    pub sides: Option<SidesKnown>,
    /// Objects that could not be read.
    pub unread: u64,
    /// Objects outside of the days that were measured.
    pub outside: u64,
}

/// Says what flow logs cost.
#[async_trait]
pub trait Costs: Send + Sync + 'static {
    /// What everything that was read costs. Of the view, the source and the details count.
    async fn cost(&self, view: &View) -> Result<Arc<Cost>, Refusal>;

    /// The prices.
    fn book(&self) -> &PriceBook;

    /// What describe-flow-logs told.
    fn described(&self) -> Described;

    /// Takes in what describe-flow-logs printed.
    fn import(&self, json: &str) -> Result<(), Refusal>;
}

/// Costs of what a lake holds.
#[derive(Debug)]
pub struct LakeCosts {
    lake: Lake,
    book: PriceBook,
    described: Mutex<Described>,
    /// What was measured last, by source, with the lake's generation.
    last: Mutex<Option<(u64, Option<String>, Measured)>>,
}

impl LakeCosts {
    /// Of this lake; what is imported is kept in its folder.
    ///
    /// # Errors
    /// When what was imported into the folder cannot be read.
    pub fn new(lake: Lake, book: PriceBook) -> std::io::Result<Self> {
        let described = Mutex::new(Described::read(lake.folder())?);
        Ok(LakeCosts { lake, book, described, last: Mutex::new(None) })
    }

    async fn measured(&self, source: Option<&str>) -> Result<Measured, LakeError> {
        let generation = self.lake.progress().generation;
        {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, _, measured)) =
                last.as_ref().filter(|(at, of, _)| *at == generation && of.as_deref() == source)
            {
                return Ok(measured.clone());
            }
        }
        let measured = of_lake(&self.lake, source).await?;
        let kept = (generation, source.map(str::to_owned), measured.clone());
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(measured)
    }
}

#[async_trait]
impl Costs for LakeCosts {
    async fn cost(&self, view: &View) -> Result<Arc<Cost>, Refusal> {
        let given = Given::of(view)?;
        let measured = self.measured(view.source.as_deref()).await.map_err(|error| {
            let refusal = error.refusal();
            if refusal.kind == RefusalKind::Internal { refused::internal("cost", &error) } else { refusal }
        })?;
        Ok(Arc::new(cost(&self.book, &measured, &self.described(), &given, crate::clock::today())))
    }

    fn book(&self) -> &PriceBook {
        &self.book
    }

    fn described(&self) -> Described {
        self.described.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn import(&self, json: &str) -> Result<(), Refusal> {
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        let told = described.clone().with(json)?;
        told.keep(self.lake.folder()).map_err(|error| refused::internal("keeping flow-logs.json", &error))?;
        *described = told;
        Ok(())
    }
}

/// What a lake holds of a source, or of all.
///
/// # Errors
/// When its catalog cannot be read.
pub async fn of_lake(lake: &Lake, source: Option<&str>) -> Result<Measured, LakeError> {
    let Volumes { logs, unread, outside } = lake.volume(source, MEASURED_DAYS).await?;
    let checks = match small_records(&logs, source) {
        Some((view, span)) => found(lake.conversations(&view, now()).await, span),
        None => Vec::new(),
    };
    let sides = lake.sides_known(source).await?;
    Ok(Measured { logs, checks, sides, unread, outside })
}

/// What sources hold, read for this one answer.
///
/// # Errors
/// When a source cannot be read.
pub async fn directly(direct: &Direct) -> Result<Measured, LakeError> {
    let now = now();
    let Volumes { logs, unread, outside } = direct.volume(None, MEASURED_DAYS, now).await?;
    let checks = match small_records(&logs, None) {
        Some((view, span)) => found(direct.conversations(&view, now).await, span),
        None => Vec::new(),
    };
    let sides = direct.sides_known(None, now).await?;
    Ok(Measured { logs, checks, sides, unread, outside })
}

/// Checks among conversations. Too many of those to look among them is no reason to say nothing of the cost, nor are
/// logs without the fields that conversations are made of.
fn found(talks: Result<(Talks, f64), LakeError>, span: (i64, i64)) -> Vec<Check> {
    match talks {
        Ok((talks, _)) => checks(&talks, span),
        Err(error) => {
            tracing::info!(%error, "health checks were not looked for: {error}");
            Vec::new()
        }
    }
}

/// The question about small records of the last hours, and its range.
fn small_records(logs: &[LogVolume], source: Option<&str>) -> Option<(View, (i64, i64))> {
    let to = logs.iter().map(|log| log.last).max()?;
    let from = to - CHECKED_SECS;
    let filter = Filter::parse(SMALL).ok()?;
    let source = source.map(str::to_owned);
    Some((View { from: Moment::At(from), to: Moment::At(to), filter, source, ..View::default() }, (from, to)))
}
