//! Roll-ups of a commit: sums by minute, hour and conversation, added up along its order.
//!
//! A record's pieces are added to its group's minutes; hours and the tables without interfaces are made from those, so
//! that all of them give the same sums.

use crate::columns::Counts;
use crate::order::{Address, Group, HOUR, NO_ADDRESS, Order, Place, ranked};
use crate::spread::Extent;
use contract::grid::floor_to;
use hashbrown::HashMap;

/// A minute, seconds.
const MINUTE: i64 = 60;
/// Conversations are stored where they are at most this part of the records they stand for. Where nearly every record is
/// a conversation of its own they would take as long to read as the records, which then answer in their place.
const WORTHWHILE: usize = 2;
/// Up to this many records conversations are stored anyway: a source that delivers little at a time would never have any.
const FEW_RECORDS: usize = 1 << 14;

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
    /// Adds another group's sums.
    fn add(&mut self, other: &Sums) {
        self.bytes += other.bytes;
        self.packets += other.packets;
        self.flows += other.flows;
        self.nodata += other.nodata;
        self.skipdata += other.skipdata;
    }
}

/// Sums of a group in a minute or hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Number of the group.
    pub group: u32,
    /// Who opened the conversation; [`NO_ADDRESS`] in tables without ends.
    pub client: Address,
    /// Who answered.
    pub server: Address,
    /// Start of the minute or hour, Unix seconds.
    pub time: i64,
    /// The sums.
    pub sums: Sums,
}

impl Row {
    fn key(&self) -> (u32, Address, Address, i64) {
        (self.group, self.client, self.server, self.time)
    }
}

/// What the records of a commit carried and when, in their order.
pub struct Loads<'a> {
    /// First second by record.
    pub start: &'a [i64],
    /// Last second by record.
    pub end: &'a [i64],
    /// Bytes by record.
    pub bytes: Counts<'a>,
    /// Packets by record.
    pub packets: Counts<'a>,
}

/// An interval without traffic, or one AWS skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Of which interface.
    pub group: Group,
    /// When it began, Unix seconds.
    pub start: i64,
    /// Whether AWS skipped it.
    pub skipped: bool,
}

/// The tables of a commit. Groups are numbers into one of the two lists.
#[derive(Debug, Default)]
pub struct Rollup {
    /// The groups with their interface.
    pub groups: Vec<Group>,
    /// The groups without it.
    pub together: Vec<Group>,
    /// The groups without interface and direction.
    pub undirected: Vec<Group>,
    /// By minute and `groups`.
    pub minutes_by_interface: Vec<Row>,
    /// By minute and `together`.
    pub minutes: Vec<Row>,
    /// By hour and `groups`.
    pub hours: Vec<Row>,
    /// By hour, ends and `groups`; `None` where they would hardly be fewer than the records.
    pub conversations_by_interface: Option<Vec<Row>>,
    /// By hour, ends and `undirected`.
    pub conversations: Option<Vec<Row>>,
}

impl Rollup {
    /// Adds up the records of an order and the silences beside them.
    pub fn of(order: &Order, loads: &Loads<'_>, silences: Vec<Silence>) -> Rollup {
        let mut rollup = Rollup { groups: order.groups.clone(), ..Rollup::default() };
        let mut pieces = Vec::new();
        for (group, from, places) in order.runs() {
            (from..from + places.len()).for_each(|at| loads.cut(at, MINUTE, &mut pieces));
            flush(&mut pieces, (group, NO_ADDRESS, NO_ADDRESS), &mut rollup.minutes_by_interface);
        }
        rollup.add_silences(silences);
        let hourly = |row: &Row| Row { time: floor_to(row.time, HOUR), ..*row };
        rollup.hours = added_up(rollup.minutes_by_interface.iter().map(hourly).collect(), true);
        let map;
        (rollup.together, map) = renumbered(&rollup.groups, |group| Group { hour: 0, interface: 0, ..group });
        let merged = |row: &Row| Row { group: map[row.group as usize], ..*row };
        rollup.minutes = added_up(rollup.minutes_by_interface.iter().map(merged).collect(), false);
        rollup.add_conversations(order, loads);
        rollup
    }

    fn add_silences(&mut self, mut silences: Vec<Silence>) {
        silences.sort_unstable_by_key(|silence| (silence.group, silence.start));
        let mut pieces = Vec::new();
        for same in silences.chunk_by(|a, b| a.group == b.group) {
            pieces.extend(same.iter().map(|silence| {
                let skipdata = u64::from(silence.skipped);
                let sums = Sums { nodata: 1 - skipdata, skipdata, ..Sums::default() };
                (floor_to(silence.start, MINUTE), sums)
            }));
            self.groups.push(same[0].group);
            let group = self.groups.len() as u32 - 1;
            flush(&mut pieces, (group, NO_ADDRESS, NO_ADDRESS), &mut self.minutes_by_interface);
        }
    }

