//! Who talks most: client, server and service, with their share of everything that passed the filter.

use super::foot::Foot;
use super::frame::{Frame, faces};
use super::scene::use_scene;
use super::timeline::lower_first;
use crate::api;
use crate::question::{self, narrowed};
use crate::signals::latest::{First, latest};
use crate::signals::use_link::{Link, address};
use contract::names::{protocol_name, service_name};
use contract::{Addresses, Measure, Refusal, Top, TopBy, TopRow, View, human, link};
use leptos::prelude::*;
use parts::choice::Choice;
use parts::quantity::{measured, measured_exactly};
use parts::seam::Seam;
use parts::segmented::Segmented;
use std::sync::Arc;

/// Rows the skeleton shows while nothing is known: the default number.
const BONES: usize = 10;

/// What a row ranks by.
fn value(measure: Measure, row: &TopRow) -> u64 {
    match measure {
        Measure::Bytes => row.bytes,
        Measure::Packets => row.packets,
        Measure::Flows => row.flows,
    }
}

/// Filter text that lets only this row pass.
fn clause(by: TopBy, row: &TopRow) -> Option<String> {
    let known = |field: &str, value: &str| (!value.is_empty()).then(|| format!("{field} = {value}"));
    let port = row.service_port.map(|port| format!("service-port = {port}"));
    let parts: Vec<String> = match by {
        TopBy::Dimension(dimension) => known(dimension.name(), &row.key).into_iter().collect(),
        TopBy::Talkers => {
            [known("client", &row.client), known("server", &row.server), port].into_iter().flatten().collect()
        }
    };
    (!parts.is_empty()).then(|| parts.join(" AND "))
}

/// The service of a row: `443 https`, or the protocol when it has no ports.
fn service(row: &TopRow) -> String {
    let protocol = row.protocol.and_then(protocol_name).unwrap_or_default();
    match row.service_port {
        Some(port) => match service_name(port) {
            Some(name) => name.to_owned(),
            None => protocol.to_owned(),
        },
        None => protocol.to_owned(),
    }
}

/// The address of a server with its port; IPv6 in brackets.
fn server(row: &TopRow) -> String {
    match row.service_port {
        Some(port) if row.server.contains(':') => format!("[{}]:{port}", row.server),
        Some(port) => format!("{}:{port}", row.server),
        None => row.server.clone(),
    }
}

/// The panel.
#[component]
pub fn TalkersPanel(
    /// The ranking that came with the page.
    first: Option<Result<Top, Refusal>>,
) -> impl IntoView {
    let scene = use_scene();
    let ask = |view: View| async move { api::top(link::encode(&view)).await.map_err(Refusal::from) };
    let load = latest(First::whole(first), move || scene.key(question::top), ask);
    let top = move || load.with(|load| load.value.clone());
    let (face, busy) = faces(load);
    let sub = move || {
        let by = scene.link.asked.with(|asked| asked.view.by);
        match by {
            TopBy::Talkers => "client to server".to_owned(),
            TopBy::Dimension(dimension) => format!("by {}", lower_first(dimension.label())),
        }
    };
    let file = move |kind: &'static str| {
        move || {
            let question = scene.link.asked.with(|asked| question::top(&asked.view));
            format!("/api/v1/top{kind}?{}", link::encode(&question))
        }
    };
    let links = view! { <a href=file(".csv") rel="external" download="weir-talkers.csv">"CSV"</a> }.piece();
    let foot = view! { <Foot load provenance=|top: &Top| &top.provenance links/> }.piece();
    let rows = move || match top() {
        Some(top) => {
            top.rows.iter().map(|row| draw_row(&scene.link.view(), &top, row).erased()).collect_view()
        }
        None => (0..BONES)
            .map(|_| view! { <tr class="bones"><td colspan="4"><i></i></td></tr> }.erased())
            .collect_view(),
    };
    let measure = move || top().map_or(Measure::Bytes, |top| top.measure).label();
    view! {
        <Frame id="talkers" title="Top talkers" sub=Signal::derive(sub) face busy controls=controls(scene.link) foot>
            <table class="talkers">
                <thead>
                    <tr><th scope="col">"Client"</th><th scope="col">"Server"</th><th scope="col" class="n">{measure}</th><th scope="col" class="n">"Share"</th></tr>
                </thead>
                <tbody>{rows}</tbody>
                <tfoot>{move || top().map(|top| draw_total(&top))}</tfoot>
            </table>
        </Frame>
    }
}

