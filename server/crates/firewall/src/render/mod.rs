//! Suggestions as text to review: Terraform, AWS CLI with the command that takes it back, CloudFormation, JSON. Nothing
//! here is ever run by Weir.
//!
//! | module | idea |
//! |---|---|
//! | `description` | the description a new rule carries, in the characters AWS allows |
//! | `permission` | a rule as the EC2 API's `IpPermission` |
//! | `cli`, `terraform`, `cloudformation` | one notation each |
//! | `advice` | everything as JSON |

mod advice;
mod cli;
mod cloudformation;
mod description;
mod permission;
mod terraform;

pub use advice::{AdviceJson, BlockedJson, advice, blocked};
pub use cli::{Command, commands};
pub use cloudformation::template;
pub use description::description;
pub use terraform::terraform;
