//! Which tables answer a question: the smallest that hold its columns, cut where a coarser one can take over.

use crate::condition::{Ends, columns_of, columns_of_field, condition_of, sides};
use crate::engine::distinct;
use crate::files::FileEntry;
use crate::fold::conversations::COLUMNS;
use crate::manifest::Manifest;
use crate::scan::Scan;
use crate::schema::{
    ACTION, BYTES, CLIENT, END, FLOW_DIRECTION, FLOWS, INTERFACE_ID, NODATA, PACKETS, PROTOCOL, SERVER,
    SERVICE_PORT, SKIPDATA, START, TIME, TOLD_ELSEWHERE, in_conversations, in_rollup,
};
use crate::spread::MAX_SPAN_SECS;
use contract::grid::{ceil_to, floor_to};
use contract::{Addresses, Field, Filter, Measure, Span, Table};
use datafusion_expr::ident;
use datafusion_expr::{Expr as Condition, lit};
use std::sync::Arc;

/// What a question needs of a table.
#[derive(Clone, Debug)]
pub struct Need<'a> {
    /// The asked range; its edges lie on minutes.
    pub span: Span,
    /// The width of the buckets, seconds; a multiple of 60.
    pub step: i64,
    /// Which records count.
    pub filter: &'a Filter,
    /// The grouping column, if any.
    pub column: Option<&'static str>,
    /// What is added up.
    pub sums: Sums<'a>,
    /// Whose addresses client and server are.
    pub addresses: Addresses,
    /// Whether records that another interface tells too are left out.
    pub once: bool,
    /// Only this source.
    pub source: Option<&'a str>,
}

/// What a question adds up: what it does not need is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sums<'a> {
    /// One measure, and its rejected part.
    One(Measure),
    /// The same, by this second column too.
    Split(Measure, &'static str),
    /// Every measure, and NODATA and SKIPDATA.
    All,
    /// Every measure by client, server and service.
    Talkers,
    /// What advice is made from, which only records have.
    Conversations,
    /// Every measure by client, server and service, each way for itself, which only records have.
    Exchanges,
    /// Records by the value of a field.
    Values(Field),
    /// Nothing: these columns of the records themselves are wanted.
    Rows(&'a [String]),
}

impl Sums<'_> {
    /// Whether only records can tell.
    const fn needs_records(self) -> bool {
        matches!(self, Sums::Conversations | Sums::Exchanges | Sums::Rows(_))
    }
}

/// A stretch of the range and the table that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The table.
    pub table: Table,
    /// The stretch.
    pub span: Span,
}

const HOUR: i64 = 3_600;

