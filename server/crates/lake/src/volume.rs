//! How much text the records of an object are, by field and by interface: what AWS bills. Measured on the decoded
//! columns, so that text and Parquet are measured alike; how much an object is in all, its decoding tells.

use crate::columns::{Texts, Words, find, numbers};
use crate::schema::{ACTION, AWS_SERVICE, END, INTERFACE_ID, START, VPC_ID};
use arrow::array::{Array, BinaryArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::buffer::NullBuffer;
use flowlog::text_size::{MISSING_BYTES, address_bytes, number_bytes};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// AWS's name for Route 53's health checkers in `pkt-src-aws-service`.
const HEALTH_CHECKS: &str = "ROUTE53_HEALTHCHECKS";
/// A record that spans more seconds than this is of the long aggregation interval, 600 s; the short one is 60.
const LONG_SECS: i64 = 90;
/// Numbers looked at together for whether they are equally long.
const AT_ONCE: usize = 1_024;

/// The text of an object's records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// By field, AWS's names in the order of the line: bytes of the values, and records that have it.
    pub fields: Vec<(String, u64, u64)>,
    /// By interface; without a name where the records have none.
    pub interfaces: BTreeMap<Box<str>, InterfaceText>,
}

/// The text that an interface causes, bytes with the byte after every value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceText {
    /// Its VPC; empty where the records do not say.
    pub vpc: Box<str>,
    /// Records, and lines that tell of none.
    pub lines: u64,
    /// Of records that were let through.
    pub accepted: u64,
    /// Of records that were refused.
    pub rejected: u64,
    /// Of records without an action.
    pub unjudged: u64,
    /// Of lines that tell of no records (NODATA, SKIPDATA).
    pub quiet: u64,
    /// Part of the above: with Route 53's health checkers at the other end.
    pub checks: u64,
    /// Part of the above: records whose packets come from or go to a public address that the interface saw as another,
    /// which is what NAT gateways log.
    pub translated: u64,
    /// Part of the above: records of more than a minute.
    pub long: u64,
}

impl InterfaceText {
    /// All of it.
    pub fn bytes(&self) -> u64 {
        self.accepted + self.rejected + self.unjudged + self.quiet
    }

    /// Adds another part.
    pub fn add(&mut self, other: &InterfaceText) {
        if self.vpc.is_empty() {
            self.vpc.clone_from(&other.vpc);
        }
        self.lines += other.lines;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.unjudged += other.unjudged;
        self.quiet += other.quiet;
        self.checks += other.checks;
        self.translated += other.translated;
        self.long += other.long;
    }
}

/// How long the values of decoded columns are on a line; the rows of several objects.
pub struct Lengths<'a> {
    batch: &'a RecordBatch,
    columns: Vec<(String, Column<'a>)>,
    /// Whether each of the addresses is a public one.
    public: Rc<[bool]>,
}

