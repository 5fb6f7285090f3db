//! Roll-ups of a commit: sums by minute, hour and conversation, added up along its order.
//!
//! A record's pieces are added to its group's minutes; hours and the tables without interfaces are made from those, so
//! that all of them give the same sums.

use crate::order::{Address, Group, HOUR, NO_ADDRESS, Order, ranked};
use crate::spread::Extent;
use crate::window::Window;
use contract::grid::floor_to;
use hashbrown::HashMap;

/// A minute, seconds.
const MINUTE: i64 = 60;
/// The finest roll-ups are stored where they have at most this part of the rows of the records they stand for. Where
/// nearly every record is a conversation of its own, or goes to a port of its own, they would take as long to read as the
/// records, which then answer in their place.
const WORTHWHILE: usize = 2;
/// Up to this many records they are stored anyway: a source that delivers little at a time would never have any.
const FEW_RECORDS: usize = 1 << 14;

/// Sums of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
    /// Records.
    pub flows: u32,
    /// NODATA records.
    pub nodata: u32,
    /// SKIPDATA records.
    pub skipdata: u32,
}

impl Sums {
    /// Adds another group's sums.
    pub fn add(&mut self, other: &Sums) {
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
    /// What must be equal for two rows to be one.
    pub fn key(&self) -> (u32, Address, Address, i64) {
        (self.group, self.client, self.server, self.time)
    }
}

/// What a record carried and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// First second.
    pub start: i64,
    /// Last second.
    pub end: i64,
    /// Bytes.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
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
    /// By minute and `groups`; of the silences alone where [`Self::is_spared`].
    pub minutes_by_interface: Vec<Row>,
    /// Whether the records answer in place of `minutes_by_interface`.
    pub is_spared: bool,
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
    /// Adds up the records of an order, `loads` in that order, and the silences beside them.
    pub fn of(order: &Order, loads: &[Load], silences: Vec<Silence>) -> Rollup {
        let mut rollup = Rollup { groups: order.groups.clone(), ..Rollup::default() };
        // Most records lie in a minute or two.
        rollup.minutes_by_interface.reserve(order.rows.len() * 3 / 2);
        let mut window = Window::<MINUTE>::default();
        for (group, places) in order.runs() {
            window.begin(order.groups[group as usize].hour);
            loads[places].iter().for_each(|load| load.cut(MINUTE, |at, part| window.add(at, part)));
            window.empty_into(&mut rollup.minutes_by_interface, (group, NO_ADDRESS, NO_ADDRESS));
        }
        let records = rollup.minutes_by_interface.len();
        rollup.add_silences(silences);
        rollup.hours = hours_of(&rollup.minutes_by_interface);
        let map;
        (rollup.together, map) = renumbered(&rollup.groups, |group| Group { hour: 0, interface: 0, ..group });
        rollup.minutes = together(&rollup.minutes_by_interface, &map, rollup.together.len());
        if !is_worthwhile(records, order.rows.len()) {
            rollup.minutes_by_interface.drain(..records);
            rollup.is_spared = true;
        }
        rollup.add_conversations(order, loads);
        rollup
    }

    fn add_silences(&mut self, mut silences: Vec<Silence>) {
        silences.sort_unstable_by_key(|silence| (silence.group, silence.start));
        let mut window = Window::<MINUTE>::default();
        for same in silences.chunk_by(|a, b| a.group == b.group) {
            window.begin(floor_to(same[0].start, HOUR));
            for silence in same {
                let skipdata = u32::from(silence.skipped);
                let sums = Sums { nodata: 1 - skipdata, skipdata, ..Sums::default() };
                window.add(floor_to(silence.start, MINUTE), sums);
            }
            self.groups.push(same[0].group);
            let group = self.groups.len() as u32 - 1;
            window.empty_into(&mut self.minutes_by_interface, (group, NO_ADDRESS, NO_ADDRESS));
        }
    }

