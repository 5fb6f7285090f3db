//! What the pages about the firewall have in common: verdicts, services, times and rules in words.

use super::times::Times;
use crate::advice::{Advised, Stock};
use contract::human;
use contract::names::{port_label, protocol_name};
use contract::report::{Block, Cell, Column, Head, Row, Table, Text};
use firewall::address::{Address, Cidr};
use firewall::evaluate::{Differs, Firewall, NearMiss};
use firewall::inventory::{Interface, Rule};
use firewall::traffic::{Direction, ICMP, ICMPV6, TCP, UDP};
use firewall::verdict::{Card, Certainty, Verdict};

/// A verdict as a heading.
pub const fn title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::SgIngress => "No inbound rule",
        Verdict::SgEgress => "No outbound rule",
        Verdict::NaclIngress => "Network ACL, inbound",
        Verdict::NaclEgress => "Network ACL, outbound",
        Verdict::Bpa => "Block public access",
        Verdict::EncryptionControl => "Encryption control",
        Verdict::LatePacket => "Late packet",
        Verdict::Scanner => "Scanner",
        Verdict::Unknown => "Unknown",
    }
}

/// A verdict as a sentence: which layer stops the packets, and what that layer does.
pub const fn layer(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::SgIngress => {
            "No inbound rule of the interface's security groups permits it. Groups have no order: one rule that permits is \
             enough, and there is none."
        }
        Verdict::SgEgress => {
            "No outbound rule of the interface's security groups permits it, so the packets never left the interface."
        }
        Verdict::NaclIngress => {
            "The network ACL of the subnet stops the packets on their way in. ACLs judge every packet by itself, answers \
             too; the first entry that fits decides."
        }
        Verdict::NaclEgress => {
            "The network ACL of the subnet stops the packets on their way out. ACLs judge every packet by itself, so answers \
             need an entry for the ports from which clients ask."
        }
        Verdict::Bpa => {
            "VPC Block Public Access stops traffic with the internet, whatever groups and ACLs permit."
        }
        Verdict::EncryptionControl => "VPC Encryption Controls stop traffic that is not encrypted.",
        Verdict::LatePacket => {
            "Packets of a connection that is closed already. The firewall has forgotten the connection; nothing is missing."
        }
        Verdict::Scanner => "Somebody tries doors. That no rule lets them in is as it should be.",
        Verdict::Unknown => "Neither the logs nor the inventory tell which layer it was.",
    }
}

/// Whether a verdict is noise: nothing that should work.
pub const fn is_noise(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Scanner | Verdict::LatePacket)
}

/// How sure a verdict is, in words.
pub const fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "certain, by the rules themselves or by what AWS says of itself",
        Certainty::Likely => "likely: the usual cause of what is seen",
        Certainty::None => "not known",
    }
}

/// A service: `postgresql 5432`, `icmp`.
pub fn service(protocol: u8, port: u16) -> String {
    let name = || protocol_name(protocol).map_or_else(|| format!("protocol {protocol}"), str::to_owned);
    match protocol {
        TCP => port_label(port),
        UDP => format!("{} udp", port_label(port)),
        _ if port == 0 => name(),
        _ => format!("{} {}", name(), port_label(port)),
    }
}

/// The way of packets, seen from the interface.
pub const fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "in",
        Direction::Egress => "out",
    }
}

/// What differs between a rule and what was refused.
pub fn differs(differs: &[Differs]) -> String {
    let name = |one: &Differs| match one {
        Differs::Port => "the port",
        Differs::Protocol => "the protocol",
        Differs::Address => "the address",
        Differs::Group => "the group",
        Differs::Family => "the address family",
    };
    differs.iter().map(name).collect::<Vec<_>>().join(" and ")
}

/// The rule that came nearest, in words.
pub fn nearest(miss: &NearMiss, firewall: &Firewall) -> Option<String> {
    let known = firewall.rules().get(miss.rule)?;
    Some(format!("`{}` differs in {} alone", known.name(), differs(&miss.differs)))
        .filter(|_| miss.differs.len() == 1)
}

/// The one line that tells why: the nearest miss where one thing differs, else the first reason.
pub fn why(card: &Card, firewall: Option<&Firewall>) -> String {
    let near = card.nearest.as_ref().zip(firewall).and_then(|(miss, firewall)| nearest(miss, firewall));
    let first = card.proof.first().cloned().unwrap_or_default();
    plain(&near.unwrap_or(first))
}

/// Words without the marks that set code: for cells and pictures.
pub fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// Far ends in few words: `10.0.1.10`, `10.0.1.0/24 and 3 more`.
pub fn peers(peers: &[Cidr]) -> String {
    let first = peers
        .first()
        .map(|block| if block.open_bits() == 0 { block.first().to_string() } else { block.to_string() });
    match (first, peers.len()) {
        (Some(first), 1) => first,
        (Some(first), more) => format!("{first} and {} more", more - 1),
        (None, _) => "nobody".to_owned(),
    }
}

