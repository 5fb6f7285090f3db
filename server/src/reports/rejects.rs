//! Rejects: what is held back, when and where, and what of it looks like a mistake.

use super::links::{count, held, of, origin, service_cell, tile, value};
use super::times::Times;
use super::{sources, week};
use crate::clock;
use app::ports::Flows;
use contract::report::{Block, Cell, Column, Drawing, Head, Picture, Row, Table, Tile, Tone};
use contract::{Attempt, Dimension, Field, Intent, Measure, Page, Refusal, Report, TopBy, View, human, link};

/// Rows named, unless the view asks for more.
const ROWS: u16 = 50;
/// Ports, and interfaces, of a picture.
const BANDS: u16 = 24;

/// The page.
///
/// # Errors
/// Whatever the port refuses.
pub async fn compose(flows: &dyn Flows, view: &View, times: Times) -> Result<Report, Refusal> {
    let asked = question(view);
    let ranking = |dimension| View {
        by: TopBy::Dimension(dimension),
        measure: Measure::Flows,
        filter: rejected(&asked),
        ..asked.clone()
    };
    let intent = flows.intent(&asked).await?;
    let (ports, reasons) = (ranking(Dimension::ServicePort), ranking(Dimension::InterfaceId));
    let (ports, interfaces, hours) =
        futures::try_join!(flows.top(&ports), flows.top(&reasons), hours(flows, (view, &asked), times))?;
    let picture = |id: &str, title: &str, rows: Dimension| {
        let shown =
            View { rows, top: BANDS, measure: Measure::Flows, split: Dimension::Action, ..asked.clone() };
        Block::Picture(Picture {
            head: Head::new(id, title).about("rejected records over time"),
            src: format!("/api/v1/matrix.svg?{}", link::encode(&shown)),
            alt: format!("Heatmap of rejected records: {title}. The tables below hold the same."),
            height_css: 420,
        })
    };
    let mut blocks = vec![
        Block::Tiles(tiles(&intent, ports.total)),
        Block::Table(attempts(view, &intent)),
        Block::Drawing(sources::drawing(view, &intent)),
    ];
    blocks.extend(hours.map(Block::Drawing));
    blocks.extend([
        picture("ports", "Ports", Dimension::ServicePort),
        picture("interfaces", "Interfaces", Dimension::InterfaceId),
        Block::Pair(vec![
            Block::Table(ranked(view, "by-port", "Refused at ports", Field::SERVICE_PORT, &ports)),
            Block::Table(ranked(
                view,
                "by-interface",
                "Refused by interfaces",
                Field::INTERFACE_ID,
                &interfaces,
            )),
        ]),
    ]);
    Ok(Report { headline: headline(&intent), blocks })
}

/// The hours of the week, where the range is not too long for that.
async fn hours(
    flows: &dyn Flows,
    (view, asked): (&View, &View),
    times: Times,
) -> Result<Option<Drawing>, Refusal> {
    let span = asked.asked_span(clock::now())?.to_minutes();
    let Some(question) = week::question(asked, rejected(asked), (span, times)) else { return Ok(None) };
    let timeline = flows.timeline(&question).await?;
    Ok(Some(week::drawing(view, &timeline, times)))
}

fn question(view: &View) -> View {
    View {
        from: view.from,
        to: view.to,
        filter: view.filter.clone(),
        source: view.source.clone(),
        count: view.count,
        scale: view.scale,
        top: view.top.max(ROWS),
        ..View::default()
    }
}

/// The filter, of rejected records only.
fn rejected(view: &View) -> contract::Filter {
    app::question::narrowed(view, "action = REJECT").map_or_else(|| view.filter.clone(), |view| view.filter)
}

fn headline(intent: &Intent) -> String {
    let Some(first) = intent.rows.first().filter(|first| first.score >= 3.0) else { return String::new() };
    let service = super::links::service(first.service_port, Some(first.protocol));
    format!(
        "Most like a mistake: `{}` is refused by `{}` at {service}: {}.",
        first.client,
        first.server,
        first.why.join(", ")
    )
}

