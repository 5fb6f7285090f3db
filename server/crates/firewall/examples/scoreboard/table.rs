//! The figures as a table in Markdown, a column for each kind of account, each figure beside its goal.

use crate::case::Score;

/// All accounts of one kind.
pub struct Column {
    kind: String,
    title: String,
    score: Score,
    /// Part of later wanted openings that tighter rules may stop; `None` where nothing is known of later.
    stopped: Option<f64>,
}

/// A figure of a column, and its goal.
struct Figure {
    text: String,
    is_missed: bool,
}

impl Column {
    pub fn new(kind: &str, title: &str, score: Score, stopped: Option<f64>) -> Self {
        Column { kind: kind.to_owned(), title: title.to_owned(), score, stopped }
    }

    /// What was taken for what, and with `verbose` every case.
    pub fn print_mistakes(&self, verbose: bool) {
        println!("\n{}, {}", self.kind, self.title);
        for (how, confusion) in
            [("with inventory", &self.score.with_inventory), ("from logs alone", &self.score.logs_alone)]
        {
            println!("  {how}, F1: {}", confusion.by_class());
            confusion.mistakes().iter().take(6).for_each(|mistake| println!("  {how}: {mistake}"));
        }
        if self.stopped.is_some() {
            println!("  confidence:");
            self.score.calibration.curve().iter().for_each(|bin| println!("    {bin}"));
        }
        if verbose {
            self.score.complaints.told().iter().for_each(|complaint| println!("    {complaint}"));
        }
    }
}

fn plain(count: u64) -> Figure {
    Figure { text: count.to_string(), is_missed: false }
}

fn at_least(value: f64, goal: f64) -> Figure {
    Figure { text: format!("{value:.4}"), is_missed: value < goal }
}

fn at_most(value: f64, goal: f64) -> Figure {
    Figure { text: format!("{value:.4}"), is_missed: value > goal }
}

/// The name of a line, its goal, and how it is read from a column; `None` where a kind of account does not tell.
type Line = (&'static str, &'static str, fn(&Column) -> Option<Figure>);

const LINES: [Line; 19] = [
    ("refused conversations", "", |one| Some(plain(one.score.with_inventory.total()))),
    ("abstained, with inventory", "", |one| Some(plain(one.score.with_inventory.abstained))),
    ("abstained, from logs alone", "", |one| Some(plain(one.score.logs_alone.abstained))),
    ("verdicts with inventory, macro-F1", "≥ 0.98", |one| {
        Some(at_least(one.score.with_inventory.macro_f1(), 0.98))
    }),
    ("verdicts from logs alone, macro-F1", "≥ 0.90", |one| {
        Some(at_least(one.score.logs_alone.macro_f1(), 0.9))
    }),
    ("openings", "", |one| Some(plain(one.score.openings.all))),
    ("openings, precision", "≥ 0.99", |one| Some(at_least(one.score.openings.part(), 0.99))),
    ("wanted pairs refused three times or more", "", |one| Some(plain(one.score.refused_pairs.all))),
    ("openings, recall of those", "≥ 0.95", |one| Some(at_least(one.score.refused_pairs.part(), 0.95))),
    ("openings to scanners", "0", |one| {
        Some(Figure {
            text: one.score.opened_to_scanners.to_string(),
            is_missed: one.score.opened_to_scanners > 0,
        })
    }),
    ("rules", "", |one| Some(plain(one.score.usage.all))),
    ("rule usage equal to asking every rule", "1", |one| Some(at_least(one.score.usage.part(), 1.0))),
    ("groups within the quotas", "1", |one| Some(at_least(one.score.quotas.part(), 1.0))),
    ("rules narrowed or removed", "", |one| one.stopped.map(|_| plain(one.score.tightened))),
    ("later wanted openings", "", |one| one.stopped.map(|_| plain(one.score.later))),
    ("… stopped by tighter rules", "≤ 0.001 after 42 days, ≤ 0.01 after 7", |one| {
        let stopped = one.score.later_dropped as f64 / one.score.later.max(1) as f64;
        one.stopped.map(|goal| Figure { text: format!("{stopped:.5}"), is_missed: stopped > goal })
    }),
    ("excess removed, in doublings", "≥ 0.90", |one| {
        one.stopped.map(|_| at_least(1.0 - one.score.excess_left / one.score.excess.max(1e-9), 0.9))
    }),
    ("excess removed, in pairs of address and port", "", |one| {
        let part = 1.0 - one.score.cells_left / one.score.cells.max(1e-9);
        one.stopped.map(|_| Figure { text: format!("{part:.6}"), is_missed: false })
    }),
    ("confidence, calibration error", "≤ 0.05", |one| {
        one.stopped.map(|_| at_most(one.score.calibration.error(), 0.05))
    }),
];

/// Prints the table; whether every goal is reached.
pub fn print(columns: &[Column]) -> bool {
    let heads: Vec<String> = columns.iter().map(|one| format!("{}, {}", one.kind, one.title)).collect();
    println!("| | {} | goal |", heads.join(" | "));
    println!("|---|{}---|", "--:|".repeat(heads.len()));
    let mut reached = true;
    for (name, goal, read) in LINES {
        let figures = columns.iter().map(|column| match read(column) {
            None => "–".to_owned(),
            Some(Figure { text, is_missed: false }) => text,
            Some(Figure { text, is_missed: true }) => {
                reached = false;
                format!("**{text} MISSED**")
            }
        });
        let figures: Vec<String> = figures.collect();
        println!("| {name} | {} | {goal} |", figures.join(" | "));
    }
    reached
}

/// Prints one figure that must not be more than its goal; whether it is reached.
pub fn goal(name: &str, value: f64, goal: f64) -> bool {
    let sign = if value > goal { "MISSED" } else { "reached" };
    println!("{name}: {value:.2}, goal ≤ {goal}: {sign}");
    value <= goal
}
