//! Any text as the lines of an object, whole and in chunks.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::records::lines(bytes));
