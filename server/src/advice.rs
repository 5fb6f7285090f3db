//! From what the lake knows to what the firewall crate advises, for the command line, the API and the pages.
//!
//! | module | idea |
//! |---|---|
//! | `rows` | the lake's conversations as the rows that advice is made from |
//! | `advised` | everything that is said about one range |
//! | `stock` | an inventory where it lies, read again when it changes |
//! | `adviser` | who is asked: rows and answers kept, one piece of work at a time |
//! | `groups` | groups and rules with their use, a line each |
//! | `replayed` | an edit asked of all rows |
//! | `decisions` | what people said of suggestions, and which were applied |

pub mod advised;
pub mod adviser;
pub mod decisions;
pub mod groups;
pub mod replayed;
pub mod rows;
pub mod stock;

pub use advised::{Advised, Stop, advise};
pub use adviser::{Adviser, Talking};
pub use decisions::Decisions;
pub use replayed::Replayed;
pub use rows::Rows;
pub use stock::Stock;
