//! What flow logs cost, and how one is set up right. Pure: prices and measured volumes in, bills, forecasts,
//! what-ifs and command texts out. No I/O, no clock, no AWS.
//!
//! | module | idea |
//! |---|---|
//! | `item`, `delivery` | what AWS charges for, and the choices it offers |
//! | `table`, `book`, `tier` | the dated price table, the user's on top, prices that fall with volume |
//! | `money`, `bill`, `order` | exact amounts, the bill all faces print from, the price of a given volume |
//! | `volume`, `storage`, `plan` | bytes of text by field, what keeping them takes, a flow log as it is billed |
//! | `forecast` | from the days seen to the month's bill and its range |
//! | `what_if`, `field_notes` | another choice, its price, and what is lost by it |
//! | [`setup`] | the format for a purpose, and the texts that create the flow log |
//!
//! # Invariants
//!
//! * Amounts are decimals and are rounded once, when a line of a bill is made; a total is the sum of its lines.
//! * A price that no source confirms is marked as an estimate wherever it goes.
//! * Tiers are applied once per account, region and item, after all flow logs have been added up.
//!
//! ```
//! use pricing::{Destination, FileFormat, Order, PriceBook, price};
//!
//! let book = PriceBook::built_in()?;
//! let month = Order { format: FileFormat::Parquet, ..Order::new(73_728.into(), Destination::S3, "us-east-1") };
//! assert_eq!(price(&book, &month)?.total.to_string(), "10506.24");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bill;
mod book;
mod delivery;
mod field_notes;
mod forecast;
mod item;
mod money;
mod order;
mod plan;
pub mod setup;
mod storage;
mod table;
mod tier;
mod volume;
mod what_if;

pub use bill::{Bill, LineItem, Usage, bill};
pub use book::{Price, PriceBook, UnknownRegion};
pub use delivery::{Destination, FileFormat, Interval, Keys, StorageClass, Traffic, UnknownChoice};
pub use field_notes::{FieldNote, TGW_FIELDS, VPC_FIELDS, fields_beside};
pub use forecast::{DayVolume, Forecast, LogDays, LogMonth, forecast};
pub use item::Item;
pub use money::{BYTES_PER_GB, MONTH_DAYS, apportioned, dollars, gb_from_bytes, grouped, share};
pub use order::{Order, OrderError, price};
pub use plan::{ByAction, Plan, ServerKnown, month_bill};
pub use rust_decimal::Decimal;
pub use storage::FOR_EVER_DAYS;
pub use table::{Fault, TableError};
pub use tier::Tier;
pub use volume::{FieldVolume, Volume};
pub use what_if::{Choice, Topic, WhatIf, chosen, what_if};
