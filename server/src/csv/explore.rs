//! Conversations, records and values, as tables.

use super::Table;
use contract::{Conversations, Intent, Records, Scalar, Values};

/// One row per conversation.
pub fn conversations(conversations: &Conversations) -> String {
    let mut table = Table::new(&[
        "client",
        "server",
        "service_port",
        "protocol",
        "bytes_sent",
        "packets_sent",
        "flows_sent",
        "bytes_returned",
        "packets_returned",
        "flows_returned",
        "rejected",
        "first",
        "last",
        "one_way",
        "share",
    ]);
    for talk in &conversations.rows {
        table.row(|row| {
            row.text(&talk.client).text(&talk.server);
            row.perhaps(talk.service_port.map(u64::from)).perhaps(talk.protocol.map(u64::from));
            for way in [talk.sent, talk.returned] {
                row.number(way.bytes).number(way.packets).number(way.flows);
            }
            row.number(talk.rejected).time(Some(talk.first)).time(Some(talk.last));
            row.plain(if talk.is_one_way() { "yes" } else { "no" }).plain(&format!("{:.6}", talk.share));
        });
    }
    table.text
}

/// One row per record, with AWS's names above; a cell is empty where the record does not have the field.
pub fn records(records: &Records) -> String {
    let header: Vec<&str> = records.columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&header);
    for record in &records.rows {
        table.row(|row| {
            for value in &record.values {
                match value {
                    Scalar::Missing => row.plain(""),
                    Scalar::Number(number) => row.plain(&number.to_string()),
                    Scalar::Text(text) => row.text(text),
                };
            }
        });
    }
    table.text
}

/// One row per network of clients and service, what looks most like a mistake first.
pub fn intent(intent: &Intent) -> String {
    let mut table = Table::new(&[
        "client",
        "clients",
        "server",
        "service_port",
        "protocol",
        "interface_id",
        "flow_direction",
        "flows",
        "hours",
        "first",
        "last",
        "score",
        "why",
        "servers",
        "interfaces",
    ]);
    for attempt in &intent.rows {
        table.row(|row| {
            row.text(&attempt.client).number(attempt.clients).text(&attempt.server);
            row.perhaps(attempt.service_port.map(u64::from)).number(attempt.protocol.into());
            row.text(&attempt.interface).plain(if attempt.is_ingress { "ingress" } else { "egress" });
            row.number(attempt.flows).number(attempt.hours.into());
            row.time(Some(attempt.first)).time(Some(attempt.last));
            row.plain(&format!("{:.2}", attempt.score)).text(&attempt.why.join("; "));
            row.number(attempt.servers).number(attempt.interfaces);
        });
    }
    table.text
}

/// One row per value.
pub fn values(values: &Values) -> String {
    let mut table = Table::new(&[values.field.as_str(), "label", "flows", "share"]);
    for value in &values.rows {
        table.row(|row| {
            row.text(&value.key).text(&value.label).number(value.flows).plain(&format!("{:.6}", value.share));
        });
    }
    table.text
}
