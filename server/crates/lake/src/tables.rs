//! Finished roll-ups as Arrow batches, split by the partition they belong to and sorted for pruning.

use crate::columns::Texts;
use crate::error::LakeError;
use crate::rollup::{Ends, Group, Name, Rollup, Sums};
use crate::schema::{
    ACCOUNT_ID, ACTION, AWS_SERVICE, BYTES, CLIENT, FLOW_DIRECTION, FLOWS, INTERFACE_ID, NODATA, PACKETS,
    PROTOCOL, REGION, SERVER, SERVICE_PORT, SKIPDATA, START, TIME, VPC_ID, of_columns,
};
use contract::Table;
use contract::grid::floor_to;
use datafusion::arrow::array::{
    ArrayRef, FixedSizeBinaryArray, Int32Array, Int64Array, RecordBatch, StringArray, UInt32Array,
};
use datafusion::arrow::buffer::Buffer;
use datafusion::arrow::compute;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A part of a table that becomes one file.
#[derive(Debug)]
pub struct Part {
    /// Which table.
    pub table: Table,
    /// Start of the partition: the hour of records, the day of roll-ups; Unix seconds.
    pub partition: i64,
    /// The rows.
    pub batch: RecordBatch,
    /// First second the rows speak of.
    pub first: i64,
    /// Last second the rows speak of.
    pub last: i64,
}

/// A day, the partition of roll-ups: opening a file costs as much as reading ten thousand rows of it.
const DAY: i64 = 86_400;
/// An hour, the partition of records.
const HOUR: i64 = 3_600;

/// The minute, hour and conversation tables of a commit.
pub fn rollup_parts(mut rollup: Rollup) -> Result<Vec<Part>, LakeError> {
    let together = rollup.places_without_interface();
    let mut hours: HashMap<(i64, Group), Sums> = HashMap::new();
    let mut minutes: HashMap<(i64, Group), Sums> = HashMap::new();
    for ((minute, group), sums) in &rollup.minutes {
        hours.entry((floor_to(*minute, HOUR), *group)).or_default().merge(sums);
        let group = Group { place: together[group.place as usize], ..*group };
        minutes.entry((*minute, group)).or_default().merge(sums);
    }
    let rollup = &rollup;
    let mut parts = Vec::new();
    for (table, rows, partition, width) in [
        (Table::Minute, &minutes, DAY, 60),
        (Table::MinuteByInterface, &rollup.minutes, DAY, 60),
        (Table::Hour, &hours, DAY, HOUR),
    ] {
        let rows = rows.iter().map(|((time, group), sums)| Row {
            time: *time,
            group: *group,
            ends: None,
            sums: *sums,
        });
        parts.extend(parts_of(rollup, table, rows, partition, width)?);
    }
    let mut talks: HashMap<(i64, Group, Ends), Sums> = HashMap::new();
    for ((hour, group, ends), sums) in &rollup.conversations {
        let group = Group { place: together[group.place as usize], direction: 0, ..*group };
        talks.entry((*hour, group, *ends)).or_default().merge(sums);
    }
    for (table, rows) in
        [(Table::Conversations, &talks), (Table::ConversationsByInterface, &rollup.conversations)]
    {
        let rows = rows.iter().map(|((time, group, ends), sums)| Row {
            time: *time,
            group: *group,
            ends: Some(*ends),
            sums: *sums,
        });
        parts.extend(parts_of(rollup, table, rows, DAY, HOUR)?);
    }
    Ok(parts)
}

struct Row {
    time: i64,
    group: Group,
    ends: Option<Ends>,
    sums: Sums,
}

fn parts_of(
    rollup: &Rollup,
    table: Table,
    rows: impl Iterator<Item = Row>,
    partition: i64,
    width: i64,
) -> Result<Vec<Part>, LakeError> {
    let mut split: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for row in rows {
        split.entry(floor_to(row.time, partition)).or_default().push(row);
    }
    let mut parts = Vec::with_capacity(split.len());
    for (partition, mut rows) in split {
        rows.sort_unstable_by_key(|row| (row.time, row.group, row.ends));
        let first = rows.first().map_or(partition, |row| row.time);
        let last = rows.last().map_or(partition, |row| row.time) + width - 1;
        parts.push(Part { table, partition, batch: batch_of(rollup, &rows)?, first, last });
    }
    Ok(parts)
}

