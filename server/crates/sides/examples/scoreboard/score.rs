//! Counting right, wrong and unknown.

use crate::logs::Chunk;
use sides::{Client, Direction, Evidence, NO_NUMBER, Verdicts};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Largest part of the records that may stay unknown.
const UNKNOWN_AT_MOST: f64 = 0.01;
/// Kinds of mistakes listed.
const WORST: usize = 12;

/// One kind of verdict.
#[derive(Clone, Copy, Default)]
struct Tally {
    wrong: u64,
    unknown: u64,
}

impl Tally {
    fn add(&mut self, right: bool, unknown: bool) {
        self.unknown += u64::from(unknown);
        self.wrong += u64::from(!unknown && !right);
    }

    fn merge(&mut self, other: &Tally) {
        self.wrong += other.wrong;
        self.unknown += other.unknown;
    }

    /// The part of the verdicts that is right.
    fn accuracy(&self, records: u64) -> f64 {
        let told = records - self.unknown;
        if told == 0 { 1.0 } else { 1.0 - self.wrong as f64 / told as f64 }
    }

    fn columns(&self, records: u64) -> String {
        let percent = |part: f64| part * 100.0;
        let unknown = self.unknown as f64 / records.max(1) as f64;
        format!("{:>8}{:>8.3}{:>9.3}", self.wrong, percent(unknown), percent(self.accuracy(records)))
    }
}

/// All verdicts on the records of one format.
#[derive(Clone, Default)]
pub struct Score {
    pub records: u64,
    client: Tally,
    port: Tally,
    direction: Tally,
    /// Records and wrong clients by what decided, protocol and true service port.
    kinds: BTreeMap<(Evidence, i32, i32), (u64, u64)>,
}

impl Score {
    pub fn heading() -> String {
        let kind = |name: &str| format!("{name:>8}{:>8}{:>9}", "unkn. %", "right %");
        format!("{:>10} |{} |{} |{}", "records", kind("client"), kind("port"), kind("direct."))
    }

    pub fn row(&self) -> String {
        let columns = |tally: &Tally| tally.columns(self.records);
        let (client, port, direction) =
            (columns(&self.client), columns(&self.port), columns(&self.direction));
        format!("{:>10} |{client} |{port} |{direction}", self.records)
    }

    pub fn add(&mut self, chunk: &Chunk, verdicts: &Verdicts) {
        for (row, fact) in chunk.facts.iter().enumerate() {
            let client = verdicts.client[row];
            let (port, direction) = (verdicts.service_port[row], verdicts.direction[row]);
            self.records += 1;
            self.client.add(client == fact.client, client == Client::Unknown);
            let no_port = port == NO_NUMBER && fact.service_port != NO_NUMBER;
            self.port.add(port == fact.service_port, no_port);
            self.direction.add(direction == fact.direction, direction == Direction::Unknown);
            let kind = (verdicts.evidence[row], chunk.protocol(row), fact.service_port);
            let (records, wrong) = self.kinds.entry(kind).or_default();
            *records += 1;
            *wrong += u64::from(client != fact.client);
        }
    }

    pub fn merge(&mut self, other: &Score) {
        self.records += other.records;
        self.client.merge(&other.client);
        self.port.merge(&other.port);
        self.direction.merge(&other.direction);
        for (kind, (records, wrong)) in &other.kinds {
            let sum = self.kinds.entry(*kind).or_default();
            *sum = (sum.0 + records, sum.1 + wrong);
        }
    }

    pub fn reaches(&self, goal: f64) -> bool {
        [self.client, self.port, self.direction].iter().all(|tally| {
            tally.accuracy(self.records) >= goal
                && tally.unknown as f64 <= UNKNOWN_AT_MOST * self.records as f64
        })
    }

    /// How often each kind of evidence decided and erred, and the worst mistakes of each with their services.
    pub fn by_evidence(&self) -> String {
        let mut text = String::new();
        for evidence in Evidence::ALL {
            let mut of: Vec<_> = self.kinds.iter().filter(|((kind, ..), _)| *kind == evidence).collect();
            let (records, wrong) =
                of.iter().fold((0, 0), |(records, wrong), (_, sum)| (records + sum.0, wrong + sum.1));
            if records == 0 {
                continue;
            }
            of.sort_by_key(|(_, (_, wrong))| std::cmp::Reverse(*wrong));
            let worst: Vec<_> = of
                .iter()
                .filter(|(_, (_, wrong))| *wrong > 0)
                .take(WORST)
                .map(|((_, protocol, port), (_, wrong))| format!("{protocol}/{port} {wrong}"))
                .collect();
            let share = 100.0 * records as f64 / self.records as f64;
            let _ = writeln!(
                text,
                "  {:<18}{records:>10}{share:>9.3} %{wrong:>8}  {}",
                evidence.name(),
                worst.join(", ")
            );
        }
        text
    }
}
