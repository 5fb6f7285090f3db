//! Replay: what an edit would have changed had it stood during the whole range, before anybody applies it.

use super::links::{self, count, tile};
use super::{cure, say};
use crate::advice::{Adviser, Replayed, Stock};
use crate::http::advice::{beside, options};
use app::signals::use_link::hidden_fields;
use contract::human;
use contract::report::{Block, Cell, Column, Form, FormField, FormKind, Head, Row, Table, Text, Tile, Tone};
use contract::{Page, Refusal, Report, View};
use firewall::edit::{WordsError, parse};
use firewall::evaluate::Firewall;
use firewall::replay::Effect;
use std::collections::BTreeMap;

/// Clients told on the page; the file and the API have all.
const CLIENTS: usize = 100;
/// Faults of the text told at once.
const FAULTS: usize = 5;

/// The page.
///
/// # Errors
/// Whatever the adviser refuses.
pub async fn compose(adviser: &Adviser, view: &View) -> Result<Report, Refusal> {
    let stock = adviser.stock();
    let Some(firewall) = stock.firewall.clone() else {
        let headline = "Without an inventory there are no rules to edit.".to_owned();
        return Ok(Report { headline, blocks: say::inventory_note(&stock).into_iter().collect() });
    };
    let text = text_of(adviser, view).await?;
    let latest = firewall.history().latest().cloned().unwrap_or_default();
    let (mut blocks, mut headline, mut fault) = (Vec::new(), String::new(), String::new());
    match parse(&text, &latest) {
        Err(errors) => fault = faults(&errors),
        Ok(edits) if edits.is_empty() => {}
        Ok(edits) => {
            let replayed = adviser.replayed(view, edits).await?;
            let advised = adviser.advised(view, &options(view)?).await?;
            let window = advised.rows.window();
            headline = headline_of(&replayed, window.to - window.from);
            blocks.push(Block::Tiles(tiles(&replayed)));
            let interfaces = advised.rows.interfaces();
            blocks.push(Block::Table(clients(view, &replayed, &interfaces, &firewall)));
            blocks.push(Block::Table(days(&replayed, window.from)));
        }
    }
    blocks.insert(0, Block::Form(form(view, text, fault, &stock)));
    if headline.is_empty() {
        blocks.push(Block::Text(help()));
    }
    Ok(Report { headline, blocks })
}

/// The edits that are asked: as they were written, or those of a suggestion.
async fn text_of(adviser: &Adviser, view: &View) -> Result<String, Refusal> {
    if let Some(text) = beside(view, "edits") {
        // A form sends line ends as carriage return and line feed.
        return Ok(text.replace("\r\n", "\n"));
    }
    let Some(id) = beside(view, "suggestion") else { return Ok(String::new()) };
    let advised = adviser.advised(view, &options(view)?).await?;
    let one = advised.advice.suggestions.iter().find(|one| one.id == id);
    let remembered = || adviser.decisions().of(id).map(|one| one.edit).unwrap_or_default();
    Ok(one.map_or_else(remembered, |one| cure::edit_words(one, &advised)))
}

fn faults(errors: &[WordsError]) -> String {
    let told: Vec<String> = errors.iter().take(FAULTS).map(ToString::to_string).collect();
    let more = errors.len().saturating_sub(FAULTS);
    let more = if more == 0 { String::new() } else { format!("; {more} more") };
    format!("{}{more}.", told.join("; "))
}

fn form(view: &View, text: String, fault: String, stock: &Stock) -> Form {
    let is_empty = text.is_empty();
    Form {
        head: Head::new("edit", "Edit")
            .about("asked of every conversation of the range, whatever the filter; nothing is changed")
            .foot(format!("Rules as the newest state of {} has them", stock.name)),
        action: Page::Replay.path().to_owned(),
        is_order: false,
        hidden: hidden_fields(view, &["edits", "suggestion", "id", "as"]),
        fields: vec![FormField {
            name: "edits".to_owned(),
            label: "One change on each line".to_owned(),
            value: text,
            hint: if is_empty { "add sg-… ingress tcp 5432 from sg-…".to_owned() } else { String::new() },
            fault,
            kind: FormKind::Lines,
        }],
        button: "Replay".to_owned(),
    }
}

fn help() -> Text {
    Text {
        head: Head::new("help", "How edits are written"),
        paragraphs: vec![
            "`add sg-0a1b ingress tcp 5432 from sg-0c2d` adds a rule; `egress … to …` is for what leaves.".to_owned(),
            "`remove sgr-0e3f` takes a rule away, or `remove sg-0a1b ingress tcp 0-65535 from 0.0.0.0/0` by what it permits."
                .to_owned(),
            "Protocols are `tcp`, `udp`, `icmp`, `icmpv6`, `all` or a number; ports a number, a range or `all`; far ends a \
             block, a group or a prefix list. Lines that begin with `#` say nothing."
                .to_owned(),
        ],
    }
}

fn headline_of(replayed: &Replayed, secs: i64) -> String {
    let range = human::duration(secs);
    match (replayed.allowed, replayed.dropped) {
        (0, 0) => format!("Nothing in these {range} would have gone another way."),
        (allowed, 0) => format!(
            "`{}` refused records of these {range} would have been let through, none newly refused.",
            human::count(allowed)
        ),
        (0, dropped) => {
            format!("`{}` accepted records of these {range} would have been refused.", human::count(dropped))
        }
        (allowed, dropped) => format!(
            "`{}` refused records of these {range} would have been let through, and `{}` accepted ones refused.",
            human::count(allowed),
            human::count(dropped)
        ),
    }
}

