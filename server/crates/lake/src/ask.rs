//! Questions to answers: checks the question, adds up over the right ground, and shapes the result.

use crate::Shared;
use crate::direct::Direct;
use crate::earlier;
use crate::error::LakeError;
use crate::fold::conversations::{Conversations, Talks};
use crate::fold::grouped::{Grouped, Plan};
use crate::fold::talkers::Talkers;
use crate::fold::{Fold, Key};
use crate::plan::{Need, Sums};
use crate::schema::{self, INTERFACE_ID};
use crate::shape;
use contract::answer::Previous;
use contract::view::{POINTS, POINTS_LIMIT, TOP_LIMIT};
use contract::{
    Compare, Count, Field, Filter, Grid, Matrix, Measure, Provenance, Refusal, RefusalKind, Span, Summary,
    Table, Timeline, Top, TopBy, View,
};
use std::collections::BTreeSet;
use std::time::Instant;

/// What answers a question: the stored tables, or objects read for it.
#[derive(Clone, Copy)]
pub enum Ground<'a> {
    /// The lake.
    Stored(&'a Shared),
    /// Objects.
    Objects(&'a Direct),
}

/// What was read for a sum.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The tables.
    pub tables: Vec<Table>,
    /// Rows looked at.
    pub rows: u64,
    /// Objects behind them.
    pub objects: u64,
    /// Flow records in those objects.
    pub records: u64,
    /// Lines set aside in them.
    pub set_aside: u64,
    /// NODATA records met while reading objects directly.
    pub silent: u64,
    /// SKIPDATA records met while reading objects directly.
    pub skipped: u64,
    /// Earliest and latest second met while reading objects directly.
    pub reach: Option<(i64, i64)>,
    /// The fields of objects read directly, AWS's names.
    pub fields: BTreeSet<String>,
}

/// Every conversation of the range, and how much of it the logs tell: the part of its time that objects speak of.
pub async fn conversations(ground: Ground<'_>, view: &View, now: i64) -> Result<(Talks, f64), LakeError> {
    ground.check(view, false)?;
    let span = view.span(now).to_minutes();
    let need = Need {
        span,
        step: span.secs().max(60),
        filter: &view.filter,
        column: None,
        sums: Sums::Conversations,
        source: view.source.as_deref(),
        addresses: contract::Addresses::Interface,
        once: false,
    };
    let (sum, facts) = ground.sum(&need, Conversations::default()).await?;
    let silent: i64 = match facts.reach {
        Some((first, last)) => (first - span.from).max(0) + (span.to - last - 1).max(0),
        None => ground.gaps(span, view.source.as_deref()).iter().map(|gap| gap.secs()).sum(),
    };
    let coverage = 1.0 - silent as f64 / span.secs().max(1) as f64;
    Ok((sum.finish(), coverage.clamp(0.0, 1.0)))
}

impl Ground<'_> {
    /// Adds up over this ground.
    pub async fn sum<F: Fold + Clone>(&self, need: &Need<'_>, empty: F) -> Result<(F, Facts), LakeError> {
        match self {
            Ground::Stored(shared) => shared.sum(need, empty).await,
            Ground::Objects(direct) => direct.sum(need, empty).await,
        }
    }

    pub fn gaps(&self, span: Span, source: Option<&str>) -> Vec<Span> {
        match self {
            Ground::Stored(shared) => shared.manifest().gaps(span, source),
            Ground::Objects(_) => Vec::new(),
        }
    }

    /// Where an answer came from.
    pub fn provenance(&self, facts: Facts, view: &View, began: Instant) -> Provenance {
        Provenance {
            objects: facts.objects,
            records: facts.records,
            set_aside: facts.set_aside,
            tables: facts.tables,
            rows: facts.rows,
            millis: began.elapsed().as_secs_f64() * 1_000.0,
            cached: false,
            once: view.count == Count::Once,
            growing: matches!(self, Ground::Stored(shared) if shared.statuses.busy(view.source.as_deref())),
        }
    }

    /// Refuses what the stored formats cannot tell, rather than answering zero.
    pub fn check(&self, view: &View, measures: bool) -> Result<(), LakeError> {
        self.check_fields(&view.filter.fields())?;
        let Some(column) = measured_column(view.measure) else { return Ok(()) };
        let Ground::Stored(shared) = self else { return Ok(()) };
        let manifest = shared.manifest();
        if measures && !manifest.is_empty() && !manifest.has_column(column) {
            return Err(unanswerable(format!(
                "no stored record has the field {column}; ask for flows instead."
            )));
        }
        Ok(())
    }

    /// Refuses a measure that no record has that was read directly, rather than answering zero.
    fn check_read(&self, view: &View, facts: &Facts) -> Result<(), LakeError> {
        let Some(column) = measured_column(view.measure) else { return Ok(()) };
        let is_direct = matches!(self, Ground::Objects(_));
        if is_direct && facts.records > 0 && !facts.fields.contains(column) {
            return Err(unanswerable(format!(
                "no record that was read has the field {column}; ask for flows instead."
            )));
        }
        Ok(())
    }

    /// Refuses fields that no stored record has.
    pub fn check_fields(&self, fields: &[Field]) -> Result<(), LakeError> {
        let own = |field: &&Field| {
            !field.is_known() && schema::data_type(&schema::column_of_field(**field)) != schema::text()
        };
        if let Some(field) = fields.iter().find(own) {
            let message = format!("unknown field `{field}`: it is a name of Weir's own.");
            return Err(LakeError::Question(Refusal::new(RefusalKind::Unanswerable, message, "")));
        }
        let Ground::Stored(shared) = self else { return Ok(()) };
        let manifest = shared.manifest();
        if manifest.is_empty() {
            return Ok(());
        }
        let added = |column: &str| schema::in_conversations(column) || column == schema::SCOPE;
        let lacking = fields.iter().copied().find(|field| {
            let column = schema::column_of_field(*field);
            !added(&column) && !manifest.has_column(&column)
        });
        if let Some(field) = lacking.filter(|field| !field.is_known()) {
            return Err(unknown_field(field, &manifest.undocumented()));
        }
        if let Some(field) = lacking {
            return Err(unanswerable(format!("no stored record has the field {}.", field.name())));
        }
        Ok(())
    }
}

