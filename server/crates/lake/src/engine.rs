//! Running questions: DataFusion reads and filters, one task per part adds up, on threads of their own.

use crate::error::LakeError;
use crate::fold::Fold;
use crate::scan::{Scan, physical};
use crate::schema;
use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, new_null_array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use contract::Span;
use datafusion_execution::config::SessionConfig;
use datafusion_execution::memory_pool::GreedyMemoryPool;
use datafusion_execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion_execution::{SendableRecordBatchStream, TaskContext};
use datafusion_expr::Expr as Condition;
use datafusion_physical_plan::{PhysicalExpr, execute_stream_partitioned};
use futures::StreamExt;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Memory that all questions together may hold in DataFusion; past it a question is refused, not the server killed.
const MEMORY_BYTES: usize = 1 << 30;
/// Questions that run at the same time; the others wait. Two keep two cores busy while one of them reads.
const QUESTIONS: usize = 4;

/// Rows that are filtered and added up at once.
const BATCH_ROWS: usize = 32_768;

/// The engine of a lake.
#[derive(Debug)]
pub struct Engine {
    root: String,
    parts: usize,
    environment: Arc<RuntimeEnv>,
    turns: Arc<Semaphore>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Engine {
    /// The engine over a data folder.
    pub fn new(root: &Path) -> Result<Engine, LakeError> {
        let parts = crate::pump::reader_count();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(parts)
            .thread_name("weir-ask")
            .enable_all()
            .build()
            .map_err(LakeError::disk("start threads for", root))?;
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(MEMORY_BYTES)))
            .build_arc()?;
        Ok(Engine {
            // Object-store paths have no leading slash.
            root: root.to_string_lossy().trim_start_matches('/').to_owned(),
            parts,
            environment,
            turns: Arc::new(Semaphore::new(QUESTIONS)),
            runtime: Some(runtime),
        })
    }

    /// Adds up every scan, each cut to its own range, into one fold; also tells how many rows were looked at.
    pub async fn fold<F: Fold + Clone>(
        &self,
        scans: Vec<(Scan, Span)>,
        empty: F,
    ) -> Result<(F, u64), LakeError> {
        let _turn = Arc::clone(&self.turns).acquire_owned().await;
        let Some(runtime) = &self.runtime else { return Ok((empty, 0)) };
        // One sum for each part of the machine, not for each scan: what is summed twice must be merged later.
        let mut queues: Vec<Vec<(SendableRecordBatchStream, Span)>> = Vec::new();
        queues.resize_with(self.parts, Vec::new);
        for (scan, clip) in scans {
            for stream in self.streams(scan)? {
                let shortest = queues.iter_mut().min_by_key(|queue| queue.len());
                if let Some(queue) = shortest {
                    queue.push((stream, clip));
                }
            }
        }
        // Dropping the set, as when the asker goes away, ends every task.
        let mut tasks = JoinSet::new();
        for queue in queues.into_iter().filter(|queue| !queue.is_empty()) {
            tasks.spawn_on(add_up(queue, empty.clone()), runtime.handle());
        }
        let (mut sum, mut rows) = (None, 0);
        while let Some(done) = tasks.join_next().await {
            let (mut fold, seen) = done.map_err(|error| LakeError::Worker(error.to_string()))??;
            rows += seen;
            if let Some(other) = sum.take() {
                fold.merge(other)?;
            }
            sum = Some(fold);
        }
        Ok((sum.unwrap_or(empty), rows))
    }

    fn streams(&self, scan: Scan) -> Result<Vec<SendableRecordBatchStream>, LakeError> {
        let late = scan.late || scan.condition.as_ref().is_some_and(is_about_addresses);
        let plan = Scan { late, ..scan }.plan(&self.root, self.parts, &self.environment)?;
        let config = SessionConfig::new().with_target_partitions(self.parts).with_batch_size(BATCH_ROWS);
        let context =
            TaskContext::default().with_session_config(config).with_runtime(Arc::clone(&self.environment));
        Ok(execute_stream_partitioned(plan, Arc::new(context))?)
    }
}

impl Drop for Engine {
    /// A runtime may not be dropped where tasks run; its threads end by themselves.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Whether a condition is about addresses: few records are of any.
fn is_about_addresses(condition: &Condition) -> bool {
    condition.column_refs().iter().any(|column| schema::data_type(&column.name) == schema::address())
}

async fn add_up<F: Fold>(
    queue: Vec<(SendableRecordBatchStream, Span)>,
    mut fold: F,
) -> Result<(F, u64), LakeError> {
    let mut rows = 0;
    for (mut stream, clip) in queue {
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            fold.push(&batch, clip)?;
        }
    }
    Ok((fold, rows))
}

/// A filter for batches in memory.
#[derive(Clone, Debug)]
pub struct Sieve {
    expression: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
}

impl Sieve {
    /// The condition over batches with these columns.
    pub fn of(condition: &Condition, columns: &[String]) -> Result<Sieve, LakeError> {
        let schema = schema::of_columns(columns.iter().map(String::as_str));
        Ok(Sieve { expression: physical(condition, &schema)?, schema })
    }

    /// The rows that pass.
    pub fn keep(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let arrays: Result<Vec<ArrayRef>, LakeError> = self
            .schema
            .fields()
            .iter()
            .map(|field| match batch.column_by_name(field.name()) {
                None => Ok(new_null_array(field.data_type(), batch.num_rows())),
                Some(array) => Ok(Arc::clone(array)),
            })
            .collect();
        let seen = RecordBatch::try_new(Arc::clone(&self.schema), arrays?)?;
        let verdict = self.expression.evaluate(&seen)?.into_array(batch.num_rows())?;
        match verdict.as_any().downcast_ref::<BooleanArray>() {
            Some(keep) => Ok(filter_record_batch(batch, keep)?),
            None => Err(LakeError::Worker("a filter gave no truth values".to_owned())),
        }
    }
}

/// Columns in order, each once.
pub fn distinct(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}
