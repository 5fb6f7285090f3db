//! The binary `weir`: read the command line, start logging, run the command, say what went wrong, exit.

use clap::Parser;
use server::cli::Cli;
use server::telemetry;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();

    telemetry::log(cli.log_format);

    match cli.command.run() {
        Ok(code) => code,
        Err(fault) => {
            fault.print();
            ExitCode::FAILURE
        }
    }
}
