//! The records themselves, a page at a time: how many start in each stretch of the range says which stretches the page
//! lies in, and only their records are read.

use crate::ask::{self, Facts, Ground};
use crate::cache::Answer;
use crate::columns::{Texts, find};
use crate::condition::columns_of_field;
use crate::engine::distinct;
use crate::error::LakeError;
use crate::fold::grouped::{Grouped, Plan};
use crate::fold::rows::{Entry, Rows, TIES, picked};
use crate::fold::values::Value;
use crate::judge::JUDGED;
use crate::plan::{Need, Sums};
use crate::schema::{self, CLIENT, CLIENT_IS_SRC, EVIDENCE, SCOPE, SERVER, TOLD_ELSEWHERE};
use crate::scope::scopes;
use crate::shape;
use arrow::array::{Array, BinaryArray, Int32Array, Int64Array, RecordBatch, StringArray};
use contract::records::{Begin, COLUMNS, Mark, Wanted};
use contract::view::POINTS_LIMIT;
use contract::{Count, Dimension, Field, Grid, Measure, Record, Records, Scalar, Span, View};
use std::net::Ipv6Addr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// How many records start in each stretch of the range.
struct Census {
    grid: Grid,
    counts: Arc<Vec<u64>>,
}

/// The page that is asked for.
pub async fn records(ground: Ground<'_>, view: &View, now: i64) -> Result<Records, LakeError> {
    let began = Instant::now();
    let wanted = Wanted::of(view).map_err(LakeError::Question)?;
    ground.check(view, false)?;
    let span = ask::span_of(view, now)?;
    let columns = match &wanted.columns {
        Some(columns) => {
            // The common ones are shown where they are.
            if view.details.contains_key(COLUMNS) {
                ground.check_fields(columns)?;
            }
            columns.clone()
        }
        None => all_columns(ground),
    };
    let read = read_columns(view, &columns);
    let census = census(ground, view, span, &read).await?;
    let page = Page { ground, view, wanted: &wanted, read, span };
    let (found, mut facts) =
        if wanted.sort == Field::START { page.by_time(&census).await? } else { page.by_size().await? };
    facts.tables.sort_unstable();
    facts.tables.dedup();
    let total = census.total();
    let mut records = Records {
        span,
        columns: columns.iter().map(Field::to_string).collect(),
        next: found
            .next
            .filter(|_| found.offset + (found.entries.len() as u64) < total)
            .map(|mark| mark.to_string()),
        offset: found.offset,
        rows: page.rows(&found, &columns)?,
        total,
        provenance: ground.provenance(facts, view, began),
    };
    if wanted.columns.is_none() {
        drop_empty(&mut records);
    }
    Ok(records)
}

/// What was found of a page.
struct Found {
    batches: Vec<RecordBatch>,
    /// The records of the page in its order.
    entries: Vec<Entry>,
    /// Their marks, in the order of time.
    marks: Vec<Mark>,
    /// Records before the page.
    offset: u64,
    /// The mark of the last.
    next: Option<Mark>,
}

struct Page<'a> {
    ground: Ground<'a>,
    view: &'a View,
    wanted: &'a Wanted,
    /// The columns to read.
    read: Vec<String>,
    span: Span,
}

