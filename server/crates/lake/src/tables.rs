//! A commit as the files it becomes: records and roll-ups as Arrow batches, split by partition.

use crate::chunk::Rows;
use crate::columns::{Counts, Texts, Words, find};
use crate::error::LakeError;
use crate::order::{Address, Group, HOUR, Name, Order};
use crate::rollup::{Load, Rollup, Row, Silence};
use crate::schema::{
    ACCOUNT_ID, ACTION, AWS_SERVICE, BYTES, CLIENT, END, FLOW_DIRECTION, FLOW_LOG_ID, FLOWS, INTERFACE_ID,
    NODATA, PACKETS, PROTOCOL, REGION, SERVER, SERVICE_PORT, SKIPDATA, START, TIME, TOLD_ELSEWHERE, VPC_ID,
    of_columns,
};
use contract::Table;
use contract::grid::floor_to;
use datafusion::arrow::array::{ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray};
use flowlog::CoverageRecord;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A part of a table that becomes one file.
#[derive(Debug)]
pub struct Part<'a> {
    /// Which table.
    pub table: Table,
    /// Start of the partition: the hour of records, the day of roll-ups; Unix seconds.
    pub partition: i64,
    /// Holds the rows.
    pub batch: RecordBatch,
    /// Which of the batch, in their order.
    pub rows: Rows<'a>,
    /// First second the rows speak of.
    pub first: i64,
    /// Last second the rows speak of.
    pub last: i64,
    /// Whether it lacks the records of the commit, which answer for themselves.
    pub is_spared: bool,
}

/// A day, the partition of roll-ups: opening a file costs as much as reading ten thousand rows of it.
const DAY: i64 = 86_400;

/// An interval without records, and the region and flow log of the object that told of it.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The interval.
    pub record: CoverageRecord,
    /// The region.
    pub region: Arc<str>,
    /// The flow log.
    pub flow_log: Arc<str>,
}

