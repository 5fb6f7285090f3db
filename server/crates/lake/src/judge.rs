//! Direction, client, server and service port of a commit's records, by what they and all records before them prove.
//! The `sides` crate holds the evidence; here its columns meet Arrow's.

use crate::addresses::Addresses;
use crate::columns::{Ints, Texts, Words, find};
use crate::enrich::{Added, Columns};
use crate::error::LakeError;
use crate::schema::{
    ACTION, CLIENT_IS_SRC, EVIDENCE, FLOW_DIRECTION, INTERFACE_ID, PROTOCOL, SERVICE_PORT, START,
};
use datafusion::arrow::array::{ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray};
use sides::{
    Address, Client, Direction, Evidence, Knowledge, NO_ADDRESS, NO_INTERFACE, NO_NUMBER, Records, Verdicts,
};
use std::sync::{Arc, PoisonError, RwLock};

/// The columns that [`judged`] adds.
pub const JUDGED: [&str; 4] = [SERVICE_PORT, CLIENT_IS_SRC, FLOW_DIRECTION, EVIDENCE];

/// The decoder's fields that they are made from.
pub const MADE_FROM: [&str; 12] = [
    "interface-id",
    "srcaddr",
    "dstaddr",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "tcp-flags",
    "action",
    "flow-direction",
    "start",
];

/// Learns from a batch, then adds to it the columns that are wanted of [`JUDGED`].
pub fn judged(
    batch: RecordBatch,
    knowledge: &RwLock<Knowledge>,
    added: Added<'_>,
) -> Result<RecordBatch, LakeError> {
    if batch.num_rows() == 0 || !JUDGED.iter().any(|column| added.wants(column)) {
        return Ok(batch);
    }
    let mut verdicts = Verdicts::default();
    {
        let owned = Owned::of(&batch);
        let records = owned.records(&batch);
        knowledge.write().unwrap_or_else(PoisonError::into_inner).learn(&records);
        knowledge.read().unwrap_or_else(PoisonError::into_inner).judge(&records, &mut verdicts);
    }
    let has_direction = batch.column_by_name(FLOW_DIRECTION).is_some();
    let mut table = Columns::of(batch);
    let ports = verdicts.service_port.iter().map(|port| (*port != NO_NUMBER).then_some(*port));
    let sides = verdicts.client.iter().map(|client| match client {
        Client::Unknown => None,
        Client::Source => Some(true),
        Client::Destination => Some(false),
    });
    table.set(SERVICE_PORT, Arc::new(ports.collect::<Int32Array>()));
    table.set(CLIENT_IS_SRC, Arc::new(sides.collect::<BooleanArray>()));
    if added.wants(EVIDENCE) {
        let names = StringArray::from_iter_values(Evidence::ALL.iter().map(|evidence| evidence.name()));
        let keys = verdicts.evidence.iter().map(|evidence| Some(*evidence as i32)).collect();
        table.set(EVIDENCE, Arc::new(Texts::try_new(keys, Arc::new(names) as ArrayRef)?));
    }
    if !has_direction {
        let keys = verdicts.direction.iter().map(|direction| match direction {
            Direction::Unknown => None,
            Direction::Ingress => Some(0),
            Direction::Egress => Some(1),
        });
        let names = Arc::new(StringArray::from(vec!["ingress", "egress"])) as ArrayRef;
        table.set(FLOW_DIRECTION, Arc::new(Texts::try_new(keys.collect(), names)?));
    }
    table.finish()
}

/// The columns of a batch in the form in which evidence is read.
struct Owned<'a> {
    interface: Vec<u32>,
    interface_names: Vec<&'a str>,
    addresses: [Vec<Address>; 4],
    numbers: [Vec<i32>; 4],
    rejected: Vec<bool>,
    direction: Vec<Direction>,
}

impl<'a> Owned<'a> {
    fn of(batch: &'a RecordBatch) -> Self {
        let rows = 0..batch.num_rows();
        let interfaces = Words::of(batch, INTERFACE_ID);
        let action = Words::of(batch, ACTION);
        let rejects = action.codes(|value| value == "REJECT");
        let directions = Words::of(batch, FLOW_DIRECTION);
        let codes = directions.codes(|value| match value {
            "ingress" => Direction::Ingress,
            "egress" => Direction::Egress,
            _ => Direction::Unknown,
        });
        let direction = |row| directions.key(row).map_or(Direction::Unknown, |key| codes[key]);
        let has_direction = batch.column_by_name(FLOW_DIRECTION).is_some();
        Owned {
            interface: rows
                .clone()
                .map(|row| interfaces.key(row).map_or(NO_INTERFACE, |key| key as u32))
                .collect(),
            interface_names: interfaces.values().to_vec(),
            addresses: ["srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"]
                .map(|name| addresses(batch, name)),
            numbers: ["srcport", "dstport", PROTOCOL, "tcp_flags"].map(|name| numbers(batch, name)),
            rejected: rows.clone().map(|row| action.key(row).is_some_and(|key| rejects[key])).collect(),
            direction: if has_direction { rows.map(direction).collect() } else { Vec::new() },
        }
    }

    fn records<'b>(&'b self, batch: &'b RecordBatch) -> Records<'b> {
        let [src, dst, pkt_src, pkt_dst] = &self.addresses;
        let [srcport, dstport, protocol, tcp_flags] = &self.numbers;
        Records {
            rows: batch.num_rows(),
            interface: &self.interface,
            interface_names: &self.interface_names,
            src,
            dst,
            pkt_src,
            pkt_dst,
            srcport,
            dstport,
            protocol,
            tcp_flags,
            rejected: &self.rejected,
            start: find::<Int64Array>(batch, START).map(|array| array.values().as_ref()).unwrap_or_default(),
            direction: &self.direction,
        }
    }
}

/// An address column by row; empty where the format lacks it.
fn addresses(batch: &RecordBatch, name: &str) -> Vec<Address> {
    match Addresses::of(batch, name) {
        Addresses::Absent => Vec::new(),
        column => (0..batch.num_rows()).map(|row| column.at(row).unwrap_or(NO_ADDRESS)).collect(),
    }
}

/// A number column by row; empty where the format lacks it.
fn numbers(batch: &RecordBatch, name: &str) -> Vec<i32> {
    if batch.column_by_name(name).is_none() {
        return Vec::new();
    }
    let column = Ints::of(batch, name);
    (0..batch.num_rows()).map(|row| column.at(row).unwrap_or(NO_NUMBER)).collect()
}
