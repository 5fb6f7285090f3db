//! Any text as a link.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::questions::link(bytes));
