//! What became of every line: the sorts add up to the lines, and the page says when they do not.

use super::Answer;
use super::ledger::{Foot, bones};
use crate::panels::frame::{Frame, faces};
use contract::coverage::Lines;
use contract::{Coverage, human};
use leptos::prelude::*;

/// Sorts of lines.
const SORTS: usize = 5;

/// A sort of lines: its name, how many there are, what it means.
fn sorts(lines: &Lines) -> [(&'static str, u64, &'static str); SORTS] {
    [
        ("Flow records", lines.records, "stored and counted"),
        ("NODATA", lines.nodata, "an interval without traffic at an interface"),
        ("SKIPDATA", lines.skipdata, "AWS lost records; each may stand for many flows"),
        ("Set aside", lines.set_aside, "could not be read; the reasons are below"),
        ("Headers and blank lines", lines.headers, "carry no record"),
    ]
}

/// The panel.
#[component]
pub fn LinesPanel(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let (face, busy) = faces(load);
    let rows = move || match load.with(|load| load.value.clone()) {
        None => bones(SORTS, 3),
        Some(coverage) => {
            let row = |(name, count, meaning): (&'static str, u64, &'static str)| {
                let share = count as f64 / coverage.delivered.lines.all.max(1) as f64;
                view! {
                    <tr>
                        <th scope="row">{name}<small class="meaning">{meaning}</small></th>
                        <td class="n">{human::exact(count)}</td>
                        <td class="n">{human::percent(share)}</td>
                    </tr>
                }
            };
            sorts(&coverage.delivered.lines).map(row).collect_view().into_any()
        }
    };
    let total = move || {
        let lines = load.with(|load| load.value.as_ref().map(|coverage| coverage.delivered.lines));
        lines.map(|lines| {
            let verdict = match lines.unaccounted() {
                0 => view! { <small class="ok">"every line is accounted for"</small> }.into_any(),
                lost => view! { <small class="lost">{format!("{} not accounted for", human::exact(lost))}</small> }.into_any(),
            };
            view! { <tr><th scope="row">"Lines" {verdict}</th><td class="n">{human::exact(lines.all)}</td><td class="n"></td></tr> }
        })
    };
    let foot = view! { <Foot load words=origin links=().into_any()/> }.into_any();
    view! {
        <Frame id="lines" title="What became of every line" sub="" face busy controls=().into_any() foot>
            <table class="ledger lines">
                <thead><tr><th scope="col">"Sort"</th><th scope="col" class="n">"Lines"</th><th scope="col" class="n">"Share"</th></tr></thead>
                <tbody>{rows}</tbody>
                <tfoot>{total}</tfoot>
            </table>
        </Frame>
    }
}

/// Where the counts came from.
fn origin(coverage: &Coverage) -> String {
    let growing = if coverage.provenance.growing { "; more is being read" } else { "" };
    format!(
        "From the catalog, {} objects of {}{growing}",
        human::exact(coverage.delivered.objects),
        human::bytes(coverage.delivered.bytes)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sorts_are_all_there_are() {
        let lines = Lines { all: 31, headers: 1, records: 2, nodata: 4, skipdata: 8, set_aside: 16 };
        assert_eq!(sorts(&lines).iter().map(|(_, count, _)| count).sum::<u64>(), lines.all);
    }
}
