//! A progress bar on stderr for as long as sources are read; nothing at all when stderr is no terminal.

use contract::{Progress, human};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

/// Between two looks at the state: smooth to the eye, free for the readers.
const TICK: Duration = Duration::from_millis(120);
/// Bytes first, since objects differ in size a hundredfold; the template is fixed and tested.
const TEMPLATE: &str = "{bar:30} {percent:>3} %  {msg}";

/// Runs `work` beside a bar that shows `state`.
pub async fn watched<T>(state: impl Fn() -> Progress, work: impl Future<Output = T>) -> T {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style);
    }
    let mut work = pin!(work);
    let done = loop {
        match tokio::time::timeout(TICK, &mut work).await {
            Ok(done) => break done,
            Err(_still_working) => draw(&bar, &state()),
        }
    };
    bar.finish_and_clear();
    done
}

fn draw(bar: &ProgressBar, progress: &Progress) {
    let sum = |field: fn(&contract::SourceStatus) -> u64| progress.sources.iter().map(field).sum::<u64>();
    bar.set_length(sum(|source| source.bytes_total));
    bar.set_position(sum(|source| source.bytes_done));
    bar.set_message(words(progress));
}

/// `12 of 96 objects, 1.84 M records, 12.5 MB/s, 2 min left`.
fn words(progress: &Progress) -> String {
    let sum = |field: fn(&contract::SourceStatus) -> u64| progress.sources.iter().map(field).sum::<u64>();
    let (done, total) = (sum(|source| source.bytes_done), sum(|source| source.bytes_total));
    let secs = progress.sources.iter().map(|source| source.elapsed_secs).fold(0.0, f64::max);
    if total == 0 {
        return "listing".to_owned();
    }
    let mut words = format!(
        "{} of {} objects, {} records",
        sum(|source| source.objects_done),
        sum(|source| source.objects_total),
        human::count(sum(|source| source.records)),
    );
    if secs > 0.0 && done > 0 {
        let left_secs = total.saturating_sub(done) as f64 * secs / done as f64;
        words += &format!(", {}, {} left", human::rate(done, secs), human::duration(left_secs as i64));
    }
    words
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use contract::SourceStatus;

    #[test]
    fn the_template_is_understood() {
        ProgressStyle::with_template(TEMPLATE).unwrap();
    }

    #[test]
    fn the_words_add_all_sources() {
        let source = |done, total| SourceStatus {
            objects_done: done,
            objects_total: total,
            bytes_done: done * 1_000_000,
            bytes_total: total * 1_000_000,
            records: done * 1_000,
            elapsed_secs: 2.0,
            ..SourceStatus::default()
        };
        let progress = Progress { sources: vec![source(1, 3), source(3, 5)], generation: 0 };
        let words = words(&progress);
        assert!(words.starts_with("4 of 8 objects, ") && words.contains("2.00 MB/s"), "{words}");
        assert_eq!(super::words(&Progress::default()), "listing");
    }
}
