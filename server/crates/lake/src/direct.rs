//! Asking objects without storing anything: every object of the range is decoded for this one question, and only the
//! fields it needs.

use crate::ask::{self, Facts, Ground};
use crate::decode::{ObjectDecoder, origin_of};
use crate::engine::{Sieve, distinct};
use crate::enrich::{Added, Stretch, enrich, made_from};
use crate::error::LakeError;
use crate::feed::Feed;
use crate::fold::Fold;
use crate::fold::conversations::Talks;
use crate::judge::{JUDGED, judged};
use crate::observed::{reach, wider};
use crate::plan::Need;
use crate::pump::{Fetched, Reader, pump, reader_count};
use crate::{exchanges, intent, records, values};
use arrow::array::RecordBatch;
use contract::{
    Conversations, Field, Intent, Matrix, Records, Span, Summary, Table, Timeline, Top, Values, View,
};
use flowlog::{Coverage, Fields, Want};
use sides::Knowledge;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Slack on either side of the asked range when objects are chosen by their delivery window, seconds: records span up
/// to ten minutes and are delivered late "on a best effort basis".
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-basics.html>
pub(crate) const LATE_SECS: i64 = 3_600;

/// Records that are judged at once: as many as in a commit of the lake.
const JUDGED_ROWS: usize = 1 << 18;

/// Sources asked as they are.
pub struct Direct {
    pub(crate) feeds: Vec<Feed>,
    unread: Mutex<Vec<(String, String)>>,
}

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.feeds.iter().map(Feed::name)).finish()
    }
}

impl Direct {
    /// Sources to ask.
    pub fn new(feeds: Vec<Feed>) -> Direct {
        Direct { feeds, unread: Mutex::default() }
    }

