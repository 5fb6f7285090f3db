//! Running questions: DataFusion reads and filters, one task per part adds up, on threads of their own.

use crate::error::LakeError;
use crate::files::FileEntry;
use crate::fold::Fold;
use crate::scan::Files;
use crate::schema;
use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::common::DFSchema;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::logical_expr::Expr as Condition;
use datafusion::physical_plan::PhysicalExpr;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Memory that all questions together may hold in DataFusion; past it a question is refused, not the server killed.
const MEMORY_BYTES: usize = 1 << 30;
/// Questions that run at the same time; the others wait. Two keep two cores busy while one of them reads.
const QUESTIONS: usize = 4;

/// Files of one table to read for a question.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The files.
    pub files: Vec<Arc<FileEntry>>,
    /// The columns to read.
    pub columns: Vec<String>,
    /// Which rows count.
    pub condition: Option<Condition>,
}

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

    /// Adds up every scan into its fold and all folds into one; also tells how many rows were looked at.
    pub async fn fold<F: Fold + Clone>(
        &self,
        scans: Vec<(Scan, F)>,
        empty: F,
    ) -> Result<(F, u64), LakeError> {
        let _turn = Arc::clone(&self.turns).acquire_owned().await;
        let Some(runtime) = &self.runtime else { return Ok((empty, 0)) };
        // Dropping the set, as when the asker goes away, ends every task.
        let mut tasks = JoinSet::new();
        for (scan, fold) in scans {
            for stream in self.streams(scan).await? {
                tasks.spawn_on(add_up(stream, fold.clone()), runtime.handle());
            }
        }
        let (mut sum, mut rows) = (empty, 0);
        while let Some(done) = tasks.join_next().await {
            let (fold, seen) = done.map_err(|error| LakeError::Worker(error.to_string()))??;
            sum.merge(fold);
            rows += seen;
        }
        Ok((sum, rows))
    }

    async fn streams(&self, scan: Scan) -> Result<Vec<SendableRecordBatchStream>, LakeError> {
        let table = Files {
            root: self.root.clone(),
            files: scan.files,
            schema: schema::of_columns(scan.columns.iter().map(String::as_str)),
            parts: self.parts,
        };
        let mut rows = self.session().read_table(Arc::new(table))?;
        if let Some(condition) = scan.condition {
            rows = rows.filter(condition)?;
        }
        Ok(rows.execute_stream_partitioned().await?)
    }

    fn session(&self) -> SessionContext {
        let config = SessionConfig::new()
            .with_target_partitions(self.parts)
            .with_batch_size(32_768)
            .with_information_schema(false);
        SessionContext::new_with_config_rt(config, Arc::clone(&self.environment))
    }

    /// The condition as something that can be held against batches in memory.
    pub fn sieve(&self, condition: Condition, columns: &[String]) -> Result<Sieve, LakeError> {
        let schema = schema::of_columns(columns.iter().map(String::as_str));
        let expression =
            self.session().state().create_physical_expr(condition, &DFSchema::try_from(schema.clone())?)?;
        Ok(Sieve { expression, schema })
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

async fn add_up<F: Fold>(mut stream: SendableRecordBatchStream, mut fold: F) -> Result<(F, u64), LakeError> {
    let mut rows = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        fold.push(&batch)?;
    }
    Ok((fold, rows))
}

/// A filter for batches in memory.
#[derive(Clone, Debug)]
pub struct Sieve {
    expression: Arc<dyn PhysicalExpr>,
    schema: datafusion::arrow::datatypes::SchemaRef,
}

impl Sieve {
    /// The rows that pass.
    pub fn keep(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let arrays = self.schema.fields().iter().map(|field| {
            batch.column_by_name(field.name()).cloned().unwrap_or_else(|| {
                datafusion::arrow::array::new_null_array(field.data_type(), batch.num_rows())
            })
        });
        let seen = RecordBatch::try_new(Arc::clone(&self.schema), arrays.collect())?;
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