/// The column that a measure adds up; flows are counted.
const fn measured_column(measure: Measure) -> Option<&'static str> {
    match measure {
        Measure::Bytes => Some(schema::BYTES),
        Measure::Packets => Some(schema::PACKETS),
        Measure::Flows => None,
    }
}

fn unanswerable(message: String) -> LakeError {
    LakeError::Question(Refusal::new(
        RefusalKind::Unanswerable,
        message,
        "A flow log's format cannot be changed; create another flow log with the field in its format.",
    ))
}

/// A field that neither AWS's documentation nor the logs have; `others` are such as the logs have.
pub fn unknown_field(field: Field, others: &[String]) -> LakeError {
    let hint = if others.is_empty() {
        "The logs have no fields beside those that AWS documents.".to_owned()
    } else {
        format!("Beside those that AWS documents, the logs have {}.", others.join(", "))
    };
    let message = format!("unknown field `{field}`: no record that was read has it.");
    LakeError::Question(Refusal::new(RefusalKind::Unanswerable, message, hint))
}

/// The asked range on whole minutes.
pub fn span_of(view: &View, now: i64) -> Result<Span, LakeError> {
    let span = view.asked_span(now).map_err(LakeError::Question)?;
    Ok(span.to_minutes())
}

fn grid_of(view: &View, span: Span) -> Grid {
    Grid::over(span, usize::from(view.points.unwrap_or(POINTS).clamp(1, POINTS_LIMIT)))
}

fn one_bucket(span: Span) -> Grid {
    Grid { start: span.from, step: span.secs(), count: 1 }
}

/// How many rows are named.
pub fn top_of(view: &View) -> usize {
    usize::from(view.top.clamp(1, TOP_LIMIT))
}

/// Traffic over time.
pub async fn timeline(ground: Ground<'_>, view: &View, now: i64) -> Result<Timeline, LakeError> {
    let began = Instant::now();
    ground.check(view, true)?;
    let span = span_of(view, now)?;
    let grid = grid_of(view, span);
    let source = view.source.as_deref();
    let splits = view.splits();
    let [column, within] = splits.map(schema::column_of);
    let need = Need {
        span,
        step: grid.step,
        filter: &view.filter,
        column,
        sums: within.map_or(Sums::One(view.measure), |within| Sums::Split(view.measure, within)),
        addresses: view.addresses,
        once: view.count == Count::Once,
        source,
    };
    let (sum, mut facts) = ground
        .sum(&need, Grouped::new(Plan { grid, column, within, measure: view.measure, detailed: false }))
        .await?;
    ground.check_read(view, &facts)?;
    let gaps = ground.gaps(span, source);
    // Objects read directly tell no gaps, but where they begin.
    let from = facts.reach.map_or(span.from, |(first, _)| span.from.max(first));
    let known = Span { from, to: earlier::known_until(ground, &facts, view, span) };
    let p95 = |values: &[u64]| grid.p95(values, known, &gaps);
    let mut series = shape::series(&sum, splits, top_of(view));
    series.iter_mut().for_each(|series| series.p95 = p95(&series.values));
    let earlier = match view.compare {
        Compare::Off => None,
        _ => Some(earlier::beside(ground, &need, view, now, (grid, known.to), &mut facts).await?),
    };
    let sums: Vec<u64> = (0..grid.count)
        .map(|bucket| series.iter().filter_map(|series| series.values.get(bucket)).sum())
        .collect();
    Ok(Timeline {
        span,
        grid,
        split: splits[0],
        within: splits[1],
        measure: view.measure,
        p95: p95(&sums),
        series,
        rejected: sum.rejected.clone(),
        gaps,
        earlier,
        provenance: ground.provenance(facts, view, began),
    })
}

