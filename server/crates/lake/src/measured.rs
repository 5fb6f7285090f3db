//! What the catalog keeps of the volume of flow logs, and what it answers: bytes of uncompressed text by flow log and
//! day, and below that by field and by interface.

use crate::Lake;
use crate::catalog::{Catalog, ObjectEntry};
use crate::error::LakeError;
use crate::flow_logs::LogKey;
use crate::manifest::{Manifest, reach, silences};
use crate::volume::{InterfaceText, Text};
use contract::Span;
use contract::coverage::WINDOW_SECS;
use hashbrown::HashMap;
use rusqlite::{Transaction, params};
use std::collections::BTreeMap;
use std::sync::PoisonError;
use store::keys::{self, KeyFormat};

/// Source, flow log, interface, and what its text takes.
type OfInterface = (String, String, Box<str>, InterfaceText);

/// A day, seconds.
pub const DAY_SECS: i64 = 86_400;

/// The tables, and what the text of an object is; part of the catalog's sixth version.
pub const TABLES: &str = "
alter table object add column text_bytes integer not null default 0;
create table volume_field (
  source text not null, flow_log text not null, day integer not null, field text not null,
  value_bytes integer not null, records integer not null,
  primary key (source, flow_log, day, field)
) without rowid;
create table volume_interface (
  source text not null, flow_log text not null, day integer not null, interface text not null, vpc text not null,
  lines integer not null, accepted integer not null, rejected integer not null, unjudged integer not null,
  quiet integer not null, checks integer not null, translated integer not null, long integer not null,
  primary key (source, flow_log, day, interface)
) without rowid;
";

/// What was measured in a range of days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Volumes {
    /// The flow logs, by source and id.
    pub logs: Vec<LogVolume>,
    /// Objects of these days that could not be read, so that nothing here counts them.
    pub unread: u64,
    /// Objects that were read and lie outside: older ones, and those that tell no time.
    pub outside: u64,
}

/// The volume of a flow log in a range of days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogVolume {
    /// The source it is read from.
    pub source: String,
    /// Its id; empty where the keys of its objects do not say.
    pub id: String,
    /// The account in the keys; empty where they do not say.
    pub account: String,
    /// The region in the keys; empty where they do not say.
    pub region: String,
    /// Whether its newest object is Parquet.
    pub parquet: bool,
    /// Whether the keys are cut as Hive does it (`day=20`).
    pub hive: bool,
    /// Whether there is a folder for each hour.
    pub hourly: bool,
    /// End of the delivery window of its newest object, Unix seconds.
    pub last: i64,
    /// Its days in their order, days without an object left out.
    pub days: Vec<DayVolume>,
    /// Its fields in the order of the line.
    pub fields: Vec<FieldVolume>,
    /// What each interface causes, by its name.
    pub interfaces: BTreeMap<Box<str>, InterfaceText>,
}

/// A day of a flow log.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DayVolume {
    /// Its first second, Unix time, UTC.
    pub day: i64,
    /// Objects whose delivery window began in it.
    pub objects: u64,
    /// Lines in them, without header lines.
    pub lines: u64,
    /// Bytes of uncompressed text in them.
    pub text_bytes: u64,
    /// Bytes as they are stored.
    pub stored_bytes: u64,
    /// Which part of the day the objects speak of, 0 to 1.
    pub coverage: f64,
}

/// What the values of a field come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldVolume {
    /// AWS's hyphenated name.
    pub field: String,
    /// Bytes of its values, without the byte after each.
    pub value_bytes: u64,
    /// Records that have it.
    pub records: u64,
}

/// The day an object counts in.
fn day_of(stamp: i64) -> i64 {
    stamp.div_euclid(DAY_SECS) * DAY_SECS
}

