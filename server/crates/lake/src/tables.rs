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
use arrow::array::{ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use contract::Table;
use contract::grid::floor_to;
use flowlog::CoverageRecord;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::ops::Range;
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
    /// Where in `rows` groups end, within which the columns of the roll-ups are equal; empty where there are no groups.
    pub group_ends: &'a [u32],
    /// First second the rows speak of.
    pub first: i64,
    /// Last second the rows speak of.
    pub last: i64,
    /// Whether it lacks the records of the commit, which answer for themselves.
    pub is_spared: bool,
}

impl Part<'_> {
    /// The groups of some of the rows: a row of each, and how many there are.
    pub fn runs_within(&self, places: Range<usize>) -> Vec<(u32, u32)> {
        let Rows::Picked(rows) = self.rows else { return Vec::new() };
        let (mut runs, mut at) = (Vec::new(), places.start);
        let first = self.group_ends.partition_point(|end| *end as usize <= at);
        for end in &self.group_ends[first..] {
            let end = (*end as usize).min(places.end);
            if end > at {
                runs.push((rows[at], (end - at) as u32));
                at = end;
            }
        }
        runs
    }
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
    let rows = order.rows.iter().map(|row| *row as usize);
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
            sink(Part { table, partition: day, batch, rows, group_ends: &[], first, last, is_spared })?;
        }
    }
    record_parts(&records, &order, &loads, sink)
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
    loads: &[Load],
    sink: &mut dyn FnMut(Part<'_>) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    for hour in order.hours() {
        let loads = &loads[hour.rows.clone()];
        let first = loads.iter().map(|load| load.start).min().unwrap_or(hour.start);
        let last = loads.iter().map(|load| load.end).max().unwrap_or(hour.start);
        sink(Part {
            table: Table::Segments,
            partition: hour.start,
            batch: records.clone(),
            rows: Rows::Picked(&order.rows[hour.rows.clone()]),
            group_ends: &hour.group_ends,
            first,
            last,
            is_spared: false,
        })?;
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
        let long = |value: fn(&Row) -> u64| -> ArrayRef {
            Arc::new(Int64Array::from(rows.iter().map(|row| value(row) as i64).collect::<Vec<_>>()))
        };
        // The values of a group once, not for each of its rows.
        let each = |value: fn(&Group) -> i32| {
            let by_group: Vec<i32> = groups.iter().map(value).collect();
            rows.iter().map(|row| by_group[row.group as usize]).collect::<Vec<_>>()
        };
        let int = |value: fn(&Group) -> i32| -> ArrayRef { Arc::new(present(each(value))) };
        let text = |column: usize, value: fn(&Group) -> i32| -> Result<ArrayRef, LakeError> {
            Ok(Arc::new(Texts::try_new(present(each(value)), Arc::clone(&self.texts[column]))?))
        };
        let told = each(|group| group.told_elsewhere);
        let told = BooleanBuffer::collect_bool(rows.len(), |row| told[row] == 1);
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            (TIME, Arc::new(Int64Array::from(rows.iter().map(|row| row.time).collect::<Vec<_>>()))),
            (ACCOUNT_ID, text(0, |group| key_of(group.account))?),
            (REGION, text(1, |group| key_of(group.region))?),
            (VPC_ID, text(2, |group| key_of(group.vpc))?),
            (INTERFACE_ID, text(3, |group| key_of(group.interface))?),
            (FLOW_DIRECTION, text(4, |group| key_of(group.direction))?),
            (ACTION, text(5, |group| key_of(group.action))?),
            (PROTOCOL, int(|group| group.protocol)),
            (SERVICE_PORT, int(|group| group.service_port)),
            (AWS_SERVICE, text(6, |group| key_of(group.aws_service))?),
            (FLOW_LOG_ID, text(7, |group| key_of(group.flow_log))?),
            (TOLD_ELSEWHERE, Arc::new(BooleanArray::new(told, None))),
            (FLOWS, long(|row| row.sums.flows.into())),
            (BYTES, long(|row| row.sums.bytes)),
            (PACKETS, long(|row| row.sums.packets)),
            (NODATA, long(|row| row.sums.nodata.into())),
            (SKIPDATA, long(|row| row.sums.skipdata.into())),
        ];
        if let Some(addresses) = &self.addresses
            && rows.first().is_some_and(|row| row.client != crate::order::NO_ADDRESS)
        {
            let ends = |value: fn(&Row) -> Address| -> Result<ArrayRef, LakeError> {
                let keys: Vec<i32> = rows.iter().map(|row| value(row) as i32).collect();
                Ok(Arc::new(Texts::try_new(keys.into(), Arc::clone(addresses))?))
            };
            columns.push((CLIENT, ends(|row| row.client)?));
            columns.push((SERVER, ends(|row| row.server)?));
        }
        let schema = of_columns(columns.iter().map(|(name, _)| *name));
        Ok(RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect())?)
    }
}

/// The key of a name; -1 where it is missing.
fn key_of(name: Name) -> i32 {
    name as i32 - 1
}

/// Numbers, of which negative ones are missing.
fn present(numbers: Vec<i32>) -> Int32Array {
    let missing = numbers.iter().any(|number| *number < 0);
    let there = missing.then(|| BooleanBuffer::collect_bool(numbers.len(), |row| numbers[row] >= 0));
    Int32Array::new(numbers.into(), there.map(NullBuffer::new))
}
