//! One security group: its rules with their use, what is wrong with them, what is suggested, and how tight.

use super::blocked::with;
use super::links::{bytes, count, perhaps, tile};
use super::times::Times;
use super::{cure, groups, say};
use crate::advice::groups::{RuleLine, peer_label, rules};
use crate::advice::{Advised, Adviser, Stock};
use crate::csv::advice::status;
use crate::http::advice::beside;
use contract::report::{Block, Cell, Choice, Column, Head, Picture, Row, Table, Tile, Tone};
use contract::{Page, Refusal, RefusalKind, Report, View, human};
use firewall::evaluate::Firewall;
use firewall::inventory::{Group, Inventory};
use firewall::suggest::quotas;
use firewall::usage::Status;

/// Rules told on the page; the file and the API have all.
const RULES: usize = 250;
/// Interfaces whose traffic is drawn together; a longer filter makes a long address.
const MOST_DRAWN: usize = 40;
/// Choices of how tight narrowed rules are.
const TIGHTNESS: [(&str, &str); 3] = [("0", "Few rules"), ("", "Balanced"), ("1", "Tight rules")];

/// The page.
///
/// # Errors
/// When the newest inventory has no such group.
pub fn compose(
    adviser: &Adviser,
    (view, id): (&View, &str),
    (advised, times): (&Advised, Times),
    stock: &Stock,
) -> Result<Report, Refusal> {
    let none = || {
        let hint = "Choose one from the list of groups.";
        Refusal::new(RefusalKind::NotFound, format!("The inventory has no group {id}."), hint)
    };
    let firewall = advised.firewall.as_deref().ok_or_else(none)?;
    let latest = firewall.history().latest().ok_or_else(none)?;
    let group = latest.groups.get(id).ok_or_else(none)?;
    let lines = rules(advised, Some(id));
    let mut blocks = vec![Block::Tiles(tiles(group, latest, &lines))];
    let chosen = beside(view, "suggestion");
    let one = chosen.and_then(|id| advised.advice.suggestions.iter().find(|one| one.id == id));
    if let Some(one) = one {
        blocks.extend(cure::blocks(adviser, (Page::Groups, view), one, (advised, times)));
    }
    blocks.push(Block::Table(table(view, (group, firewall), &lines, say::origin(advised, stock, times))));
    blocks.push(Block::Table(suggestions(adviser, view, (advised, times), id)));
    blocks.extend(picture(view, group, latest).map(Block::Picture));
    blocks.extend(gone(&lines));
    blocks.extend(say::inventory_note(stock));
    Ok(Report { headline: headline(group, &lines, advised), blocks })
}

fn headline(group: &Group, lines: &[RuleLine], advised: &Advised) -> String {
    let standing = lines.iter().filter(|line| line.standing);
    let unused = standing.clone().filter(|line| line.status == Status::Unused).count() as u64;
    let made = advised.advice.suggestions.iter().filter(|one| one.group == group.id).count() as u64;
    let name = if group.name.is_empty() { &group.id } else { &group.name };
    let used = match (standing.count(), unused) {
        (0, _) => "has no rules".to_owned(),
        (_, 0) => "has no rule that could be called unused".to_owned(),
        (all, unused) => format!("has {} unused of {all}", human::counted(unused, "rule", "rules")),
    };
    let advice = if made == 0 {
        String::new()
    } else {
        format!("; {}", human::counted(made, "suggestion", "suggestions"))
    };
    format!("`{name}` {used}{advice}.")
}

fn tiles(group: &Group, latest: &Inventory, lines: &[RuleLine]) -> Vec<Tile> {
    let standing = || lines.iter().filter(|line| line.standing);
    let load = [false, true].map(|egress| quotas::load(latest, group, egress));
    let budget = quotas::budget(latest, group);
    let fullest = load.iter().map(|load| load.v4.max(load.v6)).max().unwrap_or_default();
    let flows: u64 = standing().map(|line| line.flows).sum();
    let vpc = if group.vpc.is_empty() { "VPC not told".to_owned() } else { group.vpc.clone() };
    vec![
        tile("Interfaces", latest.members(&group.id).count() as u64, vpc),
        tile(
            "Rules",
            standing().count() as u64,
            format!("the fuller direction counts {fullest} of {budget}"),
        ),
        tile(
            "Unused",
            standing().filter(|line| line.status == Status::Unused).count() as u64,
            format!("{} not knowable", standing().filter(|line| line.status == Status::Unknowable).count()),
        ),
        tile("Openings let in or out", flows, "accepted records its rules permit"),
    ]
}