/// Adds what objects are; part of the transaction that makes them count.
pub fn note(tx: &Transaction<'_>, objects: &[ObjectEntry]) -> rusqlite::Result<()> {
    let mut sums: HashMap<(&str, String, i64), Text> = HashMap::new();
    for object in objects.iter().filter(|object| object.why.is_none()) {
        let id = LogKey::of(&object.source, &object.key).id;
        let sum = sums.entry((object.source.as_str(), id, day_of(object.stamp))).or_default();
        sum.merge(&object.text);
    }
    for ((source, id, day), text) in sums {
        for (field, bytes, records) in &text.fields {
            tx.prepare_cached(
                "insert into volume_field values (?,?,?,?,?,?) on conflict do update set
                 value_bytes = value_bytes + excluded.value_bytes, records = records + excluded.records",
            )?
            .execute(params![source, id, day, field, *bytes as i64, *records as i64])?;
        }
        for (interface, text) in &text.interfaces {
            let parts = [
                text.lines,
                text.accepted,
                text.rejected,
                text.unjudged,
                text.quiet,
                text.checks,
                text.translated,
                text.long,
            ];
            let [lines, accepted, rejected, unjudged, quiet, checks, translated, long] =
                parts.map(|part| part as i64);
            tx.prepare_cached(
                "insert into volume_interface values (?,?,?,?,?,?,?,?,?,?,?,?,?) on conflict do update set
                 vpc = case vpc when '' then excluded.vpc else vpc end, lines = lines + excluded.lines,
                 accepted = accepted + excluded.accepted, rejected = rejected + excluded.rejected,
                 unjudged = unjudged + excluded.unjudged, quiet = quiet + excluded.quiet,
                 checks = checks + excluded.checks, translated = translated + excluded.translated,
                 long = long + excluded.long",
            )?
            .execute(params![
                source, id, day, interface, text.vpc, lines, accepted, rejected, unjudged, quiet, checks,
                translated, long
            ])?;
        }
    }
    Ok(())
}

impl Lake {
    /// The volume of every flow log of a source, or of all, in the last so many days (UTC) that anything is stored of.
    /// Objects count in the day in which their delivery window begins.
    pub async fn volume(&self, source: Option<&str>, days: u32) -> Result<Volumes, LakeError> {
        let (lake, source) = (self.clone(), source.map(str::to_owned));
        let asked = tokio::task::spawn_blocking(move || {
            let manifest = lake.0.manifest();
            let mut catalog = lake.0.catalog.lock().unwrap_or_else(PoisonError::into_inner);
            volumes(&mut catalog, &manifest, source.as_deref(), days)
        });
        asked.await.map_err(|error| LakeError::Worker(error.to_string()))?
    }
}

/// The volume of every flow log of the last so many days.
pub fn volumes(
    catalog: &mut Catalog,
    manifest: &Manifest,
    source: Option<&str>,
    days: u32,
) -> Result<Volumes, LakeError> {
    let readable = || manifest.objects_of(source).filter(|object| object.why.is_none());
    let unread = || manifest.objects_of(source).filter(|object| object.why.is_some());
    // What tells no time, neither by its name nor by its records, counts as of when it was written: that is when it was
    // copied, and would move the days there.
    let tells_time =
        |object: &&ObjectEntry| keys::parse(&object.key).is_some() || object.first != object.modified;
    let timed = readable().filter(tells_time).map(|object| object.stamp).max();
    let Some(newest) = timed.or_else(|| readable().map(|object| object.stamp).max()) else {
        return Ok(Volumes { unread: unread().count() as u64, ..Volumes::default() });
    };
    let to = day_of(newest) + DAY_SECS;
    let span = Span { from: to - i64::from(days) * DAY_SECS, to };
    let mut logs: BTreeMap<(String, String), Seen> = BTreeMap::new();
    for object in readable().filter(|object| span.holds(object.stamp)) {
        let key = LogKey::of(&object.source, &object.key);
        let seen = logs.entry((key.source.clone(), key.id.clone())).or_insert_with(|| Seen::of(&key));
        seen.add(object);
    }
    let mut told: BTreeMap<(String, String), LogVolume> =
        logs.into_iter().map(|(key, seen)| (key, seen.volume(span))).collect();
    for (source, id, field) in catalog.volume_fields(span)? {
        if let Some(log) = told.get_mut(&(source, id)) {
            log.fields.push(field);
        }
    }
    for (source, id, interface, text) in catalog.volume_interfaces(span)? {
        if let Some(log) = told.get_mut(&(source, id)) {
            log.interfaces.insert(interface, text);
        }
    }
    let mut formats = catalog.formats()?;
    formats.sort_by_key(|format| std::cmp::Reverse(format.last));
    for log in told.values_mut() {
        // In the order of the newest format; fields of older ones stand behind.
        let of_log = formats.iter().filter(|format| format.source == log.source && format.id == log.id);
        let order: Vec<&String> = of_log.flat_map(|format| &format.fields).collect();
        log.fields.sort_by_key(|field| order.iter().position(|name| **name == field.field));
    }
    Ok(Volumes {
        logs: told.into_values().collect(),
        unread: unread().filter(|object| object.stamp >= span.from).count() as u64,
        outside: readable().filter(|object| !span.holds(object.stamp)).count() as u64,
    })
}

