//! The order in which a commit's records are stored and summed: by hour, by interface and the other dimensions of the
//! roll-ups, then by who talks to whom.
//!
//! Equal things stand together: columns become long runs, which makes files half as large, and roll-ups are sums over
//! neighbours, which needs no hash table.

use crate::columns::{find, numbers};
use crate::schema::{
    ACCOUNT_ID, ACTION, AWS_SERVICE, CLIENT_IS_SRC, FLOW_DIRECTION, FLOW_LOG_ID, INTERFACE_ID, PROTOCOL,
    REGION, SERVICE_PORT, START, TOLD_ELSEWHERE, VPC_ID,
};
use arrow::array::{Int64Array, RecordBatch};
use std::borrow::Cow;
use std::ops::Range;

/// An hour, seconds.
pub const HOUR: i64 = 3_600;

/// Number of a text in its column's dictionary, plus one; 0 is "missing".
pub type Name = u32;
/// Number of an address; [`NO_ADDRESS`] is "missing".
pub type Address = u32;
/// A missing address.
pub const NO_ADDRESS: Address = u32::MAX;
/// Bits of a number that one pass of sorting looks at: its counters fill half of the nearest cache.
const RADIX_BITS: usize = 11;
/// The widest range of numbers that are counted through: all ports, and all protocols.
const SPARSE_RANGE: u32 = 1 << 17;

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
    /// `flow-log-id`.
    pub flow_log: Name,
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
    /// Whether another interface tells the same packets: 1 where it does.
    pub told_elsewhere: i32,
}

/// The records of a commit, sorted by group, then by client and server.
#[derive(Debug, Default)]
pub struct Order {
    /// The groups, sorted.
    pub groups: Vec<Group>,
    /// Where each group's records begin in `rows`; one more at the end.
    pub begins: Vec<u32>,
    /// The records.
    pub rows: Vec<u32>,
    /// Where in `rows` the records of each two within a group begin; one more at the end.
    pub talks: Vec<u32>,
    /// By record who opened it; where it is not known who is who, the source.
    clients: Vec<i32>,
    /// By record who answered.
    servers: Vec<i32>,
}

impl Order {
    /// Sorts judged records.
    pub fn of(batch: &RecordBatch) -> Order {
        let columns = GroupColumns::of(batch);
        let (clients, servers) = ends_of(batch);
        let mut digits = Digits::new(batch.num_rows());
        columns.append_to(&mut digits);
        // A commit has fewer than 2^20 records and four times as many addresses: then both ends fit behind the groups.
        let highest = clients.iter().chain(&servers).max().map_or(0, |key| (key + 1) as u32);
        digits.make_room(2 * bits_of(highest));
        let behind_group = [&clients, &servers].map(|ends| digits.append(ends)).iter().sum::<u32>();
        let mut order = Order { clients, servers, ..Order::default() };
        let (sorted, mut last) = (digits.sorted(), None);
        order.rows.reserve(sorted.len());
        for Sorted { digits, row } in sorted {
            let here = order.rows.len() as u32;
            if last.is_none_or(|last| (last ^ digits) >> behind_group != 0) {
                order.begins.push(here);
                order.groups.push(columns.group(row as usize));
            }
            if last != Some(digits) {
                order.talks.push(here);
            }
            last = Some(digits);
            order.rows.push(row);
        }
        order.begins.push(order.rows.len() as u32);
        order.talks.push(order.rows.len() as u32);
        order
    }

    /// The groups, and which places in the order are theirs.
    pub fn runs(&self) -> impl Iterator<Item = (u32, Range<usize>)> {
        (0..).zip(self.begins.windows(2).map(|bounds| bounds[0] as usize..bounds[1] as usize))
    }

    /// Client and server of the record at a place in the order.
    pub fn ends(&self, place: usize) -> (Address, Address) {
        let row = self.rows[place] as usize;
        let of = |ends: &[i32]| ends.get(row).map_or(NO_ADDRESS, |key| *key as Address);
        (of(&self.clients), of(&self.servers))
    }

    /// The records of each hour.
    pub fn hours(&self) -> impl Iterator<Item = Hour> {
        self.groups.chunk_by(|a, b| a.hour == b.hour).scan(0, |group, same| {
            let begins = &self.begins[*group..=*group + same.len()];
            *group += same.len();
            let (from, to) = (begins[0], begins[same.len()]);
            let group_ends = begins[1..].iter().map(|end| end - from).collect();
            Some(Hour { start: same[0].hour, rows: from as usize..to as usize, group_ends })
        })
    }
}

