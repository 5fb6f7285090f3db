//! What was set aside and why, most frequent reason first, each with an example; and all of it to take away.

use super::Answer;
use super::ledger::{Foot, bones, file};
use super::words::counted;
use crate::panels::frame::{Frame, faces, sentence};
use crate::panels::scene::use_scene;
use contract::coverage::Reason;
use contract::{Coverage, human};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn ReasonsPanel(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let scene = use_scene();
    let (face, busy) = faces(load);
    let rows = move || match load.with(|load| load.value.clone()) {
        None => bones(2, 3),
        Some(coverage) if coverage.reasons.is_empty() => {
            let words = match coverage.delivered.objects {
                0 => "There are no objects in this range.",
                _ => "Nothing was set aside: every object and every line of this range could be read.",
            };
            view! { <tr><td colspan="3" class="none">{words}</td></tr> }.into_any()
        }
        Some(coverage) => {
            coverage.reasons.iter().map(|reason| draw(reason).into_any()).collect_view().into_any()
        }
    };
    let links = view! {
        <a href=file(scene.link, "set-aside.ndjson") rel="external" download="weir-set-aside.ndjson">"Download, NDJSON"</a>
        <a href=file(scene.link, "set-aside.csv") rel="external" download="weir-set-aside.csv">"CSV"</a>
    }
    .into_any();
    let foot = view! { <Foot load words=kept links/> }.into_any();
    view! {
        <Frame id="set-aside" title="Set aside" sub="what could not be read, and why" face busy controls=().into_any() foot>
            <table class="ledger reasons">
                <thead><tr><th scope="col" class="n">"How many"</th><th scope="col">"Why"</th><th scope="col">"For example"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </Frame>
    }
}

fn draw(reason: &Reason) -> impl IntoView + use<> {
    let noun = match (reason.whole, reason.count) {
        (true, 1) => "object",
        (true, _) => "objects",
        (false, 1) => "line",
        (false, _) => "lines",
    };
    let within = (!reason.whole).then(|| format!("in {}", counted(reason.objects, "object", "objects")));
    let example = &reason.example;
    let name = file_name(&example.object).to_owned();
    let at = example.line.map(|line| format!(", line {}", human::exact(line)));
    view! {
        <tr>
            <td class="n">{human::exact(reason.count)} " " {noun}<small class="meaning">{within}</small></td>
            <th scope="row">{sentence(&reason.what)}</th>
            <td><code title=example.object.clone()>{name}</code>{at}<small class="meaning">{sentence(&example.why)}</small></td>
        </tr>
    }
}

/// The end of a key, which tells objects apart; the whole is long.
pub fn file_name(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}

/// How many of the lines are kept with their reason.
fn kept(coverage: &Coverage) -> String {
    let aside = coverage.delivered.lines.set_aside;
    match (aside, coverage.delivered.failed) {
        (0, 0) => String::new(),
        (0, _) => {
            "Objects that could not be read; they are tried again whenever the source is read".to_owned()
        }
        _ if coverage.kept_lines < aside => format!(
            "Counted over the {} lines that are kept, the first 20 of each object, of {} set aside",
            human::exact(coverage.kept_lines),
            human::exact(aside)
        ),
        _ => format!("{}, all kept with their reason", counted(aside, "line", "lines")),
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn an_object_is_named_by_the_end_of_its_key() {
        assert_eq!(file_name("AWSLogs/1/x.log.gz"), "x.log.gz");
        assert_eq!(file_name("x.log"), "x.log");
    }
}
