//! One network interface: what reaches it and what it reaches, from whom, on which ports, and what it refuses. Without an
//! id, all interfaces.

use super::conversations;
use super::links::{bytes, count, held, of, origin, value, with};
use super::say;
use crate::advice::Adviser;
use app::ports::Flows;
use contract::filter::Expr;
use contract::report::{Block, Cell, Column, Head, Picture, Row, Table, Tile, Tone};
use contract::values::FIELD;
use contract::{
    Conversation, Conversations, Dimension, Field, Filter, Measure, Page, Refusal, Report, Top, TopBy,
    TopRow, Values, View, human, link,
};
use firewall::evaluate::Firewall;
use std::collections::BTreeSet;

/// The detail that names the interface.
const ID: &str = "id";
/// Interfaces of the list.
const LISTED: u16 = 200;
/// Conversations looked at, of which the first of each way are shown.
const ASKED: u16 = 1_000;
/// Conversations shown of each way.
const SHOWN: usize = 25;
/// Own addresses looked for.
const OWN: u16 = 50;

/// The address of an interface's page.
pub fn address(view: &View, id: &str) -> String {
    let mut view = View { details: Default::default(), ..view.clone() };
    view.details.insert(ID.to_owned(), id.to_owned());
    Page::Interface.address(&view)
}

/// The page.
///
/// # Errors
/// Whatever the port refuses.
pub async fn compose(flows: &dyn Flows, adviser: &Adviser, view: &View) -> Result<Report, Refusal> {
    let firewall = adviser.stock().firewall.clone();
    match view.details.get(ID) {
        Some(id) => one(flows, firewall.as_deref(), view, id).await,
        None => all(flows, firewall.as_deref(), view).await,
    }
}

async fn all(flows: &dyn Flows, firewall: Option<&Firewall>, view: &View) -> Result<Report, Refusal> {
    let asked = View {
        by: TopBy::Dimension(Dimension::InterfaceId),
        top: view.top.max(LISTED),
        ..app::question::top(view)
    };
    let top = flows.top(&asked).await?;
    let until = top.span.to;
    let row = |row: &TopRow| {
        let name = say::interface_name(&row.key, until, firewall);
        let cell = if name == row.key { Cell::code(&row.label) } else { Cell::new(name).note(&row.key) };
        let cell = cell.name().exact(&row.key);
        let cell = if row.key == "-" { cell } else { cell.to(address(view, &row.key)) };
        Row::of([
            cell,
            bytes(row.bytes).share(row.share),
            count(row.packets),
            count(row.flows),
            held(row.rejected),
        ])
    };
    let table = Table {
        head: Head::new("list", "Interfaces")
            .about(format!(
                "{}, by {}",
                of(top.rows.len(), top.distinct, "that logged records"),
                view.measure.name()
            ))
            .foot(origin(&top.provenance)),
        columns: amounts("Interface"),
        rows: top.rows.iter().map(row).collect(),
        empty: "No interface logged a record that passes the filter.".to_owned(),
    };
    Ok(Report { headline: String::new(), blocks: vec![Block::Table(table)] })
}

/// What is asked about one interface.
struct Asked {
    /// The view of its records.
    view: View,
}

impl Asked {
    fn of(view: &View, id: &str) -> Result<Asked, Refusal> {
        let only = Expr::equals(Field::INTERFACE_ID, id)?;
        let view = View {
            from: view.from,
            to: view.to,
            filter: view.filter.and(only),
            measure: view.measure,
            source: view.source.clone(),
            addresses: view.addresses,
            count: view.count,
            scale: view.scale,
            ..View::default()
        };
        Ok(Asked { view })
    }

    /// With one more condition.
    fn and(&self, clause: &str) -> View {
        app::question::narrowed(&self.view, clause).unwrap_or_else(|| self.view.clone())
    }

    /// The values of a field.
    fn values(&self, field: Field, clause: &str) -> View {
        let mut view = View { top: OWN, measure: Measure::default(), ..self.and(clause) };
        view.details.insert(FIELD.to_owned(), field.to_string());
        view
    }
}

