//! Direction, client, server and service port of a commit's records, by what they and all records before them prove.
//! The `sides` crate holds the evidence; here its columns meet Arrow's.

use crate::addresses::Addresses;
use crate::columns::{Texts, Words, find, numbers};
use crate::enrich::{Added, Columns};
use crate::error::LakeError;
use crate::schema::{
    ACTION, CLIENT_IS_SRC, EVIDENCE, FLOW_DIRECTION, INTERFACE_ID, PROTOCOL, SERVICE_PORT, START,
    TOLD_ELSEWHERE,
};
use arrow::array::{Array, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use sides::{Client, Direction, Evidence, Knowledge, NO_NUMBER, Records, Verdicts};
use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

/// The columns that [`judged`] adds.
pub const JUDGED: [&str; 5] = [SERVICE_PORT, CLIENT_IS_SRC, FLOW_DIRECTION, EVIDENCE, TOLD_ELSEWHERE];

/// The decoder's fields that they are made from.
pub const MADE_FROM: [&str; 14] = [
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
    "tgw-id",
    "tgw-attachment-id",
];

/// The columns that only records of transit gateways have.
const GATEWAY: [&str; 2] = ["tgw_id", "tgw_attachment_id"];

/// Learns from a decoded batch, then adds to it the columns that are wanted of [`JUDGED`].
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
    for (told, left) in verdicts.told_elsewhere.iter_mut().zip(left_gateways(&batch)) {
        *told |= left;
    }
    let has_direction = batch.column_by_name(FLOW_DIRECTION).is_some();
    let mut table = Columns::of(batch);
    table.set(SERVICE_PORT, Arc::new(service_ports(verdicts.service_port)?));
    table.set(CLIENT_IS_SRC, Arc::new(client_is_src(&verdicts.client)));
    if added.wants(EVIDENCE) {
        let names = Evidence::ALL.map(Evidence::name);
        table.set(EVIDENCE, Arc::new(coded(&verdicts.evidence, &names, |evidence| Some(evidence as i32))?));
    }
    if added.wants(TOLD_ELSEWHERE) {
        table.set(TOLD_ELSEWHERE, Arc::new(BooleanArray::from(verdicts.told_elsewhere)));
    }
    if !has_direction {
        let direction = |direction| match direction {
            Direction::Unknown => None,
            Direction::Ingress => Some(0),
            Direction::Egress => Some(1),
        };
        let column = coded(&verdicts.direction, &["ingress", "egress"], direction)?;
        table.set(FLOW_DIRECTION, Arc::new(column));
    }
    table.finish()
}

/// Which records tell of traffic as it leaves a transit gateway: as it entered, another told of it.
fn left_gateways(batch: &RecordBatch) -> Vec<bool> {
    let columns: Vec<_> = GATEWAY.iter().filter_map(|name| batch.column_by_name(name)).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let mut left = meanings(batch, FLOW_DIRECTION, |value| value == "egress");
    for (row, left) in left.iter_mut().enumerate() {
        *left &= columns.iter().any(|column| column.is_valid(row));
    }
    left
}

fn service_ports(ports: Vec<i32>) -> Result<Int32Array, LakeError> {
    let there = BooleanBuffer::collect_bool(ports.len(), |row| ports[row] != NO_NUMBER);
    Ok(Int32Array::try_new(ports.into(), Some(NullBuffer::new(there)))?)
}

fn client_is_src(clients: &[Client]) -> BooleanArray {
    let is =
        |wanted: fn(Client) -> bool| BooleanBuffer::collect_bool(clients.len(), |row| wanted(clients[row]));
    let known = NullBuffer::new(is(|client| client != Client::Unknown));
    BooleanArray::new(is(|client| client == Client::Source), Some(known))
}

/// Verdicts as a dictionary column; `place` gives their name's.
fn coded<T: Copy>(
    verdicts: &[T],
    names: &[&str],
    place: impl Fn(T) -> Option<i32>,
) -> Result<Texts, LakeError> {
    let keys: Vec<i32> = verdicts.iter().map(|verdict| place(*verdict).unwrap_or_default()).collect();
    let there = BooleanBuffer::collect_bool(verdicts.len(), |row| place(verdicts[row]).is_some());
    let keys = Int32Array::try_new(keys.into(), Some(NullBuffer::new(there)))?;
    Ok(Texts::try_new(keys, Arc::new(StringArray::from(names.to_vec())))?)
}

/// The columns of a batch in the form in which evidence is read.
struct Owned<'a> {
    interface_names: Vec<&'a str>,
    /// `interface-id`, then the addresses.
    places: [Cow<'a, [i32]>; 5],
    /// Ports, `protocol`, `tcp-flags`.
    numbers: [Cow<'a, [i32]>; 4],
    rejected: Vec<bool>,
    direction: Vec<Direction>,
}

impl<'a> Owned<'a> {
    fn of(batch: &'a RecordBatch) -> Self {
        let direction = |value: &str| match value {
            "ingress" => Direction::Ingress,
            "egress" => Direction::Egress,
            _ => Direction::Unknown,
        };
        Owned {
            interface_names: Words::of(batch, INTERFACE_ID).values().to_vec(),
            places: [INTERFACE_ID, "srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"]
                .map(|name| numbers(batch, name)),
            numbers: ["srcport", "dstport", PROTOCOL, "tcp_flags"].map(|name| numbers(batch, name)),
            rejected: meanings(batch, ACTION, |value| value == "REJECT"),
            direction: meanings(batch, FLOW_DIRECTION, direction),
        }
    }

    fn records<'b>(&'b self, batch: &'b RecordBatch) -> Records<'b> {
        let [interface, src, dst, pkt_src, pkt_dst] = &self.places;
        let [srcport, dstport, protocol, tcp_flags] = &self.numbers;
        let lists = ["srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"];
        let mut lists = lists.into_iter().map(|name| Addresses::of(batch, name).values());
        Records {
            rows: batch.num_rows(),
            interface,
            interface_names: &self.interface_names,
            addresses: lists.find(|list| !list.is_empty()).unwrap_or_default(),
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

/// A dictionary column by what its values mean, the default where there is none; empty without a column.
fn meanings<T: Copy + Default>(batch: &RecordBatch, name: &str, meaning: impl Fn(&str) -> T) -> Vec<T> {
    let by_key = Words::of(batch, name).codes(meaning);
    let meaning = |key: &i32| usize::try_from(*key).ok().and_then(|key| by_key.get(key)).copied();
    numbers(batch, name).iter().map(|key| meaning(key).unwrap_or_default()).collect()
}
