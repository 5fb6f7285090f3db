//! `bindgen FILE.wasm FOLDER`: the module `FOLDER/weir.js` and the WebAssembly it loads, `FOLDER/weir_bg.wasm`.
//!
//! This is what `wasm-bindgen --target web --no-typescript --out-name weir` does. That program brings a test runner and a
//! server along and takes three times as long to install.

use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let mut given = std::env::args_os().skip(1);
    let (Some(module), Some(folder), None) = (given.next(), given.next(), given.next()) else {
        eprintln!("usage: bindgen FILE.wasm FOLDER");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).typescript(false).out_name("weir");
    match bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
