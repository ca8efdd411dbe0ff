//! Tables as Parquet and Arrow, for those who compute with them.

use super::about::About;
use super::{Rows, plain};
use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// A table as a Parquet file.
pub(super) fn parquet(rows: &Rows, about: &About) -> Result<Vec<u8>, ParquetError> {
    let batch = batch(rows, about)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("weft ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.into_inner()
}

/// A table as an Arrow IPC file.
pub(super) fn arrow(rows: &Rows, about: &About) -> Result<Vec<u8>, ArrowError> {
    let batch = batch(rows, about)?;
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema())?;
    writer.write(&batch)?;
    writer.into_inner()
}

/// The columns, each of the narrowest type that all of its cells are of.
fn batch(rows: &Rows, about: &About) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::with_capacity(rows.columns.len());
    let mut arrays = Vec::with_capacity(rows.columns.len());
    for (index, name) in rows.columns.iter().enumerate() {
        let (kind, array) = column(rows, index);
        fields.push(Field::new(name, kind, true));
        arrays.push(array);
    }
    let metadata: HashMap<String, String> = about
        .entries()
        .into_iter()
        .map(|(name, text)| (format!("weft.{name}"), text))
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let options = RecordBatchOptions::new().with_row_count(Some(rows.rows.len()));
    RecordBatch::try_new_with_options(schema, arrays, &options)
}

fn column(rows: &Rows, index: usize) -> (DataType, ArrayRef) {
    let cells = || {
        rows.rows
            .iter()
            .map(move |cells| cells.get(index).unwrap_or(&Value::Null))
    };
    let known = || cells().filter(|cell| !cell.is_null());
    if known().next().is_none() {
        let texts: StringArray = cells().map(|_| None::<&str>).collect();
        (DataType::Utf8, Arc::new(texts))
    } else if known().all(Value::is_boolean) {
        let values: BooleanArray = cells().map(Value::as_bool).collect();
        (DataType::Boolean, Arc::new(values))
    } else if known().all(Value::is_i64) {
        let values: Int64Array = cells().map(Value::as_i64).collect();
        (DataType::Int64, Arc::new(values))
    } else if known().all(Value::is_number) {
        let values: Float64Array = cells().map(Value::as_f64).collect();
        (DataType::Float64, Arc::new(values))
    } else {
        let texts: StringArray = cells()
            .map(|cell| (!cell.is_null()).then(|| plain(cell)))
            .collect();
        (DataType::Utf8, Arc::new(texts))
    }
}