fn tiles(replayed: &Replayed) -> Vec<Tile> {
    let stopped: u64 =
        replayed.changes.iter().filter(|(.., stopped)| *stopped).map(|(_, change, _)| change.flows).sum();
    let still = if stopped > 0 {
        format!("{} the network ACL still stops", human::count(stopped))
    } else {
        "records".to_owned()
    };
    let exposure = replayed.exposure;
    let (internet, tone) = match exposure.reaches_internet {
        true => ("strangers from the internet get in", Tone::Warn),
        false => ("pairs of address and port, used or not", Tone::Plain),
    };
    let (value, unit) = size(exposure.added);
    let millis = replayed.took.as_secs_f64() * 1e3;
    vec![
        tile("Newly let through", replayed.allowed, still),
        Tile {
            tone: if replayed.dropped > 0 { Tone::Held } else { Tone::Plain },
            ..tile("Newly refused", replayed.dropped, "records that were accepted")
        },
        Tile {
            title: "Exposure added".to_owned(),
            value,
            unit,
            exact: format!("{:.0} added, {:.0} removed", exposure.added, exposure.removed),
            note: internet.to_owned(),
            tone,
        },
        Tile {
            title: "Took".to_owned(),
            value: if millis < 10.0 { format!("{millis:.1}") } else { format!("{millis:.0}") },
            unit: "ms".to_owned(),
            exact: format!("{} rows", human::exact(replayed.rows)),
            note: format!("for {}", human::counted(replayed.rows, "row", "rows")),
            tone: Tone::Plain,
        },
    ]
}

/// A number that may be larger than any integer: all of IPv6 is.
fn size(number: f64) -> (String, String) {
    if number < 1e18 {
        let read = human::count(number as u64);
        return (read.value, read.unit.to_owned());
    }
    let power = number.log10().floor();
    (format!("{:.2}", number / 10_f64.powf(power)), format!("× 10^{power}"))
}

/// Who and what is concerned: a client, a service, an interface.
type Line = (Effect, String, String, u8, u16);

fn clients(view: &View, replayed: &Replayed, interfaces: &[&str], firewall: &Firewall) -> Table {
    let mut sums: BTreeMap<Line, (u64, u64, usize, bool)> = BTreeMap::new();
    for (who, change, stopped) in &replayed.changes {
        let interface = interfaces.get(who.interface as usize).copied().unwrap_or_default();
        let line = (who.effect, who.client.to_string(), interface.to_owned(), who.protocol, who.port);
        let (flows, bytes, servers, still) = sums.entry(line).or_default();
        *flows += change.flows;
        *bytes += change.bytes;
        *servers += 1;
        *still |= *stopped;
    }
    let mut lines: Vec<(Line, (u64, u64, usize, bool))> = sums.into_iter().collect();
    lines.sort_by_key(|((effect, ..), (flows, ..))| (*effect == Effect::Allowed, std::cmp::Reverse(*flows)));
    let most = lines.iter().map(|(_, (flows, ..))| *flows).max().unwrap_or(1).max(1);
    let all = lines.len();
    let row = |((effect, client, interface, protocol, port), (flows, bytes, _, still)): &(
        Line,
        (u64, u64, usize, bool),
    )| {
        let name = say::interface_name(interface, i64::MAX, Some(firewall));
        let what = match effect {
            Effect::Allowed if *still => {
                Cell::new("let through by groups").note("the network ACL still stops it")
            }
            Effect::Allowed => Cell::new("let through"),
            Effect::Dropped => Cell::new("refused").tone(Tone::Held),
        };
        let end = Cell::code(client.clone()).name();
        let end = match super::links::narrowed(Page::Conversations, view, &format!("client = {client}")) {
            Some(address) => end.to(address),
            None => end,
        };
        let whose = client.parse().ok().and_then(|address| say::owner(address, i64::MAX, Some(firewall)));
        Row::of([
            end.note(whose.unwrap_or_default()),
            what,
            Cell::new(say::service(*protocol, *port)),
            Cell::new(name).note(interface.clone()),
            count(*flows).share(*flows as f64 / most as f64),
            links::bytes(*bytes),
        ])
    };
    let link = contract::link::encode(view);
    Table {
        head: Head::new("clients", "By client")
            .about("what is refused from now on stands first")
            .foot(format!("{} of {}", all.min(CLIENTS), human::counted(all as u64, "line", "lines")))
            .way("All pairs, CSV", format!("/api/v1/replay.csv?{link}")),
        columns: vec![
            Column::words("Client"),
            Column::words("From now on"),
            Column::words("Service"),
            Column::words("Interface"),
            Column::number("Records"),
            Column::number("Bytes"),
        ],
        rows: lines.iter().take(CLIENTS).map(row).collect(),
        empty: "Nothing that was recorded goes another way.".to_owned(),
    }
}

fn days(replayed: &Replayed, from: i64) -> Table {
    let row = |(day, allowed, dropped): &(i64, u64, u64)| {
        let refused = count(*dropped);
        Row::of([
            Cell::moment(*day).name(),
            count(*allowed),
            if *dropped > 0 { refused.tone(Tone::Held) } else { refused },
        ])
    };
    Table {
        head: Head::new("days", "By day").about("24 hours each, from the start of the range"),
        columns: vec![
            Column::words("From"),
            Column::number("Newly let through"),
            Column::number("Newly refused"),
        ],
        rows: replayed.by_day(from).iter().map(row).collect(),
        empty: "Nothing on any day.".to_owned(),
    }
}