/// Whose addresses are ranked.
fn controls(link: Link) -> AnyView {
    let choices = Signal::derive(move || {
        let choice = |addresses: &Addresses| {
            let view = link.view();
            Choice {
                label: addresses.label().to_owned(),
                current: view.addresses == *addresses,
                href: address(&View { addresses: *addresses, ..view }),
            }
        };
        Addresses::ALL.iter().map(choice).collect::<Vec<_>>()
    });
    view! { <Segmented label="Addresses" choices/> }.piece()
}

fn draw_row(view: &View, top: &Arc<Top>, row: &TopRow) -> impl IntoView + use<> {
    let amount = value(top.measure, row);
    let exact = measured_exactly(top.measure, amount);
    let only = clause(top.by, row).and_then(|clause| narrowed(view, &clause));
    let name = match top.by {
        TopBy::Talkers if row.client.is_empty() => "unknown".to_owned(),
        TopBy::Talkers => row.client.clone(),
        TopBy::Dimension(_) => row.label.clone(),
    };
    let name = view! { <code>{name}</code> };
    let name = match only {
        Some(only) => {
            view! { <a href=address(&only) data-noscroll="" title="Show only these">{name}</a> }.erased()
        }
        None => name.erased(),
    };
    let rejected = (row.rejected > 0 && row.flows > 0).then(|| {
        let words =
            format!("{} of its flows rejected", human::percent(row.rejected as f64 / row.flows as f64));
        view! { <i class="swatch hatched" title=words.clone()></i><span class="spoken">{words}</span> }
    });
    // Against the largest, so that the bars use the room they have; the number beside them is the share of all.
    let largest = top.rows.iter().map(|row| row.share).fold(f64::MIN_POSITIVE, f64::max);
    let bar = format!("--part:{:.4}", (row.share / largest).clamp(0.0, 1.0));
    view! {
        <tr>
            <td>{name}</td>
            <td><code>{server(row)}</code> <span class="dim">{service(row)}</span> {rejected}</td>
            <td class="n" title=exact>{measured(top.measure, amount).to_string()}</td>
            <td class="n share" style=bar><i></i><span>{human::percent(row.share)}</span></td>
        </tr>
    }
}

fn draw_total(top: &Top) -> impl IntoView + use<> {
    let named: u64 = top.rows.iter().map(|row| value(top.measure, row)).sum();
    let what = match top.by {
        TopBy::Talkers => "conversations",
        TopBy::Dimension(_) => "values",
    };
    let words = format!("{} of {} {what}", human::count(top.rows.len() as u64), human::count(top.distinct));
    let share = if top.total == 0 { 0.0 } else { named as f64 / top.total as f64 };
    view! {
        <tr>
            <td colspan="2">{words}</td>
            <td class="n" title=measured_exactly(top.measure, top.total)><span class="of">"of "</span>{measured(top.measure, top.total).to_string()}</td>
            <td class="n">{human::percent(share)}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Dimension;

    fn row() -> TopRow {
        TopRow {
            client: "10.0.1.17".to_owned(),
            server: "10.0.2.30".to_owned(),
            service_port: Some(5432),
            protocol: Some(6),
            ..TopRow::default()
        }
    }

    #[test]
    fn a_row_narrows_to_its_conversation() {
        let expected = "client = 10.0.1.17 AND server = 10.0.2.30 AND service-port = 5432";
        assert_eq!(clause(TopBy::Talkers, &row()).as_deref(), Some(expected));
        let unknown = TopRow { client: String::new(), server: String::new(), service_port: None, ..row() };
        assert_eq!(clause(TopBy::Talkers, &unknown), None);
        let port = TopRow { key: "443".to_owned(), ..TopRow::default() };
        assert_eq!(
            clause(TopBy::Dimension(Dimension::ServicePort), &port).as_deref(),
            Some("service-port = 443")
        );
    }

    #[test]
    fn addresses_and_ports_do_not_run_together() {
        assert_eq!(server(&row()), "10.0.2.30:5432");
        assert_eq!(server(&TopRow { server: "2001:db8::7".to_owned(), ..row() }), "[2001:db8::7]:5432");
        assert_eq!(server(&TopRow { service_port: None, ..row() }), "10.0.2.30");
    }
}