/// A column, read for lengths.
enum Column<'a> {
    Small(&'a Int32Array),
    Large(&'a Int64Array),
    /// Length by key, and the one length where all have the same.
    Coded(&'a Int32Array, Rc<[u32]>, Option<u32>),
}

impl<'a> Lengths<'a> {
    /// The lengths of records as they were decoded.
    pub fn of(batch: &'a RecordBatch) -> Self {
        let mut columns = Vec::new();
        // All addresses number the same list.
        let mut addresses: Option<(&BinaryArray, Rc<[u32]>)> = None;
        let mut public = Rc::default();
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            let any = array.as_any();
            let column = if let Some(numbers) = any.downcast_ref() {
                Column::Small(numbers)
            } else if let Some(numbers) = any.downcast_ref() {
                Column::Large(numbers)
            } else if let Some(coded) = any.downcast_ref::<Texts>() {
                let lengths = match coded.values().as_any().downcast_ref::<BinaryArray>() {
                    Some(list) => match &addresses {
                        Some((known, lengths)) if std::ptr::eq(*known, list) => Rc::clone(lengths),
                        _ => {
                            let (octets, _) = list.value_data().as_chunks::<16>();
                            let lengths: Rc<[u32]> = octets.iter().map(|a| address_bytes(a) as u32).collect();
                            public = octets.iter().map(is_public).collect();
                            addresses = Some((list, Rc::clone(&lengths)));
                            lengths
                        }
                    },
                    None => text_lengths(coded),
                };
                let first = lengths.first().copied().filter(|first| *first >= MISSING_BYTES as u32);
                let one = first.filter(|first| lengths.iter().all(|length| length == first));
                Column::Coded(coded.keys(), lengths, one)
            } else {
                continue;
            };
            columns.push((field.name().replace('_', "-"), column));
        }
        Lengths { batch, columns, public }
    }
}

fn text_lengths(coded: &Texts) -> Rc<[u32]> {
    let values = coded.values().as_any().downcast_ref::<StringArray>();
    values.map(|values| values.offsets().lengths().map(|length| length as u32).collect()).unwrap_or_default()
}

/// Whether an address is one of the internet: neither private, shared, local nor of several.
fn is_public(octets: &[u8; 16]) -> bool {
    match octets {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, a, b, ..] => {
            let local = matches!(
                (*a, *b),
                (0 | 10 | 127, _) | (100, 64..=127) | (169, 254) | (172, 16..=31) | (192, 168)
            );
            !local && *a < 224
        }
        [first, ..] => (0x20..0x40).contains(first),
    }
}

impl Column<'_> {
    /// The length of the values of some rows, where all are equally long and none is missing: ids and times mostly are.
    fn one_length(&self, rows: Range<usize>) -> Option<u32> {
        if self.nulls().is_some_and(|nulls| nulls.null_count() > 0) {
            return None;
        }
        match self {
            Column::Small(array) => equally_long(&array.values()[rows], small_length),
            Column::Large(array) => equally_long(&array.values()[rows], large_length),
            Column::Coded(.., one) => *one,
        }
    }

    /// Adds the length of every value of some rows, and the byte after it, to `lines`; the sum of the lengths.
    fn add_to(&self, lines: &mut [u32], from: usize) -> u64 {
        let rows = from..from + lines.len();
        let mut sum = 0;
        let mut put = |line: &mut u32, length: u32| {
            sum += u64::from(length);
            *line += length + 1;
        };
        match self {
            Column::Small(array) => {
                let values = lines.iter_mut().zip(&array.values()[rows.clone()]);
                values.for_each(|(line, value)| put(line, small_length(*value)));
            }
            Column::Large(array) => {
                let values = lines.iter_mut().zip(&array.values()[rows.clone()]);
                values.for_each(|(line, value)| put(line, large_length(*value)));
            }
            Column::Coded(keys, lengths, _) => {
                let keys = lines.iter_mut().zip(&keys.values()[rows.clone()]);
                keys.for_each(|(line, key)| put(line, coded_length(lengths, *key)));
            }
        }
        sum - self.take_back_nulls(lines, from)
    }

    fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Column::Small(array) => array.nulls(),
            Column::Large(array) => array.nulls(),
            Column::Coded(keys, ..) => keys.nulls(),
        }
    }

    /// The length of what stands in a row, also in place of a missing value.
    fn length(&self, row: usize) -> u32 {
        match self {
            Column::Small(array) => small_length(array.value(row)),
            Column::Large(array) => large_length(array.value(row)),
            Column::Coded(keys, lengths, _) => coded_length(lengths, keys.value(row)),
        }
    }

    /// What stands in place of a missing value was counted as a value; takes back all but one byte of it.
    fn take_back_nulls(&self, lines: &mut [u32], from: usize) -> u64 {
        let Some(nulls) = self.nulls().filter(|nulls| nulls.null_count() > 0) else { return 0 };
        let mut taken = 0;
        for (row, line) in lines.iter_mut().enumerate() {
            if nulls.is_null(from + row) {
                let more = self.length(from + row) - MISSING_BYTES as u32;
                *line -= more;
                taken += u64::from(more);
            }
        }
        taken
    }
}

