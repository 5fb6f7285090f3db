//! The filter text in colours, laid under the transparent text of the input so that both have the same letters in the
//! same places. A fault is underlined where it lies.

use contract::filter::{TokenKind, tokens};
use leptos::prelude::*;

/// A run of text with the class that colours it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    class: &'static str,
    text: String,
}

/// The class of a token. REJECT is orange wherever it stands.
fn class_of(kind: TokenKind, text: &str) -> &'static str {
    match kind {
        TokenKind::Field => "field",
        TokenKind::Operator | TokenKind::Paren => "operator",
        TokenKind::Keyword => "keyword",
        TokenKind::Value if text.eq_ignore_ascii_case("reject") => "value reject",
        TokenKind::Value => "value",
        TokenKind::Comment => "comment",
        TokenKind::Error => "unread",
    }
}

/// Cuts `text` into runs. `fault` is a byte offset and a length; where something is missing (length 0) the character
/// before it is marked.
fn runs(text: &str, fault: Option<(usize, usize)>) -> Vec<Run> {
    let fault = fault.map(|(at, len)| mark(text, at, len));
    let is_fault = |at: usize| fault.as_ref().is_some_and(|range| range.contains(&at));
    let tokens = tokens(text);
    let mut runs: Vec<Run> = Vec::new();
    for (at, letter) in text.char_indices() {
        let token = tokens.iter().find(|(range, _)| range.contains(&at));
        let class = match token {
            _ if is_fault(at) => "fault",
            Some((range, kind)) => class_of(*kind, text.get(range.clone()).unwrap_or_default()),
            None => "",
        };
        match runs.last_mut() {
            Some(run) if run.class == class => run.text.push(letter),
            _ => runs.push(Run { class, text: letter.to_string() }),
        }
    }
    runs
}

fn mark(text: &str, at: usize, len: usize) -> std::ops::Range<usize> {
    if len > 0 {
        return at..at + len;
    }
    let start =
        text.get(..at).and_then(|before| before.char_indices().next_back()).map_or(0, |(start, _)| start);
    start..at.max(1)
}

/// The coloured text.
#[component]
pub fn FilterInk(
    /// The filter as it is typed.
    text: Signal<String>,
    /// Where the fault lies, as a byte offset and a length.
    fault: Signal<Option<(usize, usize)>>,
) -> impl IntoView {
    let spans = move || {
        let span = |run: Run| view! { <span class=run.class>{run.text}</span> };
        text.with(|text| runs(text, fault.get())).into_iter().map(span).collect_view()
    };
    view! { <span class="ink" aria-hidden="true">{spans}</span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(text: &str, fault: Option<(usize, usize)>) -> Vec<(&'static str, String)> {
        runs(text, fault).into_iter().map(|run| (run.class, run.text)).collect()
    }

    #[test]
    fn no_letter_is_lost_so_that_both_layers_agree() {
        for text in ["", "action = REJECT", "ü AND \"a b", "a  b", "dstport IN (22, 3389)"] {
            let whole: String = runs(text, Some((1, 3))).into_iter().map(|run| run.text).collect();
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn rejects_are_told_from_other_values() {
        let coloured = classes("action = reject", None);
        assert_eq!(coloured.last().map(|run| run.0), Some("value reject"));
    }

    #[test]
    fn a_fault_is_marked_even_where_something_is_missing() {
        assert_eq!(classes("dstprt = 22", Some((0, 6))).first(), Some(&("fault", "dstprt".to_owned())));
        assert_eq!(classes("action =", Some((8, 0))).last(), Some(&("fault", "=".to_owned())));
        assert_eq!(classes("", Some((0, 0))), []);
    }
}
