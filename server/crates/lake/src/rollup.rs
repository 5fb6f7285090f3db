//! Roll-ups in the making: minute sums by dimension and hourly sums by conversation, added up while records pass.

use crate::columns::{Addresses, Counts, Ints, Truths, Words, find};
use crate::error::LakeError;
use crate::schema::{
    ACCOUNT_ID, ACTION, AWS_SERVICE, BYTES, CLIENT_IS_SRC, END, FLOW_DIRECTION, INTERFACE_ID, PACKETS,
    PROTOCOL, REGION, SERVICE_PORT, START, VPC_ID,
};
use crate::spread::Extent;
use contract::grid::floor_to;
use datafusion::arrow::array::{Int64Array, RecordBatch};
use hashbrown::HashMap;

/// Sums of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Records.
    pub flows: u64,
    /// NODATA records.
    pub nodata: u64,
    /// SKIPDATA records.
    pub skipdata: u64,
}

impl Sums {
    fn add(&mut self, bytes: u64, packets: u64, flows: u64) {
        self.bytes += bytes;
        self.packets += packets;
        self.flows += flows;
    }

    /// Adds another group's sums.
    pub fn merge(&mut self, other: &Sums) {
        self.add(other.bytes, other.packets, other.flows);
        self.nodata += other.nodata;
        self.skipdata += other.skipdata;
    }
}

/// Number of a text in [`Names`]; 0 is "missing".
pub type Name = u32;

/// The dimension values of a roll-up row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Group {
    /// Account, region, VPC and interface, as one number of [`Rollup::places`].
    pub place: u32,
    /// `action`.
    pub action: Name,
    /// `flow-direction`.
    pub direction: Name,
    /// AWS service at either end.
    pub aws_service: Name,
    /// Service port; -1 is "missing".
    pub service_port: i32,
    /// IANA protocol; -1 is "missing".
    pub protocol: i32,
}

/// Where a record was logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// `account-id`.
    pub account: Name,
    /// Region.
    pub region: Name,
    /// `vpc-id`.
    pub vpc: Name,
    /// `interface-id`.
    pub interface: Name,
}

/// Client and server of a conversation.
pub type Ends = ([u8; 16], [u8; 16]);

/// Texts by number.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<Box<str>, Name>,
    texts: Vec<Box<str>>,
}

impl Names {
    /// The number of a text, new or old.
    pub fn number(&mut self, text: &str) -> Name {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        self.texts.push(text.into());
        let number = self.texts.len() as Name;
        self.numbers.insert(text.into(), number);
        number
    }

    /// The text of a number; `None` for "missing".
    pub fn text(&self, number: Name) -> Option<&str> {
        self.texts.get((number as usize).checked_sub(1)?).map(|text| &**text)
    }

    fn column<'a>(&mut self, words: &Words<'a>) -> Vec<Name> {
        words.values().iter().map(|value| self.number(value)).collect()
    }
}

/// The sums of one commit.
#[derive(Debug, Default)]
pub struct Rollup {
    /// All texts of the groups.
    pub names: Names,
    /// The places, by number.
    pub places: Vec<Place>,
    /// Sums by minute (Unix seconds), interface and group.
    pub minutes: HashMap<(i64, Group), Sums>,
    /// Sums by hour (Unix seconds), group and ends.
    pub conversations: HashMap<(i64, Group, Ends), Sums>,
    place_numbers: HashMap<Place, u32>,
}