/// The length of numbers that are all equally long, and not negative: told by the least and the largest.
fn equally_long<T: Copy + Ord + Default>(values: &[T], length: impl Fn(T) -> u32) -> Option<u32> {
    let one = length(*values.first()?);
    let is_one = |values: &[T]| {
        let (least, most) = values
            .iter()
            .fold((values[0], values[0]), |(least, most), value| (least.min(*value), most.max(*value)));
        least >= T::default() && length(least) == one && length(most) == one
    };
    values.chunks(AT_ONCE).all(is_one).then_some(one)
}

/// Length of the value of a key; keys of missing values may be of none.
#[inline]
fn coded_length(lengths: &[u32], key: i32) -> u32 {
    lengths.get(key as usize).copied().unwrap_or(MISSING_BYTES as u32).max(MISSING_BYTES as u32)
}

/// Length of a number of 32 bits: comparisons, so that many are told at once.
#[inline]
fn small_length(value: i32) -> u32 {
    let (minus, digits) = (u32::from(value < 0), value.unsigned_abs());
    let more = |power: u32| u32::from(digits >= power);
    minus
        + 1
        + more(10)
        + more(100)
        + more(1_000)
        + more(10_000)
        + more(100_000)
        + more(1_000_000)
        + more(10_000_000)
        + more(100_000_000)
        + more(1_000_000_000)
}

/// Length of a number of 64 bits, which is nearly always small.
#[inline]
fn large_length(value: i64) -> u32 {
    i32::try_from(value).map_or_else(|_| number_bytes(value) as u32, small_length)
}

impl Text {
    /// Adds the records of an object in these rows, which have these fields (AWS's names in the order of the line).
    pub fn add(&mut self, lengths: &Lengths<'_>, rows: Range<usize>, fields: &[String]) {
        // What all lines have in common is added once.
        let (mut lines, mut common) = (vec![0; rows.len()], 0);
        for (place, field) in fields.iter().enumerate() {
            let column = lengths.columns.iter().find(|(name, _)| name == field).map(|(_, column)| column);
            let one = column.map_or(Some(MISSING_BYTES as u32), |column| column.one_length(rows.clone()));
            let bytes = match (one, column) {
                (None, Some(column)) => column.add_to(&mut lines, rows.start),
                (one, _) => {
                    let one = one.unwrap_or_default();
                    common += one + 1;
                    rows.len() as u64 * u64::from(one)
                }
            };
            self.add_field(place, field, bytes, rows.len() as u64);
        }
        lines.iter_mut().for_each(|line| *line += common);
        self.add_interfaces(lengths, rows, &lines);
    }

    /// Adds to a field, which mostly stands at this place.
    fn add_field(&mut self, place: usize, field: &str, bytes: u64, records: u64) {
        let known = match self.fields.get(place) {
            Some((name, ..)) if name == field => Some(place),
            _ => self.fields.iter().position(|(name, ..)| name == field),
        };
        match known.and_then(|place| self.fields.get_mut(place)) {
            Some((_, sum, count)) => (*sum, *count) = (*sum + bytes, *count + records),
            None => self.fields.push((field.to_owned(), bytes, records)),
        }
    }

    /// Adds the text of another object.
    pub fn merge(&mut self, other: &Text) {
        for (place, (field, bytes, records)) in other.fields.iter().enumerate() {
            self.add_field(place, field, *bytes, *records);
        }
        for (name, text) in &other.interfaces {
            self.interfaces.entry(name.clone()).or_default().add(text);
        }
    }

