//! The order in which a commit's records are stored and summed: by hour, by interface and the other dimensions of the
//! roll-ups, then by who talks to whom.
//!
//! Equal things stand together: columns become long runs, which makes files half as large, and roll-ups are sums over
//! neighbours, which needs no hash table.

use crate::addresses::Addresses;
use crate::columns::{Truths, find, numbers};
use crate::schema::{
    ACCOUNT_ID, ACTION, AWS_SERVICE, CLIENT_IS_SRC, FLOW_DIRECTION, FLOW_LOG_ID, INTERFACE_ID, PROTOCOL,
    REGION, SERVICE_PORT, START, TOLD_ELSEWHERE, VPC_ID,
};
use contract::grid::floor_to;
use datafusion::arrow::array::{Int64Array, RecordBatch};
use hashbrown::HashMap;

/// An hour, seconds.
pub const HOUR: i64 = 3_600;

/// Number of a text in its column's dictionary, plus one; 0 is "missing".
pub type Name = u32;
/// Number of an address; [`NO_ADDRESS`] is "missing".
pub type Address = u32;
/// A missing address.
pub const NO_ADDRESS: Address = u32::MAX;
/// Fewer places are sorted as they are.
const FEW_PLACES: usize = 12;

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
    /// Sorts judged records.
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
        let mut next = begins.clone();
        for ((row, group), (client, server)) in group_of_row.iter().enumerate().zip(ends_of(batch)) {
            let slot = &mut next[rank[*group as usize] as usize];
            places[*slot as usize] = Place { client, server, row: row as u32 };
            *slot += 1;
        }
        let mut packing = Packing::of(batch);
        for bounds in begins.windows(2) {
            packing.sort(&mut places[bounds[0] as usize..bounds[1] as usize]);
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
    let texts = [ACCOUNT_ID, REGION, VPC_ID, INTERFACE_ID, FLOW_DIRECTION, ACTION, AWS_SERVICE, FLOW_LOG_ID];
    let texts = texts.map(|column| numbers(batch, column));
    let [protocol, service_port, told] =
        [PROTOCOL, SERVICE_PORT, TOLD_ELSEWHERE].map(|column| numbers(batch, column));
    let hours = find::<Int64Array>(batch, START).map_or_else(Vec::new, |starts| hours_of(starts.values()));
    let mut digits = Digits::new(batch.num_rows());
    for column in texts.iter().chain([&protocol, &service_port, &told]) {
        digits.append(column);
    }
    digits.append(&hours.iter().map(|hour| (hour / HOUR) as i32).collect::<Vec<_>>());
    let (firsts, group_of_row) = digits.numbered();
    let groups = firsts.into_iter().map(|row| {
        let at = |column: &[i32]| column.get(row).copied().unwrap_or(-1);
        let [account, region, vpc, interface, direction, action, aws_service, flow_log] =
            texts.each_ref().map(|column| (at(column) + 1) as Name);
        Group {
            hour: hours.get(row).copied().unwrap_or_default(),
            account,
            region,
            vpc,
            interface,
            direction,
            action,
            protocol: at(&protocol),
            aws_service,
            service_port: at(&service_port),
            flow_log,
            told_elsewhere: at(&told).max(0),
        }
    });
    (groups.collect(), group_of_row)
}

/// The hour that each time lies in.
fn hours_of(times: &[i64]) -> Vec<i64> {
    times.iter().map(|time| floor_to(*time, HOUR)).collect()
}

/// Rows as numbers whose digits are the values of their columns: equal rows have equal numbers, and nothing larger than
/// a word is hashed.
struct Digits {
    rows: Vec<u64>,
    /// All numbers are below.
    bound: u64,
}

impl Digits {
    fn new(rows: usize) -> Self {
        Digits { rows: vec![0; rows], bound: 1 }
    }

    /// Appends a column, in which -1 stands for a missing value, as the lowest digit. A short column is missing in the
    /// rest.
    fn append(&mut self, column: &[i32]) {
        let Some((low, high)) = column.iter().fold(None, |reach: Option<(i32, i32)>, value| {
            let (low, high) = reach.unwrap_or((*value, *value));
            Some((low.min(*value), high.max(*value)))
        }) else {
            return;
        };
        let base = u64::from(high.abs_diff(low)) + 1;
        if base == 1 && column.len() == self.rows.len() {
            return;
        }
        if self.bound.checked_mul(base).is_none() {
            let (firsts, numbers) = self.numbered();
            self.bound = firsts.len() as u64;
            self.rows = numbers.into_iter().map(u64::from).collect();
        }
        self.bound *= base;
        for (number, value) in self.rows.iter_mut().zip(column) {
            *number = *number * base + u64::from(value.abs_diff(low));
        }
    }