fn table(view: &View, (group, firewall): (&Group, &Firewall), lines: &[RuleLine], origin: String) -> Table {
    let most = lines.iter().map(|line| line.flows).max().unwrap_or(1).max(1);
    let standing = lines.iter().filter(|line| line.standing);
    let link = contract::link::encode(view);
    Table {
        head: Head::new("rules", "Rules")
            .about("with everything they let through in this range")
            .foot(origin)
            .way("JSON", format!("/api/v1/rules?{link}")),
        columns: vec![
            Column::words("Rule"),
            Column::words("Way"),
            Column::words("Service"),
            Column::words("Far end"),
            Column::words("Status"),
            Column::number("Records"),
            Column::number("Bytes"),
            Column::number("Clients"),
            Column::number("Sole"),
            Column::words("First used"),
            Column::words("Last used"),
            Column::words("Flaws"),
        ],
        rows: standing.take(RULES).map(|line| row(line, group, firewall, most)).collect(),
        empty: "The group has no rules: nothing gets in or out by it.".to_owned(),
    }
}

fn row(line: &RuleLine, group: &Group, firewall: &Firewall, most: u64) -> Row {
    let rule = group.rules.iter().find(|rule| rule.id == line.rule);
    let service = rule.map_or_else(|| line.protocol.clone(), say::rule_service);
    let peer = rule.map_or_else(|| line.peer.clone(), |rule| peer_label(&rule.peer, firewall));
    let state = Cell::new(status(line.status)).note(line.reason.unwrap_or_default());
    let state = match line.status {
        Status::Used => state.tone(Tone::Good),
        Status::Unused => state.tone(Tone::Warn),
        Status::Unknowable => state.tone(Tone::Quiet),
    };
    let sole = if line.flows > 0 && line.sole == 0 { Cell::new("shared") } else { count(line.sole) };
    Row::of([
        Cell::code(line.rule.clone()).name().note(line.description.clone()),
        Cell::new(if line.direction == "egress" { "out" } else { "in" }),
        Cell::new(service),
        Cell::code(peer),
        state,
        count(line.flows).share(line.flows as f64 / most as f64),
        bytes(line.bytes),
        count(line.clients as u64),
        sole,
        perhaps(line.first),
        perhaps(line.last),
        Cell::new(line.flaws.join("; ")),
    ])
}

/// The group's suggestions, at the tightness that is chosen.
fn suggestions(adviser: &Adviser, view: &View, advised: (&Advised, Times), id: &str) -> Table {
    let mut table = groups::suggestions(adviser, view, advised, Some(id));
    let chosen = beside(view, "tightness").unwrap_or_default();
    table.head.choices = TIGHTNESS
        .map(|(value, label)| Choice {
            label: label.to_owned(),
            href: Page::Groups.address(&with(&with(view, "suggestion", ""), "tightness", value)),
            is_current: value == chosen,
        })
        .to_vec();
    table.head.sub = "few rules are wider, tight rules name every peer; all fit the quotas".to_owned();
    table
}

/// The traffic of the group's interfaces over time.
fn picture(view: &View, group: &Group, latest: &Inventory) -> Option<Picture> {
    let members: Vec<&str> =
        latest.members(&group.id).take(MOST_DRAWN + 1).map(|one| one.id.as_str()).collect();
    if members.is_empty() || members.len() > MOST_DRAWN {
        return None;
    }
    let bare = View { details: Default::default(), ..view.clone() };
    let shown = app::question::narrowed(&bare, &format!("interface-id IN ({})", members.join(", ")))?;
    let head = Head::new("traffic", "Traffic of its interfaces")
        .about("by action")
        .way("On the overview", Page::Overview.address(&shown));
    Some(Picture {
        head,
        src: format!("/api/v1/timeline.svg?{}", contract::link::encode(&shown)),
        alt: format!("Traffic over time of the interfaces that carry {}", group.id),
        height_css: 220,
    })
}

/// Rules that stood in an earlier state and went.
fn gone(lines: &[RuleLine]) -> Option<Block> {
    let rows: Vec<Row> = lines
        .iter()
        .filter(|line| !line.standing)
        .map(|line| {
            Row::of([
                Cell::code(line.rule.clone()).name().note(line.description.clone()),
                Cell::new(if line.direction == "egress" { "out" } else { "in" }),
                Cell::new(format!("{} {}", line.protocol, line.from_port)),
                Cell::code(line.peer.clone()),
                count(line.flows),
                perhaps(line.last),
            ])
        })
        .collect();
    let columns = [
        Column::words("Rule"),
        Column::words("Way"),
        Column::words("Service"),
        Column::words("Far end"),
        Column::number("Records"),
        Column::words("Last used"),
    ];
    let head =
        Head::new("gone", "Rules that went").about("they stood in an earlier snapshot of the inventory");
    say::table_of(head, columns, rows)
}
