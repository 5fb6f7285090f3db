//! Who is asked for advice. Keeps the rows and the answers of a few questions, works on one thing at a time, on threads
//! that may block, and lets go of work that nobody waits for any more.

use super::advised::{Advised, Stop, advise};
use super::decisions::Decisions;
use super::replayed::{Replayed, replay};
use super::rows::{self, Rows};
use super::stock::Stock;
use crate::clock::now;
use async_trait::async_trait;
use contract::{Filter, Moment, Refusal, RefusalKind, Span, View, link};
use firewall::address::Address;
use firewall::edit::Edit;
use firewall::suggest::Options;
use firewall::traffic::{Direction, Leg};
use firewall::verdict::{Card, Judged};
use lake::Talks;
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::Semaphore;

/// Bytes of rows that are kept between questions, and as many for answers: about two million conversations. One answer is
/// always kept, so that the pages of one range read the logs once.
const KEPT_ROWS_BYTES: usize = 256 << 20;
/// Answers kept: the pages of a range at a few tightnesses.
const KEPT_ANSWERS: usize = 8;

/// Who knows the conversations.
#[async_trait]
pub trait Talking: Send + Sync + 'static {
    /// Every conversation of a view, and the part of its time that the logs tell of.
    async fn conversations(&self, view: &View, now: i64) -> Result<(Talks, f64), Refusal>;

    /// Changes whenever an equal question may have another answer.
    fn generation(&self) -> u64;
}

/// Answers kept for equal questions, newest last.
struct Kept<T>(VecDeque<(String, Arc<T>)>);

impl<T> Kept<T> {
    fn get(&mut self, key: &str) -> Option<Arc<T>> {
        let place = self.0.iter().position(|(known, _)| known == key)?;
        let found = self.0.remove(place)?;
        let value = Arc::clone(&found.1);
        self.0.push_back(found);
        Some(value)
    }

    /// Keeps a value; forgets the oldest while `is_over` says that it is too much, never the newest.
    fn put(&mut self, key: String, value: Arc<T>, is_over: impl Fn(&VecDeque<(String, Arc<T>)>) -> bool) {
        self.0.push_back((key, value));
        while self.0.len() > 1 && is_over(&self.0) {
            self.0.pop_front();
        }
    }
}

/// What makes a conversation: interface, direction, leg, client, server, protocol, port.
type Pick = (String, Direction, Leg, Address, Address, u8, u16);

/// Gives advice.
pub struct Adviser {
    talks: Arc<dyn Talking>,
    stock: RwLock<Arc<Stock>>,
    decisions: Arc<Decisions>,
    rows: Mutex<Kept<Rows>>,
    answers: Mutex<Kept<Advised>>,
    picks: Mutex<Kept<HashSet<Pick>>>,
    /// One piece of work at a time: whoever comes second finds the first one's answer.
    turn: Semaphore,
}

/// Stops the work when the asker goes away.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.set();
    }
}

impl Adviser {
    /// Over these conversations, with no inventory yet.
    pub fn new(talks: Arc<dyn Talking>, decisions: Decisions) -> Self {
        Adviser {
            talks,
            stock: RwLock::default(),
            decisions: Arc::new(decisions),
            rows: Mutex::new(Kept(VecDeque::new())),
            answers: Mutex::new(Kept(VecDeque::new())),
            picks: Mutex::new(Kept(VecDeque::new())),
            turn: Semaphore::new(1),
        }
    }

