//! What must hold for any filter and any link: tried on the corpora by `replay.rs`, on made-up texts by the fuzz
//! targets. A check returns when all is well and panics otherwise.

use contract::filter::{TEXT_LIMIT, tokens};
use contract::link::{LINK_LIMIT, decode, encode};
use contract::{Filter, Refusal};

/// Any text as a filter: a fault lies within it, and a filter comes back the same from its canonical text.
pub fn filter(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut end = 0;
    for (range, _) in tokens(&text) {
        assert!(end <= range.start && range.start < range.end, "parts overlap");
        assert!(text.get(range.clone()).is_some(), "a part between two bytes of a character");
        end = range.end;
    }
    match Filter::parse(&text) {
        Ok(filter) => {
            let written = filter.to_string();
            assert!(written.len() <= TEXT_LIMIT);
            let again = Filter::parse(&written);
            assert_eq!(again.as_ref(), Ok(&filter), "{written}");
            assert_eq!(again.map(|again| again.to_string()), Ok(written));
            let fields = filter.fields();
            assert!(fields.iter().enumerate().all(|(at, field)| !fields[..at].contains(field)));
        }
        Err(error) => {
            assert!(text.get(error.at..error.at + error.len).is_some(), "{error} lies outside");
            assert!(!Refusal::from(error).message.is_empty());
        }
    }
}

/// Any text as a link: a view comes back the same from its canonical link.
pub fn link(bytes: &[u8]) {
    let Ok(view) = decode(&String::from_utf8_lossy(bytes)) else { return };
    let link = encode(&view);
    assert!(link.len() <= LINK_LIMIT);
    let again = decode(&link);
    assert_eq!(again.as_ref(), Ok(&view), "{link}");
    assert_eq!(again.map(|again| encode(&again)), Ok(link));
}
