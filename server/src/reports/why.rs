//! "Why blocked?": one story of refused traffic. The layer in plain words, the records that prove it, the rules that were
//! asked, what came nearest, and the suggestion that cures it.

use super::blocked::with;
use super::links::{bytes, count, sentence};
use super::times::Times;
use super::{cure, say};
use crate::advice::groups::peer_label;
use crate::advice::{Advised, Adviser, Stock};
use contract::human;
use contract::report::{Block, Cell, Code, Column, Head, Row, Table, Text, Tile, Tone};
use contract::{Page, Refusal, RefusalKind, Report, View};
use firewall::evaluate::{Firewall, Opening};
use firewall::traffic::{Direction, Flow, Leg};
use firewall::verdict::{Card, Judged, MissingEntry};

/// Records that are shown as proof, an hour of one conversation each.
const PROOFS: usize = 24;
/// Rules that are shown, nearest first.
const RULES: usize = 40;
/// Far ends that are listed one by one.
const PEERS: usize = 12;

/// The card.
///
/// # Errors
/// When there is no such story in the range.
pub fn compose(
    adviser: &Adviser,
    (view, id): (&View, &str),
    (advised, times): (&Advised, Times),
    cards: &[Card],
    stock: &Stock,
) -> Result<Report, Refusal> {
    let card = cards.iter().find(|card| card.id() == id).ok_or_else(|| {
        let message = format!("Nothing of this kind is refused in this range: {id}.");
        Refusal::new(RefusalKind::NotFound, message, "Widen the range, or clear the filter.")
    })?;
    let firewall = advised.firewall.as_deref();
    let cures = cure::of_card(card, advised);
    let mut blocks = vec![
        Block::Tiles(tiles(card, times)),
        Block::Text(reasons(view, card, advised, say::origin(advised, stock, times))),
    ];
    // The cure stands right below the reason: what follows is for who doubts it.
    if let Some((first, more)) = cures.split_first() {
        blocks.extend(cure::blocks(adviser, (Page::Blocked, view), first, (advised, times)));
        for one in more {
            blocks.push(Block::Text(Text {
                head: Head::new("more", "Another cure").way(
                    "Show",
                    Page::Groups.address(&with(&with(&bare(view), "id", &one.group), "suggestion", &one.id)),
                ),
                paragraphs: vec![format!("{}: {}.", cure::title(one, advised), one.why)],
            }));
        }
    }
    blocks.extend(card.entry.as_ref().and_then(|entry| acl_entry(entry, card, firewall?)));
    blocks.push(Block::Table(proofs(view, card, advised)));
    blocks.extend(firewall.map(|firewall| Block::Table(rules(view, card, advised, firewall))));
    if card.peers.len() > 1 {
        blocks.push(Block::Table(far_ends(view, card, firewall)));
    }
    blocks.extend(say::inventory_note(stock));
    Ok(Report { headline: headline(card, firewall), blocks })
}

fn bare(view: &View) -> View {
    View { details: Default::default(), ..view.clone() }
}

