//! The description of a suggested rule: what it is for, and that it came from here.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html>

use crate::suggest::{Action, Suggestion};

/// Longest description that AWS takes.
const LONGEST: usize = 255;
/// Allowed beside ASCII letters and digits.
const SIGNS: &str = " ._-:/()#,@[]+=;{}!$*";

/// A description for the new rules of a suggestion; `kept` is that of a rule it replaces.
pub fn description(suggestion: &Suggestion, kept: &str) -> String {
    let text = match suggestion.action {
        _ if !kept.is_empty() => kept.to_owned(),
        Action::Open => {
            format!("weir: {} refused records of {} clients", suggestion.flows, suggestion.clients)
        }
        Action::Narrow | Action::Remove => "weir: narrowed to what is used".to_owned(),
    };
    allowed(&text)
}

/// Text in the characters that AWS allows, cut to its length.
fn allowed(text: &str) -> String {
    let sign = |c: char| if c.is_ascii_alphanumeric() || SIGNS.contains(c) { c } else { '-' };
    text.chars().map(sign).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_characters_become_dashes_and_long_texts_are_cut() {
        assert_eq!(allowed("Büro \"west\" <1>"), "B-ro -west- -1-");
        assert_eq!(allowed(&"x".repeat(300)).len(), LONGEST);
    }
}