/// The records of an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hour {
    /// When it begins, Unix seconds.
    pub start: i64,
    /// The places of its records in the order.
    pub rows: Range<usize>,
    /// Where among them groups end.
    pub group_ends: Vec<u32>,
}

/// The columns that make a group, as numbers; -1 where a value is missing, empty without a column.
struct GroupColumns<'a> {
    /// Account, region, VPC, flow log, interface, direction, action, AWS service.
    texts: [Cow<'a, [i32]>; 8],
    protocol: Cow<'a, [i32]>,
    service_port: Cow<'a, [i32]>,
    told: Cow<'a, [i32]>,
    /// Since 1970.
    hours: Vec<i32>,
}

impl<'a> GroupColumns<'a> {
    fn of(batch: &'a RecordBatch) -> Self {
        let texts =
            [ACCOUNT_ID, REGION, VPC_ID, FLOW_LOG_ID, INTERFACE_ID, FLOW_DIRECTION, ACTION, AWS_SERVICE];
        let starts = find::<Int64Array>(batch, START).map_or(&[][..], |starts| starts.values());
        GroupColumns {
            texts: texts.map(|column| numbers(batch, column)),
            protocol: numbers(batch, PROTOCOL),
            service_port: numbers(batch, SERVICE_PORT),
            told: numbers(batch, TOLD_ELSEWHERE),
            hours: starts.iter().map(|start| start.div_euclid(HOUR) as i32).collect(),
        }
    }

    /// Appends all of them, in the order of [`Group`].
    fn append_to(&self, digits: &mut Digits) {
        let [earlier @ .., aws_service] = &self.texts;
        digits.append(&self.hours);
        for column in earlier {
            digits.append(column);
        }
        digits.append_sparse(&self.protocol);
        digits.append(aws_service);
        digits.append_sparse(&self.service_port);
        digits.append(&self.told);
    }

    fn group(&self, row: usize) -> Group {
        let at = |column: &[i32]| column.get(row).copied().unwrap_or(-1);
        let [account, region, vpc, flow_log, interface, direction, action, aws_service] =
            self.texts.each_ref().map(|column| (at(column) + 1) as Name);
        Group {
            hour: i64::from(self.hours.get(row).copied().unwrap_or_default()) * HOUR,
            account,
            region,
            vpc,
            flow_log,
            interface,
            direction,
            action,
            protocol: at(&self.protocol),
            aws_service,
            service_port: at(&self.service_port),
            told_elsewhere: at(&self.told).max(0),
        }
    }
}

/// Rows as numbers whose digits are the values of their columns: they sort as the rows do, and equal rows have equal
/// numbers.
struct Digits {
    rows: Vec<u64>,
    /// Bits in use.
    bits: u32,
}

/// A row and its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sorted {
    digits: u64,
    row: u32,
}

impl Digits {
    fn new(rows: usize) -> Self {
        Digits { rows: vec![0; rows], bits: 0 }
    }

    /// Appends a column as the lowest digit; returns its bits. An empty column has none.
    fn append(&mut self, column: &[i32]) -> u32 {
        let low = column.iter().copied().min().unwrap_or_default();
        let range = column.iter().copied().max().unwrap_or_default().abs_diff(low);
        self.append_digits(range, column.iter().map(|value| value.abs_diff(low)))
    }

    /// Appends a column of which few values in its range occur: they are counted through first, for fewer bits.
    fn append_sparse(&mut self, column: &[i32]) -> u32 {
        let low = column.iter().copied().min().unwrap_or_default();
        let range = column.iter().copied().max().unwrap_or_default().abs_diff(low);
        if range >= SPARSE_RANGE {
            return self.append(column);
        }
        let mut ranks = vec![0u32; range as usize + 1];
        column.iter().for_each(|value| ranks[value.abs_diff(low) as usize] = 1);
        let mut distinct = 0;
        for rank in &mut ranks {
            distinct += std::mem::replace(rank, distinct);
        }
        self.append_digits(
            distinct.saturating_sub(1),
            column.iter().map(|value| ranks[value.abs_diff(low) as usize]),
        )
    }