/// All tables of judged records. `sink` takes each part when it is made, so that few are held at once.
pub fn parts(
    records: RecordBatch,
    gaps: &[Gap],
    sink: &mut dyn FnMut(Part<'_>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let order = Order::of(&records);
    let mut names = Names::of(&records);
    let silences = gaps.iter().map(|gap| names.silence(gap)).collect();
    let times =
        |name| find::<Int64Array>(&records, name).map(|array| array.values().as_ref()).unwrap_or_default();
    let (starts, ends) = (times(START), times(END));
    let (bytes, packets) = (Counts::of(&records, BYTES), Counts::of(&records, PACKETS));
    // Fetched in order at once: a loop without branches waits for many of them at the same time.
    let rows = order.places.iter().map(|place| place.row as usize);
    let loads = rows.map(|row| Load {
        start: starts[row],
        end: ends[row],
        bytes: bytes.at(row),
        packets: packets.at(row),
    });
    let loads: Vec<Load> = loads.collect();
    let rollup = Rollup::of(&order, &loads, silences);
    let names = names.finish();
    let tables = [
        (Table::Minute, &rollup.together, Some(rollup.minutes), 60),
        (Table::MinuteByInterface, &rollup.groups, Some(rollup.minutes_by_interface), 60),
        (Table::Hour, &rollup.groups, Some(rollup.hours), HOUR),
        (Table::Conversations, &rollup.undirected, rollup.conversations, HOUR),
        (Table::ConversationsByInterface, &rollup.groups, rollup.conversations_by_interface, HOUR),
    ];
    for (table, groups, rows, width) in tables {
        for (day, rows) in by_day(rows.unwrap_or_default()) {
            let times = || rows.iter().map(|row| row.time);
            let (first, last) = (times().min().unwrap_or(day), times().max().unwrap_or(day) + width - 1);
            let batch = names.batch(&rows, groups)?;
            let rows = Rows::Range(0, batch.num_rows());
            let is_spared = table == Table::MinuteByInterface && rollup.is_spared;
            sink(Part { table, partition: day, batch, rows, first, last, is_spared })?;
        }
    }
    record_parts(&records, &order, sink)
}

/// Rows by their day; nearly always there is one.
fn by_day(rows: Vec<Row>) -> BTreeMap<i64, Vec<Row>> {
    let mut days: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    let day = rows.first().map(|row| floor_to(row.time, DAY));
    match day {
        Some(day) if rows.iter().all(|row| floor_to(row.time, DAY) == day) => {
            days.insert(day, rows);
        }
        _ => rows.into_iter().for_each(|row| days.entry(floor_to(row.time, DAY)).or_default().push(row)),
    }
    days
}

/// Sorted records, split by the hour they start in.
fn record_parts(
    records: &RecordBatch,
    order: &Order,
    sink: &mut dyn FnMut(Part<'_>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let times = |name| find::<Int64Array>(records, name).map_or(&[][..], |array| array.values().as_ref());
    let (starts, ends) = (times(START), times(END));
    let rows: Vec<u32> = order.places.iter().map(|place| place.row).collect();
    for (partition, from, count) in order.hours() {
        let rows = &rows[from..from + count];
        let of = |times: &[i64], row: &u32| times.get(*row as usize).copied();
        let first = rows.iter().filter_map(|row| of(starts, row)).min().unwrap_or(partition);
        let last = rows.iter().filter_map(|row| of(ends, row)).max().unwrap_or(partition);
        let (batch, rows) = (records.clone(), Rows::Picked(rows));
        sink(Part { table: Table::Segments, partition, batch, rows, first, last, is_spared: false })?;
    }
    Ok(())
}

/// The dictionary columns of the groups: place in [`Group`] and name.
const TEXTS: [&str; 8] =
    [ACCOUNT_ID, REGION, VPC_ID, INTERFACE_ID, FLOW_DIRECTION, ACTION, AWS_SERVICE, FLOW_LOG_ID];

/// The texts of a commit by column and number, while silences may still bring new ones.
struct Names<'a> {
    texts: [Vec<&'a str>; TEXTS.len()],
    added: [HashMap<&'a str, Name>; TEXTS.len()],
    addresses: Option<ArrayRef>,
}

impl<'a> Names<'a> {
    fn of(records: &'a RecordBatch) -> Self {
        let addresses = ["srcaddr", "dstaddr"].iter().find_map(|name| find::<Texts>(records, name));
        Names {
            texts: TEXTS.map(|column| Words::of(records, column).values().to_vec()),
            added: Default::default(),
            addresses: addresses.map(|column| Arc::clone(column.values())),
        }
    }

    fn silence(&mut self, gap: &'a Gap) -> Silence {
        let CoverageRecord { interface, account, start, skipped, .. } = &gap.record;
        let group = Group {
            account: self.name(0, account),
            region: self.name(1, &gap.region),
            interface: self.name(3, interface),
            flow_log: self.name(7, &gap.flow_log),
            protocol: -1,
            service_port: -1,
            ..Group::default()
        };
        Silence { group, start: *start, skipped: *skipped }
    }

    fn name(&mut self, column: usize, text: &'a str) -> Name {
        if text.is_empty() {
            return 0;
        }
        let (texts, added) = (&mut self.texts[column], &mut self.added[column]);
        if added.is_empty() {
            added.extend(texts.iter().zip(1..).map(|(text, name)| (*text, name)));
        }
        *added.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() as Name
        })
    }

    fn finish(self) -> Values {
        Values {
            texts: self.texts.map(|texts| Arc::new(StringArray::from(texts)) as ArrayRef),
            addresses: self.addresses,
        }
    }
}

/// The values of the dictionary columns.
struct Values {
    texts: [ArrayRef; TEXTS.len()],
    addresses: Option<ArrayRef>,
}

impl Values {
    fn batch(&self, rows: &[Row], groups: &[Group]) -> Result<RecordBatch, LakeError> {
        let group = |row: &Row| groups[row.group as usize];
        let long = |value: fn(&Row) -> u64| -> ArrayRef {
            Arc::new(rows.iter().map(|row| value(row) as i64).collect::<Int64Array>())
        };
        let int = |value: fn(Group) -> i32| -> ArrayRef {
            Arc::new(
                rows.iter().map(|row| Some(value(group(row))).filter(|v| *v >= 0)).collect::<Int32Array>(),
            )
        };
        let text = |column: usize, value: fn(Group) -> Name| -> Result<ArrayRef, LakeError> {
            let keys = rows.iter().map(|row| value(group(row)).checked_sub(1).map(|key| key as i32));
            Ok(Arc::new(Texts::try_new(keys.collect(), Arc::clone(&self.texts[column]))?))
        };
        let told = rows.iter().map(|row| Some(group(row).told_elsewhere == 1));
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            (TIME, Arc::new(rows.iter().map(|row| row.time).collect::<Int64Array>())),
            (ACCOUNT_ID, text(0, |group| group.account)?),
            (REGION, text(1, |group| group.region)?),
            (VPC_ID, text(2, |group| group.vpc)?),
            (INTERFACE_ID, text(3, |group| group.interface)?),
            (FLOW_DIRECTION, text(4, |group| group.direction)?),
            (ACTION, text(5, |group| group.action)?),
            (PROTOCOL, int(|group| group.protocol)),
            (SERVICE_PORT, int(|group| group.service_port)),
            (AWS_SERVICE, text(6, |group| group.aws_service)?),
            (FLOW_LOG_ID, text(7, |group| group.flow_log)?),
            (TOLD_ELSEWHERE, Arc::new(told.collect::<BooleanArray>())),
            (FLOWS, long(|row| row.sums.flows)),
            (BYTES, long(|row| row.sums.bytes)),
            (PACKETS, long(|row| row.sums.packets)),
            (NODATA, long(|row| row.sums.nodata)),
            (SKIPDATA, long(|row| row.sums.skipdata)),
        ];
        if let Some(addresses) = &self.addresses
            && rows.first().is_some_and(|row| row.client != crate::order::NO_ADDRESS)
        {
            let ends = |value: fn(&Row) -> Address| -> Result<ArrayRef, LakeError> {
                let keys: Int32Array = rows.iter().map(|row| Some(value(row) as i32)).collect();
                Ok(Arc::new(Texts::try_new(keys, Arc::clone(addresses))?))
            };
            columns.push((CLIENT, ends(|row| row.client)?));
            columns.push((SERVER, ends(|row| row.server)?));
        }
        let schema = of_columns(columns.iter().map(|(name, _)| *name));
        Ok(RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect())?)
    }
}
