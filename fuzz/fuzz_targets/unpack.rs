//! Any bytes as a packed object.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::objects::unpack(bytes));
