//! Looks at every source again and again: at start, then after a pause, longer after a refusal. One task per source,
//! so that none waits for another. Knows that a look can fail, not what it does.

use crate::http::Lifecycle;
use std::future::Future;
use std::time::Duration;

/// Pause after the first refusal; doubles from there.
const FIRST_RETRY: Duration = Duration::from_secs(5);
/// Longest pause after refusals, unless looks are set further apart: a source that comes back is seen within minutes.
const LAST_RETRY: Duration = Duration::from_secs(300);

/// What became of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The source was read to its end.
    Done,
    /// The source refused.
    Refused,
}

/// Looks until the lifecycle stops. `look` is given the pause that follows should it be refused, so that it can say
/// when it comes again. Stopping drops a look midway: what it has read is committed by the readers, nothing else is.
pub async fn keep_looking<F>(every: Duration, lifecycle: Lifecycle, mut look: impl FnMut(Duration) -> F)
where
    F: Future<Output = Look>,
{
    let mut refusals = 0;
    while !lifecycle.is_stopping() {
        let retry = retry_pause(refusals, every);
        let looked = tokio::select! {
            looked = look(retry) => looked,
            () = lifecycle.stopped() => return,
        };
        let pause = match looked {
            Look::Done => {
                refusals = 0;
                every
            }
            Look::Refused => {
                refusals += 1;
                retry
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = lifecycle.stopped() => {}
        }
    }
}

/// The pause after one refusal more than `refusals` in a row.
fn retry_pause(refusals: u32, every: Duration) -> Duration {
    let longest = LAST_RETRY.max(every);
    // Beyond 2^16 the pause has long met its bound.
    FIRST_RETRY.saturating_mul(1 << refusals.min(16)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use tokio::time::Instant;

    const EVERY: Duration = Duration::from_secs(60);

    #[test]
    fn pauses_after_refusals_double_up_to_a_bound() {
        let pauses: Vec<u64> = (0..9).map(|refusals| retry_pause(refusals, EVERY).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(retry_pause(40, Duration::from_secs(3_600)).as_secs(), 3_600);
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_comes_back_is_looked_at_in_its_own_time_again() {
        let lifecycle = Lifecycle::default();
        let begun = Instant::now();
        let looks = Mutex::new(Vec::new());
        let stop = lifecycle.clone();
        keep_looking(EVERY, lifecycle, |_| {
            let seen = begun.elapsed().as_secs();
            let mut looks = looks.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            looks.push(seen);
            let nth = looks.len();
            if nth == 5 {
                stop.stop();
            }
            async move { if nth <= 2 { Look::Refused } else { Look::Done } }
        })
        .await;
        assert_eq!(looks.into_inner().unwrap_or_default(), [0, 5, 15, 75, 135]);
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_interrupts_a_look() {
        let lifecycle = Lifecycle::default();
        let stop = lifecycle.clone();
        let watching = keep_looking(EVERY, lifecycle, |_| std::future::pending::<Look>());
        let stopping = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            stop.stop();
        };
        tokio::join!(watching, stopping);
    }
}
