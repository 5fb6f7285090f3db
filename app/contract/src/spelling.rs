//! How messages quote and correct what a person typed. Knows no field and no parameter.

/// Longest piece of input a message repeats, in characters: enough to recognise it, short enough for one line.
const EXCERPT_CHARS: usize = 40;
/// Longest word that is compared with known names, in bytes: longer than any of them.
const WORD_LIMIT: usize = 48;

/// `text` in backquotes, cut when it is long.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_CHARS) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// The candidate that `word` was probably meant to be: at most a third of its letters wrong, and no more than three.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.is_empty() || word.len() > WORD_LIMIT {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let allowed = (word.len() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(word.as_bytes(), candidate.to_ascii_lowercase().as_bytes()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour to make `a` into `b`
/// (optimal string alignment; three rows of the table at a time).
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_counts_once() {
        for (typed, meant, slips) in
            [("dstprt", "dstport", 1), ("srcadrd", "srcaddr", 1), ("action", "action", 0), ("", "abc", 3)]
        {
            assert_eq!(distance(typed.as_bytes(), meant.as_bytes()), slips, "{typed}");
        }
    }

    #[test]
    fn only_a_near_name_is_suggested() {
        let known = ["srcport", "dstport", "protocol"];
        assert_eq!(nearest("dsprt", known), None);
        assert_eq!(nearest("DSTPRT", known), Some("dstport"));
        assert_eq!(nearest("protokoll", known), Some("protocol"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest(&"x".repeat(10_000), known), None);
    }

    #[test]
    fn long_input_is_cut_between_characters() {
        assert_eq!(quoted("ü"), "`ü`");
        assert_eq!(quoted(&"ü".repeat(50)), format!("`{}…`", "ü".repeat(40)));
    }
}
