//! Security groups: how much each is used, and what is suggested about them, by state.

use super::blocked::with;
use super::links::{count, perhaps, tile};
use super::times::Times;
use super::{cure, group, say};
use crate::advice::decisions::{Remembered, State};
use crate::advice::groups::{GroupLine, groups};
use crate::advice::{Advised, Adviser, Stock};
use crate::clock::now;
use crate::http::advice::{beside, options};
use contract::human;
use contract::report::{Block, Cell, Choice, Column, Head, Row, Table, Tile, Tone};
use contract::{Page, Refusal, Report, View};
use firewall::suggest::Suggestion;

/// Groups told on the page; the file and the API have all.
const GROUPS: usize = 300;
/// Suggestions told on the page.
const SUGGESTIONS: usize = 100;

/// The page: all groups, or one of them.
///
/// # Errors
/// Whatever the adviser refuses.
pub async fn compose(adviser: &Adviser, view: &View, times: Times) -> Result<Report, Refusal> {
    let stock = adviser.stock();
    let advised = adviser.advised(view, &options(view)?).await?;
    match beside(view, "id") {
        Some(id) => group::compose(adviser, (view, id), (&advised, times), &stock),
        None => Ok(list(adviser, view, (&advised, times), &stock)),
    }
}

fn list(adviser: &Adviser, view: &View, (advised, times): (&Advised, Times), stock: &Stock) -> Report {
    let lines = groups(advised);
    let mut blocks = Vec::new();
    if advised.firewall.is_some() {
        blocks.push(Block::Tiles(tiles(&lines, advised)));
        blocks.push(Block::Table(suggestions(adviser, view, (advised, times), None)));
        blocks.push(Block::Table(table(view, &lines, say::origin(advised, stock, times))));
    }
    blocks.extend(say::inventory_note(stock));
    Report { headline: headline(&lines, advised), blocks }
}

fn headline(lines: &[GroupLine], advised: &Advised) -> String {
    let unused: u64 = lines.iter().map(|line| line.unused as u64).sum();
    let rules: u64 = lines.iter().map(|line| line.rules as u64).sum();
    match advised.firewall {
        None => "Without an inventory the groups and their rules are not known.".to_owned(),
        Some(_) if unused == 0 => {
            format!("No rule of {} can be called unused in this range.", human::count(rules))
        }
        Some(_) => {
            format!(
                "{} of {} were not used in this range.",
                human::count(unused),
                human::counted(rules, "rule", "rules")
            )
        }
    }
}

fn tiles(lines: &[GroupLine], advised: &Advised) -> Vec<Tile> {
    let sum = |value: fn(&GroupLine) -> usize| lines.iter().map(|line| value(line) as u64).sum::<u64>();
    let idle = lines.iter().filter(|line| line.interfaces == 0).count() as u64;
    vec![
        tile("Groups", lines.len() as u64, format!("{idle} without an interface")),
        tile("Rules used", sum(|line| line.used), format!("of {}", human::count(sum(|line| line.rules)))),
        tile("Rules unused", sum(|line| line.unused), "the logs would have shown their use"),
        tile("Not knowable", sum(|line| line.unknowable), "the logs cannot tell"),
        tile("Suggestions", advised.advice.suggestions.len() as u64, "openings, narrowings, removals"),
    ]
}

fn table(view: &View, lines: &[GroupLine], origin: String) -> Table {
    let most = lines.iter().map(|line| line.flows).max().unwrap_or(1).max(1);
    let bare = View { details: Default::default(), ..view.clone() };
    let row = |line: &GroupLine| {
        let name = if line.name.is_empty() { line.group.clone() } else { line.name.clone() };
        let unused = count(line.unused as u64);
        let row = Row::of([
            Cell::new(name).name().note(line.group.clone()).to(Page::Groups.address(&with(
                &bare,
                "id",
                &line.group,
            ))),
            count(line.interfaces as u64),
            count(line.rules as u64),
            count(line.used as u64).share(line.used as f64 / line.rules.max(1) as f64),
            if line.unused > 0 { unused.tone(Tone::Warn) } else { unused },
            count(line.unknowable as u64),
            count(line.flawed as u64),
            count(line.flows).share(line.flows as f64 / most as f64),
            perhaps(line.last),
            count(line.suggestions as u64),
        ]);
        Row { tone: if line.interfaces == 0 { Tone::Quiet } else { Tone::Plain }, ..row }
    };
    Table {
        head: Head::new("groups", "Security groups")
            .about("rules and their use, whatever the filter")
            .foot(origin)
            .way("All rules, CSV", format!("/api/v1/rules.csv?{}", contract::link::encode(view))),
        columns: vec![
            Column::words("Group"),
            Column::number("Interfaces"),
            Column::number("Rules"),
            Column::number("Used"),
            Column::number("Unused"),
            Column::number("Not knowable"),
            Column::number("Flawed"),
            Column::number("Records"),
            Column::words("Last used"),
            Column::number("Suggestions"),
        ],
        rows: lines.iter().take(GROUPS).map(row).collect(),
        empty: "The inventory has no security group.".to_owned(),
    }
}