    /// Gives the lines, of so many bytes each, to the interfaces that logged them.
    fn add_interfaces(&mut self, lengths: &Lengths<'_>, rows: Range<usize>, lines: &[u32]) {
        let batch = lengths.batch;
        let interfaces = Words::of(batch, INTERFACE_ID);
        let vpcs = Words::of(batch, VPC_ID);
        // One more, the last, for records without a name.
        let nameless = interfaces.values().len();
        let mut sums = vec![Sum::default(); nameless + 1];
        let sorts = Sorts::of(lengths);
        for (row, bytes) in rows.zip(lines) {
            let sum = &mut sums[interfaces.key(row).unwrap_or(nameless)];
            sum.vpc = sum.vpc.or_else(|| vpcs.key(row));
            sum.lines += 1;
            let (verdict, parts) = sorts.at(row);
            sum.verdicts[verdict] += u64::from(*bytes);
            for (part, is) in sum.parts.iter_mut().zip(parts) {
                *part += u64::from(*bytes) * u64::from(is);
            }
        }
        let names = interfaces.values().iter().copied().chain([""]);
        for (name, sum) in names.zip(&sums).filter(|(_, sum)| sum.lines > 0) {
            self.interfaces.entry(name.into()).or_default().add(&sum.text(&vpcs));
        }
    }

    /// Adds the lines that tell of no records, by interface, given all bytes of the object's text: what is left of it
    /// after header line and records is theirs, in equal parts with the lines that were set aside.
    pub fn add_quiet(&mut self, quiet: &BTreeMap<Box<str>, u64>, set_aside: u64, text_bytes: u64) {
        let lines = quiet.values().sum::<u64>() + set_aside;
        let header: usize = self.fields.iter().map(|(field, ..)| field.len() + 1).sum();
        let records = self.interfaces.values().map(InterfaceText::bytes).sum::<u64>();
        let left = text_bytes.saturating_sub(records + header as u64);
        let share = left.checked_div(lines).unwrap_or_default();
        for (interface, lines) in quiet {
            let sum = self.interfaces.entry(interface.clone()).or_default();
            sum.lines += lines;
            sum.quiet += lines * share;
        }
    }
}

/// What an interface's lines take.
#[derive(Clone, Default)]
struct Sum {
    /// Key of its VPC.
    vpc: Option<usize>,
    lines: u64,
    /// Bytes of lines without an action, of accepted and of refused traffic.
    verdicts: [u64; 3],
    /// Bytes of health checks, of translated addresses, of the long interval.
    parts: [u64; 3],
}

impl Sum {
    fn text(&self, vpcs: &Words<'_>) -> InterfaceText {
        let ([unjudged, accepted, rejected], [checks, translated, long]) = (self.verdicts, self.parts);
        let vpc = self.vpc.map_or_else(Box::default, |key| vpcs.values()[key].into());
        InterfaceText {
            vpc,
            lines: self.lines,
            accepted,
            rejected,
            unjudged,
            quiet: 0,
            checks,
            translated,
            long,
        }
    }
}

/// Tells what sort of line each record is, in the order of [`Sum`].
struct Sorts<'a> {
    actions: Words<'a>,
    verdicts: Vec<usize>,
    services: Words<'a>,
    /// By key; empty where no service is one.
    checkers: Vec<bool>,
    translated: Translated<'a>,
    times: Option<(&'a [i64], &'a [i64])>,
}

impl<'a> Sorts<'a> {
    fn of(lengths: &Lengths<'a>) -> Self {
        let batch = lengths.batch;
        let (actions, services) = (Words::of(batch, ACTION), Words::of(batch, AWS_SERVICE));
        let verdicts = actions.codes(|action| match action {
            "ACCEPT" => 1,
            "REJECT" => 2,
            _ => 0,
        });
        let mut checkers = services.codes(|service| service == HEALTH_CHECKS);
        if !checkers.contains(&true) {
            checkers.clear();
        }
        let times = find::<Int64Array>(batch, START).zip(find::<Int64Array>(batch, END));
        let times = times.map(|(start, end)| (&start.values()[..], &end.values()[..]));
        Sorts { actions, verdicts, services, checkers, translated: Translated::of(lengths), times }
    }

    #[inline]
    fn at(&self, row: usize) -> (usize, [bool; 3]) {
        let verdict = self.actions.key(row).map_or(0, |key| self.verdicts[key]);
        let is_check =
            !self.checkers.is_empty() && self.services.key(row).is_some_and(|key| self.checkers[key]);
        let is_long = self.times.is_some_and(|(start, end)| end[row] - start[row] > LONG_SECS);
        (verdict, [is_check, self.translated.at(row), is_long])
    }
}