fn headline(card: &Card, firewall: Option<&Firewall>) -> String {
    let whom = say::interface_name(&card.interface, card.first, firewall);
    let service = say::service(card.protocol, card.port);
    let far = match card.sources {
        1 => say::peers(&card.peers),
        more => human::counted(more as u64, "far end", "far ends"),
    };
    let what = match (card.direction, card.leg) {
        (Direction::Ingress, Leg::Opening) => format!("`{far}` may not reach `{service}` on `{whom}`"),
        (Direction::Egress, Leg::Opening) => format!("`{whom}` may not reach `{service}` on `{far}`"),
        (Direction::Egress, Leg::Answer) => {
            format!("Answers of `{whom}` for `{service}` do not get out to `{far}`")
        }
        (Direction::Ingress, Leg::Answer) => {
            format!("Answers of `{far}` for `{service}` do not get in to `{whom}`")
        }
    };
    let near = card.nearest.as_ref().zip(firewall).and_then(|(miss, firewall)| say::nearest(miss, firewall));
    match near {
        Some(near) => format!("{what}: {near}."),
        None => format!("{what}: {}.", lower(say::title(card.verdict))),
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn tiles(card: &Card, times: Times) -> Vec<Tile> {
    let tile = |title: &str, value: String, exact: String, note: String| Tile {
        title: title.to_owned(),
        value,
        exact,
        note,
        ..Tile::default()
    };
    let records = human::count(card.flows);
    let mut tiles = vec![
        Tile {
            unit: records.unit.to_owned(),
            ..tile(
                "Refused records",
                records.value,
                human::exact(card.flows),
                format!("{} in them", human::bytes(card.bytes)),
            )
        },
        tile("First", times.brief(card.first), times.named(card.first), times.zone()),
        tile(
            "Last",
            times.brief(card.last),
            times.named(card.last),
            format!("over {}", human::duration(card.last - card.first)),
        ),
    ];
    tiles.push(match card.accepted_until {
        Some(at) => tile("Accepted until", times.brief(at), times.named(at), "it worked before".to_owned()),
        None => tile(
            "Accepted until",
            "–".to_owned(),
            String::new(),
            "never let through in this range".to_owned(),
        ),
    });
    tiles.push(match card.retry {
        Some(retry) => tile(
            "Retried every",
            human::duration(retry.pause_secs),
            String::new(),
            format!("{} of the pauses are alike", human::percent(retry.regularity)),
        ),
        None => tile("Retried every", "–".to_owned(), String::new(), "too few attempts to tell".to_owned()),
    });
    tiles
}

fn reasons(view: &View, card: &Card, advised: &Advised, origin: String) -> Text {
    let firewall = advised.firewall.as_deref();
    let mut paragraphs = vec![say::layer(card.verdict).to_owned()];
    let proof: Vec<String> = card.proof.iter().map(|proof| format!("{}.", sentence(proof))).collect();
    if !proof.is_empty() {
        paragraphs.push(proof.join(" "));
    }
    if let Some((miss, firewall)) = card.nearest.as_ref().zip(firewall)
        && let Some(known) = firewall.rules().get(miss.rule)
    {
        paragraphs.push(format!(
            "The rule that comes nearest is `{}` of `{}` ({} {}): what differs is {}.",
            known.name(),
            known.group,
            say::rule_service(&known.rule),
            peer_label(&known.rule.peer, firewall),
            say::differs(&miss.differs),
        ));
    }
    paragraphs.push(format!("How sure: {}.", say::certainty(card.certainty)));
    if let Some(missing) = card.missing {
        paragraphs.push(format!("What would tell: `{missing}`."));
    }
    if cure::of_card(card, advised).is_empty() && !say::is_noise(card.verdict) && card.entry.is_none() {
        paragraphs.push(uncured(advised).to_owned());
    }
    let groups = card
        .groups
        .iter()
        .map(|group| (group.clone(), Page::Groups.address(&with(&bare(view), "id", group))));
    let mut head = Head::new("why", "Why blocked").about(say::title(card.verdict)).foot(origin);
    head = head.way("All blocked", Page::Blocked.address(&bare(view)));
    for (group, href) in groups {
        head = head.way(&group, href);
    }
    Text { head, paragraphs }
}

fn uncured(advised: &Advised) -> &'static str {
    if advised.firewall.is_none() {
        "Without an inventory no rule can be suggested."
    } else {
        "No rule is suggested: nothing beside the attempts says that it should work, or a group's rule is not the cure."
    }
}

/// The conversations of a card, most records first.
fn judged<'a>(card: &Card, advised: &'a Advised) -> Vec<&'a Judged> {
    let interfaces = advised.rows.interfaces();
    let name = |flow: &Flow| interfaces.get(flow.interface as usize).copied().unwrap_or_default();
    let is_mine = |one: &&Judged| {
        let flow = &one.refused.flow;
        (flow.direction, flow.leg, flow.protocol, flow.port)
            == (card.direction, card.leg, card.protocol, card.port)
            && one.finding.verdict == card.verdict
            && name(flow) == card.interface
            && card.peers.iter().any(|block| block.contains(flow.peer()))
    };
    let mut mine: Vec<&Judged> = advised.judged.iter().filter(is_mine).collect();
    mine.sort_by_key(|one| std::cmp::Reverse(one.refused.flow.flows));
    mine
}

