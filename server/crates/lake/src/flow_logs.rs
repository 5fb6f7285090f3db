//! Flow logs by the names of their objects, and what the catalog keeps of each: the formats it was seen with and the
//! interfaces it covers. A flow log delivers from its creation to its end and its id never comes back, so the first and
//! last second it logged an interface tell when it did.

use crate::catalog::{Catalog, ObjectEntry};
use crate::error::LakeError;
use contract::Span;
use contract::coverage::Doubled;
use hashbrown::HashMap;
use rusqlite::{Transaction, params};
use store::keys;

/// Two flow logs meet only for longer than this, seconds: where one replaces another, records of the last aggregation
/// interval of the old one reach into the first of the new one.
const MEETING_SECS: i64 = 600;

/// The tables; part of the catalog's second version.
pub const TABLES: &str = "
create table flow_log (
  source text not null, id text not null, fields text not null,
  first integer not null, last integer not null, accepts integer not null, rejects integer not null,
  primary key (source, id, fields)
) without rowid;
create table flow_log_interface (
  interface text not null, source text not null, flow_log text not null,
  first integer not null, last integer not null,
  primary key (interface, source, flow_log)
) without rowid;
";

/// Which flow log wrote an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogKey {
    /// The source it came from.
    pub source: String,
    /// The account in the object's key; empty when it has none.
    pub account: String,
    /// The region in the object's key; empty when it has none.
    pub region: String,
    /// The flow log's id, `fl-…`; empty when the key does not have AWS's form.
    pub id: String,
}

impl LogKey {
    /// The flow log of an object, by its key.
    pub fn of(source: &str, key: &str) -> LogKey {
        match keys::parse(key) {
            Some(parts) => LogKey {
                source: source.to_owned(),
                account: parts.account,
                region: parts.region,
                id: parts.flow_log_id,
            },
            None => LogKey { source: source.to_owned(), ..LogKey::default() },
        }
    }
}

/// A format a flow log was seen with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// The source.
    pub source: String,
    /// The flow log's id; empty for objects without AWS's names.
    pub id: String,
    /// AWS's names in the order of the line.
    pub fields: Vec<String>,
    /// First second of a record in it.
    pub first: i64,
    /// Last second of a record in it.
    pub last: i64,
}

/// What the objects of one commit show of a flow log in one format.
#[derive(Clone, Copy)]
struct Seen {
    first: i64,
    last: i64,
    accepts: bool,
    rejects: bool,
}

impl Seen {
    fn with(self, more: Seen) -> Seen {
        Seen {
            first: self.first.min(more.first),
            last: self.last.max(more.last),
            accepts: self.accepts || more.accepts,
            rejects: self.rejects || more.rejects,
        }
    }
}

/// Adds what objects show of their flow logs; part of the transaction that makes the objects count.
pub fn note(tx: &Transaction<'_>, objects: &[ObjectEntry]) -> rusqlite::Result<()> {
    let mut formats: HashMap<(String, String, String), Seen> = HashMap::new();
    let mut interfaces: HashMap<(&str, String, String), Seen> = HashMap::new();
    for object in objects {
        let (Some(first), Some(last)) = (object.first, object.last) else { continue };
        let sight = &object.sight;
        let seen = Seen { first, last, accepts: sight.accepts, rejects: sight.rejects };
        let LogKey { source, id, .. } = LogKey::of(&object.source, &object.key);
        let merge = |known: &mut Seen| *known = known.with(seen);
        formats.entry((source.clone(), id.clone(), sight.fields.join(" "))).and_modify(merge).or_insert(seen);
        // Bare files have no flow log that could be compared with another.
        for interface in sight.interfaces.iter().filter(|_| !id.is_empty()) {
            interfaces.entry((interface, source.clone(), id.clone())).and_modify(merge).or_insert(seen);
        }
    }
    for ((source, id, fields), seen) in formats {
        tx.prepare_cached(
            "insert into flow_log values (?,?,?,?,?,?,?) on conflict do update set
             first = min(first, excluded.first), last = max(last, excluded.last),
             accepts = max(accepts, excluded.accepts), rejects = max(rejects, excluded.rejects)",
        )?
        .execute(params![source, id, fields, seen.first, seen.last, seen.accepts, seen.rejects])?;
    }
    for ((interface, source, id), seen) in interfaces {
        tx.prepare_cached(
            "insert into flow_log_interface values (?,?,?,?,?) on conflict do update set
             first = min(first, excluded.first), last = max(last, excluded.last)",
        )?
        .execute(params![interface, source, id, seen.first, seen.last])?;
    }
    Ok(())
}

impl Catalog {
    /// Every format of every flow log.
    pub fn formats(&mut self) -> Result<Vec<Format>, LakeError> {
        self.run(|db| {
            let mut query =
                db.prepare("select source, id, fields, first, last from flow_log order by first")?;
            let rows = query.query_map([], |row| {
                let fields: String = row.get(2)?;
                Ok(Format {
                    source: row.get(0)?,
                    id: row.get(1)?,
                    fields: fields.split_whitespace().map(str::to_owned).collect(),
                    first: row.get(3)?,
                    last: row.get(4)?,
                })
            })?;
            rows.collect()
        })
    }