fn batch_of(rollup: &Rollup, rows: &[Row]) -> Result<RecordBatch, LakeError> {
    let place = |row: &Row| rollup.places[row.group.place as usize];
    let long = |value: fn(&Row) -> u64| -> ArrayRef {
        Arc::new(rows.iter().map(|row| value(row) as i64).collect::<Int64Array>())
    };
    let int = |value: fn(&Row) -> i32| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(value(row)).filter(|v| *v >= 0)).collect::<Int32Array>())
    };
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        (TIME, Arc::new(rows.iter().map(|row| row.time).collect::<Int64Array>())),
        (ACCOUNT_ID, names_of(rollup, rows.iter().map(|row| place(row).account))?),
        (REGION, names_of(rollup, rows.iter().map(|row| place(row).region))?),
        (VPC_ID, names_of(rollup, rows.iter().map(|row| place(row).vpc))?),
        (INTERFACE_ID, names_of(rollup, rows.iter().map(|row| place(row).interface))?),
        (FLOW_DIRECTION, names_of(rollup, rows.iter().map(|row| row.group.direction))?),
        (ACTION, names_of(rollup, rows.iter().map(|row| row.group.action))?),
        (PROTOCOL, int(|row| row.group.protocol)),
        (SERVICE_PORT, int(|row| row.group.service_port)),
        (AWS_SERVICE, names_of(rollup, rows.iter().map(|row| row.group.aws_service))?),
        (FLOWS, long(|row| row.sums.flows)),
        (BYTES, long(|row| row.sums.bytes)),
        (PACKETS, long(|row| row.sums.packets)),
        (NODATA, long(|row| row.sums.nodata)),
        (SKIPDATA, long(|row| row.sums.skipdata)),
    ];
    if rows.first().is_some_and(|row| row.ends.is_some()) {
        columns.push((CLIENT, addresses(rows.iter().filter_map(|row| row.ends.map(|ends| ends.0)))?));
        columns.push((SERVER, addresses(rows.iter().filter_map(|row| row.ends.map(|ends| ends.1)))?));
    }
    let schema = of_columns(columns.iter().map(|(name, _)| *name));
    Ok(RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect())?)
}

/// A dictionary column of numbered names: only the values that occur.
fn names_of(rollup: &Rollup, numbers: impl Iterator<Item = Name>) -> Result<ArrayRef, LakeError> {
    let mut seen: HashMap<Name, i32> = HashMap::new();
    let mut values = Vec::new();
    let keys: Int32Array = numbers
        .map(|number| {
            let text = rollup.names.text(number)?;
            Some(*seen.entry(number).or_insert_with(|| {
                values.push(text);
                values.len() as i32 - 1
            }))
        })
        .collect();
    Ok(Arc::new(Texts::try_new(keys, Arc::new(StringArray::from(values)))?))
}

fn addresses(values: impl Iterator<Item = [u8; 16]>) -> Result<ArrayRef, LakeError> {
    let bytes = Buffer::from_vec(values.collect::<Vec<_>>().into_flattened());
    Ok(Arc::new(FixedSizeBinaryArray::try_new(16, bytes, None)?))
}

/// Records split by the hour they start in, in the order they came.
pub fn record_parts(batches: &[RecordBatch]) -> Result<Vec<Part>, LakeError> {
    let mut split: BTreeMap<i64, Vec<RecordBatch>> = BTreeMap::new();
    for batch in batches {
        for (hour, rows) in by_hour(batch)? {
            split.entry(hour).or_default().push(rows);
        }
    }
    let mut parts = Vec::with_capacity(split.len());
    for (partition, batches) in split {
        let batch = concat(&batches)?;
        let reach = |name| crate::columns::find::<Int64Array>(&batch, name);
        let first = reach(START).and_then(compute::min).unwrap_or(partition);
        let last = reach(crate::schema::END).and_then(compute::max).unwrap_or(partition);
        parts.push(Part { table: Table::Segments, partition, batch, first, last });
    }
    Ok(parts)
}

fn by_hour(batch: &RecordBatch) -> Result<Vec<(i64, RecordBatch)>, LakeError> {
    let Some(starts) = crate::columns::find::<Int64Array>(batch, START) else { return Ok(Vec::new()) };
    let mut rows: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    for (row, start) in starts.values().iter().enumerate() {
        rows.entry(floor_to(*start, HOUR)).or_default().push(row as u32);
    }
    if rows.len() == 1 {
        return Ok(rows.into_keys().map(|hour| (hour, batch.clone())).collect());
    }
    rows.into_iter()
        .map(|(hour, rows)| Ok((hour, compute::take_record_batch(batch, &UInt32Array::from(rows))?)))
        .collect()
}

/// One batch of all; columns that a batch lacks are null in its rows.
fn concat(batches: &[RecordBatch]) -> Result<RecordBatch, LakeError> {
    let mut names: Vec<String> = Vec::new();
    for batch in batches {
        for field in batch.schema().fields() {
            if !names.contains(field.name()) {
                names.push(field.name().clone());
            }
        }
    }
    let schema = of_columns(names.iter().map(String::as_str));
    let aligned: Vec<RecordBatch> = batches
        .iter()
        .map(|batch| {
            let column = |field: &Arc<datafusion::arrow::datatypes::Field>| {
                batch.column_by_name(field.name()).cloned().unwrap_or_else(|| {
                    datafusion::arrow::array::new_null_array(field.data_type(), batch.num_rows())
                })
            };
            RecordBatch::try_new(schema.clone(), schema.fields().iter().map(column).collect())
        })
        .collect::<Result<_, _>>()?;
    Ok(compute::concat_batches(&schema, &aligned)?)
}
