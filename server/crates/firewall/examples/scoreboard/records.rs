//! A simulation's objects as rows of traffic, the way ingest makes them: decoded, client and server inferred, summed by
//! hour. Beside each refused conversation stands what the truth says of its records.

use crate::Failure;
use firewall::address::Address;
use firewall::traffic::{Direction, Flow, Leg, Reason};
use flowlog::{Batch, Column, Data, Decoder, Limits, Value, Want};
use libdeflater::Decompressor;
use serde::Deserialize;
use sides::{Client, Knowledge, NO_NUMBER, Records, Verdicts};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Rows are sums of an hour, as the lake's conversations are.
const HOUR_SECS: i64 = 3_600;

/// One conversation at one interface, in one direction.
pub type Place = (u32, Direction, Leg, Address, Address, u8, u16);

/// Everything of one simulation.
#[derive(Default)]
pub struct Logged {
    pub interfaces: Vec<String>,
    pub flows: Vec<Flow>,
    /// For each refused conversation the causes of its records.
    pub causes: HashMap<Place, HashMap<String, u64>>,
}

pub fn place(flow: &Flow) -> Place {
    (flow.interface, flow.direction, flow.leg, flow.client, flow.server, flow.protocol, flow.port)
}

/// A log object's text, and for each record why it was refused; empty for accepted ones.
pub struct Object {
    pub text: Vec<u8>,
    pub causes: Vec<String>,
}

#[derive(Deserialize)]
struct TruthLine<'a> {
    object: &'a str,
    #[serde(rename = "refused-by")]
    refused_by: Option<&'a str>,
}

/// Sums by hour, conversation, action and whether there is a SYN.
type Sums = HashMap<(i64, Place, bool, Option<bool>), Flow>;

struct Reader {
    logged: Logged,
    sums: Sums,
    knowledge: Knowledge,
    has_flags: bool,
}

/// Reads every object of a simulation's folder. Without `has_flags` neither `tcp-flags` nor the packet's own addresses
/// are there, as in version 2.
pub fn read(folder: &Path, has_flags: bool) -> Result<Logged, Failure> {
    let mut causes = causes_of(&folder.join("truth-flows.ndjson.gz"))?;
    let mut paths = Vec::new();
    objects(&folder.join("logs"), &mut paths)?;
    paths.sort();
    let mut read = Vec::new();
    for path in paths {
        let text = unpacked(&std::fs::read(&path)?)?;
        read.push(Object { text, causes: causes.remove(&name_of(&path)).unwrap_or_default() });
    }
    judged(read, has_flags)
}

/// Decodes objects, infers who asked whom, and sums.
pub fn judged(objects: Vec<Object>, has_flags: bool) -> Result<Logged, Failure> {
    let mut reader =
        Reader { logged: Logged::default(), sums: Sums::new(), knowledge: Knowledge::default(), has_flags };
    let mut decoded = Vec::new();
    for Object { text, causes } in objects {
        let mut decoder = Decoder::new(Want::default(), Limits::default());
        decoder.push(&text);
        decoder.finish();
        let batch = decoder.take();
        reader.learn(&batch);
        decoded.push((batch, causes));
    }
    for (batch, causes) in &decoded {
        reader.judge(batch, causes);
    }
    let mut logged = reader.logged;
    logged.flows = reader.sums.into_values().collect();
    logged.flows.sort_by_key(|flow| (flow.first, place(flow), flow.accepted));
    Ok(logged)
}

/// The columns that the ladder of evidence reads.
struct Columns {
    interface: Vec<i32>,
    /// The distinct addresses, and by column the place of each row's.
    addresses: Vec<[u8; 16]>,
    ends: [Vec<i32>; 4],
    numbers: [Vec<i32>; 4],
    rejected: Vec<bool>,
    start: Vec<i64>,
    direction: Vec<sides::Direction>,
}

