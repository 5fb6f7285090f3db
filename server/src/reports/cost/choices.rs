//! What another set-up would cost and lose, and what was chosen of it.

use super::detail;
use crate::cost::{Cost, Given, LogCost};
use crate::reports::amounts::{money, said_saving, saving};
use contract::View;
use contract::report::{Block, Cell, Choice as WayChoice, Column, Head, Row, Table, Text};
use pricing::{Choice, Topic, dollars};

/// The choices that were made.
pub fn chosen(cost: &Cost, view: &View, given: &Given) -> Option<Block> {
    let last = cost.chosen.last()?;
    let row = |(place, one): (usize, &crate::cost::Chosen)| {
        let without: Vec<&str> = given
            .chosen
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != place)
            .map(|(_, id)| id.as_str())
            .collect();
        Row::of([
            Cell::new(&one.title)
                .name()
                .note(&one.loses)
                .way("Take back", detail(view, "choose", &without.join(","), &[])),
            saving(one.saves_usd),
            money(one.after_usd),
        ])
    };
    let all = cost.bill.total - last.after_usd;
    Some(Block::Table(Table {
        head: Head::new("chosen", "What you chose")
            .about(format!(
                "{} instead of {} a month: {}",
                dollars(last.after_usd),
                dollars(cost.bill.total),
                said_saving(all)
            ))
            .way("Take all back", detail(view, "choose", "", &[])),
        columns: vec![Column::words("Choice"), Column::number("Saves a month"), Column::number("Then")],
        rows: cost.chosen.iter().enumerate().map(row).collect(),
        empty: String::new(),
    }))
}

/// The topics, each a table of choices.
pub fn what_ifs(cost: &Cost, view: &View, given: &Given) -> Vec<Block> {
    let Some(told) = &cost.what_if else { return Vec::new() };
    let table = |id: &str, title: &str, topics: &[Topic]| {
        let choices: Vec<&Choice> =
            told.choices.iter().filter(|choice| topics.contains(&choice.topic)).collect();
        let mut columns = vec![
            Column::words("Choice"),
            Column::number("Saves a month"),
            Column::number("All then cost"),
            Column::words("What is lost"),
        ];
        // Of fields taken out there is nothing to say there.
        let is_more = choices.iter().any(|choice| !choice.wins.is_empty() || !choice.cautions.is_empty());
        columns.extend(is_more.then(|| Column::words("What is won, and what to mind")));
        let width = columns.len();
        let row = |choice: &Choice| {
            let mut row = what_if(choice, view, given);
            row.cells.truncate(width);
            row
        };
        (!choices.is_empty()).then(|| {
            Block::Table(Table {
                head: Head::new(id, title).about(format!("of {}", told.flow_log)),
                rows: choices.into_iter().map(row).collect(),
                columns,
                empty: String::new(),
            })
        })
    };
    let picker = (cost.logs.len() > 1).then(|| {
        let choice = |log: &LogCost| WayChoice {
            label: log.flow_log.clone(),
            href: format!("{}#what-if", detail(view, "log", &log.flow_log, &["choose"])),
            is_current: log.flow_log == told.flow_log,
        };
        cost.logs.iter().map(choice).collect::<Vec<_>>()
    });
    let intro = Text {
        head: Head {
            choices: picker.unwrap_or_default(),
            ..Head::new("what-if", "What if").about(format!("{} was set up otherwise", told.flow_log))
        },
        paragraphs: told.notes.clone(),
    };
    let tables = [
        table(
            "what-if-delivery",
            "Destination, format, interval, traffic",
            &[Topic::Destination, Topic::Format, Topic::Interval, Topic::Traffic],
        ),
        table("what-if-fields-out", "A field less", &[Topic::FieldOut]),
        table("what-if-fields-in", "A field more", &[Topic::FieldIn]),
        table(
            "what-if-keeping",
            "Storage class, retention, prefixes",
            &[Topic::Storage, Topic::Retention, Topic::Keys],
        ),
    ];
    std::iter::once(Block::Text(intro)).chain(tables.into_iter().flatten()).collect()
}

fn what_if(choice: &Choice, view: &View, given: &Given) -> Row {
    let mut ids = given.chosen.clone();
    ids.push(choice.id.clone());
    let range = (choice.saves_least_usd != choice.saves_most_usd)
        .then(|| format!("{} to {}", dollars(choice.saves_least_usd), dollars(choice.saves_most_usd)));
    let saves = saving(choice.saves_usd).note(match (range, choice.estimate) {
        (Some(range), _) => range,
        (None, true) => "estimate".to_owned(),
        (None, false) => String::new(),
    });
    let wins = (!choice.wins.is_empty()).then_some(choice.wins.as_str());
    Row::of([
        Cell::new(&choice.title).name().to(format!("{}#chosen", detail(view, "choose", &ids.join(","), &[]))),
        saves,
        money(choice.after_usd),
        Cell::new(&choice.loses),
        Cell::new(wins.unwrap_or_default()).note(choice.cautions.join(" ")),
    ])
}
