//! The simulator's objects as columns, with the truth about each record beside them.

use crate::Failure;
use flowlog::{Batch, Data, Decoder, Limits, Want};
use libdeflater::Decompressor;
use serde::Deserialize;
use sides::{Address, Client, Direction, NO_NUMBER, Records};
use std::collections::HashMap;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Which columns the ladder gets to see; never `flow-direction`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// All it can use.
    Flags,
    /// All but `tcp-flags`.
    NoFlags,
    /// AWS's default: neither `tcp-flags` nor `pkt-*`.
    Version2,
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Flags, Format::NoFlags, Format::Version2];

    pub fn name(self) -> &'static str {
        match self {
            Format::Flags => "tcp-flags",
            Format::NoFlags => "no flags",
            Format::Version2 => "version 2",
        }
    }

    /// Least part of the verdicts that must be right.
    pub fn goal(self) -> f64 {
        if self == Format::Flags { 0.999 } else { 0.99 }
    }
}

/// The truth about one record.
#[derive(Clone, Copy)]
pub struct Fact {
    pub client: Client,
    /// -1 for protocols without ports.
    pub service_port: i32,
    pub direction: Direction,
}

/// A line of `truth-flows.ndjson.gz`. Its `line` is not needed: records come in the order of the lines.
#[derive(Deserialize)]
struct TruthLine<'a> {
    object: &'a str,
    client: IpAddr,
    #[serde(rename = "service-port")]
    service_port: i32,
    direction: &'a str,
}

/// The records of one commit.
#[derive(Default)]
pub struct Chunk {
    addresses: Vec<Address>,
    numbers: HashMap<Address, i32>,
    src: Vec<i32>,
    dst: Vec<i32>,
    pkt_src: Vec<i32>,
    pkt_dst: Vec<i32>,
    srcport: Vec<i32>,
    dstport: Vec<i32>,
    protocol: Vec<i32>,
    tcp_flags: Vec<i32>,
    rejected: Vec<bool>,
    start: Vec<i64>,
    interface: Vec<i32>,
    interfaces: Vec<Box<str>>,
    places: HashMap<Box<str>, i32>,
    pub facts: Vec<Fact>,
}

impl Chunk {
    pub fn names(&self) -> Vec<&str> {
        self.interfaces.iter().map(AsRef::as_ref).collect()
    }

    pub fn protocol(&self, row: usize) -> i32 {
        self.protocol[row]
    }

    pub fn records<'a>(&'a self, format: Format, names: &'a [&'a str]) -> Records<'a> {
        let all = Records {
            rows: self.facts.len(),
            interface: &self.interface,
            interface_names: names,
            addresses: &self.addresses,
            src: &self.src,
            dst: &self.dst,
            pkt_src: &self.pkt_src,
            pkt_dst: &self.pkt_dst,
            srcport: &self.srcport,
            dstport: &self.dstport,
            protocol: &self.protocol,
            tcp_flags: &self.tcp_flags,
            rejected: &self.rejected,
            start: &self.start,
            direction: &[],
        };
        match format {
            Format::Flags => all,
            Format::NoFlags => Records { tcp_flags: &[], ..all },
            Format::Version2 => Records { tcp_flags: &[], pkt_src: &[], pkt_dst: &[], ..all },
        }
    }

    fn add(&mut self, batch: &Batch, truth: &[(IpAddr, i32, Direction)]) -> Result<(), Failure> {
        if batch.rows != truth.len() {
            return Err(format!("{} records, {} truths", batch.rows, truth.len()).into());
        }
        for (to, name) in [
            (&mut self.src, "srcaddr"),
            (&mut self.dst, "dstaddr"),
            (&mut self.pkt_src, "pkt-srcaddr"),
            (&mut self.pkt_dst, "pkt-dstaddr"),
        ] {
            addresses(batch, name, &mut self.addresses, &mut self.numbers, to);
        }
        for (to, name) in [
            (&mut self.srcport, "srcport"),
            (&mut self.dstport, "dstport"),
            (&mut self.protocol, "protocol"),
            (&mut self.tcp_flags, "tcp-flags"),
        ] {
            numbers(batch, name, to);
        }
        if let Some(Data::Int64(starts)) = batch.column("start").map(|column| &column.data) {
            self.start.extend_from_slice(starts);
        }
        let mut places = |name: &str| -> i32 {
            if let Some(place) = self.places.get(name) {
                return *place;
            }
            let place = self.interfaces.len() as i32;
            self.interfaces.push(name.into());
            self.places.insert(name.into(), place);
            place
        };
        texts(batch, "interface-id", &mut self.interface, &mut |name| name.map_or(NO_NUMBER, &mut places));
        texts(batch, "action", &mut self.rejected, &mut |name| name == Some("REJECT"));
        for (client, port, direction) in truth {
            let row = self.facts.len();
            let client = octets(*client);
            let is_src = self.addresses.get(self.pkt_src[row] as usize) == Some(&client);
            let client = if is_src { Client::Source } else { Client::Destination };
            let service_port = if *port == 0 { NO_NUMBER } else { *port };
            self.facts.push(Fact { client, service_port, direction: *direction });
        }
        Ok(())
    }
}