/// What was logged of the conversation with most records: at this interface in both directions, and elsewhere.
fn proofs(view: &View, card: &Card, advised: &Advised) -> Table {
    let interfaces = advised.rows.interfaces();
    let mine = judged(card, advised);
    let pair = mine.first().map(|one| one.refused.flow);
    let is_of = |flow: &&Flow| {
        pair.is_some_and(|pair| {
            (flow.client, flow.server, flow.protocol, flow.port)
                == (pair.client, pair.server, pair.protocol, pair.port)
        })
    };
    let flows: Vec<&Flow> = advised.rows.flows().iter().filter(is_of).collect();
    let all = flows.len();
    // The refusals first, and beside them what was let through: so many of each that both are seen.
    let (refused, accepted): (Vec<&Flow>, Vec<&Flow>) = flows.into_iter().partition(|flow| !flow.accepted);
    let mut shown: Vec<&Flow> = refused.into_iter().take(PROOFS / 2).collect();
    let room = PROOFS - shown.len();
    shown.extend(accepted.into_iter().take(room));
    shown.sort_by_key(|flow| (flow.first, flow.interface, flow.direction));
    let row = |flow: &&Flow| {
        let name = interfaces.get(flow.interface as usize).copied().unwrap_or_default();
        let (from, to) =
            if flow.leg == Leg::Opening { (flow.client, flow.server) } else { (flow.server, flow.client) };
        let action = if flow.accepted { Cell::new("ACCEPT") } else { Cell::new("REJECT").tone(Tone::Held) };
        Row::of([
            Cell::moment(flow.first).name(),
            Cell::code(name),
            Cell::new(say::way(flow.direction)),
            Cell::new(if flow.leg == Leg::Opening { "asks" } else { "answers" }),
            Cell::code(from.to_string()),
            Cell::code(to.to_string()),
            action,
            Cell::new(
                flow.tcp_flags.map(|flags| contract::names::tcp_flags(flags.into())).unwrap_or_default(),
            ),
            count(flow.flows),
            bytes(flow.bytes),
        ])
    };
    let mut head = Head::new("records", "Records that prove it")
        .about("the conversation with most refusals, by the hour, at every interface that logged it");
    if let Some(pair) = pair {
        let clause =
            format!("client = {} AND server = {} AND service-port = {}", pair.client, pair.server, pair.port);
        let unfiltered = View { filter: Default::default(), ..bare(view) };
        if let Some(address) = super::links::narrowed(Page::Conversations, &unfiltered, &clause) {
            head = head.way("The conversation", address);
        }
    }
    Table {
        head: head.foot(format!("{} of {}", shown.len(), human::counted(all as u64, "row", "rows"))),
        columns: vec![
            Column::words("From"),
            Column::words("Interface"),
            Column::words("Way"),
            Column::words("Leg"),
            Column::words("Source"),
            Column::words("Destination"),
            Column::words("Action"),
            Column::words("TCP flags"),
            Column::number("Records"),
            Column::number("Bytes"),
        ],
        rows: shown.iter().map(row).collect(),
        empty: "No conversation of this kind.".to_owned(),
    }
}

