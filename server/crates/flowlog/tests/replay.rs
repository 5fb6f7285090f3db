//! Every text that the fuzzers or we found worth keeping, against the checks of the fuzz targets.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a file that cannot be read fails the test")]

mod checks;

use std::fs;
use std::path::Path;

fn replay(folder: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "nothing in {}", folder.display());
    for file in files {
        println!("{}", file.display());
        check(&fs::read(&file).unwrap());
    }
}

#[test]
fn lines_of_both_corpora_are_decoded_alike_however_they_are_cut() {
    replay("tests/corpus", checks::lines);
    replay("../../../fuzz/corpus/lines", checks::lines);
}

#[test]
fn headers_of_both_corpora_name_the_same_fields_when_written_out() {
    replay("tests/corpus", checks::header);
    replay("../../../fuzz/corpus/header", checks::header);
}