    /// Appends a digit from 0 to `highest` to each row.
    fn append_digits(&mut self, highest: u32, digits: impl Iterator<Item = u32>) -> u32 {
        let bits = bits_of(highest);
        if bits == 0 {
            return 0;
        }
        self.make_room(bits);
        self.bits += bits;
        for (number, digit) in self.rows.iter_mut().zip(digits) {
            *number = *number << bits | u64::from(digit);
        }
        bits
    }

    /// Where this many more bits do not fit, gives the numbers as few bits as they need, in the same order.
    fn make_room(&mut self, bits: u32) {
        if self.bits + bits <= u64::BITS {
            return;
        }
        let mut distinct = self.rows.clone();
        distinct.sort_unstable();
        distinct.dedup();
        for number in &mut self.rows {
            *number = distinct.partition_point(|other| other < number) as u64;
        }
        self.bits = bits_of(distinct.len() as u32);
    }

    /// The rows in the order of their numbers, equal ones as they stood.
    fn sorted(self) -> Vec<Sorted> {
        let mut from: Vec<Sorted> =
            self.rows.into_iter().zip(0..).map(|(digits, row)| Sorted { digits, row }).collect();
        let mut to = vec![Sorted::default(); from.len()];
        let mut next = vec![0u32; 1 << RADIX_BITS];
        for shift in (0..self.bits).step_by(RADIX_BITS) {
            let bucket = |row: &Sorted| (row.digits >> shift) as usize & ((1 << RADIX_BITS) - 1);
            next.fill(0);
            from.iter().for_each(|row| next[bucket(row)] += 1);
            let mut before = 0;
            for next in &mut next {
                before += std::mem::replace(next, before);
            }
            for row in &from {
                let place = &mut next[bucket(row)];
                to[*place as usize] = *row;
                *place += 1;
            }
            std::mem::swap(&mut from, &mut to);
        }
        from
    }
}

/// Bits that hold a number.
fn bits_of(number: u32) -> u32 {
    u32::BITS - number.leading_zeros()
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

/// Client and server of every record; where it is not known who is who, source and destination.
fn ends_of(batch: &RecordBatch) -> (Vec<i32>, Vec<i32>) {
    let [src, dst] = ["srcaddr", "dstaddr"].map(|name| numbers(batch, name));
    let sides = numbers(batch, CLIENT_IS_SRC);
    let rows = batch.num_rows();
    let full = |column: Cow<'_, [i32]>| if column.is_empty() { vec![-1; rows] } else { column.into_owned() };
    let (mut clients, mut servers) = (full(src), full(dst));
    for ((client, server), side) in clients.iter_mut().zip(&mut servers).zip(sides.iter()) {
        // Exchanged by arithmetic: no processor foresees which way round a record is.
        let exchange = if *side == 0 { *client ^ *server } else { 0 };
        (*client, *server) = (*client ^ exchange, *server ^ exchange);
    }
    (clients, servers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_sort_as_their_values_do(
            rows in prop::collection::vec(([0i32..3, -1..2, 7..9], any::<bool>(), -1i32..70_000), 0..200),
        ) {
            let column = |at: usize| rows.iter().map(|(values, ..)| values[at]).collect::<Vec<_>>();
            let wide = rows.iter().map(|(_, wide, _)| if *wide { i32::MAX } else { i32::MIN }).collect::<Vec<_>>();
            let sparse = rows.iter().map(|(.., port)| *port).collect::<Vec<_>>();
            let mut digits = Digits::new(rows.len());
            // Three columns of 2^32 do not fit a word: the numbers are made short on the way.
            for column in [&column(0), &wide, &column(1), &wide, &wide, &column(2)] {
                digits.append(column);
            }
            digits.append_sparse(&sparse);
            let sorted = digits.sorted();
            let key = |row: u32| { let ([a, b, c], wide, port) = rows[row as usize]; (a, wide, b, c, port) };
            let mut expected: Vec<u32> = (0..rows.len() as u32).collect();
            expected.sort_by_key(|row| key(*row));
            prop_assert_eq!(sorted.iter().map(|row| row.row).collect::<Vec<_>>(), expected);
            for pair in sorted.windows(2) {
                prop_assert_eq!(pair[0].digits == pair[1].digits, key(pair[0].row) == key(pair[1].row));
            }
        }
    }
}
