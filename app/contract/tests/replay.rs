//! Every filter and link that the fuzzers or we found worth keeping, against the checks of the fuzz targets.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

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
fn filters_of_the_corpus_come_back_from_their_text() {
    replay("../../fuzz/corpus/filter", checks::filter);
}

#[test]
fn links_of_the_corpus_come_back_from_their_text() {
    replay("../../fuzz/corpus/link", checks::link);
}