async fn one(
    flows: &dyn Flows,
    firewall: Option<&Firewall>,
    view: &View,
    id: &str,
) -> Result<Report, Refusal> {
    let asked = Asked::of(view, id)?;
    let talks = View { top: ASKED, ..asked.view.clone() };
    let ways = View { by: TopBy::Dimension(Dimension::FlowDirection), ..asked.view.clone() };
    let ports = View { by: TopBy::Dimension(Dimension::ServicePort), top: 25, ..asked.view.clone() };
    let own = asked.values(Field::DSTADDR, "flow-direction = ingress");
    let (talks, ways, ports, own) = futures::try_join!(
        flows.conversations(&talks),
        flows.top(&ways),
        flows.top(&ports),
        flows.values(&own)
    )?;
    let own: BTreeSet<&str> = own.rows.iter().map(|row| row.key.as_str()).collect();
    let (reached, reaches): (Vec<&Conversation>, Vec<&Conversation>) =
        talks.rows.iter().partition(|talk| own.contains(talk.server.as_str()));
    let mut refused: Vec<&Conversation> = talks.rows.iter().filter(|talk| talk.rejected > 0).collect();
    refused.sort_by_key(|talk| std::cmp::Reverse(talk.rejected));
    let shown = |id: &str, title: &str, sub: &str, rows: &[&Conversation]| {
        Block::Table(talks_table(view, Head::new(id, title), sub, rows, &talks))
    };
    let rejects = View {
        rows: Dimension::ServicePort,
        measure: Measure::Flows,
        top: 16,
        by: TopBy::default(),
        ..asked.view.clone()
    };
    let blocks = vec![
        Block::Tiles(tiles(&ways, &talks)),
        shown("reached", "What reaches it", "others ask, this interface answers", &reached),
        shown("reaches", "What it reaches", "this interface asks", &reaches),
        shown("refused", "What is refused here", "conversations with rejected records, most first", &refused),
        Block::Pair(vec![
            Block::Table(ports_table(view, &ports)),
            Block::Table(facts(flows, view, &asked, (&own, &known(firewall, view, id))).await?),
        ]),
        Block::Picture(Picture {
            head: Head::new("rejects", "Rejects over time").about("rejected records by port"),
            src: format!("/api/v1/matrix.svg?{}", link::encode(&rejects)),
            alt: "Heatmap of rejected records by port and time; the table of what is refused holds the same."
                .to_owned(),
            height_css: 320,
        }),
    ];
    Ok(Report { headline: headline(id, &own, &reached, &refused), blocks })
}

fn headline(id: &str, own: &BTreeSet<&str>, reached: &[&Conversation], refused: &[&Conversation]) -> String {
    let clients: BTreeSet<&str> = reached.iter().map(|talk| talk.client.as_str()).collect();
    let ports: BTreeSet<u16> = reached.iter().filter_map(|talk| talk.service_port).collect();
    let address = own.iter().next().map(|address| format!(" (`{address}`)")).unwrap_or_default();
    let asked = match clients.len() {
        0 => "is asked by nobody".to_owned(),
        clients => format!(
            "is asked by {} at {}",
            human::counted_exactly(clients as u64, "address", "addresses"),
            human::counted_exactly(ports.len() as u64, "port", "ports")
        ),
    };
    let refuses = match refused.len() {
        0 => String::new(),
        refused => format!(
            "; {} in part or whole",
            human::counted_exactly(refused as u64, "conversation is refused", "conversations are refused")
        ),
    };
    format!("`{id}`{address} {asked}{refuses}.")
}

fn tiles(ways: &Top, talks: &Conversations) -> Vec<Tile> {
    let way = |key: &str| ways.rows.iter().find(|row| row.key == key).cloned().unwrap_or_default();
    let (received, sent) = (way("ingress"), way("egress"));
    let tile = |title: &str, quantity: human::Quantity, exact: u64, note: String, tone: Tone| Tile {
        title: title.to_owned(),
        value: quantity.value,
        unit: quantity.unit.to_owned(),
        exact: human::exact(exact),
        note,
        tone,
    };
    let records = |row: &TopRow| format!("{} records", human::count(row.flows));
    let rejected = received.rejected + sent.rejected;
    let sides = format!("{} in, {} out", human::count(received.rejected), human::count(sent.rejected));
    vec![
        tile("Received", human::bytes(received.bytes), received.bytes, records(&received), Tone::Quiet),
        tile("Sent", human::bytes(sent.bytes), sent.bytes, records(&sent), Tone::Quiet),
        tile(
            "Rejected",
            human::count(rejected),
            rejected,
            sides,
            if rejected > 0 { Tone::Held } else { Tone::Quiet },
        ),
        tile(
            "Conversations",
            human::count(talks.distinct),
            talks.distinct,
            format!("{} one way only", human::count(talks.one_way)),
            Tone::Quiet,
        ),
    ]
}

