//! From a source to readers: lists, reads ahead within a memory budget, and hands objects to one reader per core.

use crate::error::LakeError;
use bytes::Bytes;
use futures::StreamExt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use store::{ObjectMeta, Parts, Source, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Objects read from the source at the same time: S3 answers in tens of milliseconds, so a handful keeps two cores
/// busy; more only holds memory.
const READS: usize = 8;
/// Object bytes held in memory between the source and the readers, in KiB.
const BUDGET_KIB: u32 = 96 * 1024;
/// Objects of more bytes are read in parts, while they are decoded: their text is too long to be unpacked at once anyway.
const LARGE_BYTES: u64 = 32 << 20;
/// Objects waiting for a reader.
const WAITING: usize = 4;

/// An object on its way to a reader.
#[derive(Debug)]
pub struct Fetched {
    /// What the listing says of it.
    pub meta: ObjectMeta,
    /// Its bytes, or why they could not be had.
    pub bytes: Result<Content, StoreError>,
    _budget: Option<OwnedSemaphorePermit>,
}

/// The bytes of an object.
#[derive(Debug)]
pub enum Content {
    /// All of them.
    Whole(Bytes),
    /// As they come.
    Parts(Parts),
}

/// Something that reads objects on a thread of its own.
pub trait Reader: Send + 'static {
    /// Reads one object. An error ends the whole pass; an unreadable object is not an error.
    fn read(&mut self, object: Fetched) -> Result<(), LakeError>;

    /// Called once, after the last object.
    fn finish(&mut self) -> Result<(), LakeError>;
}

/// Sends the objects of `source` that `wanted` keeps through `readers` and returns them when all is read.
///
/// `wanted` sees every page of the listing, in order, and returns what to read of it.
pub async fn pump<R: Reader>(
    source: &Arc<dyn Source>,
    span: Option<Range<i64>>,
    mut wanted: impl FnMut(Vec<ObjectMeta>) -> Vec<ObjectMeta> + Send,
    readers: Vec<R>,
) -> Result<Vec<R>, LakeError> {
    let (listed_tx, listed_rx) = mpsc::unbounded_channel::<ObjectMeta>();
    let (ready_tx, ready_rx) = mpsc::channel::<Fetched>(WAITING);
    let ready_rx = Arc::new(Mutex::new(ready_rx));
    let threads: Vec<_> = readers.into_iter().map(|reader| spawn(reader, Arc::clone(&ready_rx))).collect();
    drop(ready_rx);

    let listing = async move {
        let (mut pages, mut refused) = (source.list(span), None);
        while let Some(page) = pages.next().await {
            // A refusal stands for a part of the source: the rest is read all the same.
            let page = page.unwrap_or_else(|error| {
                refused.get_or_insert(error);
                Vec::new()
            });
            for object in wanted(page) {
                // A closed channel means that every reader has stopped; their own error tells why.
                if listed_tx.send(object).is_err() {
                    break;
                }
            }
        }
        refused.map_or(Ok::<(), StoreError>(()), Err)
    };
    let reading = read_ahead(source, listed_rx, ready_tx);
    let (listed, ()) = futures::join!(listing, reading);

    let mut done = Vec::with_capacity(threads.len());
    for thread in threads {
        done.push(thread.await.map_err(|error| LakeError::Worker(error.to_string()))??);
    }
    listed?;
    Ok(done)
}

async fn read_ahead(
    source: &Arc<dyn Source>,
    listed: mpsc::UnboundedReceiver<ObjectMeta>,
    ready: mpsc::Sender<Fetched>,
) {
    let budget = Arc::new(Semaphore::new(BUDGET_KIB as usize));
    let objects =
        futures::stream::unfold(listed, |mut rx| async { rx.recv().await.map(|object| (object, rx)) });
    let reads = objects
        .map(|meta| {
            let budget = Arc::clone(&budget);
            async move {
                let is_large = meta.size > LARGE_BYTES;
                let held = if is_large { Parts::HELD_BYTES } else { meta.size };
                let share = u32::try_from(held / 1024 + 1).unwrap_or(BUDGET_KIB).min(BUDGET_KIB);
                let permit = budget.acquire_many_owned(share).await.ok();
                let bytes = if is_large {
                    Ok(Content::Parts(Parts::of(source, &meta)))
                } else {
                    source.read(&meta).await.map(Content::Whole)
                };
                Fetched { bytes, meta, _budget: permit }
            }
        })
        .buffered(READS);
    let mut reads = std::pin::pin!(reads);
    while let Some(object) = reads.next().await {
        if ready.send(object).await.is_err() {
            return;
        }
    }
}

fn spawn<R: Reader>(
    mut reader: R,
    ready: Arc<Mutex<mpsc::Receiver<Fetched>>>,
) -> tokio::task::JoinHandle<Result<R, LakeError>> {
    tokio::task::spawn_blocking(move || {
        loop {
            let next = ready.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
            let Some(object) = next else { break };
            reader.read(object)?;
        }
        reader.finish()?;
        Ok(reader)
    })
}

/// How many readers keep this machine busy.
pub fn reader_count() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}
