//! The order in which a commit's records are stored and summed: by hour, by interface and the other dimensions of the
//! roll-ups, then by who talks to whom.
//!
//! Equal things stand together: columns become long runs, which makes files half as large, and roll-ups are sums over
//! neighbours, which needs no hash table.

use crate::columns::{Ints, Texts, Truths, Words, find};
use crate::schema::{
    ACCOUNT_ID, ACTION, AWS_SERVICE, CLIENT_IS_SRC, FLOW_DIRECTION, INTERFACE_ID, PROTOCOL, REGION,
    SERVICE_PORT, START, VPC_ID,
};
use contract::grid::floor_to;
use datafusion::arrow::array::{Array, Int64Array, RecordBatch};
use hashbrown::HashMap;

/// An hour, seconds.
pub const HOUR: i64 = 3_600;

/// Number of a text in its column's dictionary, plus one; 0 is "missing".
pub type Name = u32;
/// Number of an address; [`NO_ADDRESS`] is "missing".
pub type Address = u32;
/// A missing address.
pub const NO_ADDRESS: Address = u32::MAX;

/// The dimension values of a roll-up row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Group {
    /// Start of the hour in which the records start, Unix seconds: records are stored by hour. 0 in coarser groups.
    pub hour: i64,
    /// `account-id`.
    pub account: Name,
    /// Region.
    pub region: Name,
    /// `vpc-id`.
    pub vpc: Name,
    /// `interface-id`.
    pub interface: Name,
    /// `flow-direction`.
    pub direction: Name,
    /// `action`.
    pub action: Name,
    /// IANA protocol; -1 is "missing".
    pub protocol: i32,
    /// AWS service at either end.
    pub aws_service: Name,
    /// Service port; -1 is "missing".
    pub service_port: i32,
}

/// Where a record stands in the order, behind its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Who opened it, as far as known.
    pub client: Address,
    /// Who answered.
    pub server: Address,
    /// The record.
    pub row: u32,
}

/// The records of a commit, sorted.
#[derive(Debug, Default)]
pub struct Order {
    /// The groups, sorted.
    pub groups: Vec<Group>,
    /// Where each group's records begin in `places`; one more at the end.
    pub begins: Vec<u32>,
    /// The records, by group, then by client and server.
    pub places: Vec<Place>,
}

impl Order {
    /// Sorts the records of a gathered batch.
    pub fn of(batch: &RecordBatch) -> Order {
        let (groups, group_of_row) = numbered(batch);
        let (groups, rank) = ranked(groups);
        let mut begins = vec![0u32; groups.len() + 1];
        for group in &group_of_row {
            begins[rank[*group as usize] as usize + 1] += 1;
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        let mut places = vec![Place { client: 0, server: 0, row: 0 }; group_of_row.len()];
        let (mut next, ends) = (begins.clone(), Ends::of(batch));
        for (row, group) in group_of_row.iter().enumerate() {
            let slot = &mut next[rank[*group as usize] as usize];
            let (client, server) = ends.at(row);
            places[*slot as usize] = Place { client, server, row: row as u32 };
            *slot += 1;
        }
        for bounds in begins.windows(2) {
            places[bounds[0] as usize..bounds[1] as usize].sort_unstable();
        }
        Order { groups, begins, places }
    }

    /// The groups, where their records begin, and the records.
    pub fn runs(&self) -> impl Iterator<Item = (u32, usize, &[Place])> {
        self.begins.windows(2).enumerate().map(|(group, bounds)| {
            let (from, to) = (bounds[0] as usize, bounds[1] as usize);
            (group as u32, from, &self.places[from..to])
        })
    }

    /// The records of each hour: its start (Unix seconds), where they begin, and how many there are.
    pub fn hours(&self) -> impl Iterator<Item = (i64, usize, usize)> {
        self.groups.chunk_by(|a, b| a.hour == b.hour).scan(0, |group, same| {
            let (from, to) = (self.begins[*group] as usize, self.begins[*group + same.len()] as usize);
            *group += same.len();
            Some((same[0].hour, from, to - from))
        })
    }
}

/// The distinct groups in the order of their first record, and the number of each record's group.
fn numbered(batch: &RecordBatch) -> (Vec<Group>, Vec<u32>) {
    let words = [ACCOUNT_ID, REGION, VPC_ID, INTERFACE_ID, FLOW_DIRECTION, ACTION, AWS_SERVICE]
        .map(|column| Words::of(batch, column));
    let (protocol, service_port) = (Ints::of(batch, PROTOCOL), Ints::of(batch, SERVICE_PORT));
    let starts = find::<Int64Array>(batch, START);
    let (mut numbers, mut groups) = (HashMap::<Group, u32>::new(), Vec::new());
    let group_of_row = (0..batch.num_rows())
        .map(|row| {
            let name = |column: usize| words[column].key(row).map_or(0, |key| key as Name + 1);
            let group = Group {
                hour: starts.map_or(0, |starts| floor_to(starts.value(row), HOUR)),
                account: name(0),
                region: name(1),
                vpc: name(2),
                interface: name(3),
                direction: name(4),
                action: name(5),
                protocol: protocol.at(row).unwrap_or(-1),
                aws_service: name(6),
                service_port: service_port.at(row).unwrap_or(-1),
            };
            *numbers.entry(group).or_insert_with(|| {
                groups.push(group);
                groups.len() as u32 - 1
            })
        })
        .collect();
    (groups, group_of_row)
}

/// The groups sorted, and for each of the old ones its place among them.
pub fn ranked<T: Ord + Copy>(items: Vec<T>) -> (Vec<T>, Vec<u32>) {
    let mut sorted: Vec<(T, u32)> = items.into_iter().zip(0..).collect();
    sorted.sort_unstable();
    let mut rank = vec![0; sorted.len()];
    for (place, (_, old)) in sorted.iter().enumerate() {
        rank[*old as usize] = place as u32;
    }
    (sorted.into_iter().map(|(item, _)| item).collect(), rank)
}

/// Client and server of every record.
struct Ends<'a> {
    src: Option<&'a Texts>,
    dst: Option<&'a Texts>,
    sides: Truths<'a>,
}

impl<'a> Ends<'a> {
    fn of(batch: &'a RecordBatch) -> Self {
        Ends {
            src: find(batch, "srcaddr"),
            dst: find(batch, "dstaddr"),
            sides: Truths::of(batch, CLIENT_IS_SRC),
        }
    }

    fn at(&self, row: usize) -> (Address, Address) {
        let number = |column: Option<&Texts>| {
            let keys = column.map(Texts::keys).filter(|keys| keys.is_valid(row));
            keys.map_or(NO_ADDRESS, |keys| keys.value(row) as Address)
        };
        let (src, dst) = (number(self.src), number(self.dst));
        if self.sides.at(row) == Some(false) { (dst, src) } else { (src, dst) }
    }
}
