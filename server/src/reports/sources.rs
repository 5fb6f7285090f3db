//! Rejects by where they come from and what they ask for: a heatmap of clients' networks and services.

use super::cells;
use super::links::{narrowed, origin, service};
use contract::names::{port_label, protocol_name};
use contract::report::{Cells, Drawing, Figure, Head, Spot};
use contract::{Intent, Page, Service, Sources, View, human};
use firewall::traffic::TCP;

/// Names of what has no row, and no column, of its own.
const OTHERS: &str = "others";

/// The picture and its table.
pub fn drawing(view: &View, intent: &Intent) -> Drawing {
    let sources = &intent.sources;
    let clients = names(&sources.networks, sources.other_networks);
    let mut columns: Vec<String> = sources.services.iter().map(label).collect();
    columns.extend((sources.other_services > 0).then(|| OTHERS.to_owned()));
    let spot = |row: usize, column: usize, flows: u64| {
        let href =
            (flows > 0).then(|| leads(view, sources.networks.get(row)?, sources.services.get(column)?));
        Some(Spot {
            value: flows,
            text: human::count(flows).to_string(),
            exact: flows.to_string(),
            href: href.flatten(),
        })
    };
    let spots = sources.flows.iter().enumerate().map(|(row, flows)| {
        flows.iter().enumerate().map(|(column, flows)| spot(row, column, *flows)).collect()
    });
    let cells = Cells {
        spots: spots.collect(),
        rows: clients,
        columns,
        noun: "rejected records".to_owned(),
        scale: view.scale,
    };
    let noise = intent.scanners.flows + intent.knocks.flows;
    let foot = format!(
        "{}; without {} records of scanners and strangers, and without refused answers",
        origin(&intent.provenance),
        human::exact(noise)
    );
    let head = Head::new("sources", "Sources and ports")
        .about("rejected records that somebody may mean, by the client's network and the service")
        .foot(foot);
    let empty = "Nothing that was rejected comes from anybody but scanners and strangers.";
    Drawing {
        words: words(sources),
        table: cells::table(head, "Client network", &cells, empty),
        figure: Figure::Cells(cells),
    }
}

/// A service in little room: the port first, by which columns are told apart.
fn label(asked: &Service) -> String {
    match (asked.service_port, asked.protocol) {
        (Some(port), TCP) => port_label(port),
        (Some(port), protocol) => {
            let name = protocol_name(protocol).map_or_else(|| protocol.to_string(), str::to_lowercase);
            format!("{} {name}", port_label(port))
        }
        (None, protocol) => service(None, Some(protocol)),
    }
}

fn names(networks: &[String], others: u64) -> Vec<String> {
    let mut names = networks.to_vec();
    names.extend((others > 0).then(|| OTHERS.to_owned()));
    names
}

/// The page of rejects, of these clients at this service alone.
fn leads(view: &View, network: &str, service: &Service) -> Option<String> {
    let asked = match service.service_port {
        Some(port) => format!("service-port = {port}"),
        None => format!("protocol = {}", service.protocol),
    };
    narrowed(Page::Rejects, view, &format!("action = REJECT AND client IN {network} AND {asked}"))
}

/// The fullest cell, and how many networks and services there are.
fn words(sources: &Sources) -> String {
    let cells =
        sources.flows.iter().enumerate().flat_map(|(row, flows)| {
            flows.iter().enumerate().map(move |(column, flows)| (row, column, *flows))
        });
    let named = cells.filter_map(|(row, column, flows)| {
        Some((sources.networks.get(row)?, sources.services.get(column)?, flows))
    });
    // Among equals the first.
    let Some((network, asked, flows)) = named.reduce(|best, next| if next.2 > best.2 { next } else { best })
    else {
        return String::new();
    };
    let all: u64 = sources.flows.iter().flatten().sum();
    let (networks, services) = (
        sources.networks.len() as u64 + sources.other_networks,
        sources.services.len() as u64 + sources.other_services,
    );
    format!(
        "Most from `{network}` at {}: {} of {} records, of {networks} {} at {services} {}.",
        service(asked.service_port, Some(asked.protocol)),
        human::exact(flows),
        human::exact(all),
        if networks == 1 { "network" } else { "networks" },
        if services == 1 { "service" } else { "services" },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_lead_to_their_rejects_and_the_table_says_the_same() {
        let service = |port| Service { service_port: Some(port), protocol: 6 };
        let sources = Sources {
            networks: vec!["10.0.1.0/24".to_owned(), "10.0.2.0/24".to_owned()],
            services: vec![service(5_432), service(22)],
            flows: vec![vec![7, 0, 1], vec![0, 5, 0]],
            other_networks: 0,
            other_services: 3,
        };
        let intent = Intent {
            span: contract::Span { from: 0, to: 3_600 },
            rows: Vec::new(),
            distinct: 0,
            scanners: Default::default(),
            knocks: Default::default(),
            sources,
            untold: 0,
            provenance: Default::default(),
        };
        let drawing = drawing(&View::default(), &intent);
        assert_eq!(
            drawing.words,
            "Most from `10.0.1.0/24` at postgresql 5432/tcp: 7 of 13 records, of 2 networks at 5 services."
        );
        let Figure::Cells(cells) = drawing.figure else { panic!("no heatmap") };
        let href =
            |row: usize, column: usize| cells.spots[row][column].as_ref().and_then(|spot| spot.href.clone());
        let first = href(0, 0).unwrap_or_default();
        assert!(first.starts_with("/rejects?") && first.contains("client%20IN%2010.0.1.0/24"), "{first}");
        assert_eq!((href(0, 1), href(0, 2)), (None, None), "nothing, and what has no name, leads nowhere");
        assert_eq!(drawing.table.rows[0].cells[1].href.as_deref(), Some(first.as_str()));
        assert_eq!(drawing.table.columns.len(), 4);
    }
}
