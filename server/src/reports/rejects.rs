//! Rejects: what is held back, when and where, and what of it looks like a mistake.

use super::links::{count, held, moment, of, origin, service_cell, value};
use app::ports::Flows;
use contract::report::{Block, Cell, Column, Head, Picture, Row, Table, Tile, Tone};
use contract::{Attempt, Dimension, Field, Intent, Measure, Page, Refusal, Report, TopBy, View, human, link};

/// Rows named, unless the view asks for more.
const ROWS: u16 = 50;
/// Ports, and interfaces, of a picture.
const BANDS: u16 = 24;

/// The page.
///
/// # Errors
/// Whatever the port refuses.
pub async fn compose(flows: &dyn Flows, view: &View) -> Result<Report, Refusal> {
    let asked = question(view);
    let ranking = |dimension| View {
        by: TopBy::Dimension(dimension),
        measure: Measure::Flows,
        filter: rejected(&asked),
        ..asked.clone()
    };
    let intent = flows.intent(&asked).await?;
    let (ports, reasons) = (ranking(Dimension::ServicePort), ranking(Dimension::InterfaceId));
    let (ports, interfaces) = futures::try_join!(flows.top(&ports), flows.top(&reasons))?;
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
    let blocks = vec![
        Block::Tiles(tiles(&intent, ports.total)),
        Block::Table(attempts(view, &intent)),
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
    ];
    Ok(Report { headline: headline(&intent), blocks })
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
    let tile = |title: &str, number: u64, note: String| {
        let quantity = human::count(number);
        Tile {
            title: title.to_owned(),
            value: quantity.value,
            unit: quantity.unit.to_owned(),
            exact: human::exact(number),
            note,
            tone: Tone::Quiet,
        }
    };
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
    let clients = match attempt.clients {
        1 => String::new(),
        clients => format!("{} clients", human::exact(clients)),
    };
    let client =
        value(page, view, Field::CLIENT, &attempt.client, Cell::code(&attempt.client).note(clients)).name();
    let client = match records(view, attempt) {
        Some(records) => client.way("records", records),
        None => client,
    };
    let side = if attempt.is_ingress { "on the way in" } else { "on the way out" };
    let interface =
        Cell::code(&attempt.interface).note(side).to(super::interface::address(view, &attempt.interface));
    Row::of([
        client,
        value(page, view, Field::SERVER, &attempt.server, Cell::code(&attempt.server)),
        service_cell(page, view, attempt.service_port, Some(attempt.protocol)),
        interface,
        Cell::new(attempt.why.join(", ")),
        held(attempt.flows),
        count(attempt.hours.into()),
        moment(attempt.first),
        moment(attempt.last),
    ])
}

fn records(view: &View, attempt: &Attempt) -> Option<String> {
    let port = attempt.service_port.map(|port| format!(" AND service-port = {port}")).unwrap_or_default();
    let network = if attempt.client.contains('/') { "IN" } else { "=" };
    let clause = format!(
        "action = REJECT AND client {network} {} AND server = {}{port}",
        attempt.client, attempt.server
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