/// A flow log whose objects are being added up.
struct Seen {
    log: LogVolume,
    days: BTreeMap<i64, DayVolume>,
    reaches: Vec<(i64, i64)>,
    newest: i64,
}

impl Seen {
    fn of(key: &LogKey) -> Self {
        let LogKey { source, account, region, id } = key.clone();
        let log = LogVolume { source, id, account, region, ..LogVolume::default() };
        Seen { log, days: BTreeMap::new(), reaches: Vec::new(), newest: i64::MIN }
    }

    fn add(&mut self, object: &ObjectEntry) {
        let day = day_of(object.stamp);
        let sum = self.days.entry(day).or_insert(DayVolume { day, ..DayVolume::default() });
        sum.objects += 1;
        sum.lines += object.lines - object.headers.min(object.lines);
        sum.text_bytes += object.text_bytes;
        sum.stored_bytes += object.size;
        self.reaches.push(reach(object));
        if object.stamp >= self.newest {
            self.newest = object.stamp;
            self.log.parquet =
                keys::parse(&object.key).is_some_and(|parts| parts.format == KeyFormat::Parquet);
            (self.log.hive, self.log.hourly) = folders(&object.key);
        }
    }

    fn volume(self, span: Span) -> LogVolume {
        let Seen { mut log, days, reaches, newest } = self;
        let begun = reaches.iter().map(|(from, _)| *from).min().unwrap_or_default();
        let ended = newest + WINDOW_SECS;
        log.last = ended;
        let gaps = silences(reaches.into_iter(), Span { from: begun.max(span.from), to: ended.min(span.to) });
        for (day, mut volume) in days {
            let (from, to) = (day.max(begun), (day + DAY_SECS).min(ended));
            let lost: i64 = gaps.iter().map(|gap| (gap.to.min(to) - gap.from.max(from)).max(0)).sum();
            volume.coverage = ((to - from - lost).max(0) as f64 / DAY_SECS as f64).clamp(0.0, 1.0);
            log.days.push(volume);
        }
        log
    }
}

/// Whether the folders of a key are cut as Hive does it, and whether there is one for each hour.
fn folders(key: &str) -> (bool, bool) {
    let Some((_, below)) = key.split_once("vpcflowlogs") else { return (false, false) };
    let folders: Vec<&str> = below.split('/').collect();
    let hive = folders.iter().any(|folder| folder.starts_with("day="));
    // Region, year, month, day and perhaps hour between the two.
    (hive, folders.len() > 6)
}

impl Catalog {
    fn volume_fields(&mut self, span: Span) -> Result<Vec<(String, String, FieldVolume)>, LakeError> {
        self.run(|db| {
            let mut query = db.prepare_cached(
                "select source, flow_log, field, sum(value_bytes), sum(records) from volume_field
                 where day >= ? and day < ? group by source, flow_log, field",
            )?;
            let rows = query.query_map([span.from, span.to], |row| {
                let count = |at| row.get::<_, i64>(at).map(|n| n as u64);
                let field = FieldVolume { field: row.get(2)?, value_bytes: count(3)?, records: count(4)? };
                Ok((row.get(0)?, row.get(1)?, field))
            })?;
            rows.collect()
        })
    }

    fn volume_interfaces(&mut self, span: Span) -> Result<Vec<OfInterface>, LakeError> {
        self.run(|db| {
            let mut query = db.prepare_cached(
                "select source, flow_log, interface, max(vpc), sum(lines), sum(accepted), sum(rejected), sum(unjudged),
                        sum(quiet), sum(checks), sum(translated), sum(long)
                 from volume_interface where day >= ? and day < ? group by source, flow_log, interface",
            )?;
            let rows = query.query_map([span.from, span.to], |row| {
                let count = |at| row.get::<_, i64>(at).map(|n| n as u64);
                let text = InterfaceText {
                    vpc: row.get(3)?,
                    lines: count(4)?,
                    accepted: count(5)?,
                    rejected: count(6)?,
                    unjudged: count(7)?,
                    quiet: count(8)?,
                    checks: count(9)?,
                    translated: count(10)?,
                    long: count(11)?,
                };
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, text))
            })?;
            rows.collect()
        })
    }
}
