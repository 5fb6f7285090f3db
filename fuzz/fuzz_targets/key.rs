//! Any text as the key of an object.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::objects::key(bytes));
