//! What each object brought: those in trouble first, then the newest. The rest is one file away.

use super::Answer;
use super::ledger::{Foot, bones, file};
use super::reasons::file_name;
use super::words::knows_delivery;
use crate::chart::ticks::{date_and_clock, zone_name};
use crate::panels::frame::{Frame, faces, sentence};
use crate::panels::scene::use_scene;
use contract::coverage::{ObjectRow, WINDOW_SECS};
use contract::{Coverage, human};
use leptos::prelude::*;

/// Columns of the table.
const HEADS: [&str; 8] =
    ["Object", "Written", "Lines", "Records", "NODATA", "SKIPDATA", "Set aside", "Headers"];

/// The panel.
#[component]
pub fn ObjectsPanel(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let scene = use_scene();
    let (face, busy) = faces(load);
    let rows = move || match load.with(|load| load.value.clone()) {
        None => bones(6, HEADS.len() + 1),
        Some(coverage) if coverage.objects.is_empty() => {
            view! { <tr><td colspan="9" class="none">"There are no objects in this range."</td></tr> }
                .into_any()
        }
        Some(coverage) => {
            let (offset_secs, told) = (scene.zone_offset_secs(), knows_delivery(&coverage));
            let rows = coverage.objects.iter().map(|object| draw(object, told, offset_secs).into_any());
            rows.collect_view().into_any()
        }
    };
    let head = |(index, name): (usize, &'static str)| {
        let class = if index > 1 { "n" } else { "" };
        view! { <th scope="col" class=class>{name}</th> }
    };
    let links = view! {
        <a href=file(scene.link, "objects.csv") rel="external" download="weir-objects.csv">"All objects, CSV"</a>
        <a href=file(scene.link, "objects") rel="external" target="_blank">"JSON"</a>
    }
    .into_any();
    let foot = view! { <Foot load words=listed links/> }.into_any();
    let zone = move || format!("From ({})", zone_name(scene.zone_offset_secs()));
    view! {
        <Frame id="objects" title="Objects" sub="those in trouble first, then the newest" face busy controls=().into_any() foot>
            <div class="scroll" tabindex="0" role="region" aria-label="Objects, table">
                <table class="ledger objects">
                    <thead><tr><th scope="col">{zone}</th>{HEADS.into_iter().enumerate().map(head).collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Frame>
    }
}

fn draw(object: &ObjectRow, is_told: bool, offset_secs: i64) -> impl IntoView + use<> {
    let name = view! { <code title=object.key.clone()>{file_name(&object.key).to_owned()}</code> };
    let lines = &object.lines;
    let counts = match &object.why {
        Some(why) => view! { <td colspan="6"><b>"Not read. "</b>{sentence(why)}</td> }.into_any(),
        None => [lines.all, lines.records, lines.nodata, lines.skipdata, lines.set_aside, lines.headers]
            .map(|count| view! { <td class="n">{human::exact(count)}</td> })
            .collect_view()
            .into_any(),
    };
    let is_odd = object.trouble() > 0;
    view! {
        <tr class:odd=is_odd>
            <th scope="row">{date_and_clock(object.window, None, offset_secs)}</th>
            <td>{name}</td>
            <td>{written(object, is_told)}</td>
            {counts}
        </tr>
    }
}

/// When an object was written, from the end of its window.
fn written(object: &ObjectRow, is_told: bool) -> String {
    match object.modified.filter(|_| is_told && !object.flow_log.is_empty()) {
        None => "–".to_owned(),
        Some(at) => {
            let after = human::duration((at - object.window - WINDOW_SECS).max(0));
            if object.late { format!("late, {after} after") } else { format!("{after} after") }
        }
    }
}

/// How many of how many.
fn listed(coverage: &Coverage) -> String {
    let (shown, all) = (coverage.objects.len() as u64, coverage.delivered.objects);
    if shown < all {
        format!("{} of {} objects", human::exact(shown), human::exact(all))
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_writing_counts_from_the_end_of_the_window() {
        let object = ObjectRow {
            window: 1_000,
            modified: Some(1_000 + WINDOW_SECS + 420),
            flow_log: "fl-1".into(),
            ..ObjectRow::default()
        };
        assert_eq!(written(&object, true), "7 min after");
        assert_eq!(written(&object, false), "–");
        let late = ObjectRow { modified: Some(20_000), late: true, ..object.clone() };
        assert_eq!(written(&late, true), "late, 5 h 11 min after");
        assert_eq!(written(&ObjectRow { modified: None, ..object }, true), "–");
    }
}