fn talks_table(view: &View, head: Head, sub: &str, rows: &[&Conversation], talks: &Conversations) -> Table {
    let shown = rows.len().min(SHOWN);
    let more = if talks.distinct > talks.rows.len() as u64 {
        format!("; of the {} largest conversations", human::exact(talks.rows.len() as u64))
    } else {
        String::new()
    };
    Table {
        head: head
            .about(format!("{sub}; {}", of(shown, rows.len() as u64, "conversations")))
            .foot(format!("{}{more}", origin(&talks.provenance))),
        columns: conversations::columns(Page::Interface, view),
        rows: rows.iter().take(SHOWN).map(|talk| conversations::row(Page::Interface, view, talk)).collect(),
        empty: "Nothing.".to_owned(),
    }
}

fn ports_table(view: &View, ports: &Top) -> Table {
    let row = |row: &TopRow| {
        Row::of([
            value(Page::Interface, view, Field::SERVICE_PORT, &row.key, Cell::new(&row.label).name()),
            bytes(row.bytes).share(row.share),
            count(row.packets),
            count(row.flows),
            held(row.rejected),
        ])
    };
    Table {
        head: Head::new("ports", "Services")
            .about(of(ports.rows.len(), ports.distinct, "ports"))
            .foot(origin(&ports.provenance)),
        columns: amounts("Service"),
        rows: ports.rows.iter().map(row).collect(),
        empty: "No port is known.".to_owned(),
    }
}

fn amounts(first: &str) -> Vec<Column> {
    vec![
        Column::words(first),
        Column::number("Bytes"),
        Column::number("Packets"),
        Column::number("Records"),
        Column::number("Rejected"),
    ]
}

/// What the inventory says of the interface.
fn known(firewall: Option<&Firewall>, view: &View, id: &str) -> Vec<Row> {
    let latest = firewall.and_then(|firewall| firewall.history().latest());
    let Some(interface) = latest.and_then(|inventory| inventory.interfaces.get(id)) else {
        return Vec::new();
    };
    let name = (!interface.label.is_empty()).then(|| Cell::new(&interface.label));
    let group = |group: &String| {
        let bare = View { details: Default::default(), ..view.clone() };
        say::group(group, firewall).to(Page::Groups.address(&with(&bare, ID, Some(group))))
    };
    let name = name.map(|cell| ("Name", cell));
    let groups = interface.groups.iter().map(|one| ("Security group", group(one)));
    name.into_iter().chain(groups).map(|(what, cell)| Row::of([Cell::new(what).name(), cell])).collect()
}

/// What the logs say of the interface itself, and where to go on.
async fn facts(
    flows: &dyn Flows,
    view: &View,
    asked: &Asked,
    (own, known): (&BTreeSet<&str>, &[Row]),
) -> Result<Table, Refusal> {
    let mut rows = known.to_vec();
    for address in own {
        rows.push(Row::of([Cell::new("Address").name(), Cell::code(*address)]));
    }
    for (label, field) in [
        ("Account", Field::ACCOUNT_ID),
        ("Region", Field::REGION),
        ("VPC", Field::VPC_ID),
        ("Subnet", Field::SUBNET_ID),
        ("Zone", Field::AZ_ID),
        ("Instance", Field::INSTANCE_ID),
        ("Type", Field::INTERFACE_TYPE),
    ] {
        // A format that lacks the field has nothing to say.
        let Ok(values) = flows.values(&asked.values(field, "")).await else { continue };
        rows.extend(told(view, label, field, &values));
    }
    let ways = Head::new("facts", "The interface")
        .about("as its records and the inventory tell")
        .way("Records", Page::Flows.elsewhere(&asked.view))
        .way("Over time", Page::Overview.elsewhere(&asked.view))
        .way("Rejects", Page::Rejects.elsewhere(&asked.view));
    Ok(Table {
        head: ways,
        columns: vec![Column::words("What"), Column::words("Which")],
        rows,
        empty: "The logs tell nothing of it.".to_owned(),
    })
}

fn told(view: &View, label: &str, field: Field, values: &Values) -> Vec<Row> {
    let known = values.rows.iter().filter(|row| row.key != "-");
    let cell = |key: &str| {
        let cell = Cell::code(key);
        let filter = Expr::equals(field, key).ok().map(|only| Filter::default().and(only));
        match filter {
            Some(filter) => cell.to(Page::Interface.elsewhere(&View { filter, ..view.clone() })),
            None => cell,
        }
    };
    known.map(|row| Row::of([Cell::new(label).name(), cell(&row.key)])).collect()
}
