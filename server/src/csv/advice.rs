//! Refused traffic, security groups, rules and replays, as tables.

use super::Table;
use crate::advice::Replayed;
use crate::advice::groups::{GroupLine, RuleLine};
use firewall::evaluate::Firewall;
use firewall::replay::Effect;
use firewall::usage::Status;
use firewall::verdict::Card;

/// One row per story of refused traffic; the far ends separated by blanks.
pub fn blocked(cards: &[Card], firewall: Option<&Firewall>) -> String {
    let mut table = Table::new(&[
        "id",
        "verdict",
        "interface",
        "direction",
        "protocol",
        "port",
        "peers",
        "sources",
        "flows",
        "bytes",
        "first",
        "last",
        "nearest_rule",
        "evidence",
        "missing",
    ]);
    for card in cards {
        let peers: Vec<String> = card.peers.iter().map(ToString::to_string).collect();
        let nearest = card.nearest.as_ref().and_then(|miss| firewall?.rules().get(miss.rule));
        table.row(|row| {
            row.text(&card.id())
                .plain(card.verdict.name())
                .text(&card.interface)
                .plain(card.direction.name());
            row.number(card.protocol.into()).number(card.port.into()).text(&peers.join(" "));
            row.number(card.sources as u64).number(card.flows).number(card.bytes);
            row.time(Some(card.first)).time(Some(card.last));
            row.text(nearest.map_or("", |known| known.name())).text(&card.proof.join("; "));
            row.text(card.missing.unwrap_or_default());
        });
    }
    table.text
}

/// One row per security group.
pub fn groups(lines: &[GroupLine]) -> String {
    let mut table = Table::new(&[
        "group",
        "name",
        "vpc",
        "interfaces",
        "rules",
        "used",
        "unused",
        "unknowable",
        "flawed",
        "flows",
        "bytes",
        "last",
        "suggestions",
    ]);
    for line in lines {
        table.row(|row| {
            row.text(&line.group).text(&line.name).text(&line.vpc).number(line.interfaces as u64);
            row.number(line.rules as u64).number(line.used as u64).number(line.unused as u64);
            row.number(line.unknowable as u64).number(line.flawed as u64);
            row.number(line.flows).number(line.bytes).time(line.last).number(line.suggestions as u64);
        });
    }
    table.text
}

/// One row per rule of every state.
pub fn rules(lines: &[RuleLine]) -> String {
    let mut table = Table::new(&[
        "rule",
        "group",
        "direction",
        "protocol",
        "from_port",
        "to_port",
        "peer",
        "description",
        "standing",
        "flows",
        "bytes",
        "clients",
        "sole",
        "first",
        "last",
        "days",
        "status",
        "reason",
        "flaws",
    ]);
    for line in lines {
        table.row(|row| {
            row.text(&line.rule).text(&line.group).plain(line.direction).plain(&line.protocol);
            row.plain(&line.from_port.to_string()).plain(&line.to_port.to_string());
            row.text(&line.peer).text(&line.description).plain(if line.standing { "true" } else { "false" });
            row.number(line.flows).number(line.bytes).number(line.clients as u64).number(line.sole);
            row.time(line.first).time(line.last).number(line.days.into()).plain(status(line.status));
            row.text(line.reason.unwrap_or_default()).text(&line.flaws.join("; "));
        });
    }
    table.text
}

/// A rule's status as the JSON writes it.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Used => "used",
        Status::Unused => "unused",
        Status::Unknowable => "unknowable",
    }
}

/// One row per conversation that an edit changes.
pub fn replay(replayed: &Replayed, interfaces: &[&str]) -> String {
    let mut table = Table::new(&[
        "effect",
        "interface",
        "direction",
        "client",
        "server",
        "protocol",
        "port",
        "flows",
        "bytes",
        "acl_still_stops",
    ]);
    for (who, change, stopped) in &replayed.changes {
        let interface = interfaces.get(who.interface as usize).copied().unwrap_or_default();
        table.row(|row| {
            row.plain(if who.effect == Effect::Allowed { "allowed" } else { "dropped" });
            row.text(interface).plain(who.direction.name());
            row.plain(&who.client.to_string()).plain(&who.server.to_string());
            row.number(who.protocol.into()).number(who.port.into());
            row.number(change.flows).number(change.bytes).plain(if *stopped { "true" } else { "false" });
        });
    }
    table.text
}