    fn add_conversations(&mut self, order: &Order, loads: &[Load]) {
        let distinct = order.talks.len() - 1;
        if !is_worthwhile(distinct, order.rows.len()) {
            return;
        }
        let (mut rows, mut window) = (Vec::with_capacity(distinct), Window::<HOUR>::default());
        let mut groups = order.runs();
        let mut group = groups.next();
        for talk in order.talks.windows(2).map(|bounds| bounds[0] as usize..bounds[1] as usize) {
            while group.as_ref().is_some_and(|(_, places)| places.end <= talk.start) {
                group = groups.next();
            }
            let (Some((group, _)), (client, server)) = (&group, order.ends(talk.start)) else { break };
            // A record without an end belongs to no conversation, but "not this client" means it too: such a commit is asked
            // itself.
            if client == NO_ADDRESS || server == NO_ADDRESS {
                return;
            }
            window.begin(order.groups[*group as usize].hour);
            loads[talk].iter().for_each(|load| load.cut(HOUR, |at, part| window.add(at, part)));
            window.empty_into(&mut rows, (*group, client, server));
        }
        let map;
        (self.undirected, map) =
            renumbered(&self.groups, |group| Group { hour: 0, interface: 0, direction: 0, ..group });
        self.conversations = Some(by_ends(&rows, |row| Row { group: map[row.group as usize], ..*row }));
        self.conversations_by_interface = Some(rows);
    }
}

/// Whether so many rows are worth storing beside the records they stand for.
fn is_worthwhile(rows: usize, records: usize) -> bool {
    records <= FEW_RECORDS || rows * WORTHWHILE <= records
}

impl Load {
    /// Cuts the record into its minutes or hours.
    #[inline]
    fn cut(&self, width: i64, mut each: impl FnMut(i64, Sums)) {
        let Load { bytes, packets, .. } = *self;
        let extent = Extent::of(self.start, self.end);
        let first = floor_to(extent.start, width);
        if extent.stop <= first + width {
            return each(first, Sums { bytes, packets, flows: 1, ..Sums::default() });
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
                flows: u32::from(at == first),
                ..Sums::default()
            };
            each(at, sums);
            (at, bytes_before, packets_before) = (next, bytes_now, packets_now);
        }
    }
}

/// Rows of minutes, added up by hour.
fn hours_of(minutes: &[Row]) -> Vec<Row> {
    let mut hours: Vec<Row> = Vec::new();
    for row in minutes {
        let hour = Row { time: floor_to(row.time, HOUR), ..*row };
        match hours.last_mut() {
            Some(last) if last.key() == hour.key() => last.sums.add(&row.sums),
            _ => hours.push(hour),
        }
    }
    hours
}

/// Rows of minutes, in the order of their groups, added up by coarser groups: `map` gives the number of each group's,
/// below `count`.
fn together(minutes: &[Row], map: &[u32], count: usize) -> Vec<Row> {
    let coarse = |same: &[Row]| map[same[0].group as usize] as usize;
    // Where the runs of each coarse group begin: theirs are put side by side instead of sorting rows.
    let mut next = vec![0u32; count + 1];
    let runs = || minutes.chunk_by(|a, b| a.group == b.group);
    runs().for_each(|same| next[coarse(same) + 1] += 1);
    for at in 1..next.len() {
        next[at] += next[at - 1];
    }
    let mut sorted: Vec<&[Row]> = vec![&[]; next[count] as usize];
    for same in runs() {
        let place = &mut next[coarse(same)];
        sorted[*place as usize] = same;
        *place += 1;
    }
    let (mut rows, mut window) = (Vec::new(), Window::<MINUTE>::default());
    for mine in sorted.chunk_by(|a, b| coarse(a) == coarse(b)) {
        window.begin(floor_to(mine[0][0].time, HOUR));
        mine.iter().copied().flatten().for_each(|row| window.add(row.time, row.sums));
        window.empty_into(&mut rows, (coarse(mine[0]) as u32, NO_ADDRESS, NO_ADDRESS));
    }
    rows
}

/// The rows of conversations, renumbered by `renamed`, each once. Hours of the same two stand together, so that rankings
/// add up neighbours.
fn by_ends(rows: &[Row], renamed: impl Fn(&Row) -> Row) -> Vec<Row> {
    // Sorted by small keys: a row is too large to be moved about.
    let first = rows.iter().map(|row| row.time).min().unwrap_or_default();
    let mut order: Vec<(u64, u64, u32)> = rows
        .iter()
        .zip(0..)
        .map(|(row, place)| {
            let Row { group, client, server, time, .. } = renamed(row);
            let minute = time.abs_diff(first) / MINUTE as u64;
            (u64::from(client) << 32 | u64::from(server), u64::from(group) << 32 | minute, place)
        })
        .collect();
    order.sort_unstable();
    merged(order.into_iter().map(|(.., place)| renamed(&rows[place as usize])).collect())
}

/// Neighbours of the same group, ends and time as one.
pub fn merged(mut rows: Vec<Row>) -> Vec<Row> {
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
