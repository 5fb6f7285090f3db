//! Any line as a header or a given format.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::records::header(bytes));