impl Rollup {
    /// Adds enriched records.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let groups = self.groups(batch);
        let missing = || LakeError::Worker("records without times reached the roll-up".to_owned());
        let starts = find::<Int64Array>(batch, START).ok_or_else(missing)?.values();
        let ends = find::<Int64Array>(batch, END).ok_or_else(missing)?.values();
        let (bytes, packets) = (Counts::of(batch, BYTES), Counts::of(batch, PACKETS));
        let (src, dst) = (Addresses::of(batch, "srcaddr"), Addresses::of(batch, "dstaddr"));
        let sides = Truths::of(batch, CLIENT_IS_SRC);
        for (row, group) in groups.into_iter().enumerate() {
            let extent = Extent::of(starts[row], ends[row]);
            let (bytes, packets) = (bytes.at(row), packets.at(row));
            self.add_minutes(group, extent, bytes, packets);
            if let (Some(src), Some(dst)) = (src.at(row), dst.at(row)) {
                let talkers = if sides.at(row) == Some(false) { (dst, src) } else { (src, dst) };
                self.add_hours(group, talkers, extent, bytes, packets);
            }
        }
        Ok(())
    }

    fn add_minutes(&mut self, group: Group, extent: Extent, bytes: u64, packets: u64) {
        let first = floor_to(extent.start, 60);
        for minute in (first..extent.stop).step_by(60) {
            let flows = u64::from(minute == first);
            let (bytes, packets) =
                (extent.within(bytes, minute, minute + 60), extent.within(packets, minute, minute + 60));
            self.minutes.entry((minute, group)).or_default().add(bytes, packets, flows);
        }
    }

    fn add_hours(&mut self, group: Group, ends: Ends, extent: Extent, bytes: u64, packets: u64) {
        let first = floor_to(extent.start, 3_600);
        for hour in (first..extent.stop).step_by(3_600) {
            let flows = u64::from(hour == first);
            let (bytes, packets) =
                (extent.within(bytes, hour, hour + 3_600), extent.within(packets, hour, hour + 3_600));
            self.conversations.entry((hour, group, ends)).or_default().add(bytes, packets, flows);
        }
    }

    /// Adds an interval without traffic, or one AWS skipped.
    pub fn add_coverage(&mut self, interface: &str, account: &str, region: &str, start: i64, skipped: bool) {
        let mut number = |text: &str| if text.is_empty() { 0 } else { self.names.number(text) };
        let place =
            Place { account: number(account), region: number(region), vpc: 0, interface: number(interface) };
        let place = self.place(place);
        let group = Group { place, action: 0, direction: 0, aws_service: 0, service_port: -1, protocol: -1 };
        let sums = self.minutes.entry((floor_to(start, 60), group)).or_default();
        if skipped {
            sums.skipdata += 1;
        } else {
            sums.nodata += 1;
        }
    }

    fn place(&mut self, place: Place) -> u32 {
        *self.place_numbers.entry(place).or_insert_with(|| {
            self.places.push(place);
            (self.places.len() - 1) as u32
        })
    }

    /// For every place, the number of the same place without its interface.
    pub fn places_without_interface(&mut self) -> Vec<u32> {
        let places = self.places.clone();
        places.into_iter().map(|place| self.place(Place { interface: 0, ..place })).collect()
    }

    /// The group of every row.
    fn groups(&mut self, batch: &RecordBatch) -> Vec<Group> {
        let words = [ACCOUNT_ID, REGION, VPC_ID, INTERFACE_ID, ACTION, FLOW_DIRECTION, AWS_SERVICE]
            .map(|column| Words::of(batch, column));
        let numbers = words.each_ref().map(|column| self.names.column(column));
        let (service_port, protocol) = (Ints::of(batch, SERVICE_PORT), Ints::of(batch, PROTOCOL));
        let mut last: Option<(Place, u32)> = None;
        (0..batch.num_rows())
            .map(|row| {
                let name = |column: usize| words[column].key(row).map_or(0, |key| numbers[column][key]);
                let place = Place { account: name(0), region: name(1), vpc: name(2), interface: name(3) };
                let place = match last {
                    Some((seen, number)) if seen == place => number,
                    _ => {
                        let number = self.place(place);
                        last = Some((place, number));
                        number
                    }
                };
                Group {
                    place,
                    action: name(4),
                    direction: name(5),
                    aws_service: name(6),
                    service_port: service_port.at(row).unwrap_or(-1),
                    protocol: protocol.at(row).unwrap_or(-1),
                }
            })
            .collect()
    }
}