/// Which records have other addresses in the packet than the interface's, public ones.
struct Translated<'a> {
    pairs: Vec<[Cow<'a, [i32]>; 2]>,
    public: Rc<[bool]>,
}

impl<'a> Translated<'a> {
    fn of(lengths: &Lengths<'a>) -> Self {
        let pairs = [["pkt_srcaddr", "srcaddr"], ["pkt_dstaddr", "dstaddr"]];
        let pairs = pairs.map(|pair| pair.map(|name| numbers(lengths.batch, name)));
        let whole = |pair: &[Cow<'a, [i32]>; 2]| pair.iter().all(|column| !column.is_empty());
        Translated { pairs: pairs.into_iter().filter(whole).collect(), public: Rc::clone(&lengths.public) }
    }

    fn at(&self, row: usize) -> bool {
        self.pairs.iter().any(|[packet, interface]| {
            packet[row] != interface[row]
                && self.public.get(packet[row] as usize).is_some_and(|public| *public)
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::columns::to_arrow;
    use flowlog::{Coverage, Decoder, Fields, Limits, Want};

    const HEADER: &str = "interface-id vpc-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport bytes start end action log-status";
    const LINES: [&str; 5] = [
        "eni-1 vpc-a 10.0.0.1 10.0.0.220 10.0.0.1 203.0.113.7 443 5000000000 1795132800 1795132860 ACCEPT OK",
        "eni-1 vpc-a 10.0.0.1 2001:db8::1 10.0.0.1 2001:db8::1 - 7 1795132800 1795132860 REJECT OK",
        "eni-1 - - - - - - - 1795132800 1795132860 - NODATA",
        "eni-2 vpc-b 10.0.0.9 10.0.0.1 10.1.0.9 10.0.0.1 65535 1 1795132800 1795133300 - OK",
        "eni-3 - - - - - - - 1795132800 1795132860 - NODATA",
    ];

    #[test]
    fn lines_are_given_to_their_interfaces_and_fields_to_the_byte() {
        let text = format!("{HEADER}\n{}\n", LINES.join("\n"));
        let mut decoder =
            Decoder::new(Want { fields: Fields::All, coverage: Coverage::Aside }, Limits::default());
        decoder.push(text.as_bytes());
        decoder.finish();
        let tally = decoder.take_tally();
        assert_eq!((tally.records, tally.nodata, tally.text_bytes), (3, 2, text.len() as u64), "{tally:?}");
        let batch = to_arrow(decoder.take()).unwrap();
        let fields: Vec<String> = HEADER.split(' ').map(str::to_owned).collect();
        let (lengths, mut told) = (Lengths::of(&batch), Text::default());
        // As two objects, and with a field that no record has.
        told.add(&lengths, 0..1, &fields);
        told.add(&lengths, 1..3, &fields);
        let quiet = tally.coverage.iter().map(|line| (line.interface.clone(), 1)).collect();
        told.add_quiet(&quiet, 0, tally.text_bytes);
        let bytes = |lines: &[usize]| lines.iter().map(|at| LINES[*at].len() as u64 + 1).sum::<u64>();
        let one = &told.interfaces["eni-1"];
        assert_eq!((one.accepted, one.rejected, one.lines), (bytes(&[0]), bytes(&[1]), 3));
        assert_eq!((one.translated, &*one.vpc, one.long), (bytes(&[0]), "vpc-a", 0));
        let two = &told.interfaces["eni-2"];
        assert_eq!((two.unjudged, two.long, two.translated), (bytes(&[3]), bytes(&[3]), 0));
        assert_eq!(told.interfaces["eni-3"].quiet, bytes(&[4]));
        let in_field = |place: usize| {
            [0, 1, 3].iter().map(|at| LINES[*at].split(' ').nth(place).unwrap().len() as u64).sum::<u64>()
        };
        for (place, (field, bytes, records)) in told.fields.iter().enumerate() {
            assert_eq!((*bytes, *records), (in_field(place), 3), "{field}");
        }
    }
}