/// Rejected records by row and time.
pub async fn matrix(ground: Ground<'_>, view: &View, now: i64) -> Result<Matrix, LakeError> {
    let began = Instant::now();
    ground.check(view, true)?;
    let span = span_of(view, now)?;
    let grid = grid_of(view, span);
    let source = view.source.as_deref();
    let column = schema::column_of(view.rows);
    let filter = rejected_of(&view.filter)?;
    let need = Need {
        span,
        step: grid.step,
        filter: &filter,
        column,
        sums: Sums::One(view.measure),
        addresses: view.addresses,
        once: view.count == Count::Once,
        source,
    };
    let (sum, facts) = ground
        .sum(&need, Grouped::new(Plan { grid, column, within: None, measure: view.measure, detailed: false }))
        .await?;
    ground.check_read(view, &facts)?;
    let (rows, other_values) = shape::rows(&sum, view.rows, top_of(view));
    Ok(Matrix {
        span,
        grid,
        by: view.rows,
        measure: view.measure,
        rows,
        other_values,
        gaps: ground.gaps(span, source),
        provenance: ground.provenance(facts, view, began),
    })
}

/// The filter, of rejected records only.
pub fn rejected_of(filter: &Filter) -> Result<Filter, LakeError> {
    let rejected = Filter::parse("action = REJECT").map_err(|error| LakeError::Worker(error.to_string()))?;
    Ok(rejected.expr.map_or_else(|| filter.clone(), |expr| filter.and(expr)))
}

/// A ranking.
pub async fn top(ground: Ground<'_>, view: &View, now: i64) -> Result<Top, LakeError> {
    let began = Instant::now();
    ground.check(view, true)?;
    let span = span_of(view, now)?;
    let source = view.source.as_deref();
    let mut need = Need {
        span,
        step: span.secs(),
        filter: &view.filter,
        column: None,
        sums: Sums::Talkers,
        addresses: view.addresses,
        once: view.count == Count::Once,
        source,
    };
    let (ranked, facts) = match view.by {
        TopBy::Talkers => {
            let (sum, facts) = ground.sum(&need, Talkers::new(span, view.addresses)).await?;
            (shape::talkers(sum, view.measure, top_of(view))?, facts)
        }
        TopBy::Dimension(dimension) => {
            need.sums = Sums::All;
            need.column = schema::column_of(dimension);
            let plan = Plan {
                grid: one_bucket(span),
                column: need.column,
                within: None,
                measure: view.measure,
                detailed: true,
            };
            let (sum, facts) = ground.sum(&need, Grouped::new(plan)).await?;
            (shape::values(&sum, dimension, view.measure, top_of(view)), facts)
        }
    };
    ground.check_read(view, &facts)?;
    Ok(Top {
        span,
        by: view.by,
        measure: view.measure,
        rows: ranked.rows,
        distinct: ranked.distinct,
        total: ranked.total,
        provenance: ground.provenance(facts, view, began),
    })
}

/// The numbers above the pictures, with those of the time they are compared with.
pub async fn summary(ground: Ground<'_>, view: &View, now: i64) -> Result<Summary, LakeError> {
    let began = Instant::now();
    ground.check(view, false)?;
    let span = span_of(view, now)?;
    let source = view.source.as_deref();
    let (sum, facts) = interfaces(ground, view, span).await?;
    let all = sum.all();
    let (first, last) = match ground {
        Ground::Stored(shared) => shared.manifest().extent(source),
        Ground::Objects(_) => facts.reach.unzip(),
    };
    let until = earlier::known_until(ground, &facts, view, span);
    let before = earlier::part(view.earlier_span(now), until - span.to);
    let previous = match ground {
        // A comparison with hours that were never read would be a comparison with nothing.
        Ground::Stored(shared) if earlier::missing(shared, before, source).is_empty() => {
            let (sum, _) = interfaces(ground, view, before).await?;
            let all = sum.all();
            Some(Previous {
                bytes: all.bytes,
                flows: all.flows,
                rejected: all.rejected,
                interfaces: talking(&sum),
            })
        }
        _ => None,
    };
    Ok(Summary {
        span: Some(span),
        bytes: all.bytes,
        packets: all.packets,
        flows: all.flows,
        rejected: all.rejected,
        undecided: all.flows - all.accepted - all.rejected,
        interfaces: talking(&sum),
        skipped: all.skipped + facts.skipped,
        silent: all.silent + facts.silent,
        last_record: last,
        first_record: first,
        now,
        compare: view.compare,
        previous,
        gaps: ground.gaps(span, source),
        provenance: ground.provenance(facts, view, began),
    })
}

async fn interfaces(ground: Ground<'_>, view: &View, span: Span) -> Result<(Grouped, Facts), LakeError> {
    let column = Some(INTERFACE_ID);
    let source = view.source.as_deref();
    let need = Need {
        span,
        step: span.secs(),
        filter: &view.filter,
        column,
        sums: Sums::All,
        addresses: view.addresses,
        once: view.count == Count::Once,
        source,
    };
    let plan = Plan { grid: one_bucket(span), column, within: None, measure: Measure::Flows, detailed: true };
    ground.sum(&need, Grouped::new(plan)).await
}

/// Interfaces with at least one record.
fn talking(sum: &Grouped) -> u64 {
    sum.ranked(usize::MAX).0.into_iter().filter(|(_, key)| **key != Key::Missing).count() as u64
}