    fn add_conversations(&mut self, order: &Order, loads: &Loads<'_>) {
        let records = order.places.len();
        let distinct: usize = order.runs().map(|(.., places)| talks(places).count()).sum();
        if records > FEW_RECORDS && distinct * WORTHWHILE > records {
            return;
        }
        let (mut rows, mut pieces) = (Vec::with_capacity(distinct), Vec::new());
        for (group, mut at, places) in order.runs() {
            for talk in talks(places) {
                let (from, Place { client, server, .. }) = (at, talk[0]);
                at += talk.len();
                if client != NO_ADDRESS && server != NO_ADDRESS {
                    (from..at).for_each(|at| loads.cut(at, HOUR, &mut pieces));
                    flush(&mut pieces, (group, client, server), &mut rows);
                }
            }
        }
        let map;
        (self.undirected, map) =
            renumbered(&self.groups, |group| Group { hour: 0, interface: 0, direction: 0, ..group });
        let merged = |row: &Row| Row { group: map[row.group as usize], ..*row };
        let mut conversations = added_up(rows.iter().map(merged).collect(), false);
        // Hours of the same two stand together, so that rankings add up neighbours.
        conversations.sort_unstable_by_key(|row| (row.client, row.server, row.group, row.time));
        self.conversations = Some(conversations);
        self.conversations_by_interface = Some(rows);
    }
}

/// The runs of records of the same two.
fn talks(places: &[Place]) -> impl Iterator<Item = &[Place]> {
    places.chunk_by(|a, b| (a.client, a.server) == (b.client, b.server))
}

impl Loads<'_> {
    /// Cuts a record into its minutes or hours.
    #[inline]
    fn cut(&self, row: usize, width: i64, pieces: &mut Vec<(i64, Sums)>) {
        let extent = Extent::of(self.start[row], self.end[row]);
        let (bytes, packets) = (self.bytes.at(row), self.packets.at(row));
        let first = floor_to(extent.start, width);
        if extent.stop <= first + width {
            pieces.push((first, Sums { bytes, packets, flows: 1, ..Sums::default() }));
            return;
        }
        let (mut at, mut bytes_before, mut packets_before) = (first, 0, 0);
        while at < extent.stop {
            let next = at + width;
            let last = next >= extent.stop;
            let before = |total| if last { total } else { extent.before(total, next) };
            let (bytes_now, packets_now) = (before(bytes), before(packets));
            let sums = Sums {
                bytes: bytes_now - bytes_before,
                packets: packets_now - packets_before,
                flows: u64::from(at == first),
                ..Sums::default()
            };
            pieces.push((at, sums));
            (at, bytes_before, packets_before) = (next, bytes_now, packets_now);
        }
    }
}

/// Empties the pieces of one group into rows, by time, each time once.
fn flush(
    pieces: &mut Vec<(i64, Sums)>,
    (group, client, server): (u32, Address, Address),
    rows: &mut Vec<Row>,
) {
    pieces.sort_unstable_by_key(|(time, _)| *time);
    let from = rows.len();
    for (time, sums) in pieces.drain(..) {
        match rows[from..].last_mut() {
            Some(row) if row.time == time => row.sums.add(&sums),
            _ => rows.push(Row { group, client, server, time, sums }),
        }
    }
}

/// Rows of the same group, ends and time as one.
fn added_up(mut rows: Vec<Row>, sorted: bool) -> Vec<Row> {
    if !sorted {
        rows.sort_unstable_by_key(Row::key);
    }
    rows.dedup_by(|next, kept| {
        let same = next.key() == kept.key();
        if same {
            kept.sums.add(&next.sums);
        }
        same
    });
    rows
}

/// The distinct `coarse` groups, sorted, and for each fine one its number among them.
fn renumbered(groups: &[Group], coarse: impl Fn(Group) -> Group) -> (Vec<Group>, Vec<u32>) {
    let (mut numbers, mut distinct) = (HashMap::<Group, u32>::new(), Vec::new());
    let map: Vec<u32> = groups
        .iter()
        .map(|group| {
            let group = coarse(*group);
            *numbers.entry(group).or_insert_with(|| {
                distinct.push(group);
                distinct.len() as u32 - 1
            })
        })
        .collect();
    let (distinct, rank) = ranked(distinct);
    (distinct, map.into_iter().map(|number| rank[number as usize]).collect())
}