impl Page<'_> {
    fn need(&self, span: Span) -> Need<'_> {
        Need {
            span,
            step: span.secs().max(60),
            filter: &self.view.filter,
            column: None,
            sums: Sums::Rows(&self.read),
            addresses: self.view.addresses,
            once: self.view.count == Count::Once,
            source: self.view.source.as_deref(),
        }
    }

    /// The largest, or smallest, by another column than time.
    async fn by_size(&self) -> Result<(Found, Facts), LakeError> {
        let by = match self.wanted.sort {
            Field::END => schema::END,
            Field::PACKETS => schema::PACKETS,
            _ => schema::BYTES,
        };
        let offset = match self.wanted.begin {
            Begin::At(offset) => offset,
            Begin::After(_) => 0,
        };
        let keep = offset as usize + self.wanted.limit;
        let rows = Rows::first(by, keep, self.wanted.is_descending);
        let (rows, facts) = self.ground.sum(&self.need(self.span), rows).await?;
        let (batches, mut entries) = rows.finish();
        entries.drain(..entries.len().min(offset as usize));
        Ok((Found { batches, entries, marks: Vec::new(), offset, next: None }, facts))
    }

    /// A page in the order of time.
    async fn by_time(&self, census: &Census) -> Result<(Found, Facts), LakeError> {
        let (buckets, before) = census.stretch_of(self.wanted);
        let stretch = Span {
            from: census.grid.time_of(buckets.start).max(self.span.from),
            to: census.grid.time_of(buckets.end).min(self.span.to),
        };
        let (rows, facts) = if stretch.secs() > 0 {
            self.ground.sum(&self.need(stretch), Rows::by_time()).await?
        } else {
            (Rows::by_time(), Facts::default())
        };
        let (batches, mut entries) = rows.finish();
        let mut marks = marks(&entries);
        let (page, offset) = self.cut(&marks, before, census.total());
        entries.truncate(page.end);
        entries.drain(..page.start);
        marks.truncate(page.end);
        marks.drain(..page.start);
        if self.wanted.is_descending {
            entries.reverse();
            marks.reverse();
        }
        let next = marks.last().copied();
        Ok((Found { batches, entries, marks, offset, next }, facts))
    }

    /// Which of the records read are on the page, in the order of time, and how many stand before the page.
    fn cut(&self, marks: &[Mark], before: u64, total: u64) -> (Range<usize>, u64) {
        let Wanted { begin, limit, is_descending, .. } = *self.wanted;
        let read = marks.len();
        let within =
            |rank: u64| usize::try_from(rank.saturating_sub(before)).map_or(read, |rank| rank.min(read));
        let page = match (begin, is_descending) {
            (Begin::At(offset), false) => within(offset)..within(offset.saturating_add(limit as u64)),
            (Begin::At(offset), true) => {
                let end = total.saturating_sub(offset);
                within(end.saturating_sub(limit as u64))..within(end)
            }
            (Begin::After(mark), false) => {
                let start = marks.partition_point(|other| *other <= mark);
                start..(start + limit).min(read)
            }
            (Begin::After(mark), true) => {
                let end = marks.partition_point(|other| *other < mark);
                end.saturating_sub(limit)..end
            }
        };
        let first = before + page.start as u64;
        let offset = if is_descending { total.saturating_sub(before + page.end as u64) } else { first };
        (page, offset)
    }

    /// The values of the records found.
    fn rows(&self, found: &Found, columns: &[Field]) -> Result<Vec<Record>, LakeError> {
        let (batches, places) = picked(&found.batches, &found.entries)?;
        let values: Vec<Vec<Vec<Scalar>>> = batches
            .iter()
            .map(|batch| columns.iter().map(|field| self.scalars(batch, *field)).collect())
            .collect();
        let row = |(number, (batch, row)): (usize, &(usize, usize))| Record {
            mark: found.marks.get(number).map(Mark::to_string).unwrap_or_default(),
            values: values[*batch]
                .iter()
                .map(|column| column.get(*row).cloned().unwrap_or_default())
                .collect(),
        };
        Ok(places.iter().enumerate().map(row).collect())
    }

    /// The values of a field, of every row of a batch.
    fn scalars(&self, batch: &RecordBatch, field: Field) -> Vec<Scalar> {
        let addresses = self.view.addresses;
        match schema::column_of_field(field).as_str() {
            SCOPE => {
                let name = |scope: crate::scope::Scope| Scalar::Text(scope.name().to_owned());
                scopes(batch, addresses)
                    .into_iter()
                    .map(|scope| scope.map_or(Scalar::Missing, name))
                    .collect()
            }
            CLIENT | SERVER => {
                let coded = crate::fold::values::ends(batch, field, addresses);
                coded.into_iter().map(scalar_of).collect()
            }
            column => scalars_of(batch, column),
        }
    }
}

fn scalar_of(value: Value) -> Scalar {
    match value {
        Value::Missing => Scalar::Missing,
        Value::Number(number) => Scalar::Number(number),
        Value::Address(bits) => Scalar::Text(Ipv6Addr::from_bits(bits).to_canonical().to_string()),
        Value::Text(text) => Scalar::Text(text.into()),
    }
}