impl Reader {
    fn columns(&mut self, batch: &Batch) -> Columns {
        let names = &mut self.logged.interfaces;
        let mut places: HashMap<String, i32> =
            names.iter().enumerate().map(|(place, name)| (name.clone(), place as i32)).collect();
        let mut place = |value: Value<'_>| match value {
            Value::Text(name) => *places.entry(name.to_owned()).or_insert_with(|| {
                names.push(name.to_owned());
                names.len() as i32 - 1
            }),
            _ => NO_NUMBER,
        };
        let rows = 0..batch.rows;
        let interface = batch.column("interface-id");
        let interface =
            rows.clone().filter_map(|row| interface.map(|column| place(column.value(row)))).collect();
        let ends = ["srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr"].map(|name| {
            let column = batch.column(name).filter(|_| self.has_flags || !name.starts_with("pkt"));
            column.map(|column| rows.clone().map(|row| key(column, row)).collect()).unwrap_or_default()
        });
        let addresses = batch.column("srcaddr").map(addresses).unwrap_or_default();
        let numbers = ["srcport", "dstport", "protocol", "tcp-flags"].map(|name| {
            let column = batch.column(name).filter(|_| self.has_flags || name != "tcp-flags");
            column.map(|column| rows.clone().map(|row| number(column, row)).collect()).unwrap_or_default()
        });
        let action = batch.column("action");
        let is_reject = |row| action.is_some_and(|column| column.value(row) == Value::Text("REJECT"));
        let start = batch.column("start");
        let start = rows.clone().map(|row| start.map_or(0, |column| long(column, row))).collect();
        let direction =
            batch.column("flow-direction").map(|column| rows.clone().map(|row| way(column, row)).collect());
        let (rejected, direction) = (rows.map(is_reject).collect(), direction.unwrap_or_default());
        Columns { interface, addresses, ends, numbers, rejected, start, direction }
    }

    fn learn(&mut self, batch: &Batch) {
        let columns = self.columns(batch);
        let names: Vec<&str> = self.logged.interfaces.iter().map(String::as_str).collect();
        self.knowledge.learn(&columns.records(batch.rows, &names));
    }

    fn judge(&mut self, batch: &Batch, causes: &[String]) {
        let columns = self.columns(batch);
        let names: Vec<&str> = self.logged.interfaces.iter().map(String::as_str).collect();
        let mut verdicts = Verdicts::default();
        self.knowledge.judge(&columns.records(batch.rows, &names), &mut verdicts);
        let of = |name: &str, row| batch.column(name).map_or(0, |column| long(column, row));
        for row in 0..batch.rows {
            let direction = match verdicts.direction[row] {
                sides::Direction::Ingress => Direction::Ingress,
                sides::Direction::Egress => Direction::Egress,
                sides::Direction::Unknown => continue,
            };
            let [src, dst] = [0, 1].map(|end: usize| columns.address(end, row));
            let (leg, client, server) = match verdicts.client[row] {
                Client::Source => (Leg::Opening, src, dst),
                Client::Destination => (Leg::Answer, dst, src),
                Client::Unknown => continue,
            };
            let flow = Flow {
                interface: columns.interface[row] as u32,
                direction,
                leg,
                client,
                server,
                protocol: columns.numbers[2][row] as u8,
                port: verdicts.service_port[row].max(0) as u16,
                client_port: 0,
                accepted: !columns.rejected[row],
                reason: reason(batch, row),
                tcp_flags: columns.numbers[3].get(row).map(|flags| *flags as u8),
                flows: 1,
                bytes: of("bytes", row) as u64,
                first: columns.start[row],
                last: of("end", row),
            };
            self.add(flow);
            if let (false, Some(cause)) = (flow.accepted, causes.get(row)) {
                *self.logged.causes.entry(place(&flow)).or_default().entry(cause.clone()).or_default() += 1;
            }
        }
    }

    fn add(&mut self, flow: Flow) {
        let hour = flow.first.div_euclid(HOUR_SECS);
        let key = (hour, place(&flow), flow.accepted, flow.has_syn());
        let sum = self.sums.entry(key).or_insert(Flow { flows: 0, bytes: 0, ..flow });
        sum.flows += 1;
        sum.bytes += flow.bytes;
        sum.first = sum.first.min(flow.first);
        sum.last = sum.last.max(flow.last);
        sum.tcp_flags = sum.tcp_flags.zip(flow.tcp_flags).map(|(a, b)| a | b);
    }
}