    /// What is known of the firewall at present.
    pub fn stock(&self) -> Arc<Stock> {
        Arc::clone(&self.stock.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes another state of the firewall.
    pub fn take_stock(&self, stock: Stock) {
        *self.stock.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(stock);
    }

    /// What people said of suggestions.
    pub fn decisions(&self) -> &Decisions {
        &self.decisions
    }

    /// Everything that is said about a view's range, whatever its filter.
    ///
    /// # Errors
    /// When the range is empty or too large, or the logs cannot be asked.
    pub async fn advised(&self, view: &View, options: &Options) -> Result<Arc<Advised>, Refusal> {
        let stock = self.stock();
        let (range, of_rows) = self.question(view)?;
        let key = format!("{of_rows} {} {} {}", stock.number, options.tightness, options.least_confidence);
        if let Some(kept) = held(&self.answers).get(&key) {
            return Ok(kept);
        }
        let _turn = self.turn.acquire().await;
        if let Some(kept) = held(&self.answers).get(&key) {
            return Ok(kept);
        }
        let rows = self.rows(&range, of_rows).await?;
        let (options, firewall) = (*options, stock.firewall.clone());
        let decisions = Arc::clone(&self.decisions);
        let advised = work(move |stop| {
            Ok(advise(&rows, firewall, &options, stop).inspect(|advised| decisions.notice(advised)))
        })
        .await?;
        held(&self.answers).put(key, Arc::clone(&advised), |kept| {
            kept.len() > KEPT_ANSWERS
                || kept.iter().map(|(_, one)| one.bytes()).sum::<usize>() > KEPT_ROWS_BYTES
        });
        Ok(advised)
    }

    /// The stories of a view, those alone that its filter means. The verdicts are those of the whole range: a filter
    /// picks what is shown, not what is known.
    ///
    /// # Errors
    /// As [`Adviser::advised`].
    pub async fn cards(&self, view: &View, advised: &Advised) -> Result<Vec<Card>, Refusal> {
        if view.filter.expr.is_none() {
            return Ok(advised.cards.clone());
        }
        let picks = self.picked(view).await?;
        let is_meant = |one: &Judged, interface: &str| {
            let flow = &one.refused.flow;
            let (direction, leg, client, server) = (flow.direction, flow.leg, flow.client, flow.server);
            let name = interface.to_owned();
            picks.contains(&(name, direction, leg, client, server, flow.protocol, flow.port))
        };
        Ok(advised.cards_of(is_meant))
    }

    /// The refused conversations that a view's filter lets pass.
    async fn picked(&self, view: &View) -> Result<Arc<HashSet<Pick>>, Refusal> {
        let (range, of_rows) = self.question(view)?;
        let rejects = Filter::parse("action = REJECT").map_err(Refusal::from)?;
        let filter = rejects.expr.map_or_else(|| view.filter.clone(), |expr| view.filter.and(expr));
        let view = View { filter, ..range };
        let key = format!("{of_rows} {}", link::encode(&view));
        if let Some(kept) = held(&self.picks).get(&key) {
            return Ok(kept);
        }
        let (talks, _) = self.talks.conversations(&view, now()).await?;
        let name = |place: u32| talks.interfaces.get(place as usize).cloned().unwrap_or_default();
        let pick = |row: &lake::Conversation| {
            let ends = [row.client, row.server].map(Address::from_octets);
            let (direction, leg) = (rows::direction(row), rows::leg(row));
            (name(row.interface), direction, leg, ends[0], ends[1], row.protocol, row.port)
        };
        let picks: Arc<HashSet<Pick>> = Arc::new(talks.rows.iter().map(pick).collect());
        held(&self.picks).put(key, Arc::clone(&picks), |kept| kept.len() > KEPT_ANSWERS);
        Ok(picks)
    }

    /// What an edit of the newest rules would have changed in a view's range, whatever its filter.
    ///
    /// # Errors
    /// Without an inventory, and as [`Adviser::advised`].
    pub async fn replayed(&self, view: &View, edits: Vec<Edit>) -> Result<Arc<Replayed>, Refusal> {
        let (range, of_rows) = self.question(view)?;
        let _turn = self.turn.acquire().await;
        let rows = self.rows(&range, of_rows).await?;
        let firewall = self.stock().firewall.clone();
        work(move |stop| replay(&rows, firewall.as_deref(), edits, stop)).await
    }

    /// The view of the range alone, at fixed times on whole minutes, and what equal questions have in common.
    fn question(&self, view: &View) -> Result<(View, String), Refusal> {
        let span: Span = view.asked_span(now())?.to_minutes();
        let range = View {
            from: Moment::At(span.from),
            to: Moment::At(span.to),
            source: view.source.clone(),
            ..View::default()
        };
        let key = format!("{} {}", self.talks.generation(), link::encode(&range));
        Ok((range, key))
    }

    async fn rows(&self, range: &View, key: String) -> Result<Arc<Rows>, Refusal> {
        if let Some(kept) = held(&self.rows).get(&key) {
            return Ok(kept);
        }
        let at = now();
        let (talks, coverage) = self.talks.conversations(range, at).await?;
        let span = range.span(at);
        let rows = work(move |_| Ok(Some(Rows::of(talks, (span.from, span.to), coverage)))).await?;
        held(&self.rows).put(key, Arc::clone(&rows), |kept| {
            kept.iter().map(|(_, rows)| rows.bytes()).sum::<usize>() > KEPT_ROWS_BYTES
        });
        Ok(rows)
    }
}

fn held<T>(kept: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs arithmetic of seconds on a thread that may block; dropping the future tells it to stop.
async fn work<T: Send + 'static>(
    job: impl FnOnce(&Stop) -> Result<Option<T>, Refusal> + Send + 'static,
) -> Result<Arc<T>, Refusal> {
    let stop = Stop::default();
    let _stopper = StopOnDrop(stop.clone());
    let done = tokio::task::spawn_blocking(move || job(&stop)).await;
    let done = done.map_err(|error| crate::http::refused::internal("advice", &error))??;
    // Nobody is there to read it: only a dropped future stops the work.
    done.map(Arc::new)
        .ok_or_else(|| Refusal::new(RefusalKind::Unavailable, "The work was stopped.", "Ask again."))
}
