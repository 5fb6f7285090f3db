//! Words for people: messages as sentences, and names set as code.

use leptos::prelude::*;

/// A message as a sentence: with a capital first letter and a full stop.
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase().to_string()).unwrap_or_default();
    let stop = if message.is_empty() || message.ends_with(['.', '?', '…']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

/// A text with what stands in backquotes set as code.
pub fn words(text: &str) -> impl IntoView + use<> {
    let piece = |(index, text): (usize, &str)| {
        let class = if index % 2 == 1 { "code" } else { "" };
        view! { <span class=class>{text.to_owned()}</span> }
    };
    text.split('`').enumerate().map(piece).collect_view()
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("access denied to s3://acme"), "Access denied to s3://acme.");
        assert_eq!(sentence("Did you mean dstport?"), "Did you mean dstport?");
        assert_eq!(sentence(""), "");
    }
}
