//! Any text as a filter.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::questions::filter(bytes));
