//! Filter text to lexemes. Never fails: what cannot be read becomes a lexeme too, so that colouring goes on behind it.

use crate::filter::Op;
use std::borrow::Cow;

/// A piece of the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lexeme<'a> {
    /// Byte offset.
    pub at: usize,
    /// Bytes.
    pub len: usize,
    /// What it is.
    pub shape: Shape<'a>,
}

/// What a piece of text is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape<'a> {
    /// A field, a keyword or a value without quotes.
    Word(&'a str),
    /// A value in quotes, without them.
    Quoted(Cow<'a, str>),
    Operator(Op),
    Open,
    Close,
    Comma,
    /// A quote that is never closed; reaches to the end of the text.
    Unclosed,
    /// A character that begins nothing.
    Stray(char),
}

/// A word with a meaning of its own; as a value it needs quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
    In,
}

impl Keyword {
    /// The keyword that `word` spells, in any case.
    pub(super) fn spelled(word: &str) -> Option<Keyword> {
        [("and", Keyword::And), ("or", Keyword::Or), ("not", Keyword::Not), ("in", Keyword::In)]
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word))
            .map(|(_, keyword)| keyword)
    }
}

/// Whether `c` may stand in a value without quotes: enough for names, addresses, networks, times and ARNs.
const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/' | '-')
}

/// Whether `text` comes back as the same single word when it is written without quotes.
pub(super) fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_word) && Keyword::spelled(text).is_none()
}

/// Cuts `text` into lexemes; blanks are left out.
pub(super) fn lex(text: &str) -> Vec<Lexeme<'_>> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (shape, len) = piece(rest, first);
        lexemes.push(Lexeme { at, len, shape });
        at += len;
    }
    lexemes
}

/// The lexeme at the start of `rest`, which begins with `first`, and its length in bytes.
fn piece(rest: &str, first: char) -> (Shape<'_>, usize) {
    if is_word(first) {
        let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        return (Shape::Word(rest.get(..len).unwrap_or_default()), len);
    }
    if first == '"' || first == '\'' {
        return quoted(rest, first);
    }
    let second = rest.chars().nth(1);
    match (first, second) {
        ('!', Some('=')) | ('<', Some('>')) => (Shape::Operator(Op::Ne), 2),
        ('<', Some('=')) => (Shape::Operator(Op::Le), 2),
        ('>', Some('=')) => (Shape::Operator(Op::Ge), 2),
        ('=', Some('=')) => (Shape::Operator(Op::Eq), 2),
        ('=', _) => (Shape::Operator(Op::Eq), 1),
        ('<', _) => (Shape::Operator(Op::Lt), 1),
        ('>', _) => (Shape::Operator(Op::Gt), 1),
        ('(', _) => (Shape::Open, 1),
        (')', _) => (Shape::Close, 1),
        (',', _) => (Shape::Comma, 1),
        _ => (Shape::Stray(first), first.len_utf8()),
    }
}

/// A value in quotes; a backslash takes the next character as it is.
fn quoted(rest: &str, quote: char) -> (Shape<'_>, usize) {
    let mut unescaped: Option<String> = None;
    let mut chars = rest.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        if c == quote {
            let plain = || Cow::Borrowed(rest.get(1..i).unwrap_or_default());
            return (Shape::Quoted(unescaped.map_or_else(plain, Cow::Owned)), i + 1);
        }
        if c == '\\' {
            let Some((_, escaped)) = chars.next() else { break };
            unescaped.get_or_insert_with(|| rest.get(1..i).unwrap_or_default().to_owned()).push(escaped);
        } else if let Some(text) = &mut unescaped {
            text.push(c);
        }
    }
    (Shape::Unclosed, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(text: &str) -> Vec<Shape<'_>> {
        lex(text).into_iter().map(|lexeme| lexeme.shape).collect()
    }

    #[test]
    fn operators_need_no_blanks_around_them() {
        let expected = vec![Shape::Word("bytes"), Shape::Operator(Op::Ge), Shape::Word("10"), Shape::Close];
        assert_eq!(shapes("bytes>=10)"), expected);
        assert_eq!(shapes("bytes  >=\t10 )"), expected);
    }

    #[test]
    fn quotes_hold_anything_and_a_backslash_holds_a_quote() {
        assert_eq!(shapes(r#""a b""#), [Shape::Quoted("a b".into())]);
        assert_eq!(shapes(r#""a\"\\b" "#), [Shape::Quoted(r#"a"\b"#.into())]);
        assert_eq!(shapes("'it\"s'"), [Shape::Quoted("it\"s".into())]);
        assert_eq!(shapes(r#""open \""#), [Shape::Unclosed]);
        assert_eq!(shapes("\"open\\"), [Shape::Unclosed]);
    }

    #[test]
    fn positions_are_bytes_and_cover_what_was_read() {
        let lexemes = lex("ü = \"ö\"");
        let places: Vec<_> = lexemes.iter().map(|l| (l.at, l.len)).collect();
        assert_eq!(places, [(0, 2), (3, 1), (5, 4)]);
        assert_eq!(lexemes.first().map(|l| l.shape.clone()), Some(Shape::Stray('ü')));
    }
}
