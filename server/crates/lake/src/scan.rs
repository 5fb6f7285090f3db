//! The files of one table as DataFusion reads them: a plan of two steps, made by hand. There is nothing to optimise in it,
//! and neither SQL nor a catalog of functions is needed, so that the parts of DataFusion which bring those are left out.

use crate::files::FileEntry;
use crate::schema;
use arrow::datatypes::Schema;
use datafusion_common::{DFSchema, Result};
use datafusion_datasource::PartitionedFile;
use datafusion_datasource::file_groups::{FileGroup, FileGroupPartitioner};
use datafusion_datasource::file_scan_config::FileScanConfigBuilder;
use datafusion_datasource::source::DataSourceExec;
use datafusion_datasource_parquet::CachedParquetFileReaderFactory;
use datafusion_datasource_parquet::source::ParquetSource;
use datafusion_execution::object_store::ObjectStoreUrl;
use datafusion_execution::runtime_env::RuntimeEnv;
use datafusion_expr::Expr as Condition;
use datafusion_expr::execution_props::ExecutionProps;
use datafusion_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion_physical_expr::create_physical_expr;
use datafusion_physical_plan::empty::EmptyExec;
use datafusion_physical_plan::filter::FilterExec;
use datafusion_physical_plan::{ExecutionPlan, PhysicalExpr};
use std::sync::Arc;

/// A file of fewer bytes is read by one part of the machine.
const SPLIT_BYTES: usize = 10 << 20;

/// Files of one table to read for a question.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The files.
    pub files: Vec<Arc<FileEntry>>,
    /// The columns to read, those of the condition among them; a file that lacks one gives nulls.
    pub columns: Vec<String>,
    /// Which rows count. Both sides of its comparisons have the same type: nothing is cast for them.
    pub condition: Option<Condition>,
    /// Whether few rows count, so that the other columns are read only of those.
    pub late: bool,
}

impl Scan {
    /// How the files below `root` (without a leading slash) are read in so many parts.
    pub fn plan(self, root: &str, parts: usize, environment: &RuntimeEnv) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = schema::of_columns(self.columns.iter().map(String::as_str));
        if self.files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let filter = self.condition.map(|condition| physical(&condition, &schema)).transpose()?;
        let disk = ObjectStoreUrl::local_filesystem();
        // Keeps footers between questions.
        let reader = CachedParquetFileReaderFactory::new(
            environment.object_store(&disk)?,
            environment.cache_manager.get_file_metadata_cache(),
        );
        let mut source = ParquetSource::new(schema).with_parquet_file_reader_factory(Arc::new(reader));
        if let Some(filter) = &filter {
            // Row groups are skipped by their statistics; rows that slip through are filtered after the scan.
            source = source.with_predicate(Arc::clone(filter)).with_pushdown_filters(self.late);
        }
        let files = FileScanConfigBuilder::new(disk, Arc::new(source))
            .with_file_groups(dealt(root, &self.files, parts))
            .build();
        let rows: Arc<dyn ExecutionPlan> = DataSourceExec::from_data_source(files);
        Ok(match filter {
            Some(filter) => Arc::new(FilterExec::try_new(filter, rows)?),
            None => rows,
        })
    }
}

/// A condition as something that can be held against rows of these columns.
pub fn physical(condition: &Condition, schema: &Arc<Schema>) -> Result<Arc<dyn PhysicalExpr>> {
    let columns = DFSchema::try_from(Arc::clone(schema))?;
    create_physical_expr(condition, &columns, &ExecutionProps::new(), &PhysicalPlanningContext::default())
}

/// The files dealt out by size, so that the parts take equally long; few large ones are cut.
fn dealt(root: &str, files: &[Arc<FileEntry>], parts: usize) -> Vec<FileGroup> {
    let mut files: Vec<&Arc<FileEntry>> = files.iter().collect();
    files.sort_unstable_by_key(|file| std::cmp::Reverse(file.bytes));
    let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); parts.min(files.len())];
    for file in files {
        if let Some((bytes, group)) = groups.iter_mut().min_by_key(|(bytes, _)| *bytes) {
            *bytes += file.bytes;
            group.push(PartitionedFile::new(format!("{root}/{}", file.path), file.bytes));
        }
    }
    let groups: Vec<FileGroup> = groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect();
    let cut = FileGroupPartitioner::new()
        .with_target_partitions(parts)
        .with_repartition_file_min_size(SPLIT_BYTES)
        .repartition_file_groups(&groups);
    cut.unwrap_or(groups)
}
