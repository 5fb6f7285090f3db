//! The server from outside: the router called in-process with a scripted port, and the program `weir` as a process.
//! Folders mirror what is called: `http/` the tree of paths, `cli/` the commands.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod cli;
mod fake;
mod http;
mod talks;
