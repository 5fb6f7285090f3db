//! How far reading the sources has come, in a corner where it moves nothing: objects done of total, records, speed,
//! time left. And what could not be read.

use super::scene::use_scene;
use contract::{SourceStatus, Stage, human};
use leptos::prelude::*;

/// Seconds of reading before a forecast is worth anything.
const FORECAST_AFTER_SECS: f64 = 2.0;

/// Seconds until everything listed has been read; `None` while that cannot be told.
fn left_secs(source: &SourceStatus) -> Option<i64> {
    let rest = source.bytes_total.checked_sub(source.bytes_done).filter(|_| source.bytes_done > 0)?;
    let secs = source.elapsed_secs / source.bytes_done as f64 * rest as f64;
    (source.elapsed_secs >= FORECAST_AFTER_SECS && secs.is_finite()).then_some(secs.ceil() as i64)
}

/// Part done, 0 to 1; `None` while objects are still being listed.
fn part_done(source: &SourceStatus) -> Option<f64> {
    let of_bytes = (source.bytes_total > 0).then(|| source.bytes_done as f64 / source.bytes_total as f64);
    let of_objects =
        (source.objects_total > 0).then(|| source.objects_done as f64 / source.objects_total as f64);
    (source.stage == Stage::Reading).then(|| of_bytes.or(of_objects).unwrap_or(0.0).min(1.0))
}

/// `120 of 288 objects, 40.2 M records, 210 MB/s, 12 s left`.
fn figures(source: &SourceStatus) -> String {
    if source.stage == Stage::Listing {
        return match source.objects_total {
            0 => "Looking for objects".to_owned(),
            found => format!("Looking for objects, {} found", human::count(found)),
        };
    }
    let mut words = vec![
        format!("{} of {} objects", human::exact(source.objects_done), human::exact(source.objects_total)),
        format!("{} records", human::count(source.records)),
        human::rate(source.bytes_done, source.elapsed_secs).to_string(),
    ];
    words.extend(left_secs(source).map(|secs| format!("{} left", human::duration(secs))));
    words.join(", ")
}

/// The corner.
#[component]
pub fn ReadingCorner() -> impl IntoView {
    let scene = use_scene();
    let active = move || {
        scene.reading.progress.with(|progress| {
            let is_active = |s: &&SourceStatus| matches!(s.stage, Stage::Listing | Stage::Reading);
            // A look for new objects that finds none is over in a moment and not worth a flash.
            let is_news = |s: &&SourceStatus| s.objects_total > 0 || s.objects_stored == 0;
            progress.sources.iter().filter(is_active).filter(is_news).cloned().collect::<Vec<_>>()
        })
    };
    let line = |source: SourceStatus| {
        let figures = figures(&source);
        let value = part_done(&source).map(|part| format!("{part:.3}"));
        view! {
            <li>
                <code>{source.name.clone()}</code>
                <progress max="1" value=value aria-label=format!("Reading {}", source.name)></progress>
                <span>{figures}</span>
            </li>
        }
    };
    let lost = move || {
        scene.reading.lost.get().then(|| {
            view! { <p class="lost" role="status">"The server does not answer. This page keeps trying."</p> }
        })
    };
    view! {
        <aside class="corner" aria-label="Reading">
            <ul>{move || active().into_iter().map(line).collect_view()}</ul>
            {lost}
        </aside>
    }
}

/// Objects that could not be read, with the reason, one click away; at the foot of the page, where it stays until they
/// can be read.
#[component]
pub fn FailedObjects() -> impl IntoView {
    let scene = use_scene();
    let failed = Memo::new(move |_| {
        scene.reading.progress.with(|progress| {
            let count: u64 = progress.sources.iter().map(|s| s.failed_objects).sum();
            let samples: Vec<_> = progress.sources.iter().flat_map(|s| s.failed.iter().cloned()).collect();
            (count, samples)
        })
    });
    move || {
        let (count, samples) = failed.get();
        (count > 0).then(|| {
            let item =
                |f: contract::FailedObject| view! { <li><code>{f.object}</code> <span>{f.why}</span></li> };
            let noun = if count == 1 { "object" } else { "objects" };
            view! {
                <details class="panel failed">
                    <summary>{format!("{} {noun} could not be read", human::count(count))}</summary>
                    <ul>{samples.into_iter().map(item).collect_view()}</ul>
                </details>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> SourceStatus {
        SourceStatus {
            stage: Stage::Reading,
            objects_done: 120,
            objects_total: 288,
            records: 40_200_000,
            bytes_done: 2_100_000_000,
            bytes_total: 4_620_000_000,
            elapsed_secs: 10.0,
            ..SourceStatus::default()
        }
    }

    #[test]
    fn the_figures_say_how_far_how_fast_and_how_long() {
        assert_eq!(figures(&reading()), "120 of 288 objects, 40.2 M records, 210 MB/s, 12 s left");
    }

    #[test]
    fn no_forecast_is_made_from_nothing() {
        assert_eq!(left_secs(&SourceStatus { bytes_done: 0, ..reading() }), None);
        assert_eq!(left_secs(&SourceStatus { elapsed_secs: 0.5, ..reading() }), None);
        assert_eq!(left_secs(&SourceStatus { bytes_done: 5_000_000_000, ..reading() }), None);
    }

    #[test]
    fn the_bar_is_open_while_objects_are_listed() {
        assert_eq!(part_done(&SourceStatus { stage: Stage::Listing, ..reading() }), None);
        assert!(part_done(&reading()).is_some_and(|part| (0.45..0.46).contains(&part)));
    }
}
