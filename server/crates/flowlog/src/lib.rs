//! The record format of AWS Flow Logs (VPC versions 2 to 11, transit gateway version 6): text in, typed
//! columns out. No I/O, no clock, no threads: bytes are pushed by the caller in chunks of any size, and the
//! crate builds for wasm32.
//!
//! # The life of a line
//!
//! ```text
//! push(bytes) ─ stream: whole lines, bounded windows
//!             ─ envelope: lines out of JSON, where they are wrapped in it
//!             ─ index: where every value starts and ends (SIMD, one pass)
//!             ─ decoder: which layout, which sort of line
//!             ─ builder: 64 lines at a time, one column after the other
//! ```
//!
//! The layout of a line comes from the header line above it, never from the version number in it; where there is no
//! header, from the [`Format`] the caller gave, else from the two default formats by the number of values. Lines that
//! tell of missing data (`NODATA`, `SKIPDATA`) are coverage, not traffic. A line that cannot be read is set
//! aside with its number and the reason ([`SetAside`]) and never stops the object it is in.
//!
//! # Invariants
//!
//! * `lines = headers + blank + records + nodata + skipdata + set_aside` ([`Tally`]).
//! * However the text is cut into chunks, rows, values, tally and samples are the same.
//! * A row holds either all of a line's wanted values or the line was set aside: nothing is half kept.
//! * With [`Fields::Only`] the number of values of a line and its `log-status` are still checked, the values
//!   of the columns nobody wants are not: a line whose only fault is there counts as a record.
//!
//! ```
//! use flowlog::{Decoder, Limits, Value, Want};
//!
//! let mut decoder = Decoder::new(Want::default(), Limits::default());
//! decoder.push(b"dstport bytes log-status\n443 8420 OK\n- - NODATA\n");
//! decoder.finish();
//! let batch = decoder.take();
//! assert_eq!(batch.rows, 1);
//! assert_eq!(batch.column("bytes").map(|bytes| bytes.value(0)), Some(Value::Number(8420)));
//! assert_eq!(decoder.take_tally().nodata, 1);
//! ```

mod address;
mod addresses;
mod batch;
mod builder;
mod coverage;
mod decoder;
mod envelope;
mod fields;
mod format;
mod found;
mod header;
mod index;
mod intern;
mod layout;
mod number;
mod payload;
mod status;
mod stream;
mod tally;
pub mod text_size;
mod unescape;
mod validity;
mod want;

pub use batch::{Addresses, Batch, Column, Data, Dictionary, Section, Value};
pub use fields::{FIELDS, FieldName, FieldSpec, Kind, TGW_DEFAULT, VPC_DEFAULT, field};
pub use format::{Format, FormatError};
pub use found::{FoundBy, FoundLayout};
pub use stream::Decoder;
pub use tally::{CoverageRecord, SetAside, Tally, Why};
pub use validity::Validity;
pub use want::{Coverage, Fields, Limits, Want};