fn scalars_of(batch: &RecordBatch, column: &str) -> Vec<Scalar> {
    let rows = batch.num_rows();
    if let Some(array) = find::<Texts>(batch, column) {
        let texts = array.values().as_any().downcast_ref::<StringArray>();
        let addresses = array.values().as_any().downcast_ref::<BinaryArray>();
        let value = |key: Option<i32>| -> Option<Scalar> {
            let key = key? as usize;
            match (texts, addresses) {
                (Some(texts), _) => Some(Scalar::Text(texts.value(key).to_owned())),
                (_, Some(addresses)) => {
                    let bits = u128::from_be_bytes(addresses.value(key).try_into().ok()?);
                    Some(scalar_of(Value::Address(bits)))
                }
                _ => None,
            }
        };
        return array.keys().iter().map(|key| value(key).unwrap_or_default()).collect();
    }
    let number = |number: Option<i64>| number.map_or(Scalar::Missing, Scalar::Number);
    if let Some(array) = find::<Int32Array>(batch, column) {
        return array.iter().map(|value| number(value.map(i64::from))).collect();
    }
    if let Some(array) = find::<Int64Array>(batch, column) {
        return array.iter().map(number).collect();
    }
    vec![Scalar::Missing; rows]
}

/// The mark of every record, of all that start in whole seconds, in the order of time.
fn marks(entries: &[Entry]) -> Vec<Mark> {
    let mut last = Mark { second: i64::MIN, place: 0 };
    let mut mark = |entry: &Entry| {
        last = if entry.start == last.second {
            Mark { place: last.place + 1, ..last }
        } else {
            Mark { second: entry.start, place: 0 }
        };
        last
    };
    entries.iter().map(&mut mark).collect()
}

/// Every column there may be: what is stored, or what AWS documents; and what is derived.
fn all_columns(ground: Ground<'_>) -> Vec<Field> {
    let derived = |field: &Field| [Field::CLIENT, Field::SERVER, Field::SCOPE].contains(field);
    let own = [CLIENT_IS_SRC, TOLD_ELSEWHERE];
    match ground {
        Ground::Objects(_) => Field::ALL.iter().copied().chain(Field::other(EVIDENCE)).collect(),
        Ground::Stored(shared) => {
            let manifest = shared.manifest();
            let known = Field::ALL.iter().copied();
            let known =
                known.filter(|field| derived(field) || manifest.has_column(&schema::column_of_field(*field)));
            let others = manifest.undocumented().into_iter().chain(JUDGED.map(str::to_owned));
            let others =
                others.filter(|name| !own.contains(&name.as_str())).filter_map(|name| Field::other(&name));
            known.chain(others).collect()
        }
    }
}

/// The columns to read for a page: those to show, and those that put it in order.
fn read_columns(view: &View, columns: &[Field]) -> Vec<String> {
    let ends = crate::condition::Ends::BySide(view.addresses);
    let mut read: Vec<String> = columns.iter().flat_map(|field| columns_of_field(*field, ends)).collect();
    read.extend(TIES.map(str::to_owned));
    distinct(read)
}

/// Leaves out the columns that no record of the page has.
fn drop_empty(records: &mut Records) {
    let has = |at: usize| records.rows.iter().any(|row| row.values.get(at) != Some(&Scalar::Missing));
    let kept: Vec<bool> = (0..records.columns.len()).map(has).collect();
    let mut flags = kept.iter();
    records.columns.retain(|_| *flags.next().unwrap_or(&true));
    for row in &mut records.rows {
        let mut flags = kept.iter();
        row.values.retain(|_| *flags.next().unwrap_or(&true));
    }
}

/// Counts the records of the range by where they start. Of objects the columns of the page are read for it: a line may
/// be set aside for any of its values, and must not be counted then.
async fn census(ground: Ground<'_>, view: &View, span: Span, read: &[String]) -> Result<Census, LakeError> {
    let grid = Grid::over(span, usize::from(POINTS_LIMIT));
    let bare = View { details: Default::default(), ..view.clone() };
    let kept = match ground {
        Ground::Stored(shared) => Some((shared, shared.question("census", &bare, span))),
        Ground::Objects(_) => None,
    };
    if let Some((shared, (generation, question))) = &kept
        && let Some(Answer::Census(counts)) = shared.cache.get(*generation, question)
    {
        return Ok(Census { grid, counts });
    }
    let need = Need {
        span,
        step: grid.step,
        filter: &view.filter,
        column: None,
        sums: if kept.is_some() { Sums::One(Measure::Flows) } else { Sums::Rows(read) },
        addresses: view.addresses,
        once: view.count == Count::Once,
        source: view.source.as_deref(),
    };
    let plan = Plan { grid, column: None, within: None, measure: Measure::Flows, detailed: false };
    let (sum, _) = ground.sum(&need, Grouped::new(plan)).await?;
    let series = shape::series(&sum, [Dimension::None; 2], 1).into_iter().next();
    let counts = Arc::new(series.map_or_else(|| vec![0; grid.count], |series| series.values));
    if let Some((shared, (generation, question))) = kept {
        shared.cache.put(generation, question, Answer::Census(Arc::clone(&counts)));
    }
    Ok(Census { grid, counts })
}