fn tiles(intent: &Intent, rejected: u64) -> Vec<Tile> {
    let tile = |title, number, note: String| Tile { tone: Tone::Quiet, ..tile(title, number, note) };
    let from = |noise: &contract::Noise| {
        format!(
            "from {} {}",
            human::exact(noise.clients),
            if noise.clients == 1 { "address" } else { "addresses" }
        )
    };
    vec![
        tile("Rejected records", rejected, "all of them, at every interface".to_owned()),
        tile("Look like a mistake", intent.distinct, "clients at a service, folded by network".to_owned()),
        tile("Scans", intent.scanners.flows, from(&intent.scanners)),
        tile("Knocks of strangers", intent.knocks.flows, from(&intent.knocks)),
    ]
}

fn attempts(view: &View, intent: &Intent) -> Table {
    let untold = match intent.untold {
        0 => String::new(),
        untold => format!("; {} records tell no client", human::exact(untold)),
    };
    Table {
        head: Head::new("intent", "What looks like a mistake")
            .about(of(intent.rows.len(), intent.distinct, "attempts that somebody may mean"))
            .foot(format!("{}{untold}", origin(&intent.provenance))),
        columns: vec![
            Column::words("Client"),
            Column::words("Server"),
            Column::words("Service"),
            Column::words("Refused by"),
            Column::words("Why it looks meant"),
            Column::number("Records"),
            Column::number("Hours"),
            Column::words("First seen"),
            Column::words("Last seen"),
        ],
        rows: intent.rows.iter().map(|attempt| row(view, attempt)).collect(),
        empty: "Nothing that was rejected looks like a mistake: only scans, or nothing at all.".to_owned(),
    }
}

fn row(view: &View, attempt: &Attempt) -> Row {
    let page = Page::Rejects;
    let client = end(view, Field::CLIENT, (&attempt.client, attempt.clients), "clients").name();
    let client = match records(view, attempt) {
        Some(records) => client.way("records", records),
        None => client,
    };
    let side = if attempt.is_ingress { "on the way in" } else { "on the way out" };
    let more = match attempt.interfaces {
        0 | 1 => String::new(),
        all => format!(", and {} more", human::exact(all - 1)),
    };
    let interface = Cell::code(&attempt.interface)
        .note(format!("{side}{more}"))
        .to(super::interface::address(view, &attempt.interface));
    Row::of([
        client,
        end(view, Field::SERVER, (&attempt.server, attempt.servers), "servers"),
        service_cell(page, view, attempt.service_port, Some(attempt.protocol)),
        interface,
        Cell::new(attempt.why.join(", ")),
        held(attempt.flows),
        count(attempt.hours.into()),
        Cell::moment(attempt.first),
        Cell::moment(attempt.last),
    ])
}

/// An end of an attempt: one address, or a network and how many of it.
fn end(view: &View, field: Field, (name, many): (&str, u64), noun: &str) -> Cell {
    let note = if many > 1 { format!("{} {noun}", human::exact(many)) } else { String::new() };
    value(Page::Rejects, view, field, name, Cell::code(name).note(note))
}

fn records(view: &View, attempt: &Attempt) -> Option<String> {
    let port = attempt.service_port.map(|port| format!(" AND service-port = {port}")).unwrap_or_default();
    let sign = |end: &str| if end.contains('/') { "IN" } else { "=" };
    let (client, server) = (&attempt.client, &attempt.server);
    let clause = format!(
        "action = REJECT AND client {} {client} AND server {} {server}{port}",
        sign(client),
        sign(server)
    );
    super::links::narrowed(Page::Flows, view, &clause)
}

/// A short ranking by one field.
fn ranked(view: &View, id: &str, title: &str, field: Field, top: &contract::Top) -> Table {
    let row = |row: &contract::TopRow| {
        let cell = value(Page::Rejects, view, field, &row.key, Cell::code(&row.label).name());
        let cell = if field == Field::INTERFACE_ID && row.key != "-" {
            cell.way("open", super::interface::address(view, &row.key))
        } else {
            cell
        };
        Row::of([cell, held(row.flows).share(row.share)])
    };
    Table {
        head: Head::new(id, title)
            .about(of(top.rows.len(), top.distinct, "values"))
            .foot(origin(&top.provenance)),
        columns: vec![
            Column::words(if field == Field::INTERFACE_ID { "Interface" } else { "Port" }),
            Column::number("Records"),
        ],
        rows: top.rows.iter().map(row).collect(),
        empty: "Nothing was rejected.".to_owned(),
    }
}
