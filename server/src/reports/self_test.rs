//! Self-test: every source from its credentials to its lag, up to the first step that fails.

use crate::self_test::{Outcome, STEPS, SourceTest, Step, Tests};
use contract::report::{Block, Cell, Column, Head, Row, Table, Text, Tone};
use contract::{Page, Report, View};

/// The page.
pub async fn compose(tests: &dyn Tests, view: &View) -> Report {
    let told = tests.run().await;
    let red = |test: &SourceTest| test.steps.iter().find(|step| step.outcome == Outcome::Failed).cloned();
    let failed: Vec<Step> = told.iter().filter_map(red).collect();
    let headline = match (told.len(), failed.as_slice()) {
        (0, _) => "There is no source to test.".to_owned(),
        (1, []) => "The source can be read.".to_owned(),
        (1, [step, ..]) => format!("The test fails at {}. {}", step.name, step.cure),
        (all, []) => format!("All {all} sources can be read."),
        (all, failed) => format!("{} of {all} sources fail the test.", failed.len()),
    };
    let mut blocks: Vec<Block> =
        told.iter().enumerate().map(|(place, test)| Block::Table(table(place, test, view))).collect();
    if told.is_empty() {
        let paragraphs = vec![
            "The server was started without `--source`; it shows what its data folder holds.".to_owned(),
        ];
        blocks.push(Block::Text(Text { head: Head::new("none", "No source"), paragraphs }));
    }
    Report { headline, blocks }
}

fn table(place: usize, test: &SourceTest, view: &View) -> Table {
    let walked = test.steps.iter().map(row);
    let left = STEPS.iter().skip(test.steps.len()).map(|name| {
        Row::of([
            Cell::new(*name).name().tone(Tone::Quiet),
            Cell::new("not reached").tone(Tone::Quiet),
            Cell::default(),
            Cell::default(),
        ])
    });
    Table {
        head: Head::new(&format!("source-{}", place + 1), &test.source)
            .about("tested just now, with the store as it is")
            .way("Test again", Page::SelfTest.address(view))
            .way("Set up a flow log", Page::Setup.elsewhere(view)),
        columns: ["Step", "State", "What was found", "What to do"].map(Column::words).to_vec(),
        rows: walked.chain(left).collect(),
        empty: String::new(),
    }
}

fn row(step: &Step) -> Row {
    let (state, tone) = match step.outcome {
        Outcome::Good => ("passed", Tone::Good),
        Outcome::Warning => ("warning", Tone::Warn),
        Outcome::Failed => ("failed", Tone::Held),
    };
    Row::of([
        Cell::new(step.name).name(),
        Cell::new(state).tone(tone),
        Cell::new(&step.found),
        Cell::new(&step.cure),
    ])
}