impl Census {
    fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The stretches to read for a page, and how many records stand before them in the order of time.
    fn stretch_of(&self, wanted: &Wanted) -> (Range<usize>, u64) {
        let Wanted { begin, limit, is_descending, .. } = *wanted;
        let limit = limit as u64;
        let (mut range, many) = match (begin, is_descending) {
            (Begin::At(offset), false) => {
                (self.holding(offset)..self.holding(offset), offset.saturating_add(limit))
            }
            (Begin::At(offset), true) => {
                let end = self.total().saturating_sub(offset);
                (self.holding(end.saturating_sub(limit))..self.holding(end.saturating_sub(limit)), end)
            }
            (Begin::After(mark), _) => {
                let at = self.grid.index_of(mark.second).unwrap_or(if mark.second < self.grid.start {
                    0
                } else {
                    self.counts.len()
                });
                // Where in its stretch the mark lies is known only when it is read.
                return self.around(at, limit, is_descending);
            }
        };
        let before = self.before(range.start);
        let mut reached = before;
        while reached < many && range.end < self.counts.len() {
            reached += self.counts[range.end];
            range.end += 1;
        }
        (range, before)
    }

    /// The stretch of a mark and as many behind it, or before it, as hold a page.
    fn around(&self, at: usize, limit: u64, is_descending: bool) -> (Range<usize>, u64) {
        let (mut from, mut to) = (at.min(self.counts.len()), (at + 1).min(self.counts.len()));
        let mut found = 0;
        while found < limit && is_descending && from > 0 {
            from -= 1;
            found += self.counts[from];
        }
        while found < limit && !is_descending && to < self.counts.len() {
            found += self.counts[to];
            to += 1;
        }
        (from..to, self.before(from))
    }

    /// Records before a stretch.
    fn before(&self, stretch: usize) -> u64 {
        self.counts.iter().take(stretch).sum()
    }

    /// The stretch that holds the record of a rank, the end behind the last.
    fn holding(&self, rank: u64) -> usize {
        let mut reached = 0;
        let holds = |count: &u64| {
            reached += count;
            reached > rank
        };
        self.counts.iter().position(holds).unwrap_or(self.counts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn census(counts: &[u64]) -> Census {
        let grid = Grid { start: 0, step: 60, count: counts.len() };
        Census { grid, counts: Arc::new(counts.to_vec()) }
    }

    fn wanted(begin: Begin, is_descending: bool, limit: usize) -> Wanted {
        Wanted { columns: None, sort: Field::START, is_descending, begin, limit }
    }

    #[test]
    fn only_the_stretches_of_the_page_are_read() {
        let census = census(&[5, 0, 3, 0, 9]);
        let stretch = |begin, is_descending| census.stretch_of(&wanted(begin, is_descending, 2));
        assert_eq!(stretch(Begin::At(0), false), (0..1, 0));
        assert_eq!(stretch(Begin::At(4), false), (0..3, 0));
        assert_eq!(stretch(Begin::At(6), false), (2..3, 5));
        assert_eq!(stretch(Begin::At(99), false), (5..5, 17));
        assert_eq!(stretch(Begin::At(0), true), (4..5, 8));
        assert_eq!(stretch(Begin::At(8), true), (2..5, 5));
        assert_eq!(stretch(Begin::At(16), true), (0..1, 0));
        let mark = Mark { second: 130, place: 1 };
        assert_eq!(stretch(Begin::After(mark), false), (2..5, 5));
        assert_eq!(stretch(Begin::After(mark), true), (0..3, 0));
    }
}
