//! A table of the lake as DataFusion sees it: the files the catalog names, the columns one question needs.

use crate::files::FileEntry;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DFSchema;
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use std::sync::Arc;

/// Files of one table and the columns to read of them.
#[derive(Debug)]
pub struct Files {
    /// Folder of the data, absolute.
    pub root: String,
    /// The files.
    pub files: Vec<Arc<FileEntry>>,
    /// The columns; a file that lacks one gives nulls.
    pub schema: SchemaRef,
    /// In how many parts to read.
    pub parts: usize,
}

impl Files {
    /// The files dealt out by size, so that the parts take equally long.
    fn groups(&self) -> Vec<FileGroup> {
        let mut files: Vec<&Arc<FileEntry>> = self.files.iter().collect();
        files.sort_unstable_by_key(|file| std::cmp::Reverse(file.bytes));
        let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); self.parts.min(files.len())];
        for file in files {
            if let Some((bytes, group)) = groups.iter_mut().min_by_key(|(bytes, _)| *bytes) {
                *bytes += file.bytes;
                group.push(PartitionedFile::new(format!("{}/{}", self.root, file.path), file.bytes));
            }
        }
        groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect()
    }
}

#[async_trait::async_trait]
impl TableProvider for Files {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Row groups are skipped by their statistics; rows that slip through are filtered after the scan.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if self.files.is_empty() {
            let schema = datafusion::physical_plan::project_schema(&self.schema, projection)?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let mut source = ParquetSource::new(Arc::clone(&self.schema));
        if let Some(filter) = conjunction(filters.to_vec()) {
            let schema = DFSchema::try_from(Arc::clone(&self.schema))?;
            source = source.with_predicate(state.create_physical_expr(filter, &schema)?);
        }
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(self.groups())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        // The format installs the reader that keeps footers, which building the scan by hand would miss.
        ParquetFormat::default().create_physical_plan(state, config).await
    }
}
