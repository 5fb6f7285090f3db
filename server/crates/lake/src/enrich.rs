//! What Weir adds to the columns of a record: the service and its side, the direction where the format lacks it, and
//! the account and region of the object's key where the records do not say.

use crate::addresses::Addresses;
use crate::columns::{Ints, Texts, Words, find};
use crate::error::LakeError;
use crate::interfaces::Interfaces;
use crate::schema::{
    ACCOUNT_ID, ACTION, AWS_SERVICE, CLIENT_IS_SRC, END, FLOW_DIRECTION, INTERFACE_ID, PROTOCOL, REGION,
    SERVICE_PORT, START,
};
use crate::service::{Evidence, Service};
use datafusion::arrow::array::{
    Array, ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
};
use datafusion::arrow::datatypes::{Field, Schema};
use std::sync::Arc;

/// What the object's key says of its records.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The account in the key.
    pub account: Option<String>,
    /// The region in the key.
    pub region: Option<String>,
    /// Start of the delivery window, or when the object was written; Unix seconds.
    pub stamp: i64,
}

/// Which of the added columns are needed.
#[derive(Clone, Copy, Debug)]
pub enum Added<'a> {
    /// All of them, to be stored.
    All,
    /// Only these, for one question.
    Only(&'a [String]),
}

impl Added<'_> {
    fn wants(&self, name: &str) -> bool {
        match self {
            Added::All => true,
            Added::Only(names) => names.iter().any(|n| n == name),
        }
    }
}

/// The decoder's fields that an added column is made from; the column itself when it is not an added one.
pub fn made_from(column: &str) -> &[&'static str] {
    match column {
        SERVICE_PORT | CLIENT_IS_SRC => &["srcport", "dstport", "protocol", "tcp-flags", "action"],
        FLOW_DIRECTION => &["flow-direction", "interface-id", "srcaddr", "dstaddr"],
        AWS_SERVICE => &["pkt-src-aws-service", "pkt-dst-aws-service"],
        _ => &[],
    }
}

/// The batch with the added columns behind its own; `start` and `end` are there afterwards and never null.
pub fn enrich(
    batch: RecordBatch,
    origin: &Origin,
    interfaces: &Interfaces,
    added: Added<'_>,
) -> Result<RecordBatch, LakeError> {
    let mut table = Columns::of(batch);
    table.set_times(origin.stamp);
    if added.wants(SERVICE_PORT) || added.wants(CLIENT_IS_SRC) {
        let (ports, sides) = services(&table.batch);
        table.set(SERVICE_PORT, Arc::new(ports));
        table.set(CLIENT_IS_SRC, Arc::new(sides));
    }
    if added.wants(FLOW_DIRECTION) && table.batch.column_by_name(FLOW_DIRECTION).is_none() {
        let directions = interfaces.directions(&table.batch);
        table.set(FLOW_DIRECTION, Arc::new(directions));
    }
    if added.wants(AWS_SERVICE) {
        let services = aws_services(&table.batch);
        table.set(AWS_SERVICE, Arc::new(services));
    }
    for (name, value) in [(ACCOUNT_ID, &origin.account), (REGION, &origin.region)] {
        if added.wants(name)
            && table.batch.column_by_name(name).is_none()
            && let Some(value) = value
        {
            let rows = table.batch.num_rows();
            table.set(name, Arc::new(constant(value, rows)?));
        }
    }
    table.finish()
}

/// A batch under construction: columns by name, replaced or appended.
struct Columns {
    batch: RecordBatch,
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn of(batch: RecordBatch) -> Self {
        let fields = batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        Columns { fields, arrays: batch.columns().to_vec(), batch }
    }

    fn set(&mut self, name: &str, array: ArrayRef) {
        let field = Field::new(name, array.data_type().clone(), true);
        match self.fields.iter().position(|f| f.name() == name) {
            Some(at) => {
                self.fields[at] = field;
                self.arrays[at] = array;
            }
            None => {
                self.fields.push(field);
                self.arrays.push(array);
            }
        }
    }

    /// Fills in times: a record with one of them happened then, one with neither in its object's window.
    fn set_times(&mut self, stamp: i64) {
        let (start, end) = (find::<Int64Array>(&self.batch, START), find::<Int64Array>(&self.batch, END));
        let whole = |array: Option<&Int64Array>| array.is_some_and(|a| a.null_count() == 0);
        if whole(start) && whole(end) {
            return;
        }
        let at =
            |array: Option<&Int64Array>, row: usize| array.filter(|a| a.is_valid(row)).map(|a| a.value(row));
        let rows = 0..self.batch.num_rows();
        let starts: Int64Array = rows
            .clone()
            .map(|row| at(start, row).or_else(|| at(end, row)).unwrap_or(stamp))
            .collect::<Vec<_>>()
            .into();
        let ends: Int64Array = rows
            .map(|row| at(end, row).or_else(|| at(start, row)).unwrap_or(stamp))
            .collect::<Vec<_>>()
            .into();
        self.set(START, Arc::new(starts));
        self.set(END, Arc::new(ends));
    }

    fn finish(self) -> Result<RecordBatch, LakeError> {
        let options = RecordBatchOptions::new().with_row_count(Some(self.batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(self.fields)), self.arrays, &options)?)
    }
}

fn services(batch: &RecordBatch) -> (Int32Array, BooleanArray) {
    let (srcport, dstport) = (Ints::of(batch, "srcport"), Ints::of(batch, "dstport"));
    let (protocol, tcp_flags) = (Ints::of(batch, PROTOCOL), Ints::of(batch, "tcp_flags"));
    let action = Words::of(batch, ACTION);
    let rejects = action.codes(|value| value == "REJECT");
    let found = |row: usize| {
        Evidence {
            srcport: srcport.at(row),
            dstport: dstport.at(row),
            protocol: protocol.at(row),
            tcp_flags: tcp_flags.at(row).unwrap_or(0),
            rejected: action.key(row).is_some_and(|key| rejects[key]),
        }
        .service()
    };
    let (mut ports, mut sides) = (Vec::with_capacity(batch.num_rows()), Vec::with_capacity(batch.num_rows()));
    for row in 0..batch.num_rows() {
        let (port, side) = match found(row) {
            Service::AtDestination(port) => (Some(i32::from(port)), Some(true)),
            Service::AtSource(port) => (Some(i32::from(port)), Some(false)),
            Service::Unknown => (None, None),
        };
        ports.push(port);
        sides.push(side);
    }
    (Int32Array::from(ports), BooleanArray::from(sides))
}

/// The AWS service at the far end: the destination's, else the source's.
fn aws_services(batch: &RecordBatch) -> Texts {
    let (src, dst) = (Words::of(batch, "pkt_src_aws_service"), Words::of(batch, "pkt_dst_aws_service"));
    (0..batch.num_rows()).map(|row| dst.at(row).or_else(|| src.at(row))).collect()
}

fn constant(value: &str, rows: usize) -> Result<Texts, LakeError> {
    Ok(Texts::try_new(Int32Array::from(vec![0; rows]), Arc::new(StringArray::from(vec![value])))?)
}

/// The interface and both addresses of every record that has all three.
pub(crate) fn ends(batch: &RecordBatch) -> impl Iterator<Item = (usize, usize, [u8; 16], [u8; 16])> {
    let keys = Words::of(batch, INTERFACE_ID);
    let (src, dst) = (Addresses::of(batch, "srcaddr"), Addresses::of(batch, "dstaddr"));
    (0..batch.num_rows()).filter_map(move |row| Some((row, keys.key(row)?, src.at(row)?, dst.at(row)?)))
}