/// The rules that were asked, nearest first.
fn rules(view: &View, card: &Card, advised: &Advised, firewall: &Firewall) -> Table {
    let mine = judged(card, advised);
    let asked = mine.first().map(|one| (one.refused.flow.first, one.opening()));
    let misses = asked
        .map(|(at, opening): (i64, Opening)| firewall.misses(at, &card.interface, &opening))
        .unwrap_or_default();
    let all = misses.len();
    let row = |miss: &firewall::evaluate::NearMiss| {
        let known = firewall.rules().get(miss.rule)?;
        let is_nearest = card.nearest.as_ref().is_some_and(|nearest| nearest.rule == miss.rule);
        Some(Row::of([
            Cell::code(known.name()).name().note(known.rule.description.clone()),
            Cell::code(known.group.clone()).to(Page::Groups.address(&with(&bare(view), "id", &known.group))),
            Cell::new(say::rule_service(&known.rule)),
            Cell::code(peer_label(&known.rule.peer, firewall)),
            Cell::new(say::differs(&miss.differs)).tone(if is_nearest { Tone::Warn } else { Tone::Plain }),
        ]))
    };
    let groups = card.groups.join(", ");
    let sub = if groups.is_empty() {
        "no group guards the interface".to_owned()
    } else {
        format!("of {groups}, nearest first")
    };
    Table {
        head: Head::new("rules", "Rules that were asked").about(sub).foot(format!(
            "{} of {}",
            all.min(RULES),
            human::counted(all as u64, "rule that does not match", "rules that do not match")
        )),
        columns: vec![
            Column::words("Rule"),
            Column::words("Group"),
            Column::words("Permits"),
            Column::words("Far end"),
            Column::words("What differs"),
        ],
        rows: misses.iter().take(RULES).filter_map(row).collect(),
        empty: "No rule of this direction was asked.".to_owned(),
    }
}

fn far_ends(view: &View, card: &Card, firewall: Option<&Firewall>) -> Table {
    let row = |block: &firewall::address::Cidr| {
        let is_one = block.open_bits() == 0;
        let text = if is_one { block.first().to_string() } else { block.to_string() };
        let end = if card.direction == Direction::Ingress { "client" } else { "server" };
        let sign = if is_one { "=" } else { "IN" };
        let cell = Cell::code(text.clone()).name();
        let clause = format!("{end} {sign} {text}");
        let cell = match super::links::narrowed(Page::Blocked, &bare(view), &clause) {
            Some(address) => cell.to(address),
            None => cell,
        };
        let whose = say::owner(block.first(), card.first, firewall).filter(|_| is_one).unwrap_or_default();
        Row::of([cell, Cell::new(whose)])
    };
    Table {
        head: Head::new("ends", "Far ends").foot(format!(
            "{} of {}",
            card.peers.len().min(PEERS),
            human::counted(card.peers.len() as u64, "block", "blocks")
        )),
        columns: vec![Column::words("Address"), Column::words("Whose")],
        rows: card.peers.iter().take(PEERS).map(row).collect(),
        empty: String::new(),
    }
}

/// The entry that the network ACL lacks, with the commands that add it and take it back.
fn acl_entry(entry: &MissingEntry, card: &Card, firewall: &Firewall) -> Option<Block> {
    let acl = firewall.inventory_at(card.last)?.acls.get(&entry.acl)?;
    let taken =
        |number: u32| acl.entries.iter().any(|one| one.egress == entry.egress && one.number == number);
    let before = entry.before.unwrap_or(32_766);
    let mut free = (1..before).rev().filter(|number| !taken(*number));
    let (mut text, way) = (String::new(), if entry.egress { "--egress" } else { "--ingress" });
    for block in &entry.blocks {
        let number = free.next()?;
        let family = if block.family() == firewall::address::Family::V4 {
            "--cidr-block"
        } else {
            "--ipv6-cidr-block"
        };
        let ports = match (entry.from_port, entry.to_port) {
            (0, 0) => String::new(),
            (from, to) => format!(" --port-range From={from},To={to}"),
        };
        let common = format!("--network-acl-id {} {way} --rule-number {number}", entry.acl);
        text.push_str(&format!(
            "aws ec2 create-network-acl-entry {common} --protocol {}{ports} {family} {block} --rule-action allow\n\
             # revert: aws ec2 delete-network-acl-entry {common}\n",
            entry.protocol
        ));
    }
    let head = Head::new("entry", "The entry that the ACL lacks").about(
        "to review: an ACL judges the whole subnet, and what else the entry lets pass these logs cannot say",
    );
    Some(Block::Code(Code { head, text: text.trim_end().to_owned(), file: String::new() }))
}