    /// Objects that could not be read for the last questions, with the reason.
    pub fn take_unread(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.unread.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Traffic over time.
    pub async fn timeline(&self, view: &View, now: i64) -> Result<Timeline, LakeError> {
        ask::timeline(Ground::Objects(self), view, now).await
    }

    /// Rejected records by row and time.
    pub async fn matrix(&self, view: &View, now: i64) -> Result<Matrix, LakeError> {
        ask::matrix(Ground::Objects(self), view, now).await
    }

    /// A ranking.
    pub async fn top(&self, view: &View, now: i64) -> Result<Top, LakeError> {
        ask::top(Ground::Objects(self), view, now).await
    }

    /// The numbers above the pictures, without the period before.
    pub async fn summary(&self, view: &View, now: i64) -> Result<Summary, LakeError> {
        ask::summary(Ground::Objects(self), view, now).await
    }

    /// Every conversation of the range, and the part of its time that the objects tell of, 0 to 1.
    pub async fn conversations(&self, view: &View, now: i64) -> Result<(Talks, f64), LakeError> {
        ask::conversations(Ground::Objects(self), view, now).await
    }

    /// Conversations with both of their ways, ranked.
    pub async fn exchanges(&self, view: &View, now: i64) -> Result<Conversations, LakeError> {
        exchanges::conversations(Ground::Objects(self), view, now).await
    }

    /// What of the rejected traffic looks like a mistake.
    pub async fn intent(&self, view: &View, now: i64) -> Result<Intent, LakeError> {
        intent::intent(Ground::Objects(self), view, now).await
    }

    /// The values of a field.
    pub async fn values(&self, view: &View, now: i64) -> Result<Values, LakeError> {
        values::values(Ground::Objects(self), view, now).await
    }

    /// A page of the records themselves.
    pub async fn records(&self, view: &View, now: i64) -> Result<Records, LakeError> {
        records::records(Ground::Objects(self), view, now).await
    }

    pub(crate) async fn sum<F: Fold + Clone>(
        &self,
        need: &Need<'_>,
        empty: F,
    ) -> Result<(F, Facts), LakeError> {
        let columns = need.columns(Table::Objects);
        let condition = need.condition(need.ends(true));
        let sieve = condition.map(|condition| Sieve::of(&condition, &columns)).transpose()?;
        let knowledge = Arc::new(RwLock::new(Knowledge::default()));
        let reach = need.span.from - LATE_SECS..need.span.to + LATE_SECS;
        let (mut sum, mut facts) =
            (empty.clone(), Facts { tables: vec![Table::Objects], ..Facts::default() });
        for feed in self.feeds.iter().filter(|feed| need.source.is_none_or(|name| name == feed.name())) {
            let readers = (0..reader_count())
                .map(|_| Asker::new(feed, need.span, &columns, sieve.clone(), &knowledge, empty.clone()))
                .collect();
            for asker in pump(&feed.source, Some(reach.clone()), |page| page, readers).await? {
                self.unread.lock().unwrap_or_else(PoisonError::into_inner).extend(asker.unread);
                sum.merge(asker.fold)?;
                add(&mut facts, &asker.facts);
                facts.fields.extend(asker.fields);
            }
        }
        let unknown = need.filter.fields().into_iter().filter(|field| !field.is_known());
        match unknown.into_iter().find(|field| !facts.fields.contains(field.name())) {
            // Zero would look like an answer.
            Some(field) if facts.objects > 0 => {
                facts.fields.retain(|name| Field::named(name).is_none());
                Err(ask::unknown_field(field, &facts.fields.into_iter().collect::<Vec<_>>()))
            }
            _ => Ok((sum, facts)),
        }
    }
}

fn add(facts: &mut Facts, more: &Facts) {
    facts.rows += more.rows;
    facts.objects += more.objects;
    facts.records += more.records;
    facts.set_aside += more.set_aside;
    facts.silent += more.silent;
    facts.skipped += more.skipped;
    facts.reach = wider(facts.reach, more.reach);
}

/// Reads objects for one question.
struct Asker<F> {
    span: Span,
    decoder: ObjectDecoder,
    columns: Vec<String>,
    sieve: Option<Sieve>,
    knowledge: Arc<RwLock<Knowledge>>,
    empty: F,
    fold: F,
    facts: Facts,
    /// The fields of the objects, AWS's names.
    fields: BTreeSet<String>,
    unread: Vec<(String, String)>,
}

impl<F: Fold + Clone> Asker<F> {
    fn new(
        feed: &Feed,
        span: Span,
        columns: &[String],
        sieve: Option<Sieve>,
        knowledge: &Arc<RwLock<Knowledge>>,
        fold: F,
    ) -> Self {
        let fields = columns.iter().flat_map(|column| match made_from(column) {
            [] => vec![column.replace('_', "-")],
            parts => parts.iter().map(|part| (*part).to_owned()).collect(),
        });
        let fields = Fields::Only(distinct(fields.collect()));
        Asker {
            span,
            decoder: ObjectDecoder::new(Want { fields, coverage: Coverage::Aside }, feed.format.clone()),
            columns: columns.to_vec(),
            sieve,
            knowledge: Arc::clone(knowledge),
            empty: fold.clone(),
            fold,
            facts: Facts::default(),
            fields: BTreeSet::new(),
            unread: Vec::new(),
        }
    }
}

impl<F: Fold + Clone> Reader for Asker<F> {
    fn read(&mut self, object: Fetched) -> Result<(), LakeError> {
        let bytes = match object.bytes {
            Ok(bytes) => bytes,
            Err(error) if error.may_retry() => return Err(error.into()),
            Err(error) => {
                self.unread.push((object.meta.key, error.to_string()));
                return Ok(());
            }
        };
        // An object that turns out unreadable half way must not count at all, so it has a sum of its own until its end.
        let (mut sum, mut rows, mut seen) = (self.empty.clone(), 0, None);
        let origin = origin_of(&object.meta);
        let Asker { decoder, sieve, span, columns, knowledge, .. } = self;
        let mut count = |fields: &[String], records: RecordBatch| -> Result<(), LakeError> {
            rows += records.num_rows() as u64;
            let stretch = Stretch { rows: records.num_rows(), origin: &origin, fields };
            let records = enrich(records, &[stretch], Added::Only(columns))?;
            seen = wider(seen, reach(&records));
            let records = judged(records, knowledge, Added::Only(columns))?;
            match sieve {
                Some(sieve) => sum.push(&sieve.keep(&records)?, *span),
                None => sum.push(&records, *span),
            }
        };
        // Who is the server of a record, others of the object tell: then many are judged at once.
        let at_once =
            if columns.iter().any(|column| JUDGED.contains(&column.as_str())) { JUDGED_ROWS } else { 1 };
        let decoded = decoder.decode(bytes, at_once, &mut count)?;
        let tally = match decoded {
            Ok(tally) => tally,
            Err(fault) => {
                self.unread.push((object.meta.key, fault.to_string()));
                return Ok(());
            }
        };
        if decoder.rows() > 0 {
            let records = decoder.take()?;
            count(decoder.fields(), records)?;
        }
        self.fold.merge(sum)?;
        for field in self.decoder.fields() {
            if !self.fields.contains(field) {
                self.fields.insert(field.clone());
            }
        }
        self.facts.rows += rows;
        self.facts.objects += 1;
        self.facts.records += tally.records;
        self.facts.set_aside += tally.set_aside;
        for gap in tally.coverage.iter().filter(|gap| self.span.holds(gap.start)) {
            if gap.skipped {
                self.facts.skipped += 1;
            } else {
                self.facts.silent += 1;
            }
        }
        self.facts.reach = wider(self.facts.reach, seen);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), LakeError> {
        Ok(())
    }
}