impl Columns {
    fn address(&self, end: usize, row: usize) -> Address {
        let octets = self.addresses.get(self.ends[end][row] as usize).copied();
        Address::from_octets(octets.unwrap_or_default())
    }

    fn records<'a>(&'a self, rows: usize, names: &'a [&'a str]) -> Records<'a> {
        let [src, dst, pkt_src, pkt_dst] = &self.ends;
        let [srcport, dstport, protocol, tcp_flags] = &self.numbers;
        Records {
            rows,
            interface: &self.interface,
            interface_names: names,
            addresses: &self.addresses,
            src,
            dst,
            pkt_src,
            pkt_dst,
            srcport,
            dstport,
            protocol,
            tcp_flags,
            rejected: &self.rejected,
            start: &self.start,
            direction: &self.direction,
        }
    }
}

/// The distinct addresses of a batch; all its address columns share them.
fn addresses(column: &Column) -> Vec<[u8; 16]> {
    if let Data::Address(addresses) = &column.data { addresses.values.to_vec() } else { Vec::new() }
}

/// The place of a row's address among them.
fn key(column: &Column, row: usize) -> i32 {
    match &column.data {
        Data::Address(addresses) if column.value(row) != Value::Null => addresses.keys[row],
        _ => NO_NUMBER,
    }
}

fn way(column: &Column, row: usize) -> sides::Direction {
    match column.value(row) {
        Value::Text("ingress") => sides::Direction::Ingress,
        Value::Text("egress") => sides::Direction::Egress,
        _ => sides::Direction::Unknown,
    }
}

fn reason(batch: &Batch, row: usize) -> Reason {
    match batch.column("reject-reason").map(|column| column.value(row)) {
        None => Reason::NotLogged,
        Some(Value::Text("BPA")) => Reason::BlockPublicAccess,
        Some(_) => Reason::Other,
    }
}

fn number(column: &Column, row: usize) -> i32 {
    if let Value::Number(number) = column.value(row) { number as i32 } else { NO_NUMBER }
}

fn long(column: &Column, row: usize) -> i64 {
    if let Value::Number(number) = column.value(row) { number } else { 0 }
}

/// The cause of each record of each object, in the order of the lines; empty for accepted ones.
fn causes_of(path: &Path) -> Result<HashMap<String, Vec<String>>, Failure> {
    let packed = std::fs::read(path)?;
    let mut causes: HashMap<String, Vec<String>> = HashMap::new();
    let mut rest = packed.as_slice();
    while !rest.is_empty() {
        let (text, used) = member(rest)?;
        for line in std::str::from_utf8(&text)?.lines() {
            let line: TruthLine<'_> = serde_json::from_str(line)?;
            let cause = line.refused_by.unwrap_or_default().to_owned();
            causes.entry(line.object.to_owned()).or_default().push(cause);
        }
        rest = &rest[used..];
    }
    Ok(causes)
}

/// The first gzip member of some bytes: its text, and how many bytes it takes.
fn member(packed: &[u8]) -> Result<(Vec<u8>, usize), Failure> {
    let starts = (1..packed.len()).filter(|at| packed[*at..].starts_with(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0]));
    for end in starts.chain([packed.len()]) {
        if let Ok(text) = unpacked(&packed[..end]) {
            return Ok((text, end));
        }
    }
    Err("no complete gzip member".into())
}

/// One gzip member; its last four bytes are its length.
fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Failure> {
    /// No object of the simulator is as large; a length beyond is no length.
    const LARGEST: u32 = 64 << 20;
    let length = u32::from_le_bytes(*packed.last_chunk::<4>().ok_or("less than four bytes")?);
    if length > LARGEST {
        return Err("not the end of a member".into());
    }
    let mut text = vec![0; length as usize];
    let unpacked = Decompressor::new().gzip_decompress(packed, &mut text)?;
    if unpacked != text.len() {
        return Err("not the end of a member".into());
    }
    Ok(text)
}

fn objects(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { objects(&path, found)? } else { found.push(path) }
    }
    Ok(())
}

/// The last two parts of an object's name, by which the truth knows it.
fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut parts = name.trim_end_matches(".log.gz").rsplitn(3, '_');
    let (last, stamp) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{stamp}_{last}")
}
