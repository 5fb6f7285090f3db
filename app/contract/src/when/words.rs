//! The words of a range with their places.

/// A word in small letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    /// Where it begins, bytes.
    pub at: usize,
    /// How long it is as it was written, bytes.
    pub len: usize,
}

impl Word {
    pub fn end(&self) -> usize {
        self.at + self.len
    }
}

/// Splits at blanks, commas and semicolons. A dash between two words is a word of its own (`14:00-16:30`,
/// `monday – friday`), the dashes of a date, an offset or `now-3h` are not.
pub(super) fn split(text: &str) -> Vec<Word> {
    let is_break = |c: char| c.is_whitespace() || c == ',' || c == ';';
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_break(c)) {
            (None, false) => start = Some(at),
            (Some(begun), true) => {
                push(&mut words, &text[begun..at], begun);
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// One piece without blanks, cut at the dash when it is a range by itself.
fn push(words: &mut Vec<Word>, piece: &str, at: usize) {
    let mut add = |text: &str, at: usize| {
        words.push(Word { text: text.to_lowercase(), at, len: text.len() });
    };
    let dashes = piece.char_indices().filter(|(_, c)| matches!(c, '-' | '–' | '—' | '…'));
    for (dash, c) in dashes {
        let (left, right) = (&piece[..dash], &piece[dash + c.len_utf8()..]);
        let is_cut = c != '-' || (is_end(left) && is_end(right));
        if is_cut && !left.is_empty() && !right.is_empty() {
            add(left, at);
            add(&piece[dash..dash + c.len_utf8()], at + dash);
            add(right, at + dash + c.len_utf8());
            return;
        }
    }
    add(piece, at);
}

/// Whether a piece before or after a plain dash is an end of a range: a clock time (`14:00`, `2pm`) or a name of a day.
fn is_end(piece: &str) -> bool {
    let piece = piece.to_ascii_lowercase();
    let is_clock = piece.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && piece.bytes().all(|b| b.is_ascii_digit() || b":apm".contains(&b))
        && (piece.contains(':') || piece.ends_with('m'))
        && piece.find(':').is_none_or(|colon| colon <= 2);
    is_clock || (piece.len() >= 3 && piece != "now" && piece.bytes().all(|b| b.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_dash_cuts_a_range_and_leaves_dates_alone() {
        assert_eq!(texts("Monday-friday"), ["monday", "-", "friday"]);
        assert_eq!(texts("14:00-16:30"), ["14:00", "-", "16:30"]);
        assert_eq!(texts("14:00–2pm"), ["14:00", "–", "2pm"]);
        assert_eq!(texts("2026-11-20, now-3h"), ["2026-11-20", "now-3h"]);
        assert_eq!(texts("2025-11-19T19:40:00-05:30"), ["2025-11-19t19:40:00-05:30"]);
        assert_eq!(texts("a - b"), ["a", "-", "b"]);
    }

    #[test]
    fn places_count_bytes_as_they_were_written() {
        let words = split(" ü  14:00–16:30");
        let places: Vec<_> = words.iter().map(|word| (word.at, word.len)).collect();
        assert_eq!(places, [(1, 2), (5, 5), (10, 3), (13, 5)]);
    }
}
