//! The flow logs with their formats, and the fields they lack, ranked by what those would tell.

use super::Answer;
use super::ledger::{Foot, bones};
use super::words::place;
use crate::panels::frame::{Frame, faces};
use contract::coverage::FlowLog;
use contract::lacking::Lacking;
use contract::{Coverage, human};
use leptos::prelude::*;

/// How a flow log's format is changed: not at all.
const RECREATE: &str = "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html";

/// The flow logs.
#[component]
pub fn FlowLogsPanel(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let (face, busy) = faces(load);
    let rows = move || match load.with(|load| load.value.clone()) {
        None => bones(2, 4),
        Some(coverage) if coverage.flow_logs.is_empty() => {
            view! { <tr><td colspan="4" class="none">"No flow log has delivered in this range."</td></tr> }
                .into_any()
        }
        Some(coverage) => {
            coverage.flow_logs.iter().map(|log| draw_log(log).into_any()).collect_view().into_any()
        }
    };
    let words = |coverage: &Coverage| match coverage.doubled.len() {
        0 => "No two of them log the same interfaces at the same time".to_owned(),
        1 => "Two of them log the same interfaces at the same time: totals count those twice".to_owned(),
        pairs => format!("{pairs} pairs of them log the same interfaces: totals count those twice"),
    };
    let foot = view! { <Foot load words links=().into_any()/> }.into_any();
    view! {
        <Frame id="flow-logs" title="Flow logs" sub="and the fields of their records" face busy controls=().into_any() foot>
            <table class="ledger logs">
                <thead><tr><th scope="col">"Flow log"</th><th scope="col">"Fields"</th><th scope="col" class="n">"Objects"</th><th scope="col" class="n">"Records"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </Frame>
    }
}

fn draw_log(log: &FlowLog) -> impl IntoView + use<> {
    let name = if log.id.is_empty() { log.source.clone() } else { log.id.clone() };
    let fields = match log.fields.len() {
        0 => "not known: no records".to_owned(),
        1 => "1 field".to_owned(),
        count => format!("{count} fields"),
    };
    view! {
        <tr>
            <th scope="row"><code>{name}</code><small class="meaning">{place(&log.account, &log.region)}</small></th>
            <td title=log.fields.join(" ")>{fields}</td>
            <td class="n">{human::exact(log.delivered.objects)}</td>
            <td class="n">{human::count(log.delivered.lines.records).to_string()}</td>
        </tr>
    }
}

/// What they lack.
#[component]
pub fn LackingPanel(
    /// The answer.
    load: Answer,
) -> impl IntoView {
    let (face, busy) = faces(load);
    let rows = move || match load.with(|load| load.value.clone()) {
        None => bones(4, 3),
        Some(coverage) if coverage.lacking.is_empty() => {
            let words = match coverage.delivered.lines.records {
                0 => "There are no records in this range whose fields could be looked at.",
                _ => "Nothing that Weir could use is missing from these records.",
            };
            view! { <tr><td colspan="3" class="none">{words}</td></tr> }.into_any()
        }
        Some(coverage) => {
            let all = coverage.flow_logs.len();
            coverage.lacking.iter().map(|one| draw_lacking(one, all).into_any()).collect_view().into_any()
        }
    };
    let words = |_: &Coverage| {
        "A flow log keeps its format: create another with these fields, then delete the old one".to_owned()
    };
    let links =
        view! { <a href=RECREATE rel="external noreferrer" target="_blank">"AWS on changing flow logs"</a> }
            .into_any();
    let foot = view! { <Foot load words links/> }.into_any();
    view! {
        <Frame id="lacking" title="Fields these flow logs lack" sub="the most useful first" face busy controls=().into_any() foot>
            <table class="ledger lacking">
                <thead><tr><th scope="col">"Fields"</th><th scope="col">"What they would tell"</th><th scope="col">"Lacking in"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </Frame>
    }
}

fn draw_lacking(one: &Lacking, all: usize) -> impl IntoView + use<> {
    let fields = one.fields.iter().map(|field| view! { <code>{field.clone()}</code> " " }).collect_view();
    let whose = match one.flow_logs.as_slice() {
        logs if logs.len() == all && all > 1 => "all flow logs".to_owned(),
        [only] => only.clone(),
        logs => format!("{} of {all} flow logs", logs.len()),
    };
    view! {
        <tr>
            <th scope="row">{fields}<small class="meaning">{format!("version {}", one.version)}</small></th>
            <td>{one.enables.clone()}</td>
            <td title=one.flow_logs.join(", ")>{whose}</td>
        </tr>
    }
}