    /// Of each distinct number the first row that has it, and by row the place of its number among them.
    fn numbered(&self) -> (Vec<usize>, Vec<u32>) {
        let (mut places, mut firsts) = (HashMap::<u64, u32>::new(), Vec::new());
        let place_of = |(row, number): (usize, &u64)| {
            *places.entry(*number).or_insert_with(|| {
                firsts.push(row);
                firsts.len() as u32 - 1
            })
        };
        let place_of_row = self.rows.iter().enumerate().map(place_of).collect();
        (firsts, place_of_row)
    }
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

/// How a place becomes one word that sorts as it does: sorting words takes half the time of sorting three numbers.
struct Packing {
    /// Bits of an address and of a row.
    address: u32,
    row: u32,
    packed: Vec<u64>,
}

impl Packing {
    fn of(batch: &RecordBatch) -> Self {
        let bits = |count: usize| usize::BITS - count.leading_zeros();
        let addresses = ["srcaddr", "dstaddr"].map(|name| Addresses::of(batch, name).values().len());
        let address = bits(addresses.into_iter().max().unwrap_or_default());
        Packing { address, row: bits(batch.num_rows()), packed: Vec::new() }
    }

    fn sort(&mut self, places: &mut [Place]) {
        if places.len() < FEW_PLACES || 2 * self.address + self.row > u64::BITS {
            return places.sort_unstable();
        }
        let mut packed = std::mem::take(&mut self.packed);
        packed.extend(places.iter().map(|place| self.pack(place)));
        packed.sort_unstable();
        places.iter_mut().zip(packed.drain(..)).for_each(|(place, word)| *place = self.unpack(word));
        self.packed = packed;
    }

    fn pack(&self, place: &Place) -> u64 {
        // One more, so that a missing address is 0 and fits.
        let [client, server] = [place.client, place.server].map(|address| u64::from(address.wrapping_add(1)));
        (client << self.address | server) << self.row | u64::from(place.row)
    }

    fn unpack(&self, packed: u64) -> Place {
        let low = |number: u64, bits: u32| (number & ((1 << bits) - 1)) as u32;
        let ends = packed >> self.row;
        Place {
            client: ((ends >> self.address) as u32).wrapping_sub(1),
            server: low(ends, self.address).wrapping_sub(1),
            row: low(packed, self.row),
        }
    }
}

/// Client and server of every record; where it is not known who is who, source and destination.
fn ends_of(batch: &RecordBatch) -> impl Iterator<Item = (Address, Address)> {
    let [src, dst] = ["srcaddr", "dstaddr"].map(|name| numbers(batch, name));
    let sides = Truths::of(batch, CLIENT_IS_SRC);
    (0..batch.num_rows()).map(move |row| {
        let at = |column: &[i32]| column.get(row).map_or(NO_ADDRESS, |key| *key as Address);
        let (src, dst) = (at(&src), at(&dst));
        if sides.at(row) == Some(false) { (dst, src) } else { (src, dst) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_places_sort_as_places_do(
            places in prop::collection::vec((0u32..5, 0u32..5, 0u32..200), 0..60),
            address in prop_oneof![Just(3u32), Just(30)],
        ) {
            let end = |address: u32| if address == 0 { NO_ADDRESS } else { address };
            // A missing address sorts first where places are packed, last where they are not.
            let rank = |place: &Place| (place.client.wrapping_add(1), place.server.wrapping_add(1), place.row);
            let places = places.iter().map(|(a, b, row)| Place { client: end(*a), server: end(*b), row: *row });
            let mut sorted: Vec<Place> = places.collect();
            let mut expected = sorted.clone();
            let packs = sorted.len() >= FEW_PLACES && address == 3;
            Packing { address, row: 8, packed: Vec::new() }.sort(&mut sorted);
            if packs { expected.sort_by_key(rank) } else { expected.sort() }
            prop_assert_eq!(sorted, expected);
        }

        #[test]
        fn rows_share_a_number_when_all_their_values_are_equal(
            rows in prop::collection::vec(([0i32..3, -1..2, 7..9], any::<bool>()), 0..200),
        ) {
            let column = |at: usize| rows.iter().map(|(values, _)| values[at]).collect::<Vec<_>>();
            let wide = rows.iter().map(|(_, wide)| if *wide { i32::MAX } else { i32::MIN }).collect::<Vec<_>>();
            let mut digits = Digits::new(rows.len());
            // Three columns of 2^32 do not fit a word: the numbers are made small on the way.
            for column in [&column(0), &wide, &column(1), &wide, &wide, &column(2)] {
                digits.append(column);
            }
            let (firsts, places) = digits.numbered();
            for (row, place) in places.iter().enumerate() {
                let first = rows.iter().position(|other| *other == rows[row]);
                prop_assert_eq!(Some(firsts[*place as usize]), first);
            }
        }
    }
}
