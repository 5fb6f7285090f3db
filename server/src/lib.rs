//! Weir's server: the place where all crates meet. Only here does anybody know both who asks and who answers.
//!
//! ```text
//! main ── cli ─┬─ demo, serve ── http ── question ── app::ports::Flows ◄── service ── lake ── store
//!              │                ├─ reports ── app::ports::Reports
//!              │                └─ watch ────────────────────────────────────────────┘
//!              ├─ ingest, ask ──────── question, service
//!              ├─ advise, http, reports ── advice ── firewall
//!              ├─ cost ─────────────── cost ──── pricing
//!              ├─ decode ───────────── ndjson ── flowlog, store::unpack
//!              └─ simulate
//! ```
//!
//! # Invariants
//!
//! * What goes over the wire is an answer of the contract or a refusal; texts of inner errors stay in the log, under an
//!   id that the refusal names ([`events::internal_fault`]).
//! * `http` knows the port, never the lake; it can be served by anything that answers.
//! * Every event is logged and counted in one place ([`events`]).
//! * Nothing listens beyond loopback unless that was asked for in so many words ([`http::listen`]).

pub mod advice;
pub mod cli;
pub mod clock;
pub mod complete;
pub mod cost;
pub mod csv;
pub mod events;
pub mod find;
pub mod http;
pub mod ndjson;
pub mod question;
pub mod reports;
pub mod self_test;
pub mod service;
pub mod telemetry;
pub mod views;
pub mod watch;