/// The name of an interface, where the inventory has one, else its id.
pub fn interface_name(id: &str, at: i64, firewall: Option<&Firewall>) -> String {
    let known = firewall.and_then(|firewall| firewall.inventory_at(at)?.interfaces.get(id));
    known.map(label).filter(|label| !label.is_empty()).unwrap_or_else(|| id.to_owned())
}

fn label(interface: &Interface) -> String {
    if interface.label.is_empty() { interface.instance.clone() } else { interface.label.clone() }
}

/// A security group: its name above its id, where the inventory has one.
pub fn group(id: &str, firewall: Option<&Firewall>) -> Cell {
    let latest = firewall.and_then(|firewall| firewall.history().latest());
    let known = latest.and_then(|inventory| inventory.groups.get(id)).filter(|group| !group.name.is_empty());
    match known {
        Some(group) => Cell::new(&group.name).note(id),
        None => Cell::code(id),
    }
}

/// Whose an address is at a moment, where the inventory knows.
pub fn owner(address: Address, at: i64, firewall: Option<&Firewall>) -> Option<String> {
    firewall?.owner_of(at, address, "").map(label).filter(|label| !label.is_empty())
}

/// Protocol and ports of a rule: `tcp 443`, `udp 1000–2000`, `all`.
pub fn rule_service(rule: &Rule) -> String {
    let (protocol, (from, to)) = (rule.protocol.api_name(), rule.ports.api_range());
    let is_icmp = rule.protocol.covers(ICMP) || rule.protocol.covers(ICMPV6);
    match (protocol.as_str(), from, to) {
        ("-1", ..) => "everything".to_owned(),
        (name, -1, -1) | (name, 0, 65_535) => format!("all {name}"),
        (name, kind, -1) if is_icmp => format!("{name} type {kind}"),
        (name, kind, code) if is_icmp => format!("{name} type {kind} code {code}"),
        (name, from, to) if from == to => {
            let port = u16::try_from(from).unwrap_or_default();
            format!("{name} {}", port_label(port))
        }
        (name, from, to) => format!("{name} {from}–{to}"),
    }
}

/// Where an answer came from: conversations, logs, rules.
pub fn origin(advised: &Advised, stock: &Stock, times: Times) -> String {
    let (rows, window) = (advised.rows.flows().len() as u64, advised.rows.window());
    let logs = format!(
        "From {} of {}; the logs tell {} of it",
        human::counted(rows, "conversation", "conversations"),
        human::duration(window.to - window.from),
        human::percent(window.coverage),
    );
    let states = advised.firewall.as_ref().map(|firewall| firewall.history().snapshots());
    let newest = states.and_then(|states| states.last()?.taken);
    match (states.map_or(0, <[_]>::len), newest) {
        (0, _) => format!("{logs}; no inventory"),
        (1, None) => format!("{logs}; inventory {}", stock.name),
        (1, Some(at)) => format!("{logs}; rules of {}", times.named(at)),
        (states, Some(at)) => {
            format!("{logs}; {states} states of the rules, the newest of {}", times.named(at))
        }
        (states, None) => format!("{logs}; {states} states of the rules"),
    }
}

/// A table that is there only where it has rows.
pub fn table_of(head: Head, columns: impl Into<Vec<Column>>, rows: Vec<Row>) -> Option<Block> {
    let empty = String::new();
    (!rows.is_empty()).then(|| Block::Table(Table { head, columns: columns.into(), rows, empty }))
}

/// What is missing or damaged in the inventory; nothing when it is whole.
pub fn inventory_note(stock: &Stock) -> Option<Block> {
    /// Complaints that are told one by one.
    const TOLD: usize = 8;
    let mut paragraphs = Vec::new();
    if stock.name.is_empty() {
        paragraphs.push(
            "Weir was started without an inventory, so verdicts come from the logs alone, rules cannot be judged and \
             nothing is suggested. Collect it with the read-only script of the README and start with `--inventory DIR`."
                .to_owned(),
        );
    }
    if let Some(refusal) = &stock.refused {
        paragraphs.push(format!("{} {}", refusal.message, refusal.hint));
    } else if !stock.name.is_empty() && stock.number == 0 {
        paragraphs.push(format!("The inventory `{}` is being read.", stock.name));
    }
    paragraphs.extend(
        stock.complaints.iter().take(TOLD).map(|complaint| format!("{}.", complaint.trim_end_matches('.'))),
    );
    if stock.complaints.len() > TOLD {
        paragraphs.push(format!("{} more like these.", stock.complaints.len() - TOLD));
    }
    if paragraphs.is_empty() {
        return None;
    }
    Some(Block::Text(Text { head: Head::new("inventory", "Inventory"), paragraphs }))
}
