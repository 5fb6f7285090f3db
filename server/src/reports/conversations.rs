//! Conversations: who talks to whom, on which port, how much each way, and who never answers.

use super::bands;
use super::links::{bytes, count, held, of, origin, service_cell, value, with};
use crate::advice::Adviser;
use app::ports::Flows;
use contract::conversations::ONE_WAY;
use contract::report::{Block, Cell, Choice, Column, Head, Row, Sorted, Table, Tone};
use contract::{Conversation, Conversations, Field, Measure, Page, Refusal, Report, View};

/// Conversations named on the page, unless the view asks for more.
const ROWS: u16 = 100;

/// The page.
///
/// # Errors
/// Whatever the port refuses.
pub async fn compose(flows: &dyn Flows, adviser: &Adviser, view: &View) -> Result<Report, Refusal> {
    let asked = View { top: view.top.max(ROWS), ..view.clone() };
    let talks = flows.conversations(&question(&asked)).await?;
    let lone = view.details.get(ONE_WAY).is_some_and(|lone| lone == "yes");
    let sub = format!(
        "client to service, by {}; {}",
        view.measure.name(),
        of(talks.rows.len(), talks.distinct, if lone { "that go one way only" } else { "conversations" })
    );
    let head = Head {
        choices: vec![
            choice("All", &with(view, ONE_WAY, None), !lone),
            choice(&format!("One way only ({})", talks.one_way), &with(view, ONE_WAY, Some("yes")), lone),
        ],
        ..Head::new("talkers", "Conversations").about(sub).foot(origin(&talks.provenance))
    };
    let table = Table {
        head,
        columns: columns(Page::Conversations, view),
        rows: rows(Page::Conversations, view, &talks),
        empty: "No traffic in this range passes the filter.".to_owned(),
    };
    let firewall = adviser.stock().firewall.clone();
    let latest = firewall.as_deref().and_then(|firewall| firewall.history().latest());
    let picture = Block::Drawing(bands::drawing(view, &talks, latest));
    Ok(Report { headline: String::new(), blocks: vec![picture, Block::Table(table)] })
}

/// What of a view the conversations depend on.
pub fn question(view: &View) -> View {
    let details = view.details.iter().filter(|(name, _)| *name == ONE_WAY);
    View {
        from: view.from,
        to: view.to,
        filter: view.filter.clone(),
        measure: view.measure,
        top: view.top,
        source: view.source.clone(),
        addresses: view.addresses,
        count: view.count,
        details: details.map(|(name, value)| (name.clone(), value.clone())).collect(),
        ..View::default()
    }
}

fn choice(label: &str, view: &View, is_current: bool) -> Choice {
    Choice { label: label.to_owned(), href: Page::Conversations.address(view), is_current }
}

/// The columns of conversations; those of a measure sort by it.
pub fn columns(page: Page, view: &View) -> Vec<Column> {
    let by = |label: &str, measure: Measure| Column {
        href: Some(page.address(&View { measure, ..view.clone() })),
        sorted: (view.measure == measure).then_some(Sorted::Descending),
        ..Column::number(label)
    };
    vec![
        Column::words("Client"),
        Column::words("Server"),
        Column::words("Service"),
        by("Bytes", Measure::Bytes),
        Column::number("Sent"),
        Column::number("Returned"),
        by("Packets", Measure::Packets),
        by("Records", Measure::Flows),
        Column::number("Rejected"),
        Column::words("First seen"),
        Column::words("Last seen"),
    ]
}

/// A row for each conversation.
pub fn rows(page: Page, view: &View, talks: &Conversations) -> Vec<Row> {
    talks.rows.iter().map(|talk| row(page, view, talk)).collect()
}

/// The row of a conversation.
pub fn row(page: Page, view: &View, talk: &Conversation) -> Row {
    let end = |field: Field, address: &str| value(page, view, field, address, Cell::code(address));
    let both = |sent: u64, returned: u64| sent + returned;
    let client = end(Field::CLIENT, &talk.client).name();
    let client = match records_of(view, talk) {
        Some(records) => client.way("records", records),
        None => client,
    };
    let returned = bytes(talk.returned.bytes);
    let returned = if talk.is_one_way() { returned.note("one way only").tone(Tone::Warn) } else { returned };
    Row::of([
        client,
        end(Field::SERVER, &talk.server),
        service_cell(page, view, talk.service_port, talk.protocol),
        bytes(both(talk.sent.bytes, talk.returned.bytes)).share(talk.share),
        bytes(talk.sent.bytes),
        returned,
        count(both(talk.sent.packets, talk.returned.packets)),
        count(both(talk.sent.flows, talk.returned.flows)),
        held(talk.rejected),
        Cell::moment(talk.first),
        Cell::moment(talk.last),
    ])
}

/// The records of a conversation.
fn records_of(view: &View, talk: &Conversation) -> Option<String> {
    let port = talk.service_port.map(|port| format!(" AND service-port = {port}")).unwrap_or_default();
    let clause = format!("client = {} AND server = {}{port}", talk.client, talk.server);
    super::links::narrowed(Page::Flows, view, &clause)
}
