//! Why traffic was refused, which rules are used, what the rules should be, and what an edit would have changed: security
//! groups and network ACLs beside the traffic they met. Pure: bytes and rows in, values out; no I/O, no clock, no threads.
//!
//! ```text
//! aws ec2 describe-… ─ inventory ─ evaluate ─┬─ verdict ─┐
//!                      rows (traffic) ───────┼─ usage ───┼─ suggest ─ edit ─ replay
//!                                            └───────────┴─ render: Terraform, CLI, CloudFormation, JSON
//! ```
//!
//! | module | idea |
//! |---|---|
//! | `address`, `traffic` | addresses and blocks; what the logs saw |
//! | `inventory` | the state of an account's firewall, and its history |
//! | `evaluate` | whether rules let a packet pass, by which, and which came near |
//! | `verdict` | why was it refused |
//! | `usage` | how much each rule is used, and what is wrong with it anyway |
//! | `suggest` | openings, narrowings, removals, with their confidence |
//! | `edit`, `replay` | a change as a value, and what it would have changed |
//! | `render` | suggestions as text to review |

pub mod address;
pub mod edit;
pub mod evaluate;
pub mod inventory;
pub mod render;
pub mod replay;
pub mod suggest;
pub mod traffic;
pub mod usage;
pub mod verdict;