/// The suggestions that stand in a state, of a group or of all, with the choice of the state.
pub fn suggestions(
    adviser: &Adviser,
    view: &View,
    (advised, times): (&Advised, Times),
    group: Option<&str>,
) -> Table {
    let shown = beside(view, "show").and_then(State::from_name).unwrap_or_default();
    let known = adviser.decisions().of_group(group);
    let made: Vec<&Suggestion> = advised
        .advice
        .suggestions
        .iter()
        .filter(|one| group.is_none_or(|group| one.group == group))
        .collect();
    let state_of = |id: &str| known.iter().find(|(known, _)| known == id).map(|(_, one)| one.state(now()));
    let bare = View { details: Default::default(), ..view.clone() };
    let of_made = |one: &&Suggestion| {
        let remembered = known.iter().find(|(id, _)| *id == one.id).map(|(_, known)| known.clone());
        let mut leads = with(&with(&bare, "id", &one.group), "suggestion", &one.id);
        if let Some(tightness) = beside(view, "tightness") {
            leads = with(&leads, "tightness", tightness);
        }
        Row::of([
            Cell::new(cure::title(one, advised)).name().to(Page::Groups.address(&leads)),
            say::group(&one.group, advised.firewall.as_deref()).exact(&one.group),
            Cell::new(one.why.clone()),
            count(one.flows),
            Cell::new(human::percent(one.confidence.value)).exact(one.confidence.value),
            Cell::new(cure::state_words(&remembered.unwrap_or_default(), times)),
        ])
    };
    let of_past = |(_, one): &(String, Remembered)| {
        Row::of([
            Cell::code(one.edit.trim().replace('\n', "; ")).name(),
            say::group(&one.group, advised.firewall.as_deref()).exact(&one.group),
            Cell::new(one.why.clone()),
            Cell::new("–"),
            Cell::new("–"),
            Cell::new(cure::state_words(one, times))
                .note(one.applied.map(|at| times.named(at)).unwrap_or_default()),
        ])
    };
    let mut rows: Vec<Row> = made
        .iter()
        .filter(|one| state_of(&one.id).unwrap_or_default() == shown)
        .take(SUGGESTIONS)
        .map(of_made)
        .collect();
    // What was decided or applied and is no longer made.
    let is_past = |(id, one): &&(String, Remembered)| {
        shown != State::Open && one.state(now()) == shown && !made.iter().any(|made| made.id == *id)
    };
    rows.extend(known.iter().filter(is_past).take(SUGGESTIONS).map(of_past));
    let mut head = Head::new("suggestions", "Suggestions")
        .about("to open what is meant to work, and to close what nobody uses");
    head.choices = State::ALL
        .map(|state| Choice {
            label: match state {
                State::Open => "Open",
                State::Dismissed => "Dismissed",
                State::Snoozed => "Snoozed",
                State::TrustedDenied => "Denied on purpose",
                State::Applied => "Applied",
            }
            .to_owned(),
            href: Page::Groups.address(&with(
                view,
                "show",
                if state == State::Open { "" } else { state.name() },
            )),
            is_current: state == shown,
        })
        .to_vec();
    let link = contract::link::encode(&bare);
    head = head
        .way("Terraform", format!("/api/v1/advice.tf?{link}"))
        .way("AWS CLI", format!("/api/v1/advice.sh?{link}"));
    head = head.way("CloudFormation", format!("/api/v1/advice.cfn.json?{link}"));
    Table {
        head,
        columns: vec![
            Column::words("Change"),
            Column::words("Group"),
            Column::words("Why"),
            Column::number("Records"),
            Column::number("Sure"),
            Column::words("State"),
        ],
        rows,
        empty: format!("No suggestion is {}.", shown.name().replace('-', " ")),
    }
}
