//! Conversations: who talks to whom, on which port, how much.

use super::links::{narrowed, origin};
use app::ports::Flows;
use contract::names::{protocol_name, service_name};
use contract::report::{Block, Cell, Column, Head, Row, Table};
use contract::{Page, Refusal, Report, Top, TopBy, TopRow, View, human};

/// Conversations named on the page, unless the view asks for more.
const ROWS: u16 = 100;

/// The page.
///
/// # Errors
/// Whatever the port refuses.
pub async fn compose(flows: &dyn Flows, view: &View) -> Result<Report, Refusal> {
    let asked = View { by: TopBy::Talkers, top: view.top.max(ROWS), ..view.clone() };
    let top = flows.top(&app::question::top(&asked)).await?;
    let table = Table {
        head: Head::new("talkers", "Conversations")
            .sub(format!("client to service, by {}", view.measure.name()))
            .foot(origin(&top.provenance)),
        columns: vec![
            Column::words("Client"),
            Column::words("Server"),
            Column::words("Service"),
            Column::number("Bytes"),
            Column::number("Packets"),
            Column::number("Records"),
            Column::number("Rejected"),
        ],
        rows: rows(view, &top),
        empty: "No traffic in this range passes the filter.".to_owned(),
    };
    Ok(Report { headline: String::new(), blocks: vec![Block::Table(table)] })
}

fn rows(view: &View, top: &Top) -> Vec<Row> {
    top.rows.iter().map(|row| self::row(view, row)).collect()
}

fn row(view: &View, row: &TopRow) -> Row {
    let only = |clause: String| narrowed(Page::Conversations, view, &clause);
    let end = |field: &str, address: &str| {
        let cell = Cell::code(address);
        match only(format!("{field} = {address}")) {
            Some(href) => cell.to(href),
            None => cell,
        }
    };
    let service = Cell::new(service(row));
    let service = match row.service_port.and_then(|port| only(format!("service-port = {port}"))) {
        Some(href) => service.to(href),
        None => service,
    };
    Row::of([
        end("client", &row.client).name(),
        end("server", &row.server),
        service,
        amount(human::bytes(row.bytes), row.bytes).share(row.share),
        amount(human::count(row.packets), row.packets),
        amount(human::count(row.flows), row.flows),
        amount(human::count(row.rejected), row.rejected),
    ])
}

/// The service as a person reads it: `https 443/tcp`.
fn service(row: &TopRow) -> String {
    let protocol = row
        .protocol
        .map(|number| protocol_name(number).map_or_else(|| number.to_string(), str::to_lowercase));
    match (row.service_port, protocol) {
        (Some(port), Some(protocol)) => {
            let name = service_name(port).map(|name| format!("{name} ")).unwrap_or_default();
            format!("{name}{port}/{protocol}")
        }
        (None, Some(protocol)) => protocol,
        (port, None) => port.map(|port| port.to_string()).unwrap_or_else(|| "unknown".to_owned()),
    }
}

fn amount(read: human::Quantity, exact: u64) -> Cell {
    Cell::new(format!("{} {}", read.value, read.unit).trim_end()).exact(exact)
}