impl Need<'_> {
    /// The tables, by stretch, without overlap.
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut asked = columns_of(self.filter, Ends::Stored);
        asked.extend(self.column.map(str::to_owned));
        match self.sums {
            Sums::Values(field) => asked.extend(columns_of_field(field, Ends::Stored)),
            Sums::Split(_, column) => asked.push(column.to_owned()),
            _ => {}
        }
        if self.sums.needs_records() {
            return vec![Stretch { table: Table::Segments, span: self.span }];
        }
        asked.extend(self.once.then(|| TOLD_ELSEWHERE.to_owned()));
        let (coarse, fine) = if self.sums != Sums::Talkers && asked.iter().all(|c| in_rollup(c)) {
            let each = asked.iter().any(|c| c == INTERFACE_ID);
            (Table::Hour, if each { Table::MinuteByInterface } else { Table::Minute })
        } else if asked.iter().all(|c| in_conversations(c)) {
            let each = asked.iter().any(|c| c == INTERFACE_ID || c == FLOW_DIRECTION);
            let talks = if each { Table::ConversationsByInterface } else { Table::Conversations };
            (talks, Table::Segments)
        } else {
            return vec![Stretch { table: Table::Segments, span: self.span }];
        };
        let whole = Span { from: ceil_to(self.span.from, HOUR), to: floor_to(self.span.to, HOUR) };
        if self.step % HOUR != 0 && !self.one_bucket() || whole.secs() == 0 {
            return vec![Stretch { table: fine, span: self.span }];
        }
        let edges =
            [Span { from: self.span.from, to: whole.from }, Span { from: whole.to, to: self.span.to }];
        std::iter::once(Stretch { table: coarse, span: whole })
            .chain(edges.into_iter().map(|span| Stretch { table: fine, span }))
            .filter(|stretch| stretch.span.secs() > 0)
            .collect()
    }

    fn one_bucket(&self) -> bool {
        self.step >= self.span.secs()
    }

    /// What to read for a stretch. Records that lack the table are read themselves, and so are those whose conversations
    /// are of other addresses than those that are asked for.
    pub fn scans(&self, stretch: Stretch, manifest: &Manifest) -> Vec<Scan> {
        let conversations = [Table::Conversations, Table::ConversationsByInterface].contains(&stretch.table);
        let addresses = if conversations { self.addresses } else { Addresses::Interface };
        let reach = records_reach(stretch.span);
        let lone = manifest.records_alone(stretch.table, reach, self.source, addresses);
        let mut files = self.files(stretch, manifest);
        if addresses == Addresses::Packet {
            files.retain(|file| !file.packets_differ);
        }
        let mut scans = vec![self.scan(stretch, files)];
        if !lone.is_empty() {
            scans.push(self.scan(Stretch { table: Table::Segments, ..stretch }, lone));
        }
        scans
    }

    fn scan(&self, stretch: Stretch, files: Vec<Arc<FileEntry>>) -> Scan {
        let records = stretch.table == Table::Segments;
        let ends = self.ends(records);
        let (first, last) = if records { (START, END) } else { (TIME, TIME) };
        // A damaged start may lie far before the range although the record does not.
        let mut condition =
            ident(last).gt_eq(lit(stretch.span.from)).and(ident(first).lt(lit(stretch.span.to)));
        if let Some(filter) = self.condition(ends) {
            condition = condition.and(filter);
        }
        let late = matches!(self.sums, Sums::Rows(_));
        Scan { files, columns: self.columns(stretch.table), condition: Some(condition), late }
    }

    /// Which rows count, whenever they happened; `None` when all do.
    pub fn condition(&self, ends: Ends) -> Option<Condition> {
        let once = self.once.then(|| ident(TOLD_ELSEWHERE).is_not_true());
        condition_of(self.filter, ends).into_iter().chain(once).reduce(Condition::and)
    }

    /// Which columns of a table stand for client and server.
    pub fn ends(&self, records: bool) -> Ends {
        if records { Ends::BySide(self.addresses) } else { Ends::Stored }
    }

    fn files(&self, stretch: Stretch, manifest: &Manifest) -> Vec<Arc<FileEntry>> {
        let records = stretch.table == Table::Segments;
        let reach = if records { records_reach(stretch.span) } else { stretch.span };
        manifest.files(stretch.table, reach, self.source)
    }

    /// The columns to read of a table.
    pub fn columns(&self, table: Table) -> Vec<String> {
        let records = matches!(table, Table::Segments | Table::Objects);
        let ends = self.ends(records);
        let times: &[&str] = if records { &[START, END] } else { &[TIME] };
        let sums: &[&str] = match (self.sums, records) {
            (Sums::One(Measure::Bytes) | Sums::Split(Measure::Bytes, _), _) => &[BYTES],
            (Sums::One(Measure::Packets) | Sums::Split(Measure::Packets, _), _) => &[PACKETS],
            (Sums::One(Measure::Flows) | Sums::Split(Measure::Flows, _), true) => &[],
            (Sums::One(Measure::Flows) | Sums::Split(Measure::Flows, _), false) => &[FLOWS],
            (Sums::All | Sums::Talkers | Sums::Exchanges, true) => &[BYTES, PACKETS],
            (Sums::Values(_) | Sums::Rows(_), true) => &[],
            (Sums::Values(_), false) => &[FLOWS],
            (Sums::All, false) => &[BYTES, PACKETS, FLOWS, NODATA, SKIPDATA],
            (Sums::Talkers | Sums::Exchanges | Sums::Rows(_), false) => &[BYTES, PACKETS, FLOWS],
            (Sums::Conversations, _) => &COLUMNS,
        };
        let talk: &[&str] = match (self.sums, records) {
            (Sums::Talkers | Sums::Exchanges, true) => sides(self.addresses),
            (Sums::Talkers, false) => &[CLIENT, SERVER],
            _ => &[],
        };
        let service: &[&str] = match self.sums {
            Sums::Talkers | Sums::Exchanges => &[SERVICE_PORT, PROTOCOL],
            _ => &[],
        };
        let mut columns: Vec<String> =
            [times, sums, talk, service, &[ACTION]].concat().into_iter().map(str::to_owned).collect();
        columns.extend(columns_of(self.filter, ends));
        match self.sums {
            Sums::Values(field) => columns.extend(columns_of_field(field, ends)),
            Sums::Rows(wanted) => columns.extend_from_slice(wanted),
            Sums::Split(_, column) => columns.push(column.to_owned()),
            _ => {}
        }
        columns.extend(self.column.map(str::to_owned));
        columns.extend(self.once.then(|| TOLD_ELSEWHERE.to_owned()));
        distinct(columns)
    }
}

/// Where records of a span may start.
fn records_reach(span: Span) -> Span {
    Span { from: span.from - MAX_SPAN_SECS, ..span }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn stretches(span: (i64, i64), step: i64, filter: &str, talkers: bool) -> Vec<(Table, i64, i64)> {
        let filter = Filter::parse(filter).unwrap();
        let span = Span { from: span.0, to: span.1 };
        let sums = if talkers { Sums::Talkers } else { Sums::All };
        let need = Need {
            span,
            step,
            filter: &filter,
            column: None,
            sums,
            addresses: Addresses::Interface,
            once: false,
            source: None,
        };
        need.stretches().into_iter().map(|s| (s.table, s.span.from, s.span.to)).collect()
    }

    #[test]
    fn fine_buckets_come_from_minutes() {
        assert_eq!(stretches((0, 7_200), 300, "action = REJECT", false), [(Table::Minute, 0, 7_200)]);
    }

    #[test]
    fn coarse_buckets_come_from_hours_and_their_edges_from_minutes() {
        assert_eq!(
            stretches((60, 10_860), 3_600, "", false),
            [
                (Table::Hour, 3_600, 7_200 + 3_600),
                (Table::Minute, 60, 3_600),
                (Table::Minute, 10_800, 10_860)
            ]
        );
    }

    #[test]
    fn talkers_come_from_conversations_and_addresses_from_records() {
        assert_eq!(
            stretches((0, 3_600), 3_600, "client = 10.0.0.1", true),
            [(Table::Conversations, 0, 3_600)]
        );
        assert_eq!(stretches((0, 3_600), 3_600, "srcaddr = 10.0.0.1", true), [(Table::Segments, 0, 3_600)]);
    }

    #[test]
    fn a_range_inside_one_hour_has_no_whole_hours() {
        assert_eq!(stretches((60, 3_540), 3_600, "", false), [(Table::Minute, 60, 3_540)]);
    }
}