    /// Pairs of flow logs that logged the same interfaces at the same time within `span`, unless one of them logs only
    /// accepts and the other only rejects: those complete each other.
    pub fn doubled(&mut self, span: Span, source: Option<&str>) -> Result<Vec<Doubled>, LakeError> {
        self.run(|db| {
            let mut query = db.prepare(
                "with log as (select source, id, max(accepts) accepts, max(rejects) rejects from flow_log
                              group by source, id)
                 select a.flow_log, a.source, b.flow_log, b.source, count(*),
                        max(?1, min(max(a.first, b.first))), min(?2, 1 + max(min(a.last, b.last)))
                 from flow_log_interface a
                 join flow_log_interface b on b.interface = a.interface
                      and (b.source, b.flow_log) > (a.source, a.flow_log)
                 join log one on one.source = a.source and one.id = a.flow_log
                 join log two on two.source = b.source and two.id = b.flow_log
                 where min(a.last, b.last, ?2) - max(a.first, b.first, ?1) > ?3
                   and (?4 is null or (a.source = ?4 and b.source = ?4))
                   and not (one.accepts > one.rejects and two.accepts < two.rejects)
                   and not (one.accepts < one.rejects and two.accepts > two.rejects)
                 group by a.source, a.flow_log, b.source, b.flow_log order by 5 desc, 1, 3",
            )?;
            let rows = query.query_map(params![span.from, span.to, MEETING_SECS, source], |row| {
                Ok(Doubled {
                    one: row.get(0)?,
                    one_source: row.get(1)?,
                    other: row.get(2)?,
                    other_source: row.get(3)?,
                    interfaces: row.get::<_, i64>(4)?.max(0) as u64,
                    span: Span { from: row.get(5)?, to: row.get(6)? },
                })
            })?;
            rows.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use crate::sight::Sight;

    const DAY: i64 = 1_795_132_800;

    /// An object of a flow log in which two interfaces logged from `from` to `to`, seconds of the day.
    fn object(id: &str, hash: u32, from: i64, to: i64, actions: (bool, bool)) -> ObjectEntry {
        ObjectEntry {
            source: "s3://acme".to_owned(),
            key: format!("123456789012_vpcflowlogs_us-east-1_{id}_20261120T0000Z_{hash:08x}.log.gz"),
            first: Some(DAY + from),
            last: Some(DAY + to),
            sight: Sight {
                fields: vec!["version".to_owned(), "srcaddr".to_owned()],
                interfaces: ["eni-1".into(), "eni-2".into()].into(),
                accepts: actions.0,
                rejects: actions.1,
            },
            ..ObjectEntry::default()
        }
    }

    fn doubled(objects: &[ObjectEntry], from: i64, to: i64) -> Vec<Doubled> {
        let mut catalog = Catalog::in_memory().unwrap();
        catalog.commit(objects, &[]).unwrap();
        catalog.doubled(Span { from: DAY + from, to: DAY + to }, None).unwrap()
    }

    const BOTH: (bool, bool) = (true, true);

    #[test]
    fn two_flow_logs_over_the_same_interfaces_are_found_with_their_common_time() {
        let objects = [
            object("fl-a", 1, 0, 3_600, BOTH),
            object("fl-a", 2, 3_600, 9_000, BOTH),
            object("fl-b", 3, 7_200, 20_000, BOTH),
        ];
        let found = doubled(&objects, 0, 86_400);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].one.as_str(), found[0].other.as_str(), found[0].interfaces),
            ("fl-a", "fl-b", 2)
        );
        assert_eq!(found[0].span, Span { from: DAY + 7_200, to: DAY + 9_001 });
        assert_eq!(doubled(&objects, 10_000, 86_400), [], "they do not meet in this range");
    }

    #[test]
    fn a_flow_log_that_replaces_another_doubles_nothing() {
        let objects = [object("fl-a", 1, 0, 3_600, BOTH), object("fl-b", 2, 3_300, 9_000, BOTH)];
        assert_eq!(doubled(&objects, 0, 86_400), []);
    }

    #[test]
    fn one_of_accepts_and_one_of_rejects_complete_each_other() {
        let objects =
            [object("fl-a", 1, 0, 9_000, (true, false)), object("fl-b", 2, 0, 9_000, (false, true))];
        assert_eq!(doubled(&objects, 0, 86_400), []);
        let objects = [object("fl-a", 1, 0, 9_000, (true, false)), object("fl-b", 2, 0, 9_000, BOTH)];
        assert_eq!(doubled(&objects, 0, 86_400).len(), 1);
    }

    #[test]
    fn a_format_is_kept_once_with_all_of_its_time() {
        let mut catalog = Catalog::in_memory().unwrap();
        catalog.commit(&[object("fl-a", 1, 600, 900, BOTH)], &[]).unwrap();
        catalog.commit(&[object("fl-a", 2, 0, 300, BOTH)], &[]).unwrap();
        let formats = catalog.formats().unwrap();
        assert_eq!(formats.len(), 1);
        assert_eq!((formats[0].first, formats[0].last), (DAY, DAY + 900));
        assert_eq!(formats[0].fields, ["version", "srcaddr"]);
    }

    #[test]
    fn a_bare_file_has_a_source_and_nothing_else() {
        let bare = LogKey::of("/logs", "copy/of/some.log");
        assert_eq!(bare, LogKey { source: "/logs".to_owned(), ..LogKey::default() });
    }
}
