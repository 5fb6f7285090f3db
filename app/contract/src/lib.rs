//! What crosses the wire between the browser, the HTTP API, the command line and the lake:
//! questions ([`View`]), answers ([`Timeline`], [`Matrix`], [`Top`], [`Summary`], [`Coverage`], [`Progress`],
//! [`Records`], [`Conversations`], [`Values`]), pages as
//! documents ([`Report`]), the link
//! that prints a question as text ([`link`]) and the filter language ([`filter`]).
//!
//! Plain data with serde and nothing else: no I/O, no clock, no UI. It compiles to WebAssembly and natively alike.

pub mod answer;
mod as_text;
mod civil;
pub mod conversations;
pub mod coverage;
pub mod field;
mod figure;
pub mod filter;
pub mod grid;
pub mod human;
pub mod intent;
pub mod lacking;
pub mod link;
pub mod moment;
pub mod names;
pub mod page;
pub mod records;
pub mod refusal;
pub mod report;
mod spelling;
pub mod values;
pub mod view;
pub mod when;

pub use answer::{
    Earlier, FailedObject, Matrix, MatrixRow, Previous, Progress, Provenance, Series, SourceStatus, Stage,
    Summary, Table, Timeline, Top, TopRow,
};
pub use conversations::{Conversation, Conversations, Group, GroupService, OneWay};
pub use coverage::{Coverage, Objects, SetAside};
pub use field::{Field, Kind};
pub use filter::Filter;
pub use grid::{Grid, Span};
pub use intent::{Attempt, Intent, Noise, Service, Sources};
pub use moment::Moment;
pub use page::Page;
pub use records::{Record, Records, Scalar};
pub use refusal::{Refusal, RefusalKind};
pub use report::Report;
pub use values::{ValueRow, Values};
pub use view::{
    Addresses, Compare, Count, Dimension, Heights, Mark, Measure, Refresh, Scale, TopBy, View, Zone,
};
