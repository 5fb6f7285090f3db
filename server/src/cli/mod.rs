//! The command line: one file per command. Help texts are the manual: what, default, unit, price.

pub mod advise;
pub mod ask;
pub mod cost;
pub mod decode;
pub mod demo;
mod empty;
pub mod fault;
pub mod ingest;
pub mod progress;
pub mod running;
pub mod serve;
pub mod simulate;
pub mod sources;

pub use fault::Fault;

use crate::telemetry::LogFormat;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A dashboard for AWS VPC Flow Logs: what flows, what is blocked and why.
///
/// Weir reads flow logs where AWS delivers them (an S3 bucket or a folder with the same layout), keeps them as Parquet
/// in a data folder, and answers in the browser, over HTTP and here. It needs s3:ListBucket and s3:GetObject and never
/// changes anything in an AWS account.
///
/// Logs go to stderr; RUST_LOG chooses what is logged (RUST_LOG=server=debug).
#[derive(Debug, Parser)]
#[command(name = "weir", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// How log lines on stderr look: text for people, json for collectors
    #[arg(
        long,
        global = true,
        display_order = 900,
        env = "WEIR_LOG_FORMAT",
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,
}

/// The commands; each is described where it is defined.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "clap would print a line here in place of the command's own manual")]
pub enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Ingest(ingest::Ingest),
    Decode(decode::Decode),
    Ask(ask::Ask),
    Advise(advise::Advise),
    Cost(cost::Cost),
    Simulate(simulate::Simulate),
}

impl Command {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// [`Fault`] when it cannot do what it was asked for.
    pub fn run(self) -> Result<ExitCode, Fault> {
        match self {
            Command::Demo(demo) => demo.run(),
            Command::Serve(serve) => serve.run(),
            Command::Ingest(ingest) => ingest.run(),
            Command::Decode(decode) => decode.run(),
            Command::Ask(ask) => ask.run(),
            Command::Advise(advise) => advise.run(),
            Command::Cost(cost) => cost.run(),
            Command::Simulate(simulate) => simulate.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_has_help_and_those_of_servers_can_be_set_by_the_environment() {
        for command in Cli::command().get_subcommands() {
            let serves = ["serve", "demo", "ingest"].contains(&command.get_name());
            let flags = command.get_arguments().filter(|argument| !argument.is_positional());
            for flag in flags.filter(|flag| !matches!(flag.get_id().as_str(), "help" | "version")) {
                let id = format!("{} --{}", command.get_name(), flag.get_id());
                let by_environment =
                    flag.get_env().is_some_and(|name| name.to_string_lossy().starts_with("WEIR_"));
                assert!(flag.get_help().is_some(), "{id} has no help");
                assert!(by_environment || !serves, "{id} has no variable");
            }
        }
    }
}
