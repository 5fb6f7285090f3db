//! The program as a process.

mod advise;
mod ask;
mod cost;
mod decode;
mod inventory;
mod serve;
mod usage;

use std::ffi::OsStr;
use std::process::{Command, Output};

/// A weir that inherits nothing which could change what it does.
pub fn weir() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("WEIR_") || name == *"RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `weir` with these arguments to its end.
pub fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Output {
    weir().args(arguments).output().unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
