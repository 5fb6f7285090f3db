//! How far each source has been read, shared between the readers and those who watch.

use contract::answer::FailedObject;
use contract::{Progress, Refusal, SourceStatus, Stage};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use store::ObjectMeta;

/// Failed objects that are named; the rest are counted.
const NAMED_FAILURES: usize = 20;

/// The statuses of all sources.
#[derive(Debug, Default)]
pub struct Statuses(Mutex<Vec<Status>>);

/// The status of one source.
#[derive(Clone, Debug)]
pub struct Status(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    shown: SourceStatus,
    began: Option<Instant>,
}

impl Statuses {
    /// The status of a source, new or old.
    pub fn of(&self, name: &str) -> Status {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = all.iter().find(|status| status.lock().shown.name == name) {
            return status.clone();
        }
        let shown = SourceStatus { name: name.to_owned(), ..SourceStatus::default() };
        let status = Status(Arc::new(Mutex::new(State { shown, began: None })));
        all.push(status.clone());
        status
    }

    /// What a person sees of all sources.
    pub fn progress(&self, generation: u64, stored: impl Fn(&str) -> u64) -> Progress {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sources = all.iter().map(|status| {
            let state = status.lock();
            let mut shown = state.shown.clone();
            if let Some(began) = state.began {
                shown.elapsed_secs = began.elapsed().as_secs_f64();
            }
            shown.objects_stored = stored(&shown.name);
            shown
        });
        Progress { sources: sources.collect(), generation }
    }

    /// Whether any of these sources is being read.
    pub fn busy(&self, source: Option<&str>) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|status| {
            let state = status.lock();
            source.is_none_or(|name| name == state.shown.name)
                && matches!(state.shown.stage, Stage::Reading)
                && state.shown.objects_done < state.shown.objects_total
        })
    }
}

impl Status {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A pass begins; tells whether none was completed by this process before.
    pub fn begin(&self) -> bool {
        let mut state = self.lock();
        let first = state.shown.last_checked.is_none();
        let kept = SourceStatus {
            name: state.shown.name.clone(),
            last_checked: state.shown.last_checked,
            stage: Stage::Listing,
            ..SourceStatus::default()
        };
        state.shown = kept;
        state.began = Some(Instant::now());
        first
    }

    /// Objects were found that are to be read.
    pub fn listed(&self, objects: &[ObjectMeta]) {
        let mut state = self.lock();
        if !objects.is_empty() {
            state.shown.stage = Stage::Reading;
        }
        state.shown.objects_total += objects.len() as u64;
        state.shown.bytes_total += objects.iter().map(|object| object.size).sum::<u64>();
    }

    /// An object of that size was read.
    pub fn read(&self, bytes: u64) {
        let mut state = self.lock();
        state.shown.objects_done += 1;
        state.shown.bytes_done += bytes;
    }

    /// Records were read.
    pub fn records(&self, records: u64) {
        self.lock().shown.records += records;
    }

    /// An object cannot be read.
    pub fn failed(&self, object: &str, why: &str) {
        let mut state = self.lock();
        state.shown.failed_objects += 1;
        state.shown.failed.push(FailedObject { object: object.to_owned(), why: why.to_owned() });
        if state.shown.failed.len() > NAMED_FAILURES {
            state.shown.failed.remove(0);
        }
    }

    /// The source refused an object; it will be asked again.
    pub fn refused(&self, object: &str, refusal: Refusal) {
        self.failed(object, &refusal.message);
        self.lock().shown.refusal = Some(refusal);
    }

    /// The pass ends, by a refusal or well.
    pub fn end(&self, refusal: Option<Refusal>) {
        let mut state = self.lock();
        if let Some(began) = state.began.take() {
            state.shown.elapsed_secs = began.elapsed().as_secs_f64();
        }
        state.shown.refusal = refusal.or_else(|| state.shown.refusal.take());
        if state.shown.refusal.is_none() {
            state.shown.last_checked = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .ok()
                .and_then(|now| now.as_secs().try_into().ok());
            state.shown.stage = Stage::Idle;
        } else {
            state.shown.stage = Stage::Refused;
        }
    }
}
