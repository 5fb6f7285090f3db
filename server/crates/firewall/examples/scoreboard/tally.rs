//! Counting right and wrong: verdicts by class, suggestions, confidence against outcome.

use std::collections::{BTreeMap, BTreeSet};

/// A confusion matrix; abstentions are counted apart.
#[derive(Clone, Debug, Default)]
pub struct Confusion {
    cells: BTreeMap<(String, String), u64>,
    pub abstained: u64,
}

impl Confusion {
    pub fn add(&mut self, truth: &str, verdict: &str, weight: u64) {
        if verdict == "unknown" {
            self.abstained += weight;
        } else {
            *self.cells.entry((truth.to_owned(), verdict.to_owned())).or_default() += weight;
        }
    }

    pub fn merge(&mut self, other: &Confusion) {
        self.abstained += other.abstained;
        for (cell, count) in &other.cells {
            *self.cells.entry(cell.clone()).or_default() += count;
        }
    }

    /// The mean of F1 over the classes that the truth has.
    pub fn macro_f1(&self) -> f64 {
        let classes: BTreeSet<&String> = self.cells.keys().map(|(truth, _)| truth).collect();
        let sum: f64 = classes.iter().map(|class| self.f1(class)).sum();
        if classes.is_empty() { 1.0 } else { sum / classes.len() as f64 }
    }

    fn f1(&self, class: &str) -> f64 {
        let sum = |wanted: &dyn Fn(&str, &str) -> bool| -> f64 {
            self.cells.iter().filter(|((t, v), _)| wanted(t, v)).map(|(_, n)| *n as f64).sum()
        };
        let right = sum(&|t, v| t == class && v == class);
        let (told, there) = (sum(&|_, v| v == class), sum(&|t, _| t == class));
        if told + there == 0.0 { 1.0 } else { 2.0 * right / (told + there) }
    }

    /// F1 and size of every class that the truth has.
    pub fn by_class(&self) -> String {
        let mut there: BTreeMap<&str, u64> = BTreeMap::new();
        self.cells.iter().for_each(|((truth, _), count)| *there.entry(truth).or_default() += count);
        let told = |(class, count): (&&str, &u64)| format!("{class} {:.3} of {count}", self.f1(class));
        there.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    /// What was taken for what, most frequent first.
    pub fn mistakes(&self) -> Vec<String> {
        let mut wrong: Vec<_> = self.cells.iter().filter(|((truth, verdict), _)| truth != verdict).collect();
        wrong.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        wrong
            .iter()
            .map(|((truth, verdict), count)| format!("{truth} taken for {verdict}: {count}"))
            .collect()
    }

    pub fn total(&self) -> u64 {
        self.cells.values().sum::<u64>() + self.abstained
    }
}

/// Confidence beside outcome, in tenths.
#[derive(Clone, Debug, Default)]
pub struct Calibration {
    bins: BTreeMap<u8, (f64, f64, f64)>,
}

impl Calibration {
    pub fn add(&mut self, confidence: f64, is_right: bool) {
        // Most suggestions are above nine tenths: finer there.
        let bin = if confidence >= 0.9 {
            10 + ((confidence - 0.9) * 50.0) as u8
        } else {
            (confidence * 10.0) as u8
        };
        let (count, sum, right) = self.bins.entry(bin).or_default();
        *count += 1.0;
        *sum += confidence;
        *right += f64::from(u8::from(is_right));
    }

    pub fn merge(&mut self, other: &Calibration) {
        for (bin, (count, sum, right)) in &other.bins {
            let mine = self.bins.entry(*bin).or_default();
            *mine = (mine.0 + count, mine.1 + sum, mine.2 + right);
        }
    }

    /// Expected calibration error: the mean distance of confidence from outcome.
    pub fn error(&self) -> f64 {
        let all: f64 = self.bins.values().map(|(count, ..)| count).sum();
        self.bins.values().map(|(_, sum, right)| (sum - right).abs()).sum::<f64>() / all.max(1.0)
    }

    pub fn curve(&self) -> Vec<String> {
        let line = |(count, sum, right): &(f64, f64, f64)| {
            format!("said {:.3}, right {:.3}, {count:.0} suggestions", sum / count, right / count)
        };
        self.bins.values().map(line).collect()
    }
}

/// What went wrong, alike things together: how often, and the first of them.
#[derive(Clone, Debug, Default)]
pub struct Complaints(BTreeMap<String, (u64, String)>);

impl Complaints {
    /// `kind` is what things that are alike share; numbers in it do not tell them apart, services do.
    pub fn add(&mut self, kind: &str, example: impl FnOnce() -> String) {
        let is_service = |word: &str| word.contains('/') && !word.contains(['.', ':']);
        let plain = |word: &str| {
            if is_service(word) { word.to_owned() } else { numberless(word) }
        };
        let alike = kind.split(' ').map(plain).collect::<Vec<_>>().join(" ");
        self.0.entry(alike).or_insert_with(|| (0, example())).0 += 1;
    }

    pub fn merge(&mut self, other: Complaints) {
        for (kind, (count, example)) in other.0 {
            self.0.entry(kind).or_insert((0, example)).0 += count;
        }
    }

    /// Most frequent first.
    pub fn told(&self) -> Vec<String> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        all.into_iter().map(|(kind, (count, example))| format!("{count} {kind}\n        {example}")).collect()
    }
}

/// A word with one 0 for each number in it.
fn numberless(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for c in word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }) {
        if c != '0' || !text.ends_with('0') {
            text.push(c);
        }
    }
    text
}

/// Right out of all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Share {
    pub right: u64,
    pub all: u64,
}

impl Share {
    pub fn add(&mut self, is_right: bool) {
        self.right += u64::from(is_right);
        self.all += 1;
    }

    pub fn merge(&mut self, other: Share) {
        self.right += other.right;
        self.all += other.all;
    }

    pub fn part(self) -> f64 {
        if self.all == 0 { 1.0 } else { self.right as f64 / self.all as f64 }
    }
}
