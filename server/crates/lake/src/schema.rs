//! The columns of the lake's tables: their names and types, in one place.
//!
//! Names are AWS's, with underscores as in the Parquet files that AWS itself delivers; what Weir adds stands at the
//! end of each list. Ids and enums are dictionaries, addresses dictionaries of 16 bytes in network order (IPv4 as
//! IPv4-mapped IPv6), times Unix seconds.

use arrow::datatypes::{DataType, Field as Column, Schema, SchemaRef};
use contract::{Dimension, Field, Kind};
use std::sync::Arc;

/// Start of the minute or hour a roll-up row counts, Unix seconds.
pub const TIME: &str = "time";
/// First second of a record.
pub const START: &str = "start";
/// Last second of a record.
pub const END: &str = "end";
/// Bytes.
pub const BYTES: &str = "bytes";
/// Packets.
pub const PACKETS: &str = "packets";
/// Records that a roll-up row stands for.
pub const FLOWS: &str = "flows";
/// NODATA records that a roll-up row stands for.
pub const NODATA: &str = "nodata";
/// SKIPDATA records that a roll-up row stands for.
pub const SKIPDATA: &str = "skipdata";
/// The server's port, by the evidence in the record.
pub const SERVICE_PORT: &str = "service_port";
/// Whether the source of the record is the client; null when unknown.
pub const CLIENT_IS_SRC: &str = "client_is_src";
/// By what evidence [`SERVICE_PORT`] and [`CLIENT_IS_SRC`] are known.
pub const EVIDENCE: &str = "evidence";
/// Who opened the conversation.
pub const CLIENT: &str = "client";
/// Who answered.
pub const SERVER: &str = "server";
/// The AWS service at either end.
pub const AWS_SERVICE: &str = "aws_service";
/// ACCEPT or REJECT.
pub const ACTION: &str = "action";
/// ingress or egress.
pub const FLOW_DIRECTION: &str = "flow_direction";
/// The logging interface.
pub const INTERFACE_ID: &str = "interface_id";
/// IANA protocol number.
pub const PROTOCOL: &str = "protocol";
/// The account that owns the interface.
pub const ACCOUNT_ID: &str = "account_id";
/// The region of the interface.
pub const REGION: &str = "region";
/// The VPC of the interface.
pub const VPC_ID: &str = "vpc_id";

/// Where the other end is; told from other columns, never stored.
pub const SCOPE: &str = "scope";

/// The flow log that wrote the object.
pub const FLOW_LOG_ID: &str = "flow_log_id";
/// Whether the record of another interface tells the same packets and is the one to count.
pub const TOLD_ELSEWHERE: &str = "told_elsewhere";

/// The column that holds a dimension; `None` for [`Dimension::None`].
pub fn column_of(dimension: Dimension) -> Option<&'static str> {
    Some(match dimension {
        Dimension::None => return None,
        Dimension::Action => ACTION,
        Dimension::FlowDirection => FLOW_DIRECTION,
        Dimension::Protocol => PROTOCOL,
        Dimension::ServicePort => SERVICE_PORT,
        Dimension::InterfaceId => INTERFACE_ID,
        Dimension::AwsService => AWS_SERVICE,
        Dimension::AccountId => ACCOUNT_ID,
        Dimension::Region => REGION,
        Dimension::VpcId => VPC_ID,
        Dimension::FlowLogId => FLOW_LOG_ID,
    })
}

/// The column that holds a field of the filter language.
pub fn column_of_field(field: Field) -> String {
    field.name().replace('-', "_")
}

/// Whether the roll-ups hold this column.
pub fn in_rollup(column: &str) -> bool {
    column == TOLD_ELSEWHERE
        || Dimension::ALL.into_iter().any(|dimension| column_of(dimension) == Some(column))
}

/// Whether the conversations hold this column.
pub fn in_conversations(column: &str) -> bool {
    in_rollup(column) || column == CLIENT || column == SERVER
}

/// The type of an id or enum column.
pub fn text() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The type of a stored address column: each distinct address once, 16 bytes.
pub fn address() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Binary))
}

/// The type of any column of any table; names outside the record format are text.
pub fn data_type(column: &str) -> DataType {
    match column {
        TIME | FLOWS | NODATA | SKIPDATA | START | END | BYTES | PACKETS => return DataType::Int64,
        CLIENT_IS_SRC | TOLD_ELSEWHERE => return DataType::Boolean,
        SERVICE_PORT => return DataType::Int32,
        CLIENT | SERVER => return address(),
        _ => {}
    }
    match Field::named(&column.replace('_', "-")).map(|field| field.kind()) {
        Some(Kind::Address) => address(),
        Some(Kind::Port | Kind::Protocol | Kind::TcpFlags) => DataType::Int32,
        Some(Kind::Number) if column.starts_with("packets_lost") => DataType::Int64,
        Some(Kind::Number) => DataType::Int32,
        Some(Kind::Time) => DataType::Int64,
        Some(Kind::Text | Kind::Action | Kind::Scope) | None => text(),
    }
}

/// A schema of just these columns, all nullable: what one question reads.
pub fn of_columns<'a>(columns: impl IntoIterator<Item = &'a str>) -> SchemaRef {
    let columns: Vec<Column> =
        columns.into_iter().map(|name| Column::new(name, data_type(name), true)).collect();
    Arc::new(Schema::new(columns))
}
