//! Puts finished files on disk and commits them, on a thread of its own: a disk takes milliseconds to say that a file is
//! safe, in which a reader decodes tens of thousands of records. Pieces of large objects are also encoded here: while one
//! reader decodes such an object, there may be nothing else to do for the other cores.

use crate::Shared;
use crate::catalog::ObjectEntry;
use crate::encoder::Encoder;
use crate::error::LakeError;
use crate::files::{self, Encoded, FileEntry};
use arrow::array::RecordBatch;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Encoded files that wait for the disk: those of a commit, some megabytes.
const WAITING: usize = 8;

/// What the thread is told.
enum Job {
    /// This file is part of the commit.
    File(Encoded),
    /// These records are part of the commit, of this source.
    Records(String, RecordBatch),
    /// The files so far, and these objects, count together.
    Commit(Vec<ObjectEntry>),
    /// The files so far will not count.
    Discard,
}

/// The near end of the thread.
pub struct Writer {
    jobs: SyncSender<Job>,
    /// One for each piece of records that may be handed over: there is one such piece at a time.
    turns: Receiver<()>,
    thread: JoinHandle<Result<(), LakeError>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(shared: &Arc<Shared>) -> Result<Self, LakeError> {
        let (jobs, received) = sync_channel(WAITING);
        let (turn, turns) = channel();
        let shared = Arc::clone(shared);
        let name = "weir-writer".to_owned();
        let thread = Builder::new().name(name).spawn(move || run(&shared, &received, &turn));
        let thread =
            thread.map_err(|error| LakeError::Worker(format!("no thread to write with: {error}")))?;
        Ok(Writer { jobs, turns, thread })
    }

    /// Adds a file to the commit. `false` when the thread has ended: [`Self::end`] tells why.
    pub fn write(&self, file: Encoded) -> bool {
        self.jobs.send(Job::File(file)).is_ok()
    }

    /// Encodes records and adds their files to the commit, once those handed over before are done; `false` as above.
    pub fn encode(&self, source: &str, records: RecordBatch) -> bool {
        self.turns.recv().is_ok() && self.jobs.send(Job::Records(source.to_owned(), records)).is_ok()
    }

    /// Makes the files since the last commit count, together with these objects; `false` as above.
    pub fn commit(&self, objects: Vec<ObjectEntry>) -> bool {
        self.jobs.send(Job::Commit(objects)).is_ok()
    }

    /// Removes the files since the last commit; `false` as above.
    pub fn discard(&self) -> bool {
        self.jobs.send(Job::Discard).is_ok()
    }

    /// Waits until everything is on disk. Files that no commit followed are removed.
    pub fn end(self) -> Result<(), LakeError> {
        drop(self.jobs);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(LakeError::Worker("the writing thread panicked".to_owned())))
    }
}

fn run(shared: &Shared, jobs: &Receiver<Job>, turn: &Sender<()>) -> Result<(), LakeError> {
    let mut pending = Pending { shared, files: Vec::new(), folders: Vec::new() };
    let mut encoder = Encoder::new(shared)?;
    // Nobody waits for a turn once the near end is gone.
    let _ = turn.send(());
    for job in jobs {
        match job {
            Job::File(file) => pending.write(file)?,
            Job::Records(source, records) => {
                encoder.encode(shared, &source, records, &[], &mut |file| pending.write(file))?;
                let _ = turn.send(());
            }
            Job::Commit(objects) => pending.commit(objects)?,
            Job::Discard => pending.discard(),
        }
    }
    Ok(())
}

/// Files on disk that do not count yet; those left at the end, or after an error, are removed.
struct Pending<'a> {
    shared: &'a Shared,
    files: Vec<FileEntry>,
    folders: Vec<PathBuf>,
}

impl Pending<'_> {
    fn write(&mut self, file: Encoded) -> Result<(), LakeError> {
        let folder = files::write(&self.shared.root, &file)?;
        self.files.push(file.entry);
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
        Ok(())
    }

    fn commit(&mut self, objects: Vec<ObjectEntry>) -> Result<(), LakeError> {
        for folder in self.folders.drain(..) {
            files::sync(&folder)?;
        }
        self.shared.commit(objects, std::mem::take(&mut self.files))
    }

    fn discard(&mut self) {
        self.shared.discard(&std::mem::take(&mut self.files));
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.discard();
    }
}
