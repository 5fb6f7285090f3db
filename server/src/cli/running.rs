//! The runtime commands run on, and what all of them do with a task's end.

use crate::cli::Fault;
use std::future::Future;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long threads may take to finish what they have begun (a commit, above all) after the command itself is over.
const WIND_DOWN: Duration = Duration::from_secs(20);

/// Runs `work` on a multi-threaded runtime and gives threads that are still writing time to finish.
///
/// # Errors
/// What `work` returns, or that threads cannot be started.
pub fn block_on<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let runtime: Runtime = Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Fault::io("cannot start threads", &error, "raise the limit on processes (ulimit -u)")
    })?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(WIND_DOWN);
    done
}
