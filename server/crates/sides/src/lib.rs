//! Who is the client and who is the server of a flow record, which way it goes as seen from its interface, and by
//! what evidence. Pure: slices in, vectors out; no I/O, no clock, no threads, no formats.
//!
//! Two phases, because a caller has many records at hand before it needs the first answer: [`Knowledge::learn`] takes
//! what a chunk of records proves, [`Knowledge::judge`] answers for each of them. Judging with empty knowledge is the
//! answer by the record alone, and so is judging a single record after learning it.
//!
//! # What "client" means
//!
//! The client is the end that opened the conversation: the sender of the SYN, of the first datagram, of the echo
//! request. Both directions of a conversation have the same client. A record that was refused on its way has the
//! client that tried. Protocols without ports (ICMP, GRE, ESP …) have a client by the same definition and no service
//! port; where nothing tells who began, the client is unknown.
//!
//! # The ladder
//!
//! Strongest first; what decides is kept as [`Evidence`]:
//!
//! 1. the record's own SYN or SYN-ACK bits;
//! 2. those of another record of the same conversation, of either direction, at any interface;
//! 3. one end answered a SYN elsewhere at this port: a proven server;
//! 4. one end opens conversations from a service's port, or was refused at several: a prober;
//! 5. fan-in: one end speaks with clearly more peers (address and port) than the other does;
//! 6. a port known for a service, then a privileged port, against one that is not;
//! 7. ports in ranges that differ in how often clients draw from them;
//! 8. the destination of a refused record, or of a multicast;
//! 9. where there are no ports, or both are the same: the only direction let through, the end that pings many, the
//!    direction that began earlier.
//!
//! A known client port against a destination refused is read as an answer that came too late only while nothing speaks
//! for a scanner in disguise.
//!
//! | module | idea |
//! |---|---|
//! | `records`, `verdicts` | what comes in, what goes out |
//! | `ports`, `keys` | how likely a port serves; addresses as numbers |
//! | `standing`, `servers` | what is known of one address and port, and of all |
//! | `openings`, `exchanges` | who opened which conversation, with ports and without |
//! | `own` | which addresses each interface has |
//! | `ladder` | the order of evidence |
//! | `knowledge`, `bytes` | all of it together, learned, asked, kept |

mod bytes;
mod exchanges;
mod keys;
mod knowledge;
mod ladder;
mod openings;
mod own;
mod ports;
mod records;
mod servers;
mod standing;
mod verdicts;

pub use bytes::UnreadableKnowledge;
pub use knowledge::Knowledge;
pub use records::{Address, NO_NUMBER, Records, View};
pub use verdicts::{Client, Direction, Evidence, Verdicts};