fn octets(address: IpAddr) -> Address {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// An address column by number, new addresses entered in the chunk's list.
fn addresses(
    batch: &Batch,
    name: &str,
    all: &mut Vec<Address>,
    numbers: &mut HashMap<Address, i32>,
    to: &mut Vec<i32>,
) {
    let column = batch.column(name);
    let Some((Data::Address(column), nulls)) = column.map(|c| (&c.data, &c.nulls)) else { return };
    let numbers: Vec<i32> = column
        .values
        .iter()
        .map(|address| {
            *numbers.entry(*address).or_insert_with(|| {
                all.push(*address);
                all.len() as i32 - 1
            })
        })
        .collect();
    let is_there = |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    to.extend(
        column
            .keys
            .iter()
            .enumerate()
            .map(|(row, key)| if is_there(row) { numbers[*key as usize] } else { NO_NUMBER }),
    );
}

fn numbers(batch: &Batch, name: &str, to: &mut Vec<i32>) {
    let column = batch.column(name);
    let Some((Data::Int32(values), nulls)) = column.map(|c| (&c.data, &c.nulls)) else { return };
    let is_there = |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    to.extend(values.iter().enumerate().map(|(row, v)| if is_there(row) { *v } else { NO_NUMBER }));
}

/// A text column by what each distinct value stands for.
fn texts<T: Copy>(batch: &Batch, name: &str, to: &mut Vec<T>, of: &mut dyn FnMut(Option<&str>) -> T) {
    let column = batch.column(name);
    let Some((Data::Text(texts), nulls)) = column.map(|c| (&c.data, &c.nulls)) else { return };
    let values: Vec<T> = texts.values.iter().map(|value| of(Some(value))).collect();
    let missing = of(None);
    let is_there = |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    to.extend(
        texts
            .keys
            .iter()
            .enumerate()
            .map(|(row, key)| if is_there(row) { values[*key as usize] } else { missing }),
    );
}

/// Reads every object below a simulation's folder in the order of their keys, a commit's worth at a time.
pub fn read(folder: &Path, commit_rows: usize, each: &mut dyn FnMut(&Chunk)) -> Result<(), Failure> {
    let truth = truth_of(&folder.join("truth-flows.ndjson.gz"))?;
    let mut paths = Vec::new();
    objects(&folder.join("logs"), &mut paths)?;
    paths.sort();
    let mut chunk = Chunk::default();
    for path in paths {
        let mut decoder = Decoder::new(Want::default(), Limits::default());
        decoder.push(&unpacked(&std::fs::read(&path)?)?);
        decoder.finish();
        let facts = truth.get(&name_of(&path)).map(Vec::as_slice).unwrap_or_default();
        chunk.add(&decoder.take(), facts)?;
        if chunk.facts.len() >= commit_rows {
            each(&chunk);
            chunk = Chunk::default();
        }
    }
    each(&chunk);
    Ok(())
}

/// The last two parts of an object's name, by which the truth knows it.
fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut parts = name.trim_end_matches(".log.gz").rsplitn(3, '_');
    let (last, stamp) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{stamp}_{last}")
}

fn objects(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { objects(&path, found)? } else { found.push(path) }
    }
    Ok(())
}

/// An object of one gzip member; the last four bytes are its length.
fn unpacked(packed: &[u8]) -> Result<Vec<u8>, Failure> {
    let length = packed.last_chunk::<4>().ok_or("an object of less than four bytes")?;
    let mut text = vec![0; u32::from_le_bytes(*length) as usize];
    Decompressor::new().gzip_decompress(packed, &mut text)?;
    Ok(text)
}

type Truth = HashMap<String, Vec<(IpAddr, i32, Direction)>>;

/// The truth of each object's records, in the order of its lines. One gzip member per window.
fn truth_of(path: &Path) -> Result<Truth, Failure> {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path)?).read_to_string(&mut text)?;
    let mut truth = Truth::new();
    for line in text.lines() {
        let line: TruthLine<'_> = serde_json::from_str(line)?;
        let direction = if line.direction == "ingress" { Direction::Ingress } else { Direction::Egress };
        truth.entry(line.object.to_owned()).or_default().push((line.client, line.service_port, direction));
    }
    Ok(truth)
}
